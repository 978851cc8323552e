"""What the counts of an A/B test prove, whenever somebody looks at them.

A p-value of a fixed sample is wrong for whoever looks again and again until it is small. What
stands here may be looked at after every mail, and a test stopped at any moment for any reason.

The evidence is an e-value: a number that is 1 on average where the variants do not differ, however
long one watches, so that it ever reaches ``1 / alpha`` with probability ``alpha`` at most (Ville,
1939; see Ramdas, Grünwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid
inference", Statistical Science 38, 2023).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import combinations
from statistics import NormalDist

import attrs

from salesagent_core.domain.stats import Interval
from salesagent_core.errors import InvalidInput

ALPHA = 0.05
"""How often a test without any difference may ever name a winner."""
BORDER = 1 / ALPHA
"""The evidence that names a winner, see ``standing_evidence``."""
MIN_PER_VARIANT = 30
"""People in each variant before a winner is named."""
BALANCE_ALPHA = 0.01
BALANCE_CONCENTRATION = 100.0
"""How close to the plan an unplanned split is expected to be; see ``balance_evidence``."""
_SPREAD = 1.0
_BASE_LOG_ODDS = (-4.5, -3.5, -2.5, -1.5, -0.5, 0.5)
_DIFFERENCES = (0.25, 0.5, 0.8, 1.2, 1.7, 2.4)
_BISECTIONS = 60
_Z = NormalDist()


@attrs.frozen(kw_only=True)
class Count:
    """People who got a variant, and how many of them did what was hoped for."""

    people: int
    successes: int

    def __attrs_post_init__(self) -> None:
        """Raises: InvalidInput when there are more successes than people, or fewer than none."""
        if not 0 <= self.successes <= self.people:
            raise InvalidInput("successes must lie between 0 and the number of people")

    @property
    def rate(self) -> float:
        """0 where nobody was counted."""
        return self.successes / self.people if self.people else 0.0


NOBODY = Count(people=0, successes=0)


def log_evidence(one: Count, other: Count, share: float = 0.5) -> float:
    """The natural logarithm of the e-value against "both variants succeed equally often".

    People were put into ``one`` with probability ``share`` by chance alone, independently of each
    other. Where the variants do not differ, success tells nothing about the variant: given
    the success y of a person, the variant is ``one`` with probability ``share`` still. If they
    differ with rates a and b, Bayes' theorem gives ``share * p_a(y) / p_m(y)`` instead, where
    ``m = share * a + (1 - share) * b`` and ``p_r(y) = r`` for a success, ``1 - r`` otherwise. So

        E(a, b) = product over people of  p_g(y) / p_m(y),   g the rate of the person's variant

    is a ratio of likelihoods with expectation 1 at every step, whatever the rate is and however it
    moves from day to day. What is returned is its mean over a fixed grid of (a, b), which has
    expectation 1 again: a mixture sequential probability ratio test.

    Sources: H. Robbins, "Statistical methods related to the law of the iterated logarithm", Ann.
    Math. Statist. 41 (1970), for mixtures; R. Turner, A. Ly and P. Grünwald, "Generic E-variables
    for exact sequential k-sample tests that allow for optional stopping", J. Stat. Plan. Inference
    230 (2024), for the two-sample ratio, here given the random split.

    Raises:
        InvalidInput: the share does not lie between 0 and 1.
    """
    if not 0 < share < 1:
        raise InvalidInput("the share must lie between 0 and 1")
    a_yes, b_yes = one.successes, other.successes
    a_no, b_no = one.people - a_yes, other.people - b_yes
    terms = [
        weight + a_yes * ay + a_no * an + b_yes * by + b_no * bn
        for weight, ay, an, by, bn in _grid(share)
    ]
    top = max(terms)
    return top + math.log(math.fsum(math.exp(term - top) for term in terms))


@functools.lru_cache(maxsize=64)
def _grid(share: float) -> tuple[tuple[float, float, float, float, float], ...]:
    """Per point: the logarithm of its weight, and what each success and failure adds."""
    points = []
    for base in _BASE_LOG_ODDS:
        for size in _DIFFERENCES:
            for half in (size / 2, -size / 2):
                a, b = _rate(base + half), _rate(base - half)
                mean = share * a + (1 - share) * b
                points.append(
                    (
                        -((size / _SPREAD) ** 2) / 2,
                        math.log(a / mean),
                        math.log((1 - a) / (1 - mean)),
                        math.log(b / mean),
                        math.log((1 - b) / (1 - mean)),
                    )
                )
    total = math.log(math.fsum(math.exp(point[0]) for point in points))
    return tuple((point[0] - total, *point[1:]) for point in points)


def _rate(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def always_valid_p(log_e: float, comparisons: int = 1) -> float:
    """A p-value that may be looked at whenever one likes: ``comparisons / E``, at most 1.

    Dividing by the number of comparisons (Bonferroni) keeps the promise for all of them together.
    """
    return min(1.0, comparisons * math.exp(-log_e)) if log_e > -700 else 1.0


def confidence_sequence(count: Count, alpha: float = ALPHA) -> Interval:
    """An interval for a rate that holds at every moment at once, with probability ``1 - alpha``.

    All p with ``B(s + 1/2, f + 1/2) / (B(1/2, 1/2) p^s (1 - p)^f) < 1 / alpha``, s successes and f
    failures, B the beta function: the beta-binomial mixture of Robbins (1970); see Howard, Ramdas,
    McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Ann.
    Statist. 49 (2021). Wider than an interval for one look.
    """
    if not 0 < alpha < 1:
        raise InvalidInput("alpha must lie between 0 and 1")
    yes, no = count.successes, count.people - count.successes
    if not count.people:
        return Interval(low=0.0, high=1.0)
    level = _log_beta(yes + 0.5, no + 0.5) - _log_beta(0.5, 0.5) + math.log(alpha)

    def outside(p: float) -> bool:
        inside = (yes * math.log(p) if yes else 0.0) + (no * math.log1p(-p) if no else 0.0)
        return level >= inside

    rate = count.rate
    low = 0.0 if not yes else _edge(outside, 0.0, rate)
    high = 1.0 if not no else _edge(outside, 1.0, rate)
    return Interval(low=low, high=high)


def _edge(outside: Callable[[float], bool], far: float, near: float) -> float:
    """Where ``outside`` changes between a point outside and one inside."""
    for _ in range(_BISECTIONS):
        middle = (far + near) / 2
        if outside(middle):
            far = middle
        else:
            near = middle
    return far


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def balance_evidence(people: Sequence[int], shares: Sequence[float]) -> float:
    """The natural logarithm of the e-value against "people came to the variants in these shares".

    A test is only worth something if who is counted does not depend on the variant: where people
    refuse one variant's drafts more often, the shares of what was sent show it. The ratio of a
    Dirichlet-multinomial with parameters ``BALANCE_CONCENTRATION * share`` to the multinomial;
    M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022.

    Raises:
        InvalidInput: as many shares as counts are needed, each above 0, 1 in all.
    """
    if len(people) != len(shares) or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-9:
        raise InvalidInput("each variant needs a share, and the shares must add up to 1")
    total = sum(people)
    found = math.lgamma(BALANCE_CONCENTRATION) - math.lgamma(BALANCE_CONCENTRATION + total)
    for count, share in zip(people, shares, strict=True):
        prior = BALANCE_CONCENTRATION * share
        found += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    return found


def people_needed(
    rate: float, other: float, *, alpha: float = ALPHA, power: float = 0.8
) -> int | None:
    """People per variant for one look at the end to show this difference; None for no difference.

    The normal formula ``(z(1 - alpha/2) sqrt(2 m (1 - m)) + z(power) sqrt(a(1-a) + b(1-b)))^2 /
    (a - b)^2``, m the mean of both (Fleiss, Levin and Paik, "Statistical Methods for Rates and
    Proportions", 3rd ed., section 4.2). Watching all the time takes more, see ``WATCHING_COSTS``.
    """
    if not (0 < rate < 1 and 0 < other < 1) or rate == other:
        return None
    mean = (rate + other) / 2
    sure = _Z.inv_cdf(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    found = _Z.inv_cdf(power) * math.sqrt(rate * (1 - rate) + other * (1 - other))
    return math.ceil(((sure + found) / (rate - other)) ** 2)


WATCHING_COSTS = 1.8
"""About how many times the people of one look it takes to find the same difference as often while
watching all the time; measured by ``bench/experiments.py``."""


class Verdict(StrEnum):
    """``unbalanced``: who was sent mail depends on the variant, so that nothing can be said."""

    TOO_FEW = "too_few"
    UNBALANCED = "unbalanced"
    UNDECIDED = "undecided"
    WINNER = "winner"


@attrs.frozen(kw_only=True)
class Arm:
    """A variant with its planned share (0..1) and what was counted."""

    name: str
    share: float
    count: Count


@attrs.frozen(kw_only=True)
class Comparison:
    """Two variants, the better first. ``evidence`` is the e-value; ``p`` is always valid and takes
    all comparisons of the test into account."""

    better: str
    worse: str
    evidence: float
    p: float


@attrs.frozen(kw_only=True)
class Judgement:
    """``winner`` is set for that verdict only; ``sentence`` says it in words. ``people_needed`` in
    each variant would show a difference as large as the present one, None where there is none or
    it is shown already."""

    verdict: Verdict
    winner: str | None
    comparisons: tuple[Comparison, ...]
    balance_p: float
    sentence: str
    people_needed: int | None = None


def judge(arms: Sequence[Arm], alpha: float = ALPHA) -> Judgement:
    """What the counts prove by now. A winner must beat every other variant.

    Between two of several variants only their own people count, split in the ratio of their
    shares; each of the k comparisons must reach ``k / alpha``.
    """
    pairs = list(combinations(arms, 2))
    if not pairs:
        raise InvalidInput("a test has at least two variants")
    comparisons = tuple(_compare(one, other, len(pairs)) for one, other in pairs)
    log_balance = balance_evidence([a.count.people for a in arms], [a.share for a in arms])
    balance_p = always_valid_p(log_balance)
    best = max(arms, key=lambda arm: arm.count.rate)
    beaten = [each for each in comparisons if each.better == best.name and each.p <= alpha]
    short = [arm for arm in arms if arm.count.people < MIN_PER_VARIANT]
    winner = None
    if balance_p <= BALANCE_ALPHA:
        verdict, sentence = Verdict.UNBALANCED, _unbalanced(arms)
    elif short:
        verdict, sentence = Verdict.TOO_FEW, _too_few(short)
    elif len(beaten) == len(arms) - 1:
        verdict, winner = Verdict.WINNER, best.name
        sentence = _won(best, arms, max(each.p for each in beaten))
    else:
        verdict, sentence = Verdict.UNDECIDED, _undecided(arms)
    return Judgement(
        verdict=verdict,
        winner=winner,
        comparisons=comparisons,
        balance_p=balance_p,
        sentence=sentence,
        people_needed=None if winner else _needed(arms),
    )


def standing_evidence(found: Judgement) -> float:
    """What stands for the best variant in its closest contest: the e-value over the number of
    comparisons, so that ``BORDER`` is what names a winner however many variants there are."""
    beaten = {each.worse for each in found.comparisons}
    against = [each.evidence for each in found.comparisons if each.better not in beaten]
    return min(against) / len(found.comparisons)


def _compare(one: Arm, other: Arm, comparisons: int) -> Comparison:
    better, worse = (one, other) if one.count.rate >= other.count.rate else (other, one)
    share = round(better.share / (better.share + worse.share), 12)
    log_e = log_evidence(better.count, worse.count, share)
    return Comparison(
        better=better.name,
        worse=worse.name,
        evidence=math.exp(min(log_e, 700.0)),
        p=always_valid_p(log_e, comparisons),
    )


def _counted(arm: Arm) -> str:
    count = arm.count
    return f"{arm.name}: {count.successes} of {count.people} ({count.rate:.1%})"


def _unbalanced(arms: Sequence[Arm]) -> str:
    seen = ", ".join(f"{arm.name} {arm.count.people} (planned {arm.share:.0%})" for arm in arms)
    return (
        f"mail did not go out in the planned shares ({seen}), so the variants reached different"
        " people: see whether drafts of one variant are refused more often"
    )


def _too_few(short: Sequence[Arm]) -> str:
    seen = ", ".join(f"{arm.name} {arm.count.people}" for arm in short)
    return f"too few to tell: {seen} counted, {MIN_PER_VARIANT} are needed in each variant"


def _won(best: Arm, arms: Sequence[Arm], p: float) -> str:
    others = ", ".join(_counted(arm) for arm in arms if arm is not best)
    return f"{_counted(best)} is better than {others}; p = {p:.2g} at any time of looking"


def _undecided(arms: Sequence[Arm]) -> str:
    seen = ", ".join(_counted(arm) for arm in arms)
    needed = _needed(arms)
    if needed is None:
        return f"no difference is shown: {seen}"
    return (
        f"no difference is shown: {seen}; one as large as this would take about"
        f" {needed} people in each variant"
    )


def _needed(arms: Sequence[Arm]) -> int | None:
    """People in each variant that would show the present difference, watched all the time."""
    best, next_best = sorted(arms, key=lambda arm: -arm.count.rate)[:2]
    needed = people_needed(next_best.count.rate, best.count.rate)
    return None if needed is None else math.ceil(needed * WATCHING_COSTS)
