"""What every mailbox must tell of what happened in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from salesagent_contracts.stages import MAILBOX, STRANGER, TENANT, MailStage
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NeedsReauth, Unavailable
from salesagent_core.ports.mail_sender import HistoryExpired

LEAD = "lead@buyer.example"
MAIL = OutgoingMail(key="run-1", sender=MAILBOX, to=LEAD, subject="Hi", text="Hello")


async def test_what_came_and_what_went_is_told_in_order_and_once(stage: MailStage) -> None:
    stage.receives(LEAD, "Before")
    point = await stage.sender.present(TENANT, MAILBOX)
    assert (await stage.history.changed_since(TENANT, MAILBOX, point)).thread_ids == ()
    first, message_id = stage.receives(LEAD, "Routes")
    second, _ = stage.receives("other@buyer.example", "Prices")
    stage.answers(LEAD, "Re: Routes", "Yes", message_id)
    changes = await stage.history.changed_since(TENANT, MAILBOX, point)
    assert changes.thread_ids == (first, second)
    later = await stage.history.changed_since(TENANT, MAILBOX, changes.point)
    assert later.thread_ids == ()


async def test_an_unsent_draft_is_no_change_and_a_sent_one_is(stage: MailStage) -> None:
    stage.receives(LEAD, "Before")
    point = await stage.sender.present(TENANT, MAILBOX)
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, MAIL)
    quiet = await stage.history.changed_since(TENANT, MAILBOX, point)
    assert quiet.thread_ids == ()
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    changes = await stage.history.changed_since(TENANT, MAILBOX, quiet.point)
    assert changes.thread_ids == (sent.thread_id,)


async def test_history_of_last_week_is_gone(stage: MailStage) -> None:
    stage.receives(LEAD, "Before")
    point = await stage.sender.present(TENANT, MAILBOX)
    stage.receives(LEAD, "After", days_ago=0)
    stage.pass_time(timedelta(days=8))
    for old in (point, "yesterday"):
        with pytest.raises(HistoryExpired):
            await stage.history.changed_since(TENANT, MAILBOX, old)


async def test_a_failure_never_looks_like_a_quiet_mailbox(stage: MailStage) -> None:
    stage.receives(LEAD, "Before")
    point = await stage.sender.present(TENANT, MAILBOX)
    stage.fails("mailbox.changed_since", lambda: Unavailable("down"))
    with pytest.raises(Unavailable):
        await stage.history.changed_since(TENANT, MAILBOX, point)
    with pytest.raises(NeedsReauth):
        await stage.history.changed_since(STRANGER, MAILBOX, point)
    stage.revoke()
    with pytest.raises(NeedsReauth):
        await stage.history.changed_since(TENANT, MAILBOX, point)
