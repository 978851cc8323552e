"""Rules in words."""

from __future__ import annotations

from salesagent_core.domain.approval_rules import DEFAULT_RULES, FIELDS, OPERATORS, Condition, Kind
from salesagent_core.domain.rule_words import condition_words, rule_words

VALUES: dict[Kind, bool | float | str] = {Kind.FLAG: True, Kind.NUMBER: 0.8, Kind.TEXT: "some_text"}


def test_every_condition_has_words_of_its_own() -> None:
    said = [
        condition_words(
            Condition(
                field=field,
                operator=operator,
                value=("one", "two") if operator.value.endswith("in") else VALUES[kind],
            )
        )
        for field, kind in FIELDS.items()
        for operator in OPERATORS[kind]
    ]
    assert len(said) == len(set(said))
    assert not any("_" in sentence for sentence in said)


def test_a_rule_is_a_sentence() -> None:
    known = {rule.name: rule_words(rule) for rule in DEFAULT_RULES}
    assert known["high_icp"] == (
        "When the fit is at least 0.9, the share of the profile that is known is at least 0.6,"
        " the address is of the company's own domain and the address is not at a free-mail"
        " provider, it may go alone, 85% sure."
    )
