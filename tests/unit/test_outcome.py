"""Twenty types, one key an event, and an adjustment that fades and stays in bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.outcomes.outcome import (
    DealStage,
    Outcome,
    OutcomeGroup,
    OutcomeSource,
    OutcomeType,
    contact_adjustment,
    deal_outcome,
    event_key,
)
from salesagent_core.errors import InvalidInput

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

TABLE = {
    "email_sent": 0,
    "email_opened": 2,
    "email_clicked": 4,
    "email_replied": 8,
    "email_bounced": -5,
    "email_unsubscribed": -8,
    "meeting_booked": 10,
    "meeting_held": 9,
    "meeting_no_show": -4,
    "meeting_rescheduled": 1,
    "deal_created": 10,
    "deal_stage_advanced": 7,
    "deal_stage_regressed": -5,
    "deal_won": 10,
    "deal_lost": -7,
    "task_completed": 3,
    "task_overdue": -2,
    "positive_response": 6,
    "negative_response": -6,
    "no_response": -1,
}


def outcome(
    kind: OutcomeType, *, age_days: float = 0, confidence: float = 1.0, key: str | None = None
) -> Outcome:
    at = NOW - timedelta(days=age_days)
    return Outcome(
        id="o",
        key=key or f"{kind.value}:{at.isoformat()}",
        type=kind,
        email="ann@example.com",
        occurred_at=at,
        recorded_at=at,
        source=OutcomeSource.MAILBOX,
        confidence=confidence,
    )


def test_the_twenty_types_and_their_impact() -> None:
    assert {each.value: each.impact for each in OutcomeType} == TABLE


def test_five_groups() -> None:
    assert {each.group for each in OutcomeType} == set(OutcomeGroup)
    assert OutcomeType.NEGATIVE_RESPONSE.group is OutcomeGroup.RESPONSE
    assert OutcomeType.DEAL_STAGE_ADVANCED.group is OutcomeGroup.DEAL


def test_an_event_halves_in_thirty_days_and_counts_by_confidence() -> None:
    reply = OutcomeType.EMAIL_REPLIED
    assert contact_adjustment([outcome(reply)], NOW) == 8
    assert contact_adjustment([outcome(reply, age_days=30)], NOW) == pytest.approx(4)
    assert contact_adjustment([outcome(reply, age_days=60, confidence=0.5)], NOW) == 1
    later = outcome(reply, age_days=-3)
    assert contact_adjustment([later], NOW) == 8, "a clock that is ahead does not count double"


def test_one_event_counts_once() -> None:
    reply = outcome(OutcomeType.EMAIL_REPLIED, key="k")
    assert contact_adjustment([reply, reply, attrs.evolve(reply, id="other")], NOW) == 8


outcomes = st.builds(
    outcome,
    st.sampled_from(OutcomeType),
    age_days=st.floats(-10, 4_000),
    confidence=st.floats(0, 1),
    key=st.uuids().map(str),
)


@given(st.lists(outcomes, max_size=60))
def test_the_adjustment_stays_within_twenty(found: list[Outcome]) -> None:
    assert -20 <= contact_adjustment(found, NOW) <= 20


@given(st.lists(outcomes, max_size=20), st.randoms())
def test_the_order_of_events_does_not_matter(found: list[Outcome], random: object) -> None:
    shuffled = sorted(found, key=lambda each: each.key)
    assert contact_adjustment(found, NOW) == pytest.approx(contact_adjustment(shuffled, NOW))


def test_many_good_things_reach_the_bound() -> None:
    many = [outcome(OutcomeType.MEETING_BOOKED, key=str(n)) for n in range(5)]
    assert contact_adjustment(many, NOW) == 20


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_out_of_range_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidInput):
        outcome(OutcomeType.EMAIL_SENT, confidence=confidence)


# Names that sort against the order, so that the alphabet cannot be right by chance.
PIPELINE = (
    DealStage(id="zebra", order=1),
    DealStage(id="monkey", order=2),
    DealStage(id="ant", order=3),
    DealStage(id="closedwon", order=4, won=True),
    DealStage(id="closedlost", order=5, lost=True),
)


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ("zebra", "ant", OutcomeType.DEAL_STAGE_ADVANCED),
        ("ant", "monkey", OutcomeType.DEAL_STAGE_REGRESSED),
        ("ant", "closedwon", OutcomeType.DEAL_WON),
        ("ant", "closedlost", OutcomeType.DEAL_LOST),
        ("closedwon", "closedlost", OutcomeType.DEAL_LOST),
        (None, "zebra", OutcomeType.DEAL_CREATED),
        ("ant", "ant", None),
        ("ant", "of another pipeline", None),
        ("of another pipeline", "ant", None),
    ],
)
def test_deal_direction_is_the_pipelines(
    before: str | None, after: str, meaning: OutcomeType | None
) -> None:
    assert deal_outcome(before, after, PIPELINE) is meaning


def test_a_reply_noticed_twice_is_one_event() -> None:
    first = event_key(OutcomeType.EMAIL_REPLIED, "<m1@example.com>", NOW)
    again = event_key(OutcomeType.EMAIL_REPLIED, "<m1@example.com>", NOW + timedelta(hours=3))
    other = event_key(OutcomeType.EMAIL_REPLIED, "<m2@example.com>", NOW)
    bounced = event_key(OutcomeType.EMAIL_BOUNCED, "<m1@example.com>", NOW)
    assert first == again
    assert len({first, other, bounced}) == 3


def test_opens_count_once_a_day_and_deal_moves_each_time() -> None:
    hour = timedelta(hours=1)
    opened = OutcomeType.EMAIL_OPENED
    assert event_key(opened, "m", NOW) == event_key(opened, "m", NOW + hour)
    assert event_key(opened, "m", NOW) != event_key(opened, "m", NOW + timedelta(days=1))
    moved = OutcomeType.DEAL_STAGE_ADVANCED
    assert event_key(moved, "d", NOW) != event_key(moved, "d", NOW + hour)


def test_the_key_holds_nothing_readable() -> None:
    assert "ann" not in event_key(OutcomeType.EMAIL_REPLIED, "ann@example.com", NOW)
