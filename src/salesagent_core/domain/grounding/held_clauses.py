# ruff: noqa: E501  (word lists are kept on one line)
"""Whether what is ours holds what a clause of a draft says we have, do or include."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from salesagent_core.domain.claims.capabilities import Clause
from salesagent_core.domain.claims.facts import Fact, FactKind, Text, content_stems
from salesagent_core.domain.claims.stance import denies
from salesagent_core.domain.grounding.library import Library
from salesagent_core.domain.text.everyday_words import everyday_stems, subject_stems
from salesagent_core.domain.text.lexicon import guess_language, stem
from salesagent_core.domain.text.same_word import related_any
from salesagent_core.domain.text.word_forms import is_common

MIN_WORDS = 2
HELD_SHARE = 0.01
"""One word that is held is enough: people say the same thing in other words."""
NEW_SHARE = 0.6
MIN_NEW = 2
"""So many words of a clause, and such a share of them, stand nowhere: then it says a new thing."""
ADDED_SHARE = 0.5
"""The share that is enough beside a word that says that something is added ("it also signs")."""
ANCHORS = frozenset(
    {
        FactKind.NUMBER,
        FactKind.PERCENT,
        FactKind.PRICE,
        FactKind.DURATION,
        FactKind.DATE,
        FactKind.WEEKDAY,
        FactKind.TIME,
        FactKind.LINK,
        FactKind.ADDRESS,
        FactKind.PHONE,
    }
)
_SMALL_TALK = frozenset(
    stem(word)
    for word in (
        "also too well likewise additional build built integrat include come available support speak sync offer provide supply even "
        "auch ebenso ebenfalls zudem ausserdem zusatzlich sogar moglich enthalten inbegriffen inklusive bieten dank "
        "gehoren gehort dazu dabei wird werden claro pueden porque hay aussi egalement inclus compris fourni possible disponible grace ainsi tambien ademas incluido disponible posible"
    ).split()
)
_ALSO = re.compile(
    r"\b(?:also|even|auch|sogar|ebenfalls|gleich mit|aussi|egalement|meme|tambien|incluso|ademas)\b"
)
_APPENDED = re.compile(
    r"\s*(?:and|und|et|y|sowie|ebenso|as are|as is|or|oder|ou|y compris|including|inklusive|incluid[oa]s?)\b"
)
_TALK = re.compile(
    r"\b(?:i|i'd|i'll|i'm|me|my|ich|mir|mich|mein\w*|je|j'ai|j'aurais|moi|yo|me|mi|let's|call|phone|ring|talk|speak|meet\w*|chat|write|answer\w*|question\w*|reply|mail|email|tell|ask|know|see|look|read|learn|page|date|happy|glad|welcome|thank\w*|"
    r"telefon\w*|gesprach\w*|sprechen|reden|melden|schreiben|fragen?|antwort\w*|lesen|sehen|zeigen?|seite|gern\w*|dank\w*|freu\w*|passt|wissen|"
    r"demonstra\w+|demo\w*|vorfuhr\w+|appel\w*|parl\w+|voyons|ecri\w+|question\w*|repon\w+|rendez-vous|echange\w*|voir|lire|page|merci|heureu\w+|plaisir|volontiers|savoir|"
    r"llam\w+|habl\w+|escrib\w+|pregunt\w*|respon\w+|ver|leer|pagina|graci\w+|gusto|encantad\w+|saber|hueco|consult\w+)\b"
    r"|\b(?:agradec\w+|dese(?:o|amos) (?:un|una|mucho)|deb(?:o|emos) (?:la|esta|su) recomend\w+|connus? (?:grace|par)|(?:heard|learned|learnt) (?:of|about) us|found us|came to us|owe (?:this|the|your)|(?:auf|von) uns (?:aufmerksam|gehort)|zu uns gefunden|entendu parler|trouves?|(?:nos (?:ha|han|haya|hayan)|supo de|oido hablar)|recommand\w+|recommend\w+|empfehlung\w*|empfohlen|recomenda\w+)\b"
    r"|\b(?:verlo|mirarlo|comentarlo|revisarlo|repasarlo) (?:juntos|con calma)|(?:schauen|sehen|gehen) wir [^.!?\n]{0,25}?(?:gemeinsam|zusammen)\b|\b(?:regardons|etudions|examinons|parcourons)(?:-le|-la|-les)? ensemble|\b(?:look|go) [^.!?\n]{0,20}?together\b"
    r"|\b(?:en revue|discuter|decid\w+|entscheiden|in ruhe|si (?:encaja|convient)|podremos|repasa\w+|(?:elegi|encontr|busc)\w+ (?:juntos )?una fecha)\b"
)


def holds_clause(library: Library, wanted: Clause, text: Text, facts: list[Fact]) -> bool:
    """True where enough of the clause is held, or where nothing can be told about it."""
    bare = text.bare[wanted.start : wanted.end]
    if _TALK.search(bare) or not library.ours or _foreign(library, text):
        return True
    inside = [f for f in facts if wanted.start <= f.start and f.end <= wanted.end]
    if any(f.kind in ANCHORS for f in inside):
        return True
    if _says_a_new_thing(library, wanted, text):
        return False
    if not wanted.marked:
        return True
    words = content_stems(bare) - _SMALL_TALK - everyday_stems()
    if len(words) < MIN_WORDS and not (words and _APPENDED.match(bare)):
        return not wanted.link or not words or related_any(words, library.ours)
    held = sum(related_any(frozenset({word}), library.ours) for word in words)
    if wanted.link and _theirs_only(library, text, wanted):
        return False
    return held >= HELD_SHARE * len(words)


def _says_a_new_thing(library: Library, wanted: Clause, text: Text) -> bool:
    """True where most of what the clause tells stands in no source at all, not even theirs."""
    bare = text.bare[wanted.start : wanted.end]
    if denies(bare):
        return False
    words = content_stems(bare) - everyday_stems() - subject_stems() - _SMALL_TALK
    words -= _names(library.documents, library.languages | {text.language})
    new = [word for word in words if not related_any(frozenset({word}), library.stems)]
    if _ALSO.search(bare) and len(words) >= MIN_WORDS and len(new) >= ADDED_SHARE * len(words):
        return True
    return len(new) >= MIN_NEW and len(new) >= NEW_SHARE * len(words)


@lru_cache(maxsize=16)
def _names(documents: tuple[frozenset[str], ...], languages: frozenset[str]) -> frozenset[str]:
    """What two sources or more write and no dictionary of ``languages`` has: the name of us or of
    the product. Other dictionaries are not opened for it: they take seconds."""
    counted = Counter(word for document in documents for word in document)
    return frozenset(
        stem(word)
        for word, times in counted.items()
        if times > 1 and not any(is_common(word, language) for language in sorted(languages))
    )


def _foreign(library: Library, text: Text) -> bool:
    return guess_language(library.our_text, text.language) != text.language


def _theirs_only(library: Library, text: Text, wanted: Clause) -> bool:
    """A name that only the stranger or the CRM wrote, in a clause that says we connect to it."""
    for match in re.finditer(
        r"(?:with|to|into|from|mit|an|zu|avec|a|vers|con|a|y con|y a) ([^\W\d_][\w-]{2,40})",
        text.bare[wanted.start : wanted.end],
    ):
        start = wanted.start + match.start(1)
        word = match[1]
        named = text.original[start].isupper()
        if named and word in library.words and word not in library.our_words:
            return True
    return False
