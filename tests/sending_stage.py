"""All of sending over a real database and a strict mailbox in memory, for tests that break it.

Time passes by moving what the database remembers into the past.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import attrs
from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES, TENANT, draft

from salesagent_adapters.crypto.opt_out import SealedOptOutTokens
from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres.draft_sync import PgDraftSyncs
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.send_queue import PgSendQueue, PgSentAudits
from salesagent_adapters.postgres.unit_of_work import PgTransaction, PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus, content_hash, move
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.domain.sending.gate import SendPermission
from salesagent_core.domain.sending.message import OutgoingMail, draft_key
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.mail_sender import HeldDraft, SentMail
from salesagent_core.use_cases.audit_sent import AuditSent
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.manage_recipients import ManageRecipients
from salesagent_core.use_cases.manage_suppressions import ManageSuppressions
from salesagent_core.use_cases.reconcile_send import ReconcileSends
from salesagent_core.use_cases.schedule_send import ScheduleSend
from salesagent_core.use_cases.send_draft import SendDrafts
from salesagent_core.use_cases.sync_draft import SyncDrafts

MAILBOX = "sales@example.org"
EVERYBODY = SendPermission(allowed=True, recipients=("*",))
NO_WAIT = timedelta(0)


class Killed(BaseException):
    """The process died here. Nothing that handles errors may catch it."""


class FaultPoints:
    """Kills whoever comes to a point for the n-th time; points are named as they are passed."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self._fatal: dict[str, int] = {}

    def kill_at(self, point: str, times: int = 1) -> None:
        self._fatal[point] = times

    def clear(self) -> None:
        self._fatal.clear()

    def reach(self, point: str) -> None:
        self.passed.append(point)
        if point in self._fatal:
            self._fatal[point] -= 1
            if self._fatal[point] == 0:
                del self._fatal[point]
                raise Killed(point)


class BreakableWork:
    """A unit of work that can die before and after each commit."""

    def __init__(self, work: PgUnitOfWork, points: FaultPoints) -> None:
        self._work = work
        self._points = points

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[PgTransaction]:
        async with self._work.begin(tenant_id) as tx:
            yield tx
            self._points.reach("before commit")
        self._points.reach("after commit")


class BreakableSender:
    """The mailbox as a process sees it that may die before and after each call."""

    def __init__(self, sender: MemoryMailSender, points: FaultPoints) -> None:
        self._sender = sender
        self._points = points

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        self._points.reach("before read")
        return await self._sender.read_draft(tenant_id, mailbox, draft_id)

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        self._points.reach("before send")
        sent = await self._sender.send_draft(tenant_id, mailbox, draft_id)
        self._points.reach("after send")
        return sent

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        return await self._sender.present(tenant_id, mailbox)

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        self._points.reach("before history")
        return await self._sender.sent_since(tenant_id, mailbox, point)

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        self._points.reach("before thread")
        return await self._sender.sent_in_thread(tenant_id, mailbox, thread_id)


