"""A draft is held against its voice: words, marks, length, and one thing asked."""

from __future__ import annotations

import time

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.finding import Severity
from salesagent_core.domain.voice import HOUSE_VOICE, VoiceProfile, check_voice
from salesagent_core.errors import InvalidInput

GOOD = """Hello Ann,

Thank you for your message about the new CRM. We have worked with teams of your size.

Would one of these half hours suit you for a first talk?

- Tue 24 Nov, 10:00 (Berlin, CET)
- Wed 25 Nov, 14:00 (Berlin, CET)

Best regards
Bo Example

Example Ltd, 1 Test Street, Sometown
You get this mail because you wrote to us. Want no more of it? Let me know.
"""


def codes(
    body: str, subject: str = "Your question", profile: VoiceProfile = HOUSE_VOICE
) -> list[str]:
    return [each.code for each in check_voice(subject, body, profile)]


def test_an_ordinary_mail_has_no_findings() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    "phrase",
    [
        "synergy",
        "Synergies",
        "leverage",
        "leveraged",
        "Leveraging",
        "circle back",
        "circling back",
        "circled back",
        "touch base",
        "touching  base",
        "low-hanging fruit",
        "low hanging fruits",
        "Low-Hanging Fruit",
        "move the needle",
        "moving the needle",
        "moved the\nneedle",
        "bandwidth",
        "bandwidth's",
        "syn\u200bergy",
        "ѕynergy",
    ],
)
def test_prohibited_words_are_found_in_every_form(phrase: str) -> None:
    body = f"Hello Ann,\n\nWe should talk about {phrase} soon.\n\nBest regards\nBo"
    (found,) = check_voice("Hello", body, HOUSE_VOICE)
    assert found.code == "voice_prohibited_word"
    assert found.severity is Severity.REVIEW
    assert body[found.start : found.end] == phrase


@pytest.mark.parametrize(
    "phrase", ["band width", "the circle is back", "synergetics", "a database", "fruit basket"]
)
def test_other_words_are_left_alone(phrase: str) -> None:
    assert codes(f"Hello Ann,\n\nThis is {phrase} here.\n\nBest regards\nBo") == []


def test_the_subject_is_read_too() -> None:
    (found,) = check_voice("Let's leverage this", GOOD, HOUSE_VOICE)
    assert found.part == "subject"
    assert "Let's leverage this"[found.start : found.end] == "leverage"


def test_prohibited_marks() -> None:
    assert codes("Hello Ann,\n\nGreat news!! Really.\n\nBest regards") == [
        "voice_prohibited_punctuation"
    ]
    calm = attrs.evolve(HOUSE_VOICE, prohibited_punctuation=("!",))
    found = check_voice("Hi!", "Yes!", calm)
    assert [each.part for each in found] == ["subject", "body"]


def test_a_list_belongs_to_the_paragraph_before_it() -> None:
    longer = GOOD.replace("Would one", "We have a guide for that.\n\nWould one")
    assert codes(longer) == []
    assert codes(longer.replace("- ", "")) == ["voice_too_many_paragraphs"]


def test_a_fourth_paragraph_is_one_too_many() -> None:
    three = "Hello Ann,\n\nOne.\n\nTwo.\n\nThree.\n\n{}Best regards\nBo"
    assert codes(three.format("")) == []
    body = three.format("Four.\n\n")
    (found,) = check_voice("Hello", body, HOUSE_VOICE)
    assert found.code == "voice_too_many_paragraphs"
    assert body[found.start : found.end] == "Four."
    assert codes(body, profile=attrs.evolve(HOUSE_VOICE, max_paragraphs=4)) == []


def test_greeting_and_sign_off_are_known_in_four_languages() -> None:
    for greeting, sign_off in (
        ("Guten Tag Frau Muster,", "Mit freundlichen Grüßen"),
        ("Bonjour Madame,", "Bien cordialement,"),
        ("Estimada Ana:", "Saludos cordiales"),
        ("Dear Ann,", "Kind regards, Bo"),
    ):
        body = f"{greeting}\n\nOne.\n\nTwo.\n\nThree.\n\n{sign_off}\nBo Example\n\nExample Ltd"
        assert codes(body) == [], greeting


