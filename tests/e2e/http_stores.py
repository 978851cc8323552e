"""Ports kept in plain dicts, for tests of the HTTP layer over the real use cases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import attrs

from salesagent_core.domain.approval import Decision
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.draft_card import DraftCard, card_of, holds, search_words
from salesagent_core.domain.priority import priority_score
from salesagent_core.domain.run import (
    DeadLetter,
    DeadLetterState,
    JournalEntry,
    Lease,
    Redraft,
    Run,
    RunStatus,
    StepStatus,
)
from salesagent_core.domain.submission import Submission
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import Conflict, NotFound, Unavailable
from salesagent_core.ids import DEFAULT_TENANT, DraftId, RunId, SubmissionId, TenantId
from salesagent_core.ports.api_keys import ApiKey, PageSession
from salesagent_core.ports.crm_events import ClaimedEvent, CrmEvent, EventReceipt
from salesagent_core.ports.intake import Arrival, Receipt
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.read_model import (
    Beside,
    CardPage,
    DraftDetail,
    QueueFilter,
    QueueStatus,
    RunDetail,
    RunSummary,
)
from salesagent_core.ports.saved_views import MAX_VIEWS, SavedView

SECRET = "not-a-real-secret-but-long-enough"
PORTAL = "62515"
OTHER = TenantId("other")
OTHER_PORTAL = "999"

_Row = TypeVar("_Row", Draft, Run, DeadLetter)


class Tenants:
    """Two tenants, each with its portal."""

    def __init__(self) -> None:
        self.tenants = {
            DEFAULT_TENANT: Tenant(
                id=DEFAULT_TENANT,
                name="Ours",
                mailbox="sales@ours.example",
                sender_name="Max Berger",
                portal_id=PORTAL,
            ),
            OTHER: Tenant(
                id=OTHER,
                name="Other",
                mailbox="sales@other.example",
                sender_name="Kim Field",
                portal_id=OTHER_PORTAL,
            ),
        }

    async def get(self, tenant_id: TenantId) -> Tenant:
        return self.tenants[tenant_id]

    async def by_portal(self, portal_id: str | None) -> Tenant | None:
        if portal_id is None:
            return self.tenants[DEFAULT_TENANT]
        return next((one for one in self.tenants.values() if one.portal_id == portal_id), None)

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        return (SECRET,) if tenant_id == DEFAULT_TENANT else ("another-secret-entirely",)


class Keys:
    """API keys and sessions."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.sessions: dict[bytes, PageSession] = {}

    async def add(self, key: ApiKey) -> None:
        self.keys[key.id] = key

    async def find(self, key_id: str) -> ApiKey | None:
        return self.keys.get(key_id)

    async def touch(self, key_id: str, at: datetime) -> None:
        self.keys[key_id] = attrs.evolve(self.keys[key_id], last_used_at=at)

    async def add_session(self, session: PageSession) -> None:
        self.sessions[session.digest] = session

    async def find_session(self, digest: bytes) -> tuple[PageSession, ApiKey] | None:
        session = self.sessions.get(digest)
        return (session, self.keys[session.key_id]) if session is not None else None

    async def drop_session(self, digest: bytes) -> None:
        self.sessions.pop(digest, None)


