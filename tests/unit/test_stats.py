"""Wilson bounds against published values and by their own definition."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.stats import (
    Z_ONE_SIDED_95,
    Z_ONE_SIDED_99,
    Z_TWO_SIDED_95,
    Z_TWO_SIDED_99,
    wilson_interval,
    wilson_lower,
    wilson_upper,
    z_value,
)
from salesagent_core.errors import InvalidInput

counts = st.integers(0, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_two_sided_interval_is_the_published_one(
    successes: int, total: int, low: float, high: float
) -> None:
    interval = wilson_interval(successes, total)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


def test_the_constants_are_the_quantiles() -> None:
    assert pytest.approx(z_value(0.95, sides=1), abs=1e-9) == Z_ONE_SIDED_95
    assert pytest.approx(z_value(0.95), abs=1e-9) == Z_TWO_SIDED_95
    assert pytest.approx(z_value(0.99, sides=1), abs=1e-9) == Z_ONE_SIDED_99
    assert pytest.approx(z_value(0.99), abs=1e-9) == Z_TWO_SIDED_99


@given(counts)
def test_the_bounds_solve_the_score_equation(seen: tuple[int, int]) -> None:
    """A bound is the rate from which the observed one is exactly z standard errors away."""
    successes, total = seen
    interval = wilson_interval(successes, total)
    assert 0 <= interval.low <= interval.high <= 1
    if total:
        rate = successes / total
        assert rate in interval
        for bound in (interval.low, interval.high):
            distance = (rate - bound) ** 2 * total
            assert math.isclose(
                distance, Z_TWO_SIDED_95**2 * bound * (1 - bound), abs_tol=1e-7, rel_tol=1e-7
            )


@given(counts)
def test_one_sided_bounds_mirror_each_other_and_are_tighter(seen: tuple[int, int]) -> None:
    successes, total = seen
    assert wilson_lower(successes, total) == pytest.approx(
        1 - wilson_upper(total - successes, total), abs=1e-12
    )
    assert wilson_lower(successes, total) >= wilson_interval(successes, total).low


def test_nothing_seen_says_nothing() -> None:
    assert (wilson_lower(0, 0), wilson_upper(0, 0)) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "total"), [(-1, 3), (4, 3), (0, -1)])
def test_impossible_counts_are_refused(successes: int, total: int) -> None:
    with pytest.raises(InvalidInput):
        wilson_lower(successes, total)


@pytest.mark.parametrize("confidence", [0, 1, -0.1, math.nan])
def test_impossible_confidence_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidInput):
        z_value(confidence)
