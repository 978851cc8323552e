"""Remove what is older than it is kept, a little at a time, and say how much it was.

Each batch is a transaction of its own and depends on nothing but the rows: whoever is stopped in
the middle, or does it beside others, loses and repeats nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.retention import STORES, Periods
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.retention import Retention
from salesagent_core.ports.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

SYSTEM = "system"
APPLIED = "retention.applied"
BATCH = 500
BATCHES = 10
"""Of one store in one go of a worker, so that nothing else waits for long."""
EVERY = timedelta(hours=1)
"""How often a worker looks; where something is left it goes on at its next round."""

Told = Callable[[str, int, bool], None]
"""Is told after each go: of which store, how many rows went, and whether nothing due is left."""


@attrs.frozen(kw_only=True)
class RetentionLine:
    """``rows`` that are due, or were removed; ``days`` they are kept. ``refused`` are sentences
    on what was left for a person to look at; ``more``: the go ended before the store did."""

    store: str
    days: int
    rows: int
    refused: tuple[str, ...] = ()
    more: bool = False


class ApplyRetention:
    """``due`` changes nothing; calling it removes; ``hourly`` is what a worker does on the side."""

    def __init__(
        self,
        store: Retention,
        periods: Periods,
        clock: Clock,
        *,
        work: UnitOfWork,
        ids: IdSource,
        told: Told | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._work = work
        self._ids = ids
        self._told = told
        self._next: datetime | None = None
        self.periods = periods

    async def due(self) -> tuple[RetentionLine, ...]:
        """How much there is to remove.

        Raises:
            Unavailable
        """
        found = []
        for name in STORES:
            rows = await self._store.overdue(name, self.periods.of(name))
            found.append(RetentionLine(store=name, days=self._days(name), rows=rows))
        return tuple(found)

    async def __call__(
        self, *, by: str = SYSTEM, batches: int | None = None
    ) -> tuple[RetentionLine, ...]:
        """Remove what is due, store by store, at most so many ``batches`` of each (None: all), and
        leave a row in the audit trail of everybody who lost some.

        Raises:
            Unavailable: what was removed until then is removed, and written down where it can be.
        """
        lines: list[RetentionLine] = []
        lost: dict[TenantId, Counter[str]] = {}
        try:
            for name in STORES:
                line = await self._remove(name, batches, lost)
                lines.append(line)
        finally:
            await self._write_down(lost, by)
        return tuple(lines)

    async def hourly(self) -> None:
        """Remove what is due, if the last time was an hour ago or left something."""
        now = self._clock.now()
        if self._next is None or now >= self._next:
            self._next = now + EVERY
            lines = await self(batches=BATCHES)
            if any(line.more for line in lines):
                self._next = now

    async def _remove(
        self, name: str, batches: int | None, lost: dict[TenantId, Counter[str]]
    ) -> RetentionLine:
        rows, done, more = 0, 0, True
        refused: tuple[str, ...] = ()
        while more and (batches is None or done < batches):
            removed = await self._store.remove(name, self.periods.of(name), BATCH)
            for tenant_id, count in removed.rows.items():
                lost.setdefault(tenant_id, Counter())[name] += count
            rows, done = rows + removed.total, done + 1
            more, refused = removed.total >= BATCH, removed.refused
        days = self._days(name)
        if rows:
            log.info("retention: %d of %s, kept for %d days", rows, name, days)
        for sentence in refused:
            log.error("retention: %s", sentence)
        if self._told is not None:
            self._told(name, rows, not (more or refused))
        return RetentionLine(store=name, days=days, rows=rows, refused=refused, more=more)

    async def _write_down(self, lost: dict[TenantId, Counter[str]], by: str) -> None:
        for tenant_id, counts in sorted(lost.items()):
            detail = tuple(
                (name, f"{rows}, kept for {self._days(name)} days")
                for name, rows in sorted(counts.items())
            )
            async with self._work.begin(tenant_id) as tx:
                await tx.audit.add(
                    AuditEvent(
                        id=self._ids.new(),
                        tenant_id=tenant_id,
                        at=self._clock.now(),
                        actor=by,
                        action=APPLIED,
                        subject_kind="tenant",
                        subject_id=tenant_id,
                        detail=detail,
                    )
                )

    def _days(self, name: str) -> int:
        return self.periods.of(name).days
