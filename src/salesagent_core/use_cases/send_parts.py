"""What every part of sending does alike: ask the gate, settle an attempt, read the mailbox.

An attempt, its draft, its slot and its audit event always change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.autonomy import Segment, Stage
from salesagent_core.domain.checking import check_text, moved_claims
from salesagent_core.domain.draft import (
    Author,
    Draft,
    DraftStatus,
    Revision,
    checked_text,
    content_hash,
    move,
    revise,
)
from salesagent_core.domain.finding import INBOUND_PART
from salesagent_core.domain.message import draft_key
from salesagent_core.domain.recipients import company_key
from salesagent_core.domain.send_gate import (
    GateFacts,
    GateVerdict,
    SendPermission,
    SwitchState,
    judge_send,
)
from salesagent_core.domain.sending import (
    DRAFT_STATUS,
    HOLDS_SLOT,
    AttemptStatus,
    SendAttempt,
    SentRecord,
    advance,
    same_text,
    sent_outside,
)
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.time_zones import zone_for
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.mail_sender import HeldDraft, HistoryExpired, MailSender, SentMail
from salesagent_core.ports.send_ledger import SlotKeys
from salesagent_core.ports.unit_of_work import SendingTransaction

SYSTEM = "system"
MAILBOX = "mailbox"
"""The actor when a person did something in the mail program: we cannot tell which person."""

Detail = tuple[tuple[str, str], ...]


def slot_keys(draft: Draft) -> SlotKeys:
    """Whose limits this draft counts against."""
    email = draft.lead.person.email
    return SlotKeys(
        contact=fold_alias(email),
        mailbox=draft.mailbox,
        company=company_key(email, draft.lead.company.domain),
    )


async def ask_gate(
    tx: SendingTransaction,
    draft: Draft,
    *,
    tenant: Tenant,
    permission: SendPermission,
    switches: SwitchState,
    automatic: bool,
    besides: str | None = None,
    lock: bool = True,
) -> GateVerdict:
    """Everything the gate needs, read in this transaction, and its verdict for this moment.

    With ``lock`` the limits that were counted are ours until the transaction ends; ``besides`` is
    the attempt whose own slot must not count against it.
    """
    person = draft.lead.person
    usage = await tx.sends.usage(slot_keys(draft), besides=besides, lock=lock)
    return judge_send(
        GateFacts(
            now=usage.counted_at or await tx.sends.now(),
            tenant_id=draft.tenant_id,
            recipient=person.email,
            switches=switches,
            permission=permission,
            usage=usage,
            approved=await _is_approved(tx, draft),
            automatic=automatic,
            trusted=not automatic or await _still_trusted(tx, draft),
            lists=await tx.recipients.judge(person.email),
            suppressions=await tx.suppressions.covering(person.email),
            findings=[each for each in draft.revision.findings if each.part != INBOUND_PART]
            if not automatic
            else draft.revision.findings,
            zone=zone_for(person.country or draft.lead.company.country, person.time_zone)
            or tenant.time_zone,
            hours=draft.hours,
        )
    )


async def _is_approved(tx: SendingTransaction, draft: Draft) -> bool:
    """Whether the last decision about exactly this revision is an approval."""
    decisions = [
        each
        for each in await tx.decisions.of_draft(draft.id)
        if each.content_hash == draft.revision.content_hash
    ]
    return bool(decisions) and decisions[-1].verdict in (Verdict.APPROVED, Verdict.AUTO_APPROVED)


async def _still_trusted(tx: SendingTransaction, draft: Draft) -> bool:
    """Whether the rule that approved it may still act alone. A mail may have waited for its
    window for days; trust that was lost meanwhile is not used up."""
    decisions = await tx.decisions.of_draft(draft.id)
    last = decisions[-1] if decisions else None
    if last is None or last.verdict is not Verdict.AUTO_APPROVED or last.rule is None:
        return True
    return await tx.trust.hold(Segment(tier=draft.fit.tier, rule=last.rule)) is Stage.AUTO


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


async def find_sent(
    sender: MailSender,
    draft: Draft,
    *,
    thread_id: str,
    point: str | None,
) -> SentMail | None:
    """The draft as a SENT mail: in its thread, else in what happened since ``point``.

    Our key in it is proof; so is the exact text to exactly this recipient, where the key was
    lost. An expired history proves nothing.

    Raises:
        Unavailable, RateLimited, NeedsReauth: nobody could look.
    """
    in_thread = await sender.sent_in_thread(draft.tenant_id, draft.mailbox, thread_id)
    return ours_among(draft, in_thread) or await find_since(sender, draft, point)


async def find_since(sender: MailSender, draft: Draft, point: str | None) -> SentMail | None:
    """As ``find_sent``, in what happened since ``point`` only (None: nowhere)."""
    if point is None:
        return None
    try:
        since = await sender.sent_since(draft.tenant_id, draft.mailbox, point)
    except HistoryExpired:
        return None
    return ours_among(draft, since)


def ours_among(draft: Draft, mails: Iterable[SentMail]) -> SentMail | None:
    """The draft among sent mails."""
    key = draft_key(draft.run_id)
    for mail in mails:
        if mail.key == key:
            return mail
        if mail.key is None and same_text(draft, mail.to, mail.subject, mail.text):
            return mail
    return None


def by_hand(mails: Iterable[SentMail]) -> tuple[str, ...]:
    """The ids of those that nobody but a person can have written."""
    return tuple(mail.message_id for mail in mails if mail.key is None)


def answered_meanwhile(draft: Draft, mails: Iterable[SentMail]) -> tuple[str, ...]:
    """The ids of mails that another run of ours sent after this draft's form came in."""
    own = draft_key(draft.run_id)
    found = {
        mail.message_id: None
        for mail in mails
        if mail.key not in (None, own) and mail.sent_at >= draft.submitted_at
    }
    return tuple(found)


def adopt_edit(
    draft: Draft, held: HeldDraft, *, tenant: Tenant, voice: VoiceProfile, now: datetime
) -> Draft:
    """The draft after a person edited it in the mailbox: in review, with their text as a new
    revision, checked like any other. A text that cannot stand in a revision, or another
    recipient, only sends the draft back to review: it is never sent like that.
    """
    email = draft.lead.person.email
    try:
        subject, body = checked_text(held.subject, held.text)
    except InvalidInput:
        return in_review(draft, now)
    digest = content_hash(email, subject, body)
    if digest == draft.revision.content_hash:
        return in_review(draft, now)
    claims = moved_claims(draft.revision.claims, body)
    inbound = tuple(each for each in draft.revision.findings if each.part == INBOUND_PART)
    findings = check_text(
        subject=subject,
        body=body,
        claims=claims,
        sources=draft.sources,
        voice=voice,
        tenant=tenant,
        lead=draft.lead,
        language=draft.plan.language,
    )
    revision = Revision(
        number=draft.revision.number + 1,
        subject=subject,
        body=body,
        content_hash=digest,
        author=Author.OPERATOR,
        author_id=MAILBOX,
        created_at=now,
        claims=claims,
        findings=findings + inbound,
    )
    edited = revise(draft, revision, now)
    # The mailbox holds this text already: nobody writes over what a person wrote.
    handle = edited.in_mailbox and attrs.evolve(
        edited.in_mailbox, content_hash=digest, message_id=held.message_id
    )
    return attrs.evolve(edited, in_mailbox=handle)


def in_review(draft: Draft, now: datetime) -> Draft:
    """An approved draft back before the operator; any other as it is."""
    if draft.status is DraftStatus.APPROVED:
        return move(draft, DraftStatus.PENDING_APPROVAL, now)
    return draft
