"""Mail that came in: the labelled set, and mail that is broken on purpose."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.opt_out.judgement import asks_to_stop
from salesagent_core.domain.replies.intent import ReplyIntent, read_reply_intent
from salesagent_core.domain.replies.own_text import own_text
from salesagent_core.domain.replies.reply import read_message
from salesagent_core.domain.text.html_text import html_to_text

DATA = Path(__file__).resolve().parents[1] / "data" / "judgement"
MESSAGES = [json.loads(line) for line in (DATA / "messages.jsonl").read_text().splitlines()]
INTENTS = [json.loads(line) for line in (DATA / "intents.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case["id"])
def test_a_labelled_message(case: dict[str, object]) -> None:
    reading = read_message(base64.b64decode(str(case["raw"])))
    kind = "bounce" if reading.bounce else "auto_reply" if reading.auto_reply else "human"
    assert kind == case["kind"]
    assert reading.intent == case.get("intent", reading.intent)
    assert reading.reply_text == case.get("text", reading.reply_text)
    if reading.bounce:
        found = [[one.address, one.status, one.hard] for one in reading.bounce.recipients]
        assert found == case["recipients"]


def test_no_opt_out_of_the_labelled_set_is_missed() -> None:
    missed = [
        case["text"]
        for case in INTENTS
        if case.get("intent") == "unsubscribe"
        and read_reply_intent(case["text"]) is not ReplyIntent.UNSUBSCRIBE
    ]
    assert missed == []


def test_most_intents_of_the_labelled_set_are_read() -> None:
    right = sum(
        read_reply_intent(case["text"]) == case["intent"] for case in INTENTS if "intent" in case
    )
    assert right >= 0.97 * sum("intent" in case for case in INTENTS)


def test_answers_between_quotes_stay() -> None:
    text = "> Is Tuesday fine?\nYes.\n> How many seats?\nAbout 40.\n\nSent from my iPhone"
    assert own_text(text) == "Yes.\nAbout 40."


def test_what_a_person_does_not_see_is_no_text() -> None:
    markup = "<style>p{}</style><p>Hello</p><div style='display: none'>secret</div><!-- x -->"
    assert html_to_text(markup) == "Hello"


def test_an_accepted_invitation_is_a_confirmed_meeting() -> None:
    raw = (
        b"From: a@example.com\nSubject: Accepted: Demo\n"
        b"Content-Type: text/calendar; method=REPLY\n\n"
        b"BEGIN:VCALENDAR\nMETHOD:REPLY\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.com\n"
    )
    reading = read_message(raw)
    assert (reading.intent, reading.auto_reply) == (ReplyIntent.MEETING_CONFIRMED, False)


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    raw = (
        b"From: a@example.com\nSubject: Read: Offer\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nYour message was read.\n--b--\n"
    )
    reading = read_message(raw)
    assert reading.auto_reply
    assert reading.bounce is None


LIKE_A_GATEWAY = b"""Subject: [Postmaster] Email Delivery Failure
From: "Mail Delivery System" <mailer-daemon@gateway.example>
To: sales@house.example

This is a delivery failure notification message indicating that
an email sales@house.example addressed to email address :
-- jo@acme.example

With subject Re: Vans could not be delivered. The problem appears to be :
-- Recipient server unavailable or busy

Additional information follows :
-- 4.4.4 Temporary server error. Please try again later
"""
LIKE_A_MAILBOX_SERVER = b"""From: Mail Delivery Subsystem <admin@acme.example>
To: sales@house.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="15778/mail"
Subject: Automatically rejected mail
Auto-Submitted: auto-replied (rejected)

--15778/mail
Content-Type: text/plain; charset=utf-8

Your message to <jo@acme.example> was automatically rejected:
Quota exceeded
--15778/mail
Content-Type: message/disposition-notification

Final-Recipient: rfc822; jo@acme.example
Disposition: automatic-action/MDN-sent-automatically; deleted

--15778/mail--
"""
LIKE_A_PROVIDER = """Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.provider.example>
Subject: Ваше сообщение не доставлено. Mail failure.
To: sales@house.example
Content-Type: text/plain; charset=utf-8

К сожалению, Ваше письмо не может быть доставлено:

  Message was not accepted -- invalid mailbox.
 Local mailbox jo@acme.example is unavailable: user not found
""".encode()


@pytest.mark.parametrize(
    ("raw", "hard"),
    [(LIKE_A_GATEWAY, False), (LIKE_A_MAILBOX_SERVER, False), (LIKE_A_PROVIDER, True)],
    ids=["gateway", "mailbox server", "provider"],
)
def test_a_bounce_in_a_style_of_its_own(raw: bytes, hard: bool) -> None:
    bounce = read_message(raw).bounce
    assert bounce is not None
    assert [(one.address, one.hard) for one in bounce.recipients] == [("jo@acme.example", hard)]


def test_a_person_who_quotes_a_bounce_is_no_bounce() -> None:
    words = b"From: Jo <jo@acme.example>\nSubject: Is this address right?\n\nI got this:\n\n"
    reading = read_message(words + LIKE_A_MAILBOX_SERVER.partition(b"\n\n")[2])
    assert reading.bounce is None


@given(st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_any_octets_are_read(raw: bytes) -> None:
    assert read_message(raw).intent in set(ReplyIntent)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 5_000_000,
        b"Content-Type: text/html\n\n" + b"<div>" * 2_000_000,
        b"Subject: x\n\n" + b"> On 3 wrote:\n" * 700_000,
        b"Subject: x\n\n" + b"stop " * 2_000_000,
        b"From: mailer-daemon@x.example\nSubject: failure notice\n\n" + b"a@b.example " * 800_000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
            for n in range(50_000)
        ),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 2_000_000,
        b"X: " + b"=?utf-8?b?" * 900_000,
    ],
    ids=["empty", "binary", "html", "quotes", "words", "addresses", "nested", "parts", "header"],
)
def test_a_hostile_mail_takes_bounded_time(raw: bytes) -> None:
    start = time.process_time()
    read_message(raw)
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    "text", ["unsubscribr me", "STOP!", "ｕｎｓｕｂｓｃｒｉｂｅ".lower(), "baja"]
)
def test_short_orders_are_opt_outs(text: str) -> None:
    from salesagent_core.domain.text.folding import bare_text

    assert asks_to_stop(bare_text(text))
