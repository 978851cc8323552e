"""What must happen between a restore and the first mail: nothing goes out twice.

The database is what it was at the snapshot; the mailboxes went on. So whatever was approved goes
back to review with a mark, and every open draft is compared with its mailbox: what was sent in
the meantime is recorded as sent. Only then may sending be resumed. Done twice it does no harm.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.sending.attempt import after_restore
from salesagent_core.errors import Conflict, NotFound, SalesAgentError
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.send_ledger import ClaimedAudit, SentAudits
from salesagent_core.ports.send_switches import EVERY_TENANT
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.use_cases.audit_sent import AuditSent
from salesagent_core.use_cases.settler import Settler

log = logging.getLogger(__name__)

BATCH = 20
CANCELLED_BECAUSE = "restored_from_backup"


@attrs.frozen(kw_only=True)
class Compared:
    """How many open drafts there were, how many of them went back to review, turned out to be
    sent, and could not be compared. ``complete``: sending may be resumed."""

    drafts: int
    back_in_review: int
    found_sent: int
    not_compared: int
    complete: bool


@attrs.define
class _Tally:
    back: int = 0
    sent: int = 0
    failed: int = 0


class AfterRestore:
    """Level-triggered: looks at what is open now."""

    def __init__(
        self, *, audits: SentAudits, audit: AuditSent, work: SendingWork, ids: IdSource
    ) -> None:
        self._audits = audits
        self._audit = audit
        self._work = work
        self._settler = Settler(ids)
        self._ids = ids

    async def __call__(self, *, who: str, anyway: str | None = None) -> Compared:
        """Compare everything that is open. ``anyway`` is why sending may be resumed although some
        drafts could not be compared; their own comparison before each send stands all the same.

        Raises:
            Conflict: this database did not come from a backup. Unavailable
        """
        async with self._work.begin(EVERY_TENANT) as tx:
            if (await tx.switches.state()).restored is None:
                raise Conflict("this database did not come from a backup")
        found, tally = await self._audits.open(), _Tally()
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            await asyncio.gather(*(self._back(*each, tally) for each in some))
            await self._compare([draft_id for _, draft_id in some], tally)
        complete = tally.failed == 0 or anyway is not None
        if complete:
            await self._conclude(who, anyway, tally)
        return Compared(
            drafts=len(found),
            back_in_review=tally.back,
            found_sent=tally.sent,
            not_compared=tally.failed,
            complete=complete,
        )

    async def _back(self, tenant_id: TenantId, draft_id: DraftId, tally: _Tally) -> None:
        async with self._work.begin(tenant_id) as tx:
            try:
                draft = await tx.drafts.get(draft_id, lock=True)
            except NotFound:
                return
            restored = (await tx.switches.state()).restored
            if restored is None or not restored.may_have_answered(draft.submitted_at):
                return
            if draft.status not in (DraftStatus.APPROVED, DraftStatus.PENDING_APPROVAL):
                return
            now = await tx.sends.now()
            await self._settler.cancel_scheduled(
                tx, draft, now, actor="system", why=CANCELLED_BECAUSE
            )
            marked = after_restore(draft, now)
            if marked is draft:
                return
            await tx.drafts.save(marked)
            if draft.status is DraftStatus.APPROVED:
                tally.back += 1
                await self._settler.note(tx, tenant_id, "draft.before_restore", draft_id, now)

    async def _compare(self, draft_ids: Sequence[DraftId], tally: _Tally) -> None:
        claimed = await self._audits.claim(draft_ids, len(draft_ids))
        tally.failed += len(draft_ids) - len(claimed)
        await asyncio.gather(*(self._one(each, tally) for each in claimed))

    async def _one(self, claimed: ClaimedAudit, tally: _Tally) -> None:
        draft = claimed.draft
        try:
            again_in = await self._audit.compare(draft)
        except SalesAgentError as error:
            log.warning("draft %s was not compared: %s", draft.id, type(error).__name__)
            tally.failed += 1
            return
        await self._audits.done(claimed, again_in)
        sent = await self._is_sent(draft)
        tally.sent += sent

    async def _is_sent(self, draft: Draft) -> bool:
        async with self._work.begin(draft.tenant_id) as tx:
            try:
                return (await tx.drafts.get(draft.id)).status is DraftStatus.SENT
            except NotFound:
                return False

    async def _conclude(self, who: str, anyway: str | None, tally: _Tally) -> None:
        async with self._work.begin(EVERY_TENANT) as tx:
            restored = (await tx.switches.state()).restored
            assert restored is not None, "the mark is never taken away"
            if restored.compared:
                return
            await tx.switches.set_restored(attrs.evolve(restored, compared=True), who)
            await self._note(tx, who, anyway, tally)

    async def _note(
        self, tx: SendingTransaction, who: str, anyway: str | None, tally: _Tally
    ) -> None:
        detail = [("found_sent", str(tally.sent)), ("not_compared", str(tally.failed))]
        if anyway:
            detail.append(("why", anyway))
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=EVERY_TENANT,
                at=await tx.sends.now(),
                actor=who,
                action="system.compared",
                subject_kind="tenant",
                subject_id=EVERY_TENANT,
                detail=tuple(detail),
            )
        )
