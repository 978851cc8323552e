"""Action priority score."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Priority:
    """The parts of the action priority score, each in 0..1, and what time and outcomes do to it."""

    revenue: float
    urgency: float
    strategic: float
    effort: float
    adjustment: float = 0.0
