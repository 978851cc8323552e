"""Decisions about drafts: what was decided, by whom, and why; and what may be approved alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.domain.approval_rules import (
    DEFAULT_RULES,
    FIELDS,
    Condition,
    Facts,
    Operator,
    Rule,
)
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.finding import Severity
from salesagent_core.errors import InvalidInput, Reason
from salesagent_core.ids import DraftId

__all__ = [
    "DEFAULT_RULES",
    "DEFAULT_THRESHOLD",
    "MAX_THRESHOLD",
    "MIN_THRESHOLD",
    "Case",
    "Condition",
    "Decision",
    "DecisionInput",
    "Evaluation",
    "Facts",
    "Operator",
    "Policy",
    "Rule",
    "Verdict",
    "evaluate",
]

DEFAULT_THRESHOLD = 0.90
MIN_THRESHOLD = 0.5
MAX_THRESHOLD = 1.0

OPT_OUT_INTENTS = frozenset({"unsubscribe", "opt_out", "not_interested", "complaint"})


class Verdict(StrEnum):
    """Rules never reject; only a person does."""

    AUTO_APPROVED = "auto_approved"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    REJECTED = "rejected"


@attrs.frozen(kw_only=True)
class DecisionInput:
    """One value that a rule looked at, kept so that the decision can be read again later."""

    name: str
    value: str | float | bool | None


@attrs.frozen(kw_only=True)
class Decision:
    """``by`` is an operator's id or ``rule:NAME``/``policy``; bound to one revision's hash.

    ``vetoes`` and ``shadow_verdict`` are as in ``Evaluation``; a person's decision has neither.
    """

    id: str
    draft_id: DraftId
    content_hash: str
    verdict: Verdict
    by: str
    at: datetime
    reasons: tuple[Reason, ...] = ()
    rule: str | None = None
    confidence: float | None = None
    inputs: tuple[DecisionInput, ...] = ()
    vetoes: tuple[Reason, ...] = ()
    shadow_verdict: Verdict | None = None


@attrs.frozen(kw_only=True)
class Case:
    """What a run brings before the rules. What only the moment of deciding can tell (stages,
    do-not-contact list, kill switch) is added to ``facts`` by whoever decides.

    ``facts`` is None in what an older version stored.
    """

    facts: Facts | None = None


def _threshold(_policy: object, field: attrs.Attribute[float], value: float | None) -> None:
    if value is not None and not MIN_THRESHOLD <= value <= MAX_THRESHOLD:
        raise InvalidInput(f"{field.name} must be {MIN_THRESHOLD} to {MAX_THRESHOLD}")


@attrs.frozen(kw_only=True)
class Policy:
    """``auto_approve_enabled`` is False whenever an operator's approval is required.

    ``operator_threshold`` is the operator's own wish and only ever raises the threshold;
    ``learned`` is by how much replies have moved it, by rule, for the tier of the case.
    """

    auto_approve_enabled: bool = False
    threshold: float = attrs.field(default=DEFAULT_THRESHOLD, validator=_threshold)
    operator_threshold: float | None = attrs.field(default=None, validator=_threshold)
    learned: tuple[tuple[str, float], ...] = ()

    @property
    def effective_threshold(self) -> float:
        """The confidence that is needed where nothing was learned."""
        return max(self.threshold, self.operator_threshold or MIN_THRESHOLD)

    def threshold_for(self, rule: str | None) -> float:
        """The confidence that is needed of this rule, inside the bounds of every threshold."""
        learned = round(self.threshold + dict(self.learned).get(rule or "", 0.0), 4)
        bounded = min(MAX_THRESHOLD, max(MIN_THRESHOLD, learned))
        return max(bounded, self.operator_threshold or MIN_THRESHOLD)


@attrs.frozen(kw_only=True)
class Evaluation:
    """``verdict`` is ``auto_approved`` or ``needs_review``. ``reasons`` come heaviest first and
    hold the ``vetoes``. ``shadow_verdict`` is what would have happened had the segment been
    trusted; it is set only where the matched rule is in shadow.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    inputs: tuple[DecisionInput, ...]
    rule: str | None = None
    confidence: float | None = None
    vetoes: tuple[Reason, ...] = ()
    shadow_verdict: Verdict | None = None


def evaluate(facts: Facts, rules: Iterable[Rule], policy: Policy) -> Evaluation:
    """May this draft go without a person?

    Enabled rules are tried in the order of priority (then name), and the first that matches
    speaks. Nothing it says overrides a veto, and nothing here ever rejects.
    """
    enabled = sorted((rule for rule in rules if rule.enabled), key=lambda r: (r.priority, r.name))
    rule = next((each for each in enabled if each.matches(facts)), None)
    gaps = tuple(_because(f"degraded_{each.step}", each.gap) for each in facts.degraded)
    heavy = tuple(_vetoes(facts))
    distrust = tuple(_distrust(facts, rule))
    sure = rule is not None and rule.confidence >= policy.threshold_for(rule.name)
    good = sure and not heavy and not gaps
    alone = good and not distrust and policy.auto_approve_enabled
    reasons = [*heavy, *_newness(facts), *gaps, *distrust, *_shortfalls(rule, policy, sure)]
    if alone and rule is not None:
        reasons = [_approval(rule, policy)]
    return Evaluation(
        verdict=Verdict.AUTO_APPROVED if alone else Verdict.NEEDS_REVIEW,
        reasons=tuple(reasons),
        inputs=_inputs(facts, rule, policy),
        rule=rule.name if rule else None,
        confidence=rule.confidence if rule else None,
        vetoes=(*heavy, *gaps, *distrust),
        shadow_verdict=_shadow(facts, rule, good),
    )


