"""Rules and policies from plain data: what is right is read, what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.approval_rules import (
    DEFAULT_RULES,
    FIELDS,
    OPERATORS,
    Condition,
    Kind,
    Operator,
    Rule,
)
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.outcomes.policy_reading import read_policy
from salesagent_core.domain.rule_reading import read_rule, reordered, rule_as_data
from salesagent_core.errors import InvalidInput, Problem

GOOD = {
    "name": "customers",
    "priority": 5,
    "confidence": 0.92,
    "conditions": [{"field": "is_customer", "operator": "eq", "value": True}],
}

texts = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and text.isprintable())


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[field]
    operator = draw(st.sampled_from(sorted(OPERATORS[kind])))
    if operator in (Operator.IN, Operator.NOT_IN):
        value: object = tuple(draw(st.lists(texts, min_size=1, max_size=4)))
    elif kind is Kind.FLAG:
        value = draw(st.booleans())
    elif kind is Kind.NUMBER:
        value = draw(st.floats(-1e6, 1e6))
    else:
        value = draw(texts)
    return Condition(field=field, operator=operator, value=value)  # type: ignore[arg-type]


rules = st.builds(
    Rule,
    name=st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    priority=st.integers(1, 10_000),
    confidence=st.floats(0, 1),
    conditions=st.lists(conditions(), min_size=1, max_size=5).map(tuple),
    enabled=st.booleans(),
)


def wrong(data: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        read_rule(data)
    return {each.where: each.what for each in refused.value.problems}


def problems_of(read: Callable[[], object]) -> tuple[Problem, ...]:
    """What is wrong, at least one thing where it was refused; any other error is a fault."""
    try:
        read()
    except InvalidInput as refused:
        return refused.problems or (Problem(where="", what=""),)
    return ()


@given(rules)
@settings(max_examples=100)
def test_what_is_written_is_read_again(rule: Rule) -> None:
    assert read_rule(json.loads(json.dumps(rule_as_data(rule)))) == rule


def test_the_default_rules_can_be_written() -> None:
    for rule in DEFAULT_RULES:
        assert read_rule(rule_as_data(rule)) == rule


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*GOOD, "field", "operator", "value", "enabled", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(anything)
@settings(max_examples=100)
def test_whatever_is_given_is_a_rule_or_named_problems(data: object) -> None:
    problems = problems_of(lambda: read_rule(data))
    assert all(each.where and each.what for each in problems)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "Has Spaces"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"priority": 1.5}, "priority"),
        ({"priority": True}, "priority"),
        ({"confidence": float("nan")}, "confidence"),
        ({"confidence": 10**400}, "confidence"),
        ({"enabled": "yes"}, "enabled"),
        ({"conditions": []}, "conditions"),
        ({"conditions": [{}] * 21}, "conditions"),
        ({"conditions": ["fit > 1"]}, "conditions[0]"),
        ({"conditons": []}, "conditons"),
    ],
)
def test_each_fault_is_named_where_it_is(change: dict[str, object], where: str) -> None:
    assert where in wrong({**GOOD, **change})


@pytest.mark.parametrize(
    ("condition", "where"),
    [
        ({"field": "email", "operator": "eq", "value": "x"}, "field"),
        ({"field": ["fit"], "operator": "eq", "value": 1}, "field"),
        ({"field": "fit", "operator": "almost", "value": 1}, "operator"),
        ({"field": "fit", "operator": "in", "value": [1]}, "operator"),
        ({"field": "fit", "operator": "ge", "value": "0.9"}, "value"),
        ({"field": "fit", "operator": "ge", "value": True}, "value"),
        ({"field": "free_mail", "operator": "eq", "value": 1}, "value"),
        ({"field": "title", "operator": "in", "value": []}, "value"),
        ({"field": "title", "operator": "in", "value": ["x"] * 101}, "value"),
        ({"field": "title", "operator": "eq", "value": "\0"}, "value"),
        ({"field": "title", "operator": "eq", "value": "x" * 201}, "value"),
        ({"field": "title", "operator": "eq", "value": "x", "not": 1}, "not"),
    ],
)
def test_each_condition_is_judged(condition: dict[str, object], where: str) -> None:
    assert f"conditions[0].{where}" in wrong({**GOOD, "conditions": [condition]})


def test_a_change_keeps_what_it_does_not_name() -> None:
    rule = read_rule(GOOD)
    changed = read_rule({"confidence": 0.5}, base=rule)
    assert (changed.confidence, changed.conditions) == (0.5, rule.conditions)


@given(st.permutations([rule.name for rule in DEFAULT_RULES]))
def test_an_order_names_each_rule_once(names: list[str]) -> None:
    moved = reordered(DEFAULT_RULES, names)
    assert [rule.name for rule in sorted(moved, key=lambda rule: rule.priority)] == names
    with pytest.raises(InvalidInput):
        reordered(DEFAULT_RULES, names[1:])
    with pytest.raises(InvalidInput):
        reordered(DEFAULT_RULES, [*names, names[0]])


# Policies


def test_a_policy_changes_what_it_names() -> None:
    policy = read_policy(
        {
            "threshold": 0.8,
            "rules": [{"name": "high_icp", "enabled": True}, GOOD],
            "stages": {"hot:high_icp": "auto", "*:*": "shadow"},
        },
        DEFAULT_RULES,
        0.9,
    )
    by_name = {rule.name: rule for rule in policy.rules}
    assert by_name["high_icp"].enabled
    assert by_name["high_icp"].conditions == DEFAULT_RULES[2].conditions
    assert set(by_name) == {*(rule.name for rule in DEFAULT_RULES), "customers"}
    assert policy.threshold == 0.8
    assert [wish.stage for wish in policy.stages] == [Stage.AUTO, Stage.SHADOW]


def test_an_empty_policy_is_that_of_today() -> None:
    policy = read_policy({}, DEFAULT_RULES, 0.93)
    assert (policy.rules, policy.threshold, policy.stages) == (DEFAULT_RULES, 0.93, ())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["threshold", "rules", "stages", "name", "hot:high_icp"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    )
)
@settings(max_examples=100)
def test_whatever_is_given_is_a_policy_or_named_problems(data: object) -> None:
    problems = problems_of(lambda: read_policy(data, DEFAULT_RULES, 0.9))
    assert all(each.where and each.what for each in problems)
