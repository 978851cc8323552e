"""May this mail go now? Every reason against it at once, and when it may go.

A reason with a time goes away by itself; one without needs a person. Flow:
``facts | switches | recipient | text | limits | window -> verdict``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from enum import StrEnum

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.scheduling import SENDING_HOURS, next_sending_time
from salesagent_core.domain.scheduling import Hours as Span
from salesagent_core.domain.sending.rate_limit import DEFAULT_LIMITS, Limits, Usage, check_limits
from salesagent_core.domain.sending.recipients import covers_normalized
from salesagent_core.domain.sending.suppression import Suppression
from salesagent_core.domain.treatment import Hours
from salesagent_core.errors import PolicyRefused, Reason
from salesagent_core.ids import DEFAULT_TENANT, TenantId

STOPPED = "sending_stopped"
DRAFT_ONLY = "draft_only"
OUTSIDE_WINDOW = "outside_sending_window"


class SendMode(StrEnum):
    """``DRAFT_ONLY``: people send from their mailbox, and an approval changes nothing there."""

    DRAFT_ONLY = "DRAFT_ONLY"
    SEND = "SEND"


@attrs.frozen(kw_only=True)
class SendPermission:
    """What the settings of this process allow, above every switch in the database.

    ``recipients`` are addresses and hosts; ``*`` must be written out. Nothing means nobody.
    ``unless_chosen`` are the tenants that send although nobody chose a mode for them: the one
    that the settings themselves describe. Every other one drafts only until an admin says so.
    """

    allowed: bool = False
    recipients: tuple[str, ...] = ()
    unless_chosen: frozenset[TenantId] = frozenset({DEFAULT_TENANT})


@attrs.frozen(kw_only=True)
class Stop:
    """A pulled kill switch. ``everywhere``: for all tenants, not only this one."""

    by: str
    why: str
    at: datetime
    everywhere: bool = False


@attrs.frozen(kw_only=True)
class ModeChange:
    """Who set the mode, when and why."""

    mode: SendMode
    by: str
    why: str
    at: datetime


@attrs.frozen(kw_only=True)
class Restored:
    """The database came from a backup: it knows nothing that happened between the two times.

    ``compared``: what was open in it was compared with the mailboxes afterwards.
    """

    snapshot_at: datetime
    restored_at: datetime
    compared: bool = False

    def may_have_answered(self, submitted_at: datetime) -> bool:
        """Whether a form of that time may have been answered without this database knowing."""
        return submitted_at < self.restored_at


@attrs.frozen(kw_only=True)
class BudgetReached:
    """The month's mails are used up; ``until`` is when the next month begins."""

    reason: Reason
    until: datetime


@attrs.frozen(kw_only=True)
class SwitchState:
    """All that people have set about sending for one tenant; the limits are always some."""

    budget_reached: BudgetReached | None = None

    stop: Stop | None = None
    mode: ModeChange | None = None
    limits: Limits = DEFAULT_LIMITS
    restored: Restored | None = None


def effective_mode(permission: SendPermission, state: SwitchState, tenant_id: TenantId) -> SendMode:
    """The mode in force: the settings must allow SEND, and somebody must have chosen it."""
    if not permission.allowed:
        return SendMode.DRAFT_ONLY
    if state.mode is not None:
        return state.mode.mode
    return SendMode.SEND if tenant_id in permission.unless_chosen else SendMode.DRAFT_ONLY


@attrs.frozen(kw_only=True)
class RecipientVerdict:
    """What a tenant's own lists say. ``listed``: the tenant has an allow list at all."""

    allowed: bool = False
    denied: bool = False
    listed: bool = False


@attrs.frozen(kw_only=True)
class GateFacts:
    """All that the gate looks at. ``now`` is database time, ``zone`` the recipient's (IANA).

    ``automatic``: no person approved this revision; ``trusted``: the rule that did is trusted
    still. ``approved``: a decision for exactly this revision stands. ``hours``: when it may go by
    itself, where a test of ours says so.
    """

    now: datetime
    tenant_id: TenantId
    recipient: str
    switches: SwitchState
    permission: SendPermission
    usage: Usage
    approved: bool = True
    automatic: bool = False
    trusted: bool = True
    lists: RecipientVerdict = RecipientVerdict()
    suppressions: Sequence[Suppression] = ()
    findings: Sequence[Finding] = ()
    zone: str | None = None
    hours: Hours | None = None


@attrs.frozen(kw_only=True)
class Objection:
    """One reason against sending. ``free_at`` is when it goes away by itself, else None."""

    reason: Reason
    free_at: datetime | None = None


