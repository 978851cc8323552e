"""A database that goes away: told as such, nothing half done, and back without a restart."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import make_url, text
from tests.contract.postgres.samples import RESULT_TYPES, TENANT, arrival, draft, entry, valid
from tests.databases import administer

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.group_commit import Connection, Line
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.errors import Conflict, Unavailable


def cut_all(url: str) -> None:
    """End every other connection to this database, as a restart of the server would."""
    name = make_url(url).database
    administer(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND pid <> pg_backend_pid()",
    )


async def test_idle_connections_that_were_cut_are_replaced_unseen(
    database: Database, database_url: str, vault: Vault
) -> None:
    intake = PgIntake(database, vault)
    journal = PgJournal(database, vault, RESULT_TYPES)
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    await intake.accept(arrival())
    (claimed,) = await journal.claim(None, 1)
    for step in ("validate_submission", "score_fit", "decide"):
        cut_all(database_url)
        await asyncio.sleep(0.05)
        assert (await intake.accept(arrival())).accepted
        await journal.append(claimed.lease, [entry(step)])
        async with work.begin(TENANT) as tx:
            await tx.runs.get(claimed.run.id)
        await database.ping()
    await intake.close()
    await journal.close()


async def test_a_transaction_cut_midway_is_unavailable_and_leaves_nothing(
    database: Database, database_url: str, vault: Vault
) -> None:
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    one = draft("r-1")

    async def add_and_be_cut() -> None:
        async with work.begin(TENANT) as tx:
            await tx.drafts.add(one)
            await asyncio.to_thread(cut_all, database_url)

    with pytest.raises(Unavailable):
        await add_and_be_cut()
    async with work.begin(TENANT) as tx:
        assert await tx.drafts.by_run(one.run_id) is None
        await tx.drafts.add(one)
    async with work.begin(TENANT) as tx:
        assert await tx.drafts.get(one.id) == one


async def test_a_lost_commit_is_never_taken_for_either(
    database: Database, database_url: str
) -> None:
    line = Line(database)

    async def work(connection: Connection) -> None:
        await (await connection.execute("SELECT 1")).fetchall()
        await asyncio.to_thread(cut_all, database_url)

    with pytest.raises(Unavailable):
        await line.transaction(work)
    tries = []

    async def cut_once(connection: Connection) -> int:
        tries.append(1)
        if len(tries) == 1:
            await asyncio.to_thread(cut_all, database_url)
        row = await (await connection.execute("SELECT 42")).fetchone()
        assert row is not None
        return int(row[0])

    assert await line.transaction(cut_once) == 42
    assert len(tries) == 2
    await line.close()


async def test_deliveries_during_an_outage_are_refused_and_accepted_after_it(
    pg_url: str, database_url: str, vault: Vault
) -> None:
    name = make_url(database_url).database
    database = Database(database_url)
    intake = PgIntake(database, vault)
    administer(pg_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    try:
        outcomes = await asyncio.gather(
            *(intake.accept(arrival(conversion=f"c-{number}")) for number in range(20)),
            return_exceptions=True,
        )
        assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
        with pytest.raises(Unavailable):
            await database.ping()
    finally:
        administer(pg_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    receipts = await asyncio.gather(
        *(intake.accept(arrival(conversion=f"c-{number}")) for number in range(20))
    )
    assert all(receipt.accepted for receipt in receipts)
    await intake.close()
    await database.close()


async def test_cuts_under_load_lose_nothing_that_was_confirmed(
    database: Database, database_url: str, vault: Vault
) -> None:
    intake = PgIntake(database, vault)
    confirmed: list[str] = []

    async def deliver(number: int) -> None:
        while True:
            try:
                receipt = await intake.accept(arrival(conversion=f"c-{number}"))
            except Unavailable:
                await asyncio.sleep(0.01)
                continue
            confirmed.append(receipt.run_id)
            return

    async def cut() -> None:
        for _ in range(5):
            await asyncio.sleep(0.03)
            await asyncio.to_thread(cut_all, database_url)

    await asyncio.gather(cut(), *(deliver(number) for number in range(300)))
    await intake.close()
    async with database.across_tenants() as connection:
        stored = (await connection.execute(text("SELECT id FROM runs"))).scalars().all()
    assert sorted(stored) == sorted(confirmed)
    assert len(stored) == 300


async def test_errors_never_repeat_what_was_stored(database: Database) -> None:
    line = Line(database)
    secret = "planted-needle"

    async def twice(connection: Connection) -> None:
        for _ in range(2):
            await connection.execute(
                b"INSERT INTO runs (tenant_id, id, submission_id, status)"
                b" VALUES ('default', %s, 's', 'triggered')",
                (secret,),
            )

    with pytest.raises(Conflict) as caught:
        await line.transaction(twice)
    chain: list[BaseException] = [caught.value]
    while (previous := chain[-1].__context__) is not None:
        chain.append(previous)
    assert all(secret not in str(error) for error in chain)
    await line.close()


async def test_a_failed_block_rolls_everything_back(database: Database, vault: Vault) -> None:
    work = PgUnitOfWork(database, vault, RESULT_TYPES)

    async def add_and_fail() -> None:
        async with work.begin(TENANT) as tx:
            await tx.drafts.add(draft("r-1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await add_and_fail()
    async with work.begin(TENANT) as tx:
        assert await tx.drafts.by_run(draft("r-1").run_id) is None


async def test_a_step_recorded_in_a_transaction_goes_with_it(
    database: Database, vault: Vault
) -> None:
    intake = PgIntake(database, vault)
    journal = PgJournal(database, vault, RESULT_TYPES)
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    await intake.accept(arrival())
    (claimed,) = await journal.claim(None, 1)

    async def record_and_fail() -> None:
        async with work.begin(TENANT) as tx:
            await tx.record(claimed.lease, [valid()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record_and_fail()
    step = entry("decide")
    async with work.begin(TENANT) as tx:
        await tx.record(claimed.lease, [step])
        await tx.record(claimed.lease, [step])
    await journal.release(claimed.lease)
    (again,) = await journal.claim(None, 1)
    assert again.entries == (step,)
    await intake.close()
    await journal.close()
