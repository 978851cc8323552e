"""A/B tests on simulated replies, looked at after every single mail.

    python bench/experiments.py [--runs 1000] [--people 1000] [--seed 1]

Prints how often a test names a winner where there is no difference (a false one), and how often it
finds a true difference among as many people as its report says that would take. Beside it stands
what an ordinary z-test at 5 % would have said to somebody who looks as often and stops as soon as
it is significant. Exits 1 when more than 5 % of the tests without a difference name a winner, by
more than the chance of the simulation explains.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from datetime import UTC, datetime
from statistics import NormalDist, median

import attrs

from salesagent_core.domain.experiment import (
    Audience,
    Experiment,
    Variant,
    assign,
)
from salesagent_core.domain.experiment_evidence import (
    ALPHA,
    MIN_PER_VARIANT,
    WATCHING_COSTS,
    Count,
    log_evidence,
    people_needed,
)
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.domain.treatment import ExperimentKind

SAME = (0.02, 0.05, 0.10, 0.20, 0.40)
DIFFERENT = ((0.05, 0.10), (0.10, 0.15), (0.10, 0.20), (0.20, 0.30), (0.20, 0.40))
_CRITICAL = NormalDist().inv_cdf(1 - ALPHA / 2)
_LOG_LEVEL = math.log(1 / ALPHA)


@attrs.frozen(kw_only=True)
class Found:
    """What one simulated test found. ``at``: after how many people; None for never."""

    at: int | None
    right: bool
    naive: bool


def a_test(number: int) -> Experiment:
    """A fresh test: the split of its people follows from its id."""
    return Experiment(
        id=f"bench-{number}",
        name="bench",
        kind=ExperimentKind.BODY,
        variants=(Variant(name="A"), Variant(name="B", text="shorter")),
        audience=Audience(),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="bench",
    )


def simulate(number: int, rates: tuple[float, float], people: int, chance: random.Random) -> Found:
    """One test, looked at after every person, and stopped at its first winner."""
    test = a_test(number)
    seen, yes = [0, 0], [0, 0]
    naive = False
    for person in range(1, people + 1):
        arm = 0 if assign(test, f"person-{person}").name == "A" else 1
        seen[arm] += 1
        yes[arm] += chance.random() < rates[arm]
        if min(seen) < MIN_PER_VARIANT:
            continue
        naive = naive or _significant(seen, yes)
        one, other = (Count(people=seen[i], successes=yes[i]) for i in (0, 1))
        if log_evidence(one, other) >= _LOG_LEVEL:
            better = int(other.rate > one.rate)
            return Found(at=person, right=rates[better] > rates[1 - better], naive=naive)
    return Found(at=None, right=False, naive=naive)


def _significant(seen: list[int], yes: list[int]) -> bool:
    """The two-sided z-test with the pooled variance, at ``ALPHA``."""
    pooled = sum(yes) / sum(seen)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / seen[0] + 1 / seen[1]))
    return spread > 0 and abs(yes[0] / seen[0] - yes[1] / seen[1]) / spread > _CRITICAL


def _share(count: int, runs: int) -> str:
    interval = wilson_interval(count, runs)
    return f"{count / runs:6.1%} ({interval.low:.1%}-{interval.high:.1%})"


def main() -> int:
    """Print the table; 1 when false winners are more frequent than promised."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument(
        "--people", type=int, default=1_000, help="where there is no difference, both variants"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    runs, people, worst, number = options.runs, options.people, 0.0, 0
    print(f"{runs} tests a row, {people} people where there is no difference")
    print("\nno difference: a winner is false")
    for rate in SAME:
        found = [simulate(number + n, (rate, rate), people, chance) for n in range(runs)]
        number += runs
        false = sum(each.at is not None for each in found)
        worst = max(worst, false / runs)
        naive = sum(each.naive for each in found)
        print(
            f"  {rate:.0%} and {rate:.0%}: false winners {_share(false, runs)};"
            f" a z-test looked at as often {_share(naive, runs)}"
        )
    print("\na true difference, among as many people as the report says it takes")
    for rates in DIFFERENT:
        one_look = people_needed(*rates) or 0
        enough = 2 * math.ceil(one_look * WATCHING_COSTS)
        found = [simulate(number + n, rates, enough, chance) for n in range(runs)]
        number += runs
        right = sum(each.right for each in found)
        wrong = sum(each.at is not None and not each.right for each in found)
        at = [each.at for each in found if each.at is not None]
        half = f"half of them by {median(at):.0f} people" if at else "none"
        print(
            f"  {rates[0]:.0%} and {rates[1]:.0%}, {enough} people: found {_share(right, runs)},"
            f" {half}; the wrong one won {wrong / runs:.1%};"
            f" a single look that finds 80% takes {2 * one_look}"
        )
    print(f"\nworst share of false winners {worst:.1%}, promised at most {ALPHA:.0%}")
    return 0 if wilson_interval(round(worst * runs), runs).low <= ALPHA else 1


if __name__ == "__main__":
    sys.exit(main())
