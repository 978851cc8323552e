"""What changed between two texts."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_app.web.changes import GONE, KEPT, NEW, Change, changes

texts = st.text(alphabet="ab \n<", max_size=40)


@settings(max_examples=100)
@given(before=texts, after=texts)
def test_both_texts_can_be_read_off_the_changes(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(one.text for one in found if one.kind != NEW) == before
    assert "".join(one.text for one in found if one.kind != GONE) == after
    assert all(one.text for one in found)


def test_a_changed_word_is_shown_as_that_word() -> None:
    assert changes("for 40 trucks, now", "for forty trucks, now") == (
        Change(kind=KEPT, text="for "),
        Change(kind=GONE, text="40"),
        Change(kind=NEW, text="forty"),
        Change(kind=KEPT, text=" trucks, now"),
    )


def test_the_longest_texts_are_compared_in_time() -> None:
    before, after = "a b " * 5_000, "b c " * 5_000
    began = time.perf_counter()
    changes(before, after)
    changes("x\n" * 10_000, "y\nx\n" * 5_000)
    assert time.perf_counter() - began < 2.0