@attrs.frozen(kw_only=True)
class GateVerdict:
    """``reasons`` are all there are; empty when it may go. ``may_go_at`` is the moment from which
    nothing of this stands in the way (now, when it is allowed), None when a person must act."""

    allowed: bool
    reasons: tuple[Reason, ...] = ()
    may_go_at: datetime | None = None

    def has(self, code: str) -> bool:
        """Whether this is one of the reasons."""
        return any(reason.code == code for reason in self.reasons)


class SendRefused(PolicyRefused):
    """The gate said no; ``verdict`` says why and until when."""

    def __init__(self, verdict: GateVerdict) -> None:
        super().__init__(verdict.reasons)
        self.verdict = verdict
        self.may_go_at = verdict.may_go_at


def judge_send(facts: GateFacts) -> GateVerdict:
    """Every reason against sending this mail at this moment."""
    objections = (
        *_switches(facts),
        *_recipient(facts),
        *_text(facts),
        *_times(facts),
    )
    times = [each.free_at for each in objections]
    until = max((time for time in times if time is not None), default=facts.now)
    return GateVerdict(
        allowed=not objections,
        reasons=tuple(each.reason for each in objections),
        may_go_at=None if None in times else until,
    )


def _switches(facts: GateFacts) -> Iterator[Objection]:
    stop = facts.switches.stop
    if stop is not None:
        where = "everywhere" if stop.everywhere else "for this organisation"
        yield _no(STOPPED, f"sending is stopped {where} by {stop.by}")
    if not facts.permission.allowed:
        yield _no(DRAFT_ONLY, "the settings of this installation allow drafts only")
    elif effective_mode(facts.permission, facts.switches, facts.tenant_id) is SendMode.DRAFT_ONLY:
        yield _no(DRAFT_ONLY, "the mode is DRAFT_ONLY: people send from their mailbox")


def _recipient(facts: GateFacts) -> Iterator[Objection]:
    judged = judge_address(facts.recipient)
    if judged.reason is not None:
        yield _no(f"recipient_{judged.reason.code}", judged.reason.sentence)
        return
    if judged.no_reply:
        yield _no("recipient_no_reply", "nobody reads mail to this address")
    elif judged.role and facts.automatic:
        yield _no("recipient_role", "a role address is written to only when a person approves it")
    if judged.disposable and facts.automatic:
        yield _no("recipient_disposable", "this is a throw-away address")
    if facts.lists.denied:
        yield _no("recipient_denied", "this recipient is on the deny list")
    if facts.lists.listed and not facts.lists.allowed:
        yield _no("recipient_not_allowed", "this recipient is not on the allow list")
    elif facts.permission.allowed and not covers_normalized(
        facts.permission.recipients, judged.normalized or ""
    ):
        yield _no(
            "recipient_not_in_settings",
            "this recipient is not among those whom the settings allow (SEND_EMAIL_ALLOWLIST)",
        )
    for entry in facts.suppressions:
        yield Objection(reason=entry.why)


def _text(facts: GateFacts) -> Iterator[Objection]:
    if not facts.approved:
        yield _no("not_approved", "nobody approved this revision")
    if facts.automatic and not facts.trusted:
        yield _no("not_trusted", "the rule that approved this is not trusted any more")
    stops = {Severity.BLOCK, Severity.REVIEW} if facts.automatic else {Severity.BLOCK}
    for finding in facts.findings:
        if finding.severity in stops:
            yield _no(f"finding_{finding.code}", finding.sentence)


def _times(facts: GateFacts) -> Iterator[Objection]:
    reached = facts.switches.budget_reached
    if reached is not None:
        yield Objection(reason=reached.reason, free_at=reached.until)
    for blocked in check_limits(facts.now, facts.usage, facts.switches.limits):
        yield Objection(reason=blocked.reason, free_at=blocked.free_at)
    if facts.automatic:
        hours = _hours(facts)
        opens = (
            next_sending_time(facts.now, facts.zone)
            if facts.hours is None
            else next_sending_time(facts.now, facts.zone, hours)
        )
        if opens > facts.now:
            sentence = (
                f"automatic mail goes out from {hours.start:%H:%M} to {hours.end:%H:%M} where the"
                " recipient is"
            )
            yield Objection(reason=Reason(code=OUTSIDE_WINDOW, sentence=sentence), free_at=opens)


def _hours(facts: GateFacts) -> Span:
    if facts.hours is None:
        return SENDING_HOURS
    return Span(start=time(facts.hours.start), end=time(facts.hours.end))


def _no(code: str, sentence: str) -> Objection:
    return Objection(reason=Reason(code=code, sentence=sentence))
