"""The sender's calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from salesagent_core.domain.scheduling import Busy
from salesagent_core.ids import TenantId


class Calendar(Protocol):
    """Tells when a person is busy; never what with."""

    async def busy(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Busy, ...]:
        """Busy spans that touch ``start``..``end`` (aware), in order, possibly overlapping.

        Raises:
            Unavailable, NeedsReauth
        """
        ...
