# ruff: noqa: E501  (patterns are kept on one line)
"""Hours of the day that get their unit from the time they are joined to: "de 15 a 15:30",
"zwischen 9 und 10.30 Uhr", "de 8 a 17 h"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

_LEAD = r"(?:\b(?:de|desde|von|from|entre|between|zwischen|ab|des|at|um|a)\s(?:las\s)?|[,(]\s?)"
_JOIN = r"(?:\s?-\s?|\s(?:a|bis|to|until|till|hasta|y|und|and|et|jusqu'a)\s(?:las\s)?)"
_TO_A_TIME = re.compile(
    rf"{_LEAD}(?P<h>\d{{1,2}}){_JOIN}(?=(?P<h2>\d{{1,2}})(?::|\s?h\s?|\.(?=\d\d\s?uhr))(?P<m2>\d\d)(?!\d))"
)
_TO_HOURS = re.compile(
    r"(?:\b(?:de|entre|des|desde)\s(?:las\s)?|[(:,]\s?)(?P<h>\d{1,2})(?:\s?h(?:eures)?)?\s?(?:a|et|y|-)\s?(?:las\s)?(?P<h2>\d{1,2})(?P<unit>\s?(?:h|heures|horas))\b"
    r"(?! ?\d)(?! (?:par|por|a la|al|semanal\w*|hebdomadaire\w*|mensual\w*|mensuel\w*|diari\w*|quotidien\w*)\b)"
)
_HOUR = 60


@attrs.frozen(kw_only=True)
class JoinedHour:
    """``minutes`` after midnight; ``length`` in minutes where the words may tell how long."""

    minutes: int
    start: int
    end: int
    length: float | None = None


def find_joined(text: str, language: str) -> Iterator[JoinedHour]:
    """``text`` in bare form; ``language`` one of the four, or ``any``."""
    for match in _TO_A_TIME.finditer(text):
        hour, later = int(match["h"]), int(match["h2"]) * _HOUR + int(match["m2"])
        if hour * _HOUR < later <= 24 * _HOUR:
            yield JoinedHour(minutes=hour * _HOUR, start=match.start("h"), end=match.end("h"))
    if language in ("en", "de"):
        return
    for match in _TO_HOURS.finditer(text):
        first, last = int(match["h"]), int(match["h2"])
        if first < last <= 24:
            for hour, group, end in ((first, "h", "h"), (last, "h2", "unit")):
                yield JoinedHour(
                    minutes=hour * _HOUR,
                    start=match.start(group),
                    end=match.end(end),
                    length=float(hour * _HOUR),
                )
