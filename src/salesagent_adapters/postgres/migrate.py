"""Bring a database to a version of the schema. Synchronous: start-up and the command line.

Alembic is loaded by who migrates: servers and workers only look whether somebody must.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, NullPool, create_engine, text

from salesagent_adapters.postgres import vectors
from salesagent_adapters.postgres.engine import CONNECT_TIMEOUT_S, sqlalchemy_url
from salesagent_adapters.postgres.errors import mapped
from salesagent_core.errors import Rejected

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

VERSION_TABLE = "salesagent_schema"
_MIGRATIONS = Path(__file__).parent / "migrations"
_FILES = "v[0-9]*.py"
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
    from alembic import command

    with _locked(url) as (connection, config):
        command.upgrade(config, revision)
        if revision == "head":
            vectors.ensure(connection)


def downgrade(url: str, revision: str) -> None:
    """Migrate down to a revision; ``base`` removes everything, the data too.

    Raises:
        Unavailable, Rejected
    """
    from alembic import command

    with _locked(url) as (_, config):
        command.downgrade(config, revision)


def rebuild(url: str, revision: str) -> None:
    """Make an empty database one of exactly this revision, whatever empty tables it has.

    Raises:
        Rejected: this version of the code does not know that revision. Unavailable
    """
    from alembic import command

    if revision not in revisions():
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
    from alembic.runtime.migration import MigrationContext

    with connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def newest() -> str:
    """The revision that this version of the code works with."""
    return revisions()[-1]


def revisions() -> tuple[str, ...]:
    """Every revision that this version of the code knows, oldest first, by its file's name."""
    files = (_MIGRATIONS / "versions").glob(_FILES)
    return tuple(sorted(path.name[1:].partition("_")[0] for path in files))


def script_directory() -> ScriptDirectory:
    """All migrations that this version knows, as Alembic sees them."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    from alembic.config import Config

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
