"""The bell over Dramatiq."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import dramatiq
from dramatiq.brokers.stub import StubBroker
from redis.exceptions import RedisError

from salesagent_adapters.dramatiq.broker import QUEUE
from salesagent_core.errors import Unavailable
from salesagent_core.ports.job_queue import Topic

IDS_PER_MESSAGE = 8
"""Few enough that a burst spreads over the workers, enough that a batch needs few messages."""
MESSAGES_PER_RING = 8
"""A large batch makes longer messages instead of more: each costs the broker a round trip."""
SILENCE_SECONDS = 1.0
"""How long nobody tries a broker that was just found down: callers must not queue up before it."""


class DramatiqJobQueue:
    """Rings by message; the actor of a topic carries the topic's name."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self._broker = broker
        self._local = isinstance(broker, StubBroker)
        self._silent_until = 0.0

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        """Raises: Unavailable when the broker cannot be reached."""
        if self._local:
            # A put on a queue in this process: no thread needed, nothing can fail.
            self._enqueue(topic, ids)
            return
        self._require_no_silence()
        await asyncio.to_thread(self._try, topic, ids)

    def _try(self, topic: Topic, ids: Sequence[str]) -> None:
        # Again, because it may have waited for a thread while others found the broker down.
        self._require_no_silence()
        try:
            self._enqueue(topic, ids)
        except (RedisError, dramatiq.ConnectionError, OSError) as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            raise Unavailable("the broker cannot be reached") from error

    def _require_no_silence(self) -> None:
        if time.monotonic() < self._silent_until:
            raise Unavailable("the broker could not be reached just now")

    def _enqueue(self, topic: Topic, ids: Sequence[str]) -> None:
        size = max(IDS_PER_MESSAGE, -(-len(ids) // MESSAGES_PER_RING))
        for start in range(0, len(ids), size):
            self._broker.enqueue(
                dramatiq.Message(
                    queue_name=QUEUE,
                    actor_name=topic.value,
                    args=(list(ids[start : start + size]),),
                    kwargs={},
                    options={},
                )
            )
