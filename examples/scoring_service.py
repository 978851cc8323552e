"""A service that only scores leads and gates mails, with salesagent's core behind FastAPI.

It keeps nothing and sends nothing: whoever calls it holds the data and does the sending.

    uvicorn scoring_service:app
    curl -s localhost:8000/score -H 'content-type: application/json' \
      -d '{"email": "maria.lopez@acme.example", "title": "VP Operations", "employees": 400}'
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI
from pydantic import BaseModel, Field

from salesagent_core import (
    Company,
    GateFacts,
    IcpProfile,
    Lead,
    Person,
    Reason,
    SafetyPolicy,
    SendPermission,
    Source,
    SourceKind,
    SwitchState,
    TenantId,
    Usage,
    check_grounding,
    fold_alias,
    inspect_text,
    judge_send,
    score_fit,
)

PROFILE = IcpProfile(
    industries=frozenset({"logistics", "manufacturing"}), countries=frozenset({"DE", "ES"})
)
OURS = SafetyPolicy(link_hosts=frozenset({"house.example"}))
TENANT = TenantId("ours")

app = FastAPI(title="Scores and gates")


class LeadIn(BaseModel):
    """What is known about a lead; what is not stays out."""

    email: str
    title: str | None = None
    company: str | None = None
    industry: str | None = None
    employees: int | None = Field(default=None, ge=0)
    country: str | None = None


class Why(BaseModel):
    """A reason as data: a code for programs, a sentence for people."""

    code: str
    sentence: str


class Fit(BaseModel):
    """``score`` and ``coverage`` lie in 0..1."""

    tier: str
    score: float
    coverage: float
    reasons: list[Why]


class SourceIn(BaseModel):
    """Something that the mail may lean on."""

    id: str
    text: str


class MailIn(BaseModel):
    """A mail that somebody wants to send, and when mail went to this person lately."""

    to: str
    subject: str
    body: str
    names: list[str] = []
    sources: list[SourceIn] = []
    approved: bool = False
    sent_to_them: list[datetime] = []


class Verdict(BaseModel):
    """All reasons against sending at once; ``may_go_at`` is None when a person must act."""

    allowed: bool
    reasons: list[Why]
    may_go_at: datetime | None


@app.post("/score")
def score(lead: LeadIn) -> Fit:
    """How well a lead fits, and why."""
    fit = score_fit(
        Lead(
            person=Person(email=lead.email, title=lead.title, country=lead.country),
            company=Company(name=lead.company, industry=lead.industry, employees=lead.employees),
        ),
        PROFILE,
    )
    return Fit(
        tier=fit.tier.value, score=fit.score, coverage=fit.coverage, reasons=_why(fit.reasons)
    )


@app.post("/gate")
def gate(mail: MailIn) -> Verdict:
    """Whether this mail may go now: the text is checked, then the recipient and the limits."""
    sources = [
        Source(id=each.id, kind=SourceKind.CRM, label=each.id, text=each.text)
        for each in mail.sources
    ]
    findings = (
        *inspect_text(mail.subject, mail.body, OURS),
        *check_grounding(mail.body, sources, subject=mail.subject, allowed_names=mail.names),
    )
    verdict = judge_send(
        GateFacts(
            now=datetime.now(UTC),
            tenant_id=TENANT,
            recipient=mail.to,
            approved=mail.approved,
            # Nobody looks at it after us, so that a doubt is as good as a no.
            automatic=True,
            findings=findings,
            switches=SwitchState(),
            permission=SendPermission(
                allowed=True, recipients=("*",), unless_chosen=frozenset({TENANT})
            ),
            usage=Usage(contact=fold_alias(mail.to), contact_sends=mail.sent_to_them),
        )
    )
    return Verdict(
        allowed=verdict.allowed, reasons=_why(verdict.reasons), may_go_at=verdict.may_go_at
    )


def _why(reasons: tuple[Reason, ...]) -> list[Why]:
    return [Why(code=each.code, sentence=each.sentence) for each in reasons]
