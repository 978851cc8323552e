"""Sending a draft, and finding out afterwards whether it was sent.

Stacked on ``MailDrafts``: what is sent is a draft that the mailbox already holds. There is no
idempotency key, so every answer but a clear one leaves the fate of the mail unknown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.errors import Conflict, PortError, Unavailable
from salesagent_core.ids import TenantId


class NotSent(Unavailable):
    """For certain nothing was sent (refused connection, 429, overload before the request was
    read): the same draft may be sent later."""


class FateUnknown(PortError):  # noqa: N818
    """The request may have been carried out: a timeout, a reset, a 5xx. Never send again
    before somebody looked."""


class HistoryExpired(Conflict):
    """The mailbox no longer knows what happened since that point: read it anew."""


@attrs.frozen(kw_only=True)
class HeldDraft:
    """A draft as the mailbox holds it now; a person may have edited it there.

    ``to`` is everybody who would get it: To, Cc and Bcc. ``attachments`` are the names of files
    that somebody put there; we never attach any.
    """

    draft_id: str
    message_id: str
    thread_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    key: str | None
    attachments: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class SentMail:
    """A mail in the mailbox's SENT folder. ``rfc822_id`` is its Message-ID as the vendor kept
    it; ``key`` our own mark, None for mail that a person wrote."""

    message_id: str
    thread_id: str
    rfc822_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    key: str | None
    sent_at: datetime


class MailSender(Protocol):
    """Sends drafts of a connected mailbox, named by its address, and looks for what was sent."""

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        """What the mailbox holds now. Raises: NotFound (sent or deleted), Unavailable, NeedsReauth."""
        ...

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        """Send it: exactly one request, no retries of any kind, a timeout shorter than a lease.

        Raises:
            NotFound: there is no such draft: it was sent or deleted before.
            NotSent, RateLimited, NeedsReauth: for certain nothing was sent; may work later.
            Rejected: for certain nothing was sent, and never will be like this.
            FateUnknown: everything else.
        """
        ...

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        """The mailbox's point in history (``historyId``) now. Raises: Unavailable, NeedsReauth."""
        ...

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        """Mail that entered SENT after that point, oldest first.

        Raises:
            HistoryExpired, Unavailable, NeedsReauth
        """
        ...

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        """SENT mail of one thread, oldest first; empty when there is no such thread.

        Raises:
            Unavailable, NeedsReauth
        """
        ...
