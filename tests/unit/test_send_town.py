"""Single stories of sending over the store and mailboxes in memory, by virtual time.

The state machine finds such stories by itself now and then; here each is told every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs
import pytest
from tests.contract.postgres.samples import TENANT
from tests.sending_world import MAILBOXES, Fault, Town

from salesagent_adapters.memory.faults import When
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.sending.gate import SendMode
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.errors import NeedsReauth, RateLimited, Rejected
from salesagent_core.ids import DraftId
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{name: 1}) for name in ("seconds", "minutes", "hours", "days")
)
SEND = "mailbox.send_draft"


@pytest.fixture
def town() -> Iterator[Town]:
    town = Town(seed=1)
    yield town
    town.oracle.look()
    objections = town.oracle.objections
    town.close()
    assert not objections, objections


def written(town: Town, email: str = "ada@firm.test", *, answers: bool = False) -> DraftId:
    text = f"Hello,\n\nday {town.random.random()}?"
    made: DraftId = town.loop.run_until_complete(
        town.pending(email, MAILBOXES[0], text, answers=answers)
    )
    return made


def hash_of(town: Town, draft_id: DraftId) -> str:
    draft = town.draft(draft_id)
    assert draft is not None
    return draft.revision.content_hash


def approve(town: Town, draft_id: DraftId) -> None:
    town.run(
        town.review.approve(TENANT, draft_id, content_hash=hash_of(town, draft_id), operator="o-1")
    )


def send_now(town: Town, draft_id: DraftId) -> None:
    town.run(
        town.schedule.send_now(
            TENANT, draft_id, content_hash=hash_of(town, draft_id), operator="o-1"
        )
    )


def going(town: Town, email: str = "ada@firm.test", *, answers: bool = False) -> DraftId:
    """A draft that is approved and due."""
    draft_id = written(town, email, answers=answers)
    approve(town, draft_id)
    send_now(town, draft_id)
    return draft_id


def status(town: Town, draft_id: DraftId) -> DraftStatus:
    draft = town.draft(draft_id)
    assert draft is not None
    return draft.status


def attempt_of(town: Town, draft_id: DraftId) -> SendAttempt:
    return town.attempts(draft_id)[-1]


def mailbox_of(town: Town, draft_id: DraftId) -> tuple[MailboxState, str]:
    draft = town.draft(draft_id)
    assert draft is not None
    assert draft.in_mailbox is not None
    return town.mailboxes[draft.mailbox], draft.in_mailbox.draft_id


def actions(town: Town, draft_id: DraftId) -> list[str]:
    return [each.action for each in town.store.audit if each.subject_id == draft_id]


def set_limits(town: Town, limits: Limits) -> None:
    town.run(town.control.set_limits(TENANT, limits, who="boss", why="test"))


# ------------------------------------------------------------------ what the answer was


@pytest.mark.parametrize("error", [FateUnknown("x"), TimeoutError(), RuntimeError("x")])
def test_a_lost_answer_is_found_out_and_not_sent_again(town: Town, error: Exception) -> None:
    town.world.faults.fail(SEND, error, when=When.AFTER)
    draft_id = going(town)
    town.passes(15 * SECOND)
    assert status(town, draft_id) is DraftStatus.DELIVERY_UNKNOWN
    assert attempt_of(town, draft_id).id in town.store.rows["slot"]
    town.passes(MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert (len(town.sent()), town.world.faults.calls(SEND)) == (1, 1)


def test_what_was_not_carried_out_is_sent_once_after_two_looks(town: Town) -> None:
    town.world.faults.fail(SEND, FateUnknown("x"))
    draft_id = going(town)
    town.passes(34 * SECOND)
    assert status(town, draft_id) is DraftStatus.DELIVERY_UNKNOWN
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert (len(town.sent()), town.world.faults.calls(SEND)) == (1, 2)


@pytest.mark.parametrize("seconds", [1.0, 15.0, 24.0])
def test_a_request_that_is_carried_out_late_is_found(town: Town, seconds: float) -> None:
    town.late = seconds
    draft_id = going(town)
    town.passes(3 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert len(town.sent()) == 1


def test_a_split_thread_is_found_by_history(town: Town) -> None:
    draft_id = written(town, answers=True)
    state, handle = mailbox_of(town, draft_id)
    first = next(mail for mail in state.thread(state.draft(handle).thread_id) if not mail.is_draft)
    # The other side's mail was renamed meanwhile: what is sent starts a thread of its own.
    state.mails[first.id] = attrs.evolve(first, subject="Quite another matter")
    town.world.faults.fail(SEND, FateUnknown("x"), when=When.AFTER)
    approve(town, draft_id)
    send_now(town, draft_id)
    town.passes(3 * MINUTE)
    assert town.sent()[0].thread_id != first.thread_id
    assert status(town, draft_id) is DraftStatus.SENT


def test_what_is_gone_without_a_trace_is_asked_about_and_never_sent_again(town: Town) -> None:
    town.world.faults.fail(SEND, FateUnknown("x"))
    draft_id = going(town)
    town.passes(10 * SECOND)
    state, handle = mailbox_of(town, draft_id)
    state.human_deletes(handle)
    town.passes(10 * MINUTE)
    assert status(town, draft_id) is DraftStatus.NEEDS_OPERATOR
    assert attempt_of(town, draft_id).id in town.store.rows["slot"]
    [settled] = town.run(town.reconcile.settle(TENANT, draft_id, was_sent=False, operator="o-1"))
    assert settled.status is DraftStatus.APPROVED
    assert not town.store.rows["slot"]


def test_a_person_says_that_it_was_sent(town: Town) -> None:
    town.world.faults.fail(SEND, FateUnknown("x"))
    draft_id = going(town)
    town.passes(10 * SECOND)
    state, handle = mailbox_of(town, draft_id)
    state.human_deletes(handle)
    town.passes(10 * MINUTE)
    town.run(town.reconcile.settle(TENANT, draft_id, was_sent=True, operator="o-1"))
    assert status(town, draft_id) is DraftStatus.SENT
    assert attempt_of(town, draft_id).status is AttemptStatus.SENT
    slot = town.store.rows["slot"][attempt_of(town, draft_id).id]
    assert slot.settled_at is not None


def test_a_named_time_is_honoured(town: Town) -> None:
    at = town.clock.now() + 20 * MINUTE
    town.world.faults.fail(SEND, RateLimited("x", retry_at=at))
    draft_id = going(town)
    town.passes(19 * MINUTE)
    assert not town.sent()
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_no_that_stays_one_frees_the_place(town: Town) -> None:
    town.world.faults.fail(SEND, Rejected("x"))
    draft_id = going(town)
    town.passes(MINUTE)
    assert status(town, draft_id) is DraftStatus.SEND_FAILED
    assert not town.store.rows["slot"]


def test_a_few_noes_are_tried_again_and_then_it_failed(town: Town) -> None:
    town.world.faults.fail(SEND, NotSent("x"), times=4)
    draft_id = going(town)
    town.passes(HOUR)
    assert status(town, draft_id) is DraftStatus.SEND_FAILED
    assert town.world.faults.calls(SEND) == 4


def test_a_revoked_token_parks_the_send_until_it_is_connected_again(town: Town) -> None:
    draft_id = going(town)
    town.mailboxes[MAILBOXES[0]].revoke()
    town.passes(15 * MINUTE)
    assert attempt_of(town, draft_id).waiting[0].code == "mailbox_disconnected"
    town.mailboxes[MAILBOXES[0]].reconnect()
    town.passes(11 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_token_that_dies_during_the_request_costs_no_try(town: Town) -> None:
    town.world.faults.fail(SEND, NeedsReauth("x"), times=5)
    draft_id = going(town)
    town.passes(2 * HOUR)
    assert status(town, draft_id) is DraftStatus.SENT


# ------------------------------------------------------------------ who dies where


@pytest.mark.parametrize("seconds", [7.0, 45.0])
def test_who_was_held_up_after_the_barrier_does_not_send(town: Town, seconds: float) -> None:
    draft_id = going(town)
    # The look is the first transaction of a pass, the barrier the second.
    town.faults["after commit"] = Fault(what="pause", countdown=2, seconds=seconds)
    town.passes(20 * SECOND)
    assert town.world.faults.calls(SEND) == 0
    town.passes(4 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert town.world.faults.calls(SEND) == 1


@pytest.mark.parametrize("place", ["before send_draft", "after send_draft"])
def test_a_worker_that_dies_is_noticed_within_a_minute(town: Town, place: str) -> None:
    draft_id = going(town)
    town.faults[place] = Fault(what="die")
    town.passes(MINUTE)
    assert status(town, draft_id) is not DraftStatus.SENDING
    town.passes(3 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert len(town.sent()) == 1


def test_who_lost_the_lease_writes_nothing_down(town: Town) -> None:
    """The first worker's answer (not sent) comes when another one is sending already."""
    town.world.faults.fail(SEND, NotSent("x"))
    town.faults["after send_draft"] = Fault(what="pause", seconds=50.0)
    draft_id = going(town)
    town.passes(20 * SECOND)
    assert attempt_of(town, draft_id).status is AttemptStatus.SENDING
    town.late = 24.0
    for _ in range(60):
        town.passes(SECOND)
        if attempt_of(town, draft_id).status is not AttemptStatus.SENDING and town.late is None:
            break
    town.passes(3 * MINUTE)
    assert actions(town, draft_id).count("send.scheduled") == 2
    sent = attempt_of(town, draft_id).sent
    assert sent is not None
    assert not sent.by_human


