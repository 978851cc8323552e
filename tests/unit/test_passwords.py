"""Which passwords are refused, and what somebody is told about it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.login.passwords import ArgonPasswords
from salesagent_core.domain.passwords import MIN_BESIDE, context_problem, known_words, left_beside

ABOUT = ("bo.berger@acme-freight.example", "Bo Berger", "Acme Logistics GmbH")


@pytest.mark.parametrize(
    "password",
    [
        "bo.berger@acme-freight.example",
        "Berger2026!Berger",
        "acme logistics 2026",
        "AcmeLogistics-Sommer",
        "8erger-B3rger-1999",
        "S4lesagent!2026",
        "sales agent 123",
        "acme-freight.example",
    ],
)
def test_what_everybody_knows_of_its_owner_is_no_password(password: str) -> None:
    problem = context_problem(password, ABOUT)
    assert problem is not None
    assert "your name, your address, your company" in problem.what


def test_words_of_ones_own_beside_enough_others_are_fine() -> None:
    for password in ("lamp river orbit mint", "berger lamp river orbit", "acme quilt harbor onion"):
        assert context_problem(password, ABOUT) is None


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=MIN_BESIDE, max_size=40).filter(lambda text: any(map(str.isalnum, text))))
def test_a_known_word_never_makes_a_password_better(word: str) -> None:
    words = known_words([word])
    assert left_beside(word, words) == 0
    assert left_beside(f"quilt harbor {word}", words) <= len("quiltharbor")


def test_leaked_and_common_ones_are_refused_with_the_reason_in_words() -> None:
    judge = ArgonPasswords(memory_kib=64, passes=1)
    told = {
        "iloveyou123456": "leaked",
        "1qaz2wsx3edc4rfv": "leaked",
        "P@ssw0rd12345": "leaked",
        "abcabcabcabcabc": "repeats itself",
        "abcdefghijklmnop": "guessed early",
    }
    for password, why in told.items():
        assert why in (judge.weakness(password, ()) or ""), password
    assert judge.weakness("lamp river orbit mint", known_words(ABOUT)) is None
