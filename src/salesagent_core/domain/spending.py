"""What a tenant's month takes, beside its budget: runs, mails, and what language models cost.

Money is in millionths of the currency that the prices are in. Where no price is known there is
no cost, and only tokens are counted: a made-up price would be a made-up bill.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from salesagent_core.errors import InvalidInput, Reason

MICROS = 1_000_000
"""Millionths of a unit of the currency in one unit."""

OVER_SOFT_TOKENS = "over_soft_token_budget"
OVER_SOFT_COST = "over_soft_cost_budget"
OVER_HARD_TOKENS = "over_hard_token_budget"
OVER_HARD_COST = "over_hard_cost_budget"
OVER_SOFT_RUNS = "over_soft_run_budget"
OVER_SOFT_SENDS = "over_soft_send_budget"
BUDGET_REACHED = "budget_reached"
"""Why a run waits, or a mail does not go: a hard bound of the month."""


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

    Over a soft bound people are told. At a hard one new runs wait, mails are not sent, and nothing
    more is asked of a model, each by its own bound; runs wait for all but the one on mails.
    """

    soft_runs: int | None = attrs.field(default=None, validator=_not_negative)
    hard_runs: int | None = attrs.field(default=None, validator=_not_negative)
    soft_sends: int | None = attrs.field(default=None, validator=_not_negative)
    hard_sends: int | None = attrs.field(default=None, validator=_not_negative)

    soft_tokens: int | None = attrs.field(default=None, validator=_not_negative)
    hard_tokens: int | None = attrs.field(default=None, validator=_not_negative)
    soft_cost_micros: int | None = attrs.field(default=None, validator=_not_negative)
    hard_cost_micros: int | None = attrs.field(default=None, validator=_not_negative)


@attrs.frozen(kw_only=True)
class Spent:
    """What a month has taken so far, reservations included; the cost is that of priced calls."""

    tokens: int = 0
    cost_micros: int = 0
    runs: int = 0
    sends: int = 0

    def plus(self, tokens: int, cost_micros: int | None) -> Spent:
        """With this much more."""
        cost = self.cost_micros + (cost_micros or 0)
        return attrs.evolve(self, tokens=self.tokens + tokens, cost_micros=cost)


def month_of(at: datetime) -> str:
    """The month that a moment counts for, as ``YYYY-MM``. ``at`` is in UTC."""
    return f"{at:%Y-%m}"


def month_ends(at: datetime) -> datetime:
    """The first moment of the month after ``at``, in UTC."""
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)


def warnings(budget: Budget, spent: Spent) -> tuple[Reason, ...]:
    """Every soft bound that is passed."""
    counted = (
        (OVER_SOFT_RUNS, budget.soft_runs, spent.runs, "runs"),
        (OVER_SOFT_SENDS, budget.soft_sends, spent.sends, "mails"),
    )
    return (
        *(
            Reason(code=code, sentence=f"this month's soft budget of {bound} {what} is passed")
            for code, bound, used, what in counted
            if bound is not None and used > bound
        ),
        *_over(
            spent,
            (OVER_SOFT_TOKENS, budget.soft_tokens),
            (OVER_SOFT_COST, budget.soft_cost_micros),
        ),
    )


def run_refusal(budget: Budget, spent: Spent) -> Reason | None:
    """Why no further run may begin this month, or None. ``spent`` is without it."""
    models = attrs.evolve(spent, tokens=spent.tokens + 1, cost_micros=spent.cost_micros + 1)
    whys = [reason.sentence for reason in refusals(budget, models)]
    if budget.hard_runs is not None and spent.runs >= budget.hard_runs:
        whys.insert(0, f"this month's budget of {budget.hard_runs} runs is used up")
    return Reason(code=BUDGET_REACHED, sentence="; ".join(whys)) if whys else None


def send_refusal(budget: Budget, spent: Spent) -> Reason | None:
    """Why no further mail may go this month, or None. ``spent`` is without it."""
    if budget.hard_sends is None or spent.sends < budget.hard_sends:
        return None
    sentence = f"this month's budget of {budget.hard_sends} mails is used up"
    return Reason(code=BUDGET_REACHED, sentence=sentence)


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
