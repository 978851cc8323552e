"""An outcome and all that follows from it, in one transaction of the caller's.

What follows: whoever opts out or cannot be reached goes on the do-not-contact list at once, trust
that did harm is lost, a welcome mail that a person approved makes its recipient an approved one.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.autonomy import Harm
from salesagent_core.domain.outcomes.outcome import (
    POSITIVE,
    Outcome,
    OutcomeSource,
    OutcomeType,
    event_key,
)
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.unit_of_work import OutcomeTransaction
from salesagent_core.use_cases.earned_trust import SYSTEM, EarnedTrust

HARMS = {
    OutcomeType.EMAIL_BOUNCED: Harm.BOUNCE,
    OutcomeType.EMAIL_UNSUBSCRIBED: Harm.UNSUBSCRIBE,
    OutcomeType.NEGATIVE_RESPONSE: Harm.NEGATIVE_REPLY,
}

FROM_LIST = {
    SuppressionReason.UNSUBSCRIBED: OutcomeType.EMAIL_UNSUBSCRIBED,
    SuppressionReason.REPLIED_STOP: OutcomeType.EMAIL_UNSUBSCRIBED,
    SuppressionReason.COMPLAINED: OutcomeType.EMAIL_UNSUBSCRIBED,
    SuppressionReason.BOUNCED: OutcomeType.EMAIL_BOUNCED,
}
"""What going on the do-not-contact list says about the last mail to that person."""


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened. ``object_id`` is the id of the mail, meeting, deal or draft that
    it happened to, so that it is recorded once; ``final``: a bounce that will stay one."""

    type: OutcomeType
    object_id: str
    email: str
    at: datetime
    source: OutcomeSource
    confidence: float = 1.0
    draft_id: DraftId | None = None
    intent: str | None = None
    final: bool = False
    by: str | None = None
    note: str | None = None


class OutcomeRecorder:
    """Used by everything that notices an outcome."""

    def __init__(self, *, ids: IdSource, trust: EarnedTrust) -> None:
        self._ids = ids
        self._trust = trust

    async def record(
        self, tx: OutcomeTransaction, tenant_id: TenantId, event: Event
    ) -> Outcome | None:
        """Record the event with its consequences; None when it is recorded already."""
        now = await tx.sends.now()
        listed = await self._suppress(tx, tenant_id, event, now)
        if listed is not None and event.type is OutcomeType.EMAIL_UNSUBSCRIBED:
            # Who clicks the link and then also writes "stop" has opted out once.
            event = attrs.evolve(event, object_id=listed.id)
        outcome = await self._add(tx, tenant_id, event, now)
        if outcome is None:
            return None
        harm = HARMS.get(event.type)
        if harm is not None and event.draft_id is not None:
            await self._trust.on_harm(tx, tenant_id, event.draft_id, harm, event.email)
        if event.type in POSITIVE and event.draft_id is not None:
            await self._welcome(tx, tenant_id, event.draft_id, event.type)
        return outcome

    async def on_suppressed(
        self, tx: OutcomeTransaction, tenant_id: TenantId, entry: Suppression
    ) -> None:
        """Somebody went on the do-not-contact list by another way: that is an outcome of the last
        mail to them, if there was one. Trust has been dealt with by the caller."""
        kind = FROM_LIST.get(entry.reason)
        if kind is None or entry.address is None:
            return
        draft_id = await tx.trust.last_mail_to(entry.address)
        if draft_id is None:
            return
        # People unsubscribe by themselves; anything else was put on the list by somebody of ours.
        own = entry.reason is SuppressionReason.UNSUBSCRIBED
        event = Event(
            type=kind,
            object_id=entry.id,
            email=entry.address,
            at=entry.created_at,
            source=OutcomeSource.MAILBOX if own else OutcomeSource.OPERATOR,
            draft_id=draft_id,
        )
        await self._add(tx, tenant_id, event, await tx.sends.now())

    async def _add(
        self, tx: OutcomeTransaction, tenant_id: TenantId, event: Event, now: datetime
    ) -> Outcome | None:
        outcome = Outcome(
            id=self._ids.new(),
            key=event_key(event.type, event.object_id, event.at),
            type=event.type,
            email=fold_alias(event.email),
            occurred_at=event.at,
            recorded_at=now,
            source=event.source,
            confidence=event.confidence,
            draft_id=event.draft_id,
            intent=event.intent,
            by=event.by,
            note=event.note,
        )
        if not await tx.outcomes.add(outcome):
            return None
        detail = [("outcome", outcome.id), ("source", event.source.value)]
        if event.intent is not None:
            detail.append(("intent", event.intent))
        subject = ("draft", event.draft_id) if event.draft_id else ("outcome", outcome.id)
        action = f"outcome.{event.type.value}"
        await self._audit(tx, tenant_id, action, subject, now, event.by or SYSTEM, tuple(detail))
        return outcome

    async def _suppress(
        self, tx: OutcomeTransaction, tenant_id: TenantId, event: Event, now: datetime
    ) -> Suppression | None:
        reason = _reason(event)
        if reason is None:
            return None
        entry = Suppression(
            id=self._ids.new(),
            reason=reason,
            created_at=now,
            address=fold_alias(event.email),
            source=event.source.value,
        )
        by = event.by or SYSTEM
        stored = await tx.suppressions.add(entry, by)
        if stored.id == entry.id:
            detail = (("reason", reason.value),)
            subject = ("suppression", entry.id)
            await self._audit(tx, tenant_id, "suppression.added", subject, now, by, detail)
        return stored

    async def _welcome(
        self, tx: OutcomeTransaction, tenant_id: TenantId, draft_id: DraftId, kind: OutcomeType
    ) -> None:
        try:
            await self._trust.on_good_outcome(tx, tenant_id, draft_id, kind.value)
        except NotFound:
            # The draft was erased meanwhile; what happened happened all the same.
            return

    async def _audit(
        self,
        tx: OutcomeTransaction,
        tenant_id: TenantId,
        action: str,
        subject: tuple[str, str],
        at: datetime,
        by: str,
        detail: tuple[tuple[str, str], ...],
    ) -> None:
        kind, name = subject
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=at,
                actor=by,
                action=action,
                subject_kind=kind,
                subject_id=name,
                detail=detail,
            )
        )


def _reason(event: Event) -> SuppressionReason | None:
    if event.type is OutcomeType.EMAIL_UNSUBSCRIBED:
        by_hand = event.source is OutcomeSource.OPERATOR
        return SuppressionReason.UNSUBSCRIBED if by_hand else SuppressionReason.REPLIED_STOP
    if event.type is OutcomeType.EMAIL_BOUNCED and event.final:
        return SuppressionReason.BOUNCED
    return None
