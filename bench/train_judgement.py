"""Trains the learned part of the judgement and says how good it is on text it was not shown.

    python bench/train_judgement.py            cross-validated figures, nothing is written
    python bench/train_judgement.py --write    trains on everything and writes the weights

Folds keep together what was written on one theme in one language, so that near-duplicates do not
leak. The same data give the same weights. Needs scikit-learn (extra ``bench``).
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import random
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

from salesagent_core.domain.auto_reply import holds_a_quote, signs_of
from salesagent_core.domain.auto_reply_features import features_of
from salesagent_core.domain.folding import bare_text
from salesagent_core.domain.injection import rules_score
from salesagent_core.domain.learned import FIRST_LINE
from salesagent_core.domain.learned_text import features, tokens_of, windows_of
from salesagent_core.domain.opt_out import rules_say_stop
from salesagent_core.domain.reply_intent import ReplyIntent, intent_by_rules
from salesagent_core.domain.reply_text import own_text

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "judgement"
WEIGHTS = ROOT / "src" / "salesagent_core" / "domain" / "weights"
FOLDS = 4
SEED = 5
MISTYPED = 0.3
BAR = {"attack": 1.4, "unsubscribe": 0.25}
"""Where the joined score is cut, in log-odds: few false alarms of attacks, no opt-out missed."""
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


RULES_COUNT = {"attack": 3.6, "unsubscribe": 3.0}
"""The rules count at least so much: what they find is given up only for strong reasons."""


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


_ROWS: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}


def row_of(tokens: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The hashes of the features of a list of tokens, and what each counts, of length 1."""
    key = tuple(tokens)
    if key not in _ROWS:
        found = features(list(tokens))
        counts = np.fromiter(found.values(), dtype=np.float64, count=len(found))
        length = math.sqrt(float(counts @ counts)) or 1.0
        places = np.fromiter(found, dtype=np.uint32, count=len(found))
        _ROWS[key] = (places, (counts / length).astype(np.float32))
    return _ROWS[key]


def matrix(rows: Sequence[Sequence[str]], bits: int) -> csr_matrix:
    """One row of weighed features for each list of tokens."""
    found = [row_of(tokens) for tokens in rows]
    starts = np.cumsum([0, *(len(places) for places, _ in found)])
    places = np.concatenate([row for row, _ in found]) & np.uint32((1 << bits) - 1)
    values = np.concatenate([row for _, row in found]).astype(np.float64)
    return csr_matrix((values, places.astype(np.int32), starts), shape=(len(rows), 1 << bits))


_WINDOWS: dict[str, list[list[str]]] = {}


def windows(text: str) -> list[list[str]]:
    """The tokens of each window of a text."""
    if text not in _WINDOWS:
        _WINDOWS[text] = [tokens_of(text[start:end]) for start, end in windows_of(text)] or [[]]
    return _WINDOWS[text]


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


def spotter(examples: Sequence[Example], wanted: str, *, bits: int, inverse: float) -> Any:
    """A model that finds the window which makes the label true: first from whole texts, then from
    the window of each text that the first model found strongest."""
    model = None
    for _ in range(2):
        chance = random.Random(SEED)
        rows: list[Sequence[str]] = []
        truths, weights = [], []
        for example in examples:
            if example.label != wanted:
                parts = windows(example.text)
                rows += parts
                truths += [False] * len(parts)
                counts = FAINT if example.label == BACKGROUND else 1.0
                weights += [counts / math.sqrt(len(parts))] * len(parts)
                continue
            parts = windows(example.text)
            if example.decisive:
                rows.append(tokens_of(example.decisive))
            elif len(parts) == 1 or model is None:
                rows.append(tokens_of(example.text))
            else:
                rows.append(parts[int(model.decision_function(matrix(parts, bits)).argmax())])
            truths.append(True)
            weights.append(1.0)
            if chance.random() < MISTYPED:
                rows.append(mistyped(rows[-1], chance))
                truths.append(True)
                weights.append(0.5)
        model = LogisticRegression(C=inverse, solver="liblinear", random_state=SEED)
        model.fit(matrix(rows, bits), truths, sample_weight=weights)
    return model


