"""What came into a mailbox in memory, mail by mail, as octets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.memory.world import World
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_arrivals import Arrival

# Gmail API usage limits: a list, and a message.
LIST_UNITS = 5
RAW_UNITS = 20
_OURS_TO_WRITE = frozenset({"from", "to", "subject", "date", "message-id", "in-reply-to"})


class MemoryMailArrivals:
    """``MailArrivals`` over the world's mailboxes. Like search, it lags."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def arrived(
        self, tenant_id: TenantId, mailbox: str, since: datetime, limit: int
    ) -> tuple[Arrival, ...]:
        """See ``MailArrivals.arrived``."""
        async with self._call("arrived", tenant_id, mailbox, LIST_UNITS) as state:
            with self._world.lock:
                found = [
                    mail
                    for mail in state.searchable()
                    if mail.sender != state.address and mail.at >= since
                ]
        found.sort(key=lambda mail: (mail.at, mail.id))
        return tuple(
            Arrival(
                mail_id=mail.id,
                thread_id=mail.thread_id,
                sender=mail.sender,
                subject=mail.subject,
                at=mail.at,
            )
            for mail in found[: max(0, limit)]
        )

    async def raw(self, tenant_id: TenantId, mailbox: str, mail_id: str) -> bytes:
        """See ``MailArrivals.raw``."""
        async with self._call("raw", tenant_id, mailbox, RAW_UNITS) as state:
            with self._world.lock:
                mail = state.mails.get(mail_id)
        if mail is None:
            raise NotFound("the mailbox knows no such mail")
        return mail.raw or _octets(mail)

    @asynccontextmanager
    async def _call(
        self, method: str, tenant_id: TenantId, mailbox: str, units: int
    ) -> AsyncIterator[MailboxState]:
        async with self._world.faults.around(f"mail_arrivals.{method}"):
            with self._world.lock:
                state = self._world.connected_mailbox(tenant_id, mailbox)
                state.spend(units)
            yield state


def _octets(mail: StoredMail) -> bytes:
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.recipients)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at.astimezone(UTC))
    message["Message-ID"] = mail.message_id
    if mail.in_reply_to is not None:
        message["In-Reply-To"] = mail.in_reply_to
    for name, value in mail.headers:
        if name.lower() not in _OURS_TO_WRITE:
            message[name] = value
    message.set_content(mail.text)
    return message.as_bytes()
