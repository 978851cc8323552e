"""``inspect``: one answer a line, in order, whatever the lines hold."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salesagent_app import inspect_lines
from salesagent_core.use_cases.inspect import KINDS

SOURCE = Path(__file__).resolve().parents[2] / "src"


def ask(kind: str, *lines: str | bytes) -> list[dict[str, Any]]:
    data = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    out = io.BytesIO()
    inspect_lines.run(kind, io.BytesIO(data), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_answers_come_in_order_and_a_bad_line_costs_only_itself() -> None:
    answers = ask(
        "title",
        '{"id": 1, "title": "CEO"}',
        "nope",
        '{"id": "b", "title": 3}',
        "[]",
        '{"id": 2, "title": "Praktikant"}',
    )
    assert [one["id"] for one in answers] == [1, None, "b", None, 2]
    assert ["error" in one for one in answers] == [False, True, True, True, False]
    assert answers[0] == {
        "id": 1,
        "seniority": "c_level",
        "department": "executive",
        "decision_maker": True,
    }


def test_the_message_schema() -> None:
    raw = base64.b64encode(b"From: a@example.com\r\nSubject: Re: x\r\n\r\nNot interested.").decode()
    assert ask("message", json.dumps({"id": 9, "raw": raw})) == [
        {
            "id": 9,
            "reply_text": "Not interested.",
            "intent": "not_interested",
            "auto_reply": False,
            "bounce": None,
        }
    ]


def test_a_draft_is_checked_for_grounding_only_with_sources() -> None:
    draft = {"id": 1, "subject": "Hi", "body": "You run 40 trucks."}
    bare, empty, held = ask(
        "draft",
        json.dumps(draft),
        json.dumps({**draft, "sources": []}),
        json.dumps({**draft, "sources": [{"id": "f", "text": "We run 40 trucks."}]}),
    )
    assert bare["findings"] == held["findings"] == []
    found = empty["findings"][0]
    assert found["code"] == "ungrounded_number"
    assert "40" in draft["body"][found["start"] : found["end"]]  # type: ignore[index]


def test_a_lead_with_nothing_known_has_no_coverage() -> None:
    (answer,) = ask("lead", '{"id": 1, "email": null, "something": "else"}')
    assert (answer["fit"], answer["coverage"], answer["tier"]) == (0.0, 0.0, "cold")
    assert answer["reasons"]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"\xff\xfe\x00binary",
        b"[" * 100_000,
        b'{"id":1,"raw":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"id": "\\ud800", "title": "\\ud800", "text": "\\ud800", "raw": "\\ud800"}',
        json.dumps(
            {
                "id": 1,
                "email": "а" * 500,
                "title": "‮CEO​",
                "text": "‏שלום",
                "body": "\x00",
                "raw": "!",
            }
        ).encode(),
        json.dumps(
            {
                "id": 1,
                **dict.fromkeys(
                    ("title", "address", "text", "body", "raw", "email"), "x y" * 400_000
                ),
            }
        ).encode(),
    ],
    ids=["empty", "binary", "deep", "deep value", "surrogates", "right to left", "huge"],
)
def test_every_kind_has_a_defined_answer_for_bad_input(kind: str, line: bytes) -> None:
    first, second = ask(kind, line, b'{"id": 2, "raw": "", "text": ""}')
    assert "id" in first
    assert second["id"] == 2
    assert "error" not in second


def test_the_command_needs_no_settings_and_no_home() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from salesagent_app.cli import main; main()", "inspect", "address"],
        input=b'{"id": 1, "address": "Anna@Example.com"}\n\xff\n',
        capture_output=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "API_ENV": "nonsense"},
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["normalized"] == "anna@example.com"
    assert second["id"] is None


def test_a_link_that_a_source_holds_needs_no_list() -> None:
    draft = {
        "id": 1,
        "body": "See https://shop.example/a or write to me@shop.example",
        "sources": [{"id": "asset", "text": "https://shop.example/a me@shop.example"}],
    }
    assert KINDS["draft"](draft)["findings"] == []
    listed = KINDS["draft"]({**draft, "link_hosts": [], "allowed_addresses": []})["findings"]
    assert {one["code"] for one in listed} == {"link_not_allowed", "foreign_address"}
    other = KINDS["draft"]({**draft, "body": "See https://shop.example/b"})["findings"]
    assert {one["code"] for one in other} == {"link_not_allowed", "ungrounded_link"}
