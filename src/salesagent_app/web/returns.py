"""What came back, for Today: the counts of two spans, the last few, and one line of trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs
from markupsafe import Markup

from salesagent_app.http.offered import improvement_of, outcomes_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import charts
from salesagent_app.web.analytics import WEEK, WEEK_SAYS, Week, weeks_of
from salesagent_app.web.outcome_words import BACK, LOST, not_enough, percent, span
from salesagent_app.web.outcomes import Row, rows_of
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.outcomes.performance import MIN_SENT, Dimension
from salesagent_core.domain.stats import wilson_interval
from salesagent_core.ids import TenantId

SHOWN = 5
TREND_WEEKS = 8
"""The later half is compared with the earlier one."""
COUNTED = (
    ("reply", "replies", (OutcomeType.EMAIL_REPLIED,)),
    ("meeting booked", "meetings booked", (OutcomeType.MEETING_BOOKED,)),
    ("bounce or opt-out", "bounces and opt-outs", LOST.types),
)


@attrs.frozen(kw_only=True)
class Trend:
    """A line and what it says."""

    line: Markup | None
    sentence: str


@attrs.frozen(kw_only=True)
class Returns:
    """``yesterday`` is since the last midnight but one, ``week`` since Monday, in words each."""

    yesterday: str
    week: str
    latest: tuple[Row, ...]
    trend: Trend | None


async def what_came_back(
    services: HttpServices, tenant_id: TenantId, midnight: datetime
) -> Returns | None:
    """None where the application keeps no outcomes."""
    if services.outcomes is None:
        return None
    read, now = outcomes_of(services).read, services.clock.now()
    monday = midnight - timedelta(days=midnight.weekday())
    since_yesterday = await read.stats(tenant_id, midnight - timedelta(days=1), now)
    since_monday = await read.stats(tenant_id, min(monday, now - timedelta(minutes=1)), now)
    latest = await read.recent(tenant_id, types=BACK.types, limit=SHOWN)
    return Returns(
        yesterday=_counted(since_yesterday.counts.by_type),
        week=_counted(since_monday.counts.by_type),
        latest=tuple(await rows_of(services, tenant_id, latest)),
        trend=await _trend(services, tenant_id, midnight),
    )


def _counted(by_type: Mapping[OutcomeType, int]) -> str:
    parts = []
    for one, many, types in COUNTED:
        count = sum(by_type.get(each, 0) for each in types)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    return ", ".join(parts) or "nothing"


async def _trend(services: HttpServices, tenant_id: TenantId, midnight: datetime) -> Trend | None:
    if services.improvement is None:
        return None
    found = await improvement_of(services).performance(
        tenant_id, since=midnight - TREND_WEEKS * WEEK, by=Dimension.WEEK
    )
    tenant = await services.tenants.get(tenant_id)
    weeks, half = weeks_of(found, tenant.time_zone)[-TREND_WEEKS:], TREND_WEEKS // 2
    before, now = _sum(weeks[:-half]), _sum(weeks[-half:])
    if before[1] + now[1] == 0:
        return None
    return Trend(line=_line(weeks), sentence=compared(before, now))


def compared(before: tuple[int, int], now: tuple[int, int]) -> str:
    """Replies and mails of two spans of four weeks in a sentence. A difference is named only where
    both intervals lie apart."""
    replied, sent = now
    if sent < MIN_SENT:
        return f"Replies in the last four weeks: {not_enough(sent)}."
    own = wilson_interval(replied, sent)
    said = f"{percent(replied / sent)} of mails were answered in the last four weeks"
    said += f" ({span(own.low, own.high)})"
    if before[1] < MIN_SENT:
        return f"{said}."
    other = wilson_interval(*before)
    if own.low > other.high:
        return f"{said}: more than in the four before."
    if own.high < other.low:
        return f"{said}: less than in the four before."
    return f"{said}: about as many as in the four before."


def _sum(weeks: Sequence[Week]) -> tuple[int, int]:
    counts = [each.group.counts for each in weeks if each.group is not None]
    return sum(each.replied for each in counts), sum(each.sent for each in counts)


def _line(weeks: Sequence[Week]) -> Markup | None:
    values = [
        each.group.reply.rate
        if each.group is not None and each.group.counts.sent >= WEEK_SAYS
        else None
        for each in weeks
    ]
    if sum(each is not None for each in values) < 2:
        return None
    shown = ", ".join("none" if each is None else percent(each) for each in values)
    frame = charts.Frame(
        id="pulse", title="Share of mails answered, week by week", about=f"Oldest first: {shown}."
    )
    return charts.sparkline(values, frame)
