"""What a tenant took this month and its stored bounds, read within a caller's transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime

import attrs
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_core.domain.spending import Budget, Spent
from salesagent_core.ids import TenantId

BOUNDS = tuple(field.name for field in attrs.fields(Budget))
"""The bounds' names: fields of ``Budget`` and columns of ``usage_budgets``."""

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_SPENT = text("""
WITH m AS (SELECT clock_timestamp() AS now,
  to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM') AS month)
SELECT m.now, m.month,
  coalesce((SELECT sum(count) FROM usage_counts WHERE tenant_id = :tenant AND month = m.month
    AND kind = 'runs'), 0)::bigint AS runs,
  coalesce((SELECT sum(count) FROM usage_counts WHERE tenant_id = :tenant AND month = m.month
    AND kind = 'sends'), 0)::bigint AS sends,
  coalesce((SELECT sum(prompt_tokens + completion_tokens) FROM model_usage
    WHERE tenant_id = :tenant AND month = m.month), 0)::bigint AS tokens,
  coalesce((SELECT sum(cost_micros) FROM model_usage
    WHERE tenant_id = :tenant AND month = m.month), 0)::bigint AS cost_micros
FROM m
""")


@attrs.frozen(kw_only=True)
class StoredBudget:
    """``budget`` is None where nobody stored any."""

    budget: Budget | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None


async def lock(connection: AsyncConnection, tenant_id: TenantId) -> None:
    """Whoever counts against the tenant's budget does so alone, until the transaction ends."""
    name = f"usage budget\x1f{tenant_id}".encode("utf-8", "replace")
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    await connection.execute(_LOCK, {"key": number})


async def budget_of(connection: AsyncConnection, tenant_id: TenantId) -> StoredBudget:
    """The bounds that an admin stored."""
    table = tables.usage_budgets
    found = await connection.execute(select(table).where(table.c.tenant_id == tenant_id))
    row = found.one_or_none()
    if row is None:
        return StoredBudget()
    return StoredBudget(
        budget=Budget(**{name: getattr(row, name) for name in BOUNDS}),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


async def month_spent(
    connection: AsyncConnection, tenant_id: TenantId
) -> tuple[datetime, str, Spent]:
    """The database's time, its month, and what was taken in it (what models hold is not in it)."""
    row = (await connection.execute(_SPENT, {"tenant": tenant_id})).one()
    spent = Spent(runs=row.runs, sends=row.sends, tokens=row.tokens, cost_micros=row.cost_micros)
    return row.now, row.month, spent
