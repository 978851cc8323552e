"""What a worker does when a bell rings: one actor a topic."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

import dramatiq

from salesagent_adapters.dramatiq.broker import QUEUE
from salesagent_app.telemetry import bound
from salesagent_core.errors import Unavailable
from salesagent_core.ports.job_queue import Topic

log = logging.getLogger(__name__)

Handler = Callable[[list[str]], Awaitable[None]]


def register_actors(broker: dramatiq.Broker, handlers: Mapping[Topic, Handler]) -> None:
    """Register an async actor for each topic on this broker."""
    for topic, handler in handlers.items():
        register = dramatiq.actor(actor_name=topic.value, queue_name=QUEUE, broker=broker)
        register(_guarded(topic, handler))


def _guarded(topic: Topic, handler: Handler) -> Handler:
    async def ring(ids: list[str]) -> None:
        try:
            with bound(topic=topic.value):
                await handler(ids)
        except Unavailable:
            # The rows are as they were; the sweeper rings again when the database is back.
            log.warning("%s: the database cannot be reached, left to the sweeper", topic.value)

    ring.__name__ = topic.value
    return ring
