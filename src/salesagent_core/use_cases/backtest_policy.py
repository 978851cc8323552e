"""Replay past decisions under another policy, before anybody switches it on. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from salesagent_core.domain.outcomes.backtest import (
    BacktestReport,
    CandidatePolicy,
    PastDecision,
    Replayed,
    replay,
    report,
)
from salesagent_core.domain.outcomes.policy_reading import read_policy
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.decision_history import DecisionHistory, OutcomeHistory
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import DecidingWork
from salesagent_core.use_cases.earned_trust import policy_of

PAGE = 50
"""Decisions opened at a time: other work of the same process goes on in between."""
MAX_DECISIONS = 10_000


class BacktestPolicy:
    """Reads the decision log page by page. Without ``outcomes`` those count that the history itself
    knows."""

    def __init__(
        self,
        *,
        work: DecidingWork,
        history: DecisionHistory,
        tenants: TenantDirectory,
        clock: Clock,
        outcomes: OutcomeHistory | None = None,
        max_decisions: int = MAX_DECISIONS,
    ) -> None:
        self._work = work
        self._history = history
        self._tenants = tenants
        self._clock = clock
        self._outcomes = outcomes
        self._most = max_decisions

    async def __call__(
        self,
        tenant_id: TenantId,
        policy: object,
        *,
        since: datetime,
        until: datetime | None = None,
    ) -> BacktestReport:
        """What the policy (plain data, see ``read_policy``) would have decided about drafts of
        ``since <= decided < until`` (now, when None). Both aware.

        Raises:
            InvalidInput: the policy or the times cannot be used. NotFound: no such tenant.
        """
        until = until or self._clock.now()
        if since.tzinfo is None or until.tzinfo is None or since >= until:
            what = "must be a time with its zone, before the end"
            raise InvalidInput("these times cannot be used", [Problem(where="from", what=what)])
        tenant = await self._tenants.get(tenant_id)
        async with self._work.begin(tenant_id) as tx:
            rules = [stored.rule for stored in await tx.rules.all()]
            threshold = policy_of(tenant, await tx.thresholds.all()).effective_threshold
        candidate = read_policy(policy, rules, threshold)
        return await self._replay_all(tenant_id, candidate, since, until)

    async def _replay_all(
        self, tenant_id: TenantId, policy: CandidatePolicy, since: datetime, until: datetime
    ) -> BacktestReport:
        replays: list[Replayed] = []
        unreadable, after = 0, 0
        while True:
            page = await self._history.page(
                tenant_id, since=since, until=until, after=after, limit=PAGE
            )
            for past in await self._with_outcomes(tenant_id, page.decisions):
                found = replay(past, policy)
                if found is None:
                    unreadable += 1
                else:
                    replays.append(found)
            full = len(replays) + unreadable >= self._most
            if page.after is None or full:
                return report(
                    replays, unreadable=unreadable, truncated=full and page.after is not None
                )
            after = page.after

    async def _with_outcomes(
        self, tenant_id: TenantId, decisions: Sequence[PastDecision]
    ) -> Sequence[PastDecision]:
        if self._outcomes is None:
            return decisions
        ids = [each.decision.draft_id for each in decisions]
        known = await self._outcomes.of_drafts(tenant_id, ids)
        return [
            attrs.evolve(each, outcomes=tuple(known.get(each.decision.draft_id, ())))
            for each in decisions
        ]
