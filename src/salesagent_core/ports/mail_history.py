"""What happened in a mailbox since a point: for whoever was told that something did, and for the
sweep that makes up for what nobody told."""

from __future__ import annotations

from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Changes:
    """Threads that a mail came into or went out of, in the order in which it happened; unsent
    drafts do not count. ``point`` is where to go on from the next time."""

    thread_ids: tuple[str, ...]
    point: str


class MailHistory(Protocol):
    """Follows a connected mailbox. The first point comes from ``MailSender.present``."""

    async def changed_since(self, tenant_id: TenantId, mailbox: str, point: str) -> Changes:
        """What happened after that point. A change may be told twice, and is never left out.

        Raises:
            HistoryExpired: the point is too old: begin anew at the present one, and look through
                the threads that matter.
            Unavailable, NeedsReauth
        """
        ...
