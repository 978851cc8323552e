"""Leases with fencing tokens, and appends that share commits across runs.

A lease is good while the run is ``processing`` with the same token and pass. Writers lock the
run's row before they write, and a claim changes that row, so a stale writer either commits before
the steal, and the thief reads what it wrote, or finds its token gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import arrays
from salesagent_adapters.postgres.dead_letters import add_dead_letter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.group_commit import MAX_BATCH, Connection, GroupCommit, Line
from salesagent_adapters.postgres.rows import (
    Chest,
    EntryRows,
    clean,
    read_run,
    read_submission,
)
from salesagent_core.domain.run import (
    LEASE,
    STEP_NAMES,
    JournalEntry,
    Lease,
    Run,
    RunStatus,
)
from salesagent_core.domain.submission import Submission
from salesagent_core.errors import LeaseLost, Rejected
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.journal import ClaimedRun
from salesagent_core.ports.secrets_vault import Sealer

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM runs
  WHERE due_at <= now() {named}
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE runs r
SET status = 'processing', lease_token = r.lease_token + 1, due_at = now() + :lease,
    updated_at = now()
FROM due WHERE r.tenant_id = due.tenant_id AND r.id = due.id
RETURNING r.*
"""
_CLAIM_ANY = text(_CLAIM.format(named=""))
_CLAIM_NAMED = text(_CLAIM.format(named="AND id = ANY(:ids)"))

_SUBMISSIONS = text("""
SELECT s.tenant_id, s.id, s.sealed
FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k (tenant_id, id)
JOIN submissions s ON s.tenant_id = k.tenant_id AND s.id = k.id
""")

_ENTRIES = text("""
SELECT j.tenant_id, j.run_id, j.step, j.status, j.started_at, j.finished_at, j.sealed
FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:passes AS integer[]))
  AS k (tenant_id, run_id, pass_number)
JOIN journal j ON j.tenant_id = k.tenant_id AND j.run_id = k.run_id
  AND j.pass_number = k.pass_number
ORDER BY j.finished_at
""")

# The status is judged by us, and IS NOT DISTINCT FROM is no index condition: the plan can only be
# one look-up by id each, even if it was made while the table was empty and kept since.
_FENCE = b"""
SELECT r.tenant_id, r.id, r.lease_token, r.status
FROM unnest(%b, %b, %b, %b) AS a (tenant_id, id, token, pass_number)
JOIN runs r ON r.id = a.id AND r.tenant_id IS NOT DISTINCT FROM a.tenant_id
WHERE r.lease_token = a.token AND r.pass_number = a.pass_number
ORDER BY r.id
FOR NO KEY UPDATE OF r
"""

# A step that is done stays as it was: the same append again, after an answer that was lost,
# changes nothing. One that failed or was degraded may be made good.
_INSERT_ENTRIES = b"""
INSERT INTO journal (tenant_id, run_id, pass_number, step, status, started_at, finished_at, sealed)
SELECT * FROM unnest(%b, %b, %b, %b, %b, %b, %b, %b)
ON CONFLICT (tenant_id, run_id, pass_number, step) DO UPDATE
SET status = excluded.status, started_at = excluded.started_at,
    finished_at = excluded.finished_at, sealed = excluded.sealed
WHERE journal.status <> 'done'
"""

_END = b"""
UPDATE runs r
SET status = e.status, due_at = e.due_at, waiting_for = e.waiting_for, failure = e.failure,
    current_step = CASE WHEN e.status = 'completed' THEN NULL
                        ELSE coalesce(e.step, r.current_step) END,
    attempt = CASE WHEN e.attempt < 0 THEN r.attempt ELSE e.attempt END,
    finished_at = CASE WHEN e.status = 'waiting' THEN NULL ELSE now() END,
    updated_at = now()
FROM unnest(%b, %b, %b, %b, %b, %b, %b, %b)
  AS e (tenant_id, id, status, due_at, waiting_for, failure, step, attempt)
WHERE r.id = e.id AND r.tenant_id IS NOT DISTINCT FROM e.tenant_id
"""

