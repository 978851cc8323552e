"""A voice is learned by counting, holds no names, and follows the operator's edits."""

from __future__ import annotations

import time

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.voice import HOUSE_VOICE
from salesagent_core.domain.voice_learning import (
    is_material_edit,
    learn_voice,
    refine_voice,
    similarity,
)

CASUAL = [
    f"Hey {name},\n\nGot it! I'll check with the team. We're on it. Does Friday work for you?\n\n"
    "Cheers\nBo\n\nPS: the coffee is on us!"
    for name in ("Zelda", "Yannick", "Xerxes", "Wanda")
]
FORMAL = [
    f"Dear Ms {name},\n\nThank you very much for your detailed enquiry regarding the integration"
    " of our platform with your existing systems, which I have forwarded to our specialists."
    " They will examine the matter carefully and I shall report to you in due course.\n\n"
    "Yours sincerely\nBo Example"
    for name in ("Zelda", "Yannick", "Xerxes")
]
GERMAN = [
    "Sehr geehrte Frau Muster,\n\nvielen Dank für Ihre Nachricht. Ich sende Ihnen die Unterlagen"
    " gerne zu.\n\nMit freundlichen Grüßen\nBo Beispiel"
]


def test_habits_are_measured() -> None:
    voice = learn_voice("bo", CASUAL)
    assert (voice.name, voice.samples) == ("bo", 4)
    assert (voice.greeting, voice.sign_off) == ("Hey", "Cheers")
    assert voice.questions == 1
    assert voice.postscripts == 1
    assert voice.contractions == pytest.approx(0.5)
    assert voice.sentence_words == pytest.approx((2 + 5 + 4 + 5) / 4, abs=1)
    assert dict(voice.punctuation)["!"] == 1


def test_a_formal_writer_is_told_from_a_casual_one() -> None:
    casual, formal = learn_voice("a", CASUAL), learn_voice("b", FORMAL)
    assert casual.formality < 0.3 < 0.8 < formal.formality
    assert casual.sentence_words < formal.sentence_words
    assert casual.typical_words < formal.typical_words


def test_greetings_are_learned_per_language() -> None:
    voice = learn_voice("bo", [*CASUAL, *GERMAN])
    assert voice.greeting_in("en") == "Hey"
    assert voice.greeting_in("de") == "Sehr geehrte"
    assert voice.sign_off_in("de") == "Mit freundlichen Grüßen"
    assert voice.greeting_in("fr") == "Bonjour", "the house's, where nothing was seen"


def test_no_names_are_kept() -> None:
    text = repr(learn_voice("bo", CASUAL + FORMAL + GERMAN)).casefold()
    for name in ("zelda", "yannick", "xerxes", "wanda", "muster", "beispiel"):
        assert name not in text


def test_a_name_that_every_mail_mentions_is_not_vocabulary() -> None:
    mails = [f"{mail}\n".replace("the team", "Quentin from the team") for mail in CASUAL]
    assert "quentin" not in repr(learn_voice("bo", mails)).casefold()


def test_words_that_several_mails_share_are_the_vocabulary() -> None:
    assert "carefully" in learn_voice("bo", FORMAL).vocabulary
    assert "carefully" not in learn_voice("bo", FORMAL[:2]).vocabulary


@pytest.mark.parametrize("mails", [[], ["", " \n"], ["!!!"]])
def test_nothing_to_learn_from_is_the_house_voice(mails: list[str]) -> None:
    assert learn_voice("bo", mails) == attrs.evolve(HOUSE_VOICE, name="bo")


def test_settings_are_not_learned() -> None:
    voice = learn_voice("bo", FORMAL)
    assert voice.prohibited_words == HOUSE_VOICE.prohibited_words
    assert voice.max_paragraphs == HOUSE_VOICE.max_paragraphs


BEFORE = (
    "Hello Ann,\n\nThank you for the message that you sent to us about our product last week."
    "\n\nBest regards\nBo"
)
AFTER = "Hi Ann,\n\nThanks for the message. It's great. We can help.\n\nCheers\nBo"


def test_edits_move_the_profile_a_little_towards_the_operator() -> None:
    once = refine_voice(HOUSE_VOICE, BEFORE, AFTER)
    assert once.sentence_words < HOUSE_VOICE.sentence_words
    assert once.formality < HOUSE_VOICE.formality
    assert once.greeting_in("en") == "Hi"
    assert once.sign_off_in("en") == "Cheers"
    voice = HOUSE_VOICE
    for _ in range(60):
        voice = refine_voice(voice, BEFORE, AFTER)
    assert voice.sentence_words == pytest.approx(10 / 3, abs=0.5)


def test_an_edit_that_keeps_the_style_changes_nothing() -> None:
    assert refine_voice(HOUSE_VOICE, BEFORE, BEFORE + "\n") is HOUSE_VOICE
    assert refine_voice(HOUSE_VOICE, BEFORE, "") is HOUSE_VOICE
    assert refine_voice(HOUSE_VOICE, BEFORE, BEFORE.replace("week", "month")) == HOUSE_VOICE


def test_similarity_of_known_texts() -> None:
    assert similarity("one two", "one  two\n") == 1
    assert similarity("one two three", "four five six") == 0
    assert similarity("", "") == 1
    assert similarity("", "word") == 0
    assert 0.4 < similarity("one two three four", "one two three five") < 0.8


texts = st.text(alphabet="ab .?\n", max_size=60)


@given(texts, texts)
def test_similarity_is_a_symmetric_share(a: str, b: str) -> None:
    assert 0 <= similarity(a, b) <= 1
    assert similarity(a, b) == similarity(b, a)
    assert similarity(a, a) == 1


LONG = "We can meet on Tuesday at 10:00 to go through it with you. " * 6


@pytest.mark.parametrize(
    ("after", "material"),
    [
        (LONG, False),
        (LONG.replace("go through it", "look at it", 1), False),
        (LONG.replace("10:00", "11:00", 1), True),
        (LONG + "See https://example.com/x", True),
        ("Something else entirely.", True),
    ],
)
def test_a_material_edit_changes_much_or_a_fact(after: str, material: bool) -> None:
    assert is_material_edit(LONG, after) is material


@given(st.text(max_size=300))
def test_any_mail_can_be_learned_from(mail: str) -> None:
    voice = learn_voice("x", [mail])
    assert 0 <= voice.formality <= 1
    refine_voice(voice, mail, BEFORE)


def test_huge_mails_are_read_in_bounded_time() -> None:
    started = time.process_time()
    learn_voice("x", ["a " * 3_000_000, "\n" * 3_000_000, "?" * 3_000_000])
    similarity("a " * 500_000, "a b " * 250_000)
    assert time.process_time() - started < 30
