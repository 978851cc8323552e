# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Clauses that say what we have, do or include beside what the sources tell.

A clause is looked at where a word says that something is added or part of it ("also", "built in",
"inbegriffen", "se puede"). It is held when enough of its words stand in what is ours: what a
stranger wrote tells what they wish for, not what we have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import attrs

MAX_CLAUSES = 400


@attrs.frozen(kw_only=True)
class Clause:
    """A clause of a text; ``link`` is True where it says that we connect to something."""

    start: int
    end: int
    link: bool


_ADDED = {
    "en": r"also|too|as well|likewise|in addition|as (?:are|is|do|does)|built[- ]in(?:to)?|integrated|included|includes?|comes? with|imported|exported|automatically|automatic|available|supports?|supported|can be|(?:is|are) (?:read|stored|kept|sent|printed|saved|scanned|handled|managed|covered|provided|supplied|part of|possible|standard)|runs? through|talks? to|speaks?|plugs?|sync\w*|trained|we (?:also|offer|provide|supply|handle|take care|even)|you (?:can|may) also|out of the box|free to use|lets you|let you",
    "de": r"auch|ebenso|ebenfalls|zudem|ausserdem|zusatzlich|sogar|enthalten|inbegriffen|inklusive|integriert|eingebaut|lasst sich|lassen sich|moglich|automatisch|bieten|liefern|ubernehmen|gehort dazu|gehoren dazu|angebunden|anbindung|schnittstelle\w*|verfugbar|unterstutz\w*|serienmassig|standardmassig|mit dabei|vorhanden|gespeichert|ubertragen|dank",
    "fr": r"aussi|egalement|de plus|en outre|inclus\w*|inclut|compris\w*|fourni\w*|assure\w*|relie\w*|integre\w*|automati\w+|possibles?|disponibles?|propos\w+|nous (?:offrons|fournissons|assurons|faisons|gerons)|lien avec|grace|est (?:gere|prevu|livre|transmis)\w*|sont (?:geres|prevus|livres|transmis)\w*|peut etre|peuvent etre|se connect\w+|permet\w*|de serie|ainsi que",
    "es": r"tambien|ademas|asimismo|inclu\w+|integrad\w+|automatic\w+|disponibles?|posibles?|ofrecemos|ponemos|se (?:guarda|guardan|envia|envian|conecta|conectan|enlaza|enlazan|integra|integran|imprime|imprimen|gestiona|gestionan|puede|pueden|sincroniza|sincronizan)|permite\w*|optimizad\w+|viene con|vienen con|de serie|asi como",
}
_LINK = re.compile(
    r"\b(?:integrat\w+|connect\w*|sync\w*|link(?:s|ed)? (?:to|with|up)|links? into|plugs?|plug-?ins?|exports?|imports?|talks? to|hook\w* (?:up|into)|works? (?:inside|within|with)|interface\w*|schnittstelle\w*|anbind\w+|angebunden|verknupf\w+|verbind\w+|verbunden|ubertrag\w+|abgleich\w*|lien|relie\w*|connect\w*|interfac\w*|passerelle|enlaza\w*|conect\w+|sincroni\w+|enlac\w+|volca\w*|integra\w*|integr\w+)\b"
)
_PIECE = re.compile(r"[^,;:.!?()\n]+(?:[.:](?=[^\s])[^,;:.!?()\n]+)*")
_CONDITION = re.compile(
    r"\s*(?:-\s*)?(?:so that|if|when|once|since|as (?!are|is|do|well)|because|while|whether|wenn|damit|falls|da|weil|sobald|ob|si|quand|comme|puisque|lorsque|afin|cuando|como|para que|porque|pues|aunque)\b"
)
"""What such a word begins tells when or why, not what there is."""
_JOINED = re.compile(r"(?<=\S) (?=(?:and|und|et|y|sowie) )")


def find_clauses(text: str, language: str) -> Iterator[Clause]:
    """``text`` in bare form. Questions are left out: they assert nothing."""
    added = re.compile(rf"(?<!\w)(?:{_ADDED[language]})(?!\w)")
    count = 0
    for piece in _PIECE.finditer(text):
        if text[piece.end() : piece.end() + 2].lstrip().startswith("?"):
            continue
        for start, end in _parts(piece):
            marked, linked = added.search(text, start, end), _LINK.search(text, start, end)
            if not (marked or linked) or _CONDITION.match(text, start, end):
                continue
            count += 1
            if count > MAX_CLAUSES:
                return
            yield Clause(start=start, end=end, link=bool(linked))


def _parts(piece: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The whole piece cut before "and", so that what is added stands alone."""
    cuts = [piece.start(), *(m.end() for m in _JOINED.finditer(piece[0])), piece.end()]
    places = [cuts[0], *(piece.start() + cut for cut in cuts[1:-1]), cuts[-1]]
    yield from pairwise(places)
