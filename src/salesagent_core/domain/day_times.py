"""Which day a time of day belongs to, and how long a slot takes, within one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from salesagent_core.domain.facts import Fact
from salesagent_core.domain.moments import Clock, Day, Weekday

PAIR_REACH = 60
_TO = re.compile(
    r"\s?(?:-|to|bis|a|and|until|jusqu'a|hasta|uhr -|/)\s?(?:las? )?(?:\d{4}-\d{2}-\d{2}t)?"
)


def pairs(facts: list[Fact], bare: str) -> list[tuple[Day | Weekday | None, int]]:
    """Each time of a text, in minutes, with the day it belongs to."""
    return [
        (day_of(fact, facts, bare), minute)
        for fact in facts
        if isinstance(fact.value, Clock)
        for minute in fact.value.minutes
    ]


def day_of(clock: Fact, facts: list[Fact], bare: str) -> Day | Weekday | None:
    """The day a time belongs to: the last one before it on its line, else the next one."""
    line = bare.rfind("\n", 0, clock.start) + 1
    line_end = bare.find("\n", clock.end)
    line_end = len(bare) if line_end < 0 else line_end
    days = [f for f in facts if isinstance(f.value, Day | Weekday) and line <= f.start < line_end]
    before = [
        f
        for f in days
        if f.end <= clock.start and not re.search(r"[!?;]|\. ", bare[f.end : clock.start])
    ]
    after = [f for f in days if 0 <= f.start - clock.end <= PAIR_REACH // 2]
    direct = [
        f for f in after if re.fullmatch(r"\s?(?:on|am|le|el|,)?\s?", bare[clock.end : f.start])
    ]
    chosen = None
    gap = bare[max((f.end for f in before), default=0) : clock.start]
    near = (
        bool(before)
        and len(gap) <= 8
        and not re.search(r"\b(?:and|or|und|oder|et|ou|y|o) (?:at |um |a |a las? )?$", gap)
    )
    if direct and not near:
        chosen = min(direct, key=lambda f: f.start)
    elif before:
        chosen = max(before, key=lambda f: f.end)
    elif after:
        chosen = min(after, key=lambda f: f.start)
    return chosen.value if chosen and isinstance(chosen.value, Day | Weekday) else None


def slot_lengths(facts: list[Fact], bare: str) -> Iterator[float]:
    """Minutes between the ends of every "10:00-10:30"."""
    clocks = sorted((f for f in facts if isinstance(f.value, Clock)), key=lambda f: f.start)
    for first, second in pairwise(clocks):
        one, other = first.value, second.value
        if (
            isinstance(one, Clock)
            and isinstance(other, Clock)
            and _TO.fullmatch(bare[first.end : second.start])
        ):
            yield from (float(b - a) for a in one.minutes for b in other.minutes if b > a)


def weekdays_of(day: Day) -> set[int]:
    """The weekdays that its readings fall on, as far as they are whole dates."""
    return {
        date(year, month, number).weekday()
        for year, month, number in day.readings
        if year is not None and number is not None and 1 <= month <= 12
    }
