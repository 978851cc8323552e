"""Rules that may approve a draft alone, as data: what they look at and what they ask of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.finding import Finding
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.run import Degradation
from salesagent_core.errors import InvalidInput

Value = str | float | bool | tuple[str, ...]

NEGATIVE_INTENTS = ("unsubscribe", "not_interested", "objection", "not_now")
"""Reply intents after which nothing is sent on the strength of that reply."""
NO_REPLY_INTENTS = ("out_of_office", "bounce")
TARGET_SENIORITY = ("c_level", "vp", "director", "head")
"""Chief, VP, Director, Head of; read from real titles, so that an assistant to one is not one."""
REPLIED_WITHIN_DAYS = 90


@attrs.frozen(kw_only=True)
class Facts:
    """All that rules and vetoes look at. None means unknown: no condition on it holds.

    ``fit`` and ``coverage`` are in 0..1; ``domain_verified``: the e-mail's domain is the CRM
    company's own; ``days_since_human_reply`` is the age of this person's newest reply and
    ``last_reply_intent`` what it said; ``recipient_approved``: on the list of people a manual
    approval with a positive outcome put there; ``seniority`` as the title reader names it;
    ``form_intent`` and ``ask`` are the plan's. ``thread_intents`` are the intents of all their
    replies in the thread; ``asked_for``: an operator had this version written; ``stages`` how far
    each rule is trusted in this lead's tier (a rule that is not named is manual).
    """

    tier: Tier
    fit: float
    coverage: float
    disqualified: bool = False
    domain_verified: bool = False
    free_mail: bool = False
    title: str | None = None
    seniority: str | None = None
    department: str | None = None
    industry: str | None = None
    employees: int | None = None
    country: str | None = None
    language: str | None = None
    form_intent: str | None = None
    ask: str | None = None
    is_customer: bool = False
    is_target_account: bool = False
    first_contact: bool = True
    days_since_human_reply: float | None = None
    last_reply_intent: str | None = None
    recipient_approved: bool = False
    findings: tuple[Finding, ...] = ()
    ungrounded_claims: int = 0
    injection_suspected: bool = False
    degraded: tuple[Degradation, ...] = ()
    suppressed: bool = False
    complained: bool = False
    thread_intents: tuple[str, ...] = ()
    stale: bool = False
    kill_switch: bool = False
    asked_for: bool = False
    stages: tuple[tuple[str, Stage], ...] = ()

    def stage_of(self, rule: str) -> Stage:
        """How far the rule is trusted in this lead's tier."""
        return dict(self.stages).get(rule, Stage.MANUAL)


