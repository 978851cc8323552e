"""Usage by tenant and month, and budgets, over counters that grow with what they count."""

from __future__ import annotations

from datetime import datetime

import attrs
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.repositories import PgAudit
from salesagent_adapters.postgres.rows import Chest, clean
from salesagent_adapters.postgres.usage_rows import budget_of, lock
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.spending import BUDGET_REACHED, Budget, Spent
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.usage import ModelMonth, MonthUsage, Woken

_THIS_MONTH = text("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM')")
_COUNTS = text("""
SELECT kind, sum(count)::bigint AS number FROM usage_counts
WHERE tenant_id = :tenant AND month = :month GROUP BY kind ORDER BY kind
""")
_MODELS = text("""
SELECT model, sum(calls)::bigint AS calls, sum(unpriced_calls)::bigint AS unpriced_calls,
  sum(prompt_tokens)::bigint AS prompt_tokens,
  sum(completion_tokens)::bigint AS completion_tokens, sum(cost_micros)::bigint AS cost_micros
FROM model_usage WHERE tenant_id = :tenant AND month = :month GROUP BY model ORDER BY model
""")
_WAITING = text("""
SELECT count(*) FROM runs
WHERE tenant_id = :tenant AND status = 'waiting' AND waiting_code = :code
""")
_WAKE_RUNS = text("""
UPDATE runs SET due_at = now()
WHERE tenant_id = :tenant AND status = 'waiting' AND waiting_code = :code RETURNING id
""")
_WAKE_SENDS = text("""
UPDATE send_attempts SET due_at = now()
WHERE tenant_id = :tenant AND status = 'scheduled' AND waiting_code = :code RETURNING id
""")
_DECISIONS = "decisions:"


class PgUsage:
    """``Usage`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def month(self, tenant_id: TenantId, month: str | None = None) -> MonthUsage:
        """See ``Usage.month``."""
        async with self._database.tenant(tenant_id) as connection:
            if month is None:
                month = (await connection.execute(_THIS_MONTH)).scalar_one()
            asked = {"tenant": tenant_id, "month": month}
            rows = (await connection.execute(_COUNTS, asked)).all()
            counts: dict[str, int] = {row.kind: row.number for row in rows}
            models = await _models(connection, asked)
            waiting = {"tenant": tenant_id, "code": BUDGET_REACHED}
            waiting_runs = (await connection.execute(_WAITING, waiting)).scalar_one()
            stored = await budget_of(connection, tenant_id)
        return MonthUsage(
            month=month,
            spent=Spent(
                runs=counts.get("runs", 0),
                sends=counts.get("sends", 0),
                tokens=sum(each.prompt_tokens + each.completion_tokens for each in models),
                cost_micros=sum(each.cost_micros for each in models),
            ),
            drafts=counts.get("drafts", 0),
            decisions={
                kind.removeprefix(_DECISIONS): count
                for kind, count in counts.items()
                if kind.startswith(_DECISIONS)
            },
            models=models,
            waiting_runs=waiting_runs,
            budget=stored.budget,
            budget_at=stored.changed_at,
            budget_by=stored.changed_by,
        )

    async def set_budget(
        self, tenant_id: TenantId, budget: Budget, *, by: str, at: datetime, event: AuditEvent
    ) -> Woken:
        """See ``Usage.set_budget``."""
        table = tables.usage_budgets
        values = {**attrs.asdict(budget), "changed_at": at, "changed_by": clean(by)}
        statement = upsert(table).values(tenant_id=checked_tenant(tenant_id), **values)
        waiting = {"tenant": tenant_id, "code": BUDGET_REACHED}
        async with self._database.tenant(tenant_id) as connection:
            # Whoever counts against the bounds now has ended before they change.
            await lock(connection, tenant_id)
            await connection.execute(
                statement.on_conflict_do_update(constraint="usage_budgets_pkey", set_=values)
            )
            await PgAudit(connection, tenant_id, self._chest).add(event)
            runs = (await connection.execute(_WAKE_RUNS, waiting)).scalars().all()
            sends = (await connection.execute(_WAKE_SENDS, waiting)).scalars().all()
        return Woken(runs=tuple(map(RunId, runs)), sends=tuple(sends))


async def _models(connection: AsyncConnection, asked: dict[str, str]) -> tuple[ModelMonth, ...]:
    rows = (await connection.execute(_MODELS, asked)).all()
    return tuple(
        ModelMonth(
            model=row.model,
            calls=row.calls,
            unpriced_calls=row.unpriced_calls,
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            cost_micros=row.cost_micros,
        )
        for row in rows
    )
