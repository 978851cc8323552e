"""Calendar and Drive over exchanges written from Google's documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salesagent_adapters.google.calendar import GoogleCalendar
from salesagent_adapters.google.drive import GoogleDrive
from salesagent_adapters.google.drive_query import FOLDER_TYPE, SHORTCUT_TYPE
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.scheduling import Busy
from salesagent_core.errors import NeedsReauth, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.calendar_events import MeetingStatus

from .google_exchanges import Answer, Asked, Exchanges, exchanges, ok, refused
from .google_parts import MAILBOX, NOW, TENANT, client_at

FREE_BUSY = "/calendar/v3/freeBusy"
EVENTS = "/calendar/v3/calendars/primary/events"
FILES = "/drive/v3/files"
START = datetime(2026, 11, 23, tzinfo=UTC)
END = START + timedelta(days=7)


@pytest.fixture
def google() -> Iterator[Exchanges]:
    with exchanges() as server:
        yield server


def calendar(google: Exchanges, *calendar_ids: str) -> GoogleCalendar:
    return GoogleCalendar(client_at(google.url), calendar_ids=calendar_ids or ("primary",))


# Calendar


async def test_busy_spans_of_all_calendars_come_as_utc_in_order(google: Exchanges) -> None:
    spans = {
        "primary": {
            "busy": [{"start": "2026-11-24T10:00:00+01:00", "end": "2026-11-24T11:00:00+01:00"}]
        },
        "team@ours.example": {
            "busy": [{"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T09:00:00Z"}]
        },
    }
    google.on(FREE_BUSY, ok({"calendars": spans}))
    busy = await calendar(google, *spans).busy(TENANT, MAILBOX, START, END)
    assert busy == (
        Busy(start=START + timedelta(hours=8), end=START + timedelta(hours=9)),
        Busy(start=START + timedelta(hours=33), end=START + timedelta(hours=34)),
    )
    (asked,) = google.asked
    assert asked.json["items"] == [{"id": each} for each in spans]
    assert asked.json["timeMin"] == "2026-11-23T00:00:00Z"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ok({}), Unavailable),
        (ok({"calendars": {}}), Unavailable),
        (ok({"calendars": {"primary": {"errors": [{"reason": "notFound"}]}}}), Rejected),
        (ok({"calendars": {"primary": {"errors": [{"reason": "internalError"}]}}}), Unavailable),
        (ok({"calendars": {"primary": {"busy": [{"start": "soon"}]}}}), Unavailable),
        (refused(400, "timeRangeTooLong"), Rejected),
        (refused(403, "insufficientPermissions"), NeedsReauth),
        (refused(403, "quotaExceeded"), Unavailable),
        (Answer(cut=0), Unavailable),
    ],
)
async def test_a_failure_never_looks_like_free_time(
    google: Exchanges, answer: Answer, error: type[Exception]
) -> None:
    google.on(FREE_BUSY, answer)
    with pytest.raises(error):
        await calendar(google).busy(TENANT, MAILBOX, START, END)


def event(number: int, *, hour: int = 9, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}",
        "status": "confirmed",
        "start": {"dateTime": f"2026-11-24T{hour:02}:00:00+01:00"},
        "end": {"dateTime": f"2026-11-24T{hour + 1:02}:00:00+01:00"},
        "updated": "2026-11-20T09:00:00.123Z",
        "attendees": [
            {"email": MAILBOX, "self": True},
            {"email": "Lead@Buyer.example", "responseStatus": "accepted"},
        ],
        **changes,
    }


async def test_meetings_with_others_are_listed_over_all_pages(google: Exchanges) -> None:
    declined = [{"email": "no@buyer.example", "responseStatus": "declined"}]
    room = [{"email": "room@resource.example", "resource": True}]
    first = [
        event(2, hour=14),
        event(1),
        event(3, attendees=declined),
        event(4, attendees=room),
        event(5, attendees=[]),
        event(6, start={"date": "2026-11-24"}, end={"date": "2026-11-25"}),
    ]
    second = [event(7, hour=16, status="cancelled"), {"id": "e8"}, None, event(9, status="odd")]

    def listed(asked: Asked) -> Answer:
        assert asked.query["singleEvents"] == ["true"]
        assert "summary" not in asked.query["fields"][0]
        if "pageToken" in asked.query:
            return ok({"items": second})
        return ok({"items": first, "nextPageToken": "p2"})

    google.on(EVENTS, listed)
    found = await calendar(google).meetings(TENANT, MAILBOX, START, END)
    assert [each.meeting_id for each in found] == ["e1", "e9", "e2", "e7"]
    assert found[0].attendees == ("lead@buyer.example",)
    assert found[0].start == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert found[0].updated == datetime(2026, 11, 20, 9, 0, 0, 123_000, tzinfo=UTC)
    assert found[-1].status is MeetingStatus.CANCELLED


async def test_an_unknown_calendar_is_told(google: Exchanges) -> None:
    google.on(EVENTS, refused(404))
    with pytest.raises(Rejected):
        await calendar(google).meetings(TENANT, MAILBOX, START, END)
    with pytest.raises(Rejected):
        await calendar(google).meetings(TENANT, MAILBOX, END, START)


# Drive


def drive(google: Exchanges, *folders: str) -> GoogleDrive:
    clock = FixedClock(NOW)
    return GoogleDrive(
        client_at(google.url, clock=clock), clock, folders={TENANT: folders or ("open",)}
    )


def file(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"f{number}",
        "name": name,
        "mimeType": "application/pdf",
        "parents": ["open"],
        "webViewLink": f"https://drive.files.example/f{number}",
        **changes,
    }


def folder(name: str, parent: str) -> dict[str, Any]:
    return {"id": name, "name": name, "mimeType": FOLDER_TYPE, "parents": [parent]}


def holding(files: Sequence[object], folders: Sequence[object] = ()) -> Any:
    def answer(asked: Asked) -> Answer:
        query = asked.query["q"][0]
        if f"mimeType = '{FOLDER_TYPE}'" in query:
            inside = [each for each in folders if _parent(each) in query]
            return ok({"files": inside})
        return ok({"files": list(files)})

    return answer


def _parent(each: Any) -> str:
    return f"'{each['parents'][0]}' in parents"


async def test_the_best_match_comes_first_with_drives_own_link(google: Exchanges) -> None:
    google.on(FILES, holding([file(1, "Routes"), file(2, "Planning routes", description="How")]))
    found = await drive(google).find(TENANT, MAILBOX, "How does planning of routes work?", 3)
    assert [each.url for each in found] == [
        "https://drive.files.example/f2",
        "https://drive.files.example/f1",
    ]
    assert found[0].summary == "How"


async def test_what_is_outside_the_allowed_folders_never_comes_back(google: Exchanges) -> None:
    outside = [
        file(1, "route planning", parents=["closed"]),
        file(2, "route planning", parents=None),
        file(3, "route planning", trashed=True),
        file(4, "route planning", webViewLink=None),
        file(5, "route planning", webViewLink="javascript:alert(1)"),
        file(6, "route planning", mimeType=SHORTCUT_TYPE),
        file(7, "route planning", mimeType=FOLDER_TYPE),
        {"name": "route planning"},
        None,
    ]
    google.on(FILES, holding(outside))
    assert await drive(google).find(TENANT, MAILBOX, "route planning", 9) == ()


async def test_folders_inside_the_allowed_ones_are_searched_and_no_others(
    google: Exchanges,
) -> None:
    folders = [folder("inner", "open"), folder("deep", "inner"), folder("closed", "elsewhere")]
    # A folder that loops back into the first one.
    folders.append({**folder("open", "deep")})
    files = [file(1, "route planning", parents=["deep"]), file(2, "route", parents=["closed"])]
    google.on(FILES, holding(files, folders))
    port = drive(google)
    found = await port.find(TENANT, MAILBOX, "route planning", 9)
    assert [each.id for each in found] == ["f1"]
    asked = len(google.asked)
    await port.find(TENANT, MAILBOX, "route planning", 9)
    # The folders are known for a while.
    assert len(google.asked) == asked + 1


async def test_a_question_asks_for_two_of_its_words_at_least_and_is_escaped(
    google: Exchanges,
) -> None:
    google.on(FILES, holding([]))
    folders = ("o'pen\\", "other")
    await drive(google, *folders).find(TENANT, MAILBOX, "Delivery' windows and or routing", 3)
    query = google.asked[-1].query["q"][0]
    assert "('o\\'pen\\\\' in parents or 'other' in parents) and trashed = false" in query
    assert "(fullText contains 'delivery' and fullText contains 'windows')" in query
    assert "fullText contains 'windows' and fullText contains 'routing'" in query


@pytest.mark.parametrize("question", ["", "the and of", "🚚🚚", "a b c"])
async def test_a_question_without_words_asks_nothing(google: Exchanges, question: str) -> None:
    assert await drive(google).find(TENANT, MAILBOX, question, 3) == ()
    assert google.asked == []


async def test_a_tenant_that_allowed_nothing_is_offered_nothing(google: Exchanges) -> None:
    assert await drive(google).find(TenantId("tenant-c"), MAILBOX, "route planning", 3) == ()

    async def asked(tenant_id: TenantId) -> Sequence[str]:
        return (" ", "")

    clock = FixedClock(NOW)
    port = GoogleDrive(client_at(google.url), clock, folders=asked)
    assert await port.find(TENANT, MAILBOX, "route planning", 3) == ()
    assert google.asked == []


async def test_a_failure_is_told(google: Exchanges) -> None:
    google.on(FILES, refused(403, "userRateLimitExceeded"))
    with pytest.raises(Unavailable):
        await drive(google).find(TENANT, MAILBOX, "route planning", 3)
