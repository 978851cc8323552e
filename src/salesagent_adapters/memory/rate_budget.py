"""A budget of calls in one process, by the same rule as the database's."""

from __future__ import annotations

from datetime import datetime, timedelta

from salesagent_core.errors import RateLimited
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.rate_budget import Allowance


class MemoryRateBudget:
    """``RateBudget`` for a single process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: dict[tuple[TenantId, str], datetime] = {}

    async def reserve(
        self, tenant_id: TenantId, allowance: Allowance, longest: timedelta
    ) -> timedelta:
        """See ``RateBudget.reserve``."""
        now = self._clock.now()
        place = self._next.get((tenant_id, allowance.name), now)
        opens = place - allowance.tolerance
        if opens > now + longest:
            raise RateLimited("the calls to this vendor are used up for now", retry_at=opens)
        self._next[tenant_id, allowance.name] = max(place, now) + allowance.step
        return max(opens - now, timedelta())

    async def pause(self, tenant_id: TenantId, allowance: Allowance, until: datetime) -> None:
        """See ``RateBudget.pause``."""
        key = (tenant_id, allowance.name)
        held = until + allowance.tolerance
        self._next[key] = max(self._next.get(key, held), held)
