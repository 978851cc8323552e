"""``/api/autonomy`` and ``/api/policy``: what is trusted, on what evidence, and what if."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import attrs
from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Calling, Services, Words
from salesagent_app.http.offered import approvals_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_app.policy_inputs import read_moment
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.outcomes.backtest import Answer, BacktestReport, describe
from salesagent_core.errors import Reason
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_autonomy import SegmentView


@attrs.frozen(kw_only=True)
class StageBody:
    """``auto`` grants trust by hand, ``shadow`` starts the evidence at zero, ``manual`` ends it."""

    stage: Stage
    why: Words


@attrs.frozen(kw_only=True)
class ChangeRow:
    """The last change: ``by`` is an admin's id or ``policy``."""

    before: Stage
    after: Stage
    at: datetime
    by: str
    reason: Reason


@attrs.frozen(kw_only=True)
class SegmentRow:
    """How far one rule is trusted for one tier. ``agreed`` of ``verdicts`` operators' answers
    were an approval without a material edit; ``bound`` is what one may count on (one-sided 95 %),
    ``low`` and ``high`` the two-sided interval. ``to_go`` agreeing verdicts are still missing
    (null: too many to say); ``close`` to promotion are those in shadow with few to go."""

    segment: str
    tier: str
    rule: str
    rule_enabled: bool
    stage: Stage
    verdicts: int
    agreed: int
    bound: float
    low: float
    high: float
    to_go: int | None
    close: bool
    reasons: tuple[Reason, ...]
    changed: ChangeRow | None


@attrs.frozen(kw_only=True)
class AutonomyAnswer:
    """Every segment, and what promotion from shadow asks for."""

    segments: tuple[SegmentRow, ...]
    verdicts_needed: int
    agreement_needed: float


@attrs.frozen(kw_only=True)
class DisagreementRow:
    """A draft that a rule in shadow would have approved, and what an operator did instead."""

    segment: str
    draft_id: str
    at: datetime
    answer: Answer
    answered_at: datetime | None


@attrs.frozen(kw_only=True)
class BacktestAnswer:
    """The report, and the same in sentences."""

    summary: tuple[str, ...]
    report: BacktestReport


From = Annotated[
    str,
    QueryParameter(name="from", max_length=40, description="A date, or an ISO time; included."),
]
To = Annotated[
    str | None,
    QueryParameter(
        name="to", max_length=40, description="A date (included), or an ISO time (excluded); now."
    ),
]


@get("/", responses=documented(), summary="How far each rule is trusted in each tier, and why")
async def autonomy(services: Services, caller: Calling) -> AutonomyAnswer:
    view = await approvals_of(services).autonomy.view(caller.tenant_id)
    return AutonomyAnswer(
        segments=tuple(segment_row(each) for each in view.segments),
        verdicts_needed=view.verdicts_needed,
        agreement_needed=view.agreement_needed,
    )


@get(
    "/disagreements",
    responses=documented(),
    summary="Where operators did not follow a rule in shadow, the last 50",
)
async def disagreements(services: Services, caller: Calling) -> list[DisagreementRow]:
    found = await approvals_of(services).autonomy.disagreements(caller.tenant_id)
    return [
        DisagreementRow(
            segment=str(each.segment),
            draft_id=each.draft_id,
            at=each.at,
            answer=each.answer,
            answered_at=each.answered_at,
        )
        for each in found
        if each.answer is not None
    ]


@put(
    "/{segment:str}",
    status_code=200,
    guards=[also_requires(Scope.ADMIN)],
    responses=documented(400, 404, 409, 413),
    summary="Grant trust, start shadow or withdraw it, by hand",
)
async def set_stage(
    services: Services, caller: Calling, segment: FromPath[str], data: JSONBody[StageBody]
) -> SegmentRow:
    manage = approvals_of(services).autonomy
    return segment_row(
        await manage.set(caller.tenant_id, segment, data.stage, who=caller.id, why=data.why)
    )


@get(
    "/backtest",
    responses=documented(400),
    summary="What the present rules would have decided about past drafts",
)
async def backtest_present(
    services: Services, caller: Calling, since: From, until: To = None
) -> BacktestAnswer:
    return await _backtest(services, caller.tenant_id, {}, since, until)


@post(
    "/backtest",
    status_code=200,
    responses=documented(400, 413),
    summary="What another policy would have decided about past drafts; changes nothing",
)
async def backtest(
    services: Services,
    caller: Calling,
    data: JSONBody[dict[str, Any]],
    since: From,
    until: To = None,
) -> BacktestAnswer:
    return await _backtest(services, caller.tenant_id, data, since, until)


def autonomy_router(gate: Gate) -> Router:
    """Read by operators, changed by admins."""
    return Router(
        "/api/autonomy",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[autonomy, disagreements, set_stage],
        tags=["autonomy"],
    )


def policy_router(gate: Gate) -> Router:
    """Trying a policy out changes nothing, so operators may."""
    return Router(
        "/api/policy",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[backtest_present, backtest],
        tags=["autonomy"],
    )


async def _backtest(
    services: HttpServices, tenant_id: TenantId, policy: object, since: str, until: str | None
) -> BacktestAnswer:
    found = await approvals_of(services).backtest(
        tenant_id,
        policy,
        since=read_moment(since, "from"),
        until=read_moment(until, "to", end=True) if until else None,
    )
    return BacktestAnswer(summary=describe(found), report=found)


def segment_row(view: SegmentView) -> SegmentRow:
    """The segment as a row."""
    state, change = view.state, view.state.last_change
    return SegmentRow(
        segment=str(state.segment),
        tier=state.segment.tier.value,
        rule=state.segment.rule,
        rule_enabled=view.rule_enabled,
        stage=state.stage,
        verdicts=state.shadow_verdicts,
        agreed=state.agreed,
        bound=view.promotion.bound,
        low=view.interval.low,
        high=view.interval.high,
        to_go=view.to_go,
        close=view.close,
        reasons=view.promotion.reasons,
        changed=None
        if change is None
        else ChangeRow(
            before=change.before,
            after=change.after,
            at=change.at,
            by=change.by,
            reason=change.reason,
        ),
    )
