"""How far each connected mailbox was followed, and when it is looked at next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.ids import DraftId, TenantId


@attrs.frozen(kw_only=True)
class ClaimedWatch:
    """A mailbox that this worker looks at now.

    ``point`` is how far its history was read, None before the first look; ``ask_for_pushes``:
    the provider is to be asked (again) to tell of changes.
    """

    tenant_id: TenantId
    mailbox: str
    token: int
    attempt: int
    point: str | None
    ask_for_pushes: bool


class MailboxWatches(Protocol):
    """A durable point in history for each mailbox, leased to one worker at a time (database time).

    Mailboxes are named by opaque ids, which rings carry.
    """

    async def told(self, mailbox: str, point: str) -> tuple[str, ...]:
        """A push says that something happened up to ``point``; the ids of what is due now.

        Nothing is due where it is known already, or where nobody follows that mailbox.

        Raises:
            Unavailable
        """
        ...

    async def claim(self, ids: Sequence[str] | None, limit: int) -> tuple[ClaimedWatch, ...]:
        """Connected mailboxes that are due (of those named), leased to this caller.

        Raises:
            Unavailable
        """
        ...

    async def open_drafts(
        self, claimed: ClaimedWatch, thread_ids: Sequence[str] | None
    ) -> tuple[DraftId, ...]:
        """Undecided and approved drafts that this mailbox holds, in these threads or in any.

        Raises:
            Unavailable
        """
        ...

    async def finish(
        self, claimed: ClaimedWatch, *, point: str, compare: Sequence[DraftId], again_in: timedelta
    ) -> bool:
        """Keep the point and make the comparison of these drafts due, both or neither.

        False, and nothing is changed, when another worker took over.

        Raises:
            Unavailable
        """
        ...

    async def postpone(self, claimed: ClaimedWatch, until: datetime, error: str) -> None:
        """It failed: look again at ``until``, or when a push comes. The point stays.

        Raises:
            Unavailable
        """
        ...

    async def asked(self, claimed: ClaimedWatch, again_in: timedelta) -> None:
        """The provider was asked to push; it is asked again after ``again_in``.

        Raises:
            Unavailable
        """
        ...


class Pushes(Protocol):
    """Asks the provider to tell of what happens in a mailbox."""

    async def renew(self, tenant_id: TenantId, mailbox: str) -> object:
        """Begin, or go on.

        Raises:
            Rejected: the way on which it would tell is not set up.
            Unavailable, NeedsReauth
        """
        ...