def test_thanks_in_a_sentence_is_no_sign_off() -> None:
    body = "Hello Ann,\n\nThanks for writing.\n\nTwo.\n\nThree.\n\nFour."
    assert codes(body) == ["voice_too_many_paragraphs"]


def test_too_long_counts_the_content_only() -> None:
    body = "Hello Ann,\n\n" + "word " * 180 + "\n\nBest regards\nBo Example of Example Ltd"
    assert codes(body) == []
    assert codes(body.replace("word ", "word word ", 1)) == ["voice_too_long"]


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Would Tuesday suit you?", False),
        ("Would Tuesday suit you? Or rather Wednesday?", True),
        ("Would Tuesday suit you? If not, let me know what does.", False),
        ("Would Tuesday suit you?\n\nPlease sign up on our site.", True),
        ("Let me know.\n\nClick the link.", True),
        ("Passt Ihnen Dienstag? Was kostet Ihre heutige Lösung?", True),
        ("Faites-moi savoir.\n\nQuel jour vous convient ?", True),
        ("¿Le va bien el martes? ¿O el jueves?", True),
        ("See https://example.com/a?b=c&d=e for more.", False),
        ("We have time on Tuesday.", False),
    ],
)
def test_one_mail_asks_for_one_thing(text: str, several: bool) -> None:
    found = codes(f"Hello Ann,\n\n{text}\n\nBest regards\nBo")
    assert found == (["voice_several_asks"] if several else [])


def test_a_style_that_differs_is_only_told() -> None:
    terse = attrs.evolve(HOUSE_VOICE, samples=40, sentence_words=6.0)
    (found,) = check_voice("Hello", "Hello Ann,\n\n" + "word " * 30 + "\n\nBest\nBo", terse)
    assert (found.code, found.severity) == ("voice_long_sentences", Severity.INFO)


def test_the_defaults_of_the_house() -> None:
    assert VoiceProfile() == HOUSE_VOICE
    assert (HOUSE_VOICE.max_paragraphs, HOUSE_VOICE.slots_offered) == (3, 3)
    assert HOUSE_VOICE.calls_to_action == 1
    assert "low-hanging fruit" in HOUSE_VOICE.prohibited_words
    assert HOUSE_VOICE.greeting_in("de") == "Guten Tag"
    assert HOUSE_VOICE.greeting_in("sv") == HOUSE_VOICE.greeting
    assert HOUSE_VOICE.sign_off_in("fr") == "Bien cordialement"


@pytest.mark.parametrize(
    "wrong", [{"formality": 1.1}, {"max_paragraphs": 0}, {"postscripts": -1}, {"slots_offered": -1}]
)
def test_a_profile_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        attrs.evolve(HOUSE_VOICE, **wrong)  # type: ignore[arg-type]


@given(st.text(max_size=200), st.text(max_size=400), st.lists(st.text(max_size=10), max_size=3))
def test_findings_lie_inside_the_text(subject: str, body: str, extra: list[str]) -> None:
    profile = attrs.evolve(
        HOUSE_VOICE, prohibited_words=tuple(extra), prohibited_punctuation=tuple(extra)
    )
    for found in check_voice(subject, body, profile):
        text = subject if found.part == "subject" else body
        assert 0 <= found.start <= found.end <= len(text)


@pytest.mark.parametrize(
    "body",
    ["!" * 10**7, "\n" * 10**7, "? " * 10**6, "touch " * 10**6, "- \n" * 10**6, "a" * 10**7],
)
def test_a_wall_of_anything_is_answered_in_bounded_time(body: str) -> None:
    started = time.process_time()
    check_voice("Hello", body, HOUSE_VOICE)
    assert time.process_time() - started < 30
