"""Counts of sent mail and of what became of it, group by group."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from salesagent_core.domain.outcomes.performance import Dimension, GroupCounts
from salesagent_core.ids import TenantId


class PerformanceReads(Protocol):
    """Reads for people; every method sees one tenant only."""

    async def groups(
        self,
        tenant_id: TenantId,
        since: datetime,
        until: datetime,
        by: Dimension,
        zone: str = "UTC",
    ) -> tuple[GroupCounts, ...]:
        """Mail sent in that time (``until`` excluded), by what ``by`` says, in the order of the
        keys; days begin at midnight in ``zone``. Mail that has no such key (no rule, no variant) is left out.

        Raises:
            Unavailable
        """
        ...

    async def approved_recipients(self, tenant_id: TenantId) -> int:
        """How many addresses are on the approved list. Raises: Unavailable."""
        ...
