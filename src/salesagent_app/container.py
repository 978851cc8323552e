"""The composition root: every adapter and every use case is named here, once.

Nothing else knows dependency-injector, and the container is not passed on: callers take from it
what they need. One container serves one event loop, because connections belong to a loop.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, cast

import dramatiq
from dependency_injector import containers, providers

from salesagent_adapters.crypto.opt_out import OptOutLinkMaker, SealedOptOutTokens
from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import answers
from salesagent_adapters.dramatiq.job_queue import DramatiqJobQueue
from salesagent_adapters.google.oauth import GoogleClient, GoogleOAuth
from salesagent_adapters.google.token_keeper import TokenKeeper
from salesagent_adapters.login.codes import PyotpCodes
from salesagent_adapters.login.passwords import ArgonPasswords
from salesagent_adapters.memory.world import World as VendorWorld
from salesagent_adapters.outbound.safe_fetch import SafeHttp
from salesagent_adapters.outbound.slack import SlackWebhook
from salesagent_adapters.postgres.api_keys import PgApiKeys
from salesagent_adapters.postgres.audit_chain import PgAuditChain
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.connections import PgConsentFlows
from salesagent_adapters.postgres.conversion_polls import PgConversionPolls
from salesagent_adapters.postgres.crm_events import PgCrmEventInbox
from salesagent_adapters.postgres.data_subjects import PgDataSubjects
from salesagent_adapters.postgres.decision_history import PgDecisionHistory
from salesagent_adapters.postgres.directory import PgTenantDirectory
from salesagent_adapters.postgres.draft_sync import PgDraftSyncs
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.experiments import PgActiveExperiments
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.logins import PgLoginTries, PgPeopleDirectory
from salesagent_adapters.postgres.long_memory import PgLongMemory, PgUnrememberedSends
from salesagent_adapters.postgres.mailbox_watches import PgMailboxWatches
from salesagent_adapters.postgres.notice_settings import PgNoticeBook
from salesagent_adapters.postgres.notices import PgNotices
from salesagent_adapters.postgres.outcome_reads import PgOutcomeReads
from salesagent_adapters.postgres.outcome_watches import PgFollowUps, PgOutcomeWatches
from salesagent_adapters.postgres.performance import PgPerformance
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.postgres.resealing import PgResealing
from salesagent_adapters.postgres.retention import PgRetention
from salesagent_adapters.postgres.saved_views import PgSavedViews
from salesagent_adapters.postgres.schema_state import SchemaState
from salesagent_adapters.postgres.send_queue import PgSendQueue, PgSentAudits
from salesagent_adapters.postgres.templates import PgTemplates
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.postgres.usage import PgUsage
from salesagent_adapters.postgres.vectors import missing
from salesagent_adapters.postgres.vendor_health import PgVendorHealth
from salesagent_adapters.postgres.voices import PgVoices
from salesagent_adapters.smtp.post import SmtpPost, SmtpServer
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_adapters.throttle.shared import SharedWindows
from salesagent_app.dependency_watch import DependencyWatch, Pool, Probes
from salesagent_app.http.services import (
    ApprovalServices,
    CommandServices,
    HttpServices,
    ImprovementServices,
    Limits,
    MailPushes,
    OutcomeServices,
    PeopleServices,
    PrivacyServices,
    SendingServices,
    SettingsServices,
    VendorKeys,
)
from salesagent_app.observing.process import Observing
from salesagent_app.observing.watch import Watch
from salesagent_app.settings import SIGN_IN_CALLBACK, ApiEnv, Settings, retention_periods
from salesagent_app.vendors import (
    crm_vendor,
    google_vendor,
    guard_states,
    model_vendor,
    push_verifier,
)
from salesagent_app.workers.actors import Handler
from salesagent_app.workers.main import WorkerParts
from salesagent_app.workers.reporter import VendorReporter
from salesagent_app.workers.sweeper import Sweeper
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.message import draft_key
from salesagent_core.domain.send_gate import SendPermission
from salesagent_core.domain.suppression import Suppression
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.api_keys import ApiKeys
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.settings_book import SettingsTransaction
from salesagent_core.ports.unit_of_work import (
    ApprovalHook,
    DecidingTransaction,
    OutcomeTransaction,
    ReviewHook,
    SendingTransaction,
    SuppressionHook,
    Transaction,
)
from salesagent_core.ports.vendor_health import VendorState
from salesagent_core.ports.vendor_probe import Trial
from salesagent_core.ports.voices import VoiceTransaction
from salesagent_core.use_cases.advance_run import AdvanceRuns
from salesagent_core.use_cases.after_restore import AfterRestore
from salesagent_core.use_cases.apply_retention import ApplyRetention
from salesagent_core.use_cases.approve_draft import ApproveDraft
from salesagent_core.use_cases.audit_sent import AuditSent
from salesagent_core.use_cases.backtest_policy import BacktestPolicy
from salesagent_core.use_cases.by_word.pending import PendingCommands
from salesagent_core.use_cases.connect_mailbox import ConnectMailbox, MailboxView
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.detect_outcomes import DetectOutcomes
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.follow_command import FollowCommand
from salesagent_core.use_cases.follow_up import FollowUpMail
from salesagent_core.use_cases.forget_person import ForgetPerson
from salesagent_core.use_cases.learn import Learn
from salesagent_core.use_cases.learn_from_edits import LearnFromEdits
from salesagent_core.use_cases.log_in import LogIn
from salesagent_core.use_cases.manage_account import ManageAccount
from salesagent_core.use_cases.manage_autonomy import ManageAutonomy
from salesagent_core.use_cases.manage_experiments import ManageExperiments
from salesagent_core.use_cases.manage_keys import ManageKeys
from salesagent_core.use_cases.manage_notices import ManageNotices
from salesagent_core.use_cases.manage_people import ManagePeople
from salesagent_core.use_cases.manage_recipients import ManageRecipients
from salesagent_core.use_cases.manage_rules import ManageRules
from salesagent_core.use_cases.manage_settings import ManageSettings, record
from salesagent_core.use_cases.manage_suppressions import ManageSuppressions
from salesagent_core.use_cases.manage_templates import ManageTemplates
from salesagent_core.use_cases.manage_usage import ManageUsage
from salesagent_core.use_cases.manage_voices import ManageVoices
from salesagent_core.use_cases.outcome_recorder import OutcomeRecorder
from salesagent_core.use_cases.people_parts import LoginParts
from salesagent_core.use_cases.poll_conversions import PollConversions
from salesagent_core.use_cases.queries import Queries
from salesagent_core.use_cases.read_outcomes import ReadOutcomes
from salesagent_core.use_cases.read_performance import ReadPerformance
from salesagent_core.use_cases.receive_crm_events import ReceiveCrmEvents
from salesagent_core.use_cases.receive_submission import ReceiveSubmission
from salesagent_core.use_cases.reconcile_send import ReconcileSends
from salesagent_core.use_cases.record_outcome import RecordOutcome
from salesagent_core.use_cases.remember_sent import RememberSent
from salesagent_core.use_cases.resolve_crm_event import ResolveCrmEvents
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.rotate_keys import RotateKeys
from salesagent_core.use_cases.schedule_send import ScheduleSend
from salesagent_core.use_cases.send_draft import SendDrafts
from salesagent_core.use_cases.send_intent import SendIntent
from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter
from salesagent_core.use_cases.sign_in import SignIn
from salesagent_core.use_cases.step import Workflow
from salesagent_core.use_cases.sync_draft import SyncDrafts
from salesagent_core.use_cases.verify_audit import SEALED_AT_ONCE, VerifyAudit
from salesagent_core.use_cases.watch_mail import WatchMail
from salesagent_core.use_cases.watch_mailbox import WatchMailboxes
from salesagent_core.use_cases.watch_meetings import WatchMeetings
from salesagent_core.use_cases.watch_notices import WatchNotices
from salesagent_core.use_cases.workflow import World, sixteen_steps


def _retained(watch: Watch) -> Callable[[str, int], None]:
    return watch.retained


def _batch_sizes(watch: Watch, line: str) -> Callable[[float], None] | None:
    return watch.batch_sizes(line)


Bell = Callable[[Sequence[str]], Awaitable[None]]


def _bell(queue: JobQueue, topic: Topic) -> Bell:
    async def ring(ids: Sequence[str]) -> None:
        await queue.ring(topic, ids)

    return ring


def _approval_hook(intent: SendIntent) -> ApprovalHook:
    async def schedule(tx: Transaction, draft: Draft, *, by: str, automatic: bool) -> None:
        # Every transaction of this application is the database's, which can do all of it.
        await intent.on_approval(cast(SendingTransaction, tx), draft, by=by, automatic=automatic)

    return schedule


def _google_oauth(settings: Settings) -> GoogleOAuth | None:
    """Consent and tokens of Google, where it is set up; the settings come all or none."""
    client_id, secret = settings.google_client_id, settings.google_client_secret
    if client_id is None or secret is None or settings.google_redirect_uri is None:
        return None
    return GoogleOAuth(
        GoogleClient(
            client_id=client_id,
            client_secret=secret.get_secret_value(),
            redirect_uri=settings.google_redirect_uri,
            root=settings.google_api_root,
        )
    )


def _redis_url(settings: Settings) -> str | None:
    return settings.redis_url.get_secret_value() if settings.redis_url else None


def _mail_post(settings: Settings) -> SmtpPost | None:
    """Mail to the house's own people, where a server is set up."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    return SmtpPost(SmtpServer.of(settings.smtp_url.get_secret_value()), settings.smtp_from)


