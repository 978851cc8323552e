"""A worker: actors on an event loop, a sweeper beside them, and an orderly end."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

import attrs
import dramatiq
from dramatiq.asyncio import get_event_loop_thread

from salesagent_app.workers.actors import Handler, register_actors
from salesagent_app.workers.sweeper import Sweeper
from salesagent_core.ports.job_queue import Topic

log = logging.getLogger(__name__)

WORKER_THREADS = 16
IDLE_MILLISECONDS = 100
DRAIN_SECONDS = 30.0
CLOSE_SECONDS = 5.0


@attrs.frozen(kw_only=True)
class WorkerParts:
    """What a worker needs, made inside its own event loop.

    ``drain`` stops new steps from starting; ``close`` gives connections back.
    """

    handlers: dict[Topic, Handler]
    sweeper: Sweeper
    drain: Callable[[], None]
    close: Callable[[], Coroutine[Any, Any, None]]


class WorkerHandle:
    """A started worker. Stop it exactly once."""

    def __init__(self, broker: dramatiq.Broker, parts: WorkerParts) -> None:
        register_actors(broker, parts.handlers)
        broker.add_middleware(_CloseParts(parts))
        self._parts = parts
        self._worker = dramatiq.Worker(
            broker, worker_threads=WORKER_THREADS, worker_timeout=IDLE_MILLISECONDS
        )
        self._worker.start()
        self._loop = self._event_loop()
        self._sweeping: concurrent.futures.Future[None] = asyncio.run_coroutine_threadsafe(
            parts.sweeper.run(), self._loop
        )

    @staticmethod
    def _event_loop() -> asyncio.AbstractEventLoop:
        thread = get_event_loop_thread()
        assert thread is not None, "the AsyncIO middleware starts it when the worker boots"
        return thread.loop

    def stop(self, timeout: float = DRAIN_SECONDS) -> None:
        """Drain: running steps end and are committed, leases are given back, then it stops.

        What does not end within ``timeout`` seconds is left to its lease and another worker.
        """
        deadline = time.monotonic() + timeout
        self._loop.call_soon_threadsafe(self._parts.drain)
        self._sweeping.cancel()
        finishing = asyncio.run_coroutine_threadsafe(self._parts.sweeper.finish(), self._loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            finishing.result(timeout)
        left = max(0.0, deadline - time.monotonic())
        self._worker.stop(timeout=int(left * 1000))


class _CloseParts(dramatiq.Middleware):
    """Gives connections back after the last actor and before the event loop ends.

    It stands behind ``AsyncIO`` in the list, and Dramatiq tells the last one first.
    """

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts

    def after_worker_shutdown(self, *_: object) -> None:
        """Close within the worker's own event loop."""
        thread = get_event_loop_thread()
        if thread is None or not thread.loop.is_running():
            return
        closing = asyncio.run_coroutine_threadsafe(self._parts.close(), thread.loop)
        try:
            closing.result(CLOSE_SECONDS)
        except concurrent.futures.TimeoutError:
            log.warning("connections were not closed in %.0f s", CLOSE_SECONDS)
