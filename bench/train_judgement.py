"""Trains the learned part of the judgement and says how good it is on text it was not shown.

    python bench/train_judgement.py            cross-validated figures, nothing is written
    python bench/train_judgement.py --write    trains on everything and writes the weights

Folds keep together what was written on one theme in one language, so that near-duplicates do not
leak. The same data give the same weights. Needs scikit-learn (extra ``bench``).
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from _judgement_automatic import AUTOMATIC_BITS, automatic, automatic_mail
from _judgement_models import (
    INTENTS,
    margins,
    matrix,
    readings,
    sorter,
    spotter,
    total,
    weighing,
)
from _judgement_texts import Example, attacks, background, folds, replies
from salesagent_core.domain.opt_out.judgement import (
    rules_say_stop,
    share_about_others,
    without_harmless,
)
from salesagent_core.domain.replies.intent import intent_by_rules
from salesagent_core.domain.safety.injection import read_signs
from salesagent_core.domain.text.learned import FIRST_LINE
from salesagent_core.domain.text.learned_text import tokens_of

WEIGHTS = Path(__file__).parents[1] / "src" / "salesagent_core" / "domain" / "weights"
BITS = {"injection": 19, "opt_out": 19, "intent": 16}
INVERSE = {"injection": 5.0, "opt_out": 5.0, "intent": 3.0}
"""How little large weights cost."""
SHARES = (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2)
FALSE_ALARMS = 0.037
"""The share of ordinary texts, hard ones, at which attacks are cut."""
FOUND = 0.86
"""The share of opt-outs at which they are cut, of themes that were left out."""
RULES_COUNT = {"attack": 2.0, "unsubscribe": 0.0}
"""The rules count at least so much."""
Readings = list[dict[str, float]]


def attack_readings(known: Sequence[Example], held: Sequence[Example]) -> Readings:
    """What is weighed together of each text that was held back."""
    bits = BITS["injection"]
    model = spotter(known, "attack", bits=bits, inverse=INVERSE["injection"])
    found = readings(model, [one.text for one in held], bits)
    return [values | _rules_on_attack(one.text) for values, one in zip(found, held, strict=True)]


_SIGNS: dict[str, dict[str, float]] = {}


def _rules_on_attack(text: str) -> dict[str, float]:
    if text not in _SIGNS:
        signs = read_signs(text)
        codes = {f"code_{code}": weight for code, weight in signs.by_code.items()}
        _SIGNS[text] = {"rules": signs.by_rules, **codes}
    return _SIGNS[text]


def opt_out_readings(known: Sequence[Example], held: Sequence[Example]) -> Readings:
    """What is weighed together of each reply that was held back."""
    bits = BITS["opt_out"]
    model = spotter(known, "unsubscribe", bits=bits, inverse=INVERSE["opt_out"])
    texts = [one.text for one in held]
    said = [without_harmless(text) for text in texts]
    told = sorter(known, bits=BITS["intent"], inverse=INVERSE["intent"])
    preferred = margins(told, said, BITS["intent"])
    return [
        values
        | {
            "margin": margin,
            "rules": float(rules_say_stop(text)),
            "others": share_about_others(text),
        }
        for values, margin, text in zip(readings(model, said, bits), preferred, texts, strict=True)
    ]


def joined(
    examples: Sequence[Example],
    wanted: str,
    read: Callable[[Sequence[Example], Sequence[Example]], Readings],
) -> dict[str, float]:
    """How much each reading counts, from text that neither rules nor model were made on; cut where
    ``FALSE_ALARMS`` or ``FOUND`` say. Prints the figures."""
    values: Readings = []
    truths: list[bool] = []
    for known, held in folds(examples):
        values += read(known, held)
        truths += [one.label == wanted for one in held]
    join = weighing(values, truths, {"rules": RULES_COUNT[wanted]})
    truth = np.array(truths)
    sums = np.array([total(join, one) for one in values])
    print(f"{wanted}: {truth.sum()} of {len(truth)}; found at 1, 2, 3, 5, 10, 15, 20 % alarms")
    for name in ("rules", "learned", "joined"):
        column = sums if name == "joined" else np.array([one[name] for one in values])
        rates = [
            _found_at(column, truth, share) for share in (0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2)
        ]
        print(" ", name, " ".join(f"{rate:.3f}" for rate in rates))
    if wanted == "attack":
        bar = float(np.sort(sums[~truth])[::-1][int(FALSE_ALARMS * (~truth).sum())])
    else:
        bar = float(np.sort(sums[truth])[int((1 - FOUND) * truth.sum())])
    found, alarms = (sums[truth] >= bar).mean(), (sums[~truth] >= bar).mean()
    print(f"  cut at {bar:.2f}: {found:.3f} found, {alarms:.3f} false alarms")
    join["bias"] -= bar
    return {name: round(weight, 4) for name, weight in join.items()}


def _found_at(column: np.ndarray, truth: np.ndarray, alarms: float) -> float:
    bar = np.sort(column[~truth])[::-1][int(alarms * (~truth).sum())]
    return float((column[truth] > bar).mean())


FAINTEST = 1
"""Weights of so many steps at most are left out: they change no figure and fill the file."""


def write(
    kind: str,
    model: Any,
    labels: Sequence[str],
    bits: int,
    join: dict[str, float],
    faintest: int = FAINTEST,
) -> None:
    """The weights as signed bytes, a scale for each label."""
    coefficients, offsets = model.coef_, model.intercept_
    scales = [float(np.abs(row).max()) / 127 for row in coefficients]
    rows = [
        np.rint(row / scale).astype(np.int8)
        for row, scale in zip(coefficients, scales, strict=False)
    ]
    rows = [np.where(np.abs(row) > faintest, row, 0).astype(np.int8) for row in rows]
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


RULES_FOR = 0.004
"""So much accuracy is given up to let the rules' intent count more."""


