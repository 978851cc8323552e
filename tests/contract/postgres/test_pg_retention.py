"""What is past its time goes, and nothing else."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES, TENANT, arrival, valid

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.retention import PgRetention
from salesagent_adapters.postgres.retention_terms import KEPT, termed
from salesagent_adapters.postgres.rows import read_submission
from salesagent_adapters.postgres.tables import metadata
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.retention import STORES, Periods
from salesagent_core.domain.sending.attempt import HOLDS_SLOT, AttemptStatus
from salesagent_core.errors import Unavailable
from salesagent_core.ports.retention import Removed
from salesagent_core.use_cases.apply_retention import BATCH, BATCHES, ApplyRetention, Told


async def shift(database: Database, *statements: str) -> None:
    async with database.across_tenants() as connection:
        for statement in statements:
            await connection.execute(text(statement))


def retention(
    database: Database, vault: Vault, told: Told | None = None, **days: int
) -> ApplyRetention:
    clock = SystemClock()
    return ApplyRetention(
        PgRetention(database, vault),
        Periods(**days),
        clock,
        work=PgUnitOfWork(database, vault, RESULT_TYPES),
        ids=RandomIds(clock),
        told=told,
    )


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
    told: list[tuple[str, int]] = []
    apply = retention(database, vault, lambda store, rows, _: told.append((store, rows)))
    wanted = dict.fromkeys(STORES, 0) | {
        "submissions": 1,
        "journals": 1,
        "dead_letters": 1,
        "sessions": 1,
    }
    assert {line.store: line.rows for line in await apply.due()} == wanted
    assert {line.store: line.rows for line in await apply(by="cli:me")} == wanted
    assert dict(told) == wanted
    assert {line.rows for line in await apply()} == {0}
    async with database.tenant(TENANT) as connection:
        written = await connection.execute(text("SELECT actor, action, detail FROM audit"))
        (row,) = written.all()
    assert (row.actor, row.action) == ("cli:me", "retention.applied")
    assert ["submissions", "1, kept for 90 days"] in row.detail
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
    assert (await store.remove("memories", timedelta(days=10), 5)).rows == {TENANT: 1}
    assert await store.overdue("memories", timedelta(days=8)) == 1


class Falls(PgRetention):
    """A database that goes away in the middle."""

    left = 3

    async def remove(self, store: str, period: timedelta, limit: int) -> Removed:
        if store == "dead_letters":
            self.left -= 1
            if self.left < 0:
                raise Unavailable("the database went away")
        return await super().remove(store, period, limit)


async def test_what_is_stopped_or_is_too_much_for_one_go_goes_on(
    database: Database, vault: Vault
) -> None:
    rows = BATCH * BATCHES + 3 * BATCH + 10
    await shift(
        database,
        "INSERT INTO notices (tenant_id, id, kind, subject, opened_at, closed_at)"
        " SELECT 'default', n, 'queue_old', n, now(), now() - interval '200 days'"
        f" FROM generate_series(1, {rows}) AS n",
    )
    clock = SystemClock()
    work, ids = PgUnitOfWork(database, vault, RESULT_TYPES), RandomIds(clock)
    falls = ApplyRetention(Falls(database, vault), Periods(), clock, work=work, ids=ids)
    with pytest.raises(Unavailable):
        await falls()
    # A worker's goes are short, and follow one another until nothing is left.
    worker = retention(database, vault)
    for still in (10, 0, 0):
        await worker.hourly()
        assert len(await left(database, "id", "notices")) == still
    async with database.tenant(TENANT) as connection:
        told = await connection.execute(text("SELECT detail FROM audit ORDER BY seq"))
        said = [dict(row.detail)["dead_letters"] for row in told]
    assert [int(each.partition(",")[0]) for each in said] == [3 * BATCH, BATCH * BATCHES, 10]


def test_every_table_has_a_term_or_a_reason_to_have_none() -> None:
    tables = {table.name for table in metadata.sorted_tables}
    assert termed() - {"memory_vectors"} | KEPT.keys() == tables
    assert not termed() & KEPT.keys()


UNDECIDED = {
    DraftStatus.PENDING_APPROVAL,
    DraftStatus.SENDING,
    DraftStatus.DELIVERY_UNKNOWN,
    DraftStatus.NEEDS_OPERATOR,
}


@attrs.frozen
class Case:
    """A draft with its attempt, its run and a dead letter, each in one of its states."""

    status: DraftStatus
    attempt: AttemptStatus | None
    run_over: bool
    letter_open: bool
    days: int

    @property
    def id(self) -> str:
        return "-".join(str(part) for part in attrs.astuple(self))

    @property
    def may_go(self) -> bool:
        waits = self.status in UNDECIDED or self.attempt in HOLDS_SLOT
        return self.days > 90 and self.run_over and not self.letter_open and not waits


CASES = [
    Case(*each)
    for each in itertools.product(
        DraftStatus, (None, *AttemptStatus), (True, False), (True, False), (89, 91)
    )
]
_DRAFT = """
INSERT INTO drafts (tenant_id, id, run_id, submission_id, status, tier, fit_score, revenue, urgency,
  strategic, effort, adjustment, degraded, revision_number, content_hash, contact_index,
  submitted_at, created_at, updated_at, expires_at, sealed, voice_index, edit_similarity)
VALUES (:tenant, :id, 'run ' || :id, 'form ' || :id, :status, 'warm', 0, 0, 0, 0, 0, 0, false, 1,
  'hash', 'somebody', now(), now(), now() - :age, now(), 'x', 'a voice', 0.5)
