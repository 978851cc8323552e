"""How mail does: rates by group with a recommendation, and what the machine has learned."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.performance import (
    Dimension,
    GroupPerformance,
    assess_performance,
)
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.performance import PerformanceReads
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import DecidingWork
from salesagent_core.use_cases.earned_trust import policy_of


@attrs.frozen(kw_only=True)
class SegmentThreshold:
    """The confidence that a rule needs for a tier, and by how much replies have moved it."""

    tier: Tier
    rule: str
    threshold: float
    learned: float


@attrs.frozen(kw_only=True)
class Performance:
    """``threshold`` is needed where nothing was learned; ``thresholds`` where replies moved it."""

    since: datetime
    until: datetime
    by: Dimension
    groups: tuple[GroupPerformance, ...]
    threshold: float
    thresholds: tuple[SegmentThreshold, ...]
    approved_recipients: int


class ReadPerformance:
    """Reads only."""

    def __init__(
        self,
        *,
        reads: PerformanceReads,
        work: DecidingWork,
        tenants: TenantDirectory,
        clock: Clock,
    ) -> None:
        self._reads = reads
        self._work = work
        self._tenants = tenants
        self._clock = clock

    async def __call__(
        self,
        tenant_id: TenantId,
        *,
        since: datetime,
        until: datetime | None = None,
        by: Dimension = Dimension.SEGMENT,
    ) -> Performance:
        """Mail that was sent in that time, until now where no end is named.

        Raises:
            InvalidInput: the time ends before it begins.
        """
        until = until or self._clock.now()
        if since >= until:
            problem = Problem(where="from", what="must lie before the end")
            raise InvalidInput("that is no span of time", [problem])
        tenant = await self._tenants.get(tenant_id)
        groups = await self._reads.groups(tenant_id, since, until, by, tenant.time_zone)
        async with self._work.begin(tenant_id) as tx:
            policy = policy_of(tenant, await tx.thresholds.all())
            learned = {tier: await tx.learning.deltas(tier) for tier in Tier}
        return Performance(
            since=since,
            until=until,
            by=by,
            groups=assess_performance(groups, by),
            threshold=policy.effective_threshold,
            thresholds=tuple(
                SegmentThreshold(
                    tier=tier,
                    rule=rule,
                    threshold=attrs.evolve(policy, learned=deltas).threshold_for(rule),
                    learned=delta,
                )
                for tier, deltas in learned.items()
                for rule, delta in deltas
            ),
            approved_recipients=await self._reads.approved_recipients(tenant_id),
        )
