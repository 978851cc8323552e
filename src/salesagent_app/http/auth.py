"""Who is calling, and may they: API keys for programs, sessions of people or keys for pages.

A key reads ``sa_<id>_<secret>``. Only the SHA-256 of its secret is stored: the secret has 256
random bits, so there is nothing to guess and no slow hash is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as randomness
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from salesagent_app.http.errors import Forbidden, TwoFactorMissing, Unauthenticated
from salesagent_app.http.same_origin import READS
from salesagent_app.telemetry import bind
from salesagent_core.domain.log_in_guard import PROOF_LASTS
from salesagent_core.domain.people import Role, session_ends
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey, ApiKeys, PageSession, Scope
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.people import PeopleDirectory, User
from salesagent_core.use_cases.connect_mailbox import MailboxView
from salesagent_core.use_cases.people_parts import PERSONS, Actor, actor_of

SESSION_LASTS = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
_KEY = re.compile(r"sa_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{20,128})")
_BY_USER = "user:"
_IMPLIED = {
    Scope.ADMIN: frozenset({Scope.ADMIN, Scope.OPERATOR, Scope.VIEWER}),
    Scope.OPERATOR: frozenset({Scope.OPERATOR, Scope.VIEWER}),
}
_SCOPE_OF = {
    Role.VIEWER: Scope.VIEWER,
    Role.OPERATOR: Scope.OPERATOR,
    Role.ADMIN: Scope.ADMIN,
    Role.OWNER: Scope.ADMIN,
}
LOOKS_ONLY = "You may look at everything and change nothing: you are a viewer. Ask an admin."

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


@attrs.frozen(kw_only=True)
class Caller:
    """Who is calling. ``id`` stands in decisions and the audit trail; ``role`` is a person's."""

    tenant_id: TenantId
    id: str
    name: str
    scopes: frozenset[Scope]
    role: Role | None = None

    def may(self, *scopes: Scope) -> bool:
        """True when any of ``scopes`` is held, by itself or through a wider one."""
        held = frozenset().union(*(_IMPLIED.get(scope, {scope}) for scope in self.scopes))
        return not held.isdisjoint(scopes)

    @property
    def actor(self) -> Actor:
        """As people are managed by them; a key with the admin scope does what an admin may."""
        by_scope = Role.ADMIN if self.may(Scope.ADMIN) else Role.VIEWER
        return Actor(id=self.id, role=self.role or by_scope)


@attrs.frozen(kw_only=True)
class SendingNow:
    """How sending stands, as every page shows it. ``stopped_by`` is None while it is not stopped;
    ``everywhere``: for all organisations, which one of them cannot release."""

    mode: str
    stopped_by: str | None = None
    why: str | None = None
    everywhere: bool = False
    in_flight: int = 0


@attrs.frozen(kw_only=True)
class Visit:
    """A page session that is good now, and who it belongs to. ``stuck`` are the mailboxes that
    somebody must connect before their work goes on: every page says so. ``user_id`` and
    ``session_id`` are there where a person logged in, not a key. ``notices`` is how many are open
    that nobody has seen; None where there are none at all. ``fresh``: who they are was proven a
    few minutes ago; ``must_set_up``: their organisation asks for a second factor, and they have
    none yet."""

    caller: Caller
    csrf: str
    digest: bytes
    sending: SendingNow | None = None
    stuck: tuple[MailboxView, ...] = ()
    user_id: str | None = None
    session_id: str | None = None
    notices: int | None = None
    fresh: bool = False
    must_set_up: bool = False

    @property
    def may_decide(self) -> bool:
        """Whether this person may do more than look."""
        return self.caller.may(Scope.OPERATOR)

    @property
    def may_manage(self) -> bool:
        """Whether this person manages people and keys."""
        return self.caller.may(Scope.ADMIN)

    @property
    def may_resume(self) -> bool:
        """Whether this person may let stopped sending go on."""
        return self.caller.may(Scope.ADMIN)


def digest_of(secret: str) -> bytes:
    """What is stored instead of a key's secret or a session's token."""
    return hashlib.sha256(secret.encode()).digest()


