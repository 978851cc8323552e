"""The words that pages use: ages, states, steps. A salesperson's words, not the code's."""

from __future__ import annotations

from datetime import UTC, datetime

from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.run import Run, RunStatus
from salesagent_core.domain.time_zones import zone_for, zone_info, zone_label
from salesagent_core.ports.connections import Lost
from salesagent_core.use_cases.connect_mailbox import MailboxView

STEPS = {
    "validate_submission": "Check the form",
    "resolve_contact": "Find the contact in the CRM",
    "research_company": "Read up on the company",
    "search_threads": "Look for earlier conversations",
    "read_thread": "Read the newest thread",
    "recall_memory": "Recall similar mails of ours",
    "find_assets": "Find files worth linking",
    "propose_slots": "Find free times",
    "load_voice": "Load the sender's voice",
    "score_fit": "Score the fit",
    "plan_next_step": "Plan what to ask for",
    "write_draft": "Write the draft",
    "check_draft": "Check the draft",
    "create_draft": "Put the draft into the mailbox",
    "create_crm_task": "Create the CRM task",
    "decide": "Decide: alone, or to you",
}

DRAFTS = {
    DraftStatus.PENDING_APPROVAL: "waits for you",
    DraftStatus.APPROVED: "approved, not sent",
    DraftStatus.SENDING: "being sent",
    DraftStatus.SENT: "sent",
    DraftStatus.DELIVERY_UNKNOWN: "unknown whether it was sent",
    DraftStatus.NEEDS_OPERATOR: "needs you: unknown whether it was sent",
    DraftStatus.SEND_FAILED: "could not be sent",
    DraftStatus.REJECTED: "rejected",
    DraftStatus.SUPERSEDED: "replaced by a newer one",
    DraftStatus.EXPIRED: "expired undecided",
}

RUNS = {
    RunStatus.TRIGGERED: "about to start",
    RunStatus.PROCESSING: "working",
    RunStatus.WAITING: "waiting",
    RunStatus.COMPLETED: "done",
    RunStatus.FAILED: "failed",
}

LETTERS = {
    "run": "A run",
    "crm_event": "A HubSpot event",
    "draft": "A draft's copy in the mailbox",
    "send": "A mail",
}
"""What gave up, at the beginning of a sentence."""

PARKED = "waiting for a person"

STEP_STATES = {
    "pending": "not run yet",
    "done": "done",
    "degraded": "done with a gap",
    "failed": "failed",
}

SEVERITIES = {
    Severity.BLOCK: "Stops the mail",
    Severity.REVIEW: "Look at this",
    Severity.INFO: "Note",
}

SEVERITY_ORDER = {Severity.BLOCK: 0, Severity.REVIEW: 1, Severity.INFO: 2}

SOURCES = {
    "form": "form",
    "message": "earlier mail",
    "crm": "CRM",
    "memory": "past mail of ours",
    "asset": "file",
    "slot": "calendar",
    "voice": "voice",
    "house": "about us",
    "operator": "you",
}

DOORS = {
    "form": "from the site's form",
    "workflow": "from a HubSpot workflow",
    "event": "from a HubSpot event",
    "poll": "found in HubSpot",
    "smoke": "a test of ours",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(then: datetime, now: datetime) -> str:
    """How long ago, or how soon, in a word or two: ``12 min``, ``3 h``, ``in 5 min``."""
    seconds = (now - then).total_seconds()
    words = _span(abs(seconds))
    if words is None:
        return "just now" if seconds >= 0 else "in a moment"
    return words if seconds > 0 else f"in {words}"


def since(then: datetime, now: datetime) -> str:
    """``age`` as it stands in a sentence: ``12 min ago``, ``just now``, ``in 5 min``."""
    words = age(then, now)
    return f"{words} ago" if words[0].isdigit() else words


def waited(then: datetime, now: datetime) -> str:
    """For how long: ``12 min``, ``under a minute``."""
    return _span((now - then).total_seconds()) or "under a minute"


def step(name: str) -> str:
    """What a step does, to stand inside a sentence."""
    title = STEPS.get(name, name)
    return title[0].lower() + title[1:]


def here(run: Run) -> str:
    """What to say beside the step that a run stands at."""
    return {
        RunStatus.PROCESSING: "working on it",
        RunStatus.WAITING: "waits here",
        RunStatus.FAILED: "stopped here",
    }.get(run.status, STEP_STATES["pending"])


def _span(seconds: float) -> str | None:
    if seconds < _MINUTE:
        return None
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} days"


def exact(at: datetime) -> str:
    """``24 Nov 2026, 10:00 UTC``."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def lead_time(at: datetime, draft: Draft) -> str | None:
    """The same moment where the lead is, where that is known: ``11:00 (Berlin, CET)``."""
    person = draft.lead.person
    zone = zone_for(person.country or draft.lead.company.country, person.time_zone)
    if zone is None:
        return None
    local = at.astimezone(zone_info(zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M} ({zone_label(at, zone)})"


def milliseconds(value: float | None) -> str:
    """A duration as a person reads it."""
    if value is None:
        return ""
    if value < 0.5:
        return "< 1 ms"
    if value < 1000:
        return f"{value:.0f} ms"
    return f"{value / 1000:.1f} s"


def why_title(decision: Decision | None) -> str:
    """The line above the reasons of the latest decision."""
    if decision is None:
        return "No decision has been made yet"
    return {
        Verdict.AUTO_APPROVED: "Approved on its own because",
        Verdict.NEEDS_REVIEW: "Waits for you because",
        Verdict.APPROVED: "Approved by a person",
        Verdict.REJECTED: "Rejected by a person",
    }[decision.verdict]


def waiting(run: Run, now: datetime) -> str | None:
    """What a waiting run waits for, in a sentence; None for any other."""
    if run.status is not RunStatus.WAITING:
        return None
    why = run.waiting_for or "It waits"
    if run.next_attempt_at is None:
        return f"{why.rstrip('.')}. It goes on when a person acts."
    return f"{why.rstrip('.')}. Next try {age(run.next_attempt_at, now)}."


MAILBOX_DONE = {
    "disconnected": "The mailbox is disconnected, and Google confirmed that our access is gone.",
    "forgotten": "The mailbox is disconnected here. Google did not confirm it: remove salesagent"
    " in the account's own settings, too.",
}


def mailbox_state(view: MailboxView) -> str:
    """How a mailbox stands, and what that means, in a sentence or two."""
    if view.connected:
        return "Connected."
    if view.connection is None:
        return "Not connected yet: no draft can be made in it."
    if view.connection.why is Lost.REVOKED:
        return (
            "Google withdrew our access (a changed password, a withdrawn consent, or its age). "
            "Nothing is read, drafted or sent in it until it is connected again."
        )
    return "Disconnected by one of you. Nothing is read, drafted or sent in it."


def short(text: str | None, most: int = 120) -> str:
    """The beginning of a text that may be of any length, on one line."""
    if not text:
        return ""
    if len(text) > most * 4:
        text = text[: most * 4]
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
