"""What the HTTP layer needs of the rest: nothing here knows how it is built."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_app.dependency_watch import DependencyWatch
from salesagent_app.observing.watch import Watch
from salesagent_core.domain.retention import Periods
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKeys
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.people import PeopleDirectory
from salesagent_core.ports.saved_views import SavedViews
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.transcriber import Transcriber
from salesagent_core.ports.vendor_probe import Trial
from salesagent_core.use_cases.backtest_policy import BacktestPolicy
from salesagent_core.use_cases.connect_mailbox import ConnectMailbox
from salesagent_core.use_cases.control_sending import ControlSending
from salesagent_core.use_cases.detect_outcomes import DetectOutcomes
from salesagent_core.use_cases.follow_command import FollowCommand
from salesagent_core.use_cases.forget_person import ForgetPerson
from salesagent_core.use_cases.learn import Learn
from salesagent_core.use_cases.log_in import LogIn
from salesagent_core.use_cases.manage_account import ManageAccount
from salesagent_core.use_cases.manage_autonomy import ManageAutonomy
from salesagent_core.use_cases.manage_experiments import ManageExperiments
from salesagent_core.use_cases.manage_keys import ManageKeys
from salesagent_core.use_cases.manage_notices import ManageNotices
from salesagent_core.use_cases.manage_people import ManagePeople
from salesagent_core.use_cases.manage_recipients import ManageRecipients
from salesagent_core.use_cases.manage_rules import ManageRules
from salesagent_core.use_cases.manage_settings import ManageSettings
from salesagent_core.use_cases.manage_suppressions import ManageSuppressions
from salesagent_core.use_cases.manage_templates import ManageTemplates
from salesagent_core.use_cases.manage_usage import ManageUsage
from salesagent_core.use_cases.manage_voices import ManageVoices
from salesagent_core.use_cases.queries import Queries
from salesagent_core.use_cases.read_outcomes import ReadOutcomes
from salesagent_core.use_cases.read_performance import ReadPerformance
from salesagent_core.use_cases.receive_crm_events import ReceiveCrmEvents
from salesagent_core.use_cases.receive_submission import ReceiveSubmission
from salesagent_core.use_cases.reconcile_send import ReconcileSends
from salesagent_core.use_cases.record_outcome import RecordOutcome
from salesagent_core.use_cases.reset_password import ResetPassword
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.schedule_send import ScheduleSend
from salesagent_core.use_cases.settle_dead_letter import SettleDeadLetter
from salesagent_core.use_cases.sign_in import SignIn

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""Says what is not ready, each as a sentence without secrets; empty means ready."""


class VendorState(Protocol):
    """How a vendor answers one tenant, as this process sees it: ``state`` is ``closed`` while all
    is well, ``until`` when it is asked again."""

    @property
    def vendor(self) -> str: ...
    @property
    def tenant_id(self) -> TenantId: ...
    @property
    def state(self) -> str: ...
    @property
    def until(self) -> datetime | None: ...


class Windows(Protocol):
    """Counts requests over a sliding window; see ``salesagent_adapters.throttle``."""

    async def hit(self, name: str, most: int, window: float) -> float | None:
        """Count one; seconds to wait when there were more than ``most`` in the last ``window``
        seconds, or None."""
        ...


@attrs.frozen(kw_only=True)
class Limits:
    """``webhook_bytes`` and ``request_bytes`` bound request bodies; ``logins_per_minute`` is
    per address, commands and recordings per caller. ``open_per_minute`` and ``caller_per_minute``
    hold where ``HttpServices.windows`` count."""

    webhook_bytes: int = 1024 * 1024
    request_bytes: int = 1024 * 1024
    logins_per_minute: int = 10
    commands_per_minute: int = 60
    recordings_per_minute: int = 20
    open_per_minute: int = 100
    caller_per_minute: int = 3000


def _without_slash(url: str) -> str:
    return url.rstrip("/")


@attrs.frozen(kw_only=True)
class SendingServices:
    """Sending, its switches, and who is never written to."""

    schedule: ScheduleSend
    control: ControlSending
    recipients: ManageRecipients
    suppressions: ManageSuppressions
    reconcile: ReconcileSends


@attrs.frozen(kw_only=True)
class ApprovalServices:
    """What may be approved alone: rules, trust, and what another policy would have done."""

    rules: ManageRules
    autonomy: ManageAutonomy
    backtest: BacktestPolicy


