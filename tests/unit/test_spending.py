"""Budgets for language models: what counts, what warns, what stops."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.spending import (
    Budget,
    ModelPrices,
    ModelUse,
    Spent,
    month_of,
    refusals,
    warnings,
)
from salesagent_core.errors import InvalidInput

counts = st.integers(0, 10**9)
bounds = st.none() | counts


def test_without_both_prices_there_is_no_cost() -> None:
    for prices in (
        ModelPrices(),
        ModelPrices(per_million_in=1.0),
        ModelPrices(per_million_out=1.0),
    ):
        assert prices.cost_micros(1_000, 1_000) is None
    assert ModelPrices(per_million_in=0.0, per_million_out=0.0).cost_micros(5, 5) == 0


def test_a_million_tokens_cost_what_a_million_costs() -> None:
    prices = ModelPrices(per_million_in=2.5, per_million_out=10.0)
    assert prices.cost_micros(1_000_000, 0) == 2_500_000
    assert prices.cost_micros(0, 1_000_000) == 10_000_000
    assert prices.cost_micros(1_000, 100) == 3_500


@settings(max_examples=100)
@given(tokens=counts, cost=counts, soft=bounds, hard=bounds, soft_cost=bounds, hard_cost=bounds)
def test_a_bound_counts_from_the_first_token_above_it(
    tokens: int,
    cost: int,
    soft: int | None,
    hard: int | None,
    soft_cost: int | None,
    hard_cost: int | None,
) -> None:
    budget = Budget(
        soft_tokens=soft,
        hard_tokens=hard,
        soft_cost_micros=soft_cost,
        hard_cost_micros=hard_cost,
    )
    spent = Spent(tokens=tokens, cost_micros=cost)
    over = {reason.code for reason in (*warnings(budget, spent), *refusals(budget, spent))}
    expected = {
        "over_soft_token_budget": soft is not None and tokens > soft,
        "over_soft_cost_budget": soft_cost is not None and cost > soft_cost,
        "over_hard_token_budget": hard is not None and tokens > hard,
        "over_hard_cost_budget": hard_cost is not None and cost > hard_cost,
    }
    assert over == {code for code, passed in expected.items() if passed}


def test_what_has_no_price_costs_nothing_that_is_known() -> None:
    assert Spent(tokens=1, cost_micros=2).plus(10, None) == Spent(tokens=11, cost_micros=2)


def test_months_are_named_so_that_they_sort() -> None:
    assert month_of(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03"


@pytest.mark.parametrize("tokens", [-1, float("nan")])
def test_what_cannot_be_counted_is_refused(tokens: int) -> None:
    with pytest.raises(InvalidInput):
        Budget(hard_tokens=tokens)
    with pytest.raises(InvalidInput):
        ModelUse(model="m", prompt_version="v", prompt_tokens=tokens)
    with pytest.raises(InvalidInput):
        ModelPrices(per_million_in=float(tokens))
