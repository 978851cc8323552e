"""Google Calendar: when a person is busy, and which meetings with others took place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from salesagent_adapters.google.client import Account, Apis, GoogleApi
from salesagent_adapters.google.quota import Units
from salesagent_core.domain.scheduling import Busy
from salesagent_core.errors import NotFound, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.calendar_events import Meeting, MeetingStatus

FREE_BUSY_SCOPE: Final = "calendar.readonly"
EVENTS_SCOPE: Final = "calendar.readonly"
MAX_SPAN: Final = timedelta(days=90)
"""A free/busy query over a longer time is refused by Google (``timeRangeTooLong``)."""
PRIMARY: Final = ("primary",)
MAX_CALENDARS: Final = 50
"""Google takes as many in one query."""
PAGE: Final = 250
MAX_PAGES: Final = 20
_GONE: Final = frozenset({"notFound", "forbidden"})


class GoogleCalendar:
    """Both calendar ports over the Calendar API.

    ``calendar_ids`` are asked for one mailbox together; a slot is free when all of them are.
    """

    def __init__(self, client: GoogleApi, *, calendar_ids: Sequence[str] = PRIMARY) -> None:
        self._client = client
        self._calendar_ids = tuple(calendar_ids)[:MAX_CALENDARS]

    async def busy(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Busy, ...]:
        """Busy spans that touch the time asked for, by their start, in UTC.

        Raises:
            Rejected: naive times, an empty span, one longer than ``MAX_SPAN``, or a calendar that
                is not there or not shared.
            Unavailable: also when the answer leaves a calendar out; it never looks like free time.
            NeedsReauth
        """
        _require_span(start, end)
        body = {
            "timeMin": _rfc3339(start),
            "timeMax": _rfc3339(end),
            "items": [{"id": each} for each in self._calendar_ids],
        }
        answer = await self._client.ask(
            Account(tenant_id=tenant_id, mailbox=mailbox),
            lambda apis: apis.calendar.freebusy().query(body=body),
            units=Units.OTHER_API,
            scope=FREE_BUSY_SCOPE,
        )
        told = answer.get("calendars")
        calendars = told if isinstance(told, dict) else {}
        spans = [span for each in self._calendar_ids for span in _spans(calendars.get(each))]
        touching = [span for span in spans if span.start < end and span.end > start]
        return tuple(sorted(touching, key=lambda span: (span.start, span.end)))

    async def meetings(
        self, tenant_id: TenantId, mailbox: str, start: datetime, end: datetime
    ) -> tuple[Meeting, ...]:
        """Meetings with others that touch the time asked for, by their start."""
        _require_span(start, end)
        account = Account(tenant_id=tenant_id, mailbox=mailbox)
        found: dict[str, Meeting] = {}
        for calendar_id in self._calendar_ids:
            async for event in self._events(account, calendar_id, start, end):
                meeting = _meeting(event, mailbox)
                if meeting and meeting.start < end and meeting.end > start:
                    found[meeting.meeting_id] = meeting
        return tuple(sorted(found.values(), key=lambda each: (each.start, each.meeting_id)))

    async def _events(
        self, account: Account, calendar_id: str, start: datetime, end: datetime
    ) -> Any:
        page: str | None = None
        for _ in range(MAX_PAGES):
            try:
                answer = await self._client.ask(
                    account,
                    partial(_list_events, calendar_id=calendar_id, start=start, end=end, page=page),
                    units=Units.OTHER_API,
                    scope=EVENTS_SCOPE,
                )
            except NotFound as error:
                raise Rejected("there is no such calendar") from error
            for each in answer.get("items") or ():
                if isinstance(each, dict):
                    yield each
            page = answer.get("nextPageToken")
            if not page:
                return
        raise Rejected("the calendar holds more events in that time than can be read")


def _list_events(
    apis: Apis, *, calendar_id: str, start: datetime, end: datetime, page: str | None
) -> Any:
    return apis.calendar.events().list(
        calendarId=calendar_id,
        timeMin=_rfc3339(start),
        timeMax=_rfc3339(end),
        singleEvents=True,
        showDeleted=True,
        orderBy="startTime",
        maxResults=PAGE,
        pageToken=page,
        # Titles and places are nobody's business here.
        fields="nextPageToken,items(id,status,start,end,updated,"
        "attendees(email,self,resource,responseStatus))",
    )


def _require_span(start: datetime, end: datetime) -> None:
    if start.tzinfo is None or end.tzinfo is None:
        raise Rejected("the calendar needs times with a time zone")
    if not start < end <= start + MAX_SPAN:
        raise Rejected("the calendar refuses that span of time")


def _spans(calendar: object) -> Iterator[Busy]:
    if not isinstance(calendar, dict):
        raise Unavailable("calendar.freebusy.query: the answer leaves a calendar out")
    for error in calendar.get("errors") or ():
        reason = error.get("reason") if isinstance(error, dict) else None
        if reason in _GONE:
            raise Rejected(f"the calendar is not there or not shared ({reason})")
        raise Unavailable("calendar.freebusy.query: the calendar could not be looked into")
    for each in calendar.get("busy") or ():
        start, end = (_moment(each.get(name)) for name in ("start", "end"))
        if start is None or end is None:
            raise Unavailable("calendar.freebusy.query: the answer holds a span without times")
        yield Busy(start=start, end=end)


def _meeting(event: Mapping[str, Any], mailbox: str) -> Meeting | None:
    start, end = _event_time(event, "start"), _event_time(event, "end")
    updated = _moment(event.get("updated"))
    others = tuple(
        str(each.get("email", "")).strip().lower()
        for each in event.get("attendees") or ()
        if isinstance(each, dict) and _comes(each)
    )
    others = tuple(
        each for each in dict.fromkeys(others) if "@" in each and each != mailbox.lower()
    )
    status = event.get("status")
    if start is None or end is None or not others or not event.get("id"):
        return None
    return Meeting(
        meeting_id=str(event["id"]),
        start=start,
        end=end,
        attendees=others,
        status=MeetingStatus(status) if status in set(MeetingStatus) else MeetingStatus.CONFIRMED,
        updated=updated or start,
    )


def _comes(attendee: Mapping[str, Any]) -> bool:
    return not (
        attendee.get("self")
        or attendee.get("resource")
        or attendee.get("responseStatus") == "declined"
    )


def _event_time(event: Mapping[str, Any], name: str) -> datetime | None:
    written = event.get(name)
    return _moment(written.get("dateTime")) if isinstance(written, dict) else None


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