def _only(tenant: Tenant) -> tuple[TenantId, ...]:
    return (tenant.id,)


def _sign_in(settings: Settings, vault: Vault, clock: Clock) -> SignIn | None:
    """Signing in at Google, where it is set up."""
    client_id, secret = settings.google_client_id, settings.google_client_secret
    if client_id is None or secret is None or not settings.google_sign_in_domains:
        return None
    client = GoogleClient(
        client_id=client_id,
        client_secret=secret.get_secret_value(),
        redirect_uri=f"{settings.public_url}{SIGN_IN_CALLBACK}",
        root=settings.google_api_root,
    )
    return SignIn(
        provider=GoogleOAuth(client),
        domains=settings.google_sign_in_domains,
        sealer=vault,
        secret=_new_secret,
        clock=clock,
    )


def _new_secret() -> str:
    """384 random bits in 64 characters: a state, a nonce or a verifier of PKCE."""
    return secrets.token_urlsafe(48)


def _review_hook(trust: EarnedTrust, edits: LearnFromEdits) -> ReviewHook:
    async def reviewed(tx: Transaction, draft: Draft, decision: Decision) -> None:
        await trust.on_review(cast(DecidingTransaction, tx), draft, decision)
        await edits.on_review(cast(VoiceTransaction, tx), draft, decision)

    return reviewed


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


