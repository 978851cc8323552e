"""The deals of a CRM in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from salesagent_adapters.memory.world import World
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_deals import Deal

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class MemoryCrmDeals:
    """``CrmDeals`` over the world's records."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def deals_of(self, tenant_id: TenantId, contact_crm_id: str) -> tuple[Deal, ...]:
        """See ``CrmDeals.deals_of``."""
        async with self._world.faults.around("crm.deals_of"):
            with self._world.lock:
                state = self._world.tenant(tenant_id).crm
                state.count_request()
                mine = [deal for owner, deal in state.deals.values() if owner == contact_crm_id]
        return tuple(sorted(mine, key=lambda one: one.changed_at or _EARLIEST, reverse=True))