def strongest(model: Any, examples: Sequence[Example], bits: int) -> np.ndarray:
    """The score of the strongest window of each text."""
    parts = [windows(example.text) for example in examples]
    every = model.decision_function(matrix([one for some in parts for one in some], bits))
    ends = np.cumsum([len(some) for some in parts])
    return np.array(
        [every[end - len(some) : end].max() for some, end in zip(parts, ends, strict=False)]
    )


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


def joined(
    examples: Sequence[Example],
    wanted: str,
    rules: Callable[[str], float],
    *,
    bits: int,
    inverse: float,
) -> tuple[dict[str, float], str]:
    """How much the learned score and the rules' reading count together, from text that neither
    was made on; and the figures."""
    values, truths = [], []
    for known, held in folds(examples):
        model = spotter(known, wanted, bits=bits, inverse=inverse)
        scores = strongest(model, held, bits)
        values += [(score, rules(one.text)) for score, one in zip(scores, held, strict=False)]
        truths += [one.label == wanted for one in held]
    table, truth = np.array(values), np.array(truths)
    both = LogisticRegression(C=100, solver="liblinear", random_state=SEED).fit(table, truth)
    report = []
    total = both.decision_function(table)
    for name, column in (("rules", table[:, 1]), ("learned", table[:, 0]), ("joined", total)):
        row = [name]
        for alarms in (0.01, 0.02, 0.03, 0.05, 0.1):
            bar = np.sort(column[~truth])[::-1][int(alarms * (~truth).sum())]
            row.append(
                f"{(column[truth] > bar).mean():.3f}"
                + (f" (from {bar:.2f})" if name == "joined" else "")
            )
        report.append("  ".join(row))
    (learned, by_rules), offset = both.coef_[0], both.intercept_[0]
    by_rules = max(by_rules, RULES_COUNT[wanted])
    head = f"{wanted}: {truth.sum()} of {len(truth)}; found at 1, 2, 3, 5, 10 % false alarms"
    join = {"learned": learned, "rules": by_rules, "bias": offset - BAR[wanted]}
    return {name: round(float(value), 4) for name, value in join.items()}, "\n".join(
        [head, *report]
    )


def write(kind: str, model: Any, labels: Sequence[str], bits: int, join: dict[str, float]) -> None:
    """The weights as signed bytes, a scale for each label."""
    coefficients, offsets = model.coef_, model.intercept_
    scales = [float(np.abs(row).max()) / 127 for row in coefficients]
    rows = [
        np.rint(row / scale).astype(np.int8)
        for row, scale in zip(coefficients, scales, strict=False)
    ]
    header = {
        "kind": kind,
        "bits": bits,
        "labels": list(labels),
        "scales": [round(scale, 8) for scale in scales],
        "biases": [round(float(offset), 6) for offset in offsets],
        "join": join,
    }
    packed = zlib.compress(b"".join(row.tobytes() for row in rows), 9)
    data = FIRST_LINE + b"\n" + json.dumps(header).encode() + b"\n" + packed
    (WEIGHTS / f"{kind}.bin").write_bytes(data)
    print(f"{kind}.bin: {len(data)} bytes")


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
        *background("automatic"),
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
    return [
        *training("replies_opt_out", "replies_near"),
        *(one for one in labelled("intents", "intent") if one.group not in left_out),
        *not_opt_outs(left_out),
    ]


