"""What an error in a step means for its run, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from salesagent_core.domain.run import RETRIES_AFTER_FIRST, RETRY_JITTER, retry_at
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    NeedsReauth,
    NotFound,
    OverBudget,
    PolicyRefused,
    RateLimited,
    Reason,
    Rejected,
    Unavailable,
    UnusableOutput,
)
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.failures import (
    BUDGET_RECHECK,
    Severity,
    StepFailure,
    gravest,
    judge_failure,
)
from salesagent_core.use_cases.step import Step

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


async def _act(_: Facts) -> object:
    return None


REQUIRED = Step(name="required", result=object, act=_act)
OPTIONAL = Step(name="optional", result=object, act=_act, gap="something is missing")
DETACHED = Step(name="detached", result=object, act=_act, gap="something is missing", detached=True)

FINAL: dict[Exception, Severity] = {
    InvalidInput("the form is empty"): Severity.FAIL,
    UnusableOutput("the model refused"): Severity.PARK,
    NeedsReauth("access was revoked"): Severity.PARK,
    Rejected("the CRM refuses it"): Severity.BURY,
}
MAY_WORK_LATER = (
    Unavailable("down"),
    RateLimited("too much", retry_at=LATER),
    Conflict("the world moved on"),
    NotFound("no such thread"),
    PolicyRefused([Reason(code="no", sentence="not now")]),
    RuntimeError("a bug that names maria@example.com"),
    TimeoutError(),
)


def judge(step: Step, error: Exception, failures: int = 1, jitter: float = 0.0) -> StepFailure:
    return judge_failure(step, error, now=NOW, failures=failures, jitter=jitter)


@pytest.mark.parametrize("error", FINAL, ids=lambda error: type(error).__name__)
def test_what_trying_again_cannot_help_is_final_for_a_required_step(error: Exception) -> None:
    failure = judge(REQUIRED, error)
    assert failure.severity is FINAL[error]
    assert failure.retry_at is None
    assert (failure.code, failure.error) == (type(error).__name__, str(error))


@pytest.mark.parametrize("error", MAY_WORK_LATER, ids=lambda error: type(error).__name__)
def test_anything_else_is_tried_three_times_more(error: Exception) -> None:
    for failures in (1, 2, 3):
        failure = judge(REQUIRED, error, failures)
        assert failure.severity is Severity.RETRY
        assert failure.retry_at is not None
        assert failure.retry_at > NOW
        assert failure.attempts == failures
    last = judge(REQUIRED, error, 4)
    assert (last.severity, last.retry_at) == (Severity.BURY, None)


@pytest.mark.parametrize("error", [*FINAL, *MAY_WORK_LATER], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("failures", [1, 4])
def test_an_optional_step_degrades_whatever_it_raised(error: Exception, failures: int) -> None:
    failure = judge(OPTIONAL, error, failures)
    assert (failure.severity, failure.retry_at) == (Severity.DEGRADE, None)


@pytest.mark.parametrize("error", MAY_WORK_LATER, ids=lambda error: type(error).__name__)
def test_a_detached_step_is_tried_again_first_and_degrades_in_the_end(error: Exception) -> None:
    assert [judge(DETACHED, error, failures).severity for failures in (1, 2, 3, 4)] == [
        Severity.RETRY,
        Severity.RETRY,
        Severity.RETRY,
        Severity.DEGRADE,
    ]


@pytest.mark.parametrize("error", FINAL, ids=lambda error: type(error).__name__)
def test_a_detached_step_degrades_at_once_when_trying_again_cannot_help(error: Exception) -> None:
    assert judge(DETACHED, error).severity is Severity.DEGRADE


def test_an_unexpected_errors_text_is_not_kept() -> None:
    failure = judge(REQUIRED, RuntimeError("maria@example.com is not a number"))
    assert (failure.code, failure.error) == ("RuntimeError", "unexpected RuntimeError")


# --- several at once ---------------------------------------------------------------------------

ORDER = (Severity.DEGRADE, Severity.RETRY, Severity.PARK, Severity.BURY, Severity.FAIL)


def test_the_gravest_of_several_decides() -> None:
    assert sorted(Severity) == list(ORDER)
    errors = [Unavailable("down"), NeedsReauth("gone"), Rejected("no"), InvalidInput("bad")]
    for count in range(1, len(errors) + 1):
        failures = [judge(REQUIRED, error) for error in errors[:count]]
        assert gravest(failures) == failures[-1]
        assert gravest(failures[::-1]) == failures[-1]


def test_of_two_steps_that_fail_in_turns_the_one_stuck_longest_is_counted() -> None:
    often, fresh = judge(REQUIRED, Unavailable("down"), 3), judge(REQUIRED, Unavailable("down"), 1)
    assert gravest([fresh, often]).attempts == 3
    assert gravest([often, fresh]).attempts == 3


def test_a_run_waits_for_the_last_of_the_times_that_its_steps_may_be_tried_at() -> None:
    soon = judge(REQUIRED, Unavailable("down"), 2)
    named = judge(REQUIRED, RateLimited("too much", retry_at=LATER), 1)
    assert gravest([soon, named]).retry_at == LATER
    parked = judge(REQUIRED, NeedsReauth("gone"))
    assert gravest([named, parked]).retry_at is None


# --- times -------------------------------------------------------------------------------------

moments = st.integers(0, 3_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@hypothesis_settings(max_examples=100)
@given(now=moments, failures=st.integers(1, RETRIES_AFTER_FIRST), jitter=st.floats(0, 1))
def test_a_try_waits_twice_as_long_as_the_one_before(
    now: datetime, failures: int, jitter: float
) -> None:
    at = retry_at(now, failures, jitter)
    assert at is not None
    base = 60 * 2 ** (failures - 1)
    waited = (at - now).total_seconds()
    assert base <= waited <= base * (1 + RETRY_JITTER) + 1e-6


@hypothesis_settings(max_examples=100)
@given(
    now=moments,
    failures=st.integers(1, RETRIES_AFTER_FIRST),
    jitter=st.floats(0, 1),
    named=st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)),
)
def test_no_try_comes_before_the_time_that_the_other_side_named(
    now: datetime, failures: int, jitter: float, named: timedelta
) -> None:
    at, plain = retry_at(now, failures, jitter, now + named), retry_at(now, failures, jitter)
    assert at is not None
    assert plain is not None
    assert at >= now + named
    assert at == max(plain, now + named)


@given(failures=st.integers(RETRIES_AFTER_FIRST + 1, 1000), jitter=st.floats(0, 1))
def test_there_is_an_end(failures: int, jitter: float) -> None:
    assert retry_at(NOW, failures, jitter, LATER) is None


def test_two_runs_that_failed_together_do_not_come_back_together() -> None:
    assert retry_at(NOW, 1, 0.0) != retry_at(NOW, 1, 1.0)


# --- a mailbox that must be connected ------------------------------------------------------------

LOST = NeedsReauth("the mailbox must be connected again", mailbox="sales@example.com")


@pytest.mark.parametrize("step", [REQUIRED, OPTIONAL, DETACHED], ids=lambda step: step.name)
@pytest.mark.parametrize("failures", [1, RETRIES_AFTER_FIRST + 1])
def test_a_lost_mailbox_parks_the_run_at_any_step_because_a_late_answer_beats_a_poor_one(
    step: Step, failures: int
) -> None:
    failure = judge(step, LOST, failures=failures)
    assert failure.severity is Severity.PARK
    assert failure.mailbox == "sales@example.com"
    assert failure.retry_at is None
    assert "sales@example.com" not in failure.error


def test_what_a_person_must_look_at_is_not_hidden_behind_a_lost_mailbox() -> None:
    lost = judge(OPTIONAL, LOST, failures=4)
    refused = judge(REQUIRED, UnusableOutput("the model refused"))
    down = judge(REQUIRED, Unavailable("down"), failures=2)
    assert gravest([lost, refused]) is refused
    assert gravest([refused, lost]) is refused
    assert gravest([down, lost]) is lost
    assert gravest([judge(REQUIRED, Rejected("no")), lost]).severity is Severity.BURY


@pytest.mark.parametrize("failures", [1, 9])
def test_a_used_up_budget_is_waited_for_however_often_and_uses_up_no_try(failures: int) -> None:
    used_up = OverBudget([Reason(code="over_hard_token_budget", sentence="it is used up")])
    failure = judge(REQUIRED, used_up, failures)
    assert failure.severity is Severity.RETRY
    assert failure.retry_at == NOW + BUDGET_RECHECK
    assert (failure.attempts, failure.waiting_code) == (failures - 1, "budget_reached")
    assert judge(OPTIONAL, used_up).severity is Severity.DEGRADE
    # Near its end the month itself comes first.
    end = datetime(2026, 3, 31, 23, 50, tzinfo=UTC)
    last = judge_failure(REQUIRED, used_up, now=end, failures=1, jitter=0.0)
    assert last.retry_at == datetime(2026, 4, 1, tzinfo=UTC)