def _shadow(facts: Facts, rule: Rule | None, good: bool) -> Verdict | None:
    if rule is None or facts.stage_of(rule.name) is not Stage.SHADOW:
        return None
    return Verdict.AUTO_APPROVED if good else Verdict.NEEDS_REVIEW


def _vetoes(facts: Facts) -> Iterator[Reason]:
    """What nothing overrides, the heaviest first."""
    if facts.kill_switch:
        yield _because("kill_switch", "sending is stopped by the kill switch")
    if facts.suppressed:
        yield _because("suppressed", "this recipient is on the do-not-contact list")
    if facts.complained:
        yield _because("complained", "this person complained about our mail")
    yield from _thread_vetoes(facts)
    if facts.injection_suspected:
        yield _because(
            "injection_suspected", "something that was read tries to give instructions to us"
        )
    yield from _findings(facts, Severity.BLOCK)
    if facts.ungrounded_claims:
        count = facts.ungrounded_claims
        what = "a statement has" if count == 1 else f"{count} statements have"
        yield _because("ungrounded_claim", f"{what} no source")
    yield from _findings(facts, Severity.REVIEW)
    if facts.stale:
        yield _because("stale", "new mail may have come in since the thread was read")
    if facts.asked_for:
        yield _because("asked_for", "an operator asked for this version, and reads it")
    if facts.disqualified:
        yield _because("disqualified", "this lead is outside of whom we sell to")
    if facts.ask == "hand_over":
        yield _because("hand_over", "the plan is to hand this to a person")


def _thread_vetoes(facts: Facts) -> Iterator[Reason]:
    said = {intent.casefold() for intent in facts.thread_intents}
    if said & OPT_OUT_INTENTS:
        yield _because("thread_opt_out", "they asked in this thread not to be written to")
    if "objection" in said:
        yield _because("thread_objection", "they raised an objection in this thread")
    if "unclear" in said:
        yield _because("thread_unclear", "a reply in this thread could not be read for certain")


def _findings(facts: Facts, severity: Severity) -> Iterator[Reason]:
    first = {f.code: f for f in reversed(facts.findings) if f.severity is severity}
    for code in sorted(first):
        yield _because(f"finding_{code}", first[code].sentence)


def _newness(facts: Facts) -> Iterator[Reason]:
    """Not a veto, but the first thing a person wants to know."""
    if facts.first_contact:
        yield _because("first_contact", "first contact with this person")


def _called(rule: Rule) -> str:
    return f"the rule “{rule.name.replace('_', ' ')}”"


def _distrust(facts: Facts, rule: Rule | None) -> Iterator[Reason]:
    stage = facts.stage_of(rule.name) if rule else Stage.AUTO
    if rule and stage is not Stage.AUTO:
        still = "is being compared with operators" if stage is Stage.SHADOW else "is manual"
        yield _because(
            "segment_not_trusted",
            f"{_called(rule)} {still} for {facts.tier.value} leads: it does not act alone yet",
        )


def _shortfalls(rule: Rule | None, policy: Policy, sure: bool) -> Iterator[Reason]:
    if rule is None:
        yield _because("no_rule", "no rule that is switched on matches")
    elif not sure:
        yield _because(
            "below_threshold",
            f"{_called(rule)} is {rule.confidence:.2f} sure;"
            f" {policy.threshold_for(rule.name):.2f} is needed",
        )
    if not policy.auto_approve_enabled:
        yield _because("auto_approval_off", "auto-approval is switched off")


def _approval(rule: Rule, policy: Policy) -> Reason:
    conditions = " and ".join(str(each) for each in rule.conditions)
    return _because(
        f"rule_{rule.name}",
        f"{_called(rule)} matches ({conditions}) and is {rule.confidence:.2f} sure;"
        f" {policy.threshold_for(rule.name):.2f} is needed",
    )


def _inputs(facts: Facts, rule: Rule | None, policy: Policy) -> tuple[DecisionInput, ...]:
    """Every fact that a rule or veto could see, by name, so that the decision can be replayed."""
    seen: dict[str, str | float | bool | None] = {
        name: _plain(getattr(facts, name)) for name in FIELDS
    }
    seen |= {
        "disqualified": facts.disqualified,
        "findings": _joined(f"{each.severity.value}:{each.code}" for each in facts.findings),
        "ungrounded_claims": facts.ungrounded_claims,
        "injection_suspected": facts.injection_suspected,
        "degraded": _joined(each.step for each in facts.degraded),
        "suppressed": facts.suppressed,
        "complained": facts.complained,
        "thread_intents": _joined(facts.thread_intents),
        "stale": facts.stale,
        "kill_switch": facts.kill_switch,
        "asked_for": facts.asked_for,
        "stage": facts.stage_of(rule.name).value if rule else None,
        "stages": _joined(f"{name}={stage.value}" for name, stage in facts.stages),
        "threshold": policy.threshold_for(rule.name if rule else None),
        "auto_approve_enabled": policy.auto_approve_enabled,
    }
    return tuple(DecisionInput(name=name, value=value) for name, value in seen.items())


def _plain(value: str | float | bool | None) -> str | float | bool | None:
    return str(value) if isinstance(value, StrEnum) else value


def _joined(parts: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(parts))


def _because(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=sentence)
