"""The journal of runs: who may advance a run, and what its steps left behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.run import JournalEntry, Lease, Run
from salesagent_core.domain.submission import Submission
from salesagent_core.ids import RunId


@attrs.frozen(kw_only=True)
class ClaimedRun:
    """A run that this worker owns until its lease ends, with all that is committed so far."""

    lease: Lease
    run: Run
    submission: Submission
    entries: tuple[JournalEntry, ...]


class Journal(Protocol):
    """Leases with fencing tokens, and appends that other workers' writes cannot overtake."""

    async def claim(self, run_ids: Sequence[RunId] | None, limit: int) -> tuple[ClaimedRun, ...]:
        """Lease due runs: those named, or whichever are due (across tenants) when None.

        A run is due when it is not finished, its ``next_attempt_at`` has come (database time)
        and nobody's lease on it is alive. Each claim raises the run's token by one. A run that
        is claimed for the first time counts against the month's budget; beyond a hard bound it is
        not handed out, and waits until the month is over or the budget is raised.
        """
        ...

    async def append(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        """Commit step results. Entries of one lease are stored together or not at all.

        Raises:
            LeaseLost: another worker holds the run now; nothing was written.
            Unavailable: the database could not be reached; nothing is known to be written.
        """
        ...

    async def renew(self, leases: Sequence[Lease]) -> frozenset[RunId]:
        """Extend the leases; returns the runs that are still ours."""
        ...

    async def finish(
        self, lease: Lease, failure: str | None, entries: Sequence[JournalEntry] = ()
    ) -> None:
        """Append the last entries and complete the run, or fail it with the sentence given.

        Raises:
            LeaseLost: as ``append``.
        """
        ...

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
        """Give the lease back and wait until a time, or (None) until a person acts.

        With ``mailbox`` it waits until that mailbox is connected. Where it was connected again
        before this was written, the run is tried soon, ``RETRIES_AFTER_FIRST`` times. ``code``
        is the kind of waiting, where somebody may end it (``budget_reached``).

        Raises:
            LeaseLost: as ``append``.
        """
        ...

    async def bury(
        self, lease: Lease, *, step: str, code: str, error: str, attempts: int, parked: bool
    ) -> None:
        """Write the run into the dead letters and give the lease back, in one transaction.

        The run fails, or with ``parked`` waits until a person acts. ``code`` is the kind of
        failure, ``error`` a sentence without personal data.

        Raises:
            LeaseLost: as ``append``.
        """
        ...

    async def release(self, lease: Lease) -> None:
        """Give the lease back without any other change, so that anyone may go on at once."""
        ...
