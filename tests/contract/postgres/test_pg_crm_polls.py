"""The poll of conversions and the shared budgets of calls, over a real database."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.crm_more import PAGE, MemoryCrmMore
from salesagent_adapters.memory.crm_state import StoredContact
from salesagent_adapters.memory.rate_budget import MemoryRateBudget
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.conversion_polls import PgConversionPolls
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.rate_budget import PgRateBudget
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.errors import NeedsReauth, RateLimited, Unavailable
from salesagent_core.ids import SubmissionId, TenantId
from salesagent_core.ports.crm_conversions import ConversionPage
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.rate_budget import Allowance, RateBudget
from salesagent_core.use_cases.poll_conversions import OVERLAP, PollConversions
from salesagent_core.use_cases.receive_submission import ReceiveSubmission


@attrs.frozen(kw_only=True)
class Stage:
    """A CRM in memory, and a poll of it whose cursor and intake are in the database."""

    database: Database
    world: World
    intake: PgIntake
    polls: PgConversionPolls
    reads: PgReadModel
    poll: PollConversions
    receive: ReceiveSubmission
    ids: RandomIds

    def converts(self, name: str, at: datetime, tenant: TenantId = TENANT) -> str:
        crm = self.world.tenant(tenant).crm
        email = f"{name}@buyer.example"
        found = crm.by_email(email)
        contact = StoredContact(
            id=found.id if found else crm.new_id(), properties={"email": email}, converted_at=at
        )
        return crm.save_contact(contact).id

    async def submissions(self, tenant: TenantId = TENANT) -> int:
        async with self.database.tenant(tenant) as connection:
            found = await connection.execute(text("SELECT count(*) FROM submissions"))
            return int(found.scalar_one())

    async def row(self, tenant: TenantId = TENANT) -> dict[str, object]:
        async with self.database.tenant(tenant) as connection:
            found = await connection.execute(text("SELECT * FROM conversion_polls"))
            return dict(found.mappings().one())

    async def make_due(self, back: timedelta = timedelta()) -> None:
        async with self.database.across_tenants() as connection:
            statement = "UPDATE conversion_polls SET due_at = now(), cursor_at = cursor_at - :back"
            await connection.execute(text(statement), {"back": back})


@pytest.fixture
async def stage(database: Database, vault: Vault) -> Stage:
    clock = SystemClock()
    world, ids = World(clock, seed=3), RandomIds(clock)
    intake = PgIntake(database, vault)
    receive = ReceiveSubmission(intake, ids)
    polls = PgConversionPolls(database)
    return Stage(
        database=database,
        world=world,
        intake=intake,
        polls=polls,
        reads=PgReadModel(database, vault, RESULT_TYPES),
        poll=PollConversions(polls, MemoryCrmMore(world), receive, clock, ids),
        receive=receive,
        ids=ids,
    )


def ago(**delta: float) -> datetime:
    return (datetime.now(UTC) - timedelta(**delta)).replace(microsecond=0)


# --- the poll ----------------------------------------------------------------------------------


async def test_what_was_missed_is_taken_in_once(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(hours=2))
    stage.converts("ada", ago(hours=1))
    assert await PgBacklog(stage.database).due(Topic.CONVERSION_POLL, 10) == (TENANT,)
    assert await stage.poll(10) == 1
    assert await PgBacklog(stage.database).due(Topic.CONVERSION_POLL, 10) == ()
    await stage.make_due()
    assert await stage.poll(10) == 0
    assert await stage.submissions() == 1
    # A repeat visitor fires no contact.creation; the poll sees them all the same.
    stage.converts("ada", ago(minutes=1))
    await stage.make_due()
    assert await stage.poll(10) == 1
    assert await stage.submissions() == 2


async def test_what_came_by_another_door_is_not_taken_in_again(stage: Stage) -> None:
    at = ago(minutes=3)
    by_form = Submission(
        id=SubmissionId(stage.ids.new()),
        tenant_id=TENANT,
        source=SubmissionSource.FORM,
        received_at=datetime.now(UTC),
        fields=(FormField(name="email", value="Ada@Buyer.example"),),
        conversion_id="conversion-1",
        submitted_at=at,
    )
    first = await stage.receive(by_form, b"{}")
    await stage.polls.watch(TENANT)
    stage.converts("ada", at)
    assert await stage.poll(10) == 0
    assert await stage.submissions() == 1
    # And the webhook that comes after the poll is the duplicate then.
    stage.converts("grace", ago(minutes=2))
    await stage.make_due()
    assert await stage.poll(10) == 1
    late = attrs.evolve(
        by_form,
        id=SubmissionId(stage.ids.new()),
        fields=(FormField(name="email", value="grace@buyer.example"),),
        conversion_id="conversion-2",
        submitted_at=stage.world.tenant(TENANT).crm.by_email("grace@buyer.example").converted_at,  # type: ignore[union-attr]
    )
    assert not (await stage.receive(late, b"{}")).accepted
    assert first.accepted
    assert await stage.submissions() == 2


async def test_nobody_is_answered_for_what_was_before_us(stage: Stage) -> None:
    stage.converts("old", ago(hours=3))
    await stage.polls.watch(TENANT)
    assert await stage.poll(10) == 0
    assert await stage.submissions() == 0


async def test_watching_again_keeps_the_cursor(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(days=2))
    before = (await stage.row())["cursor_at"]
    await stage.polls.watch(TENANT)
    assert (await stage.row())["cursor_at"] == before


async def test_many_pages_and_a_list_that_moves_while_it_is_read(stage: Stage) -> None:
    """A contact that converts again jumps to the end, and shifts the others over page edges."""
    names = [f"p{number}" for number in range(3 * PAGE)]
    for number, name in enumerate(names):
        stage.converts(name, ago(minutes=600 - number))
    pages = 0
    inner = MemoryCrmMore(stage.world)

    class Moving:
        async def converted_since(
            self, tenant_id: TenantId, since: datetime, after: str | None = None
        ) -> ConversionPage:
            nonlocal pages
            page = await inner.converted_since(tenant_id, since, after)
            if pages < 20:
                # Somebody of the page that was just read fills in a form again.
                stage.converts(names[pages], ago(seconds=20 - pages))
            pages += 1
            return page

    poll = PollConversions(stage.polls, Moving(), stage.receive, SystemClock(), stage.ids)
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(days=1))
    await poll(10)
    async with stage.database.tenant(TENANT) as connection:
        rows = (await connection.execute(text("SELECT contact_index FROM submissions"))).all()
    assert len({row.contact_index for row in rows}) == len(names)
    assert pages >= 3


async def test_a_whole_page_of_one_moment_does_not_stop_the_list(stage: Stage) -> None:
    """An import can give hundreds of contacts the same time."""
    at = ago(minutes=30)
    for number in range(2 * PAGE + 7):
        stage.converts(f"p{number}", at)
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(hours=1))
    assert await stage.poll(10) == 2 * PAGE + 7


async def test_a_failure_keeps_the_cursor_and_says_why(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(hours=2))
    stage.converts("ada", ago(hours=1))
    before = (await stage.row())["cursor_at"]
    for _ in range(6):  # however often: a backstop never gives up
        stage.world.faults.fail("crm.converted_since", Unavailable("HubSpot answers 503"))
        assert await stage.poll(10) == 0
        row = await stage.row()
        assert (row["cursor_at"], row["error"]) == (before, "HubSpot answers 503")
        due = row["due_at"]
        assert isinstance(due, datetime)
        assert due > datetime.now(UTC) + timedelta(seconds=30)
        await stage.make_due()
    assert await stage.poll(10) == 1
    assert (await stage.row())["error"] is None


@pytest.mark.parametrize("seconds", [600, 7200])
async def test_the_time_the_vendor_names_is_kept(stage: Stage, seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    stage.world.faults.fail("crm.converted_since", RateLimited("slow down", retry_at=at))
    await stage.polls.watch(TENANT)
    await stage.poll(10)
    due = (await stage.row())["due_at"]
    assert isinstance(due, datetime)
    assert due >= at


async def test_a_disconnected_account_is_asked_again_in_an_hour(stage: Stage) -> None:
    stage.world.faults.fail("crm.converted_since", NeedsReauth("connect the account again"))
    await stage.polls.watch(TENANT)
    await stage.poll(10)
    row = await stage.row()
    due = row["due_at"]
    assert isinstance(due, datetime)
    assert timedelta(minutes=59) < due - datetime.now(UTC) < timedelta(minutes=61)
    assert row["error"] == "connect the account again"


async def test_a_crash_in_the_middle_goes_on_where_it_was(stage: Stage) -> None:
    for number in range(2 * PAGE):
        stage.converts(f"p{number}", ago(minutes=300 - number))
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(days=1))
    inner, pages = MemoryCrmMore(stage.world), 0

    class Dying:
        async def converted_since(
            self, tenant_id: TenantId, since: datetime, after: str | None = None
        ) -> ConversionPage:
            nonlocal pages
            pages += 1
            if pages == 2:
                raise RuntimeError("killed")
            return await inner.converted_since(tenant_id, since, after)

    poll = PollConversions(stage.polls, Dying(), stage.receive, SystemClock(), stage.ids)
    with pytest.raises(RuntimeError):
        await poll(10)
    assert await stage.submissions() == PAGE
    # Nobody else takes it while the lease holds; then it goes on behind what was kept.
    assert await stage.poll(10) == 0
    await stage.make_due()
    assert await stage.poll(10) == PAGE


async def test_one_worker_polls_a_tenant_at_a_time(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    await stage.polls.watch(OTHER)
    claims = await asyncio.gather(*(stage.polls.claim(1) for _ in range(10)))
    claimed = [one for batch in claims for one in batch]
    assert Counter(one.tenant_id for one in claimed) == {TENANT: 1, OTHER: 1}
    slow = next(one for one in claimed if one.tenant_id == TENANT)
    await stage.make_due()
    assert len(await stage.polls.claim(10)) == 2
    later = datetime.now(UTC) + timedelta(days=1)
    assert not await stage.polls.advance(slow, later), "another worker took over"
    await stage.polls.finish(slow, timedelta(days=1))
    await stage.polls.postpone(slow, later, "late")
    row = await stage.row()
    assert row["error"] is None
    assert isinstance(row["cursor_at"], datetime)
    assert row["cursor_at"] < later


async def test_a_clock_ahead_of_ours_hides_nothing(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    stage.converts("future", datetime.now(UTC) + timedelta(hours=5))
    assert await stage.poll(10) == 1
    stage.converts("now", datetime.now(UTC).replace(microsecond=0))
    await stage.make_due()
    assert await stage.poll(10) == 1


async def test_the_overlap_covers_a_search_that_shows_things_late(stage: Stage) -> None:
    await stage.polls.watch(TENANT)
    await stage.make_due(back=timedelta(hours=1))
    stage.converts("seen", ago(seconds=30))
    assert await stage.poll(10) == 1
    stage.converts("late", ago(seconds=OVERLAP.total_seconds() - 60))
    await stage.make_due()
    assert await stage.poll(10) == 1


# --- the budget --------------------------------------------------------------------------------

FAST = Allowance(name="fast", burst=5, step=timedelta(milliseconds=20))
SLOW = Allowance(name="slow", burst=3, step=timedelta(minutes=1))
NO_WAIT = timedelta()


@pytest.fixture(params=["memory", "postgres"])
def budget(request: pytest.FixtureRequest, database: Database) -> RateBudget:
    if request.param == "memory":
        return MemoryRateBudget(SystemClock())
    return PgRateBudget(database)


async def test_a_burst_goes_at_once_and_then_one_a_step(budget: RateBudget) -> None:
    for _ in range(SLOW.burst):
        assert await budget.reserve(TENANT, SLOW, NO_WAIT) == timedelta()
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as refused:
        await budget.reserve(TENANT, SLOW, timedelta(seconds=5))
    assert (
        timedelta(seconds=50) < refused.value.retry_at - before <= timedelta(minutes=1, seconds=5)
    )
    wait = await budget.reserve(TENANT, SLOW, timedelta(minutes=2))
    assert timedelta(seconds=50) < wait <= SLOW.step


async def test_a_refusal_takes_nothing(budget: RateBudget) -> None:
    for _ in range(SLOW.burst):
        await budget.reserve(TENANT, SLOW, NO_WAIT)
    for _ in range(20):
        with pytest.raises(RateLimited):
            await budget.reserve(TENANT, SLOW, NO_WAIT)
    assert await budget.reserve(TENANT, SLOW, timedelta(minutes=1)) <= SLOW.step


async def test_tenants_and_vendors_do_not_share(budget: RateBudget) -> None:
    for tenant, allowance in ((TENANT, SLOW), (OTHER, SLOW), (TENANT, FAST)):
        for _ in range(3):
            assert await budget.reserve(tenant, allowance, NO_WAIT) == timedelta()


async def test_a_pause_holds_everybody_and_never_shortens(budget: RateBudget) -> None:
    until = datetime.now(UTC) + timedelta(minutes=10)
    await budget.pause(TENANT, FAST, until)
    await budget.pause(TENANT, FAST, until - timedelta(minutes=5))
    with pytest.raises(RateLimited) as refused:
        await budget.reserve(TENANT, FAST, timedelta(minutes=5))
    assert abs(refused.value.retry_at - until) < timedelta(seconds=5)
    assert await budget.reserve(OTHER, FAST, NO_WAIT) == timedelta()


async def test_many_workers_never_pass_the_limit_together(database: Database) -> None:
    """Each with its own connections, as processes have them: no window holds too many calls."""
    window, most = timedelta(seconds=1), 20
    allowance = Allowance.of_window("shared", calls=most, window=window)
    budgets = [PgRateBudget(database) for _ in range(4)]
    made: list[float] = []

    async def worker(budget: RateBudget) -> None:
        for _ in range(10):
            asked = time.monotonic()
            wait = await budget.reserve(TENANT, allowance, timedelta(minutes=1))
            # When the call would be made at the earliest; asking took time, too.
            made.append(asked + wait.total_seconds())

    await asyncio.gather(*(worker(budget) for budget in budgets))
    made.sort()
    assert len(made) == 40
    # 10 at once, then one each tenth of a second: 40 take 3 seconds.
    assert made[-1] - made[0] >= 2.5


@pytest.mark.parametrize(("calls", "seconds"), [(190, 10.0), (100, 10.0), (5, 1.0), (1, 1.0)])
def test_an_allowance_never_passes_its_window(calls: int, seconds: float) -> None:
    window = timedelta(seconds=seconds)
    allowance = Allowance.of_window("x", calls=calls, window=window)
    # The places as they are handed out to somebody who always wants one.
    starts = [max(0, n - allowance.burst + 1) * allowance.step for n in range(3 * calls)]
    assert all(before <= after for before, after in pairwise(starts))
    for first in range(len(starts) - max(calls, 2)):
        assert starts[first + max(calls, 2)] - starts[first] >= window
