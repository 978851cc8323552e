"""Keys over a real database: rotated while others write, and refused where they do not fit."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text, update
from tests.contract.postgres.samples import TENANT, draft

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.resealing import PgResealing
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.sealed_columns import uncovered
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_app.settings import SettingsError
from salesagent_app.vault_opening import open_vault
from salesagent_core.domain.draft import Draft
from salesagent_core.errors import Conflict, Rejected
from salesagent_core.ids import RunId
from salesagent_core.use_cases.rotate_keys import RotateKeys

OLD, NEW, OTHER = new_key(), new_key(), new_key()


async def put(database: Database, vault: Vault, count: int) -> list[Draft]:
    made = [draft(RunId(new_id())) for _ in range(count)]
    async with PgUnitOfWork(database, vault, {}).begin(TENANT) as tx:
        for each in made:
            await tx.drafts.add(each)
    return made


def rotation(database: Database, vault: Vault) -> RotateKeys:
    return RotateKeys(PgResealing(database, vault), vault)


def test_every_column_of_bytes_is_known_to_the_rotation() -> None:
    assert uncovered() == (), "name it in sealed_columns.SEALED, or among PLAIN_BYTES"


async def test_after_a_rotation_the_new_key_alone_reads_and_finds_everything(
    database: Database, database_url: str
) -> None:
    before = open_vault([OLD], database_url)
    made = await put(database, before, 205)
    during = open_vault([NEW, OLD], database_url)
    rotate = rotation(database, during)
    assert not (await rotate.look()).done

    # One row is held by somebody who then writes it with the old key; another cannot be opened.
    held = made[7]

    async def write_meanwhile() -> None:
        async with PgUnitOfWork(database, before, {}).begin(TENANT) as tx:
            await tx.drafts.save(await tx.drafts.get(held.id, lock=True))
            await asyncio.sleep(0.4)

    _, report = await asyncio.gather(write_meanwhile(), rotate())
    assert report.done
    drafts = next(each for each in report.columns if each.column == "drafts.sealed")
    assert (drafts.held, drafts.resealed) == (205, 205)
    assert sum(each.resealed for each in (await rotate()).columns) == 0

    after = open_vault([NEW], database_url)
    assert after.blind_index("x") == before.blind_index("x")
    async with PgUnitOfWork(database, after, {}).begin(TENANT) as tx:
        for each in made:
            assert (await tx.drafts.get(each.id)).revision == each.revision
    with pytest.raises(SettingsError):
        open_vault([OLD], database_url)


async def test_what_no_key_opens_is_counted_and_left_alone(
    database: Database, database_url: str
) -> None:
    vault = open_vault([OLD], database_url)
    broken, sound = await put(database, vault, 2)
    async with database.across_tenants() as connection:
        await connection.execute(
            update(tables.drafts)
            .where(tables.drafts.c.id == broken.id)
            .values(sealed=text("sealed || '\\x00'::bytea"))
        )
    report = await rotation(database, open_vault([NEW, OLD], database_url))()
    drafts = next(each for each in report.columns if each.column == "drafts.sealed")
    assert (drafts.resealed, drafts.unreadable, drafts.left) == (1, 1, 1)
    assert not report.done
    async with PgUnitOfWork(database, open_vault([NEW], database_url), {}).begin(TENANT) as tx:
        assert (await tx.drafts.get(sound.id)).id == sound.id
        with pytest.raises(Rejected):
            await tx.drafts.get(broken.id)


async def test_one_key_alone_is_no_rotation(database: Database, database_url: str) -> None:
    with pytest.raises(Conflict, match="only one key"):
        await rotation(database, open_vault([OLD], database_url))()


async def test_keys_that_do_not_fit_stop_start_up(database: Database, database_url: str) -> None:
    # Also where the database was written by a version that kept nothing about its keys.
    await put(database, Vault([OLD]), 1)
    for _ in range(2):
        with pytest.raises(SettingsError, match="none of these keys opens") as refused:
            open_vault([OTHER], database_url)
        assert OTHER not in str(refused.value)
        open_vault([OLD], database_url)


def test_a_database_of_an_older_schema_says_what_to_do(empty_database_url: str) -> None:
    with pytest.raises(Rejected, match="salesagent migrate"):
        open_vault([OLD], empty_database_url)
