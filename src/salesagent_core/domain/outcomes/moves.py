"""What the present state of a deal or a meeting means beside the one that was seen before."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.outcomes.outcome import DealStage, OutcomeType, deal_outcome

HELD_CONFIDENCE = 0.8
"""A calendar knows who meant to come, not who came."""
MISSED_CONFIDENCE = 0.5
"""It was called off or declined, which is less bad than nobody coming."""


@attrs.frozen(kw_only=True)
class DealPlace:
    """Where a deal stands. ``position`` is its stage's place in the pipeline's order, None for a
    stage that the pipeline has no more."""

    pipeline_id: str
    stage_id: str
    position: int | None
    closed: bool = False
    won: bool = False


def deal_moved(before: DealPlace | None, now: DealPlace) -> OutcomeType | None:
    """What the move means; None when there was none, or when nobody can tell its direction.

    Direction is the pipeline's own order. Between two pipelines there is none.
    """
    if before is not None and before.pipeline_id != now.pipeline_id and not now.closed:
        return None
    stages = {each.stage_id: _stage(each) for each in (before, now) if each is not None}
    known = [stage for stage in stages.values() if stage is not None]
    return deal_outcome(before.stage_id if before else None, now.stage_id, known)


def _stage(place: DealPlace) -> DealStage | None:
    if place.position is None and not place.closed:
        return None
    return DealStage(
        id=place.stage_id,
        order=place.position if place.position is not None else 0,
        won=place.won,
        lost=place.closed and not place.won,
    )


@attrs.frozen(kw_only=True)
class MeetingPlace:
    """A meeting with one contact, as it was seen last. Times are aware; ``settled`` once it is
    known whether it took place."""

    start: datetime
    end: datetime
    settled: bool = False


@attrs.frozen(kw_only=True)
class MeetingNow:
    """The same meeting now. ``on``: it takes place, and the contact has not declined."""

    start: datetime
    end: datetime
    on: bool


def meeting_moved(
    before: MeetingPlace | None, now: MeetingNow | None, at: datetime
) -> tuple[MeetingPlace | None, tuple[tuple[OutcomeType, float], ...]]:
    """What is known from now on, and what happened, with how sure that is.

    ``now`` is None for a meeting that the calendar no longer shows. Whether it was held is told
    when its time is over, once.
    """
    if before is None:
        if now is None or not now.on:
            return None, ()
        booked = MeetingPlace(start=now.start, end=now.end)
        place, held = _over(booked, on=True, at=at)
        return place, ((OutcomeType.MEETING_BOOKED, 1.0), *held)
    if before.settled:
        return before, ()
    if now is None or not now.on:
        return _over(before, on=False, at=at)
    moved: tuple[tuple[OutcomeType, float], ...] = ()
    if now.start != before.start:
        moved = ((OutcomeType.MEETING_RESCHEDULED, 1.0),)
    place, held = _over(MeetingPlace(start=now.start, end=now.end), on=True, at=at)
    return place, (*moved, *held)


def _over(
    place: MeetingPlace, *, on: bool, at: datetime
) -> tuple[MeetingPlace, tuple[tuple[OutcomeType, float], ...]]:
    if at < place.end:
        return place, ()
    settled = attrs.evolve(place, settled=True)
    if on:
        return settled, ((OutcomeType.MEETING_HELD, HELD_CONFIDENCE),)
    return settled, ((OutcomeType.MEETING_NO_SHOW, MISSED_CONFIDENCE),)
