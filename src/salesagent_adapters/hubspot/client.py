"""One call of HubSpot: in its turn, in a thread, in bounded time, with errors in our words.

The SDK builds the requests; the answers are read as plain JSON. Its own models refuse values that
they do not know, and an account with one new kind of thing in it must not stop the work.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.api import Apis
from salesagent_adapters.hubspot.errors import AnswerError, mapped, policy_name, scrub
from salesagent_core.errors import RateLimited, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.rate_budget import Allowance, RateBudget

LONGEST_WAIT: Final = timedelta(seconds=10)
"""A worker waits this long for its turn; after that the work is better tried again later."""
THREADS: Final = 16
MAX_ANSWER_BYTES: Final = 20_000_000
_MAX_TOKENS: Final = 64

CALLS_IN_10_SECONDS: Final = 190
"""A private app on Professional or Enterprise; Free and Starter allow 100."""
WINDOW: Final = timedelta(seconds=10)
SEARCHES: Final = Allowance(name="hubspot_search", burst=1, step=timedelta(seconds=0.25))
"""Never more than 5 in a second."""

AccessToken = Callable[[TenantId], Awaitable[str]]
"""A tenant's access token. Raises NeedsReauth when the account is not connected."""
Send = Callable[[Apis, dict[str, Any]], Any]
"""Makes one SDK call; the dictionary holds keyword arguments that every call takes."""


@attrs.frozen(kw_only=True)
class Limits:
    """HubSpot's limits for this account, and for its search on top."""

    calls: Allowance
    searches: Allowance = SEARCHES

    @classmethod
    def of(cls, calls_in_10_seconds: int) -> Limits:
        """Limits of an account that may make so many calls in 10 seconds."""
        return cls(calls=Allowance.of_window("hubspot", calls=calls_in_10_seconds, window=WINDOW))


@attrs.frozen(kw_only=True)
class Timeouts:
    """Seconds. ``whole`` is for one call from its turn on: a server that sends a byte now and then
    never trips ``read``."""

    connect: float = 5.0
    read: float = 15.0
    whole: float = 30.0


class HubSpotClient:
    """Shared by all HubSpot adapters of a process. Close it when the process ends."""

    def __init__(
        self,
        *,
        access_token: AccessToken,
        budget: RateBudget,
        clock: Clock,
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        host: str | None = None,
    ) -> None:
        self._access_token = access_token
        self._budget = budget
        self._clock = clock
        self._limits = limits or Limits.of(CALLS_IN_10_SECONDS)
        self._timeouts = timeouts or Timeouts()
        self._host = host
        self._apis: dict[str, Apis] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hubspot")

    @property
    def clock(self) -> Clock:
        """The clock that everything here reads."""
        return self._clock

    def close(self) -> None:
        """Let running calls end and take no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(
        self, tenant_id: TenantId, send: Send, *, searches: bool = False
    ) -> dict[str, Any]:
        """Make one call; returns the JSON object answered, empty where there is no body.

        Args:
            send: makes the call, such as ``lambda api, how: api.contacts.create({…}, **how)``.
            searches: True for the search endpoints, which have a limit of their own.

        Raises:
            NotFound, Conflict, Rejected, RateLimited, Unavailable, NeedsReauth
        """
        apis = self._apis_of(await self._access_token(tenant_id))
        await self._take_turn(tenant_id, searches)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeouts.whole):
                return await loop.run_in_executor(self._threads, _call, send, apis, self._timeouts)
        except TimeoutError as error:
            raise Unavailable("HubSpot does not answer in time") from error
        except Exception as error:
            found = mapped(error, self._clock.now())
            if isinstance(found, RateLimited):
                await self._slow_down(tenant_id, found, policy_name(error), searches)
            raise found from scrub(error)

    def _apis_of(self, token: str) -> Apis:
        apis = self._apis.get(token)
        if apis is None:
            if len(self._apis) >= _MAX_TOKENS:
                self._apis.pop(next(iter(self._apis)))
            apis = self._apis[token] = Apis(token, self._host, THREADS)
        return apis

    async def _take_turn(self, tenant_id: TenantId, searches: bool) -> None:
        wait = await self._budget.reserve(tenant_id, self._limits.calls, LONGEST_WAIT)
        if searches:
            other = await self._budget.reserve(tenant_id, self._limits.searches, LONGEST_WAIT)
            wait = max(wait, other)
        if wait > timedelta():
            await asyncio.sleep(wait.total_seconds())

    async def _slow_down(
        self, tenant_id: TenantId, limited: RateLimited, policy: str | None, searches: bool
    ) -> None:
        """All workers keep away from the limit that was hit, until it is over."""
        only_search = searches and policy in (None, "SECONDLY")
        allowance = self._limits.searches if only_search else self._limits.calls
        await self._budget.pause(tenant_id, allowance, limited.retry_at)


def _call(send: Send, apis: Apis, timeouts: Timeouts) -> dict[str, Any]:
    how = {
        "_preload_content": False,
        "_request_timeout": (timeouts.connect, timeouts.read),
    }
    response = send(apis, how)
    try:
        body = response.read(MAX_ANSWER_BYTES + 1)
    finally:
        response.release_conn()
    if len(body) > MAX_ANSWER_BYTES:
        raise AnswerError("too long")
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AnswerError("not JSON") from error
    if not isinstance(found, dict):
        raise AnswerError("not an object")
    return found