def alone(town: Town, seconds: float) -> None:
    """Time passes, and only who is called works."""
    town.awake.clear()
    town.passes(timedelta(seconds=seconds))


def unknown_at_once(town: Town, late: float | None = None) -> DraftId:
    """A send whose answer did not come, at the moment of its barrier or shortly after."""
    town.awake.clear()
    town.passes(10 * SECOND)
    draft_id = going(town)
    if late is None:
        town.world.faults.fail(SEND, FateUnknown("x"))
    town.late = late
    town.run(town.send())
    assert attempt_of(town, draft_id).status is AttemptStatus.UNKNOWN
    return draft_id


def look_at(town: Town, draft_id: DraftId, seconds: float) -> None:
    """A look that comes so long after the barrier."""
    began = attempt_of(town, draft_id).started_at
    assert began is not None
    alone(town, (began + timedelta(seconds=seconds) - town.clock.now()).total_seconds())
    town.run(town.reconcile())


def test_one_look_that_still_shows_the_draft_proves_nothing(town: Town) -> None:
    draft_id = unknown_at_once(town, late=28.5)
    look_at(town, draft_id, 30.2)
    assert attempt_of(town, draft_id).status is AttemptStatus.UNKNOWN
    look_at(town, draft_id, 35.5)
    assert status(town, draft_id) is DraftStatus.SENT


