"""What moves of deals and meetings mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.outcomes.moves import (
    DealPlace,
    MeetingNow,
    MeetingPlace,
    deal_moved,
    meeting_moved,
)
from salesagent_core.domain.outcomes.outcome import OutcomeType

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def deal(stage: str, position: int | None, *, closed: bool = False, won: bool = False) -> DealPlace:
    return DealPlace(pipeline_id="p", stage_id=stage, position=position, closed=closed, won=won)


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 50), st.integers(0, 50))
def test_direction_is_the_order_of_the_pipeline_and_never_a_name(
    a: str, b: str, here: int, there: int
) -> None:
    moved = deal_moved(deal(f"1{a}", here), deal(f"2{b}", there))
    if here == there:
        assert moved is None
    elif there > here:
        assert moved is OutcomeType.DEAL_STAGE_ADVANCED
    else:
        assert moved is OutcomeType.DEAL_STAGE_REGRESSED


def test_the_ends_of_a_pipeline_and_what_nobody_can_tell() -> None:
    first = deal("a", 0)
    assert deal_moved(None, first) is OutcomeType.DEAL_CREATED
    assert deal_moved(first, first) is None
    assert deal_moved(first, deal("w", 9, closed=True, won=True)) is OutcomeType.DEAL_WON
    assert deal_moved(first, deal("l", 8, closed=True)) is OutcomeType.DEAL_LOST
    assert deal_moved(first, deal("l", None, closed=True)) is OutcomeType.DEAL_LOST
    assert deal_moved(first, deal("gone", None)) is None, "a stage that is gone has no place"
    elsewhere = attrs.evolve(deal("b", 5), pipeline_id="q")
    assert deal_moved(first, elsewhere) is None, "two pipelines have no common order"
    assert deal_moved(first, attrs.evolve(elsewhere, closed=True, won=True)) is OutcomeType.DEAL_WON
    assert deal_moved(deal("l", 8, closed=True), first) is OutcomeType.DEAL_STAGE_REGRESSED


def meeting(hours: float, *, on: bool = True) -> MeetingNow:
    start = NOW + timedelta(hours=hours)
    return MeetingNow(start=start, end=start + HOUR, on=on)


def kinds(happened: tuple[tuple[OutcomeType, float], ...]) -> list[OutcomeType]:
    return [kind for kind, _ in happened]


def test_a_meeting_from_being_booked_to_being_held() -> None:
    place, happened = meeting_moved(None, meeting(5), NOW)
    assert kinds(happened) == [OutcomeType.MEETING_BOOKED]
    place, happened = meeting_moved(place, meeting(5), NOW)
    assert happened == ()
    place, happened = meeting_moved(place, meeting(7), NOW)
    assert kinds(happened) == [OutcomeType.MEETING_RESCHEDULED]
    place, happened = meeting_moved(place, meeting(7), NOW + 9 * HOUR)
    assert kinds(happened) == [OutcomeType.MEETING_HELD]
    assert place is not None
    assert place.settled


def test_one_that_was_called_off_is_missed_once_and_not_before_its_time() -> None:
    place, _ = meeting_moved(None, meeting(5), NOW)
    place, happened = meeting_moved(place, meeting(5, on=False), NOW)
    assert happened == ()
    place, happened = meeting_moved(place, None, NOW + 9 * HOUR)
    assert kinds(happened) == [OutcomeType.MEETING_NO_SHOW]
    assert meeting_moved(place, meeting(5), NOW + 99 * HOUR) == (place, ())


def test_what_never_took_place_is_nothing() -> None:
    assert meeting_moved(None, None, NOW) == (None, ())
    assert meeting_moved(None, meeting(5, on=False), NOW) == (None, ())


@given(st.lists(st.tuples(st.floats(-50, 50), st.booleans(), st.floats(0, 5)), max_size=12))
def test_whatever_a_calendar_shows_a_meeting_ends_at_most_once(
    seen: list[tuple[float, bool, float]],
) -> None:
    place: MeetingPlace | None = None
    ends, at = 0, NOW
    for hours, on, later in seen:
        at += timedelta(hours=later)
        place, happened = meeting_moved(place, meeting(hours, on=on), at)
        found = kinds(happened)
        ends += sum(
            kind in (OutcomeType.MEETING_HELD, OutcomeType.MEETING_NO_SHOW) for kind in found
        )
    assert ends == (1 if place is not None and place.settled else 0)
