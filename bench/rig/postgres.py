"""One embedded PostgreSQL for all subjects of a comparison, a database for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from salesagent_adapters.postgres import embedded
from salesagent_adapters.postgres.migrate import upgrade


class Postgres:
    """The server, by the address of its maintenance database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def address(self, database: str) -> str:
        """The address of one database."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def create(self, database: str, *, migrated: bool = False) -> str:
        """Make a new, empty database; ``migrated`` with salesagent's tables. Its address."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        if migrated:
            upgrade(self.address(database))
        return self.address(database)

    def scalar(self, database: str, query: str, *values: object) -> object:
        """The first column of the first row."""
        with psycopg.connect(self.address(database)) as connection:
            row = connection.execute(query.encode(), values).fetchone()
        assert row is not None, "the query gives a row"
        return row[0]

    def execute(self, database: str, statement: str) -> None:
        """One statement, committed."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def settle(self) -> None:
        """Write out what the last subject left dirty, so that the next does not pay for it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def describe(self) -> str:
        """Version and the settings that durability hangs on."""
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        shown = [f"{name}={self.scalar('postgres', f'SHOW {name}')}" for name in names]
        return "PostgreSQL " + " ".join(shown)


@contextmanager
def server() -> Iterator[Postgres]:
    """A new server in a temporary folder, with the settings that salesagent starts it with."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "postgres"
        url = embedded.start(data)
        try:
            yield Postgres(url)
        finally:
            embedded.stop(data)
