"""What the Google suites build their adapters from: tokens that a test hands out, one client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import attrs

from salesagent_adapters.google.client import GoogleApi
from salesagent_adapters.google.quota import QuotaBudget
from salesagent_adapters.google.transport import Timeouts
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import TenantId

TENANT = TenantId("tenant-a")
STRANGER = TenantId("tenant-b")
MAILBOX = "seller@ours.example"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
QUICK = Timeouts(connect=1.0, answer=0.4, total=1.0)
"""For servers on loopback that are slow on purpose."""


@attrs.define
class HandedTokens:
    """Tokens of connected mailboxes, as ``AccessTokens`` wants them. A refused token is followed
    by the next one of ``fresh``; when there is none, the mailbox must be connected again."""

    connected: dict[tuple[TenantId, str], str] = attrs.field(factory=dict)
    fresh: list[str] = attrs.field(factory=list)
    refusals: list[str] = attrs.field(factory=list)

    async def token(self, tenant_id: TenantId, mailbox: str) -> str:
        token = self.connected.get((tenant_id, mailbox.lower()))
        if token is None:
            raise NeedsReauth("the mailbox is not connected")
        return token

    async def refused(self, tenant_id: TenantId, mailbox: str, token: str) -> None:
        self.refusals.append(token)
        place = (tenant_id, mailbox.lower())
        if self.connected.get(place) != token:
            return
        if self.fresh:
            self.connected[place] = self.fresh.pop(0)
        else:
            del self.connected[place]


def connected(*fresh: str) -> HandedTokens:
    return HandedTokens(connected={(TENANT, MAILBOX): "token-1"}, fresh=list(fresh))


def client_at(
    url: str,
    *,
    tokens: HandedTokens | None = None,
    clock: FixedClock | None = None,
    budget: QuotaBudget | None = None,
    timeouts: Timeouts = QUICK,
    calls_per_mailbox: int = 10,
) -> GoogleApi:
    clock = clock or FixedClock(NOW)
    return GoogleApi(
        tokens or connected(),
        budget or QuotaBudget(clock, seconds=_seconds(clock)),
        clock,
        api_root=url,
        timeouts=timeouts,
        send_timeouts=timeouts,
        calls_per_mailbox=calls_per_mailbox,
    )


def _seconds(clock: FixedClock) -> Callable[[], float]:
    return lambda: clock.now().timestamp()
