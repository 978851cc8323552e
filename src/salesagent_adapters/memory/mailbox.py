"""A mailbox in memory that is as hard on its caller as Gmail is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from salesagent_adapters.memory.mail_rules import bare_subject
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.reply_text import own_text
from salesagent_adapters.memory.stored_mail import StoredMail, held_hash
from salesagent_adapters.memory.world import World
from salesagent_core.domain.conversation import (
    Conversation,
    Direction,
    Mail,
    ThreadRef,
    ThreadsFound,
)
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId

# Quota units a call costs (Gmail API usage limits). Deleting and listing drafts are not in the
# table we go by and are counted like their nearest kin.
SEARCH_UNITS = 10
READ_THREAD_UNITS = 40
LIST_DRAFTS_UNITS = 5
CREATE_DRAFT_UNITS = 10
UPDATE_DRAFT_UNITS = 15
DELETE_DRAFT_UNITS = 10

_AUTOMATIC_SENDERS = ("mailer-daemon@", "postmaster@")


class MemoryMailbox:
    """Both mailbox ports over the world's mailboxes; the state outlives this object."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def search_threads(
        self,
        tenant_id: TenantId,
        mailbox: str,
        *,
        email: str,
        company_domain: str | None,
        limit: int,
    ) -> ThreadsFound:
        """Threads with the person first, then with their company; at most ``limit`` in all."""
        async with self._call("search_threads", tenant_id, mailbox, SEARCH_UNITS) as state:
            with self._world.lock:
                mails = list(state.searchable())
                person = {mail.thread_id for mail in mails if email.lower() in _parties(mail)}
                company = {
                    mail.thread_id
                    for mail in mails
                    if company_domain and _has_domain(_parties(mail), company_domain.lower())
                } - person
                refs = [
                    *_refs(state, person, with_person=True),
                    *_refs(state, company, with_person=False),
                ]
        return ThreadsFound(threads=tuple(refs[: max(0, limit)]))

    async def read_thread(self, tenant_id: TenantId, mailbox: str, thread_id: str) -> Conversation:
        """The thread as its authors wrote it, oldest first; unsent drafts are no part of it."""
        async with self._call("read_thread", tenant_id, mailbox, READ_THREAD_UNITS) as state:
            with self._world.lock:
                mails = state.thread(thread_id)
        if not mails:
            raise NotFound("the mailbox knows no such thread")
        return Conversation(
            thread_id=thread_id,
            subject=bare_subject(mails[0].subject),
            mails=tuple(_as_mail(mail, mailbox) for mail in mails if not mail.is_draft),
        )

    async def find_drafts(
        self, tenant_id: TenantId, mailbox: str, key: str
    ) -> tuple[MailboxDraft, ...]:
        """Our drafts with that key, oldest first, with the hash of what they hold now."""
        async with self._call("find_drafts", tenant_id, mailbox, LIST_DRAFTS_UNITS) as state:
            with self._world.lock:
                return tuple(
                    _handle(state, draft_id)
                    for draft_id, mail_id in state.drafts.items()
                    if state.mails[mail_id].key == key
                )

    async def create_draft(
        self, tenant_id: TenantId, mailbox: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """A new draft each time it is called."""
        async with self._call("create_draft", tenant_id, mailbox, CREATE_DRAFT_UNITS) as state:
            with self._world.lock:
                return _handle(state, state.put_draft(mail))

    async def update_draft(
        self, tenant_id: TenantId, mailbox: str, draft_id: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """The draft with other content and another message id."""
        async with self._call("update_draft", tenant_id, mailbox, UPDATE_DRAFT_UNITS) as state:
            with self._world.lock:
                return _handle(state, state.put_draft(mail, draft_id))

    async def delete_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> None:
        """Gone afterwards, whether or not it was there."""
        async with self._call("delete_draft", tenant_id, mailbox, DELETE_DRAFT_UNITS) as state:
            with self._world.lock:
                state.remove_draft(draft_id)

    @asynccontextmanager
    async def _call(
        self, method: str, tenant_id: TenantId, mailbox: str, units: int
    ) -> AsyncIterator[MailboxState]:
        async with self._world.faults.around(f"mailbox.{method}"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                state.spend(units)
            yield state


def _handle(state: MailboxState, draft_id: str) -> MailboxDraft:
    mail = state.draft(draft_id)
    return MailboxDraft(
        mailbox=state.address,
        draft_id=draft_id,
        message_id=mail.id,
        thread_id=mail.thread_id,
        content_hash=held_hash(mail),
    )


def _refs(state: MailboxState, thread_ids: Iterable[str], *, with_person: bool) -> list[ThreadRef]:
    refs = []
    for thread_id in thread_ids:
        mails = [mail for mail in state.thread(thread_id) if not mail.is_draft]
        ref = ThreadRef(
            thread_id=thread_id,
            subject=bare_subject(mails[0].subject),
            last_at=mails[-1].at,
            with_person=with_person,
        )
        refs.append(ref)
    return sorted(refs, key=lambda ref: (ref.last_at, ref.thread_id), reverse=True)


def _parties(mail: StoredMail) -> frozenset[str]:
    return frozenset({mail.sender, *mail.recipients})


def _has_domain(addresses: Iterable[str], domain: str) -> bool:
    hosts = (address.rpartition("@")[2] for address in addresses)
    return any(host == domain or host.endswith("." + domain) for host in hosts)


def _as_mail(mail: StoredMail, mailbox: str) -> Mail:
    outbound = mail.sender == mailbox.lower()
    return Mail(
        id=mail.id,
        message_id=mail.message_id,
        sender=mail.sender,
        recipients=mail.recipients,
        sent_at=mail.at,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        text=own_text(mail.text),
        subject=mail.subject,
        automatic=_is_automatic(mail),
        attachments=mail.attachments,
    )


def _is_automatic(mail: StoredMail) -> bool:
    """By RFC 3834 (``Auto-Submitted``), list headers, and who sends bounces."""
    headers = {name.lower(): value.strip().lower() for name, value in mail.headers}
    return (
        headers.get("auto-submitted", "no") != "no"
        or headers.get("precedence") in {"bulk", "list", "junk"}
        or "list-id" in headers
        or mail.sender.startswith(_AUTOMATIC_SENDERS)
    )
