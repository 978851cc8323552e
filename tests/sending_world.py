"""All of sending in one process under one virtual clock: a store, mailboxes, workers that die.

``Town`` wires the real use cases as the container does. Its workers run all the time; each pass
is a process of its own, which can be killed at every place. ``Oracle`` looks at every commit and
at every request and writes down what must not be.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from tests.contract.postgres.samples import TENANT, draft
from tests.sending_memory import Audits, Queue, Store, Syncs, Tx
from tests.sending_stage import EVERYBODY, Killed, NoVoices, Tenants
from tests.virtual_time import VirtualClock, VirtualLoop

from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.stored_mail import StoredMail, held_hash
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.identity import SeededIds
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus, content_hash, move
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.sending.message import OutgoingMail, draft_key
from salesagent_core.errors import SalesAgentError, Unavailable
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.mail_sender import FateUnknown, HeldDraft, SentMail
from salesagent_core.ports.suppressions import OptOut
from salesagent_core.use_cases.audit_sent import AuditSent
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.manage_suppressions import ManageSuppressions
from salesagent_core.use_cases.reconcile_send import ReconcileSends
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.schedule_send import ScheduleSend
from salesagent_core.use_cases.send_draft import SendDrafts
from salesagent_core.use_cases.sync_draft import SyncDrafts

MAILBOXES = ("sales@example.org", "second@example.org")
TICK = 5.0
"""Seconds between two passes of each worker."""
SENDER_TIMEOUT = 20.0
"""Seconds after which our side gives up on a request; the other side may not."""
READ_LAG = timedelta(seconds=2)
"""For so long after it was sent a draft can still be read."""
SENT_LAG = timedelta(seconds=4)
"""For so long a mail that was sent does not show."""

Attempt = AttemptStatus


@attrs.define
class Process:
    """One pass of one worker, or one request of an operator."""

    dead: bool = False
    reads: dict[str, datetime] = attrs.field(factory=dict)


_PROCESS: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)


@attrs.define
class Fault:
    """What happens at a place: ``die``, ``lost`` (the connection to the database), ``pause``."""

    what: str
    countdown: int = 1
    seconds: float = 0.0


class Town:
    """Everything there is, from the operator to the mailbox."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.workers_clock = VirtualClock(self.loop)
        self.faults: dict[str, Fault] = {}
        self.late: float | None = None
        self.awake = asyncio.Event()
        self.awake.set()
        self.store = Store(self.clock, self.give)
        self.world = World(self.clock, seed=seed)
        self.mailboxes = {each: self._mailbox(each) for each in MAILBOXES}
        self.edited: dict[str, datetime] = {}
        self.vendor: set[asyncio.Task[None]] = set()
        self.oracle = Oracle(self)
        self.bells: list[tuple[Topic, str]] = []
        self._wire(SeededIds(self.clock, seed))
        passes: tuple[tuple[Callable[[], Awaitable[int]], Callable[[], bool]], ...] = (
            (self.send, lambda: self._due(Attempt.SCHEDULED)),
            (self.send, lambda: self._due(Attempt.SCHEDULED)),
            (self.reconcile, lambda: self._due(Attempt.SENDING, Attempt.UNKNOWN)),
            (self.sync, lambda: self._drafts_due("sync_due_at", behind=True)),
            (self.audit, lambda: self._drafts_due("audit_due_at")),
        )
        self._fleet = [self.loop.create_task(self._worker(*each)) for each in passes]

    def _mailbox(self, address: str) -> MailboxState:
        state = self.world.connect_mailbox(TENANT, address)
        state.quota_per_minute = None
        state.read_lag, state.sent_lag = READ_LAG, SENT_LAG
        state.search_lag = timedelta(minutes=1)
        return state

    def _wire(self, ids: SeededIds) -> None:
        work: Any = self.store
        sender = _Sender(self)
        drafts = MemoryMailbox(self.world)
        tenants, voices, clock = Tenants(), NoVoices(), self.workers_clock
        sends, syncs = Queue(self.store), Syncs(self.store)
        common: dict[str, Any] = {"work": work, "tenants": tenants, "queue": self, "ids": ids}
        self.schedule = ScheduleSend(permission=EVERYBODY, **common)
        self.review = ReviewDraft(
            unit_of_work=work,
            tenants=tenants,
            voices=voices,
            queue=self,
            clock=self.clock,
            ids=ids,
            on_approval=self.on_approval,
        )
        self.send = SendDrafts(
            sends=sends,
            sender=sender,
            reader=drafts,
            voices=voices,
            permission=EVERYBODY,
            clock=clock,
            **common,
        )
        self.reconcile = ReconcileSends(sends=sends, work=work, sender=sender, queue=self, ids=ids)
        self.sync = SyncDrafts(
            syncs=syncs, reader=drafts, drafts=drafts, clock=clock, ids=ids, tenants=tenants
        )
        self.audit = AuditSent(
            audits=Audits(self.store), sender=sender, reader=drafts, voices=voices, **common
        )
        self.control = ControlSending(sends=sends, permission=EVERYBODY, **common)
        self.suppressions = ManageSuppressions(work=work, tokens=_PlainTokens(), ids=ids)
        self.drafts, self.ids = drafts, ids

    async def on_approval(self, tx: Any, draft: Draft, *, by: str, automatic: bool) -> None:
        await self.schedule.intent.on_approval(tx, draft, by=by, automatic=automatic)

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        """``JobQueue``: a bell that nobody hears; the workers look by themselves."""
        await self.give("before ring")
        self.bells += [(topic, each) for each in ids]

    # ------------------------------------------------------------------ time, faults, processes

    async def give(self, place: str) -> None:
        """Others run now; and what is to go wrong at this place does."""
        process = _PROCESS.get()
        await asyncio.sleep(self.random.choice((0.0, 0.0, 0.002, 0.02)))
        if process is not None and not process.dead:
            await self._fault(place, process)
        if process is not None and process.dead:
            raise Killed(place)

    async def _fault(self, place: str, process: Process) -> None:
        fault = self.faults.get(place)
        if fault is None:
            return
        fault.countdown -= 1
        if fault.countdown > 0:
            return
        del self.faults[place]
        if fault.what == "die":
            process.dead = True
        elif fault.what == "pause":
            await asyncio.sleep(fault.seconds)
        else:
            raise Unavailable("the connection to the database was lost")

    async def process(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something that may be killed, or fail, as any process may."""
        _PROCESS.set(Process())
        try:
            return await work
        except (Killed, SalesAgentError):
            return None

    def _due(self, *statuses: AttemptStatus) -> bool:
        now = self.clock.now()
        return any(
            each.status in statuses and each.due_at is not None and each.due_at <= now
            for each in self.attempts()
        )

    def _drafts_due(self, column: str, *, behind: bool = False) -> bool:
        rows = self.store.rows["draft"].values()
        times = [getattr(row, column) for row in rows if row.draft.mailbox_is_behind or not behind]
        return any(at is not None and at <= self.clock.now() for at in times)

    async def _worker(self, work: Callable[[], Awaitable[int]], is_due: Callable[[], bool]) -> None:
        await asyncio.sleep(self.random.random() * TICK)
        while True:
            await self.awake.wait()

            async def one_pass() -> int:
                return await work()

            if is_due():
                # A process that dies takes nothing with it but itself.
                await asyncio.create_task(self.process(one_pass()))
            await asyncio.sleep(TICK * (0.5 + self.random.random()))

    def run(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """All of this at once, each in a process of its own."""

        async def together() -> list[Any]:
            tasks = [asyncio.create_task(self.process(each)) for each in work]
            return await asyncio.gather(*tasks)

        return self.loop.run_until_complete(together())

    def passes(self, time: timedelta) -> None:
        """Time passes while everybody works."""
        self.loop.run_until_complete(asyncio.sleep(time.total_seconds()))

    def night(self, time: timedelta) -> None:
        """Time passes while no worker runs; then they catch up."""
        self.awake.clear()
        self.passes(time)
        self.awake.set()
        self.passes(timedelta(minutes=3))

    def close(self) -> None:
        """End every task and the loop."""
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    # ------------------------------------------------------------------ making and looking

    async def pending(self, email: str, mailbox: str, text: str, *, answers: bool) -> DraftId:
        """A draft that waits for approval, and its copy in the mailbox: in the thread of a mail
        of theirs, where it ``answers`` one."""
        made = draft(self.ids.new(), held=None)
        state, first = self.mailboxes[mailbox], None
        if answers:
            subject = made.revision.subject
            first = state.receive(sender=email, subject=subject, text="Tell me more.")
        revision = attrs.evolve(
            made.revision, body=text, content_hash=content_hash(email, made.revision.subject, text)
        )
        mail = OutgoingMail(
            key=draft_key(made.run_id),
            sender=mailbox,
            to=email,
            subject=revision.subject,
            text=text,
            thread_id=first.thread_id if first else None,
            in_reply_to=first.message_id if first else None,
        )
        now = self.clock.now()
        handle = await self.drafts.create_draft(TENANT, mailbox, mail)
        person = attrs.evolve(made.lead.person, email=email)
        made = attrs.evolve(
            made,
            id=DraftId(self.ids.new()),
            run_id=RunId(made.run_id),
            mailbox=mailbox,
            lead=attrs.evolve(made.lead, person=person),
            revision=revision,
            in_mailbox=attrs.evolve(handle, content_hash=revision.content_hash),
            thread_read=(first.id,) if first else (),
            created_at=now,
            updated_at=now,
        )
        async with self.store.begin(TENANT) as tx:
            await tx.drafts.add(made)
        return made.id

    async def approve_automatically(self, draft_id: DraftId) -> None:
        """As the last step of a run does."""
        async with self.store.begin(TENANT) as tx:
            now = self.clock.now()
            approved = move(await tx.drafts.get(draft_id, lock=True), DraftStatus.APPROVED, now)
            await tx.drafts.save(approved)
            decision = Decision(
                id=self.ids.new(),
                draft_id=draft_id,
                content_hash=approved.revision.content_hash,
                verdict=Verdict.AUTO_APPROVED,
                by="rule:high_icp",
                at=now,
            )
            await tx.decisions.add(decision)
            await self.schedule.intent._settler.note(
                tx, TENANT, "draft.auto_approved", draft_id, now
            )
            await self.on_approval(tx, approved, by=decision.by, automatic=True)

    async def erase(self, draft_id: DraftId) -> None:
        """The person is erased: the draft is gone from our records."""
        async with self.store.begin(TENANT) as tx:
            await tx.drafts.get(draft_id, lock=True)
            await tx.write("draft", draft_id, None)

    def draft(self, draft_id: DraftId) -> Draft | None:
        """As it is committed; None when it was erased."""
        row = self.store.rows["draft"].get(draft_id)
        return row.draft if row is not None else None

    def attempts(self, draft_id: DraftId | None = None) -> list[SendAttempt]:
        """All that are committed, oldest first."""
        rows = self.store.rows["attempt"].values()
        return [each for each in rows if draft_id is None or each.draft_id == draft_id]

    def sent(self, key: str | None = None) -> list[StoredMail]:
        """What really left a mailbox: the independent witness."""
        return [
            mail
            for state in self.mailboxes.values()
            for mail in state.mails.values()
            if "SENT" in mail.labels and (key is None or mail.key == key)
        ]


class _PlainTokens:
    def make(self, tenant_id: TenantId, email: str, draft_id: DraftId) -> str:
        return email

    def read(self, token: str) -> OptOut:
        return OptOut(tenant_id=TENANT, email=token)


class _Sender:
    """The mailbox as a worker sees it: it may die around each call, and a request may be carried
    out after nobody waits for it any more."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._sender = MemoryMailSender(town.world)

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        await self._town.give("before read_draft")
        held = await self._sender.read_draft(tenant_id, mailbox, draft_id)
        process = _PROCESS.get()
        if process is not None:
            process.reads[draft_id] = self._town.clock.now()
        await self._town.give("after read_draft")
        return held

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        town = self._town
        await town.give("before send_draft")
        process = _PROCESS.get()
        read_at = process.reads.get(draft_id) if process is not None else None
        town.oracle.at_request(mailbox, draft_id, read_at)

        async def carry_out() -> SentMail:
            return await self._sender.send_draft(tenant_id, mailbox, draft_id)

        late, town.late = town.late, None
        if late is not None:
            task = town.loop.create_task(self._later(late, draft_id, carry_out))
            town.vendor.add(task)
            await asyncio.sleep(SENDER_TIMEOUT)
            raise FateUnknown("no answer in time")
        before = {mail.id for mail in town.sent()}
        try:
            return await carry_out()
        finally:
            town.oracle.carried_out(draft_id, before)
            await town.give("after send_draft")

    async def _later(
        self, seconds: float, draft_id: str, carry_out: Callable[[], Awaitable[SentMail]]
    ) -> None:
        await asyncio.sleep(seconds)
        before = {mail.id for mail in self._town.sent()}
        with contextlib.suppress(Exception):
            await carry_out()
        self._town.oracle.carried_out(draft_id, before)

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        await self._town.give("before present")
        return await self._sender.present(tenant_id, mailbox)

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        await self._town.give("before sent_since")
        return await self._sender.sent_since(tenant_id, mailbox, point)

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        await self._town.give("before sent_in_thread")
        return await self._sender.sent_in_thread(tenant_id, mailbox, thread_id)


# What the rules of sending say, written down a second time and apart from the code.
MAY_FOLLOW = {
    None: {Attempt.SCHEDULED, Attempt.SENT},
    Attempt.SCHEDULED: {Attempt.SENDING, Attempt.CANCELLED, Attempt.SENT},
    Attempt.SENDING: {Attempt.SENT, Attempt.SCHEDULED, Attempt.FAILED, Attempt.UNKNOWN},
    Attempt.UNKNOWN: {Attempt.SENT, Attempt.SCHEDULED, Attempt.NEEDS_OPERATOR},
    Attempt.NEEDS_OPERATOR: {Attempt.SENT, Attempt.CANCELLED},
    Attempt.FAILED: {Attempt.SCHEDULED, Attempt.SENT},
    Attempt.CANCELLED: {Attempt.SCHEDULED, Attempt.SENT},
    Attempt.SENT: set(),
}
HAS_SLOT = {
    Attempt.SCHEDULED,
    Attempt.SENDING,
    Attempt.UNKNOWN,
    Attempt.NEEDS_OPERATOR,
    Attempt.SENT,
}
AGREES = {
    DraftStatus.SENDING: Attempt.SENDING,
    DraftStatus.DELIVERY_UNKNOWN: Attempt.UNKNOWN,
    DraftStatus.NEEDS_OPERATOR: Attempt.NEEDS_OPERATOR,
    DraftStatus.SEND_FAILED: Attempt.FAILED,
    DraftStatus.SENT: Attempt.SENT,
}
IN_THE_AIR = {Attempt.SENDING, Attempt.UNKNOWN, Attempt.NEEDS_OPERATOR}
WEEK, DAY = timedelta(days=7), timedelta(days=1)
VISIBLE_WITHIN = timedelta(minutes=10)
START_TO_REQUEST = timedelta(seconds=6)


class Oracle:
    """Knows the rules, not the code. What it objects to is kept: nobody may swallow it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.objections: list[str] = []
        self.by_us: list[tuple[str, StoredMail]] = []
        self.barriers: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        town.store.on_commit.append(self.at_commit)

    def object_to(self, bad: bool, what: str, *about: object) -> None:
        """Remember an objection."""
        if bad:
            self.objections.append(" ".join((what, *map(str, about))))

    # ------------------------------------------------------------------ each transaction

    def at_commit(self, tx: Tx) -> None:
        """Look at what a transaction is about to change."""
        for (table, key), row in tx.changes.items():
            old = self.town.store.rows[table].get(key)
            if table == "attempt":
                self._attempt(tx, old, row)
            elif table == "draft" and isinstance(getattr(row, "draft", None), Draft):
                self._draft(tx, old.draft if old else None, row.draft)
            elif table in ("suppression", "switch"):
                changed = (old is None) != (not hasattr(row, "__attrs_attrs__"))
                self.object_to(changed and old != row and not tx.events, "no audit event", table)

    def _attempt(self, tx: Tx, old: SendAttempt | None, new: SendAttempt) -> None:
        before = old.status if old else None
        if before is new.status:
            return
        self.object_to(new.status not in MAY_FOLLOW[before], "no such move", before, new.status)
        actions = [
            each.action
            for each in tx.events
            if each.subject_id == new.draft_id and ("send", new.id) in each.detail
        ]
        self.object_to(actions != [f"send.{new.status.value}"], "audit", new.status, actions)
        slot = tx.read("slot", new.id)
        self.object_to((slot is not None) != (new.status in HAS_SLOT), "slot", new.status)
        settled = slot is not None and slot.settled_at is not None
        self.object_to(settled != (new.status is Attempt.SENT), "slot settled", new.status)
        waits = new.status in (Attempt.SCHEDULED, Attempt.SENDING, Attempt.UNKNOWN)
        self.object_to(waits and new.due_at is None, "nobody will look again", new.status)
        draft = tx.read("draft", new.draft_id)
        if new.status in AGREES.values() and draft is not None:
            wanted = next(one for one, other in AGREES.items() if other is new.status)
            self.object_to(draft.draft.status is not wanted, "draft", draft.draft.status, wanted)
        if new.status is Attempt.SENDING:
            self._barrier(tx, new)
        elif new.status is Attempt.SENT and new.sent is not None:
            ours = [mail for mail in self.town.sent() if mail.id == new.sent.message_id]
            self.object_to(not ours, "recorded as sent, and it never was")
        elif before in (Attempt.SENDING, Attempt.UNKNOWN):
            self._not_out(new, before)

    def _not_out(self, new: SendAttempt, before: AttemptStatus | None) -> None:
        out = [mail for handle, mail in self.by_us if handle == new.mailbox_draft_id]
        if new.status in (Attempt.SCHEDULED, Attempt.FAILED):
            self.object_to(bool(out), "it is out, and counts as not sent", before, new.status)
        if new.status is Attempt.NEEDS_OPERATOR and self.town.draft(new.draft_id) is not None:
            now, shown = self.town.clock.now(), SENT_LAG * 2
            findable = [mail for mail in out if shown < now - mail.at < WEEK - DAY]
            self.object_to(bool(findable), "it could have been found")
            handle = self.town.mailboxes[new.mailbox].drafts
            self.object_to(new.mailbox_draft_id in handle, "the draft is there, and a person asked")

    def _draft(self, tx: Tx, old: Draft | None, new: Draft) -> None:
        if old is None or old.status is new.status:
            return
        told = any(each.subject_id == new.id for each in tx.events)
        self.object_to(not told, "no audit event", old.status, new.status)

    # ------------------------------------------------------------------ the barrier

    def _barrier(self, tx: Tx, new: SendAttempt) -> None:
        """Everything that must be true at the moment at which a send starts."""
        store, now = self.town.store, self.town.clock.now()
        self.barriers[new.id] = self.barriers.get(new.id, 0) + 1
        row = store.rows["draft"].get(new.draft_id)
        self.object_to(row is None, "the draft is erased")
        if row is None:
            return
        draft: Draft = row.draft
        self.object_to(draft.status is not DraftStatus.APPROVED, "sent while", draft.status)
        same = draft.revision.content_hash == new.content_hash
        self.object_to(not same, "another revision was approved")
        about = [
            each
            for each in store.decisions
            if each.draft_id == draft.id and each.content_hash == new.content_hash
        ]
        good = about and about[-1].verdict in (Verdict.APPROVED, Verdict.AUTO_APPROVED)
        self.object_to(not good, "nobody approved it")
        switches = store.rows["switch"]
        stopped = [key for key in switches if key[1] == "stop"]
        self.object_to(bool(stopped), "sent while sending is stopped")
        mode = switches.get((TENANT, "mode"))
        drafts_only = mode is not None and mode.mode.value == "DRAFT_ONLY"
        self.object_to(drafts_only, "sent in DRAFT_ONLY")
        email = draft.lead.person.email
        listed = [
            row
            for pattern, row in store.rows["suppression"].items()
            if pattern in (f"person:{_folded(email)}", f"host:{_company(email)}")
        ]
        known = [each for each in listed if each.since < tx.began]
        self.object_to(bool(known), "sent to a suppressed person")
        hour = now.hour + now.minute / 60
        self.object_to(new.automatic and not 8 <= hour < 18, "sent outside of the window", now)
        self.object_to(new.sent is not None, "sent before")
        others = [each for each in self.town.attempts(draft.id) if each.id != new.id]
        bad = [each for each in others if each.status in IN_THE_AIR]
        self.object_to(bool(bad), "another revision is in the air", [each.status for each in bad])
        out = [mail for handle, mail in self.by_us if handle == new.mailbox_draft_id]
        self.object_to(bool(out), "it was sent before")
        self._limits(tx, draft, new.id)

    def _limits(self, tx: Tx, draft: Draft, mine: str) -> None:
        limits = self.town.store.rows["switch"].get((TENANT, "limits"))
        now, email = self.town.clock.now(), draft.lead.person.email
        counted: list[tuple[Draft, datetime]] = []
        for each in self.town.attempts():
            row = self.town.store.rows["draft"].get(each.draft_id)
            if each.id == mine or row is None:
                continue
            if each.status in IN_THE_AIR | {Attempt.SCHEDULED}:
                counted.append((row.draft, now))
            elif each.status is Attempt.SENT and not (each.sent and each.sent.by_human):
                counted.append((row.draft, each.sent.sent_at if each.sent else each.updated_at))
        person, company = _folded(email), _company(email)
        to_person = [
            at
            for one, at in counted
            if _folded(one.lead.person.email) == person and now - at < WEEK
        ]
        from_mailbox = [
            at for one, at in counted if one.mailbox == draft.mailbox and now - at < DAY
        ]
        active = {
            _folded(one.lead.person.email)
            for one, at in counted
            if _company(one.lead.person.email) == company and now - at < WEEK
        }
        if limits is None:
            return
        over = len(to_person) >= limits.per_contact
        self.object_to(over, "over the person's limit", len(to_person))
        over = len(from_mailbox) >= limits.per_mailbox
        self.object_to(over, "over the mailbox's limit", len(from_mailbox))
        over = person not in active and len(active) >= limits.per_company
        self.object_to(over, "over the company's limit", len(active))

    # ------------------------------------------------------------------ the request

    def at_request(self, mailbox: str, draft_id: str, read_at: datetime | None) -> None:
        """A request to send leaves our side now."""
        now = self.town.clock.now()
        state = self.town.mailboxes[mailbox]
        sending = [
            each
            for each in self.town.attempts()
            if each.mailbox_draft_id == draft_id and each.status is Attempt.SENDING
        ]
        self.object_to(len(sending) != 1, "a request without a barrier", len(sending))
        for each in sending:
            late = each.started_at is None or now - each.started_at > START_TO_REQUEST
            self.object_to(late, "a request long after the barrier", now, each.started_at)
            count = self.requests[each.id] = self.requests.get(each.id, 0) + 1
            self.object_to(count > self.barriers.get(each.id, 0), "two requests for one barrier")
            edited_at = self.town.edited.get(draft_id)
            unseen = edited_at is not None and (read_at is None or edited_at >= read_at)
            if draft_id in state.drafts and not unseen:
                held = held_hash(state.draft(draft_id))
                self.object_to(held != each.content_hash, "another text than was approved is sent")
            slot = self.town.store.rows["slot"].get(each.id)
            self.object_to(slot is None, "sent without a place in the limits")

    def carried_out(self, draft_id: str, before: set[str]) -> None:
        """What our request made of the mailbox, compared with the mails that were there before."""
        self.by_us += [(draft_id, mail) for mail in self.town.sent() if mail.id not in before]

    # ------------------------------------------------------------------ at any moment

    def look(self) -> None:
        """What must be true between two transactions, whenever that is."""
        town, now = self.town, self.town.clock.now()
        keys = [mail.key for _, mail in self.by_us]
        self.object_to(len(keys) != len(set(keys)), "a draft left twice")
        for each in town.attempts():
            slot = town.store.rows["slot"].get(each.id)
            self.object_to((slot is not None) != (each.status in HAS_SLOT), "slot", each.status)
            hidden = each.status is Attempt.SENDING and each.started_at is not None
            old = hidden and now - (each.started_at or now) > VISIBLE_WITHIN
            self.object_to(old, "an unknown result nobody sees", each.started_at, now)
        for row in list(town.store.rows["draft"].values()):
            wanted = AGREES.get(row.draft.status)
            statuses = [each.status for each in town.attempts(row.draft.id)]
            agrees = wanted is None or wanted in statuses
            self.object_to(not agrees, "draft and attempts", row.draft.status, statuses)
            if wanted not in IN_THE_AIR:
                flying = [each for each in statuses if each in IN_THE_AIR]
                self.object_to(bool(flying), "in the air unseen", row.draft.status, statuses)
        self.object_to(town.store.locks.circles > 0, "a circle of locks")


def _folded(email: str) -> str:
    local, _, host = email.partition("@")
    return f"{local.partition('+')[0]}@{host}"


def _company(email: str) -> str:
    return email.partition("@")[2]
