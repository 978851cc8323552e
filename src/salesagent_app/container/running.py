"""Runs: the sixteen steps, what they need, and where what they did is written and read."""

from __future__ import annotations

from operator import attrgetter
from typing import cast

from dependency_injector import providers

from salesagent_adapters.postgres.experiments import PgActiveExperiments
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.outcome_reads import PgOutcomeReads
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.postgres.templates import PgTemplates
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_app.container.ground import Ground, batch_sizes
from salesagent_app.container.vendors import Vendors
from salesagent_core.domain.draft import Draft
from salesagent_core.ports.unit_of_work import ApprovalHook, SendingTransaction, Transaction
from salesagent_core.use_cases.advance_run import AdvanceRuns
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.send_intent import SendIntent
from salesagent_core.use_cases.step import Workflow
from salesagent_core.use_cases.workflow import World, sixteen_steps


def _approval_hook(intent: SendIntent) -> ApprovalHook:
    async def schedule(tx: Transaction, draft: Draft, *, by: str, automatic: bool) -> None:
        # Every transaction of this application is the database's, which can do all of it.
        await intent.on_approval(cast(SendingTransaction, tx), draft, by=by, automatic=automatic)

    return schedule


class Running(Vendors):
    """The steps of a run, and the work on it."""

    on_approval = providers.Singleton(
        _approval_hook,
        providers.Singleton(
            SendIntent, tenants=Ground.tenants, permission=Ground.send_permission, ids=Ground.ids
        ),
    )

    trust = providers.Singleton(EarnedTrust, ids=Ground.ids)

    steps_world = providers.Singleton(
        World,
        crm=Vendors.crm,
        crm_updates=providers.Singleton(attrgetter("updates"), Vendors.hubspot),
        mail_reader=Vendors.mailbox,
        mail_drafts=Vendors.mailbox,
        calendar=Vendors.calendar,
        assets=Vendors.assets,
        memory=Vendors.memory,
        writer=Vendors.writer,
        voices=Ground.voices,
        clock=Ground.clock,
        ids=Ground.ids,
        opt_outs=Ground.opt_out_links,
        on_approval=on_approval,
        trust=trust,
        experiments=providers.Singleton(PgActiveExperiments, Ground.database, Ground.vault),
        templates=providers.Singleton(PgTemplates, Ground.database, Ground.vault),
    )

    workflow: providers.Provider[Workflow] = providers.Singleton(sixteen_steps, steps_world)
    result_types = workflow.provided.result_types
    unit_of_work = providers.Singleton(PgUnitOfWork, Ground.database, Ground.vault, result_types)

    journal = providers.Singleton(
        PgJournal,
        Ground.database,
        Ground.vault,
        result_types,
        sized=providers.Callable(batch_sizes, Ground.watch, "journal"),
        now=Ground.clock.provided.now,
    )

    read_model = providers.Singleton(PgReadModel, Ground.database, Ground.vault, result_types)
    outcome_reads = providers.Singleton(PgOutcomeReads, Ground.database, Ground.vault)

    advance_runs = providers.Singleton(
        AdvanceRuns,
        journal=journal,
        workflow=workflow,
        tenants=Ground.tenants,
        unit_of_work=unit_of_work,
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
        watch=Ground.watch,
    )
