"""How mail does: rates over the weeks and group by group, with intervals and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import attrs
from litestar import get
from litestar.params import QueryParameter
from markupsafe import Markup

from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import improvement_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import charts, outcome_words
from salesagent_app.web.charts import Dot, Frame
from salesagent_app.web.inputs import Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.performance import (
    MIN_SENT,
    Dimension,
    GroupPerformance,
    Rate,
)
from salesagent_core.domain.time_zones import zone_info
from salesagent_core.use_cases.read_performance import Performance

WEEK = timedelta(days=7)
WEEK_SAYS = 10
"""A week with less mail is a gap in the line: its rate would jump for nothing."""
STANDARD_PERIOD = "90"
IN_ORDER = frozenset({Dimension.HOUR, Dimension.WEEKDAY})
"""Groups that have an order of their own; others come with the most mail first."""
By = Annotated[str, QueryParameter(name="by", max_length=20)]
Days = Annotated[str, QueryParameter(name="days", max_length=4)]


@attrs.frozen(kw_only=True)
class Measure:
    """A rate that is looked at, by its name, what counts for it, and where it stands."""

    key: str
    name: str
    rate: Callable[[GroupPerformance], Rate]
    count: Callable[[GroupPerformance], int]


MEASURES = (
    Measure(key="reply", name="Replies", rate=lambda g: g.reply, count=lambda g: g.counts.replied),
    Measure(
        key="meeting", name="Meetings", rate=lambda g: g.meeting, count=lambda g: g.counts.meetings
    ),
    Measure(key="deal", name="Deals", rate=lambda g: g.conversion, count=lambda g: g.counts.deals),
)


@attrs.frozen(kw_only=True)
class Figure:
    """A chart under its name. Without ``svg`` there is too little to draw."""

    name: str
    note: str
    svg: Markup | None


@attrs.frozen(kw_only=True)
class Week:
    """A week of the table; ``group`` is None where nothing was sent."""

    monday: date
    group: GroupPerformance | None


class AnalyticsPages:
    """One page: a period, and what mail is grouped by."""

    def __init__(self, services: HttpServices, renderer: Renderer) -> None:
        self._services = services
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/analytics", name="analytics")
        async def analytics(visit: Visiting, by: By = "", days: Days = STANDARD_PERIOD) -> Page:
            return await self._page(visit, by, days)

        return [analytics]

    async def _page(self, visit: Visit, by: str, days: str) -> Page:
        days = days if days in outcome_words.PERIODS else STANDARD_PERIOD
        known = {each.value for each in outcome_words.DIMENSIONS}
        dimension = Dimension(by) if by in known else Dimension.SEGMENT
        weekly = await self._read(visit, days, Dimension.WEEK)
        found = await self._read(visit, days, dimension)
        weeks = await self._weeks(visit, weekly)
        groups = _ordered(found.groups, dimension)
        return self._renderer.page(
            "analytics.html",
            visit=visit,
            say=outcome_words,
            by=dimension,
            days=days,
            total=sum(each.counts.sent for each in weekly.groups),
            totals=[
                (each.name, sum(each.count(group) for group in weekly.groups)) for each in MEASURES
            ],
            trends=[_trend(each, weeks) for each in MEASURES],
            weeks=weeks[::-1],
            compared=[_figure(each, groups, dimension) for each in MEASURES],
            groups=groups,
            small=sum(each.counts.sent < MIN_SENT for each in groups),
            most=charts.MOST_ROWS,
            needed=MIN_SENT,
            found=found,
        )

    async def _read(self, visit: Visit, days: str, by: Dimension) -> Performance:
        return await improvement_of(self._services).performance(
            visit.caller.tenant_id,
            since=self._services.clock.now() - timedelta(days=int(days)),
            by=by,
        )

    async def _weeks(self, visit: Visit, found: Performance) -> list[Week]:
        tenant = await self._services.tenants.get(visit.caller.tenant_id)
        return weeks_of(found, tenant.time_zone)


def weeks_of(found: Performance, zone: str) -> list[Week]:
    """The weeks to the end of what was asked for, oldest first, from the first with any mail."""
    by_key = {each.counts.key: each for each in found.groups}
    if not by_key:
        return []
    monday, last = date.fromisoformat(min(by_key)), _monday(found.until, zone)
    weeks = []
    while monday <= last:
        weeks.append(Week(monday=monday, group=by_key.get(monday.isoformat())))
        monday += WEEK
    return weeks


def _monday(at: datetime, zone: str) -> date:
    day = at.astimezone(zone_info(zone)).date()
    return day - timedelta(days=day.weekday())


def _ordered(groups: Sequence[GroupPerformance], by: Dimension) -> list[GroupPerformance]:
    if by in IN_ORDER:
        return list(groups)
    if by is Dimension.SEGMENT:
        tiers = [tier.value for tier in Tier]
        return sorted(groups, key=lambda each: tiers.index(each.counts.key))
    return sorted(groups, key=lambda each: (-each.counts.sent, each.counts.key))


def dot(group: GroupPerformance, measure: Measure, label: str) -> Dot:
    """A group's rate as a chart draws it."""
    rate, sent = measure.rate(group), group.counts.sent
    count = measure.count(group)
    said = f"{label}: {count} of {sent}, {outcome_words.span(rate.low, rate.high)}"
    return Dot(label=label, rate=rate.rate or 0.0, low=rate.low, high=rate.high, said=said)


def _trend(measure: Measure, weeks: Sequence[Week]) -> Figure:
    points = [
        dot(each.group, measure, charts.day(each.monday))
        if each.group is not None and each.group.counts.sent >= WEEK_SAYS
        else None
        for each in weeks
    ]
    drawn = sum(each is not None for each in points)
    if drawn < 2:
        note = f"Too little mail for a line: two weeks with {WEEK_SAYS} mails are needed."
        return Figure(name=measure.name, note=note, svg=None)
    frame = Frame(
        id=f"trend-{measure.key}",
        title=f"{measure.name} per mail sent, week by week",
        about=f"{drawn} weeks, each with its 95 % interval. The numbers stand in the table below.",
    )
    labels = [charts.day(each.monday) for each in weeks]
    return Figure(
        name=measure.name, note="per mail, by week", svg=charts.trend(points, labels, frame)
    )


def _figure(measure: Measure, groups: Sequence[GroupPerformance], by: Dimension) -> Figure:
    enough = [each for each in groups if each.counts.sent >= MIN_SENT]
    if not enough:
        note = f"Not enough yet: no group has {MIN_SENT} mails."
        return Figure(name=measure.name, note=note, svg=None)
    rows = [dot(each, measure, outcome_words.group(each.counts.key, by)) for each in enough]
    frame = Frame(
        id=f"by-{measure.key}",
        title=f"{measure.name} per mail sent, by {outcome_words.DIMENSIONS[by]}",
        about="; ".join(each.said for each in rows[: charts.MOST_ROWS]),
    )
    return Figure(
        name=measure.name,
        note=f"per mail, by {outcome_words.DIMENSIONS[by]}",
        svg=charts.dots(rows, frame),
    )
