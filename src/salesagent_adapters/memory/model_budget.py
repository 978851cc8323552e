"""Budgets for language models in memory, with the rules of the real one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.spending import Budget, ModelUse, Spent, month_of, refusals, warnings
from salesagent_core.errors import OverBudget
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.model_budget import MonthReport, Reservation

HELD_FOR = timedelta(minutes=10)
"""A reservation whose caller died counts no longer than this."""


@attrs.frozen(kw_only=True)
class _Held:
    tenant_id: TenantId
    until: datetime
    tokens: int
    cost_micros: int | None


class MemoryModelBudget:
    """The model budget port; tenants without a budget of their own have the default one."""

    def __init__(
        self,
        clock: Clock,
        default: Budget | None = None,
        budgets: Mapping[TenantId, Budget] | None = None,
    ) -> None:
        self._clock = clock
        self._default = default or Budget()
        self._budgets = dict(budgets or {})
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        self._spent: dict[tuple[TenantId, str], Spent] = {}
        self._next = 0
        self.uses: list[tuple[TenantId, str, ModelUse]] = []

    async def reserve(
        self, tenant_id: TenantId, *, tokens: int, cost_micros: int | None = None
    ) -> Reservation:
        """See ``ModelBudget.reserve``."""
        now, budget = self._clock.now(), self._budget(tenant_id)
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held.until > now}
            spent = self._counted(tenant_id).plus(tokens, cost_micros)
            reasons = refusals(budget, spent)
            if reasons:
                raise OverBudget(reasons)
            self._next += 1
            key = f"held-{self._next}"
            self._held[key] = _Held(
                tenant_id=tenant_id, until=now + HELD_FOR, tokens=tokens, cost_micros=cost_micros
            )
        return Reservation(id=key, tenant_id=tenant_id, warnings=warnings(budget, spent))

    async def record(self, reservation: Reservation, purpose: str, use: ModelUse) -> None:
        """See ``ModelBudget.record``."""
        tenant_id = reservation.tenant_id
        key = (tenant_id, month_of(self._clock.now()))
        with self._lock:
            self._held.pop(reservation.id, None)
            spent = self._spent.get(key, Spent())
            self._spent[key] = spent.plus(use.tokens, use.cost_micros)
            self.uses.append((tenant_id, purpose, use))

    async def release(self, reservation: Reservation) -> None:
        """See ``ModelBudget.release``."""
        with self._lock:
            self._held.pop(reservation.id, None)

    async def report(self, tenant_id: TenantId) -> MonthReport:
        """See ``ModelBudget.report``."""
        now, budget = self._clock.now(), self._budget(tenant_id)
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held.until > now}
            spent = self._counted(tenant_id)
        return MonthReport(
            month=month_of(now), spent=spent, budget=budget, warnings=warnings(budget, spent)
        )

    def _budget(self, tenant_id: TenantId) -> Budget:
        return self._budgets.get(tenant_id, self._default)

    def _counted(self, tenant_id: TenantId) -> Spent:
        spent = self._spent.get((tenant_id, month_of(self._clock.now())), Spent())
        for held in self._held.values():
            if held.tenant_id == tenant_id:
                spent = spent.plus(held.tokens, held.cost_micros)
        return spent