class Gate:
    """Checks keys and sessions against the store."""

    def __init__(
        self, api_keys: ApiKeys, clock: Clock, people: PeopleDirectory | None = None
    ) -> None:
        self._api_keys = api_keys
        self._clock = clock
        self._people = people

    async def by_key(self, text: str) -> ApiKey:
        """The key that ``text`` is, and note its use.

        Raises:
            Unauthenticated: unknown, wrong, expired or revoked; which one is not said.
        """
        match = _KEY.fullmatch(text.strip())
        if match is None:
            raise Unauthenticated("The API key is not valid.")
        key = await self._api_keys.find(match[1])
        # The same work for an unknown key, so that the time taken names no key id.
        stored = key.digest if key is not None else b"\0" * 32
        right = hmac.compare_digest(stored, digest_of(match[2]))
        if key is None or not right or not self._alive(key):
            raise Unauthenticated("The API key is not valid.")
        await self._note_use(key)
        return key

    async def by_headers(self, headers: Mapping[str, str]) -> Caller:
        """The caller of an API request.

        Raises:
            Unauthenticated: no key, or none that is good.
        """
        given = set()
        if "x-api-key" in headers:
            given.add(headers["x-api-key"].strip())
        if "authorization" in headers:
            scheme, _, text = headers["authorization"].partition(" ")
            given.add(text.strip() if scheme.lower() == "bearer" else "")
        if len(given) != 1:
            raise Unauthenticated(
                "One API key is needed, as Authorization: Bearer or as X-API-Key."
            )
        return caller_of(await self.by_key(given.pop()))

    async def open_session(self, key: ApiKey) -> tuple[PageSession, str]:
        """A new session of this key, stored, and the token that goes into the cookie."""
        now = self._clock.now()
        token = randomness.token_urlsafe(32)
        session = PageSession(
            digest=digest_of(token),
            key_id=key.id,
            tenant_id=key.tenant_id,
            csrf=randomness.token_urlsafe(32),
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
        await self._api_keys.add_session(session)
        return session, token

    async def by_token(self, token: str | None, *, setting_up: bool = False) -> Visit:
        """The visit that a cookie's token stands for.

        Raises:
            Unauthenticated: none, unknown, expired, or its key is no longer good.
            Forbidden: the key lost the scope that pages need.
            TwoFactorMissing: this is not for ``setting_up`` the second factor that they lack.
        """
        if token and token.startswith(PERSONS) and self._people is not None:
            visit = await self._by_persons_token(self._people, token)
            if visit.must_set_up and not setting_up:
                raise TwoFactorMissing("Set up two-factor log-in first.")
            return visit
        found = await self._api_keys.find_session(digest_of(token)) if token else None
        if found is None:
            raise Unauthenticated("You are not logged in.")
        session, key = found
        if session.expires_at <= self._clock.now() or not self._alive(key):
            raise Unauthenticated("Your session has ended.")
        caller = caller_of(key)
        if not caller.may(Scope.VIEWER):
            raise Forbidden("Pages need a key with the viewer, operator or admin scope.")
        return Visit(
            caller=caller,
            csrf=session.csrf,
            digest=session.digest,
            fresh=self._clock.now() - session.created_at < PROOF_LASTS,
        )

    async def still_may(self, tenant_id: TenantId, caller_id: str, scope: Scope) -> bool:
        """Whether whoever was called ``caller_id`` may come in still, and holds the scope."""
        if caller_id.startswith(_BY_USER):
            user = await self._user(tenant_id, caller_id)
            return user is not None and user.disabled_at is None and caller_for(user).may(scope)
        key = await self._api_keys.find(caller_id.removeprefix("key:"))
        if key is None or key.tenant_id != tenant_id or not self._alive(key):
            return False
        return caller_of(key).may(scope)

    async def close_session(self, visit: Visit) -> None:
        """Log out, on the server too."""
        if visit.user_id is not None and self._people is not None:
            await self._people.drop_session(visit.digest)
        else:
            await self._api_keys.drop_session(visit.digest)

    async def forget(self, token: str | None) -> None:
        """End the session that a browser brings along when somebody logs in anew."""
        if not token:
            return
        if token.startswith(PERSONS) and self._people is not None:
            await self._people.drop_session(digest_of(token))
        else:
            await self._api_keys.drop_session(digest_of(token))

    async def _by_persons_token(self, people: PeopleDirectory, token: str) -> Visit:
        found = await people.session(digest_of(token))
        if found is None:
            raise Unauthenticated("You are not logged in.")
        session, user, two_factor_required = found
        now = self._clock.now()
        if session_ends(session.created_at, session.seen_at) <= now or user.disabled_at is not None:
            raise Unauthenticated("Your session has ended.")
        if now - session.seen_at >= TOUCH_EVERY:
            await people.seen(session.digest, now)
        return Visit(
            caller=caller_for(user),
            csrf=session.csrf,
            digest=session.digest,
            user_id=user.id,
            session_id=session.id,
            fresh=now - (session.proven_at or session.created_at) < PROOF_LASTS,
            must_set_up=two_factor_required and not user.needs_code,
        )

    async def _user(self, tenant_id: TenantId, caller_id: str) -> User | None:
        if self._people is None:
            return None
        return await self._people.by_id(tenant_id, caller_id.removeprefix(_BY_USER))

    def _alive(self, key: ApiKey) -> bool:
        now = self._clock.now()
        return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)

    async def _note_use(self, key: ApiKey) -> None:
        now = self._clock.now()
        if key.last_used_at is None or now - key.last_used_at >= TOUCH_EVERY:
            await self._api_keys.touch(key.id, now)


def caller_of(key: ApiKey) -> Caller:
    """The caller that a key stands for."""
    return Caller(
        tenant_id=key.tenant_id, id=f"key:{key.id}", name=key.name, scopes=frozenset(key.scopes)
    )


def caller_for(user: User) -> Caller:
    """The caller that a person is."""
    return Caller(
        tenant_id=user.tenant_id,
        id=actor_of(user),
        name=user.name,
        scopes=frozenset({_SCOPE_OF[user.role]}),
        role=user.role,
    )


def requires(gate: Gate, *scopes: Scope) -> Guard:
    """A guard that lets in keys with any of ``scopes`` and leaves the caller in the state. What
    an operator may do, a viewer may read."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller = await gate.by_headers(connection.headers)
        reads = Scope.OPERATOR in scopes and connection.scope.get("method") in READS
        if not caller.may(*scopes) and not (reads and caller.may(Scope.VIEWER)):
            raise Forbidden(_why(caller, scopes))
        connection.scope["state"]["caller"] = caller
        bind(tenant_id=str(caller.tenant_id))

    return guard


def also_requires(*scopes: Scope) -> Guard:
    """A guard for one route among others: the caller that its router let in holds one of these."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller = provide_caller(connection.scope)
        if not caller.may(*scopes):
            raise Forbidden(_why(caller, scopes))

    return guard


def _why(caller: Caller, scopes: tuple[Scope, ...]) -> str:
    """Why they may not do this."""
    if caller.may(Scope.VIEWER) and not caller.may(Scope.OPERATOR):
        return LOOKS_ONLY
    return f"This needs a key with the scope {' or '.join(scope.value for scope in scopes)}."


def provide_caller(scope: Any) -> Caller:
    """Litestar dependency ``caller``: whom the guard let in."""
    caller: Caller = scope["state"]["caller"]
    return caller
