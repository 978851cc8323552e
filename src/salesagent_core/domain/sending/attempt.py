"""One attempt to send one approved revision: its states, and what a result makes of it.

The mail API has no idempotency key. So one revision has one attempt, one barrier lets one worker
pass, and whatever is not a clear answer is looked up before anything else happens::

    scheduled -> sending -> sent
        ^           |-> failed            a definite no that will stay one
        |-----------|-> scheduled         a definite no that may become a yes
        |           '-> unknown -> sent | scheduled | needs_operator
        '-> cancelled -> scheduled        undone, edited, refused; approved anew
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from salesagent_core.domain.draft import Draft, DraftStatus, content_hash, move
from salesagent_core.domain.run import Degradation
from salesagent_core.errors import Conflict, Reason
from salesagent_core.ids import DraftId, RunId, TenantId

UNDO = timedelta(seconds=30)
"""How long an approval can be taken back before anything is sent."""
CLAIM_LEASE = timedelta(seconds=20)
"""How long a worker may prepare a send, or look after one (three or four reads in the mailbox),
before another one may. Too short would only cost work done twice: who lost the claim fails at the
token and sends nothing. Too long is time that a mail waits after its worker died."""
SEND_LEASE = timedelta(seconds=30)
"""Longer than the mailbox's own time-out: after it, whoever was sending is presumed dead."""
GRACE = timedelta(seconds=30)
"""From the barrier to the first look at an unknown result."""
SECOND_LOOK_AFTER = timedelta(seconds=5)
"""Between the two looks that must agree before anything is concluded."""
START_WITHIN = timedelta(seconds=5)
"""From the barrier to the request: a worker that was held up longer does not send any more."""
STOPPED_RECHECK = timedelta(seconds=60)
"""How often a stopped send looks whether it may go; the release of the switch wakes it at once."""
LEVEL_RECHECK = timedelta(seconds=5)
"""How often a send looks whether the mailbox holds the approved text yet."""
AUDIT_PERIOD = timedelta(days=1)
"""How often a draft is compared with what became of it in the mailbox."""
AUDIT_FOR = timedelta(days=30)
"""How long after its last change a draft is still compared with the mailbox."""


