"""From an approval to an attempt that a worker may take up: the intent, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, move, require_current
from salesagent_core.domain.send_gate import (
    OUTSIDE_WINDOW,
    GateVerdict,
    SendMode,
    SendPermission,
    SendRefused,
    effective_mode,
)
from salesagent_core.domain.sending import AttemptStatus, SendAttempt
from salesagent_core.errors import Conflict, Unavailable
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction, SendingWork
from salesagent_core.use_cases.send_parts import Settler, ask_gate, new_attempt, slot_keys

_ANEW = frozenset({AttemptStatus.CANCELLED, AttemptStatus.FAILED})
NO_DELAY = timedelta(0)


class ScheduleSend:
    """One transaction: the attempt, its place in the limits, and the audit event."""

    def __init__(
        self,
        *,
        work: SendingWork,
        tenants: TenantDirectory,
        permission: SendPermission,
        queue: JobQueue,
        ids: IdSource,
    ) -> None:
        self._work = work
        self._tenants = tenants
        self._permission = permission
        self._queue = queue
        self._ids = ids
        self._settler = Settler(ids)

    async def __call__(
        self,
        tenant_id: TenantId,
        draft_id: DraftId,
        *,
        content_hash: str,
        operator: str,
        delay: timedelta,
    ) -> SendAttempt:
        """Schedule the approved revision that was shown, ``delay`` from now.

        Asked again while it is scheduled, it answers with the attempt there is, at the sooner of
        the two times. A draft whose send failed is approved again by being sent.

        Raises:
            NotFound: no such draft. Conflict: stale revision, not approved, under way, or sent.
            SendRefused: with every reason, and when it may go.
        """
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            require_current(draft, content_hash)
            attempt = await self.intend(tx, draft, by=operator, delay=delay)
        if delay <= NO_DELAY:
            await self._ring(attempt)
        return attempt

    async def send_now(
        self, tenant_id: TenantId, draft_id: DraftId, *, content_hash: str, operator: str
    ) -> SendAttempt:
        """As the call itself, without a delay: the undo is given up.

        Raises:
            NotFound, Conflict, SendRefused
        """
        return await self(
            tenant_id, draft_id, content_hash=content_hash, operator=operator, delay=NO_DELAY
        )

    async def cancel(self, tenant_id: TenantId, draft_id: DraftId, *, operator: str) -> Draft:
        """Take the approval back: the draft is in review again and nothing of it is scheduled.

        Raises:
            NotFound: no such draft. Conflict: the send started, or there is nothing to take back.
        """
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id, lock=True)
            if draft.status is not DraftStatus.APPROVED:
                raise Conflict(f"a draft that is {draft.status.value} cannot be taken back")
            now = await tx.sends.now()
            await self._settler.cancel_scheduled(tx, draft, now, actor=operator, why="undone")
            back = move(draft, DraftStatus.PENDING_APPROVAL, now)
            await tx.drafts.save(back)
            await self._settler.note(tx, tenant_id, "draft.undone", draft_id, now, operator)
        return back

    async def preview(self, tenant_id: TenantId, draft_id: DraftId) -> GateVerdict:
        """What the gate says of the draft's current revision at this moment, for an operator.

        Raises:
            NotFound: no such draft.
        """
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id)
            attempts = await tx.sends.of_draft(draft_id)
            own = next((each.id for each in attempts if each.sent is None), None)
            return await self._ask(tx, draft, automatic=False, besides=own, lock=False)

    async def on_approval(
        self,
        tx: SendingTransaction,
        draft: Draft,
        *,
        by: str,
        delay: timedelta,
        automatic: bool = False,
    ) -> SendAttempt | None:
        """As ``intend``, inside the transaction that approves; what the gate refuses stays
        approved and is noted, so that an approval never fails because of it."""
        state = await tx.switches.state()
        if effective_mode(self._permission, state) is SendMode.DRAFT_ONLY:
            return None
        try:
            return await self.intend(tx, draft, by=by, delay=delay, automatic=automatic)
        except SendRefused as refused:
            codes = ",".join(reason.code for reason in refused.reasons)
            now = await tx.sends.now()
            await self._settler.note(
                tx, draft.tenant_id, "send.refused", draft.id, now, by, (("codes", codes),)
            )
            return None

    async def intend(
        self,
        tx: SendingTransaction,
        draft: Draft,
        *,
        by: str,
        delay: timedelta,
        automatic: bool = False,
    ) -> SendAttempt:
        """The intent in the caller's transaction, which holds the draft's row.

        Raises:
            Conflict, SendRefused: as the call itself.
        """
        attempts = await tx.sends.of_draft(draft.id, lock=True)
        mine = next(
            (each for each in attempts if each.content_hash == draft.revision.content_hash), None
        )
        if mine is not None and mine.status is AttemptStatus.SCHEDULED:
            return await self._sooner(tx, mine, delay)
        if mine is not None and mine.status not in _ANEW:
            raise Conflict(f"the send of this revision is {mine.status.value} already")
        draft = await self._approved(tx, draft)
        besides = mine.id if mine else None
        verdict = await self._ask(tx, draft, automatic=automatic, besides=besides, lock=True)
        now = await tx.sends.now()
        due = now + delay
        if not verdict.allowed:
            if {reason.code for reason in verdict.reasons} != {OUTSIDE_WINDOW}:
                raise SendRefused(verdict)
            due = max(due, verdict.may_go_at or due)
        await self._settler.cancel_scheduled(tx, draft, now, actor=by, why="another revision")
        if mine is None:
            attempt = new_attempt(
                draft, self._ids.new(), now, asked_by=by, automatic=automatic, due_at=due
            )
            await tx.sends.add(attempt)
            await self._settler.audit(tx, attempt, "send.scheduled", now, actor=by)
        else:
            fresh = new_attempt(draft, mine.id, now, asked_by=by, automatic=automatic)
            # The mailbox may hold it under another id by now; the failures before are history.
            again = attrs.evolve(
                fresh, token=mine.token, status=mine.status, created_at=mine.created_at
            )
            attempt = await self._settler.move(
                tx, again, None, AttemptStatus.SCHEDULED, now, actor=by, due_at=due
            )
        await tx.sends.take(attempt.id, slot_keys(draft))
        return attempt

    async def _approved(self, tx: SendingTransaction, draft: Draft) -> Draft:
        if draft.status is DraftStatus.SEND_FAILED:
            draft = move(draft, DraftStatus.APPROVED, await tx.sends.now())
            await tx.drafts.save(draft)
        if draft.status is not DraftStatus.APPROVED:
            raise Conflict(f"a draft that is {draft.status.value} cannot be sent")
        if draft.in_mailbox is None:
            raise Conflict("the mailbox does not hold this draft yet")
        return draft

    async def _sooner(
        self, tx: SendingTransaction, attempt: SendAttempt, delay: timedelta
    ) -> SendAttempt:
        due = await tx.sends.now() + delay
        if attempt.due_at is not None and attempt.due_at <= due:
            return attempt
        return await tx.sends.save(attrs.evolve(attempt, due_at=due))

    async def _ask(
        self,
        tx: SendingTransaction,
        draft: Draft,
        *,
        automatic: bool,
        besides: str | None,
        lock: bool,
    ) -> GateVerdict:
        tenant = await self._tenants.get(draft.tenant_id)
        return await ask_gate(
            tx,
            draft,
            tenant=tenant,
            permission=self._permission,
            switches=await tx.switches.state(),
            automatic=automatic,
            besides=besides,
            lock=lock,
        )

    async def _ring(self, attempt: SendAttempt) -> None:
        try:
            await self._queue.ring(Topic.SEND, [attempt.id])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return
