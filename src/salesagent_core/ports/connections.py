"""Mailboxes that people connected, the tokens that came of it, and the way through consent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId
from salesagent_core.ports.unit_of_work import Transaction

MAILBOX_SUBJECT = "mailbox"
"""The ``subject_kind`` of audit events about a mailbox; ``subject_id`` is a keyed hash of it."""


class ConnectionState(StrEnum):
    """Whether its work can go on."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Lost(StrEnum):
    """Why a mailbox is not connected any more. ``revoked`` is what the provider said: the
    password was changed, access was withdrawn, or the grant grew too old."""

    REVOKED = "revoked"
    BY_OPERATOR = "by_operator"


@attrs.frozen(kw_only=True)
class Tokens:
    """What opens a mailbox. Never in a ``repr``, a log or an error."""

    access: str = attrs.field(repr=False)
    refresh: str = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen(kw_only=True)
class MailboxConnection:
    """One mailbox of one tenant. ``account`` is the provider's own id of it; ``since`` is when it
    came into its state, and ``by`` is who brought it there (a key, or ``system``)."""

    tenant_id: TenantId
    mailbox: str
    provider: str
    account: str
    scopes: frozenset[str]
    state: ConnectionState
    since: datetime
    by: str
    why: Lost | None = None


@attrs.frozen(kw_only=True)
class KeptConnection:
    """A connection with its tokens (None while disconnected).

    ``generation`` grows with every change: who asked the provider under an older one writes
    nothing. Until ``refreshing_until`` one worker alone asks for new tokens.
    """

    connection: MailboxConnection
    tokens: Tokens | None
    generation: int
    refreshing_until: datetime | None = None


@attrs.frozen(kw_only=True)
class Resumed:
    """Ids of what waited for a mailbox and is due now."""

    runs: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    unknown_sends: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()


class MailboxConnections(Protocol):
    """One tenant's mailboxes, inside one transaction. Addresses are told apart regardless of
    case. ``lock=True`` holds the row until the transaction ends."""

    async def now(self) -> datetime:
        """The database's clock at this moment (not the transaction's start)."""
        ...

    async def get(self, mailbox: str, *, lock: bool = False) -> KeptConnection | None:
        """None when it was never connected."""
        ...

    async def all(self) -> tuple[MailboxConnection, ...]:
        """Every mailbox that ever was connected, by address."""
        ...

    async def save(self, kept: KeptConnection) -> None:
        """Store it, over what was there; its tokens are sealed for this row alone."""
        ...

    async def waiting(self, mailboxes: Collection[str]) -> dict[str, int]:
        """How many runs are parked until each of these is connected."""
        ...

    async def resume(self, mailbox: str) -> Resumed:
        """Make due what waited for it: runs, scheduled and unknown sends, copies of drafts."""
        ...

    def subject_of(self, mailbox: str) -> str:
        """The keyed hash by which the audit trail speaks of it."""
        ...


class ConnectingTransaction(Transaction, Protocol):
    """A transaction that may also connect mailboxes."""

    @property
    def connections(self) -> MailboxConnections: ...


class ConnectingWork(Protocol):
    """Begins transactions of one tenant in which mailboxes are connected and refreshed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[ConnectingTransaction]:
        """As ``UnitOfWork.begin``."""
        ...


@attrs.frozen(kw_only=True)
class ConsentFlow:
    """A person on the way through the provider's consent page.

    ``digest`` is the SHA-256 of the state, ``browser`` that of a secret which only the browser
    that started has; ``verifier`` is PKCE's (RFC 7636), ``nonce`` goes into the id token.
    """

    tenant_id: TenantId
    digest: bytes
    browser: bytes
    verifier: str = attrs.field(repr=False)
    nonce: str = attrs.field(repr=False)
    by: str
    scopes: tuple[str, ...]
    expires_at: datetime
    mailbox: str | None = None


class ConsentFlows(Protocol):
    """Flows that were started; across tenants, because the way back names none."""

    async def add(self, flow: ConsentFlow) -> None: ...

    async def take(self, digest: bytes) -> ConsentFlow | None:
        """The flow, which is gone afterwards; None when there is none, or it ran out."""
        ...


@attrs.frozen(kw_only=True)
class Feature:
    """Something that a mailbox is connected for. Any one of ``scopes`` is enough, and the first
    is what is asked for; ``required``: without it the mailbox is of no use."""

    code: str
    sentence: str
    scopes: tuple[str, ...]
    required: bool = False

    def is_granted(self, granted: Collection[str]) -> bool:
        """Whether what was granted is enough for it."""
        return any(scope in granted for scope in self.scopes)


@attrs.frozen(kw_only=True)
class Grant:
    """What a person consented to: whose mailbox, its tokens, and exactly which scopes."""

    mailbox: str
    account: str
    tokens: Tokens
    scopes: frozenset[str]


class ConsentProvider(Protocol):
    """A provider of mailboxes that are connected by OAuth."""

    @property
    def name(self) -> str: ...

    @property
    def features(self) -> Sequence[Feature]: ...

    def consent_url(self, flow: ConsentFlow, state: str) -> str:
        """Where to send the person."""
        ...

    async def exchange(self, flow: ConsentFlow, code: str, now: datetime) -> Grant:
        """What the code stands for.

        Raises:
            Rejected: the code is not good (used, too old, another client's), or whose mailbox it
                is was not said as the provider says it.
            Unavailable
        """
        ...

    async def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """New tokens in place of these.

        Raises:
            NeedsReauth: they were revoked; asking again will not help.
            Rejected: the provider does not know us as a client: a setting is wrong.
            Unavailable
        """
        ...

    async def revoke(self, tokens: Tokens) -> None:
        """Tell the provider that they are not used any more. Raises: Unavailable, Rejected."""
        ...
