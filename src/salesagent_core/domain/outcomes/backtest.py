"""What another policy would have decided about drafts that were decided already.

A decision keeps every input it saw, so it can be decided again under other rules, another
threshold or more trust. Vetoes stay what they were: no policy overrides them.

past decisions | facts again | evaluate | beside what was decided, and what came of it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.domain.approval import (
    DEFAULT_THRESHOLD,
    Decision,
    DecisionInput,
    Evaluation,
    Facts,
    Policy,
    Rule,
    Verdict,
    evaluate,
)
from salesagent_core.domain.approval_rules import FIELDS
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.run import Degradation
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.errors import Reason
from salesagent_core.ids import DraftId

MAX_LISTED = 200
"""Changed decisions that a report lists; it counts them all."""
ANY = "*"

GOOD = frozenset(
    {
        OutcomeType.EMAIL_REPLIED,
        OutcomeType.MEETING_BOOKED,
        OutcomeType.MEETING_HELD,
        OutcomeType.POSITIVE_RESPONSE,
        OutcomeType.DEAL_CREATED,
        OutcomeType.DEAL_STAGE_ADVANCED,
        OutcomeType.DEAL_WON,
    }
)
BAD = frozenset(
    {
        OutcomeType.EMAIL_BOUNCED,
        OutcomeType.EMAIL_UNSUBSCRIBED,
        OutcomeType.NEGATIVE_RESPONSE,
    }
)


class Answer(StrEnum):
    """What the operator then did with the text that was decided about."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    REWRITTEN = "rewritten"

    @property
    def agrees(self) -> bool:
        """Whether an approval by a rule would have done the same."""
        return self is Answer.APPROVED


@attrs.frozen(kw_only=True)
class PastDecision:
    """A rule's or the policy's decision. ``answer`` is None while no person decided;
    ``outcomes`` are those known of the mail that was sent."""

    decision: Decision
    answer: Answer | None = None
    outcomes: tuple[OutcomeType, ...] = ()


@attrs.frozen(kw_only=True)
class StageWish:
    """Trust to assume: ``tier`` and ``rule`` may each be ``*``. A later wish wins."""

    tier: str
    rule: str
    stage: Stage


@attrs.frozen(kw_only=True)
class CandidatePolicy:
    """The policy to try. Segments without a wish keep the trust that they had."""

    rules: tuple[Rule, ...]
    threshold: float = DEFAULT_THRESHOLD
    stages: tuple[StageWish, ...] = ()
    auto_approve_enabled: bool = True


@attrs.frozen(kw_only=True)
class Replayed:
    """One decision, as it was and as it would have been. ``reasons`` are the new ones."""

    decision_id: str
    draft_id: DraftId
    decided_at: datetime
    tier: Tier
    before: Verdict
    after: Verdict
    rule_before: str | None
    rule: str | None
    confidence: float | None
    reasons: tuple[Reason, ...]
    answer: Answer | None
    outcomes: tuple[OutcomeType, ...]


@attrs.frozen(kw_only=True)
class Share:
    """``count`` of ``total`` with its two-sided 95 % Wilson interval; 0..1 when total is 0."""

    count: int
    total: int
    low: float
    high: float


@attrs.frozen(kw_only=True)
class RuleCount:
    """How many a rule would have let go alone, and how many of those went alone before."""

    rule: str
    alone: int
    before: int


@attrs.frozen(kw_only=True)
class BacktestReport:
    """``more`` would go alone and did not, ``fewer`` did and would not; the newest first and at
    most ``MAX_LISTED`` of each. ``agreement`` is how often operators approved what would newly go
    alone without a material edit, of those they decided; ``good`` and ``bad`` outcomes are
    counted among those of it that have any. ``unreadable`` decisions hold no inputs.
    """

    decisions: int
    unreadable: int
    alone_before: int
    alone_after: int
    more_count: int
    fewer_count: int
    more: tuple[Replayed, ...]
    fewer: tuple[Replayed, ...]
    rules: tuple[RuleCount, ...]
    alone: Share
    agreement: Share
    good: Share
    bad: Share
    truncated: bool = False


def replay(past: PastDecision, policy: CandidatePolicy) -> Replayed | None:
    """The decision under another policy; None when it kept no inputs."""
    decision = past.decision
    facts = facts_of(decision.inputs)
    if facts is None:
        return None
    facts = attrs.evolve(facts, stages=_stages(facts, policy))
    found = evaluate(facts, policy.rules, _policy(policy))
    return _replayed(past, facts, found)


def report(
    replays: Sequence[Replayed], *, unreadable: int = 0, truncated: bool = False
) -> BacktestReport:
    """All of it in one table of numbers."""
    newest = sorted(replays, key=lambda each: (each.decided_at, each.decision_id), reverse=True)
    more = [each for each in newest if _alone(each.after) and not _alone(each.before)]
    fewer = [each for each in newest if _alone(each.before) and not _alone(each.after)]
    answered = [each.answer for each in more if each.answer is not None]
    known = [set(each.outcomes) for each in more if each.outcomes]
    alone_after = sum(_alone(each.after) for each in replays)
    return BacktestReport(
        decisions=len(replays),
        unreadable=unreadable,
        alone_before=sum(_alone(each.before) for each in replays),
        alone_after=alone_after,
        more_count=len(more),
        fewer_count=len(fewer),
        more=tuple(more[:MAX_LISTED]),
        fewer=tuple(fewer[:MAX_LISTED]),
        rules=_by_rule(replays),
        alone=_share(alone_after, len(replays)),
        agreement=_share(sum(each.agrees for each in answered), len(answered)),
        good=_share(sum(bool(each & GOOD) for each in known), len(known)),
        bad=_share(sum(bool(each & BAD) for each in known), len(known)),
        truncated=truncated,
    )


