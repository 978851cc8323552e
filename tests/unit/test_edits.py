"""An edit is material when the text says something else afterwards."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.edits import is_material_edit, likeness

BODY = (
    "Hello Maria,\n\nthanks for asking about routing. Our planner handles mixed fleets of your "
    "size, and teams like yours usually start with one depot before they bring in the others. "
    "We would gladly show you how it looks with a fleet such as yours, and what the first weeks "
    "are like for the people who plan the tours every morning at the depot.\n\n"
    "Would Tue 24 Nov, 10:00 suit you?\n\nBest regards\nMax Berger"
)


def material(after: str, subject: str = "Routing for 40 trucks") -> bool:
    return is_material_edit(("Routing for 40 trucks", BODY), (subject, after))


@pytest.mark.parametrize(
    "after",
    [
        BODY,
        BODY.replace("\n\n", "\n\n\n"),
        BODY.replace("Hello Maria,", "Hello Maria!"),
        BODY.replace("Best regards", "best regards"),
        BODY.replace("gladly", "happily"),
    ],
)
def test_polish_is_not_material(after: str) -> None:
    assert not material(after)


@pytest.mark.parametrize(
    "after",
    [
        BODY.replace("24 Nov", "25 Nov"),
        BODY.replace("10:00", "10:30"),
        BODY.replace("handles", "does not handle"),
        BODY.replace("gladly", "gladly and for 5 %"),
        BODY + "\nhttps://example.com/prices",
        BODY + "\nWrite to me: max@example.com",
        BODY.partition("We would")[0],
        "Something else altogether.",
        "",
    ],
)
def test_another_fact_a_negation_or_a_rewrite_is(after: str) -> None:
    assert material(after)


def test_the_subject_counts_too() -> None:
    assert material(BODY, "Something else")
    assert not material(BODY, "routing for 40 trucks.")


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=100)
def test_likeness_is_symmetric_and_one_for_the_same(one: str, other: str) -> None:
    assert likeness(one, one) == 1.0
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0.0 <= likeness(one, other) <= 1.0


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=100)
def test_it_does_not_matter_which_came_first(one: str, other: str) -> None:
    assert is_material_edit(("s", one), ("s", other)) == is_material_edit(("s", other), ("s", one))


@pytest.mark.parametrize("text", ["." * 2_000_000, "a." * 500_000, "a " * 500_000, "\0\n" * 10**6])
def test_a_huge_text_takes_bounded_time(text: str) -> None:
    began = time.monotonic()
    is_material_edit(("s", text), ("s", text + "end"))
    assert time.monotonic() - began < 10
