"""Verdicts on drafts: those of people, and those of rules."""

from __future__ import annotations

from typing import cast

from dependency_injector import providers

from salesagent_adapters.postgres.decision_history import PgDecisionHistory
from salesagent_app.container.ground import Ground
from salesagent_app.container.running import Running
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft
from salesagent_core.ports.unit_of_work import DecidingTransaction, ReviewHook, Transaction
from salesagent_core.ports.voices import VoiceTransaction
from salesagent_core.use_cases.backtest_policy import BacktestPolicy
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.learn_from_edits import LearnFromEdits
from salesagent_core.use_cases.manage_autonomy import ManageAutonomy
from salesagent_core.use_cases.manage_rules import ManageRules
from salesagent_core.use_cases.queries import Queries
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter


def _review_hook(trust: EarnedTrust, edits: LearnFromEdits) -> ReviewHook:
    async def reviewed(tx: Transaction, draft: Draft, decision: Decision) -> None:
        await trust.on_review(cast(DecidingTransaction, tx), draft, decision)
        await edits.on_review(cast(VoiceTransaction, tx), draft, decision)

    return reviewed


class Reviewing(Running):
    """Reading and judging drafts, and how much is done alone."""

    queries = providers.Singleton(Queries, Running.read_model, Ground.clock, Running.outcome_reads)

    on_review = providers.Singleton(
        _review_hook, Running.trust, providers.Singleton(LearnFromEdits, ids=Ground.ids)
    )

    review_draft = providers.Singleton(
        ReviewDraft,
        unit_of_work=Running.unit_of_work,
        tenants=Ground.tenants,
        voices=Ground.voices,
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
        on_approval=Running.on_approval,
        on_review=on_review,
    )

    settle_dead_letter = providers.Singleton(
        SettleDeadLetter,
        unit_of_work=Running.unit_of_work,
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
    )

    manage_rules = providers.Singleton(
        ManageRules,
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        trust=Running.trust,
        ids=Ground.ids,
    )

    manage_autonomy = providers.Singleton(
        ManageAutonomy, work=Running.unit_of_work, trust=Running.trust
    )

    backtest_policy = providers.Singleton(
        BacktestPolicy,
        work=Running.unit_of_work,
        history=providers.Singleton(PgDecisionHistory, Ground.database, Ground.vault),
        tenants=Ground.tenants,
        clock=Ground.clock,
    )