class Providers(containers.DeclarativeContainer):
    """How everything is made. What a process shares comes in from outside."""

    settings = providers.Dependency(instance_of=Settings)
    database_url = providers.Dependency(instance_of=str)
    vault = providers.Dependency(instance_of=Vault)
    broker = providers.Dependency(instance_of=dramatiq.Broker)
    vendor_world = providers.Dependency(instance_of=VendorWorld)
    default_tenant = providers.Dependency(instance_of=Tenant)
    webhook_secrets = providers.Dependency(instance_of=tuple)
    send_permission = providers.Dependency(instance_of=SendPermission)
    watch = providers.Dependency(instance_of=Watch)

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(RandomIds, clock)
    queue = providers.Singleton(DramatiqJobQueue, broker)

    database = providers.Singleton(Database, database_url)
    tenants = providers.Singleton(
        PgTenantDirectory, database, vault, default_tenant, webhook_secrets
    )
    voices = providers.Singleton(PgVoices, database, vault)
    google_oauth = providers.Singleton(_google_oauth, settings)
    # What every adapter of Google's asks for a token. Its transactions never read a run's results.
    access_tokens = providers.Singleton(
        TokenKeeper,
        work=providers.Singleton(PgUnitOfWork, database, vault, providers.Object({})),
        provider=google_oauth,
        ids=ids,
    )

    google = providers.Singleton(
        google_vendor, settings, vendor_world, access_tokens, tenants, clock
    )
    hubspot = providers.Singleton(crm_vendor, settings, vendor_world, database, clock)
    models = providers.Singleton(
        model_vendor, settings, vendor_world, database, vault, tenants, clock
    )
    crm = providers.Singleton(attrgetter("crm"), hubspot)
    mailbox = providers.Singleton(attrgetter("mailbox"), google)
    mail_sender = providers.Singleton(attrgetter("sender"), google)
    calendar = providers.Singleton(attrgetter("calendar"), google)
    assets = providers.Singleton(attrgetter("assets"), google)
    mail_arrivals = providers.Singleton(attrgetter("arrivals"), google)
    sent_mail = providers.Singleton(attrgetter("own_mail"), google)
    calendar_events = providers.Singleton(attrgetter("events"), google)
    crm_deals = providers.Singleton(attrgetter("deals"), hubspot)
    memory = providers.Singleton(attrgetter("memory"), models)
    writer = providers.Singleton(attrgetter("writer"), models)

    windows = providers.Singleton(SharedWindows, providers.Callable(_redis_url, settings))
    api_keys = providers.Singleton(PgApiKeys, database)
    backlog = providers.Singleton(PgBacklog, database)
    vendor_health = providers.Singleton(PgVendorHealth, database)
    audit_chain = providers.Singleton(PgAuditChain, database, vault)
    verify_audit = providers.Singleton(VerifyAudit, audit_chain, vault)
    rotate_keys = providers.Singleton(
        RotateKeys, providers.Singleton(PgResealing, database, vault), vault
    )
    crm_events = providers.Singleton(
        PgCrmEventInbox,
        database,
        vault,
        providers.Callable(_bell, queue, Topic.CRM_EVENT),
        clock.provided.now,
    )
    draft_syncs = providers.Singleton(PgDraftSyncs, database, vault)
    send_queue = providers.Singleton(PgSendQueue, database, vault)
    sent_audits = providers.Singleton(PgSentAudits, database, vault)
    opt_out_tokens = providers.Singleton(SealedOptOutTokens, vault)
    opt_out_links = providers.Singleton(
        OptOutLinkMaker, opt_out_tokens, settings.provided.public_url
    )
    on_approval = providers.Singleton(
        _approval_hook,
        providers.Singleton(SendIntent, tenants=tenants, permission=send_permission, ids=ids),
    )

    trust = providers.Singleton(EarnedTrust, ids=ids)
    on_review = providers.Singleton(
        _review_hook, trust, providers.Singleton(LearnFromEdits, ids=ids)
    )

    steps_world = providers.Singleton(
        World,
        crm=crm,
        crm_updates=providers.Singleton(attrgetter("updates"), hubspot),
        mail_reader=mailbox,
        mail_drafts=mailbox,
        calendar=calendar,
        assets=assets,
        memory=memory,
        writer=writer,
        voices=voices,
        clock=clock,
        ids=ids,
        opt_outs=opt_out_links,
        on_approval=on_approval,
        trust=trust,
        experiments=providers.Singleton(PgActiveExperiments, database, vault),
        templates=providers.Singleton(PgTemplates, database, vault),
    )
    workflow: providers.Provider[Workflow] = providers.Singleton(sixteen_steps, steps_world)
    result_types = workflow.provided.result_types
    read_model = providers.Singleton(PgReadModel, database, vault, result_types)
    journal = providers.Singleton(
        PgJournal,
        database,
        vault,
        result_types,
        sized=providers.Callable(_batch_sizes, watch, "journal"),
        now=clock.provided.now,
    )
    unit_of_work = providers.Singleton(PgUnitOfWork, database, vault, result_types)
    intake = providers.Singleton(
        PgIntake,
        database,
        vault,
        providers.Callable(_bell, queue, Topic.RUN),
        sized=providers.Callable(_batch_sizes, watch, "intake"),
    )

    connect_mailbox = providers.Singleton(
        ConnectMailbox,
        work=unit_of_work,
        flows=providers.Singleton(PgConsentFlows, database, vault),
        provider=google_oauth,
        tenants=tenants,
        queue=queue,
        ids=ids,
        secret=providers.Object(_new_secret),
    )

    forget_person = providers.Singleton(
        ForgetPerson,
        people=providers.Singleton(PgDataSubjects, database, vault),
        work=unit_of_work,
        drafts=mailbox,
        tenants=tenants,
        clock=clock,
        ids=ids,
    )
    people_directory = providers.Singleton(PgPeopleDirectory, database, vault)
    login_tries = providers.Singleton(PgLoginTries, database, vault)
    time_codes = providers.Singleton(PyotpCodes)
    login_parts = providers.Singleton(
        LoginParts,
        clock=clock,
        ids=ids,
        secret=providers.Object(_new_secret),
        passwords=providers.Singleton(ArgonPasswords),
    )
    log_in = providers.Singleton(
        LogIn,
        work=unit_of_work,
        directory=people_directory,
        tries=login_tries,
        codes=time_codes,
        sealer=vault,
        parts=login_parts,
    )
    manage_account = providers.Singleton(
        ManageAccount, work=unit_of_work, tries=login_tries, codes=time_codes, parts=login_parts
    )
    manage_people = providers.Singleton(
        ManagePeople, work=unit_of_work, directory=people_directory, parts=login_parts
    )
    sign_in = providers.Singleton(_sign_in, settings, vault, clock)
    manage_keys = providers.Singleton(ManageKeys, work=unit_of_work, parts=login_parts)

    apply_retention = providers.Singleton(
        ApplyRetention,
        providers.Singleton(PgRetention, database, vault),
        providers.Singleton(retention_periods, settings),
        clock,
        work=unit_of_work,
        ids=ids,
        told=providers.Callable(_retained, watch),
    )
    receive_submission = providers.Singleton(ReceiveSubmission, intake, ids)
    receive_crm_events = providers.Singleton(ReceiveCrmEvents, crm_events)
    resolve_crm_events = providers.Singleton(
        ResolveCrmEvents,
        crm_events,
        crm,
        receive_submission,
        clock,
        ids,
        forget=forget_person.provided.erase_contact,
    )
    conversion_polls = providers.Singleton(PgConversionPolls, database, clock.provided.now)
    poll_conversions = providers.Singleton(
        PollConversions,
        conversion_polls,
        providers.Singleton(attrgetter("conversions"), hubspot),
        receive_submission,
        clock,
        ids,
    )
    advance_runs = providers.Singleton(
        AdvanceRuns,
        journal=journal,
        workflow=workflow,
        tenants=tenants,
        unit_of_work=unit_of_work,
        queue=queue,
        clock=clock,
        ids=ids,
        watch=watch,
    )
    sync_drafts = providers.Singleton(
        SyncDrafts,
        syncs=draft_syncs,
        reader=mailbox,
        drafts=mailbox,
        clock=clock,
        ids=ids,
        tenants=tenants,
        opt_outs=opt_out_links,
    )
    review_draft = providers.Singleton(
        ReviewDraft,
        unit_of_work=unit_of_work,
        tenants=tenants,
        voices=voices,
        queue=queue,
        clock=clock,
        ids=ids,
        on_approval=on_approval,
        on_review=on_review,
    )
    settle_dead_letter = providers.Singleton(
        SettleDeadLetter, unit_of_work=unit_of_work, queue=queue, clock=clock, ids=ids
    )
    outcome_reads = providers.Singleton(PgOutcomeReads, database, vault)
    queries = providers.Singleton(Queries, read_model, clock, outcome_reads)
    manage_usage = providers.Singleton(
        ManageUsage,
        usage=providers.Singleton(PgUsage, database, vault),
        tenants=tenants,
        queue=queue,
        clock=clock,
        ids=ids,
    )
    saved_views = providers.Singleton(PgSavedViews, database, vault)

    notices = providers.Singleton(PgNotices, database)
    notice_book = providers.Singleton(PgNoticeBook, database, vault)
    mail_post = providers.Singleton(_mail_post, settings)
    safe_http = providers.Singleton(SafeHttp)
    chat_post = providers.Singleton(SlackWebhook, safe_http)
    manage_notices = providers.Singleton(
        ManageNotices,
        store=notices,
        book=notice_book,
        mail=mail_post,
        chat=chat_post,
        clock=clock,
        ids=ids,
        site=settings.provided.public_url,
    )
    watch_notices = providers.Singleton(
        WatchNotices,
        store=notices,
        book=notice_book,
        mail=mail_post,
        chat=chat_post,
        clock=clock,
        site=settings.provided.public_url,
        tenants=providers.Callable(_only, default_tenant),
    )

    schedule_send = providers.Singleton(
        ScheduleSend,
        work=unit_of_work,
        tenants=tenants,
        permission=send_permission,
        queue=queue,
        ids=ids,
    )
    send_drafts = providers.Singleton(
        SendDrafts,
        sends=send_queue,
        work=unit_of_work,
        sender=mail_sender,
        reader=mailbox,
        tenants=tenants,
        voices=voices,
        permission=send_permission,
        queue=queue,
        clock=clock,
        ids=ids,
        watch=watch,
    )
    reconcile_sends = providers.Singleton(
        ReconcileSends,
        sends=send_queue,
        work=unit_of_work,
        sender=mail_sender,
        queue=queue,
        ids=ids,
    )
    audit_sent = providers.Singleton(
        AuditSent,
        audits=sent_audits,
        work=unit_of_work,
        sender=mail_sender,
        reader=mailbox,
        tenants=tenants,
        voices=voices,
        queue=queue,
        ids=ids,
    )
    after_restore = providers.Singleton(
        AfterRestore, audits=sent_audits, audit=audit_sent, work=unit_of_work, ids=ids
    )
    remember_sent = providers.Singleton(
        RememberSent,
        sends=providers.Singleton(PgUnrememberedSends, database, vault),
        work=unit_of_work,
        memory=memory,
    )
    watch_mailboxes = providers.Singleton(
        WatchMailboxes,
        watches=providers.Singleton(PgMailboxWatches, database, vault, clock.provided.now),
        history=providers.Singleton(attrgetter("history"), google),
        sender=mail_sender,
        pushes=providers.Singleton(attrgetter("pushes"), google),
        queue=queue,
        clock=clock,
        ids=ids,
    )
    on_setting = providers.Object(_setting_hook)
    control_sending = providers.Singleton(
        ControlSending,
        work=unit_of_work,
        sends=send_queue,
        tenants=tenants,
        permission=send_permission,
        queue=queue,
        ids=ids,
        on_changed=on_setting,
    )
    transcriber = providers.Singleton(attrgetter("transcriber"), models)
    follow_command = providers.Singleton(
        FollowCommand,
        queries=queries,
        review=review_draft,
        approve=providers.Singleton(
            ApproveDraft, review=review_draft, schedule=schedule_send, control=control_sending
        ),
        schedule=schedule_send,
        interpreter=providers.Singleton(attrgetter("interpreter"), models),
        pending=providers.Singleton(PendingCommands, sealer=vault, clock=clock, ids=ids),
        unit_of_work=unit_of_work,
        clock=clock,
        ids=ids,
    )
    manage_recipients = providers.Singleton(
        ManageRecipients, work=unit_of_work, ids=ids, on_changed=on_setting
    )
    outcome_recorder = providers.Singleton(OutcomeRecorder, ids=ids, trust=trust)
    manage_suppressions = providers.Singleton(
        ManageSuppressions,
        work=unit_of_work,
        tokens=opt_out_tokens,
        ids=ids,
        on_suppressed=providers.Singleton(_suppression_hook, trust, outcome_recorder),
    )

    manage_rules = providers.Singleton(
        ManageRules, work=unit_of_work, tenants=tenants, trust=trust, ids=ids
    )
    manage_autonomy = providers.Singleton(ManageAutonomy, work=unit_of_work, trust=trust)
    backtest_policy = providers.Singleton(
        BacktestPolicy,
        work=unit_of_work,
        history=providers.Singleton(PgDecisionHistory, database, vault),
        tenants=tenants,
        clock=clock,
    )

    manage_experiments = providers.Singleton(
        ManageExperiments, work=unit_of_work, tenants=tenants, clock=clock, ids=ids
    )
    manage_voices = providers.Singleton(
        ManageVoices,
        work=unit_of_work,
        tenants=tenants,
        sent_mail=sent_mail,
        clock=clock,
        ids=ids,
    )
    manage_settings = providers.Singleton(
        ManageSettings,
        work=unit_of_work,
        tenants=tenants,
        clock=clock,
        ids=ids,
        changed=tenants.provided.forget,
    )
    manage_templates = providers.Singleton(ManageTemplates, work=unit_of_work, clock=clock, ids=ids)
    read_performance = providers.Singleton(
        ReadPerformance,
        reads=providers.Singleton(PgPerformance, database, vault),
        work=unit_of_work,
        tenants=tenants,
        clock=clock,
    )

    read_outcomes = providers.Singleton(ReadOutcomes, outcome_reads, clock)
    record_outcome = providers.Singleton(
        RecordOutcome, work=unit_of_work, recorder=outcome_recorder
    )
    learn = providers.Singleton(Learn, work=unit_of_work, tenants=tenants, ids=ids)
    follow_up = providers.Singleton(
        FollowUpMail,
        follow_ups=providers.Singleton(PgFollowUps, database, vault),
        work=unit_of_work,
        deals=crm_deals,
        recorder=outcome_recorder,
    )
    detect_outcomes = providers.Singleton(
        DetectOutcomes,
        watches=providers.Singleton(PgOutcomeWatches, database, vault),
        mail=providers.Singleton(
            WatchMail, work=unit_of_work, arrivals=mail_arrivals, recorder=outcome_recorder
        ),
        meetings=providers.Singleton(
            WatchMeetings, work=unit_of_work, calendar=calendar_events, recorder=outcome_recorder
        ),
        follow_up=follow_up,
        learn=learn,
    )


