"""Rules may approve, vetoes always win, and every decision says why."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.approval import (
    DEFAULT_RULES,
    Condition,
    Facts,
    Operator,
    Policy,
    Rule,
    Verdict,
    evaluate,
)
from salesagent_core.domain.approval_rules import FIELDS, Kind
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.run import Degradation
from salesagent_core.errors import InvalidInput

ON = Policy(auto_approve_enabled=True)
ENABLED = tuple(attrs.evolve(rule, enabled=True) for rule in DEFAULT_RULES)
TRUSTED = tuple((rule.name, Stage.AUTO) for rule in DEFAULT_RULES)

REPLIED = Facts(
    tier=Tier.HOT,
    fit=0.95,
    coverage=0.9,
    domain_verified=True,
    seniority="vp",
    first_contact=False,
    days_since_human_reply=12,
    last_reply_intent="interested",
    thread_intents=("interested",),
    stages=TRUSTED,
)


def with_(**changed: object) -> Facts:
    return attrs.evolve(REPLIED, **changed)  # type: ignore[arg-type]


def finding(severity: Severity) -> Finding:
    return Finding(code="price", severity=severity, sentence="a price stands in the text")


GAP = Degradation(step="propose_slots", gap="calendar was unavailable, so no times are offered")

VETOES: dict[str, dict[str, object]] = {
    "finding_price": {"findings": (finding(Severity.BLOCK),)},
    "finding_price (review)": {"findings": (finding(Severity.REVIEW),)},
    "ungrounded_claim": {"ungrounded_claims": 1},
    "injection_suspected": {"injection_suspected": True},
    "degraded_propose_slots": {"degraded": (GAP,)},
    "suppressed": {"suppressed": True},
    "complained": {"complained": True},
    "thread_opt_out": {"thread_intents": ("interested", "unsubscribe")},
    "thread_objection": {"thread_intents": ("objection",)},
    "thread_unclear": {"thread_intents": ("unclear", "interested")},
    "stale": {"stale": True},
    "kill_switch": {"kill_switch": True},
    "asked_for": {"asked_for": True},
    "segment_not_trusted": {"stages": ()},
    "segment_not_trusted (shadow)": {"stages": tuple((name, Stage.SHADOW) for name, _ in TRUSTED)},
    "disqualified": {"disqualified": True},
    "hand_over": {"ask": "hand_over"},
}


def test_a_person_who_replied_is_answered_alone() -> None:
    found = evaluate(REPLIED, ENABLED, ON)
    assert found.verdict is Verdict.AUTO_APPROVED
    assert (found.rule, found.confidence) == ("replied_before", 0.95)
    assert found.vetoes == ()
    assert found.shadow_verdict is None
    assert "replied before" in found.reasons[0].sentence


def test_the_default_rules_are_the_four_and_all_off() -> None:
    assert [(r.name, r.priority, r.confidence) for r in DEFAULT_RULES] == [
        ("replied_before", 1, 0.95),
        ("known_good_recipient", 2, 0.90),
        ("high_icp", 3, 0.85),
        ("target_title", 4, 0.85),
    ]
    assert not any(rule.enabled for rule in DEFAULT_RULES)
    found = evaluate(REPLIED, DEFAULT_RULES, ON)
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert found.rule is None


def test_switched_off_nothing_goes_and_the_reasons_say_so() -> None:
    found = evaluate(REPLIED, ENABLED, Policy())
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert [each.code for each in found.reasons] == ["auto_approval_off"]


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (with_(days_since_human_reply=90), "replied_before"),
        (with_(days_since_human_reply=90.1), "high_icp"),
        (with_(last_reply_intent="not_interested"), "high_icp"),
        (with_(last_reply_intent="out_of_office"), "high_icp"),
        (with_(last_reply_intent=None), "high_icp"),
        (with_(days_since_human_reply=None, recipient_approved=True), "known_good_recipient"),
        (with_(days_since_human_reply=None, fit=0.89), "target_title"),
        (with_(days_since_human_reply=None, coverage=0.59), "target_title"),
        (with_(days_since_human_reply=None, free_mail=True), "target_title"),
        (with_(days_since_human_reply=None, fit=0.8, seniority="assistant"), None),
        (with_(days_since_human_reply=None, domain_verified=False), None),
        (with_(days_since_human_reply=None, fit=0.79), None),
    ],
)
def test_the_first_rule_that_matches_speaks(facts: Facts, rule: str | None) -> None:
    assert evaluate(facts, ENABLED, ON).rule == rule
    assert evaluate(facts, reversed(ENABLED), ON).rule == rule


def test_the_first_match_is_final_even_if_a_later_rule_is_surer() -> None:
    shy = Rule(
        name="shy", priority=0, confidence=0.5, conditions=ENABLED[0].conditions, enabled=True
    )
    found = evaluate(with_(stages=(*TRUSTED, ("shy", Stage.AUTO))), (*ENABLED, shy), ON)
    assert (found.rule, found.verdict) == ("shy", Verdict.NEEDS_REVIEW)
    assert "below_threshold" in [each.code for each in found.reasons]


@pytest.mark.parametrize("veto", VETOES)
def test_each_veto_stops_and_is_named(veto: str) -> None:
    found = evaluate(with_(**VETOES[veto]), ENABLED, ON)
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert veto.split(" ")[0] in [each.code for each in found.vetoes]
    assert set(found.vetoes) <= set(found.reasons)


def test_information_is_no_veto() -> None:
    found = evaluate(with_(findings=(finding(Severity.INFO),)), ENABLED, ON)
    assert found.verdict is Verdict.AUTO_APPROVED


numbers = st.floats(-1, 2)
texts = st.sampled_from(["hot", "vp", "interested", "en", "hand_over", "assistant"])


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(sorted(FIELDS)))
    match FIELDS[field]:
        case Kind.NUMBER:
            operator = draw(st.sampled_from([Operator.GE, Operator.LE, Operator.NE, Operator.GT]))
            return Condition(field=field, operator=operator, value=draw(numbers))
        case Kind.FLAG:
            operator = draw(st.sampled_from([Operator.EQ, Operator.NE]))
            return Condition(field=field, operator=operator, value=draw(st.booleans()))
        case _:
            several = draw(st.sampled_from([Operator.IN, Operator.NOT_IN]))
            values = tuple(draw(st.lists(texts, min_size=1, max_size=3)))
            return Condition(field=field, operator=several, value=values)


custom = st.builds(
    Rule,
    name=st.text("abc", min_size=1, max_size=3),
    priority=st.integers(-5, 9),
    confidence=st.floats(0, 1),
    conditions=st.lists(conditions(), min_size=1, max_size=3).map(tuple),
    enabled=st.booleans(),
)
sure = Rule(
    name="always",
    priority=-100,
    confidence=1.0,
    conditions=(Condition(field="fit", operator=Operator.GE, value=0),),
    enabled=True,
)


@settings(max_examples=100, deadline=None)
@given(
    rules=st.lists(custom, max_size=6),
    veto=st.sampled_from(sorted(VETOES)),
    threshold=st.floats(0.5, 1.0),
)
def test_no_rule_set_overrides_a_veto(rules: list[Rule], veto: str, threshold: float) -> None:
    policy = Policy(auto_approve_enabled=True, threshold=threshold)
    everything = (*rules, sure, *ENABLED)
    stages = tuple((rule.name, Stage.AUTO) for rule in everything)
    assert evaluate(with_(stages=stages), [sure], policy).verdict is Verdict.AUTO_APPROVED
    found = evaluate(attrs.evolve(with_(stages=stages), **VETOES[veto]), everything, policy)  # type: ignore[arg-type]
    assert found.verdict is Verdict.NEEDS_REVIEW


@settings(max_examples=100, deadline=None)
@given(rules=st.lists(custom, max_size=6), threshold=st.floats(0.5, 1.0), own=st.floats(0.5, 1.0))
def test_what_goes_alone_has_a_rule_above_both_thresholds(
    rules: list[Rule], threshold: float, own: float
) -> None:
    policy = Policy(auto_approve_enabled=True, threshold=threshold, operator_threshold=own)
    stages = tuple((rule.name, Stage.AUTO) for rule in rules)
    found = evaluate(with_(stages=stages), rules, policy)
    assert found.verdict in (Verdict.AUTO_APPROVED, Verdict.NEEDS_REVIEW)
    assert found.reasons
    if found.verdict is Verdict.AUTO_APPROVED:
        assert found.confidence is not None
        assert found.confidence >= max(threshold, own)


def test_an_operator_can_only_ask_for_more() -> None:
    assert Policy(threshold=0.9, operator_threshold=0.6).effective_threshold == 0.9
    assert Policy(threshold=0.9, operator_threshold=0.97).effective_threshold == 0.97
    strict = attrs.evolve(ON, operator_threshold=0.97)
    assert evaluate(REPLIED, ENABLED, strict).verdict is Verdict.NEEDS_REVIEW


@pytest.mark.parametrize("threshold", [0.49, 1.01, float("nan")])
def test_the_threshold_has_bounds(threshold: float) -> None:
    with pytest.raises(InvalidInput):
        Policy(threshold=threshold)
    with pytest.raises(InvalidInput):
        Policy(operator_threshold=threshold)


def test_in_shadow_the_verdict_is_only_recorded() -> None:
    shadow = tuple((name, Stage.SHADOW) for name, _ in TRUSTED)
    found = evaluate(with_(stages=shadow), ENABLED, Policy())
    assert (found.verdict, found.shadow_verdict) == (
        Verdict.NEEDS_REVIEW,
        Verdict.AUTO_APPROVED,
    )
    vetoed = evaluate(with_(stages=shadow, stale=True), ENABLED, ON)
    assert vetoed.shadow_verdict is Verdict.NEEDS_REVIEW


def test_trust_is_per_rule() -> None:
    facts = with_(stages=(("high_icp", Stage.AUTO),))
    found = evaluate(facts, ENABLED, ON)
    assert [each.code for each in found.vetoes] == ["segment_not_trusted"]


def test_reasons_read_as_a_person_would_say_them() -> None:
    new = Facts(tier=Tier.WARM, fit=0.7, coverage=0.8, degraded=(GAP,))
    found = evaluate(new, ENABLED, ON)
    sentences = "; ".join(each.sentence for each in found.reasons)
    assert sentences.startswith(
        "first contact with this person; calendar was unavailable, so no times are offered"
    )
    worst_first = evaluate(attrs.evolve(new, kill_switch=True), ENABLED, ON)
    assert worst_first.reasons[0].code == "kill_switch"


def test_the_inputs_are_kept_with_the_decision() -> None:
    inputs = {each.name: each.value for each in evaluate(REPLIED, ENABLED, ON).inputs}
    assert set(FIELDS) <= set(inputs)
    assert inputs["days_since_human_reply"] == 12
    assert inputs["stage"] == "auto"
    assert inputs["threshold"] == 0.9


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("kill_switch", Operator.EQ, False),
        ("__class__", Operator.EQ, "x"),
        ("fit", Operator.CONTAINS, 0.5),
        ("fit", Operator.GE, "high"),
        ("fit", Operator.NE, float("nan")),
        ("fit", Operator.GE, True),
        ("title", Operator.IN, "vp"),
        ("title", Operator.IN, ()),
        ("title", Operator.CONTAINS, " "),
        ("free_mail", Operator.EQ, "no"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    field: str, operator: Operator, value: str | float | bool | tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput):
        Condition(field=field, operator=operator, value=value)


@pytest.mark.parametrize("wrong", [{"conditions": ()}, {"confidence": 1.5}, {"name": " "}])
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        attrs.evolve(ENABLED[0], **wrong)  # type: ignore[arg-type]


def test_texts_compare_by_whole_words_and_without_case() -> None:
    title = Condition(field="title", operator=Operator.CONTAINS, value="Chief")
    assert title.holds(with_(title="chief of staff"))
    assert not title.holds(with_(title="Mischief Maker"))
    assert not title.holds(with_(title=None))
    country = Condition(field="country", operator=Operator.NE, value="DE")
    assert not country.holds(with_(country="de"))
    assert not country.holds(with_(country=None)), "unknown is not the same as different"
