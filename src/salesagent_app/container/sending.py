"""Sending, its switches, and who is never written to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from dependency_injector import providers

from salesagent_adapters.postgres.long_memory import PgUnrememberedSends
from salesagent_adapters.postgres.send_queue import PgSendQueue, PgSentAudits
from salesagent_app.container.ground import Ground
from salesagent_app.container.outcomes import Outcomes
from salesagent_app.container.running import Running
from salesagent_app.container.vendors import Vendors
from salesagent_core.domain.sending.suppression import Suppression
from salesagent_core.ids import TenantId
from salesagent_core.ports.settings_book import SettingsTransaction
from salesagent_core.ports.unit_of_work import (
    DecidingTransaction,
    OutcomeTransaction,
    SendingTransaction,
    SuppressionHook,
)
from salesagent_core.use_cases.after_restore import AfterRestore
from salesagent_core.use_cases.audit_sent import AuditSent
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.manage_recipients import ManageRecipients
from salesagent_core.use_cases.manage_settings import record
from salesagent_core.use_cases.manage_suppressions import ManageSuppressions
from salesagent_core.use_cases.outcome_recorder import OutcomeRecorder
from salesagent_core.use_cases.reconcile_send import ReconcileSends
from salesagent_core.use_cases.remember_sent import RememberSent
from salesagent_core.use_cases.schedule_send import ScheduleSend
from salesagent_core.use_cases.send_draft import SendDrafts


def _suppression_hook(trust: EarnedTrust, recorder: OutcomeRecorder) -> SuppressionHook:
    async def suppressed(tx: SendingTransaction, tenant_id: TenantId, entry: Suppression) -> None:
        await trust.on_suppressed(cast(DecidingTransaction, tx), tenant_id, entry)
        await recorder.on_suppressed(cast(OutcomeTransaction, tx), tenant_id, entry)

    return suppressed


async def _setting_hook(
    tx: SendingTransaction,
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    who: str,
    why: str,
    now: datetime,
) -> None:
    await record(cast(SettingsTransaction, tx), name, before, after, who=who, why=why, now=now)


class Sending(Outcomes):
    """From a wish to send to the proof that it was sent."""

    on_setting = providers.Object(_setting_hook)

    schedule_send = providers.Singleton(
        ScheduleSend,
        work=Running.unit_of_work,
        tenants=Ground.tenants,
        permission=Ground.send_permission,
        queue=Ground.queue,
        ids=Ground.ids,
    )

    send_queue = providers.Singleton(PgSendQueue, Ground.database, Ground.vault)

    send_drafts = providers.Singleton(
        SendDrafts,
        sends=send_queue,
        work=Running.unit_of_work,
        sender=Vendors.mail_sender,
        reader=Vendors.mailbox,
        tenants=Ground.tenants,
        voices=Ground.voices,
        permission=Ground.send_permission,
        queue=Ground.queue,
        clock=Ground.clock,
        ids=Ground.ids,
        watch=Ground.watch,
    )

    reconcile_sends = providers.Singleton(
        ReconcileSends,
        sends=send_queue,
        work=Running.unit_of_work,
        sender=Vendors.mail_sender,
        queue=Ground.queue,
        ids=Ground.ids,
    )

    sent_audits = providers.Singleton(PgSentAudits, Ground.database, Ground.vault)

    audit_sent = providers.Singleton(
        AuditSent,
        audits=sent_audits,
        work=Running.unit_of_work,
        sender=Vendors.mail_sender,
        reader=Vendors.mailbox,
        tenants=Ground.tenants,
        voices=Ground.voices,
        queue=Ground.queue,
        ids=Ground.ids,
    )

    after_restore = providers.Singleton(
        AfterRestore,
        audits=sent_audits,
        audit=audit_sent,
        work=Running.unit_of_work,
        ids=Ground.ids,
    )

    remember_sent = providers.Singleton(
        RememberSent,
        sends=providers.Singleton(PgUnrememberedSends, Ground.database, Ground.vault),
        work=Running.unit_of_work,
        memory=Vendors.memory,
    )

    control_sending = providers.Singleton(
        ControlSending,
        work=Running.unit_of_work,
        sends=send_queue,
        tenants=Ground.tenants,
        permission=Ground.send_permission,
        queue=Ground.queue,
        ids=Ground.ids,
        on_changed=on_setting,
    )

    manage_recipients = providers.Singleton(
        ManageRecipients, work=Running.unit_of_work, ids=Ground.ids, on_changed=on_setting
    )

    manage_suppressions = providers.Singleton(
        ManageSuppressions,
        work=Running.unit_of_work,
        tokens=Ground.opt_out_tokens,
        ids=Ground.ids,
        on_suppressed=providers.Singleton(
            _suppression_hook, Running.trust, Outcomes.outcome_recorder
        ),
    )
