"""What became of a mail: an answer, a bounce, an opt-out comes in, and things change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import attrs
import pytest
from sqlalchemy import text
from tests.e2e.autonomy_stage import Stage, deciding_office, served
from tests.e2e.test_sending_flow import LEAD, MAILBOX, Office

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.mailbox_state import MailboxState
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.domain.run import DeadLetter
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.calendar_events import Meeting, MeetingStatus
from salesagent_core.ports.crm_deals import Deal
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.detect_outcomes import DetectKind
from salesagent_core.use_cases.record_outcome import Told

OTHER = "lee.other@else.example"
SENT, REPLIED = OutcomeType.EMAIL_SENT, OutcomeType.EMAIL_REPLIED


@attrs.frozen
class Desk:
    """The office, with mail that went out and people who answer it."""

    office: Office

    @property
    def mailbox(self) -> MailboxState:
        return self.office.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)

    async def sent(self, email: str = LEAD) -> tuple[Draft, StoredMail]:
        """A mail that was approved by a person, went out, and was noted."""
        draft = await self.office.drafted(email)
        await self.office.approve(draft)
        await self.office.work()
        assert await self.office.status(draft.id) is DraftStatus.SENT
        await self.follow()
        mail = next(one for one in self.office.sent() if one.recipients == (email,))
        return draft, mail

    async def follow(self) -> None:
        """The sweeper's findings about sent mail are worked off."""
        for topic in (Topic.FOLLOW_UP, Topic.WATCH):
            ids = await self.office.make.backlog().due(topic, 50)
            await self.office.handlers[topic](list(ids))

    async def look(self) -> None:
        """Five minutes pass, and the mailbox is looked into."""
        await self.shift("outcome_watches", "due_at", timedelta(hours=2))
        await self.follow()

    async def shift(self, table: str, column: str, by: timedelta) -> None:
        statement = text(f"UPDATE {table} SET {column} = {column} - CAST(:by AS interval)")
        async with self.office.make.database().across_tenants() as connection:
            await connection.execute(statement, {"by": by})

    def answers(self, mail: StoredMail, words: str, **more: Any) -> StoredMail:
        """The recipient answers in the thread."""
        given: dict[str, Any] = {
            "sender": mail.recipients[0],
            "subject": f"Re: {mail.subject}",
            "text": words,
            "in_reply_to": mail.message_id,
        }
        return self.mailbox.receive(**{**given, **more})

    def comes_back(self, raw: bytes) -> None:
        """A server reports."""
        self.mailbox.receive(
            sender="mailer-daemon@mx.example",
            subject="Delivery Status Notification",
            text="It could not be delivered.",
            raw=raw,
        )

    async def known(self, email: str = LEAD) -> list[Outcome]:
        found = await self.office.make.read_outcomes().of_contact(DEFAULT_TENANT, email)
        outcomes: tuple[Outcome, ...] = found.outcomes
        return list(outcomes)

    async def types(self, email: str = LEAD) -> set[OutcomeType]:
        return {each.type for each in await self.known(email)}

    async def letters(self) -> tuple[DeadLetter, ...]:
        found: tuple[DeadLetter, ...] = await self.office.make.queries().dead_letters(
            DEFAULT_TENANT
        )
        return found

    async def reasons(self, email: str = LEAD) -> set[SuppressionReason]:
        entries = await self.office.make.manage_suppressions().covering(DEFAULT_TENANT, email)
        return {each.reason for each in entries}

    async def aps(self, draft: Draft) -> float:
        queue = await self.office.make.queries().queue(DEFAULT_TENANT)
        return float(next(one.aps for one in queue.entries if one.card.id == draft.id))

    async def order(self) -> list[str]:
        queue = await self.office.make.queries().queue(DEFAULT_TENANT)
        return [one.card.email for one in queue.entries]

    async def approved(self, email: str = LEAD) -> bool:
        async with self.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            return bool(await tx.approved_recipients.holds(email))


