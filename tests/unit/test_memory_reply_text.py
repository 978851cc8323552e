"""Quotes and signatures go, the author's words stay."""

from __future__ import annotations

import time

import pytest

from salesagent_adapters.memory.reply_text import own_text


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 3 Nov 2026 at 10:00, Maya <maya@ours.example> wrote:\n> Hello",
        "On Mon, 3 Nov 2026 at 10:00, Maya Lind\n<maya@ours.example> wrote:\n> Hello",
        "Am 3. Nov. 2026 um 10:00 schrieb Maya <maya@ours.example>:\n> Hallo",
        "Le lun. 3 nov. 2026 à 10:00, Maya a écrit :\n> Bonjour",
        "El lun, 3 nov 2026, Maya escribió:\n> Hola",
        "-----Original Message-----\nFrom: Maya",
        "From: Maya\nSent: Monday\nTo: Tom\nSubject: x\n\nHello",
        "> only a quoted line",
        "-- \nTom\nMoorland Dairy",
    ],
)
def test_what_others_wrote_is_taken_away(quote: str) -> None:
    assert own_text(f"Yes, please.\r\n\r\n{quote}") == "Yes, please."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote: nothing came.\nPlease call.",
        "From: Leeds to York we drive daily.",
        "One - two -- three",
        "",
    ],
)
def test_ordinary_sentences_stay(text: str) -> None:
    assert own_text(text) == text


def test_an_answer_between_quotes_is_kept() -> None:
    assert own_text("> Shall we?\nYes.\n> When?\nMonday.") == "Yes.\nMonday."


@pytest.mark.parametrize(
    "text", ["On " * 3_000_000, "x\n" * 1_000_000, "On x\n" * 300_000, ">" * 8_000_000]
)
def test_a_huge_mail_is_read_in_time(text: str) -> None:
    began = time.process_time()
    own_text(text)
    assert time.process_time() - began < 30
