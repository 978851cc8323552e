"""Bring a database to a version of the schema. Synchronous: start-up and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from salesagent_adapters.postgres import vectors
from salesagent_adapters.postgres.engine import CONNECT_TIMEOUT_S, sqlalchemy_url
from salesagent_adapters.postgres.errors import mapped

VERSION_TABLE = "salesagent_schema"
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_KEY = 7_285_140_132
"""One migration at a time, even where several processes start together."""


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up. Does nothing when the database is there already, but for what an extension that
    came since makes possible (see ``vectors``).

    Raises:
        Unavailable, Rejected
    """
    with _locked(url) as (connection, config):
        command.upgrade(config, revision)
        if revision == "head":
            vectors.ensure(connection)


def downgrade(url: str, revision: str) -> None:
    """Migrate down to a revision; ``base`` removes everything, the data too.

    Raises:
        Unavailable, Rejected
    """
    with _locked(url) as (_, config):
        command.downgrade(config, revision)


def current(url: str) -> str | None:
    """The revision that the database is at; None when it was never migrated.

    Raises:
        Unavailable
    """
    with connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def newest() -> str:
    """The revision that this version of the code works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is a first migration"
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _locked(url: str) -> Iterator[tuple[Connection, Config]]:
    config = _config()
    with connected(url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config.attributes["connection"] = connection
        yield connection, config


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One transaction on a connection of its own. Raises: Unavailable, Rejected."""
    engine = create_engine(
        sqlalchemy_url(url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )
    try:
        with mapped(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
