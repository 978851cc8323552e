"""People, their log-ins and invitations, inside one organisation's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.api_keys import key_columns, read_key
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.people import SESSION_IDLE, SESSION_LASTS, Role
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey
from salesagent_core.ports.people import Invitation, TwoFactor, User, UserSession


@attrs.frozen(kw_only=True)
class _Private:
    """What of a person is sealed."""

    email: str
    name: str
    password_hash: str | None = None
    two_factor: TwoFactor | None = None


@attrs.frozen(kw_only=True)
class _Browser:
    browser: str


class _Store:
    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest


class PgUsers(_Store):
    """``UserStore`` over one connection."""

    async def all(self) -> tuple[User, ...]:
        """See ``UserStore.all``."""
        table = tables.users
        rows = await self._connection.execute(
            select(table).where(table.c.tenant_id == self._tenant)
        )
        found = (read_user(self._chest, row) for row in rows.all())
        return tuple(sorted(found, key=lambda user: (user.name.casefold(), user.email)))

    async def get(self, user_id: str, *, lock: bool = False) -> User:
        """See ``UserStore.get``."""
        found = await self._one(tables.users.c.id == clean(user_id), lock=lock)
        if found is None:
            raise NotFound("there is no such person")
        return found

    async def by_email(self, email: str, *, lock: bool = False) -> User | None:
        """See ``UserStore.by_email``."""
        index = self._chest.contact_index(email)
        return await self._one(tables.users.c.email_index == index, lock=lock)

    async def add(self, user: User) -> None:
        """See ``UserStore.add``."""
        if await self.by_email(user.email) is not None:
            raise Conflict("This address has an account already.")
        await self._connection.execute(insert(tables.users).values(self._columns(user)))

    async def save(self, user: User) -> None:
        """See ``UserStore.save``."""
        table = tables.users
        await self._connection.execute(
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == user.id)
            .values(self._columns(user))
        )

    async def active_owners(self) -> int:
        """See ``UserStore.active_owners``."""
        table = tables.users
        held = await self._connection.execute(
            select(table.c.id)
            .where(
                table.c.tenant_id == self._tenant,
                table.c.role == Role.OWNER.value,
                table.c.disabled_at.is_(None),
            )
            .order_by(table.c.id)
            .with_for_update()
        )
        return len(held.all())

    async def _one(self, which: Any, *, lock: bool) -> User | None:
        table = tables.users
        statement = select(table).where(table.c.tenant_id == self._tenant, which)
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else read_user(self._chest, row)

    def _columns(self, user: User) -> dict[str, Any]:
        private = _Private(
            email=user.email,
            name=clean(user.name),
            password_hash=user.password_hash,
            two_factor=user.two_factor,
        )
        return {
            "tenant_id": self._tenant,
            "id": user.id,
            "email_index": self._chest.contact_index(user.email),
            "role": user.role.value,
            "created_at": user.created_at,
            "disabled_at": user.disabled_at,
            "last_login_at": user.last_login_at,
            "generation": user.generation,
            "sealed": self._chest.shut(private, place("user", self._tenant, user.id)),
        }


class PgUserSessions(_Store):
    """``SessionStore`` over one connection."""

    async def of_user(self, user_id: str) -> tuple[UserSession, ...]:
        """See ``SessionStore.of_user``."""
        table = tables.user_sessions
        rows = await self._connection.execute(
            self._of(select(table), user_id).order_by(table.c.seen_at.desc(), table.c.id)
        )
        return tuple(read_session(self._chest, row) for row in rows.all())

    async def add(self, session: UserSession) -> None:
        """See ``SessionStore.add``."""
        table = tables.user_sessions
        ended = or_(
            table.c.created_at <= session.created_at - SESSION_LASTS,
            table.c.seen_at <= session.created_at - SESSION_IDLE,
        )
        await self._connection.execute(self._of(delete(table), session.user_id).where(ended))
        values = {
            "tenant_id": self._tenant,
            "digest": session.digest,
            "id": session.id,
            "user_id": session.user_id,
            "csrf": session.csrf,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "proven_at": session.proven_at,
            "sealed": self._chest.shut(
                _Browser(browser=clean(session.browser)), _session_place(self._tenant, session.id)
            ),
        }
        await self._connection.execute(insert(table).values(values))

    async def prove(self, user_id: str, session_id: str, at: datetime) -> None:
        """See ``SessionStore.prove``."""
        table = tables.user_sessions
        statement = self._of(update(table), user_id).where(table.c.id == clean(session_id))
        await self._connection.execute(statement.values(proven_at=at))

    async def end(self, user_id: str, *, only: str | None = None, keep: str | None = None) -> int:
        """See ``SessionStore.end``."""
        table = tables.user_sessions
        statement = self._of(delete(table), user_id)
        if only is not None:
            statement = statement.where(table.c.id == clean(only))
        if keep is not None:
            statement = statement.where(table.c.id != keep)
        return (await self._connection.execute(statement)).rowcount

    def _of(self, statement: Any, user_id: str) -> Any:
        table = tables.user_sessions
        return statement.where(table.c.tenant_id == self._tenant, table.c.user_id == user_id)


class PgInvitations(_Store):
    """``InvitationStore`` over one connection."""

    async def all(self) -> tuple[Invitation, ...]:
        """See ``InvitationStore.all``."""
        table = tables.invitations
        rows = await self._connection.execute(
            select(table)
            .where(table.c.tenant_id == self._tenant)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
        )
        return tuple(read_invitation(self._chest, row) for row in rows.all())

    async def put(self, invitation: Invitation) -> None:
        """See ``InvitationStore.put``."""
        values = {
            "id": invitation.id,
            "digest": invitation.digest,
            "role": invitation.role.value,
            "created_at": invitation.created_at,
            "created_by": clean(invitation.created_by),
            "expires_at": invitation.expires_at,
            "sealed": self._chest.shut(
                invitation.email, place("invitation", self._tenant, invitation.id)
            ),
        }
        await self._connection.execute(
            upsert(tables.invitations)
            .values(
                tenant_id=self._tenant,
                email_index=self._chest.contact_index(invitation.email),
                **values,
            )
            .on_conflict_do_update(constraint="invitations_email", set_=values)
        )

    async def take(
        self, *, digest: bytes | None = None, id: str | None = None, email: str | None = None
    ) -> Invitation | None:
        """See ``InvitationStore.take``."""
        table = tables.invitations
        which = table.c.id == clean(id or "")
        if digest is not None:
            which = table.c.digest == digest
        elif email is not None:
            which = table.c.email_index == self._chest.contact_index(email)
        taken = await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, which).returning(table)
        )
        row = taken.one_or_none()
        return None if row is None else read_invitation(self._chest, row)


class PgKeyRing(_Store):
    """``KeyRing`` over one connection."""

    async def all(self) -> tuple[ApiKey, ...]:
        """See ``KeyRing.all``."""
        table = tables.api_keys
        rows = await self._connection.execute(
            select(table)
            .where(table.c.tenant_id == self._tenant)
            .order_by(table.c.created_at.desc(), table.c.id)
        )
        return tuple(read_key(row) for row in rows.all())

    async def get(self, key_id: str, *, lock: bool = False) -> ApiKey:
        """See ``KeyRing.get``."""
        table = tables.api_keys
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(key_id)
        )
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("there is no such key")
        return read_key(row)

    async def add(self, key: ApiKey) -> None:
        """See ``KeyRing.add``."""
        await self._connection.execute(insert(tables.api_keys).values(key_columns(key)))

    async def save(self, key: ApiKey) -> None:
        """See ``KeyRing.save``."""
        table = tables.api_keys
        await self._connection.execute(
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == key.id)
            .values(key_columns(key))
        )


def read_user(chest: Chest, row: Any) -> User:
    """A person as stored."""
    private = chest.take(row.sealed, _Private, place("user", row.tenant_id, row.id))
    return User(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        email=private.email,
        name=private.name,
        role=Role(row.role),
        created_at=row.created_at,
        password_hash=private.password_hash,
        two_factor=private.two_factor,
        disabled_at=row.disabled_at,
        last_login_at=row.last_login_at,
        generation=row.generation,
    )


def read_session(chest: Chest, row: Any) -> UserSession:
    """A log-in as stored."""
    told = chest.take(row.sealed, _Browser, _session_place(row.tenant_id, row.id))
    return UserSession(
        id=row.id,
        digest=bytes(row.digest),
        user_id=row.user_id,
        tenant_id=TenantId(row.tenant_id),
        csrf=row.csrf,
        created_at=row.created_at,
        seen_at=row.seen_at,
        browser=told.browser,
        proven_at=row.proven_at,
    )


def read_invitation(chest: Chest, row: Any) -> Invitation:
    """An invitation as stored."""
    return Invitation(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        digest=bytes(row.digest),
        email=chest.take(row.sealed, str, place("invitation", row.tenant_id, row.id)),
        role=Role(row.role),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
    )


def _session_place(tenant_id: str, session_id: str) -> bytes:
    return place("user session", tenant_id, session_id)
