"""What a tenant may still spend on language models this month."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.domain.spending import Budget, ModelUse, Spent
from salesagent_core.errors import Reason
from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Reservation:
    """Room in a budget, held until it is recorded or runs out. ``warnings``: soft bounds passed."""

    id: str
    tenant_id: TenantId
    warnings: tuple[Reason, ...] = ()


@attrs.frozen(kw_only=True)
class MonthReport:
    """A tenant's month so far: ``month`` as ``YYYY-MM`` (UTC)."""

    month: str
    spent: Spent
    budget: Budget
    warnings: tuple[Reason, ...] = ()


class ModelBudget(Protocol):
    """Room is reserved before a model is asked, so that a burst cannot pass the bound."""

    async def reserve(
        self, tenant_id: TenantId, *, tokens: int, cost_micros: int | None = None
    ) -> Reservation:
        """Hold room for an estimate of what the call will take.

        Raises:
            OverBudget: a hard bound would be passed. Unavailable
        """
        ...

    async def record(self, reservation: Reservation, purpose: str, use: ModelUse) -> None:
        """What it took in the end; the reservation is given back. ``purpose`` is a plain word
        (``write_draft``).

        Raises:
            Unavailable
        """
        ...

    async def release(self, reservation: Reservation) -> None:
        """Nothing was used. Raises: Unavailable."""
        ...

    async def report(self, tenant_id: TenantId) -> MonthReport:
        """This month so far. Raises: Unavailable."""
        ...
