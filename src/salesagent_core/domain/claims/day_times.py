# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Which day a time of day belongs to, and how long a slot takes, within one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from salesagent_core.domain.claims.day_shifts import held_dates
from salesagent_core.domain.claims.facts import Fact
from salesagent_core.domain.claims.moments import Clock, Day, Weekday

PAIR_REACH = 60
MAX_SPAN = 14
"""The longest stay or event, in days, whose days are counted."""
_TO = re.compile(
    r"\s?(?:-|to|bis|a|and|until|jusqu'a|hasta|uhr -|/)\s?(?:las? )?(?:\d{4}-\d{2}-\d{2}t)?"
)

_THEN = re.compile(
    r"\s?(?:uhr|h)?\s?(?:,|;|/|\+|and|und|sowie|et|puis|y|e)\s?(?:again |wieder |from |von |de |las? ){0,2}"
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


def breaks(facts: list[Fact], bare: str) -> Iterator[float]:
    """Minutes between the two halves of every "8:30-12:00 and 13:00-16:30"."""
    clocks = sorted((f for f in facts if isinstance(f.value, Clock)), key=lambda f: f.start)
    for before, first, second, after in zip(
        clocks, clocks[1:], clocks[2:], clocks[3:], strict=False
    ):
        ends = (before, first), (second, after)
        if not all(_TO.fullmatch(bare[a.end : b.start]) for a, b in ends):
            continue
        one, other = first.value, second.value
        if (
            isinstance(one, Clock)
            and isinstance(other, Clock)
            and _THEN.fullmatch(bare[first.end : second.start])
        ):
            yield from (float(b - a) for a in one.minutes for b in other.minutes if b > a)


def weekdays_of(day: Day) -> set[int]:
    """The weekdays that its readings fall on, as far as they are whole dates."""
    return {
        date(year, month, number).weekday()
        for year, month, number in day.readings
        if year is not None and number is not None and 1 <= month <= 12
    }


_UNTIL = re.compile(
    r"\.?\s?(?:-|to|through|until|bis(?: zum)?|au|a|al|hasta(?: el)?)\s?(?:the |den |dem |le |el )?"
)


def spans(facts: list[Fact], bare: str) -> Iterator[tuple[date, date]]:
    """First and last day of every "10 to 12 March"; where no year is told, of a year."""
    days = sorted((f for f in facts if isinstance(f.value, Day)), key=lambda f: f.start)
    for one, other in pairwise(days):
        if not _UNTIL.fullmatch(bare[one.end : other.start]):
            continue
        first, last = one.value, other.value
        if isinstance(first, Day) and isinstance(last, Day):
            for begin, _ in held_dates([first]):
                for end, _ in held_dates([last]):
                    if 0 < (end - begin).days < MAX_SPAN:
                        yield begin, end


def weekdays_between(facts: list[Fact], bare: str) -> Iterator[int]:
    """The weekdays of every such span whose days have a year."""
    years = {
        reading[0] for f in facts if isinstance(f.value, Day) for reading in f.value.readings
    } - {None}
    for begin, end in spans(facts, bare):
        if begin.year in years:
            for step in range((end - begin).days + 1):
                yield (begin + timedelta(days=step)).weekday()
