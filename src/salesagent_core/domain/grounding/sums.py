"""Which values follow from others by one short calculation, and how likely that is by accident.

Flow: ``operands of a kind | formulas, the plainest first | values near the wanted one``.

A value is believed when it is hit exactly and few other values of the same formulas lie near it:
with many operands and few digits nearly every number is some sum of some others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product

import attrs

BAND = 0.3
"""Values within this share of the wanted one count as what could have stood there instead."""
FEWEST_SLOTS = 6.0
MAX_TERMS = 4
MAX_SAME = 2
MAX_LINES = 5
MAX_NEAR = 12
MAX_FAR = 40
EXACT = 1e-6
ROUNDED = 0.03
FEW = 12
"""Up to this many a writer rounds to whole ones."""
WORKING_DAYS, FREE_DAYS = 5, 2
_SIGNIFICANT = 3
_CENTS = 0.05


@attrs.frozen(kw_only=True)
class Operands:
    """Numbers to reckon with: ``near`` ones stand in the text itself, ``far`` ones in a source."""

    near: tuple[float, ...] = ()
    far: tuple[float, ...] = ()

    def own(self) -> Operands:
        """Those of the text alone."""
        return Operands(near=self.near)

    def capped(self) -> Operands:
        """At most as many as a calculation may look at."""
        return Operands(
            near=_at_most_twice(self.near)[-MAX_NEAR:],
            far=tuple(one for one in dict.fromkeys(self.far) if one not in self.near)[:MAX_FAR],
        )


def _at_most_twice(values: Sequence[float]) -> tuple[float, ...]:
    """ "Boxes of twelve, so 12 boxes": the same number may be meant twice."""
    return tuple(
        value for index, value in enumerate(values) if values[:index].count(value) < MAX_SAME
    )


def slots(value: float, rounded: bool = False) -> float:
    """How many values of the same roundness a writer could have put near ``value``."""
    if rounded:
        return max(FEWEST_SLOTS, 2 * BAND * value / _last_step(value))
    digits = math.floor(math.log10(value)) + 1 if value > 0 else 1
    step = 10.0 ** (digits - _SIGNIFICANT)
    step = max(1.0, step) if float(value).is_integer() else min(step, _CENTS)
    return max(FEWEST_SLOTS, 2 * BAND * value / step)


def rounds_to(exact: float, written: float) -> bool:
    """True when ``written`` is ``exact``, rounded where the written number ends in zeros."""
    if exact <= 0:
        return False
    step = _last_step(written)
    away = abs(exact - written)
    return away <= step / 2 and (away <= ROUNDED * exact or written <= FEW)


def _last_step(written: float) -> float:
    """What one more in the last digit that is not zero makes."""
    step = 1.0
    while written >= 10 * step and (written / (10 * step)).is_integer():
        step *= 10
    return step


def follows(
    wanted: Iterable[float], tiers: Sequence[Iterable[float]], chance: float, *, about: bool = False
) -> bool:
    """True when a tier of formulas, the plainest first, gives one of the ``wanted`` values and its
    values and those before leave less than ``chance`` that this is an accident."""
    goals = [value for value in wanted if value > 0]
    around: dict[float, set[float]] = {goal: set() for goal in goals}
    for tier in tiers:
        hits: set[tuple[float, bool]] = set()
        for value in tier:
            for goal in goals:
                if abs(value - goal) > BAND * goal:
                    continue
                if abs(value - goal) <= EXACT * goal:
                    hits.add((goal, False))
                elif about and rounds_to(value, goal):
                    hits.add((goal, True))
                else:
                    around[goal].add(round(value, 4))
        if any((1 + len(around[goal])) / slots(goal, rounded) <= chance for goal, rounded in hits):
            return True
    return False


def priced(prices: Operands, counts: Operands) -> Iterator[float]:
    """Price x count, both near or one of them from a source."""
    yield from _products(prices.near, counts.near)
    yield from _products(prices.far, counts.near)
    yield from _products(prices.near, counts.far)


def priced_twice(prices: Operands, counts: Operands) -> Iterator[float]:
    """Price x count x count ("per square metre and visit"), at most one operand from a source."""
    pairs = list(combinations(counts.near, 2))
    for price in (*prices.near, *prices.far):
        yield from (price * one * other for one, other in pairs)
    for price in prices.near:
        yield from (price * one * other for one in counts.near for other in counts.far)


def added(prices: Operands) -> Iterator[float]:
    """Price + price, one of them near."""
    for index, one in enumerate(prices.near):
        yield from (one + other for other in (*prices.near[index + 1 :], *prices.far))


def taken_off(prices: Operands) -> Iterator[float]:
    """Price - price, one of them near."""
    for index, one in enumerate(prices.near):
        yield from (abs(one - other) for other in (*prices.near[index + 1 :], *prices.far))


def totalled(prices: Operands) -> Iterator[float]:
    """The sum of three or four prices of the text."""
    for size in range(3, MAX_TERMS + 1):
        yield from (sum(terms) for terms in combinations(prices.near, size))


def last_added(prices: Operands) -> Iterator[float]:
    """The sum of the last two, three ... prices of the text, as a total at the end of a list is."""
    yield from (
        sum(prices.near[-size:]) for size in range(2, MAX_LINES + 2) if size <= len(prices.near)
    )


def first_and_rest(steps: Iterable[tuple[float, float]], counts: Operands) -> Iterator[float]:
    """One price for the first and another for each further one: "260 for the first screen, 140 for
    each further"."""
    for first, further in steps:
        yield from (first + further * (count - 1) for count in counts.near if count > 1)


