# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Clauses that say what we have, do or include beside what the sources tell.

A clause is looked at where a word says that something is added or part of it ("also", "built in",
"inbegriffen", "se puede"). It is held when enough of its words stand in what is ours: what a
stranger wrote tells what they wish for, not what we have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import attrs

MAX_CLAUSES = 400


@attrs.frozen(kw_only=True)
class Clause:
    """A clause of a text; ``link`` is True where it says that we connect to something.

    ``marked`` is True where a word says that something is added or part of it, False where the
    clause only says that something is done.
    """

    start: int
    end: int
    link: bool
    marked: bool = True


_ADDED = {
    "en": r"also|too|as well|likewise|in addition|as (?:are|is|do|does)|built[- ]in(?:to)?|integrated|included|includes?|comes? with|imported|exported|automatically|automatic|available|supports?|supported|can be|(?:is|are) (?:read|stored|kept|sent|printed|saved|scanned|handled|managed|covered|provided|supplied|part of|possible|standard)|runs? through|talks? to|speaks?|plugs?|sync\w*|trained|we (?:also|offer|provide|supply|handle|take care|even)|you (?:can|may) also|out of the box|free to use|lets you|let you",
    "de": r"auch|ebenso|ebenfalls|zudem|ausserdem|zusatzlich|sogar|enthalten|inbegriffen|inklusive|integriert|eingebaut|lasst sich|lassen sich|moglich|automatisch|bieten|liefern|ubernehmen|gehort dazu|gehoren dazu|angebunden|anbindung|schnittstelle\w*|verfugbar|unterstutz\w*|serienmassig|standardmassig|mit dabei|vorhanden|gespeichert|ubertragen|dank",
    "fr": r"aussi|egalement|de plus|en outre|inclus\w*|inclut|compris\w*|fourni\w*|assure\w*|relie\w*|integre\w*|automati\w+|possibles?|disponibles?|propos\w+|nous (?:offrons|fournissons|assurons|faisons|gerons)|lien avec|grace|est (?:gere|prevu|livre|transmis)\w*|sont (?:geres|prevus|livres|transmis)\w*|peut etre|peuvent etre|se connect\w+|permet\w*|de serie|ainsi que",
    "es": r"tambien|ademas|asimismo|inclu\w+|integrad\w+|automatic\w+|disponibles?|posibles?|ofrecemos|ponemos|se (?:guarda|guardan|envia|envian|conecta|conectan|enlaza|enlazan|integra|integran|imprime|imprimen|gestiona|gestionan|puede|pueden|sincroniza|sincronizan)|permite\w*|optimizad\w+|viene con|vienen con|de serie|asi como",
}
_LINK = re.compile(
    r"\b(?:integrat\w+|connect\w*|sync\w*|link(?:s|ed)? (?:to|with|up)|links? into|plugs?|plug-?ins?|exports?|imports?|talks? to|hook\w* (?:up|into)|works? (?:inside|within|with)|interface\w*|schnittstelle\w*|anbind\w+|angebunden|verknupf\w+|verbind\w+|verbunden|ubertrag\w+|abgleich\w*|lien|relie\w*|connect\w*|interfac\w*|passerelle|enlaza\w*|conect\w+|sincroni\w+|enlac\w+|volca\w*|integra\w*|integr\w+)\b"
)
_DOES = {
    "en": r"(?:reads?|signs?|checks?|warns?|alerts?|sends?|prints?|scans?|writes?|calculates?|translates?|manages?|monitors?|tracks?|orders?|measures?|detects?|recogni[sz]es?|repairs?|delivers?|collects?|cleans?|installs?|trains?|stores?|backs up|schedules?|plans|books|bills|invoices|pays|sorts?|counts|weighs|maps|records?|encrypts?|updates?|creates?|generates?|produces?|predicts?|forecasts?|reports?|notif(?:y|ies)|remembers?|reminds?|blocks|locks|opens|closes|controls?|transcribes?|answers|handles?|hosts?|hires?|rents?|lends?|moves|removes?|fixes|paints?|recycles?|picks? up|fetch(?:es)?|looks? after|takes? care of|files|ships?|charges|heats|cools|filters?|tests|certif(?:y|ies))\b|(?:are|is|gets?|get|be|or|and) (?:also |even |then |all )?(?:checked|signed|sent|read|written|printed|scanned|translated|calculated|managed|monitored|tracked|ordered|measured|detected|recogni[sz]ed|repaired|delivered|collected|cleaned|installed|trained|encrypted|updated|created|generated|predicted|recorded|reminded|notified|blocked|locked|recycled|removed|replaced|filed|shipped|tested|booked|billed|paid|bottled|labelled|packed|painted|washed|sorted|stored)\b|we (?:also )?(?!can|could|will|would|shall|should|may|might|are|have|had|do|look|suggest|propose|know|hope|think|understand|see|find|need|start|speak|talk|meet)[a-z]{3,20}",
    "de": r"(?:verwalte\w*|schreib\w*|lies\w*|liest|sende\w*|versende\w*|verschick\w*|druck(?:t|en)|warn(?:t|en)|meldet|erkenn(?:t|en)|pruf(?:t|en)|berechne\w*|ubersetz\w*|uberwach\w*|steuer(?:t|n)|erstell\w*|erzeug\w*|bestell(?:t|en)|mess?en|misst|repari\w+|reinig\w*|holen wir|abgeholt|entsorg\w*|montier\w*|schul(?:t|en)|speicher\w*|sicher(?:t|n)|plant|bucht|verbucht|archivier\w*|verschlussel\w*|aktualisier\w*|erinner(?:t|n)|informier\w*|sperr(?:t|en)|offnet|regel(?:t|n)|transkribier\w*|beantworte\w*|vermiet\w*|verleih\w*|bewasser\w*|wascht|waschen|filter(?:t|n)|kuhlt|heizt|scann\w*|signier\w*|unterschreib\w*|dabei|mit drin|[a-z]{3,30}en wir|wir [a-z]{3,30}en)",
    "fr": r"(?:partent|part|lit|lisent|signe|signent|envoi(?:e|ent)|imprim(?:e|ent)|alerte\w*|avertit|avertissent|previen(?:t|nent)|detect(?:e|ent)|reconnai\w+|calcul(?:e|ent)|tradui\w+|ger(?:e|ent|ons)|surveill\w+|control(?:e|ent|ons)|command(?:e|ent)|mesur(?:e|ent)|repar(?:e|ent|ons)|nettoi\w+|nettoyons|install(?:e|ent|ons)|form(?:e|ons) (?:vos|les|aussi)|stock(?:e|ent)|sauvegard\w+|planifi\w+|reserv(?:e|ent)|factur(?:e|ent)|archiv(?:e|ent|ons)|chiffr(?:e|ent)|met a jour|cre(?:e|ent)|gener(?:e|ent)|redig(?:e|ent)|prevoi\w+|rappell?(?:e|ent)|bloqu(?:e|ent)|ouvr(?:e|ent)|pilot(?:e|ent)|transcri\w+|repond(?:ent)?|loue|louons|recycl\w+|reprenons|filtr(?:e|ent)|transmet\w*|export(?:e|ent)|nous [a-z]{3,30}ons)",
    "es": r"(?:avisa(?:n|mos)?|lee(?:n|mos)?|firma(?:n|mos)?|envia(?:n|mos)?|imprime(?:n)?|alerta(?:n)?|detecta(?:n)?|reconoce(?:n)?|calcula(?:n|mos)?|traduce(?:n)?|traducimos|gestiona(?:n|mos)?|vigila(?:n|mos)?|controla(?:n|mos)?|pide solo|mide(?:n)?|repara(?:n|mos)?|limpia(?:n|mos)?|instala(?:n|mos)?|forma(?:mos)|almacena(?:n|mos)?|guarda(?:n|mos)?|planifica(?:n|mos)?|factura(?:n|mos)|archiva(?:n|mos)?|cifra(?:n|mos)?|actualiza(?:n|mos)?|crea(?:n|mos)?|genera(?:n|mos)?|redacta(?:n|mos)?|predice(?:n)?|recuerda(?:n)?|bloquea(?:n)?|abre(?:n)?|dirige(?:n)?|transcribe(?:n)?|responde solo|alquila(?:n|mos)|recicla(?:n|mos)?|retira(?:n|mos)|filtra(?:n|mos)?|recoge(?:n|mos)?|pinta(?:n|mos)?|transmite(?:n)?|exporta(?:n)?|[a-z]{3,30}[aei]mos)",
}
"""Verbs that say what somebody or something does for a living."""
_SUBJECT = {
    "en": r"(?:the|it|this|our|its|all|every|each) ",
    "de": r"(?:der|die|das|es|er|unser\w*|alle|jede\w?) ",
    "fr": r"(?:le|la|les|il|elle|ce|cette|notre|nos|tou\w+|chaque) |l'",
    "es": r"(?:el|la|los|las|se|esta|es|nuestr\w+|tod\w+|cada) ",
}
"""How a sentence begins that tells what a thing is or does."""
_SUBJECTS = {
    language: re.compile(rf"[\s-]*(?:{words})\S+ \S") for language, words in _SUBJECT.items()
}
_READER = re.compile(
    r"\b(?:you|your|yours|yourself|i|i'd|i'll|sie|ihr|ihre[mnrs]?|ihnen|ich|euch|euer|eure\w?|du|dir|dein\w*|vous|votre|vos|je|usted|ustedes|su|sus|tu|tus|yo)\b"
)
_FOR_READER = re.compile(r"\b(?:for you|fur (?:sie|euch)|pour vous|para (?:usted|ustedes|ti))\b")
_PIECE = re.compile(r"[^,;:.!?()\n]+(?:[.:](?=[^\s])[^,;:.!?()\n]+)*")
_SENTENCE_END = re.compile(r"[.!?:;\n]")
_CONDITION = re.compile(
    r"\s*(?:-\s*)?(?:so that|if|when|once|after|upon|since|as (?!are|is|do|well)|because|while|whether|wenn|damit|falls|da|weil|sobald|nachdem|ob|si|quand|une fois|apres|comme|puisque|lorsque|afin|cuando|una vez|tras|despues de|como|para que|porque|pues|aunque)\b"
)
"""What such a word begins tells when or why, not what there is."""
_JOINED = re.compile(r"(?<=\S) (?=(?:and|und|et|y|sowie) |(?:or|oder|ou) \S+ \S+ \S)")


