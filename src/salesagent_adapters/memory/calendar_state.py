"""What one calendar holds."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from salesagent_core.errors import InvalidInput
from salesagent_core.ports.calendar_events import Meeting


@attrs.frozen(kw_only=True)
class CalendarEvent:
    """A datetime span (aware), or whole days when ``start`` and ``end`` are dates; ``end`` is
    exclusive. ``busy`` is False for what the owner marked as free or declined."""

    title: str
    start: datetime | date
    end: datetime | date
    busy: bool = True


@attrs.define(kw_only=True)
class CalendarState:
    """One person's calendar. ``time_zone`` is where its whole days begin and end; ``meetings``
    are by their id, and do not make anybody busy here."""

    time_zone: str = "UTC"
    events: list[CalendarEvent] = attrs.field(factory=list)
    meetings: dict[str, Meeting] = attrs.field(factory=dict)

    def add(
        self, title: str, start: datetime | date, end: datetime | date, *, busy: bool = True
    ) -> None:
        """Put an event in. Raises: InvalidInput when it is empty, mixed or without a zone."""
        whole_days = not isinstance(start, datetime), not isinstance(end, datetime)
        if whole_days[0] != whole_days[1]:
            raise InvalidInput("an event starts and ends either on days or at times")
        if any(isinstance(each, datetime) and each.tzinfo is None for each in (start, end)):
            raise InvalidInput("an event's times need a time zone")
        if not start < end:
            raise InvalidInput("an event ends after it starts")
        self.events.append(CalendarEvent(title=title, start=start, end=end, busy=busy))
