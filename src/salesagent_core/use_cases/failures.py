"""The one table of what an error in a step means for its run.

=================  ==========================================================================
error              for a required step
=================  ==========================================================================
InvalidInput       the run fails with the reason; trying again would not help
UnusableOutput     parked for a person: the language model will not do it
NeedsReauth        parked for a person: somebody must reconnect the account
OverBudget         waits, and looks again now and then, until the budget is raised or the month
                   is over
Rejected           dead letter at once
anything else      3 more attempts at 1, 2 and 4 minutes (or when the other side said), then
                   a dead letter
=================  ==========================================================================

An optional step degrades instead, whatever the error; a detached one is first tried again. Only a
mailbox that must be connected again parks the run at any step: it goes on by itself once that is
done, and an answer without its thread or its times would be worse than a later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

import attrs

from salesagent_core.domain.run import retry_at
from salesagent_core.domain.spending import BUDGET_REACHED, month_ends
from salesagent_core.errors import (
    InvalidInput,
    NeedsReauth,
    OverBudget,
    RateLimited,
    Rejected,
    SalesAgentError,
    Unavailable,
    UnusableOutput,
)
from salesagent_core.use_cases.step import Step

BUDGET_RECHECK = timedelta(hours=1)
"""Settings may raise a budget too, and nobody says so: a look costs one question."""


class Severity(IntEnum):
    """When several steps fail at once, the gravest one decides about the run."""

    DEGRADE = 0
    RETRY = 1
    PARK = 2
    BURY = 3
    FAIL = 4


@attrs.frozen(kw_only=True)
class StepFailure:
    """What becomes of a step that raised. ``error`` is a sentence without personal data;
    ``mailbox`` is the one that must be connected before it can go on."""

    step: Step
    severity: Severity
    code: str
    error: str
    attempts: int
    retry_at: datetime | None = None
    mailbox: str | None = None
    waiting_code: str | None = None


def judge_failure(
    step: Step, error: Exception, *, now: datetime, failures: int, jitter: float
) -> StepFailure:
    """Decide about one failed step.

    Args:
        step: the step that raised.
        error: what it raised.
        now: the time of the failure.
        failures: how often this step has failed in this run, this time included.
        jitter: a random number in 0..1.
    """
    severity, at = _severity(step, error, now, failures, jitter)
    if isinstance(error, OverBudget) and severity is Severity.RETRY:
        # To wait is not to fail: no try is used up.
        return StepFailure(
            step=step,
            severity=severity,
            code=_code(error),
            error=_sentence(error),
            attempts=failures - 1,
            retry_at=at,
            waiting_code=BUDGET_REACHED,
        )
    return StepFailure(
        step=step,
        severity=severity,
        code=_code(error),
        error=_sentence(error),
        attempts=failures,
        retry_at=at,
        mailbox=error.mailbox if isinstance(error, NeedsReauth) else None,
    )


def gravest(failures: Sequence[StepFailure]) -> StepFailure:
    """The failure that decides about the run when several steps failed at once.

    Among equals it is one that a person must look at, then the step that failed most often: the
    run counts the attempts of one step, and two that took turns would be tried for ever. It waits
    until the last of the times at which one of them may be tried again.
    """
    worst = max(failures, key=lambda each: (each.severity, each.mailbox is None, each.attempts))
    times = [failure.retry_at for failure in failures if failure.retry_at is not None]
    if worst.retry_at is None:
        return worst
    return attrs.evolve(worst, retry_at=max(times))


def _severity(
    step: Step, error: Exception, now: datetime, failures: int, jitter: float
) -> tuple[Severity, datetime | None]:
    if isinstance(error, NeedsReauth) and error.mailbox is not None:
        return Severity.PARK, None
    if isinstance(error, OverBudget) and step.gap is None:
        return Severity.RETRY, min(now + BUDGET_RECHECK, month_ends(now))
    final = isinstance(error, InvalidInput | Rejected | NeedsReauth)
    named = error.retry_at if isinstance(error, RateLimited | Unavailable) else None
    at = None if final else retry_at(now, failures, jitter, named)
    if step.gap is not None and (not step.detached or at is None):
        return Severity.DEGRADE, None
    if at is not None:
        return Severity.RETRY, at
    if isinstance(error, InvalidInput):
        return Severity.FAIL, None
    if isinstance(error, UnusableOutput | NeedsReauth):
        return Severity.PARK, None
    return Severity.BURY, None


def _code(error: Exception) -> str:
    return type(error).__name__


def _sentence(error: Exception) -> str:
    if isinstance(error, SalesAgentError):
        return str(error)
    # A bug or an unmapped library error: its text may quote somebody's data.
    return f"unexpected {type(error).__name__}"
