# ruff: noqa: E501  (patterns are kept on one line)
"""Numbers whose unit is written only once: "48 and 4 hours before", "10, 15 or 25 %", "15 working
days, 20 with foil", "2 x 45 kW"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import attrs

from salesagent_core.domain.claims.quantities import Quantity, find_quantities
from salesagent_core.domain.text.lexicon import LANGUAGES, number_words

LIST_REACH = 80
_JOIN = re.compile(
    r" ?(?:[,/&-]|,? ?\b(?:and|or|to|und|oder|bzw\.?|bis|auf|sowie|et|ou|puis|a|y|o|u)\b)(?: (?:again|then|nochmals?|encore|just|only|nur(?: noch)?|seulement|solo|tan solo|apenas))? ?"
)
_BESIDE = re.compile(
    r" (?:with|for|if|when|including|mit|bei|fur|inkl\.?|samt|avec|pour|si|con|para)\b"
)
_LED = re.compile(
    r"[,(] ?(?:with|for|including|mit|bei|fur|inklusive|avec|pour|con|para) [a-z]{2,20}(?: [a-z]{2,20}){0,3}:? $"
)
_CLOSED = re.compile(r" ?(?:[.,;)\n]|$)")
_BREAK = re.compile(r"[;!?\n]|\.(?= )")
_TIMES = re.compile(r"(?<![\dx.,])(?<![\dx] )\b(\d{1,3}) ?x ?$")
_DEGREES = re.compile(
    r"(?<![\d.,])(-?\d{1,2}) ?(?:-|to|bis|a|y|and|und|et|/) ?(-?\d{1,2}) ?(?:°|degr|grad)"
)
_LENGTHS = frozenset({"m", "mm", "cm", "km", "metre", "meter", "metro", "met"})
GOES_ON_REACH = 120
_TAKES = re.compile(
    r"\b(?:takes?|took|needs?|spends?|down to|only|just|it is|it's|they are|to|sind es|waren es|braucht|brauchen|dauert|nur|noch|auf|"
    r"prend|prennent|demande|reste|sont|seulement|que|plus que|a|lleva|llevan|tarda|son|eran|solo|apenas|quedan) $"
)
_WRITTEN = re.compile(r"\d+(?:[.,]\d+)?")
_WITH_UNIT = frozenset({"duration", "percent", "money"})


def elided(quantities: Sequence[Quantity], bare: str, whole: str) -> Iterator[Quantity]:
    """What the numbers of a source hold besides, by the unit of another; ``bare`` is the text with
    its dates masked, ``whole`` the text with them."""
    ordered = sorted(quantities, key=lambda one: one.start)
    yield from in_lists(ordered, bare)
    yield from _left_out(ordered, bare)
    for one in ordered:
        times = _TIMES.search(bare[max(0, one.start - 8) : one.start])
        if times and one.kind in ("count", "money") and not _is_size(one, bare):
            yield attrs.evolve(one, values=frozenset(v * int(times[1]) for v in one.values))
    for match in _DEGREES.finditer(whole):
        for group in (1, 2):
            value = abs(float(match[group]))
            yield Quantity(
                values=frozenset({value}),
                kind="count",
                unit="",
                nouns=(),
                start=match.start(group),
                end=match.end(group),
            )


def _is_size(one: Quantity, bare: str) -> bool:
    """ "12 x 4 metres" are no 48 metres."""
    return one.kind == "count" and (
        not one.nouns
        or one.nouns[0] in _LENGTHS
        or bare[one.end : one.end + 3].lstrip().startswith("x")
    )


def in_lists(ordered: Sequence[Quantity], bare: str) -> list[Quantity]:
    """The members of lists that end with a unit, read with that unit."""
    found: list[Quantity] = []
    behind: Quantity | None = None
    for one, other in reversed(list(pairwise(ordered))):
        unit = (
            behind
            if behind is not None and behind.start == other.start
            else other
            if other.kind in _WITH_UNIT
            else None
        )
        joined = _JOIN.fullmatch(bare[one.end : other.start])
        if unit is None or not joined or one.kind != "count" or one.nouns:
            behind = None
            continue
        behind = _with_unit_of(one, unit, bare)
        found += [behind] if behind else []
    return found


def _left_out(ordered: Sequence[Quantity], bare: str) -> Iterator[Quantity]:
    """ "15 working days after approval, 20 with foil"."""
    for index, one in enumerate(ordered):
        if one.kind != "count" or one.nouns:
            continue
        led = _LED.search(bare[max(0, one.start - 40) : one.start])
        if not (_BESIDE.match(bare, one.end) or (led and _CLOSED.match(bare, one.end))):
            continue
        before = next(
            (
                other
                for other in reversed(ordered[:index])
                if other.kind == "duration" and not _BREAK.search(bare[other.end : one.start])
            ),
            None,
        )
        typed = _with_unit_of(one, before, bare) if before else None
        if typed:
            yield typed


def goes_on(one: Quantity, ordered: Sequence[Quantity], bare: str) -> bool:
    """True for the "three" of "planning took 13 hours; now it takes three"."""
    return (
        not one.nouns
        and _TAKES.search(bare[max(0, one.start - 24) : one.start]) is not None
        and any(
            other.kind == "duration"
            and 0 < one.start - other.end <= GOES_ON_REACH
            and "\n" not in bare[other.end : one.start]
            for other in ordered
        )
    )


def _with_unit_of(one: Quantity, other: Quantity, bare: str) -> Quantity | None:
    factor = 1.0
    if other.kind == "duration":
        number = _written_number(bare[other.start : other.end])
        if not number:
            return None
        factor = max(other.values) / number
    return attrs.evolve(
        one,
        values=frozenset(value * factor for value in one.values),
        kind=other.kind,
        unit=other.unit,
        # What follows reads the unit from it in turn: its own digits stand alone.
        end=one.end,
    )


def _written_number(said: str) -> float:
    digits = _WRITTEN.search(said)
    return (
        float(digits[0].replace(",", ".")) if digits else float(_words().get(said.split(" ")[0], 0))
    )


@cache
def _words() -> dict[str, int]:
    return {word: value for language in LANGUAGES for word, value in number_words(language).items()}


def by_its_list(bare: str, start: int, language: str) -> Quantity | None:
    """The bare number at ``start`` with the unit of the list that it begins or goes on."""
    reach = bare[start : start + LIST_REACH]
    ordered = sorted(find_quantities(reach, language), key=lambda one: one.start)
    typed = [*in_lists(ordered, reach), *(one for one in ordered if one.kind in _WITH_UNIT)]
    return next((one for one in typed if one.start == 0), None)
