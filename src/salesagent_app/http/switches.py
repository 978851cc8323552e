"""``/api/admin``: stop all sending, the mode, the limits, the allow and the deny list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, post, put
from litestar.params import JSONBody

from salesagent_app.http.auth import Caller, Gate, requires
from salesagent_app.http.inputs import Calling, Services, Words
from salesagent_app.http.offered import sending_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.sending.gate import SendMode
from salesagent_core.domain.sending.rate_limit import (
    COMPANY_BOUNDS,
    CONTACT_BOUNDS,
    MAILBOX_BOUNDS,
    Bounds,
    Limits,
    limit_warnings,
    read_limits,
)
from salesagent_core.domain.sending.recipients import RecipientRule, RuleKind
from salesagent_core.errors import Reason
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.control_sending import ModeView, SendingStatus

MAX_PATTERNS = 1_000


@attrs.frozen(kw_only=True)
class WhyBody:
    """``why`` is kept in the audit trail and shown to whoever asks what stands still."""

    why: Words


@attrs.frozen(kw_only=True)
class ModeBody:
    """``mode`` as it shall be, and why."""

    mode: SendMode
    why: Words


@attrs.frozen(kw_only=True)
class StatusAnswer:
    """``in_flight`` are the sends that a stop came too late for: being sent now, or unknown."""

    stopped: bool
    everywhere: bool
    by: str | None
    why: str | None
    at: datetime | None
    in_flight_count: int
    in_flight: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ModeAnswer:
    """The mode in force. ``allowed_by_settings``: whether SEND can be chosen at all."""

    mode: SendMode
    allowed_by_settings: bool
    by: str | None = None
    why: str | None = None
    at: datetime | None = None


Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


@attrs.frozen(kw_only=True)
class ListBody:
    """The whole list: addresses, and hosts (``example.com``) with all under them."""

    patterns: Annotated[list[Pattern], msgspec.Meta(max_length=MAX_PATTERNS)]


@attrs.frozen(kw_only=True)
class ListRow:
    """One line of a list; ``pattern`` is ``person:ADDRESS``, ``host:HOST`` or ``*``."""

    id: str
    pattern: str
    created_at: datetime
    created_by: str


@attrs.frozen(kw_only=True)
class LimitsBody:
    """All three limits, and why they change; what is out of bounds is refused with its bounds."""

    per_contact: int
    per_mailbox: int
    per_company: int
    why: Words


@attrs.frozen(kw_only=True)
class LimitAnswer:
    """One limit, and the least and the most that it may be set to."""

    value: int
    low: int
    high: int


@attrs.frozen(kw_only=True)
class LimitsAnswer:
    """``per_contact``: mails to one person in 7 days. ``per_mailbox``: mails in 24 hours.
    ``per_company``: people written to in 7 days. ``warnings``: what is close to its bound."""

    per_contact: LimitAnswer
    per_mailbox: LimitAnswer
    per_company: LimitAnswer
    warnings: tuple[Reason, ...]


@post(
    "/emergency-stop",
    status_code=200,
    responses=documented(400, 413),
    summary="Stop all sending of this organisation; afterwards nothing new starts",
)
async def stop(services: Services, caller: Calling, data: JSONBody[WhyBody]) -> StatusAnswer:
    control = sending_of(services).control
    return _status(await control.stop(caller.tenant_id, who=caller.id, why=data.why))


@post(
    "/emergency-resume",
    status_code=200,
    responses=documented(400, 413),
    summary="Send again; what was held back goes on",
)
async def resume(services: Services, caller: Calling, data: JSONBody[WhyBody]) -> StatusAnswer:
    control = sending_of(services).control
    return _status(await control.resume(caller.tenant_id, who=caller.id, why=data.why))


@get("/emergency-status", responses=documented(), summary="Whether sending is stopped, and by whom")
async def emergency_status(services: Services, caller: Calling) -> StatusAnswer:
    return _status(await sending_of(services).control.status(caller.tenant_id))


@get("/send-mode", responses=documented(), summary="The mode in force, and who chose it")
async def send_mode(services: Services, caller: Calling) -> ModeAnswer:
    return _mode(await sending_of(services).control.mode(caller.tenant_id))


@put(
    "/send-mode",
    status_code=200,
    responses=documented(400, 409, 413),
    summary="Choose DRAFT_ONLY or SEND",
)
async def set_send_mode(
    services: Services, caller: Calling, data: JSONBody[ModeBody]
) -> ModeAnswer:
    control = sending_of(services).control
    return _mode(await control.set_mode(caller.tenant_id, data.mode, who=caller.id, why=data.why))


@get("/limits", responses=documented(), summary="The sending limits in force, and their bounds")
async def limits(services: Services, caller: Calling) -> LimitsAnswer:
    return _limits(await sending_of(services).control.limits(caller.tenant_id))


@put(
    "/limits",
    status_code=200,
    responses=documented(400, 413),
    summary="Set the sending limits; the answer warns of what is close to its bound",
)
async def set_limits(
    services: Services, caller: Calling, data: JSONBody[LimitsBody]
) -> LimitsAnswer:
    wanted = read_limits(data.per_contact, data.per_mailbox, data.per_company)
    control = sending_of(services).control
    await control.set_limits(caller.tenant_id, wanted, who=caller.id, why=data.why)
    return _limits(wanted)


@get("/allow-list", responses=documented(), summary="Who may be written to; empty means everybody")
async def allow_list(services: Services, caller: Calling) -> list[ListRow]:
    return await _list(services, caller, RuleKind.ALLOW)


@put(
    "/allow-list",
    status_code=200,
    responses=documented(400, 409, 413),
    summary="Replace the allow list",
)
async def set_allow_list(
    services: Services, caller: Calling, data: JSONBody[ListBody]
) -> list[ListRow]:
    return await _replace(services, caller, RuleKind.ALLOW, data.patterns)


@get("/deny-list", responses=documented(), summary="Who is not written to, whatever allows it")
async def deny_list(services: Services, caller: Calling) -> list[ListRow]:
    return await _list(services, caller, RuleKind.DENY)


@put(
    "/deny-list",
    status_code=200,
    responses=documented(400, 409, 413),
    summary="Replace the deny list",
)
async def set_deny_list(
    services: Services, caller: Calling, data: JSONBody[ListBody]
) -> list[ListRow]:
    return await _replace(services, caller, RuleKind.DENY, data.patterns)


def stop_router(gate: Gate) -> Router:
    """The stop and its state. Whoever may review may stop: that is safe; only an admin resumes."""
    return Router(
        "/api/admin",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[stop, emergency_status],
        tags=["sending"],
    )


def switch_router(gate: Gate) -> Router:
    """Resume, mode, limits and lists, for keys with the admin scope."""
    return Router(
        "/api/admin",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[
            resume,
            send_mode,
            set_send_mode,
            limits,
            set_limits,
            allow_list,
            set_allow_list,
            deny_list,
            set_deny_list,
        ],
        tags=["sending"],
    )


async def _list(services: HttpServices, caller: Caller, kind: RuleKind) -> list[ListRow]:
    rules = await sending_of(services).recipients.all(caller.tenant_id)
    return [_row(rule) for rule in rules if rule.kind is kind]


def _row(rule: RecipientRule) -> ListRow:
    return ListRow(
        id=rule.id, pattern=rule.pattern, created_at=rule.created_at, created_by=rule.created_by
    )


async def _replace(
    services: HttpServices, caller: Caller, kind: RuleKind, patterns: list[str]
) -> list[ListRow]:
    rules = await sending_of(services).recipients.replace(
        caller.tenant_id, kind, patterns, who=caller.id
    )
    return [_row(rule) for rule in rules]


def _status(status: SendingStatus) -> StatusAnswer:
    return StatusAnswer(
        stopped=status.stopped,
        everywhere=status.everywhere,
        by=status.by,
        why=status.why,
        at=status.at,
        in_flight_count=len(status.in_flight),
        in_flight=status.in_flight,
    )


def _mode(view: ModeView) -> ModeAnswer:
    chosen = view.chosen
    return ModeAnswer(
        mode=view.mode,
        allowed_by_settings=view.allowed_by_settings,
        by=chosen.by if chosen else None,
        why=chosen.why if chosen else None,
        at=chosen.at if chosen else None,
    )


def _limits(limits: Limits) -> LimitsAnswer:
    def one(value: int, bounds: Bounds) -> LimitAnswer:
        return LimitAnswer(value=value, low=bounds.low, high=bounds.high)

    return LimitsAnswer(
        per_contact=one(limits.per_contact, CONTACT_BOUNDS),
        per_mailbox=one(limits.per_mailbox, MAILBOX_BOUNDS),
        per_company=one(limits.per_company, COMPANY_BOUNDS),
        warnings=limit_warnings(limits),
    )
