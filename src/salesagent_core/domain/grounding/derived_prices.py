# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Prices of a draft that follow from others: by count, added up, with something taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_core.domain.claims.facts import Fact, Text, content_stems
from salesagent_core.domain.claims.quantities import Quantity, find_quantities
from salesagent_core.domain.grounding import sums
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.operands import (
    by_item,
    multipliers,
    multipliers_of,
    said_beside,
    values_of,
    values_of_sources,
    windows,
)
from salesagent_core.domain.grounding.reckoning_words import (
    ABOUT,
    TAKEN,
    counted_before,
    is_reckoned,
    is_share,
    sentences_before,
    stands_beside,
)
from salesagent_core.domain.grounding.sums import Operands

_WHOLE_WEEK = re.compile(
    r"\b(?:week-?ends?|saturdays?|wochenend\w*|samstag\w*|sabados?|fin(?:es)? de semana|samedis?)\b[^.]{0,120}\b(?:weeks?|woche|wochenpreis|7 tage|sieben tage|7 days|seven days|semaine|semana)\b"
)
"""A price of a whole week, after those of its days."""
_TWO_PRICES = 2
CHANCE, CHANCE_MIXED, CHANCE_UNTOLD, CHANCE_FAR = 0.12, 0.1, 0.05, 0.045
"""How likely an accident may be: where words tell of a calculation, of a longer one, where they do
not, and where an operand stands in a source only."""


def price_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """True when the price ``wanted`` follows from the numbers ``near`` it and from the sources."""
    less = stands_beside(TAKEN, text, fact)
    told = less or is_reckoned(text, fact) or is_share(text, fact)
    about = told and stands_beside(ABOUT, text, fact)
    stems = content_stems(sentences_before(text, fact))
    prices = Operands(
        near=values_of(near, "money", wanted.unit),
        far=values_of_sources(library, "money", wanted.unit, stems, text.language),
    ).capped()
    counts = multipliers_of(library, text, near, fact, told)
    own_prices, own_counts = prices.own(), counts.own()
    if not told:
        beside = windows(text, near, fact)[0]
        own_counts = Operands(
            near=(*multipliers(beside, lengths=False), *said_beside(text, fact))
        ).capped()
    chance = CHANCE if told else CHANCE_UNTOLD
    plain = [sums.priced(own_prices, own_counts)]
    if told:
        plain.append(sums.added(own_prices))
    if sums.follows(wanted.values, plain, chance, about=about):
        return True
    if _is_price_of_some(library, text, fact, wanted):
        return True
    chance = CHANCE if told else CHANCE_FAR
    named = [sums.priced(prices, own_counts)]
    if told:
        named.append(sums.added(prices))
    if less:
        named.append(sums.taken_off(prices))
    if sums.follows(wanted.values, named, chance, about=about):
        return True
    return told and (
        _price_is_mixed(library, text, near, fact, wanted)
        or _price_of_sources(library, text, near, fact, wanted)
    )


def _is_price_of_some(library: Library, text: Text, fact: Fact, wanted: Quantity) -> bool:
    """ "Two screens are £3,780": exactly so many times a price that some source holds."""
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    prices = Operands(far=values_of(held, "money", wanted.unit)).capped()
    counted = [
        value
        for one in find_quantities(counted_before(text, fact) + " x", text.language)
        if one.kind == "count"
        for value in one.values
        if value > 1
    ]
    return sums.follows(wanted.values, [sums.priced(prices, Operands(near=tuple(counted)))], CHANCE)


def _price_is_mixed(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """The longer calculations: of the numbers of the sentence, then of those before it too."""
    about = stands_beside(ABOUT, text, fact)
    shares = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    percents = Operands(far=values_of(shares, "percent")).capped()
    for window in windows(text, near, fact):
        prices = Operands(near=values_of(window, "money", wanted.unit)).capped()
        counts = multipliers_of(library, text, window, fact, True).own()
        percents_near = Operands(near=values_of(window, "percent"))
        tiers = [
            sums.last_added(prices),
            sums.cut(prices, percents_near),
            sums.last_added(Operands(near=by_item(text, window, wanted.unit))),
            sums.reduced(prices, percents),
            sums.shared(prices, counts),
            sums.priced_twice(prices, counts),
            sums.bundled(prices, counts),
            sums.paired(prices, counts),
            sums.mixed(prices, counts),
            sums.totalled(prices),
            sums.in_step(prices, _counts_alone(window)),
            sums.reduced_by_count(prices, counts, percents_near),
            sums.totalled_by_count(prices, counts),
        ]
        if _WHOLE_WEEK.search(sentences_before(text, fact)):
            tiers.insert(0, sums.whole_week(prices))
        if sums.follows(wanted.values, tiers, CHANCE_MIXED, about=about):
            return True
    lines = _lines(text, near, wanted.unit)
    return sums.follows(wanted.values, [sums.listed(lines)], CHANCE_MIXED)


def _counts_alone(window: Sequence[Fact]) -> Operands:
    return Operands(near=multipliers(window, lengths=False)).capped()


def _price_of_sources(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """The calculations with a price or a count that only a source tells."""
    close = windows(text, near, fact)[1]
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    prices = Operands(
        near=values_of(close, "money", wanted.unit), far=values_of(held, "money", wanted.unit)
    ).capped()
    counts = multipliers_of(library, text, close, fact, True)
    tiers = [
        sums.first_and_rest(_steps(library, text.language, wanted.unit), counts),
        sums.added(prices),
        sums.priced(prices, counts),
        sums.priced_twice(prices, counts),
        sums.bundled(prices, counts),
        sums.mixed(prices, counts),
        sums.mixed_from_afar(prices, counts),
    ]
    return sums.follows(wanted.values, tiers, CHANCE_FAR)


_FIRST_AND_REST = re.compile(
    r"[^.!?\n]{0,40}\b(?:first|ersten?s?|premiere?|primera?)\b[^!?\n]{0,60}\b(?:further|each other|every other|additional|extra|weitere[nrs]?|zusatzliche[nrs]?|supplementaire|suivante?|autre|adicional|siguiente|otra?)\b[^.!?\n]{0,20}"
)


def _steps(library: Library, language: str, unit: str) -> list[tuple[float, float]]:
    """The two prices of each sentence that has one for the first and one for each further."""
    found = []
    for match in _FIRST_AND_REST.finditer(library.whens):
        prices = values_of(
            sorted(find_quantities(match[0], language), key=lambda one: one.start), "money", unit
        )
        if len(prices) == _TWO_PRICES:
            found.append((prices[0], prices[1]))
    return found


def _lines(text: Text, near: Sequence[Fact], unit: str) -> list[list[float]]:
    """The prices of each sentence or line."""
    lines: dict[int, list[float]] = {}
    for one in near:
        values = values_of([one], "money", unit)
        if values:
            first, _ = sentence_around(text.bare, one.start)
            lines.setdefault(first, []).append(max(values))
    return list(lines.values())
