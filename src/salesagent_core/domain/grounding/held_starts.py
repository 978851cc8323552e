# ruff: noqa: E501  (patterns are kept on one line)
"""Days on which something begins by rule: "on the 1st of the following month"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.moments import Day
from salesagent_core.domain.grounding.library import Library, sentence_around

_NEXT_FIRST = re.compile(
    r"\b(?:1st|first(?: day)?|1er|premier(?: jour)?|1\.?|ersten?(?: tage?s?)?|dia 1|dia uno|primer dia|primero)(?: of| du| des| de[rnsml]?)?(?: the)? (?:following month|next month|month (?:after|following)|mois (?:suivant|prochain|d'apres)|folgemonats?|(?:folgenden|nachsten|darauffolgenden) monats?|mes (?:siguiente|proximo|posterior)|proximo mes|siguiente mes)"
)
_BEGINS = re.compile(
    r"\b(?:start\w*|begin\w*|from|effect\w*|live|as of|beginn\w*|ab|lauft|startet|gilt|wirksam|los|debut\w*|commence\w*|effet|effecti\w*|des|partir|demarr\w*|empieza\w*|empezari?a?|comienza\w*|inici\w*|efecto|entra\w*|desde|vigor)\b"
)


def begins_next_month(library: Library, wanted: Day, text: Text, facts: Sequence[Fact]) -> bool:
    """ "If you join in December, your contract starts on 1 January" where a source says that it
    starts on the first of the following month; the month before is named in the sentence."""
    months = {month for _, month, number in wanted.readings if number == 1 and 1 <= month <= 12}
    if not months or wanted.weekday is not None or not _NEXT_FIRST.search(library.whens):
        return False
    first, last = sentence_around(text.bare, wanted.start)
    if not _BEGINS.search(text.bare[first:last]):
        return False
    named = {
        month
        for one in facts
        if isinstance(one.value, Day) and one.value is not wanted and first <= one.start < last
        for _, month, _ in one.value.readings
    }
    return any((month - 2) % 12 + 1 in named for month in months)