class Kind(StrEnum):
    """What a fact is, and so which operators may look at it."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"


FIELDS: Mapping[str, Kind] = {
    "tier": Kind.TEXT,
    "fit": Kind.NUMBER,
    "coverage": Kind.NUMBER,
    "domain_verified": Kind.FLAG,
    "free_mail": Kind.FLAG,
    "title": Kind.TEXT,
    "seniority": Kind.TEXT,
    "department": Kind.TEXT,
    "industry": Kind.TEXT,
    "employees": Kind.NUMBER,
    "country": Kind.TEXT,
    "language": Kind.TEXT,
    "form_intent": Kind.TEXT,
    "ask": Kind.TEXT,
    "is_customer": Kind.FLAG,
    "is_target_account": Kind.FLAG,
    "first_contact": Kind.FLAG,
    "days_since_human_reply": Kind.NUMBER,
    "last_reply_intent": Kind.TEXT,
    "recipient_approved": Kind.FLAG,
}
"""The facts that a condition may name. What vetoes look at is not among them."""


class Operator(StrEnum):
    """``in`` and ``not_in`` take several texts; ``contains`` looks for whole words."""

    EQ = "eq"
    NE = "ne"
    GE = "ge"
    GT = "gt"
    LE = "le"
    LT = "lt"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"


OPERATORS: Mapping[Kind, frozenset[Operator]] = {
    Kind.TEXT: frozenset(
        {Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN, Operator.CONTAINS}
    ),
    Kind.NUMBER: frozenset(
        {Operator.EQ, Operator.NE, Operator.GE, Operator.GT, Operator.LE, Operator.LT}
    ),
    Kind.FLAG: frozenset({Operator.EQ, Operator.NE}),
}


# Defined above its use: the default rules are made while this module loads.
def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@attrs.frozen(kw_only=True)
class Condition:
    """``field operator value``, such as ``fit ge 0.9``. Texts compare without regard to case.

    Raises:
        InvalidInput: no such field, or operator or value do not suit it.
    """

    field: str
    operator: Operator
    value: Value

    def __attrs_post_init__(self) -> None:
        kind = FIELDS.get(self.field)
        if kind is None:
            raise InvalidInput(f"a condition cannot look at '{self.field}'")
        if self.operator not in OPERATORS[kind]:
            raise InvalidInput(f"'{self.operator.value}' does not suit {self.field}")
        if not self._suits(kind):
            raise InvalidInput(f"the value does not suit {self.field} {self.operator.value}")

    def _suits(self, kind: Kind) -> bool:
        value = self.value
        if self.operator in (Operator.IN, Operator.NOT_IN):
            return isinstance(value, tuple) and bool(value) and all(map(_is_text, value))
        if kind is Kind.FLAG:
            return isinstance(value, bool)
        if kind is Kind.NUMBER:
            # A NaN compares false with everything, so that "ne" would always hold.
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and value == value
        return _is_text(value)

    def holds(self, facts: Facts) -> bool:
        """False where the fact is unknown, whatever the operator."""
        known = getattr(facts, self.field)
        return known is not None and _compare(self.operator, known, self.value)

    def __str__(self) -> str:
        value = ", ".join(self.value) if isinstance(self.value, tuple) else self.value
        return f"{self.field} {self.operator.value} {value}"


@attrs.frozen(kw_only=True)
class Rule:
    """All ``conditions`` must hold. The lowest ``priority`` is tried first; ``confidence`` in
    0..1 is how sure an approval by this rule is. A rule is off until somebody enables it.

    Raises:
        InvalidInput: no name, no condition, or a confidence out of range.
    """

    name: str
    priority: int
    confidence: float
    conditions: tuple[Condition, ...]
    enabled: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput("a rule needs a name")
        if not 0 <= self.confidence <= 1:
            raise InvalidInput("a rule's confidence lies between 0 and 1")
        if not self.conditions:
            raise InvalidInput("a rule without conditions would approve everything")

    def matches(self, facts: Facts) -> bool:
        """True when every condition holds."""
        return all(condition.holds(facts) for condition in self.conditions)


def _when(field: str, operator: Operator, value: Value) -> Condition:
    return Condition(field=field, operator=operator, value=value)


DEFAULT_RULES: tuple[Rule, ...] = (
    Rule(
        name="replied_before",
        priority=1,
        confidence=0.95,
        conditions=(
            _when("days_since_human_reply", Operator.LE, REPLIED_WITHIN_DAYS),
            _when(
                "last_reply_intent",
                Operator.NOT_IN,
                (*NEGATIVE_INTENTS, *NO_REPLY_INTENTS, "unclear"),
            ),
        ),
    ),
    Rule(
        name="known_good_recipient",
        priority=2,
        confidence=0.90,
        conditions=(_when("recipient_approved", Operator.EQ, True),),
    ),
    Rule(
        name="high_icp",
        priority=3,
        confidence=0.85,
        conditions=(
            _when("fit", Operator.GE, 0.90),
            _when("coverage", Operator.GE, 0.6),
            _when("domain_verified", Operator.EQ, True),
            _when("free_mail", Operator.EQ, False),
        ),
    ),
    Rule(
        name="target_title",
        priority=4,
        confidence=0.85,
        conditions=(
            _when("fit", Operator.GE, 0.80),
            _when("seniority", Operator.IN, TARGET_SENIORITY),
            _when("domain_verified", Operator.EQ, True),
        ),
    ),
)
"""Seeded for every tenant, all of them off."""


def _compare(operator: Operator, known: Any, value: Any) -> bool:
    if isinstance(known, str):
        known = known.casefold().strip()
        value = _folded(value)
    match operator:
        case Operator.EQ:
            return bool(known == value)
        case Operator.NE:
            return bool(known != value)
        case Operator.GE:
            return bool(known >= value)
        case Operator.GT:
            return bool(known > value)
        case Operator.LE:
            return bool(known <= value)
        case Operator.LT:
            return bool(known < value)
        case Operator.IN:
            return known in value
        case Operator.NOT_IN:
            return known not in value
        case Operator.CONTAINS:
            return _whole_words(value).search(known) is not None


def _folded(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(each.casefold().strip() for each in value)
    return value.casefold().strip()


@functools.lru_cache(maxsize=256)
def _whole_words(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
