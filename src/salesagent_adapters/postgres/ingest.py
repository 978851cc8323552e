"""The durable door: concurrent deliveries share a transaction, and keys decide duplicates.

``accept | one batch: lock, find the first ones, insert the rest | COMMIT | answer, ring``
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import attrs
from psycopg import AsyncCursor

from salesagent_adapters.postgres import arrays
from salesagent_adapters.postgres.bell import Bell, Ring
from salesagent_adapters.postgres.engine import Database, checked_tenant
from salesagent_adapters.postgres.group_commit import MAX_BATCH, Connection, GroupCommit, Line
from salesagent_adapters.postgres.rows import Chest, shut_submission
from salesagent_core.domain.submission import CONTENT_WINDOW_DAYS
from salesagent_core.errors import Unavailable
from salesagent_core.ids import RunId, SubmissionId
from salesagent_core.ports.intake import Arrival, Receipt
from salesagent_core.ports.secrets_vault import Sealer

_MAX_PLAIN_KEY = 200
_LOCK_CLASS = 0x5A1E
"""Sets our advisory locks apart from any other's in the same database."""

_LOCK = b"""
SELECT CASE WHEN alone THEN pg_advisory_xact_lock(%b, tenant)::text
            ELSE pg_advisory_xact_lock_shared(%b, tenant)::text END
FROM unnest(%b, %b) AS t (tenant, alone)
"""

# OFFSET 0 keeps each look-up by itself, so that any plan, also one that was made and kept while the
# table was empty, goes through the key's index once per key.
_FIND = b"""
SELECT 1, k.tenant_id, k.key, false, s.id, s.run_id, s.stored_at
FROM unnest(%b, %b) AS k (tenant_id, key), LATERAL (
  SELECT * FROM submissions s WHERE s.tenant_id = k.tenant_id AND s.conversion_key = k.key OFFSET 0
) s
UNION ALL
SELECT 2, k.tenant_id, k.key, s.conversion_key IS NULL, s.id, s.run_id, s.stored_at
FROM unnest(%b, %b) AS k (tenant_id, key), LATERAL (
  SELECT * FROM submissions s WHERE s.tenant_id = k.tenant_id AND s.moment_key = k.key OFFSET 0
) s
UNION ALL
SELECT 3, k.tenant_id, k.key, false, s.id, s.run_id, s.stored_at
FROM unnest(%b, %b) AS k (tenant_id, key), LATERAL (
  SELECT * FROM submissions s WHERE s.tenant_id = k.tenant_id AND s.content_key = k.key OFFSET 0
) s
WHERE s.stored_at > now() - make_interval(days => %b)
ORDER BY 7, 5
"""

_INSERT = b"""
WITH stored AS (
  INSERT INTO submissions (tenant_id, id, run_id, source, received_at,
                           conversion_key, moment_key, content_key, contact_index, sealed)
  SELECT * FROM unnest(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b)
  ON CONFLICT DO NOTHING
  RETURNING tenant_id, run_id, id
)
INSERT INTO runs (tenant_id, id, submission_id, status)
SELECT tenant_id, run_id, id, 'triggered' FROM stored
"""

_FIRST_BY_CONVERSION = b"""
SELECT k.tenant_id, k.key, s.id, s.run_id
FROM unnest(%b, %b) AS k (tenant_id, key), LATERAL (
  SELECT * FROM submissions s WHERE s.tenant_id = k.tenant_id AND s.conversion_key = k.key OFFSET 0
) s
"""


class _Row(NamedTuple):
    """An arrival as it is stored: the columns of ``_INSERT`` in their order."""

    tenant_id: str
    id: str
    run_id: str
    source: str
    received_at: datetime
    conversion: str | None
    moment: str | None
    content: str | None
    contact: str | None
    sealed: bytes


Ids = tuple[str, str]
Key = tuple[str, str]


@attrs.define
class _Known:
    """The first submission of each key, stored or earlier in this batch."""

    conversions: dict[Key, Ids] = attrs.Factory(dict)
    moments: dict[Key, Ids] = attrs.Factory(dict)
    bare_moments: dict[Key, Ids] = attrs.Factory(dict)
    """Of submissions that know no conversion id: they may be any conversion of that moment."""
    contents: dict[Key, Ids] = attrs.Factory(dict)

    def first(self, row: _Row) -> Ids | None:
        """The submission that this row repeats."""
        tenant = row.tenant_id
        if row.conversion is not None:
            found = self.conversions.get((tenant, row.conversion))
            if found is None and row.moment is not None:
                found = self.bare_moments.get((tenant, row.moment))
            return found
        if row.moment is not None:
            return self.moments.get((tenant, row.moment))
        return self.contents.get((tenant, row.content or ""))

    def add(self, row: _Row) -> None:
        tenant, ids = row.tenant_id, (row.id, row.run_id)
        if row.conversion is not None:
            self.conversions[tenant, row.conversion] = ids
        if row.moment is not None:
            self.moments.setdefault((tenant, row.moment), ids)
            if row.conversion is None:
                self.bare_moments.setdefault((tenant, row.moment), ids)
        if row.content is not None:
            self.contents[tenant, row.content] = ids


