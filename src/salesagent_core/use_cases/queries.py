"""Reads for people, with what only the present can tell: order, ages, progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.draft_card import DraftCard
from salesagent_core.domain.priority import Priority, explain_priority, priority_score
from salesagent_core.domain.run import (
    STEP_NAMES,
    DeadLetter,
    DeadLetterState,
    RunStatus,
    task_state,
)
from salesagent_core.errors import InvalidInput, Problem, Reason
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.outcomes import OutcomeReads
from salesagent_core.ports.read_model import (
    Beside,
    DraftDetail,
    QueueFilter,
    QueueStatus,
    ReadModel,
    RunDetail,
    RunSummary,
)

MAX_PAGE = 200


@attrs.frozen(kw_only=True)
class QueueItem:
    """A draft in the queue. ``aps`` is 0..100 at the time of reading; ``parts`` explain it."""

    draft: Draft
    decision: Decision | None
    aps: float
    parts: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class QueueEntry:
    """A draft's card in the queue, with its score as ``QueueItem``."""

    card: DraftCard
    aps: float
    parts: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class QueuePage:
    """Some entries of ``total``; ``oldest`` is when the oldest of all of them was written."""

    entries: tuple[QueueEntry, ...]
    total: int
    oldest: datetime | None


@attrs.frozen(kw_only=True)
class DraftView:
    """One draft with all that is known about it, and its score at the time of reading."""

    detail: DraftDetail
    aps: float
    parts: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class TaskView:
    """A run in the words of the task API. ``progress`` is ``n/16``."""

    task_id: str
    state: str
    progress: str
    done: int
    total: int
    current_step: str | None = None
    run_id: RunId | None = None
    draft_id: DraftId | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None


