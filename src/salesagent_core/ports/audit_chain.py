"""The audit trail as it is sealed and verified, across tenants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from salesagent_core.domain.audit_chain import Cut, Head, TrailRow
from salesagent_core.ids import TenantId


class AuditChain(Protocol):
    """Every method: Raises: Unavailable."""

    async def seal(self, limit: int) -> int:
        """Put up to ``limit`` rows of each tenant that wait into their chains; how many in all.

        Several at once do no harm. Rows that a running transaction writes come later.
        """
        ...

    async def tenants(self) -> Sequence[TenantId]:
        """Everybody who has a row or a head."""
        ...

    async def rows(self, tenant_id: TenantId, after: int, limit: int) -> Sequence[TrailRow]:
        """Sealed rows behind a position, in the order of their positions."""
        ...

    async def waiting(self, tenant_id: TenantId, limit: int) -> Sequence[TrailRow]:
        """Rows that are not sealed yet, oldest first."""
        ...

    async def head(self, tenant_id: TenantId) -> Head | None:
        """Where the chain ends; None before the first row was sealed."""
        ...

    async def cuts(self, tenant_id: TenantId) -> Sequence[Cut]:
        """Where the beginning was cut off, the first cut first."""
        ...

    async def unsigned_until(self) -> datetime | None:
        """Until when the version before may have been writing rows, which are not signed."""
        ...
