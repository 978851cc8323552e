"""A list of words that keeps hashes answers as a set of them would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.text.word_list import WordList, common_words


@given(st.sets(st.text()), st.text())
def test_it_holds_what_it_was_given_and_nothing_else(words: set[str], other: str) -> None:
    held = WordList(words)
    assert all(word in held for word in words)
    assert (other in held) == (other in words)
    assert len(held) == len(words)


def test_a_language_knows_its_words_bare() -> None:
    assert "verlangerung" in common_words("de")
    assert "delay" in common_words("en")
    assert "Delay" not in common_words("en")
    assert "zzxqy" not in common_words("es")
