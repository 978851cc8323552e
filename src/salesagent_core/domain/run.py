"""The run: one pass of the workflow over one submission, and its journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from salesagent_core.ids import RunId, SubmissionId, TenantId

STEP_NAMES = (
    "validate_submission",
    "resolve_contact",
    "research_company",
    "search_threads",
    "read_thread",
    "recall_memory",
    "find_assets",
    "propose_slots",
    "load_voice",
    "score_fit",
    "plan_next_step",
    "write_draft",
    "check_draft",
    "create_draft",
    "create_crm_task",
    "decide",
)
"""The sixteen steps, in the order in which people read them."""

RETRY_BASE = timedelta(seconds=60)
RETRIES_AFTER_FIRST = 3
RETRY_JITTER = 0.2
LEASE = timedelta(seconds=30)
"""How long a worker owns a run without renewing; renewed every third of it."""


class RunStatus(StrEnum):
    """``waiting`` covers both a timed retry and a run parked until a person acts."""

    TRIGGERED = "triggered"
    PROCESSING = "processing"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"


class StepStatus(StrEnum):
    """How a step ended. ``degraded``: an optional step failed and the gap is marked."""

    DONE = "done"
    DEGRADED = "degraded"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Redraft:
    """An operator's wish for another version: what to change, and the text it is about."""

    instruction: str
    previous_subject: str
    previous_body: str
    asked_by: str


@attrs.frozen(kw_only=True)
class Run:
    """``pass_number`` counts regenerations: each pass has its own journal rows.

    ``attempt`` counts the failures of the step that the run is stuck on, from 0. A run that is
    waiting with ``next_attempt_at`` None is parked until a person acts.
    """

    id: RunId
    tenant_id: TenantId
    submission_id: SubmissionId
    status: RunStatus
    created_at: datetime
    updated_at: datetime
    pass_number: int = 1
    attempt: int = 0
    next_attempt_at: datetime | None = None
    waiting_for: str | None = None
    failure: str | None = None
    finished_at: datetime | None = None
    current_step: str | None = None
    redraft: Redraft | None = None


@attrs.frozen(kw_only=True)
class Lease:
    """The right to write for one run. A write with an older token changes nothing."""

    tenant_id: TenantId
    run_id: RunId
    token: int
    pass_number: int


@attrs.frozen(kw_only=True)
class JournalEntry:
    """What one step left behind. ``result`` is a domain value of the step's own type.

    ``gap`` says, for a degraded step, what is missing because of it.
    """

    step: str
    status: StepStatus
    started_at: datetime
    finished_at: datetime
    result: object = None
    gap: str | None = None


@attrs.frozen(kw_only=True)
class Degradation:
    """A visible gap in a draft: which step failed, and what is missing because of it."""

    step: str
    gap: str


class DeadLetterState(StrEnum):
    """``retried``: a person sent it round again; ``resolved``: a person closed it."""

    OPEN = "open"
    RETRIED = "retried"
    RESOLVED = "resolved"


@attrs.frozen(kw_only=True)
class DeadLetter:
    """Work that gave up.

    ``subject_kind`` is ``run``, ``crm_event`` or ``draft`` (its copy in the mailbox), and
    ``subject_id`` the id of it; the payload is stored there. ``code`` is the kind of failure,
    ``error`` a sentence without personal data.
    """

    id: str
    tenant_id: TenantId
    subject_kind: str
    subject_id: str
    step: str
    code: str
    error: str
    attempts: int
    created_at: datetime
    state: DeadLetterState = DeadLetterState.OPEN
    settled_at: datetime | None = None
    settled_by: str | None = None
    note: str | None = None


def retry_at(
    now: datetime, failures: int, jitter: float, not_before: datetime | None = None
) -> datetime | None:
    """When to try again after the n-th failure, or None when there is nothing left to try.

    ``2^n x 60 s`` for n = 0, 1, 2, stretched by up to ``RETRY_JITTER``.

    Args:
        now: the time of the failure.
        failures: how many times it has failed, this one included (1 or more).
        jitter: a random number in 0..1.
        not_before: the time the other side named (``Retry-After``), which is never undercut.
    """
    if failures > RETRIES_AFTER_FIRST:
        return None
    delay = RETRY_BASE * 2 ** (failures - 1) * (1 + RETRY_JITTER * jitter)
    at: datetime = now + delay
    return max(at, not_before) if not_before is not None else at


REWRITTEN_STEPS = frozenset(
    {"read_thread", "plan_next_step", "write_draft", "check_draft", "decide"}
)
"""What another pass does again (they may have written in the meantime); all other results are
carried over from the pass before."""


_TASK_STATES = {
    RunStatus.TRIGGERED: "PENDING",
    RunStatus.PROCESSING: "STARTED",
    RunStatus.WAITING: "RETRY",
    RunStatus.COMPLETED: "SUCCESS",
    RunStatus.FAILED: "FAILURE",
}


def task_state(status: RunStatus) -> str:
    """The run's status in the words of the task API."""
    return _TASK_STATES[status]
