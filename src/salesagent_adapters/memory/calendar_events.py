"""Meetings of a calendar in memory."""

from __future__ import annotations

from datetime import datetime

from salesagent_adapters.memory.world import World
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.calendar_events import Meeting


class MemoryCalendarEvents:
    """``CalendarEvents`` over the world's calendars."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def meetings(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Meeting, ...]:
        """See ``CalendarEvents.meetings``."""
        async with self._world.faults.around("calendar.meetings"):
            if start.tzinfo is None or end.tzinfo is None or not start < end:
                raise Rejected("the calendar refuses that span of time")
            with self._world.lock:
                self._world.connected_mailbox(tenant_id, mailbox)
                state = self._world.calendar(tenant_id, mailbox)
                found = [each for each in state.meetings.values() if each.attendees]
        touching = [each for each in found if each.start < end and each.end > start]
        return tuple(sorted(touching, key=lambda each: (each.start, each.meeting_id)))
