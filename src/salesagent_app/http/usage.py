"""``/api/usage`` and ``/api/admin/budgets``: what a month took, and its bounds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, put
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Services
from salesagent_app.http.offered import usage_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.spending import Budget
from salesagent_core.errors import Reason
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_usage import UsageReport

MOST = 10**15
Bound = Annotated[int, msgspec.Meta(ge=0, le=MOST)] | None
Month = Annotated[
    str | None,
    QueryParameter(name="month", max_length=7, description="Such as 2026-11 (UTC); this month."),
]


class BudgetBody(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """All bounds of a month at once; one that is null or left out does not bound. Money is in
    millionths of the currency that the prices are in."""

    soft_runs: Bound = None
    hard_runs: Bound = None
    soft_sends: Bound = None
    hard_sends: Bound = None
    soft_tokens: Bound = None
    hard_tokens: Bound = None
    soft_cost_micros: Bound = None
    hard_cost_micros: Bound = None


@attrs.frozen(kw_only=True)
class ModelRow:
    """What one language model took. ``unpriced_calls`` have no part in the cost."""

    model: str
    calls: int
    unpriced_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int


@attrs.frozen(kw_only=True)
class UsageAnswer:
    """One month (UTC). ``runs`` began in it; ``sends`` are mails that left. ``warnings`` are soft
    bounds that are passed, ``reached`` what a hard bound holds back; ``waiting_runs`` wait for it
    now. ``budget_from_settings``: no admin stored one."""

    month: str
    runs: int
    drafts: int
    sends: int
    tokens: int
    cost_micros: int
    decisions: dict[str, int]
    models: tuple[ModelRow, ...]
    budget: Budget
    budget_from_settings: bool
    budget_changed_at: datetime | None
    budget_changed_by: str | None
    waiting_runs: int
    warnings: tuple[Reason, ...]
    reached: tuple[Reason, ...]


@get("/usage", responses=documented(400), summary="What a month took, beside its budget")
async def usage(services: Services, caller: Calling, month: Month = None) -> UsageAnswer:
    return usage_answer(await usage_of(services).month(caller.tenant_id, month))


@put("/budgets", responses=documented(400, 413), summary="Set the bounds of every month from now")
async def set_budgets(
    services: Services, caller: Calling, data: JSONBody[BudgetBody]
) -> UsageAnswer:
    budget = Budget(**msgspec.structs.asdict(data))
    report = await usage_of(services).set_budget(caller.tenant_id, budget, who=caller.id)
    return usage_answer(report)


def usage_router(gate: Gate) -> Router:
    """Read by operators."""
    return Router(
        "/api",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[usage],
        tags=["usage"],
    )


def budget_router(gate: Gate) -> Router:
    """Set by admins."""
    return Router(
        "/api/admin",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[set_budgets],
        tags=["usage"],
    )


def usage_answer(report: UsageReport) -> UsageAnswer:
    """A report as the API gives it."""
    found = report.usage
    return UsageAnswer(
        month=found.month,
        runs=found.spent.runs,
        drafts=found.drafts,
        sends=found.spent.sends,
        tokens=found.spent.tokens,
        cost_micros=found.spent.cost_micros,
        decisions=dict(found.decisions),
        models=tuple(ModelRow(**attrs.asdict(each)) for each in found.models),
        budget=report.budget,
        budget_from_settings=report.from_settings,
        budget_changed_at=found.budget_at,
        budget_changed_by=found.budget_by,
        waiting_runs=found.waiting_runs,
        warnings=report.warnings,
        reached=report.reached,
    )
