"""Sending from a mailbox in memory, as unforgiving as Gmail: no idempotency, a draft once only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.memory.world import World
from salesagent_core.domain.sending.composing import read_mail
from salesagent_core.errors import NotFound, RateLimited, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import HeldDraft, HistoryExpired, SentMail

READ_DRAFT_UNITS = 20
SEND_UNITS = 100
PROFILE_UNITS = 1
HISTORY_UNITS = 2
READ_THREAD_UNITS = 40


class MemoryMailSender:
    """The sending port over the world's mailboxes; the state outlives this object.

    Faults are planned under ``mailbox.send_draft`` and its siblings; one with ``When.AFTER`` is
    an answer that was lost on the way back: the mail is out.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        """What the draft says now, whoever edited it last."""
        async with self._call("read_draft", tenant_id, mailbox, READ_DRAFT_UNITS) as state:
            with self._world.lock:
                mail = state.shown_draft(draft_id)
        return HeldDraft(
            draft_id=draft_id,
            message_id=mail.id,
            thread_id=mail.thread_id,
            to=mail.recipients,
            subject=mail.subject,
            text=mail.text,
            key=mail.key,
            attachments=read_mail(mail.raw).attachments,
        )

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        """Send it, once: the draft is gone afterwards and every id is new."""
        async with self._world.faults.around("mailbox.send_draft"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                try:
                    state.spend(SEND_UNITS)
                except Unavailable as error:
                    at = error.retry_at or self._world.clock.now()
                    raise RateLimited(str(error), retry_at=at) from error
                sent = _as_sent(state.send_draft(draft_id))
        return sent

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        """The number of the latest change."""
        async with self._call("present", tenant_id, mailbox, PROFILE_UNITS) as state:
            with self._world.lock:
                return str(state.history_id)

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        """Mail that was sent after that change, by us or by a person, oldest first."""
        async with self._call("sent_since", tenant_id, mailbox, HISTORY_UNITS) as state:
            with self._world.lock:
                try:
                    changes = state.changes_since(int(point))
                except (NotFound, ValueError) as error:
                    raise HistoryExpired(
                        "the mailbox's history does not reach back so far"
                    ) from error
                found = (
                    state.mails.get(change.mail_id)
                    for change in changes
                    if change.change == "messageAdded"
                )
                return tuple(_as_sent(mail) for mail in found if mail and state.shows(mail))

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        """The thread's sent mail, oldest first."""
        async with self._call("sent_in_thread", tenant_id, mailbox, READ_THREAD_UNITS) as state:
            with self._world.lock:
                mails = [mail for mail in state.thread(thread_id) if state.shows(mail)]
        return tuple(_as_sent(mail) for mail in mails)

    @asynccontextmanager
    async def _call(
        self, method: str, tenant_id: TenantId, mailbox: str, units: int
    ) -> AsyncIterator[MailboxState]:
        async with self._world.faults.around(f"mailbox.{method}"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                state.spend(units)
            yield state


def _as_sent(mail: StoredMail) -> SentMail:
    return SentMail(
        message_id=mail.id,
        thread_id=mail.thread_id,
        rfc822_id=mail.message_id,
        to=mail.recipients,
        subject=mail.subject,
        text=mail.text,
        key=mail.key,
        sent_at=mail.at,
    )
