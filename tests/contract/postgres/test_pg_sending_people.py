"""What people do between an approval and its send: they write back, change lists, give up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import TENANT
from tests.sending_stage import Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.draft import NEW_MAIL, DraftStatus
from salesagent_core.domain.sending.attempt import AttemptStatus
from salesagent_core.domain.sending.recipients import RuleKind
from salesagent_core.errors import Conflict, InvalidInput
from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter

LEAD = "ada.tester@example.com"
UNDO = timedelta(seconds=30)
SUBJECT = "Your question"


@pytest.fixture
def stage(database: Database, vault: Vault) -> Stage:
    return Stage(database, vault)


def they_wrote(stage: Stage, earlier: StoredMail | None = None) -> StoredMail:
    """A mail of theirs, in the thread of an earlier one."""
    return stage.mailbox.receive(
        sender=LEAD,
        subject=SUBJECT,
        text="Any news?",
        in_reply_to=earlier.message_id if earlier else None,
    )


# ---------------------------------------------------------------------------- they wrote again


async def test_new_mail_in_the_thread_sends_an_approved_draft_back_to_review(stage: Stage) -> None:
    first = they_wrote(stage)
    made, _ = await stage.scheduled(delay=UNDO, answering=first)
    they_wrote(stage, first)
    await stage.later(UNDO)
    assert await stage.send() == 1
    assert stage.sent(made) == []
    back = await stage.draft(made.id)
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert back.degraded[-1:] == (NEW_MAIL,)
    assert (await stage.attempt(made.id)).status is AttemptStatus.CANCELLED
    assert await stage.slots() == 0
    assert (await stage.actions(made.id))[-1] == "send.cancelled"


async def test_who_has_seen_the_mark_may_approve_all_the_same(stage: Stage) -> None:
    first = they_wrote(stage)
    made, _ = await stage.scheduled(answering=first)
    they_wrote(stage, first)
    await stage.send()
    again = await stage.approve(await stage.draft(made.id))
    hashed = again.revision.content_hash
    await stage.schedule.send_now(TENANT, made.id, content_hash=hashed, operator="o-2")
    await stage.send()
    assert len(stage.sent(made)) == 1


async def test_each_further_mail_makes_it_stale_again(stage: Stage) -> None:
    first = they_wrote(stage)
    made, _ = await stage.scheduled(answering=first)
    for _ in range(3):
        they_wrote(stage, first)
        await stage.send()
        back = await stage.draft(made.id)
        assert back.status is DraftStatus.PENDING_APPROVAL
        assert back.degraded.count(NEW_MAIL) == 1
        again = await stage.approve(back)
        hashed = again.revision.content_hash
        await stage.schedule.send_now(TENANT, made.id, content_hash=hashed, operator="o-2")
    assert stage.sent(made) == []


async def test_the_daily_audit_marks_what_waits_for_a_person(stage: Stage) -> None:
    first = they_wrote(stage)
    made = await stage.pending(answering=first)
    they_wrote(stage, first)
    await stage.audit([made.id])
    marked = await stage.draft(made.id)
    assert marked.status is DraftStatus.PENDING_APPROVAL
    assert NEW_MAIL in marked.degraded
    assert await stage.actions(made.id) == ["draft.stale"]
    await stage.audit([made.id])
    assert await stage.actions(made.id) == ["draft.stale"]


async def test_what_was_read_for_the_draft_and_our_own_mail_make_nothing_stale(
    stage: Stage,
) -> None:
    first = they_wrote(stage)
    earlier, _ = await stage.scheduled(answering=first)
    made, _ = await stage.scheduled(answering=first)
    await stage.send()
    assert len(stage.sent(earlier)) == 1
    assert len(stage.sent(made)) == 1


async def test_a_mail_that_a_colleague_wrote_by_hand_meanwhile_goes_back_to_review(
    stage: Stage,
) -> None:
    first = they_wrote(stage)
    made, _ = await stage.scheduled(answering=first)
    stage.mailbox.human_writes(
        to=LEAD, subject=SUBJECT, text="I answer myself.", in_reply_to=first.message_id
    )
    await stage.send()
    assert stage.sent(made) == []
    back = await stage.draft(made.id)
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert NEW_MAIL in back.degraded


# ---------------------------------------------------------------------------- in the mail program


async def test_a_file_that_somebody_attached_is_not_sent_by_us(stage: Stage) -> None:
    made, _ = await stage.scheduled()
    assert made.in_mailbox is not None
    stage.mailbox.human_attaches(
        made.in_mailbox.draft_id, name="prices.pdf", kind="application/pdf", content=b"MZ not a PDF"
    )
    await stage.send()
    assert stage.sent(made) == []
    back = await stage.draft(made.id)
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert "files were attached" in back.degraded[-1].gap


async def test_somebody_in_copy_sends_it_back_to_review(stage: Stage) -> None:
    made, _ = await stage.scheduled()
    assert made.in_mailbox is not None
    stage.mailbox.human_copies(made.in_mailbox.draft_id, "boss@example.org")
    await stage.send()
    assert stage.sent(made) == []
    assert (await stage.draft(made.id)).status is DraftStatus.PENDING_APPROVAL


# ---------------------------------------------------------------------------- lists


async def test_a_list_is_replaced_at_once_or_not_at_all(stage: Stage) -> None:
    put = stage.recipients.replace
    first = await put(TENANT, RuleKind.ALLOW, ["example.com", "ada@example.net"], who="a")
    kept = next(rule for rule in first if rule.pattern == "host:example.com")
    with pytest.raises(InvalidInput) as wrong:
        await put(TENANT, RuleKind.ALLOW, ["example.org", "a b@example.net", "@"], who="a")
    assert [each.where for each in wrong.value.problems] == ["patterns[1]", "patterns[2]"]
    assert set(await stage.recipients.all(TENANT)) == set(first)
    await stage.recipients.add(TENANT, RuleKind.DENY, "bad@example.org", who="a")
    with pytest.raises(Conflict):
        await put(TENANT, RuleKind.ALLOW, ["example.org", "bad@example.org"], who="a")
    assert {rule.pattern for rule in await stage.recipients.all(TENANT)} == {
        "host:example.com",
        "person:ada@example.net",
        "person:bad@example.org",
    }
    second = await put(TENANT, RuleKind.ALLOW, ["@EXAMPLE.com", "example.com"], who="b")
    assert second == (kept,)
    assert await put(TENANT, RuleKind.ALLOW, [], who="b") == ()


# ---------------------------------------------------------------------------- what nobody foresaw


async def test_what_nobody_foresaw_is_tried_a_few_times_and_then_shown(stage: Stage) -> None:
    made, _ = await stage.scheduled()
    stage.world.faults.fail("mailbox.read_draft", ZeroDivisionError("a bug of ours"), times=9)
    for _ in range(4):
        assert (await stage.attempt(made.id)).status is AttemptStatus.SCHEDULED
        assert await stage.send() == 1
        assert await stage.send() == 0
        await stage.later(timedelta(minutes=10))
    assert (await stage.attempt(made.id)).status is AttemptStatus.CANCELLED
    back = await stage.draft(made.id)
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert [mark.step for mark in back.degraded][-1] == "send"
    assert await stage.slots() == 0
    assert stage.sent(made) == []


async def test_an_unreadable_send_can_be_sent_round_again(
    database: Database, vault: Vault, stage: Stage
) -> None:
    made, attempt = await stage.scheduled()
    spoil = "UPDATE send_attempts SET sealed = :b WHERE id = :id RETURNING sealed"
    read = "SELECT sealed FROM send_attempts WHERE id = :id"
    async with database.across_tenants() as connection:
        whole = (await connection.execute(text(read), {"id": attempt.id})).scalar_one()
        await connection.execute(text(spoil), {"b": b"spoilt", "id": attempt.id})
    await stage.send()
    async with database.across_tenants() as connection:
        await connection.execute(text(spoil), {"b": whole, "id": attempt.id})
        found = await connection.execute(text("SELECT id, subject_kind FROM dead_letters"))
        ((letter_id, kind),) = found.all()
    assert kind == "send"
    assert await stage.send() == 0
    clock = SystemClock()
    work = PgUnitOfWork(database, vault, {})
    settle = SettleDeadLetter(
        unit_of_work=work, queue=stage.bells, clock=clock, ids=RandomIds(clock)
    )
    await settle.retry(TENANT, letter_id, by="o-1")
    assert await stage.send() == 1
    assert len(stage.sent(made)) == 1
