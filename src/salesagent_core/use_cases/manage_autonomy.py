"""How far each segment is trusted: shown with its evidence, and moved by an admin by hand."""

from __future__ import annotations

import attrs

from salesagent_core.domain.autonomy import (
    MIN_AGREEMENT,
    MIN_SHADOW_VERDICTS,
    Promotion,
    Segment,
    SegmentState,
    Stage,
    assess,
    grant,
    read_segment,
    start_shadow,
    verdicts_to_go,
    withdraw,
)
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.stats import Interval, wilson_interval
from salesagent_core.errors import Conflict, InvalidInput, NotFound, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.approvals import ShadowVerdict
from salesagent_core.ports.unit_of_work import DecidingWork
from salesagent_core.use_cases.earned_trust import EarnedTrust

CLOSE = 10
"""Segments that need no more agreeing verdicts than this are close to promotion."""
MAX_WHY = 500
MAX_DISAGREEMENTS = 50
_MOVES = {Stage.AUTO: grant, Stage.SHADOW: start_shadow, Stage.MANUAL: withdraw}


@attrs.frozen(kw_only=True)
class SegmentView:
    """``bound`` is the one-sided 95 % lower bound of agreement, ``interval`` the two-sided one.
    ``to_go``: agreeing verdicts that are still missing, None where they are too many to say.
    ``close``: in shadow, and at most ``CLOSE`` are missing."""

    state: SegmentState
    rule_enabled: bool
    promotion: Promotion
    interval: Interval
    to_go: int | None
    close: bool


@attrs.frozen(kw_only=True)
class AutonomyView:
    """Every segment of the rules there are, with what promotion asks for."""

    segments: tuple[SegmentView, ...]
    verdicts_needed: int = MIN_SHADOW_VERDICTS
    agreement_needed: float = MIN_AGREEMENT


class ManageAutonomy:
    """Whatever an admin does here is audited with who, when and why."""

    def __init__(self, *, work: DecidingWork, trust: EarnedTrust) -> None:
        self._work = work
        self._trust = trust

    async def view(self, tenant_id: TenantId) -> AutonomyView:
        """All segments, the rules in their order, in each the hottest tier first."""
        async with self._work.begin(tenant_id) as tx:
            rules = [stored.rule for stored in await tx.rules.all()]
            known = {state.segment: state for state in await tx.trust.all()}
        segments = []
        for rule in rules:
            for tier in Tier:
                segment = Segment(tier=tier, rule=rule.name)
                state = known.get(segment, SegmentState(segment=segment))
                segments.append(_view(state, rule.enabled))
        return AutonomyView(segments=tuple(segments))

    async def disagreements(self, tenant_id: TenantId) -> tuple[ShadowVerdict, ...]:
        """The last verdicts of rules in shadow that operators did not follow, newest first."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.trust.disagreements(limit=MAX_DISAGREEMENTS)

    async def set(
        self, tenant_id: TenantId, segment: str, stage: Stage, *, who: str, why: str
    ) -> SegmentView:
        """Grant ``auto``, start shadow (the evidence begins at zero), or withdraw to manual.

        Raises:
            InvalidInput: not ``TIER:RULE``, or no reason. NotFound: no such rule.
            Conflict: the segment stands there already.
        """
        wanted = read_segment(segment)
        why = " ".join(why.split())
        if not why or len(why) > MAX_WHY:
            problem = Problem(where="why", what=f"must have 1 to {MAX_WHY} characters")
            raise InvalidInput("a change of trust needs a reason", [problem])
        async with self._work.begin(tenant_id) as tx:
            rules = {stored.rule.name: stored.rule for stored in await tx.rules.all()}
            if wanted.rule not in rules:
                raise NotFound("there is no such rule")
            state = await tx.trust.get(wanted, lock=True)
            if state.stage is stage:
                raise Conflict(f"the segment is {stage.value} already")
            moved = _MOVES[stage](state, who, await tx.sends.now(), why)
            await self._trust.moved(tx, tenant_id, moved)
            state = await tx.trust.get(wanted)
        return _view(state, rules[wanted.rule].enabled)


def _view(state: SegmentState, enabled: bool) -> SegmentView:
    to_go = verdicts_to_go(state)
    return SegmentView(
        state=state,
        rule_enabled=enabled,
        promotion=assess(state),
        interval=wilson_interval(state.agreed, state.shadow_verdicts),
        to_go=to_go,
        close=state.stage is Stage.SHADOW and to_go is not None and to_go <= CLOSE,
    )
