"""Reads for people: lists and details, one tenant at a time, changing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.draft_card import DraftCard
from salesagent_core.domain.icp import Tier
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
class QueueFilter:
    """Which drafts a list holds; nothing named means all of them.

    ``words`` stand in name, company, address or subject. ``rule`` is the one of the latest
    decision. ``waiting_for``: at least so long since the draft was written. ``snoozed``: those
    that are put aside, which else are left out; None for both kinds.
    """

    words: str = ""
    statuses: tuple[DraftStatus, ...] = (DraftStatus.PENDING_APPROVAL,)
    tiers: tuple[Tier, ...] = ()
    rule: str | None = None
    waiting_for: timedelta | None = None
    degraded: bool | None = None
    snoozed: bool | None = False


@attrs.frozen(kw_only=True)
class CardPage:
    """Some cards of ``total``; ``oldest`` is when the oldest draft of all of them was written."""

    cards: tuple[DraftCard, ...]
    total: int
    oldest: datetime | None


@attrs.frozen(kw_only=True)
class Beside:
    """The drafts before and after one in the queue, and how many wait. One that is not in the
    queue has the first of it after it."""

    before: DraftId | None
    after: DraftId | None
    total: int


@attrs.frozen(kw_only=True)
class RunSummary:
    """A run as a list shows it; ``done`` counts finished steps of 16. ``about`` is the person
    that its draft is to, once there is one."""

    run: Run
    done: int
    degraded: tuple[str, ...]
    draft_id: DraftId | None
    about: str | None = None


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

    async def named(
        self, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        """These drafts with their latest decision, in this order; those that are gone left out."""
        ...

    async def queue(
        self,
        tenant_id: TenantId,
        wanted: QueueFilter,
        *,
        now: datetime,
        limit: int,
        offset: int = 0,
    ) -> CardPage:
        """By the priority score at ``now``, highest first; equal ones by age, oldest first."""
        ...

    async def beside(self, tenant_id: TenantId, draft_id: DraftId, *, now: datetime) -> Beside:
        """Where a draft stands in the queue of all that wait and are not put aside."""
        ...

    async def changed(
        self,
        tenant_id: TenantId,
        statuses: Sequence[DraftStatus],
        *,
        since: datetime | None,
        limit: int,
    ) -> CardPage:
        """Drafts of these statuses that changed since then (ever), the last changed first."""
        ...

    async def draft(self, tenant_id: TenantId, draft_id: DraftId) -> DraftDetail:
        """Raises: NotFound."""
        ...

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[RunStatus] = (),
        parked: bool = False,
        limit: int,
        offset: int = 0,
    ) -> tuple[RunSummary, ...]:
        """Newest first; ``parked``: only those that go on when a person acts."""
        ...

    async def run_state(self, tenant_id: TenantId, run_id: RunId | None) -> str:
        """Some text that differs once the run changed; of all runs, where none is named.
        Cheap enough to be asked every second. Raises: NotFound."""
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
