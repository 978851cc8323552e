"""Values for the database tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from salesagent_adapters.postgres.rows import new_id
from salesagent_core.domain.context import ValidSubmission
from salesagent_core.domain.draft import (
    Author,
    Draft,
    DraftStatus,
    MailboxDraft,
    Revision,
    content_hash,
)
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Lead, Person
from salesagent_core.domain.planning import Ask, NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.run import JournalEntry, StepStatus
from salesagent_core.domain.submission import (
    FormField,
    Submission,
    SubmissionSource,
    intake_keys,
)
from salesagent_core.ids import DraftId, RunId, SubmissionId, TenantId
from salesagent_core.ports.intake import Arrival

TENANT = TenantId("default")
OTHER = TenantId("other")
EMAIL = "ada.tester@example.com"
SENT_AT = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
RESULT_TYPES = {"validate_submission": ValidSubmission}


def arrival(
    *,
    tenant: TenantId = TENANT,
    conversion: str | None = "auto",
    submitted_at: datetime | None = SENT_AT,
    email: str = EMAIL,
    message: str = "Please call me",
    raw: bytes = b"raw bytes",
    now: datetime | None = None,
) -> Arrival:
    """A delivery; ``conversion="auto"`` gives each its own."""
    submission = Submission(
        id=SubmissionId(new_id()),
        tenant_id=tenant,
        source=SubmissionSource.FORM,
        received_at=now or datetime.now(UTC),
        fields=(
            FormField(name="email", value=email),
            FormField(name="message", value=message),
        ),
        conversion_id=new_id() if conversion == "auto" else conversion,
        submitted_at=submitted_at,
    )
    return Arrival(
        submission=submission,
        run_id=RunId(new_id()),
        keys=intake_keys(submission),
        raw=raw,
    )


def entry(step: str, status: StepStatus = StepStatus.DONE, **more: object) -> JournalEntry:
    """A step's result."""
    now = datetime.now(UTC)
    values: dict[str, object] = {"started_at": now - timedelta(seconds=1), "finished_at": now}
    return JournalEntry(step=step, status=status, **(values | more))  # type: ignore[arg-type]


def valid(email: str = EMAIL) -> JournalEntry:
    """The first step's entry."""
    result = ValidSubmission(email=email, began_at=SENT_AT)
    return entry("validate_submission", result=result)


def revision(number: int = 1, body: str = "Hello Ada,\n\nhow about Tuesday?") -> Revision:
    """A version of the text."""
    return Revision(
        number=number,
        subject="Your question",
        body=body,
        content_hash=content_hash(EMAIL, "Your question", body),
        author=Author.WRITER,
        author_id="writer",
        created_at=datetime.now(UTC),
    )


def draft(
    run_id: str,
    *,
    tenant: TenantId = TENANT,
    status: DraftStatus = DraftStatus.PENDING_APPROVAL,
    held: str | None = "same",
    created_at: datetime | None = None,
) -> Draft:
    """A draft; ``held`` is the hash that the mailbox holds, or that there is none."""
    now = created_at or datetime.now(UTC)
    current = revision()
    in_mailbox = None
    if held is not None:
        in_mailbox = MailboxDraft(
            mailbox="sales@example.org",
            draft_id="d1",
            message_id="m1",
            thread_id="t1",
            content_hash=current.content_hash if held == "same" else held,
        )
    return Draft(
        id=DraftId(new_id()),
        tenant_id=tenant,
        run_id=RunId(run_id),
        submission_id=SubmissionId(new_id()),
        status=status,
        lead=Lead(person=Person(email=EMAIL, first_name="Ada")),
        mailbox="sales@example.org",
        fit=Fit(score=0.7, coverage=0.8, tier=Tier.WARM),
        priority=Priority(revenue=0.5, urgency=0.5, strategic=0.5, effort=0.2),
        plan=NextStep(ask=Ask.OFFER_MEETING, intent="demo", language="en", reason="asked for it"),
        revision=current,
        submitted_at=now,
        created_at=now,
        updated_at=now,
        in_mailbox=in_mailbox,
    )
