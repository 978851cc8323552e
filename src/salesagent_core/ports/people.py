"""People who log in, their sessions and invitations, and the proof of who they are."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

import attrs

from salesagent_core.domain.passwords import Tries, TryRule
from salesagent_core.domain.people import Role
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey
from salesagent_core.ports.log_in_guard import LogInRuleStore, RefusedLogInStore
from salesagent_core.ports.password_resets import PasswordResetStore
from salesagent_core.ports.unit_of_work import Transaction


@attrs.frozen(kw_only=True)
class TwoFactor:
    """A shared secret of RFC 6238. ``last_step`` is the time step of the last code that was
    taken: no code is taken twice. ``recovery`` are digests of codes that were not used yet.
    Until it is ``confirmed``, nobody is asked for a code."""

    secret: str = attrs.field(repr=False)
    confirmed: bool = False
    last_step: int = 0
    recovery: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class User:
    """A person of one organisation. Without a ``password_hash`` they come in by Google only.
    ``generation`` grows with each change that ends what was begun before it."""

    id: str
    tenant_id: TenantId
    email: str
    name: str
    role: Role
    created_at: datetime
    password_hash: str | None = attrs.field(default=None, repr=False)
    two_factor: TwoFactor | None = None
    disabled_at: datetime | None = None
    last_login_at: datetime | None = None
    generation: int = 0

    @property
    def needs_code(self) -> bool:
        """Whether a code is asked for at log-in."""
        return self.two_factor is not None and self.two_factor.confirmed


@attrs.frozen(kw_only=True)
class UserSession:
    """A person's log-in in one browser. ``digest`` is the SHA-256 of the cookie's token;
    ``browser`` is what it calls itself, in a few words; ``proven_at`` is when its person proved
    again who they are, where they did since it began."""

    id: str
    digest: bytes
    user_id: str
    tenant_id: TenantId
    csrf: str
    created_at: datetime
    seen_at: datetime
    browser: str
    proven_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Invitation:
    """``digest`` is the SHA-256 of the link's token; whoever holds the link becomes a user."""

    id: str
    tenant_id: TenantId
    digest: bytes
    email: str
    role: Role
    created_at: datetime
    created_by: str
    expires_at: datetime


class UserStore(Protocol):
    """The people of one organisation. ``lock=True`` holds the row until the transaction ends."""

    async def all(self) -> tuple[User, ...]:
        """By name."""
        ...

    async def get(self, user_id: str, *, lock: bool = False) -> User:
        """Raises: NotFound."""
        ...

    async def by_email(self, email: str, *, lock: bool = False) -> User | None:
        """The person of this address, however it is written."""
        ...

    async def add(self, user: User) -> None:
        """Raises: Conflict: the address has an account here already."""
        ...

    async def save(self, user: User) -> None:
        """Store the changed person."""
        ...

    async def active_owners(self) -> int:
        """How many can log in; their rows are held until the transaction ends."""
        ...


class SessionStore(Protocol):
    """The log-ins of an organisation's people."""

    async def of_user(self, user_id: str) -> tuple[UserSession, ...]:
        """Those seen last first, the ended ones that are not cleared away yet among them."""
        ...

    async def add(self, session: UserSession) -> None:
        """Store it; the person's ended ones are cleared away."""
        ...

    async def prove(self, user_id: str, session_id: str, at: datetime) -> None:
        """Note that its person proved again who they are."""
        ...

    async def end(self, user_id: str, *, only: str | None = None, keep: str | None = None) -> int:
        """End the person's sessions, or the one of the id ``only``, or all but ``keep``; how many
        there were."""
        ...


class InvitationStore(Protocol):
    """Invitations that were not taken up yet."""

    async def all(self) -> tuple[Invitation, ...]:
        """The newest first, those that ran out among them."""
        ...

    async def put(self, invitation: Invitation) -> None:
        """Store it in place of an earlier one to the same address."""
        ...

    async def take(
        self, *, digest: bytes | None = None, id: str | None = None, email: str | None = None
    ) -> Invitation | None:
        """The one that is named, which nobody else can take any more."""
        ...


class KeyRing(Protocol):
    """The API keys of one organisation."""

    async def all(self) -> tuple[ApiKey, ...]:
        """The newest first."""
        ...

    async def get(self, key_id: str, *, lock: bool = False) -> ApiKey:
        """Raises: NotFound."""
        ...

    async def add(self, key: ApiKey) -> None: ...

    async def save(self, key: ApiKey) -> None: ...


class PeopleTransaction(Transaction, Protocol):
    """A transaction in which people, their log-ins and keys are managed."""

    @property
    def users(self) -> UserStore: ...
    @property
    def user_sessions(self) -> SessionStore: ...
    @property
    def invitations(self) -> InvitationStore: ...
    @property
    def keys(self) -> KeyRing: ...
    @property
    def refused(self) -> RefusedLogInStore: ...
    @property
    def log_in_rules(self) -> LogInRuleStore: ...
    @property
    def resets(self) -> PasswordResetStore: ...


class PeopleWork(Protocol):
    """Begins transactions of one organisation in which its people are managed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[PeopleTransaction]:
        """As ``UnitOfWork.begin``."""
        ...


class FoundSession(NamedTuple):
    """A session, whose it is, and whether their organisation asks everybody for a second factor."""

    session: UserSession
    user: User
    two_factor_required: bool


class PeopleDirectory(Protocol):
    """Finds people before their organisation is known."""

    async def by_email(self, email: str) -> User | None:
        """The person of this address; of several organisations' the one who was there first."""
        ...

    async def by_id(self, tenant_id: TenantId | None, user_id: str) -> User | None:
        """The person of this id, in this organisation where one is named."""
        ...

    async def session(self, digest: bytes) -> FoundSession | None:
        """The session whatever its age; the caller judges it."""
        ...

    async def seen(self, digest: bytes, at: datetime) -> None:
        """Note that the session was used; at most one write a minute."""
        ...

    async def drop_session(self, digest: bytes) -> None:
        """Log out; nothing happens when it was gone."""
        ...

    async def invited_by_token(self, digest: bytes) -> TenantId | None:
        """Whose invitation it is."""
        ...

    async def invited_by_email(self, email: str) -> TenantId | None:
        """Who invited this address last."""
        ...


class LoginTries(Protocol):
    """Counts tries over all processes, whoever they are at."""

    async def count(self, subject: str, rule: TryRule, now: datetime) -> Tries:
        """Note one more. ``subject`` is stored as a keyed digest only."""
        ...

    async def clear(self, subject: str) -> None:
        """It was the right one: begin anew."""
        ...


class Passwords(Protocol):
    """Hashes passwords. Slow on purpose, so it never holds up the event loop."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether it is the one; takes as long where there is nothing to compare with."""
        ...

    def outdated(self, stored: str) -> bool:
        """Whether it was hashed with less work than is usual now."""
        ...

    def weakness(self, password: str, about: tuple[str, ...]) -> str | None:
        """Why it is guessed early, as the rest of a sentence; ``about`` are the words that
        everybody knows of its owner. None where it is not."""
        ...


class TimeCodes(Protocol):
    """Codes of RFC 6238: six digits, a new one every 30 seconds."""

    def new_secret(self) -> str: ...

    def address(self, secret: str, email: str) -> str:
        """What an authenticator app reads from a QR code."""
        ...

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step whose code this is: the present one, or one beside it."""
        ...
