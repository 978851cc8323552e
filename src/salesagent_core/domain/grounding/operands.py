# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""The numbers that one number of a draft may have been reckoned from: those beside it and those
that sources hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from salesagent_core.domain.claims.facts import MAX_SELF_COUNT, Fact, Text
from salesagent_core.domain.claims.quantities import MINOR_UNIT, Quantity, find_quantities
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.reckoning_words import CUE_BEFORE, sentences_before
from salesagent_core.domain.grounding.sums import Operands
from salesagent_core.domain.text.same_word import related_any

REACH = 700
"""How many characters before a number its operands may stand."""
BESIDE = 36
"""How far from a price the count may stand that it is for."""
_TWICE = re.compile(
    r"\b(?:both|beide\w*|deux|ambos|ambas|hin und zuruck|hin- und ruck\w*|round trip|there and back|each way|return|aller[ -]retour|ida y vuelta|pair|paar|paire|par)\b"
)
_FOR_SO_MANY = re.compile(
    r" (?:(?:each|plus vat|ht|ttc|netto|brutto|iva incluido) )?(?:for|fur|pour|por|para) (?:(?:the|die|den|les|las|los|your|ihre|vos|sus) )?(?P<n>\d{1,4}|[a-z]{2,12})(?![\w.,%])"
)
_HALF = re.compile(r"\b(?:half|halfte|halbe\w?|moitie|mitad|demi|50 ?%)\b")
_YEAR = re.compile(r"\b(?:years?|annual\w*|yearly|jahr\w*|annee|ans?|annuel\w*|ano|anual\w*)\b")
_IN_A_YEAR = (
    (re.compile(r"\b(?:quarter\w*|quartal\w*|vierteljahr\w*|trimestr\w+)\b"), 4.0),
    (re.compile(r"\b(?:month\w*|monat\w*|mois|mensuel\w*|mes|mensual\w*)\b"), 12.0),
    (
        re.compile(
            r"\b(?:week\w*|woche\w*|wochentlich|semaines?|hebdomadaire\w*|semanas?|semanal\w*)\b"
        ),
        52.0,
    ),
)
UNIT_MINUTES = (10080.0, 1440.0, 60.0)


def beside(text: Text, grounded: Sequence[Fact], fact: Fact) -> list[Fact]:
    """The grounded numbers before ``fact`` within reach, and those after it in its sentence."""
    _, last = sentence_around(text.bare, fact.start)
    return [
        one
        for one in sorted(grounded, key=lambda each: each.start)
        if isinstance(one.value, Quantity)
        and fact.start - REACH <= one.start < last
        and not (one.start < fact.end and fact.start < one.end)
    ]


def windows(text: Text, near: Sequence[Fact], fact: Fact) -> list[list[Fact]]:
    """The numbers of the sentence, those of the sentence before too, and all within reach."""
    first, _ = sentence_around(text.bare, fact.start)
    previous, _ = sentence_around(text.bare, max(0, first - 2))
    return [
        [one for one in near if one.start >= first],
        [one for one in near if one.start >= previous],
        list(near),
    ]


def multipliers_of(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, told: bool
) -> Operands:
    """What a price may be multiplied with: counts, lengths in their units, and what words imply."""
    first, last = sentence_around(text.bare, fact.start)
    around = text.bare[max(0, fact.start - CUE_BEFORE, first) : last]
    implied = [2.0] if _TWICE.search(around) else []
    implied += [0.5] if _HALF.search(around) else []
    if _YEAR.search(around):
        before = text.bare[max(0, fact.start - REACH) : last]
        implied += [
            times
            for word, times in _IN_A_YEAR
            if word.search(before) or word.search(library.our_text)
        ]
    if not told:
        implied = []
    else:
        # "two groups" counts itself and is no fact, yet it multiplies.
        said = find_quantities(sentences_before(text, fact), text.language)
        implied += [
            value
            for one in said
            if one.spelled and one.kind == "count"
            for value in one.values
            if value <= MAX_SELF_COUNT
        ]
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    return Operands(
        near=(*multipliers(near, lengths=told), *implied), far=multipliers(held, lengths=False)
    ).capped()


def said_beside(text: Text, fact: Fact) -> tuple[float, ...]:
    """The small counts right beside a price: "£195 for three", "les trois 195 €"."""
    first, last = sentence_around(text.bare, fact.start)
    begin = max(first, fact.start - BESIDE)
    return tuple(
        value
        for part in (
            text.bare[begin : fact.start],
            text.bare[fact.end : min(last, fact.end + BESIDE)],
        )
        for one in find_quantities(part, text.language)
        if one.spelled and one.kind == "count"
        for value in one.values
        if 1 < value <= MAX_SELF_COUNT
    )


def by_item(text: Text, near: Sequence[Fact], unit: str) -> tuple[float, ...]:
    """Each price near, with the count that stands right beside it: 124 and 252 of "62 for the two
    small ones and 84 for the three large ones"."""
    found = []
    for one in near:
        for price in values_of([one], "money", unit):
            behind = _FOR_SO_MANY.match(text.bare, one.end)
            if behind is None:
                continue
            count = 2.0 if _TWICE.match(behind["n"]) else None
            for said in () if count else find_quantities(behind["n"], text.language):
                count = max(said.values)
            if count:
                found.append(price * count)
    return tuple(found)


def quantities_of(things: Iterable[Fact | Quantity]) -> Iterator[Quantity]:
    """The numbers among facts, or as they are."""
    for thing in things:
        value = thing.value if isinstance(thing, Fact) else thing
        if isinstance(value, Quantity):
            yield value


def multipliers(things: Iterable[Fact | Quantity], *, lengths: bool) -> tuple[float, ...]:
    """What a price may be multiplied with, of counts and, where told so, of ``lengths``."""
    found: list[float] = []
    for one in quantities_of(things):
        if one.kind == "count":
            found += [value for value in _likely(one) if value != 1]
        elif lengths and one.kind == "duration":
            found += _in_units(one)
    return tuple(value for value in found if value > 0 and value != 1)


def _in_units(length: Quantity) -> list[float]:
    """A length in the units that it may have been written in."""
    if length.unit == "months":
        return [
            each for value in length.values for each in (value, value / 12) if each.is_integer()
        ]
    if length.unit != "minutes":
        return list(length.values)
    return [
        value / unit
        for value in length.values
        for unit in UNIT_MINUTES
        if (value / unit).is_integer() and value / unit <= 400
    ]


def values_of(things: Iterable[Fact | Quantity], kind: str, unit: str = "") -> tuple[float, ...]:
    """The values of one kind, money of one currency."""
    return tuple(
        value
        for one in quantities_of(things)
        if one.kind == kind and (one.unit == unit or MINOR_UNIT in (one.unit, unit))
        for value in _likely(one)
    )


def _likely(number: Quantity) -> frozenset[float]:
    """ "2,520" is two thousand and more, hardly ever two and a half."""
    values = number.values
    if len(values) == 2 and math.isclose(max(values), 1_000 * min(values)):
        return frozenset({max(values)})
    return values


def values_of_sources(
    library: Library, kind: str, unit: str, stems: frozenset[str], language: str
) -> tuple[float, ...]:
    """The values of this kind in sources that speak of the same."""
    return tuple(
        value
        for m in library.quantities
        if isinstance(m.value, Quantity)
        and m.value.kind == kind
        and (m.value.unit == unit or MINOR_UNIT in (m.value.unit, unit))
        and (m.language != language or related_any(stems, m.stems))
        for value in m.value.values
    )
