"""What the API answers of drafts, field by field: OpenAPI documents exactly these classes."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.approval import Decision, DecisionInput, Verdict
from salesagent_core.domain.conversation import Conversation, Mail
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.evidence import Source
from salesagent_core.domain.icp import Fit
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.run import Degradation, JournalEntry
from salesagent_core.errors import Reason
from salesagent_core.use_cases.queries import DraftView, QueueItem


@attrs.frozen(kw_only=True)
class DecisionAnswer:
    """What was decided, by whom, why, and what the decision saw. ``vetoes`` are those of the
    reasons that no rule overrides; ``shadow_verdict`` is what a rule in shadow would have said."""

    id: str
    content_hash: str
    verdict: Verdict
    by: str
    at: datetime
    rule: str | None
    confidence: float | None
    reasons: tuple[Reason, ...]
    inputs: tuple[DecisionInput, ...]
    vetoes: tuple[Reason, ...] = ()
    shadow_verdict: Verdict | None = None


@attrs.frozen(kw_only=True)
class DraftRow:
    """A draft as a list shows it. ``aps`` is its priority now, 0..100; ``verdict`` and
    ``reasons`` are those of the latest decision."""

    id: str
    status: DraftStatus
    content_hash: str
    revision: int
    to: str
    name: str
    company: str | None
    subject: str
    tier: str
    fit: float
    aps: float
    aps_parts: tuple[Reason, ...]
    degraded: tuple[Degradation, ...]
    verdict: Verdict | None
    reasons: tuple[Reason, ...]
    submitted_at: datetime
    created_at: datetime
    expires_at: datetime


@attrs.frozen(kw_only=True)
class MailAnswer:
    """One mail of the thread that the draft answers."""

    sender: str
    subject: str
    text: str
    sent_at: datetime
    direction: str
    automatic: bool


@attrs.frozen(kw_only=True)
class DraftAnswer:
    """A draft with its text, claims, sources, findings, reasons, thread and history."""

    id: str
    run_id: str
    submission_id: str
    status: DraftStatus
    mailbox: str
    in_mailbox: bool
    content_hash: str
    revision: Revision
    revisions: tuple[Revision, ...]
    lead: Lead
    fit: Fit
    aps: float
    aps_parts: tuple[Reason, ...]
    priority: Priority
    plan: NextStep
    sources: tuple[Source, ...]
    degraded: tuple[Degradation, ...]
    thread: tuple[MailAnswer, ...]
    decisions: tuple[DecisionAnswer, ...]
    submitted_at: datetime
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


@attrs.frozen(kw_only=True)
class DecidedAnswer:
    """A draft after an operator acted on it. ``sent`` is false: approving sends nothing yet.

    In SEND mode ``send_at`` is when it goes out unless it is taken back before; null, with every
    reason in ``refused``, where it may not go (``may_go_at``: when it may, null for never).
    """

    id: str
    status: DraftStatus
    content_hash: str
    revision: int
    sent: bool = False
    send_at: datetime | None = None
    refused: tuple[Reason, ...] = ()
    may_go_at: datetime | None = None


@attrs.frozen(kw_only=True)
class RegeneratingAnswer:
    """Another version was asked for; a worker writes it, and ``task_id`` tells when."""

    status: str
    draft_id: str
    task_id: str


def draft_row(item: QueueItem) -> DraftRow:
    """A draft as a row, with its score and its latest decision."""
    draft, decision = item.draft, item.decision
    return DraftRow(
        id=draft.id,
        status=draft.status,
        content_hash=draft.revision.content_hash,
        revision=draft.revision.number,
        to=draft.lead.person.email,
        name=draft.lead.person.full_name,
        company=draft.lead.company.name,
        subject=draft.revision.subject,
        tier=draft.fit.tier.value,
        fit=draft.fit.score,
        aps=item.aps,
        aps_parts=item.parts,
        degraded=draft.degraded,
        verdict=decision.verdict if decision else None,
        reasons=decision.reasons if decision else (),
        submitted_at=draft.submitted_at,
        created_at=draft.created_at,
        expires_at=draft.expires_at,
    )


def draft_answer(reading: DraftView) -> DraftAnswer:
    """The draft with everything beside it."""
    draft = reading.detail.draft
    return DraftAnswer(
        id=draft.id,
        run_id=draft.run_id,
        submission_id=draft.submission_id,
        status=draft.status,
        mailbox=draft.mailbox,
        in_mailbox=draft.in_mailbox is not None and not draft.mailbox_is_behind,
        content_hash=draft.revision.content_hash,
        revision=draft.revision,
        revisions=reading.detail.revisions,
        lead=draft.lead,
        fit=draft.fit,
        aps=reading.aps,
        aps_parts=reading.parts,
        priority=draft.priority,
        plan=draft.plan,
        sources=draft.sources,
        degraded=draft.degraded,
        thread=tuple(_mail(mail) for mail in thread_of(reading.detail.entries).mails),
        decisions=tuple(_decision(one) for one in reading.detail.decisions),
        submitted_at=draft.submitted_at,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        expires_at=draft.expires_at,
    )


def decided(draft: Draft) -> DecidedAnswer:
    """The draft after a decision or an edit."""
    return DecidedAnswer(
        id=draft.id,
        status=draft.status,
        content_hash=draft.revision.content_hash,
        revision=draft.revision.number,
    )


def thread_of(entries: tuple[JournalEntry, ...]) -> Conversation:
    """The thread that was read for the draft; empty when there is none."""
    results = (entry.result for entry in entries if entry.step == "read_thread")
    return next((one for one in results if isinstance(one, Conversation)), Conversation())


def _mail(mail: Mail) -> MailAnswer:
    return MailAnswer(
        sender=mail.sender,
        subject=mail.subject,
        text=mail.text,
        sent_at=mail.sent_at,
        direction=mail.direction.value,
        automatic=mail.automatic,
    )


def _decision(decision: Decision) -> DecisionAnswer:
    return DecisionAnswer(
        id=decision.id,
        content_hash=decision.content_hash,
        verdict=decision.verdict,
        by=decision.by,
        at=decision.at,
        rule=decision.rule,
        confidence=decision.confidence,
        reasons=decision.reasons,
        inputs=decision.inputs,
        vetoes=decision.vetoes,
        shadow_verdict=decision.shadow_verdict,
    )
