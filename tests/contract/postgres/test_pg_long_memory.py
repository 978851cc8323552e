"""Long memory in the database: mails that went out are remembered, and only once; and what a
server without pgvector does."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text
from tests.contract.postgres.samples import EMAIL, OTHER, SENT_AT, TENANT
from tests.databases import administer, with_database
from tests.sending_stage import Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.embedder import MemoryEmbedder
from salesagent_adapters.memory.faults import Faults
from salesagent_adapters.postgres import migrate, vectors
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.long_memory import PgLongMemory, PgUnrememberedSends
from salesagent_core.errors import NeedsReauth, Rejected, SalesAgentError, Unavailable
from salesagent_core.ports.memory import SentMemory
from salesagent_core.use_cases.remember_sent import MAX_REFUSALS, RememberSent

pytestmark = pytest.mark.database


class Remembered:
    """A stage of sending, and what remembers its mails."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.stage = Stage(database, vault)
        self.faults = Faults()
        self.memory = PgLongMemory(
            database, vault, MemoryEmbedder(self.faults), min_similarity=0.05
        )
        self.sends = PgUnrememberedSends(database, vault)
        self.remember = RememberSent(self.sends, self.stage.work, self.memory)

    async def sends_one(self) -> tuple[str, str]:
        """A mail goes out; the attempt's id and the mail's text."""
        made, attempt = await self.stage.scheduled()
        assert await self.stage.send([attempt.id]) == 1
        return attempt.id, made.revision.body

    async def recalled(self, text_: str) -> list[tuple[str, str]]:
        found = await self.memory.recall(TENANT, text=text_, email=EMAIL, limit=5)
        return [(item.message_id, item.text) for item in found]

    async def due_again(self) -> None:
        async with self.database.across_tenants() as connection:
            statement = "UPDATE memories SET due_at = now() WHERE due_at IS NOT NULL"
            await connection.execute(text(statement))

    async def rows(self) -> list[tuple[str, bool, bool]]:
        """Contact, whether sealed, whether due; of every memory."""
        async with self.database.across_tenants() as connection:
            statement = "SELECT contact_index, sealed IS NOT NULL, due_at IS NOT NULL FROM memories"
            return [tuple(row) for row in (await connection.execute(text(statement))).all()]


@pytest.fixture
def remembered(vector_database: Database, vault: Vault) -> Remembered:
    return Remembered(vector_database, vault)


async def test_a_mail_that_went_out_is_remembered_once(remembered: Remembered) -> None:
    id_, body = await remembered.sends_one()
    assert await remembered.remember() == 1
    assert await remembered.remember() == 0
    assert await remembered.recalled(body) == [(id_, body)]


async def test_what_did_not_go_out_is_not_remembered(remembered: Remembered) -> None:
    await remembered.stage.scheduled()
    assert await remembered.remember() == 0
    assert await remembered.rows() == []


@pytest.mark.parametrize("error", [Unavailable("down"), NeedsReauth("no key")])
async def test_what_cannot_be_remembered_now_is_tried_again(
    remembered: Remembered, error: SalesAgentError
) -> None:
    id_, body = await remembered.sends_one()
    remembered.faults.fail("embedder.embed", error, times=5)
    for _ in range(5):
        assert await remembered.remember() == 0
        assert await remembered.remember() == 0, "it waits for its time"
        await remembered.due_again()
    assert await remembered.remember() == 1
    assert await remembered.recalled(body) == [(id_, body)]


async def test_what_is_refused_again_and_again_is_left_alone(remembered: Remembered) -> None:
    await remembered.sends_one()
    remembered.faults.fail("embedder.embed", Rejected("never"), times=None)
    for _ in range(MAX_REFUSALS):
        assert await remembered.remember() == 0
        await remembered.due_again()
    assert await remembered.rows() == [((await remembered.rows())[0][0], False, False)]


async def test_two_workers_do_not_remember_the_same_mail(remembered: Remembered) -> None:
    await remembered.sends_one()
    assert len(await remembered.sends.claim(10)) == 1
    assert list(await remembered.sends.claim(10)) == []


async def test_a_stale_worker_changes_nothing(remembered: Remembered) -> None:
    await remembered.sends_one()
    (stale,) = await remembered.sends.claim(10)
    await remembered.due_again()
    await remembered.sends.claim(10)
    await remembered.sends.postpone(stale, None)
    assert [row[2] for row in await remembered.rows()] == [True]


