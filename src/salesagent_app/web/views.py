"""What the pages show, worked out before a template sees it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import attrs

from salesagent_app.http.draft_answers import thread_of
from salesagent_app.http.run_answers import StepRow, step_rows
from salesagent_app.web import words
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.conversation import Conversation
from salesagent_core.domain.draft import Draft, DraftStatus, Revision
from salesagent_core.domain.evidence import Source
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.run import JournalEntry
from salesagent_core.domain.scheduling import SlotOffer
from salesagent_core.errors import Reason
from salesagent_core.ports.read_model import RunDetail
from salesagent_core.use_cases.queries import DraftView


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the draft with one kind of marking. ``sources`` are the numbers that hold it;
    ``closes`` says that the numbers stand after it. ``unheld``: a claim without any source."""

    text: str
    claim: int | None = None
    sources: tuple[int, ...] = ()
    closes: bool = False
    unheld: bool = False
    finding: Finding | None = None


@attrs.frozen(kw_only=True)
class NumberedSource:
    """A source and the number that the text refers to it by; None where nothing leans on it."""

    number: int | None
    source: Source
    kind: str


@attrs.frozen(kw_only=True)
class ReviewView:
    """One draft as the review page shows it."""

    draft: Draft
    aps: float
    parts: tuple[Reason, ...]
    pieces: tuple[Piece, ...]
    cited: tuple[NumberedSource, ...]
    uncited: tuple[NumberedSource, ...]
    findings: tuple[Finding, ...]
    latest: Decision | None
    earlier: tuple[Decision, ...]
    thread: Conversation
    slots: SlotOffer | None
    revisions: tuple[Revision, ...]
    is_open: bool
    lead_now: str | None

    @property
    def blocked(self) -> bool:
        """True when a finding stops the mail."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)


@attrs.frozen(kw_only=True)
class Bar:
    """Where a step's time lies within the run's, in percent."""

    left: float
    width: float


@attrs.frozen(kw_only=True)
class TimelineRow:
    """One step of a run with its words and its bar."""

    step: StepRow
    title: str
    state: str
    took: str
    bar: Bar | None


MIN_BAR = 0.6


def review_view(reading: DraftView, now: datetime) -> ReviewView:
    """Work out the page of one draft."""
    detail = reading.detail
    draft = detail.draft
    numbers = _numbers(draft)
    sources = tuple(
        NumberedSource(
            number=numbers.get(source.id),
            source=source,
            kind=words.SOURCES.get(source.kind.value, source.kind.value),
        )
        for source in draft.sources
    )
    decisions = tuple(reversed(detail.decisions))
    cited = (one for one in sources if one.number is not None)
    return ReviewView(
        draft=draft,
        aps=reading.aps,
        parts=reading.parts,
        pieces=pieces(draft.revision, numbers),
        cited=tuple(sorted(cited, key=lambda one: one.number or 0)),
        uncited=tuple(one for one in sources if one.number is None),
        findings=tuple(
            sorted(draft.revision.findings, key=lambda one: words.SEVERITY_ORDER[one.severity])
        ),
        latest=decisions[0] if decisions else None,
        earlier=decisions[1:],
        thread=thread_of(detail.entries),
        slots=_slots(detail.entries),
        revisions=tuple(reversed(detail.revisions)),
        is_open=draft.status is DraftStatus.PENDING_APPROVAL,
        lead_now=words.lead_time(now, draft),
    )


def pieces(revision: Revision, numbers: dict[str, int]) -> tuple[Piece, ...]:
    """The body, cut wherever a claim or a finding begins or ends."""
    body = revision.body
    size = len(body)
    claims = [claim for claim in revision.claims if 0 <= claim.start < claim.end <= size]
    findings = [
        finding
        for finding in revision.findings
        if finding.part == "body" and 0 <= finding.start < finding.end <= size
    ]
    spans: list[tuple[int, int]] = [(one.start, one.end) for one in claims]
    spans += [(one.start, one.end) for one in findings]
    cuts = sorted({0, size, *(edge for span in spans for edge in span)})
    made = []
    for start, end in pairwise(cuts):
        index, claim = next(
            ((n, one) for n, one in enumerate(claims, 1) if one.start <= start < one.end),
            (None, None),
        )
        held = sorted({numbers[one] for one in claim.source_ids if one in numbers} if claim else ())
        made.append(
            Piece(
                text=body[start:end],
                claim=index,
                sources=tuple(held),
                closes=claim is not None and claim.end == end,
                unheld=claim is not None and not held,
                finding=next((one for one in findings if one.start <= start < one.end), None),
            )
        )
    return tuple(made)


def timeline(detail: RunDetail) -> tuple[TimelineRow, ...]:
    """The sixteen steps with bars on one scale, so that parallel ones stand side by side."""
    rows = step_rows(detail.entries)
    started = [row.started_at for row in rows if row.started_at is not None]
    finished = [row.finished_at for row in rows if row.finished_at is not None]
    begin = min(started, default=None)
    end = max(finished, default=None)
    return tuple(
        TimelineRow(
            step=row,
            title=words.STEPS.get(row.name, row.name),
            state=words.STEP_STATES.get(row.status, row.status),
            took=words.milliseconds(row.milliseconds),
            bar=_bar(row, begin, end),
        )
        for row in rows
    )


def _numbers(draft: Draft) -> dict[str, int]:
    """Sources are numbered in the order in which the text first leans on them."""
    known = {source.id for source in draft.sources}
    ordered: dict[str, int] = {}
    for claim in sorted(draft.revision.claims, key=lambda one: one.start):
        for source_id in claim.source_ids:
            if source_id in known and source_id not in ordered:
                ordered[source_id] = len(ordered) + 1
    return ordered


def _slots(entries: tuple[JournalEntry, ...]) -> SlotOffer | None:
    results = (entry.result for entry in entries if entry.step == "propose_slots")
    return next((one for one in results if isinstance(one, SlotOffer)), None)


def _bar(row: StepRow, begin: datetime | None, end: datetime | None) -> Bar | None:
    if row.started_at is None or row.finished_at is None or begin is None or end is None:
        return None
    whole = (end - begin).total_seconds() or 1.0
    left = (row.started_at - begin).total_seconds() / whole * 100
    width = (row.finished_at - row.started_at).total_seconds() / whole * 100
    width = max(width, MIN_BAR)
    return Bar(left=round(min(left, 100 - width), 2), width=round(width, 2))
