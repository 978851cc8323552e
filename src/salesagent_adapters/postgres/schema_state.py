"""Whether the database is at the version that this code works with, looked at now and then."""

from __future__ import annotations

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.migrate import VERSION_TABLE, revisions

_EXISTS = text(f"SELECT to_regclass('{VERSION_TABLE}') IS NOT NULL")
_VERSION = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608 - a constant of ours
BEHIND = "the database's schema is older than this version: run the migrations"


class SchemaState:
    """A database that is ahead is none of our business: migrations only add, so that the version
    before goes on working while they run."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = revisions()

    async def problem(self) -> str | None:
        """A sentence when it is behind. Raises: Unavailable."""
        async with self._database.across_tenants() as connection:
            if not (await connection.execute(_EXISTS)).scalar_one():
                return BEHIND
            version = (await connection.execute(_VERSION)).scalar()
        behind = version != self._known[-1] and (version is None or version in self._known)
        return BEHIND if behind else None
