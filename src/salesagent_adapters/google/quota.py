"""Gmail counts quota units per mailbox and minute; here a burst of calls slows down instead.

Calls get their place in the order in which they ask. One process knows only its own calls: where
several work on the same mailboxes, give each its share of the units.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from salesagent_core.errors import RateLimited
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock

UNITS_PER_MINUTE: Final = 6_000
"""Gmail API, per user, for projects since May 2026."""
WINDOW: Final = 60.0
"""Seconds over which the units are counted."""
_ROUNDING: Final = 0.001
"""Seconds. Who comes back exactly when told is never too early."""
MAX_WAIT: Final = 20.0
"""Seconds that a call waits for its place; beyond, the caller is told when to come back."""


class Units:
    """What a call costs (Gmail API usage limits). What the table does not name is counted like
    its nearest kin."""

    PROFILE: Final = 1
    HISTORY: Final = 2
    LIST_MESSAGES: Final = 5
    LIST_THREADS: Final = 10
    GET_MESSAGE: Final = 20
    GET_THREAD: Final = 40
    LIST_DRAFTS: Final = 5
    GET_DRAFT: Final = 20
    CREATE_DRAFT: Final = 10
    UPDATE_DRAFT: Final = 15
    DELETE_DRAFT: Final = 10
    SEND: Final = 100
    WATCH: Final = 100
    OTHER_API: Final = 0
    """Calendar and Drive have limits of their own, far above what we ask."""


@attrs.define
class _Spent:
    # (when, units) in order; places given away for later are in it too.
    places: deque[tuple[float, int]] = attrs.field(factory=deque)
    paused_until: float = 0.0


class QuotaBudget:
    """The units of each mailbox. Safe to share between threads and event loops."""

    def __init__(
        self,
        clock: Clock,
        *,
        units_per_minute: int = UNITS_PER_MINUTE,
        max_wait: float = MAX_WAIT,
        seconds: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._limit = units_per_minute
        self._max_wait = max_wait
        self._seconds = seconds
        self._sleep = sleep
        self._lock = threading.Lock()
        self._spent: dict[tuple[TenantId, str], _Spent] = {}

    async def take(
        self, tenant_id: TenantId, mailbox: str, units: int, *, max_wait: float | None = None
    ) -> None:
        """Return when the units may be used.

        Raises:
            RateLimited: that would take longer than ``max_wait`` seconds; nothing was counted.
        """
        if units <= 0:
            return
        most = self._max_wait if max_wait is None else min(max_wait, self._max_wait)
        wait = self._reserve((tenant_id, mailbox.lower()), units, most)
        if wait > 0:
            await self._sleep(wait)

    def pause(self, tenant_id: TenantId, mailbox: str, until: datetime) -> None:
        """Google refused for the mailbox's limit: nobody tries before that time."""
        seconds = max(0.0, (until - self._clock.now()).total_seconds())
        with self._lock:
            spent = self._spent.setdefault((tenant_id, mailbox.lower()), _Spent())
            spent.paused_until = max(spent.paused_until, self._seconds() + seconds)

    def least_left(self) -> float:
        """The share of a minute's units that the mailbox with the fewest has left (0 to 1)."""
        with self._lock:
            now = self._seconds()
            spent = [
                sum(units for when, units in each.places if when > now - WINDOW)
                for each in self._spent.values()
            ]
        return max(0.0, 1 - max(spent, default=0) / self._limit)

    def _reserve(self, key: tuple[TenantId, str], units: int, most: float) -> float:
        with self._lock:
            now = self._seconds()
            spent = self._spent.setdefault(key, _Spent())
            while spent.places and spent.places[0][0] <= now - WINDOW:
                spent.places.popleft()
            at = self._place(spent, units, now)
            if at - now > most + _ROUNDING:
                raise RateLimited(
                    "the mailbox's quota of this minute is used up",
                    retry_at=self._clock.now() + timedelta(seconds=at - now),
                )
            spent.places.append((at, units))
            return at - now

    def _place(self, spent: _Spent, units: int, now: float) -> float:
        """The earliest time, behind everybody who asked before, at which the units fit."""
        last = spent.places[-1][0] if spent.places else now
        at = max(now, last, spent.paused_until)
        live = [(when, cost) for when, cost in spent.places if when > at - WINDOW]
        counted = sum(cost for _, cost in live)
        for when, cost in live:
            if counted + units <= self._limit:
                break
            at, counted = max(at, when + WINDOW), counted - cost
        return at
