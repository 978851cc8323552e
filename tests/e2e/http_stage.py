"""A stage for the HTTP tests: the real application and use cases, and leads to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from litestar import Litestar
from tests.e2e.http_stores import PORTAL, SECRET, Inbox, Keys, Reading, Store, Tenants, Views

from salesagent_adapters.hubspot.signature import sign_plain
from salesagent_adapters.system.clock import FixedClock
from salesagent_adapters.system.identity import SeededIds
from salesagent_app.http.app import create_app
from salesagent_app.http.services import HttpServices, Limits, VendorState
from salesagent_app.keys import create_key
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.conversation import Conversation, Direction, Mail
from salesagent_core.domain.draft import (
    Author,
    Draft,
    DraftStatus,
    MailboxDraft,
    Revision,
    content_hash,
)
from salesagent_core.domain.evidence import Claim, Source, SourceKind
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.planning import Ask, NextStep
from salesagent_core.domain.priority import Priority
from salesagent_core.domain.run import (
    STEP_NAMES,
    DeadLetter,
    Degradation,
    JournalEntry,
    Run,
    RunStatus,
    StepStatus,
)
from salesagent_core.domain.scheduling import Slot, SlotOffer
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.errors import Reason
from salesagent_core.ids import DEFAULT_TENANT, DraftId, RunId, SubmissionId, TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.queries import Queries
from salesagent_core.use_cases.receive_crm_events import ReceiveCrmEvents
from salesagent_core.use_cases.receive_submission import ReceiveSubmission
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter

NOW = datetime(2026, 11, 20, 9, 26, tzinfo=UTC)
PUBLIC_URL = "http://testserver.local"
FORMS = "/api/webhooks/hubspot/forms"
BODY = (
    "Hello Maria,\n\nthanks for asking about routing for 40 trucks. Our planner handles mixed "
    "fleets, and two teams of your size went live in three weeks.\n\nWould Tue 24 Nov, 10:00 "
    "(Madrid, CET) suit you?\n\nBest regards\nMax Berger"
)


class Stage:
    """One application with its stores in reach."""

    def __init__(
        self,
        *,
        public_url: str = PUBLIC_URL,
        warnings: Sequence[str] = ("HubSpot is a memory stand-in: nothing reaches a real CRM.",),
        limits: Limits = Limits(),
    ) -> None:
        self.clock = FixedClock(NOW)
        self.ids = SeededIds(self.clock)
        self.store, self.keys, self.tenants = Store(), Keys(), Tenants()
        self.not_ready: list[str] = []
        self.vendors: list[VendorState] = []
        self.public_url = public_url
        self.services = HttpServices(
            receive_submission=ReceiveSubmission(self.store, self.ids),
            receive_crm_events=ReceiveCrmEvents(Inbox(self.store)),
            review=ReviewDraft(
                unit_of_work=self.store,
                tenants=self.tenants,
                voices=self.store,
                queue=self.store,
                clock=self.clock,
                ids=self.ids,
            ),
            dead_letters=SettleDeadLetter(
                unit_of_work=self.store, queue=self.store, clock=self.clock, ids=self.ids
            ),
            queries=Queries(Reading(self.store), self.clock),
            api_keys=self.keys,
            tenants=self.tenants,
            clock=self.clock,
            ids=self.ids,
            readiness=self._readiness,
            public_url=public_url,
            warnings=tuple(warnings),
            limits=limits,
            views=Views(),
            vendor_states=lambda: self.vendors,
        )
        self.app: Litestar = create_app(self.services)

    async def _readiness(self) -> Sequence[str]:
        return self.not_ready

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A client of the application, without a socket between."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)

    async def key(self, *scopes: Scope, tenant: TenantId = DEFAULT_TENANT) -> str:
        """A new API key as its holder sends it."""
        made = await create_key(
            self.keys, self.clock, name="Test key", scopes=scopes, lifetime=None, tenant=tenant
        )
        return made.secret

    async def operator(self, tenant: TenantId = DEFAULT_TENANT) -> httpx.AsyncClient:
        """A client that carries a key with the operator scope."""
        key = await self.key(Scope.OPERATOR, tenant=tenant)
        return self.client(authorization=f"Bearer {key}")

    async def logged_in(self, *scopes: Scope) -> httpx.AsyncClient:
        """A client with a page session."""
        key = await self.key(*(scopes or (Scope.OPERATOR,)))
        client = self.client()
        answer = await client.post("/login", data={"key": key, "next": "/queue"})
        assert answer.status_code == 303, answer.text
        return client

    @property
    def csrf(self) -> str:
        """The token of the only session."""
        (session,) = self.keys.sessions.values()
        return session.csrf

    @staticmethod
    def blank_revision(body: str) -> Revision:
        """A first revision without claims or findings."""
        return Revision(
            number=1,
            subject="S",
            body=body,
            content_hash=content_hash("maria@acme.example", "S", body),
            author=Author.WRITER,
            author_id="memory",
            created_at=NOW,
        )

    def draft(
        self,
        *,
        first: str = "Maria",
        last: str = "Lopez",
        title: str = "VP Operations",
        company: str = "Acme Logistics",
        subject: str = "Routing for 40 trucks",
        body: str = BODY,
        message: str = "We run 40 trucks and look for routing. Can we talk next week?",
        tenant: TenantId = DEFAULT_TENANT,
        tier: Tier = Tier.HOT,
        fit: float = 0.91,
        age: timedelta = timedelta(minutes=12),
        findings: tuple[Finding, ...] = (),
        degraded: tuple[Degradation, ...] = (),
        thread: tuple[Mail, ...] = (),
    ) -> Draft:
        """Put a pending draft with its run, form and journal on the stage."""
        then = NOW - age
        email = "maria@acme.example"
        run = self.run(tenant=tenant, then=then, message=message, thread=thread)
        claims = (
            _claim(body, "routing for 40 trucks", "form.message"),
            _claim(body, "two teams of your size went live in three weeks"),
            _claim(body, "Tue 24 Nov, 10:00 (Madrid, CET)", "slot.1"),
        )
        revision = Revision(
            number=1,
            subject=subject,
            body=body,
            content_hash=content_hash(email, subject, body),
            author=Author.WRITER,
            author_id="memory",
            created_at=then,
            claims=tuple(claim for claim in claims if claim.end),
            findings=findings,
        )
        draft = Draft(
            id=DraftId(self.ids.new()),
            tenant_id=tenant,
            run_id=run.id,
            submission_id=run.submission_id,
            status=DraftStatus.PENDING_APPROVAL,
            lead=Lead(
                person=Person(
                    email=email,
                    first_name=first,
                    last_name=last,
                    title=title,
                    country="ES",
                    time_zone="Europe/Madrid",
                ),
                company=Company(
                    name=company, domain="acme.example", industry="Logistics", employees=320
                ),
                email_verified_domain=True,
            ),
            mailbox="sales@ours.example",
            fit=Fit(
                score=fit,
                coverage=0.9,
                tier=tier,
                reasons=(Reason(code="seniority", sentence="VP decides on operations."),),
            ),
            priority=Priority(revenue=fit, urgency=0.9, strategic=0.2, effort=0.1),
            plan=NextStep(
                ask=Ask.OFFER_MEETING,
                intent="meeting_request",
                language="en",
                reason="They ask to talk, so the mail offers times.",
            ),
            revision=revision,
            submitted_at=then,
            created_at=then,
            updated_at=then,
            sources=(
                _source("form.message", SourceKind.FORM, "message", message),
                _source("slot.1", SourceKind.SLOT, "free half hour", "Tue 24 Nov 09:00 UTC"),
                _source("crm.notes", SourceKind.CRM, "company notes", "Fleet renewal in 2027."),
            ),
            degraded=degraded,
            in_mailbox=MailboxDraft(
                mailbox="sales@ours.example",
                draft_id="r-1",
                message_id="m-1",
                thread_id="t-1",
                content_hash=revision.content_hash,
            ),
        )
        self.store.rows[draft.id] = draft
        self.store.history[draft.id] = [revision]
        self.store.made.append(_needs_review(draft, self.ids.new()))
        return draft

    def run(
        self,
        *,
        tenant: TenantId = DEFAULT_TENANT,
        then: datetime = NOW,
        message: str = "Please call me.",
        status: RunStatus = RunStatus.COMPLETED,
        steps: int = len(STEP_NAMES),
        gap: str | None = None,
        thread: tuple[Mail, ...] = (),
    ) -> Run:
        """Put a run with its form and the first ``steps`` of its journal on the stage."""
        form = Submission(
            id=SubmissionId(self.ids.new()),
            tenant_id=tenant,
            source=SubmissionSource.FORM,
            received_at=then,
            fields=(
                FormField(name="email", value="maria@acme.example"),
                FormField(name="message", value=message),
            ),
        )
        run = Run(
            id=RunId(self.ids.new()),
            tenant_id=tenant,
            submission_id=form.id,
            status=status,
            created_at=then,
            updated_at=then,
            current_step=STEP_NAMES[steps] if steps < len(STEP_NAMES) else None,
        )
        self.store.submissions[form.id] = form
        self.store.runs[run.id] = run
        self.store.entries[run.id] = _journal(then, steps, gap, thread)
        return run

    def letter(self, run: Run, *, error: str = "The CRM answered 500 four times.") -> DeadLetter:
        """Put an open dead letter of a run on the stage."""
        letter = DeadLetter(
            id=self.ids.new(),
            tenant_id=run.tenant_id,
            subject_kind="run",
            subject_id=run.id,
            step="resolve_contact",
            code="unavailable",
            error=error,
            attempts=4,
            created_at=NOW,
        )
        self.store.letters[letter.id] = letter
        return letter


def form(**changes: object) -> dict[str, object]:
    """A good form of the contract, with parts replaced; None takes a part away."""
    good: dict[str, object] = {
        "portalId": PORTAL,
        "formId": "f-1",
        "formSubmissionId": "s-1",
        "fields": [{"name": "email", "value": "maria@acme.example"}],
    }
    good.update(changes)
    return {name: value for name, value in good.items() if value is not None}


def signed(content: object, secret: str = SECRET) -> dict[str, Any]:
    """Arguments of a POST with this content, signed as the form contract asks."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    signature = sign_plain(secret, body)
    return {
        "content": body,
        "headers": {"X-HubSpot-Signature": signature, "Content-Type": "application/json"},
    }


