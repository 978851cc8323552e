"""How far conversions have been read: one row a tenant, leased like all other work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.machine_time import machine_time
from salesagent_adapters.postgres.rows import clean
from salesagent_core.ids import TenantId
from salesagent_core.ports.conversion_polls import ClaimedPoll

POLL_LEASE = timedelta(minutes=5)
"""For one page; a page that was taken in renews it."""
MAX_ERROR = 500

_WATCH = text("""
INSERT INTO conversion_polls (tenant_id, cursor_at, due_at) VALUES (:tenant, now(), now())
ON CONFLICT DO NOTHING
""")
_CLAIM = text("""
WITH due AS MATERIALIZED (
  SELECT tenant_id FROM conversion_polls
  WHERE due_at <= now()
  ORDER BY due_at, tenant_id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE conversion_polls p SET token = p.token + 1, due_at = now() + :lease
FROM due WHERE p.tenant_id = due.tenant_id
RETURNING p.*
""")
_ADVANCE = text("""
UPDATE conversion_polls SET cursor_at = :cursor, due_at = now() + :lease
WHERE tenant_id = :tenant AND token = :token
""")
_FINISH = text("""
UPDATE conversion_polls SET due_at = now() + :again_in, polled_at = now(), attempt = 0, error = NULL
WHERE tenant_id = :tenant AND token = :token
""")
_POSTPONE = text("""
UPDATE conversion_polls
SET due_at = now() + (CAST(:until AS timestamptz) - CAST(:told AS timestamptz)),
  attempt = attempt + 1, error = :error
WHERE tenant_id = :tenant AND token = :token
""")


class PgConversionPolls:
    """``ConversionPolls`` over PostgreSQL."""

    def __init__(self, database: Database, now: Callable[[], datetime] = machine_time) -> None:
        self._database = database
        self._now = now

    async def watch(self, tenant_id: TenantId) -> None:
        """See ``ConversionPolls.watch``."""
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_WATCH, {"tenant": checked_tenant(tenant_id)})

    async def claim(self, limit: int) -> tuple[ClaimedPoll, ...]:
        """See ``ConversionPolls.claim``."""
        async with self._database.across_tenants() as connection:
            values = {"limit": limit, "lease": POLL_LEASE}
            rows = (await connection.execute(_CLAIM, values)).all()
        return tuple(
            ClaimedPoll(
                tenant_id=TenantId(row.tenant_id),
                cursor=row.cursor_at,
                token=row.token,
                attempt=row.attempt,
            )
            for row in rows
        )

    async def advance(self, claimed: ClaimedPoll, cursor: datetime) -> bool:
        """See ``ConversionPolls.advance``."""
        values = {**_key(claimed), "cursor": cursor, "lease": POLL_LEASE}
        async with self._database.tenant(claimed.tenant_id) as connection:
            return (await connection.execute(_ADVANCE, values)).rowcount == 1

    async def finish(self, claimed: ClaimedPoll, again_in: timedelta) -> None:
        """See ``ConversionPolls.finish``. Changes nothing when another worker took over."""
        async with self._database.tenant(claimed.tenant_id) as connection:
            await connection.execute(_FINISH, {**_key(claimed), "again_in": again_in})

    async def postpone(self, claimed: ClaimedPoll, until: datetime, error: str) -> None:
        """See ``ConversionPolls.postpone``. Changes nothing when another worker took over."""
        told = self._now()
        values = {**_key(claimed), "until": until, "told": told, "error": clean(error)[:MAX_ERROR]}
        async with self._database.tenant(claimed.tenant_id) as connection:
            await connection.execute(_POSTPONE, values)


def _key(claimed: ClaimedPoll) -> dict[str, object]:
    return {"tenant": checked_tenant(claimed.tenant_id), "token": claimed.token}
