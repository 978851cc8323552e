"""Notices of what needs a person, the messages that tell of them, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.notice import Channel, Notice, NoticeChoices, NoticeKind, NoticeMessage
from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Looked:
    """How many notices one look opened and closed."""

    opened: int = 0
    closed: int = 0


@attrs.frozen(kw_only=True)
class ClaimedMessage:
    """A message that this worker sends now. ``attempt`` counts from 1; ``lost`` is how often a
    worker that held it never said what came of it; ``notices`` are those that still hold."""

    tenant_id: TenantId
    id: str
    channel: Channel
    token: int
    attempt: int
    lost: int
    created_at: datetime
    age: timedelta
    notices: tuple[Notice, ...]


@attrs.frozen(kw_only=True)
class LastMessage:
    """The newest message of a channel. ``state`` is ``open``, ``told``, ``void`` (its causes went
    away first), ``given_up`` or ``unknown`` (two workers died over it); ``error`` is what came of
    the last try, in words."""

    channel: Channel
    state: str
    created_at: datetime
    ended_at: datetime | None
    error: str | None


class NoticeStore(Protocol):
    """Time is the database's. A cause has one open notice, whoever looks at the same time."""

    async def look(self, tenants: Sequence[TenantId]) -> Looked:
        """Open a notice for each cause that has none, and close those whose cause is gone, over
        all tenants; ``tenants`` are those that may have no row yet. Does nothing while another
        worker looks.

        Raises:
            Unavailable
        """
        ...

    async def gather(
        self, tenant_id: TenantId, channel: Channel, kinds: Sequence[NoticeKind], pause: timedelta
    ) -> str | None:
        """Make one message of all that this channel has not told yet; its id. None where there is
        nothing, or where the last message is younger than ``pause`` and nothing is urgent.

        Raises:
            Unavailable
        """
        ...

    async def claim(self, ids: Sequence[str] | None, limit: int) -> tuple[ClaimedMessage, ...]:
        """Messages that are due (of those named), leased to this caller.

        Raises:
            Unavailable
        """
        ...

    async def end(self, claimed: ClaimedMessage, state: str, error: str | None = None) -> bool:
        """Nothing more is tried: see ``LastMessage.state``. Its notices are told where it is.
        False, and nothing is changed, when another worker took over.

        Raises:
            Unavailable
        """
        ...

    async def postpone(self, claimed: ClaimedMessage, again_in: timedelta, error: str) -> None:
        """Nobody got it; try again later.

        Raises:
            Unavailable
        """
        ...

    async def last(self, tenant_id: TenantId) -> tuple[LastMessage, ...]:
        """The newest message of each channel."""
        ...

    async def listed(
        self, tenant_id: TenantId, *, open: bool, limit: int, offset: int = 0
    ) -> tuple[Notice, ...]:
        """Open ones, or those that closed; the newest first."""
        ...

    async def waiting(self, tenant_id: TenantId) -> int:
        """How many are open that nobody has seen."""
        ...

    async def seen(self, tenant_id: TenantId, notice_id: str | None, who: str) -> None:
        """Somebody saw it (all that are open, where none is named). Seen twice stays with the
        first.

        Raises:
            NotFound: there is no such notice.
        """
        ...


class NoticeBook(Protocol):
    """Who is told, tenant by tenant."""

    async def get(self, tenant_id: TenantId) -> NoticeChoices:
        """What was chosen; the defaults, of version 0, where nobody has chosen yet."""
        ...

    async def put(self, tenant_id: TenantId, choices: NoticeChoices, event: AuditEvent) -> None:
        """Store it with the audit event, over the version before, and make due what could not be
        delivered so far.

        Raises:
            Conflict: somebody else changed it since.
        """
        ...

    async def all(self) -> tuple[tuple[TenantId, NoticeChoices], ...]:
        """Of every tenant that chose anything."""
        ...


class MailPost(Protocol):
    """Mail to the house's own people, by a server of its own."""

    async def send(self, to: Sequence[str], message: NoticeMessage, key: str) -> None:
        """Hand it over. A repeat with the same ``key`` is the same mail to those who get both.

        Raises:
            Unavailable: may work later. Rejected: the server refused it.
        """
        ...


class ChatPost(Protocol):
    """Messages to an address that somebody typed."""

    def check(self, url: str) -> None:
        """Raises: InvalidInput when such an address is never asked."""
        ...

    async def post(self, url: str, message: NoticeMessage) -> None:
        """Hand it over.

        Raises:
            Unavailable, Rejected, InvalidInput
        """
        ...
