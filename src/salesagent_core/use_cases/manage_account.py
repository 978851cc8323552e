"""One's own account: password, second factor, and where one is logged in."""

from __future__ import annotations

from base64 import b32encode

import attrs

from salesagent_core.domain.log_in_guard import Because, LogInRules, RefusedLogIn
from salesagent_core.domain.passwords import (
    ACCOUNT_TRIES,
    CODE_TRIES,
    MAX_PASSWORD,
    TryRule,
    normalized,
    require_tries_left,
)
from salesagent_core.domain.people import session_ends
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.people import (
    LoginTries,
    PeopleTransaction,
    PeopleWork,
    TimeCodes,
    TwoFactor,
    User,
    UserSession,
)
from salesagent_core.use_cases.people_parts import (
    LoginParts,
    Opened,
    actor_of,
    digest_of,
    later,
    with_code,
)
from salesagent_core.use_cases.refused_log_ins import RefusedLogIns

RECOVERY_CODES = 10
_GROUP = 4


@attrs.frozen(kw_only=True)
class Enrolment:
    """A second factor that waits for its first code: the secret as text and as an address."""

    secret: str = attrs.field(repr=False)
    address: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class AccountView:
    """A person, and their log-ins that are good now, those seen last first. ``refused`` is the
    last one in their name that was not let in."""

    user: User
    sessions: tuple[UserSession, ...]
    rules: LogInRules
    enrolment: Enrolment | None = None
    refused: RefusedLogIn | None = None


