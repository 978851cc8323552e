"""Mail that others sent to a connected mailbox, as it came in. Beside ``MailReader``, which reads
threads: a bounce or a notice of absence often has a thread of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Arrival:
    """One mail that came in. ``sender`` is a plain address, lower case; ``at`` is when the
    mailbox received it (aware UTC)."""

    mail_id: str
    thread_id: str
    sender: str
    subject: str
    at: datetime


class MailArrivals(Protocol):
    """Lists what came in, and gives a mail's octets."""

    async def arrived(
        self, tenant_id: TenantId, mailbox: str, since: datetime, limit: int
    ) -> tuple[Arrival, ...]:
        """Mail of others that the mailbox received at ``since`` (aware) or later, oldest first.
        The newest may be missing for a while: searching lags.

        Raises:
            RateLimited, Unavailable, NeedsReauth
        """
        ...

    async def raw(self, tenant_id: TenantId, mailbox: str, mail_id: str) -> bytes:
        """The whole mail as it came (RFC 5322).

        Raises:
            NotFound: it was deleted. RateLimited, Unavailable, NeedsReauth
        """
        ...
