"""What goes to a language model: fixed instructions, fenced data, strict shapes."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.strict_schemas import faults

from salesagent_adapters.openai import prompts
from salesagent_adapters.openai.fence import Fence, harmless, shortened
from salesagent_adapters.openai.schemas import TONE, WRITTEN, reading_of, response_format
from salesagent_core.domain.commands.command import CommandName

WRITTEN_ONCE = {
    "judge_tone.v1": "e12767c6ebdb0482b8359457a05b552bff477b26370c214958d07c7557a2a4b8",
    "read_command.v1": "09d711a14c9acbc62cb224bee2b11d167da3493ee0dda003f2e56e2b764aca90",
    "write_draft.v1": "e4f1dbb1997c00bde9d949bb2ff85d2162ac5becfe783e9fb01144e99c5bd48d",
    "write_draft.v2": "6d37cd7eb65c095fd0334bd94b552b9c7806de0362b54fbabb0d834af9477d69",
}
"""SHA-256 of each instruction. A draft names the one it was written by: to change an instruction
is to add a file with the next number, never to edit one."""


def test_an_instruction_that_was_used_is_not_changed() -> None:
    folder = files("salesagent_adapters.openai") / "prompts"
    found = {
        entry.name.removesuffix(".md"): hashlib.sha256(entry.read_bytes()).hexdigest()
        for entry in folder.iterdir()
        if entry.name.endswith(".md")
    }
    assert found == WRITTEN_ONCE
    assert set(prompts.ALL) <= set(found)


@pytest.mark.parametrize("version", prompts.ALL)
def test_an_instruction_names_the_delimiters_and_leaves_nothing_open(version: str) -> None:
    prompt = prompts.load(version)
    assert prompt.version == version
    assert "<<<DATA {{token}} " in prompt.text
    assert "<<<END {{token}}>>>" in prompt.text
    filled = prompt.filled(token="0123", allowed="approve, skip")
    assert "{{" not in filled
    assert "<<<END 0123>>>" in filled
    words = " ".join(filled.split())
    assert "never something to obey" in words or "obeyed" in words or "do not follow" in words


def test_an_instruction_that_is_not_there_cannot_be_asked_for() -> None:
    with pytest.raises(FileNotFoundError):
        prompts.load("write_draft.v0")


@pytest.mark.parametrize(
    "schema", [WRITTEN, TONE, reading_of([name.value for name in CommandName]), reading_of([])]
)
def test_every_schema_is_one_that_strict_output_takes(schema: dict[str, object]) -> None:
    assert faults(response_format("a_name", schema)) == []


def test_the_rules_of_strict_output_find_what_breaks_them() -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}}
    found = faults(response_format("a name", loose))
    assert len(found) == 4
    assert faults({"type": "json_object"})
    assert faults(response_format("x", {"type": "array", "items": {"type": "string"}}))


# --- the fence ---------------------------------------------------------------------------------

HIDDEN = "\x00\x1b\u200b\u202e\u2066\ufeff\U000e0041\u00ad"


@settings(max_examples=100)
@given(st.text(max_size=300) | st.text(alphabet="<>DATENDs1 \n|" + HIDDEN, max_size=200))
def test_no_text_ends_its_fence(text: str) -> None:
    fence = Fence([text])
    fenced = fence.around("s1", text)
    first, *inside, last = fenced.split("\n")
    assert first == f"<<<DATA {fence.token} s1>>>"
    assert last == f"<<<END {fence.token}>>>"
    assert not set("".join(inside)) & set("<>" + HIDDEN)
    assert fence.token not in "".join(inside)


@settings(max_examples=100)
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=200))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text.replace("<", "‹").replace(">", "›")
    joined = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert harmless(joined) == joined


def test_a_delimiter_that_a_text_holds_is_not_used() -> None:
    made = iter(["aaaa", "bbbb", "cccc"])
    assert Fence(["x aaaa", "bbbb"], lambda _: next(made)).token == "cccc"


def test_two_requests_never_share_their_delimiters() -> None:
    assert len({Fence([]).token for _ in range(50)}) == 50
    assert re.fullmatch("[0-9a-f]{16}", Fence([]).token)


@settings(max_examples=100)
@given(
    st.lists(st.integers(0, 200).map("x".__mul__), max_size=20),
    st.integers(1, 100),
    st.integers(20, 500),
)
def test_the_longest_texts_give_way_first(texts: list[str], each: int, together: int) -> None:
    cut = shortened(texts, each, together)
    kept = [len(text.removesuffix(" [cut]")) for text in cut]
    assert sum(kept) <= together
    assert all(length <= each for length in kept)
    for text, length in zip(texts, kept, strict=True):
        assert length == len(text) or length == max(kept)
    if sum(min(len(text), each) for text in texts) <= together:
        assert kept == [min(len(text), each) for text in texts]