def test_one_look_that_misses_the_draft_proves_nothing(town: Town) -> None:
    draft_id = unknown_at_once(town)
    look_at(town, draft_id, 30.2)
    state, handle = mailbox_of(town, draft_id)
    alone(town, 2.5)
    state.human_sends(handle)
    look_at(town, draft_id, 35.5)
    assert attempt_of(town, draft_id).status is AttemptStatus.UNKNOWN
    look_at(town, draft_id, 41.0)
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_look_under_a_lost_lease_concludes_nothing(town: Town) -> None:
    draft_id = unknown_at_once(town)
    look_at(town, draft_id, 30.2)
    alone(town, 5.2)
    town.faults["after read_draft"] = Fault(what="pause", seconds=40.0)
    slow = town.loop.create_task(town.process(town.reconcile()))
    alone(town, 32)
    town.run(town.reconcile())
    assert attempt_of(town, draft_id).status is AttemptStatus.SCHEDULED
    town.late = 15.0
    other = town.loop.create_task(town.process(town.send()))
    alone(town, 12)
    assert slow.done()
    assert attempt_of(town, draft_id).status is AttemptStatus.SENDING
    alone(town, 30)
    assert other.done()
    town.awake.set()
    town.passes(MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_draft_that_is_gone_when_we_send_it_was_perhaps_sent(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    town.awake.clear()
    town.passes(31 * SECOND)
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.run(town.send())
    assert status(town, draft_id) is DraftStatus.DELIVERY_UNKNOWN
    town.awake.set()
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    assert len(town.sent()) == 1


# ------------------------------------------------------------------ what people may set


def test_a_stop_holds_everything_and_its_release_wakes_it_at_once(town: Town) -> None:
    town.run(town.control.stop(TENANT, who="boss", why="drill"))
    draft_id = written(town)
    approve(town, draft_id)
    town.run(town.control.resume(TENANT, who="boss", why="drill"))
    send_now(town, draft_id)
    town.run(town.control.stop(None, who="boss", why="drill"))
    town.passes(75 * SECOND)
    assert attempt_of(town, draft_id).waiting[0].code == "sending_stopped"
    [free] = town.run(town.control.resume(None, who="boss", why="over"))
    assert not free.stopped
    town.passes(10 * SECOND)
    assert status(town, draft_id) is DraftStatus.SENT


def test_what_a_stop_came_too_late_for_is_named(town: Town) -> None:
    town.late = 24.0
    draft_id = going(town)
    town.passes(12 * SECOND)
    [stopped] = town.run(town.control.stop(TENANT, who="boss", why="drill"))
    assert stopped.in_flight == (attempt_of(town, draft_id).id,)


def test_the_mode_and_the_list_are_asked_right_before_it_goes(town: Town) -> None:
    first, second = written(town), written(town, "bob@firm.test")
    approve(town, first)
    approve(town, second)
    town.passes(10 * SECOND)
    reason = SuppressionReason.UNSUBSCRIBED
    town.run(town.suppressions.add(TENANT, "ada+news@firm.test", reason=reason, by="link"))
    town.passes(MINUTE)
    assert status(town, first) is DraftStatus.PENDING_APPROVAL
    assert status(town, second) is DraftStatus.SENT
    third = written(town, "cy@other.test")
    approve(town, third)
    town.run(town.control.set_mode(TENANT, SendMode.DRAFT_ONLY, who="boss", why="test"))
    town.passes(MINUTE)
    assert status(town, third) is DraftStatus.APPROVED
    assert len(town.sent()) == 1


def test_the_third_mail_in_a_week_goes_when_the_first_is_a_week_old(town: Town) -> None:
    for _ in range(2):
        going(town)
        town.passes(2 * MINUTE)
    third = written(town)
    approve(town, third)
    assert "send.refused" in actions(town, third)
    town.night(6 * DAY + 23 * HOUR)
    send_now(town, third)
    assert not town.attempts(third)
    town.night(HOUR)
    send_now(town, third)
    town.passes(MINUTE)
    assert status(town, third) is DraftStatus.SENT


def test_an_automatic_send_waits_for_the_morning(town: Town) -> None:
    town.night(12 * HOUR)
    draft_id = written(town)
    town.run(town.approve_automatically(draft_id))
    due = attempt_of(town, draft_id).due_at
    assert isinstance(due, datetime)
    town.passes(HOUR)
    assert not town.sent()
    town.night(11 * HOUR)
    assert status(town, draft_id) is DraftStatus.SENT


def test_an_undo_takes_everything_back(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    town.passes(20 * SECOND)
    town.run(town.schedule.cancel(TENANT, draft_id, operator="o-2"))
    assert attempt_of(town, draft_id).status is AttemptStatus.CANCELLED
    assert not town.store.rows["slot"]
    town.passes(5 * MINUTE)
    assert not town.sent()
    assert actions(town, draft_id)[-2:] == ["send.cancelled", "draft.undone"]


def test_what_may_be_out_cannot_be_approved(town: Town) -> None:
    town.world.faults.fail(SEND, FateUnknown("x"), when=When.AFTER)
    draft_id = going(town)
    town.passes(15 * SECOND)
    approve(town, draft_id)
    assert status(town, draft_id) is DraftStatus.DELIVERY_UNKNOWN
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_stop_waits_for_who_is_at_the_barrier_and_names_them(town: Town) -> None:
    draft_id = going(town)
    town.awake.clear()
    town.passes(10 * SECOND)
    # The look's transaction is the first of a pass, the barrier's the second.
    town.faults["before commit"] = Fault(what="pause", countdown=2, seconds=3.0)
    sending = town.loop.create_task(town.process(town.send()))
    town.passes(SECOND)
    if attempt_of(town, draft_id).status is AttemptStatus.SCHEDULED:
        [stopped] = town.run(town.control.stop(TENANT, who="boss", why="drill"))
        assert stopped.stopped
    town.passes(5 * SECOND)
    assert sending.done()
    assert len(town.sent()) == 1
    # The commit of the barrier came before that of the stop, or it would not have sent.
    actions = [each.action for each in town.store.audit]
    assert actions.index("send.sending") < actions.index("sending.stopped")


def test_an_older_revision_is_not_sent_for_a_newer_one_that_was_approved(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
            seen=DraftStatus.APPROVED,
        )
    )
    town.run(town.control.set_mode(TENANT, SendMode.DRAFT_ONLY, who="boss", why="test"))
    approve(town, draft_id)
    town.run(town.control.set_mode(TENANT, SendMode.SEND, who="boss", why="test"))
    town.passes(5 * MINUTE)
    assert not town.sent()
    assert attempt_of(town, draft_id).status is AttemptStatus.CANCELLED
    assert status(town, draft_id) is DraftStatus.APPROVED


# ------------------------------------------------------------------ people in the mailbox


def test_a_mail_that_a_person_sends_counts_and_is_theirs(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    state, handle = mailbox_of(town, draft_id)
    town.passes(20 * SECOND)
    state.human_sends(handle)
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.SENT
    [attempt] = town.attempts(draft_id)
    assert attempt.sent is not None
    assert attempt.sent.by_human
    assert town.store.rows["slot"][attempt.id].settled_at is not None
    assert len(town.sent()) == 1


def test_the_audit_notices_a_mail_sent_by_hand_though_another_draft_was_made(town: Town) -> None:
    draft_id = written(town)
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
        )
    )
    town.passes(MINUTE)
    assert len(state.drafts) == 1
    town.night(DAY)
    assert status(town, draft_id) is DraftStatus.SENT
    assert town.store.rows["slot"]


def test_an_edit_in_the_mailbox_is_never_sent_unseen(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    state, handle = mailbox_of(town, draft_id)
    state.human_edits(handle, text="Something else entirely.")
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.PENDING_APPROVAL
    assert not town.sent()


def test_the_audit_takes_an_edited_draft_back(town: Town) -> None:
    town.run(town.control.stop(TENANT, who="boss", why="drill"))
    town.run(town.control.resume(TENANT, who="boss", why="drill"))
    draft_id = going(town)
    town.run(town.control.stop(TENANT, who="boss", why="drill"))
    state, handle = mailbox_of(town, draft_id)
    state.human_edits(handle, text="Something else entirely.")
    town.run(town.audit([draft_id]))
    assert status(town, draft_id) is DraftStatus.PENDING_APPROVAL
    assert attempt_of(town, draft_id).status is AttemptStatus.CANCELLED


def test_they_wrote_again_so_somebody_reads_it_first(town: Town) -> None:
    draft_id = written(town, answers=True)
    approve(town, draft_id)
    state, handle = mailbox_of(town, draft_id)
    first = next(mail for mail in state.thread(state.draft(handle).thread_id) if not mail.is_draft)
    state.receive(
        sender="ada@firm.test",
        subject=first.subject,
        text="Never mind.",
        in_reply_to=first.message_id,
    )
    town.passes(2 * MINUTE)
    assert status(town, draft_id) is DraftStatus.PENDING_APPROVAL
    assert not town.sent()


def test_a_text_of_ours_that_the_mailbox_does_not_hold_yet_is_waited_for(town: Town) -> None:
    draft_id = written(town)
    town.mailboxes[MAILBOXES[0]].revoke()
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
        )
    )
    town.passes(10 * SECOND)
    town.mailboxes[MAILBOXES[0]].reconnect()
    approve(town, draft_id)
    send_now(town, draft_id)
    town.passes(MINUTE)
    assert status(town, draft_id) is DraftStatus.APPROVED
    assert attempt_of(town, draft_id).waiting[0].code == "mailbox_behind"
    town.passes(2 * HOUR)
    assert "other words" in town.sent()[0].text


