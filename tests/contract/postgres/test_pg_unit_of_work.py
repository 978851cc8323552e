"""Drafts, decisions and dead letters in one tenant's transactions."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import (
    RESULT_TYPES,
    SENT_AT,
    TENANT,
    arrival,
    draft,
    revision,
)

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.draft_sync import PgDraftSyncs
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.approval import Decision, DecisionInput, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus, MailboxDraft, revise
from salesagent_core.domain.run import DeadLetterState, Redraft
from salesagent_core.errors import Conflict, LeaseLost, NotFound, Reason
from salesagent_core.ids import DraftId, RunId
from salesagent_core.ports.job_queue import Topic


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


@pytest.fixture
def syncs(database: Database, vault: Vault) -> PgDraftSyncs:
    return PgDraftSyncs(database, vault)


async def stored(work: PgUnitOfWork, one: Draft) -> Draft:
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(one)
    return one


async def edited(work: PgUnitOfWork, one: Draft, body: str) -> Draft:
    async with work.begin(TENANT) as tx:
        now = await tx.drafts.get(one.id, lock=True)
        next_one = revision(now.revision.number + 1, body)
        changed = revise(now, next_one, datetime.now(UTC))
        await tx.drafts.save(changed)
    return changed


async def letters(database: Database) -> list[str]:
    async with database.across_tenants() as connection:
        return list((await connection.execute(text("SELECT id FROM dead_letters"))).scalars())


async def test_a_draft_comes_back_as_it_was(work: PgUnitOfWork) -> None:
    one = await stored(work, draft("r-1"))
    async with work.begin(TENANT) as tx:
        assert await tx.drafts.get(one.id) == one
        assert await tx.drafts.by_run(one.run_id, lock=True) == one
        assert await tx.drafts.by_run(RunId("r-2")) is None
        assert await tx.drafts.revisions(one.id) == (one.revision,)
        with pytest.raises(NotFound):
            await tx.drafts.get(DraftId("no\0ne"))


async def test_a_run_has_one_draft(work: PgUnitOfWork) -> None:
    await stored(work, draft("r-1"))
    with pytest.raises(Conflict):
        await stored(work, draft("r-1"))


async def test_every_edit_is_a_revision(work: PgUnitOfWork) -> None:
    one = await stored(work, draft("r-1"))
    second = await edited(work, one, "Shorter.")
    async with work.begin(TENANT) as tx:
        assert await tx.drafts.get(one.id) == second
        assert await tx.drafts.revisions(one.id) == (one.revision, second.revision)


async def test_two_edits_at_once_come_one_after_the_other(work: PgUnitOfWork) -> None:
    one = await stored(work, draft("r-1"))
    await asyncio.gather(*(edited(work, one, f"Version of {who}") for who in "abcde"))
    async with work.begin(TENANT) as tx:
        assert [each.number for each in await tx.drafts.revisions(one.id)] == [1, 2, 3, 4, 5, 6]


async def test_saving_a_draft_that_is_not_there(work: PgUnitOfWork) -> None:
    async with work.begin(TENANT) as tx:
        with pytest.raises(NotFound):
            await tx.drafts.save(draft("r-1"))


async def test_decisions_are_kept_in_order_with_what_they_saw(work: PgUnitOfWork) -> None:
    one = await stored(work, draft("r-1"))
    made = tuple(
        Decision(
            id=new_id(),
            draft_id=one.id,
            content_hash=one.revision.content_hash,
            verdict=verdict,
            by="rule:high_icp",
            at=SENT_AT,
            reasons=(Reason(code="icp", sentence="fits"),),
            confidence=0.85,
            inputs=(
                DecisionInput(name="fit", value=0.9),
                DecisionInput(name="title", value="VP"),
                DecisionInput(name="verified", value=True),
                DecisionInput(name="segment", value=None),
            ),
        )
        for verdict in (Verdict.NEEDS_REVIEW, Verdict.APPROVED)
    )
    async with work.begin(TENANT) as tx:
        for decision in made:
            await tx.decisions.add(decision)
    async with work.begin(TENANT) as tx:
        assert await tx.decisions.of_draft(one.id) == made


async def test_a_draft_level_with_its_mailbox_is_not_claimed(
    work: PgUnitOfWork, syncs: PgDraftSyncs, database: Database
) -> None:
    await stored(work, draft("r-1"))
    await stored(work, draft("r-2", held=None))
    await stored(work, draft("r-3", held="older", status=DraftStatus.REJECTED))
    assert await syncs.claim(None, 10) == ()
    assert await PgBacklog(database).due(Topic.DRAFT_SYNC, 10) == ()


async def test_a_draft_that_is_behind_is_levelled_once(
    work: PgUnitOfWork, syncs: PgDraftSyncs, database: Database
) -> None:
    one = await stored(work, draft("r-1"))
    changed = await edited(work, one, "Shorter.")
    backlog = PgBacklog(database)
    assert await backlog.due(Topic.DRAFT_SYNC, 10) == (one.id,)
    assert await syncs.claim([DraftId("other")], 10) == ()
    (claimed,) = await syncs.claim([one.id], 10)
    assert claimed.draft == changed
    assert await syncs.claim(None, 10) == ()
    handle = attrs.evolve(_handle(one), message_id="m2", content_hash=changed.revision.content_hash)
    await syncs.record(claimed, handle)
    async with work.begin(TENANT) as tx:
        assert (await tx.drafts.get(one.id)).in_mailbox == handle
    assert await syncs.claim(None, 10) == ()


async def test_an_edit_during_a_sync_stays_to_be_done(
    work: PgUnitOfWork, syncs: PgDraftSyncs
) -> None:
    one = await stored(work, draft("r-1"))
    second = await edited(work, one, "Shorter.")
    (claimed,) = await syncs.claim(None, 10)
    third = await edited(work, one, "Longer again.")
    handle = attrs.evolve(_handle(one), content_hash=second.revision.content_hash)
    await syncs.record(claimed, handle)
    (again,) = await syncs.claim(None, 10)
    assert again.draft.revision == third.revision
    assert again.draft.in_mailbox == handle


async def test_a_sync_taken_over_cannot_be_recorded(
    work: PgUnitOfWork, syncs: PgDraftSyncs, database: Database
) -> None:
    one = await stored(work, draft("r-1", held="older"))
    (stale,) = await syncs.claim(None, 10)
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE drafts SET sync_due_at = now()"))
    (owner,) = await syncs.claim(None, 10)
    with pytest.raises(LeaseLost):
        await syncs.record(stale, _handle(one))
    await syncs.postpone(stale, None, "gave up")
    assert await letters(database) == []
    await syncs.record(owner, _handle(one))


async def test_a_sync_that_gives_up_is_a_dead_letter_and_can_go_round_again(
    work: PgUnitOfWork, syncs: PgDraftSyncs, database: Database
) -> None:
    await stored(work, draft("r-1", held="older"))
    (claimed,) = await syncs.claim(None, 10)
    await syncs.postpone(claimed, timedelta(seconds=-1), "slow")
    (claimed,) = await syncs.claim(None, 10)
    assert claimed.attempt == 1
    await syncs.postpone(claimed, None, "the mailbox refuses it")
    assert await syncs.claim(None, 10) == ()
    (letter_id,) = await letters(database)
    async with work.begin(TENANT) as tx:
        letter = await tx.dead_letters.get(letter_id, lock=True)
        await tx.dead_letters.requeue(letter)
        await tx.dead_letters.save(
            attrs.evolve(letter, state=DeadLetterState.RETRIED, settled_by="ops", note="again")
        )
    async with work.begin(TENANT) as tx:
        letter = await tx.dead_letters.get(letter_id)
    assert (letter.subject_kind, letter.state, letter.note) == (
        "draft",
        DeadLetterState.RETRIED,
        "again",
    )
    (claimed,) = await syncs.claim(None, 10)
    assert claimed.attempt == 0


async def test_undecided_drafts_run_out_by_the_databases_time(
    work: PgUnitOfWork, database: Database
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=15)
    old = await stored(work, draft("r-1", created_at=long_ago))
    decided = await stored(work, draft("r-2", created_at=long_ago, status=DraftStatus.APPROVED))
    fresh = await stored(work, draft("r-3"))
    backlog = PgBacklog(database)
    assert await backlog.expire_drafts() == 1
    assert await backlog.expire_drafts() == 0
    async with work.begin(TENANT) as tx:
        states = [(await tx.drafts.get(one.id)).status for one in (old, decided, fresh)]
    assert states == [DraftStatus.EXPIRED, DraftStatus.APPROVED, DraftStatus.PENDING_APPROVAL]


async def test_a_completed_run_is_not_resumed_but_may_have_another_pass(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    intake, journal = PgIntake(database, vault), PgJournal(database, vault, RESULT_TYPES)
    await intake.accept(arrival())
    (claimed,) = await journal.claim(None, 1)
    await journal.finish(claimed.lease, None)
    async with work.begin(TENANT) as tx:
        with pytest.raises(Conflict):
            await tx.runs.resume(claimed.run.id)
        with pytest.raises(NotFound):
            await tx.runs.resume(RunId("none"))
        redraft = Redraft(instruction="x", previous_subject="", previous_body="", asked_by="ops")
        again = await tx.runs.begin_pass(claimed.run.id, redraft)
        assert again.finished_at is None
        with pytest.raises(NotFound):
            await tx.runs.begin_pass(RunId("none"), redraft)
    await intake.close()
    await journal.close()


def _handle(one: Draft) -> MailboxDraft:
    assert one.in_mailbox is not None
    return one.in_mailbox
