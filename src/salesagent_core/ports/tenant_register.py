"""Where further tenants are entered, beside the one that the settings describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import TenantId


class TenantRegister(Protocol):
    """Holds further tenants with what is secret of them, sealed."""

    async def further(self) -> tuple[Tenant, ...]:
        """All of them as they were entered, by id; without the one of the settings."""
        ...

    async def ids(self) -> tuple[TenantId, ...]:
        """Every tenant, the one of the settings first."""
        ...

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        """What may sign this tenant's webhooks. Raises: NotFound."""
        ...

    async def crm_token(self, tenant_id: TenantId) -> str | None:
        """What opens this tenant's own CRM account; None where it has none. Raises: NotFound."""
        ...

    async def save(
        self, tenant: Tenant, secrets: Sequence[str], *, crm_token: str | None = None
    ) -> None:
        """Store a further tenant, or what is new about it.

        Raises:
            Conflict: another tenant claims its portal, or the settings describe it.
        """
        ...
