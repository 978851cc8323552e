"""Copy a whole database at one moment into a file, and back into an empty one.

PostgreSQL's COPY is all it takes, in one read-only snapshot: no program of the server's version
has to be at hand, and an ordinary role that owns the tables may do it. What is restored is put
back by our own migrations first, so tables, policies and indexes are always those of the code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import attrs
import psycopg
from psycopg import sql

from salesagent_adapters.postgres import archive, migrate, vectors
from salesagent_adapters.postgres.archive import ArchiveReader, Manifest, TablePart
from salesagent_adapters.postgres.engine import connect_arguments, sqlalchemy_url
from salesagent_adapters.postgres.errors import mapped
from salesagent_adapters.postgres.rows import Chest, new_id
from salesagent_adapters.postgres.send_policy import rows_after_restore
from salesagent_core.domain.sending.gate import Restored
from salesagent_core.errors import Rejected
from salesagent_core.ports.secrets_vault import Sealer

Connection = psycopg.Connection[tuple[Any, ...]]

_PREPARE = (
    "SELECT set_config('salesagent.tenant', '*', false),"
    " set_config('statement_timeout', '0', false),"
    " set_config('idle_in_transaction_session_timeout', '0', false),"
    " set_config('synchronize_seqscans', 'off', false), set_config('TimeZone', 'UTC', false),"
    " set_config('DateStyle', 'ISO', false), set_config('IntervalStyle', 'postgres', false),"
    " set_config('bytea_output', 'hex', false), set_config('extra_float_digits', '1', false),"
    " set_config('client_encoding', 'UTF8', false)"
)
"""COPY writes the same rows in the same way whatever the server is set to."""

_TABLES = """
SELECT c.relname, c.relforcerowsecurity,
  array(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum),
  array(SELECT o.relname::text FROM pg_constraint k JOIN pg_class o ON o.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid)
FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> %s
ORDER BY c.relname
"""
_SEQUENCES = """
SELECT a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relname = %s AND c.relnamespace = current_schema()::regnamespace
  AND a.attnum > 0 AND NOT a.attisdropped
  AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""
_MOMENT = (
    "SELECT now(), CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn()::text END,"
    " current_setting('server_version')"
)
# By the database's clock, when a transaction began: none that committed by then began later.
_NEWEST = """
SELECT pg_is_in_recovery(), greatest((SELECT max(stored_at) FROM submissions),
  (SELECT max(updated_at) FROM runs), (SELECT max(stored_at) FROM crm_deliveries))
"""
_KEYRING = "keyring"
"""What start-up keeps about the keys, in a database that nobody has used yet, too."""
WHY_STOPPED = "restored from a backup; compare with the mailboxes first: salesagent reconcile"


@attrs.frozen(kw_only=True)
class _Table:
    name: str
    forced: bool
    columns: tuple[str, ...]
    needs: frozenset[str]


@attrs.frozen(kw_only=True)
class RestoreReport:
    """What was put back. ``left_out`` are tables that this server cannot hold; what is in them
    is made anew."""

    manifest: Manifest
    restored: Restored
    left_out: tuple[str, ...] = ()


