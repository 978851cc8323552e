"""The journal over a real database: one owner at a time, and stale owners change nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT, arrival, entry, valid

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.run import JournalEntry, Lease, Redraft, RunStatus, StepStatus
from salesagent_core.errors import LeaseLost
from salesagent_core.ids import RunId
from salesagent_core.ports.journal import ClaimedRun


@pytest.fixture
async def intake(database: Database, vault: Vault) -> AsyncIterator[PgIntake]:
    intake = PgIntake(database, vault)
    yield intake
    await intake.close()


@pytest.fixture
async def journal(database: Database, vault: Vault) -> AsyncIterator[PgJournal]:
    journal = PgJournal(database, vault, RESULT_TYPES)
    yield journal
    await journal.close()


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


async def run_out(database: Database) -> None:
    """Let every lease end and every timer come, by the database's clock."""
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE runs SET due_at = now() - interval '1 s' WHERE due_at IS NOT NULL")
        )


async def claim_one(journal: PgJournal) -> ClaimedRun:
    (claimed,) = await journal.claim(None, 1)
    return claimed


async def test_a_claim_carries_all_that_is_committed(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    one = arrival()
    await intake.accept(one)
    claimed = await claim_one(journal)
    assert claimed.submission == one.submission
    assert claimed.run.status is RunStatus.PROCESSING
    assert claimed.entries == ()
    done = valid()
    gap = entry("find_assets", StepStatus.DEGRADED, gap="no files were looked for")
    await journal.append(claimed.lease, [done])
    await journal.append(claimed.lease, [gap])
    await run_out(database)
    again = await claim_one(journal)
    assert again.lease.token == claimed.lease.token + 1
    assert again.entries == (done, gap)


async def test_a_leased_run_is_not_claimed_again(intake: PgIntake, journal: PgJournal) -> None:
    receipt = await intake.accept(arrival())
    await claim_one(journal)
    assert await journal.claim(None, 10) == ()
    assert await journal.claim([receipt.run_id], 10) == ()


async def test_named_runs_only(intake: PgIntake, journal: PgJournal) -> None:
    await intake.accept(arrival())
    receipt = await intake.accept(arrival())
    claimed = await journal.claim([receipt.run_id, RunId("no such run")], 10)
    assert [one.run.id for one in claimed] == [receipt.run_id]
    assert await journal.claim([], 10) == ()


async def test_fifty_claimers_share_no_run(intake: PgIntake, journal: PgJournal) -> None:
    await asyncio.gather(*(intake.accept(arrival()) for _ in range(40)))
    claims = await asyncio.gather(*(journal.claim(None, 3) for _ in range(50)))
    claimed = [one.run.id for batch in claims for one in batch]
    assert len(claimed) == len(set(claimed)) == 40


async def test_a_stale_owner_changes_nothing(
    intake: PgIntake, journal: PgJournal, database: Database, work: PgUnitOfWork
) -> None:
    await intake.accept(arrival())
    stale = (await claim_one(journal)).lease
    await run_out(database)
    owner = (await claim_one(journal)).lease

    async def record() -> None:
        async with work.begin(TENANT) as tx:
            await tx.record(stale, [valid()])

    writes = (
        journal.append(stale, [valid()]),
        journal.append(stale, []),
        journal.finish(stale, None, [valid()]),
        journal.finish(stale, "broken"),
        journal.wait(stale, until=None, why="x", step="decide", attempt=1),
        journal.bury(stale, step="decide", code="x", error="x", attempts=4, parked=False),
        record(),
    )
    for write in writes:
        with pytest.raises(LeaseLost):
            await write
    await journal.release(stale)
    assert await journal.renew([stale]) == frozenset()
    assert await journal.renew([stale, owner]) == {owner.run_id}
    await journal.append(owner, [valid()])
    await run_out(database)
    last = await claim_one(journal)
    assert last.lease.token == owner.token + 1
    assert [one.step for one in last.entries] == ["validate_submission"]


@pytest.mark.parametrize("change", ["tenant_id", "pass_number", "token"])
async def test_a_lease_that_differs_anywhere_is_no_lease(
    intake: PgIntake, journal: PgJournal, change: str
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    values: dict[str, Any] = {"tenant_id": OTHER, "pass_number": 2, "token": lease.token + 1}
    with pytest.raises(LeaseLost):
        await journal.append(attrs.evolve(lease, **{change: values[change]}), [valid()])


async def test_one_lost_lease_does_not_spoil_the_batch(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await asyncio.gather(*(intake.accept(arrival()) for _ in range(20)))
    claimed = await journal.claim(None, 20)
    leases = [one.lease for one in claimed]
    leases[7] = attrs.evolve(leases[7], token=0)
    results = await asyncio.gather(
        *(journal.append(lease, [valid(), entry("score_fit")]) for lease in leases),
        return_exceptions=True,
    )
    assert [number for number, result in enumerate(results) if result is not None] == [7]
    assert isinstance(results[7], LeaseLost)
    async with database.across_tenants() as connection:
        count = await connection.execute(text("SELECT count(*) FROM journal"))
        assert count.scalar_one() == 38


async def test_the_same_append_again_changes_nothing(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    first = valid()
    await journal.append(lease, [first])
    await journal.append(lease, [valid("someone.else@example.com")])
    await run_out(database)
    assert (await claim_one(journal)).entries == (first,)


async def test_a_step_that_was_degraded_can_be_made_good(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.append(lease, [entry("create_crm_task", StepStatus.DEGRADED, gap="no task")])
    good = entry("create_crm_task")
    await journal.append(lease, [good])
    await run_out(database)
    assert (await claim_one(journal)).entries == (good,)


async def test_a_completed_run_is_over(
    intake: PgIntake, journal: PgJournal, database: Database, work: PgUnitOfWork
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.finish(lease, None, [entry("decide")])
    await run_out(database)
    assert await journal.claim(None, 10) == ()
    with pytest.raises(LeaseLost):
        await journal.append(lease, [valid()])
    async with work.begin(TENANT) as tx:
        run = await tx.runs.get(lease.run_id)
    assert run.status is RunStatus.COMPLETED
    assert run.finished_at is not None
    assert run.failure is None


async def test_a_failed_run_says_why(
    intake: PgIntake, journal: PgJournal, work: PgUnitOfWork
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.finish(lease, "the address is not one")
    async with work.begin(TENANT) as tx:
        run = await tx.runs.get(lease.run_id)
    assert (run.status, run.failure) == (RunStatus.FAILED, "the address is not one")


async def test_a_timed_wait_ends_by_itself(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    until = datetime.now(UTC) + timedelta(minutes=1)
    await journal.wait(lease, until=until, why="CRM is down", step="resolve_contact", attempt=1)
    assert await journal.claim(None, 10) == ()
    with pytest.raises(LeaseLost):
        await journal.append(lease, [valid()])
    await run_out(database)
    run = (await claim_one(journal)).run
    assert (run.attempt, run.current_step) == (1, "resolve_contact")


@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_worker_whose_clock_is_an_hour_off_waits_as_long_as_it_says(
    database: Database, vault: Vault, intake: PgIntake, off: timedelta
) -> None:
    await intake.accept(arrival())
    journal = PgJournal(database, vault, RESULT_TYPES, now=lambda: datetime.now(UTC) + off)
    lease = (await claim_one(journal)).lease
    until = datetime.now(UTC) + off + timedelta(seconds=30)
    await journal.wait(lease, until=until, why="CRM is down", step="resolve_contact", attempt=1)
    due = text("SELECT extract(epoch FROM due_at - now()) FROM runs WHERE id = :id")
    async with database.across_tenants() as connection:
        left = (await connection.execute(due, {"id": lease.run_id})).scalar_one()
    await journal.close()
    assert 20 < left <= 30


async def test_a_parked_run_waits_for_a_person(
    intake: PgIntake, journal: PgJournal, database: Database, work: PgUnitOfWork
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.wait(lease, until=None, why="reconnect", step="create_draft", attempt=2)
    await run_out(database)
    assert await journal.claim(None, 10) == ()
    async with work.begin(TENANT) as tx:
        resumed = await tx.runs.resume(lease.run_id)
    assert (resumed.status, resumed.attempt) == (RunStatus.TRIGGERED, 0)
    assert (await claim_one(journal)).run.id == lease.run_id


@pytest.mark.parametrize("parked", [False, True])
async def test_a_buried_run_is_in_the_dead_letters(
    intake: PgIntake, journal: PgJournal, work: PgUnitOfWork, database: Database, parked: bool
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.bury(
        lease, step="write_draft", code="UnusableOutput", error="refused", attempts=2, parked=parked
    )
    async with database.tenant(TENANT) as connection:
        letter_id = (await connection.execute(text("SELECT id FROM dead_letters"))).scalar_one()
    async with work.begin(TENANT) as tx:
        run = await tx.runs.get(lease.run_id)
        letter = await tx.dead_letters.get(letter_id)
    assert run.status is (RunStatus.WAITING if parked else RunStatus.FAILED)
    assert run.next_attempt_at is None
    assert (letter.subject_kind, letter.subject_id, letter.attempts) == ("run", run.id, 2)
    assert await journal.claim(None, 10) == ()


async def test_release_gives_the_run_to_anyone(intake: PgIntake, journal: PgJournal) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    await journal.append(lease, [valid()])
    await journal.release(lease)
    assert [one.step for one in (await claim_one(journal)).entries] == ["validate_submission"]


async def test_another_pass_carries_over_what_it_does_not_write_again(
    intake: PgIntake, journal: PgJournal, work: PgUnitOfWork
) -> None:
    await intake.accept(arrival())
    lease = (await claim_one(journal)).lease
    kept, rewritten = valid(), entry("write_draft")
    await journal.append(lease, [kept, rewritten, entry("decide")])
    redraft = Redraft(
        instruction="shorter", previous_subject="Hi", previous_body="Long", asked_by="ops"
    )
    async with work.begin(TENANT) as tx:
        run = await tx.runs.begin_pass(lease.run_id, redraft)
    assert (run.pass_number, run.status, run.redraft) == (2, RunStatus.TRIGGERED, redraft)
    with pytest.raises(LeaseLost):
        await journal.append(lease, [entry("score_fit")])
    again = await claim_one(journal)
    assert again.lease.pass_number == 2
    assert again.entries == (kept,)
    await journal.append(again.lease, [rewritten])


async def test_appends_of_many_runs_are_all_durable(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await asyncio.gather(*(intake.accept(arrival()) for _ in range(60)))
    claimed = await journal.claim(None, 60)
    steps = ("validate_submission", "resolve_contact", "score_fit")

    async def work_on(lease: Lease) -> None:
        for step in steps:
            await journal.append(lease, [entry(step)])

    await asyncio.gather(*(work_on(one.lease) for one in claimed))
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.across_tenants() as connection:
        rows = await connection.execute(
            text("SELECT run_id, count(*) AS steps FROM journal GROUP BY run_id")
        )
        assert {row.run_id: row.steps for row in rows} == {one.run.id: 3 for one in claimed}
    await other.close()


async def test_an_unreadable_run_is_buried_and_does_not_hold_up_the_others(
    intake: PgIntake, journal: PgJournal, database: Database, work: PgUnitOfWork
) -> None:
    bad = await intake.accept(arrival())
    good = await intake.accept(arrival())
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE submissions SET sealed = 'x' WHERE id = :id"), {"id": bad.submission_id}
        )
    claimed = await journal.claim(None, 10)
    assert [one.run.id for one in claimed] == [good.run_id]
    async with work.begin(TENANT) as tx:
        assert (await tx.runs.get(bad.run_id)).status is RunStatus.FAILED


async def test_results_written_before_a_deploy_are_read_after_it(
    intake: PgIntake, journal: PgJournal, database: Database, vault: Vault
) -> None:
    """A field that is gone is passed over, and one that is new takes its default."""

    @attrs.frozen(kw_only=True)
    class Newer:
        email: str
        colour: str = "blue"

    await intake.accept(arrival())
    await journal.append((await claim_one(journal)).lease, [valid(), entry("old_step", result=[1])])
    await run_out(database)
    newer = PgJournal(database, vault, {"validate_submission": Newer})
    first, second = (await claim_one(newer)).entries
    assert first.result == Newer(email="ada.tester@example.com")
    assert (second.step, second.result) == ("old_step", [1])
    await newer.close()


async def test_a_step_may_leave_nothing(
    intake: PgIntake, journal: PgJournal, database: Database
) -> None:
    await intake.accept(arrival())
    empty: JournalEntry = entry("score_fit")
    await journal.append((await claim_one(journal)).lease, [empty])
    await run_out(database)
    assert (await claim_one(journal)).entries == (empty,)
