"""Outcomes as people read them: the latest, those of one person, and how many of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.address import fold_alias, judge_address
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType, contact_adjustment
from salesagent_core.domain.stats import Interval, wilson_interval
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.outcomes import OutcomeCounts, OutcomeReads

STATS_SPAN = timedelta(days=30)
MAX_SPAN = timedelta(days=731)


@attrs.frozen(kw_only=True)
class ContactOutcomes:
    """``adjustment`` is what they add to the priority of this contact's drafts, in points."""

    adjustment: float
    outcomes: tuple[Outcome, ...]


@attrs.frozen(kw_only=True)
class OutcomeStats:
    """``reply_rate`` is the 95 % Wilson interval of answered mail among ``counts.sent``."""

    since: datetime
    until: datetime
    counts: OutcomeCounts
    reply_rate: Interval


class ReadOutcomes:
    """Changes nothing."""

    def __init__(self, reads: OutcomeReads, clock: Clock) -> None:
        self._reads = reads
        self._clock = clock

    async def recent(
        self,
        tenant_id: TenantId,
        *,
        types: Sequence[OutcomeType] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[Outcome, ...]:
        """The ones recorded last, newest first."""
        return await self._reads.recent(tenant_id, types=types, limit=limit, offset=offset)

    async def of_contact(self, tenant_id: TenantId, email: str) -> ContactOutcomes:
        """Those of one person, newest first. Raises: InvalidInput."""
        if not judge_address(email).valid:
            problem = Problem(where="email", what="must be one e-mail address")
            raise InvalidInput("that is not an e-mail address", [problem])
        found = await self._reads.of_contacts(tenant_id, [email])
        outcomes = found.get(fold_alias(email), ())
        adjustment = contact_adjustment(outcomes, self._clock.now())
        return ContactOutcomes(adjustment=adjustment, outcomes=outcomes)

    async def beside(self, tenant_id: TenantId, outcome_id: str) -> tuple[str, ContactOutcomes]:
        """The address of the person an outcome is about, and all outcomes of theirs.

        Raises:
            NotFound
        """
        email = (await self._reads.one(tenant_id, outcome_id)).email
        return email, await self.of_contact(tenant_id, email)

    async def stats(
        self, tenant_id: TenantId, since: datetime | None, until: datetime | None
    ) -> OutcomeStats:
        """How many of each happened; the last 30 days where no time is named.

        Raises:
            InvalidInput: the time is empty, or longer than two years.
        """
        end = until or self._clock.now()
        start = since or end - STATS_SPAN
        if not start < end <= start + MAX_SPAN:
            what = f"must be before the end, and at most {MAX_SPAN.days} days"
            raise InvalidInput("that is no span of time", [Problem(where="from", what=what)])
        counts = await self._reads.counts(tenant_id, start, end)
        return OutcomeStats(
            since=start,
            until=end,
            counts=counts,
            reply_rate=wilson_interval(counts.replied, counts.sent),
        )
