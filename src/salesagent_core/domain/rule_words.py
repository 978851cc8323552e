"""What a rule says, in a sentence that a salesperson reads aloud."""

from __future__ import annotations

from salesagent_core.domain.approval_rules import FIELDS, Condition, Kind, Operator, Rule

FIELD_NAMES = {
    "tier": "the tier",
    "fit": "the fit",
    "coverage": "the share of the profile that is known",
    "domain_verified": "the address is of the company's own domain",
    "free_mail": "the address is at a free-mail provider",
    "title": "the job title",
    "seniority": "the seniority",
    "department": "the department",
    "industry": "the industry",
    "employees": "the number of employees",
    "country": "the country",
    "language": "the language",
    "form_intent": "what they ask for",
    "ask": "what we ask for",
    "is_customer": "they are a customer",
    "is_target_account": "the company is a target account",
    "first_contact": "we have never written to them",
    "days_since_human_reply": "the number of days since their last reply",
    "last_reply_intent": "what their last reply said",
    "recipient_approved": "they answered well to a mail that a person approved",
}
"""Each field, to stand inside a sentence."""
_NOT = {
    "domain_verified": "the address is not of the company's own domain",
    "free_mail": "the address is not at a free-mail provider",
    "is_customer": "they are not a customer",
    "is_target_account": "the company is no target account",
    "first_contact": "we have written to them before",
    "recipient_approved": "they have not yet answered well to a mail that a person approved",
}
OPERATOR_NAMES = {
    Operator.EQ: "is",
    Operator.NE: "is not",
    Operator.GE: "is at least",
    Operator.GT: "is more than",
    Operator.LE: "is at most",
    Operator.LT: "is less than",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "has the words",
}


def condition_words(condition: Condition) -> str:
    """One condition: ``the fit is at least 0.8``."""
    field, operator, value = condition.field, condition.operator, condition.value
    if FIELDS[field] is Kind.FLAG:
        holds = bool(value) is (operator is Operator.EQ)
        return FIELD_NAMES[field] if holds else _NOT[field]
    if isinstance(value, tuple):
        said = _listed([each.replace("_", " ") for each in value])
    elif isinstance(value, float | int):
        said = f"{value:g}"
    else:
        said = value.replace("_", " ")
    return f"{FIELD_NAMES[field]} {OPERATOR_NAMES[operator]} {said}"


def rule_words(rule: Rule) -> str:
    """The whole rule: ``When the fit is at least 0.8 and they are a customer, it may go alone.``"""
    parts = [condition_words(each) for each in rule.conditions]
    return f"When {_listed(parts, 'and')}, it may go alone, {rule.confidence:.0%} sure."


def _listed(parts: list[str], word: str = "or") -> str:
    *others, last = parts
    return f"{', '.join(others)} {word} {last}" if others else last
