"""The one table that needs an extension: vectors of remembered mails, by pgvector.

A server without pgvector, or a role that may not create it, does everything but long memory. So
no migration depends on it: ``ensure`` runs after each and makes the table once it can.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

TABLE = "memory_vectors"
NEEDS_TABLE = "memories"

NOT_INSTALLED = (
    "long memory needs PostgreSQL's extension pgvector, which this server has not:"
    " install it there, then run `salesagent migrate`"
)
NOT_ALLOWED = (
    "long memory needs PostgreSQL's extension pgvector, which our role may not create:"
    " have an administrator run CREATE EXTENSION vector in this database, then run"
    " `salesagent migrate`"
)
NOT_MADE = "long memory has no table for its vectors yet: run `salesagent migrate`"

_AVAILABLE = text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
_INSTALLED = text("SELECT count(*) FROM pg_extension WHERE extname = 'vector'")
_EXISTS = text("SELECT to_regclass(:name) IS NOT NULL")
_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_MAKE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (\n"
    "  tenant_id text NOT NULL,\n"
    "  memory_id text NOT NULL,\n"
    "  model text NOT NULL,\n"
    "  embedding vector NOT NULL,\n"
    f"  CONSTRAINT {TABLE}_pkey PRIMARY KEY (tenant_id, model, memory_id),\n"
    f"  CONSTRAINT {TABLE}_memory FOREIGN KEY (memory_id, tenant_id)\n"
    f"    REFERENCES {NEEDS_TABLE} (id, tenant_id) ON DELETE CASCADE,\n"
    f"  CONSTRAINT {TABLE}_tenant_check CHECK (tenant_id NOT IN ('', '*')))",
    # In the row where it fits: fetching each from beside it takes most of a search's time.
    f"ALTER TABLE {TABLE} ALTER COLUMN embedding SET STORAGE MAIN",
    f"CREATE INDEX {TABLE}_of_memory ON {TABLE} (memory_id, tenant_id)",
    f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
    f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY {TABLE}_tenant ON {TABLE} USING {_SEES} WITH CHECK {_SEES}",
)


def ensure(connection: Connection) -> str | None:
    """Make the table if that is possible; otherwise why it is not. Fails no migration."""
    if not _exists(connection, NEEDS_TABLE):
        return NOT_MADE
    if _exists(connection, TABLE):
        return None
    if not connection.scalar(_INSTALLED):
        if not connection.scalar(_AVAILABLE):
            return NOT_INSTALLED
        try:
            with connection.begin_nested():
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        except SQLAlchemyError:
            return NOT_ALLOWED
    try:
        with connection.begin_nested():
            for statement in _MAKE:
                connection.execute(text(statement))
    except SQLAlchemyError:
        return NOT_MADE
    return None


async def missing(connection: AsyncConnection) -> str | None:
    """Why there is no long memory, in a sentence for people; None when there is."""
    if await connection.scalar(_EXISTS, {"name": TABLE}):
        return None
    if await connection.scalar(_INSTALLED):
        return NOT_MADE
    return NOT_ALLOWED if await connection.scalar(_AVAILABLE) else NOT_INSTALLED


def _exists(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(_EXISTS, {"name": name}))
