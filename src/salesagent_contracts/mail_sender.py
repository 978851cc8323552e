"""What every mailbox must do about sending: once, and never kinder than the real one."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from salesagent_contracts.stages import MAILBOX, STRANGER, TENANT, MailStage
from salesagent_core.domain.draft import MailboxDraft, content_hash
from salesagent_core.domain.sending.composing import FOOTER_GONE, read_mail
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NeedsReauth, NotFound, RateLimited, Rejected, Unavailable
from salesagent_core.ports.mail_sender import FateUnknown, HistoryExpired, NotSent

LEAD = "lead@buyer.example"
MAIL = OutgoingMail(
    key="run-1",
    sender=MAILBOX,
    to=LEAD,
    subject="Your question",
    text="Hello\n\nBest",
    opt_out_url="https://app.ours.example/u/token",
    postal_address="Ours Ltd\n1 Road\nTown",
    sender_name="Zoë Ours",
)


async def drafted(stage: MailStage, **changes: object) -> MailboxDraft:
    mail = attrs.evolve(MAIL, **changes)  # type: ignore[arg-type]
    return await stage.mailbox.create_draft(TENANT, MAILBOX, mail)


async def send(stage: MailStage, draft: MailboxDraft) -> str:
    return (await stage.sender.send_draft(TENANT, MAILBOX, draft.draft_id)).message_id


# What is held


async def test_a_draft_is_held_as_it_was_put_without_the_footer(stage: MailStage) -> None:
    made = await drafted(stage)
    held = await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    assert (held.to, held.subject, held.text, held.key) == (
        (LEAD,),
        MAIL.subject,
        MAIL.text,
        "run-1",
    )
    assert (held.message_id, held.thread_id) == (made.message_id, made.thread_id)
    assert content_hash(LEAD, held.subject, held.text) == made.content_hash


async def test_a_persons_edit_is_seen(stage: MailStage) -> None:
    made = await drafted(stage)
    stage.human_edits_draft(made.draft_id, "By hand", subject="Another matter")
    held = await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    assert (held.subject, held.text, held.key) == ("Another matter", "By hand", "run-1")
    assert held.message_id != made.message_id


async def test_taking_the_opt_out_away_is_an_edit(stage: MailStage) -> None:
    made = await drafted(stage)
    stage.human_edits_draft(made.draft_id, MAIL.text, keeps_footer=False)
    held = await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    assert held.text == MAIL.text + FOOTER_GONE
    assert content_hash(LEAD, held.subject, held.text) != made.content_hash


# Sending


async def test_a_sent_draft_is_gone_and_every_id_is_new(stage: MailStage) -> None:
    made = await drafted(stage)
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    assert sent.message_id != made.message_id
    assert (sent.thread_id, sent.key, sent.to) == (made.thread_id, "run-1", (LEAD,))
    assert (sent.subject, sent.text) == (MAIL.subject, MAIL.text)
    assert sent.sent_at.tzinfo is not None
    with pytest.raises(NotFound):
        await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()


async def test_the_second_send_finds_nothing_and_sends_nothing(stage: MailStage) -> None:
    made = await drafted(stage)
    await send(stage, made)
    with pytest.raises(NotFound):
        await send(stage, made)
    assert len(await stage.sender.sent_in_thread(TENANT, MAILBOX, made.thread_id)) == 1


async def test_the_mailbox_gives_its_own_message_id(stage: MailStage) -> None:
    made = await drafted(stage)
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    kept = read_mail(stage.raw_sent(sent.message_id))
    assert kept.message_id == sent.rfc822_id
    assert kept.message_id is not None
    assert not kept.message_id.endswith("@ours.example>")


async def test_what_arrives_carries_letter_footer_and_one_click_opt_out(
    stage: MailStage,
) -> None:
    kept = read_mail(stage.raw_sent(await send(stage, await drafted(stage))))
    assert kept.letter == MAIL.text
    assert kept.footer[:3] == ("Ours Ltd", "1 Road", "Town")
    assert "https://app.ours.example/u/token" in kept.footer[-1]
    assert kept.opt_out_url == "https://app.ours.example/u/token"
    assert kept.one_click


async def test_an_answer_goes_into_its_thread(stage: MailStage) -> None:
    thread_id, first = stage.receives(LEAD, "Your question")
    made = await drafted(
        stage,
        subject="Re: Your question",
        thread_id=thread_id,
        in_reply_to=first,
        references=(first,),
    )
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    assert sent.thread_id == thread_id
    assert read_mail(stage.raw_sent(sent.message_id)).in_reply_to == first
    thread = await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)
    assert len(thread.mails) == 2


async def test_a_changed_subject_splits_the_thread_when_it_is_sent(stage: MailStage) -> None:
    thread_id, first = stage.receives(LEAD, "Your question")
    made = await drafted(
        stage,
        subject="Re: Your question",
        thread_id=thread_id,
        in_reply_to=first,
        references=(first,),
    )
    stage.human_edits_draft(made.draft_id, "Hello", subject="Something else")
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    assert sent.thread_id != thread_id


# Finding out afterwards


async def test_history_tells_what_was_sent_since(stage: MailStage) -> None:
    earlier = await drafted(stage, key="run-0")
    await send(stage, earlier)
    point = await stage.sender.present(TENANT, MAILBOX)
    assert await stage.sender.sent_since(TENANT, MAILBOX, point) == ()
    made = await drafted(stage)
    assert await stage.sender.sent_since(TENANT, MAILBOX, point) == ()
    sent = await stage.sender.send_draft(TENANT, MAILBOX, made.draft_id)
    assert await stage.sender.sent_since(TENANT, MAILBOX, point) == (sent,)
    assert await stage.sender.sent_in_thread(TENANT, MAILBOX, made.thread_id) == (sent,)


async def test_history_knows_a_mail_before_search_does(stage: MailStage) -> None:
    stage.lag(timedelta(minutes=5))
    point = await stage.sender.present(TENANT, MAILBOX)
    sent_id = await send(stage, await drafted(stage))
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain=None, limit=5
    )
    assert found.threads == ()
    (known,) = await stage.sender.sent_since(TENANT, MAILBOX, point)
    assert known.message_id == sent_id


async def test_history_of_last_week_is_gone(stage: MailStage) -> None:
    point = await stage.sender.present(TENANT, MAILBOX)
    await send(stage, await drafted(stage))
    stage.pass_time(timedelta(days=8))
    with pytest.raises(HistoryExpired):
        await stage.sender.sent_since(TENANT, MAILBOX, point)


async def test_an_unknown_thread_has_no_sent_mail(stage: MailStage) -> None:
    assert await stage.sender.sent_in_thread(TENANT, MAILBOX, "00000000deadbeef") == ()


# People


async def test_a_draft_that_a_person_sent_is_found_with_our_key(stage: MailStage) -> None:
    made = await drafted(stage)
    point = await stage.sender.present(TENANT, MAILBOX)
    stage.human_sends_draft(made.draft_id)
    with pytest.raises(NotFound):
        await send(stage, made)
    (found,) = await stage.sender.sent_since(TENANT, MAILBOX, point)
    assert (found.key, found.text) == ("run-1", MAIL.text)


async def test_a_draft_that_a_person_deleted_is_nowhere(stage: MailStage) -> None:
    made = await drafted(stage)
    point = await stage.sender.present(TENANT, MAILBOX)
    stage.human_deletes_draft(made.draft_id)
    with pytest.raises(NotFound):
        await send(stage, made)
    assert await stage.sender.sent_since(TENANT, MAILBOX, point) == ()
    assert await stage.sender.sent_in_thread(TENANT, MAILBOX, made.thread_id) == ()


async def test_a_mail_that_a_person_wrote_has_no_key(stage: MailStage) -> None:
    thread_id, first = stage.receives(LEAD, "Your question")
    stage.answers(LEAD, "Re: Your question", "By hand", first)
    (found,) = await stage.sender.sent_in_thread(TENANT, MAILBOX, thread_id)
    assert (found.key, found.text) == (None, "By hand")


# What goes wrong


async def test_a_lost_answer_left_a_mail_that_history_knows(stage: MailStage) -> None:
    made = await drafted(stage)
    point = await stage.sender.present(TENANT, MAILBOX)
    stage.fails("mailbox.send_draft", lambda: FateUnknown("connection reset"), after=True)
    with pytest.raises(FateUnknown):
        await send(stage, made)
    (found,) = await stage.sender.sent_since(TENANT, MAILBOX, point)
    assert found.key == "run-1"
    with pytest.raises(NotFound):
        await send(stage, made)


async def test_a_refused_request_left_the_draft(stage: MailStage) -> None:
    made = await drafted(stage)
    stage.fails("mailbox.send_draft", lambda: NotSent("connection refused"))
    with pytest.raises(NotSent):
        await send(stage, made)
    await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    await send(stage, made)


async def test_over_the_minutes_quota_nothing_is_sent_and_it_says_when(
    stage: MailStage,
) -> None:
    made = await drafted(stage)
    stage.use_up_quota_but(50)
    with pytest.raises(RateLimited) as refused:
        await send(stage, made)
    stage.pass_time(refused.value.retry_at - stage.clock.now())
    await send(stage, made)


async def test_over_the_days_mails_nothing_is_sent_and_it_says_when(stage: MailStage) -> None:
    made = await drafted(stage)
    stage.use_up_the_day()
    with pytest.raises(RateLimited) as refused:
        await send(stage, made)
    assert refused.value.retry_at == stage.clock.now() + timedelta(days=1)
    await stage.sender.read_draft(TENANT, MAILBOX, made.draft_id)
    stage.pass_time(timedelta(days=1))
    await send(stage, made)


async def test_a_revoked_token_sends_nothing_until_reconnected(stage: MailStage) -> None:
    made = await drafted(stage)
    stage.revoke()
    sender = stage.sender
    for call in (
        sender.read_draft(TENANT, MAILBOX, made.draft_id),
        sender.send_draft(TENANT, MAILBOX, made.draft_id),
        sender.present(TENANT, MAILBOX),
        sender.sent_since(TENANT, MAILBOX, "1000"),
        sender.sent_in_thread(TENANT, MAILBOX, made.thread_id),
    ):
        with pytest.raises(NeedsReauth):
            await call
    stage.reconnect()
    await send(stage, made)


async def test_another_tenant_cannot_send(stage: MailStage) -> None:
    made = await drafted(stage)
    with pytest.raises(NeedsReauth):
        await stage.sender.send_draft(STRANGER, MAILBOX, made.draft_id)
    with pytest.raises(NeedsReauth):
        await stage.sender.read_draft(STRANGER, MAILBOX, made.draft_id)


async def test_an_unreachable_mailbox_says_so(stage: MailStage) -> None:
    stage.fails("mailbox.present", lambda: Unavailable("down"))
    with pytest.raises(Unavailable):
        await stage.sender.present(TENANT, MAILBOX)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a" * 2_000 + "@b.example"},
        {"to": "a@\u0430pple.com"},
        {"text": "Hello\rBcc: x@y.example"},
        {"subject": "Hi\x0bthere"},
        {"postal_address": "Road\x00"},
        {"opt_out_url": "javascript:alert(1)"},
        {"sender_name": "Zoe\r\nBcc: x@y.example"},
    ],
)
async def test_a_mail_that_could_become_another_is_refused(
    stage: MailStage, changes: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        await drafted(stage, **changes)
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()
