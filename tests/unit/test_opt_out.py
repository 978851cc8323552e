"""Opt-outs by classes of words: misspelt, in any order, beside plain business, in bounded time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.opt_out.judgement import asks_to_stop
from salesagent_core.domain.opt_out.words import one_slip
from salesagent_core.domain.text.folding import bare_text

LABELLED = Path(__file__).parent.parent / "data" / "judgement" / "intents.jsonl"
CASES = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def test_labelled_mail_about_something_else_is_no_opt_out() -> None:
    others = [case["text"] for case in CASES if case.get("intent", "") != "unsubscribe"]
    assert [text for text in others if asks_to_stop(bare_text(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "Please erase my address.",
        "My address, please erase it.",
        "kontaktiren Sie uns nicht mehr",
        "Wir bitten, den Versand der Mails zu unterlassen und einzustellen",
        "plus jamais de mail, merci",
        "no vuelvan a escribirnos",
    ],
)
def test_the_order_of_words_and_one_wrong_letter_do_not_matter(text: str) -> None:
    assert asks_to_stop(bare_text(text))


@given(st.sampled_from(["unsubscribe", "kontaktieren", "desinscrire"]), st.data())
@settings(max_examples=60, deadline=None)
def test_one_letter_less_is_one_slip(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    assert one_slip(word[:place] + word[place + 1 :], word)
    assert not one_slip("x" + word, word)


@pytest.mark.parametrize("piece", ["stop ", "don't ", "mail, ", "hor ", "a@", "x"])
def test_ten_megabytes_are_read_in_bounded_time(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    started = time.monotonic()
    asks_to_stop(text)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "Your unsubscribe link is broken, please do it manually.",
        "Der Link zum Abmelden geht nicht.",
        "Que sea el último correo, por favor.",
        "No need to write to me again.",
    ],
)
def test_who_tried_to_leave_or_wants_the_last_mail_opts_out(text: str) -> None:
    assert asks_to_stop(bare_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "N'arrêtez pas là, envoyez la suite !",
        "What happens to our data if we cancel?",
        "Nimm Peter bitte aus der Einladung, er ist krank.",
        "No me llames el lunes, el martes a las 11 sí.",
        "Our last provider kept mailing people who had unsubscribed.",
    ],
)
def test_the_words_of_an_opt_out_alone_are_none(text: str) -> None:
    assert not asks_to_stop(bare_text(text))