def test_a_mail_sent_by_hand_after_an_undo_takes_its_place_in_the_limits(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    town.run(town.schedule.cancel(TENANT, draft_id, operator="o-1"))
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.night(DAY)
    assert status(town, draft_id) is DraftStatus.SENT
    assert town.store.rows["slot"][attempt_of(town, draft_id).id].settled_at is not None


def test_the_audit_recognises_a_draft_that_a_person_sent(town: Town) -> None:
    draft_id = written(town)
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.night(DAY)
    assert status(town, draft_id) is DraftStatus.SENT
    assert not state.drafts


def test_what_a_person_sent_is_not_sent_again_in_other_words(town: Town) -> None:
    draft_id = written(town)
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
        )
    )
    town.passes(MINUTE)
    approve(town, draft_id)
    send_now(town, draft_id)
    town.passes(MINUTE)
    assert len(town.sent()) == 1
    assert status(town, draft_id) is DraftStatus.SENT


def test_a_draft_that_is_missing_is_looked_for_twice(town: Town) -> None:
    draft_id = going(town)
    town.awake.clear()
    town.passes(10 * SECOND)
    state, handle = mailbox_of(town, draft_id)
    state.human_sends(handle)
    town.passes(timedelta(seconds=2.5))
    town.run(town.send())
    assert attempt_of(town, draft_id).waiting[0].code == "draft_missing"
    town.passes(6 * SECOND)
    town.run(town.send())
    sent = attempt_of(town, draft_id).sent
    assert sent is not None
    assert sent.by_human


