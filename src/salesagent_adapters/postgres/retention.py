"""What is past its time, found by one statement for each table and removed in batches.

Only what is over goes: runs that ended, letters that were settled, sessions that ran out. A form's
row stays without its content, so that the run that it began can still be shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import emptied_form
from salesagent_core.errors import NotFound
from salesagent_core.ports.secrets_vault import Sealer

_OVER = "EXISTS (SELECT FROM runs r WHERE r.tenant_id = x.tenant_id AND r.id = x.run_id"
_ENDED = f"{_OVER} AND r.finished_at < now() - CAST(:period AS interval))"
_RUN_GONE = (
    "NOT EXISTS (SELECT FROM runs r WHERE r.tenant_id = x.tenant_id AND r.id = x.run_id)"
    " AND x.received_at < now() - CAST(:period AS interval)"
)


@attrs.frozen
class _Old:
    """Rows ``x`` of a table that are past their time; ``order`` says which go first."""

    table: str
    where: str
    order: str
    empty: bool = False

    def counting(self) -> str:
        """How many there are."""
        return f"SELECT count(*) FROM {self.table} x WHERE {self.where}"  # noqa: S608

    def finding(self, what: str) -> str:
        """The oldest of them, locked."""
        return (
            f"SELECT {what} FROM {self.table} x WHERE {self.where}"  # noqa: S608
            f" ORDER BY {self.order} LIMIT :limit FOR UPDATE SKIP LOCKED"
        )

    def deleting(self) -> str:
        """The oldest of them, removed."""
        return f"DELETE FROM {self.table} WHERE ctid = ANY(ARRAY({self.finding('x.ctid')}))"  # noqa: S608


def _before(column: str, more: str = "") -> str:
    return f"x.{column} < now() - CAST(:period AS interval){more}"


_STORES: Final[dict[str, tuple[_Old, ...]]] = {
    "submissions": (
        _Old(
            "submissions",
            f"x.contact_index IS DISTINCT FROM '' AND ({_ENDED} OR {_RUN_GONE})",
            "x.received_at",
            empty=True,
        ),
        _Old("crm_deliveries", _before("stored_at"), "x.stored_at"),
        _Old("crm_events", _before("stored_at", " AND x.state = 'done'"), "x.stored_at"),
    ),
    "journals": (_Old("journal", _ENDED, "x.finished_at"),),
    "sessions": (
        _Old("page_sessions", _before("expires_at"), "x.expires_at"),
        _Old("consent_flows", _before("expires_at"), "x.expires_at"),
    ),
    "memories": (_Old("memories", _before("sent_at"), "x.sent_at"),),
    "outcomes": (
        _Old("outcomes", _before("occurred_at"), "x.occurred_at"),
        _Old("sent_mails", _before("sent_at"), "x.sent_at"),
    ),
    "dead_letters": (_Old("dead_letters", _before("settled_at"), "x.settled_at"),),
}

_EMPTY = text("""
UPDATE submissions SET contact_index = '', sealed = :sealed
WHERE tenant_id = :tenant AND id = :id
""")


class PgRetention:
    """``Retention`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def overdue(self, store: str, period: timedelta) -> int:
        """See ``Retention.overdue``."""
        found = 0
        async with self._database.across_tenants() as connection:
            for old in _known(store):
                counted = await connection.execute(text(old.counting()), {"period": period})
                found += int(counted.scalar_one())
        return found

    async def remove(self, store: str, period: timedelta, limit: int) -> int:
        """See ``Retention.remove``."""
        removed = 0
        async with self._database.across_tenants() as connection:
            for old in _known(store):
                values = {"period": period, "limit": limit - removed}
                if removed >= limit:
                    break
                if old.empty:
                    removed += await self._empty(connection, old, values)
                else:
                    done = await connection.execute(text(old.deleting()), values)
                    removed += done.rowcount
        return removed

    async def _empty(
        self, connection: AsyncConnection, old: _Old, values: dict[str, object]
    ) -> int:
        rows = (await connection.execute(text(old.finding("x.*")), values)).all()
        changes = [
            {"tenant": row.tenant_id, "id": row.id, "sealed": emptied_form(self._sealer, row)}
            for row in rows
        ]
        if changes:
            await connection.execute(_EMPTY, changes)
        return len(changes)


def _known(store: str) -> tuple[_Old, ...]:
    if store not in _STORES:
        raise NotFound("there is no such store")
    return _STORES[store]
