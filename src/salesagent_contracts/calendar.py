"""What every calendar must do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from salesagent_contracts.stages import MAILBOX, STRANGER, TENANT, MailStage
from salesagent_core.domain.scheduling import Busy
from salesagent_core.errors import NeedsReauth, Rejected, Unavailable

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
END = START + timedelta(days=7)


def at(day: int, hour: int) -> datetime:
    return START + timedelta(days=day, hours=hour)


async def test_an_empty_calendar_is_free(stage: MailStage) -> None:
    assert await stage.calendar.busy(TENANT, MAILBOX, START, END) == ()


async def test_spans_come_in_order_and_may_overlap(stage: MailStage) -> None:
    stage.event(at(2, 9), at(2, 10))
    stage.event(at(1, 9), at(1, 12))
    stage.event(at(1, 11), at(1, 13))
    busy = await stage.calendar.busy(TENANT, MAILBOX, START, END)
    assert busy == (
        Busy(start=at(1, 9), end=at(1, 12)),
        Busy(start=at(1, 11), end=at(1, 13)),
        Busy(start=at(2, 9), end=at(2, 10)),
    )


async def test_what_only_touches_the_window_counts_and_what_ends_before_does_not(
    stage: MailStage,
) -> None:
    stage.event(START - timedelta(hours=1), START + timedelta(hours=1))
    stage.event(START - timedelta(hours=2), START)
    stage.event(END, END + timedelta(hours=1))
    busy = await stage.calendar.busy(TENANT, MAILBOX, START, END)
    assert [span.end for span in busy] == [START + timedelta(hours=1)]


async def test_a_whole_day_is_a_day_where_the_owner_is(stage: MailStage) -> None:
    stage.event(date(2026, 11, 24), date(2026, 11, 25))
    (span,) = await stage.calendar.busy(TENANT, MAILBOX, START, END)
    # Berlin is an hour ahead of UTC in November.
    assert span == Busy(
        start=datetime(2026, 11, 23, 23, tzinfo=UTC), end=datetime(2026, 11, 24, 23, tzinfo=UTC)
    )


async def test_what_is_marked_free_is_free(stage: MailStage) -> None:
    stage.event(at(1, 9), at(1, 10), busy=False)
    assert await stage.calendar.busy(TENANT, MAILBOX, START, END) == ()


async def test_titles_never_leave_the_calendar(stage: MailStage) -> None:
    stage.event(at(1, 9), at(1, 10))
    assert "Secret title" not in repr(await stage.calendar.busy(TENANT, MAILBOX, START, END))


@pytest.mark.parametrize(
    ("start", "end"),
    [(END, START), (START, START), (START, START + timedelta(days=400))],
)
async def test_a_senseless_window_is_rejected(
    stage: MailStage, start: datetime, end: datetime
) -> None:
    with pytest.raises(Rejected):
        await stage.calendar.busy(TENANT, MAILBOX, start, end)


async def test_a_failure_is_told_and_never_looks_like_a_free_day(stage: MailStage) -> None:
    stage.event(at(1, 9), at(1, 10))
    stage.fails("calendar.busy", lambda: Unavailable("down"))
    with pytest.raises(Unavailable):
        await stage.calendar.busy(TENANT, MAILBOX, START, END)
    assert await stage.calendar.busy(TENANT, MAILBOX, START, END)


async def test_a_revoked_or_foreign_calendar_needs_connecting(stage: MailStage) -> None:
    with pytest.raises(NeedsReauth):
        await stage.calendar.busy(STRANGER, MAILBOX, START, END)
    stage.revoke()
    with pytest.raises(NeedsReauth):
        await stage.calendar.busy(TENANT, MAILBOX, START, END)
