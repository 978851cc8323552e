"""Earned autonomy: how much runs alone, per segment of fit tier and rule.

``manual -> shadow -> auto``. In shadow a rule's verdict is recorded beside the operator's; only
evidence, or an admin, moves a segment to auto, and one harm moves it back at once.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from salesagent_core.domain.icp import Tier
from salesagent_core.domain.stats import Z_ONE_SIDED_95, wilson_lower
from salesagent_core.errors import Conflict, InvalidInput, PolicyRefused, Problem, Reason

MIN_SHADOW_VERDICTS = 50
MIN_AGREEMENT = 0.90
MAX_OUTLOOK = 500
"""Further verdicts than these are too far away to be spoken of."""


class Stage(StrEnum):
    """How far a segment is trusted."""

    MANUAL = "manual"
    SHADOW = "shadow"
    AUTO = "auto"


class Harm(StrEnum):
    """What, after an auto-sent mail, takes the trust away."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    NEGATIVE_REPLY = "negative_reply"


@attrs.frozen(kw_only=True)
class Segment:
    """Leads of one fit tier that one rule speaks for; written ``hot:high_icp``."""

    tier: Tier
    rule: str

    def __str__(self) -> str:
        return f"{self.tier.value}:{self.rule}"


def read_segment(text: str) -> Segment:
    """A segment from ``TIER:RULE``. Raises: InvalidInput."""
    tier, _, rule = text.partition(":")
    if tier not in set(Tier) or not rule.strip():
        tiers = ", ".join(Tier)
        problem = Problem(where="segment", what=f"must be TIER:RULE; the tiers are {tiers}")
        raise InvalidInput("that is not a segment", [problem])
    return Segment(tier=Tier(tier), rule=rule.strip())


@attrs.frozen(kw_only=True)
class StageChange:
    """For the audit trail: ``by`` is an admin's id or ``policy``."""

    before: Stage
    after: Stage
    at: datetime
    by: str
    reason: Reason


@attrs.frozen(kw_only=True)
class SegmentState:
    """Where a segment stands. The counts are those since it last entered shadow; ``era`` is how
    often the evidence has been started anew."""

    segment: Segment
    stage: Stage = Stage.MANUAL
    shadow_verdicts: int = 0
    agreed: int = 0
    last_change: StageChange | None = None
    era: int = 0

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.agreed <= self.shadow_verdicts:
            raise InvalidInput("agreed verdicts cannot outnumber the verdicts")


@attrs.frozen(kw_only=True)
class Promotion:
    """Whether the evidence suffices; ``bound`` is the agreement one may count on (0..1)."""

    earned: bool
    bound: float
    reasons: tuple[Reason, ...]


def agrees(*, approved: bool, material_edit: bool) -> bool:
    """The operator agreed with a rule that would have sent: approved, without a material edit."""
    return approved and not material_edit


def record_verdict(state: SegmentState, *, agreed: bool) -> SegmentState:
    """Count one verdict of the rule beside the operator's. Only shadow counts.

    Raises:
        Conflict: the segment is not in shadow.
    """
    if state.stage is not Stage.SHADOW:
        raise Conflict(f"a segment that is {state.stage.value} records no shadow verdicts")
    return attrs.evolve(
        state,
        shadow_verdicts=state.shadow_verdicts + 1,
        agreed=state.agreed + agreed,
    )


def assess(state: SegmentState) -> Promotion:
    """Has the segment earned ``auto``? All that is missing is listed, or why it is enough."""
    bound = wilson_lower(state.agreed, state.shadow_verdicts, Z_ONE_SIDED_95)
    missing = []
    if state.shadow_verdicts < MIN_SHADOW_VERDICTS:
        missing.append(
            Reason(
                code="too_few_verdicts",
                sentence=f"{state.shadow_verdicts} of {MIN_SHADOW_VERDICTS} verdicts are in",
            )
        )
    if bound < MIN_AGREEMENT:
        missing.append(
            Reason(
                code="agreement_unproven",
                sentence=f"operators agree in at least {bound:.1%} of cases (95 % lower bound);"
                f" {MIN_AGREEMENT:.0%} is needed",
            )
        )
    if missing:
        return Promotion(earned=False, bound=bound, reasons=tuple(missing))
    enough = Reason(
        code="agreement_proven",
        sentence=f"operators agreed {state.agreed} times in {state.shadow_verdicts}: at least"
        f" {bound:.1%} (95 % lower bound)",
    )
    return Promotion(earned=True, bound=bound, reasons=(enough,))


def verdicts_to_go(state: SegmentState) -> int | None:
    """How many more verdicts, were all of them agreements, would earn ``auto``: 0 when it is
    earned already, None when more than ``MAX_OUTLOOK`` would be needed."""
    for more in range(MAX_OUTLOOK + 1):
        total, agreed = state.shadow_verdicts + more, state.agreed + more
        if total >= MIN_SHADOW_VERDICTS and (
            wilson_lower(agreed, total, Z_ONE_SIDED_95) >= MIN_AGREEMENT
        ):
            return more
    return None


def promote(state: SegmentState, now: datetime) -> SegmentState:
    """From shadow to auto, on the evidence.

    Raises:
        Conflict: the segment is not in shadow. PolicyRefused: it has not earned it.
    """
    if state.stage is not Stage.SHADOW:
        raise Conflict(f"a segment that is {state.stage.value} is not promoted")
    promotion = assess(state)
    if not promotion.earned:
        raise PolicyRefused(promotion.reasons)
    return _moved(state, Stage.AUTO, now, "policy", promotion.reasons[0])


def demote(state: SegmentState, harm: Harm, now: datetime) -> SegmentState:
    """After a harm that an auto-sent mail did: auto becomes shadow, and the evidence restarts.

    A segment that is not auto stays as it is: a late report finds the trust gone already.
    """
    if state.stage is not Stage.AUTO:
        return state
    reason = Reason(
        code=f"demoted_{harm.value}",
        sentence=f"a mail that went alone ended in a {harm.value.replace('_', ' ')}",
    )
    return _without_evidence(_moved(state, Stage.SHADOW, now, "policy", reason))


def grant(state: SegmentState, by: str, now: datetime, why: str) -> SegmentState:
    """An admin gives ``auto`` by hand; ``why`` is kept for the audit trail."""
    return _moved(state, Stage.AUTO, now, _named(by), _spoken("granted", why))


def start_shadow(state: SegmentState, by: str, now: datetime, why: str) -> SegmentState:
    """An admin puts the segment into shadow, from either side; the evidence starts at zero."""
    moved = _moved(state, Stage.SHADOW, now, _named(by), _spoken("shadow_started", why))
    return _without_evidence(moved)


def withdraw(state: SegmentState, by: str, now: datetime, why: str) -> SegmentState:
    """An admin puts the segment back to manual."""
    moved = _moved(state, Stage.MANUAL, now, _named(by), _spoken("withdrawn", why))
    return _without_evidence(moved)


def _moved(state: SegmentState, to: Stage, now: datetime, by: str, reason: Reason) -> SegmentState:
    change = StageChange(before=state.stage, after=to, at=now, by=by, reason=reason)
    return attrs.evolve(state, stage=to, last_change=change)


def _without_evidence(state: SegmentState) -> SegmentState:
    return attrs.evolve(state, shadow_verdicts=0, agreed=0, era=state.era + 1)


def _named(by: str) -> str:
    if not by.strip():
        raise InvalidInput("an admin must be named")
    return by


def _spoken(code: str, why: str) -> Reason:
    if not why.strip():
        raise InvalidInput("a change of trust needs a reason")
    return Reason(code=code, sentence=why.strip())
