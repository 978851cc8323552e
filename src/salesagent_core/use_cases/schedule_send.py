"""From an approval to an attempt that a worker may take up: the intent, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, move, require_current
from salesagent_core.domain.sending.attempt import SendAttempt, SentRecord
from salesagent_core.domain.sending.gate import GateVerdict, SendPermission
from salesagent_core.errors import Conflict, Unavailable
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingWork
from salesagent_core.use_cases.send_intent import SendIntent
from salesagent_core.use_cases.settler import Settler

NO_DELAY = timedelta(0)


@attrs.frozen(kw_only=True)
class SendView:
    """How things stand with sending one draft."""

    verdict: GateVerdict
    attempt: SendAttempt | None


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
        self._queue = queue
        self.intent = SendIntent(tenants=tenants, permission=permission, ids=ids)
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
            attempt = await self.intent.intend(tx, draft, by=operator, delay=delay)
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

    async def preview(self, tenant_id: TenantId, draft_id: DraftId) -> SendView:
        """What the gate says of the draft's current revision at this moment, for an operator, and
        the attempt at that revision where there is one.

        Raises:
            NotFound: no such draft.
        """
        async with self._work.begin(tenant_id) as tx:
            draft = await tx.drafts.get(draft_id)
            attempts = await tx.sends.of_draft(draft_id)
            own = next((each.id for each in attempts if each.sent is None), None)
            verdict = await self.intent.ask(tx, draft, automatic=False, besides=own, lock=False)
        current = draft.revision.content_hash
        mine = next((each for each in attempts if each.content_hash == current), None)
        return SendView(verdict=verdict, attempt=mine)

    async def sent(self, tenant_id: TenantId, draft_id: DraftId) -> SentRecord | None:
        """What went out of this draft; None where nothing did, or a person says that it did."""
        async with self._work.begin(tenant_id) as tx:
            attempts = await tx.sends.of_draft(draft_id)
        return next((each.sent for each in attempts if each.sent is not None), None)

    async def _ring(self, attempt: SendAttempt) -> None:
        try:
            await self._queue.ring(Topic.SEND, [attempt.id])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return
