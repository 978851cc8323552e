"""The mailbox: reading conversations and keeping drafts. Sending is a port of its own."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.conversation import Conversation, ThreadsFound
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.ids import TenantId


class MailReader(Protocol):
    """Reads a connected mailbox, named by its address. Times are aware UTC."""

    async def search_threads(
        self,
        tenant_id: TenantId,
        mailbox: str,
        *,
        email: str,
        company_domain: str | None,
        limit: int,
    ) -> ThreadsFound:
        """Threads with this person, then with their company's domain; newest first in each.

        Raises:
            Unavailable, NeedsReauth
        """
        ...

    async def read_thread(self, tenant_id: TenantId, mailbox: str, thread_id: str) -> Conversation:
        """The whole thread, oldest first, quotes and signatures stripped from each text.

        Raises:
            NotFound: no such thread. Unavailable, NeedsReauth
        """
        ...


class MailDrafts(Protocol):
    """Keeps unsent drafts in a connected mailbox."""

    async def find_drafts(
        self, tenant_id: TenantId, mailbox: str, key: str
    ) -> tuple[MailboxDraft, ...]:
        """Our drafts that carry the key, by listing, not by search (which lags)."""
        ...

    async def create_draft(
        self, tenant_id: TenantId, mailbox: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """Store a new draft, inside ``mail.thread_id`` where that is set.

        Not idempotent: callers look with ``find_drafts`` first.

        Raises:
            Rejected: the mailbox refuses it (unknown thread, invalid mail).
            Unavailable, NeedsReauth
        """
        ...

    async def update_draft(
        self, tenant_id: TenantId, mailbox: str, draft_id: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """Replace the draft's content. The draft id stays, the message id changes.

        Raises:
            NotFound: the draft is gone (sent or deleted by a person). Unavailable, NeedsReauth
        """
        ...

    async def delete_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> None:
        """Remove the draft; a draft that is gone already is no error."""
        ...
