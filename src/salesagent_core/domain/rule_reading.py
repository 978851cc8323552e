"""Rules from plain data, as files and requests hold them, and back. Every fault is named.

::

    {"name": "customers", "priority": 5, "confidence": 0.92, "enabled": false,
     "conditions": [{"field": "is_customer", "operator": "eq", "value": true}]}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesagent_core.domain.approval_rules import (
    FIELDS,
    OPERATORS,
    Condition,
    Kind,
    Operator,
    Rule,
    Value,
)
from salesagent_core.errors import InvalidInput, Problem

MAX_CONDITIONS = 20
MAX_TEXTS = 100
MAX_TEXT = 200
MAX_PRIORITY = 10_000
MAX_NUMBER = 1e12

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEYS = frozenset({"name", "priority", "confidence", "conditions", "enabled"})
_CONDITION_KEYS = frozenset({"field", "operator", "value"})


def read_rule(data: object, *, base: Rule | None = None, where: str = "") -> Rule:
    """The rule that the data describes; what it leaves out is taken from ``base``.

    ``where`` goes before the place of every problem, such as ``rules[2]``.

    Raises:
        InvalidInput: with every problem, its place and what would be right.
    """
    problems: list[Problem] = []
    dot = f"{where}." if where else ""
    if not isinstance(data, Mapping):
        raise _invalid([Problem(where=where or "rule", what="must be an object")])
    problems += unknown_keys(data, _KEYS, dot)
    name = _name(data, base, dot, problems)
    priority = _priority(data, base, dot, problems)
    confidence = _confidence(data, base, dot, problems)
    enabled = data.get("enabled", base.enabled if base else False)
    if not isinstance(enabled, bool):
        problems.append(Problem(where=f"{dot}enabled", what="must be true or false"))
    conditions = base.conditions if base else ()
    if "conditions" in data or base is None:
        conditions = _conditions(data.get("conditions"), f"{dot}conditions", problems)
    if problems:
        raise _invalid(problems)
    return Rule(
        name=name,
        priority=priority,
        confidence=confidence,
        conditions=conditions,
        enabled=bool(enabled),
    )


def rule_as_data(rule: Rule) -> dict[str, Any]:
    """The rule as plain data that ``read_rule`` reads."""
    return {
        "name": rule.name,
        "priority": rule.priority,
        "confidence": rule.confidence,
        "enabled": rule.enabled,
        "conditions": [condition_as_data(each) for each in rule.conditions],
    }


def condition_as_data(condition: Condition) -> dict[str, Any]:
    """One condition as plain data."""
    value = condition.value
    return {
        "field": condition.field,
        "operator": condition.operator.value,
        "value": list(value) if isinstance(value, tuple) else value,
    }


def unknown_keys(data: Mapping[Any, Any], known: Iterable[str], dot: str) -> list[Problem]:
    """A problem for each key that nothing reads: it is a typing error more often than not."""
    known = frozenset(known)
    return [
        Problem(where=f"{dot}{str(key)[:60]}", what=f"is not one of {', '.join(sorted(known))}")
        for key in data
        if key not in known
    ]


def _name(data: Mapping[str, Any], base: Rule | None, dot: str, problems: list[Problem]) -> str:
    name = data.get("name", base.name if base else None)
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    what = "must be up to 60 small letters, digits and underscores, a letter first"
    problems.append(Problem(where=f"{dot}name", what=what))
    return ""


def _priority(data: Mapping[str, Any], base: Rule | None, dot: str, problems: list[Problem]) -> int:
    priority = data.get("priority", base.priority if base else None)
    whole = isinstance(priority, int) and not isinstance(priority, bool)
    if whole and 1 <= priority <= MAX_PRIORITY:
        return int(priority)
    what = f"must be a whole number from 1 to {MAX_PRIORITY}"
    problems.append(Problem(where=f"{dot}priority", what=what))
    return 0


def _confidence(
    data: Mapping[str, Any], base: Rule | None, dot: str, problems: list[Problem]
) -> float:
    confidence = data.get("confidence", base.confidence if base else None)
    if is_number(confidence) and 0 <= confidence <= 1:
        return float(confidence)
    problems.append(Problem(where=f"{dot}confidence", what="must be a number from 0 to 1"))
    return 0.0


def is_number(value: Any) -> bool:
    """A number, not a flag, not NaN, and not too large for any use."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and -MAX_NUMBER <= value <= MAX_NUMBER