class PgIntake:
    """``Intake`` over PostgreSQL. ``ring`` is called once per batch, after the commit."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        ring: Ring[RunId] | None = None,
        *,
        max_batch: int = MAX_BATCH,
        sized: Callable[[float], None] | None = None,
    ) -> None:
        self._chest = Chest(sealer)
        self._sealer = sealer
        self._bell = Bell(ring) if ring is not None else None
        self._line = Line(database)
        self._commits: GroupCommit[_Row, Receipt] = GroupCommit(self._write, max_batch, sized)

    async def accept(self, arrival: Arrival) -> Receipt:
        """See ``Intake.accept``."""
        return await self._commits.put(self._row(arrival))

    async def close(self) -> None:
        """Finish what is waiting and close the connection."""
        await self._commits.drain()
        await self._line.close()
        if self._bell is not None:
            await self._bell.close()

    def _row(self, arrival: Arrival) -> _Row:
        submission, keys, chest = arrival.submission, arrival.keys, self._chest
        tenant = checked_tenant(submission.tenant_id)
        email = submission.email
        return _Row(
            tenant,
            submission.id,
            arrival.run_id,
            submission.source.value,
            submission.received_at,
            keys.conversion and self._plain_key(keys.conversion),
            keys.moment and chest.index(keys.moment),
            keys.content and chest.index(keys.content),
            email and chest.contact_index(email),
            shut_submission(self._sealer, submission, arrival.raw),
        )

    def _plain_key(self, key: str) -> str:
        # An id that a stranger sends may be anything; a column can hold neither NUL nor a book.
        if len(key) <= _MAX_PLAIN_KEY and key.isascii() and key.isprintable():
            return key
        return self._chest.index(key)

    async def _write(self, rows: Sequence[_Row]) -> Sequence[Receipt | BaseException]:
        receipts = await self._line.transaction(lambda connection: _store(connection, rows))
        accepted = [r.run_id for r in receipts if isinstance(r, Receipt) and r.accepted]
        if accepted and self._bell is not None:
            self._bell.ring_soon(accepted)
        return receipts


async def _store(connection: Connection, rows: Sequence[_Row]) -> Sequence[Receipt | BaseException]:
    cursor = connection.cursor(binary=True)
    await _lock(cursor, rows)
    known = await _known(cursor, rows)
    answers: list[tuple[bool, Ids]] = []
    new: list[_Row] = []
    for row in rows:
        first = known.first(row)
        if first is None:
            known.add(row)
            new.append(row)
        answers.append((first is None, first or (row.id, row.run_id)))
    overtaken = await _insert(cursor, new) if new else {}
    return [_receipt(accepted, ids, overtaken) for accepted, ids in answers]


def _receipt(accepted: bool, ids: Ids, overtaken: dict[str, Ids | None]) -> Receipt | BaseException:
    if ids[0] in overtaken:
        first = overtaken[ids[0]]
        if first is None:
            return Unavailable("the delivery collided with another; send it again")
        accepted, ids = False, first
    return Receipt(accepted=accepted, submission_id=SubmissionId(ids[0]), run_id=RunId(ids[1]))


async def _lock(cursor: AsyncCursor[Any], rows: Sequence[_Row]) -> None:
    """Deliveries that name their conversion only meet on its unique key and share the tenant's
    lock. One that does not could be the same as any of them, so it waits until it is alone.
    In a statement of its own: the next one's snapshot must be later than the lock."""
    alone: dict[int, bool] = {}
    for row in rows:
        tenant = _tenant_number(row.tenant_id)
        alone[tenant] = alone.get(tenant, False) or row.conversion is None
    order = sorted(alone)
    locks = (arrays.ints(order), arrays.bools([alone[tenant] for tenant in order]))
    await cursor.execute(_LOCK, (_LOCK_CLASS, _LOCK_CLASS, *locks), prepare=True)


def _tenant_number(tenant_id: str) -> int:
    digest = hashlib.blake2b(tenant_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)


async def _known(cursor: AsyncCursor[Any], rows: Sequence[_Row]) -> _Known:
    conversions = [(r.tenant_id, r.conversion) for r in rows if r.conversion is not None]
    moments = [(r.tenant_id, r.moment) for r in rows if r.moment is not None]
    contents = [(r.tenant_id, r.content) for r in rows if r.content is not None]
    packed = [
        arrays.texts([pair[part] for pair in pairs])
        for pairs in (conversions, moments, contents)
        for part in (0, 1)
    ]
    await cursor.execute(_FIND, [*packed, CONTENT_WINDOW_DAYS], prepare=True)
    known = _Known()
    for kind, tenant, key, bare, submission_id, run_id, _ in await cursor.fetchall():
        ids = (submission_id, run_id)
        if kind == 1:
            known.conversions[tenant, key] = ids
        elif kind == 3:
            known.contents.setdefault((tenant, key), ids)
        else:
            known.moments.setdefault((tenant, key), ids)
            if bare:
                known.bare_moments.setdefault((tenant, key), ids)
    return known


async def _insert(cursor: AsyncCursor[Any], new: list[_Row]) -> dict[str, Ids | None]:
    """Insert; returns the rows that another process overtook, with the ids of its rows."""
    # In one order everywhere, so that two batches that share keys wait and do not deadlock.
    new.sort(key=lambda row: (row.tenant_id, row.conversion or "", row.id))
    columns = list(zip(*new, strict=True))
    packed = [
        *(arrays.texts(column) for column in columns[:4]),
        arrays.times(columns[4]),
        *(arrays.texts(column) for column in columns[5:9]),
        arrays.blobs(columns[9]),
    ]
    async with cursor.connection.pipeline():  # its end waits for the count
        await cursor.execute(_INSERT, packed, prepare=True)
    if cursor.rowcount == len(new):
        return {}
    named = [row for row in new if row.conversion is not None]
    keys = ([r.tenant_id for r in named], [r.conversion for r in named])
    await cursor.execute(_FIRST_BY_CONVERSION, [arrays.texts(k) for k in keys], prepare=True)
    first: dict[Key, Ids] = {
        (tenant, key): (submission_id, run_id)
        for tenant, key, submission_id, run_id in await cursor.fetchall()
    }
    found = {row.id: first.get((row.tenant_id, row.conversion or "")) for row in named}
    return {row_id: ids for row_id, ids in found.items() if ids is None or ids[0] != row_id}
