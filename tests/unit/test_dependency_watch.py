"""What health pages and notices say about the vendors: merged, aged, and without names."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from salesagent_adapters.system.clock import FixedClock
from salesagent_app.dependency_watch import (
    DATABASE_DOWN,
    DRAINING,
    NOT_LOOKED,
    STALE,
    DependencyWatch,
    Pool,
    Probes,
)
from salesagent_app.http.dependencies import answer_of
from salesagent_app.workers.reporter import VendorReporter
from salesagent_core.errors import Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.vendor_health import (
    Answering,
    MailboxCount,
    ReportedState,
    VendorState,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OURS, THEIRS = TenantId("ours"), TenantId("theirs")


def state(vendor: str, tenant: TenantId, how: Answering, **more: object) -> VendorState:
    until = NOW + timedelta(seconds=40) if how is Answering.OPEN else None
    return VendorState(vendor=vendor, tenant_id=tenant, state=how, until=until, **more)  # type: ignore[arg-type]


@attrs.define
class Said:
    """What processes said, kept in memory; ``down`` is a database that does not answer."""

    by_process: dict[str, tuple[VendorState, ...]] = attrs.field(factory=dict)
    reports: int = 0
    down: bool = False

    async def report(self, process: str, states: Collection[VendorState]) -> None:
        self.reports += 1
        self.by_process[process] = tuple(states)

    async def seen(self) -> tuple[ReportedState, ...]:
        if self.down:
            raise Unavailable("the database does not answer")
        return tuple(
            ReportedState(process=process, at=NOW, state=each)
            for process, states in self.by_process.items()
            for each in states
        )

    async def mailboxes(self) -> tuple[MailboxCount, ...]:
        return (MailboxCount(tenant_id=OURS, connected=2, disconnected=1),)


def watch_over(said: Said, clock: FixedClock, redis: bool | None = None) -> DependencyWatch:
    return DependencyWatch(
        Probes(
            health=said,
            own=lambda: (),
            pool=lambda: Pool(size=30, in_use=2),
            redis=lambda: redis,
        ),
        clock,
        vendors=["Gmail", "HubSpot"],
        stand_ins=["OpenAI"],
    )


async def test_the_worst_that_any_process_sees_is_told_without_naming_a_tenant() -> None:
    said = Said()
    said.by_process = {
        "one": (state("Gmail", OURS, Answering.CLOSED), state("Gmail", THEIRS, Answering.OPEN)),
        "two": (state("Gmail", OURS, Answering.OPEN, failures=5),),
    }
    watch = watch_over(said, FixedClock(NOW), redis=True)
    answer = answer_of(watch, await watch.latest())
    assert answer.status == "degraded"
    gmail, hubspot, openai = answer.vendors
    assert (gmail.state, gmail.tenants_affected) == ("open", 2)
    assert gmail.until == NOW + timedelta(seconds=40)
    assert (hubspot.state, hubspot.tenants_affected) == ("closed", 0)
    assert (openai.real, openai.state) == (False, "stand_in")
    assert (answer.mailboxes.connected, answer.mailboxes.disconnected) == (2, 1)
    assert answer.own is None
    assert "ours" not in str(answer)
    assert "theirs" not in str(answer)


async def test_only_whom_it_concerns_is_told_on_their_pages() -> None:
    said = Said()
    said.by_process = {"one": (state("Gmail", OURS, Answering.OPEN),)}
    watch = watch_over(said, FixedClock(NOW))
    assert watch.notices(OURS) == (), "nothing was looked at yet"
    await watch.look()
    (notice,) = watch.notices(OURS)
    assert "Gmail does not answer" in notice
    assert "09:00:40 UTC" in notice
    assert watch.notices(THEIRS) == ()


async def test_a_vendor_that_nobody_asks_any_more_is_no_trouble_for_ever() -> None:
    said = Said()
    asked_again = attrs.evolve(state("Gmail", OURS, Answering.HALF_OPEN), until=NOW)
    said.by_process = {"one": (asked_again,)}
    clock = FixedClock(NOW + timedelta(minutes=1))
    watch = watch_over(said, clock)
    await watch.look()
    assert "being asked again" in watch.notices(OURS)[0]
    later = watch_over(said, FixedClock(NOW + timedelta(minutes=6)))
    answer = answer_of(later, await later.look())
    assert later.notices(OURS) == ()
    assert answer.vendors[0].state == "closed"


async def test_without_the_database_the_last_that_was_known_stands() -> None:
    said = Said()
    said.by_process = {"one": (state("Gmail", OURS, Answering.OPEN),)}
    watch = watch_over(said, FixedClock(NOW))
    await watch.look()
    said.down = True
    answer = answer_of(watch, await watch.look())
    assert answer.status == "down"
    assert answer.database.answers is False
    assert answer.vendors[0].state == "open"


@pytest.mark.parametrize(("redis", "status"), [(None, "ok"), (True, "ok"), (False, "degraded")])
async def test_redis_counts_only_where_there_is_one(redis: bool | None, status: str) -> None:
    class Nobody(Said):
        async def mailboxes(self) -> tuple[MailboxCount, ...]:
            return ()

    watch = watch_over(Nobody(), FixedClock(NOW), redis=redis)
    answer = answer_of(watch, await watch.look())
    assert answer.status == status
    assert answer.redis.configured is (redis is not None)


async def test_a_worker_reports_what_changed_at_once_and_the_rest_now_and_then() -> None:
    said, now = Said(), 0.0
    states: list[VendorState] = []
    report = VendorReporter(said, "one", lambda: tuple(states), monotonic=lambda: now)
    await report()
    assert said.reports == 0, "there is nothing to say"
    states.append(state("Gmail", OURS, Answering.CLOSED))
    await report()
    states[0] = attrs.evolve(states[0], calls_now=3)
    await report()
    assert said.reports == 1, "calls that come and go are no news"
    states[0] = state("Gmail", OURS, Answering.OPEN, failures=5)
    await report()
    assert said.by_process["one"][0].state is Answering.OPEN
    now = 31.0
    await report()
    assert said.reports == 3


async def test_readiness_is_told_from_memory_and_names_what_is_past_use() -> None:
    said, clock = Said(), FixedClock(NOW)
    behind: list[str | None] = [None]

    async def schema() -> str | None:
        return behind[0]

    watch = watch_over(said, clock)
    watch._probes = attrs.evolve(watch._probes, schema=schema)
    assert await watch.problems() == ()
    said.down = True
    assert await watch.problems() == (), "nobody looks because somebody asks"
    await watch.look()
    assert await watch.problems() == (DATABASE_DOWN,)
    said.down, behind[0] = False, "run the migrations"
    await watch.look()
    assert await watch.problems() == ("run the migrations",)
    behind[0] = None
    await watch.look()
    watch._draining = lambda: True
    assert await watch.problems() == (DRAINING,)
    assert answer_of(watch, await watch.latest()).draining


async def test_who_does_not_look_any_more_is_not_ready() -> None:
    clock = FixedClock(NOW)
    watch = watch_over(Said(), clock)
    stuck = asyncio.create_task(asyncio.sleep(60))
    await watch.look()
    watch._looking = stuck
    clock.advance(STALE * 2)
    assert await watch.problems() == (NOT_LOOKED,)
    stuck.cancel()
