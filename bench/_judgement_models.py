"""The models that the judgement learns: linear ones over hashed features, and how their scores
and the rules' readings are weighed together.

A spotter finds the window of a text that makes a label true; a sorter tells all intents apart.
Both are support vector machines, since these leave more to rare wordings than a logistic
regression does. A feature counts by how rare it is; that is folded into the weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

from _judgement_texts import BACKGROUND, FAINT, SEED, Example
from salesagent_core.domain.replies.intent import ReplyIntent
from salesagent_core.domain.safety.injection import without_mail_heads
from salesagent_core.domain.text.learned_text import all_features, features, tokens_of, windows_of

MISTYPED = 0.3
STRONGEST = 3
INTENTS = [intent.value for intent in ReplyIntent]
NO_OPT_OUT = frozenset({"", "none"})
"""Labels of replies of which is only known that they are no opt-out."""


@attrs.frozen(kw_only=True, eq=False)
class Row:
    """The hashes of the features of a text or a part of it, and what each counts, of length 1."""

    places: np.ndarray
    values: np.ndarray


@attrs.frozen(kw_only=True, eq=False)
class Parts:
    """The windows of a text, and all of it."""

    windows: list[Row]
    whole: Row


def row_of(found: Mapping[int, int]) -> Row:
    """Features as numbers."""
    counts = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    length = math.sqrt(float(counts @ counts)) or 1.0
    places = np.fromiter(found, dtype=np.uint32, count=len(found))
    return Row(places=places, values=counts / np.float32(length))


def of_tokens(tokens: Sequence[str]) -> Row:
    """The features of a list of tokens."""
    return row_of(features(list(tokens)))


def table_of(rows: Sequence[Row], bits: int) -> csr_matrix:
    """One line of weighed features for each row."""
    starts = np.cumsum([0, *(len(row.places) for row in rows)])
    places = np.concatenate([row.places for row in rows]) & np.uint32((1 << bits) - 1)
    values = np.concatenate([row.values for row in rows]).astype(np.float64)
    return csr_matrix((values, places.astype(np.int32), starts), shape=(len(rows), 1 << bits))


def matrix(rows: Sequence[Sequence[str]], bits: int) -> csr_matrix:
    """One line of weighed features for each list of tokens."""
    return table_of([of_tokens(tokens) for tokens in rows], bits)


_PARTS: dict[str, Parts] = {}


def parts_of(text: str) -> Parts:
    """The windows of a text; computed once."""
    if text not in _PARTS:
        windows = windows_of(without_mail_heads(text))
        rows = [row_of(one.features) for one in windows] or [of_tokens([])]
        whole = row_of(all_features(windows)) if len(rows) > 1 else rows[0]
        _PARTS[text] = Parts(windows=rows, whole=whole)
    return _PARTS[text]


def mistyped(tokens: Sequence[str], chance: random.Random) -> list[str]:
    """The tokens as a hasty hand would write some of them."""
    found = []
    for token in tokens:
        if len(token) > 4 and chance.random() < 0.12:
            at, how = chance.randrange(1, len(token) - 1), chance.random()
            middle = "" if how < 0.4 else token[at + 1] + token[at] if how < 0.8 else token[at] * 2
            token = token[:at] + middle + token[at + (2 if 0.4 <= how < 0.8 else 1) :]
        found.append(token)
    return found


@attrs.frozen(kw_only=True, eq=False)
class Linear:
    """Weights for each label, named as scikit-learn names them."""

    coef_: np.ndarray
    intercept_: np.ndarray

    def decision_function(self, table: csr_matrix) -> np.ndarray:
        """A score for each line, or for each line and label."""
        found = np.asarray(table @ self.coef_.T + self.intercept_)
        return found[:, 0] if len(self.coef_) == 1 else found


def fitted(
    table: csr_matrix, truths: Sequence[Any], inverse: float, counts: Sequence[float] | None = None
) -> Linear:
    """A model in which a feature counts the more the rarer it is."""
    lines = table.shape[0]
    seen = np.bincount(table.indices, minlength=table.shape[1])
    rare = np.where(seen > 0, np.log((lines + 1) / (seen + 0.5)), 0.0) / 6
    model = LinearSVC(C=inverse, random_state=SEED, max_iter=3000)
    model.fit(table @ diags(rare), truths, sample_weight=counts)
    return Linear(coef_=model.coef_ * rare, intercept_=model.intercept_)


def spotter(examples: Sequence[Example], wanted: str, *, bits: int, inverse: float) -> Linear:
    """A model that finds the window which makes the label true: first from whole texts, then from
    the window of each text that the first model found strongest."""
    model: Linear | None = None
    for _ in range(2):
        chance = random.Random(SEED)
        rows: list[Row] = []
        truths: list[bool] = []
        counts: list[float] = []
        for example in examples:
            told = example.label == wanted
            found = [_telling(example, model, bits)] if told else parts_of(example.text).windows
            faint = FAINT if example.label == BACKGROUND else 1.0
            rows += found
            counts += [faint / math.sqrt(len(found))] * len(found)
            if chance.random() < MISTYPED:
                words = tokens_of(example.decisive or example.text)
                rows.append(of_tokens(mistyped(words, chance)))
                counts.append(faint / 2)
            truths += [told] * (len(rows) - len(truths))
        model = fitted(table_of(rows, bits), truths, inverse, counts)
    assert model is not None
    return model


def _telling(example: Example, model: Linear | None, bits: int) -> Row:
    """The part of a text that makes its label true."""
    if example.decisive:
        return of_tokens(tokens_of(example.decisive))
    parts = parts_of(example.text)
    if len(parts.windows) == 1 or model is None:
        return parts.whole
    return parts.windows[int(model.decision_function(table_of(parts.windows, bits)).argmax())]


def sorter(examples: Sequence[Example], *, bits: int, inverse: float) -> Linear:
    """A model of all thirteen intents, each against the others. Replies of which is only known
    that they are no opt-out speak against that one."""
    chance = random.Random(SEED)
    answers = [one for one in examples if one.label in INTENTS]
    rows = [of_tokens(tokens_of(one.text)) for one in answers]
    truths = [INTENTS.index(one.label) for one in answers]
    for example in answers:
        if chance.random() < MISTYPED:
            rows.append(of_tokens(mistyped(tokens_of(example.text), chance)))
            truths.append(INTENTS.index(example.label))
    model = fitted(table_of(rows, bits), truths, inverse)
    others = [one for one in examples if one.label in NO_OPT_OUT]
    rows += [of_tokens(tokens_of(one.text)) for one in others]
    place = INTENTS.index("unsubscribe")
    told = [truth == place for truth in truths] + [False] * len(others)
    opt_out = fitted(table_of(rows, bits), told, inverse)
    model.coef_[place], model.intercept_[place] = opt_out.coef_[0], opt_out.intercept_[0]
    return model


def readings(model: Linear, texts: Sequence[str], bits: int) -> list[dict[str, float]]:
    """What a spotter says of each text, as ``learned.weighed`` does."""
    parts = [parts_of(text) for text in texts]
    every = model.decision_function(table_of([row for one in parts for row in one.windows], bits))
    wholes = model.decision_function(table_of([one.whole for one in parts], bits))
    ends = np.cumsum([len(one.windows) for one in parts])
    found = []
    for one, end, whole in zip(parts, ends, wholes, strict=True):
        scores = np.sort(every[end - len(one.windows) : end])[::-1]
        top = float(scores[:STRONGEST].mean())
        found.append({"learned": float(scores[0]), "top": top, "whole": float(whole)})
    return found


def margins(model: Linear, texts: Sequence[str], bits: int) -> list[float]:
    """By how much a sorter prefers the opt-out to every other intent."""
    scores = model.decision_function(matrix([tokens_of(text) for text in texts], bits))
    wanted = INTENTS.index("unsubscribe")
    return [float(row[wanted] - np.delete(row, wanted).max()) for row in scores]


SPEAKS_AGAINST = frozenset({"others"})


def weighing(
    values: Sequence[Mapping[str, float]], truths: Sequence[bool], least: Mapping[str, float]
) -> dict[str, float]:
    """What each reading counts, by a logistic regression in which none may count the wrong way (a
    sign of an attack never makes a text less suspicious), nor less than ``least`` says."""
    names = sorted({name for one in values for name in one})
    table = np.array([[one.get(name, 0.0) for name in names] for one in values])
    signs = np.where(np.array(truths), 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (table @ weights[:-1] + weights[-1])
        pull = -signs / (1.0 + np.exp(np.clip(margin, -50, 50)))
        slope = np.append(table.T @ pull, pull.sum())
        slope[:-1] += SMALL * weights[:-1]
        cost = np.logaddexp(0.0, -margin).sum() + SMALL / 2 * float(weights[:-1] @ weights[:-1])
        return float(cost), slope

    lowest = [least.get(name, 0.0) for name in names]
    limits = [
        (None, 0.0) if name in SPEAKS_AGAINST else (low, None)
        for name, low in zip(names, lowest, strict=True)
    ]
    start = np.array([*lowest, 0.0])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*limits, (None, None)])
    return dict(zip([*names, "bias"], map(float, best.x), strict=True))


SMALL = 1.0
"""How much large weights of readings cost."""


def total(join: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The joined score in log-odds."""
    return join["bias"] + sum(join[name] * value for name, value in values.items() if name in join)
