"""Keeps the leases of runs in work alive, and says at once when one is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from salesagent_core.domain.run import LEASE, Lease
from salesagent_core.errors import Unavailable
from salesagent_core.ids import RunId
from salesagent_core.ports.journal import Journal

RENEWALS_PER_LEASE = 3


class LeaseKeeper:
    """One heartbeat for all runs of a worker."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._held: dict[RunId, tuple[Lease, asyncio.Task[object]]] = {}
        self._beat: asyncio.Task[None] | None = None

    @contextmanager
    def hold(self, lease: Lease) -> Iterator[None]:
        """Renew the lease while the block runs; the calling task is cancelled if it is lost."""
        task = asyncio.current_task()
        assert task is not None, "leases are held by tasks"
        self._held[lease.run_id] = (lease, task)
        if self._beat is None:
            self._beat = asyncio.create_task(self._renew_while_held())
        try:
            yield
        finally:
            if self._held.get(lease.run_id, (None, None))[0] is lease:
                del self._held[lease.run_id]
            if not self._held and self._beat is not None:
                self._beat.cancel()
                self._beat = None

    async def _renew_while_held(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / RENEWALS_PER_LEASE)
            leases = [lease for lease, _ in self._held.values()]
            try:
                ours = await self._journal.renew(leases)
            except Unavailable:
                # The next beat tries again; writes are fenced by the token in any case.
                continue
            for lease in leases:
                held = self._held.get(lease.run_id)
                if lease.run_id not in ours and held is not None and held[0] is lease:
                    held[1].cancel()
