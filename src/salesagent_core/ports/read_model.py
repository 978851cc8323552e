"""Reads for people: lists and details, one tenant at a time, changing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import attrs

from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.run import DeadLetter, DeadLetterState, JournalEntry, Run, RunStatus
from salesagent_core.domain.submission import Submission
from salesagent_core.ids import DraftId, RunId, TenantId


@attrs.frozen(kw_only=True)
class DraftDetail:
    """A draft with everything that the operator may want to see beside it."""

    draft: Draft
    revisions: tuple[Revision, ...]
    decisions: tuple[Decision, ...]
    entries: tuple[JournalEntry, ...]
    run: Run


@attrs.frozen(kw_only=True)
class RunSummary:
    """A run as a list shows it; ``done`` counts finished steps of 16."""

    run: Run
    done: int
    degraded: tuple[str, ...]
    draft_id: DraftId | None


@attrs.frozen(kw_only=True)
class RunDetail:
    """A run with its submission and its journal (this pass, in order of finishing)."""

    run: Run
    submission: Submission
    entries: tuple[JournalEntry, ...]
    draft_id: DraftId | None
    dead_letters: tuple[DeadLetter, ...]


@attrs.frozen(kw_only=True)
class QueueStatus:
    """Counts for the on-call eye. Ages in seconds, None when there is nothing."""

    runs: dict[str, int]
    due: int
    oldest_due_age: float | None
    drafts: dict[str, int]
    oldest_pending_age: float | None
    dead_letters_open: int
    crm_events_waiting: int


class ReadModel(Protocol):
    """Every method sees one tenant only."""

    async def drafts(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[DraftStatus] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        """Drafts with their latest decision, newest first; all statuses when none are named."""
        ...

    async def pending(self, tenant_id: TenantId) -> tuple[tuple[Draft, Decision | None], ...]:
        """All drafts that wait for a person, in no particular order."""
        ...

    async def draft(self, tenant_id: TenantId, draft_id: DraftId) -> DraftDetail:
        """Raises: NotFound."""
        ...

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[RunStatus] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[RunSummary, ...]:
        """Newest first."""
        ...

    async def run(self, tenant_id: TenantId, run_id: RunId) -> RunDetail:
        """Raises: NotFound."""
        ...

    async def task_run(self, tenant_id: TenantId, task_id: str) -> RunSummary | None:
        """The run behind a task id (a run's own id, or that of a CRM event that became one);
        None while a CRM event waits to be looked up. Raises: NotFound."""
        ...

    async def dead_letters(
        self, tenant_id: TenantId, *, state: DeadLetterState | None, limit: int, offset: int = 0
    ) -> tuple[DeadLetter, ...]:
        """Newest first."""
        ...

    async def queue_status(self, tenant_id: TenantId) -> QueueStatus:
        """Counts by state, for this tenant."""
        ...