def write_backup(url: str, sealer: Sealer, path: Path) -> Manifest:
    """Copy the database, as it is at this moment, into ``path``; others go on working.

    Raises:
        Rejected: the file exists, or the database was never migrated. Unavailable
    """
    schema = migrate.current(url)
    if schema is None:
        raise Rejected("there is nothing to back up: the database was never migrated")
    with mapped(), _connected(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            moment = connection.execute(_MOMENT).fetchone()
            assert moment is not None
            manifest = Manifest(
                id=new_id(),
                made_at=_iso(datetime.now(UTC)),
                snapshot_at=_iso(moment[0]),
                wal_lsn=moment[1],
                schema=schema,
                server=moment[2],
            )
            with archive.writing(path, sealer, manifest.id) as file:
                parts = [
                    file.add(
                        table.name, table.columns, _rows(connection, table.name, table.columns)
                    )
                    for table in _tables(connection)
                ]
                manifest = attrs.evolve(manifest, tables=tuple(parts))
                file.close(manifest)
    return manifest


def check_backup(sealer: Sealer, path: Path) -> Manifest:
    """Read a backup from end to end. Raises: Rejected."""
    with archive.reading(path, sealer) as file:
        file.check()
        return file.manifest


def restore_backup(url: str, sealer: Sealer, path: Path, *, by: str) -> RestoreReport:
    """Put a backup into an empty database, and leave all sending stopped there.

    All or nothing: rows, the pulled switch and the mark that it was restored are one transaction.

    Raises:
        Rejected: the database is not empty, the file is no backup or is damaged, the keys are
            others, or the backup is of a newer version. Unavailable
    """
    with archive.reading(path, sealer) as file:
        manifest = file.manifest
        file.check()
        with mapped(), _connected(url) as connection:
            _refuse_rows(connection)
        migrate.rebuild(url, manifest.schema)
        with mapped(), _connected(url) as connection, connection.transaction():
            here = {table.name: table for table in _tables(connection)}
            left_out = tuple(each.name for each in manifest.tables if each.name not in here)
            if set(left_out) - {vectors.TABLE}:
                raise Rejected(f"the backup holds tables that {manifest.schema} has not")
            for table in _in_order(here):
                part = manifest.table(table.name)
                if part is not None:
                    _load(connection, file, table, part)
            if left_out:
                connection.execute("UPDATE memories SET due_at = now() WHERE sealed IS NOT NULL")
            snapshot_at = datetime.fromisoformat(manifest.snapshot_at)
            restored = _stop_everything(connection, sealer, snapshot_at, by)
    migrate.upgrade(url)
    return RestoreReport(manifest=manifest, restored=restored, left_out=left_out)


def mark_recovered(url: str, sealer: Sealer, moment: datetime, *, by: str) -> Restored:
    """Leave a database that PostgreSQL itself brought back to ``moment`` (aware) as a restored
    backup is left: all sending stopped, nothing that was due goes by itself.

    Raises:
        Rejected: the database is still recovering, was never migrated, or holds rows that were
            written after that moment. Unavailable
    """
    if migrate.current(url) is None:
        raise Rejected("this database was never migrated: is it the one that was recovered?")
    with mapped(), _connected(url) as connection, connection.transaction():
        row = connection.execute(_NEWEST).fetchone()
        assert row is not None
        recovering, newest = row
        if recovering:
            raise Rejected("the server is still recovering: wait until it takes writes")
        if newest is not None and newest > moment:
            raise Rejected(
                f"this database holds rows of {_iso(newest)}, which is after that moment: it was"
                " not brought back to it"
            )
        return _stop_everything(connection, sealer, moment, by)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    arguments = {**connect_arguments(sqlalchemy_url(url))}
    with psycopg.connect(**arguments, autocommit=True) as connection:
        connection.execute(_PREPARE)
        yield connection


def _tables(connection: Connection) -> list[_Table]:
    rows = connection.execute(_TABLES, (migrate.VERSION_TABLE,)).fetchall()
    return [
        _Table(name=name, forced=forced, columns=tuple(columns), needs=frozenset(needs))
        for name, forced, columns, needs in rows
    ]


def _refuse_rows(connection: Connection) -> None:
    for table in _tables(connection):
        if table.name == _KEYRING:
            continue
        if connection.execute(_named("SELECT 1 FROM {} LIMIT 1", table.name)).fetchone():
            raise Rejected(
                f"the database is not empty (there is something in {table.name}): a backup is"
                " restored into an empty one only"
            )


def _in_order(tables: dict[str, _Table]) -> Iterator[_Table]:
    """Those that others point to first."""
    done: set[str] = set()
    while left := [each for each in tables.values() if each.name not in done]:
        ready = [each for each in left if each.needs <= done] or left
        yield from ready
        done.update(each.name for each in ready)


def _rows(connection: Connection, name: str, columns: tuple[str, ...]) -> Iterator[bytes]:
    with connection.cursor().copy(_named("COPY {} ({}) TO STDOUT", name, columns)) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _load(connection: Connection, file: ArchiveReader, table: _Table, part: TablePart) -> None:
    # COPY does not write through row-level security. Only we see this transaction.
    if table.forced:
        connection.execute(_named("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table.name))
    connection.execute(_named("DELETE FROM {}", table.name))
    into = _named("COPY {} ({}) FROM STDIN", table.name, part.columns)
    given = _Lines()
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for chunk in file.rows(part):
            given.add(chunk)
            copy.write(chunk)
    if table.forced:
        connection.execute(_named("ALTER TABLE {} FORCE ROW LEVEL SECURITY", table.name))
    for column, sequence in connection.execute(_SEQUENCES, (table.name,)).fetchall():
        highest = sql.SQL("SELECT setval(%s, coalesce(max({}), 0) + 1, false) FROM {}").format(
            sql.Identifier(column), sql.Identifier(table.name)
        )
        connection.execute(highest, (sequence,))
    _verify(connection, part, given)


class _Lines:
    """Rows as they were told, in any order: the server puts them where there is room."""

    def __init__(self) -> None:
        self.rows = self.sum = 0
        self._begun = b""

    def add(self, chunk: bytes) -> None:
        *lines, self._begun = (self._begun + chunk).split(b"\n")
        for line in lines:
            self.sum += int.from_bytes(hashlib.sha256(line).digest(), "big")
        self.rows += len(lines)

    def same_as(self, other: _Lines) -> bool:
        return (self.rows, self.sum, self._begun) == (other.rows, other.sum, other._begun)


def _verify(connection: Connection, part: TablePart, given: _Lines) -> None:
    """Read back what was written."""
    found = _Lines()
    for chunk in _rows(connection, part.name, part.columns):
        found.add(chunk)
    if found.rows != part.rows or not found.same_as(given):
        raise Rejected(f"what was restored of {part.name} is not what was backed up")


def _stop_everything(
    connection: Connection, sealer: Sealer, snapshot_at: datetime, by: str
) -> Restored:
    now = connection.execute("SELECT clock_timestamp()").fetchone()
    assert now is not None
    restored = Restored(snapshot_at=snapshot_at, restored_at=now[0])
    for row in rows_after_restore(Chest(sealer), restored, by, WHY_STOPPED):
        connection.execute(
            "INSERT INTO send_switches (tenant_id, name, value, changed_at, changed_by, sealed)"
            " VALUES (%(tenant_id)s, %(name)s, %(value)s, clock_timestamp(), %(changed_by)s,"
            " %(sealed)s) ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value,"
            " changed_at = excluded.changed_at, changed_by = excluded.changed_by,"
            " sealed = excluded.sealed",
            row,
        )
    # Nothing that was due to go at the snapshot wakes up by itself: it may have gone since.
    connection.execute(
        "UPDATE send_attempts SET due_at = NULL, waiting_code = NULL WHERE status = 'scheduled'"
    )
    return restored


def _named(statement: LiteralString, table: str, columns: tuple[str, ...] = ()) -> sql.Composed:
    parts: list[sql.Composable] = [sql.Identifier(table)]
    if columns:
        parts.append(sql.SQL(", ").join(map(sql.Identifier, columns)))
    return sql.SQL(statement).format(*parts)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
