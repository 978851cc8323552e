"""The draft: unsent and replaceable, in numbered revisions, each with a content hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from salesagent_core.domain.evidence import Claim, Source
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.icp import Fit
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.run import Degradation
from salesagent_core.domain.spending import ModelUse
from salesagent_core.domain.treatment import Assigned, Hours
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import DraftId, RunId, SubmissionId, TenantId

EXPIRES_AFTER = timedelta(days=14)
NEW_MAIL = Degradation(
    step="read_thread", gap="somebody wrote in this thread after this draft was written"
)
"""The mark of a stale draft; another version of it, which reads the thread anew, takes it off."""
MAX_SUBJECT = 255
MAX_BODY = 20_000


class DraftStatus(StrEnum):
    """See ``TRANSITIONS`` for what may follow what."""

    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    DELIVERY_UNKNOWN = "delivery_unknown"
    NEEDS_OPERATOR = "needs_operator"
    SEND_FAILED = "send_failed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


TRANSITIONS: dict[DraftStatus, frozenset[DraftStatus]] = {
    DraftStatus.PENDING_APPROVAL: frozenset(
        {
            DraftStatus.APPROVED,
            DraftStatus.REJECTED,
            DraftStatus.SUPERSEDED,
            DraftStatus.EXPIRED,
        }
    ),
    # Back to review: new inbound mail, an edit after approval, or an undo.
    DraftStatus.APPROVED: frozenset({DraftStatus.SENDING, DraftStatus.PENDING_APPROVAL}),
    DraftStatus.SENDING: frozenset(
        {
            DraftStatus.SENT,
            DraftStatus.APPROVED,
            DraftStatus.DELIVERY_UNKNOWN,
            DraftStatus.SEND_FAILED,
        }
    ),
    DraftStatus.DELIVERY_UNKNOWN: frozenset(
        {DraftStatus.SENT, DraftStatus.APPROVED, DraftStatus.NEEDS_OPERATOR}
    ),
    DraftStatus.NEEDS_OPERATOR: frozenset({DraftStatus.SENT, DraftStatus.APPROVED}),
    DraftStatus.SEND_FAILED: frozenset({DraftStatus.APPROVED, DraftStatus.PENDING_APPROVAL}),
    DraftStatus.SENT: frozenset(),
    DraftStatus.REJECTED: frozenset(),
    DraftStatus.SUPERSEDED: frozenset(),
    DraftStatus.EXPIRED: frozenset(),
}


class Author(StrEnum):
    """Who wrote a revision."""

    WRITER = "writer"
    OPERATOR = "operator"


@attrs.frozen(kw_only=True)
class Revision:
    """One version of the text. ``content_hash`` is what a decision is bound to; ``use`` what a
    language model took to write it, None where none did."""

    number: int
    subject: str
    body: str
    content_hash: str
    author: Author
    author_id: str
    created_at: datetime
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    instruction: str | None = None
    use: ModelUse | None = None


@attrs.frozen(kw_only=True)
class MailboxDraft:
    """Our handle on the draft in the mailbox: ids there, and the hash of what we put there.

    ``draft_id`` is stable over edits, ``message_id`` is not.
    """

    mailbox: str
    draft_id: str
    message_id: str
    thread_id: str
    content_hash: str


@attrs.frozen(kw_only=True)
class Draft:
    """What the operator reads and decides about.

    ``revision`` is the current one. ``in_mailbox`` is None until the mailbox holds the draft;
    when its hash differs from the revision's, the mailbox is behind and is being brought level.
    ``thread_read`` are the mailbox's ids of the thread's mails that were read for it: another one,
    from their side or written by hand on ours, makes the draft stale. ``snoozed_until``: out of
    the queue until then.
    ``assigned`` are the variants of our tests that it got, ``hours`` when it may go by itself where
    a test says so. ``voice`` names the profile it was written in; ``edit_similarity`` (0..1) is how
    like the writer's last text a person approved it, None before that.
    """

    id: DraftId
    tenant_id: TenantId
    run_id: RunId
    submission_id: SubmissionId
    status: DraftStatus
    lead: Lead
    mailbox: str
    fit: Fit
    priority: Priority
    plan: NextStep
    revision: Revision
    submitted_at: datetime
    created_at: datetime
    updated_at: datetime
    sources: tuple[Source, ...] = ()
    degraded: tuple[Degradation, ...] = ()
    in_mailbox: MailboxDraft | None = None
    thread_read: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
    assigned: tuple[Assigned, ...] = ()
    hours: Hours | None = None
    voice: str | None = None
    edit_similarity: float | None = None

    @property
    def expires_at(self) -> datetime:
        """When an undecided draft leaves the queue by itself."""
        return self.created_at + EXPIRES_AFTER

    @property
    def mailbox_is_behind(self) -> bool:
        """True when the mailbox holds another text than the current revision."""
        return (
            self.in_mailbox is not None
            and self.in_mailbox.content_hash != self.revision.content_hash
        )


def content_hash(to: str, subject: str, body: str) -> str:
    """SHA-256 over recipient, subject and body, hex. Line ends are normalised first, because a
    mail server may change them on the way and they mean nothing."""
    parts = (to.strip().lower(), subject.strip(), body.replace("\r\n", "\n").rstrip())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def checked_text(subject: str, body: str) -> tuple[str, str]:
    """Subject and body as they may stand in a revision.

    Raises:
        InvalidInput: empty, too long, or control characters (a line break in a subject is a
            header injection); every problem is listed.
    """
    problems: list[Problem] = []
    subject = subject.strip()
    body = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not subject:
        problems.append(Problem(where="subject", what="must not be empty"))
    if len(subject) > MAX_SUBJECT:
        problems.append(Problem(where="subject", what=f"longer than {MAX_SUBJECT} characters"))
    if any(_is_control(char) for char in subject):
        problems.append(Problem(where="subject", what="holds a line break or control character"))
    if not body.strip():
        problems.append(Problem(where="body", what="must not be empty"))
    if len(body) > MAX_BODY:
        problems.append(Problem(where="body", what=f"longer than {MAX_BODY} characters"))
    if any(_is_control(char) and char not in "\n\t" for char in body):
        problems.append(Problem(where="body", what="holds a control character"))
    if problems:
        raise InvalidInput("the draft's text cannot be used", problems)
    return subject, body


def _is_control(char: str) -> bool:
    return ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\u2029"


def overtaken(draft: Draft, mail_ids: Iterable[str], now: datetime) -> Draft:
    """The draft, stale where the thread holds another of these mails than were read for it: in
    review again if it was approved, and marked. What was noticed once is not noticed again: an
    operator who has seen the mark may approve all the same."""
    unread = [each for each in mail_ids if each not in draft.thread_read]
    if not unread:
        return draft
    if draft.status is DraftStatus.APPROVED:
        draft = move(draft, DraftStatus.PENDING_APPROVAL, now)
    degraded = draft.degraded if NEW_MAIL in draft.degraded else (*draft.degraded, NEW_MAIL)
    read = (*draft.thread_read, *unread)
    return attrs.evolve(
        draft, degraded=degraded, thread_read=read, snoozed_until=None, updated_at=now
    )


def require_current(draft: Draft, shown_hash: str) -> None:
    """Refuse to act on a revision that the operator did not see.

    Raises:
        Conflict: the draft has another revision now.
    """
    if shown_hash != draft.revision.content_hash:
        raise Conflict(
            f"the draft changed since it was shown: it is at revision {draft.revision.number} now"
        )


def move(draft: Draft, to: DraftStatus, now: datetime) -> Draft:
    """The draft in its new status.

    Raises:
        Conflict: that transition does not exist.
    """
    if to not in TRANSITIONS[draft.status]:
        raise Conflict(f"a draft that is {draft.status.value} cannot become {to.value}")
    return attrs.evolve(draft, status=to, snoozed_until=None, updated_at=now)


def revise(draft: Draft, revision: Revision, now: datetime) -> Draft:
    """The draft with a new current revision; anything but a pending or approved one is final.

    An approved draft goes back to review, because the approval named the old text.

    Raises:
        Conflict: the draft is no longer open to changes.
    """
    if draft.status is DraftStatus.APPROVED:
        draft = move(draft, DraftStatus.PENDING_APPROVAL, now)
    if draft.status is not DraftStatus.PENDING_APPROVAL:
        raise Conflict(f"a draft that is {draft.status.value} cannot be changed")
    if revision.number != draft.revision.number + 1:
        raise Conflict(f"revision {revision.number} does not follow {draft.revision.number}")
    return attrs.evolve(draft, revision=revision, snoozed_until=None, updated_at=now)
