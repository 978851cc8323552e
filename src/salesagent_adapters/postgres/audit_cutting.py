"""Cut the beginning of the audit trails that is past its time, and sign where.

One transaction for each tenant, behind the lock of whoever seals: rows that are verified go, the
cut is signed and a row about it is written, or nothing happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.audit_chain import (
    LOCK_TRAIL,
    audit_columns,
    audit_key,
    read_cuts,
    read_head,
    read_trail,
)
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.audit_chain import Cut, TrailRow, Verifier, sign_cut
from salesagent_core.ids import TenantId
from salesagent_core.ports.retention import Removed
from salesagent_core.ports.secrets_vault import Sealer

CUT = "audit.cut"
_SYSTEM = "system"
_AGO = text("SELECT now() - CAST(:period AS interval)")
_TENANTS = text("SELECT tenant_id FROM audit_heads ORDER BY tenant_id")
# The first row that is not old ends what may go, whatever stands behind it; the last row stays.
_OVERDUE = text("""
SELECT coalesce(sum((SELECT count(*) FROM audit a WHERE a.tenant_id = h.tenant_id
  AND a.position < h.position AND a.position < coalesce((
    SELECT min(b.position) FROM audit b
    WHERE b.tenant_id = h.tenant_id AND b.at >= now() - CAST(:period AS interval)
  ), h.position))), 0)
FROM audit_heads h
""")


class AuditCutter:
    """Cuts the trails of all tenants, one after the other."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._key = audit_key(sealer)

    async def overdue(self, period: timedelta) -> int:
        """How many rows there are to cut."""
        async with self._database.across_tenants() as connection:
            counted = await connection.execute(_OVERDUE, {"period": period})
            return int(counted.scalar_one())

    async def cut(self, period: timedelta, limit: int) -> Removed:
        """Cut up to ``limit`` rows off. A trail that does not prove itself is left as it is."""
        rows: dict[TenantId, int] = {}
        refused: list[str] = []
        async with self._database.across_tenants() as connection:
            tenants = [TenantId(row.tenant_id) for row in await connection.execute(_TENANTS)]
        for tenant_id in tenants:
            left = limit - sum(rows.values())
            if left <= 0:
                break
            count, why = await self._cut(tenant_id, period, left)
            rows |= {tenant_id: count} if count else {}
            refused += [why] if why else []
        return Removed(rows=rows, refused=tuple(refused))

    async def _cut(
        self, tenant_id: TenantId, period: timedelta, limit: int
    ) -> tuple[int, str | None]:
        async with self._database.across_tenants() as connection:
            await connection.execute(LOCK_TRAIL, {"tenant": tenant_id})
            head = await read_head(connection, tenant_id)
            cuts = await read_cuts(connection, tenant_id)
            oldest = (await connection.execute(_AGO, {"period": period})).scalar_one()
            start = cuts[-1].position if cuts else 0
            last = head.position - 1 if head else 0
            old = await _old_rows(connection, tenant_id, start, last, oldest, limit)
            if not old:
                return 0, None
            verifier = Verifier(self._key, tenant_id, cuts=cuts)
            verifier.take(old)
            found = verifier.so_far()
            if found:
                return 0, (
                    f"the audit trail of {tenant_id} is past its time and does not prove itself"
                    f" ({found[0].sentence}): nothing of it is cut; see `salesagent audit verify`"
                )
            cut = Cut(
                tenant_id=tenant_id,
                number=len(cuts) + 1,
                position=old[-1].position or 0,
                hash=old[-1].hash or b"",
                rows=len(old),
                at=datetime.now(UTC),
                why=f"kept for {period.days} days",
            )
            await self._write(connection, cut, cuts)
        return len(old), None

    async def _write(self, connection: AsyncConnection, cut: Cut, before: Sequence[Cut]) -> None:
        audit = tables.audit
        await connection.execute(
            delete(audit).where(
                audit.c.tenant_id == cut.tenant_id,
                audit.c.position > cut.position - cut.rows,
                audit.c.position <= cut.position,
            )
        )
        values: dict[str, Any] = {
            "tenant_id": cut.tenant_id,
            "number": cut.number,
            "position": cut.position,
            "hash": cut.hash,
            "rows": cut.rows,
            "at": cut.at,
            "why": cut.why,
            "mac": sign_cut(self._key, cut, before[-1] if before else None),
        }
        await connection.execute(insert(tables.audit_cuts).values(values))
        event = AuditEvent(
            id=new_id(),
            tenant_id=cut.tenant_id,
            at=cut.at,
            actor=_SYSTEM,
            action=CUT,
            subject_kind="tenant",
            subject_id=cut.tenant_id,
            detail=(("up_to", str(cut.position)), ("rows", str(cut.rows)), ("why", cut.why)),
        )
        await connection.execute(
            insert(audit).values(audit_columns(self._key, cut.tenant_id, event))
        )


async def _old_rows(
    connection: AsyncConnection,
    tenant_id: TenantId,
    after: int,
    last: int,
    oldest: datetime,
    limit: int,
) -> list[TrailRow]:
    """From the beginning, as far as all are old."""
    table = tables.audit
    statement = (
        select(table)
        .where(table.c.tenant_id == tenant_id, table.c.position > after, table.c.position <= last)
        .order_by(table.c.position)
        .limit(limit)
    )
    rows = []
    for row in await connection.execute(statement):
        if row.at >= oldest:
            break
        rows.append(read_trail(row))
    return rows
