"""``/api/rules``: which drafts may be approved alone, and how sure a rule must be."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import attrs
import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import JSONBody

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Calling, Id, Services, Words
from salesagent_app.http.offered import approvals_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.rule_reading import rule_as_data
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.approvals import StoredRule
from salesagent_core.use_cases.manage_rules import MAX_RULES, ThresholdView

MAX_LIST = 1_000
CHANGES = [also_requires(Scope.ADMIN)]


@attrs.frozen(kw_only=True)
class ConditionBody:
    """``field operator value``, such as ``fit ge 0.9``. ``in`` and ``not_in`` take a list."""

    field: str
    operator: str
    value: bool | float | str | list[str]


Conditions = Annotated[list[ConditionBody], msgspec.Meta(max_length=MAX_LIST)]


@attrs.frozen(kw_only=True)
class RuleBody:
    """A rule of your own. All conditions must hold; without a priority it is tried last."""

    name: str
    confidence: float
    conditions: Conditions
    priority: int | None = None
    enabled: bool = False


@attrs.frozen(kw_only=True)
class RuleChangeBody:
    """What shall change; the rest stays as it is. A rule keeps its name."""

    name: str | None = None
    confidence: float | None = None
    conditions: Conditions | None = None
    priority: int | None = None
    enabled: bool | None = None


@attrs.frozen(kw_only=True)
class OrderBody:
    """The ids of all rules, in the order in which they are to be tried."""

    ids: Annotated[list[str], msgspec.Meta(max_length=MAX_RULES)]


@attrs.frozen(kw_only=True)
class ThresholdBody:
    """The confidence that a rule needs, 0.5 to 1.0, and why it is changed."""

    threshold: float
    why: Words


@attrs.frozen(kw_only=True)
class OwnThresholdBody:
    """Your own, stricter one; null takes it back."""

    threshold: float | None


@attrs.frozen(kw_only=True)
class ConditionRow:
    """One condition of a rule."""

    field: str
    operator: str
    value: bool | float | str | list[str]


@attrs.frozen(kw_only=True)
class RuleRow:
    """A rule. The lowest ``priority`` is tried first. ``built_in`` ones are switched and moved,
    never rewritten."""

    id: str
    name: str
    priority: int
    confidence: float
    enabled: bool
    built_in: bool
    conditions: tuple[ConditionRow, ...]
    changed_at: datetime
    changed_by: str


@attrs.frozen(kw_only=True)
class ThresholdAnswer:
    """``effective`` is what a rule needs now: the organisation's, or the strictest operator's
    own. ``own`` is yours."""

    effective: float
    tenant: float
    own: float | None
    set_by: str | None
    set_at: datetime | None


@get("/", responses=documented(), summary="All rules, in the order in which they are tried")
async def rules(services: Services, caller: Calling) -> list[RuleRow]:
    return [rule_row(each) for each in await approvals_of(services).rules.list(caller.tenant_id)]


@get("/{rule_id:uuid}", responses=documented(404), summary="One rule")
async def rule(services: Services, caller: Calling, rule_id: Id) -> RuleRow:
    return rule_row(await approvals_of(services).rules.get(caller.tenant_id, str(rule_id)))


@get("/threshold", responses=documented(), summary="The confidence that a rule needs")
async def threshold(services: Services, caller: Calling) -> ThresholdAnswer:
    manage = approvals_of(services).rules
    return _threshold(await manage.threshold(caller.tenant_id, who=caller.id))


@put(
    "/threshold/own",
    status_code=200,
    responses=documented(400, 413),
    summary="Ask for more confidence than the organisation does; never for less",
)
async def set_own_threshold(
    services: Services, caller: Calling, data: JSONBody[OwnThresholdBody]
) -> ThresholdAnswer:
    manage = approvals_of(services).rules
    return _threshold(
        await manage.set_own_threshold(caller.tenant_id, data.threshold, who=caller.id)
    )


@post(
    "/",
    status_code=201,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Add a rule of your own",
)
async def create(services: Services, caller: Calling, data: JSONBody[RuleBody]) -> RuleRow:
    manage = approvals_of(services).rules
    return rule_row(await manage.create(caller.tenant_id, _plain(data), who=caller.id))


@put(
    "/{rule_id:uuid}",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 404, 409, 413),
    summary="Change a rule of your own; with other conditions it earns its trust anew",
)
async def update(
    services: Services, caller: Calling, rule_id: Id, data: JSONBody[RuleChangeBody]
) -> RuleRow:
    manage = approvals_of(services).rules
    return rule_row(
        await manage.update(caller.tenant_id, str(rule_id), _plain(data), who=caller.id)
    )


@delete(
    "/{rule_id:uuid}",
    status_code=204,
    guards=CHANGES,
    responses=documented(404, 409),
    summary="Delete a rule of your own, with all its trust",
)
async def remove(services: Services, caller: Calling, rule_id: Id) -> None:
    await approvals_of(services).rules.delete(caller.tenant_id, str(rule_id), who=caller.id)


@post(
    "/{rule_id:uuid}/enable",
    status_code=200,
    guards=CHANGES,
    responses=documented(404),
    summary="Enable a rule",
)
async def enable(services: Services, caller: Calling, rule_id: Id) -> RuleRow:
    manage = approvals_of(services).rules
    return rule_row(
        await manage.switch(caller.tenant_id, str(rule_id), enabled=True, who=caller.id)
    )


@post(
    "/{rule_id:uuid}/disable",
    status_code=200,
    guards=CHANGES,
    responses=documented(404),
    summary="Disable a rule",
)
async def disable(services: Services, caller: Calling, rule_id: Id) -> RuleRow:
    manage = approvals_of(services).rules
    return rule_row(
        await manage.switch(caller.tenant_id, str(rule_id), enabled=False, who=caller.id)
    )


@put(
    "/order",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 413),
    summary="Try the rules in another order",
)
async def order(services: Services, caller: Calling, data: JSONBody[OrderBody]) -> list[RuleRow]:
    manage = approvals_of(services).rules
    return [
        rule_row(each) for each in await manage.order(caller.tenant_id, data.ids, who=caller.id)
    ]


@put(
    "/threshold",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 413),
    summary="Set the confidence that a rule needs",
)
async def set_threshold(
    services: Services, caller: Calling, data: JSONBody[ThresholdBody]
) -> ThresholdAnswer:
    manage = approvals_of(services).rules
    return _threshold(
        await manage.set_threshold(caller.tenant_id, data.threshold, who=caller.id, why=data.why)
    )


def rule_router(gate: Gate) -> Router:
    """Read by operators, who may also be stricter than the rest; changed by admins."""
    return Router(
        "/api/rules",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[
            rules,
            rule,
            threshold,
            set_own_threshold,
            create,
            update,
            remove,
            enable,
            disable,
            order,
            set_threshold,
        ],
        tags=["autonomy"],
    )


def rule_row(stored: StoredRule) -> RuleRow:
    """The rule as a row."""
    data = rule_as_data(stored.rule)
    return RuleRow(
        id=stored.id,
        name=stored.rule.name,
        priority=stored.rule.priority,
        confidence=stored.rule.confidence,
        enabled=stored.rule.enabled,
        built_in=stored.built_in,
        conditions=tuple(ConditionRow(**each) for each in data["conditions"]),
        changed_at=stored.changed_at,
        changed_by=stored.changed_by,
    )


def _plain(body: RuleBody | RuleChangeBody) -> dict[str, Any]:
    return {name: value for name, value in attrs.asdict(body).items() if value is not None}


def _threshold(view: ThresholdView) -> ThresholdAnswer:
    return ThresholdAnswer(
        effective=view.effective,
        tenant=view.tenant,
        own=view.own,
        set_by=view.set_by,
        set_at=view.set_at,
    )
