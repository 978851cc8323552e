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
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, sqrt
from operator import mul

import attrs

from salesagent_core.domain.text.learned_text import all_features, features, tokens_of, windows_of

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
    """What a model of one label says of a text: ``score`` of the window that speaks most for the
    label, from ``start`` to ``end``; ``top``, the mean of the three strongest; ``whole``, the
    score of all of it at once."""

    score: float
    top: float
    whole: float
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
    return _scores(model(kind), features(list(tokens)))


def _scores(used: Model, found: Mapping[int, int]) -> tuple[float, ...]:
    mask = (1 << used.bits) - 1
    places = [bucket & mask for bucket in found]
    counts = list(found.values())
    length = sqrt(sum(map(mul, counts, counts))) or 1.0
    return tuple(
        bias + scale * sum(map(mul, map(weights.__getitem__, places), counts)) / length
        for weights, scale, bias in zip(used.weights, used.scales, used.biases, strict=True)
    )


_STRONGEST = 3


def weighed(kind: str, text: str) -> Weighed:
    """What the model of one label says of the windows of a text."""
    used = model(kind)
    windows = windows_of(text)
    if not windows:
        none = used.biases[0]
        return Weighed(score=none, top=none, whole=none, start=0, end=0)
    found = [_scores(used, window.features)[0] for window in windows]
    best = max(range(len(found)), key=found.__getitem__)
    top = sorted(found, reverse=True)[:_STRONGEST]
    return Weighed(
        score=found[best],
        top=sum(top) / len(top),
        whole=_scores(used, all_features(windows))[0] if len(windows) > 1 else found[0],
        start=windows[best].start,
        end=windows[best].end,
    )


@lru_cache(maxsize=16)
def scores_by_label(kind: str, text: str) -> Mapping[str, float]:
    """The score of each label for all of a text, which is asked more than once for one text."""
    return dict(zip(model(kind).labels, scores(kind, tokens_of(text)), strict=True))


def preferred_by(kind: str, label: str, text: str) -> float:
    """By how much the label's score is above every other's; 0 for a text without a word."""
    found = scores_by_label(kind, text)
    others = (score for other, score in found.items() if other != label)
    return found[label] - max(others) if text.strip() else 0.0


def joined_score(
    kind: str, learned: float, by_rules: float, beside: Mapping[str, float] | None = None
) -> float:
    """What was learned and what the rules say, together: 0..1, one half is the bar.

    ``beside`` holds further readings, named as in the model's ``join``; what that does not name
    counts nothing.
    """
    join = model(kind).join
    total = join["learned"] * learned + join["rules"] * by_rules + join["bias"]
    total += sum(join.get(name, 0.0) * value for name, value in (beside or {}).items())
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
