"""Whether the sources hold a day or a time of day."""

from __future__ import annotations

import re
from datetime import date

from salesagent_core.domain.claims.day_times import day_of, weekdays_of
from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.moments import ANY_MONTH, Clock, Day, Weekday
from salesagent_core.domain.claims.quantities import ROUND_THE_CLOCK, Quantity
from salesagent_core.domain.claims.weekday_spans import days_between, is_habit
from salesagent_core.domain.grounding.held_lengths import bare_length
from salesagent_core.domain.grounding.library import Library, sentence_around

DAY_MINUTES = 1440


def holds_weekday(library: Library, wanted: Weekday, text: Text) -> bool:
    """True when some source holds this weekday; of a range only as an end of a range again, or as
    a habit ("on Fridays")."""
    if wanted.number in library.weekdays:
        return True
    ends = {number for span in library.weekday_spans for number in span}
    if wanted.span:
        return wanted.number in ends
    return any(within(wanted, span, text) for span in library.weekday_spans)


def holds_clock(library: Library, wanted: Clock, fact: Fact, text: Text, facts: list[Fact]) -> bool:
    """True when some source holds this time, on the day that the draft puts it."""
    if _holds_as_number(library, wanted):
        return True
    if wanted.count is not None:
        first, _ = sentence_around(text.bare, fact.start)
        said = text.bare[first : fact.start]
        if bare_length(library, frozenset({wanted.count}), said, text.language):
            return True
    day = day_of(fact, facts, text.bare)
    if wanted.minutes & library.clocks:
        return day is None or any(
            minute in wanted.minutes and _compatible(day, held, library, text)
            for held, minute in library.pairs
        )
    # "10:00-10:30" where the source holds the start and that the slot takes 30 minutes.
    before = [
        one
        for one in facts
        if isinstance(one.value, Clock)
        and one.end <= fact.start
        and re.fullmatch(
            r"\s?(?:-|to|bis|a|and|until|jusqu'a|hasta)\s?(?:las? )?",
            text.bare[one.end : fact.start],
        )
    ]
    return any(
        isinstance(one.value, Clock)
        and one.value.minutes & library.clocks
        and any(
            _held_length(library, float(end - start))
            for start in one.value.minutes
            for end in wanted.minutes
        )
        for one in before
    )


def _holds_as_number(library: Library, wanted: Clock) -> bool:
    """Where the words may also count something or tell a length, either is enough."""
    if wanted.length == DAY_MINUTES and ROUND_THE_CLOCK.search(library.our_text):
        return True
    if wanted.length is not None and _held_length(library, wanted.length):
        return True
    return wanted.count is not None and any(
        isinstance(m.value, Quantity) and m.value.kind == "count" and wanted.count in m.value.values
        for m in library.quantities
    )


def _held_length(library: Library, minutes: float) -> bool:
    return minutes in library.lengths or any(
        isinstance(m.value, Quantity) and m.value.unit == "minutes" and minutes in m.value.values
        for m in library.quantities
    )


def _compatible(
    day: Day | Weekday, held: Day | Weekday | None, library: Library, text: Text
) -> bool:
    if held is None:
        return True
    if isinstance(held, Weekday) and held.span:
        return isinstance(day, Weekday) and within(day, held.span, text)
    if isinstance(day, Day) and isinstance(held, Day):
        return same_day(day, held)
    numbers = [_numbers(day), _numbers(held)]
    if all(numbers):
        return bool(numbers[0] & numbers[1])
    # One side has neither weekday nor year: it can be told only through another source.
    return isinstance(day, Day) and any(same_day(day, other) for other in library.days)


def within(day: Weekday, span: tuple[int, int], text: Text) -> bool:
    """True where the draft's ``day`` is a part of the range ``span`` and is told as a habit: hours
    that hold from Monday to Friday offer nobody the coming Monday."""
    days = days_between(span)
    if day.span:
        return days_between(day.span) <= days
    first, last = sentence_around(text.bare, day.start)
    return day.number in days and is_habit(
        text.bare[first:last], day.start - first, day.end - first
    )


def _numbers(day: Day | Weekday) -> set[int]:
    if isinstance(day, Weekday):
        return {day.number}
    return weekdays_of(day) | ({day.weekday} if day.weekday is not None else set())


def same_day(wanted: Day, held: Day) -> bool:
    """True when both can be the same day, as far as each tells."""
    for year, month, number in wanted.readings:
        for held_year, held_month, held_number in held.readings:
            if ANY_MONTH not in (month, held_month) and month != held_month:
                continue
            if number is not None and number != held_number:
                continue
            if year is not None and held_year is not None and year != held_year:
                continue
            if wanted.weekday is None or number is None:
                return True
            known_year = year or held_year
            month = month or held_month
            if known_year is None or month == ANY_MONTH:
                return held.weekday is None or held.weekday == wanted.weekday
            if date(known_year, month, number).weekday() == wanted.weekday:
                return True
    return False
