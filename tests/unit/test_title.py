"""Titles: the labelled set, and what must hold for any text."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.titles.title import (
    DECISION_MAKERS,
    DEPARTMENTS,
    Seniority,
    TitleReading,
    is_student_title,
    read_department,
    read_title,
)

LABELLED = Path(__file__).parent.parent / "data" / "judgement" / "titles.jsonl"
AIM = 0.97


def labelled() -> list[dict[str, str | None]]:
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def seniority(title: str | None) -> str:
    return read_title(title).seniority.value


def test_the_labelled_titles_are_read_as_people_read_them() -> None:
    rows = labelled()
    wrong = [
        (row["title"], row["seniority"], got)
        for row in rows
        if (got := seniority(row["title"])) != row["seniority"]
    ]
    assert len(rows) > 500
    assert 1 - len(wrong) / len(rows) >= AIM, wrong


def test_the_labelled_departments_are_found() -> None:
    rows = [row for row in labelled() if "department" in row]
    wrong = [
        (row["title"], row["department"], got)
        for row in rows
        if (got := read_title(row["title"]).department) != row["department"]
    ]
    assert 1 - len(wrong) / len(rows) >= AIM, wrong


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Assistant to the VP", "assistant"),
        ("Assistentin der Geschäftsführung", "assistant"),
        ("VP of Assistants", "vp"),
        ("Head of Sales", "head"),
        ("Leiter Einkauf", "head"),
        ("Directeur adjoint", "director"),
        ("Geschäftsführer", "c_level"),
        ("Geschaeftsfuehrerin", "c_level"),
        ("Chef de projet", "manager"),
        ("Product Owner", "individual"),
        ("Founder / Assistant coach", "c_level"),
        ("Former CEO", "unknown"),
        ("CEO Büro", "unknown"),
        ("Office Manager to the CEO", "manager"),
        ("Directora Comercial", "director"),
        ("Gerente", "manager"),
        ("Director General", "c_level"),
        ("Cheif Executive Officer", "c_level"),
        ("vice presidnet of IT", "vp"),
        ("Resident physician", "junior"),
        ("Sales directory clerk", "individual"),
        ("Ltg. Vertrieb", "head"),
        ("Gte. Gral.", "c_level"),
        ("Madame le Maire", "c_level"),
        ("Leiter Stabsstelle", "head"),
        ("Seniorberaterin", "senior"),
        ("Acheteuse en alternance", "junior"),
        ("Executive", "unknown"),
        ("Service commercial", "unknown"),
    ],
)
def test_the_titles_that_mislead(title: str, expected: str) -> None:
    assert seniority(title) == expected


@pytest.mark.parametrize("title", [None, "", "   ", "-", "???", "\u200b", "\x00\x00", "🙂"])
def test_what_says_nothing_is_unknown(title: str | None) -> None:
    assert read_title(title) == TitleReading(seniority=Seniority.UNKNOWN)


@pytest.mark.parametrize(
    "title", ["C\u200bE\u200bO", "СЕО", "ＣＥＯ", "\u202eCEO", "C.E.O.", "ceo", " CEO\t"]
)
def test_disguises_of_one_title_read_alike(title: str) -> None:
    assert seniority(title) == "c_level"


def test_only_leaders_decide() -> None:
    for row in labelled():
        reading = read_title(row["title"])
        assert reading.decision_maker == (reading.seniority in DECISION_MAKERS)


@given(st.text(max_size=400))
def test_any_text_has_a_defined_reading(text: str) -> None:
    reading = read_title(text)
    assert reading.seniority in Seniority
    assert reading.department is None or reading.department in DEPARTMENTS


TITLES = st.sampled_from([row["title"] or "" for row in labelled()])


@given(TITLES)
def test_case_and_outer_space_do_not_matter(title: str) -> None:
    assert read_title(f"  {title.lower()}  ") == read_title(title)


@given(TITLES, st.sampled_from(["Assistant to the ", "Executive Assistant to the "]))
def test_working_for_somebody_never_makes_a_leader(title: str, prefix: str) -> None:
    plain = "".join(char for char in title if char.isalpha() or char == " ")
    assert not read_title(prefix + plain).decision_maker


@given(TITLES)
def test_a_former_role_is_none(title: str) -> None:
    plain = "".join(char for char in title if char.isalpha() or char == " ")
    assert not read_title(f"Former {plain}").decision_maker


@pytest.mark.parametrize(
    "huge",
    ["CEO " * 2_500_000, "(" * 10_000_000, "a." * 5_000_000, "& " * 5_000_000, "é" * 10_000_000],
)
def test_ten_megabytes_are_read_at_once(huge: str) -> None:
    start = time.process_time()
    read_title(huge)
    assert time.process_time() - start < 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vertrieb", "sales"),
        ("Einkauf", "procurement"),
        ("Ressources humaines", "hr"),
        ("sales", "sales"),
        ("executive", "executive"),
        ("Qwertz", None),
        (None, None),
    ],
)
def test_a_department_field_is_read_in_the_same_words(
    text: str | None, expected: str | None
) -> None:
    assert read_department(text) == expected


@pytest.mark.parametrize("title", ["Student", "Werkstudentin", "Étudiante", "PhD Student"])
def test_who_studies_is_a_student(title: str) -> None:
    assert is_student_title(title)


@pytest.mark.parametrize("title", ["Student Success Manager", "Trainee", "CEO", None])
def test_who_does_not_study_is_none(title: str | None) -> None:
    assert not is_student_title(title)