def _conditions(data: object, where: str, problems: list[Problem]) -> tuple[Condition, ...]:
    if not isinstance(data, list | tuple) or not 1 <= len(data) <= MAX_CONDITIONS:
        what = f"must be a list of 1 to {MAX_CONDITIONS} conditions"
        problems.append(Problem(where=where, what=what))
        return ()
    found = [_condition(each, f"{where}[{at}]", problems) for at, each in enumerate(data)]
    return tuple(each for each in found if each is not None)


def _condition(data: object, where: str, problems: list[Problem]) -> Condition | None:
    if not isinstance(data, Mapping):
        problems.append(Problem(where=where, what="must be an object"))
        return None
    before = len(problems)
    problems += unknown_keys(data, _CONDITION_KEYS, f"{where}.")
    field, operator = data.get("field"), data.get("operator")
    kind = FIELDS.get(field) if isinstance(field, str) else None
    if kind is None:
        what = f"must be one of {', '.join(sorted(FIELDS))}"
        problems.append(Problem(where=f"{where}.field", what=what))
    allowed = OPERATORS[kind] if kind else frozenset(Operator)
    if operator not in {each.value for each in allowed}:
        names = ", ".join(each.value for each in Operator if each in allowed)
        suits = f"; {field} is a {kind.value}" if kind else ""
        problems.append(Problem(where=f"{where}.operator", what=f"must be one of {names}{suits}"))
    if kind is None or len(problems) > before:
        return None
    return _suited(str(field), Operator(str(operator)), kind, data.get("value"), where, problems)


def _suited(
    field: str, operator: Operator, kind: Kind, data: Any, where: str, problems: list[Problem]
) -> Condition | None:
    value: Value | None = None
    if operator in (Operator.IN, Operator.NOT_IN):
        what = f"must be a list of 1 to {MAX_TEXTS} texts"
        if isinstance(data, list | tuple) and 1 <= len(data) <= MAX_TEXTS:
            value = tuple(data) if all(_is_text(each) for each in data) else None
    elif kind is Kind.FLAG:
        what = "must be true or false"
        value = data if isinstance(data, bool) else None
    elif kind is Kind.NUMBER:
        what = "must be a number"
        value = float(data) if is_number(data) else None
    else:
        what = f"must be a text of 1 to {MAX_TEXT} characters"
        value = data if _is_text(data) else None
    if value is None:
        problems.append(Problem(where=f"{where}.value", what=what))
        return None
    return Condition(field=field, operator=operator, value=value)


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and len(value) <= MAX_TEXT
        and value.isprintable()
    )


def _invalid(problems: list[Problem]) -> InvalidInput:
    return InvalidInput("this rule cannot be used", problems)


def reordered(rules: Iterable[Rule], names: Iterable[str]) -> tuple[Rule, ...]:
    """The rules with the priorities 1, 2, 3 … in the order of ``names``, which has each once.

    Raises:
        InvalidInput: a name is missing, twice there or nobody's.
    """
    wanted = list(names)
    by_name = {rule.name: rule for rule in rules}
    if sorted(wanted) != sorted(by_name):
        what = f"must name each rule once: {', '.join(sorted(by_name))}"
        raise InvalidInput("that is not an order", [Problem(where="order", what=what)])
    return tuple(
        attrs.evolve(by_name[name], priority=at) for at, name in enumerate(wanted, start=1)
    )