def facts_of(inputs: Iterable[DecisionInput]) -> Facts | None:
    """What a decision saw, from its log; None when the log does not say enough.

    Findings come back by code and severity, gaps by step: their places and sentences are not
    what a decision depends on.
    """
    seen = {each.name: each.value for each in inputs}
    tier, fit, coverage = seen.get("tier"), seen.get("fit"), seen.get("coverage")
    if tier not in set(Tier) or not _is_number(fit) or not _is_number(coverage):
        return None
    plain: dict[str, Any] = {
        name: seen[name] for name in (*FIELDS, *_FLAGS) if seen.get(name) is not None
    }
    plain["tier"] = Tier(str(tier))
    facts = Facts(**plain)
    return attrs.evolve(
        facts,
        ungrounded_claims=int(_number(seen.get("ungrounded_claims"))),
        findings=tuple(_findings(_parts(seen, "findings"))),
        degraded=tuple(
            Degradation(step=step, gap=f"{step} was missing") for step in _parts(seen, "degraded")
        ),
        thread_intents=_parts(seen, "thread_intents"),
        stages=tuple(_stages_of(_parts(seen, "stages"))),
    )


_FLAGS = (
    "disqualified",
    "injection_suspected",
    "suppressed",
    "complained",
    "stale",
    "kill_switch",
    "asked_for",
)


def describe(found: BacktestReport) -> tuple[str, ...]:
    """The report's numbers as sentences."""
    lines = [
        f"{found.decisions} decisions were replayed:"
        f" {found.alone_before} went alone then, {found.alone_after} would now"
        f" ({_percent(found.alone)}).",
        f"{found.more_count} more would go alone, {found.fewer_count} fewer.",
    ]
    if found.more_count:
        lines.append(
            f"Of the {found.more_count}, operators decided {found.agreement.total} and approved"
            f" {found.agreement.count} without a material edit ({_percent(found.agreement)})."
            if found.agreement.total
            else f"Of the {found.more_count}, no operator decided any yet."
        )
        lines.append(
            f"{found.good.total} of them have outcomes: {found.good.count} good"
            f" ({_percent(found.good)}), {found.bad.count} bad ({_percent(found.bad)})."
            if found.good.total
            else "None of them has a known outcome."
        )
    if found.unreadable:
        lines.append(f"{found.unreadable} decisions kept no inputs and are left out.")
    if found.truncated:
        lines.append("There were more than are replayed at once: the newest are left out.")
    return tuple(lines)


def _percent(share: Share) -> str:
    if not share.total:
        return "nothing to count"
    return f"{share.count / share.total:.1%}, 95 % interval {share.low:.1%} to {share.high:.1%}"


def _policy(policy: CandidatePolicy) -> Policy:
    return Policy(auto_approve_enabled=policy.auto_approve_enabled, threshold=policy.threshold)


def _stages(facts: Facts, policy: CandidatePolicy) -> tuple[tuple[str, Stage], ...]:
    names = [rule.name for rule in policy.rules]
    stages = {name: facts.stage_of(name) for name in names}
    for wish in policy.stages:
        if wish.tier in (ANY, facts.tier.value):
            for name in names if wish.rule == ANY else [wish.rule]:
                stages[name] = wish.stage
    return tuple(stages.items())


def _replayed(past: PastDecision, facts: Facts, found: Evaluation) -> Replayed:
    decision = past.decision
    return Replayed(
        decision_id=decision.id,
        draft_id=decision.draft_id,
        decided_at=decision.at,
        tier=facts.tier,
        before=decision.verdict,
        after=found.verdict,
        rule_before=decision.rule,
        rule=found.rule,
        confidence=found.confidence,
        reasons=found.reasons,
        answer=past.answer,
        outcomes=past.outcomes,
    )


def _by_rule(replays: Iterable[Replayed]) -> tuple[RuleCount, ...]:
    counts: dict[str, list[int]] = {}
    for each in replays:
        if _alone(each.after) and each.rule is not None:
            count = counts.setdefault(each.rule, [0, 0])
            count[0] += 1
            count[1] += _alone(each.before)
    return tuple(
        RuleCount(rule=rule, alone=alone, before=before)
        for rule, (alone, before) in sorted(counts.items())
    )


def _share(count: int, total: int) -> Share:
    bounds = wilson_interval(count, total)
    return Share(count=count, total=total, low=bounds.low, high=bounds.high)


def _alone(verdict: Verdict) -> bool:
    return verdict is Verdict.AUTO_APPROVED


def _parts(seen: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = seen.get(name)
    return tuple(filter(None, value.split(","))) if isinstance(value, str) else ()


def _findings(parts: Iterable[str]) -> Iterable[Finding]:
    for part in parts:
        severity, _, code = part.partition(":")
        if severity in set(Severity):
            sentence = f"{code.replace('_', ' ')} was found"
            yield Finding(code=code, severity=Severity(severity), sentence=sentence)


def _stages_of(parts: Iterable[str]) -> Iterable[tuple[str, Stage]]:
    for part in parts:
        rule, _, stage = part.rpartition("=")
        if stage in set(Stage):
            yield rule, Stage(stage)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
