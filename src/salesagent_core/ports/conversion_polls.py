"""How far each tenant's conversions have been read, and when they are read next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class ClaimedPoll:
    """A poll that this worker does now. All conversions before ``cursor`` have been taken in."""

    tenant_id: TenantId
    cursor: datetime
    token: int
    attempt: int


class ConversionPolls(Protocol):
    """A durable cursor per tenant, leased to one worker at a time (database time)."""

    async def watch(self, tenant_id: TenantId) -> None:
        """Poll this tenant from now on; harmless when it is watched already.

        What was converted before is not taken in: nobody waits for an answer from a system that
        was not there.

        Raises:
            Unavailable
        """
        ...

    async def claim(self, limit: int) -> tuple[ClaimedPoll, ...]:
        """Polls that are due, leased to this caller.

        Raises:
            Unavailable
        """
        ...

    async def advance(self, claimed: ClaimedPoll, cursor: datetime) -> bool:
        """Keep how far it got and renew the lease; False when another worker took over.

        Raises:
            Unavailable
        """
        ...

    async def finish(self, claimed: ClaimedPoll, again_in: timedelta) -> None:
        """Done for now; due again after ``again_in``.

        Raises:
            Unavailable
        """
        ...

    async def postpone(self, claimed: ClaimedPoll, until: datetime, error: str) -> None:
        """It failed: try again at ``until``. The cursor stays where it is.

        Raises:
            Unavailable
        """
        ...