def test_the_audit_leaves_alone_what_is_in_the_air(town: Town) -> None:
    draft_id = going(town)
    town.awake.clear()
    town.passes(10 * SECOND)
    town.faults["before read_draft"] = Fault(what="pause", seconds=8.0)
    audit = town.loop.create_task(town.process(town.audit([draft_id])))
    town.passes(SECOND)
    town.world.faults.fail(SEND, FateUnknown("x"), when=When.AFTER)
    town.run(town.send())
    town.passes(20 * SECOND)
    assert audit.done()
    assert status(town, draft_id) is DraftStatus.DELIVERY_UNKNOWN
    town.awake.set()
    town.passes(MINUTE)
    sent = attempt_of(town, draft_id).sent
    assert sent is not None
    assert not sent.by_human


def test_the_audit_does_not_write_over_an_operators_edit(town: Town) -> None:
    draft_id = written(town)
    state, handle = mailbox_of(town, draft_id)
    state.human_edits(handle, text="Something else entirely.")
    town.awake.clear()
    town.faults["after read_draft"] = Fault(what="pause", seconds=5.0)
    audit = town.loop.create_task(town.process(town.audit([draft_id])))
    town.passes(SECOND)
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
        )
    )
    town.passes(10 * SECOND)
    assert audit.done()
    draft = town.draft(draft_id)
    assert draft is not None
    assert (draft.revision.number, draft.revision.author_id) == (2, "o-1")


