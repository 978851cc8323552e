"""What a mail that came in says about the one it answers."""

from __future__ import annotations

import pytest

from salesagent_core.domain.outcomes.from_replies import (
    needs_a_person,
    noticed_in_bounce,
    noticed_in_reply,
)
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.domain.replies.bounce import Bounce, may_be_bounce
from salesagent_core.domain.replies.intent import ReplyIntent, read_reply_intent
from salesagent_core.domain.replies.reply import MessageReading

REPLIED = OutcomeType.EMAIL_REPLIED
GOOD, BAD = OutcomeType.POSITIVE_RESPONSE, OutcomeType.NEGATIVE_RESPONSE
WANTED = {
    ReplyIntent.INTERESTED: {REPLIED, GOOD},
    ReplyIntent.MEETING_REQUEST: {REPLIED, GOOD},
    ReplyIntent.MEETING_CONFIRMED: {REPLIED, GOOD},
    ReplyIntent.REFERRAL: {REPLIED, GOOD},
    ReplyIntent.POSITIVE_FEEDBACK: {REPLIED, GOOD},
    ReplyIntent.QUESTION: {REPLIED},
    ReplyIntent.OBJECTION: {REPLIED},
    ReplyIntent.NOT_NOW: {REPLIED},
    ReplyIntent.UNCLEAR: {REPLIED},
    ReplyIntent.NOT_INTERESTED: {REPLIED, BAD},
    ReplyIntent.UNSUBSCRIBE: {OutcomeType.EMAIL_UNSUBSCRIBED, BAD},
    ReplyIntent.OUT_OF_OFFICE: set(),
    ReplyIntent.BOUNCE: set(),
}


@pytest.mark.parametrize("intent", ReplyIntent)
def test_every_intent_has_its_outcomes(intent: ReplyIntent) -> None:
    reading = MessageReading(reply_text="…", intent=intent)
    found = noticed_in_reply(reading)
    assert {each.type for each in found} == WANTED[intent]
    assert all(each.intent is intent for each in found)
    assert needs_a_person(reading) is (intent is ReplyIntent.UNCLEAR)


@pytest.mark.parametrize("intent", ReplyIntent)
def test_a_program_never_replies(intent: ReplyIntent) -> None:
    automatic = MessageReading(reply_text="…", intent=intent, auto_reply=True)
    returned = MessageReading(reply_text="…", intent=intent, bounce=Bounce(recipients=()))
    for reading in (automatic, returned):
        assert noticed_in_reply(reading) == ()
        assert not needs_a_person(reading)


def test_bounces_for_good_for_now_and_not_yet() -> None:
    hard = noticed_in_bounce(hard=True, delayed=False)
    soft = noticed_in_bounce(hard=False, delayed=False)
    assert hard is not None
    assert soft is not None
    assert hard.type is soft.type is OutcomeType.EMAIL_BOUNCED
    assert (hard.final, soft.final) == (True, False)
    assert hard.confidence > soft.confidence
    assert noticed_in_bounce(hard=False, delayed=True) is None


@pytest.mark.parametrize(
    ("sender", "subject", "worth"),
    [
        ("mailer-daemon@googlemail.com", "Delivery Status Notification (Failure)", True),
        ("postmaster@firm.example", "", True),
        ("", "anything", True),
        ("noreply@hoster.example", "Undelivered Mail Returned to Sender", True),
        ("system@hoster.example", "Unzustellbar: Ihre Anfrage", True),
        ("kim@firm.example", "Re: Routing for 40 trucks", False),
        ("news@shop.example", "Our delivery times this week", False),
    ],
)
def test_what_is_worth_reading_for_a_bounce(sender: str, subject: str, worth: bool) -> None:
    assert may_be_bounce(sender, subject) is worth


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Thank you, but we are not interested.", ReplyIntent.NOT_INTERESTED),
        ("Danke, aber wir haben kein Interesse.", ReplyIntent.NOT_INTERESTED),
        ("Merci, mais nous ne sommes pas intéressés.", ReplyIntent.NOT_INTERESTED),
        ("Gracias, pero no estamos interesados.", ReplyIntent.NOT_INTERESTED),
        (
            "Not interested in the add-on, but we would like to see the demo.",
            ReplyIntent.MEETING_REQUEST,
        ),
        (
            "Thanks, but we're not interested in the add-on, but we'd like to see the demo.",
            ReplyIntent.MEETING_REQUEST,
        ),
    ],
)
def test_a_refusal_after_a_thank_you_is_a_refusal(text: str, intent: ReplyIntent) -> None:
    assert read_reply_intent(text) is intent
