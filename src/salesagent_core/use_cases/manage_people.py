"""The people of an organisation: invited, let in, given another role, shut out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.log_in_guard import LogInRules, RefusedLogIn
from salesagent_core.domain.people import INVITATION_LASTS, MAX_NAME, MAX_USERS, Role
from salesagent_core.errors import Conflict, InvalidInput, NotFound, PolicyRefused, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.people import (
    Invitation,
    PeopleDirectory,
    PeopleTransaction,
    PeopleWork,
    User,
)
from salesagent_core.use_cases.people_parts import (
    Actor,
    LoginParts,
    Opened,
    actor_of,
    digest_of,
    is_over,
    later,
    refused,
    require_may_change,
    require_may_give,
)


@attrs.frozen(kw_only=True)
class People:
    """Who is in an organisation, and who is asked in. ``refused`` are the last log-ins that were
    refused, by the person's id; ``rules`` what is asked of all of them."""

    users: tuple[User, ...]
    invitations: tuple[Invitation, ...]
    refused: Mapping[str, RefusedLogIn]
    rules: LogInRules


@attrs.frozen(kw_only=True)
class Invited:
    """``token`` is shown once and kept nowhere."""

    invitation: Invitation
    token: str = attrs.field(repr=False)


class ManagePeople:
    """Every change is audited. An organisation's last owner stays; nobody changes themselves."""

    def __init__(self, *, work: PeopleWork, directory: PeopleDirectory, parts: LoginParts) -> None:
        self._work = work
        self._directory = directory
        self._parts = parts

    async def list(self, tenant_id: TenantId) -> People:
        """Everybody."""
        async with self._work.begin(tenant_id) as tx:
            return People(
                users=await tx.users.all(),
                invitations=await tx.invitations.all(),
                refused=await tx.refused.of_people(),
                rules=await tx.log_in_rules.get(),
            )

    async def invite(self, tenant_id: TenantId, email: str, role: Role, by: Actor) -> Invited:
        """Ask somebody in; an earlier invitation to the address is worth nothing any more.

        Raises:
            InvalidInput: no address. PolicyRefused: not for this actor to give.
            Conflict: there is an account, or there are too many.
        """
        address = _address(email)
        require_may_give(by, role)
        now, token = self._parts.clock.now(), self._parts.secret()
        invitation = Invitation(
            id=self._parts.ids.new(),
            tenant_id=tenant_id,
            digest=digest_of(token),
            email=address,
            role=role,
            created_at=now,
            created_by=by.id,
            expires_at=now + INVITATION_LASTS,
        )
        async with self._work.begin(tenant_id) as tx:
            await self._require_room(tx, address)
            await tx.invitations.put(invitation)
            subject = ("invitation", invitation.id)
            await self._parts.note_subject(tx, tenant_id, by.id, "user.invited", subject, role=role)
        return Invited(invitation=invitation, token=token)

    async def withdraw(self, tenant_id: TenantId, invitation_id: str, by: Actor) -> None:
        """The link is worth nothing any more. Raises: NotFound, PolicyRefused."""
        async with self._work.begin(tenant_id) as tx:
            taken = await tx.invitations.take(id=invitation_id)
            if taken is None:
                raise NotFound("there is no such invitation")
            require_may_give(by, taken.role)
            subject = ("invitation", invitation_id)
            await self._parts.note_subject(
                tx, tenant_id, by.id, "user.invitation_withdrawn", subject
            )

    async def accept(self, token: str, *, name: str, password: str, browser: str) -> Opened:
        """Take up an invitation: a new account, logged in.

        Raises:
            NotFound: the link was used, was withdrawn, or ran out.
            InvalidInput: the name or password is no good; then the link can be used again.
            Conflict: the address has an account somewhere else.
        """
        digest, now = digest_of(token.strip()), self._parts.clock.now()
        tenant_id = await self._directory.invited_by_token(digest)
        if tenant_id is None:
            raise _no_invitation()
        async with self._work.begin(tenant_id) as tx:
            # Rolled back where what follows is refused, so that the link stays good.
            invitation = await tx.invitations.take(digest=digest)
            if invitation is None or is_over(invitation.expires_at, now):
                raise _no_invitation()
            user = await self._new_user(
                tx, invitation.email, name, invitation.role, password, now, tenant_id
            )
            await self._parts.note(
                tx, user, actor_of(user), "user.joined", role=user.role, invitation=invitation.id
            )
            return await self._parts.open(tx, user, browser, "invitation")

    async def add(
        self, tenant_id: TenantId, email: str, *, name: str, role: Role, password: str, by: Actor
    ) -> User:
        """An account at once, with a password that somebody chose for it.

        Raises:
            InvalidInput, Conflict, PolicyRefused: as ``invite``.
        """
        require_may_give(by, role)
        now = self._parts.clock.now()
        async with self._work.begin(tenant_id) as tx:
            address = _address(email)
            await self._require_room(tx, address)
            user = await self._new_user(tx, address, name, role, password, now, tenant_id)
            await self._parts.note(tx, user, by.id, "user.added", role=role)
        return user

    async def change(
        self,
        tenant_id: TenantId,
        user_id: str,
        by: Actor,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
    ) -> User:
        """Another role, or shut out or let in again; their sessions end at once.

        Raises:
            NotFound. PolicyRefused: not for this actor to change, or the last owner.
        """
        now = self._parts.clock.now()
        async with self._work.begin(tenant_id) as tx:
            owners = await tx.users.active_owners()
            user = await tx.users.get(user_id, lock=True)
            require_may_change(by, user, role)
            changed = attrs.evolve(
                user,
                role=role or user.role,
                disabled_at=user.disabled_at if disabled is None else (now if disabled else None),
            )
            if disabled and user.disabled_at is not None:
                changed = attrs.evolve(changed, disabled_at=user.disabled_at)
            if changed == user:
                return user
            _require_owner_left(user, changed, owners)
            changed = later(changed)
            await tx.users.save(changed)
            await tx.user_sessions.end(user_id)
            await self._note_changes(tx, user, changed, by)
        return changed

    async def require_two_factor(
        self, tenant_id: TenantId, by: Actor, *, required: bool
    ) -> LogInRules:
        """Ask everybody for a second factor, or leave it to them. Who has none can then do nothing
        but set one up.

        Raises:
            PolicyRefused: not an owner, or one who has no second factor themselves.
        """
        if by.role not in (None, Role.OWNER):
            sentence = "Only an owner decides what is asked of everybody."
            raise PolicyRefused([refused("owners_only", sentence)])
        async with self._work.begin(tenant_id) as tx:
            if required and by.role is not None:
                await _require_own_factor(tx, by)
            if (await tx.log_in_rules.get()).two_factor_required != required:
                now = self._parts.clock.now()
                rules = LogInRules(two_factor_required=required, changed_at=now, changed_by=by.id)
                await tx.log_in_rules.put(rules)
                done = "people.two_factor_required" if required else "people.two_factor_optional"
                await self._parts.note_subject(tx, tenant_id, by.id, done, ("tenant", tenant_id))
            return await tx.log_in_rules.get()

    async def reset_password(
        self, tenant_id: TenantId, email: str, password: str, by: Actor, *, two_factor_off: bool
    ) -> User:
        """A new password for somebody who lost theirs; their sessions end.

        Raises:
            NotFound, InvalidInput, PolicyRefused
        """
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.by_email(email, lock=True)
            if user is None:
                raise NotFound("there is no account of this address")
            require_may_change(by, user, None)
            hashed = await self._parts.hashed(tenant_id, password, (user.email, user.name))
            user = attrs.evolve(later(user), password_hash=hashed)
            if two_factor_off:
                user = attrs.evolve(user, two_factor=None)
            await tx.users.save(user)
            await tx.user_sessions.end(user.id)
            detail = {"two_factor": "off"} if two_factor_off else {}
            await self._parts.note(tx, user, by.id, "user.password_reset", **detail)
        return user

    async def named(self, tenant_id: TenantId, email: str) -> User:
        """The person of this address. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            user = await tx.users.by_email(email)
        if user is None:
            raise NotFound("there is no account of this address")
        return user

    async def _new_user(
        self,
        tx: PeopleTransaction,
        email: str,
        name: str,
        role: Role,
        password: str,
        now: datetime,
        tenant_id: TenantId,
    ) -> User:
        called = " ".join(name.split())
        if not called or len(called) > MAX_NAME or not called.isprintable():
            problem = Problem(where="name", what=f"must have 1 to {MAX_NAME} letters")
            raise InvalidInput("the name cannot be taken", [problem])
        if await self._directory.by_email(email) is not None:
            raise Conflict("This address has an account already.")
        user = User(
            id=self._parts.ids.new(),
            tenant_id=tenant_id,
            email=email,
            name=called,
            role=role,
            created_at=now,
            password_hash=await self._parts.hashed(tenant_id, password, (email, called)),
        )
        await tx.users.add(user)
        return user

    async def _require_room(self, tx: PeopleTransaction, email: str) -> None:
        if await tx.users.by_email(email) is not None:
            raise Conflict("This address has an account already.")
        known = len(await tx.users.all()) + len(await tx.invitations.all())
        if known >= MAX_USERS:
            raise Conflict(f"There are {MAX_USERS} people and invitations already.")

    async def _note_changes(
        self, tx: PeopleTransaction, before: User, after: User, by: Actor
    ) -> None:
        if after.role is not before.role:
            detail = {"from": before.role.value, "to": after.role.value}
            await self._parts.note(tx, after, by.id, "user.role_changed", **detail)
        if after.disabled_at != before.disabled_at:
            done = "user.disabled" if after.disabled_at is not None else "user.enabled"
            await self._parts.note(tx, after, by.id, done)


def _address(email: str) -> str:
    judged = judge_address(email)
    if not judged.valid or judged.normalized is None:
        problem = Problem(where="email", what="must be one e-mail address")
        raise InvalidInput("the address cannot be used", [problem])
    return judged.normalized


def _require_owner_left(before: User, after: User, owners: int) -> None:
    was = before.role is Role.OWNER and before.disabled_at is None
    stays = after.role is Role.OWNER and after.disabled_at is None
    if was and not stays and owners <= 1:
        sentence = "This is the last owner. Make somebody else an owner first."
        raise PolicyRefused([refused("last_owner", sentence)])


async def _require_own_factor(tx: PeopleTransaction, by: Actor) -> None:
    own = next((user for user in await tx.users.all() if actor_of(user) == by.id), None)
    if own is None or not own.needs_code:
        sentence = "Set up two-factor log-in for yourself first."
        raise PolicyRefused([refused("yours_first", sentence)])


def _no_invitation() -> NotFound:
    return NotFound("This invitation was used, was withdrawn, or is older than three days.")
