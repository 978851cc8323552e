"""The sixteen steps in order, with what each needs."""

from __future__ import annotations

from datetime import timedelta

import attrs

from salesagent_core.domain.approval import Case
from salesagent_core.domain.context import (
    Assets,
    CheckedDraft,
    CompanyNotes,
    CrmTaskRef,
    Recollections,
    ValidSubmission,
    WrittenDraft,
)
from salesagent_core.domain.conversation import Conversation, ThreadsFound
from salesagent_core.domain.draft import MailboxDraft
from salesagent_core.domain.icp import Fit
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.planning import NextStep
from salesagent_core.domain.scheduling import SlotOffer
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.ports.assets import AssetStore
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.crm import Crm
from salesagent_core.ports.crm_updates import CrmUpdates
from salesagent_core.ports.experiments import ActiveExperiments
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.mailbox import MailDrafts, MailReader
from salesagent_core.ports.memory import Memory
from salesagent_core.ports.opt_out_links import OptOutLinks
from salesagent_core.ports.templates import Templates
from salesagent_core.ports.unit_of_work import ApprovalHook
from salesagent_core.ports.voices import Voices
from salesagent_core.ports.writer import Writer
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.step import Step, Workflow
from salesagent_core.use_cases.steps.check_draft import check_draft
from salesagent_core.use_cases.steps.create_crm_task import CreateCrmTask
from salesagent_core.use_cases.steps.create_draft import CreateDraft
from salesagent_core.use_cases.steps.decide import PublishDraft, decide
from salesagent_core.use_cases.steps.find_assets import FindAssets
from salesagent_core.use_cases.steps.load_voice import LoadVoice
from salesagent_core.use_cases.steps.plan_next_step import plan_next_step
from salesagent_core.use_cases.steps.propose_slots import ProposeSlots
from salesagent_core.use_cases.steps.read_thread import ReadThread
from salesagent_core.use_cases.steps.recall_memory import RecallMemory
from salesagent_core.use_cases.steps.research_company import ResearchCompany
from salesagent_core.use_cases.steps.resolve_contact import ResolveContact
from salesagent_core.use_cases.steps.score_fit import score_fit
from salesagent_core.use_cases.steps.search_threads import SearchThreads
from salesagent_core.use_cases.steps.validate_submission import ValidateSubmission
from salesagent_core.use_cases.steps.write_draft import WriteDraft

WRITING_TIMEOUT = timedelta(seconds=180)
"""Two tries of a language model."""


@attrs.frozen(kw_only=True)
class World:
    """The ports that the steps touch the world through."""

    crm: Crm
    mail_reader: MailReader
    mail_drafts: MailDrafts
    calendar: Calendar
    assets: AssetStore
    memory: Memory
    writer: Writer
    voices: Voices
    clock: Clock
    ids: IdSource
    opt_outs: OptOutLinks | None = None
    on_approval: ApprovalHook | None = None
    crm_updates: CrmUpdates | None = None
    trust: EarnedTrust | None = None
    experiments: ActiveExperiments | None = None
    templates: Templates | None = None


def sixteen_steps(world: World) -> Workflow:
    """The workflow over these ports."""
    return Workflow(
        (
            Step(
                name="validate_submission",
                result=ValidSubmission,
                compute=ValidateSubmission(world.clock),
            ),
            Step(
                name="resolve_contact",
                result=Lead,
                needs=("validate_submission",),
                act=ResolveContact(world.crm),
            ),
            Step(
                name="research_company",
                result=CompanyNotes,
                needs=("resolve_contact",),
                act=ResearchCompany(world.crm),
                gap="the CRM's notes could not be read, so the draft does not draw on them",
            ),
            Step(
                name="search_threads",
                result=ThreadsFound,
                needs=("validate_submission",),
                act=SearchThreads(world.mail_reader),
            ),
            Step(
                name="read_thread",
                result=Conversation,
                needs=("search_threads",),
                act=ReadThread(world.mail_reader),
            ),
            Step(
                name="recall_memory",
                result=Recollections,
                needs=("validate_submission",),
                act=RecallMemory(world.memory),
                gap="similar past mails could not be recalled",
            ),
            Step(
                name="find_assets",
                result=Assets,
                needs=("validate_submission",),
                act=FindAssets(world.assets),
                gap="the files could not be searched, so none is linked",
            ),
            Step(
                name="propose_slots",
                result=SlotOffer,
                needs=("validate_submission",),
                act=ProposeSlots(world.calendar, world.clock),
                gap="the calendar was unavailable, so no times are offered",
            ),
            Step(
                name="load_voice",
                result=VoiceProfile,
                needs=("validate_submission",),
                act=LoadVoice(world.voices),
                gap="the sender's voice profile could not be read, so the house's was used",
            ),
            Step(
                name="score_fit",
                result=Fit,
                needs=("resolve_contact", "research_company"),
                compute=score_fit,
            ),
            Step(
                name="plan_next_step",
                result=NextStep,
                needs=("score_fit", "read_thread", "propose_slots"),
                compute=plan_next_step,
            ),
            Step(
                name="write_draft",
                result=WrittenDraft,
                needs=("plan_next_step", "recall_memory", "find_assets", "load_voice"),
                act=WriteDraft(world.writer, world.experiments, world.templates),
                timeout=WRITING_TIMEOUT,
            ),
            Step(
                name="check_draft",
                result=CheckedDraft,
                needs=("write_draft",),
                compute=check_draft,
            ),
            Step(
                name="create_draft",
                result=MailboxDraft,
                needs=("check_draft",),
                act=CreateDraft(world.mail_drafts, world.opt_outs),
            ),
            Step(
                name="create_crm_task",
                result=CrmTaskRef,
                # Another pass carries create_draft over, so that it alone would be no wait.
                needs=("check_draft", "create_draft"),
                act=CreateCrmTask(world.crm, world.crm_updates),
                gap="the task in the CRM could not be made",
                detached=True,
            ),
            Step(
                name="decide",
                result=Case,
                needs=("check_draft", "create_draft"),
                compute=decide,
                commit=PublishDraft(world.clock, world.ids, world.on_approval, world.trust),
            ),
        )
    )
