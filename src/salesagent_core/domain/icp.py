"""Ideal-customer-profile fit."""

from __future__ import annotations

from enum import StrEnum

import attrs

from salesagent_core.errors import Reason


class Tier(StrEnum):
    HOT = "hot"
    WARM = "warm"
    COOL = "cool"
    COLD = "cold"


@attrs.frozen(kw_only=True)
class Fit:
    """``score`` and ``coverage`` are in 0..1; ``reasons`` say in words what made the score."""

    score: float
    coverage: float
    tier: Tier
    reasons: tuple[Reason, ...] = ()
    disqualified: bool = False
