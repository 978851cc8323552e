"""What is past its time goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES, TENANT, arrival, valid

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.retention import PgRetention
from salesagent_adapters.postgres.rows import read_submission
from salesagent_adapters.system.clock import SystemClock
from salesagent_core.domain.retention import STORES, Periods
from salesagent_core.use_cases.apply_retention import ApplyRetention


async def shift(database: Database, *statements: str) -> None:
    async with database.across_tenants() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_only_what_is_over_and_old_goes(database: Database, vault: Vault) -> None:
    intake, journal = PgIntake(database, vault), PgJournal(database, vault, RESULT_TYPES)
    for word in ("old", "open", "young"):
        await intake.accept(arrival(message=word, email=f"{word}@example.com"))
    for claimed in await journal.claim(None, 3):
        await journal.append(claimed.lease, [valid()])
        form = claimed.submission
        if form.message != "open":
            await journal.finish(claimed.lease, None)
    await intake.close()
    await journal.close()
    ago = "now() - interval '91 days'"
    dead = (
        "INSERT INTO dead_letters (tenant_id, id, subject_kind, subject_id, step, code, error,"
        " attempts, state, created_at, settled_at) VALUES ('default', '{}', 'run', 'r', 's', 'c',"
        " 'e', 1, 'x', now() - interval '900 days', {})"
    )
    await shift(
        database,
        f"UPDATE submissions SET received_at = {ago}",
        f"UPDATE runs SET finished_at = {ago} WHERE id = (SELECT run_id FROM submissions"
        " WHERE contact_index IS NOT NULL AND run_id IN (SELECT id FROM runs WHERE status ="
        " 'completed') ORDER BY id LIMIT 1)",
        dead.format("waits", "NULL"),
        dead.format("settled", "now() - interval '181 days'"),
        "INSERT INTO page_sessions (tenant_id, digest, key_id, created_at, expires_at, csrf)"
        " VALUES ('default', 'a', 'k', now(), now() - interval '2 days', 'c'),"
        " ('default', 'b', 'k', now(), now(), 'c')",
    )
    apply = ApplyRetention(PgRetention(database, vault), Periods(), SystemClock())
    wanted = dict.fromkeys(STORES, 0) | {
        "submissions": 1,
        "journals": 1,
        "dead_letters": 1,
        "sessions": 1,
    }
    assert {line.store: line.rows for line in await apply.due()} == wanted
    assert {line.store: line.rows for line in await apply()} == wanted
    assert {line.rows for line in await apply()} == {0}
    async with database.tenant(TENANT) as connection:
        forms = (await connection.execute(text("SELECT * FROM submissions ORDER BY id"))).all()
        left = (await connection.execute(text("SELECT id FROM dead_letters"))).scalars().all()
    assert left == ["waits"]
    read = [read_submission(vault, row.tenant_id, row.id, row.sealed) for row in forms]
    assert sorted(str(form.email) for form in read) == [
        "None",
        "open@example.com",
        "young@example.com",
    ]


async def test_a_period_is_the_settings(database: Database, vault: Vault) -> None:
    store = PgRetention(database, vault)
    await shift(
        database,
        "INSERT INTO memories (tenant_id, id, contact_index, sent_at) VALUES"
        " ('default', '1', 'x', now() - interval '9 days'),"
        " ('default', '2', 'x', now() - interval '11 days')",
    )
    assert await store.overdue("memories", timedelta(days=10)) == 1
    assert await store.remove("memories", timedelta(days=10), 5) == 1
    assert await store.overdue("memories", timedelta(days=8)) == 1
