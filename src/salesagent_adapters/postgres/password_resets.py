"""Links by which a person sets a new password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import Chest, clean
from salesagent_core.ids import TenantId
from salesagent_core.ports.password_resets import AskedReset, PasswordReset
from salesagent_core.ports.send_switches import EVERY_TENANT

LEASE = timedelta(minutes=2)
UNKNOWN_KEPT = timedelta(hours=1)

_CLAIM = text("""
WITH due AS MATERIALIZED (
  SELECT tenant_id, user_id FROM password_resets
  WHERE mail_due_at <= :now AND tenant_id <> :everybody
  ORDER BY mail_due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE password_resets r SET mail_due_at = :again, tries = r.tries + 1
FROM due WHERE r.tenant_id = due.tenant_id AND r.user_id = due.user_id AND r.by_mail
RETURNING r.tenant_id, r.user_id, r.id, r.tries
""")


class PgPasswordResets:
    """``PasswordResetStore`` over one connection."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def put(self, reset: PasswordReset) -> None:
        """See ``PasswordResetStore.put``."""
        values = attrs.asdict(reset) | {"created_by": clean(reset.created_by)}
        kept = {name: value for name, value in values.items() if name != "user_id"}
        await self._upsert(values, kept)

    async def ask(self, user_id: str, id: str, at: datetime, by: str) -> None:
        """See ``PasswordResetStore.ask``."""
        due = {"id": id, "created_at": at, "created_by": by, "mail_due_at": at, "tries": 0}
        first = {"user_id": user_id, "by_mail": True, "expires_at": at, **due}
        await self._upsert(first, due)

    async def ask_unknown(self, address: str, id: str, at: datetime, by: str) -> None:
        """See ``PasswordResetStore.ask_unknown``."""
        table = tables.password_resets
        subject = self._chest.index(f"password reset {address.strip().lower()}")
        await self.ask(subject, id, at, by)
        await self._connection.execute(
            delete(table).where(
                table.c.tenant_id == self._tenant, table.c.created_at <= at - UNKNOWN_KEPT
            )
        )

    async def mailed(self, user_id: str) -> None:
        """See ``PasswordResetStore.mailed``."""
        table = tables.password_resets
        statement = update(table).where(table.c.tenant_id == self._tenant)
        await self._connection.execute(
            statement.where(table.c.user_id == user_id, table.c.by_mail).values(mail_due_at=None)
        )

    async def take(self, digest: bytes) -> PasswordReset | None:
        """See ``PasswordResetStore.take``."""
        table = tables.password_resets
        taken = await self._connection.execute(
            delete(table)
            .where(table.c.tenant_id == self._tenant, table.c.digest == digest)
            .returning(table)
        )
        row = taken.one_or_none()
        if row is None:
            return None
        return PasswordReset(
            id=row.id,
            user_id=row.user_id,
            digest=bytes(row.digest),
            generation=row.generation,
            by_mail=row.by_mail,
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
        )

    async def remove(self, user_id: str) -> None:
        """See ``PasswordResetStore.remove``."""
        table = tables.password_resets
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.user_id == user_id)
        )

    async def _upsert(self, first: dict[str, Any], again: dict[str, Any]) -> None:
        await self._connection.execute(
            upsert(tables.password_resets)
            .values(tenant_id=self._tenant, **first)
            .on_conflict_do_update(constraint="password_resets_pkey", set_=again)
        )


class PgResetMails:
    """``ResetMails`` over PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, now: datetime, limit: int) -> tuple[AskedReset, ...]:
        """See ``ResetMails.claim``."""
        values = {"now": now, "again": now + LEASE, "limit": limit, "everybody": EVERY_TENANT}
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_CLAIM, values)).all()
        return tuple(
            AskedReset(
                tenant_id=TenantId(row.tenant_id), user_id=row.user_id, id=row.id, tries=row.tries
            )
            for row in rows
        )

    async def tenant_of(self, digest: bytes) -> TenantId | None:
        """See ``ResetMails.tenant_of``."""
        table = tables.password_resets
        async with self._database.across_tenants() as connection:
            found = await connection.execute(
                select(table.c.tenant_id).where(table.c.digest == digest)
            )
            row = found.first()
        return None if row is None else TenantId(row.tenant_id)
