"""Remove what is older than it is kept, a little at a time, and say how much it was."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.retention import STORES, Periods
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.retention import Retention

log = logging.getLogger(__name__)

BATCH = 500
BATCHES = 40
"""Of one store in one go, so that nothing else waits for long."""
EVERY = timedelta(hours=1)


@attrs.frozen(kw_only=True)
class RetentionLine:
    """``rows`` that are due, or were removed; ``days`` they are kept."""

    store: str
    days: int
    rows: int


class ApplyRetention:
    """``due`` changes nothing; calling it removes; ``hourly`` is what a worker does on the side."""

    def __init__(self, store: Retention, periods: Periods, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._next: datetime | None = None
        self.periods = periods

    async def due(self) -> tuple[RetentionLine, ...]:
        """How much there is to remove."""
        found = []
        for name in STORES:
            rows = await self._store.overdue(name, self.periods.of(name))
            found.append(self._line(name, rows))
        return tuple(found)

    async def __call__(self) -> tuple[RetentionLine, ...]:
        """Remove what is due, store by store."""
        done = []
        for name in STORES:
            line = self._line(name, await self._remove(name))
            if line.rows:
                log.info("retention: %d of %s, kept for %d days", line.rows, name, line.days)
            done.append(line)
        return tuple(done)

    async def hourly(self) -> None:
        """Remove what is due, if the last time was an hour ago."""
        now = self._clock.now()
        if self._next is None or now >= self._next:
            self._next = now + EVERY
            await self()

    async def _remove(self, name: str) -> int:
        removed = 0
        for _ in range(BATCHES):
            count = await self._store.remove(name, self.periods.of(name), BATCH)
            removed += count
            if count < BATCH:
                break
        return removed

    def _line(self, name: str, rows: int) -> RetentionLine:
        return RetentionLine(store=name, days=self.periods.of(name).days, rows=rows)
