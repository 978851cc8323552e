"""The kill switch, the mode and the limits: set by people, read inside the sending transaction."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.sending.gate import ModeChange, Restored, Stop, SwitchState
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.ids import TenantId

EVERY_TENANT = TenantId("@all")
"""Whose switch stops all tenants. Nobody's real id: it is refused as a tenant's name."""


class SendSwitches(Protocol):
    """One tenant's switches, inside one transaction."""

    async def state(self, *, hold: bool = False) -> SwitchState:
        """What is set now; the stop of all tenants counts for each.

        With ``hold`` no switch can be moved until this transaction ends. Take it before any other
        lock.
        """
        ...

    async def stop(self, stop: Stop) -> bool:
        """Pull the switch, after every transaction that holds it still has ended.

        Returns False when it was pulled already; then nothing changes.
        """
        ...

    async def resume(self) -> bool:
        """Release the switch. Returns False when it was not pulled."""
        ...

    async def set_mode(self, change: ModeChange) -> None: ...

    async def set_limits(self, limits: Limits, by: str) -> None: ...

    async def set_restored(self, restored: Restored, by: str) -> None:
        """Remember that the database came from a backup. Of ``EVERY_TENANT``'s transaction only."""
        ...