class ManageAccount:
    """What needs the password asks for it again: a browser left open is not its owner."""

    def __init__(
        self,
        *,
        work: PeopleWork,
        tries: LoginTries,
        codes: TimeCodes,
        parts: LoginParts,
        refused: RefusedLogIns,
    ) -> None:
        self._refused = refused
        self._work = work
        self._tries = tries
        self._codes = codes
        self._parts = parts

    async def view(self, tenant_id: TenantId, user_id: str) -> AccountView:
        """Raises: NotFound."""
        now = self._parts.clock.now()
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.get(user_id)
            sessions = await tx.user_sessions.of_user(user_id)
            refused = (await tx.refused.of_people()).get(user_id)
            rules = await tx.log_in_rules.get()
        factor, enrolment = user.two_factor, None
        if factor is not None and not factor.confirmed:
            address = self._codes.address(factor.secret, user.email)
            enrolment = Enrolment(secret=factor.secret, address=address)
        return AccountView(
            user=user,
            sessions=tuple(s for s in sessions if session_ends(s.created_at, s.seen_at) > now),
            rules=rules,
            enrolment=enrolment,
            refused=refused,
        )

    async def change_password(
        self, tenant_id: TenantId, user_id: str, *, old: str, new: str, browser: str
    ) -> Opened:
        """Every session ends, and a new one begins in this browser.

        Raises:
            InvalidInput: the old one is wrong, or the new one is no good. RateLimited
        """
        user = await self._user(tenant_id, user_id)
        if user.password_hash is not None:
            await self._require_password(user, old)
        about = (user.email, user.name)
        hashed = await self._parts.hashed(tenant_id, new, about, "new_password")
        async with self._work.begin(tenant_id) as tx:
            user = await self._held(tx, user)
            user = attrs.evolve(later(user), password_hash=hashed)
            await tx.user_sessions.end(user_id)
            await self._parts.note(tx, user, actor_of(user), "user.password_changed")
            return await self._parts.open(tx, user, browser, "password_change")

    async def prove(
        self, tenant_id: TenantId, user_id: str, session_id: str, *, proof: str
    ) -> None:
        """Note that whoever uses this session is still its person. ``proof`` is the password; a
        code from those who have none.

        Raises:
            InvalidInput: it is wrong. Conflict: they have neither. RateLimited
        """
        user = await self._user(tenant_id, user_id)
        await self._require_proof(user, proof)
        async with self._work.begin(tenant_id) as tx:
            await tx.user_sessions.prove(user_id, session_id, self._parts.clock.now())

    async def begin_two_factor(self, tenant_id: TenantId, user_id: str) -> None:
        """A new secret, to be confirmed by a code. Raises: Conflict: there is a confirmed one."""
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.get(user_id, lock=True)
            if user.needs_code:
                raise Conflict("Two-factor log-in is on already.")
            factor = TwoFactor(secret=self._codes.new_secret())
            await tx.users.save(attrs.evolve(user, two_factor=factor))

    async def confirm_two_factor(
        self, tenant_id: TenantId, user_id: str, code: str
    ) -> tuple[str, ...]:
        """Switch it on; the recovery codes, which are shown once.

        Raises:
            InvalidInput: it is not the app's code. Conflict: nothing waits for one. RateLimited
        """
        await self._count(f"code {user_id}", CODE_TRIES)
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.get(user_id, lock=True)
            factor = user.two_factor
            if factor is None or factor.confirmed:
                raise Conflict("There is no new secret to confirm.")
            typed = "".join(code.split())[:16]
            step = self._codes.step_of(factor.secret, typed, self._parts.clock.now())
            if step is None:
                raise _wrong("code", "is not the one that the app shows now")
            shown, kept = self._recovery_codes()
            on = attrs.evolve(factor, confirmed=True, last_step=step, recovery=kept)
            user = attrs.evolve(later(user), two_factor=on)
            await tx.users.save(user)
            await self._parts.note(tx, user, actor_of(user), "user.two_factor_on")
        await self._tries.clear(f"code {user_id}")
        return shown

    async def end_two_factor(self, tenant_id: TenantId, user_id: str, *, proof: str) -> None:
        """Switch it off, or forget a secret that was not confirmed. ``proof`` as for ``prove``.

        Raises:
            InvalidInput: a wrong proof. Conflict: the organisation asks for it. RateLimited
        """
        user = await self._user(tenant_id, user_id)
        if user.needs_code:
            async with self._work.begin(tenant_id) as tx:
                if (await tx.log_in_rules.get()).two_factor_required:
                    raise Conflict("Your organisation asks everybody for two-factor log-in.")
            await self._require_proof(user, proof)
        async with self._work.begin(tenant_id) as tx:
            held = await self._held(tx, user)
            await tx.users.save(attrs.evolve(later(held), two_factor=None))
            if user.needs_code:
                await self._parts.note(tx, user, actor_of(user), "user.two_factor_off")

    async def renew_recovery_codes(
        self, tenant_id: TenantId, user_id: str, *, proof: str
    ) -> tuple[str, ...]:
        """New ones, shown once; the ones before are worth nothing any more.

        Raises:
            InvalidInput: a wrong proof. Conflict: the second factor is off. RateLimited
        """
        user = await self._user(tenant_id, user_id)
        await self._require_proof(user, proof)
        async with self._work.begin(tenant_id) as tx:
            user = await self._held(tx, user)
            if user.two_factor is None or not user.needs_code:
                raise Conflict("Two-factor log-in is off.")
            shown, kept = self._recovery_codes()
            factor = attrs.evolve(user.two_factor, recovery=kept)
            await tx.users.save(attrs.evolve(user, two_factor=factor))
            await self._parts.note(tx, user, actor_of(user), "user.recovery_codes_renewed")
        return shown

    async def end_session(self, tenant_id: TenantId, user_id: str, session_id: str) -> None:
        """End one of one's own; nothing happens where it is not there."""
        async with self._work.begin(tenant_id) as tx:
            ended = await tx.user_sessions.end(user_id, only=session_id)
            await self._ended(tx, await tx.users.get(user_id), ended)

    async def end_other_sessions(self, tenant_id: TenantId, user_id: str, keep: str) -> int:
        """End all but one; how many."""
        async with self._work.begin(tenant_id) as tx:
            ended = await tx.user_sessions.end(user_id, keep=keep)
            await self._ended(tx, await tx.users.get(user_id), ended)
        return ended

    async def _ended(self, tx: PeopleTransaction, user: User, many: int) -> None:
        if many:
            await self._parts.note(
                tx, user, actor_of(user), "user.sessions_ended", sessions=str(many)
            )

    async def _user(self, tenant_id: TenantId, user_id: str) -> User:
        async with self._work.begin(tenant_id) as tx:
            return await tx.users.get(user_id)

    async def _held(self, tx: PeopleTransaction, judged: User) -> User:
        """The person again, held, while a password was judged outside of the transaction."""
        user = await tx.users.get(judged.id, lock=True)
        if user.generation != judged.generation:
            raise Conflict("Your account changed in the meantime. Load the page again.")
        return user

    async def _require_proof(self, user: User, proof: str) -> None:
        if user.password_hash is not None:
            await self._require_password(user, proof)
        elif user.needs_code:
            await self._require_code(user, proof)
        else:
            raise Conflict("You have no password and no second factor. Sign in with Google again.")

    async def _require_code(self, user: User, code: str) -> None:
        subject = f"code {user.id}"
        await self._count(subject, CODE_TRIES)
        async with self._work.begin(user.tenant_id) as tx:
            held = await self._held(tx, user)
            taken = with_code(held, code, self._codes, self._parts.clock.now())
            if taken is not None:
                await tx.users.save(taken)
        if taken is None:
            await self._refused.note(user, user.email, Because.WRONG_CODE)
            raise _wrong("password", "is not the code that the app shows now")
        await self._tries.clear(subject)

    async def _require_password(self, user: User, given: str) -> None:
        subject = f"account {user.email.strip().lower()}"
        await self._count(subject, ACCOUNT_TRIES)
        given = normalized(given[: 2 * MAX_PASSWORD])
        if not await self._parts.passwords.verify(user.password_hash, given):
            await self._refused.note(user, user.email, Because.WRONG_PASSWORD)
            raise _wrong("password", "is not your password")
        await self._tries.clear(subject)

    async def _count(self, subject: str, rule: TryRule) -> None:
        tries = await self._tries.count(subject, rule, self._parts.clock.now())
        require_tries_left(rule, tries)

    def _recovery_codes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """As they are shown, and as they are kept: 80 random bits each."""
        plain = tuple(_recovery_code(self._parts.secret()) for _ in range(RECOVERY_CODES))
        kept = tuple(digest_of(code).hex() for code in plain)
        return tuple(_grouped(code) for code in plain), kept


def _recovery_code(secret: str) -> str:
    return b32encode(digest_of(secret)[:10]).decode().lower()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def _wrong(where: str, what: str) -> InvalidInput:
    return InvalidInput("That was not right.", [Problem(where=where, what=what)])
