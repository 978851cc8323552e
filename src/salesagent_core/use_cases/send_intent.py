"""The intent to send one approved revision: who may, when, and whose place in the limits it takes.

Everything here happens in the caller's transaction, which holds the draft's row.
"""

from __future__ import annotations

from datetime import timedelta

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, move
from salesagent_core.domain.sending.attempt import UNDO, AttemptStatus, SendAttempt
from salesagent_core.domain.sending.gate import (
    OUTSIDE_WINDOW,
    GateVerdict,
    SendMode,
    SendPermission,
    SendRefused,
    effective_mode,
)
from salesagent_core.errors import Conflict
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import SendingTransaction
from salesagent_core.use_cases.ask_gate import ask_gate, slot_keys
from salesagent_core.use_cases.settler import Settler, new_attempt

_ANEW = frozenset({AttemptStatus.CANCELLED, AttemptStatus.FAILED})


class SendIntent:
    """Step 1 of a send. Whether it still may go is asked again right before it goes."""

    def __init__(
        self, *, tenants: TenantDirectory, permission: SendPermission, ids: IdSource
    ) -> None:
        self._tenants = tenants
        self._permission = permission
        self._ids = ids
        self._settler = Settler(ids)

    async def on_approval(
        self,
        tx: SendingTransaction,
        draft: Draft,
        *,
        by: str,
        delay: timedelta = UNDO,
        automatic: bool = False,
    ) -> SendAttempt | None:
        """As ``intend``, inside the transaction that approves; what the gate refuses stays
        approved and is noted, so that an approval never fails because of it."""
        state = await tx.switches.state()
        if effective_mode(self._permission, state, draft.tenant_id) is SendMode.DRAFT_ONLY:
            return None
        try:
            return await self.intend(tx, draft, by=by, delay=delay, automatic=automatic)
        except SendRefused as refused:
            codes = ",".join(reason.code for reason in refused.reasons)
        except Conflict:
            codes = "not_ready"
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
        verdict = await self.ask(tx, draft, automatic=automatic, besides=besides, lock=True)
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

    async def ask(
        self,
        tx: SendingTransaction,
        draft: Draft,
        *,
        automatic: bool,
        besides: str | None,
        lock: bool,
    ) -> GateVerdict:
        """What the gate says at this moment; ``lock`` as for ``ask_gate``."""
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
