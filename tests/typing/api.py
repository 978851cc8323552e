"""The public API as an embedder uses it: mypy --strict must accept this file as it stands.

Nothing here runs in the suite. Where a public signature changes, this file changes in the same
commit, and the changelog says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_type

import salesagent_core
from salesagent_core import (
    DEFAULT_TENANT,
    Arrival,
    Brief,
    Busy,
    Calendar,
    Clock,
    Company,
    Conflict,
    FateUnknown,
    Finding,
    Fit,
    FormField,
    GateFacts,
    GateVerdict,
    HeldDraft,
    IcpProfile,
    IdSource,
    Intake,
    Intent,
    InvalidInput,
    JobQueue,
    Lead,
    MailSender,
    MessageReading,
    NeedsReauth,
    NotFound,
    OutgoingMail,
    Person,
    PolicyRefused,
    PortError,
    RateLimited,
    Reason,
    Receipt,
    ReceiveSubmission,
    Rejected,
    SafetyPolicy,
    SalesAgentError,
    SendPermission,
    Seniority,
    SentMail,
    Severity,
    Slot,
    SlotOffer,
    Submission,
    SubmissionId,
    SubmissionSource,
    SwitchState,
    TenantId,
    Topic,
    Unavailable,
    Usage,
    Writer,
    WrittenDraft,
    check_limits,
    compose_mail,
    inspect_text,
    judge_send,
    propose_slots,
    read_intent,
    read_message,
    read_title,
    score_fit,
    uuid7,
)


def judge_a_lead(title: str, message: str) -> bool:
    """Rules are plain functions of plain values."""
    reading = read_title(title)
    assert_type(reading.seniority, Seniority)
    assert_type(reading.decision_maker, bool)
    intent = read_intent(message, is_customer=False)
    assert_type(intent, Intent)
    return reading.decision_maker


def check_a_mail(subject: str, body: str) -> list[str]:
    """A policy answers with every finding, as data."""
    policy = SafetyPolicy(allowed_addresses=frozenset({"ana@example.com"}))
    findings = inspect_text(subject, body, policy)
    assert_type(findings, tuple[Finding, ...])
    return [each.sentence for each in findings if each.severity is Severity.BLOCK]


def offer_a_meeting(now: datetime, busy: Sequence[Busy]) -> list[datetime]:
    """Time is an argument."""
    offer = propose_slots(
        now=now,
        busy=busy,
        lead_zone="Europe/Berlin",
        lead_country="DE",
        sender_zone="Europe/Dublin",
        sender_country="IE",
    )
    assert_type(offer, SlotOffer)
    assert_type(offer.slots, tuple[Slot, ...])
    return [slot.start for slot in offer.slots]


def may_write_to(contact: str, sent: Sequence[datetime], now: datetime) -> list[Reason]:
    """A refusal has reasons."""
    return [
        blocked.reason for blocked in check_limits(now, Usage(contact=contact, contact_sends=sent))
    ]


def may_go_now(now: datetime, recipient: str, text: str) -> datetime | None:
    """The gate of sending: every reason at once, and when it may go."""
    verdict = judge_send(
        GateFacts(
            now=now,
            tenant_id=DEFAULT_TENANT,
            recipient=recipient,
            switches=SwitchState(),
            permission=SendPermission(allowed=True, recipients=("example.com",)),
            usage=Usage(contact=recipient),
            findings=inspect_text("Your question", text, SafetyPolicy()),
        )
    )
    assert_type(verdict, GateVerdict)
    assert_type(verdict.reasons, tuple[Reason, ...])
    return verdict.may_go_at


def compose(to: str, now: datetime) -> bytes:
    """A mail as octets, and what came back of one."""
    mail = OutgoingMail(key="k-1", sender="me@example.org", to=to, subject="Hello", text="Hi.")
    raw = compose_mail(mail, now=now)
    assert_type(raw, bytes)
    reading = read_message(raw)
    assert_type(reading, MessageReading)
    return raw


class NothingSent:
    """A mailbox of one's own needs no inheritance."""

    async def read_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> HeldDraft:
        raise NotFound("there is no such draft")

    async def send_draft(self, tenant_id: TenantId, mailbox: str, draft_id: str) -> SentMail:
        raise FateUnknown("no answer")

    async def present(self, tenant_id: TenantId, mailbox: str) -> str:
        return "1"

    async def sent_since(
        self, tenant_id: TenantId, mailbox: str, point: str
    ) -> tuple[SentMail, ...]:
        return ()

    async def sent_in_thread(
        self, tenant_id: TenantId, mailbox: str, thread_id: str
    ) -> tuple[SentMail, ...]:
        return ()


sender: MailSender = NothingSent()


def a_lead() -> Lead:
    """Values are frozen and made by keyword."""
    person = Person(email="ana@example.com", title="Head of Procurement")
    return Lead(person=person, company=Company(name="Example Works", domain="example.com"))


def how_well_it_fits(lead: Lead) -> tuple[Reason, ...]:
    """A score comes with its reasons."""
    fit = score_fit(lead, IcpProfile())
    assert_type(fit, Fit)
    return fit.reasons


class FixedClock:
    """A port is a protocol: an adapter need not inherit from anything."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, tzinfo=UTC)


class CountingIds:
    """Ids and randomness of one's own."""

    def new(self) -> str:
        return uuid7(FixedClock().now(), bytes(10))

    def fraction(self) -> float:
        return 0.5


class NoMeetings:
    """A calendar that is always free."""

    async def busy(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Busy, ...]:
        return ()


class OneLineWriter:
    """A writer that knows one sentence."""

    async def write(self, brief: Brief) -> WrittenDraft:
        raise Rejected("this writer has nothing to say")


class SilentQueue:
    """A queue that leaves everything to the sweeper."""

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        return None


class OpenDoor:
    """An intake that accepts everything."""

    async def accept(self, arrival: Arrival) -> Receipt:
        return Receipt(accepted=True, submission_id=arrival.submission.id, run_id=arrival.run_id)


clock: Clock = FixedClock()
ids: IdSource = CountingIds()
calendar: Calendar = NoMeetings()
writer: Writer = OneLineWriter()
queue: JobQueue = SilentQueue()
door: Intake = OpenDoor()


async def receive(raw: bytes) -> str:
    """A use case is made from ports and called; errors say what to do about them."""
    submission = Submission(
        id=SubmissionId(ids.new()),
        tenant_id=DEFAULT_TENANT,
        source=SubmissionSource.FORM,
        received_at=clock.now(),
        fields=(FormField(name="email", value="ana@example.com"),),
    )
    assert_type(submission.email, str | None)
    try:
        receipt = await ReceiveSubmission(door, ids)(submission, raw)
    except InvalidInput as wrong:
        return ", ".join(problem.where for problem in wrong.problems)
    except Conflict:
        return "somebody was faster"
    except PolicyRefused as refused:
        return "; ".join(reason.sentence for reason in refused.reasons)
    except RateLimited as limited:
        assert_type(limited.retry_at, datetime)
        return "later"
    except Unavailable as down:
        assert_type(down.retry_at, datetime | None)
        return "later"
    except (NeedsReauth, PortError, SalesAgentError):
        return "a person is needed"
    return receipt.run_id


def names() -> Sequence[str]:
    """What there is to import."""
    return salesagent_core.__all__


def no_such_name() -> None:
    """A name that is not public is an error for the type checker too."""
    salesagent_core.no_such_name  # type: ignore[attr-defined]  # noqa: B018
