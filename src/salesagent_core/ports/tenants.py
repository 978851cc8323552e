"""Who our tenants are and what they have set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import TenantId


class TenantDirectory(Protocol):
    """Reads are cached for a few seconds by the adapter; a webhook costs no query."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        """Raises: NotFound."""
        ...

    async def by_portal(self, portal_id: str | None) -> Tenant | None:
        """The tenant of a HubSpot portal; None when no tenant claims it.

        A portal id of None, or any portal while the default tenant names none, is the default
        tenant's.
        """
        ...

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        """The secrets that may sign this tenant's webhooks; empty means refuse."""
        ...
