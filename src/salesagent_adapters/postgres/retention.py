"""What is past its time, found by one statement for each table and removed in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import retention_work as work
from salesagent_adapters.postgres.audit_cutting import AuditCutter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.retention_terms import (
    DELETED,
    DRAFTS,
    FORMS,
    OUTCOMES,
    RUNS,
    SENT_MAILS,
    Old,
)
from salesagent_adapters.postgres.rows import Chest
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.retention import Removed
from salesagent_core.ports.secrets_vault import Sealer

AUDIT: Final = "audit"
Values = dict[str, object]
Rows = Counter[TenantId]
Remove = Callable[[AsyncConnection, Values], Awaitable[Rows]]


class PgRetention:
    """``Retention`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._cutter = AuditCutter(database, sealer)
        chest = Chest(sealer)
        special: dict[str, tuple[tuple[Old, Remove], ...]] = {
            "submissions": ((FORMS, work.emptying_forms(sealer)),),
            "drafts": ((DRAFTS, work.remove_drafts),),
            "runs": ((RUNS, work.remove_runs),),
            "outcomes": (
                (OUTCOMES, work.emptying_outcomes(chest)),
                (SENT_MAILS, work.empty_sent_mails),
            ),
        }
        self._stores = {
            store: (
                *special.get(store, ()),
                *((old, _deleting(old)) for old in DELETED.get(store, ())),
            )
            for store in {**special, **DELETED}
        }

    async def overdue(self, store: str, period: timedelta) -> int:
        """See ``Retention.overdue``."""
        if store == AUDIT:
            return await self._cutter.overdue(period)
        found = 0
        async with self._database.across_tenants() as connection:
            for old, _ in self._known(store):
                counted = await connection.execute(text(old.counting()), {"period": period})
                found += int(counted.scalar_one())
        return found

    async def remove(self, store: str, period: timedelta, limit: int) -> Removed:
        """See ``Retention.remove``."""
        if store == AUDIT:
            return await self._cutter.cut(period, limit)
        rows: Rows = Counter()
        async with self._database.across_tenants() as connection:
            for _, remove in self._known(store):
                if rows.total() < limit:
                    left = limit - rows.total()
                    rows += await remove(connection, {"period": period, "limit": left})
        return Removed(rows=rows)

    def _known(self, store: str) -> tuple[tuple[Old, Remove], ...]:
        if store not in self._stores:
            raise NotFound("there is no such store")
        return self._stores[store]


def _deleting(old: Old) -> Remove:
    async def delete(connection: AsyncConnection, values: Values) -> Rows:
        done = await connection.execute(text(old.deleting()), values)
        return Counter(TenantId(row.tenant_id) for row in done)

    return delete