class Store:
    """Everything else: intake, drafts, runs, dead letters. One row per id, as a table has."""

    def __init__(self) -> None:
        self.down = False
        self.broken = False
        self.unspeakable = "a library repeats secret@example.com"
        self.arrivals: dict[str, tuple[Arrival, Receipt]] = {}
        self.events: dict[str, CrmEvent] = {}
        self.rows: dict[str, Draft] = {}
        self.history: dict[str, list[Revision]] = {}
        self.made: list[Decision] = []
        self.audited: list[AuditEvent] = []
        self.runs: dict[RunId, Run] = {}
        self.submissions: dict[str, Submission] = {}
        self.entries: dict[str, tuple[JournalEntry, ...]] = {}
        self.letters: dict[str, DeadLetter] = {}
        self.rung: list[tuple[Topic, str]] = []

    def ready(self) -> None:
        if self.down:
            raise Unavailable("the database cannot be reached")
        if self.broken:
            raise ZeroDivisionError(self.unspeakable)

    async def accept(self, arrival: Arrival) -> Receipt:
        self.ready()
        keys = arrival.keys
        for key in filter(None, (keys.conversion, keys.moment, keys.content)):
            scoped = f"{arrival.submission.tenant_id}:{key}"
            if scoped in self.arrivals:
                return attrs.evolve(self.arrivals[scoped][1], accepted=False)
            receipt = Receipt(
                accepted=True, submission_id=arrival.submission.id, run_id=arrival.run_id
            )
            self.arrivals[scoped] = (arrival, receipt)
            return receipt
        raise AssertionError("a submission without keys")

    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        return None

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        self.rung += [(topic, one) for one in ids]

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[Work]:
        self.ready()
        yield Work(self, tenant_id)


class Inbox:
    """CRM events by their keys."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def accept(self, events: Sequence[CrmEvent], raw: bytes) -> tuple[EventReceipt, ...]:
        receipts = []
        for event in events:
            first = self._store.events.setdefault(event.key, event)
            receipts.append(EventReceipt(id=first.id, accepted=first is event))
        return tuple(receipts)

    async def claim(self, limit: int) -> tuple[ClaimedEvent, ...]:
        return ()

    async def resolve(self, claimed: ClaimedEvent, submission_id: SubmissionId | None) -> None:
        raise AssertionError("no worker runs here")

    async def postpone(self, claimed: ClaimedEvent, until: datetime | None, error: str) -> None:
        raise AssertionError("no worker runs here")


class Work:
    """A transaction that sees one tenant's rows."""

    def __init__(self, store: Store, tenant_id: TenantId) -> None:
        self.drafts = Drafts(store, tenant_id)
        self.decisions = Decisions(store)
        self.runs = Runs(store, tenant_id)
        self.audit = Audit(store)
        self.dead_letters = Letters(store, tenant_id)

    async def record(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        raise AssertionError("no worker runs here")


class Drafts:
    def __init__(self, store: Store, tenant_id: TenantId) -> None:
        self._store, self._tenant_id = store, tenant_id

    async def get(self, draft_id: DraftId, *, lock: bool = False) -> Draft:
        return _own(self._store.rows.get(draft_id), self._tenant_id)

    async def by_run(self, run_id: RunId, *, lock: bool = False) -> Draft | None:
        return next((one for one in self._store.rows.values() if one.run_id == run_id), None)

    async def add(self, draft: Draft) -> None:
        await self.save(draft)

    async def save(self, draft: Draft) -> None:
        self._store.rows[draft.id] = draft
        known = self._store.history.setdefault(draft.id, [])
        if draft.revision.number > len(known):
            known.append(draft.revision)

    async def revisions(self, draft_id: DraftId) -> tuple[Revision, ...]:
        return tuple(self._store.history[draft_id])


class Decisions:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, decision: Decision) -> None:
        self._store.made.append(decision)

    async def of_draft(self, draft_id: DraftId) -> tuple[Decision, ...]:
        return tuple(one for one in self._store.made if one.draft_id == draft_id)


class Runs:
    def __init__(self, store: Store, tenant_id: TenantId) -> None:
        self._store, self._tenant_id = store, tenant_id

    async def get(self, run_id: RunId, *, lock: bool = False) -> Run:
        return _own(self._store.runs.get(run_id), self._tenant_id)

    async def begin_pass(self, run_id: RunId, redraft: Redraft) -> Run:
        run = await self.get(run_id)
        again = attrs.evolve(
            run, status=RunStatus.TRIGGERED, pass_number=run.pass_number + 1, redraft=redraft
        )
        self._store.runs[run_id] = again
        return again

    async def resume(self, run_id: RunId) -> Run:
        run = await self.get(run_id)
        if run.status is RunStatus.COMPLETED:
            raise Conflict("the run is completed")
        self._store.runs[run_id] = attrs.evolve(run, status=RunStatus.TRIGGERED)
        return self._store.runs[run_id]


