"""Counters that all processes share, in Redis; this process's own while Redis does not answer.

A Redis that is gone never refuses anybody: each process then counts for itself.
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Any

from salesagent_adapters.throttle.windows import Count, LocalWindows, wait_for

if TYPE_CHECKING:
    import redis.asyncio

log = logging.getLogger(__name__)

REDIS_TIMEOUT_SECONDS = 0.25
"""A caller waits this long for a count at most, and only once in ``APART_SECONDS``."""
APART_SECONDS = 5.0
PREFIX = "salesagent:rate:"


class SharedWindows:
    """Sliding windows over Redis. Of one event loop, as its connections are."""

    def __init__(self, redis_url: str | None) -> None:
        """None: this process counts alone."""
        self._local = LocalWindows(time.time)
        self._redis = _client(redis_url) if redis_url else None
        self._apart_until = 0.0

    async def hit(self, name: str, most: int, window: float) -> float | None:
        """Count one hit of ``name``; seconds to wait when it was more than ``most`` in the last
        ``window`` seconds, None when it fits."""
        # Counted here too, so that a Redis that goes away does not begin anew for everybody.
        alone = await self._local.hit(name, most, window)
        if self._redis is None or time.monotonic() < self._apart_until:
            return alone
        try:
            return await self._together(self._redis, name, most, window)
        except Exception as error:  # whatever a client raises: counting is never a reason to fail
            self._apart_until = time.monotonic() + APART_SECONDS
            log.warning("Redis does not count; this process does (%s)", type(error).__name__)
            return alone

    async def close(self) -> None:
        """Give the connections back."""
        if self._redis is not None:
            await self._redis.aclose()

    @staticmethod
    async def _together(
        client: redis.asyncio.Redis, name: str, most: int, window: float
    ) -> float | None:
        now = time.time()
        number = math.floor(now / window)
        async with client.pipeline(transaction=False) as pipe:
            pipe.incr(f"{PREFIX}{name}:{number}")
            pipe.expire(f"{PREFIX}{name}:{number}", math.ceil(window * 2))
            pipe.get(f"{PREFIX}{name}:{number - 1}")
            answers: list[Any] = await pipe.execute()
        count = Count(before=int(answers[2] or 0), now=int(answers[0]))
        return wait_for(count, most, window, now - number * window)


def _client(url: str) -> redis.asyncio.Redis:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
