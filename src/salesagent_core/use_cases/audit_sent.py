"""Compare, once a day and both ways, what we think was sent with what the mailbox shows.

A draft that a person sent, edited or deleted in the mail program is recognised and recorded so;
a mail that we believe was sent and that the mailbox does not show becomes visible.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from salesagent_core.domain.draft import Draft, DraftStatus, MailboxDraft, overtaken
from salesagent_core.domain.sending.attempt import (
    AUDIT_FOR,
    AUDIT_PERIOD,
    SECOND_LOOK_AFTER,
    AttemptStatus,
    put_back,
    same_text,
)
from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.errors import NotFound, SalesAgentError, Unavailable
from salesagent_core.ids import DraftId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.mail_sender import HeldDraft, MailSender, SentMail
from salesagent_core.ports.mailbox import MailReader
from salesagent_core.ports.send_ledger import ClaimedAudit, SentAudits
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingWork
from salesagent_core.ports.voices import Voices
from salesagent_core.use_cases.adopt_edit import adopt_edit
from salesagent_core.use_cases.sent_search import by_hand, find_sent
from salesagent_core.use_cases.settler import MAILBOX, SYSTEM, Settler

log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]

OPEN = frozenset({DraftStatus.PENDING_APPROVAL, DraftStatus.APPROVED})
LEFT_ALONE = frozenset(
    {DraftStatus.SENDING, DraftStatus.DELIVERY_UNKNOWN, DraftStatus.NEEDS_OPERATOR}
)
"""The reconciliation's business."""
CONFIRMED = AUDIT_FOR
"""A mail that was seen is not looked for again."""


