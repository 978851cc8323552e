"""Files that a mail may link to."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.context import Asset
from salesagent_core.ids import TenantId


class AssetStore(Protocol):
    """Searches the folders that the tenant allowed, and no others."""

    async def find(
        self, tenant_id: TenantId, mailbox: str, query: str, limit: int
    ) -> tuple[Asset, ...]:
        """The files that match best, best first; empty when none does.

        Raises:
            Unavailable, NeedsReauth
        """
        ...
