"""Fits what says whether a promise or a clause of a draft retells a source, or is invented.

    python bench/train_grounding.py            cross-validated figures, nothing is written
    python bench/train_grounding.py --write    fits on everything and writes the weights

``tests/data/judgement/train/grounding.jsonl`` holds true drafts with their sources, and edits that
each invent one thing. Weighed is only what no source has in the same wording; a fold is one
author's part. The same data give the same weights. Needs scikit-learn (extra ``bench``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from salesagent_core.domain.claims.facts import Fact, Text, facts_of, read_text
from salesagent_core.domain.evidence import Source
from salesagent_core.domain.grounding.held_wordings import clause_around, clause_values
from salesagent_core.domain.grounding.holding import held_figures, is_weighed, sort_of
from salesagent_core.domain.grounding.library import Library, build_library
from salesagent_core.use_cases.inspect import source_of

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "judgement" / "train" / "grounding.jsonl"
WEIGHTS = ROOT / "src" / "salesagent_core" / "domain" / "weights" / "retelling.json"
INVERSE = 0.03
"""How little large weights cost."""
MIN_SHARE = 0.4
"""So much of the clause or of the invention must be common to both."""
FIGURES = frozenset(
    "number price percent percentage date time duration link address phone email contact".split()
)
"""Inventions of these kinds are found by their values."""
BARS = (0.25, 0.4, 0.5, 0.6, 0.7)
Values = dict[str, float]


@attrs.frozen(kw_only=True)
class Example:
    """A clause that no source has in the same wording; ``row`` is the draft it stands in."""

    part: str
    row: str
    sort: str
    text: str
    invented: bool
    values: Values


def drafts() -> Iterator[tuple[str, str, str, list[Source], tuple[int, int] | None]]:
    """Part, row, body, sources, and where the invention stands in the body."""
    for line in DATA.read_text("utf-8").splitlines():
        case = json.loads(line)
        sources = [source_of(one["id"], one["text"]) for one in case["sources"]]
        yield case["part"], case["id"], case["body"], sources, None
        for number, edit in enumerate(case["edits"]):
            if edit["kind"] not in FIGURES:
                body = case["body"][: edit["start"]] + edit["text"] + case["body"][edit["end"] :]
                start = body.find(edit["invented"], max(0, edit["start"] - len(edit["invented"])))
                place = (start, start + len(edit["invented"]))
                yield case["part"], f"{case['id']}/{number}", body, sources, place


def examples() -> Iterator[Example]:
    """What is weighed in all drafts: of true ones everything, of edited ones what was invented."""
    for part, row, body, sources, place in drafts():
        text = read_text(body)
        library = build_library(sources, ())
        facts = facts_of(text, library.words)
        figures = held_figures(library, text, facts)
        for fact in facts:
            if not is_weighed(library, fact, text, facts):
                continue
            if place is None or _is_it(text, fact, place):
                yield Example(
                    part=part,
                    row=row,
                    sort=sort_of(fact),
                    text=_clause(text, fact),
                    invented=place is not None,
                    values=_values(library, fact, text, figures),
                )


def _clause(text: Text, fact: Fact) -> str:
    start, end = clause_around(text.bare, fact.start, fact.end)
    return text.bare[start:end]


def _values(library: Library, fact: Fact, text: Text, figures: list[Fact]) -> Values:
    return clause_values(library, fact, text, figures)


def _is_it(text: Text, fact: Fact, place: tuple[int, int]) -> bool:
    start, end = text.folded.span(*clause_around(text.bare, fact.start, fact.end))
    common = min(end, place[1]) - max(start, place[0])
    return common > 0 and common >= MIN_SHARE * min(end - start, place[1] - place[0])


def fitted(known: list[Example]) -> Values:
    """The weights of all readings, for values as they are. A wording that comes again and again
    counts once."""
    names = sorted({name for one in known for name in one.values})
    matrix = np.array([[one.values.get(name, 0.0) for name in names] for one in known])
    counts: dict[str, int] = {}
    for one in known:
        counts[one.text] = counts.get(one.text, 0) + 1
    scale = StandardScaler().fit(matrix)
    model = LogisticRegression(C=INVERSE, max_iter=3_000)
    model.fit(
        scale.transform(matrix),
        [one.invented for one in known],
        sample_weight=[1 / counts[one.text] for one in known],
    )
    weights = model.coef_[0] / scale.scale_
    bias = float(model.intercept_[0] - weights @ scale.mean_)
    told = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    return {"bias": round(bias, 4)} | {name: weight for name, weight in told.items() if weight}


def chance(weights: Values, values: Values) -> float:
    """The same sum as ``retelling.invented``."""
    total = weights["bias"] + sum(weights.get(name, 0.0) * each for name, each in values.items())
    return float(1 / (1 + np.exp(-total)))


def report(sort: str, known: list[Example]) -> None:
    """Figures on parts whose author was left out of the fit."""
    chances: list[float] = []
    held: list[Example] = []
    for part in sorted({one.part for one in known}):
        weights = fitted([one for one in known if one.part != part])
        fresh = [one for one in known if one.part == part]
        chances += [chance(weights, one.values) for one in fresh]
        held += fresh
    for bar in BARS:
        over = [one for one, each in zip(held, chances, strict=True) if each >= bar]
        true = {one.row for one in over if not one.invented}
        caught = {one.row for one in over if one.invented}
        every = {one.row for one in held if one.invented}
        print(
            f"{sort}, from {bar}: {len(true)} true drafts, {len(caught)} of {len(every)} inventions"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    every = list(examples())
    weights: dict[str, Any] = {}
    for sort in ("promise", "clause"):
        known = [one for one in every if one.sort == sort]
        report(sort, known)
        weights[sort] = fitted(known)
    if write:
        WEIGHTS.write_text(json.dumps(weights, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
