"""API keys and page sessions. Only digests of secrets are stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.rows import clean
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey, PageSession, Scope

TOUCH_EVERY = timedelta(minutes=1)


class PgApiKeys:
    """``ApiKeys`` over PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: ApiKey) -> None:
        """Store a key. Raises: Conflict when its id is taken."""
        async with self._database.across_tenants() as connection:
            await connection.execute(insert(tables.api_keys).values(key_columns(key)))

    async def find(self, key_id: str) -> ApiKey | None:
        """See ``ApiKeys.find``."""
        if not _can_be_stored(key_id):
            return None
        table = tables.api_keys
        async with self._database.across_tenants() as connection:
            found = await connection.execute(select(table).where(table.c.id == key_id))
            row = found.first()
        return None if row is None else read_key(row)

    async def touch(self, key_id: str, at: datetime) -> None:
        """See ``ApiKeys.touch``."""
        table = tables.api_keys
        stale = table.c.last_used_at.is_(None) | (table.c.last_used_at <= at - TOUCH_EVERY)
        async with self._database.across_tenants() as connection:
            await connection.execute(
                update(table).where(table.c.id == key_id, stale).values(last_used_at=at)
            )

    async def add_session(self, session: PageSession) -> None:
        """Store a session."""
        values = {
            "tenant_id": checked_tenant(session.tenant_id),
            "digest": session.digest,
            "key_id": session.key_id,
            "csrf": session.csrf,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        }
        async with self._database.across_tenants() as connection:
            await connection.execute(insert(tables.page_sessions).values(values))

    async def find_session(self, digest: bytes) -> tuple[PageSession, ApiKey] | None:
        """The session with the key that it started from."""
        table = tables.page_sessions
        async with self._database.across_tenants() as connection:
            found = await connection.execute(select(table).where(table.c.digest == digest))
            row = found.first()
            if row is None:
                return None
            keys = tables.api_keys
            found = await connection.execute(
                select(keys).where(keys.c.tenant_id == row.tenant_id, keys.c.id == row.key_id)
            )
            key = found.first()
        return None if key is None else (_read_session(row), read_key(key))

    async def drop_session(self, digest: bytes) -> None:
        """Forget a session; one that is gone already is no error."""
        table = tables.page_sessions
        async with self._database.across_tenants() as connection:
            await connection.execute(delete(table).where(table.c.digest == digest))


def _can_be_stored(text: str) -> bool:
    return clean(text) == text


def key_columns(key: ApiKey) -> dict[str, Any]:
    """A key as it is stored."""
    return {
        "tenant_id": checked_tenant(key.tenant_id),
        "id": key.id,
        "name": clean(key.name),
        "digest": key.digest,
        "scopes": " ".join(sorted(key.scopes)),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "created_by": key.created_by,
    }


def read_key(row: Any) -> ApiKey:
    """A key as stored."""
    return ApiKey(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        name=row.name,
        digest=bytes(row.digest),
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        created_by=row.created_by,
    )


def _read_session(row: Any) -> PageSession:
    return PageSession(
        digest=bytes(row.digest),
        key_id=row.key_id,
        tenant_id=TenantId(row.tenant_id),
        csrf=row.csrf,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
