"""A migration runs while the version before serves: it rewrites no table, adds nothing that an old
INSERT would miss, and queues nobody up behind it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event
from tests.databases import administer, plain_url

from salesagent_adapters.postgres import migrate
from salesagent_core.errors import Unavailable

BUILT_WHILE_WRITERS_WAIT = {
    "audit_position",
    "audit_unsealed",
    "drafts_audit",
    "drafts_changed",
    "drafts_follow",
    "drafts_over",
    "decisions_decided",
    "runs_finished",
    "runs_open",
    "runs_waiting_mailbox",
    "send_attempts_sent",
    "send_attempts_trouble",
}
"""Indexes that a migration builds in its transaction over a table that is there: who writes waits
for some tenths of a second per hundred thousand rows. Whoever adds one enters it here, having
thought about how many rows there are; where that is too long, build it CONCURRENTLY."""
REFUSED = re.compile(
    r"ALTER COLUMN \w+ (TYPE|SET NOT NULL|SET DATA)|DROP (TABLE|COLUMN|CONSTRAINT)|RENAME|"
    r"ADD CONSTRAINT (?!.*NOT VALID)|LOCK TABLE|VACUUM FULL|CLUSTER|TRUNCATE",
    re.IGNORECASE | re.DOTALL,
)
_TABLES = """
SELECT c.relname, pg_relation_filenode(c.oid),
  array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY 1),
  array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
        ORDER BY 1)
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
"""
Shape = dict[str, tuple[int, set[str], set[str]]]


def shape(url: str) -> Shape:
    """Each table's file, its columns, and those that an INSERT must name."""
    with psycopg.connect(plain_url(url)) as connection:
        rows = connection.execute(_TABLES.encode()).fetchall()
    return {name: (file, set(columns), set(needed)) for name, file, columns, needed in rows}


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What is executed meanwhile."""
    said: list[str] = []

    def listen(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    yield said
    event.remove(Engine, "before_cursor_execute", listen)


def test_the_version_before_goes_on_working_through_every_migration(
    empty_database_url: str, statements: list[str]
) -> None:
    revisions = migrate.revisions()
    url, problems = empty_database_url, []
    migrate.upgrade(url, revisions[0])
    for revision in revisions[1:]:
        before = shape(url)
        statements.clear()
        migrate.upgrade(url, revision)
        after = shape(url)
        for name, (file, columns, needed) in before.items():
            if name == migrate.VERSION_TABLE:
                continue
            now_file, now_columns, now_needed = after[name]
            if now_file != file:
                problems.append(f"{revision} rewrites {name}")
            if columns - now_columns:
                problems.append(f"{revision} takes {columns - now_columns} from {name}")
            if now_needed - needed:
                problems.append(f"{revision}: an old INSERT misses {now_needed - needed} of {name}")
        for said in statements:
            if REFUSED.search(said):
                problems.append(f"{revision}: {said}")
            index = re.match(r"\s*CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(\w+) ON (\w+)", said)
            if index and index[2] in before and index[1] not in BUILT_WHILE_WRITERS_WAIT:
                problems.append(f"{revision} holds up writers of {index[2]} to build {index[1]}")
    assert problems == []


def test_a_migration_that_would_hold_others_up_gives_up_and_changes_nothing(
    empty_database_url: str,
) -> None:
    url = empty_database_url
    migrate.upgrade(url, "0010")
    with psycopg.connect(plain_url(url)) as reader:
        reader.execute("SELECT count(*) FROM drafts")
        started = time.monotonic()
        with pytest.raises(Unavailable, match="busy"):
            migrate.upgrade(url)
        assert time.monotonic() - started < 12
        assert migrate.current(url) == "0010"
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.newest()
    administer(url, "SELECT 1")
