"""Unsafe mails are found with the place of what is wrong; ordinary ones are left alone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text

CASES = Path(__file__).parents[1] / "data" / "judgement" / "safety.jsonl"
POLICY = SafetyPolicy(
    allowed_addresses=frozenset({"me@house.example"}),
    link_hosts=frozenset({"house.example"}),
    prohibited_words=("leverage", "circle back", "bandwidth"),
)


def found(body: str, subject: str = "Hello") -> set[tuple[str, str]]:
    findings = inspect_text(subject, body, POLICY)
    return {
        (one.code, (body if one.part == "body" else subject)[one.start : one.end])
        for one in findings
    }


def test_labelled_cases() -> None:
    wrong = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        codes = {one.code for one in inspect_text("Hello", case["text"], POLICY)}
        if set(case["codes"]) != codes:
            wrong.append((case["text"], case["codes"], codes))
    assert wrong == []


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "４１１１ １１１１ １１１１ １１１１",
        "٤١١١-١١١١-١١١١-١١١١",
        "4111\u00a01111\u00a01111\u00a01111",
    ],
)
def test_offsets_point_at_the_number_as_written(written: str) -> None:
    assert ("payment_card", written) in found(f"Card {written} please")


def test_words_not_parts_of_words() -> None:
    assert found("A compromised system shows promising signs.") == set()
    assert ("prohibited_phrase", "promise") in found("We promise nothing.")
    assert {("prohibited_word", "leveraging"), ("prohibited_word", "circling back")} <= found(
        "We are leveraging it, circling back soon."
    )


def test_every_reason_at_once() -> None:
    codes = {
        code
        for code, _ in found(
            "ACT NOW FRIENDS!!! card 4111 1111 1111 1111 at https://evil.example", "x\r\nBcc: a"
        )
    }
    assert codes >= {
        "header_injection",
        "prohibited_phrase",
        "shouting",
        "exclamation_marks",
        "payment_card",
        "link_not_allowed",
    }


def test_opt_out_only_where_asked_for() -> None:
    policy = SafetyPolicy(require_opt_out=True)
    assert [one.code for one in inspect_text("Hi", "Hello there.", policy)] == ["missing_opt_out"]
    assert inspect_text("Hi", "Hello. Unsubscribe by replying.", policy) == ()


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "4111 ", "@.", "a.", "DE89 ", "<a ", "http://", "[(", "\u202e", "\u0661", "x@a-"],
)
def test_huge_input_is_bounded(piece: str) -> None:
    started = time.process_time()
    findings = inspect_text("Hi", piece * (10_000_000 // len(piece)), POLICY)
    assert "too_long" in {one.code for one in findings}
    assert time.process_time() - started < 30


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.text(max_size=80))
def test_findings_stay_inside_the_text(body: str, subject: str) -> None:
    for one in inspect_text(subject, body, POLICY):
        assert 0 <= one.start <= one.end <= len(body if one.part == "body" else subject)
