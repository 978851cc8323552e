"""What if: another policy over past drafts, asked in a form, answered in words. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
from litestar import get

from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import approvals_of
from salesagent_app.http.services import HttpServices
from salesagent_app.policy_inputs import read_moment
from salesagent_app.web import outcome_words
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.approval import MAX_THRESHOLD, MIN_THRESHOLD
from salesagent_core.domain.approval_rules import FIELDS, Condition, Kind, Operator, Rule
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.outcomes.backtest import BacktestReport
from salesagent_core.domain.rule_reading import condition_as_data
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import DraftId

SPAN = timedelta(days=30)
LISTED = 20
MAX_VALUE = 20_000
OPERATORS = {
    Operator.EQ: "is",
    Operator.NE: "is not",
    Operator.GE: "is at least",
    Operator.GT: "is above",
    Operator.LE: "is at most",
    Operator.LT: "is below",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "mentions",
}


@attrs.frozen(kw_only=True)
class Wish:
    """The form as it was filled in. ``on`` are the rules that shall be enabled; ``edit`` is the one
    whose ``confidence`` and ``values`` (of its conditions, in their order) are changed."""

    since: str
    until: str
    threshold: str
    on: frozenset[str]
    trusted: bool
    edit: str
    confidence: str
    values: tuple[str, ...]
    asked: bool


class BacktestPages:
    """One page, asked by GET: its address can be kept and shown to others."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/autonomy/backtest", name="backtest")
        async def backtest(request: AnyRequest, visit: Visiting) -> Page:
            return await self._page(visit, list(request.query_params.multi_items()))

        return [backtest]

    async def _page(self, visit: Visit, pairs: Sequence[tuple[str, str]]) -> Page:
        manage = approvals_of(self._services).rules
        rules = [each.rule for each in await manage.list(visit.caller.tenant_id)]
        threshold = await manage.threshold(visit.caller.tenant_id, who=visit.caller.id)
        wish = read_wish(pairs, rules, threshold.effective, self._services.clock.now().date())
        report: BacktestReport | None = None
        problems: tuple[Problem, ...] = ()
        changes: tuple[str, ...] = ()
        if wish.asked:
            try:
                policy, changes = policy_of(wish, rules, threshold.effective)
                report = await approvals_of(self._services).backtest(
                    visit.caller.tenant_id,
                    policy,
                    since=read_moment(wish.since, "from"),
                    until=read_moment(wish.until, "to", end=True) if wish.until else None,
                )
            except InvalidInput as invalid:
                problems = tuple(invalid.problems)
        edited = next((each for each in rules if each.name == wish.edit), None)
        return self._renderer.page(
            "backtest.html",
            visit=visit,
            status=400 if problems else 200,
            say=outcome_words,
            wish=wish,
            rules=rules,
            edited=edited,
            conditions=[_shown(each, wish, at) for at, each in enumerate(edited.conditions)]
            if edited
            else [],
            bounds=(MIN_THRESHOLD, MAX_THRESHOLD),
            report=report,
            drafts=await self._drafts(visit, report) if report else {},
            changes=changes,
            problems=problems,
            listed=LISTED,
        )

    async def _drafts(self, visit: Visit, report: BacktestReport) -> Mapping[DraftId, Draft]:
        shown = [*report.more[:LISTED], *report.fewer[:LISTED]]
        ids = [each.draft_id for each in shown]
        return await self._services.queries.named(visit.caller.tenant_id, ids)


def read_wish(
    pairs: Sequence[tuple[str, str]], rules: Sequence[Rule], threshold: float, today: date
) -> Wish:
    """What the address asks for; where it asks for nothing, the policy as it is now."""
    fields = {name: value.replace("\0", "")[:MAX_VALUE] for name, value in pairs}
    asked = "from" in fields
    present = frozenset(each.name for each in rules if each.enabled)
    values: list[str] = []
    while f"value{len(values)}" in fields:
        values.append(fields[f"value{len(values)}"])
    return Wish(
        since=fields.get("from", (today - SPAN).isoformat()),
        until=fields.get("to", ""),
        threshold=fields.get("threshold", f"{threshold:.2f}"),
        on=frozenset(value for name, value in pairs if name == "on") if asked else present,
        trusted=fields.get("trusted") == "yes",
        edit=fields.get("edit", ""),
        # Of another rule than the one that is edited now, if that was chosen anew.
        confidence=fields.get("confidence", "") if _same(fields) else "",
        values=tuple(values) if _same(fields) else (),
        asked=asked,
    )


def _same(fields: Mapping[str, str]) -> bool:
    return fields.get("edit", "") == fields.get("edited", "")


def policy_of(
    wish: Wish, rules: Sequence[Rule], threshold: float
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The wish as a policy's plain data, and how it differs from the present one, in words.

    Raises:
        InvalidInput
    """
    said: list[str] = []
    changed: list[dict[str, Any]] = []
    wanted = _number(wish.threshold, "threshold")
    if round(wanted, 4) != round(threshold, 4):
        said.append(f"a rule must be {wanted:.2f} sure instead of {threshold:.2f}")
    for rule in rules:
        data: dict[str, Any] = {}
        if rule.enabled != (rule.name in wish.on):
            data["enabled"] = not rule.enabled
            said.append(f"{outcome_words.rule(rule.name)} is {'off' if rule.enabled else 'on'}")
        if rule.name == wish.edit:
            data |= _edited(rule, wish, said)
        if data:
            changed.append({"name": rule.name, **data})
    policy: dict[str, Any] = {"threshold": wanted, "rules": changed}
    if wish.trusted:
        policy["stages"] = {"*:*": Stage.AUTO.value}
        said.append("every rule is trusted for every lead")
    return policy, tuple(said)


def _edited(rule: Rule, wish: Wish, said: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    name = outcome_words.rule(rule.name)
    if wish.confidence:
        sure = _number(wish.confidence, f"how sure {name} is")
        if sure != rule.confidence:
            data["confidence"] = sure
            said.append(f"{name} is {sure:.2f} sure instead of {rule.confidence:.2f}")
    if wish.values:
        before = [condition_as_data(each) for each in rule.conditions]
        after = [
            {**each, "value": _value(condition, text)}
            for each, condition, text in zip(before, rule.conditions, wish.values, strict=False)
        ]
        after += before[len(after) :]
        for old, new in zip(before, after, strict=True):
            if old != new:
                said.append(f"{name} asks for {field(old['field'])} {_plain(new['value'])}")
        if after != before:
            data["conditions"] = after
    return data


def _value(condition: Condition, text: str) -> Any:
    """A condition's value from what stands in its field; the reader of policies judges it."""
    text = text.strip()
    if condition.operator in (Operator.IN, Operator.NOT_IN):
        return [each.strip() for each in text.split(",") if each.strip()]
    kind = FIELDS[condition.field]
    if kind is Kind.FLAG:
        return {"yes": True, "no": False}.get(text.lower(), text)
    return _number(text, field(condition.field)) if kind is Kind.NUMBER else text


@attrs.frozen(kw_only=True)
class Shown:
    """A condition as a field of the form."""

    label: str
    value: str


def _shown(condition: Condition, wish: Wish, at: int) -> Shown:
    value = condition_as_data(condition)["value"]
    label = f"{field(condition.field)} {OPERATORS[condition.operator]}"
    typed = wish.values[at] if at < len(wish.values) else _plain(value)
    return Shown(label=label, value=typed)


def field(name: str) -> str:
    """A field of a condition in words."""
    return name.replace("_", " ")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(text: str, where: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        what = "must be a number"
        raise InvalidInput("no number", [Problem(where=where, what=what)]) from None
