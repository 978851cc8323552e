"""Intervals for proportions: how sure one may be of a rate seen in few cases."""

from __future__ import annotations

import math
from statistics import NormalDist

import attrs

from salesagent_core.errors import InvalidInput


def z_value(confidence: float, *, sides: int = 2) -> float:
    """The standard normal quantile that a bound of this confidence uses.

    Args:
        confidence: between 0 and 1, both excluded.
        sides: 2 for an interval, 1 for a bound that only looks one way.
    """
    if not 0 < confidence < 1 or sides not in (1, 2):
        raise InvalidInput("confidence must lie between 0 and 1, and sides must be 1 or 2")
    return NormalDist().inv_cdf(1 - (1 - confidence) / sides)


Z_ONE_SIDED_95 = 1.6448536269514722
Z_TWO_SIDED_95 = 1.959963984540054
Z_ONE_SIDED_99 = 2.3263478740408408
Z_TWO_SIDED_99 = 2.5758293035489004


@attrs.frozen(kw_only=True)
class Interval:
    """``low`` and ``high`` in 0..1, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson_interval(successes: int, total: int, z: float = Z_TWO_SIDED_95) -> Interval:
    """The Wilson score interval; 0..1 when nothing was seen.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927). No continuity correction.

    Raises:
        InvalidInput: not ``0 <= successes <= total``, or z is not positive.
    """
    if not 0 <= successes <= total:
        raise InvalidInput("successes must lie between 0 and the total")
    if not 0 < z < math.inf:
        raise InvalidInput("z must be positive")
    if total == 0:
        return Interval(low=0.0, high=1.0)
    rate = successes / total
    square = z * z
    scale = 1 + square / total
    centre = (rate + square / (2 * total)) / scale
    half = z / scale * math.sqrt(rate * (1 - rate) / total + square / (4 * total * total))
    # At 0 and at n the bound is exact; rounding must not move it off the edge.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == total else min(1.0, centre + half)
    return Interval(low=low, high=high)


def wilson_lower(successes: int, total: int, z: float = Z_ONE_SIDED_95) -> float:
    """The one-sided lower bound: the rate is at least this, with 95 % confidence by default."""
    return wilson_interval(successes, total, z).low


def wilson_upper(successes: int, total: int, z: float = Z_ONE_SIDED_95) -> float:
    """The one-sided upper bound: the rate is at most this, with 95 % confidence by default."""
    return wilson_interval(successes, total, z).high
