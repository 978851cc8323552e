"""Sending over a real database and a strict mailbox: once, or visibly not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, TENANT
from tests.sending_stage import Killed, Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.faults import When
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.engine import Database
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.draft import Author, DraftStatus
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.sending.attempt import AttemptStatus
from salesagent_core.domain.sending.gate import SendMode, SendPermission, SendRefused
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.recipients import RuleKind
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    NeedsReauth,
    PolicyRefused,
    RateLimited,
    Rejected,
)
from salesagent_core.ids import DraftId
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.mail_sender import FateUnknown, NotSent
from salesagent_core.ports.send_ledger import SlotKeys

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNDO = timedelta(seconds=30)


@pytest.fixture
def stage(database: Database, vault: Vault) -> Stage:
    return Stage(database, vault)


async def many_mails(stage: Stage) -> None:
    limits = Limits(per_contact=7, per_mailbox=200, per_company=50)
    await stage.control.set_limits(TENANT, limits, who="a", why="test")


# ---------------------------------------------------------------------------- the good way


async def test_an_approved_draft_is_sent_once_and_all_of_it_is_written_down(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    assert stage.bells.rung == [(Topic.SEND, attempt.id)]
    assert await stage.send([attempt.id]) == 1
    assert len(stage.sent(made)) == 1
    assert (await stage.draft(made.id)).status is DraftStatus.SENT
    done = await stage.attempt(made.id)
    assert done.status is AttemptStatus.SENT
    assert done.sent is not None
    assert done.sent.message_id == stage.sent(made)[0].id
    assert await stage.actions(made.id) == ["send.scheduled", "send.sending", "send.sent"]
    await stage.later(HOUR)
    assert await stage.send() == 0
    assert await stage.reconcile() == 0


async def test_nothing_is_sent_before_the_undo_has_run_out(stage: Stage) -> None:
    made, attempt = await stage.scheduled(delay=UNDO)
    assert stage.bells.rung == []
    assert await stage.send([attempt.id]) == 0
    assert await PgBacklog(stage.database).due(Topic.SEND, 10) == ()
    await stage.later(UNDO)
    assert await PgBacklog(stage.database).due(Topic.SEND, 10) == (attempt.id,)
    assert await stage.send() == 1
    assert len(stage.sent(made)) == 1


async def test_an_approval_can_be_taken_back_and_given_again(stage: Stage) -> None:
    made, attempt = await stage.scheduled(delay=UNDO)
    back = await stage.schedule.cancel(TENANT, made.id, operator="o-2")
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert await stage.slots() == 0
    await stage.until_quiet()
    assert stage.sent() == []
    again = await stage.approve(back)
    once_more = await stage.schedule.send_now(
        TENANT, made.id, content_hash=again.revision.content_hash, operator="o-2"
    )
    assert once_more.id == attempt.id
    await stage.send()
    assert len(stage.sent(made)) == 1


async def test_what_is_being_sent_cannot_be_taken_back(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.points.kill_at("before send")
    with pytest.raises(Killed):
        await stage.send([attempt.id])
    with pytest.raises(Conflict):
        await stage.schedule.cancel(TENANT, made.id, operator="o-1")
    with pytest.raises(Conflict):
        await stage.schedule.send_now(
            TENANT, made.id, content_hash=made.revision.content_hash, operator="o-1"
        )


async def test_asking_twice_makes_one_attempt_at_the_sooner_time(stage: Stage) -> None:
    made, attempt = await stage.scheduled(delay=UNDO)
    hashed = made.revision.content_hash
    again = await stage.schedule(TENANT, made.id, content_hash=hashed, operator="o-2", delay=HOUR)
    assert again.due_at == attempt.due_at
    await stage.schedule.send_now(TENANT, made.id, content_hash=hashed, operator="o-2")
    assert await stage.send() == 1
    with pytest.raises(Conflict):
        await stage.schedule.send_now(TENANT, made.id, content_hash=hashed, operator="o-2")
    assert len(stage.sent(made)) == 1


async def test_many_workers_and_bells_send_it_once(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    await asyncio.gather(*(stage.send([attempt.id]) for _ in range(20)))
    assert len(stage.sent(made)) == 1


# ---------------------------------------------------------------------------- dying anywhere


async def test_a_worker_may_die_at_every_line(database: Database, vault: Vault) -> None:
    probe = Stage(database, vault)
    await many_mails(probe)
    _, attempt = await probe.scheduled("probe@example.net")
    probe.points.passed.clear()
    await probe.send([attempt.id])
    counts: dict[str, int] = {}
    for point in probe.points.passed:
        counts[point] = counts.get(point, 0) + 1
    assert counts["after send"] == 1
    assert counts["after commit"] >= 3
    for point, times in counts.items():
        for nth in range(1, times + 1):
            stage = Stage(database, vault)
            made, attempt = await stage.scheduled(f"a@{point.replace(' ', '-')}-{nth}.test")
            stage.points.kill_at(point, nth)
            with pytest.raises(Killed):
                await stage.send([attempt.id])
            await stage.until_quiet()
            where = f"{point} #{nth}"
            assert len(stage.sent(made)) == 1, where
            assert (await stage.draft(made.id)).status is DraftStatus.SENT, where
            actions = await stage.actions(made.id)
            assert actions[0] == "send.scheduled", where
            assert actions.count("send.sent") == 1, where


async def test_the_reconciliation_may_die_too(database: Database, vault: Vault) -> None:
    await many_mails(Stage(database, vault))
    for nth in range(1, 6):
        for point in ("before commit", "after commit", "before read", "before thread"):
            stage = Stage(database, vault)
            made, attempt = await stage.scheduled(f"a@{nth}-{point.replace(' ', '-')}.test")
            stage.points.kill_at("after send")
            with pytest.raises(Killed):
                await stage.send([attempt.id])
            await stage.later(HOUR)
            stage.points.kill_at(point, nth)
            try:
                await stage.reconcile()
            except Killed:
                assert len(stage.sent(made)) == 1
            await stage.until_quiet()
            assert len(stage.sent(made)) == 1
            assert (await stage.draft(made.id)).status is DraftStatus.SENT


# ---------------------------------------------------------------------------- bad answers


async def test_a_lost_answer_is_visible_at_once_keeps_its_slot_and_is_found_out(
    stage: Stage,
) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", FateUnknown("time-out"), when=When.AFTER)
    await stage.send([attempt.id])
    assert (await stage.draft(made.id)).status is DraftStatus.DELIVERY_UNKNOWN
    assert await stage.slots() == 1
    assert (await stage.control.status(TENANT)).in_flight == (attempt.id,)
    await stage.until_quiet()
    assert (await stage.draft(made.id)).status is DraftStatus.SENT
    assert len(stage.sent(made)) == 1
    assert (await stage.control.status(TENANT)).in_flight == ()


async def test_what_was_not_carried_out_is_sent_after_two_looks(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", FateUnknown("reset"))
    await stage.send([attempt.id])
    await stage.later(HOUR)
    await stage.reconcile()
    seen = await stage.attempt(made.id)
    assert seen.status is AttemptStatus.UNKNOWN
    assert seen.present_at is not None
    await stage.later(HOUR)
    await stage.reconcile()
    assert (await stage.draft(made.id)).status is DraftStatus.APPROVED
    await stage.until_quiet()
    assert len(stage.sent(made)) == 1


async def test_a_draft_that_is_gone_without_a_trace_is_for_a_person(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", FateUnknown("reset"))
    await stage.send([attempt.id])
    stage.mailbox.human_deletes(attempt.mailbox_draft_id)
    await stage.until_quiet()
    assert (await stage.draft(made.id)).status is DraftStatus.NEEDS_OPERATOR
    assert await stage.slots() == 1
    assert stage.sent() == []
    settled = await stage.reconcile.settle(TENANT, made.id, was_sent=False, operator="o-1")
    assert settled.status is DraftStatus.APPROVED
    assert await stage.slots() == 0
    await stage.until_quiet()
    assert stage.sent() == []
    with pytest.raises(Conflict):
        await stage.reconcile.settle(TENANT, made.id, was_sent=True, operator="o-1")


async def test_a_person_may_say_that_it_was_sent(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", FateUnknown("reset"))
    await stage.send([attempt.id])
    stage.mailbox.human_deletes(attempt.mailbox_draft_id)
    await stage.until_quiet()
    settled = await stage.reconcile.settle(TENANT, made.id, was_sent=True, operator="o-1")
    assert settled.status is DraftStatus.SENT
    assert await stage.slots() == 1


@pytest.mark.parametrize(
    "error",
    [NotSent("refused"), NeedsReauth("revoked")],
    ids=lambda error: type(error).__name__,
)
async def test_a_definite_no_is_tried_again(stage: Stage, error: Exception) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", error)
    await stage.send([attempt.id])
    assert (await stage.draft(made.id)).status is DraftStatus.APPROVED
    assert await stage.send() == 0
    await stage.later(HOUR)
    await stage.send()
    assert len(stage.sent(made)) == 1


async def test_a_named_time_is_honoured(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    at = (await stage.attempt(made.id)).created_at + 5 * HOUR
    stage.world.faults.fail("mailbox.send_draft", RateLimited("slow down", retry_at=at))
    await stage.send([attempt.id])
    assert (await stage.attempt(made.id)).due_at == at


async def test_a_no_that_stays_one_ends_it_and_frees_the_slot(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", Rejected("invalid"))
    await stage.send([attempt.id])
    failed = await stage.draft(made.id)
    assert failed.status is DraftStatus.SEND_FAILED
    assert await stage.slots() == 0
    await stage.schedule.send_now(
        TENANT, made.id, content_hash=failed.revision.content_hash, operator="o-1"
    )
    await stage.send()
    assert len(stage.sent(made)) == 1


async def test_it_gives_up_after_some_definite_noes(stage: Stage) -> None:
    made, _ = await stage.scheduled()
    stage.world.faults.fail("mailbox.send_draft", NotSent("refused"), times=None)
    for _ in range(6):
        await stage.later(HOUR)
        await stage.send()
    assert (await stage.draft(made.id)).status is DraftStatus.SEND_FAILED
    assert await stage.slots() == 0


async def test_a_revoked_mailbox_parks_the_send_and_says_so(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.mailbox.revoke()
    await stage.send([attempt.id])
    waiting = await stage.attempt(made.id)
    assert waiting.status is AttemptStatus.SCHEDULED
    assert [reason.code for reason in waiting.waiting] == ["mailbox_disconnected"]
    stage.mailbox.reconnect()
    await stage.until_quiet()
    await stage.later(HOUR)
    await stage.send()
    assert len(stage.sent(made)) == 1


# ---------------------------------------------------------------------------- people in the mailbox


async def test_an_edit_in_the_mailbox_goes_back_to_review_with_their_text(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.mailbox.human_edits(attempt.mailbox_draft_id, text="Hello Ada,\n\nI wrote this myself.")
    await stage.send([attempt.id])
    edited = await stage.draft(made.id)
    assert edited.status is DraftStatus.PENDING_APPROVAL
    assert edited.revision.number == 2
    assert edited.revision.author is Author.OPERATOR
    assert "I wrote this myself" in edited.revision.body
    assert not edited.mailbox_is_behind
    assert stage.sent() == []
    assert await stage.slots() == 0
    again = await stage.approve(edited)
    await stage.schedule.send_now(
        TENANT, made.id, content_hash=again.revision.content_hash, operator="o-1"
    )
    await stage.send()
    assert [mail.text for mail in stage.sent(made)] == ["Hello Ada,\n\nI wrote this myself."]


async def test_a_mail_that_a_person_sent_is_recorded_as_theirs(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.mailbox.human_sends(attempt.mailbox_draft_id)
    await stage.send([attempt.id])
    await stage.until_quiet()
    assert len(stage.sent(made)) == 1
    assert (await stage.draft(made.id)).status is DraftStatus.SENT
    done = await stage.attempt(made.id)
    assert done.sent is not None
    assert done.sent.by_human
    assert await stage.slots() == 1


async def test_a_deleted_draft_comes_back_to_review_with_a_mark(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    stage.mailbox.human_deletes(attempt.mailbox_draft_id)
    await stage.send([attempt.id])
    await stage.until_quiet()
    back = await stage.draft(made.id)
    assert back.status is DraftStatus.PENDING_APPROVAL
    assert [gap.step for gap in back.degraded] == ["mailbox"]
    assert (Topic.DRAFT_SYNC, made.id) in stage.bells.rung
    assert back.in_mailbox is not None
    assert not back.mailbox_is_behind
    assert back.in_mailbox.draft_id != attempt.mailbox_draft_id
    assert back.in_mailbox.draft_id in stage.mailbox.drafts
    assert stage.sent() == []


async def test_the_daily_audit_recognises_what_people_did(stage: Stage) -> None:
    by_human = await stage.pending("human@example.net")
    edited = await stage.pending("edit@example.net")
    deleted = await stage.pending("delete@example.net")
    left = await stage.pending("left@example.net")
    for one in (by_human, edited, deleted, left):
        assert one.in_mailbox is not None
    assert await stage.audit() == 0
    stage.mailbox.human_sends(_handle(by_human.in_mailbox))
    stage.mailbox.human_edits(_handle(edited.in_mailbox), text="My own words.")
    stage.mailbox.human_deletes(_handle(deleted.in_mailbox))
    await stage.later(DAY)
    assert await stage.audit() == 4
    assert (await stage.draft(by_human.id)).status is DraftStatus.SENT
    attempt = await stage.attempt(by_human.id)
    assert attempt.asked_by == "mailbox"
    assert await stage.slots() == 1
    assert (await stage.draft(edited.id)).revision.body == "My own words."
    assert (await stage.draft(deleted.id)).degraded != ()
    assert "draft.deleted_in_mailbox" in await stage.actions(deleted.id)
    same = await stage.draft(left.id)
    assert same == attrs.evolve(left, updated_at=same.updated_at)
    assert await stage.audit() == 0


async def test_the_audit_notices_a_sent_mail_that_is_not_there(stage: Stage) -> None:
    made, _ = await stage.scheduled()
    await stage.send()
    await stage.audit([made.id])
    assert "send.mail_missing" not in await stage.actions(made.id)
    other, _ = await stage.scheduled("other@example.net")
    await stage.send()
    stage.mailbox._remove(stage.sent(other)[0])
    await stage.audit([other.id])
    assert "send.mail_missing" in await stage.actions(other.id)


# ---------------------------------------------------------------------------- the gate


async def test_the_third_mail_in_a_week_is_refused_with_its_day(stage: Stage) -> None:
    for alias in ("ada@example.net", "ada+two@example.net"):
        await stage.scheduled(alias)
        await stage.send()
    assert len(stage.sent()) == 2
    made = await stage.approved("Ada+three@example.net")
    with pytest.raises(SendRefused) as refused:
        await stage.schedule.send_now(
            TENANT, made.id, content_hash=made.revision.content_hash, operator="o-1"
        )
    assert [reason.code for reason in refused.value.reasons] == ["contact_limit"]
    assert refused.value.may_go_at is not None
    async with stage.work.begin(TENANT) as tx:
        left = refused.value.may_go_at - await tx.sends.now()
    assert timedelta(days=6, hours=23) < left < timedelta(days=7)
    assert (await stage.draft(made.id)).status is DraftStatus.APPROVED
    quota = await stage.control.quota(TENANT, "ada@example.net")
    assert (quota.contact_used, quota.allowed) == (2, False)
    await stage.later(7 * DAY)
    await stage.schedule.send_now(
        TENANT, made.id, content_hash=made.revision.content_hash, operator="o-1"
    )
    await stage.send()
    assert len(stage.sent(made)) == 1


async def test_fifty_at_once_never_pass_the_limits(stage: Stage) -> None:
    await stage.control.set_limits(
        TENANT, Limits(per_contact=1, per_mailbox=7, per_company=5), who="a", why="test"
    )
    drafts = [await stage.approved(f"p{n % 25}@firm{n % 10}.example.net") for n in range(50)]

    async def try_it(draft_id: DraftId, hashed: str) -> bool:
        try:
            await stage.schedule.send_now(TENANT, draft_id, content_hash=hashed, operator="o-1")
        except SendRefused:
            return False
        return True

    won = await asyncio.gather(*(try_it(one.id, one.revision.content_hash) for one in drafts))
    assert sum(won) == 5  # one registrable domain: five people at one company
    await asyncio.gather(*(stage.send() for _ in range(5)))
    assert len(stage.sent()) == 5


async def test_fifty_for_one_person_are_one(stage: Stage) -> None:
    await stage.control.set_limits(TENANT, Limits(per_contact=1), who="a", why="test")
    drafts = [await stage.approved(f"ada+{n}@example.net") for n in range(50)]
    results = await asyncio.gather(
        *(
            stage.schedule.send_now(
                TENANT, one.id, content_hash=one.revision.content_hash, operator="o-1"
            )
            for one in drafts
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(each, BaseException) for each in results) == 1
    assert all(isinstance(each, SendRefused) for each in results if isinstance(each, Exception))
    assert await stage.slots() == 1


async def test_draft_only_schedules_nothing(database: Database, vault: Vault) -> None:
    stage = Stage(database, vault, permission=SendPermission())
    made = await stage.approved()
    with pytest.raises(SendRefused) as refused:
        await stage.schedule.send_now(
            TENANT, made.id, content_hash=made.revision.content_hash, operator="o-1"
        )
    assert refused.value.verdict.has("draft_only")
    async with stage.work.begin(TENANT) as tx:
        delay = timedelta(0)
        assert await stage.schedule.intent.on_approval(tx, made, by="o-1", delay=delay) is None
    assert (await stage.draft(made.id)).status is DraftStatus.APPROVED
    with pytest.raises(PolicyRefused):
        await stage.control.set_mode(TENANT, SendMode.SEND, who="a", why="please")
    assert (await stage.control.mode(TENANT)).mode is SendMode.DRAFT_ONLY


async def test_switching_to_draft_only_takes_scheduled_sends_back(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    view = await stage.control.set_mode(TENANT, SendMode.DRAFT_ONLY, who="a", why="audit week")
    assert view.mode is SendMode.DRAFT_ONLY
    await stage.send([attempt.id])
    assert (await stage.draft(made.id)).status is DraftStatus.APPROVED
    assert (await stage.attempt(made.id)).status is AttemptStatus.CANCELLED
    assert await stage.slots() == 0
    view = await stage.control.set_mode(TENANT, SendMode.SEND, who="a", why="over")
    assert view.chosen is not None
    assert (view.mode, view.chosen.by, view.chosen.why) == (SendMode.SEND, "a", "over")


async def test_a_suppressed_person_is_not_written_to_whatever_was_approved(stage: Stage) -> None:
    made, attempt = await stage.scheduled("ada+shop@example.net")
    entry = await stage.suppressions.add(
        TENANT, "Ada@Example.net", reason=SuppressionReason.UNSUBSCRIBED, by="link"
    )
    await stage.send([attempt.id])
    assert stage.sent() == []
    assert (await stage.draft(made.id)).status is DraftStatus.PENDING_APPROVAL
    assert (await stage.control.quota(TENANT, "ada@example.net")).may_go_at is None
    assert await stage.suppressions.list(OTHER) == ()
    assert await stage.suppressions.list(TENANT) == (entry,)
    await stage.suppressions.remove(TENANT, entry.id, by="admin")
    assert (await stage.control.quota(TENANT, "ada@example.net")).allowed


async def test_an_erased_person_stays_suppressed_without_a_readable_trace(stage: Stage) -> None:
    await stage.suppressions.add(
        TENANT, "ada@example.net", reason=SuppressionReason.UNSUBSCRIBED, by="link"
    )
    gone = await stage.suppressions.add(
        TENANT, "ada@example.net", reason=SuppressionReason.ERASED, by="dpo"
    )
    assert gone.address is None
    assert gone.address_hash
    (found,) = await stage.suppressions.covering(TENANT, "Ada+x@example.net")
    assert found.reason is SuppressionReason.ERASED


async def test_one_click_in_a_mail_suppresses_once(stage: Stage, vault: Vault) -> None:
    token = stage.suppressions._tokens.make(TENANT, "ada@example.net", DraftId("d"))
    first = await stage.suppressions.unsubscribe(token)
    assert await stage.suppressions.unsubscribe(token) == first
    with pytest.raises(Rejected):
        await stage.suppressions.unsubscribe(token[:-2] + "xx")
    (covering,) = await stage.suppressions.covering(TENANT, "ada+tag@example.net")
    assert covering.reason is SuppressionReason.UNSUBSCRIBED


async def test_allow_and_deny_lists(stage: Stage) -> None:
    rule = await stage.recipients.add(TENANT, RuleKind.ALLOW, "*.example.net", who="a")
    with pytest.raises(Conflict):
        await stage.recipients.add(TENANT, RuleKind.DENY, "@example.net", who="a")
    await stage.recipients.add(TENANT, RuleKind.DENY, "bad@sub.example.net", who="a")
    codes = {}
    for address in ("a@sub.example.net", "bad+x@sub.example.net", "a@example.org"):
        made = await stage.approved(address)
        verdict = (await stage.schedule.preview(TENANT, made.id)).verdict
        codes[address] = [reason.code for reason in verdict.reasons]
    assert codes == {
        "a@sub.example.net": [],
        "bad+x@sub.example.net": ["recipient_denied"],
        "a@example.org": ["recipient_not_allowed"],
    }
    assert len(await stage.recipients.all(TENANT)) == 2
    await stage.recipients.remove(TENANT, rule.id, who="a")
    assert len(await stage.recipients.all(TENANT)) == 1
    with pytest.raises(InvalidInput):
        await stage.recipients.add(TENANT, RuleKind.DENY, "*", who="a")
    with pytest.raises(InvalidInput):
        await stage.recipients.add(TENANT, RuleKind.ALLOW, "a b@example.net", who="a")


async def test_every_reason_comes_at_once(stage: Stage) -> None:
    made = await stage.approved("noreply@example.net")
    blocked = attrs.evolve(
        made.revision,
        findings=(
            Finding(code="iban", severity=Severity.BLOCK, sentence="The text holds an IBAN."),
        ),
    )
    async with stage.work.begin(TENANT) as tx:
        await tx.drafts.save(attrs.evolve(made, revision=blocked))
    await stage.suppressions.add(
        TENANT, "example.net", reason=SuppressionReason.BY_OPERATOR, by="a"
    )
    await stage.control.stop(TENANT, who="boss", why="spam complaint")
    verdict = (await stage.schedule.preview(TENANT, made.id)).verdict
    assert {reason.code for reason in verdict.reasons} == {
        "sending_stopped",
        "recipient_no_reply",
        "suppressed_by_operator",
        "finding_iban",
    }
    assert verdict.may_go_at is None


async def test_an_automatic_send_is_stricter(stage: Stage) -> None:
    made = await stage.approved("info@example.net", Verdict.AUTO_APPROVED)
    async with stage.work.begin(TENANT) as tx:
        current = await tx.drafts.get(made.id, lock=True)
        attempt = await stage.schedule.intent.on_approval(
            tx, current, by="rule:x", delay=timedelta(0), automatic=True
        )
    assert attempt is None
    assert "send.refused" in await stage.actions(made.id)
    assert (await stage.schedule.preview(TENANT, made.id)).verdict.allowed


# ---------------------------------------------------------------------------- the kill switch


async def test_after_stop_nothing_starts_and_resume_goes_on(stage: Stage) -> None:
    made, attempt = await stage.scheduled()
    status = await stage.control.stop(TENANT, who="boss", why="spam complaint")
    assert (status.stopped, status.by, status.why) == (True, "boss", "spam complaint")
    await stage.send([attempt.id])
    assert stage.sent() == []
    held = await stage.attempt(made.id)
    assert held.status is AttemptStatus.SCHEDULED
    assert held.waiting[0].code == "sending_stopped"
    assert await stage.slots() == 1
    again = await stage.control.stop(TENANT, who="other", why="me too")
    assert again.by == "boss"
    await stage.control.resume(TENANT, who="boss", why="sorted out")
    assert await stage.actions(TENANT) == ["sending.stopped", "sending.resumed"]
    assert (Topic.SEND, attempt.id) in stage.bells.rung
    assert await stage.send() == 1
    assert len(stage.sent(made)) == 1


async def test_a_stop_of_all_tenants_stops_each(stage: Stage) -> None:
    _, attempt = await stage.scheduled()
    await stage.control.stop(None, who="boss", why="incident")
    status = await stage.control.status(TENANT)
    assert status.stopped
    assert status.everywhere
    assert (await stage.control.status(OTHER)).stopped
    await stage.send([attempt.id])
    assert stage.sent() == []
    await stage.control.resume(TENANT, who="x", why="not mine to release")
    assert (await stage.control.status(TENANT)).stopped
    await stage.control.resume(None, who="boss", why="over")
    assert not (await stage.control.status(TENANT)).stopped
    await stage.send()
    assert len(stage.sent()) == 1
    with pytest.raises(InvalidInput):
        await stage.control.stop(TENANT, who="boss", why=" ")


async def test_no_send_starts_after_stop_has_returned(stage: Stage) -> None:
    for n in range(15):
        await stage.scheduled(f"p{n}@firm{n}.test")
    stage.world.faults.delay("mailbox.send_draft", 0.02)

    async def pull() -> int:
        await asyncio.sleep(0.05)
        await stage.control.stop(TENANT, who="boss", why="now")
        async with stage.work.begin(TENANT) as tx:
            now = await tx.sends.now()
        return int(now.timestamp() * 1_000_000)

    pulled, *_ = await asyncio.gather(pull(), *(stage.send(limit=3) for _ in range(5)))
    async with stage.database.across_tenants() as connection:
        rows = await connection.execute(text("SELECT id FROM send_attempts"))
        ids = list(rows.scalars())
    started = []
    async with stage.work.begin(TENANT) as tx:
        for attempt_id in ids:
            attempt = await tx.sends.get(attempt_id)
            if attempt.started_at is not None:
                started.append(int(attempt.started_at.timestamp() * 1_000_000))
    assert all(at <= pulled for at in started)
    assert len(started) == len(stage.sent())
    before = len(stage.sent())
    await stage.until_quiet(3)
    assert len(stage.sent()) == before


# ---------------------------------------------------------------------------- slots by hand


async def test_slots_fold_and_run_out(stage: Stage) -> None:
    keys = SlotKeys(contact="ada@example.net", mailbox="m@example.org", company="example.net")
    async with stage.work.begin(TENANT) as tx:
        await tx.sends.take("a", keys)
        assert len((await tx.sends.usage(keys, lock=True)).contact_sends) == 1
        assert (await tx.sends.usage(keys, besides="a", lock=True)).contact_sends == []
        await tx.sends.settle("a", await tx.sends.now() - 8 * DAY)
        usage = await tx.sends.usage(keys, lock=True)
        assert (usage.contact_sends, usage.mailbox_sends, usage.company_contacts) == ([], [], [])
        await tx.sends.take("a", keys)
        await tx.sends.free("a")
        await tx.sends.free("a")
    assert await stage.slots() == 0


def _handle(held: object) -> str:
    return str(getattr(held, "draft_id"))  # noqa: B009
