"""What language models cost: tokens and money of a tenant's month, beside its budget.

Money is in millionths of the currency that the prices are in. Where no price is known there is
no cost, and only tokens are counted: a made-up price would be a made-up bill.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from salesagent_core.errors import InvalidInput, Reason

MICROS = 1_000_000
"""Millionths of a unit of the currency in one unit."""

OVER_SOFT_TOKENS = "over_soft_token_budget"
OVER_SOFT_COST = "over_soft_cost_budget"
OVER_HARD_TOKENS = "over_hard_token_budget"
OVER_HARD_COST = "over_hard_cost_budget"


def _not_negative(_value: object, field: attrs.Attribute[Any], number: float | None) -> None:
    if number is not None and not number >= 0:
        raise InvalidInput(f"{field.name} must not be below 0")


@attrs.frozen(kw_only=True)
class ModelUse:
    """What one answer of a model took. ``prompt_version`` names the file that instructed it.

    ``cost_micros`` is None where no price is set for the model.
    """

    model: str
    prompt_version: str
    prompt_tokens: int = attrs.field(default=0, validator=_not_negative)
    completion_tokens: int = attrs.field(default=0, validator=_not_negative)
    cost_micros: int | None = None

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.prompt_tokens + self.completion_tokens


@attrs.frozen(kw_only=True)
class ModelPrices:
    """Units of the currency for a million tokens; None where the price is not known."""

    per_million_in: float | None = attrs.field(default=None, validator=_not_negative)
    per_million_out: float | None = attrs.field(default=None, validator=_not_negative)

    def cost_micros(self, prompt_tokens: int, completion_tokens: int) -> int | None:
        """The price of these tokens; None unless both prices are set.

        A price for a million tokens, in units, is the price of one token in millionths.
        """
        if self.per_million_in is None or self.per_million_out is None:
            return None
        return round(prompt_tokens * self.per_million_in + completion_tokens * self.per_million_out)


@attrs.frozen(kw_only=True)
class Budget:
    """A tenant's bounds for one calendar month (UTC); None means no bound.

    Over a soft bound people are told, over a hard one nothing more is asked of a model.
    """

    soft_tokens: int | None = attrs.field(default=None, validator=_not_negative)
    hard_tokens: int | None = attrs.field(default=None, validator=_not_negative)
    soft_cost_micros: int | None = attrs.field(default=None, validator=_not_negative)
    hard_cost_micros: int | None = attrs.field(default=None, validator=_not_negative)


@attrs.frozen(kw_only=True)
class Spent:
    """What a month has taken so far, reservations included; the cost is that of priced calls."""

    tokens: int = 0
    cost_micros: int = 0

    def plus(self, tokens: int, cost_micros: int | None) -> Spent:
        """With this much more."""
        return Spent(tokens=self.tokens + tokens, cost_micros=self.cost_micros + (cost_micros or 0))


def month_of(at: datetime) -> str:
    """The month that a moment counts for, as ``YYYY-MM``. ``at`` is in UTC."""
    return f"{at:%Y-%m}"


def warnings(budget: Budget, spent: Spent) -> tuple[Reason, ...]:
    """Every soft bound that is passed."""
    return _over(
        spent,
        (OVER_SOFT_TOKENS, budget.soft_tokens),
        (OVER_SOFT_COST, budget.soft_cost_micros),
    )


def refusals(budget: Budget, spent: Spent) -> tuple[Reason, ...]:
    """Every hard bound that would be passed; nothing may be asked while there is one."""
    return _over(
        spent,
        (OVER_HARD_TOKENS, budget.hard_tokens),
        (OVER_HARD_COST, budget.hard_cost_micros),
    )


def _over(
    spent: Spent, tokens: tuple[str, int | None], cost: tuple[str, int | None]
) -> tuple[Reason, ...]:
    reasons = []
    code, bound = tokens
    if bound is not None and spent.tokens > bound:
        sentence = f"this month's budget of {bound} model tokens is used up"
        reasons.append(Reason(code=code, sentence=sentence))
    code, bound = cost
    if bound is not None and spent.cost_micros > bound:
        sentence = f"this month's model budget of {bound / MICROS:.2f} is used up"
        reasons.append(Reason(code=code, sentence=sentence))
    return tuple(reasons)
