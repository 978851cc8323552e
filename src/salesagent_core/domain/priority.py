"""Action priority score (APS): in which order drafts are worth a person's minute.

``100 x (0.40 revenue + 0.30 urgency + 0.20 strategic + 0.10 (1 - effort)) + adjustment``,
clamped to 0..100. The parts are stored as they were at the submission; only the urgency ages,
and it is aged when the score is read, so nothing has to be rewritten as time goes by.
"""

from __future__ import annotations

import attrs

from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Lead
from salesagent_core.errors import Reason

REVENUE_WEIGHT = 0.40
URGENCY_WEIGHT = 0.30
STRATEGIC_WEIGHT = 0.20
EASE_WEIGHT = 0.10
MAX_SCORE = 100.0
MAX_ADJUSTMENT = 20.0
"""Outcomes move the score by at most this, up or down."""
URGENCY_HALF_LIFE_HOURS = 24.0

BASE_URGENCY = 0.6
RAISED_URGENCY = 1.0
RAISING_INTENTS = frozenset({"demo", "demo_request", "pricing", "pricing_request", "quote"})
"""What a submission asks for when it cannot wait."""

SIZE_BANDS = ((1_000, 1.0), (250, 0.85), (50, 0.7), (10, 0.5), (1, 0.3))
"""From how many people on, how much a deal is worth beside the largest (EU size classes)."""
UNKNOWN_SIZE_BAND = 0.5

TIER_STRATEGIC = {Tier.HOT: 0.6, Tier.WARM: 0.4, Tier.COOL: 0.2, Tier.COLD: 0.0}
"""The segment's part of the strategic worth; a target account has all of it."""
CUSTOMER_STRATEGIC = 0.7


@attrs.frozen(kw_only=True)
class Priority:
    """The parts of the action priority score, each in 0..1, and what time and outcomes do to it.

    ``urgency`` is the base at the time of the submission; ``adjustment`` is in points, -20..20.
    """

    revenue: float
    urgency: float
    strategic: float
    effort: float
    adjustment: float = 0.0


def assess_priority(
    fit: Fit,
    lead: Lead,
    *,
    intent: str | None,
    missing_share: float,
    adjustment: float = 0.0,
) -> Priority:
    """The parts of the score at the time of the submission.

    Args:
        fit: how well the lead fits; a disqualified one has no strategic worth.
        lead: whose company size, target account and customer marks count.
        intent: what the submission asks for; one of ``RAISING_INTENTS`` raises the urgency.
        missing_share: the share of the context that is missing, 0..1.
        adjustment: points from past outcomes with this contact.
    """
    urgent = intent is not None and intent.strip().lower() in RAISING_INTENTS
    return Priority(
        revenue=_clamped(fit.score * size_band(lead.company.employees)),
        urgency=RAISED_URGENCY if urgent else BASE_URGENCY,
        strategic=_strategic(fit, lead),
        effort=_clamped(missing_share),
        adjustment=min(MAX_ADJUSTMENT, max(-MAX_ADJUSTMENT, adjustment)),
    )


def size_band(employees: int | None) -> float:
    """What a company's size is worth, 0..1."""
    if employees is None or employees <= 0:
        return UNKNOWN_SIZE_BAND
    return next(worth for floor, worth in SIZE_BANDS if employees >= floor)


def aged_urgency(urgency: float, hours_since_submission: float) -> float:
    """The urgency now: half of it is left after each ``URGENCY_HALF_LIFE_HOURS``."""
    return float(urgency * 0.5 ** (max(0.0, hours_since_submission) / URGENCY_HALF_LIFE_HOURS))


def priority_score(priority: Priority, hours_since_submission: float) -> float:
    """The action priority score now, 0..100. Hours before the submission count as none."""
    parts = sum(points for _, points, _ in _points(priority, hours_since_submission))
    return min(MAX_SCORE, max(0.0, parts + priority.adjustment))


def explain_priority(priority: Priority, hours_since_submission: float) -> tuple[Reason, ...]:
    """Each part of the score with its points in words, the weightiest first.

    The points add up to ``priority_score`` before it is clamped. Codes: ``aps_revenue``,
    ``aps_urgency``, ``aps_strategic``, ``aps_effort``, and ``aps_adjustment`` where there is one.
    """
    reasons = [
        Reason(code=f"aps_{name}", sentence=f"{sentence}: {points:.1f} points.")
        for name, points, sentence in _points(priority, hours_since_submission)
    ]
    if priority.adjustment:
        sentence = f"Earlier outcomes with this contact: {priority.adjustment:+.1f} points."
        reasons.append(Reason(code="aps_adjustment", sentence=sentence))
    return tuple(reasons)


def _points(priority: Priority, hours: float) -> tuple[tuple[str, float, str], ...]:
    urgency = aged_urgency(priority.urgency, hours)
    return (
        (
            "revenue",
            MAX_SCORE * REVENUE_WEIGHT * priority.revenue,
            f"Revenue, fit by company size, is {_level(priority.revenue)}",
        ),
        (
            "urgency",
            MAX_SCORE * URGENCY_WEIGHT * urgency,
            f"Urgency {max(0.0, hours):.0f} hours after the form is {_level(urgency)}",
        ),
        (
            "strategic",
            MAX_SCORE * STRATEGIC_WEIGHT * priority.strategic,
            f"Strategic worth is {_level(priority.strategic)}",
        ),
        (
            "effort",
            MAX_SCORE * EASE_WEIGHT * (1 - priority.effort),
            f"{100 * (1 - priority.effort):.0f} % of the context is there",
        ),
    )


def _level(share: float) -> str:
    if share >= 2 / 3:
        return "high"
    return "middling" if share >= 1 / 3 else "low"


def _strategic(fit: Fit, lead: Lead) -> float:
    if fit.disqualified:
        return 0.0
    if lead.is_target_account:
        return 1.0
    return max(CUSTOMER_STRATEGIC if lead.is_customer else 0.0, TIER_STRATEGIC[fit.tier])


def _clamped(share: float) -> float:
    return min(1.0, max(0.0, share))