def cut(prices: Operands, percents: Operands) -> Iterator[float]:
    """The last price with a share of the text taken off: "$1,100; you get 8 % off, so $1,012"."""
    for price in prices.near[-1:]:
        yield from (price * (1 - share / 100) for share in percents.near)


def listed(lines: Sequence[Sequence[float]]) -> Iterator[float]:
    """The sum of a list's last lines, of each line its first, last or greatest price."""
    picks = [tuple(dict.fromkeys((line[0], line[-1], max(line)))) for line in lines[-MAX_LINES:]]
    for size in range(2, len(picks) + 1):
        yield from map(sum, product(*picks[-size:]))


def reduced(prices: Operands, percents: Operands) -> Iterator[float]:
    """A price with a share taken off, put on, taken out again, and the share itself; of the sum of
    two prices too."""
    bases = [*prices.near, *(one + other for one, other in combinations(prices.near, 2))]
    for share in (*percents.near, *percents.far):
        for price in bases:
            yield price * (1 - share / 100)
            yield price * (1 + share / 100)
            yield price / (1 + share / 100)
            yield price * share / 100


def reduced_by_count(prices: Operands, counts: Operands, percents: Operands) -> Iterator[float]:
    """A share of, or off, a price by count: "69 a month for two, 20 % off for a year"."""
    bases = [price * count for price in prices.near for count in counts.near]
    for share in percents.near:
        for base in bases:
            yield base * (1 - share / 100)
            yield base * share / 100


def in_step(prices: Operands, counts: Operands) -> Iterator[float]:
    """As many counts as prices, each by its own, added up: "800 at 0.62 and 200 at 0.48"."""
    if len(prices.near) == len(counts.near) > 1:
        yield sum(a * b for a, b in zip(prices.near, counts.near, strict=True))


def totalled_by_count(prices: Operands, counts: Operands) -> Iterator[float]:
    """One price by count and two others once: "2,280 + 1,650 + 2 x 590"."""
    for one, other in combinations(prices.near, 2):
        for price in prices.near:
            if price not in (one, other):
                yield from (one + other + price * count for count in counts.near)


def shared(prices: Operands, counts: Operands) -> Iterator[float]:
    """Price / count."""
    for price in prices.near:
        yield from (price / count for count in (*counts.near, *counts.far) if count > 1)


def whole_week(prices: Operands) -> Iterator[float]:
    """Five days at a price and two at the one named next: "23 on weekdays and 26 at weekends"."""
    for one, other in pairwise(prices.near):
        yield WORKING_DAYS * one + FREE_DAYS * other


def bundled(prices: Operands, counts: Operands) -> Iterator[float]:
    """The sum of two prices, by count."""
    for one, other in combinations((*prices.near, *prices.far), 2):
        yield from ((one + other) * count for count in counts.near)


def paired(prices: Operands, counts: Operands) -> Iterator[float]:
    """Two prices by a count each: "eleven at 189 and 85 at 4.20"."""
    near = [(price, count) for price in prices.near for count in counts.near]
    for (one, a), (other, b) in combinations(near, 2):
        if one != other and a != b:
            yield one * a + other * b


def mixed(prices: Operands, counts: Operands) -> Iterator[float]:
    """A fixed price and one by count: "1,700 plus 12 x 60", "145 for the first and 95 for each
    other", "89 and 0.12 for each beyond 500"."""
    beyond = [abs(a - b) for a, b in combinations({*counts.near, *counts.far, 1.0}, 2)]
    for fixed in prices.near:
        for price in prices.near:
            if price != fixed:
                yield from (fixed + price * count for count in counts.near)
                yield from (fixed + price * count for count in beyond)


def mixed_from_afar(prices: Operands, counts: Operands) -> Iterator[float]:
    """The like where the text names the counts only, or one price."""
    for fixed, price in [(a, b) for a in prices.far for b in prices.far if a != b]:
        yield from (fixed + price * count for count in counts.near)
        yield from (fixed + price * (count - 1) for count in counts.near if count > 1)


def reckoned(counts: Operands) -> Iterator[float]:
    """Counts with counts: product, sum, difference, quotient, one of them near."""
    for index, one in enumerate(counts.near):
        for other in (*counts.near[index + 1 :], *counts.far):
            yield one * other
            yield one + other
            yield abs(one - other)
            low, high = sorted((one, other))
            if low > 0:
                yield high / low
                yield math.ceil(high / low - EXACT)


def divided(counts: Operands) -> Iterator[float]:
    """How many times one count goes into another, begun ones counted whole or not."""
    for one, other in combinations(counts.near, 2):
        low, high = sorted((one, other))
        if low > 0:
            yield high / low
            yield math.ceil(high / low - EXACT)


def left_over(counts: Operands) -> Iterator[float]:
    """What remains of a count: the differences, also of two that sources hold."""
    everything = (*counts.near, *counts.far)
    yield from (abs(one - other) for one, other in combinations(everything, 2))


def _products(prices: Iterable[float], counts: Sequence[float]) -> Iterator[float]:
    for price in prices:
        yield from (price * count for count in counts)
