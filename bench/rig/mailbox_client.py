"""The mailbox ports over HTTP to ``mailbox_server``: one request a call, nothing tried again."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

from salesagent_core.domain.conversation import Conversation, ThreadsFound
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NeedsReauth, NotFound, RateLimited, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import (
    FateUnknown,
    HeldDraft,
    HistoryExpired,
    NotSent,
    SentMail,
)

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 4.0
RETRY_AFTER = timedelta(seconds=2)
_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (NotFound, Rejected, Unavailable, NeedsReauth, HistoryExpired, NotSent)
}


class HttpMailbox:
    """``MailSender``, ``MailDrafts`` and ``MailReader`` at once.

    ``calm``: the server does nothing bad to this client, and no person gets in its way.
    """

    def __init__(
        self, port: int, timeout_seconds: float = TIMEOUT_SECONDS, *, calm: bool = False
    ) -> None:
        self._port = port
        self._timeout = timeout_seconds
        self._path = "/calm" if calm else "/"

    async def _call(self, method: str, *args: Any, **options: Any) -> Any:
        sending = method == "send_draft"
        try:
            async with asyncio.timeout(self._timeout):
                reader, writer = await asyncio.open_connection(HOST, self._port)
        except (OSError, TimeoutError) as error:
            raise (NotSent if sending else Unavailable)("no connection") from error
        try:
            async with asyncio.timeout(self._timeout):
                status, body = await self._exchange(reader, writer, (method, args, options))
        except (OSError, TimeoutError, EOFError, ValueError, IndexError) as error:
            raise (FateUnknown if sending else Unavailable)("no answer") from error
        finally:
            with contextlib.suppress(OSError):
                writer.close()
        if status == 429:
            at = datetime.now(UTC) + RETRY_AFTER
            raise RateLimited("too many requests", retry_at=at)
        if status != 200:
            raise (FateUnknown if sending else Unavailable)(f"status {status}")
        kind, value = pickle.loads(body)
        if kind == "error":
            raise _ERRORS[value[0]](value[1])
        return value

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: object
    ) -> tuple[int, bytes]:
        content = pickle.dumps(request)
        head = f"POST {self._path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(content)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + content)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        sizes = [line for line in lines if line.lower().startswith(b"content-length:")]
        body = await reader.readexactly(int(sizes[0].partition(b":")[2]))
        return int(lines[0].split()[1]), body

    async def tell(self, order: str, *args: object) -> None:
        """An order to the server itself: ``chaos`` (on or off), ``connect``, ``revoke`` and
        ``reconnect`` (tenant, address), ``away`` (whether everything else is answered with 500)."""
        await self._call(order, *args)

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        """See ``MailSender``."""
        held: HeldDraft = await self._call("read_draft", tenant_id, mailbox, draft_id)
        return held

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        """See ``MailSender``."""
        sent: SentMail = await self._call("send_draft", tenant_id, mailbox, draft_id)
        return sent

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        """See ``MailSender``."""
        return str(await self._call("present", tenant_id, mailbox))

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        """See ``MailSender``."""
        return tuple(await self._call("sent_since", tenant_id, mailbox, point))

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        """See ``MailSender``."""
        return tuple(await self._call("sent_in_thread", tenant_id, mailbox, thread_id))

    async def search_threads(
        self,
        tenant_id: TenantId,
        mailbox: str,
        *,
        email: str,
        company_domain: str | None,
        limit: int,
    ) -> ThreadsFound:
        """See ``MailReader``."""
        found: ThreadsFound = await self._call(
            "search_threads",
            tenant_id,
            mailbox,
            email=email,
            company_domain=company_domain,
            limit=limit,
        )
        return found

    async def read_thread(self, tenant_id: TenantId, mailbox: str, thread_id: str) -> Conversation:
        """See ``MailReader``."""
        thread: Conversation = await self._call("read_thread", tenant_id, mailbox, thread_id)
        return thread

    async def find_drafts(
        self, tenant_id: TenantId, mailbox: str, key: str
    ) -> tuple[MailboxDraft, ...]:
        """See ``MailDrafts``."""
        return tuple(await self._call("find_drafts", tenant_id, mailbox, key))

    async def create_draft(
        self, tenant_id: TenantId, mailbox: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """See ``MailDrafts``."""
        made: MailboxDraft = await self._call("create_draft", tenant_id, mailbox, mail)
        return made

    async def update_draft(
        self, tenant_id: TenantId, mailbox: str, draft_id: str, mail: OutgoingMail
    ) -> MailboxDraft:
        """See ``MailDrafts``."""
        made: MailboxDraft = await self._call("update_draft", tenant_id, mailbox, draft_id, mail)
        return made

    async def delete_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> None:
        """See ``MailDrafts``."""
        await self._call("delete_draft", tenant_id, mailbox, draft_id)
