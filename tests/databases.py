"""Real databases for tests: an embedded server, or the one that ``DATABASE_URL`` names.

A database is migrated once, and emptied before each test, which takes milliseconds where a new
one takes a second.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres import embedded, migrate
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.tables import metadata


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """The address as the driver itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def administer(url: str, *statements: str) -> None:
    """Run statements as the server's user, outside of any transaction."""
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """A running server; its address names a database that tests do not touch."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    # A short path: a unix socket's name may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="sa-pg-") as folder:
        data = Path(folder) / "data"
        url = embedded.start(data)
        yield url
        embedded.stop(data)


@pytest.fixture(scope="session")
def migrated_database(pg_url: str) -> Iterator[str]:
    """The address of a migrated database that tests share, one after the other."""
    name = f"salesagent_tests_{uuid.uuid4().hex[:12]}"
    administer(pg_url, f"CREATE DATABASE {name}")
    url = with_database(pg_url, name)
    migrate.upgrade(url)
    yield url
    administer(pg_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database_url(pg_url: str) -> Iterator[str]:
    """A database without any schema."""
    name = f"salesagent_test_{uuid.uuid4().hex[:12]}"
    administer(pg_url, f"CREATE DATABASE {name}")
    yield with_database(pg_url, name)
    administer(pg_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(migrated_database: str) -> str:
    """A migrated database with nothing in it."""
    _empty(migrated_database)
    return migrated_database


@pytest.fixture(scope="module")
def module_database(migrated_database: str) -> str:
    """A migrated database with nothing in it when a module's tests begin, for a server that serves
    all of them. Its tests take no ``database``: that would empty it under the server."""
    _empty(migrated_database)
    return migrated_database


def _empty(url: str) -> None:
    every_tenant = "SELECT set_config('salesagent.tenant', '*', false)"
    administer(url, every_tenant, *(f"DELETE FROM {name}" for name in metadata.tables))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connections to a migrated database with nothing in it."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A sealer with a key of its own."""
    return Vault([new_key()])
