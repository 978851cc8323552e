"""Step 15: the task, the note, and what is written back about the lead."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.crm_more import MemoryCrmMore
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.context import CheckedDraft, ValidSubmission
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.run import Run, RunStatus
from salesagent_core.domain.submission import Submission, SubmissionSource
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Rejected, Unavailable
from salesagent_core.ids import RunId, SubmissionId, TenantId
from salesagent_core.ports.crm import ContactHint
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.steps.create_crm_task import CreateCrmTask

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TENANT = Tenant(
    id=TenantId("tenant-a"), name="Ours", mailbox="seller@ours.example", sender_name="Sam"
)
MISSING = (
    "Create the contact property salesagent_segment (Segment, text).",
    "Create the contact property salesagent_icp_fit (ICP fit (0-100), number).",
)


@attrs.frozen(kw_only=True)
class Stage:
    world: World
    facts: Facts
    step: CreateCrmTask

    def held(self) -> dict[str, str]:
        crm = self.world.tenant(TENANT.id).crm
        return crm.contacts[self.facts.lead.person.crm_id or ""].properties


@pytest.fixture
async def stage() -> Stage:
    world = World(FixedClock(NOW), seed=1)
    crm = MemoryCrm(world)
    lead = await crm.resolve(TENANT.id, ContactHint(email="ada@buyer.example"))
    submission = Submission(
        id=SubmissionId("s"), tenant_id=TENANT.id, source=SubmissionSource.FORM, received_at=NOW
    )
    facts = Facts(
        run=Run(
            id=RunId("r"),
            submission_id=submission.id,
            tenant_id=TENANT.id,
            status=RunStatus.PROCESSING,
            created_at=NOW,
            updated_at=NOW,
        ),
        submission=submission,
        tenant=TENANT,
        results={
            "validate_submission": ValidSubmission(email="ada@buyer.example", began_at=NOW),
            "resolve_contact": lead,
            "score_fit": Fit(score=0.8126, coverage=1.0, tier=Tier.HOT),
            "check_draft": CheckedDraft(subject="Hello", body="Text", content_hash="h"),
        },
    )
    return Stage(world=world, facts=facts, step=CreateCrmTask(crm, MemoryCrmMore(world)))


async def test_tier_and_fit_are_written_back(stage: Stage) -> None:
    stage.world.tenant(TENANT.id).crm.own_properties |= {
        "salesagent_segment",
        "salesagent_icp_fit",
    }
    made = await stage.step(stage.facts)
    assert made.task_id
    assert made.not_written == ()
    assert stage.held()["salesagent_segment"] == "hot"
    assert stage.held()["salesagent_icp_fit"] == "81.3"


async def test_what_the_crm_has_no_place_for_is_said(stage: Stage) -> None:
    made = await stage.step(stage.facts)
    assert made.not_written == MISSING
    assert "salesagent_segment" not in stage.held()


async def test_a_refusal_does_not_cost_the_task(stage: Stage) -> None:
    stage.world.faults.fail("crm.write_judgement", Rejected("the property is a number"))
    made = await stage.step(stage.facts)
    assert made.not_written == ("the property is a number",)
    assert len(stage.world.tenant(TENANT.id).crm.tasks) == 1


async def test_what_may_work_later_is_tried_again_without_a_second_task(stage: Stage) -> None:
    stage.world.faults.fail("crm.write_judgement", Unavailable("reset"))
    with pytest.raises(Unavailable):
        await stage.step(stage.facts)
    await stage.step(stage.facts)
    assert len(stage.world.tenant(TENANT.id).crm.tasks) == 1


async def test_without_a_way_to_write_there_is_only_the_task(stage: Stage) -> None:
    made = await CreateCrmTask(MemoryCrm(stage.world))(stage.facts)
    assert made.not_written == ()
    assert len(stage.world.tenant(TENANT.id).crm.tasks) == 1
