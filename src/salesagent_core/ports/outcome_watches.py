"""What is looked at again and again to notice outcomes, and who looks at it now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import attrs

from salesagent_core.domain.draft import Draft
from salesagent_core.ids import DraftId, TenantId


class WatchKind(StrEnum):
    """``mail`` and ``meetings`` are of one mailbox; ``learning`` is of the tenant."""

    MAIL = "mail"
    MEETINGS = "meetings"
    LEARNING = "learning"


@attrs.frozen(kw_only=True)
class WatchState:
    """How far a look has come. ``since``: from when on it looks; ``done``: ids of what has been
    dealt with since then."""

    mailbox: str = ""
    since: datetime | None = None
    done: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Watch:
    """One thing to look at, under this worker's token."""

    id: str
    tenant_id: TenantId
    kind: WatchKind
    state: WatchState
    token: int


class OutcomeWatches(Protocol):
    """Hands each watch to one worker at a time, across tenants (database time)."""

    async def claim(self, watch_ids: Sequence[str] | None, limit: int) -> tuple[Watch, ...]:
        """Watches (those named, or any) that are due, leased to this caller."""
        ...

    async def take(self, tenant_id: TenantId, kind: WatchKind) -> tuple[Watch, ...]:
        """All of the tenant's watches of this kind, due or not, leased to this caller."""
        ...

    async def done(self, watch: Watch, state: WatchState, again_in: timedelta) -> bool:
        """Looked at; due again after that time. False, and nothing changed, under a stale
        token."""
        ...


class WatchList(Protocol):
    """Makes watches, inside one transaction of a tenant."""

    async def ensure(self, kind: WatchKind, state: WatchState) -> None:
        """See that there is one for this mailbox (or tenant); one that is there stays as it is."""
        ...


@attrs.frozen(kw_only=True)
class ClaimedFollowUp:
    """A sent draft to be followed up, under this worker's token."""

    draft: Draft
    token: int


class FollowUps(Protocol):
    """Hands each sent draft that is due to one worker at a time, across tenants."""

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedFollowUp, ...]:
        """Sent drafts (those named, or any) that are due, leased to this caller."""
        ...

    async def take(self, tenant_id: TenantId, limit: int) -> tuple[ClaimedFollowUp, ...]:
        """The tenant's followed drafts, due or not, those that wait longest first."""
        ...

    async def done(self, claimed: ClaimedFollowUp, again_in: timedelta | None) -> None:
        """Looked at; due again after that time, None for never. Changes nothing under a stale
        token."""
        ...
