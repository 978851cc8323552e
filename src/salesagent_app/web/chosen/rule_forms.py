"""The form of a rule: what stands in the editor, and the rule that it says."""

from __future__ import annotations

from typing import Any

import attrs

from salesagent_app.web.chosen.parts import Form, Wrong, number
from salesagent_core.domain.approval_rules import FIELDS, Kind, Operator
from salesagent_core.domain.rule_reading import MAX_CONDITIONS, rule_as_data
from salesagent_core.errors import InvalidInput
from salesagent_core.ports.approvals import StoredRule

BLANK_ROWS = 2


@attrs.frozen(kw_only=True)
class Row:
    """One condition as the editor shows it, with what is wrong with it."""

    field: str = ""
    operator: str = ""
    value: str = ""
    said: str = ""


@attrs.frozen(kw_only=True)
class Editing:
    """What stands in the editor. ``stored`` is None for a rule that is not there yet."""

    name: str
    confidence: str
    rows: tuple[Row, ...]
    stored: StoredRule | None = None
    enabled: bool = False


def blank() -> Editing:
    """The editor of a rule that is not there yet."""
    return Editing(name="", confidence="0.9", rows=(Row(),) * (BLANK_ROWS + 1))


def editing_of(stored: StoredRule) -> Editing:
    """The editor of a rule as it is stored."""
    rows = tuple(
        Row(field=each["field"], operator=each["operator"], value=_written(each["value"]))
        for each in rule_as_data(stored.rule)["conditions"]
    )
    spare = () if stored.built_in else (Row(),) * BLANK_ROWS
    return Editing(
        name=stored.rule.name,
        confidence=f"{stored.rule.confidence:g}",
        rows=(*rows, *spare)[:MAX_CONDITIONS],
        stored=stored,
        enabled=stored.rule.enabled,
    )


def typed(form: Form, stored: StoredRule | None, wrong: Wrong | None) -> Editing:
    """The editor as it was sent, with what is wrong beside each condition."""
    given = [row for row in _rows(form) if row.field or row.value]
    said: dict[int, list[str]] = {}
    for problem in wrong.problems if wrong else ():
        place = problem.where.partition("conditions[")[2].partition("]")[0]
        if place.isdigit():
            what = problem.where.rpartition(".")[2]
            said.setdefault(int(place), []).append(f"{what.capitalize()} {problem.what}.")
    rows = [attrs.evolve(row, said=" ".join(said.get(at, ()))) for at, row in enumerate(given)]
    return Editing(
        name=form.one("name"),
        confidence=form.one("confidence"),
        rows=(*rows, *((Row(),) * BLANK_ROWS))[:MAX_CONDITIONS],
        stored=stored,
        enabled=form.has("enabled"),
    )


def _rows(form: Form) -> list[Row]:
    parts = (form.all("field"), form.all("operator"), form.all("value"))
    return [
        Row(field=field, operator=operator, value=value.strip())
        for field, operator, value in zip(*parts, strict=False)
    ]


def rule_data(form: Form) -> dict[str, Any]:
    """The rule as plain data, as the form says it; the domain judges it."""
    return {
        "name": form.one("name").strip().lower().replace(" ", "_"),
        "confidence": number(form.one("confidence")),
        "enabled": form.has("enabled"),
        "conditions": [
            {"field": row.field, "operator": row.operator, "value": _value(row)}
            for row in _rows(form)
            if row.field or row.value
        ],
    }


def _value(row: Row) -> Any:
    kind = FIELDS.get(row.field)
    if row.operator in (Operator.IN, Operator.NOT_IN):
        return [each.strip().replace(" ", "_") for each in row.value.split(",") if each.strip()]
    if kind is Kind.FLAG:
        return {"yes": True, "true": True, "no": False, "false": False}.get(
            row.value.lower(), row.value
        )
    return number(row.value) if kind is Kind.NUMBER else row.value


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def plain_places(error: InvalidInput) -> InvalidInput:
    """The places as the editor knows them, not as the policy does."""
    problems = [
        attrs.evolve(each, where=each.where.removeprefix("rules[0].")) for each in error.problems
    ]
    return InvalidInput(str(error), problems)