class Tenants:
    """One tenant, whatever is asked for."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        return Tenant(id=tenant_id, name="Ours", mailbox=MAILBOX, sender_name="Max Berger")

    async def by_portal(self, portal_id: str | None) -> Tenant | None:
        return await self.get(TENANT)

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        return ()


class NoVoices:
    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        return None


class Bells:
    def __init__(self) -> None:
        self.rung: list[tuple[Topic, str]] = []

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        self.rung += [(topic, each) for each in ids]


async def no_pause(_seconds: float) -> None:
    return None


class Stage:
    """Everything, wired as the container does, with short waits and breakable parts."""

    def __init__(
        self, database: Database, vault: Vault, *, permission: SendPermission = EVERYBODY
    ) -> None:
        self.database = database
        self.world = World(SystemClock())
        self.mailbox = self.world.connect_mailbox(TENANT, MAILBOX)
        self.mailbox.quota_per_minute = None
        self.drafts = MemoryMailbox(self.world)
        self.points = FaultPoints()
        self.work = PgUnitOfWork(database, vault, RESULT_TYPES)
        self.sends = PgSendQueue(database, vault)
        self.syncs = PgDraftSyncs(database, vault)
        self.bells = Bells()
        clock = SystemClock()
        ids = RandomIds(clock)
        work = BreakableWork(self.work, self.points)
        sender = BreakableSender(MemoryMailSender(self.world), self.points)
        tenants, voices = Tenants(), NoVoices()
        self.schedule = ScheduleSend(
            work=work, tenants=tenants, permission=permission, queue=self.bells, ids=ids
        )
        self.send = SendDrafts(
            sends=self.sends,
            work=work,
            sender=sender,
            reader=self.drafts,
            tenants=tenants,
            voices=voices,
            permission=permission,
            queue=self.bells,
            clock=clock,
            ids=ids,
        )
        self.reconcile = ReconcileSends(
            sends=self.sends,
            work=work,
            sender=sender,
            queue=self.bells,
            ids=ids,
            grace=NO_WAIT,
            between_looks=NO_WAIT,
        )
        self.sync = SyncDrafts(
            syncs=self.syncs,
            reader=self.drafts,
            drafts=self.drafts,
            clock=clock,
            ids=ids,
            tenants=tenants,
        )
        self.audit = AuditSent(
            audits=PgSentAudits(database, vault),
            work=work,
            sender=sender,
            reader=self.drafts,
            tenants=tenants,
            voices=voices,
            queue=self.bells,
            ids=ids,
            pause=no_pause,
        )
        self.recipients = ManageRecipients(work=self.work, ids=ids)
        self.control = ControlSending(
            work=self.work,
            sends=self.sends,
            tenants=tenants,
            permission=permission,
            queue=self.bells,
            ids=ids,
        )
        self.suppressions = ManageSuppressions(
            work=self.work, tokens=SealedOptOutTokens(vault), ids=ids
        )

    # ------------------------------------------------------------------ making things

    async def pending(
        self, email: str = "ada.tester@example.com", *, answering: StoredMail | None = None
    ) -> Draft:
        """A draft that waits for approval, and its copy in the mailbox, in the thread of the mail
        that it answers."""
        made = draft(new_id(), held=None)
        revision = attrs.evolve(
            made.revision,
            content_hash=content_hash(email, made.revision.subject, made.revision.body),
        )
        mail = OutgoingMail(
            key=draft_key(made.run_id),
            sender=MAILBOX,
            to=email,
            subject=revision.subject,
            text=revision.body,
            thread_id=answering.thread_id if answering else None,
            in_reply_to=answering.message_id if answering else None,
        )
        handle = await self.drafts.create_draft(TENANT, MAILBOX, mail)
        person = attrs.evolve(made.lead.person, email=email)
        made = attrs.evolve(
            made,
            lead=attrs.evolve(made.lead, person=person),
            revision=revision,
            in_mailbox=attrs.evolve(handle, content_hash=revision.content_hash),
            thread_read=(answering.id,) if answering else (),
        )
        async with self.work.begin(TENANT) as tx:
            await tx.drafts.add(made)
        return made

    async def approved(
        self, email: str = "ada.tester@example.com", verdict: Verdict = Verdict.APPROVED
    ) -> Draft:
        """A draft that somebody approved; nothing is scheduled."""
        return await self.approve(await self.pending(email), verdict)

    async def approve(self, made: Draft, verdict: Verdict = Verdict.APPROVED) -> Draft:
        async with self.work.begin(TENANT) as tx:
            now = datetime.now(UTC)
            current = await tx.drafts.get(made.id, lock=True)
            approved = move(current, DraftStatus.APPROVED, now)
            await tx.drafts.save(approved)
            await tx.decisions.add(
                Decision(
                    id=new_id(),
                    draft_id=made.id,
                    content_hash=approved.revision.content_hash,
                    verdict=verdict,
                    by="o-1",
                    at=now,
                )
            )
        return approved

    async def scheduled(
        self,
        email: str = "ada.tester@example.com",
        *,
        delay: timedelta = NO_WAIT,
        answering: StoredMail | None = None,
    ) -> tuple[Draft, SendAttempt]:
        """An approved draft with its attempt."""
        made = await self.approve(await self.pending(email, answering=answering))
        attempt = await self.schedule(
            TENANT,
            made.id,
            content_hash=made.revision.content_hash,
            operator="o-1",
            delay=delay,
        )
        return made, attempt

    # ------------------------------------------------------------------ looking

    async def draft(self, draft_id: DraftId) -> Draft:
        async with self.work.begin(TENANT) as tx:
            return await tx.drafts.get(draft_id)

    async def attempt(self, draft_id: DraftId) -> SendAttempt:
        async with self.work.begin(TENANT) as tx:
            return (await tx.sends.of_draft(draft_id))[0]

    async def actions(self, draft_id: str) -> list[str]:
        """What the audit trail says of a draft, in order."""
        statement = text("SELECT action FROM audit WHERE subject_id = :id ORDER BY seq")
        async with self.database.across_tenants() as connection:
            return list((await connection.execute(statement, {"id": draft_id})).scalars())

    def sent(self, made: Draft | None = None) -> list[StoredMail]:
        """What really left the mailbox: the independent witness."""
        key = draft_key(made.run_id) if made else None
        return [
            mail
            for mail in self.mailbox.mails.values()
            if "SENT" in mail.labels and (key is None or mail.key == key)
        ]

    async def slots(self) -> int:
        async with self.database.across_tenants() as connection:
            found = await connection.execute(text("SELECT count(*) FROM send_slots"))
        return int(found.scalar_one())

    # ------------------------------------------------------------------ time and workers

    async def later(self, time: timedelta) -> None:
        """Let time pass: leases end, timers come due, windows move."""
        values = {"d": time}
        for statement in (
            "UPDATE send_attempts SET due_at = due_at - CAST(:d AS interval)",
            "UPDATE drafts SET sync_due_at = sync_due_at - CAST(:d AS interval)",
            "UPDATE send_slots SET settled_at = settled_at - CAST(:d AS interval)",
            "UPDATE drafts SET audit_due_at = audit_due_at - CAST(:d AS interval)",
        ):
            # One each: who was killed may hold rows for a moment still, in any order.
            async with self.database.across_tenants() as connection:
                await connection.execute(text(statement), values)

    async def until_quiet(self, rounds: int = 12) -> None:
        """Workers without faults, with time passing, until nothing is left to do."""
        self.points.clear()
        for _ in range(rounds):
            await self.later(timedelta(minutes=2))
            if not await self.sync() + await self.send() + await self.reconcile():
                return
