"""The workflow's shape: what it refuses to be, and what the sixteen steps promise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from salesagent_adapters.memory.assets import MemoryAssets
from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.memory import LongMemory
from salesagent_adapters.memory.world import World as VendorWorld
from salesagent_adapters.memory.writer import MemoryWriter
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.run import REWRITTEN_STEPS, STEP_NAMES
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.step import Step, Workflow
from salesagent_core.use_cases.workflow import World, sixteen_steps

OPTIONAL = {
    "research_company",
    "recall_memory",
    "find_assets",
    "propose_slots",
    "load_voice",
    "create_crm_task",
}
PURE = {"validate_submission", "score_fit", "plan_next_step", "check_draft", "decide"}


class NoVoices:
    async def load(self, tenant_id: TenantId, mailbox: str) -> VoiceProfile | None:
        return None


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    clock = SystemClock()
    vendors = VendorWorld(clock)
    mailbox = MemoryMailbox(vendors)
    return sixteen_steps(
        World(
            crm=MemoryCrm(vendors),
            mail_reader=mailbox,
            mail_drafts=mailbox,
            calendar=MemoryCalendar(vendors),
            assets=MemoryAssets(vendors),
            memory=LongMemory(vendors),
            writer=MemoryWriter(),
            voices=NoVoices(),
            clock=clock,
            ids=RandomIds(clock),
        )
    )


def step(name: str, *needs: str) -> Step:
    return Step(name=name, result=object, needs=needs, compute=lambda _: None)


# --- what it refuses ---------------------------------------------------------------------------


def test_a_step_acts_or_computes_and_not_both() -> None:
    async def act(_: Facts) -> object:
        return None

    with pytest.raises(ValueError, match="either act or compute"):
        Step(name="neither", result=object)
    with pytest.raises(ValueError, match="either act or compute"):
        Step(name="both", result=object, act=act, compute=lambda _: None)


def test_a_step_cannot_need_what_comes_later_or_never() -> None:
    with pytest.raises(ValueError, match="step a needs"):
        Workflow([step("a", "b"), step("b")])
    with pytest.raises(ValueError, match="'nothing'"):
        Workflow([step("a"), step("b", "nothing")])
    with pytest.raises(ValueError, match="step a needs"):
        Workflow([step("a", "a")])


def test_a_step_stands_once_in_the_workflow() -> None:
    with pytest.raises(ValueError, match="twice"):
        Workflow([step("a"), step("a")])


@hypothesis_settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"), max_size=3)),
        max_size=6,
    )
)
def test_whatever_is_taken_can_be_run_in_its_order(steps: list[tuple[str, set[str]]]) -> None:
    made = [step(name, *sorted(needs)) for name, needs in steps]
    try:
        taken = Workflow(made)
    except ValueError:
        return
    done: set[str] = set()
    for one in taken.steps:
        assert done.issuperset(one.needs)
        assert one.name not in done
        done.add(one.name)


# --- the sixteen -------------------------------------------------------------------------------


def test_the_sixteen_steps_in_the_order_people_read_them(workflow: Workflow) -> None:
    assert tuple(one.name for one in workflow.steps) == STEP_NAMES
    assert len(STEP_NAMES) == 16
    assert set(workflow.result_types) == set(STEP_NAMES)


def test_only_optional_steps_may_be_missing_and_each_says_what_is_then(workflow: Workflow) -> None:
    assert {one.name for one in workflow.steps if one.gap is not None} == OPTIONAL
    assert all(one.gap for one in workflow.steps if one.name in OPTIONAL)
    # Only the task in the CRM is tried again beside the run.
    assert [one.name for one in workflow.steps if one.detached] == ["create_crm_task"]


def test_pure_steps_touch_nothing(workflow: Workflow) -> None:
    assert {one.name for one in workflow.steps if one.act is None} == PURE


def test_nothing_waits_for_the_task_in_the_crm(workflow: Workflow) -> None:
    assert all("create_crm_task" not in one.needs for one in workflow.steps)


def test_independent_steps_can_run_at_the_same_time(workflow: Workflow) -> None:
    chains = [
        {"resolve_contact", "research_company"},
        {"search_threads", "read_thread"},
        {"recall_memory"},
        {"find_assets"},
        {"propose_slots"},
        {"load_voice"},
    ]
    for one, other in itertools.permutations(chains, 2):
        for name in one:
            assert not _all_needs(workflow, name) & other, f"{name} waits for {other}"


def test_the_draft_is_written_from_everything_and_checked_before_anybody_sees_it(
    workflow: Workflow,
) -> None:
    needed = _all_needs(workflow, "write_draft")
    assert needed == set(STEP_NAMES[: STEP_NAMES.index("write_draft")])
    for name in ("create_draft", "create_crm_task", "decide"):
        assert "check_draft" in _all_needs(workflow, name)


def test_another_pass_starts_nothing_before_what_it_does_again(workflow: Workflow) -> None:
    """All but the rewritten steps are carried over, so they are no wait for anything."""
    carried = set(STEP_NAMES) - REWRITTEN_STEPS
    for name in ("decide", "create_crm_task"):
        (one,) = [each for each in workflow.steps if each.name == name]
        assert not carried.issuperset(one.needs), f"{name} would start before the check"


def _all_needs(workflow: Workflow, name: str) -> set[str]:
    needs = {one.name: one.needs for one in workflow.steps}

    def walk(start: str) -> Iterator[str]:
        for need in needs[start]:
            yield need
            yield from walk(need)

    return set(walk(name))
