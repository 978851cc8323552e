"""The vendors' side of things: all that they hold, apart from the adapters that ask for it.

A restart makes new adapters over the same world. The HTTP thread and the workers share it, so
whoever reads or changes it holds ``lock``, which is never held over an ``await``.
"""

from __future__ import annotations

import random
import threading

import attrs

from salesagent_adapters.memory.assets_state import AssetState
from salesagent_adapters.memory.calendar_state import CalendarState
from salesagent_adapters.memory.crm_state import CrmState
from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.memory_state import MemoryState
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock

_HEX_BITS = 60


@attrs.define(kw_only=True)
class TenantWorld:
    """What the vendors hold for one tenant; mailboxes and calendars by address."""

    crm: CrmState
    mailboxes: dict[str, MailboxState] = attrs.field(factory=dict)
    calendars: dict[str, CalendarState] = attrs.field(factory=dict)
    assets: AssetState = attrs.field(factory=AssetState)
    memory: MemoryState = attrs.field(factory=MemoryState)


class World:
    """All vendors' state for all tenants, with the clock and the faults that go with it."""

    def __init__(self, clock: Clock, *, seed: int = 0) -> None:
        """The same seed and the same calls give the same vendor ids."""
        self.clock = clock
        self.faults = Faults()
        self.lock = threading.RLock()
        self._random = random.Random(seed)  # noqa: S311 - repeatable is the point
        self._given: set[str] = set()
        self._next_number = 100_000
        self._tenants: dict[TenantId, TenantWorld] = {}

    def tenant(self, tenant_id: TenantId) -> TenantWorld:
        """The tenant's part, made when it is first asked for."""
        with self.lock:
            if tenant_id not in self._tenants:
                crm = CrmState(now=self.clock.now, new_id=self._new_number)
                self._tenants[tenant_id] = TenantWorld(crm=crm)
            return self._tenants[tenant_id]

    def connect_mailbox(
        self, tenant_id: TenantId, address: str, *, time_zone: str = "UTC"
    ) -> MailboxState:
        """Connect an account (again): its mail and its calendar are there from now on."""
        address = address.lower()
        with self.lock:
            part = self.tenant(tenant_id)
            if address not in part.mailboxes:
                part.mailboxes[address] = MailboxState(
                    address=address, now=self.clock.now, new_id=self._new_hex
                )
                part.calendars[address] = CalendarState(time_zone=time_zone)
            part.mailboxes[address].reconnect()
            return part.mailboxes[address]

    def connected_mailbox(self, tenant_id: TenantId, address: str) -> MailboxState:
        """Raises: NeedsReauth when the account was never connected or its token is revoked."""
        state = self.tenant(tenant_id).mailboxes.get(address.lower())
        if state is None:
            raise NeedsReauth("the mailbox is not connected")
        state.require_connected()
        return state

    def calendar(self, tenant_id: TenantId, address: str) -> CalendarState:
        """The account's calendar. Raises: NeedsReauth when the account was never connected."""
        state = self.tenant(tenant_id).calendars.get(address.lower())
        if state is None:
            raise NeedsReauth("the calendar is not connected")
        return state

    def _new_hex(self) -> str:
        with self.lock:
            while True:
                fresh = f"{self._random.getrandbits(_HEX_BITS):016x}"
                if fresh not in self._given:
                    self._given.add(fresh)
                    return fresh

    def _new_number(self) -> str:
        with self.lock:
            self._next_number += self._random.randint(1, 9)
            return str(self._next_number)