def mail(text: str, *, inbound: bool = True, ago: timedelta = timedelta(days=3)) -> Mail:
    """A mail of a thread."""
    return Mail(
        id=f"m-{ago}",
        message_id=f"<{ago.total_seconds()}@acme.example>",
        sender="maria@acme.example" if inbound else "sales@ours.example",
        recipients=("sales@ours.example",),
        sent_at=NOW - ago,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        text=text,
        subject="Routing",
    )


def _claim(body: str, text: str, *sources: str) -> Claim:
    start = body.find(text)
    end = start + len(text) if start >= 0 else 0
    return Claim(text=text, start=max(start, 0), end=end, source_ids=sources)


def _source(id: str, kind: SourceKind, label: str, text: str) -> Source:
    return Source(id=id, kind=kind, label=label, text=text)


def _needs_review(draft: Draft, decision_id: str) -> Decision:
    return Decision(
        id=decision_id,
        draft_id=draft.id,
        content_hash=draft.revision.content_hash,
        verdict=Verdict.NEEDS_REVIEW,
        by="policy",
        at=draft.created_at,
        reasons=(
            Reason(code="first_contact", sentence="This is the first contact with this person."),
            Reason(code="below", sentence="No rule reaches the confidence of 0.90."),
        ),
    )


def _journal(
    then: datetime, steps: int, gap: str | None, thread: tuple[Mail, ...]
) -> tuple[JournalEntry, ...]:
    results: dict[str, object] = {
        "read_thread": Conversation(thread_id="t-1", subject="Routing", mails=thread),
        "propose_slots": SlotOffer(
            slots=(
                Slot(start=_at(24, 9), end=_at(24, 9.5)),
                Slot(start=_at(25, 13), end=_at(25, 13.5)),
            ),
            time_zone="Europe/Madrid",
        ),
    }
    entries = []
    for number, step in enumerate(STEP_NAMES[:steps]):
        began = then + timedelta(milliseconds=150 * number)
        degraded = gap is not None and step == "recall_memory"
        entries.append(
            JournalEntry(
                step=step,
                status=StepStatus.DEGRADED if degraded else StepStatus.DONE,
                started_at=began,
                finished_at=began + timedelta(milliseconds=40 * (number % 7 + 1)),
                result=None if degraded else results.get(step),
                gap=gap if degraded else None,
            )
        )
    return tuple(entries)


def _at(day: int, hour: float) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


__all__ = ["FORMS", "NOW", "PUBLIC_URL", "Stage", "form", "mail", "signed"]
