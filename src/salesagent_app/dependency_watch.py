"""What this installation rests on, looked at every few seconds and remembered in between.

Health pages and every page's notices are answered from memory: a load balancer that asks a
hundred times a second costs the database nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.vendor_health import (
    Answering,
    MailboxCount,
    VendorHealth,
    VendorState,
)

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 3.0
STALE = timedelta(seconds=15)
"""A look that is older says nothing any more: whoever looks is stuck, and work would be too."""
DRAINING = "this process is being stopped"
DATABASE_DOWN = "the database does not answer"
NOT_LOOKED = "this process has not looked at its database for a while"
DOUBTED = timedelta(minutes=5)
"""How long a vendor that may be asked again, and is not, counts as troubled."""
_WORST_FIRST = (Answering.OPEN, Answering.HALF_OPEN, Answering.CLOSED)
_NOTICES = {
    "Gmail": "Gmail does not answer: drafts and mails wait, and go on by themselves.",
    "Google Calendar": "Google Calendar does not answer: new drafts may come without times.",
    "Google Drive": "Google Drive does not answer: new drafts may come without files.",
    "HubSpot": "HubSpot does not answer: what needs it waits, and goes on by itself.",
    "OpenAI": "The language model does not answer: new drafts wait, or are written plainly.",
}


@attrs.frozen(kw_only=True)
class Pool:
    """Connections that may be open at most, and those that are in use now."""

    size: int
    in_use: int


@attrs.frozen(kw_only=True)
class VendorSeen:
    """One vendor and one tenant, over all processes: the worst that any of them sees."""

    vendor: str
    tenant_id: TenantId
    state: Answering
    failures: int
    calls_now: int
    processes: int
    until: datetime | None

    def troubled(self, now: datetime) -> bool:
        """Whether calls are refused, or were until just now. Where nobody calls any more, nobody
        finds out that it is well again: that is no trouble for ever."""
        if self.state is Answering.HALF_OPEN and self.until is not None:
            return now - self.until < DOUBTED
        return self.state is not Answering.CLOSED


@attrs.frozen(kw_only=True)
class Seen:
    """One look. ``redis`` is None where none is used. What could not be read any more stands as
    it was before. ``schema_problem`` says that the database is older than this version."""

    at: datetime
    database: bool
    pool: Pool
    redis: bool | None
    vendors: tuple[VendorSeen, ...] = ()
    mailboxes: tuple[MailboxCount, ...] = ()
    schema_problem: str | None = None


@attrs.frozen(kw_only=True)
class Probes:
    """How to look. ``own`` are the states that this process itself saw; ``redis`` says whether it
    answers, None where there is none."""

    health: VendorHealth
    own: Callable[[], Sequence[VendorState]]
    pool: Callable[[], Pool]
    redis: Callable[[], bool | None]
    schema: Callable[[], Awaitable[str | None]] | None = None


class DependencyWatch:
    """Looks, and remembers the last look. Belongs to one event loop.

    ``vendors`` are the names of the real ones, ``stand_ins`` of those that memory serves.
    """

    def __init__(
        self,
        probes: Probes,
        clock: Clock,
        *,
        vendors: Sequence[str],
        stand_ins: Sequence[str],
        every: float = LOOK_EVERY_SECONDS,
        draining: Callable[[], bool] = lambda: False,
    ) -> None:
        """``draining`` says whether this process is stopping."""
        self._probes = probes
        self._clock = clock
        self.vendors = tuple(vendors)
        self.stand_ins = tuple(stand_ins)
        self._every = every
        self._seen: Seen | None = None
        self._looking: asyncio.Task[None] | None = None
        self._draining = draining

    @property
    def draining(self) -> bool:
        """Whether this process takes nothing new."""
        return self._draining()

    async def problems(self) -> tuple[str, ...]:
        """Why no work can be taken, as sentences, from memory; empty when it can.

        Vendors and mailboxes are no reason: what comes in is stored, and waits for them.
        """
        if self._draining():
            return (DRAINING,)
        seen = self._seen
        if seen is None or (self._looking is None and self._is_old(seen)):
            seen = await self.look()
        if self._is_old(seen):
            return (NOT_LOOKED,)
        if not seen.database:
            return (DATABASE_DOWN,)
        return () if seen.schema_problem is None else (seen.schema_problem,)

    def _is_old(self, seen: Seen) -> bool:
        return self._clock.now() - seen.at > STALE

    @property
    def seen(self) -> Seen | None:
        """The last look; None before the first one."""
        return self._seen

    async def start(self) -> None:
        """Look now and then from now on. To start it again does nothing."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Look no more."""
        task, self._looking = self._looking, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def latest(self) -> Seen:
        """The last look, or the first one, which is waited for."""
        return self._seen or await self.look()

    async def look(self) -> Seen:
        """Look now."""
        redis = await asyncio.to_thread(self._probes.redis)
        now = self._clock.now()
        pool = self._probes.pool()
        try:
            said = [each.state for each in await self._probes.health.seen()]
            mailboxes = await self._probes.health.mailboxes()
            schema = self._probes.schema
            schema_problem = await schema() if schema is not None else None
        except Unavailable:
            known = self._seen or Seen(at=now, database=False, pool=pool, redis=redis)
            self._seen = attrs.evolve(known, at=now, database=False, pool=pool, redis=redis)
        else:
            self._seen = Seen(
                at=now,
                database=True,
                pool=pool,
                redis=redis,
                vendors=_merged([*said, *self._probes.own()]),
                mailboxes=mailboxes,
                schema_problem=schema_problem,
            )
        return self._seen

    def notices(self, tenant_id: TenantId) -> tuple[str, ...]:
        """Sentences for this tenant's pages: which vendors do not answer, and what that means."""
        if self._seen is None:
            return ()
        now = self._clock.now()
        return tuple(
            _notice(each)
            for each in self._seen.vendors
            if each.tenant_id == tenant_id and each.troubled(now)
        )

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking at what this installation rests on failed")
            await asyncio.sleep(self._every)


def worst(states: Sequence[Answering]) -> Answering:
    """The worst of them; ``closed`` where there is none."""
    return next((each for each in _WORST_FIRST if each in states), Answering.CLOSED)


def _merged(states: Sequence[VendorState]) -> tuple[VendorSeen, ...]:
    by_lane: dict[tuple[str, TenantId], list[VendorState]] = {}
    for each in states:
        by_lane.setdefault((each.vendor, each.tenant_id), []).append(each)
    return tuple(
        VendorSeen(
            vendor=vendor,
            tenant_id=tenant_id,
            state=worst([each.state for each in lane]),
            failures=max(each.failures for each in lane),
            calls_now=sum(each.calls_now for each in lane),
            processes=len(lane),
            until=max((each.until for each in lane if each.until is not None), default=None),
        )
        for (vendor, tenant_id), lane in sorted(by_lane.items())
    )


def _notice(seen: VendorSeen) -> str:
    sentence = _NOTICES.get(seen.vendor, f"{seen.vendor} does not answer: what needs it waits.")
    if seen.until is None or seen.state is Answering.HALF_OPEN:
        return f"{sentence} It is being asked again."
    return f"{sentence} It is asked again at {seen.until:%H:%M:%S} UTC."
