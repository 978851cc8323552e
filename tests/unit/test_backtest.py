"""A decision can be decided again from its own log, under the same policy or another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.approval import (
    DEFAULT_RULES,
    Decision,
    Facts,
    Policy,
    Rule,
    Verdict,
    evaluate,
)
from salesagent_core.domain.autonomy import (
    Segment,
    SegmentState,
    Stage,
    assess,
    read_segment,
    verdicts_to_go,
)
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import (
    MAX_LISTED,
    Answer,
    CandidatePolicy,
    PastDecision,
    Replayed,
    StageWish,
    describe,
    facts_of,
    replay,
    report,
)
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.run import Degradation
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import DraftId

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NAMES = [rule.name for rule in DEFAULT_RULES]
shares = st.floats(0, 1)
flags = st.booleans()
words = st.none() | st.sampled_from(["vp", "Director", "en", "unclear", "interested", "ES"])

facts = st.builds(
    Facts,
    tier=st.sampled_from(Tier),
    fit=shares,
    coverage=shares,
    disqualified=flags,
    domain_verified=flags,
    free_mail=flags,
    title=words,
    seniority=words,
    country=words,
    employees=st.none() | st.integers(0, 10**6),
    is_customer=flags,
    first_contact=flags,
    days_since_human_reply=st.none() | st.floats(0, 400),
    last_reply_intent=words,
    recipient_approved=flags,
    findings=st.lists(
        st.builds(
            Finding,
            code=st.sampled_from(["price", "voice_long"]),
            severity=st.sampled_from(Severity),
            sentence=st.just("it was found"),
        ),
        max_size=2,
    ).map(tuple),
    ungrounded_claims=st.integers(0, 2),
    injection_suspected=flags,
    degraded=st.sampled_from([(), (Degradation(step="propose_slots", gap="no calendar"),)]),
    suppressed=flags,
    complained=flags,
    thread_intents=st.lists(st.sampled_from(["interested", "unclear"]), max_size=2).map(tuple),
    stale=flags,
    kill_switch=flags,
    asked_for=flags,
    stages=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(Stage)).map(
        lambda stages: tuple(stages.items())
    ),
)
switched = st.lists(flags, min_size=4, max_size=4).map(
    lambda on: tuple(
        attrs.evolve(rule, enabled=each) for rule, each in zip(DEFAULT_RULES, on, strict=True)
    )
)


def decided(seen: Facts, rules: tuple[Rule, ...], policy: Policy, at: datetime = NOW) -> Decision:
    found = evaluate(seen, rules, policy)
    return Decision(
        id=f"decision-{at.isoformat()}",
        draft_id=DraftId(f"draft-{at.isoformat()}"),
        content_hash="h",
        verdict=found.verdict,
        by="policy",
        at=at,
        reasons=found.reasons,
        rule=found.rule,
        confidence=found.confidence,
        inputs=found.inputs,
        vetoes=found.vetoes,
    )


@given(facts, switched, st.floats(0.5, 1))
@settings(max_examples=100)
def test_the_same_policy_decides_the_same_for_the_same_reasons(
    seen: Facts, rules: tuple[Rule, ...], threshold: float
) -> None:
    policy = Policy(auto_approve_enabled=True, threshold=threshold)
    decision = decided(seen, rules, policy)
    candidate = CandidatePolicy(rules=rules, threshold=threshold)
    found = replay(PastDecision(decision=decision), candidate)
    assert found is not None
    assert (found.after, found.rule) == (decision.verdict, decision.rule)
    assert [each.code for each in found.reasons] == [each.code for each in decision.reasons]


@given(facts, switched)
@settings(max_examples=100)
def test_what_was_seen_comes_back_from_the_log(seen: Facts, rules: tuple[Rule, ...]) -> None:
    again = facts_of(decided(seen, rules, Policy()).inputs)
    assert again is not None
    second = decided(again, rules, Policy())
    assert second.inputs == decided(seen, rules, Policy()).inputs


@given(facts, switched, st.sampled_from(["suppressed", "complained", "kill_switch", "stale"]))
@settings(max_examples=50)
def test_no_policy_overrides_a_veto_of_the_past(
    seen: Facts, rules: tuple[Rule, ...], veto: str
) -> None:
    seen = attrs.evolve(seen, **{veto: True})  # type: ignore[arg-type]
    candidate = CandidatePolicy(
        rules=tuple(attrs.evolve(rule, enabled=True, confidence=1.0) for rule in rules),
        threshold=0.5,
        stages=(StageWish(tier="*", rule="*", stage=Stage.AUTO),),
    )
    found = replay(PastDecision(decision=decided(seen, rules, Policy())), candidate)
    assert found is not None
    assert found.after is Verdict.NEEDS_REVIEW


def test_a_decision_without_inputs_is_not_guessed() -> None:
    bare = Decision(
        id="d",
        draft_id=DraftId("x"),
        content_hash="h",
        verdict=Verdict.NEEDS_REVIEW,
        by="policy",
        at=NOW,
    )
    assert replay(PastDecision(decision=bare), CandidatePolicy(rules=DEFAULT_RULES)) is None


def test_a_later_wish_about_trust_wins() -> None:
    seen = Facts(tier=Tier.HOT, fit=0.95, coverage=0.9, recipient_approved=True)
    rules = tuple(attrs.evolve(rule, enabled=True) for rule in DEFAULT_RULES)
    past = PastDecision(decision=decided(seen, rules, Policy()))
    everything = StageWish(tier="*", rule="*", stage=Stage.AUTO)
    not_hot = StageWish(tier="hot", rule="known_good_recipient", stage=Stage.SHADOW)

    def after(*stages: StageWish) -> Verdict:
        found = replay(past, CandidatePolicy(rules=rules, stages=stages))
        assert found is not None
        return found.after

    assert after() is Verdict.NEEDS_REVIEW
    assert after(everything) is Verdict.AUTO_APPROVED
    assert after(everything, not_hot) is Verdict.NEEDS_REVIEW


def replayed(
    number: int,
    before: Verdict,
    after: Verdict,
    answer: Answer | None = None,
    outcomes: tuple[OutcomeType, ...] = (),
) -> Replayed:
    return Replayed(
        decision_id=f"{number:06}",
        draft_id=DraftId(f"{number:06}"),
        decided_at=NOW + timedelta(minutes=number),
        tier=Tier.HOT,
        before=before,
        after=after,
        rule_before=None,
        rule="high_icp",
        confidence=0.9,
        reasons=(),
        answer=answer,
        outcomes=outcomes,
    )


ALONE, WAITS = Verdict.AUTO_APPROVED, Verdict.NEEDS_REVIEW


def test_the_report_counts_what_changed_and_what_came_of_it() -> None:
    good = (OutcomeType.EMAIL_SENT, OutcomeType.EMAIL_REPLIED)
    bad = (OutcomeType.EMAIL_UNSUBSCRIBED,)
    found = report(
        [
            *(replayed(n, WAITS, ALONE, Answer.APPROVED, good) for n in range(8)),
            replayed(8, WAITS, ALONE, Answer.EDITED, bad),
            replayed(9, WAITS, ALONE, Answer.REJECTED),
            replayed(10, WAITS, ALONE),
            replayed(11, ALONE, WAITS),
            replayed(12, ALONE, ALONE),
            replayed(13, WAITS, WAITS, Answer.REJECTED),
        ]
    )
    assert (found.decisions, found.alone_before, found.alone_after) == (14, 2, 12)
    assert (found.more_count, found.fewer_count) == (11, 1)
    assert (found.agreement.count, found.agreement.total) == (8, 10)
    bounds = wilson_interval(8, 10)
    assert (found.agreement.low, found.agreement.high) == (bounds.low, bounds.high)
    assert (found.good.count, found.bad.count, found.good.total) == (8, 1, 9)
    assert found.more[0].draft_id == "000010", "the newest first"
    assert [(each.rule, each.alone, each.before) for each in found.rules] == [("high_icp", 12, 1)]
    said = " ".join(describe(found))
    assert "11 more would go alone, 1 fewer" in said
    assert "8 without a material edit (80.0%" in said


def test_a_report_about_nothing_says_so() -> None:
    said = describe(report([], unreadable=2, truncated=True))
    assert "0 decisions" in said[0]
    assert "2 decisions kept no inputs" in said[-2]


def test_a_long_report_lists_the_newest_and_counts_all() -> None:
    found = report([replayed(n, WAITS, ALONE) for n in range(MAX_LISTED + 5)])
    assert (len(found.more), found.more_count) == (MAX_LISTED, MAX_LISTED + 5)


# How far it is to promotion


@given(st.integers(0, 120), st.integers(0, 120))
@settings(max_examples=100)
def test_what_is_still_missing_is_exactly_enough(verdicts: int, disagreed: int) -> None:
    state = SegmentState(
        segment=Segment(tier=Tier.HOT, rule="x"),
        stage=Stage.SHADOW,
        shadow_verdicts=verdicts + disagreed,
        agreed=verdicts,
    )
    missing = verdicts_to_go(state)

    def after(more: int) -> bool:
        later = attrs.evolve(
            state, shadow_verdicts=state.shadow_verdicts + more, agreed=state.agreed + more
        )
        return assess(later).earned

    if missing is None:
        assert not after(500)
    else:
        assert after(missing)
        assert missing == 0 or not after(missing - 1)


@given(st.sampled_from(Tier), st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True))
def test_a_segment_is_written_and_read(tier: Tier, rule: str) -> None:
    segment = Segment(tier=tier, rule=rule)
    assert read_segment(str(segment)) == segment


@pytest.mark.parametrize("text", ["", "hot", "hot:", "tepid:high_icp", ":x", "hot: "])
def test_what_is_no_segment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_segment(text)
