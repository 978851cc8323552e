"""What every mailbox must do."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from salesagent_contracts.stages import MAILBOX, STRANGER, TENANT, MailStage
from salesagent_core.domain.conversation import Direction
from salesagent_core.domain.draft import content_hash
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.errors import NeedsReauth, NotFound, Rejected, Unavailable

LEAD = "lead@buyer.example"


def mail(**changes: object) -> OutgoingMail:
    made = OutgoingMail(
        key="run-1", sender=MAILBOX, to=LEAD, subject="Your question", text="Hello\n\nBest"
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]


# Reading


async def test_search_finds_the_person_first_then_the_company(stage: MailStage) -> None:
    old, _ = stage.receives(LEAD, "Older", days_ago=9)
    new, _ = stage.receives(LEAD, "Newer", days_ago=2)
    colleague, _ = stage.receives("other@sub.buyer.example", "Colleague", days_ago=1)
    stage.receives("nobody@elsewhere.example", "Unrelated")
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain="buyer.example", limit=10
    )
    assert [ref.thread_id for ref in found.threads] == [new, old, colleague]
    assert [ref.with_person for ref in found.threads] == [True, True, False]


async def test_search_without_a_company_finds_the_person_only(stage: MailStage) -> None:
    stage.receives("other@buyer.example", "Colleague")
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain=None, limit=10
    )
    assert found.threads == ()


async def test_a_domain_that_only_ends_alike_is_another_company(stage: MailStage) -> None:
    stage.receives("x@notbuyer.example", "Other company")
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain="buyer.example", limit=10
    )
    assert found.threads == ()


async def test_search_keeps_to_its_limit(stage: MailStage) -> None:
    for number in range(5):
        stage.receives(LEAD, f"Subject {number}")
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain=None, limit=3
    )
    assert len(found.threads) == 3


async def test_search_lags_but_reading_does_not(stage: MailStage) -> None:
    stage.lag(timedelta(minutes=5))
    thread_id, _ = stage.receives(LEAD, "Just now", days_ago=0)
    search = {"email": LEAD, "company_domain": None, "limit": 5}
    early = await stage.mailbox.search_threads(TENANT, MAILBOX, **search)  # type: ignore[arg-type]
    assert early.threads == ()
    assert (await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)).mails
    stage.pass_time(timedelta(minutes=6))
    late = await stage.mailbox.search_threads(TENANT, MAILBOX, **search)  # type: ignore[arg-type]
    assert [ref.thread_id for ref in late.threads] == [thread_id]


async def test_an_unsent_draft_is_no_conversation(stage: MailStage) -> None:
    await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    found = await stage.mailbox.search_threads(
        TENANT, MAILBOX, email=LEAD, company_domain="buyer.example", limit=5
    )
    assert found.threads == ()


async def test_a_thread_is_read_in_order_without_quotes_and_signatures(
    stage: MailStage,
) -> None:
    thread_id, first = stage.receives(
        LEAD, "Routes", "We need routes.\n-- \nLead, Buyer Ltd", attachments=("plan.pdf",)
    )
    quoted = "Gladly.\n\nOn Mon, 16 Nov 2026 at 10:02, Lead wrote:\n> We need routes."
    stage.answers(LEAD, "Re: Routes", quoted, first)
    thread = await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)
    assert thread.subject == "Routes"
    assert [m.text for m in thread.mails] == ["We need routes.", "Gladly."]
    assert [m.direction for m in thread.mails] == [Direction.INBOUND, Direction.OUTBOUND]
    assert thread.mails[0].attachments == ("plan.pdf",)
    assert thread.mails[0].message_id == first
    assert thread.mails[0].sent_at.tzinfo is not None


@pytest.mark.parametrize(
    "headers",
    [(("Auto-Submitted", "auto-replied"),), (("Precedence", "bulk"),), (("List-Id", "<x>"),)],
)
async def test_automatic_mail_is_marked(
    stage: MailStage, headers: tuple[tuple[str, str], ...]
) -> None:
    thread_id, _ = stage.receives(LEAD, "Out of office", headers=headers)
    thread = await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)
    assert thread.mails[0].automatic
    assert thread.last_inbound is None


async def test_a_bounce_is_automatic(stage: MailStage) -> None:
    thread_id, _ = stage.receives("mailer-daemon@buyer.example", "Undelivered")
    thread = await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)
    assert thread.mails[0].automatic


async def test_an_unknown_thread_is_not_found(stage: MailStage) -> None:
    with pytest.raises(NotFound):
        await stage.mailbox.read_thread(TENANT, MAILBOX, "00000000deadbeef")


async def test_a_reply_with_another_subject_starts_another_thread(stage: MailStage) -> None:
    thread_id, first = stage.receives(LEAD, "Routes")
    same = stage.answers(LEAD, "AW: routes", "Yes", first)
    split = stage.answers(LEAD, "Something else", "Yes", first)
    assert same == thread_id
    assert split != thread_id


# Drafts


async def test_a_draft_is_found_by_its_key_with_the_hash_of_what_it_holds(
    stage: MailStage,
) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    await stage.mailbox.create_draft(TENANT, MAILBOX, mail(key="run-2"))
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == (made,)
    assert made.content_hash == content_hash(LEAD, "Your question", "Hello\n\nBest")
    assert made.mailbox == MAILBOX


async def test_creating_twice_makes_two(stage: MailStage) -> None:
    one = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    two = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    assert one.draft_id != two.draft_id
    assert len(await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1")) == 2


async def test_an_update_keeps_the_draft_id_and_changes_the_message_id(
    stage: MailStage,
) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    changed = await stage.mailbox.update_draft(TENANT, MAILBOX, made.draft_id, mail(text="Other"))
    assert changed.draft_id == made.draft_id
    assert changed.message_id != made.message_id
    assert changed.thread_id == made.thread_id
    assert changed.content_hash == content_hash(LEAD, "Your question", "Other")
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == (changed,)


async def test_a_reply_joins_the_thread_when_all_three_agree(stage: MailStage) -> None:
    thread_id, first = stage.receives(LEAD, "Your question")
    made = await stage.mailbox.create_draft(
        TENANT,
        MAILBOX,
        mail(
            subject="Re: Your question",
            thread_id=thread_id,
            in_reply_to=first,
            references=(first,),
        ),
    )
    assert made.thread_id == thread_id
    # The thread's own text stays what was really exchanged.
    assert len((await stage.mailbox.read_thread(TENANT, MAILBOX, thread_id)).mails) == 1


@pytest.mark.parametrize("broken", ["subject", "references"])
async def test_a_mismatch_splits_the_thread(stage: MailStage, broken: str) -> None:
    thread_id, first = stage.receives(LEAD, "Your question")
    answers = () if broken == "references" else (first,)
    made = await stage.mailbox.create_draft(
        TENANT,
        MAILBOX,
        mail(
            subject="Another matter" if broken == "subject" else "Re: Your question",
            thread_id=thread_id,
            in_reply_to=answers[0] if answers else None,
            references=answers,
        ),
    )
    assert made.thread_id != thread_id


@pytest.mark.parametrize(
    "changes",
    [
        {"thread_id": "00000000deadbeef"},
        {"to": ""},
        {"to": "no-at.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "a@b.example\r\nBcc: x@y.example"},
        {"subject": "Hi\r\nBcc: x@y.example"},
        {"sender": "somebody@else.example"},
        {"to": "a" * 300 + "@b.example"},
    ],
)
async def test_an_invalid_mail_is_rejected_and_nothing_is_kept(
    stage: MailStage, changes: dict[str, str]
) -> None:
    with pytest.raises(Rejected):
        await stage.mailbox.create_draft(TENANT, MAILBOX, mail(**changes))
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()


async def test_deleting_twice_is_no_error(stage: MailStage) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    await stage.mailbox.delete_draft(TENANT, MAILBOX, made.draft_id)
    await stage.mailbox.delete_draft(TENANT, MAILBOX, made.draft_id)
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()


# People use the mailbox too


async def test_a_persons_edit_shows_in_the_hash(stage: MailStage) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    stage.human_edits_draft(made.draft_id, "Edited by hand")
    (found,) = await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1")
    assert found.draft_id == made.draft_id
    assert found.content_hash == content_hash(LEAD, "Your question", "Edited by hand")
    assert found.message_id != made.message_id


@pytest.mark.parametrize("act", ["human_sends_draft", "human_deletes_draft"])
async def test_a_draft_that_a_person_took_away_cannot_be_updated(
    stage: MailStage, act: str
) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    getattr(stage, act)(made.draft_id)
    with pytest.raises(NotFound):
        await stage.mailbox.update_draft(TENANT, MAILBOX, made.draft_id, mail())
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()


async def test_what_a_person_sent_is_part_of_the_thread_afterwards(stage: MailStage) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    stage.human_sends_draft(made.draft_id)
    thread = await stage.mailbox.read_thread(TENANT, MAILBOX, made.thread_id)
    assert [m.direction for m in thread.mails] == [Direction.OUTBOUND]
    assert thread.mails[0].id != made.message_id


# What goes wrong


async def test_a_revoked_token_parks_everything_until_reconnected(stage: MailStage) -> None:
    made = await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    stage.revoke()
    with pytest.raises(NeedsReauth):
        await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1")
    with pytest.raises(NeedsReauth):
        await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    stage.reconnect()
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == (made,)


async def test_another_tenant_cannot_use_the_mailbox(stage: MailStage) -> None:
    with pytest.raises(NeedsReauth):
        await stage.mailbox.find_drafts(STRANGER, MAILBOX, "run-1")


async def test_over_quota_it_says_when_to_come_back(stage: MailStage) -> None:
    stage.use_up_quota()
    with pytest.raises(Unavailable) as refused:
        await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    assert refused.value.retry_at is not None
    stage.pass_time(timedelta(minutes=1))
    await stage.mailbox.create_draft(TENANT, MAILBOX, mail())


async def test_a_lost_answer_leaves_a_draft_that_can_be_found(stage: MailStage) -> None:
    stage.fails("mailbox.create_draft", lambda: Unavailable("reset"), after=True)
    with pytest.raises(Unavailable):
        await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    assert len(await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1")) == 1


async def test_a_failed_request_leaves_nothing(stage: MailStage) -> None:
    stage.fails("mailbox.create_draft", lambda: Unavailable("refused"))
    with pytest.raises(Unavailable):
        await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
    assert await stage.mailbox.find_drafts(TENANT, MAILBOX, "run-1") == ()
    await stage.mailbox.create_draft(TENANT, MAILBOX, mail())