def not_opt_outs(left_out: set[str]) -> Iterator[Example]:
    """Replies of which only is known that they are no opt-out."""
    for line in (DATA / "intents.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case.get("not_intent") == "unsubscribe" and case["id"] not in left_out:
            yield Example(text=case["text"], label="", group=case["id"], fresh=False)


TAKEN_FOR_PROGRAMS = 0.03
"""The share of the people's mail of the training set, headers left off, that may be taken for a
program's. Half of that mail was written to be mistaken; of ordinary mail it is far less."""
REPLIES_COUNT = 0.15
"""What a reply without a subject counts beside a mail that was written to be learned from."""
WITHOUT_SUBJECT = 0.5
"""What each mail counts once more without its subject: the words must be enough."""
SIGNS_COUNT = 0.15
AUTOMATIC_BITS = 17


@attrs.frozen(kw_only=True)
class Letter:
    """A mail without its headers. ``tried``: its figures say how good the model is."""

    subject: str
    body: str
    automatic: bool
    group: str
    counts: float = 1.0
    tried: bool = True


def automatic_mail() -> list[Letter]:
    """Subject and words of mail that programs and people wrote."""
    found = []
    for one in training("automatic"):
        subject, _, body = one.text.partition("\n")
        found.append(
            Letter(subject=subject, body=body, automatic=one.label == "auto", group=one.group)
        )
    away = ("out_of_office", "bounce")
    found += [
        Letter(
            subject="",
            body=one.text,
            automatic=one.label in away,
            group=one.group,
            counts=REPLIES_COUNT,
            tried=False,
        )
        for one in training("replies_opt_out", "replies_near")
        if one.label not in ("bounce", "unclear")
    ]
    return found + list(whole_mails())


def whole_mails() -> Iterator[Letter]:
    """The mails of the labelled set of messages, their headers left off."""
    for line in (DATA / "messages.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["kind"] not in ("auto_reply", "human"):
            continue
        mail = message_from_bytes(base64.b64decode(case["raw"]), policy=default)
        body = mail.get_body(("plain", "html"))
        if body is not None:
            yield Letter(
                subject=str(mail["subject"] or ""),
                body=body.get_content(),
                automatic=case["kind"] == "auto_reply",
                group=case["id"],
                tried=False,
            )


def letter_rows(letters: Sequence[Letter], *, subject: bool) -> csr_matrix:
    """The features of each mail of length 1, and behind them its signs."""
    starts, places, values, signs = [0], [], [], []
    for one in letters:
        title = one.subject if subject else ""
        words = own_text(one.body) or one.body
        found = features_of(title, words)
        counts = np.fromiter(found.values(), dtype=np.float64, count=len(found))
        places.append(
            np.fromiter(found, dtype=np.uint32, count=len(found))
            & np.uint32((1 << AUTOMATIC_BITS) - 1)
        )
        values.append(counts / (math.sqrt(float(counts @ counts)) or 1.0))
        starts.append(starts[-1] + len(found))
        quoted = holds_a_quote(one.body, words)
        signs.append([float(holds) for holds in signs_of(title, words, quoted=quoted).values()])
    table = csr_matrix(
        (np.concatenate(values), np.concatenate(places).astype(np.int32), starts),
        shape=(len(letters), 1 << AUTOMATIC_BITS),
    )
    return hstack([table, csr_matrix(np.array(signs) * SIGNS_COUNT)]).tocsr()


def automatic(letters: Sequence[Letter]) -> tuple[Any, dict[str, float]]:
    """The model of whole mails, and how it is joined with the signs; prints the figures."""
    groups = sorted({one.group for one in letters})
    random.Random(SEED).shuffle(groups)
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    part = np.array([fold[one.group] for one in letters])
    truth = np.array([one.automatic for one in letters])
    counts = np.array([one.counts for one in letters])
    tried = np.array([one.tried for one in letters])
    named, bare = letter_rows(letters, subject=True), letter_rows(letters, subject=False)

    def learned_from(chosen: np.ndarray) -> Any:
        model = LogisticRegression(C=10, solver="liblinear", random_state=SEED)
        weights = np.concatenate([counts[chosen], counts[chosen] * WITHOUT_SUBJECT])
        rows = vstack([named[chosen], bare[chosen]])
        return model.fit(rows, np.tile(truth[chosen], 2), sample_weight=weights)

    scores = np.zeros(len(letters))
    for number in range(FOLDS):
        held = part == number
        scores[held] = learned_from(~held).decision_function(named[held])
    people = np.sort(scores[tried & ~truth])[::-1]
    programs = scores[tried & truth]
    for share in (0.005, 0.01, 0.02, 0.05):
        bar = float(people[int(share * len(people))])
        found = (programs > bar).mean()
        print(f"automatic: {found:.3f} of {len(programs)} found at {share}, from {bar:.2f}")
    bar = float(people[int(TAKEN_FOR_PROGRAMS * len(people))])
    model = learned_from(np.ones(len(letters), dtype=bool))
    names = list(signs_of("", "", quoted=False))
    join = dict(zip(names, model.coef_[0, 1 << AUTOMATIC_BITS :] * SIGNS_COUNT, strict=True))
    model.coef_ = model.coef_[:, : 1 << AUTOMATIC_BITS]
    return model, {name: round(float(value), 4) for name, value in {**join, "bias": -bar}.items()}


RULES_FOR = 0.004
"""So much accuracy is given up to let the rules' intent count more."""
INTENTS = [intent.value for intent in ReplyIntent]


@attrs.frozen(kw_only=True)
class Sorter:
    """One model for each intent, named as scikit-learn names them."""

    coef_: np.ndarray
    intercept_: np.ndarray

    def decision_function(self, table: csr_matrix) -> np.ndarray:
        """A score for each intent."""
        return np.asarray(table @ self.coef_.T + self.intercept_)


def sorter(examples: Sequence[Example], bits: int, inverse: float) -> Sorter:
    """A model of all thirteen intents."""
    chance = random.Random(SEED)
    rows = [tokens_of(example.text) for example in examples]
    truths = [INTENTS.index(example.label) for example in examples]
    for row, truth in list(zip(rows, truths, strict=False)):
        if chance.random() < MISTYPED:
            rows.append(mistyped(row, chance))
            truths.append(truth)
    table, found = matrix(rows, bits), np.array(truths)
    told = Sorter(coef_=np.zeros((len(INTENTS), 1 << bits)), intercept_=np.full(len(INTENTS), -9.0))
    for number in sorted(set(truths)):
        model = LogisticRegression(C=inverse, solver="liblinear", random_state=SEED)
        model.fit(table, found == number)
        told.coef_[number], told.intercept_[number] = model.coef_[0], model.intercept_[0]
    return told


def intents(examples: Sequence[Example], bits: int, inverse: float) -> dict[str, float]:
    """How much the rules' intent counts beside the learned one; prints the figures."""
    known = [one for one in examples if one.label]
    scores, rules, truths = [], [], []
    for shown, held in folds(known):
        scores.append(
            sorter(shown, bits, inverse).decision_function(
                matrix([tokens_of(one.text) for one in held], bits)
            )
        )
        rules += [INTENTS.index(intent_by_rules(one.text).value) for one in held]
        truths += [INTENTS.index(one.label) for one in held]
    learned, truth, ruled = np.vstack(scores), np.array(truths), np.array(rules)
    unclear = INTENTS.index("unclear")
    rates = {}
    for add in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0):
        total = learned.copy()
        told = ruled != unclear
        total[np.arange(len(ruled))[told], ruled[told]] += add
        right = float((total.argmax(axis=1) == truth).mean())
        print(f"intents: rules count {add}: {right:.3f} right of {len(truth)}")
        rates[add] = right
    best = max(rates.values())
    print(f"intents: rules alone {(ruled == truth).mean():.3f}")
    return {"rules": max(add for add, right in rates.items() if right >= best - RULES_FOR)}


def stop_by_rules(text: str) -> float:
    """1.0 where the rules alone hear an opt-out."""
    return float(rules_say_stop(bare_text(text)))


def main() -> None:
    """Cross-validate, and write the weights when asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--skip", default="", help="a part of the older sets to leave out")
    parser.add_argument("kinds", nargs="*", default=["injection", "opt_out", "automatic", "intent"])
    told = parser.parse_args()
    if "injection" in told.kinds:
        examples = attacks(told.skip)
        join, report = joined(examples, "attack", rules_score, bits=18, inverse=10)
        print(report, join)
        if told.write:
            model = spotter(examples, "attack", bits=18, inverse=10)
            write("injection", model, ["attack"], 18, join)
    examples = answered = replies(told.skip)
    if "opt_out" in told.kinds:
        examples = [
            *examples,
            *background("injection_benign", "injection_attacks", "automatic"),
        ]
        join, report = joined(examples, "unsubscribe", stop_by_rules, bits=18, inverse=10)
        print(report, join)
        if told.write:
            model = spotter(examples, "unsubscribe", bits=18, inverse=10)
            write("opt_out", model, ["unsubscribe"], 18, join)
    if "automatic" in told.kinds:
        model, join = automatic(automatic_mail())
        if told.write:
            write("automatic", model, ["auto"], AUTOMATIC_BITS, join)
    if "intent" in told.kinds:
        join = intents(answered, 16, 10)
        if told.write:
            model = sorter([one for one in answered if one.label], 16, 10)
            write("intent", model, INTENTS, 16, join)


if __name__ == "__main__":
    main()
