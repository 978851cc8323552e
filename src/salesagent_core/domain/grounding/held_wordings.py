# ruff: noqa: E501  (word lists are kept on one line)
"""How likely it is that what a draft says in its own words was invented.

Rules by wordings find what promises or adds something and stands in no source with the same
wording. Here the clause around it is compared with the sources in other words (``retelling``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_core.domain.claims.capabilities import Clause
from salesagent_core.domain.claims.commitments import Statement
from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.own_deeds import OWN_DEEDS
from salesagent_core.domain.claims.stance import denies
from salesagent_core.domain.grounding.library import Library
from salesagent_core.domain.grounding.retelling import FEW, invented, readings, words_of

_OF_A_THING = frozenset({"free", "discount", "guarantee"})
"""Promises that are as many as the things they are made of: free delivery is no free training."""
_WIDE = frozenset(
    {
        "origin",
        "esteem",
        "takeover",
        "extra",
        "unbroken",
        "vow",
        "satisfied",
        "liable",
        "exclusive",
        "attend",
        *OWN_DEEDS,
    }
)
"""Families so wide that another member of them in a source says nothing."""
_END = re.compile(
    r"[,;:.!?()](?=\s|$)|\n| [–—-] "
    r"| (?=(?:and|but) (?:we|you|i|it|they|he|she|there) |(?:und|aber|sowie) (?:wir|sie|ich|es) "
    r"|(?:et|mais) (?:nous|vous|je|il|elle|on) |(?:y|pero) (?:le|les|os|se|nos|usted|nosotros) )"
)
_ALSO = re.compile(
    r"\b(?:also|even|too|as well|auch|sogar|ebenfalls|gleich mit|aussi|egalement|meme|tambien|incluso|ademas)\b"
)
_WE = re.compile(
    r"\b(?:we|our|us|wir|unser\w*|uns|nous|notre|nos|nosotros|nuestr\w+|[a-z]{3,20}(?:amos|emos|imos))\b"
)
_READER = re.compile(
    r"\b(?:you|your|yours|sie|ihr|ihre[mnrs]?|ihnen|euch|dir|dein\w*|vous|votre|vos|usted|ustedes|su|sus|tu|tus)\b"
)


def clause_around(bare: str, start: int, end: int) -> tuple[int, int]:
    """The clause of a bare text in which ``start`` to ``end`` stands."""
    first = max((each.end() for each in _END.finditer(bare, 0, start)), default=0)
    last = _END.search(bare, max(start, end - 1))
    return first, max(end, last.start() if last else len(bare))


def clause_values(
    library: Library, fact: Fact, text: Text, held: Sequence[Fact]
) -> dict[str, float]:
    """What is weighed of the clause around ``fact``, a promise or a clause of the draft ``text``;
    ``held`` are the figures, names, dates and links of the draft that a source holds."""
    start, end = clause_around(text.bare, fact.start, fact.end)
    promises = [
        (one.start - start, one.end - start, one.value.family)
        for one in (fact,)
        if isinstance(one.value, Statement) and one.value.family not in _WIDE
    ]
    clause = text.bare[start:end]
    value = fact.value
    of_reader = bool(_READER.search(clause)) and not _WE.search(clause)
    values = readings(
        words_of(clause, text.language, promises),
        library.passages,
        all_count=of_reader and isinstance(value, Clause),
    )
    added = isinstance(value, Clause) and value.marked
    link = isinstance(value, Clause) and value.link
    flags = {
        "held_figures": float(sum(start <= one.start and one.end <= end for one in held)),
        "also": float(bool(_ALSO.search(clause))),
        "we": float(bool(_WE.search(clause))),
        "reader": float(bool(_READER.search(clause))),
        "denies": float(denies(clause)),
        "promise": float(isinstance(value, Statement)),
        "added": float(added),
        "link": float(link),
        "added_nowhere": added * values["nowhere_words"],
        "promise_nowhere": isinstance(value, Statement) * values["nowhere_words"],
        "promise_not_in_one": isinstance(value, Statement) * (1 - values["in_one"]),
        "sources_of_ours": float(len({one.source for one in library.passages.all if one.ours})),
        "foreign": float(text.language not in library.languages),
    }
    return values | flags


def chance_invented(library: Library, fact: Fact, text: Text, held: Sequence[Fact]) -> float:
    """From 0 to 1, for a promise or a clause that no source has in the same wording."""
    values = clause_values(library, fact, text, held)
    if isinstance(fact.value, Clause):
        return invented(values, "clause")
    other_thing = (
        isinstance(fact.value, Statement)
        and fact.value.family in _OF_A_THING
        and values["about_telling"] > 0
        and values["about_in_one"] < FEW
    )
    return 1.0 if values["hardly_in_one"] or other_thing else invented(values, "promise")
