"""Drafts whose mailbox copy is behind their current revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import attrs

from salesagent_core.domain.draft import Draft, MailboxDraft
from salesagent_core.ids import DraftId


@attrs.frozen(kw_only=True)
class ClaimedSync:
    """A draft that this worker brings level now; ``attempt`` counts failures so far.

    ``thread_subject_of`` fields needed to compose are on the draft itself.
    """

    draft: Draft
    token: int
    attempt: int


class DraftSyncs(Protocol):
    """Hands each draft that is behind to one worker at a time, across tenants."""

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedSync, ...]:
        """Drafts (those named, or any) that are open, behind and due, leased to this caller."""
        ...

    async def record(self, claimed: ClaimedSync, in_mailbox: MailboxDraft) -> None:
        """The mailbox holds this now. Raises: LeaseLost when another worker took over."""
        ...

    async def postpone(self, claimed: ClaimedSync, again_in: timedelta | None, error: str) -> None:
        """Try again after that time; None gives up into the dead letters with ``error``. A time
        from now, and not a moment: a worker's clock may be an hour off."""
        ...
