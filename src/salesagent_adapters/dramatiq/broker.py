"""Brokers: Redis where one is given, otherwise a queue inside this process.

No retries, time limits or age limits live in the broker: timers, attempts and leases are rows in
Postgres. A message that is lost or fails costs a sweeper's period, never the work.
"""

from __future__ import annotations

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO

QUEUE = "salesagent"
REDIS_TIMEOUT_SECONDS = 3.0


def make_broker(redis_url: str | None) -> dramatiq.Broker:
    """A broker that several processes share (Redis), or one for this process alone (None)."""
    broker: dramatiq.Broker
    if redis_url is None:
        broker = StubBroker(middleware=[AsyncIO()])
    else:
        broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=_redis(redis_url),
            middleware=[AsyncIO()],
            namespace="salesagent",
        )
    broker.declare_queue(QUEUE)
    return broker


def _redis(url: str) -> object:
    import redis

    # A broker that hangs must not hang the caller: fail, log, and let the sweeper find the work.
    return redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
