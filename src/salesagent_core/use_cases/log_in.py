"""Logging in: address and password, then a code where the person has set that up.

tries counted -> password compared, account or not -> code -> a new session
"""

from __future__ import annotations

import json
from datetime import timedelta

import attrs

from salesagent_core.domain.log_in_guard import Because
from salesagent_core.domain.passwords import (
    ACCOUNT_TRIES,
    ADDRESS_TRIES,
    CODE_TRIES,
    MAX_PASSWORD,
    TryRule,
    normalized,
    require_tries_left,
)
from salesagent_core.domain.people import MAX_NAME
from salesagent_core.errors import RateLimited, Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.people import (
    LoginTries,
    PeopleDirectory,
    PeopleTransaction,
    PeopleWork,
    TimeCodes,
    User,
)
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.use_cases.people_parts import (
    LoginParts,
    Opened,
    actor_of,
    is_over,
    with_code,
)
from salesagent_core.use_cases.refused_log_ins import RefusedLogIns

STEP_LASTS = timedelta(minutes=5)
"""Between password and code."""
_STEP = b"log-in step"
_MAX_STEP = 2_000


@attrs.frozen(kw_only=True)
class CodeNeeded:
    """The password was right; ``step`` proves that, sealed, while the code is asked for."""

    step: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Came:
    """Where somebody who wants to log in comes from: network address, and the browser's name."""

    address: str
    browser: str


class LogIn:
    """Tells nobody whether an account exists, neither by words nor by the time taken."""

    def __init__(
        self,
        *,
        work: PeopleWork,
        directory: PeopleDirectory,
        tries: LoginTries,
        codes: TimeCodes,
        sealer: Sealer,
        parts: LoginParts,
        refused: RefusedLogIns,
    ) -> None:
        self._work = work
        self._directory = directory
        self._tries = tries
        self._codes = codes
        self._sealer = sealer
        self._parts = parts
        self._refused = refused

    async def begin(self, email: str, password: str, came: Came) -> Opened | CodeNeeded | None:
        """None: no such account, a wrong password, or a disabled one; which is not said.

        Raises:
            RateLimited: too many tries from this address or at this account.
        """
        account = f"account {email.strip().lower()}"
        await self._count_at(email, f"address {came.address}", ADDRESS_TRIES)
        await self._count_at(email, account, ACCOUNT_TRIES)
        user = await self._directory.by_email(email)
        stored = user.password_hash if user is not None else None
        given = normalized(password[: 2 * MAX_PASSWORD])
        right = await self._parts.passwords.verify(stored, given)
        if user is None or stored is None or not right or user.disabled_at is not None:
            await self._refused.note(user, email, _because(user, right=right))
            return None
        await self._tries.clear(account)
        rehashed = None
        if self._parts.passwords.outdated(stored):
            rehashed = await self._parts.passwords.hash(given)
        return await self._proven(user, came, "password", rehashed)

    async def finish(self, step: str, code: str, came: Came) -> Opened | None:
        """With the code of the app, or a recovery code; None when it is not the one.

        Raises:
            Rejected: the first step was long ago, or something changed since: begin anew.
            RateLimited
        """
        tenant_id, user_id, generation = self._read_step(step)
        async with self._work.begin(tenant_id) as tx:
            judged = await tx.users.get(user_id)
        await self._count_at(judged.email, f"address {came.address}", ADDRESS_TRIES)
        subject = f"code {user_id}"
        await self._count_at(judged.email, subject, CODE_TRIES)
        opened = None
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.get(user_id, lock=True)
            if user.generation != generation or user.disabled_at is not None:
                raise _begin_anew()
            taken = with_code(user, code, self._codes, self._parts.clock.now())
            if taken is not None:
                opened = await self._parts.open(tx, taken, came.browser, "code")
        if opened is None:
            await self._refused.note(user, user.email, Because.WRONG_CODE)
            return None
        await self._tries.clear(subject)
        return opened

    async def by_google(self, email: str, name: str, came: Came) -> Opened | CodeNeeded | None:
        """For an address that Google vouches for: the account, or the invitation taken up; None
        where there is neither, or the account is disabled."""
        user = await self._directory.by_email(email)
        if user is None:
            user = await self._invited(email, name)
        if user is None or user.disabled_at is not None:
            await self._refused.note(user, email, _because(user, right=True))
            return None
        return await self._proven(user, came, "google", None)

    async def _proven(
        self, user: User, came: Came, how: str, rehashed: str | None
    ) -> Opened | CodeNeeded | None:
        if user.needs_code:
            return CodeNeeded(step=self._seal_step(user))
        async with self._work.begin(user.tenant_id) as tx:
            held = await tx.users.get(user.id, lock=True)
            if held.generation != user.generation or held.disabled_at is not None:
                return None
            if rehashed is not None:
                held = attrs.evolve(held, password_hash=rehashed)
            return await self._parts.open(tx, held, came.browser, how)

    async def _invited(self, email: str, name: str) -> User | None:
        tenant_id = await self._directory.invited_by_email(email)
        if tenant_id is None:
            return None
        now = self._parts.clock.now()
        async with self._work.begin(tenant_id) as tx:
            invitation = await tx.invitations.take(email=email)
            if invitation is None or is_over(invitation.expires_at, now):
                return None
            user = User(
                id=self._parts.ids.new(),
                tenant_id=tenant_id,
                email=invitation.email,
                name=(name.strip() or invitation.email)[:MAX_NAME],
                role=invitation.role,
                created_at=now,
            )
            await self._add(tx, user, invitation.id)
        return user

    async def _add(self, tx: PeopleTransaction, user: User, invitation_id: str) -> None:
        await tx.users.add(user)
        await self._parts.note(
            tx, user, actor_of(user), "user.joined", role=user.role, invitation=invitation_id
        )

    async def _count_at(self, email: str, subject: str, rule: TryRule) -> None:
        tries = await self._tries.count(subject, rule, self._parts.clock.now())
        try:
            require_tries_left(rule, tries)
        except RateLimited:
            if tries.count == rule.most + 1:
                await self._refused.note_at(email, Because.THROTTLED)
            else:
                self._refused.count(Because.THROTTLED)
            raise

    def _seal_step(self, user: User) -> str:
        told = [
            user.tenant_id,
            user.id,
            user.generation,
            (self._parts.clock.now() + STEP_LASTS).timestamp(),
        ]
        return self._sealer.seal(json.dumps(told).encode(), context=_STEP).hex()

    def _read_step(self, step: str) -> tuple[TenantId, str, int]:
        try:
            if len(step) > _MAX_STEP:
                raise _begin_anew()
            told = json.loads(self._sealer.open(bytes.fromhex(step), context=_STEP))
        except (ValueError, Rejected):
            raise _begin_anew() from None
        tenant_id, user_id, generation, until = told
        if until <= self._parts.clock.now().timestamp():
            raise _begin_anew()
        return TenantId(tenant_id), user_id, generation


def _because(user: User | None, *, right: bool) -> Because:
    """Why somebody did not come in, who was asked for a password or whom Google vouches for."""
    if user is None:
        return Because.NO_ACCOUNT
    return Because.SHUT_OUT if right else Because.WRONG_PASSWORD


def _begin_anew() -> Rejected:
    return Rejected("This log-in took too long. Begin anew.")
