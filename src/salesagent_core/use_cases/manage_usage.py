"""What a tenant's month took, and the bounds that an admin puts on it."""

from __future__ import annotations

import re

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.spending import Budget, run_refusal, send_refusal, warnings
from salesagent_core.errors import InvalidInput, Problem, Reason, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.usage import MonthUsage, Usage

_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_MOST = 10**15
"""A bound above it is a slip of the finger, and more than a column of the database holds soon."""


@attrs.frozen(kw_only=True)
class UsageReport:
    """``budget`` is the one in force; ``from_settings``: nobody stored one. ``warnings`` are the
    soft bounds that are passed, ``reached`` what a hard one holds back, as sentences with codes."""

    usage: MonthUsage
    budget: Budget
    from_settings: bool
    warnings: tuple[Reason, ...] = ()
    reached: tuple[Reason, ...] = ()


class ManageUsage:
    """Every change of a bound is audited with who and when."""

    def __init__(
        self,
        *,
        usage: Usage,
        tenants: TenantDirectory,
        queue: JobQueue,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._usage = usage
        self._tenants = tenants
        self._queue = queue
        self._clock = clock
        self._ids = ids

    async def month(self, tenant_id: TenantId, month: str | None = None) -> UsageReport:
        """One month (``YYYY-MM``, UTC), or this one.

        Raises:
            InvalidInput: that is no month. Unavailable
        """
        if month is not None and _MONTH.fullmatch(month) is None:
            problem = Problem(where="month", what="must be a month such as 2026-11")
            raise InvalidInput("this is not a month", [problem])
        usage = await self._usage.month(tenant_id, month)
        stored = usage.budget
        budget = stored or (await self._tenants.get(tenant_id)).model_budget
        reached = (run_refusal(budget, usage.spent), send_refusal(budget, usage.spent))
        return UsageReport(
            usage=usage,
            budget=budget,
            from_settings=stored is None,
            warnings=warnings(budget, usage.spent),
            reached=tuple(reason for reason in reached if reason is not None),
        )

    async def set_budget(self, tenant_id: TenantId, budget: Budget, *, who: str) -> UsageReport:
        """Put these bounds in place of those before, and let go on what waited for them.

        Raises:
            InvalidInput: a soft bound above its hard one, or a bound beyond all reason.
            Unavailable
        """
        _check(budget)
        now = self._clock.now()
        bounds = attrs.asdict(budget)
        event = AuditEvent(
            id=self._ids.new(),
            tenant_id=tenant_id,
            at=now,
            actor=who,
            action="budget.set",
            subject_kind="budget",
            subject_id=tenant_id,
            detail=tuple((name, str(bound)) for name, bound in bounds.items() if bound is not None),
        )
        woken = await self._usage.set_budget(tenant_id, budget, by=who, at=now, event=event)
        await self._ring(Topic.RUN, woken.runs)
        await self._ring(Topic.SEND, woken.sends)
        return await self.month(tenant_id)

    async def _ring(self, topic: Topic, ids: tuple[str, ...]) -> None:
        if not ids:
            return
        try:
            await self._queue.ring(topic, ids)
        except Unavailable:
            # It is committed; the sweeper finds it.
            return


def _check(budget: Budget) -> None:
    bounds = attrs.asdict(budget)
    problems = [
        Problem(where=name, what=f"must not be above {_MOST}")
        for name, bound in bounds.items()
        if bound is not None and bound > _MOST
    ]
    for what in ("runs", "sends", "tokens", "cost_micros"):
        soft, hard = bounds[f"soft_{what}"], bounds[f"hard_{what}"]
        if soft is not None and hard is not None and soft > hard:
            problems.append(Problem(where=f"soft_{what}", what=f"must not be above hard_{what}"))
    if problems:
        raise InvalidInput("these bounds cannot be set", problems)
