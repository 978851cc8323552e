"""Migrations go up and down, and say the same as the tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from salesagent_adapters.postgres import migrate, vectors
from salesagent_adapters.postgres.engine import sqlalchemy_url
from salesagent_adapters.postgres.tables import metadata
from salesagent_core.errors import InvalidInput, Unavailable


def tables_in(url: str) -> set[str]:
    engine = create_engine(sqlalchemy_url(url))
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {migrate.VERSION_TABLE, vectors.TABLE}


def test_up_down_and_up_again(empty_database_url: str) -> None:
    url = empty_database_url
    assert migrate.current(url) is None
    migrate.upgrade(url)
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.newest()
    assert tables_in(url) == set(metadata.tables)
    migrate.downgrade(url, "base")
    assert migrate.current(url) is None
    assert tables_in(url) == set()
    migrate.upgrade(url)
    assert tables_in(url) == set(metadata.tables)


def test_the_files_names_say_the_order_of_the_migrations() -> None:
    chain = [script.revision for script in migrate.script_directory().walk_revisions()]
    assert list(migrate.revisions()) == chain[::-1]


def test_several_processes_may_start_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.upgrade, [empty_database_url] * 4))
    assert migrate.current(empty_database_url) == migrate.newest()


def test_the_tables_are_what_the_migrations_make(migrated_database: str) -> None:
    engine = create_engine(sqlalchemy_url(migrated_database))
    with engine.connect() as connection:
        options = {
            "version_table": migrate.VERSION_TABLE,
            "compare_type": True,
            "compare_server_default": True,
            # Made where pgvector is, and by no migration.
            "include_object": lambda _object, name, kind, *_: (
                (kind, name) != ("table", vectors.TABLE)
            ),
        }
        context = MigrationContext.configure(connection, opts=options)
        difference = compare_metadata(context, metadata)
        inspector = inspect(connection)
        for table in metadata.tables.values():
            assert inspector.get_pk_constraint(table.name)["constrained_columns"] == [
                column.name for column in table.primary_key.columns
            ]
    engine.dispose()
    assert difference == []


def test_an_address_of_something_else_is_named(empty_database_url: str) -> None:
    with pytest.raises(InvalidInput, match="database address"):
        migrate.upgrade("mysql://localhost/x")
    with pytest.raises(InvalidInput):
        migrate.upgrade("not an address")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        migrate.current("postgresql://nobody@127.0.0.1:1/none")