_BY_LEASE = """
UPDATE runs SET {changes}, updated_at = now()
WHERE tenant_id = :tenant_id AND id = :run_id AND lease_token = :token
  AND pass_number = :pass_number AND status = 'processing'
"""
_RELEASE = text(_BY_LEASE.format(changes="status = 'triggered', due_at = now()"))
_FAIL = text(
    _BY_LEASE.format(
        changes="status = 'failed', due_at = NULL, finished_at = now(), waiting_for = NULL,"
        " failure = :error, current_step = :step, attempt = :attempts"
    )
)
_PARK = text(
    _BY_LEASE.format(
        changes="status = 'waiting', due_at = NULL, waiting_for = :error,"
        " current_step = :step, attempt = :attempts"
    )
)
_RENEW = text("""
WITH ours AS MATERIALIZED (
  SELECT r.tenant_id, r.id
  FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[]), CAST(:tokens AS bigint[]),
              CAST(:passes AS integer[])) AS a (tenant_id, id, token, pass_number)
  JOIN runs r ON r.tenant_id = a.tenant_id AND r.id = a.id
    AND r.lease_token = a.token AND r.pass_number = a.pass_number
  WHERE r.status = 'processing'
  ORDER BY r.id
  FOR NO KEY UPDATE OF r
)
UPDATE runs r SET due_at = now() + :lease
FROM ours WHERE r.tenant_id = ours.tenant_id AND r.id = ours.id
RETURNING r.id
""")

_KEEP_ATTEMPT = -1
_ORDER = {step: number for number, step in enumerate(STEP_NAMES)}
LeaseKey = tuple[str, str, int]
EntryKey = tuple[str, str, int, str]
"""Tenant, run, pass and step."""
SealedEntry = tuple[JournalEntry, bytes | None]


@attrs.frozen
class _End:
    """How a run leaves its worker's hands."""

    status: RunStatus
    due_at: datetime | None = None
    waiting_for: str | None = None
    failure: str | None = None
    step: str | None = None
    attempt: int = _KEEP_ATTEMPT


@attrs.frozen
class _Write:
    """What one caller wants committed under its lease. ``entries`` go with their sealed parts."""

    lease: Lease
    entries: tuple[SealedEntry, ...]
    end: _End | None = None


