"""The texts that the judgement learns from and is tried on, and folds of them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from salesagent_core.domain.replies.intent import said_in

DATA = Path(__file__).parents[1] / "tests" / "data" / "judgement"
FOLDS = 4
SEED = 5
HEADING = re.compile(r"# [a-z_]+ \w+ (?:en|de|fr|es|xx)")
DECISIVE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@attrs.frozen(kw_only=True)
class Example:
    """``decisive`` is the part of the text that makes the label true, where it was marked.
    ``fresh``: the rules were not mended on it, so their reading says how good they are."""

    text: str
    label: str
    group: str
    fresh: bool
    decisive: str | None = None


def training(*names: str) -> Iterator[Example]:
    """The texts of ``train/NAME.txt``: headings "# label theme language", one text a line."""
    for name in names:
        label = group = ""
        for line in (DATA / "train" / f"{name}.txt").read_text("utf-8").splitlines():
            if HEADING.fullmatch(line):
                label, theme, language = line[2:].split()
                group = f"{name}/{label}/{theme}/{language}"
            elif line.strip():
                text = line.replace("\\n", "\n").replace(" || ", "\n")
                marked = DECISIVE.search(text)
                yield Example(
                    text=DECISIVE.sub(r"\1", text),
                    label=label,
                    group=group,
                    fresh=True,
                    decisive=marked[1] if marked else None,
                )


def labelled(name: str, field: str) -> Iterator[Example]:
    """The older labelled sets, on which the rules were mended."""
    for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if field in case:
            yield Example(text=case["text"], label=case[field], group=case["id"], fresh=False)


def folds(examples: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """What to learn from and what to try it on; a group is never on both sides, and only fresh
    text is tried."""
    groups = sorted({example.group for example in examples if example.fresh})
    random.Random(SEED).shuffle(groups)
    for number in range(FOLDS):
        kept = set(groups[number::FOLDS])
        yield (
            [example for example in examples if example.group not in kept],
            [example for example in examples if example.group in kept],
        )


def attacks(skip: str) -> list[Example]:
    """Texts of strangers: attacks, business mail, and replies, which are no attacks."""
    replies = training("replies_opt_out", "replies_near")
    old = [
        one
        for one in labelled("injection", "label")
        if not skip or one.group not in skipped("injection", skip)
    ]
    return [
        *training("injection_attacks", "injection_benign"),
        *(attrs.evolve(one, label="benign", fresh=False, decisive=None) for one in replies),
        *old,
        *background("automatic", "technical"),
    ]


BACKGROUND = "background"
FAINT = 0.4
"""What a background text counts beside one that was written to be learned from."""


def background(*names: str) -> Iterator[Example]:
    """Texts of other sets, which are nothing special: without them whatever is unlike all that
    was written to be learned from would be judged by how that was mixed."""
    for one in training(*names):
        yield attrs.evolve(one, label=BACKGROUND, fresh=False, decisive=None)
    for line in (DATA / "train" / "titles.txt").read_text("utf-8").splitlines():
        titles = [] if line.startswith("# ") else line.partition(": ")[2].split("; ")
        yield from (Example(text=one, label=BACKGROUND, group="", fresh=False) for one in titles)
    for line in (DATA / "grounding.jsonl").read_text("utf-8").splitlines():
        text = json.loads(line)["body"]
        yield Example(text=text, label=BACKGROUND, group="", fresh=False)


def skipped(name: str, part: str) -> set[str]:
    """The ids of one part of a labelled set, to try on what was left out."""
    lines = (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    return {case["id"] for case in map(json.loads, lines) if case["part"] == part}


def replies(skip: str) -> list[Example]:
    """Replies with their intents."""
    left_out = skipped("intents", skip) if skip else set()
    found = [
        *training("replies_opt_out", "replies_near"),
        *(one for one in labelled("intents", "intent") if one.group not in left_out),
        *not_opt_outs(left_out),
    ]
    return [attrs.evolve(one, text=said_in(one.text)) for one in found]


def not_opt_outs(left_out: set[str]) -> Iterator[Example]:
    """Replies of which only is known that they are no opt-out."""
    for line in (DATA / "intents.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case.get("not_intent") == "unsubscribe" and case["id"] not in left_out:
            yield Example(text=case["text"], label="", group=case["id"], fresh=False)
