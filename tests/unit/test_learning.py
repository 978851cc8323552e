"""What replies teach about a threshold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.approval import (
    MAX_THRESHOLD,
    MIN_THRESHOLD,
    Facts,
    Policy,
    Verdict,
    evaluate,
)
from salesagent_core.domain.approval_rules import Condition, Operator, Rule
from salesagent_core.domain.autonomy import Segment, Stage
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.learning import (
    HIGH_RATE,
    LOW_RATE,
    MIN_SENT,
    STEP,
    SegmentReplies,
    learned_threshold,
    lesson,
    period_of,
)
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.errors import InvalidInput

HOT = Segment(tier=Tier.HOT, rule="english")


def replies(replied: int, sent: int) -> SegmentReplies:
    return SegmentReplies(segment=HOT, sent=sent, replied=replied)


@pytest.mark.parametrize(
    ("replied", "sent", "step", "code"),
    [
        (0, 29, 0.0, "too_few_sent"),
        (29, 29, 0.0, "too_few_sent"),
        (0, 30, 0.0, "no_evidence"),  # its interval reaches 11.4 %
        (0, 35, STEP, "rarely_answered"),
        (2, 30, 0.0, "no_evidence"),  # 6.7 %, but it may be 21 %
        (12, 30, 0.0, "no_evidence"),  # 40 %, but it may be 25 %
        (15, 30, -STEP, "often_answered"),
        (30, 30, -STEP, "often_answered"),
        (20, 100, 0.0, "no_evidence"),
    ],
)
def test_only_the_whole_interval_moves_a_threshold(
    replied: int, sent: int, step: float, code: str
) -> None:
    found = lesson(replies(replied, sent))
    assert (found.step, found.reason.code) == (step, code)
    assert f"{replied} of {sent}" in found.reason.sentence


@given(st.integers(0, 3_000), st.data())
def test_a_step_is_what_the_interval_says(sent: int, data: st.DataObject) -> None:
    replied = data.draw(st.integers(0, sent))
    found = lesson(replies(replied, sent))
    interval = wilson_interval(replied, sent)
    assert found.interval == interval
    if found.step > 0:
        assert sent >= MIN_SENT
        assert interval.high < LOW_RATE
    elif found.step < 0:
        assert sent >= MIN_SENT
        assert interval.low > HIGH_RATE
    else:
        assert sent < MIN_SENT or (interval.high >= LOW_RATE and interval.low <= HIGH_RATE)


@given(st.floats(MIN_THRESHOLD, MAX_THRESHOLD), st.integers(-100, 100))
def test_a_learned_threshold_stays_inside_the_bounds(base: float, steps: int) -> None:
    learned = learned_threshold(base, steps * STEP)
    assert MIN_THRESHOLD <= learned <= MAX_THRESHOLD
    policy = Policy(threshold=base, learned=(("english", steps * STEP),))
    assert policy.threshold_for("english") == pytest.approx(learned, abs=1e-4)
    assert policy.threshold_for("other") == pytest.approx(base, abs=1e-4)
    strict = Policy(threshold=base, operator_threshold=1.0, learned=(("english", -0.4),))
    assert strict.threshold_for("english") == 1.0, "an operator's own only ever raises it"


def test_a_learned_step_changes_what_goes_alone() -> None:
    rule = Rule(
        name="english",
        priority=1,
        confidence=0.91,
        enabled=True,
        conditions=(Condition(field="language", operator=Operator.EQ, value="en"),),
    )
    facts = Facts(
        tier=Tier.HOT,
        fit=0.9,
        coverage=1.0,
        disqualified=False,
        language="en",
        stages=(("english", Stage.AUTO),),
    )

    def verdict(learned: float) -> Verdict:
        policy = Policy(auto_approve_enabled=True, learned=(("english", learned),))
        return evaluate(facts, [rule], policy).verdict

    assert verdict(0.0) is Verdict.AUTO_APPROVED
    assert verdict(STEP) is Verdict.NEEDS_REVIEW
    assert verdict(STEP - STEP) is Verdict.AUTO_APPROVED


def test_a_month_is_named_and_impossible_counts_are_refused() -> None:
    assert period_of(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03"
    with pytest.raises(InvalidInput):
        replies(2, 1)
