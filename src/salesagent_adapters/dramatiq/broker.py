"""Brokers: Redis where one is given, otherwise a queue inside this process.

No retries, time limits or age limits live in the broker: timers, attempts and leases are rows in
Postgres. A message that is lost or fails costs a sweeper's period, never the work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO
from redis import exceptions as redis_errors

log = logging.getLogger(__name__)

QUEUE = "salesagent"
REDIS_TIMEOUT_SECONDS = 1.0
"""A Redis that answers later than this counts as down: it only rings a bell."""
RETRIES_ON_BROKEN_CONNECTION = 1
"""A pooled connection may have died with the server before this one."""


def make_broker(redis_url: str | None) -> dramatiq.Broker:
    """A broker that several processes share (Redis), or one for this process alone (None)."""
    broker: dramatiq.Broker
    if redis_url is None:
        broker = StubBroker(middleware=[AsyncIO()])
    else:
        broker = _BellBroker(  # type: ignore[no-untyped-call]
            client=_redis(redis_url),
            middleware=[AsyncIO()],
            namespace="salesagent",
        )
    broker.declare_queue(QUEUE)
    return broker


def answers(broker: dramatiq.Broker) -> bool | None:
    """Whether the Redis behind it answers, within a second; None where there is none."""
    if not isinstance(broker, RedisBroker):
        return None
    try:
        broker.client.ping()
    except redis_errors.RedisError:
        return False
    return True


class _BellConsumer(_RedisConsumer):
    """A consumer that never waits for Redis: a message is a bell, and it has been heard.

    Dramatiq's own repeats an acknowledgement until Redis is back, with the thread that should be
    working, and a worker told to stop would wait for it too. One that is not acknowledged may
    ring again, which does no harm.
    """

    def ack(self, message: Any) -> None:
        self._forgiven(super().ack, message)

    def nack(self, message: Any) -> None:
        self._forgiven(super().nack, message)

    def requeue(self, messages: Iterable[Any]) -> None:
        self._forgiven(super().requeue, messages)

    def __next__(self) -> Any:
        try:
            return super().__next__()  # type: ignore[no-untyped-call]
        except redis_errors.RedisError as error:
            # Of Dramatiq's kind, so that it says one line and connects again.
            raise dramatiq.ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    @staticmethod
    def _forgiven(call: Callable[[Any], None], argument: Any) -> None:
        try:
            call(argument)
        except (redis_errors.RedisError, dramatiq.ConnectionError) as error:
            log.warning("the broker is down; a bell may ring twice (%s)", type(error).__name__)


class _BellBroker(RedisBroker):
    @property
    def consumer_class(self) -> type[_BellConsumer]:
        return _BellConsumer


def _redis(url: str) -> object:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # A broker that hangs must not hang the caller: fail, log, and let the sweeper find the work.
    # The client's own default is ten more tries, each with its own time-out.
    return redis.Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(
            NoBackoff(),
            RETRIES_ON_BROKEN_CONNECTION,
            supported_errors=(redis_errors.ConnectionError,),
        ),
    )
