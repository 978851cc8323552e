"""The order of the sixteen steps, in a first pass and in another one."""

from __future__ import annotations

from typing import Any, cast

from salesagent_core.domain.run import REWRITTEN_STEPS, STEP_NAMES
from salesagent_core.use_cases.step import Workflow
from salesagent_core.use_cases.workflow import World, sixteen_steps


def workflow() -> Workflow:
    # The order needs no world: ports are only kept by the steps.
    nothing = cast("Any", None)
    return sixteen_steps(
        World(
            crm=nothing,
            mail_reader=nothing,
            mail_drafts=nothing,
            calendar=nothing,
            assets=nothing,
            memory=nothing,
            writer=nothing,
            voices=nothing,
            clock=nothing,
            ids=nothing,
        )
    )


def starts(finished: set[str]) -> list[list[str]]:
    """Which steps start together, round by round, until all are done."""
    rounds = []
    steps = workflow().steps
    while len(finished) < len(steps):
        ready = [
            step.name
            for step in steps
            if step.name not in finished and finished.issuperset(step.needs)
        ]
        assert ready, "the steps wait for one another"
        rounds.append(ready)
        finished |= set(ready)
    return rounds


def test_the_steps_are_the_sixteen_in_their_order() -> None:
    assert tuple(step.name for step in workflow().steps) == STEP_NAMES


def test_what_needs_only_the_form_starts_together() -> None:
    first, second, *_ = starts(set())
    assert first == ["validate_submission"]
    assert set(second) == {
        "resolve_contact",
        "search_threads",
        "recall_memory",
        "find_assets",
        "propose_slots",
        "load_voice",
    }


def test_another_pass_writes_checks_and_decides_one_after_the_other() -> None:
    carried_over = set(STEP_NAMES) - REWRITTEN_STEPS
    assert starts(carried_over) == [["write_draft"], ["check_draft"], ["decide"]]