class Audit:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, event: AuditEvent) -> None:
        self._store.audited.append(event)


class Letters:
    def __init__(self, store: Store, tenant_id: TenantId) -> None:
        self._store, self._tenant_id = store, tenant_id

    async def get(self, letter_id: str, *, lock: bool = False) -> DeadLetter:
        return _own(self._store.letters.get(letter_id), self._tenant_id)

    async def save(self, letter: DeadLetter) -> None:
        self._store.letters[letter.id] = letter

    async def requeue(self, letter: DeadLetter) -> None:
        return None


def _own(row: _Row | None, tenant_id: TenantId) -> _Row:
    if row is None or row.tenant_id != tenant_id:
        raise NotFound("There is no such thing.")
    return row


def _score(card: DraftCard, now: datetime) -> float:
    return priority_score(card.priority, (now - card.submitted_at).total_seconds() / 3600)


class Views:
    """Saved views by owner."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], list[SavedView]] = {}

    async def of(self, tenant_id: TenantId, owner: str) -> tuple[SavedView, ...]:
        return tuple(self.kept.get((tenant_id, owner), ()))

    async def save(self, tenant_id: TenantId, owner: str, view: SavedView) -> None:
        mine = self.kept.setdefault((tenant_id, owner), [])
        if len(mine) >= MAX_VIEWS:
            raise Conflict("there are too many saved views already")
        mine.append(view)

    async def drop(self, tenant_id: TenantId, owner: str, view_id: str) -> None:
        mine = self.kept.get((tenant_id, owner), [])
        mine[:] = [one for one in mine if one.id != view_id]


class Reading:
    """The read model over the same dicts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def drafts(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[DraftStatus] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        mine = [
            one
            for one in self._store.rows.values()
            if one.tenant_id == tenant_id and (not statuses or one.status in statuses)
        ]
        mine.sort(key=lambda one: one.created_at, reverse=True)
        return tuple((one, self._latest(one.id)) for one in mine[offset : offset + limit])

    async def named(
        self, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        mine = {one.id: one for one in self._store.rows.values() if one.tenant_id == tenant_id}
        return tuple((mine[one], self._latest(one)) for one in draft_ids if one in mine)

    async def queue(
        self,
        tenant_id: TenantId,
        wanted: QueueFilter,
        *,
        now: datetime,
        limit: int,
        offset: int = 0,
    ) -> CardPage:
        found = [
            card_of(one)
            for one in self._store.rows.values()
            if one.tenant_id == tenant_id and self._wanted(one, wanted, now)
        ]
        found.sort(key=lambda one: (-_score(one, now), one.submitted_at, one.id))
        return CardPage(
            cards=tuple(found[offset : offset + limit]),
            total=len(found),
            oldest=min((one.created_at for one in found), default=None),
        )

    async def beside(self, tenant_id: TenantId, draft_id: DraftId, *, now: datetime) -> Beside:
        page = await self.queue(tenant_id, QueueFilter(), now=now, limit=100_000)
        ids: list[DraftId | None] = [None, *(card.id for card in page.cards), None]
        at = ids.index(draft_id) if draft_id in ids else 0
        before = ids[at - 1] if at else None
        return Beside(before=before, after=ids[at + 1], total=page.total)

    async def changed(
        self,
        tenant_id: TenantId,
        statuses: Sequence[DraftStatus],
        *,
        since: datetime | None,
        limit: int,
    ) -> CardPage:
        found = [
            card_of(one)
            for one in self._store.rows.values()
            if one.tenant_id == tenant_id and one.status in statuses
        ]
        found = [one for one in found if since is None or one.updated_at >= since]
        found.sort(key=lambda one: one.updated_at, reverse=True)
        oldest = min((one.created_at for one in found), default=None)
        return CardPage(cards=tuple(found[:limit]), total=len(found), oldest=oldest)

    def _wanted(self, draft: Draft, wanted: QueueFilter, now: datetime) -> bool:
        aside = draft.snoozed_until is not None and draft.snoozed_until > now
        latest = self._latest(draft.id)
        return (
            draft.status in wanted.statuses
            and (not wanted.tiers or draft.fit.tier in wanted.tiers)
            and wanted.degraded in (None, bool(draft.degraded))
            and (wanted.waiting_for is None or now - draft.created_at >= wanted.waiting_for)
            and wanted.snoozed in (None, aside)
            and (wanted.rule is None or (latest is not None and latest.rule == wanted.rule))
            and holds(card_of(draft), search_words(wanted.words))
        )

    async def draft(self, tenant_id: TenantId, draft_id: DraftId) -> DraftDetail:
        draft = _own(self._store.rows.get(draft_id), tenant_id)
        return DraftDetail(
            draft=draft,
            revisions=tuple(self._store.history[draft_id]),
            decisions=tuple(one for one in self._store.made if one.draft_id == draft_id),
            entries=self._store.entries.get(draft.run_id, ()),
            run=self._store.runs[draft.run_id],
        )

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[RunStatus] = (),
        parked: bool = False,
        limit: int,
        offset: int = 0,
    ) -> tuple[RunSummary, ...]:
        mine = [
            self._summary(one)
            for one in self._store.runs.values()
            if one.tenant_id == tenant_id
            and (not statuses or one.status in statuses)
            and (not parked or (one.status is RunStatus.WAITING and one.next_attempt_at is None))
        ]
        mine.sort(key=lambda one: one.run.created_at, reverse=True)
        return tuple(mine[offset : offset + limit])

    async def run_state(self, tenant_id: TenantId, run_id: RunId | None) -> str:
        self._store.ready()
        mine = [one for one in self._store.runs.values() if one.tenant_id == tenant_id]
        if run_id is not None:
            mine = [_own(self._store.runs.get(run_id), tenant_id)]
        done = sum(len(self._store.entries.get(one.id, ())) for one in mine)
        return f"{done}|" + ",".join(f"{one.id}:{one.status}" for one in mine)

    async def run(self, tenant_id: TenantId, run_id: RunId) -> RunDetail:
        run = _own(self._store.runs.get(run_id), tenant_id)
        return RunDetail(
            run=run,
            submission=self._store.submissions[run.submission_id],
            entries=self._store.entries.get(run_id, ()),
            draft_id=self._summary(run).draft_id,
            dead_letters=tuple(
                one for one in self._store.letters.values() if one.subject_id == run_id
            ),
        )

    async def task_run(self, tenant_id: TenantId, task_id: str) -> RunSummary | None:
        return self._summary(_own(self._store.runs.get(RunId(task_id)), tenant_id))

    async def dead_letters(
        self, tenant_id: TenantId, *, state: DeadLetterState | None, limit: int, offset: int = 0
    ) -> tuple[DeadLetter, ...]:
        mine = [
            one
            for one in self._store.letters.values()
            if one.tenant_id == tenant_id and state in (None, one.state)
        ]
        return tuple(mine[offset : offset + limit])

    async def queue_status(self, tenant_id: TenantId) -> QueueStatus:
        pending = [one for one in self._store.rows.values() if one.tenant_id == tenant_id]
        pending = [one for one in pending if one.status is DraftStatus.PENDING_APPROVAL]
        return QueueStatus(
            runs={},
            due=0,
            oldest_due_age=None,
            drafts={"pending_approval": len(pending)},
            oldest_pending_age=None,
            dead_letters_open=len(self._store.letters),
            crm_events_waiting=len(self._store.events),
        )

    def _latest(self, draft_id: str) -> Decision | None:
        mine = [one for one in self._store.made if one.draft_id == draft_id]
        return mine[-1] if mine else None

    def _summary(self, run: Run) -> RunSummary:
        entries = self._store.entries.get(run.id, ())
        draft = next((one for one in self._store.rows.values() if one.run_id == run.id), None)
        return RunSummary(
            run=run,
            done=len(entries),
            degraded=tuple(one.step for one in entries if one.status is StepStatus.DEGRADED),
            draft_id=draft.id if draft else None,
            about=draft.lead.person.full_name if draft else None,
        )