def _vendor_keys(settings: Settings) -> tuple[VendorKeys, ...]:
    """The vendors, and which of their settings are missing."""
    google = {
        "GOOGLE_CLIENT_ID": settings.google_client_id,
        "GOOGLE_CLIENT_SECRET": settings.google_client_secret,
        "GOOGLE_REDIRECT_URI": settings.google_redirect_uri,
    }
    hubspot = {
        "HUBSPOT_API_KEY": settings.hubspot_api_key,
        "HUBSPOT_WEBHOOK_SECRET": settings.hubspot_webhook_secret,
    }
    openai = {
        "OPENAI_API_KEY": settings.openai_api_key or settings.openai_base_url,
        "OPENAI_MODEL": settings.openai_model,
    }
    needed = (
        ("Google", google, "put drafts into your mailbox, find free times and link files"),
        ("HubSpot", hubspot, "take in forms, know your contacts and file tasks"),
        ("OpenAI", openai, "write drafts in your words; until then a plain template writes them"),
    )
    return tuple(
        VendorKeys(
            name=name,
            variables=tuple(given),
            missing=tuple(variable for variable, value in given.items() if value is None),
            needed_for=purpose,
        )
        for name, given, purpose in needed
    )


WebApp = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application, whichever framework made it."""


def _stand_in_warning(vendors: Sequence[str]) -> tuple[str, ...]:
    if not vendors:
        return ()
    *others, last = vendors
    names = (
        f"{', '.join(others)} and {last} are not connected, made-up ones stand in"
        if others
        else (f"{last} is not connected, a made-up one stands in")
    )
    return (f"{names}: nothing reaches the real service.",)


class Container:
    """What the rest of the application may take: the HTTP app, the worker's parts, key storage."""

    def __init__(self, providers_: Providers, observing: Observing | None = None) -> None:
        self.providers = providers_
        self.draining = threading.Event()
        if observing is not None:
            self._show(observing)

    def _show(self, observing: Observing) -> None:
        """Let the process look at what this container holds in memory."""
        make = self.providers
        for guard in (*make.google().guards, *make.hubspot().guards, *make.models().guards):
            guard.around = observing.watch.around_calls
        if observing.parts is not None:
            observing.parts.pools.append(make.database().pool_use)
            observing.parts.vendors.append(self.vendor_states)
            quota_left = make.google().quota_left
            if quota_left is not None:
                observing.parts.quotas.append(("Gmail", quota_left))

    def http_app(self) -> WebApp:
        """The web application over this container's use cases."""
        # A worker needs none of it.
        from salesagent_app.http.app import create_app

        make = self.providers
        settings: Settings = make.settings()
        return create_app(
            HttpServices(
                receive_submission=make.receive_submission(),
                receive_crm_events=make.receive_crm_events(),
                review=make.review_draft(),
                dead_letters=make.settle_dead_letter(),
                queries=make.queries(),
                api_keys=make.api_keys(),
                tenants=make.tenants(),
                clock=make.clock(),
                ids=make.ids(),
                readiness=self._readiness,
                sending=SendingServices(
                    schedule=make.schedule_send(),
                    control=make.control_sending(),
                    recipients=make.manage_recipients(),
                    suppressions=make.manage_suppressions(),
                    reconcile=make.reconcile_sends(),
                ),
                mailboxes=make.connect_mailbox(),
                approvals=ApprovalServices(
                    rules=make.manage_rules(),
                    autonomy=make.manage_autonomy(),
                    backtest=make.backtest_policy(),
                ),
                commands=CommandServices(
                    follow=make.follow_command(), transcriber=make.transcriber()
                ),
                mail_pushes=self._mail_pushes(),
                improvement=ImprovementServices(
                    experiments=make.manage_experiments(),
                    voices=make.manage_voices(),
                    performance=make.read_performance(),
                ),
                outcomes=OutcomeServices(
                    read=make.read_outcomes(),
                    record=make.record_outcome(),
                    detect=make.detect_outcomes(),
                    learn=make.learn(),
                ),
                privacy=PrivacyServices(
                    people=make.forget_person(), periods=retention_periods(settings)
                ),
                chosen=SettingsServices(
                    settings=make.manage_settings(),
                    templates=make.manage_templates(),
                    vendors=_vendor_keys(settings),
                    trials=self.trials_of,
                ),
                people=PeopleServices(
                    directory=make.people_directory(),
                    log_in=make.log_in(),
                    account=make.manage_account(),
                    manage=make.manage_people(),
                    keys=make.manage_keys(),
                    sign_in=make.sign_in(),
                ),
                public_url=settings.public_url,
                warnings=_stand_in_warning(settings.stand_ins),
                dependencies=self.dependencies,
                close=self.close,
                views=make.saved_views(),
                usage=make.manage_usage(),
                notices=make.manage_notices(),
                watch=make.watch(),
                vendor_states=self.vendor_states,
                windows=make.windows(),
                limits=Limits(
                    open_per_minute=settings.rate_limit_open_per_minute,
                    caller_per_minute=settings.rate_limit_key_per_minute,
                ),
            )
        )

    def worker_parts(self) -> WorkerParts:
        """What a worker runs."""
        make = self.providers
        advance, resolve, sync = (
            make.advance_runs(),
            make.resolve_crm_events(),
            make.sync_drafts(),
        )
        send, reconcile, audit = make.send_drafts(), make.reconcile_sends(), make.audit_sent()

        async def advance_runs(ids: list[str]) -> None:
            await advance([RunId(one) for one in ids], limit=len(ids))

        async def resolve_events(ids: list[str]) -> None:
            await resolve(limit=len(ids))

        async def sync_drafts(ids: list[str]) -> None:
            await sync([DraftId(one) for one in ids], limit=len(ids))

        async def send_drafts(ids: list[str]) -> None:
            await send(ids, limit=len(ids))

        async def reconcile_sends(ids: list[str]) -> None:
            await reconcile(ids, limit=len(ids))

        async def audit_sent(ids: list[str]) -> None:
            # Those named would be compared whether or not another worker is at it.
            await audit(limit=len(ids))

        async def poll_conversions(ids: list[str]) -> None:
            await make.poll_conversions()(limit=len(ids))

        async def remember_sent(ids: list[str]) -> None:
            await make.remember_sent()(limit=len(ids))

        async def watch_mailboxes(ids: list[str]) -> None:
            await make.watch_mailboxes()(ids, limit=len(ids))

        follow, detect = make.follow_up(), make.detect_outcomes()

        async def follow_up(ids: list[str]) -> None:
            await follow([DraftId(one) for one in ids], limit=len(ids))

        async def detect_outcomes(ids: list[str]) -> None:
            await detect(ids, limit=len(ids))

        async def tell_notices(ids: list[str]) -> None:
            await make.watch_notices()(ids, limit=len(ids))

        handlers: dict[Topic, Handler] = {
            Topic.RUN: advance_runs,
            Topic.CRM_EVENT: resolve_events,
            Topic.DRAFT_SYNC: sync_drafts,
            Topic.SEND: send_drafts,
            Topic.RECONCILE: reconcile_sends,
            Topic.SENT_AUDIT: audit_sent,
            Topic.CONVERSION_POLL: poll_conversions,
            Topic.MAILBOX: watch_mailboxes,
            Topic.FOLLOW_UP: follow_up,
            Topic.WATCH: detect_outcomes,
            Topic.NOTICE: tell_notices,
        }
        if isinstance(make.memory(), PgLongMemory):
            # A stand-in remembers by itself, and only what this process sent.
            handlers[Topic.REMEMBER] = remember_sent
        return WorkerParts(
            handlers=handlers,
            sweeper=Sweeper(
                make.backlog(),
                make.queue(),
                handlers,
                begin=self._begin_polling,
                swept=make.watch().swept,
                report=VendorReporter(make.vendor_health(), make.ids().new(), self.vendor_states),
                chores=self._chores(),
            ),
            drain=advance.drain,
            close=self.close,
        )

    @property
    def api_keys(self) -> ApiKeys:
        """Key storage, for the command line."""
        keys: ApiKeys = self.providers.api_keys()
        return keys

    @property
    def clock(self) -> Clock:
        """The clock that everything here reads."""
        clock: Clock = self.providers.clock()
        return clock

    async def close(self) -> None:
        """Give every connection back. Call it in the loop that used them."""
        make = self.providers
        make.google().close()
        make.hubspot().close()
        await make.models().close()
        await make.intake().close()
        await make.crm_events().close()
        await make.journal().close()
        await make.windows().close()
        await make.database().close()

    def vendor_states(self) -> tuple[VendorState, ...]:
        """How each vendor answers each tenant, as this event loop's calls saw it."""
        make = self.providers
        return guard_states(make.google().guards, make.hubspot().guards, make.models().guards)

    async def vendor_trials(self) -> tuple[Trial, ...]:
        """What can be tried of the real vendors, for the default tenant. Changes nothing."""
        return await self.trials_of(self.providers.default_tenant().id)

    async def trials_of(self, tenant_id: TenantId) -> tuple[Trial, ...]:
        """What can be tried of the real vendors for this tenant. Changes nothing."""
        make = self.providers
        google, probes = make.google().probe, (make.hubspot().probe, make.models().probe)
        trials = [trial for probe in probes if probe for trial in probe.trials(tenant_id)]
        if google is not None:
            for view in await make.connect_mailbox().list(tenant_id):
                trials += google.trials(tenant_id, view.mailbox)
        return tuple(trials)

    async def mailboxes(self) -> tuple[MailboxView, ...]:
        """The default tenant's mailboxes."""
        make = self.providers
        views: tuple[MailboxView, ...] = await make.connect_mailbox().list(make.default_tenant().id)
        return views

    async def remove_drafts(self, run_id: RunId) -> int:
        """Delete what a run of the default tenant drafted in its mailbox; how many there were.

        Raises:
            NeedsReauth, Unavailable, Rejected
        """
        tenant, mailbox = self.providers.default_tenant(), self.providers.mailbox()
        found = await mailbox.find_drafts(tenant.id, tenant.mailbox, draft_key(run_id))
        for each in found:
            await mailbox.delete_draft(tenant.id, tenant.mailbox, each.draft_id)
        return len(found)

    async def without_long_memory(self) -> str | None:
        """Why the database cannot hold long memory, in a sentence; None where it can."""
        async with self.providers.database().across_tenants() as connection:
            return await missing(connection)

    @cached_property
    def dependencies(self) -> DependencyWatch:
        """Looks at what this installation rests on; the HTTP app starts it."""
        make = self.providers
        guards = (*make.google().guards, *make.hubspot().guards, *make.models().guards)

        def pool() -> Pool:
            size, in_use = make.database().pool_use()
            return Pool(size=size, in_use=in_use)

        return DependencyWatch(
            Probes(
                health=make.vendor_health(),
                own=self.vendor_states,
                pool=pool,
                redis=lambda: answers(make.broker()),
                schema=SchemaState(make.database()).problem,
            ),
            make.clock(),
            vendors=[guard.vendor for guard in guards],
            stand_ins=make.settings().stand_ins,
            draining=lambda: self.draining.is_set(),
        )

    def _mail_pushes(self) -> MailPushes | None:
        verifier = push_verifier(self.providers.settings())
        if verifier is None:
            return None
        return MailPushes(verify=verifier.verify, told=self.providers.watch_mailboxes().told)

    def _chores(self) -> tuple[Callable[[], Awaitable[object]], ...]:
        """What a worker does beside its work, a little at a time."""
        make = self.providers
        return (
            partial(make.audit_chain().seal, SEALED_AT_ONCE),
            make.forget_person().go_on,
            make.apply_retention().hourly,
            make.watch_notices().look,
        )

    async def _begin_polling(self) -> None:
        make = self.providers
        if "HubSpot" not in make.settings().stand_ins:
            await make.conversion_polls().watch(make.default_tenant().id)

    async def _readiness(self) -> Sequence[str]:
        return await self.dependencies.problems()


def build_container(
    *,
    settings: Settings,
    database_url: str,
    vault: Vault,
    broker: dramatiq.Broker,
    world: VendorWorld,
    tenant: Tenant,
    webhook_secrets: tuple[str, ...],
    send_permission: SendPermission | None = None,
    observing: Observing | None = None,
) -> Container:
    """A container for one event loop over what the process shares.

    ``send_permission`` is what the settings say, where it is not given.
    """
    return Container(
        Providers(
            settings=settings,
            database_url=database_url,
            vault=vault,
            broker=broker,
            vendor_world=providers.Object(world),
            default_tenant=tenant,
            webhook_secrets=webhook_secrets,
            send_permission=send_permission or permission_of(settings),
            watch=observing.watch if observing is not None else Watch(),
        ),
        observing,
    )


def permission_of(settings: Settings) -> SendPermission:
    """What these settings allow. Asking for SEND outside of production never gets this far."""
    production = settings.api_env is ApiEnv.PRODUCTION
    return SendPermission(
        allowed=production and settings.wants_send and settings.allow_real_sends,
        recipients=settings.send_email_allowlist,
    )
