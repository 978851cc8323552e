"""What people read: lists, details and counts of one tenant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.contract.postgres.samples import (
    OTHER,
    RESULT_TYPES,
    SENT_AT,
    TENANT,
    arrival,
    draft,
    entry,
    valid,
)

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.run import DeadLetterState, RunStatus, StepStatus
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, RunId


@pytest.fixture
def reads(database: Database, vault: Vault) -> PgReadModel:
    return PgReadModel(database, vault, RESULT_TYPES)


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


async def test_drafts_are_listed_newest_first_with_their_latest_decision(
    reads: PgReadModel, work: PgUnitOfWork
) -> None:
    made = [
        draft(f"r-{n}", created_at=SENT_AT + timedelta(minutes=n), status=status)
        for n, status in enumerate(
            [DraftStatus.PENDING_APPROVAL, DraftStatus.APPROVED, DraftStatus.PENDING_APPROVAL]
        )
    ]
    decisions = [
        Decision(
            id=new_id(),
            draft_id=made[1].id,
            content_hash=made[1].revision.content_hash,
            verdict=verdict,
            by="ops",
            at=SENT_AT,
        )
        for verdict in (Verdict.NEEDS_REVIEW, Verdict.APPROVED)
    ]
    async with work.begin(TENANT) as tx:
        for one in made:
            await tx.drafts.add(one)
        for decision in decisions:
            await tx.decisions.add(decision)
    listed = await reads.drafts(TENANT, limit=10)
    assert listed == ((made[2], None), (made[1], decisions[1]), (made[0], None))
    assert await reads.drafts(TENANT, limit=1, offset=1) == ((made[1], decisions[1]),)
    assert await reads.drafts(TENANT, statuses=[DraftStatus.APPROVED], limit=10) == (
        (made[1], decisions[1]),
    )
    named = await reads.named(TENANT, [made[1].id, DraftId(new_id()), made[0].id])
    assert named == ((made[1], decisions[1]), (made[0], None))
    assert await reads.drafts(OTHER, limit=10) == ()
    assert await reads.named(OTHER, [made[0].id]) == ()


async def test_details_show_all_that_belongs_together(
    reads: PgReadModel, work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    intake, journal = PgIntake(database, vault), PgJournal(database, vault, RESULT_TYPES)
    one = arrival()
    await intake.accept(one)
    (claimed,) = await journal.claim(None, 1)
    first = valid()
    gap = entry("find_assets", StepStatus.DEGRADED, gap="no files")
    await journal.append(claimed.lease, [first, gap])
    made = draft(claimed.run.id)
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(made)

    detail = await reads.draft(TENANT, made.id)
    assert detail.draft == made
    assert detail.revisions == (made.revision,)
    assert detail.decisions == ()
    assert detail.entries == (first, gap)
    assert detail.run.current_step == "resolve_contact"

    (summary,) = await reads.runs(TENANT, limit=10)
    assert (summary.done, summary.degraded, summary.draft_id) == (2, ("find_assets",), made.id)
    assert summary.run == detail.run
    assert summary.about == "Ada"

    await journal.bury(
        claimed.lease, step="decide", code="Rejected", error="no", attempts=4, parked=False
    )
    run = await reads.run(TENANT, claimed.run.id)
    assert run.submission == one.submission
    assert run.entries == (first, gap)
    assert run.draft_id == made.id
    (letter,) = run.dead_letters
    assert (letter.code, letter.step, run.run.status) == ("Rejected", "decide", RunStatus.FAILED)
    assert await reads.dead_letters(TENANT, state=DeadLetterState.OPEN, limit=10) == (letter,)
    assert await reads.dead_letters(TENANT, state=DeadLetterState.RESOLVED, limit=10) == ()
    for lookup in (
        reads.run(OTHER, claimed.run.id),
        reads.run(TENANT, RunId("none")),
        reads.draft(OTHER, made.id),
        reads.draft(TENANT, DraftId("none")),
    ):
        with pytest.raises(NotFound):
            await lookup
    await intake.close()
    await journal.close()


async def test_runs_are_listed_newest_first_by_state(
    reads: PgReadModel, database: Database, vault: Vault
) -> None:
    intake, journal = PgIntake(database, vault), PgJournal(database, vault, RESULT_TYPES)
    ids = [(await intake.accept(arrival())).run_id for _ in range(3)]
    (claimed,) = await journal.claim([ids[0]], 1)
    await journal.finish(claimed.lease, None)
    assert [row.run.id for row in await reads.runs(TENANT, limit=2)] == [ids[2], ids[1]]
    assert [row.run.id for row in await reads.runs(TENANT, limit=2, offset=2)] == [ids[0]]
    done = await reads.runs(TENANT, statuses=[RunStatus.COMPLETED, RunStatus.FAILED], limit=9)
    assert [row.run.id for row in done] == [ids[0]]
    await intake.close()
    await journal.close()


async def test_counts_are_this_tenants(
    reads: PgReadModel, work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    nothing = await reads.queue_status(TENANT)
    assert (nothing.runs, nothing.drafts, nothing.due) == ({}, {}, 0)
    assert nothing.oldest_due_age is None
    assert nothing.oldest_pending_age is None
    intake, journal = PgIntake(database, vault), PgJournal(database, vault, RESULT_TYPES)
    for tenant in (TENANT, TENANT, OTHER):
        await intake.accept(arrival(tenant=tenant))
    (claimed,) = await journal.claim(None, 1)
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(draft(claimed.run.id))
    status = await reads.queue_status(TENANT)
    assert status.runs == {"processing": 1, "triggered": 1}
    assert status.drafts == {"pending_approval": 1}
    assert status.due == 1
    assert status.oldest_due_age is not None
    assert 0 <= status.oldest_due_age < 60
    assert status.oldest_pending_age is not None
    assert (status.dead_letters_open, status.crm_events_waiting) == (0, 0)
    await intake.close()
    await journal.close()