class Queries:
    """Every method reads one tenant and changes nothing.

    With ``outcomes`` a score holds what became of earlier mail to the contact, as it counts now:
    an outcome fades, so this is no part of what is stored with the draft.
    """

    def __init__(
        self, read_model: ReadModel, clock: Clock, outcomes: OutcomeReads | None = None
    ) -> None:
        self._read = read_model
        self._clock = clock
        self._outcomes = outcomes

    async def queue(
        self,
        tenant_id: TenantId,
        wanted: QueueFilter = QueueFilter(),
        limit: int = 50,
        offset: int = 0,
    ) -> QueuePage:
        """What waits for a person, most urgent first; equal scores by age, oldest first."""
        _page(limit, offset)
        found = await self._read.queue(
            tenant_id, wanted, now=self._clock.now(), limit=limit, offset=offset
        )
        return QueuePage(
            entries=await self._entries(tenant_id, found.cards),
            total=found.total,
            oldest=found.oldest,
        )

    async def pending(
        self, tenant_id: TenantId, limit: int = 50, offset: int = 0
    ) -> tuple[QueueItem, ...]:
        """A part of the queue with the drafts in full."""
        page = await self.queue(tenant_id, limit=limit, offset=offset)
        found = await self._read.named(tenant_id, [entry.card.id for entry in page.entries])
        return tuple(await self._items(tenant_id, found))

    async def beside(self, tenant_id: TenantId, draft_id: DraftId) -> Beside:
        """Where a draft stands in the queue."""
        return await self._read.beside(tenant_id, draft_id, now=self._clock.now())

    async def changed(
        self,
        tenant_id: TenantId,
        statuses: Sequence[DraftStatus],
        since: datetime | None = None,
        limit: int = 10,
    ) -> QueuePage:
        """Drafts of these statuses that changed since then (ever), the last changed first."""
        _page(limit, 0)
        found = await self._read.changed(tenant_id, statuses, since=since, limit=limit)
        return QueuePage(
            entries=await self._entries(tenant_id, found.cards),
            total=found.total,
            oldest=found.oldest,
        )

    async def drafts(
        self,
        tenant_id: TenantId,
        statuses: Sequence[DraftStatus] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[QueueItem, ...]:
        """Drafts of these statuses (all when none is named), newest first."""
        _page(limit, offset)
        found = await self._read.drafts(tenant_id, statuses=statuses, limit=limit, offset=offset)
        return tuple(await self._items(tenant_id, found))

    async def draft(self, tenant_id: TenantId, draft_id: DraftId) -> DraftView:
        """Raises: NotFound."""
        detail = await self._read.draft(tenant_id, draft_id)
        draft, email = detail.draft, _address(detail.draft)
        adjusted = await self._adjustments(tenant_id, [email])
        aps, parts = self._score(draft.priority, draft.submitted_at, email, adjusted)
        return DraftView(detail=detail, aps=aps, parts=parts)

    async def named(
        self, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> Mapping[DraftId, Draft]:
        """Those of these drafts that there are."""
        wanted = list(dict.fromkeys(draft_ids))
        found = await self._read.named(tenant_id, wanted) if wanted else ()
        return {draft.id: draft for draft, _ in found}

    async def runs(
        self,
        tenant_id: TenantId,
        statuses: Sequence[RunStatus] = (),
        limit: int = 50,
        offset: int = 0,
        parked: bool = False,
    ) -> tuple[RunSummary, ...]:
        """Runs of these statuses (all when none is named), newest first; ``parked``: only those
        that go on when a person acts."""
        _page(limit, offset)
        return await self._read.runs(
            tenant_id, statuses=statuses, parked=parked, limit=limit, offset=offset
        )

    async def run_state(self, tenant_id: TenantId, run_id: RunId | None = None) -> str:
        """Some text that differs once the run (any run, where none is named) changed.

        Raises: NotFound."""
        return await self._read.run_state(tenant_id, run_id)

    async def run(self, tenant_id: TenantId, run_id: RunId) -> RunDetail:
        """Raises: NotFound."""
        return await self._read.run(tenant_id, run_id)

    async def task(self, tenant_id: TenantId, task_id: str) -> TaskView:
        """Raises: NotFound."""
        total = len(STEP_NAMES)
        summary = await self._read.task_run(tenant_id, task_id)
        if summary is None:
            return TaskView(
                task_id=task_id, state="PENDING", progress=f"0/{total}", done=0, total=total
            )
        run = summary.run
        return TaskView(
            task_id=task_id,
            state=task_state(run.status),
            progress=f"{summary.done}/{total}",
            done=summary.done,
            total=total,
            current_step=run.current_step,
            run_id=run.id,
            draft_id=summary.draft_id,
            error=run.failure or run.waiting_for,
            next_attempt_at=run.next_attempt_at,
        )

    async def dead_letters(
        self,
        tenant_id: TenantId,
        state: DeadLetterState | None = DeadLetterState.OPEN,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[DeadLetter, ...]:
        """Work that gave up, newest first; all states when ``state`` is None."""
        _page(limit, offset)
        return await self._read.dead_letters(tenant_id, state=state, limit=limit, offset=offset)

    async def queue_status(self, tenant_id: TenantId) -> QueueStatus:
        """Counts and ages."""
        return await self._read.queue_status(tenant_id)

    async def _entries(
        self, tenant_id: TenantId, cards: Sequence[DraftCard]
    ) -> tuple[QueueEntry, ...]:
        adjusted = await self._adjustments(tenant_id, (card.email for card in cards))
        entries = []
        for card in cards:
            aps, parts = self._score(card.priority, card.submitted_at, card.email, adjusted)
            entries.append(QueueEntry(card=card, aps=aps, parts=parts))
        return tuple(entries)

    async def _items(
        self, tenant_id: TenantId, found: Sequence[tuple[Draft, Decision | None]]
    ) -> list[QueueItem]:
        adjusted = await self._adjustments(tenant_id, (_address(draft) for draft, _ in found))
        items = []
        for draft, decision in found:
            aps, parts = self._score(draft.priority, draft.submitted_at, _address(draft), adjusted)
            items.append(QueueItem(draft=draft, decision=decision, aps=aps, parts=parts))
        return items

    async def _adjustments(
        self, tenant_id: TenantId, emails: Iterable[str]
    ) -> Mapping[str, float] | None:
        """Points by folded address; None where nobody keeps outcomes."""
        if self._outcomes is None:
            return None
        people = {fold_alias(email) for email in emails}
        return await self._outcomes.adjustments(tenant_id, sorted(people), self._clock.now())

    def _score(
        self,
        priority: Priority,
        submitted_at: datetime,
        email: str,
        adjusted: Mapping[str, float] | None,
    ) -> tuple[float, tuple[Reason, ...]]:
        hours = max(0.0, (self._clock.now() - submitted_at).total_seconds() / 3600)
        if adjusted is not None:
            priority = attrs.evolve(priority, adjustment=adjusted.get(fold_alias(email), 0.0))
        return priority_score(priority, hours), explain_priority(priority, hours)


def _address(draft: Draft) -> str:
    return draft.lead.person.email


def _page(limit: int, offset: int) -> None:
    problems = []
    if not 1 <= limit <= MAX_PAGE:
        problems.append(Problem(where="limit", what=f"must be 1..{MAX_PAGE}"))
    if offset < 0:
        problems.append(Problem(where="offset", what="must not be negative"))
    if problems:
        raise InvalidInput("that page does not exist", problems)
