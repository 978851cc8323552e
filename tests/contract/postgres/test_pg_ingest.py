"""Intake over a real database: durable, once, whatever arrives together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, SENT_AT, TENANT, arrival

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import RunId, TenantId


@pytest.fixture
async def intake(database: Database, vault: Vault) -> AsyncIterator[PgIntake]:
    intake = PgIntake(database, vault)
    yield intake
    await intake.close()


async def count(database: Database, table: str) -> int:
    async with database.across_tenants() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def test_a_submission_and_its_run_are_stored(intake: PgIntake, database: Database) -> None:
    one = arrival()
    receipt = await intake.accept(one)
    assert receipt.accepted
    assert (receipt.submission_id, receipt.run_id) == (one.submission.id, one.run_id)
    assert await count(database, "submissions") == await count(database, "runs") == 1


async def test_the_same_delivery_again_gets_the_first_ones_ids(
    intake: PgIntake, database: Database
) -> None:
    first = await intake.accept(arrival(conversion="c-1"))
    again = await intake.accept(arrival(conversion="c-1"))
    assert not again.accepted
    assert (again.submission_id, again.run_id) == (first.submission_id, first.run_id)
    assert await count(database, "runs") == 1


@pytest.mark.parametrize("conversion", ["c-1", None])
async def test_a_hundred_at_once_are_one(
    database: Database, vault: Vault, conversion: str | None
) -> None:
    """Two processes' worth of intakes, so that the database has to decide too."""
    doors = [PgIntake(database, vault) for _ in range(4)]
    receipts = await asyncio.gather(
        *(doors[number % 4].accept(arrival(conversion=conversion)) for number in range(100))
    )
    assert sum(receipt.accepted for receipt in receipts) == 1
    assert len({receipt.run_id for receipt in receipts}) == 1
    assert await count(database, "submissions") == await count(database, "runs") == 1
    await asyncio.gather(*(door.close() for door in doors))


async def test_two_conversions_are_two_even_in_the_same_second(intake: PgIntake) -> None:
    receipts = await asyncio.gather(
        *(intake.accept(arrival(conversion=f"c-{number}")) for number in range(20))
    )
    assert all(receipt.accepted for receipt in receipts)


async def test_a_moment_joins_a_conversion_to_a_delivery_without_one(intake: PgIntake) -> None:
    bare = await intake.accept(arrival(conversion=None))
    named = await intake.accept(arrival(conversion="c-1"))
    assert not named.accepted
    assert named.run_id == bare.run_id


async def test_a_delivery_without_conversion_joins_any_of_its_moment(intake: PgIntake) -> None:
    named = await intake.accept(arrival(conversion="c-1"))
    bare = await intake.accept(arrival(conversion=None))
    assert not bare.accepted
    assert bare.run_id == named.run_id


async def test_another_second_is_another_submission(intake: PgIntake) -> None:
    first = await intake.accept(arrival(conversion=None))
    later = await intake.accept(
        arrival(conversion=None, submitted_at=SENT_AT + timedelta(seconds=1))
    )
    assert first.accepted
    assert later.accepted


async def test_named_and_bare_deliveries_of_one_moment_race_to_one_run(
    database: Database, vault: Vault
) -> None:
    doors = [PgIntake(database, vault) for _ in range(4)]
    for turn in range(10):
        moment = SENT_AT + timedelta(minutes=turn)
        kinds = (None, f"c-{turn}") * 4
        receipts = await asyncio.gather(
            *(
                doors[number % 4].accept(arrival(conversion=kind, submitted_at=moment))
                for number, kind in enumerate(kinds)
            )
        )
        assert sum(receipt.accepted for receipt in receipts) == 1
        assert len({receipt.run_id for receipt in receipts}) == 1
    await asyncio.gather(*(door.close() for door in doors))


async def test_content_alone_counts_for_some_days(intake: PgIntake, database: Database) -> None:
    first = await intake.accept(arrival(conversion=None, submitted_at=None, message="Hello"))
    again = await intake.accept(arrival(conversion=None, submitted_at=None, message="Hello"))
    other = await intake.accept(arrival(conversion=None, submitted_at=None, message="Good day"))
    assert [first.accepted, again.accepted, other.accepted] == [True, False, True]
    assert again.run_id == first.run_id
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE submissions SET stored_at = stored_at - interval '4 days 1 minute'")
        )
    late = await intake.accept(arrival(conversion=None, submitted_at=None, message="Hello"))
    assert late.accepted


async def test_content_races_to_one_run(database: Database, vault: Vault) -> None:
    doors = [PgIntake(database, vault) for _ in range(4)]
    receipts = await asyncio.gather(
        *(
            doors[number % 4].accept(arrival(conversion=None, submitted_at=None))
            for number in range(40)
        )
    )
    assert sum(receipt.accepted for receipt in receipts) == 1
    await asyncio.gather(*(door.close() for door in doors))


async def test_tenants_do_not_share_keys(intake: PgIntake) -> None:
    ours, theirs = await asyncio.gather(
        intake.accept(arrival(conversion="c-1")),
        intake.accept(arrival(conversion="c-1", tenant=OTHER)),
    )
    assert ours.accepted
    assert theirs.accepted


@pytest.mark.parametrize("tenant", ["", "*"])
async def test_no_one_can_write_as_all_tenants(intake: PgIntake, tenant: str) -> None:
    with pytest.raises(InvalidInput):
        await intake.accept(arrival(tenant=TenantId(tenant)))


@pytest.mark.parametrize(
    "odd", ["nul \0 in it", "lone \ud83d surrogate", "👩‍🚀 ﷽ \u202e", "x" * 5000, "a\nb"]
)
async def test_odd_text_is_stored_and_still_deduplicated(intake: PgIntake, odd: str) -> None:
    first = await intake.accept(arrival(conversion=odd, message=odd, email=f"{odd}@example.com"))
    again = await intake.accept(arrival(conversion=odd, message=odd, email=f"{odd}@example.com"))
    assert first.accepted
    assert not again.accepted
    assert again.run_id == first.run_id


async def test_the_bell_rings_once_per_commit_and_its_failure_harms_nothing(
    database: Database, vault: Vault
) -> None:
    rung: list[Sequence[RunId]] = []

    async def ring(run_ids: Sequence[RunId]) -> None:
        rung.append(run_ids)
        raise RuntimeError("the broker is down")

    intake = PgIntake(database, vault, ring)
    receipts = await asyncio.gather(*(intake.accept(arrival()) for _ in range(50)))
    await intake.close()
    assert {run for batch in rung for run in batch} == {receipt.run_id for receipt in receipts}
    assert len(rung) < 10


async def test_a_caller_that_stops_waiting_does_not_disturb_the_others(intake: PgIntake) -> None:
    impatient = asyncio.create_task(intake.accept(arrival()))
    patient = asyncio.create_task(intake.accept(arrival()))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).accepted
    assert (await intake.accept(arrival(tenant=TENANT))).accepted
