"""Sending as a state machine: operators, workers, people and faults in any order.

The real use cases, a store and mailboxes in memory, one virtual clock. ``tests/sending_world.py``
holds the rules that are looked at after every commit, every request and every step. The same seed
gives the same run, to the last interleaving. ``SEND_MACHINE_EXAMPLES`` makes it run for longer.
"""

from __future__ import annotations

import os
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.contract.postgres.samples import TENANT
from tests.sending_world import IN_THE_AIR, MAILBOXES, Fault, Town

from salesagent_adapters.memory.faults import When
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.sending.attempt import AttemptStatus
from salesagent_core.domain.sending.gate import SendMode
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.errors import (
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from salesagent_core.ids import DraftId
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

EXAMPLES = int(os.environ.get("SEND_MACHINE_EXAMPLES", "80"))
STEPS = 25

PEOPLE = ("ada@firm.test", "ada+x@firm.test", "bob@firm.test", "cy@firm.test", "di@other.test")
LIMITS = (
    Limits(per_contact=2, per_mailbox=20, per_company=5),
    Limits(per_contact=1, per_mailbox=2, per_company=1),
    Limits(per_contact=7, per_mailbox=3, per_company=2),
)
RARELY = st.sampled_from((False, False, True))
COUNTDOWN = st.integers(1, 6)
PLACES = (
    "before commit",
    "after commit",
    "before claim",
    "after claim",
    "before read_draft",
    "after read_draft",
    "before send_draft",
    "after send_draft",
    "before present",
    "before sent_since",
    "before sent_in_thread",
    "before ring",
)
ACTIONS = ("approve", "send now", "undo", "edit", "edit subject", "reject")
PERSON = st.sampled_from((None, None, None, "send", "delete", "edit"))
DATABASE = ("before begin", "before commit", "after commit", "before claim")
READS = ("read_draft", "present", "sent_since", "sent_in_thread", "read_thread")
PROCESS_FAULTS = st.one_of(
    st.tuples(st.sampled_from(PLACES), st.builds(Fault, what=st.just("die"), countdown=COUNTDOWN)),
    st.tuples(
        st.sampled_from(DATABASE), st.builds(Fault, what=st.just("lost"), countdown=COUNTDOWN)
    ),
    st.tuples(
        st.sampled_from(("before commit", "after commit", "after claim", "after read_draft")),
        st.builds(
            Fault,
            what=st.just("pause"),
            countdown=COUNTDOWN,
            seconds=st.sampled_from([7.0, 45.0]),
        ),
    ),
)
SENDING_FAULTS = st.sampled_from(
    (
        "unknown",
        "unknown, after",
        "timeout",
        "timeout, after",
        "bug, after",
        "not sent",
        "429",
        "no",
        "reauth",
        "late, 1",
        "late, 15",
        "late, 24",
        "late, 28.5",
    )
)
RESTING = {
    DraftStatus.PENDING_APPROVAL,
    DraftStatus.APPROVED,
    DraftStatus.REJECTED,
    DraftStatus.SENT,
    DraftStatus.SEND_FAILED,
    DraftStatus.NEEDS_OPERATOR,
}


class SendMachine(RuleBasedStateMachine):
    """Rules are what happens; what must hold is with the oracle."""

    drafts: Bundle[DraftId] = Bundle("drafts")

    @initialize(target=drafts, seed=st.integers(0, 2**32), count=st.integers(1, 2))
    def start(self, seed: int, count: int) -> Any:
        self.town = Town(seed)
        self.made: list[DraftId] = []
        self.by_human: set[str] = set()
        self.erased: set[DraftId] = set()
        self.attempt(self.town.control.set_limits(TENANT, LIMITS[0], who="boss", why="test"))
        return multiple(*(self._written(PEOPLE[n], MAILBOXES[0], n % 2 == 0) for n in range(count)))

    def _written(self, email: str, mailbox: str, answers: bool) -> DraftId:
        text = f"Hello,\n\nhow about day {len(self.made) + 1}?"
        state = self.town.mailboxes[mailbox]
        was, state.connected = state.connected, True
        work = self.town.pending(email, mailbox, text, answers=answers)
        made: DraftId = self.town.loop.run_until_complete(work)
        state.connected = was
        self.made.append(made)
        return made

    def attempt(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        return self.town.run(*work)

    def hash_of(self, draft_id: DraftId) -> str:
        draft = self.town.draft(draft_id)
        return draft.revision.content_hash if draft else ""

    # ------------------------------------------------------------------ operators

    @rule(
        target=drafts,
        email=st.sampled_from(PEOPLE),
        mailbox=st.sampled_from(MAILBOXES),
        answers=st.booleans(),
    )
    def another_draft(self, email: str, mailbox: str, answers: bool) -> DraftId:
        return self._written(email, mailbox, answers)

    def action(self, what: str, draft_id: DraftId) -> Coroutine[Any, Any, Any]:
        town, shown = self.town, self.hash_of(draft_id)
        names: dict[str, Any] = {"content_hash": shown, "operator": "o-1"}
        if what == "approve":
            return town.review.approve(TENANT, draft_id, **names)
        if what == "approve automatically":
            return town.approve_automatically(draft_id)
        if what == "send now":
            return town.schedule.send_now(TENANT, draft_id, **names)
        if what == "undo":
            return town.schedule.cancel(TENANT, draft_id, operator="o-2")
        if what == "reject":
            return town.review.reject(TENANT, draft_id, reason="no", **names)
        draft = town.draft(draft_id)
        seen = draft.status if draft else DraftStatus.PENDING_APPROVAL
        subject = "Another matter" if what == "edit subject" else "Your question"
        body = f"Hello,\n\nnow in other words, {town.clock.now():%H:%M:%S.%f}."
        return town.review.edit(TENANT, draft_id, subject=subject, body=body, seen=seen, **names)

    @rule(draft_id=drafts, what=st.sampled_from(("approve automatically", *ACTIONS)))
    def operator_acts(self, draft_id: DraftId, what: str) -> None:
        self.attempt(self.action(what, draft_id))

    @rule(
        draft_id=drafts,
        actions=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3),
        other=drafts,
        stop=st.booleans(),
        workers=st.integers(1, 4),
    )
    def all_at_once(
        self, draft_id: DraftId, actions: list[str], other: DraftId, stop: bool, workers: int
    ) -> None:
        town = self.town
        work = [self.action(each, draft_id) for each in actions]
        work.append(self.action("send now", other))
        if stop:
            work.append(town.control.stop(TENANT, who="boss", why="drill"))
        work += [town.send() for _ in range(workers)]
        work += [town.reconcile() for _ in range(workers // 2)]
        self.attempt(*work)

    @rule(draft_id=drafts)
    def somebody_looked(self, draft_id: DraftId) -> None:
        """A person answers truly what became of a draft that the machine asked about."""
        attempts = self.town.attempts(draft_id)
        if not attempts:
            return
        was_sent = bool(self.town.sent(attempts[0].key))
        work = self.town.reconcile.settle(TENANT, draft_id, was_sent=was_sent, operator="o-1")
        self.attempt(work)

    # Most of what people set is taken back soon: else nothing would ever be sent here.

    @rule(what=st.sampled_from(("stop", "stop all", "DRAFT_ONLY")), stays=RARELY)
    def switches(self, what: str, stays: bool) -> None:
        control = self.town.control
        if what == "DRAFT_ONLY":
            mode = SendMode.DRAFT_ONLY
            self.attempt(control.set_mode(TENANT, mode, who="boss", why="drill"))
        else:
            tenant = None if what == "stop all" else TENANT
            [status] = self.attempt(control.stop(tenant, who="boss", why="drill"))
            assert status is None or status.stopped
        self.town.passes(timedelta(seconds=20))
        if not stays:
            self.switched_on()

    @rule()
    def switched_on(self) -> None:
        control = self.town.control
        self.attempt(control.resume(None, who="boss", why="drill"))
        self.attempt(control.resume(TENANT, who="boss", why="drill"))
        self.attempt(control.set_mode(TENANT, SendMode.SEND, who="boss", why="drill"))

    @rule(limits=st.sampled_from(LIMITS[1:]), stays=RARELY)
    def limits(self, limits: Limits, stays: bool) -> None:
        self.attempt(self.town.control.set_limits(TENANT, limits, who="boss", why="drill"))
        self.town.passes(timedelta(seconds=20))
        if not stays:
            self.attempt(self.town.control.set_limits(TENANT, LIMITS[0], who="boss", why="drill"))

    @rule(email=st.sampled_from(("bob@firm.test", "cy@firm.test", "@other.test")), stays=RARELY)
    def do_not_contact(self, email: str, stays: bool) -> None:
        reason = SuppressionReason.BY_OPERATOR
        [entry] = self.attempt(self.town.suppressions.add(TENANT, email, reason=reason, by="o-1"))
        self.town.passes(timedelta(seconds=20))
        if entry is not None and not stays:
            self.attempt(self.town.suppressions.remove(TENANT, entry.id, by="o-1"))

    @rule(draft_id=drafts, rare=st.integers(0, 3))
    def erasure(self, draft_id: DraftId, rare: int) -> None:
        draft = self.town.draft(draft_id)
        if rare or draft is None:
            return
        email = draft.lead.person.email
        reason = SuppressionReason.ERASED
        self.attempt(self.town.suppressions.add(TENANT, email, reason=reason, by="o-1"))
        self.attempt(self.town.erase(draft_id))

    # ------------------------------------------------------------------ faults and time

    @rule(fault=PROCESS_FAULTS, seconds=st.sampled_from([0.0, 20.0, 65.0]))
    def process_fault(self, fault: tuple[str, Fault], seconds: float) -> None:
        place, what = fault
        self.town.faults[place] = attrs.evolve(what)
        self.town.passes(timedelta(seconds=seconds))

    @rule(error=SENDING_FAULTS)
    def sending_fails(self, error: str) -> None:
        self._sending_fails(error)

    def _sending_fails(self, error: str) -> None:
        later = self.town.clock.now() + timedelta(seconds=90)
        name, _, when = error.partition(", ")
        errors: dict[str, Exception] = {
            "unknown": FateUnknown("x"),
            "timeout": TimeoutError(),
            "bug": RuntimeError("x"),
            "not sent": NotSent("x"),
            "429": RateLimited("x", retry_at=later),
            "no": Rejected("x"),
            "reauth": NeedsReauth("x"),
        }
        if name == "late":
            self.town.late = float(when)
            return
        self.town.world.faults.fail(
            "mailbox.send_draft", errors[name], when=When.AFTER if when else When.BEFORE
        )

    @rule(method=st.sampled_from(READS), error=st.sampled_from(("down", "429", "no")))
    def reading_fails(self, method: str, error: str) -> None:
        later = self.town.clock.now() + timedelta(seconds=90)
        errors: dict[str, Exception] = {
            "down": Unavailable("x"),
            "429": RateLimited("x", retry_at=later),
            "no": Rejected("x"),
        }
        self.town.world.faults.fail(f"mailbox.{method}", errors[error])

    @rule(mailbox=st.sampled_from(MAILBOXES), seconds=st.sampled_from((2.0, 20.0, 700.0)))
    def token_revoked(self, mailbox: str, seconds: float) -> None:
        self.town.mailboxes[mailbox].revoke()
        self.town.passes(timedelta(seconds=seconds))
        self.town.mailboxes[mailbox].reconnect()

    @rule()
    def no_more_faults(self) -> None:
        self.town.faults.clear()
        self.town.world.faults.clear()
        self.town.late = None

    @rule(hours=st.sampled_from([0, 1, -1]))
    def clocks_are_wrong(self, hours: int) -> None:
        self.town.workers_clock.skew = timedelta(hours=hours)

    @rule(seconds=st.sampled_from([1.0, 5.0, 31.0, 40.0, 65.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.town.passes(timedelta(seconds=seconds))

    @rule(hours=st.sampled_from([1, 8, 14, 25, 8 * 24]))
    def nobody_works(self, hours: int) -> None:
        self.town.night(timedelta(hours=hours))

    def _trouble(
        self,
        draft_id: DraftId,
        error: str | None,
        fault: tuple[str, Fault] | None,
        person: str | None,
        operator: str | None,
    ) -> None:
        """One draft, approved, in all the trouble there can be at once."""
        if error is not None:
            self._sending_fails(error)
        if fault is not None:
            self.town.faults[fault[0]] = attrs.evolve(fault[1])
        self.attempt(self.action("send now", draft_id))
        self.town.passes(timedelta(seconds=self.town.random.choice((0, 1, 3, 12, 30))))
        if person is not None:
            self.a_person(draft_id, person)
        if operator is not None:
            self.attempt(self.action(operator, draft_id))
        self.town.passes(timedelta(seconds=60))

    @rule(
        target=drafts,
        email=st.sampled_from(PEOPLE),
        mailbox=st.sampled_from(MAILBOXES),
        answers=st.booleans(),
        approval=st.sampled_from(("approve", "approve", "approve automatically")),
        error=st.none() | SENDING_FAULTS,
        fault=st.none() | PROCESS_FAULTS,
        person=PERSON,
        operator=st.sampled_from((None, None, *ACTIONS)),
    )
    def an_eventful_send(
        self,
        email: str,
        mailbox: str,
        answers: bool,
        approval: str,
        error: str | None,
        fault: tuple[str, Fault] | None,
        person: str | None,
        operator: str | None,
    ) -> DraftId:
        draft_id = self._written(email, mailbox, answers)
        self.attempt(self.action(approval, draft_id))
        self._trouble(draft_id, error, fault, person, operator)
        return draft_id

    @rule(
        draft_id=drafts,
        error=st.none() | SENDING_FAULTS,
        fault=st.none() | PROCESS_FAULTS,
        person=PERSON,
    )
    def tried_again(
        self,
        draft_id: DraftId,
        error: str | None,
        fault: tuple[str, Fault] | None,
        person: str | None,
    ) -> None:
        self.attempt(self.action("approve", draft_id))
        self._trouble(draft_id, error, fault, person, None)

    @rule(
        emails=st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=4),
        fault=st.none() | PROCESS_FAULTS,
        workers=st.integers(1, 4),
    )
    def a_batch(self, emails: list[str], fault: tuple[str, Fault] | None, workers: int) -> None:
        """Several drafts approved and sent by several workers at the same moment."""
        batch = [self._written(each, MAILBOXES[0], False) for each in emails]
        self.attempt(*(self.action("approve", each) for each in batch))
        if fault is not None:
            self.town.faults[fault[0]] = attrs.evolve(fault[1])
        self.attempt(*(self.action("send now", each) for each in batch))
        self.attempt(*(self.town.send() for _ in range(workers)))

    # ------------------------------------------------------------------ people in the mailbox

    @rule(draft_id=drafts, what=st.sampled_from(["send", "delete", "edit"]))
    def a_person_acts(self, draft_id: DraftId, what: str) -> None:
        self.a_person(draft_id, what)

    def a_person(self, draft_id: DraftId, what: str) -> None:
        draft = self.town.draft(draft_id)
        if draft is None or draft.in_mailbox is None:
            return
        state, handle = self.town.mailboxes[draft.mailbox], draft.in_mailbox.draft_id
        try:
            if what == "send":
                self.by_human.add(state.human_sends(handle).id)
            elif what == "delete":
                state.human_deletes(handle)
            else:
                text = f"By hand at {self.town.clock.now():%H:%M:%S.%f}"
                state.human_edits(handle, text=text)
                self.town.edited[handle] = self.town.clock.now()
        except NotFound:
            return

    @rule(draft_id=drafts)
    def they_write_again(self, draft_id: DraftId) -> None:
        draft = self.town.draft(draft_id)
        if draft is None or draft.in_mailbox is None:
            return
        state = self.town.mailboxes[draft.mailbox]
        mails = [mail for mail in state.thread(draft.in_mailbox.thread_id) if not mail.is_draft]
        if mails:
            state.receive(
                sender=draft.lead.person.email,
                subject=mails[0].subject,
                text="One more thing.",
                in_reply_to=mails[0].message_id,
            )

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def nobody_objects(self) -> None:
        if hasattr(self, "town"):
            self.town.oracle.look()
            assert not self.town.oracle.objections, self.town.oracle.objections[0]

    def teardown(self) -> None:
        if not hasattr(self, "town"):
            return
        try:
            self.everything_comes_to_rest()
        finally:
            self.town.close()

    def everything_comes_to_rest(self) -> None:
        """Faults over, switches released: all of it is sent, or visibly waits for a person."""
        town = self.town
        self.no_more_faults()
        town.workers_clock.skew = timedelta(0)
        for state in town.mailboxes.values():
            state.reconnect()
        for control in (
            town.control.resume(None, who="b", why="over"),
            town.control.resume(TENANT, who="b", why="over"),
            town.control.set_mode(TENANT, SendMode.SEND, who="b", why="over"),
        ):
            self.attempt(control)
        for time in (timedelta(minutes=15), timedelta(hours=25), timedelta(days=8)):
            town.night(time)
            town.passes(timedelta(minutes=5))
            self.nobody_objects()
        town.night(timedelta(days=8))
        self.nobody_objects()
        # All these looks may have fallen into the recipient's nights: what waits for their morning
        # gets one.
        scheduled = [each for each in town.attempts() if each.status is AttemptStatus.SCHEDULED]
        mornings = [each.due_at for each in scheduled if each.due_at is not None]
        if mornings:
            town.night(max(mornings) - town.clock.now())
            self.nobody_objects()
        for each in town.attempts():
            assert each.status not in (AttemptStatus.SENDING, AttemptStatus.UNKNOWN), "no rest"
            waits = each.status is AttemptStatus.SCHEDULED
            assert not waits, ("lost", each.waiting, each.due_at)
        for draft_id in self.made:
            self._rests(draft_id)

    def _rests(self, draft_id: DraftId) -> None:
        town, draft = self.town, self.town.draft(draft_id)
        if draft is None:
            return
        attempts = town.attempts(draft_id)
        mails = town.sent(f"run-{draft.run_id}")
        # Another subject makes another thread, and what a person sent in the old one stays there.
        threads = {each.thread_id for each in attempts}
        threads |= {draft.in_mailbox.thread_id} if draft.in_mailbox else set()
        seen = any(mail.thread_id in threads for mail in mails)
        assert draft.status in RESTING, draft.status
        if draft.status is DraftStatus.SENT:
            assert mails, "counted as sent, and it never was"
        if draft.status is DraftStatus.NEEDS_OPERATOR:
            assert any(each.status in IN_THE_AIR for each in attempts)
        elif seen:
            assert draft.status is DraftStatus.SENT, ("it left, and nobody knows", draft.status)
        actions = [each.action for each in town.store.audit if each.subject_id == draft_id]
        sent = sum(each.status is AttemptStatus.SENT for each in attempts)
        assert actions.count("send.sent") == sent


def test_sending_holds_under_any_order_of_events() -> None:
    run_state_machine_as_test(
        SendMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
