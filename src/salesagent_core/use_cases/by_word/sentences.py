"""Drafts in sentences that can be said aloud: who, why now, what it asks, what was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

import attrs

from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.planning import Ask
from salesagent_core.ids import DraftId
from salesagent_core.use_cases.queries import DraftView

MAX_NAME = 60
MAX_SENTENCE = 240
FINDINGS_SAID = 2
REASONS_SAID = 4

ASKS = {
    Ask.OFFER_MEETING: "It offers a meeting",
    Ask.ANSWER_QUESTION: "It answers their question",
    Ask.QUALIFY: "It asks for what we do not know yet",
    Ask.APOLOGISE: "It apologises",
    Ask.SEND_MATERIAL: "It sends material",
    Ask.HAND_OVER: "It is yours to answer",
}
STANDS = {
    DraftStatus.PENDING_APPROVAL: "It waits for approval.",
    DraftStatus.APPROVED: "It is approved already.",
    DraftStatus.SENDING: "It is being sent already.",
    DraftStatus.SENT: "It was sent already.",
    DraftStatus.DELIVERY_UNKNOWN: "Nobody knows yet whether it was sent.",
    DraftStatus.NEEDS_OPERATOR: "Somebody must look into the mailbox first.",
    DraftStatus.SEND_FAILED: "It could not be sent.",
    DraftStatus.REJECTED: "It is rejected already.",
    DraftStatus.SUPERSEDED: "A newer one took its place.",
    DraftStatus.EXPIRED: "It expired undecided.",
}
_ORDER = {Severity.BLOCK: 0, Severity.REVIEW: 1, Severity.INFO: 2}


@attrs.frozen(kw_only=True)
class SpokenDraft:
    """The revision that is shown or spoken: what is said next acts on this ``content_hash``."""

    id: DraftId
    content_hash: str
    revision: int
    status: DraftStatus
    name: str
    company: str
    to: str
    aps: float
    subject: str
    body: str
    summary: str


def spoken_draft(view: DraftView) -> SpokenDraft:
    """A draft as it is shown, with its summary."""
    draft = view.detail.draft
    return SpokenDraft(
        id=draft.id,
        content_hash=draft.revision.content_hash,
        revision=draft.revision.number,
        status=draft.status,
        name=name_of(draft),
        company=plain(draft.lead.company.name or "", MAX_NAME),
        to=plain(draft.lead.person.email, MAX_NAME * 2),
        aps=view.aps,
        subject=draft.revision.subject,
        body=draft.revision.body,
        summary=summary(view),
    )


def summary(view: DraftView) -> str:
    """Who it is for, why it ranks where it does, what it asks for, and what was found in it."""
    draft = view.detail.draft
    person, company = draft.lead.person, draft.lead.company
    who = [name_of(draft), plain(person.title or "", MAX_NAME), plain(company.name or "", MAX_NAME)]
    first = view.parts[0].sentence.rpartition(":")[0] if view.parts else ""
    rank = f"Priority {view.aps:.0f}" + (f": {first[0].lower()}{first[1:]}" if first else "")
    asks = f"{ASKS[draft.plan.ask]}: {plain(draft.plan.reason, MAX_SENTENCE).rstrip('.')}"
    said = [", ".join(part for part in who if part), rank, asks]
    return " ".join([*(f"{part}." for part in said), *_gaps(draft), findings_said(draft)])


def why_said(view: DraftView) -> str:
    """Why it waits, or what was decided, and what its rank is made of."""
    decisions = view.detail.decisions
    ranks = " ".join(part.sentence for part in view.parts)
    return f"{_decision_said(decisions[-1] if decisions else None)} {ranks}".strip()


def findings_said(draft: Draft) -> str:
    """What was found in the text, the worst first."""
    findings = sorted(draft.revision.findings, key=lambda one: _ORDER[one.severity])
    if not findings:
        return "Nothing was found against it."
    lead = "Something stops it" if is_blocked(findings) else "To look at"
    more = len(findings) - FINDINGS_SAID
    rest = f" And {more} more." if more > 0 else ""
    told = " ".join(_stopped(one.sentence) for one in findings[:FINDINGS_SAID])
    return f"{lead}: {told}{rest}"


def is_blocked(findings: Sequence[Finding]) -> bool:
    """Whether a finding stops the mail."""
    return any(finding.severity is Severity.BLOCK for finding in findings)


def read_out(draft: Draft) -> str:
    """The mail in full."""
    return f"To {name_of(draft)}. Subject: {draft.revision.subject}\n\n{draft.revision.body}"


def drafts_said(count: int) -> str:
    """``1 draft``, ``7 drafts``."""
    return f"{count} draft{'' if count == 1 else 's'}"


def name_of(draft: Draft) -> str:
    """The person's name, fit to be said."""
    return plain(draft.lead.person.full_name, MAX_NAME)


def plain(text: str, most: int) -> str:
    """One line of a stranger's text without marks that change how the rest reads."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text[: most * 4]
        if unicodedata.category(char) != "Cf"
    )
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def span_said(since: datetime, now: datetime) -> str:
    """How long: ``3 hours``."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    for size, word in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {word}{'s' if count > 1 else ''}"
    return "less than a minute"


def _decision_said(decision: Decision | None) -> str:
    if decision is None:
        return "Nothing was decided about it yet."
    lead = {
        Verdict.AUTO_APPROVED: "It was approved on its own",
        Verdict.NEEDS_REVIEW: "It waits for you",
        Verdict.APPROVED: "A person approved it",
        Verdict.REJECTED: "A person rejected it",
    }[decision.verdict]
    reasons = [plain(one.sentence, MAX_SENTENCE).rstrip(".") for one in decision.reasons]
    if not reasons:
        return f"{lead}."
    more = len(reasons) - REASONS_SAID
    rest = f"; and {more} more" if more > 0 else ""
    return f"{lead} because: {'; '.join(reasons[:REASONS_SAID])}{rest}."


def _gaps(draft: Draft) -> list[str]:
    return [_stopped(gap.gap) for gap in draft.degraded[:2]]


def _stopped(sentence: str) -> str:
    return plain(sentence, MAX_SENTENCE).rstrip(".") + "."
