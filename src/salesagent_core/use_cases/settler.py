"""Settles an attempt at sending and all that follows from it.

An attempt, its draft, its slot and its audit event always change in one transaction.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Draft, move
from salesagent_core.domain.sending.attempt import (
    DRAFT_STATUS,
    HOLDS_SLOT,
    AttemptStatus,
    SendAttempt,
    SentRecord,
    advance,
    sent_outside,
)
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.mail_sender import SentMail
from salesagent_core.ports.unit_of_work import SendingTransaction
from salesagent_core.use_cases.ask_gate import slot_keys

SYSTEM = "system"
MAILBOX = "mailbox"
"""The actor when a person did something in the mail program: we cannot tell which person."""

Detail = tuple[tuple[str, str], ...]


class Settler:
    """Moves an attempt, and all that follows from it, in the caller's transaction."""

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids

    async def move(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft | None,
        to: AttemptStatus,
        now: datetime,
        *,
        actor: str = SYSTEM,
        detail: Detail = (),
        due_at: datetime | None = None,
    ) -> SendAttempt:
        """The attempt in its new state; draft, slot and audit trail with it.

        Raises:
            LeaseLost: the attempt has another token by now; nothing was written.
            Conflict: there is no such transition.
        """
        moved = await tx.sends.save(attrs.evolve(advance(attempt, to, now), due_at=due_at))
        status = DRAFT_STATUS.get(to)
        if draft is not None and status is not None and draft.status is not status:
            await tx.drafts.save(move(draft, status, now))
        if to not in HOLDS_SLOT and to is not AttemptStatus.SENT:
            await tx.sends.free(attempt.id)
        await self.audit(tx, moved, f"send.{to.value}", now, actor=actor, detail=detail)
        return moved

    async def sent(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        draft: Draft | None,
        mail: SentMail,
        now: datetime,
        *,
        by_human: bool = False,
    ) -> SendAttempt:
        """It went out as this mail; its slot runs out with the windows from now on."""
        record = sent_record(mail, by_human=by_human)
        known = attrs.evolve(attempt, sent=record)
        actor = MAILBOX if by_human else SYSTEM
        if by_human and draft is not None:
            await tx.drafts.save(sent_outside(draft, now))
        moved = await self.move(
            tx,
            known,
            None if by_human else draft,
            AttemptStatus.SENT,
            now,
            actor=actor,
            detail=(("message", mail.message_id),),
        )
        if by_human and draft is not None:
            await tx.sends.take(attempt.id, slot_keys(draft))
        await tx.sends.settle(attempt.id, now)
        return moved

    async def sent_by_human(
        self, tx: SendingTransaction, draft: Draft, mail: SentMail, now: datetime
    ) -> None:
        """Record that a person sent the draft in the mailbox, with or without an attempt."""
        attempts = await tx.sends.of_draft(draft.id, lock=True)
        mine = [each for each in attempts if each.content_hash == draft.revision.content_hash]
        if any(each.status is AttemptStatus.SENT for each in attempts):
            return
        if mine:
            await self.sent(tx, mine[0], draft, mail, now, by_human=True)
            return
        attempt = new_attempt(
            draft, self._ids.new(), now, asked_by=MAILBOX, status=AttemptStatus.SENT
        )
        attempt = attrs.evolve(attempt, sent=sent_record(mail, by_human=True))
        await tx.sends.add(attempt)
        await tx.sends.take(attempt.id, slot_keys(draft))
        await tx.sends.settle(attempt.id, now)
        await tx.drafts.save(sent_outside(draft, now))
        detail = (("message", mail.message_id),)
        await self.audit(tx, attempt, "send.sent", now, actor=MAILBOX, detail=detail)

    async def cancel_scheduled(
        self, tx: SendingTransaction, draft: Draft, now: datetime, *, actor: str, why: str
    ) -> None:
        """Nothing of this draft is scheduled any more; the draft itself is left as it is."""
        for attempt in await tx.sends.of_draft(draft.id, lock=True):
            if attempt.status is AttemptStatus.SCHEDULED:
                await self.move(
                    tx,
                    attempt,
                    None,
                    AttemptStatus.CANCELLED,
                    now,
                    actor=actor,
                    detail=(("why", why),),
                )

    async def audit(
        self,
        tx: SendingTransaction,
        attempt: SendAttempt,
        action: str,
        now: datetime,
        *,
        actor: str = SYSTEM,
        detail: Detail = (),
    ) -> None:
        """One event about the attempt's draft."""
        await self.note(
            tx,
            attempt.tenant_id,
            action,
            attempt.draft_id,
            now,
            actor,
            (("send", attempt.id), *detail),
        )

    async def note(
        self,
        tx: SendingTransaction,
        tenant_id: TenantId,
        action: str,
        draft_id: str,
        now: datetime,
        actor: str = SYSTEM,
        detail: Detail = (),
    ) -> None:
        """One event about a draft."""
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=now,
                actor=actor,
                action=action,
                subject_kind="draft",
                subject_id=draft_id,
                detail=detail,
            )
        )


def new_attempt(
    draft: Draft,
    attempt_id: str,
    now: datetime,
    *,
    asked_by: str,
    status: AttemptStatus = AttemptStatus.SCHEDULED,
    automatic: bool = False,
    due_at: datetime | None = None,
) -> SendAttempt:
    """The first attempt at the draft's current revision. The draft is in the mailbox."""
    assert draft.in_mailbox is not None, "only what the mailbox holds can be sent"
    return SendAttempt(
        id=attempt_id,
        tenant_id=draft.tenant_id,
        draft_id=draft.id,
        content_hash=draft.revision.content_hash,
        mailbox=draft.mailbox,
        mailbox_draft_id=draft.in_mailbox.draft_id,
        thread_id=draft.in_mailbox.thread_id,
        key=draft_key(draft.run_id),
        status=status,
        asked_by=asked_by,
        created_at=now,
        updated_at=now,
        automatic=automatic,
        due_at=due_at,
        run_id=draft.run_id,
    )


def sent_record(mail: SentMail, *, by_human: bool = False) -> SentRecord:
    """What we keep of a sent mail."""
    return SentRecord(
        message_id=mail.message_id,
        thread_id=mail.thread_id,
        rfc822_id=mail.rfc822_id,
        sent_at=mail.sent_at,
        by_human=by_human,
    )