"""
_OF_DRAFT = (
    "INSERT INTO runs (tenant_id, id, submission_id, status, finished_at) VALUES"
    " (:tenant, 'run ' || :id, 'form ' || :id, :run, CASE WHEN :over THEN now() - :age END)",
    "INSERT INTO submissions (tenant_id, id, run_id, source, received_at, contact_index, sealed)"
    " VALUES (:tenant, 'form ' || :id, 'run ' || :id, 'form', now() - :age, 'somebody', 'x')",
    "INSERT INTO journal (tenant_id, run_id, pass_number, step, status, started_at, finished_at)"
    " VALUES (:tenant, 'run ' || :id, 1, 'decide', 'done', now(), now())",
    "INSERT INTO revisions (tenant_id, draft_id, number, content_hash, author, created_at, sealed)"
    " VALUES (:tenant, :id, 1, 'hash', 'writer', now(), 'x')",
    "INSERT INTO decisions (tenant_id, id, draft_id, content_hash, verdict, decided_by, decided_at,"
    " sealed) VALUES (:tenant, :id, :id, 'hash', 'approved', 'o', now(), 'x')",
    "INSERT INTO sent_mails (tenant_id, draft_id, contact_index, mailbox_index, thread_index, tier,"
    " automatic, language, local_hour, sent_at)"
    " VALUES (:tenant, :id, 'somebody', 'm', 't', 'warm', false, 'en', 9, now() - :age)",
)
_ATTEMPT = (
    "INSERT INTO send_attempts (tenant_id, id, draft_id, content_hash, status, created_at,"
    " updated_at, sealed) VALUES (:tenant, 'a ' || :id, :id, 'hash', :attempt, now(), now(), 'x')",
    "INSERT INTO send_slots (tenant_id, attempt_id, contact_index, mailbox_index, settled_at)"
    " VALUES (:tenant, 'a ' || :id, 'somebody', 'm', now() - :age)",
)
_LETTER = (
    "INSERT INTO dead_letters (tenant_id, id, subject_kind, subject_id, step, code, error,"
    " attempts, state) VALUES (:tenant, :id, 'send', :about, 's', 'c', 'e', 1, 'open')"
)


async def lay(database: Database, tenant: str, cases: list[Case]) -> None:
    """All of it at once: a hundred statements a second would be slow."""
    rows = [
        {
            "tenant": tenant,
            "id": case.id,
            "status": case.status.value,
            "attempt": case.attempt and case.attempt.value,
            "run": "completed" if case.run_over else "processing",
            "over": case.run_over,
            "age": timedelta(days=case.days),
            # A letter is about the draft, or about its attempt.
            "about": f"a {case.id}" if case.attempt else case.id,
            "letter": case.letter_open,
        }
        for case in cases
    ]
    async with database.across_tenants() as connection:
        for statement in (_DRAFT, *_OF_DRAFT):
            await connection.execute(text(statement), rows)
        for statement in _ATTEMPT:
            await connection.execute(text(statement), [row for row in rows if row["attempt"]])
        await connection.execute(text(_LETTER), [row for row in rows if row["letter"]])


async def left(database: Database, column: str, table: str, tenant: str = TENANT) -> set[str]:
    statement = f"SELECT {column} FROM {table} WHERE tenant_id = :tenant"
    async with database.across_tenants() as connection:
        return set((await connection.execute(text(statement), {"tenant": tenant})).scalars())


async def test_a_draft_goes_with_all_that_is_its_own_and_only_when_nothing_waits(
    database: Database, vault: Vault
) -> None:
    """Every state of a draft, with every state of its attempt, run and dead letter, old and young;
    two workers and a person at the command line do it at once."""
    await lay(database, TENANT, CASES)
    await lay(database, "other", CASES[:20])
    stays = {case.id for case in CASES if not case.may_go}
    assert 0 < len(CASES) - len(stays) < 60
    # Another worker has one in hand: it is passed over, and goes the next time.
    busy = next(case.id for case in CASES if case.may_go)
    async with database.across_tenants() as connection:
        lock = text("SELECT FROM drafts WHERE tenant_id = 'default' AND id = :id FOR UPDATE")
        await connection.execute(lock, {"id": busy})
        many = [retention(database, vault) for _ in range(3)]
        await asyncio.gather(*(each() for each in many))
        async with database.across_tenants() as other:
            found = await other.execute(text("SELECT id FROM drafts WHERE tenant_id = 'default'"))
            assert set(found.scalars()) == stays | {busy}
    await retention(database, vault)()
    for column, table in (
        ("id", "drafts"),
        ("draft_id", "revisions"),
        ("draft_id", "decisions"),
    ):
        assert await left(database, column, table) == stays, table
    with_attempt = {case.id for case in CASES if case.attempt and not case.may_go}
    assert await left(database, "draft_id", "send_attempts") == with_attempt
    assert await left(database, "attempt_id", "send_slots") == {f"a {i}" for i in with_attempt}
    # What analysis counts stays, and knows by itself what it asked the draft for.
    async with database.tenant(TENANT) as connection:
        rows = await connection.execute(
            text("SELECT draft_id, voice_index, edit_similarity FROM sent_mails")
        )
        figures = {row.draft_id: (row.voice_index, row.edit_similarity) for row in rows}
    assert figures.keys() == {case.id for case in CASES}
    assert all(figures[case.id] == ("a voice", 0.5) for case in CASES if case.may_go)
    # Runs and forms of the undecided keep what the decision needs.
    undecided = {
        case.id for case in CASES if case.status in UNDECIDED or case.attempt in HOLDS_SLOT
    }
    assert await left(database, "run_id", "journal") >= {f"run {each}" for each in undecided}
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE runs SET finished_at = finished_at - interval '1 year'")
        )
    await retention(database, vault)()
    held = {f"run {case.id}" for case in CASES if not case.may_go}
    assert await left(database, "id", "runs") == held
    assert await left(database, "run_id", "submissions") == held
