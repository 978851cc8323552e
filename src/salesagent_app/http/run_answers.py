"""What the API answers of runs, field by field: OpenAPI documents exactly these classes."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.domain.run import STEP_NAMES, DeadLetter, JournalEntry, RunStatus, StepStatus
from salesagent_core.ports.read_model import RunDetail, RunSummary
from salesagent_core.use_cases.queries import TaskView


@attrs.frozen(kw_only=True)
class TaskAnswer:
    """How far a form has come. ``state`` is PENDING, STARTED, RETRY, SUCCESS or FAILURE."""

    task_id: str
    state: str
    progress: str
    done: int
    total: int
    current_step: str | None
    run_id: str | None
    draft_id: str | None
    error: str | None
    next_attempt_at: datetime | None


@attrs.frozen(kw_only=True)
class RunRow:
    """A run as the list shows it. ``degraded`` names the steps whose gaps the draft carries."""

    id: str
    submission_id: str
    status: RunStatus
    progress: str
    current_step: str | None
    pass_number: int
    attempt: int
    next_attempt_at: datetime | None
    waiting_for: str | None
    failure: str | None
    degraded: tuple[str, ...]
    draft_id: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


@attrs.frozen(kw_only=True)
class StepRow:
    """One of the sixteen. ``status`` is pending (not run yet), done, degraded or failed;
    ``gap`` says what is missing because the step was degraded."""

    number: int
    name: str
    status: str
    started_at: datetime | None
    finished_at: datetime | None
    milliseconds: float | None
    gap: str | None


@attrs.frozen(kw_only=True)
class LetterRow:
    """Work that gave up. ``subject_kind`` is what ``subject_id`` names: a run or a CRM event."""

    id: str
    subject_kind: str
    subject_id: str
    step: str
    code: str
    error: str
    attempts: int
    state: str
    created_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    note: str | None


@attrs.frozen(kw_only=True)
class RunAnswer:
    """A run with all sixteen steps, in the order in which people read them."""

    run: RunRow
    steps: tuple[StepRow, ...]
    errors: tuple[LetterRow, ...]


@attrs.frozen(kw_only=True)
class QueueStatusAnswer:
    """Counts by state. Ages are in seconds, null when there is nothing."""

    runs: dict[str, int]
    due: int
    oldest_due_age: float | None
    drafts: dict[str, int]
    oldest_pending_age: float | None
    dead_letters_open: int
    crm_events_waiting: int


def task_answer(view: TaskView) -> TaskAnswer:
    """The task as the API shows it."""
    return TaskAnswer(
        task_id=view.task_id,
        state=view.state,
        progress=view.progress,
        done=view.done,
        total=view.total,
        current_step=view.current_step,
        run_id=view.run_id,
        draft_id=view.draft_id,
        error=view.error,
        next_attempt_at=view.next_attempt_at,
    )


def run_row(summary: RunSummary) -> RunRow:
    """The run as a row."""
    run = summary.run
    return RunRow(
        id=run.id,
        submission_id=run.submission_id,
        status=run.status,
        progress=f"{summary.done}/{len(STEP_NAMES)}",
        current_step=run.current_step,
        pass_number=run.pass_number,
        attempt=run.attempt,
        next_attempt_at=run.next_attempt_at,
        waiting_for=run.waiting_for,
        failure=run.failure,
        degraded=tuple(summary.degraded),
        draft_id=summary.draft_id,
        created_at=run.created_at,
        updated_at=run.updated_at,
        finished_at=run.finished_at,
    )


def run_answer(detail: RunDetail) -> RunAnswer:
    """The run with its steps: those that have not run yet are there too, as pending."""
    steps = step_rows(detail.entries)
    summary = RunSummary(
        run=detail.run,
        done=sum(step.status in (StepStatus.DONE, StepStatus.DEGRADED) for step in steps),
        degraded=tuple(step.name for step in steps if step.status == StepStatus.DEGRADED),
        draft_id=detail.draft_id,
    )
    return RunAnswer(
        run=run_row(summary),
        steps=steps,
        errors=tuple(letter_row(letter) for letter in detail.dead_letters),
    )


def step_rows(entries: tuple[JournalEntry, ...]) -> tuple[StepRow, ...]:
    """All sixteen steps in order, each with its latest entry."""
    latest = {entry.step: entry for entry in entries}
    return tuple(
        _step_row(number, name, latest.get(name)) for number, name in enumerate(STEP_NAMES, 1)
    )


def _step_row(number: int, name: str, entry: JournalEntry | None) -> StepRow:
    if entry is None:
        return StepRow(
            number=number,
            name=name,
            status="pending",
            started_at=None,
            finished_at=None,
            milliseconds=None,
            gap=None,
        )
    took = (entry.finished_at - entry.started_at).total_seconds() * 1000
    return StepRow(
        number=number,
        name=name,
        status=entry.status.value,
        started_at=entry.started_at,
        finished_at=entry.finished_at,
        milliseconds=round(took, 1),
        gap=entry.gap,
    )


def letter_row(letter: DeadLetter) -> LetterRow:
    """The dead letter as a row."""
    return LetterRow(
        id=letter.id,
        subject_kind=letter.subject_kind,
        subject_id=letter.subject_id,
        step=letter.step,
        code=letter.code,
        error=letter.error,
        attempts=letter.attempts,
        state=letter.state.value,
        created_at=letter.created_at,
        settled_at=letter.settled_at,
        settled_by=letter.settled_by,
        note=letter.note,
    )
