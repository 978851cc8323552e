"""Judgement about inbound leads: what to write, whether it may go, and when. No I/O.

Everything an embedder needs can be imported from here. Names are loaded when first used, so
importing the package costs next to nothing; type checkers see plain imports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

# One line per module instead of one per name.
# fmt: off
if TYPE_CHECKING:
    # isort: off
    from salesagent_core.domain.address import (
        AddressJudgement as AddressJudgement, fold_alias as fold_alias,
        judge_address as judge_address,
    )
    from salesagent_core.domain.approval import (
        DEFAULT_THRESHOLD as DEFAULT_THRESHOLD, Decision as Decision,
        DecisionInput as DecisionInput, Evaluation as Evaluation, Policy as Policy,
        Verdict as Verdict, evaluate as evaluate,
    )
    from salesagent_core.domain.approval_rules import (
        Condition as Condition, DEFAULT_RULES as DEFAULT_RULES, Facts as Facts,
        Operator as Operator, Rule as Rule,
    )
    from salesagent_core.domain.audit import AuditEvent as AuditEvent
    from salesagent_core.domain.autonomy import (
        Harm as Harm, Promotion as Promotion, Segment as Segment, SegmentState as SegmentState,
        Stage as Stage, StageChange as StageChange,
    )
    from salesagent_core.domain.business_days import (
        add_business_days as add_business_days, is_business_day as is_business_day,
    )
    from salesagent_core.domain.checking import check_text as check_text
    from salesagent_core.domain.commands.command import (
        Command as Command, CommandName as CommandName, Interpretation as Interpretation,
        must_be_confirmed as must_be_confirmed,
    )
    from salesagent_core.domain.context import (
        Asset as Asset, Assets as Assets, Brief as Brief, CheckedDraft as CheckedDraft,
        CompanyNotes as CompanyNotes, CrmTaskRef as CrmTaskRef, Recollection as Recollection,
        Recollections as Recollections, ValidSubmission as ValidSubmission,
        WrittenDraft as WrittenDraft,
    )
    from salesagent_core.domain.conversation import (
        Conversation as Conversation, Direction as Direction, Mail as Mail, ThreadRef as ThreadRef,
        ThreadsFound as ThreadsFound,
    )
    from salesagent_core.domain.draft import (
        Author as Author, Draft as Draft, DraftStatus as DraftStatus, MailboxDraft as MailboxDraft,
        Revision as Revision, content_hash as content_hash,
    )
    from salesagent_core.domain.evidence import (
        Claim as Claim, Source as Source, SourceKind as SourceKind,
    )
    from salesagent_core.domain.finding import Finding as Finding, Severity as Severity
    from salesagent_core.domain.grounding.check import check_grounding as check_grounding
    from salesagent_core.domain.icp import (
        Fit as Fit, IcpProfile as IcpProfile, IcpWeights as IcpWeights, Tier as Tier,
        score_fit as score_fit, tier_of as tier_of,
    )
    from salesagent_core.domain.intent import Intent as Intent, read_intent as read_intent
    from salesagent_core.domain.lead import Company as Company, Lead as Lead, Person as Person
    from salesagent_core.domain.opt_out.judgement import asks_to_stop as asks_to_stop
    from salesagent_core.domain.outcomes.outcome import (
        DealStage as DealStage, Outcome as Outcome, OutcomeGroup as OutcomeGroup,
        OutcomeSource as OutcomeSource, OutcomeType as OutcomeType,
        contact_adjustment as contact_adjustment, deal_outcome as deal_outcome,
        event_key as event_key,
    )
    from salesagent_core.domain.planning import (
        Ask as Ask, NextStep as NextStep, plan_next_step as plan_next_step,
    )
    from salesagent_core.domain.priority import (
        Priority as Priority, assess_priority as assess_priority,
        explain_priority as explain_priority, priority_score as priority_score,
    )
    from salesagent_core.domain.replies.auto_reply import (
        is_absence as is_absence, is_automatic as is_automatic,
    )
    from salesagent_core.domain.replies.bounce import (
        Bounce as Bounce, BouncedRecipient as BouncedRecipient, read_bounce as read_bounce,
    )
    from salesagent_core.domain.replies.intent import (
        ReplyIntent as ReplyIntent, read_reply_intent as read_reply_intent,
    )
    from salesagent_core.domain.replies.own_text import own_text as own_text
    from salesagent_core.domain.replies.reply import (
        MessageReading as MessageReading, read_message as read_message,
    )
    from salesagent_core.domain.run import (
        DeadLetter as DeadLetter, DeadLetterState as DeadLetterState, Degradation as Degradation,
        JournalEntry as JournalEntry, Lease as Lease, Redraft as Redraft, Run as Run,
        RunStatus as RunStatus, STEP_NAMES as STEP_NAMES, StepStatus as StepStatus,
    )
    from salesagent_core.domain.safety.injection import inspect_inbound as inspect_inbound
    from salesagent_core.domain.safety.outgoing import (
        SafetyPolicy as SafetyPolicy, inspect_text as inspect_text,
    )
    from salesagent_core.domain.scheduling import (
        Busy as Busy, Hours as Hours, Slot as Slot, SlotOffer as SlotOffer,
        describe_slot as describe_slot, in_sending_window as in_sending_window,
        next_sending_time as next_sending_time, propose_slots as propose_slots,
    )
    from salesagent_core.domain.sending.attempt import (
        AttemptStatus as AttemptStatus, SendAttempt as SendAttempt, SentRecord as SentRecord,
    )
    from salesagent_core.domain.sending.composing import (
        KeptMail as KeptMail, compose_mail as compose_mail, read_mail as read_mail,
    )
    from salesagent_core.domain.sending.gate import (
        GateFacts as GateFacts, GateVerdict as GateVerdict, RecipientVerdict as RecipientVerdict,
        SendMode as SendMode, SendPermission as SendPermission, SendRefused as SendRefused,
        SwitchState as SwitchState, judge_send as judge_send,
    )
    from salesagent_core.domain.sending.message import (
        OutgoingMail as OutgoingMail, draft_key as draft_key,
    )
    from salesagent_core.domain.sending.rate_limit import (
        Blocked as Blocked, Bounds as Bounds, DEFAULT_LIMITS as DEFAULT_LIMITS, Limits as Limits,
        Usage as Usage, check_limits as check_limits, limit_warnings as limit_warnings,
        may_go_at as may_go_at,
    )
    from salesagent_core.domain.sending.recipients import (
        RecipientRule as RecipientRule, RuleKind as RuleKind,
        canonical_pattern as canonical_pattern, company_key as company_key,
    )
    from salesagent_core.domain.sending.suppression import (
        Suppression as Suppression, SuppressionReason as SuppressionReason,
        hash_address as hash_address,
    )
    from salesagent_core.domain.spending import (
        Budget as Budget, ModelPrices as ModelPrices, ModelUse as ModelUse,
    )
    from salesagent_core.domain.stats import (
        Interval as Interval, wilson_interval as wilson_interval, wilson_lower as wilson_lower,
        wilson_upper as wilson_upper,
    )
    from salesagent_core.domain.submission import (
        FormField as FormField, IntakeKeys as IntakeKeys, Submission as Submission,
        SubmissionSource as SubmissionSource, intake_keys as intake_keys,
    )
    from salesagent_core.domain.tenant import Tenant as Tenant
    from salesagent_core.domain.text.language import detect_language as detect_language
    from salesagent_core.domain.time_zones import zone_for as zone_for
    from salesagent_core.domain.titles.title import (
        Seniority as Seniority, TitleReading as TitleReading, read_title as read_title,
    )
    from salesagent_core.domain.voice import (
        VoiceProfile as VoiceProfile, check_voice as check_voice,
    )
    from salesagent_core.domain.voice_learning import (
        learn_voice as learn_voice, refine_voice as refine_voice,
    )
    from salesagent_core.errors import (
        Conflict as Conflict, InvalidInput as InvalidInput, LeaseLost as LeaseLost,
        NeedsReauth as NeedsReauth, NotFound as NotFound, OverBudget as OverBudget,
        PolicyRefused as PolicyRefused, PortError as PortError, Problem as Problem,
        RateLimited as RateLimited, Reason as Reason, Rejected as Rejected,
        SalesAgentError as SalesAgentError, Unavailable as Unavailable,
        UnusableOutput as UnusableOutput,
    )
    from salesagent_core.ids import (
        DEFAULT_TENANT as DEFAULT_TENANT, DraftId as DraftId, RunId as RunId,
        SubmissionId as SubmissionId, TenantId as TenantId, uuid7 as uuid7,
    )
    from salesagent_core.ports.api_keys import (
        ApiKey as ApiKey, ApiKeys as ApiKeys, PageSession as PageSession, Scope as Scope,
    )
    from salesagent_core.ports.assets import AssetStore as AssetStore
    from salesagent_core.ports.backlog import Backlog as Backlog
    from salesagent_core.ports.calendar import Calendar as Calendar
    from salesagent_core.ports.clock import Clock as Clock
    from salesagent_core.ports.crm import (
        ContactHint as ContactHint, ContactRecord as ContactRecord, Crm as Crm, CrmTask as CrmTask,
    )
    from salesagent_core.ports.crm_events import (
        ClaimedEvent as ClaimedEvent, CrmEvent as CrmEvent, CrmEventInbox as CrmEventInbox,
        EventReceipt as EventReceipt,
    )
    from salesagent_core.ports.draft_sync import (
        ClaimedSync as ClaimedSync, DraftSyncs as DraftSyncs,
    )
    from salesagent_core.ports.embedder import Embedder as Embedder
    from salesagent_core.ports.identity import IdSource as IdSource
    from salesagent_core.ports.intake import (
        Arrival as Arrival, Intake as Intake, Receipt as Receipt,
    )
    from salesagent_core.ports.interpreter import Interpreter as Interpreter
    from salesagent_core.ports.job_queue import JobQueue as JobQueue, Topic as Topic
    from salesagent_core.ports.journal import ClaimedRun as ClaimedRun, Journal as Journal
    from salesagent_core.ports.mail_sender import (
        FateUnknown as FateUnknown, HeldDraft as HeldDraft, HistoryExpired as HistoryExpired,
        MailSender as MailSender, NotSent as NotSent, SentMail as SentMail,
    )
    from salesagent_core.ports.mailbox import MailDrafts as MailDrafts, MailReader as MailReader
    from salesagent_core.ports.memory import (
        Memory as Memory, MemoryKeeper as MemoryKeeper, SentMemory as SentMemory,
    )
    from salesagent_core.ports.model_budget import (
        ModelBudget as ModelBudget, MonthReport as MonthReport, Reservation as Reservation,
    )
    from salesagent_core.ports.opt_out_links import OptOutLinks as OptOutLinks
    from salesagent_core.ports.read_model import (
        DraftDetail as DraftDetail, QueueStatus as QueueStatus, ReadModel as ReadModel,
        RunDetail as RunDetail, RunSummary as RunSummary,
    )
    from salesagent_core.ports.secrets_vault import Sealer as Sealer
    from salesagent_core.ports.send_ledger import (
        SendLedger as SendLedger, SendQueue as SendQueue, SentAudits as SentAudits,
        SlotKeys as SlotKeys,
    )
    from salesagent_core.ports.send_switches import SendSwitches as SendSwitches
    from salesagent_core.ports.suppressions import (
        OptOutTokens as OptOutTokens, RecipientRules as RecipientRules,
        Suppressions as Suppressions,
    )
    from salesagent_core.ports.tenants import TenantDirectory as TenantDirectory
    from salesagent_core.ports.tone_judge import ToneJudge as ToneJudge, ToneOpinion as ToneOpinion
    from salesagent_core.ports.transcriber import (
        Transcriber as Transcriber, Transcript as Transcript,
    )
    from salesagent_core.ports.unit_of_work import (
        AuditTrail as AuditTrail, DeadLetters as DeadLetters, DecisionLog as DecisionLog,
        DraftStore as DraftStore, RunStore as RunStore, SendingTransaction as SendingTransaction,
        SendingWork as SendingWork, Transaction as Transaction, UnitOfWork as UnitOfWork,
    )
    from salesagent_core.ports.voices import Voices as Voices
    from salesagent_core.ports.writer import Writer as Writer
    from salesagent_core.use_cases.advance_run import AdvanceRuns as AdvanceRuns
    from salesagent_core.use_cases.audit_sent import AuditSent as AuditSent
    from salesagent_core.use_cases.control_sending import ControlSending as ControlSending
    from salesagent_core.use_cases.manage_recipients import ManageRecipients as ManageRecipients
    from salesagent_core.use_cases.manage_suppressions import (
        ManageSuppressions as ManageSuppressions,
    )
    from salesagent_core.use_cases.queries import (
        DraftView as DraftView, Queries as Queries, QueueItem as QueueItem, TaskView as TaskView,
    )
    from salesagent_core.use_cases.receive_crm_events import ReceiveCrmEvents as ReceiveCrmEvents
    from salesagent_core.use_cases.receive_submission import ReceiveSubmission as ReceiveSubmission
    from salesagent_core.use_cases.reconcile_send import ReconcileSends as ReconcileSends
    from salesagent_core.use_cases.resolve_crm_event import ResolveCrmEvents as ResolveCrmEvents
    from salesagent_core.use_cases.review_draft import ReviewDraft as ReviewDraft
    from salesagent_core.use_cases.schedule_send import ScheduleSend as ScheduleSend
    from salesagent_core.use_cases.send_draft import SendDrafts as SendDrafts
    from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter as SettleDeadLetter
    from salesagent_core.use_cases.step import Step as Step, Workflow as Workflow
    from salesagent_core.use_cases.sync_draft import SyncDrafts as SyncDrafts
    from salesagent_core.use_cases.workflow import World as World, sixteen_steps as sixteen_steps

_HOMES = {
    "domain.address": ("AddressJudgement", "fold_alias", "judge_address"),
    "domain.approval": (
        "DEFAULT_THRESHOLD", "Decision", "DecisionInput", "Evaluation", "Policy", "Verdict",
        "evaluate",
    ),
    "domain.approval_rules": ("Condition", "DEFAULT_RULES", "Facts", "Operator", "Rule"),
    "domain.audit": ("AuditEvent",),
    "domain.autonomy": ("Harm", "Promotion", "Segment", "SegmentState", "Stage", "StageChange"),
    "domain.business_days": ("add_business_days", "is_business_day"),
    "domain.checking": ("check_text",),
    "domain.commands.command": ("Command", "CommandName", "Interpretation", "must_be_confirmed"),
    "domain.context": (
        "Asset", "Assets", "Brief", "CheckedDraft", "CompanyNotes", "CrmTaskRef", "Recollection",
        "Recollections", "ValidSubmission", "WrittenDraft",
    ),
    "domain.conversation": ("Conversation", "Direction", "Mail", "ThreadRef", "ThreadsFound"),
    "domain.draft": ("Author", "Draft", "DraftStatus", "MailboxDraft", "Revision", "content_hash"),
    "domain.evidence": ("Claim", "Source", "SourceKind"),
    "domain.finding": ("Finding", "Severity"),
    "domain.grounding.check": ("check_grounding",),
    "domain.icp": ("Fit", "IcpProfile", "IcpWeights", "Tier", "score_fit", "tier_of"),
    "domain.intent": ("Intent", "read_intent"),
    "domain.lead": ("Company", "Lead", "Person"),
    "domain.opt_out.judgement": ("asks_to_stop",),
    "domain.outcomes.outcome": (
        "DealStage", "Outcome", "OutcomeGroup", "OutcomeSource", "OutcomeType",
        "contact_adjustment", "deal_outcome", "event_key",
    ),
    "domain.planning": ("Ask", "NextStep", "plan_next_step"),
    "domain.priority": ("Priority", "assess_priority", "explain_priority", "priority_score"),
    "domain.replies.auto_reply": ("is_absence", "is_automatic"),
    "domain.replies.bounce": ("Bounce", "BouncedRecipient", "read_bounce"),
    "domain.replies.intent": ("ReplyIntent", "read_reply_intent"),
    "domain.replies.own_text": ("own_text",),
    "domain.replies.reply": ("MessageReading", "read_message"),
    "domain.run": (
        "DeadLetter", "DeadLetterState", "Degradation", "JournalEntry", "Lease", "Redraft", "Run",
        "RunStatus", "STEP_NAMES", "StepStatus",
    ),
    "domain.safety.injection": ("inspect_inbound",),
    "domain.safety.outgoing": ("SafetyPolicy", "inspect_text"),
    "domain.scheduling": (
        "Busy", "Hours", "Slot", "SlotOffer", "describe_slot", "in_sending_window",
        "next_sending_time", "propose_slots",
    ),
    "domain.sending.attempt": ("AttemptStatus", "SendAttempt", "SentRecord"),
    "domain.sending.composing": ("KeptMail", "compose_mail", "read_mail"),
    "domain.sending.gate": (
        "GateFacts", "GateVerdict", "RecipientVerdict", "SendMode", "SendPermission", "SendRefused",
        "SwitchState", "judge_send",
    ),
    "domain.sending.message": ("OutgoingMail", "draft_key"),
    "domain.sending.rate_limit": (
        "Blocked", "Bounds", "DEFAULT_LIMITS", "Limits", "Usage", "check_limits", "limit_warnings",
        "may_go_at",
    ),
    "domain.sending.recipients": ("RecipientRule", "RuleKind", "canonical_pattern", "company_key"),
    "domain.sending.suppression": ("Suppression", "SuppressionReason", "hash_address"),
    "domain.spending": ("Budget", "ModelPrices", "ModelUse"),
    "domain.stats": ("Interval", "wilson_interval", "wilson_lower", "wilson_upper"),
    "domain.submission": (
        "FormField", "IntakeKeys", "Submission", "SubmissionSource", "intake_keys",
    ),
    "domain.tenant": ("Tenant",),
    "domain.text.language": ("detect_language",),
    "domain.time_zones": ("zone_for",),
    "domain.titles.title": ("Seniority", "TitleReading", "read_title"),
    "domain.voice": ("VoiceProfile", "check_voice"),
    "domain.voice_learning": ("learn_voice", "refine_voice"),
    "errors": (
        "Conflict", "InvalidInput", "LeaseLost", "NeedsReauth", "NotFound", "OverBudget",
        "PolicyRefused", "PortError", "Problem", "RateLimited", "Reason", "Rejected",
        "SalesAgentError", "Unavailable", "UnusableOutput",
    ),
    "ids": ("DEFAULT_TENANT", "DraftId", "RunId", "SubmissionId", "TenantId", "uuid7"),
    "ports.api_keys": ("ApiKey", "ApiKeys", "PageSession", "Scope"),
    "ports.assets": ("AssetStore",),
    "ports.backlog": ("Backlog",),
    "ports.calendar": ("Calendar",),
    "ports.clock": ("Clock",),
    "ports.crm": ("ContactHint", "ContactRecord", "Crm", "CrmTask"),
    "ports.crm_events": ("ClaimedEvent", "CrmEvent", "CrmEventInbox", "EventReceipt"),
    "ports.draft_sync": ("ClaimedSync", "DraftSyncs"),
    "ports.embedder": ("Embedder",),
    "ports.identity": ("IdSource",),
    "ports.intake": ("Arrival", "Intake", "Receipt"),
    "ports.interpreter": ("Interpreter",),
    "ports.job_queue": ("JobQueue", "Topic"),
    "ports.journal": ("ClaimedRun", "Journal"),
    "ports.mail_sender": (
        "FateUnknown", "HeldDraft", "HistoryExpired", "MailSender", "NotSent", "SentMail",
    ),
    "ports.mailbox": ("MailDrafts", "MailReader"),
    "ports.memory": ("Memory", "MemoryKeeper", "SentMemory"),
    "ports.model_budget": ("ModelBudget", "MonthReport", "Reservation"),
    "ports.opt_out_links": ("OptOutLinks",),
    "ports.read_model": ("DraftDetail", "QueueStatus", "ReadModel", "RunDetail", "RunSummary"),
    "ports.secrets_vault": ("Sealer",),
    "ports.send_ledger": ("SendLedger", "SendQueue", "SentAudits", "SlotKeys"),
    "ports.send_switches": ("SendSwitches",),
    "ports.suppressions": ("OptOutTokens", "RecipientRules", "Suppressions"),
    "ports.tenants": ("TenantDirectory",),
    "ports.tone_judge": ("ToneJudge", "ToneOpinion"),
    "ports.transcriber": ("Transcriber", "Transcript"),
    "ports.unit_of_work": (
        "AuditTrail", "DeadLetters", "DecisionLog", "DraftStore", "RunStore", "SendingTransaction",
        "SendingWork", "Transaction", "UnitOfWork",
    ),
    "ports.voices": ("Voices",),
    "ports.writer": ("Writer",),
    "use_cases.advance_run": ("AdvanceRuns",),
    "use_cases.audit_sent": ("AuditSent",),
    "use_cases.control_sending": ("ControlSending",),
    "use_cases.manage_recipients": ("ManageRecipients",),
    "use_cases.manage_suppressions": ("ManageSuppressions",),
    "use_cases.queries": ("DraftView", "Queries", "QueueItem", "TaskView"),
    "use_cases.receive_crm_events": ("ReceiveCrmEvents",),
    "use_cases.receive_submission": ("ReceiveSubmission",),
    "use_cases.reconcile_send": ("ReconcileSends",),
    "use_cases.resolve_crm_event": ("ResolveCrmEvents",),
    "use_cases.review_draft": ("ReviewDraft",),
    "use_cases.schedule_send": ("ScheduleSend",),
    "use_cases.send_draft": ("SendDrafts",),
    "use_cases.settle_dead_letter": ("SettleDeadLetter",),
    "use_cases.step": ("Step", "Workflow"),
    "use_cases.sync_draft": ("SyncDrafts",),
    "use_cases.workflow": ("World", "sixteen_steps"),
}
# fmt: on
"""Which module below this package each public name lives in."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)

if not TYPE_CHECKING:  # so that type checkers still report a name that does not exist

    def __getattr__(name: str) -> object:
        module = _HOME_OF.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{module}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
