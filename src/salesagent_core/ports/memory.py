"""Long memory: what we once sent that was like this, and what came of it."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.context import Recollection
from salesagent_core.ids import TenantId


class Memory(Protocol):
    """Recalls past sent messages by meaning."""

    async def recall(
        self, tenant_id: TenantId, *, text: str, email: str, limit: int
    ) -> tuple[Recollection, ...]:
        """The most similar messages of this tenant, best first.

        Raises:
            Unavailable
        """
        ...
