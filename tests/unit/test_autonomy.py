"""Trust is earned by evidence, given by a named admin, and lost by one harm."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.autonomy import (
    Harm,
    Segment,
    SegmentState,
    Stage,
    agrees,
    assess,
    demote,
    grant,
    promote,
    record_verdict,
    start_shadow,
    withdraw,
)
from salesagent_core.domain.icp import Tier
from salesagent_core.errors import Conflict, InvalidInput, PolicyRefused

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NEW = SegmentState(segment=Segment(tier=Tier.HOT, rule="replied_before"))


def in_shadow(verdicts: int, agreed: int) -> SegmentState:
    state = start_shadow(NEW, "admin-1", NOW, "trial")
    return attrs.evolve(state, shadow_verdicts=verdicts, agreed=agreed)


def test_a_new_segment_is_manual() -> None:
    assert NEW.stage is Stage.MANUAL


def test_fifty_agreements_in_fifty_earn_auto() -> None:
    state = start_shadow(NEW, "admin-1", NOW, "trial")
    for _ in range(49):
        state = record_verdict(state, agreed=True)
    with pytest.raises(PolicyRefused, match="49 of 50"):
        promote(state, NOW)
    state = promote(record_verdict(state, agreed=True), NOW)
    assert state.stage is Stage.AUTO
    assert state.last_change is not None
    assert state.last_change.by == "policy"


@pytest.mark.parametrize(
    ("verdicts", "agreed", "earned"),
    [
        # 48 of 50 is 96 %, but its lower bound is only 0.882.
        (50, 48, False),
        (50, 49, True),
        (1_000, 900, False),
        (1_000, 915, False),
        (1_000, 916, True),
        (49, 49, False),
        (0, 0, False),
    ],
)
def test_the_bound_decides_not_the_rate(verdicts: int, agreed: int, earned: bool) -> None:
    promotion = assess(in_shadow(verdicts, agreed))
    assert promotion.earned is earned
    assert promotion.reasons


@given(st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_no_promotion_without_fifty_verdicts_and_ninety_percent(counts: tuple[int, int]) -> None:
    verdicts, agreed = counts
    if assess(in_shadow(verdicts, agreed)).earned:
        assert verdicts >= 50
        assert agreed / verdicts > 0.90


@pytest.mark.parametrize("harm", Harm)
def test_one_harm_demotes_at_once_and_the_evidence_starts_again(harm: Harm) -> None:
    state = demote(promote(in_shadow(60, 60), NOW), harm, NOW)
    assert state.stage is Stage.SHADOW
    assert (state.shadow_verdicts, state.agreed) == (0, 0)
    assert state.last_change is not None
    assert state.last_change.before is Stage.AUTO
    assert harm.value in state.last_change.reason.code
    with pytest.raises(PolicyRefused):
        promote(state, NOW)


def test_a_late_report_changes_nothing_more() -> None:
    manual = withdraw(promote(in_shadow(60, 60), NOW), "admin-1", NOW, "holiday")
    assert demote(manual, Harm.COMPLAINT, NOW) is manual


def test_an_admin_can_grant_and_a_harm_takes_that_too() -> None:
    granted = grant(NEW, "admin-1", NOW, "we know these people")
    assert granted.stage is Stage.AUTO
    assert granted.last_change is not None
    assert (granted.last_change.by, granted.last_change.reason.sentence) == (
        "admin-1",
        "we know these people",
    )
    assert demote(granted, Harm.BOUNCE, NOW).stage is Stage.SHADOW


@pytest.mark.parametrize(("by", "why"), [("", "because"), ("admin-1", "  ")])
def test_a_grant_names_who_and_why(by: str, why: str) -> None:
    with pytest.raises(InvalidInput):
        grant(NEW, by, NOW, why)


def test_only_shadow_records_and_is_promoted() -> None:
    with pytest.raises(Conflict):
        record_verdict(NEW, agreed=True)
    with pytest.raises(Conflict):
        promote(NEW, NOW)


def test_agreement_is_approval_without_a_material_edit() -> None:
    assert agrees(approved=True, material_edit=False)
    assert not agrees(approved=True, material_edit=True)
    assert not agrees(approved=False, material_edit=False)