def find_clauses(text: str, language: str) -> Iterator[Clause]:
    """``text`` in bare form. Questions are left out: they assert nothing.

    A text without a full stop is a title: what it says is done is only named.
    """
    added, does = _added(language), _does(language)
    count = 0
    titled = not _SENTENCE_END.search(text)
    for piece in _PIECE.finditer(text):
        if text[piece.end() : piece.end() + 2].lstrip().startswith("?"):
            continue
        for start, end in _parts(piece):
            marked, linked = added.search(text, start, end), _LINK.search(text, start, end)
            done = (
                not titled
                and (does.search(text, start, end) or _asserts(text, start, end, language))
                and not _READER.search(text, start, end)
            )
            if not (marked or linked or done) or _CONDITION.match(text, start, end):
                continue
            count += 1
            if count > MAX_CLAUSES:
                return
            told = bool(marked or linked)
            yield Clause(start=start, end=end, link=bool(linked), marked=told)


def _asserts(text: str, start: int, end: int, language: str) -> bool:
    """A whole sentence about a thing: "the software understands speech"."""
    return text[end : end + 1] in (".", "!") and bool(_SUBJECTS[language].match(text, start, end))


def _to_reader(clause: str) -> bool:
    """What is done "for you" is still done by us."""
    return bool(_READER.search(_FOR_READER.sub(" ", clause)))


@cache
def _added(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ADDED[language]})(?!\w)")


@cache
def _does(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_DOES[language]})(?!\w)")


def _parts(piece: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The whole piece cut before "and", so that what is added stands alone."""
    cuts = [piece.start(), *(m.end() for m in _JOINED.finditer(piece[0])), piece.end()]
    places = [cuts[0], *(piece.start() + cut for cut in cuts[1:-1]), cuts[-1]]
    yield from pairwise(places)
