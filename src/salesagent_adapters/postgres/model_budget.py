"""What tenants spend on language models, by month, under a lock per tenant and database time."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import clean, new_id
from salesagent_adapters.postgres.usage_rows import budget_of as stored
from salesagent_core.domain.spending import Budget, ModelUse, Spent, refusals, warnings
from salesagent_core.errors import OverBudget
from salesagent_core.ids import TenantId
from salesagent_core.ports.model_budget import MonthReport, Reservation

HELD_FOR = timedelta(minutes=10)
"""A reservation whose worker died counts no longer than this."""

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")

_SPENT = text("""
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
  coalesce(sum(tokens), 0)::bigint AS tokens,
  coalesce(sum(cost_micros), 0)::bigint AS cost_micros
FROM (
  SELECT prompt_tokens + completion_tokens AS tokens, cost_micros FROM model_usage
  WHERE tenant_id = :tenant AND month = to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM')
  UNION ALL
  SELECT tokens, cost_micros FROM model_holds
  WHERE tenant_id = :tenant AND until > clock_timestamp()
) counted
""")
_HOLD = text("""
INSERT INTO model_holds (tenant_id, id, until, tokens, cost_micros)
VALUES (:tenant, :id, clock_timestamp() + :held_for, :tokens, :cost_micros)
""")
_LAPSE = text("DELETE FROM model_holds WHERE tenant_id = :tenant AND until <= clock_timestamp()")
_RELEASE = text("DELETE FROM model_holds WHERE tenant_id = :tenant AND id = :id")
_RECORD = text("""
INSERT INTO model_usage AS u (tenant_id, month, model, purpose, calls, unpriced_calls,
  prompt_tokens, completion_tokens, cost_micros)
VALUES (:tenant, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM'), :model, :purpose,
  1, :unpriced, :prompt_tokens, :completion_tokens, :cost_micros)
ON CONFLICT (tenant_id, month, model, purpose) DO UPDATE SET calls = u.calls + 1,
  unpriced_calls = u.unpriced_calls + excluded.unpriced_calls,
  prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
  completion_tokens = u.completion_tokens + excluded.completion_tokens,
  cost_micros = u.cost_micros + excluded.cost_micros
""")


class PgModelBudget:
    """``ModelBudget`` over PostgreSQL."""

    def __init__(
        self, database: Database, budget_of: Callable[[TenantId], Awaitable[Budget]]
    ) -> None:
        """``budget_of`` gives the bounds that hold while an admin stored none."""
        self._database = database
        self._budget_of = budget_of

    async def reserve(
        self, tenant_id: TenantId, *, tokens: int, cost_micros: int | None = None
    ) -> Reservation:
        """See ``ModelBudget.reserve``."""
        of_settings = await self._budget_of(tenant_id)
        hold = {"id": new_id(), "tokens": tokens, "cost_micros": cost_micros}
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_LOCK, {"key": _lock_number(tenant_id)})
            await connection.execute(_LAPSE, {"tenant": tenant_id})
            budget = (await stored(connection, tenant_id)).budget or of_settings
            _, spent = await _spent(connection, tenant_id)
            spent = spent.plus(tokens, cost_micros)
            reasons = refusals(budget, spent)
            if reasons:
                raise OverBudget(reasons)
            await connection.execute(_HOLD, {"tenant": tenant_id, "held_for": HELD_FOR, **hold})
        return Reservation(
            id=str(hold["id"]), tenant_id=tenant_id, warnings=warnings(budget, spent)
        )

    async def record(self, reservation: Reservation, purpose: str, use: ModelUse) -> None:
        """See ``ModelBudget.record``."""
        tenant_id = reservation.tenant_id
        values = {
            "tenant": tenant_id,
            "model": clean(use.model),
            "purpose": purpose,
            "unpriced": int(use.cost_micros is None),
            "prompt_tokens": use.prompt_tokens,
            "completion_tokens": use.completion_tokens,
            "cost_micros": use.cost_micros or 0,
        }
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_RELEASE, {"tenant": tenant_id, "id": reservation.id})
            await connection.execute(_RECORD, values)

    async def release(self, reservation: Reservation) -> None:
        """See ``ModelBudget.release``."""
        tenant_id = reservation.tenant_id
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_RELEASE, {"tenant": tenant_id, "id": reservation.id})

    async def report(self, tenant_id: TenantId) -> MonthReport:
        """See ``ModelBudget.report``."""
        of_settings = await self._budget_of(tenant_id)
        async with self._database.tenant(tenant_id) as connection:
            budget = (await stored(connection, tenant_id)).budget or of_settings
            month, spent = await _spent(connection, tenant_id)
        return MonthReport(
            month=month, spent=spent, budget=budget, warnings=warnings(budget, spent)
        )


async def _spent(connection: AsyncConnection, tenant_id: TenantId) -> tuple[str, Spent]:
    row = (await connection.execute(_SPENT, {"tenant": tenant_id})).one()
    return row.month, Spent(tokens=row.tokens, cost_micros=row.cost_micros)


def _lock_number(tenant_id: TenantId) -> int:
    name = f"model budget\x1f{tenant_id}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