async def test_what_was_erased_while_it_waited_is_not_remembered(remembered: Remembered) -> None:
    _, body = await remembered.sends_one()
    await remembered.sends.claim(10)
    assert await remembered.memory.forget(TENANT, EMAIL) == 1
    assert await remembered.remember() == 0
    assert await remembered.recalled(body) == []
    assert await remembered.rows() == [("", False, False)]


async def test_erasing_leaves_no_vector_and_no_text(remembered: Remembered) -> None:
    await remembered.sends_one()
    await remembered.remember()
    await remembered.memory.forget(TENANT, EMAIL)
    async with remembered.database.across_tenants() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM memory_vectors")) == 0
    assert await remembered.rows() == [("", False, False)]


async def test_vectors_of_two_models_are_never_compared(
    vector_database: Database, vault: Vault
) -> None:
    small = PgLongMemory(vector_database, vault, MemoryEmbedder(dimension=64))
    large = PgLongMemory(vector_database, vault, MemoryEmbedder(dimension=128))
    other = PgLongMemory(vector_database, vault, MemoryEmbedder(dimension=64, model="other"))
    mail = SentMemory(id="m1", email=EMAIL, text="Routes and vans", sent_at=SENT_AT)
    await small.remember(TENANT, mail)
    assert len(await small.recall(TENANT, text=mail.text, email=EMAIL, limit=3)) == 1
    for stranger in (large, other):
        assert await stranger.recall(TENANT, text=mail.text, email=EMAIL, limit=3) == ()


async def test_a_tenant_sees_its_own_vectors_and_a_forgetful_connection_none(
    remembered: Remembered,
) -> None:
    for tenant in (TENANT, OTHER):
        mail = SentMemory(id="m1", email=EMAIL, text="Routes and vans", sent_at=SENT_AT)
        await remembered.memory.remember(tenant, mail)
    count = text("SELECT count(*) FROM memory_vectors")
    for tenant in (TENANT, OTHER):
        async with remembered.database.tenant(tenant) as connection:
            assert await connection.scalar(count) == 1
            theirs = text("UPDATE memory_vectors SET model = 'x' WHERE tenant_id <> :tenant")
            assert (await connection.execute(theirs, {"tenant": tenant})).rowcount == 0
    async with remembered.database.tenants.begin() as connection:
        assert await connection.scalar(count) == 0


async def test_nothing_of_a_person_stands_in_plain(remembered: Remembered) -> None:
    mail = SentMemory(id="m1", email=EMAIL, text="A planted needle", sent_at=SENT_AT)
    await remembered.memory.remember(TENANT, mail)
    async with remembered.database.across_tenants() as connection:
        rows = (await connection.execute(text("SELECT m::text AS whole FROM memories m"))).all()
    whole = " ".join(row.whole for row in rows)
    assert rows
    assert EMAIL not in whole
    assert b"needle".hex() not in whole


# --- without pgvector --------------------------------------------------------------------------


async def test_without_pgvector_everything_but_memory_works_and_says_why(
    vector_server: str, plain_database_url: str, vault: Vault
) -> None:
    database = Database(plain_database_url)
    memory = PgLongMemory(database, vault, MemoryEmbedder())
    try:
        assert migrate.current(plain_database_url) == migrate.newest()
        assert await memory.missing() == vectors.NOT_ALLOWED
        mail = SentMemory(id="m1", email=EMAIL, text="Routes", sent_at=SENT_AT)
        with pytest.raises(Unavailable, match="CREATE EXTENSION vector"):
            await memory.recall(TENANT, text="Routes", email=EMAIL, limit=3)
        with pytest.raises(Unavailable, match="pgvector"):
            await memory.remember(TENANT, mail)
        assert await memory.forget(TENANT, EMAIL) == 0
        # An administrator makes the extension, and the next migration makes the table.
        name = make_url(plain_database_url).database or ""
        administer(with_database(vector_server, name), "CREATE EXTENSION vector")
        assert await memory.missing() == vectors.NOT_MADE
        migrate.upgrade(plain_database_url)
        assert await memory.missing() is None
        await memory.remember(TENANT, mail)
        assert len(await memory.recall(TENANT, text="Routes", email=EMAIL, limit=3)) == 1
    finally:
        await database.close()
