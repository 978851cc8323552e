"""What a mailbox does with drafts once somebody sends them, and what its history tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from salesagent_adapters.memory.mail_rules import bare_subject, same_subject
from salesagent_adapters.memory.mailbox_state import HISTORY_KEPT, MailboxState
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import InvalidInput, NotFound
from salesagent_core.ids import TenantId

ADDRESS = "seller@ours.example"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def mailbox(clock: FixedClock) -> MailboxState:
    return World(clock).connect_mailbox(TenantId("t"), ADDRESS)


def put(mailbox: MailboxState) -> str:
    return mailbox.put_draft(
        OutgoingMail(key="k", sender=ADDRESS, to="a@b.example", subject="Hi", text="Hello")
    )


def test_sending_consumes_the_draft_and_makes_another_message(mailbox: MailboxState) -> None:
    draft_id = put(mailbox)
    draft = mailbox.draft(draft_id)
    sent = mailbox.send_draft(draft_id)
    assert sent.id != draft.id
    assert sent.message_id != draft.message_id
    assert sent.thread_id == draft.thread_id
    assert (sent.key, sent.text) == ("k", "Hello")
    with pytest.raises(NotFound):
        mailbox.send_draft(draft_id)


def test_history_tells_of_the_send_until_it_expires(
    mailbox: MailboxState, clock: FixedClock
) -> None:
    draft_id = put(mailbox)
    noted = mailbox.history_id
    sent = mailbox.send_draft(draft_id)
    changes = mailbox.changes_since(noted)
    assert [(entry.change, entry.mail_id == sent.id) for entry in changes] == [
        ("messageDeleted", False),
        ("messageAdded", True),
    ]
    clock.advance(HISTORY_KEPT + timedelta(hours=1))
    put(mailbox)
    with pytest.raises(NotFound):
        mailbox.changes_since(noted)
    assert len(mailbox.changes_since(mailbox.history_id - 1)) == 1


def test_a_persons_edit_keeps_our_key(mailbox: MailboxState) -> None:
    draft_id = put(mailbox)
    mailbox.human_edits(draft_id, text="Changed", subject="Hi there")
    edited = mailbox.draft(draft_id)
    assert (edited.key, edited.text, edited.subject) == ("k", "Changed", "Hi there")


def test_what_was_revoked_comes_back_whole() -> None:
    world = World(FixedClock(NOW))
    mailbox = world.connect_mailbox(TenantId("t"), ADDRESS)
    draft_id = put(mailbox)
    mailbox.revoke()
    assert world.connect_mailbox(TenantId("t"), ADDRESS.upper()) is mailbox
    assert mailbox.draft(draft_id).text == "Hello"


def test_a_naive_time_is_refused(mailbox: MailboxState) -> None:
    with pytest.raises(InvalidInput):
        mailbox.receive(sender="a@b.example", subject="x", text="y", at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_same_seed_gives_the_same_ids() -> None:
    made = [put(World(FixedClock(NOW), seed=5).connect_mailbox(TenantId("t"), ADDRESS))
            for _ in range(2)]  # fmt: skip
    assert made[0] == made[1]


@pytest.mark.parametrize("subject", ["Re: Offer", "RE: re: offer", "AW: Fwd:  Offer ", "offer"])
def test_reply_marks_do_not_make_another_subject(subject: str) -> None:
    assert same_subject(subject, "Offer")


@pytest.mark.parametrize("subject", ["Reply: Offer", "Offers", "", "Re:Offer 2"])
def test_other_words_do(subject: str) -> None:
    assert not same_subject(subject, "Offer")


def test_a_wall_of_marks_is_read_in_time() -> None:
    assert bare_subject("Re: " * 20_000 + "x") == "x"
