"""One guard per vendor: a slow or failing one costs its own callers little, and others nothing.

A call passes ``named time | bulkhead | breaker | time limit``, and what may be repeated is repeated
a little, with growing pauses. Breakers and bulkheads are per tenant, because most failures are
(a token, a quota): one tenant's storm leaves the others alone. State is this process's own; a
worker finds out for itself within five calls.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import attrs
import stamina
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import CLOSED, Context, OpenedState
from purgatory.service._async.circuitbreaker import AsyncCircuitBreaker

from salesagent_core.errors import RateLimited, SalesAgentError, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import FateUnknown

T = TypeVar("T")

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60.0
PARALLEL_PER_TENANT = 10
"""Calls of one tenant at the same time; Google allows about 50 a mailbox."""
REPEAT_WITHIN_SECONDS = 5.0
"""A pause that the other side named is sat out here up to this long; a longer one is the caller's
to wait for, without a worker that stands still."""


@attrs.frozen(kw_only=True)
class Rule:
    """How one method is called. ``seconds`` None: the adapter has its own limit. ``tries`` above 1
    only where asking again cannot do anything twice. ``refusal`` is what is raised while the
    breaker is open."""

    seconds: float | None = 30.0
    tries: int = 1
    refusal: type[Unavailable] = Unavailable


@attrs.frozen(kw_only=True)
class GuardState:
    """``state`` is ``closed`` (well), ``open`` or ``half_open``. ``until`` is when it is asked
    again; None while it is closed."""

    vendor: str
    tenant_id: TenantId
    state: str
    failures: int
    calls_now: int
    until: datetime | None = None


@attrs.define
class _Lane:
    """One tenant's part of a vendor."""

    slots: asyncio.Semaphore
    trial: asyncio.Lock
    breaker: AsyncCircuitBreaker
    named: datetime | None = None
    calls_now: int = 0


Around = Callable[[str, str], AbstractContextManager[object]]
"""What is put around a call, by vendor and method, for whoever measures."""


class Guard:
    """Stands before one vendor. Belongs to one event loop. ``around`` may be set later."""

    around: Around | None = None

    def __init__(
        self,
        vendor: str,
        *,
        failures_to_open: int = FAILURES_TO_OPEN,
        open_seconds: float = OPEN_SECONDS,
        parallel: int = PARALLEL_PER_TENANT,
    ) -> None:
        self.vendor = vendor
        self._parallel = parallel
        self._most = failures_to_open
        self._open_seconds = open_seconds
        self._lanes: dict[TenantId, _Lane] = {}
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=failures_to_open,
            default_ttl=open_seconds,
            exclude=[(BaseException, _says_nothing_against_the_vendor)],
        )

    async def call(self, tenant_id: TenantId, rule: Rule, act: Callable[[], Awaitable[T]]) -> T:
        """What ``act`` returns.

        Raises:
            Unavailable: (or the rule's ``refusal``) the breaker is open, or time ran out.
            RateLimited: the time that the vendor named has not come yet.
            Exception: whatever ``act`` raised last.
        """
        async for attempt in stamina.retry_context(
            on=functools.partial(_pause, rule),
            attempts=rule.tries,
            timeout=None,
            wait_initial=0.2,
            wait_max=2.0,
            wait_jitter=0.5,
        ):
            with attempt:
                return await self._once(tenant_id, rule, act)
        raise AssertionError("the last try returns or raises")

    def states(self) -> Iterator[GuardState]:
        """Every tenant's part that was called so far."""
        for tenant_id, lane in self._lanes.items():
            context = lane.breaker.context
            until = self._opens_again(context)
            state = context.state
            if until is not None and until <= datetime.now(UTC):
                state = "half-opened"
            yield GuardState(
                vendor=self.vendor,
                tenant_id=tenant_id,
                state={"opened": "open", "half-opened": "half_open"}.get(state, state),
                # The library forgets the count when it opens.
                failures=context.failure_count or (0 if state == CLOSED else self._most),
                calls_now=lane.calls_now,
                until=until,
            )

    async def _once(self, tenant_id: TenantId, rule: Rule, act: Callable[[], Awaitable[T]]) -> T:
        lane = await self._lane(tenant_id)
        now = datetime.now(UTC)
        if lane.named is not None and now < lane.named:
            raise RateLimited(f"{self.vendor} asked for a pause", retry_at=lane.named)
        async with lane.slots:
            if lane.breaker.context.state == CLOSED:
                return await self._through(lane, rule, act)
            # One call finds out whether it is well again; the others wait for its answer.
            async with lane.trial:
                return await self._through(lane, rule, act)

    async def _through(self, lane: _Lane, rule: Rule, act: Callable[[], Awaitable[T]]) -> T:
        lane.calls_now += 1
        try:
            async with lane.breaker:
                return await self._in_time(rule, act)
        except OpenedState as opened:
            at = self._opens_again(lane.breaker.context)
            sentence = f"{self.vendor} did not answer several times and is left alone for a while"
            raise rule.refusal(sentence, retry_at=at) from opened
        except RateLimited as limited:
            lane.named = limited.retry_at
            raise
        finally:
            lane.calls_now -= 1

    async def _in_time(self, rule: Rule, act: Callable[[], Awaitable[T]]) -> T:
        if rule.seconds is None:
            return await act()
        limit = asyncio.timeout(rule.seconds)
        try:
            async with limit:
                return await act()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise Unavailable(f"{self.vendor} did not answer in time") from error

    async def _lane(self, tenant_id: TenantId) -> _Lane:
        lane = self._lanes.get(tenant_id)
        if lane is None:
            breaker = await self._breakers.get_breaker(tenant_id)
            lane = self._lanes.setdefault(
                tenant_id,
                _Lane(
                    slots=asyncio.Semaphore(self._parallel),
                    trial=asyncio.Lock(),
                    breaker=breaker,
                ),
            )
        return lane

    def _opens_again(self, context: Context) -> datetime | None:
        if context.state != "opened" or context.opened_at is None:
            return None
        left = context.opened_at + self._open_seconds - time.time()
        return datetime.now(UTC) + timedelta(seconds=left)


def _says_nothing_against_the_vendor(error: BaseException) -> bool:
    """A clear answer (no such thing, refused, connect again) is a sign of life; so is our own
    cancelling."""
    if isinstance(error, Unavailable | RateLimited | FateUnknown):
        return False
    return isinstance(error, SalesAgentError) or not isinstance(error, Exception)


def _pause(rule: Rule, error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds where the other side named them."""
    if rule.tries == 1 or not isinstance(error, Unavailable | RateLimited):
        return False
    if error.retry_at is None:
        return True
    left = (error.retry_at - datetime.now(UTC)).total_seconds()
    return max(0.0, left) if left <= REPEAT_WITHIN_SECONDS else False
