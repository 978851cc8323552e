"""Finds committed work that nobody works on, and sees that somebody does.

Bells get lost, workers die, timers come due: all of it looks the same here, due rows without a
living lease. While the broker is down the sweeper does the work itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from salesagent_app.workers.actors import Handler
from salesagent_core.errors import Unavailable
from salesagent_core.ports.backlog import Backlog
from salesagent_core.ports.job_queue import JobQueue, Topic

log = logging.getLogger(__name__)

PERIOD_SECONDS = 5.0
BATCH = 200
MAX_DOING = 4
"""Batches of a topic that the sweeper works on itself at the same time, while no bell rings."""


class Sweeper:
    """One loop per worker process; several at once do no harm, because work is leased."""

    def __init__(
        self,
        backlog: Backlog,
        queue: JobQueue,
        handlers: Mapping[Topic, Handler],
        *,
        begin: Callable[[], Awaitable[None]] | None = None,
        report: Callable[[], Awaitable[None]] | None = None,
        chores: Sequence[Callable[[], Awaitable[object]]] = (),
        swept: Callable[[float], None] | None = None,
    ) -> None:
        """``begin`` is done once before the first sweep, again until it succeeds; ``report``
        before each, and each of ``chores`` after it; ``swept`` is told how many seconds one
        took."""
        self._chores = tuple(chores)
        self._swept = swept
        self._begin = begin
        self.report = report
        self._backlog = backlog
        self._queue = queue
        self._handlers = handlers
        self._doing: dict[asyncio.Task[None], Topic] = {}

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                if self._begin is not None:
                    await self._begin()
                    self._begin = None
                if self.report is not None:
                    await self.report()
                began = time.perf_counter()
                await self.sweep()
                if self._swept is not None:
                    self._swept(time.perf_counter() - began)
                for chore in self._chores:
                    await chore()
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
        for topic in self._handlers:
            ids = await self._backlog.due(topic, BATCH)
            found += len(ids)
            if ids:
                await self._ring_or_do(topic, list(ids))
        await self._backlog.expire_drafts()
        return found

    async def finish(self) -> None:
        """Wait for what is being done here. Call it after ``run`` was cancelled."""
        if self._doing:
            await asyncio.wait(self._doing)

    async def _ring_or_do(self, topic: Topic, ids: list[str]) -> None:
        try:
            await self._queue.ring(topic, ids)
        except Unavailable:
            self._do(topic, ids)

    def _do(self, topic: Topic, ids: list[str]) -> None:
        """Work here, and not in the loop: one slow vendor must not keep all timers waiting."""
        if sum(doing is topic for doing in self._doing.values()) >= MAX_DOING:
            return
        log.warning("the broker is down; doing %d of %s here", len(ids), topic.value)
        task = asyncio.create_task(self._handle(topic, ids))
        self._doing[task] = topic
        task.add_done_callback(self._doing.pop)

    async def _handle(self, topic: Topic, ids: list[str]) -> None:
        try:
            await self._handlers[topic](ids)
        except Unavailable:
            log.warning("the database cannot be reached; sweeping again soon")
        except Exception:
            log.exception("what the sweeper did for %s failed", topic.value)