class AuditSent:
    """Level-triggered per draft; a vendor that cannot be asked is asked again a day later."""

    def __init__(
        self,
        *,
        audits: SentAudits,
        work: SendingWork,
        sender: MailSender,
        reader: MailReader,
        tenants: TenantDirectory,
        voices: Voices,
        queue: JobQueue,
        ids: IdSource,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._audits = audits
        self._work = work
        self._sender = sender
        self._reader = reader
        self._tenants = tenants
        self._voices = voices
        self._queue = queue
        self._settler = Settler(ids)
        self._pause = pause

    async def __call__(self, draft_ids: Sequence[DraftId] | None = None, limit: int = 20) -> int:
        """Compare the drafts that are due (those named: at once); returns how many.

        Raises:
            Unavailable: they could not be claimed.
        """
        claimed = await self._audits.claim(draft_ids, limit)
        if claimed:
            await asyncio.gather(*(self._one(each) for each in claimed))
        return len(claimed)

    async def _one(self, claimed: ClaimedAudit) -> None:
        try:
            again_in = await self.compare(claimed.draft)
        except SalesAgentError as error:
            log.warning("draft %s was not compared: %s", claimed.draft.id, type(error).__name__)
            again_in = AUDIT_PERIOD
        await self._audits.done(claimed, again_in)

    async def compare(self, draft: Draft) -> timedelta:
        """Compare one draft, and say when to do so again.

        Raises:
            Unavailable, RateLimited, NeedsReauth: nobody could look.
        """
        handle = draft.in_mailbox
        if handle is None or draft.status in LEFT_ALONE:
            return AUDIT_PERIOD
        if draft.status is DraftStatus.SENT:
            return await self._confirm(draft)
        held = await self._held(draft, handle)
        if held is not None:
            # A person may have sent it before our next text made another draft of it.
            mail = await find_sent(self._sender, draft, thread_id=held.thread_id, point=None)
            if mail is not None:
                await self._sent_by_human(draft, mail)
                return CONFIRMED
            if draft.status in OPEN and not draft.mailbox_is_behind:
                await self._edited(draft, held)
            if draft.status in OPEN:
                await self._overtaken(draft, held.thread_id)
            return AUDIT_PERIOD
        # A mail shows a little after its draft is gone.
        await self._pause(SECOND_LOOK_AFTER.total_seconds())
        mail = await find_sent(self._sender, draft, thread_id=handle.thread_id, point=None)
        if mail is not None:
            await self._sent_by_human(draft, mail)
            return CONFIRMED
        if draft.status in OPEN and not draft.mailbox_is_behind:
            await self._deleted(draft, handle)
        return AUDIT_PERIOD

    async def _held(self, draft: Draft, handle: MailboxDraft) -> HeldDraft | None:
        try:
            return await self._sender.read_draft(draft.tenant_id, draft.mailbox, handle.draft_id)
        except NotFound:
            return None

    async def _confirm(self, draft: Draft) -> timedelta:
        async with self._work.begin(draft.tenant_id) as tx:
            attempts = await tx.sends.of_draft(draft.id)
        record = next((each.sent for each in attempts if each.sent is not None), None)
        thread_id = record.thread_id if record else attempts[0].thread_id if attempts else ""
        if thread_id:
            mails = await self._sender.sent_in_thread(draft.tenant_id, draft.mailbox, thread_id)
            if record and any(mail.message_id == record.message_id for mail in mails):
                return CONFIRMED
            if await find_sent(self._sender, draft, thread_id=thread_id, point=None):
                return CONFIRMED
        async with self._work.begin(draft.tenant_id) as tx:
            now = await tx.sends.now()
            await self._settler.note(tx, draft.tenant_id, "send.mail_missing", draft.id, now)
        log.error("draft %s counts as sent, and the mailbox does not show the mail", draft.id)
        return AUDIT_PERIOD

    async def _edited(self, draft: Draft, held: HeldDraft) -> None:
        if same_text(draft, held.to, held.subject, held.text):
            return
        tenant = await self._tenants.get(draft.tenant_id)
        voice = await self._voices.load(draft.tenant_id, draft.mailbox) or HOUSE_VOICE
        async with self._work.begin(draft.tenant_id) as tx:
            now = await tx.sends.now()
            current = await tx.drafts.get(draft.id, lock=True)
            if not _unchanged(draft, current):
                return
            edited = adopt_edit(current, held, tenant=tenant, voice=voice, now=now)
            await self._settler.cancel_scheduled(
                tx, current, now, actor=MAILBOX, why="edited_in_mailbox"
            )
            if edited == current:
                return
            await tx.drafts.save(edited)
            await self._settler.note(
                tx, draft.tenant_id, "draft.edited_in_mailbox", draft.id, now, MAILBOX
            )

    async def _overtaken(self, draft: Draft, thread_id: str) -> None:
        """Back to review, and marked, where they wrote again in the thread, or a person on our
        side wrote there by hand."""
        tenant_id, mailbox = draft.tenant_id, draft.mailbox
        try:
            inbound = (await self._reader.read_thread(tenant_id, mailbox, thread_id)).inbound_ids
        except NotFound:
            inbound = ()
        others = by_hand(await self._sender.sent_in_thread(tenant_id, mailbox, thread_id))
        async with self._work.begin(draft.tenant_id) as tx:
            now = await tx.sends.now()
            current = await tx.drafts.get(draft.id, lock=True)
            if current.status not in OPEN:
                return
            stale = overtaken(current, (*inbound, *others), now)
            if stale is current:
                return
            await self._settler.cancel_scheduled(
                tx, current, now, actor=SYSTEM, why="new_mail_in_thread"
            )
            await tx.drafts.save(stale)
            new = (*set(others) - set(current.thread_read),)
            detail = (("written_by_hand", ",".join(sorted(new))),) if new else ()
            await self._settler.note(
                tx, draft.tenant_id, "draft.stale", draft.id, now, detail=detail
            )

    async def _sent_by_human(self, draft: Draft, mail: SentMail) -> None:
        async with self._work.begin(draft.tenant_id) as tx:
            current = await tx.drafts.get(draft.id, lock=True)
            if current.status in LEFT_ALONE or current.status is DraftStatus.SENT:
                return
            attempts = await tx.sends.of_draft(draft.id, lock=True)
            if any(each.status is AttemptStatus.SENDING for each in attempts):
                return
            await self._settler.sent_by_human(tx, current, mail, await tx.sends.now())

    async def _deleted(self, draft: Draft, handle: MailboxDraft) -> None:
        async with self._work.begin(draft.tenant_id) as tx:
            now = await tx.sends.now()
            current = await tx.drafts.get(draft.id, lock=True)
            if not _unchanged(draft, current) or current.in_mailbox != handle:
                return
            await self._settler.cancel_scheduled(
                tx, current, now, actor=MAILBOX, why="draft_deleted"
            )
            await tx.drafts.save(put_back(current, now))
            await self._settler.note(
                tx, draft.tenant_id, "draft.deleted_in_mailbox", draft.id, now, MAILBOX
            )
        try:
            await self._queue.ring(Topic.DRAFT_SYNC, [draft.id])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return


def _unchanged(before: Draft, now: Draft) -> bool:
    return before.status is now.status and before.revision.number == now.revision.number
