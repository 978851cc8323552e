"""Judgements learned from examples: linear models over the features of ``learned_text``.

A model is one file in ``weights``: the line ``salesagent-weights 1``, a line of JSON (``bits``,
``labels``, and for each label ``scales`` and ``biases``; ``join`` says how the rules' reading is
added), then, compressed by zlib, for each label ``2 ** bits`` signed bytes. A score is the bias
plus the scale times the sum of the bytes at the features' buckets, over the length of the
features; above 0 speaks for the label. ``bench/train_judgement.py`` writes the files.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp, sqrt

import attrs

from salesagent_core.domain.learned_text import features, tokens_of, windows_of

FIRST_LINE = b"salesagent-weights 1"


@attrs.frozen(kw_only=True)
class Model:
    """``weights`` holds for each label the signed bytes of all buckets."""

    bits: int
    labels: tuple[str, ...]
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    join: Mapping[str, float]
    weights: tuple[memoryview, ...]


@attrs.frozen(kw_only=True)
class Weighed:
    """The window of a text that speaks most for a label; offsets into the text."""

    score: float
    start: int
    end: int


@cache
def model(kind: str) -> Model:
    """The model of that name, read when it is first used."""
    return parsed((files("salesagent_core.domain") / "weights" / f"{kind}.bin").read_bytes())


def parsed(data: bytes) -> Model:
    """The model in a file of weights.

    Raises:
        ValueError: the file is of another format or version.
    """
    first, header, packed = data.split(b"\n", 2)
    if first != FIRST_LINE:
        raise ValueError("These weights are of another format or version.")
    told = json.loads(header)
    size = 1 << int(told["bits"])
    whole = memoryview(zlib.decompress(packed)).cast("b")
    if len(whole) != size * len(told["labels"]):
        raise ValueError("These weights are not as many as their header says.")
    return Model(
        bits=told["bits"],
        labels=tuple(told["labels"]),
        scales=tuple(told["scales"]),
        biases=tuple(told["biases"]),
        join=told["join"],
        weights=tuple(whole[at : at + size] for at in range(0, len(whole), size)),
    )


def scores(kind: str, tokens: Sequence[str]) -> tuple[float, ...]:
    """A score for each label of the model, in their order."""
    used = model(kind)
    found = features(list(tokens))
    mask = (1 << used.bits) - 1
    places = [(bucket & mask, count) for bucket, count in found.items()]
    length = sqrt(sum(count * count for count in found.values())) or 1.0
    return tuple(
        bias + scale * sum(weights[place] * count for place, count in places) / length
        for weights, scale, bias in zip(used.weights, used.scales, used.biases, strict=True)
    )


def strongest_window(kind: str, text: str) -> Weighed:
    """The window of the text with the highest score of the model's only label."""
    best = Weighed(score=scores(kind, ())[0], start=0, end=0)
    for number, (start, end) in enumerate(windows_of(text)):
        score = scores(kind, tokens_of(text[start:end]))[0]
        if score > best.score or not number:
            best = Weighed(score=score, start=start, end=end)
    return best


def joined_score(kind: str, learned: float, by_rules: float) -> float:
    """What was learned and what the rules say, together: 0..1, one half is the bar."""
    join = model(kind).join
    total = join["learned"] * learned + join["rules"] * by_rules + join["bias"]
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
