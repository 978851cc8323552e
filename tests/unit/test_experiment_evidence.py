"""What counts prove: held beside scipy, and simulated with a look after every person."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from salesagent_core.domain.experiment_evidence import (
    ALPHA,
    BORDER,
    MIN_PER_VARIANT,
    Arm,
    Count,
    Verdict,
    always_valid_p,
    balance_evidence,
    confidence_sequence,
    judge,
    log_evidence,
    people_needed,
    standing_evidence,
)
from salesagent_core.domain.experiment_evidence import _grid as grid
from salesagent_core.errors import InvalidInput

counts = st.integers(0, 400).flatmap(
    lambda people: st.builds(Count, people=st.just(people), successes=st.integers(0, people))
)
shares = st.sampled_from([0.1, 0.25, 0.5, 0.8])


def count(people: int, successes: int) -> Count:
    return Count(people=people, successes=successes)


def arms(*found: Count) -> list[Arm]:
    share = 1 / len(found)
    return [Arm(name="ABCDE"[n], share=share, count=each) for n, each in enumerate(found)]


# --- the e-value ------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.5, 0.2, 0.9])
def test_the_evidence_is_the_likelihood_ratio_of_its_definition(share: float) -> None:
    one, other = count(30, 9), count(41, 5)
    total = 0.0
    for weight, a_yes, a_no, b_yes, b_no in grid(share):
        # The rates of this point, from what a success adds in either variant.
        mean = _mean_of(a_yes, a_no)
        a, b = mean * math.exp(a_yes), mean * math.exp(b_yes)
        assert math.isclose(share * a + (1 - share) * b, mean, rel_tol=1e-9)
        assert math.isclose((1 - b) / (1 - mean), math.exp(b_no), rel_tol=1e-9)
        under = stats.bernoulli.logpmf
        ratio = (
            9 * (under(1, a) - under(1, mean))
            + 21 * (under(0, a) - under(0, mean))
            + 5 * (under(1, b) - under(1, mean))
            + 36 * (under(0, b) - under(0, mean))
        )
        total += math.exp(weight + ratio)
    assert math.isclose(log_evidence(one, other, share), math.log(total), rel_tol=1e-9)


def _mean_of(yes: float, no: float) -> float:
    """m with ``m e^yes + (1 - m) e^no = 1``."""
    return (1 - math.exp(no)) / (math.exp(yes) - math.exp(no))


@pytest.mark.parametrize("share", [0.5, 0.25])
@pytest.mark.parametrize("rate", [0.03, 0.2, 0.7])
def test_without_a_difference_the_evidence_is_one_on_average(share: float, rate: float) -> None:
    # Every way in which six people can come out, with its probability: exact, no simulation.
    people = 6
    expected = 0.0
    for in_one in range(people + 1):
        split = stats.binom.pmf(in_one, people, share)
        for one_yes, other_yes in product(range(in_one + 1), range(people - in_one + 1)):
            chance = stats.binom.pmf(one_yes, in_one, rate) * stats.binom.pmf(
                other_yes, people - in_one, rate
            )
            found = log_evidence(count(in_one, one_yes), count(people - in_one, other_yes), share)
            expected += split * chance * math.exp(found)
    assert math.isclose(expected, 1.0, rel_tol=1e-9)


def test_the_weights_of_the_grid_are_a_distribution() -> None:
    points = grid(0.3)
    assert math.isclose(sum(math.exp(point[0]) for point in points), 1.0, rel_tol=1e-12)


@given(counts, counts, shares)
def test_the_names_of_the_variants_do_not_matter(one: Count, other: Count, share: float) -> None:
    here, there = log_evidence(one, other, share), log_evidence(other, one, 1 - share)
    assert math.isclose(here, there, rel_tol=1e-9, abs_tol=1e-9)


@given(st.integers(0, 50))
def test_a_larger_difference_is_more_evidence(base: int) -> None:
    found = [log_evidence(count(200, base), count(200, base + more)) for more in (20, 60, 100)]
    assert found == sorted(found)


@given(st.integers(MIN_PER_VARIANT, 400), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60)
def test_looking_all_the_time_is_stricter_than_a_single_look(
    people: int, one: float, other: float
) -> None:
    yes = [round(people * rate) for rate in (one, other)]
    p = always_valid_p(log_evidence(count(people, yes[0]), count(people, yes[1])))
    table = [[each, people - each] for each in yes]
    fisher = stats.fisher_exact(table).pvalue
    assert fisher > ALPHA or p >= fisher


def test_nobody_counted_is_no_evidence() -> None:
    assert math.isclose(log_evidence(count(0, 0), count(0, 0)), 0.0, abs_tol=1e-9)
    assert always_valid_p(-1e6) == 1.0


def test_refused_counts() -> None:
    with pytest.raises(InvalidInput):
        count(3, 4)
    with pytest.raises(InvalidInput):
        log_evidence(count(3, 1), count(3, 1), 1.0)
    with pytest.raises(InvalidInput):
        balance_evidence([1, 2], [0.5, 0.4])


# --- intervals, balance, size -----------------------------------------------------------------


@given(counts.filter(lambda found: found.people > 0), st.sampled_from([0.05, 0.01]))
def test_the_edges_of_the_interval_are_where_scipy_puts_them(found: Count, alpha: float) -> None:
    interval = confidence_sequence(found, alpha)
    yes, no = found.successes, found.people - found.successes
    assert 0 <= interval.low <= found.rate <= interval.high <= 1
    for edge in (interval.low, interval.high):
        if 0 < edge < 1:
            mixture = special.betaln(yes + 0.5, no + 0.5) - special.betaln(0.5, 0.5)
            ratio = mixture - special.xlogy(yes, edge) - special.xlog1py(no, -edge)
            assert math.isclose(ratio, math.log(1 / alpha), abs_tol=1e-6)


def test_the_mixture_is_the_integral_it_stands_for() -> None:
    yes, no, edge = 7, 33, 0.3
    whole, _ = integrate.quad(
        lambda p: stats.beta.pdf(p, 0.5, 0.5) * p**yes * (1 - p) ** no, 0, 1, limit=200
    )
    closed = math.exp(special.betaln(yes + 0.5, no + 0.5) - special.betaln(0.5, 0.5))
    assert math.isclose(whole, closed, rel_tol=1e-6)
    assert edge in confidence_sequence(count(yes + no, yes))


def test_the_interval_holds_at_all_moments_at_once() -> None:
    chance, missed, runs = random.Random(5), 0, 200
    for _ in range(runs):
        rate, yes = 0.15, 0
        for people in range(1, 201):
            yes += chance.random() < rate
            if people % 5 == 0 and rate not in confidence_sequence(count(people, yes)):
                missed += 1
                break
    assert missed / runs <= ALPHA


def test_the_balance_is_the_ratio_of_two_distributions() -> None:
    people, planned = [40, 70, 25], [0.3, 0.5, 0.2]
    mixture = stats.dirichlet_multinomial.logpmf(people, [100 * s for s in planned], sum(people))
    fixed = stats.multinomial.logpmf(people, sum(people), planned)
    assert math.isclose(balance_evidence(people, planned), mixture - fixed, rel_tol=1e-6)


@pytest.mark.parametrize(("rate", "other"), [(0.1, 0.2), (0.05, 0.08), (0.4, 0.3)])
def test_the_people_needed_have_the_power_promised(rate: float, other: float) -> None:
    needed = people_needed(rate, other)
    assert needed is not None
    mean = (rate + other) / 2
    under_null = math.sqrt(2 * mean * (1 - mean) / needed)
    under_other = math.sqrt((rate * (1 - rate) + other * (1 - other)) / needed)
    reached = (abs(rate - other) - stats.norm.ppf(0.975) * under_null) / under_other
    assert 0.8 <= stats.norm.cdf(reached) < 0.81
    assert people_needed(other, rate) == needed
    assert people_needed(rate, rate) is None
    assert people_needed(0.0, rate) is None


# --- verdicts ---------------------------------------------------------------------------------


def test_a_clear_difference_names_the_winner_in_words() -> None:
    found = judge(arms(count(200, 18), count(200, 58)))
    assert found.verdict is Verdict.WINNER
    assert found.winner == "B"
    assert "B: 58 of 200 (29.0%) is better than A: 18 of 200 (9.0%)" in found.sentence


def test_few_people_never_decide() -> None:
    found = judge(arms(count(29, 0), count(29, 29)))
    assert (found.verdict, found.winner) == (Verdict.TOO_FEW, None)
    assert "30 are needed" in found.sentence


def test_no_difference_says_what_one_would_take() -> None:
    found = judge(arms(count(100, 10), count(100, 14)))
    assert found.verdict is Verdict.UNDECIDED
    assert "people in each variant" in found.sentence
    assert "no difference" in judge(arms(count(100, 10), count(100, 10))).sentence


def test_a_split_that_is_off_names_nobody() -> None:
    found = judge(arms(count(500, 50), count(300, 90)))
    assert (found.verdict, found.winner) == (Verdict.UNBALANCED, None)
    assert "refused" in found.sentence


def test_of_three_the_winner_beats_each() -> None:
    clear = judge(arms(count(300, 20), count(300, 25), count(300, 90)))
    assert clear.winner == "C"
    close = judge(arms(count(300, 20), count(300, 85), count(300, 90)))
    assert close.verdict is Verdict.UNDECIDED
    assert {(each.better, each.worse) for each in close.comparisons if each.p <= ALPHA} == {
        ("B", "A"),
        ("C", "A"),
    }


@given(st.lists(counts, min_size=2, max_size=4))
def test_any_counts_get_one_verdict(found: list[Count]) -> None:
    judged = judge(arms(*found))
    assert (judged.winner is not None) == (judged.verdict is Verdict.WINNER)
    assert 0 <= judged.balance_p <= 1
    assert all(0 <= each.p <= 1 for each in judged.comparisons)


# --- simulation -------------------------------------------------------------------------------


def first_winner(rates: list[float], people: int, chance: random.Random) -> str | None:
    """Looked at after every person, stopped at the first winner."""
    seen, yes = [0] * len(rates), [0] * len(rates)
    for _ in range(people):
        arm = chance.randrange(len(rates))
        seen[arm] += 1
        yes[arm] += chance.random() < rates[arm]
        if min(seen) >= MIN_PER_VARIANT:
            winner = judge(arms(*map(count, seen, yes))).winner
            if winner is not None:
                return winner
    return None


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_looking_all_the_time_finds_no_winner_where_there_is_none(rate: float) -> None:
    chance, runs = random.Random(11), 120
    false = sum(first_winner([rate, rate], 300, chance) is not None for _ in range(runs))
    # At 5 % more than 13 of 120 would come about once in two hundred seeds.
    assert false / runs <= ALPHA + 0.02


def test_looking_all_the_time_finds_a_true_difference() -> None:
    chance, runs = random.Random(12), 60
    found = [first_winner([0.15, 0.35], 500, chance) for _ in range(runs)]
    assert found.count("B") / runs >= 0.9
    assert found.count("A") == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=2, max_size=4))
def test_the_border_is_where_a_winner_is_named(successes: list[int]) -> None:
    found = judge(arms(*(count(200, each) for each in successes)))
    assert (standing_evidence(found) >= BORDER) == (found.verdict is Verdict.WINNER)
    assert found.people_needed is None or found.winner is None