@attrs.frozen(kw_only=True)
class CommandServices:
    """Commands by word: what follows them, and who writes down what was said."""

    follow: FollowCommand
    transcriber: Transcriber


@attrs.frozen(kw_only=True)
class VendorKeys:
    """A vendor, and what of its settings is missing here: ``missing`` is empty where it is set
    up. ``needed_for`` ends the sentence "It is needed to"."""

    name: str
    variables: tuple[str, ...]
    missing: tuple[str, ...]
    needed_for: str


@attrs.frozen(kw_only=True)
class SettingsServices:
    """What people set on the pages. ``vendors`` are in the order in which they are connected;
    ``trials`` are the small questions to those of a tenant that are set up; ``crm_token`` is what
    opens a tenant's own CRM account."""

    settings: ManageSettings
    templates: ManageTemplates
    vendors: tuple[VendorKeys, ...] = ()
    trials: Callable[[TenantId], Awaitable[Sequence[Trial]]] | None = None
    crm_token: Callable[[TenantId], Awaitable[str | None]] | None = None


@attrs.frozen(kw_only=True)
class MailPushes:
    """Pushes of a mailbox's provider. ``verify`` judges the header ``Authorization``, in a thread;
    ``told`` takes the address and the point in its history."""

    verify: Callable[[str | None], None]
    told: Callable[[str, str], Awaitable[None]]


@attrs.frozen(kw_only=True)
class OutcomeServices:
    """What became of mail, and what is learned from it."""

    read: ReadOutcomes
    record: RecordOutcome
    detect: DetectOutcomes
    learn: Learn


@attrs.frozen(kw_only=True)
class ImprovementServices:
    """What makes mail better: tests, voices, and how mail does."""

    experiments: ManageExperiments
    voices: ManageVoices
    performance: ReadPerformance


@attrs.frozen(kw_only=True)
class PrivacyServices:
    """What is kept about people, and for how long."""

    people: ForgetPerson
    periods: Periods


@attrs.frozen(kw_only=True)
class PeopleServices:
    """People who log in, and the keys of programs. Without ``sign_in`` nobody comes by Google."""

    directory: PeopleDirectory
    log_in: LogIn
    account: ManageAccount
    manage: ManagePeople
    keys: ManageKeys
    reset: ResetPassword
    sign_in: SignIn | None = None


@attrs.frozen(kw_only=True)
class HttpServices:
    """Everything that the routes call.

    ``public_url`` is what webhook signatures and the same-origin check are built on: scheme and
    host, without a path. ``mode`` is the label every page shows; ``warnings`` are sentences such
    as "HubSpot is a memory stand-in", shown on every page. Without ``sending`` every approval
    is only that, and there are no routes to send by; without ``mailboxes`` none to connect
    them, without ``mail_pushes`` none that takes them, without ``approvals`` none to change what
    goes alone, without ``outcomes`` none to tell what became of mail, without ``views`` none are
    kept, without ``commands`` none are followed, without ``people`` only keys log in, without
    ``usage`` none is told, without ``notices`` nobody is told what needs them, without ``chosen``
    nothing is set on the pages, without ``windows`` no requests are counted.
    """

    receive_submission: ReceiveSubmission
    receive_crm_events: ReceiveCrmEvents
    review: ReviewDraft
    dead_letters: SettleDeadLetter
    queries: Queries
    api_keys: ApiKeys
    tenants: TenantDirectory
    clock: Clock
    ids: IdSource
    readiness: Readiness
    public_url: str = attrs.field(converter=_without_slash)
    mode: str = "DRAFT ONLY"
    warnings: tuple[str, ...] = ()
    close: Callable[[], Awaitable[None]] | None = None
    limits: Limits = Limits()
    sending: SendingServices | None = None
    mailboxes: ConnectMailbox | None = None
    approvals: ApprovalServices | None = None
    views: SavedViews | None = None
    vendor_states: Callable[[], Sequence[VendorState]] | None = None
    commands: CommandServices | None = None
    mail_pushes: MailPushes | None = None
    dependencies: DependencyWatch | None = None
    improvement: ImprovementServices | None = None
    outcomes: OutcomeServices | None = None
    privacy: PrivacyServices | None = None
    people: PeopleServices | None = None
    usage: ManageUsage | None = None
    notices: ManageNotices | None = None
    watch: Watch = attrs.field(factory=Watch)
    chosen: SettingsServices | None = None
    windows: Windows | None = None
