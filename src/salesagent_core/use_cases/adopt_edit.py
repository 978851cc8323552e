"""What becomes of a draft that a person edited in the mailbox."""

from __future__ import annotations

from datetime import datetime

import attrs

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
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import InvalidInput
from salesagent_core.ports.mail_sender import HeldDraft
from salesagent_core.use_cases.check_edit import check_edit
from salesagent_core.use_cases.settler import MAILBOX


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
    claims, findings = check_edit(draft, subject, body, voice=voice, tenant=tenant)
    revision = Revision(
        number=draft.revision.number + 1,
        subject=subject,
        body=body,
        content_hash=digest,
        author=Author.OPERATOR,
        author_id=MAILBOX,
        created_at=now,
        claims=claims,
        findings=findings,
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