class PgJournal:
    """``Journal`` over PostgreSQL.

    ``result_types`` names the class of each step's result, by which stored results are read.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        result_types: Mapping[str, Any],
        *,
        max_batch: int = MAX_BATCH,
    ) -> None:
        self._database = database
        self._chest = Chest(sealer)
        self._sealer = sealer
        self._entries = EntryRows(self._chest, result_types)
        self._line = Line(database)
        self._commits: GroupCommit[_Write, None] = GroupCommit(self._commit, max_batch)

    async def claim(self, run_ids: Sequence[RunId] | None, limit: int) -> tuple[ClaimedRun, ...]:
        """See ``Journal.claim``. A run whose stored values no version of ours can read is
        failed into the dead letters, so that it does not hold up the others."""
        if run_ids is not None and not run_ids:
            return ()
        values: dict[str, Any] = {"limit": limit, "lease": LEASE}
        async with self._database.across_tenants() as connection:
            if run_ids is None:
                rows = (await connection.execute(_CLAIM_ANY, values)).all()
            else:
                values["ids"] = list(run_ids)
                rows = (await connection.execute(_CLAIM_NAMED, values)).all()
            if not rows:
                return ()
            submissions = await self._submissions(connection, rows)
            entries = await self._journal(connection, rows)
            claimed = []
            for row in sorted(rows, key=lambda row: str(row.id)):
                try:
                    claimed.append(self._claimed(row, submissions, entries))
                except Rejected as error:
                    await _bury(
                        connection,
                        _lease(row),
                        "",
                        "unreadable",
                        str(error),
                        row.attempt,
                        parked=False,
                    )
        return tuple(claimed)

    async def append(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        """See ``Journal.append``."""
        await self._commits.put(_Write(lease, self._shut(lease, entries)))

    async def renew(self, leases: Sequence[Lease]) -> frozenset[RunId]:
        """See ``Journal.renew``."""
        if not leases:
            return frozenset()
        values = {
            "tenants": [lease.tenant_id for lease in leases],
            "ids": [lease.run_id for lease in leases],
            "tokens": [lease.token for lease in leases],
            "passes": [lease.pass_number for lease in leases],
            "lease": LEASE,
        }
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_RENEW, values)).all()
        return frozenset(RunId(row.id) for row in rows)

    async def finish(
        self, lease: Lease, failure: str | None, entries: Sequence[JournalEntry] = ()
    ) -> None:
        """See ``Journal.finish``."""
        status = RunStatus.COMPLETED if failure is None else RunStatus.FAILED
        end = _End(status, failure=failure and clean(failure))
        await self._commits.put(_Write(lease, self._shut(lease, entries), end))

    async def wait(
        self, lease: Lease, *, until: datetime | None, why: str, step: str, attempt: int
    ) -> None:
        """See ``Journal.wait``."""
        end = _End(RunStatus.WAITING, until, clean(why), step=step, attempt=attempt)
        await self._commits.put(_Write(lease, (), end))

    async def bury(
        self, lease: Lease, *, step: str, code: str, error: str, attempts: int, parked: bool
    ) -> None:
        """See ``Journal.bury``."""
        async with self._database.across_tenants() as connection:
            await _bury(connection, lease, step, code, error, attempts, parked=parked)

    async def release(self, lease: Lease) -> None:
        """See ``Journal.release``. A lease that is gone already is no error."""
        async with self._database.across_tenants() as connection:
            await connection.execute(_RELEASE, attrs.asdict(lease))

    async def close(self) -> None:
        """Finish what is waiting and close the connection."""
        await self._commits.drain()
        await self._line.close()

    def _shut(self, lease: Lease, entries: Sequence[JournalEntry]) -> tuple[SealedEntry, ...]:
        tenant, run = lease.tenant_id, lease.run_id
        return tuple((entry, self._entries.shut(tenant, run, entry)) for entry in entries)

    async def _commit(self, writes: Sequence[_Write]) -> Sequence[BaseException | None]:
        return await self._line.transaction(lambda connection: _store(connection, writes))

    async def _submissions(
        self, connection: AsyncConnection, rows: Sequence[Any]
    ) -> dict[tuple[str, str], bytes]:
        values = {
            "tenants": [row.tenant_id for row in rows],
            "ids": [row.submission_id for row in rows],
        }
        found = (await connection.execute(_SUBMISSIONS, values)).all()
        return {(row.tenant_id, row.id): row.sealed for row in found}

    async def _journal(
        self, connection: AsyncConnection, rows: Sequence[Any]
    ) -> dict[tuple[str, str], list[Any]]:
        # Before its first claim a first pass has written nothing.
        old = [row for row in rows if row.lease_token > 1]
        entries: dict[tuple[str, str], list[Any]] = {}
        if not old:
            return entries
        values = {
            "tenants": [row.tenant_id for row in old],
            "ids": [row.id for row in old],
            "passes": [row.pass_number for row in old],
        }
        for row in (await connection.execute(_ENTRIES, values)).all():
            entries.setdefault((row.tenant_id, row.run_id), []).append(row)
        return entries

    def _claimed(
        self,
        row: Any,
        submissions: Mapping[tuple[str, str], bytes],
        entries: Mapping[tuple[str, str], list[Any]],
    ) -> ClaimedRun:
        tenant = row.tenant_id
        sealed = submissions.get((tenant, row.submission_id))
        if sealed is None:
            raise Rejected("the run's submission is no longer stored")
        run: Run = read_run(self._chest, row)
        submission: Submission = read_submission(self._sealer, tenant, run.submission_id, sealed)
        read = [
            self._entries.read(tenant, row.id, entry) for entry in entries.get((tenant, row.id), ())
        ]
        return ClaimedRun(lease=_lease(row), run=run, submission=submission, entries=in_order(read))


def in_order(entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
    """Entries in order of finishing; at the same time, in the order people read the steps."""
    return tuple(sorted(entries, key=lambda e: (e.finished_at, _ORDER.get(e.step, len(_ORDER)))))


def _lease(row: Any) -> Lease:
    return Lease(
        tenant_id=TenantId(row.tenant_id),
        run_id=RunId(row.id),
        token=row.lease_token,
        pass_number=row.pass_number,
    )


async def _bury(
    connection: AsyncConnection,
    lease: Lease,
    step: str,
    code: str,
    error: str,
    attempts: int,
    *,
    parked: bool,
) -> None:
    values = attrs.asdict(lease) | {"step": step, "error": clean(error), "attempts": attempts}
    if (await connection.execute(_PARK if parked else _FAIL, values)).rowcount != 1:
        raise lease_lost()
    await add_dead_letter(
        connection, lease.tenant_id, "run", lease.run_id, step, code, error, attempts
    )


def lease_lost() -> LeaseLost:
    """What a writer is told whose token is old."""
    return LeaseLost("another worker holds this run now; nothing was written")


def _key(lease: Lease) -> LeaseKey:
    return (lease.tenant_id, lease.run_id, lease.token)


async def _store(
    connection: Connection, writes: Sequence[_Write]
) -> Sequence[BaseException | None]:
    leases = {_key(write.lease): write.lease for write in writes}
    asked = list(leases.values())
    cursor = connection.cursor(binary=True)
    fence = [
        arrays.texts([lease.tenant_id for lease in asked]),
        arrays.texts([lease.run_id for lease in asked]),
        arrays.bigints([lease.token for lease in asked]),
        arrays.ints([lease.pass_number for lease in asked]),
    ]
    await cursor.execute(_FENCE, fence, prepare=True)
    good: set[LeaseKey] = {
        (tenant, run, token)
        for tenant, run, token, status in await cursor.fetchall()
        if status == RunStatus.PROCESSING.value
    }
    held = [write for write in writes if _key(write.lease) in good]
    entries: dict[EntryKey, SealedEntry] = {
        (w.lease.tenant_id, w.lease.run_id, w.lease.pass_number, entry.step): (entry, sealed)
        for w in held
        for entry, sealed in w.entries
    }
    if entries:
        await cursor.execute(_INSERT_ENTRIES, entry_arrays(entries), prepare=True)
    ends = [(w.lease, w.end) for w in held if w.end is not None]
    if ends:
        await cursor.execute(_END, _end_arrays(ends), prepare=True)
    return [None if _key(write.lease) in good else lease_lost() for write in writes]


def entry_arrays(
    entries: Mapping[EntryKey, SealedEntry],
) -> list[arrays.PackedArray]:
    """The columns of journal rows."""
    keys = list(entries)
    values = list(entries.values())
    return [
        arrays.texts([key[0] for key in keys]),
        arrays.texts([key[1] for key in keys]),
        arrays.ints([key[2] for key in keys]),
        arrays.texts([key[3] for key in keys]),
        arrays.texts([entry.status.value for entry, _ in values]),
        arrays.times([entry.started_at for entry, _ in values]),
        arrays.times([entry.finished_at for entry, _ in values]),
        arrays.blobs([sealed for _, sealed in values]),
    ]


def _end_arrays(ends: Sequence[tuple[Lease, _End]]) -> list[arrays.PackedArray]:
    return [
        arrays.texts([lease.tenant_id for lease, _ in ends]),
        arrays.texts([lease.run_id for lease, _ in ends]),
        arrays.texts([end.status.value for _, end in ends]),
        arrays.times([end.due_at for _, end in ends]),
        arrays.texts([end.waiting_for for _, end in ends]),
        arrays.texts([end.failure for _, end in ends]),
        arrays.texts([end.step for _, end in ends]),
        arrays.ints([end.attempt for _, end in ends]),
    ]
