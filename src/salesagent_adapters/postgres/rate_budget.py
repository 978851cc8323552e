"""A budget of calls that all workers share: one row, one statement a call.

The generic cell rate algorithm: the row holds the time at which the queue of calls would be empty.
A call moves it on by one step, and waits as long as it lies further ahead than a burst allows.
Redis may lose what it knows and is only a bell here; a turn costs some milliseconds beside
a call of a hundred, and a tenant's account takes at most 19 calls a second.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_core.errors import RateLimited
from salesagent_core.ids import TenantId
from salesagent_core.ports.rate_budget import Allowance

# The row is locked before its time is compared with the clock's, so that nobody is let in by a
# time that has passed while they waited for the lock.
_RESERVE = text("""
INSERT INTO rate_budgets AS b (tenant_id, name, next_at)
VALUES (:tenant, :name, clock_timestamp() + :step)
ON CONFLICT (tenant_id, name) DO UPDATE
SET next_at = greatest(b.next_at, clock_timestamp()) + :step
WHERE b.next_at <= clock_timestamp() + :reach
RETURNING next_at - :step - :tolerance - clock_timestamp() AS wait
""")
_OPENS = text("""
SELECT next_at - :tolerance AS at FROM rate_budgets WHERE tenant_id = :tenant AND name = :name
""")
_PAUSE = text("""
INSERT INTO rate_budgets AS b (tenant_id, name, next_at) VALUES (:tenant, :name, :until)
ON CONFLICT (tenant_id, name) DO UPDATE SET next_at = greatest(b.next_at, :until)
""")


class PgRateBudget:
    """``RateBudget`` over PostgreSQL, by the database's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, tenant_id: TenantId, allowance: Allowance, longest: timedelta
    ) -> timedelta:
        """See ``RateBudget.reserve``."""
        key = {"tenant": checked_tenant(tenant_id), "name": allowance.name}
        times = {
            "step": allowance.step,
            "tolerance": allowance.tolerance,
            "reach": allowance.tolerance + longest,
        }
        async with self._database.tenant(tenant_id) as connection:
            row = (await connection.execute(_RESERVE, {**key, **times})).first()
            if row is not None:
                wait: timedelta = row.wait
                return max(timedelta(), wait)
            values = {**key, "tolerance": allowance.tolerance}
            opens = (await connection.execute(_OPENS, values)).scalar_one()
        raise RateLimited("the calls to this vendor are used up for now", retry_at=opens)

    async def pause(self, tenant_id: TenantId, allowance: Allowance, until: datetime) -> None:
        """See ``RateBudget.pause``."""
        values = {
            "tenant": checked_tenant(tenant_id),
            "name": allowance.name,
            "until": until + allowance.tolerance,
        }
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_PAUSE, values)
