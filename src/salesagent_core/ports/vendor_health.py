"""How the vendors answer, told by every process that calls them to those that show it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


class Answering(StrEnum):
    """``open``: left alone after failures; ``half_open``: the next call finds out; ``closed``:
    well."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@attrs.frozen(kw_only=True)
class VendorState:
    """How one vendor answers one tenant, as one process sees it. ``calls_now`` are under way;
    ``until`` is when an open one is asked again."""

    vendor: str
    tenant_id: TenantId
    state: Answering
    failures: int = 0
    calls_now: int = 0
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class ReportedState:
    """A state with the process that reported it, and when, by the store's clock."""

    process: str
    at: datetime
    state: VendorState


@attrs.frozen(kw_only=True)
class MailboxCount:
    """How many mailboxes of a tenant are connected, and how many were and are not."""

    tenant_id: TenantId
    connected: int
    disconnected: int


class VendorHealth(Protocol):
    """What the processes said lately, across tenants."""

    async def report(self, process: str, states: Collection[VendorState]) -> None:
        """This is all that this process has to say now, in place of what it said before.

        Raises:
            Unavailable
        """
        ...

    async def seen(self) -> tuple[ReportedState, ...]:
        """What was said within the last two minutes. Raises: Unavailable."""
        ...

    async def mailboxes(self) -> tuple[MailboxCount, ...]:
        """Tenants that ever connected a mailbox. Raises: Unavailable."""
        ...
