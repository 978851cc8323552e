"""Automatic mail: foreign mails that the weights were not learned from, and what headers decide."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from salesagent_core.domain.replies.reply import read_message

LABELLED = Path(__file__).parent.parent / "data" / "judgement" / "automatic.jsonl"
MOST_OF_PEOPLE_WRONG = 0.02
LEAST_FOUND = 0.8


def taken_for_a_programs(subject: str, body: str, **headers: str) -> bool:
    mail = EmailMessage()
    mail["From"] = "Ida Berg <ida@customer.example>"
    mail["To"] = "mia@ourshop.example"
    if subject:
        mail["Subject"] = subject
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(body)
    reading = read_message(mail.as_bytes())
    return reading.auto_reply or reading.bounce is not None


def test_mails_of_strangers_are_told_apart() -> None:
    cases = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    found = {True: [], False: []}  # type: dict[bool, list[bool]]
    for case in cases:
        told = taken_for_a_programs(case["subject"], case["body"], **case["headers"])
        found[case["automatic"]].append(told)
    assert len(cases) > 400
    assert sum(found[False]) <= MOST_OF_PEOPLE_WRONG * len(found[False])
    assert sum(found[True]) >= LEAST_FOUND * len(found[True])


NOTICE = "I am out of the office until Monday and will answer when I am back."
PERSON = "Thanks, Thursday at ten suits us. Could you bring the price list?"


@pytest.mark.parametrize(
    ("headers", "body", "automatic"),
    [
        ({"Auto-Submitted": "auto-replied"}, PERSON, True),
        ({"Auto-Submitted": "no"}, NOTICE, False),
        ({"Return-Path": "<>"}, PERSON, True),
        ({"X-Autoreply": "yes"}, PERSON, True),
        ({"X-Autoreply": "no"}, PERSON, False),
        ({"X-Auto-Response-Suppress": "All"}, PERSON, False),
        ({"Precedence": "list", "List-Id": "<team.customer.example>"}, PERSON, False),
        ({}, NOTICE, True),
        ({}, PERSON, False),
    ],
)
def test_headers_decide_where_they_are_there(
    headers: dict[str, str], body: str, automatic: bool
) -> None:
    assert taken_for_a_programs("Re: Your enquiry", body, **headers) is automatic


def test_an_automatic_reply_that_somebody_quotes_is_theirs() -> None:
    body = (
        "I am back, sorry for the robot. Please send the offer again.\n\n"
        "On Monday Ida Berg wrote:\n"
        "> This is an automated reply. I am out of the office until Monday.\n"
        "> In urgent cases please contact office@customer.example.\n"
    )
    assert not taken_for_a_programs("Re: Automatic reply: Your enquiry", body)
