# ruff: noqa: E501  (patterns are kept on one line)
"""Days listed behind their month, as calendars write them: "January 2027: 11-13 and 25-27"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from salesagent_core.domain.text.lexicon import MONTHS

_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.)?(?![\d:%€$£]|[.,]\d| ?(?:h\b|uhr\b|[ap]m\b))"
_JOIN = r" ?(?:[,/&-]|\b(?:and|or|to|und|oder|sowie|bis|et|ou|puis|a|al|au|y|o)\b) ?(?:the |den |dem |le |el )?"

_ENDS = r"(?= ?(?:[.,;)\n]|$|still\b|free\b|available|open\b|noch\b|frei|verfugbar|libres?\b|encore\b|disponib|aun\b|todavia\b))"
"""Another word behind the last number is what it counts: "Oct 2026: 19 doubles"."""


@cache
def _pattern() -> re.Pattern[str]:
    months = "|".join(sorted(MONTHS, key=len, reverse=True))
    return re.compile(
        rf"(?<![a-z])(?<!\d )(?<!\d\. )(?P<m>{months})\b\.?(?: (?:de |del )?(?P<year>(?:19|20)\d\d))? ?: ?(?:[a-z]{{2,12}} ){{0,3}}(?P<days>{_DAY}(?:{_JOIN}{_DAY}){{0,20}}){_ENDS}"
    )


def days_behind_months(text: str) -> Iterator[tuple[int | None, int, int, int, int]]:
    """Year, month, day, start and end of each day that is listed so in a bare text."""
    for match in _pattern().finditer(text):
        year = int(match["year"]) if match["year"] else None
        for day in re.finditer(r"\d{1,2}", match["days"]):
            if 1 <= int(day[0]) <= 31:
                start = match.start("days") + day.start()
                yield year, MONTHS[match["m"]], int(day[0]), start, start + len(day[0])
