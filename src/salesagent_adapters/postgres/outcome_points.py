"""What outcomes are worth to a contact's score, as the database works it out for a whole queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Double, Subquery, case, cast, func, literal, select

from salesagent_adapters.postgres import tables
from salesagent_core.domain.outcomes.outcome import HALF_LIFE_DAYS, MAX_ADJUSTMENT, OutcomeType
from salesagent_core.ids import TenantId

FADED = timedelta(days=365)
"""After twelve half-lives nothing is left of an outcome's weight that a score would show."""

_SECONDS_A_DAY = 86_400.0
_IMPACTS = {one.value: float(one.impact) for one in OutcomeType if one.impact}


def points_by_contact(tenant_id: TenantId, now: datetime) -> Subquery:
    """``contact_adjustment`` as ``points`` by ``contact_index``; who has no outcomes is left out.

    Most rows say that a mail was sent, which moves nothing, and are never weighed.
    """
    row = tables.outcomes.c
    seconds = cast(func.extract("epoch", literal(now) - row.occurred_at), Double)
    days = func.greatest(0.0, seconds / _SECONDS_A_DAY)
    impact = cast(case(_IMPACTS, value=row.type, else_=0.0), Double)
    weight = impact * row.confidence * func.power(0.5, days / HALF_LIFE_DAYS)
    points = func.least(MAX_ADJUSTMENT, func.greatest(-MAX_ADJUSTMENT, func.sum(weight)))
    return (
        select(row.contact_index, points.label("points"))
        .where(
            row.tenant_id == tenant_id,
            row.type.in_(list(_IMPACTS)),
            row.occurred_at > now - FADED,
        )
        .group_by(row.contact_index)
        .subquery("weighed")
    )