def test_a_newer_revision_takes_the_place_of_an_older_one(town: Town) -> None:
    draft_id = written(town)
    approve(town, draft_id)
    town.run(
        town.review.edit(
            TENANT,
            draft_id,
            content_hash=hash_of(town, draft_id),
            operator="o-1",
            subject="Your question",
            body="Hello,\n\nin other words.",
            seen=DraftStatus.APPROVED,
        )
    )
    approve(town, draft_id)
    statuses = sorted(each.status for each in town.attempts(draft_id))
    assert statuses == [AttemptStatus.CANCELLED, AttemptStatus.SCHEDULED]
    assert len(town.store.rows["slot"]) == 1
    town.passes(2 * MINUTE)
    assert "other words" in town.sent()[0].text


# ------------------------------------------------------------------ the trail


def test_every_change_of_a_switch_is_written_down_with_who_and_why(town: Town) -> None:
    town.run(town.control.stop(TENANT, who="boss", why="too many complaints"))
    town.run(town.control.stop(TENANT, who="other", why="again"))
    town.run(town.control.resume(TENANT, who="boss", why="solved"))
    found = [(each.action, each.actor, dict(each.detail)["why"]) for each in town.store.audit]
    assert found == [
        ("sending.stopped", "boss", "too many complaints"),
        ("sending.resumed", "boss", "solved"),
    ]