class AttemptStatus(StrEnum):
    """See ``TRANSITIONS`` for what may follow what."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    NEEDS_OPERATOR = "needs_operator"
    CANCELLED = "cancelled"


TRANSITIONS: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    AttemptStatus.SCHEDULED: frozenset(
        {AttemptStatus.SENDING, AttemptStatus.CANCELLED, AttemptStatus.FAILED, AttemptStatus.SENT}
    ),
    AttemptStatus.SENDING: frozenset(
        {
            AttemptStatus.SENT,
            AttemptStatus.SCHEDULED,
            AttemptStatus.FAILED,
            AttemptStatus.UNKNOWN,
        }
    ),
    AttemptStatus.UNKNOWN: frozenset(
        {AttemptStatus.SENT, AttemptStatus.SCHEDULED, AttemptStatus.NEEDS_OPERATOR}
    ),
    AttemptStatus.NEEDS_OPERATOR: frozenset({AttemptStatus.SENT, AttemptStatus.CANCELLED}),
    AttemptStatus.FAILED: frozenset({AttemptStatus.SCHEDULED, AttemptStatus.SENT}),
    AttemptStatus.CANCELLED: frozenset({AttemptStatus.SCHEDULED, AttemptStatus.SENT}),
    AttemptStatus.SENT: frozenset(),
}

DRAFT_STATUS: dict[AttemptStatus, DraftStatus] = {
    AttemptStatus.SCHEDULED: DraftStatus.APPROVED,
    AttemptStatus.SENDING: DraftStatus.SENDING,
    AttemptStatus.UNKNOWN: DraftStatus.DELIVERY_UNKNOWN,
    AttemptStatus.SENT: DraftStatus.SENT,
    AttemptStatus.FAILED: DraftStatus.SEND_FAILED,
    AttemptStatus.NEEDS_OPERATOR: DraftStatus.NEEDS_OPERATOR,
}
"""The status of the draft while its attempt is in that state; a cancelled one says nothing."""

HOLDS_SLOT = frozenset(
    {
        AttemptStatus.SCHEDULED,
        AttemptStatus.SENDING,
        AttemptStatus.UNKNOWN,
        AttemptStatus.NEEDS_OPERATOR,
    }
)
"""A mail that may have gone out keeps its place in the limits; a definite no gives it back."""

IN_FLIGHT = frozenset({AttemptStatus.SENDING, AttemptStatus.UNKNOWN})
"""What a kill switch cannot call back any more."""


@attrs.frozen(kw_only=True)
class SentRecord:
    """The mail as the mailbox knows it. ``by_human``: a person pressed Send there."""

    message_id: str
    thread_id: str
    rfc822_id: str
    sent_at: datetime
    by_human: bool = False


@attrs.frozen(kw_only=True)
class SendAttempt:
    """The one attempt at one revision of one draft (unique by ``content_hash``).

    ``due_at`` is when a worker may take it up (None when nobody should); ``waiting`` is why it
    did not go yet; ``failures`` counts definite noes; ``history_point`` is the mailbox's
    ``historyId`` before the request; ``started_at`` when the barrier was passed; ``present_at``
    and ``missing_at`` when a look after the fact first saw the draft, or first missed it.
    ``run_id`` is the run that made the draft, where it is known.
    """

    id: str
    tenant_id: TenantId
    draft_id: DraftId
    content_hash: str
    mailbox: str
    mailbox_draft_id: str
    thread_id: str
    key: str
    status: AttemptStatus
    asked_by: str
    created_at: datetime
    updated_at: datetime
    automatic: bool = False
    due_at: datetime | None = None
    token: int = 0
    failures: int = 0
    waiting: tuple[Reason, ...] = ()
    history_point: str | None = None
    started_at: datetime | None = None
    present_at: datetime | None = None
    missing_at: datetime | None = None
    sent: SentRecord | None = None
    run_id: RunId | None = None


def advance(attempt: SendAttempt, to: AttemptStatus, now: datetime) -> SendAttempt:
    """The attempt in its new state, with nothing left of why it waited before.

    Raises:
        Conflict: that transition does not exist.
    """
    if to not in TRANSITIONS[attempt.status]:
        raise Conflict(f"a send that is {attempt.status.value} cannot become {to.value}")
    return attrs.evolve(attempt, status=to, updated_at=now, due_at=None, waiting=())


def put_back(draft: Draft, now: datetime) -> Draft:
    """The draft after a person deleted it in the mailbox: in review again if it was approved,
    with a mark for the reviewer, and due to be put into the mailbox again."""
    if draft.status is DraftStatus.APPROVED:
        draft = move(draft, DraftStatus.PENDING_APPROVAL, now)
    mark = Degradation(step="mailbox", gap="a person deleted this draft in the mailbox")
    handle = draft.in_mailbox and attrs.evolve(draft.in_mailbox, content_hash="")
    degraded = draft.degraded if mark in draft.degraded else (*draft.degraded, mark)
    return attrs.evolve(draft, degraded=degraded, in_mailbox=handle, updated_at=now)


def with_files(draft: Draft, now: datetime) -> Draft:
    """An approved draft to which a person attached files in the mailbox: in review again, with a
    mark. Nobody here read them, so who attached them sends the mail from there."""
    gap = "files were attached in the mailbox; send it from there, or take them off"
    mark = Degradation(step="mailbox", gap=gap)
    back = move(draft, DraftStatus.PENDING_APPROVAL, now)
    degraded = back.degraded if mark in back.degraded else (*back.degraded, mark)
    return attrs.evolve(back, degraded=degraded)


def not_sendable(draft: Draft, now: datetime) -> Draft:
    """An approved draft whose sending failed in a way that nobody foresaw, before anything was
    sent: in review again, with a mark that says so."""
    mark = Degradation(step="send", gap="sending failed unexpectedly; nothing was sent")
    back = move(draft, DraftStatus.PENDING_APPROVAL, now)
    degraded = back.degraded if mark in back.degraded else (*back.degraded, mark)
    return attrs.evolve(back, degraded=degraded)


BEFORE_RESTORE = Degradation(
    step="restore",
    gap="this form came in before the system was restored from a backup;"
    " look in the mailbox whether it was answered already",
)


def after_restore(draft: Draft, now: datetime) -> Draft:
    """A draft of a database that came from a backup: in review again if it was approved, and
    marked, because a mail may have gone out that the backup does not know of."""
    if draft.status is DraftStatus.APPROVED:
        draft = move(draft, DraftStatus.PENDING_APPROVAL, now)
    if BEFORE_RESTORE in draft.degraded:
        return draft
    return attrs.evolve(draft, degraded=(*draft.degraded, BEFORE_RESTORE), updated_at=now)


def sent_outside(draft: Draft, now: datetime) -> Draft:
    """The draft after a person sent it in the mailbox: a fact, whatever its status was here."""
    return attrs.evolve(draft, status=DraftStatus.SENT, updated_at=now)


def same_text(draft: Draft, to: Iterable[str], subject: str, text: str) -> bool:
    """Whether a mail holds exactly the draft's current revision, and nobody else is addressed."""
    recipients = tuple(to)
    return len(recipients) == 1 and (
        content_hash(recipients[0], subject, text) == draft.revision.content_hash
    )
