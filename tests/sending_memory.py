"""What sending needs of a database, in memory: row locks, rollbacks, leases, one clock.

As in PostgreSQL at READ COMMITTED: a transaction sees its own writes and what others committed,
a row that is locked or written is its own until it ends, and nothing of it lasts before the
commit. Every call gives way to whoever else wants to run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import attrs

from salesagent_core.domain.approval import Decision
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Draft, DraftStatus, MailboxDraft
from salesagent_core.domain.run import LEASE
from salesagent_core.domain.sending.attempt import CLAIM_LEASE, AttemptStatus, SendAttempt
from salesagent_core.domain.sending.gate import (
    STOPPED,
    ModeChange,
    RecipientVerdict,
    Restored,
    Stop,
    SwitchState,
)
from salesagent_core.domain.sending.rate_limit import (
    ACTIVE_FOR,
    CONTACT_WINDOW,
    MAILBOX_WINDOW,
    ActiveContact,
    Limits,
    Usage,
)
from salesagent_core.domain.sending.recipients import (
    EVERYONE,
    RecipientRule,
    RuleKind,
    canonical_pattern,
    covering_patterns,
)
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.errors import Conflict, LeaseLost, NotFound, Unavailable
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.draft_sync import ClaimedSync
from salesagent_core.ports.send_ledger import ClaimedAudit, SlotKeys
from salesagent_core.ports.send_switches import EVERY_TENANT

SYNC_LEASE = LEASE * 4
LOCK_WAIT = 60.0
"""Seconds after which a lock that does not come is a circle."""
_GONE = object()

Give = Callable[[str], Awaitable[None]]
"""Called at each named place: others run, and whoever is to die there does."""


@attrs.frozen(kw_only=True)
class DraftRow:
    """A draft, and when its copy in the mailbox is looked after."""

    draft: Draft
    sync_due_at: datetime | None
    audit_due_at: datetime | None
    sync_token: int = 0
    sync_attempt: int = 0
    audit_token: int = 0


@attrs.frozen(kw_only=True)
class Slot:
    """A place in the limits; it runs out with the windows once it is settled."""

    keys: SlotKeys
    taken_at: datetime
    settled_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Listed:
    """A do-not-contact entry or a recipient rule, and since when it is committed."""

    entry: Any
    since: datetime


class Locks:
    """Shared and exclusive, first come, first served; held until the transaction ends."""

    def __init__(self) -> None:
        self._held: dict[Any, dict[object, bool]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self.circles = 0

    async def take(self, owner: object, what: Any, *, shared: bool = False) -> None:
        end = asyncio.get_running_loop().time() + LOCK_WAIT
        while not self._free(owner, what, shared):
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            left = end - asyncio.get_running_loop().time()
            await asyncio.wait([waiter], timeout=max(left, 0.0))
            if left <= 0 and not waiter.done():
                self.circles += 1
                raise Unavailable("everybody waits for somebody's lock")
        mine = self._held.setdefault(what, {})
        mine[owner] = mine.get(owner, True) and shared

    def _free(self, owner: object, what: Any, shared: bool) -> bool:
        others = [s for who, s in self._held.get(what, {}).items() if who is not owner]
        return all(shared and each for each in others)

    def is_held(self, what: Any) -> bool:
        return bool(self._held.get(what))

    def release(self, owner: object) -> None:
        for what in [what for what, held in self._held.items() if owner in held]:
            del self._held[what][owner]
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


class Store:
    """Everything that is committed. ``on_commit`` is shown each transaction just before."""

    def __init__(self, clock: Clock, give: Give) -> None:
        self.clock = clock
        self.give = give
        self.rows: dict[str, dict[Any, Any]] = {
            name: {} for name in ("draft", "attempt", "slot", "suppression", "recipient", "switch")
        }
        self.audit: list[AuditEvent] = []
        self.decisions: list[Decision] = []
        self.locks = Locks()
        self.on_commit: list[Callable[[Tx], None]] = []

    @asynccontextmanager
    async def begin(self, tenant_id: TenantId) -> AsyncIterator[Tx]:
        """One transaction. What a connection that is lost at the commit leaves behind depends on
        whether it was lost before or after it."""
        tx = Tx(self, tenant_id)
        try:
            await self.give("before begin")
            yield tx
            await self.give("before commit")
            tx.commit()
        finally:
            self.locks.release(tx)
        await self.give("after commit")


class Tx:
    """``SendingTransaction``."""

    runs: Any
    dead_letters: Any
    trust: Any

    def __init__(self, store: Store, tenant_id: TenantId) -> None:
        self.store = store
        self.tenant_id = tenant_id
        self.began = store.clock.now()
        self.changes: dict[tuple[str, Any], Any] = {}
        self.events: list[AuditEvent] = []
        self.decided: list[Decision] = []
        self.drafts = _Drafts(self)
        self.decisions = _Decisions(self)
        self.audit = _Audit(self)
        self.sends = _Sends(self)
        self.switches = _Switches(self)
        self.suppressions = _Suppressions(self)
        self.recipients = _Recipients(self)

    async def record(self, lease: Any, entries: Any) -> None:
        raise AssertionError("no run is worked on in these tests")

    async def lock(self, what: Any, *, shared: bool = False) -> None:
        await self.store.locks.take(self, what, shared=shared)

    def read(self, table: str, key: Any) -> Any:
        found = self.changes.get((table, key), self.store.rows[table].get(key))
        return None if found is _GONE else found

    def scan(self, table: str) -> list[tuple[Any, Any]]:
        keys = dict.fromkeys(self.store.rows[table])
        keys.update(dict.fromkeys(key for name, key in self.changes if name == table))
        rows = ((key, self.read(table, key)) for key in keys)
        return [(key, row) for key, row in rows if row is not None]

    async def write(self, table: str, key: Any, row: Any) -> None:
        await self.lock((table, key))
        self.changes[table, key] = _GONE if row is None else row

    def commit(self) -> None:
        for look in self.store.on_commit:
            look(self)
        for (table, key), row in self.changes.items():
            if row is _GONE:
                self.store.rows[table].pop(key, None)
            else:
                self.store.rows[table][key] = row
        self.store.audit.extend(self.events)
        self.store.decisions.extend(self.decided)


class _Part:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def _asked(self) -> None:
        await self._tx.store.give("query")

    def _now(self) -> datetime:
        return self._tx.store.clock.now()


class _Drafts(_Part):
    async def get(self, draft_id: DraftId, *, lock: bool = False) -> Draft:
        await self._asked()
        if lock:
            await self._tx.lock(("draft", draft_id))
        row = self._tx.read("draft", draft_id)
        if row is None:
            raise NotFound("there is no such draft")
        found: Draft = row.draft
        return found

    async def by_run(self, run_id: Any, *, lock: bool = False) -> Draft | None:
        raise AssertionError("no run is worked on in these tests")

    async def revisions(self, draft_id: DraftId) -> Any:
        raise AssertionError("nobody asks for old revisions in these tests")

    async def add(self, draft: Draft) -> None:
        await self._asked()
        now = self._now()
        row = DraftRow(draft=draft, sync_due_at=now, audit_due_at=now + timedelta(days=1))
        await self._tx.write("draft", draft.id, row)

    async def save(self, draft: Draft) -> None:
        await self._asked()
        await self._tx.lock(("draft", draft.id))
        row = self._tx.read("draft", draft.id)
        if row is None:
            raise NotFound("there is no such draft")
        changed = row.draft.revision.content_hash != draft.revision.content_hash
        due = self._now() if changed or row.sync_due_at is None else row.sync_due_at
        tries = 0 if changed else row.sync_attempt
        fresh = attrs.evolve(row, draft=draft, sync_due_at=due, sync_attempt=tries)
        await self._tx.write("draft", draft.id, fresh)


class _Decisions(_Part):
    async def add(self, decision: Decision) -> None:
        await self._asked()
        self._tx.decided.append(decision)

    async def of_draft(self, draft_id: DraftId) -> tuple[Decision, ...]:
        await self._asked()
        known = (*self._tx.store.decisions, *self._tx.decided)
        return tuple(each for each in known if each.draft_id == draft_id)


class _Audit(_Part):
    async def add(self, event: AuditEvent) -> None:
        await self._asked()
        self._tx.events.append(event)


class _Sends(_Part):
    async def now(self) -> datetime:
        return self._now()

    async def get(self, attempt_id: str, *, lock: bool = False) -> SendAttempt:
        await self._asked()
        if lock:
            await self._tx.lock(("attempt", attempt_id))
        found: SendAttempt | None = self._tx.read("attempt", attempt_id)
        if found is None:
            raise NotFound("there is no such send")
        return found

    async def of_draft(self, draft_id: DraftId, *, lock: bool = False) -> tuple[SendAttempt, ...]:
        await self._asked()
        ids = [key for key, row in self._tx.scan("attempt") if row.draft_id == draft_id]
        for each in ids if lock else ():
            await self._tx.lock(("attempt", each))
        rows = [self._tx.read("attempt", each) for each in ids]
        return tuple(sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True))

    async def add(self, attempt: SendAttempt) -> None:
        await self._asked()
        await self._tx.lock(("revision", attempt.draft_id, attempt.content_hash))
        for each in await self.of_draft(attempt.draft_id):
            if each.content_hash == attempt.content_hash:
                raise Conflict("this revision is being sent, or was sent, already")
        await self._tx.write("attempt", attempt.id, attempt)

    async def save(self, attempt: SendAttempt) -> SendAttempt:
        await self._asked()
        await self._tx.lock(("attempt", attempt.id))
        stored = self._tx.read("attempt", attempt.id)
        if stored is None or stored.token != attempt.token:
            raise LeaseLost("another worker holds this send now")
        saved = attrs.evolve(attempt, token=attempt.token + 1)
        await self._tx.write("attempt", attempt.id, saved)
        return saved

    async def usage(self, keys: SlotKeys, *, besides: str | None = None, lock: bool) -> Usage:
        for kind in ("company", "contact", "mailbox") if lock else ():
            await self._tx.lock((kind, getattr(keys, kind)))
        await self._asked()
        now = self._now()
        slots = [slot for key, slot in self._tx.scan("slot") if key != besides]

        def times(kind: str, window: timedelta) -> list[tuple[str, datetime]]:
            name = getattr(keys, kind)
            return [
                (slot.keys.contact, slot.settled_at or now)
                for slot in slots
                if name is not None
                and getattr(slot.keys, kind) == name
                and (slot.settled_at is None or slot.settled_at > now - window)
            ]

        return Usage(
            contact=keys.contact,
            contact_sends=[at for _, at in times("contact", CONTACT_WINDOW)],
            mailbox_sends=[at for _, at in times("mailbox", MAILBOX_WINDOW)],
            company_contacts=[
                ActiveContact(contact=contact, last_sent_at=at)
                for contact, at in times("company", ACTIVE_FOR)
            ],
        )

    async def take(self, attempt_id: str, keys: SlotKeys) -> None:
        await self._asked()
        await self._tx.write("slot", attempt_id, Slot(keys=keys, taken_at=self._now()))

    async def settle(self, attempt_id: str, at: datetime) -> None:
        await self._asked()
        await self._tx.lock(("slot", attempt_id))
        slot = self._tx.read("slot", attempt_id)
        if slot is not None:
            await self._tx.write("slot", attempt_id, attrs.evolve(slot, settled_at=at))

    async def free(self, attempt_id: str) -> None:
        await self._asked()
        await self._tx.write("slot", attempt_id, None)


class _Switches(_Part):
    async def state(self, *, hold: bool = False) -> SwitchState:
        if hold:
            await self._tx.lock("switches", shared=True)
        await self._asked()

        def row(tenant: str, name: str) -> Any:
            return self._tx.read("switch", (tenant, name))

        everywhere = row(EVERY_TENANT, "stop")
        stop = attrs.evolve(everywhere, everywhere=True) if everywhere else None
        return SwitchState(
            stop=stop or row(self._tx.tenant_id, "stop"),
            mode=row(self._tx.tenant_id, "mode"),
            limits=row(self._tx.tenant_id, "limits") or Limits(),
            restored=row(EVERY_TENANT, "restored"),
        )

    async def stop(self, stop: Stop) -> bool:
        await self._alone()
        if self._tx.read("switch", (self._tx.tenant_id, "stop")) is not None:
            return False
        await self._tx.write("switch", (self._tx.tenant_id, "stop"), stop)
        return True

    async def resume(self) -> bool:
        await self._alone()
        was = self._tx.read("switch", (self._tx.tenant_id, "stop")) is not None
        await self._tx.write("switch", (self._tx.tenant_id, "stop"), None)
        return was

    async def set_mode(self, change: ModeChange) -> None:
        await self._alone()
        await self._tx.write("switch", (self._tx.tenant_id, "mode"), change)

    async def set_limits(self, limits: Limits, by: str) -> None:
        await self._alone()
        await self._tx.write("switch", (self._tx.tenant_id, "limits"), limits)

    async def set_restored(self, restored: Restored, by: str) -> None:
        await self._alone()
        await self._tx.write("switch", (self._tx.tenant_id, "restored"), restored)

    async def _alone(self) -> None:
        await self._asked()
        await self._tx.lock("switches")


class _Suppressions(_Part):
    async def covering(self, address: str) -> tuple[Suppression, ...]:
        await self._asked()
        found = (self._tx.read("suppression", each) for each in covering_patterns(address))
        return tuple(each.entry for each in found if each is not None)

    async def add(self, entry: Suppression, by: str) -> Suppression:
        await self._asked()
        pattern = canonical_pattern(entry.address or f"@{entry.domain}")
        await self._tx.lock(("suppression", pattern))
        stored = self._tx.read("suppression", pattern)
        if entry.reason is SuppressionReason.ERASED:
            entry = attrs.evolve(entry, address=None, domain=None, address_hash=f"#{pattern}")
        elif stored is not None:
            known: Suppression = stored.entry
            return known
        await self._tx.write("suppression", pattern, Listed(entry=entry, since=self._now()))
        return entry

    async def get(self, entry_id: str) -> Suppression:
        found: Suppression = self._row(entry_id)[1].entry
        return found

    async def remove(self, entry_id: str) -> None:
        await self._tx.write("suppression", self._row(entry_id)[0], None)

    async def page(self, *, reason: Any, after: Any, limit: int) -> tuple[Suppression, ...]:
        await self._asked()
        return tuple(row.entry for _, row in self._tx.scan("suppression"))[:limit]

    def _row(self, entry_id: str) -> tuple[Any, Any]:
        for key, row in self._tx.scan("suppression"):
            if row.entry.id == entry_id:
                return key, row
        raise NotFound("there is no such entry on the do-not-contact list")


class _Recipients(_Part):
    async def judge(self, address: str) -> RecipientVerdict:
        await self._asked()
        covering = (EVERYONE, *covering_patterns(address))
        rules = {key: row.entry.kind for key, row in self._tx.scan("recipient")}
        kinds = [rules[each] for each in covering if each in rules]
        return RecipientVerdict(
            allowed=RuleKind.ALLOW in kinds,
            denied=RuleKind.DENY in kinds,
            listed=RuleKind.ALLOW in rules.values(),
        )

    async def add(self, rule: RecipientRule) -> None:
        await self._asked()
        await self._tx.lock(("recipient", rule.pattern))
        if self._tx.read("recipient", rule.pattern) is not None:
            raise Conflict("this recipient is on one of the lists already")
        await self._tx.write("recipient", rule.pattern, Listed(entry=rule, since=self._now()))

    async def remove(self, rule_id: str) -> RecipientRule:
        await self._asked()
        for key, row in self._tx.scan("recipient"):
            if row.entry.id == rule_id:
                await self._tx.write("recipient", key, None)
                found: RecipientRule = row.entry
                return found
        raise NotFound("there is no such line on the lists")

    async def all(self) -> tuple[RecipientRule, ...]:
        return tuple(row.entry for _, row in self._tx.scan("recipient"))


class Queue:
    """``SendQueue``, ``DraftSyncs`` and ``SentAudits``: one statement, one transaction each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(self, attempt_ids: Sequence[str] | None, limit: int) -> tuple[SendAttempt, ...]:
        return await self._claim(attempt_ids, limit, (AttemptStatus.SCHEDULED,))

    async def claim_unsettled(
        self, attempt_ids: Sequence[str] | None, limit: int
    ) -> tuple[SendAttempt, ...]:
        open_ones = (AttemptStatus.SENDING, AttemptStatus.UNKNOWN)
        return await self._claim(attempt_ids, limit, open_ones)

    async def _claim(
        self, wanted: Sequence[str] | None, limit: int, statuses: tuple[AttemptStatus, ...]
    ) -> tuple[SendAttempt, ...]:
        await self._store.give("before claim")
        now = self._store.clock.now()
        rows = self._store.rows["attempt"]
        due = [
            each
            for each in rows.values()
            if each.status in statuses
            and each.due_at is not None
            and each.due_at <= now
            and (wanted is None or each.id in wanted)
            and not self._store.locks.is_held(("attempt", each.id))
        ]
        claimed = []
        for each in sorted(due, key=lambda row: (row.due_at, row.id))[:limit]:
            leased = attrs.evolve(each, token=each.token + 1, due_at=now + CLAIM_LEASE)
            rows[each.id] = leased
            claimed.append(leased)
        await self._store.give("after claim")
        return tuple(claimed)

    async def in_flight(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        await self._store.give("query")
        flying = (AttemptStatus.SENDING, AttemptStatus.UNKNOWN)
        rows = self._store.rows["attempt"].values()
        return tuple(sorted(each.id for each in rows if each.status in flying))

    async def wake(self, tenant_id: TenantId | None) -> tuple[str, ...]:
        await self._store.give("query")
        woken = []
        for each in list(self._store.rows["attempt"].values()):
            why = each.waiting[0].code if each.waiting else None
            if each.status is AttemptStatus.SCHEDULED and why == STOPPED:
                now = self._store.clock.now()
                self._store.rows["attempt"][each.id] = attrs.evolve(each, due_at=now)
                woken.append(each.id)
        return tuple(woken)


class Syncs:
    """``DraftSyncs``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedSync, ...]:
        await self._store.give("before claim")
        now = self._store.clock.now()
        claimed = []
        for key, row in list(self._store.rows["draft"].items()):
            is_open = row.draft.status in (DraftStatus.PENDING_APPROVAL, DraftStatus.APPROVED)
            due = row.sync_due_at is not None and row.sync_due_at <= now
            wanted = draft_ids is None or key in draft_ids
            free = not self._store.locks.is_held(("draft", key))
            if is_open and row.draft.mailbox_is_behind and due and wanted and free:
                token = row.sync_token + 1
                fresh = attrs.evolve(row, sync_token=token, sync_due_at=now + SYNC_LEASE)
                self._store.rows["draft"][key] = fresh
                claimed.append(ClaimedSync(draft=row.draft, token=token, attempt=row.sync_attempt))
        return tuple(claimed[:limit])

    async def record(self, claimed: ClaimedSync, in_mailbox: MailboxDraft) -> None:
        async with self._store.begin(claimed.draft.tenant_id) as tx:
            row = await self._mine(tx, claimed)
            if row is None:
                raise LeaseLost("another worker holds this draft now")
            now = self._store.clock.now()
            draft = attrs.evolve(row.draft, in_mailbox=in_mailbox)
            fresh = attrs.evolve(row, draft=draft, sync_attempt=0, sync_due_at=now)
            await tx.write("draft", draft.id, fresh)

    async def postpone(self, claimed: ClaimedSync, again_in: timedelta | None, error: str) -> None:
        async with self._store.begin(claimed.draft.tenant_id) as tx:
            row = await self._mine(tx, claimed)
            if row is not None:
                due = None if again_in is None else self._store.clock.now() + again_in
                fresh = attrs.evolve(row, sync_attempt=claimed.attempt + 1, sync_due_at=due)
                await tx.write("draft", claimed.draft.id, fresh)

    async def _mine(self, tx: Tx, claimed: ClaimedSync) -> Any:
        await tx.lock(("draft", claimed.draft.id))
        row = tx.read("draft", claimed.draft.id)
        return row if row is not None and row.sync_token == claimed.token else None


class Audits:
    """``SentAudits``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(
        self, draft_ids: Sequence[DraftId] | None, limit: int
    ) -> tuple[ClaimedAudit, ...]:
        await self._store.give("before claim")
        now = self._store.clock.now()
        claimed: list[ClaimedAudit] = []
        for key, row in list(self._store.rows["draft"].items()):
            due = row.audit_due_at is not None and row.audit_due_at <= now
            wanted = due if draft_ids is None else key in draft_ids
            free = not self._store.locks.is_held(("draft", key))
            if row.draft.in_mailbox is not None and wanted and free and len(claimed) < limit:
                token = row.audit_token + 1
                fresh = attrs.evolve(row, audit_token=token, audit_due_at=now + SYNC_LEASE)
                self._store.rows["draft"][key] = fresh
                claimed.append(ClaimedAudit(draft=row.draft, token=token))
        return tuple(claimed)

    async def open(self) -> tuple[tuple[TenantId, DraftId], ...]:
        statuses = (
            DraftStatus.PENDING_APPROVAL,
            DraftStatus.APPROVED,
            DraftStatus.SEND_FAILED,
        )
        return tuple(
            (row.draft.tenant_id, row.draft.id)
            for row in self._store.rows["draft"].values()
            if row.draft.in_mailbox is not None and row.draft.status in statuses
        )

    async def done(self, claimed: ClaimedAudit, again_in: timedelta) -> None:
        await self._store.give("query")
        row = self._store.rows["draft"].get(claimed.draft.id)
        if row is not None and row.audit_token == claimed.token:
            due = self._store.clock.now() + again_in
            self._store.rows["draft"][claimed.draft.id] = attrs.evolve(row, audit_due_at=due)