def test_the_same_seed_gives_the_same_story() -> None:
    def story() -> list[tuple[datetime, str]]:
        town = Town(seed=7)
        town.faults["after commit"] = Fault(what="die", countdown=3)
        town.world.faults.fail(SEND, FateUnknown("x"), when=When.AFTER)
        going(town)
        going(town, "bob@firm.test")
        town.passes(5 * MINUTE)
        town.close()
        return [(each.at, each.action) for each in town.store.audit]

    assert story() == story()


# ------------------------------------------------------------------ many at once


def test_fifty_workers_on_one_slot_send_one_mail(town: Town) -> None:
    set_limits(town, Limits(per_contact=1))
    drafts = [written(town, f"ada+{number}@firm.test") for number in range(50)]
    for each in drafts:
        approve(town, each)
    hashes = {each: hash_of(town, each) for each in drafts}
    town.run(
        *(
            town.schedule.send_now(TENANT, each, content_hash=hashes[each], operator="o-1")
            for each in drafts
        )
    )
    assert len(town.store.rows["slot"]) == 1
    town.run(*(town.send() for _ in range(50)))
    town.passes(MINUTE)
    assert len(town.sent()) == 1


def test_fifty_workers_on_one_draft_make_one_request(town: Town) -> None:
    draft_id = going(town)
    ids = [attempt_of(town, draft_id).id]
    town.run(*(town.send(ids) for _ in range(50)))
    town.passes(MINUTE)
    assert town.world.faults.calls(SEND) == 1
    assert len(town.sent()) == 1


def test_fifty_drafts_never_pass_any_limit(town: Town) -> None:
    set_limits(town, Limits(per_contact=2, per_mailbox=7, per_company=3))
    drafts = [written(town, f"p{number % 9}@firm{number % 3}.test") for number in range(50)]
    hashes = {each: hash_of(town, each) for each in drafts}
    town.run(
        *(
            town.review.approve(TENANT, each, content_hash=hashes[each], operator="o-1")
            for each in drafts
        )
    )
    town.passes(MINUTE)
    town.run(*(town.send() for _ in range(10)))
    assert len(town.sent()) == 7
