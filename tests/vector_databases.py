"""Databases with pgvector, and one whose role may not make the extension."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import make_url
from tests.databases import administer, plain_url, with_database

from salesagent_adapters.postgres import embedded, migrate
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.tables import metadata


def has_vectors(url: str) -> bool:
    """Whether the server has pgvector and lets our role make it."""
    with psycopg.connect(plain_url(url)) as connection:
        found = connection.execute(
            b"SELECT count(*) FROM pg_available_extensions, pg_roles"
            b" WHERE name = 'vector' AND rolname = current_user AND rolsuper"
        ).fetchone()
    return found is not None and found[0] > 0


@pytest.fixture(scope="session")
def vector_server(pg_url: str) -> Iterator[str]:
    """A server with pgvector: the tests' own, or an embedded one where that has none."""
    if has_vectors(pg_url):
        yield pg_url
        return
    with TemporaryDirectory(prefix="sa-pg-") as folder:
        data = Path(folder) / "data"
        yield embedded.start(data)
        embedded.stop(data)


@pytest.fixture(scope="session")
def vector_url(vector_server: str) -> Iterator[str]:
    """A migrated database with pgvector."""
    name = f"salesagent_vectors_{uuid.uuid4().hex[:12]}"
    administer(vector_server, f"CREATE DATABASE {name}")
    url = with_database(vector_server, name)
    migrate.upgrade(url)
    yield url
    administer(vector_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def vector_database(vector_url: str) -> AsyncIterator[Database]:
    """The same, with nothing in it."""
    every_tenant = "SELECT set_config('salesagent.tenant', '*', false)"
    administer(vector_url, every_tenant, *(f"DELETE FROM {name}" for name in metadata.tables))
    database = Database(vector_url)
    yield database
    await database.close()


@pytest.fixture
def plain_database_url(vector_server: str) -> Iterator[str]:
    """A migrated database in which our role may make tables, and no extension."""
    name = f"salesagent_plain_{uuid.uuid4().hex[:12]}"
    administer(
        vector_server,
        f"CREATE ROLE {name} LOGIN NOSUPERUSER CREATEROLE",
        f"CREATE DATABASE {name}",
    )
    url = with_database(vector_server, name)
    administer(url, f"GRANT ALL ON SCHEMA public TO {name}")
    limited = make_url(url).set(username=name, password=None)
    own = limited.render_as_string(hide_password=False)
    migrate.upgrade(own)
    yield own
    administer(
        vector_server,
        f"DROP DATABASE {name} WITH (FORCE)",
        f"DROP ROLE {name}",
    )
