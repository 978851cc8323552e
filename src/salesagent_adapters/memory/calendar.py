"""A calendar in memory: tells when somebody is busy, never what with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from salesagent_adapters.memory.calendar_state import CalendarEvent
from salesagent_adapters.memory.world import World
from salesagent_core.domain.scheduling import Busy
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId

MAX_SPAN = timedelta(days=90)
"""A free/busy query over a longer time is refused (``timeRangeTooLong``)."""


class MemoryCalendar:
    """The calendar port over the world's calendars."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def busy(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Busy, ...]:
        """Busy spans that touch the time asked for, by their start, in UTC.

        Raises:
            Rejected: naive times, an empty span, or one longer than ``MAX_SPAN``.
            Unavailable, NeedsReauth
        """
        async with self._world.faults.around("calendar.busy"):
            if start.tzinfo is None or end.tzinfo is None:
                raise Rejected("the calendar needs times with a time zone")
            if not start < end <= start + MAX_SPAN:
                raise Rejected("the calendar refuses that span of time")
            with self._world.lock:
                self._world.connected_mailbox(tenant_id, mailbox)
                state = self._world.calendar(tenant_id, mailbox)
                spans = [_span(event, state.time_zone) for event in state.events if event.busy]
        touching = [span for span in spans if span.start < end and span.end > start]
        return tuple(sorted(touching, key=lambda span: (span.start, span.end)))


def _span(event: CalendarEvent, time_zone: str) -> Busy:
    return Busy(start=_moment(event.start, time_zone), end=_moment(event.end, time_zone))


def _moment(at: datetime | date, time_zone: str) -> datetime:
    if isinstance(at, datetime):
        return at.astimezone(UTC)
    # A day begins when it begins where the calendar's owner is.
    return datetime.combine(at, time(0), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
