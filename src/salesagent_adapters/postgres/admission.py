"""Runs that begin count against their tenant's month; beyond a hard bound they wait.

Part of the transaction that claims them: ``claim | count | put back what is over | COMMIT``.
A run counts once, in the month in which a worker first takes it up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.usage_rows import budget_of, lock, month_spent
from salesagent_core.domain.spending import month_ends, run_refusal
from salesagent_core.errors import Reason
from salesagent_core.ids import TenantId

ADMISSION = """
    admitted_month = coalesce(r.admitted_month, CASE WHEN NOT EXISTS (
        SELECT FROM usage_budgets b WHERE b.tenant_id = r.tenant_id AND (b.hard_runs IS NOT NULL
          OR b.hard_tokens IS NOT NULL OR b.hard_cost_micros IS NOT NULL))
      THEN to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM') END)
"""
"""What a claim sets. Runs of a tenant with a hard bound are looked at one by one afterwards."""

_COUNT = text("""
INSERT INTO usage_counts AS u (tenant_id, month, kind, shard, count)
SELECT n.tenant_id, n.month, 'runs', pg_backend_pid() % 64, count(*)
FROM unnest(CAST(:tenants AS text[]), CAST(:months AS text[])) AS n (tenant_id, month)
GROUP BY n.tenant_id, n.month ORDER BY n.tenant_id, n.month
ON CONFLICT (tenant_id, month, kind, shard) DO UPDATE SET count = u.count + excluded.count
""")
_ADMIT = text("""
UPDATE runs SET admitted_month = :month WHERE tenant_id = :tenant AND id = ANY(:ids)
""")
_PUT_BACK = text("""
UPDATE runs SET status = 'waiting', due_at = :until, waiting_for = :why, waiting_code = :code,
  updated_at = now()
WHERE tenant_id = :tenant AND id = ANY(:ids)
""")


async def admit(connection: AsyncConnection, rows: Sequence[Any]) -> list[Any]:
    """The claimed rows that may be worked on; the others are put back."""
    new = [row for row in rows if row.admitted is None]
    if not new:
        return list(rows)
    counted = [(row.tenant_id, row.admitted_month) for row in new if row.admitted_month]
    bounded = [row for row in new if not row.admitted_month]
    refused: set[str] = set()
    for tenant in sorted({row.tenant_id for row in bounded}):
        mine = sorted(
            (row for row in bounded if row.tenant_id == tenant),
            key=lambda row: (row.created_at, row.id),
        )
        month, over = await _judge(connection, TenantId(tenant), mine)
        refused |= over
        counted += [(tenant, month) for row in mine if row.id not in over]
    if counted:
        tenants, months = zip(*counted, strict=True)
        await connection.execute(_COUNT, {"tenants": list(tenants), "months": list(months)})
    return [row for row in rows if row.id not in refused]


async def _judge(
    connection: AsyncConnection, tenant_id: TenantId, rows: Sequence[Any]
) -> tuple[str, set[str]]:
    """The month, and the ids of the runs for which there is no room in it."""
    await lock(connection, tenant_id)
    # Read again: it may have been raised while we waited for the lock.
    budget = (await budget_of(connection, tenant_id)).budget
    now, month, spent = await month_spent(connection, tenant_id)
    over: list[str] = []
    why: Reason | None = None
    for row in rows:
        refusal = None if budget is None else run_refusal(budget, spent)
        if refusal is None:
            spent = attrs.evolve(spent, runs=spent.runs + 1)
        else:
            why = refusal
            over.append(row.id)
    admitted = [row.id for row in rows if row.id not in over]
    if admitted:
        await connection.execute(_ADMIT, {"tenant": tenant_id, "month": month, "ids": admitted})
    if why is not None:
        await _put_back(connection, tenant_id, over, why, month_ends(now))
    return month, set(over)


async def _put_back(
    connection: AsyncConnection,
    tenant_id: TenantId,
    ids: Sequence[str],
    why: Reason,
    until: datetime,
) -> None:
    values = {"tenant": tenant_id, "ids": list(ids), "why": why.sentence, "code": why.code}
    await connection.execute(_PUT_BACK, {**values, "until": until})
