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
from salesagent_core.errors import Rejected

VERSION_TABLE = "salesagent_schema"
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_WAIT = "5s"
"""How long a migration waits for one lock. Whatever comes after a waiting ALTER TABLE waits behind
it: better to give up and be run again than to hold up those who serve."""
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


def rebuild(url: str, revision: str) -> None:
    """Make an empty database one of exactly this revision, whatever empty tables it has.

    Raises:
        Rejected: this version of the code does not know that revision. Unavailable
    """
    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise Rejected(
            f"this version does not know the schema {revision}: it was made by a newer one"
        )
    if current(url) not in (None, revision):
        downgrade(url, "base")
    with _locked(url) as (connection, config):
        command.upgrade(config, revision)
        vectors.ensure(connection)


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
    head = script_directory().get_current_head()
    assert head is not None, "there is a first migration"
    return head


def script_directory() -> ScriptDirectory:
    """All migrations that this version knows."""
    return ScriptDirectory.from_config(_config())


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
        # Not for the lock above: who migrates at the same time is waited for.
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
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
