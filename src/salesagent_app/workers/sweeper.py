"""Finds committed work that nobody works on, and sees that somebody does.

Bells get lost, workers die, timers come due: all of it looks the same here, due rows without a
living lease. While the broker is down the sweeper does the work itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from salesagent_app.workers.actors import Handler
from salesagent_core.errors import Unavailable
from salesagent_core.ports.backlog import Backlog
from salesagent_core.ports.job_queue import JobQueue, Topic

log = logging.getLogger(__name__)

PERIOD_SECONDS = 5.0
BATCH = 200


class Sweeper:
    """One loop per worker process; several at once do no harm, because work is leased."""

    def __init__(
        self, backlog: Backlog, queue: JobQueue, handlers: Mapping[Topic, Handler]
    ) -> None:
        self._backlog = backlog
        self._queue = queue
        self._handlers = handlers

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except Unavailable:
                log.warning("the database cannot be reached; sweeping again soon")
            except Exception:
                log.exception("the sweep failed")
            await asyncio.sleep(PERIOD_SECONDS)

    async def sweep(self) -> int:
        """One round: ring for all that is due; returns how many.

        Raises:
            Unavailable: the database cannot be reached.
        """
        found = 0
        for topic in Topic:
            ids = await self._backlog.due(topic, BATCH)
            found += len(ids)
            if ids:
                await self._ring_or_do(topic, list(ids))
        await self._backlog.expire_drafts()
        return found

    async def _ring_or_do(self, topic: Topic, ids: list[str]) -> None:
        try:
            await self._queue.ring(topic, ids)
        except Unavailable:
            log.warning("the broker is down; doing %d of %s here", len(ids), topic.value)
            await self._handlers[topic](ids)
