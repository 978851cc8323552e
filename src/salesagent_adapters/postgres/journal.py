"""Leases with fencing tokens, and appends that share commits across runs.

A lease is good while the run is ``processing`` with the same token and pass. Writers lock the
run's row before they write, and a claim changes that row, so a stale writer either commits before
the steal, and the thief reads what it wrote, or finds its token gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.admission import ADMISSION, admit
from salesagent_adapters.postgres.dead_letters import add_dead_letter
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.group_commit import MAX_BATCH, GroupCommit, Line
from salesagent_adapters.postgres.journal_writes import (
    End,
    SealedEntry,
    Write,
    lease_lost,
    store,
)
from salesagent_adapters.postgres.machine_time import machine_time
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
from salesagent_core.errors import Rejected
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.journal import ClaimedRun
from salesagent_core.ports.secrets_vault import Sealer

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT tenant_id, id, admitted_month AS admitted FROM runs
  WHERE due_at <= now() {named}
  ORDER BY due_at, id
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
UPDATE runs r
SET status = 'processing', lease_token = r.lease_token + 1, due_at = now() + :lease,
    updated_at = now(), waiting_code = NULL, {admission}
FROM due WHERE r.tenant_id = due.tenant_id AND r.id = due.id
RETURNING r.*, due.admitted
"""
_CLAIM_ANY = text(_CLAIM.format(named="", admission=ADMISSION))
_CLAIM_NAMED = text(_CLAIM.format(named="AND id = ANY(:ids)", admission=ADMISSION))

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

_BY_LEASE = """
UPDATE runs SET {changes}, updated_at = now()
WHERE tenant_id = :tenant_id AND id = :run_id AND lease_token = :token
  AND pass_number = :pass_number AND status = 'processing'
"""
_RELEASE = text(_BY_LEASE.format(changes="status = 'triggered', due_at = now()"))
_FAIL = text(
    _BY_LEASE.format(
        changes="status = 'failed', due_at = NULL, finished_at = now(), waiting_for = NULL,"
        " waiting_mailbox = NULL, failure = :error, current_step = :step, attempt = :attempts"
    )
)
_PARK = text(
    _BY_LEASE.format(
        changes="status = 'waiting', due_at = NULL, waiting_for = :error,"
        " waiting_mailbox = NULL, current_step = :step, attempt = :attempts"
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

_ORDER = {step: number for number, step in enumerate(STEP_NAMES)}


class PgJournal:
    """``Journal`` over PostgreSQL.

    ``result_types`` names the class of each step's result, by which stored results are read;
    ``now`` is the clock by which callers reckon their waits.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        result_types: Mapping[str, Any],
        *,
        max_batch: int = MAX_BATCH,
        sized: Callable[[float], None] | None = None,
        now: Callable[[], datetime] = machine_time,
    ) -> None:
        self._database = database
        self._now = now
        self._chest = Chest(sealer)
        self._sealer = sealer
        self._entries = EntryRows(self._chest, result_types)
        self._line = Line(database)
        self._commits: GroupCommit[Write, None] = GroupCommit(self._commit, max_batch, sized)

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
            rows = await admit(connection, rows)
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
        await self._commits.put(Write(lease, self._shut(lease, entries)))

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
        end = End(status, failure=failure and clean(failure))
        await self._commits.put(Write(lease, self._shut(lease, entries), end))

    async def wait(
        self,
        lease: Lease,
        *,
        until: datetime | None,
        why: str,
        step: str,
        attempt: int,
        mailbox: str | None = None,
        code: str | None = None,
    ) -> None:
        """See ``Journal.wait``."""
        index = self._chest.contact_index(mailbox) if mailbox is not None else None
        end = End(
            RunStatus.WAITING,
            until,
            self._now(),
            clean(why),
            step=step,
            attempt=attempt,
            mailbox_index=index,
            waiting_code=code,
        )
        await self._commits.put(Write(lease, (), end))

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

    async def _commit(self, writes: Sequence[Write]) -> Sequence[BaseException | None]:
        return await self._line.transaction(lambda connection: store(connection, writes))

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
