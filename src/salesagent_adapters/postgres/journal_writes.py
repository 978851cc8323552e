"""One batch of journal writes: fence, insert, end, all in one transaction.

``lock the runs whose lease is good | insert their entries | end the runs that end | COMMIT``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from salesagent_adapters.postgres import arrays
from salesagent_adapters.postgres.group_commit import Connection
from salesagent_core.domain.run import RETRIES_AFTER_FIRST, JournalEntry, Lease, RunStatus
from salesagent_core.errors import LeaseLost

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

# Shared here, and taken alone by whoever connects a mailbox: they see every run that was parked
# before, and a run that is parked afterwards sees the mailbox connected. A row would not do for a
# mailbox that was never connected.
MAILBOX_LOCK = "hashtextextended(tenant_id || ':' || mailbox_index, 7285140134)"
_HOLD_MAILBOXES = b"""
SELECT pg_advisory_xact_lock_shared(%s)
FROM unnest(%%b, %%b) AS e (tenant_id, mailbox_index)
""" % MAILBOX_LOCK.encode()

_END = b"""
UPDATE runs r
SET status = e.status, waiting_mailbox = e.mailbox_index, waiting_code = e.waiting_code,
    due_at = CASE WHEN e.mailbox_index IS NOT NULL AND e.attempt <= %b AND EXISTS (
                    SELECT FROM mailbox_connections c
                    WHERE c.tenant_id = e.tenant_id AND c.mailbox_index = e.mailbox_index
                      AND c.state = 'connected')
                  THEN now() + interval '1 minute' ELSE now() + (e.due_at - e.told_at) END,
    waiting_for = e.waiting_for, failure = e.failure,
    current_step = CASE WHEN e.status = 'completed' THEN NULL
                        ELSE coalesce(e.step, r.current_step) END,
    attempt = CASE WHEN e.attempt < 0 THEN r.attempt ELSE e.attempt END,
    finished_at = CASE WHEN e.status = 'waiting' THEN NULL ELSE now() END,
    updated_at = now()
FROM unnest(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b)
  AS e (tenant_id, id, status, due_at, told_at, waiting_for, failure, step, attempt, mailbox_index,
        waiting_code)
WHERE r.id = e.id AND r.tenant_id IS NOT DISTINCT FROM e.tenant_id
"""

_KEEP_ATTEMPT = -1
LeaseKey = tuple[str, str, int]
EntryKey = tuple[str, str, int, str]
"""Tenant, run, pass and step."""
SealedEntry = tuple[JournalEntry, bytes | None]


@attrs.frozen
class End:
    """How a run leaves its worker's hands.

    ``due_at`` is by the worker's clock, which read ``told_at`` when it was said: the database
    waits as long by its own, so that a clock an hour off delays nothing.
    """

    status: RunStatus
    due_at: datetime | None = None
    told_at: datetime | None = None
    waiting_for: str | None = None
    failure: str | None = None
    step: str | None = None
    attempt: int = _KEEP_ATTEMPT
    mailbox_index: str | None = None
    waiting_code: str | None = None


@attrs.frozen
class Write:
    """What one caller wants committed under its lease. ``entries`` go with their sealed parts."""

    lease: Lease
    entries: tuple[SealedEntry, ...]
    end: End | None = None


def lease_lost() -> LeaseLost:
    """What a writer is told whose token is old."""
    return LeaseLost("another worker holds this run now; nothing was written")


def _key(lease: Lease) -> LeaseKey:
    return (lease.tenant_id, lease.run_id, lease.token)


async def store(connection: Connection, writes: Sequence[Write]) -> Sequence[BaseException | None]:
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
        await cursor.execute(_INSERT_ENTRIES, _entry_arrays(entries), prepare=True)
    ends = [(w.lease, w.end) for w in held if w.end is not None]
    if ends:
        waiting = [(lease, end) for lease, end in ends if end.mailbox_index is not None]
        if waiting:
            mailboxes = [
                arrays.texts([lease.tenant_id for lease, _ in waiting]),
                arrays.texts([end.mailbox_index for _, end in waiting]),
            ]
            await cursor.execute(_HOLD_MAILBOXES, mailboxes, prepare=True)
        await cursor.execute(_END, _end_arrays(ends), prepare=True)
    return [None if _key(write.lease) in good else lease_lost() for write in writes]


def _entry_arrays(
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


def _end_arrays(ends: Sequence[tuple[Lease, End]]) -> list[arrays.PackedArray | int]:
    return [
        RETRIES_AFTER_FIRST,
        arrays.texts([lease.tenant_id for lease, _ in ends]),
        arrays.texts([lease.run_id for lease, _ in ends]),
        arrays.texts([end.status.value for _, end in ends]),
        arrays.times([end.due_at for _, end in ends]),
        arrays.times([end.told_at for _, end in ends]),
        arrays.texts([end.waiting_for for _, end in ends]),
        arrays.texts([end.failure for _, end in ends]),
        arrays.texts([end.step for _, end in ends]),
        arrays.ints([end.attempt for _, end in ends]),
        arrays.texts([end.mailbox_index for _, end in ends]),
        arrays.texts([end.waiting_code for _, end in ends]),
    ]
