"""What all uses of people's log-ins share: opening one, judging a password, the audit trail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.passwords import (
    context_problem,
    known_words,
    length_problem,
    normalized,
)
from salesagent_core.domain.people import Role, may_give
from salesagent_core.errors import InvalidInput, NotFound, PolicyRefused, Problem, Reason
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.people import (
    Passwords,
    PeopleTransaction,
    TimeCodes,
    User,
    UserSession,
)
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import Transaction

Secret = Callable[[], str]
"""Makes a secret of 256 random bits or more, as text that an address can hold."""
RECOVERY_LENGTH = 16
"""Characters of a recovery code, without what stands between them."""
PERSONS = "u."
"""How a person's session token begins; tokens of sessions that keys opened never have a dot."""


@attrs.frozen(kw_only=True)
class Actor:
    """Who does it, as the audit trail names them. ``role`` is None at the command line."""

    id: str
    role: Role | None


@attrs.frozen(kw_only=True)
class Opened:
    """A new log-in; ``token`` goes into the browser's cookie and is kept nowhere else."""

    user: User
    session: UserSession
    token: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class LoginParts:
    """What the uses of log-ins are made with."""

    clock: Clock
    ids: IdSource
    secret: Secret
    passwords: Passwords
    tenants: TenantDirectory

    async def open(self, tx: PeopleTransaction, user: User, browser: str, how: str) -> Opened:
        """A session with a token never used before; ``how`` the person proved who they are."""
        now = self.clock.now()
        token = PERSONS + self.secret()
        session = UserSession(
            id=self.ids.new(),
            digest=digest_of(token),
            user_id=user.id,
            tenant_id=user.tenant_id,
            csrf=self.secret(),
            created_at=now,
            seen_at=now,
            browser=browser,
        )
        user = attrs.evolve(user, last_login_at=now)
        await tx.users.save(user)
        await tx.user_sessions.add(session)
        await self.note(tx, user, actor_of(user), "user.logged_in", how=how)
        return Opened(user=user, session=session, token=token)

    async def note(self, tx: Transaction, user: User, by: str, action: str, **detail: str) -> None:
        """Write what was done about a person into the audit trail."""
        await self.note_subject(tx, user.tenant_id, by, action, ("user", user.id), **detail)

    async def note_subject(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        by: str,
        action: str,
        subject: tuple[str, str],
        **detail: str,
    ) -> None:
        """As ``note``, about something else: its kind and id."""
        event = AuditEvent(
            id=self.ids.new(),
            tenant_id=tenant_id,
            at=self.clock.now(),
            actor=by,
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            detail=tuple(sorted(detail.items())),
        )
        await tx.audit.add(event)

    async def hashed(
        self, tenant_id: TenantId, password: str, about: tuple[str, ...], where: str = "password"
    ) -> str:
        """The hash of a new password. Raises: InvalidInput: it is no good one, and why."""
        password = normalized(password)
        about = (*about, *await self._house(tenant_id))
        problem = length_problem(password, where) or context_problem(password, about, where)
        if problem is None:
            weak = self.passwords.weakness(password, known_words(about))
            problem = Problem(where=where, what=f"is not safe: {weak}") if weak else None
        if problem is not None:
            raise InvalidInput("This password cannot be taken.", [problem])
        return await self.passwords.hash(password)

    async def _house(self, tenant_id: TenantId) -> tuple[str, ...]:
        """What everybody knows of the organisation."""
        try:
            tenant = await self.tenants.get(tenant_id)
        except NotFound:
            return ()
        return (tenant.name, tenant.mailbox, tenant.sender_name)


def actor_of(user: User) -> str:
    """What a person is called in decisions and the audit trail."""
    return f"user:{user.id}"


def digest_of(token: str) -> bytes:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def refused(code: str, sentence: str) -> Reason:
    """A reason why somebody may not do this."""
    return Reason(code=code, sentence=sentence)


def later(user: User) -> User:
    """The person, so that what was begun before does not go on."""
    return attrs.evolve(user, generation=user.generation + 1)


def is_over(until: datetime, now: datetime) -> bool:
    """Whether the time has come."""
    return until <= now


def with_code(user: User, code: str, codes: TimeCodes, now: datetime) -> User | None:
    """The person after this code was taken from them; None when it is not good (any more)."""
    factor = user.two_factor
    if factor is None:
        return None
    typed = "".join(code.split()).replace("-", "").lower()[:64]
    step = codes.step_of(factor.secret, typed, now)
    if step is not None and step > factor.last_step:
        return attrs.evolve(user, two_factor=attrs.evolve(factor, last_step=step))
    if len(typed) != RECOVERY_LENGTH:
        return None
    digest = digest_of(typed).hex()
    if digest not in factor.recovery:
        return None
    left = tuple(each for each in factor.recovery if each != digest)
    return attrs.evolve(user, two_factor=attrs.evolve(factor, recovery=left))


def require_may_give(by: Actor, role: Role) -> None:
    """Raises: PolicyRefused: not for this actor to give, or to change those who hold it."""
    if not may_give(by.role, role):
        sentence = f"Only an owner makes people {role.value}s, or changes them."
        raise PolicyRefused([refused("not_yours_to_give", sentence)])


def require_may_change(by: Actor, user: User, role: Role | None) -> None:
    """Raises: PolicyRefused: as ``require_may_give``, or it is the actor's own account."""
    require_may_give(by, user.role)
    if role is not None:
        require_may_give(by, role)
    if by.id == actor_of(user):
        raise PolicyRefused([refused("yourself", "Ask somebody else to change your account.")])