def intents(examples: Sequence[Example]) -> dict[str, float]:
    """How much the rules' intent counts beside the learned one; prints the figures."""
    bits = BITS["intent"]
    scores, rules, truths = [], [], []
    for shown, every in folds(examples):
        held = [one for one in every if one.label in INTENTS]
        model = sorter(shown, bits=bits, inverse=INVERSE["intent"])
        scores.append(model.decision_function(matrix([tokens_of(one.text) for one in held], bits)))
        rules += [INTENTS.index(intent_by_rules(one.text).value) for one in held]
        truths += [INTENTS.index(one.label) for one in held]
    learned, truth, ruled = np.vstack(scores), np.array(truths), np.array(rules)
    unclear = INTENTS.index("unclear")
    rates = {}
    for add in (0.0, 0.2, 0.3, 0.4, 0.6, 0.8):
        sums = learned.copy()
        told = ruled != unclear
        sums[np.arange(len(ruled))[told], ruled[told]] += add
        right = float((sums.argmax(axis=1) == truth).mean())
        print(f"intents: rules count {add}: {right:.3f} right of {len(truth)}")
        rates[add] = right
    best = max(rates.values())
    print(f"intents: rules alone {(ruled == truth).mean():.3f}")
    return {"rules": max(add for add, right in rates.items() if right >= best - RULES_FOR)}


def main() -> None:
    """Cross-validate, and write the weights when asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--skip", default="", help="a part of the older sets to leave out")
    parser.add_argument("kinds", nargs="*", default=["injection", "opt_out", "automatic", "intent"])
    told = parser.parse_args()
    if "injection" in told.kinds:
        examples = attacks(told.skip)
        join = joined(examples, "attack", attack_readings)
        if told.write:
            model = spotter(
                examples, "attack", bits=BITS["injection"], inverse=INVERSE["injection"]
            )
            write("injection", model, ["attack"], BITS["injection"], join)
    answered = replies(told.skip)
    if "opt_out" in told.kinds:
        others = background("injection_benign", "injection_attacks", "automatic")
        examples = [*answered, *others]
        join = joined(examples, "unsubscribe", opt_out_readings)
        if told.write:
            model = spotter(
                examples, "unsubscribe", bits=BITS["opt_out"], inverse=INVERSE["opt_out"]
            )
            write("opt_out", model, ["unsubscribe"], BITS["opt_out"], join)
    if "automatic" in told.kinds:
        model, join = automatic(automatic_mail())
        if told.write:
            write("automatic", model, ["auto"], AUTOMATIC_BITS, join, faintest=0)
    if "intent" in told.kinds:
        join = intents(answered)
        if told.write:
            model = sorter(answered, bits=BITS["intent"], inverse=INVERSE["intent"])
            write("intent", model, INTENTS, BITS["intent"], join)


if __name__ == "__main__":
    main()
