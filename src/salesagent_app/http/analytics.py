"""``/api/analytics``: how mail does, with intervals and a recommendation in words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
from litestar import Router, get
from litestar.params import QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Services
from salesagent_app.http.offered import improvement_of
from salesagent_app.http.openapi import documented
from salesagent_app.policy_inputs import read_moment
from salesagent_core.domain.outcomes.performance import Dimension, GroupPerformance, Rate
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.read_performance import SegmentThreshold


@attrs.frozen(kw_only=True)
class GroupRow:
    """One group. Each rate is a share of ``sent`` with its 95 % Wilson interval; ``deals`` were
    made or won, which ``conversion_rate`` is about. ``precision`` is the share that did no harm,
    ``alone`` how many went without a person. ``similarity`` (0..1) is how like the writer's text
    people approved it, on average."""

    key: str
    sent: int
    replies: int
    positive: int
    meetings: int
    deals: int
    harmed: int
    alone: int
    reply_rate: Rate
    positive_rate: Rate
    meeting_rate: Rate
    conversion_rate: Rate
    precision: Rate
    similarity: float | None
    recommendation: str


@attrs.frozen(kw_only=True)
class PerformanceAnswer:
    """``threshold`` is the confidence that rules need where nothing was learned, ``thresholds``
    where replies have moved it."""

    since: datetime
    until: datetime
    by: Dimension
    groups: tuple[GroupRow, ...]
    threshold: float
    thresholds: tuple[SegmentThreshold, ...]
    approved_recipients: int


From = Annotated[
    str,
    QueryParameter(name="from", max_length=40, description="A date, or an ISO time; included."),
]
To = Annotated[
    str | None,
    QueryParameter(
        name="to", max_length=40, description="A date (included), or an ISO time (excluded); now."
    ),
]
By = Annotated[
    Dimension, QueryParameter(name="by", description="What mail is grouped by; segment.")
]


@get("/performance", responses=documented(400), summary="How mail does, group by group")
async def performance(
    services: Services,
    caller: Calling,
    since: From,
    until: To = None,
    by: By = Dimension.SEGMENT,
) -> PerformanceAnswer:
    found = await improvement_of(services).performance(
        caller.tenant_id,
        since=read_moment(since, "from"),
        until=read_moment(until, "to", end=True) if until else None,
        by=by,
    )
    return PerformanceAnswer(
        since=found.since,
        until=found.until,
        by=found.by,
        groups=tuple(_group(each) for each in found.groups),
        threshold=found.threshold,
        thresholds=found.thresholds,
        approved_recipients=found.approved_recipients,
    )


def analytics_router(gate: Gate) -> Router:
    """Read by operators."""
    return Router(
        "/api/analytics",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[performance],
        tags=["learning"],
    )


def _group(group: GroupPerformance) -> GroupRow:
    counts = group.counts
    return GroupRow(
        key=counts.key,
        sent=counts.sent,
        replies=counts.replied,
        positive=counts.positive,
        meetings=counts.meetings,
        deals=counts.deals,
        harmed=counts.harmed,
        alone=counts.alone,
        reply_rate=group.reply,
        positive_rate=group.positive,
        meeting_rate=group.meeting,
        conversion_rate=group.conversion,
        precision=group.precision,
        similarity=counts.similarity,
        recommendation=group.recommendation,
    )
