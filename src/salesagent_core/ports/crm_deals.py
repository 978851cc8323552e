"""Deals of a contact, and where in their pipeline they stand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Deal:
    """A deal. ``position`` counts its pipeline's stages from 0; None for a stage that is gone.

    ``amount`` is in the account's own currency.
    """

    crm_id: str
    pipeline_id: str
    stage_id: str
    stage_name: str | None = None
    position: int | None = None
    closed: bool = False
    won: bool = False
    amount: Decimal | None = None
    changed_at: datetime | None = None


class CrmDeals(Protocol):
    """Reads deals; never changes one."""

    async def deals_of(self, tenant_id: TenantId, contact_crm_id: str) -> tuple[Deal, ...]:
        """The contact's deals, the one changed last first.

        Raises:
            RateLimited, Unavailable, NeedsReauth
        """
        ...