@pytest.fixture
async def desk(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    office = deciding_office(database_url, vault)
    many = Limits(per_contact=7, per_mailbox=200, per_company=50)
    await office.make.control_sending().set_limits(DEFAULT_TENANT, many, who="a", why="tests")
    yield Desk(office)
    await office.make.database().close()


def bounce(mail: StoredMail, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A report by RFC 3464."""
    report = EmailMessage()
    report["From"] = "Mail Delivery Subsystem <mailer-daemon@mx.example>"
    report["To"] = MAILBOX
    report["Subject"] = "Delivery Status Notification (Failure)"
    report["Message-ID"] = "<dsn-1@mx.example>"
    body = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "MIME-Version: 1.0\r\n"
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in report.items())
    return (
        f"{head}{body}\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt was not delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {mail.recipients[0]}\r\nAction: {action}\r\n"
        f"Status: {status}\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_friendly_reply_lifts_the_next_draft_and_makes_a_known_good_recipient(
    desk: Desk,
) -> None:
    draft, mail = await desk.sent()
    assert await desk.types() == {SENT}
    waiting, rival = await desk.office.drafted(), await desk.office.drafted(OTHER)
    before = await desk.aps(waiting)
    assert await desk.order() == [LEAD, OTHER], "equal scores, the older one first"
    reply = desk.answers(mail, "Sounds great, we are interested. Could we talk on Tuesday?")
    await desk.look()
    found = {each.type: each for each in await desk.known()}
    assert found.keys() == {SENT, REPLIED, OutcomeType.POSITIVE_RESPONSE}
    assert found[REPLIED].occurred_at == reply.at
    assert found[REPLIED].draft_id == draft.id
    assert found[REPLIED].intent in {"interested", "meeting_request"}
    assert await desk.aps(waiting) == pytest.approx(before + 8 + 0.9 * 6, abs=0.1)
    assert await desk.approved()
    assert await desk.reasons() == set()
    assert await desk.aps(rival) < await desk.aps(waiting)
    await desk.look()
    await desk.look()
    assert len(await desk.known()) == 3, "looking again records nothing twice"


async def test_a_refusal_lowers_the_priority_and_the_queue_turns_round(desk: Desk) -> None:
    _, mail = await desk.sent()
    await desk.office.drafted()
    await desk.office.drafted(OTHER)
    assert await desk.order() == [LEAD, OTHER]
    desk.answers(mail, "Thank you, but we are not interested.", subject=f"Re: {mail.subject}")
    await desk.look()
    assert OutcomeType.NEGATIVE_RESPONSE in await desk.types()
    # They answered at all, which weighs more than the refusal takes away.
    assert await desk.order() == [LEAD, OTHER]
    for day in range(3):
        at = datetime.now(UTC) - timedelta(days=day)
        told = Told(type="meeting_no_show", email=LEAD, occurred_at=at)
        await desk.office.make.record_outcome().by_hand(DEFAULT_TENANT, told, who="o-1")
    assert await desk.order() == [OTHER, LEAD]
    assert not await desk.approved()


async def test_an_opt_out_suppresses_at_once_and_is_no_reply(desk: Desk) -> None:
    _, mail = await desk.sent()
    desk.answers(mail, "Please remove me from your list and stop emailing me.")
    await desk.look()
    assert await desk.types() == {
        SENT,
        OutcomeType.EMAIL_UNSUBSCRIBED,
        OutcomeType.NEGATIVE_RESPONSE,
    }
    assert await desk.reasons() == {SuppressionReason.REPLIED_STOP}
    desk.answers(mail, "STOP")
    await desk.look()
    opted = [e for e in await desk.known() if e.type is OutcomeType.EMAIL_UNSUBSCRIBED]
    assert len(opted) == 1, "who says it twice has opted out once"


async def test_the_link_in_the_mail_is_an_outcome_too(desk: Desk) -> None:
    _, mail = await desk.sent()
    link = message_from_bytes(mail.raw)["List-Unsubscribe"].strip("<>")
    await desk.office.make.manage_suppressions().unsubscribe(link.rpartition("/")[2])
    assert await desk.types() == {SENT, OutcomeType.EMAIL_UNSUBSCRIBED}
    desk.answers(mail, "unsubscribe")
    await desk.look()
    opted = [e for e in await desk.known() if e.type is OutcomeType.EMAIL_UNSUBSCRIBED]
    assert len(opted) == 1


async def test_a_hard_bounce_suppresses_and_a_delay_says_nothing(desk: Desk) -> None:
    _, mail = await desk.sent()
    desk.comes_back(bounce(mail, "4.4.1", "delayed"))
    await desk.look()
    assert await desk.types() == {SENT}
    desk.comes_back(bounce(mail))
    desk.comes_back(bounce(mail))
    await desk.look()
    assert [e.type for e in await desk.known()] == [OutcomeType.EMAIL_BOUNCED, SENT]
    assert await desk.reasons() == {SuppressionReason.BOUNCED}


async def test_a_full_mailbox_is_a_bounce_and_nobody_is_suppressed(desk: Desk) -> None:
    _, mail = await desk.sent()
    raw = bounce(mail, "4.2.2")
    desk.mailbox.receive(
        sender="postmaster@mx.example", subject="Undelivered mail", text="full", raw=raw
    )
    await desk.look()
    (bounced,) = [e for e in await desk.known() if e.type is OutcomeType.EMAIL_BOUNCED]
    assert bounced.confidence == 0.5
    assert await desk.reasons() == set()


async def test_an_absence_is_no_reply(desk: Desk) -> None:
    _, mail = await desk.sent()
    desk.answers(
        mail,
        "I am out of the office until 12 January and will answer then.",
        subject=f"Automatic reply: {mail.subject}",
        headers=(("Auto-Submitted", "auto-replied"),),
    )
    await desk.look()
    assert await desk.types() == {SENT}
    assert await desk.letters() == ()


async def test_what_nobody_can_read_for_certain_goes_to_a_person(desk: Desk) -> None:
    draft, mail = await desk.sent()
    desk.answers(mail, "Hm. Blue, I think.")
    await desk.look()
    await desk.look()
    assert await desk.types() == {SENT, REPLIED}
    (letter,) = await desk.letters()
    assert (letter.subject_kind, letter.subject_id) == ("reply", draft.id)
    assert letter.code == "unclear_reply"
    settle = desk.office.make.settle_dead_letter()
    await settle.resolve(DEFAULT_TENANT, letter.id, by="o-1", note="a joke")
    await desk.shift("outcome_watches", "due_at", timedelta(hours=2))
    await desk.follow()
    assert await desk.letters() == ()


async def test_a_colleague_is_not_the_person(desk: Desk) -> None:
    _, mail = await desk.sent()
    boss = "boss@firm.example"
    desk.answers(mail, "We are not interested, please stop writing to me.", sender=boss)
    await desk.look()
    assert await desk.types() == {SENT}
    assert await desk.reasons() == set()
    assert await desk.reasons(boss) == {SuppressionReason.REPLIED_STOP}
    (letter,) = await desk.letters()
    assert letter.code == "reply_by_other"


async def test_mail_of_strangers_is_not_read(desk: Desk) -> None:
    await desk.sent()
    desk.mailbox.receive(sender="news@shop.example", subject="Sale", text="Buy now")
    before = desk.mailbox.spent()
    await desk.look()
    assert desk.mailbox.spent() - before == 5, "listed, never opened"
    assert await desk.types() == {SENT}


async def test_a_lost_answer_of_the_mailbox_only_delays(desk: Desk) -> None:
    _, mail = await desk.sent()
    desk.answers(mail, "Yes, I am interested.")
    mailbox = desk.mailbox
    mailbox.revoke()
    await desk.look()
    assert await desk.types() == {SENT}
    mailbox.reconnect()
    await desk.look()
    assert REPLIED in await desk.types()


async def test_many_workers_that_look_at_once_record_once(desk: Desk) -> None:
    _, mail = await desk.sent()
    desk.answers(mail, "Yes, I am interested.")
    detect = desk.office.make.detect_outcomes()
    found = await asyncio.gather(
        *(detect.now(DEFAULT_TENANT, DetectKind.REPLIES) for _ in range(8))
    )
    assert sum(each.recorded.get(REPLIED, 0) for each in found) == 1
    assert len(await desk.known()) == 3


async def test_a_deal_moves_by_the_order_of_its_pipeline(desk: Desk) -> None:
    draft, _ = await desk.sent()
    crm = desk.office.world.tenant(DEFAULT_TENANT).crm
    owner = draft.lead.person.crm_id
    assert owner is not None
    detect = desk.office.make.detect_outcomes()

    async def at(stage: str, position: int, **more: Any) -> set[OutcomeType]:
        deal = Deal(
            crm_id="d1",
            pipeline_id="p",
            stage_id=stage,
            position=position,
            changed_at=datetime.now(UTC),
            **more,
        )
        crm.deals["d1"] = (owner, deal)
        found = await detect.now(DEFAULT_TENANT, DetectKind.DEALS)
        return set(found.recorded)

    assert await at("zz_first", 0) == {OutcomeType.DEAL_CREATED}
    assert await at("aa_second", 1) == {OutcomeType.DEAL_STAGE_ADVANCED}
    assert await at("aa_second", 1) == set()
    assert await at("zz_first", 0) == {OutcomeType.DEAL_STAGE_REGRESSED}
    assert await at("won", 5, closed=True, won=True) == {OutcomeType.DEAL_WON}


async def test_a_deal_that_stood_there_before_the_mail_is_none_of_its_doing(desk: Desk) -> None:
    first = await desk.office.drafted()
    owner = first.lead.person.crm_id
    assert owner is not None
    old = datetime.now(UTC) - timedelta(days=9)
    deal = Deal(crm_id="d1", pipeline_id="p", stage_id="s", position=2, changed_at=old)
    desk.office.world.tenant(DEFAULT_TENANT).crm.deals["d1"] = (owner, deal)
    await desk.sent()
    await desk.office.make.detect_outcomes().now(DEFAULT_TENANT, DetectKind.DEALS)
    assert await desk.types() == {SENT}


async def test_a_meeting_is_booked_moved_and_held(desk: Desk) -> None:
    await desk.sent()
    calendar = desk.office.world.calendar(DEFAULT_TENANT, MAILBOX)
    detect = desk.office.make.detect_outcomes()

    async def at(hours: float, status: MeetingStatus, *people: str) -> set[OutcomeType]:
        start = datetime.now(UTC) + timedelta(hours=hours)
        calendar.meetings["m1"] = Meeting(
            meeting_id="m1",
            start=start,
            end=start + timedelta(minutes=30),
            attendees=people,
            status=status,
            updated=datetime.now(UTC),
        )
        found = await detect.now(DEFAULT_TENANT, DetectKind.MEETINGS)
        return set(found.recorded)

    on = MeetingStatus.CONFIRMED
    assert await at(5, on, "stranger@firm.example") == set()
    assert await at(5, on, LEAD) == {OutcomeType.MEETING_BOOKED}
    assert await at(9, on, LEAD) == {OutcomeType.MEETING_RESCHEDULED}
    assert await at(-2, on, LEAD) == {OutcomeType.MEETING_RESCHEDULED, OutcomeType.MEETING_HELD}
    assert await at(-2, on, LEAD) == set(), "it is settled"
    assert await desk.approved()


async def test_a_meeting_that_was_called_off_is_missed_when_its_time_is_over(desk: Desk) -> None:
    await desk.sent()
    calendar = desk.office.world.calendar(DEFAULT_TENANT, MAILBOX)
    detect = desk.office.make.detect_outcomes()
    start = datetime.now(UTC) + timedelta(hours=1)
    meeting = Meeting(
        meeting_id="m1",
        start=start,
        end=start + timedelta(minutes=30),
        attendees=(LEAD,),
        status=MeetingStatus.CONFIRMED,
        updated=datetime.now(UTC),
    )
    calendar.meetings["m1"] = meeting
    await detect.now(DEFAULT_TENANT, DetectKind.MEETINGS)
    calendar.meetings["m1"] = attrs.evolve(meeting, status=MeetingStatus.CANCELLED)
    found = await detect.now(DEFAULT_TENANT, DetectKind.MEETINGS)
    assert found.recorded == {}, "it may still be put back"
    assert await desk.types() == {SENT, OutcomeType.MEETING_BOOKED}


async def test_silence_is_an_outcome_after_a_fortnight(desk: Desk) -> None:
    draft, mail = await desk.sent()
    other, _ = await desk.sent(OTHER)
    desk.answers(mail, "Yes, I am interested.")
    await desk.look()
    for table, column in (("send_attempts", "created_at"), ("drafts", "follow_due_at")):
        await desk.shift(table, column, timedelta(days=15))
    make = desk.office.make
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        (attempt,) = await tx.sends.of_draft(other.id)
        assert attempt.sent is not None
        long_ago = attempt.sent.sent_at - timedelta(days=15)
        await tx.sends.save(
            attrs.evolve(attempt, sent=attrs.evolve(attempt.sent, sent_at=long_ago))
        )
    await desk.follow()
    assert OutcomeType.NO_RESPONSE in await desk.types(OTHER)
    assert OutcomeType.NO_RESPONSE not in await desk.types()
    assert draft.id != other.id


async def test_a_complaint_about_a_mail_that_went_alone_costs_its_trust(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesagent_core.domain.sending.gate.next_sending_time", lambda now, _: now)
    async with served(deciding_office(database_url, vault)) as stage:
        await went_alone(stage)
        desk = Desk(stage.office)
        (mail,) = stage.office.sent()
        desk.answers(mail, "Unsubscribe me at once!")
        await desk.look()
        segment = await stage.segment("cold:english_leads")
        assert segment["stage"] == "shadow"
        assert segment["changed"]["reason"]["code"] == "demoted_unsubscribe"
        assert await desk.reasons("lead1@firm1.example") == {SuppressionReason.REPLIED_STOP}


async def went_alone(stage: Stage) -> None:
    await stage.rule()
    await stage.stage("cold:english_leads", "auto")
    draft = await stage.lead()
    assert await stage.send(draft) is DraftStatus.SENT
    for topic in (Topic.FOLLOW_UP, Topic.WATCH):
        ids = await stage.office.make.backlog().due(topic, 50)
        await stage.office.handlers[topic](list(ids))
