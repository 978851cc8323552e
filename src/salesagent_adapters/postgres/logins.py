"""People before their organisation is known: by address, session or invitation; and their tries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.people import read_session, read_user
from salesagent_adapters.postgres.rows import Chest, clean
from salesagent_core.domain.passwords import Tries, TryRule
from salesagent_core.ids import TenantId
from salesagent_core.ports.people import FoundSession, User
from salesagent_core.ports.secrets_vault import Sealer
from salesagent_core.ports.send_switches import EVERY_TENANT

SEEN_EVERY = timedelta(minutes=1)
TRIES_KEPT = timedelta(days=1)


class PgPeopleDirectory:
    """``PeopleDirectory`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def by_email(self, email: str) -> User | None:
        """See ``PeopleDirectory.by_email``."""
        table = tables.users
        statement = (
            select(table)
            .where(table.c.email_index == self._chest.contact_index(email))
            .order_by(table.c.created_at, table.c.id)
            .limit(1)
        )
        row = await self._first(statement)
        return None if row is None else read_user(self._chest, row)

    async def by_id(self, tenant_id: TenantId | None, user_id: str) -> User | None:
        """See ``PeopleDirectory.by_id``."""
        table = tables.users
        statement = select(table).where(table.c.id == clean(user_id))
        if tenant_id is not None:
            statement = statement.where(table.c.tenant_id == tenant_id)
        row = await self._first(statement)
        return None if row is None else read_user(self._chest, row)

    async def session(self, digest: bytes) -> FoundSession | None:
        """See ``PeopleDirectory.session``."""
        sessions, users, rules = tables.user_sessions, tables.users, tables.log_in_rules
        required = (
            select(rules.c.two_factor_required)
            .where(rules.c.tenant_id == users.c.tenant_id)
            .scalar_subquery()
            .label("two_factor_required")
        )
        async with self._database.across_tenants() as connection:
            found = await connection.execute(select(sessions).where(sessions.c.digest == digest))
            row = found.first()
            if row is None:
                return None
            person = await connection.execute(
                select(users, required).where(
                    users.c.tenant_id == row.tenant_id, users.c.id == row.user_id
                )
            )
            who = person.first()
        if who is None:
            return None
        return FoundSession(
            session=read_session(self._chest, row),
            user=read_user(self._chest, who),
            two_factor_required=bool(who.two_factor_required),
        )

    async def seen(self, digest: bytes, at: datetime) -> None:
        """See ``PeopleDirectory.seen``."""
        table = tables.user_sessions
        async with self._database.across_tenants() as connection:
            await connection.execute(
                update(table)
                .where(table.c.digest == digest, table.c.seen_at <= at - SEEN_EVERY)
                .values(seen_at=at)
            )

    async def drop_session(self, digest: bytes) -> None:
        """See ``PeopleDirectory.drop_session``."""
        table = tables.user_sessions
        async with self._database.across_tenants() as connection:
            await connection.execute(delete(table).where(table.c.digest == digest))

    async def invited_by_token(self, digest: bytes) -> TenantId | None:
        """See ``PeopleDirectory.invited_by_token``."""
        table = tables.invitations
        row = await self._first(select(table.c.tenant_id).where(table.c.digest == digest))
        return None if row is None else TenantId(row.tenant_id)

    async def invited_by_email(self, email: str) -> TenantId | None:
        """See ``PeopleDirectory.invited_by_email``."""
        table = tables.invitations
        row = await self._first(
            select(table.c.tenant_id)
            .where(table.c.email_index == self._chest.contact_index(email))
            .order_by(table.c.created_at.desc(), table.c.id)
            .limit(1)
        )
        return None if row is None else TenantId(row.tenant_id)

    async def _first(self, statement: Any) -> Any:
        async with self._database.across_tenants() as connection:
            return (await connection.execute(statement)).first()


class PgLoginTries:
    """``LoginTries`` over PostgreSQL: every process counts in the same rows."""

    def __init__(
        self, database: Database, sealer: Sealer, tenant_id: TenantId = EVERY_TENANT
    ) -> None:
        self._database = database
        self._chest = Chest(sealer)
        self._tenant = tenant_id

    async def count(self, subject: str, rule: TryRule, now: datetime) -> Tries:
        """See ``LoginTries.count``. Rows that are long over are cleared away by the way."""
        table = tables.login_tries
        over = table.c.since <= now - rule.window
        statement = (
            upsert(table)
            .values(tenant_id=self._tenant, subject_index=self._index(subject), tries=1, since=now)
            .on_conflict_do_update(
                constraint="login_tries_pkey",
                set_={
                    "tries": case((over, 1), else_=table.c.tries + 1),
                    "since": case((over, now), else_=table.c.since),
                },
            )
            .returning(table.c.tries, table.c.since)
        )
        async with self._database.across_tenants() as connection:
            row = (await connection.execute(statement)).one()
            if row.tries == 1:
                await connection.execute(delete(table).where(table.c.since <= now - TRIES_KEPT))
        return Tries(count=row.tries, since=row.since)

    async def clear(self, subject: str) -> None:
        """See ``LoginTries.clear``."""
        table = tables.login_tries
        async with self._database.across_tenants() as connection:
            await connection.execute(
                delete(table).where(
                    table.c.subject_index == self._index(subject),
                    table.c.tenant_id == self._tenant,
                )
            )

    def _index(self, subject: str) -> str:
        return self._chest.index(f"login try {subject}")
