"""What an assistant is given: confirmations that end, and strangers' words that stay data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_app.mcp_server.api import RefusedError, checked_url
from salesagent_app.mcp_server.confirming import MAX_OPEN, OPEN_FOR, Confirmations, Order
from salesagent_app.mcp_server.data import block, records, word
from salesagent_core.errors import InvalidInput

ORDER = Order(act="approve_draft", draft_id="d-1", content_hash="0" * 64)
NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\n\r\u2028\u2029\x85\x0b\u202e\u200b\U000e0041-|"))
)


class Watch:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_confirmation_lasts_two_minutes_and_works_once() -> None:
    watch = Watch()
    open_ones = Confirmations(watch)
    early, late = open_ones.ask(ORDER), open_ones.ask(ORDER)
    watch.now += OPEN_FOR - 0.1
    open_ones.take(early, ORDER)
    with pytest.raises(RefusedError):
        open_ones.take(early, ORDER)
    watch.now += 0.1
    with pytest.raises(RefusedError):
        open_ones.take(late, ORDER)


def test_the_oldest_questions_are_forgotten_where_many_are_asked() -> None:
    open_ones = Confirmations(Watch())
    tokens = [open_ones.ask(ORDER) for _ in range(MAX_OPEN + 1)]
    with pytest.raises(RefusedError):
        open_ones.take(tokens[0], ORDER)
    open_ones.take(tokens[-1], ORDER)


@settings(max_examples=50)
@given(NASTY)
def test_no_text_gets_out_of_its_block(text: str) -> None:
    first, *inside, last = block("a text", text).splitlines()
    assert first.startswith("--- begin data ")
    assert last == f"--- end data {first.split()[3].rstrip(':')} ---"
    assert inside
    assert all(line.startswith("| ") for line in inside)
    assert not set("\u202e\u200b\U000e0041\u2028").intersection("".join(inside))
    assert len(word(text).splitlines()) == 1


def test_rows_are_one_line_each_and_long_texts_are_cut() -> None:
    said = records("rows", [{"name": "a\nb", "text": "x" * 5000}, {"name": "c", "text": ""}])
    rows = [json.loads(line[2:]) for line in said.splitlines()[1:-1]]
    assert [row["name"] for row in rows] == ["a\nb", "c"]
    assert rows[0]["text"].endswith("(1000 more characters)")


def test_the_key_travels_readable_to_no_other_machine() -> None:
    assert checked_url("https://sales.example/", plain_http=False) == "https://sales.example"
    assert checked_url("http://localhost:8000", plain_http=False) == "http://localhost:8000"
    assert checked_url("http://sales.example", plain_http=True) == "http://sales.example"
    for bad in ("http://sales.example", "ftp://a.example", "sales", "https://u:p@a.example", ""):
        with pytest.raises(InvalidInput):
            checked_url(bad, plain_http=False)
