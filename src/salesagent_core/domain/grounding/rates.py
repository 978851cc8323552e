# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Numbers that follow from a rate: "£0.38 per square metre", "1 kWp yields 1,500 kWh", "three
windows a day".

Flow: ``rates of the sources and of the draft | numbers of the rate's units | product or share``.

Other than sums of whatever stands near, a rate names the units of both numbers, so that a hit is
hardly an accident and may be rounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import attrs

from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.quantities import MINOR_UNIT, Quantity, find_quantities
from salesagent_core.domain.grounding import sums
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.operands import UNIT_MINUTES
from salesagent_core.domain.grounding.reckoning_words import ABOUT, is_reckoned, sentences_before
from salesagent_core.domain.text.lexicon import MONTHS, stem
from salesagent_core.domain.text.same_word import related_any

ABOUT_REACH = 40
SMALL = 12
MANY = 10
MAX_SOURCE_TEXT = 20_000
_EACH = "each"
_PIECES = frozenset(
    stem(word)
    for word in "piece pieces stuck exemplare exemplaires ejemplares unidades units unites".split()
)
_TIMES = {
    stem(word): key
    for key, words in {
        "day": "day days tag tage tagen jour jours dia dias jornada jornadas journee journees werktag arbeitstag",
        "hour": "hour hours stunde stunden heure heures hora horas",
        "week": "week weeks woche wochen semaine semaines semana semanas",
        "month": "month months monat monate monaten mois mes meses",
        "year": "year years jahr jahre jahren an ans annee annees ano anos",
    }.items()
    for word in words.split()
}
_MINUTES = dict(zip(("week", "day", "hour"), UNIT_MINUTES, strict=True))
_AREA = re.compile(
    r" ?(?:m2\b|qm\b|sqm\b|sq\.? ?m\b|square met(?:re|er)s?|quadratmeter\w*|met(?:re)s? carres?|metros? cuadrados?)"
)
_LEAD = r"(?: (?!and\b|und\b|et\b|y\b|or\b|oder\b|ou\b|o\b)[a-z.]{2,14}){0,2}? ?"
_BY = r"per|for each|for every|every|each|je|pro|jede[rsnm]?|par(?: tranche de)?|chaque|por(?: cada)?|cada|por tramo de"
_PER = re.compile(
    rf"(?: (?!and\b|und\b|et\b|y\b|or\b|oder\b|ou\b|o\b)[a-z.]{{1,14}}){{0,3}}? ?(?:\b(?:{_BY}|an?|al|im|am|in der|a la)\b|/) ?"
)
_PRICED = re.compile(
    rf"{_LEAD}(?:\b(?:{_BY}|an?|le|la|el|al|the|der|das|die|den|im|am|in der|a la)\b|/|l') ?"
)
"""A price may also be told of "the" piece: "112 € le m²"."""
_APIECE = re.compile(
    r"(?:,? (?:each|apiece|a piece|(?:je|das|pro|per) stuck|(?:la |par )?piece|l'unite|(?:la |por )?unidad|cada un[oa])\b)"
)
_ONE = re.compile(r"\b(?:each|every|jede[rsnm]?|chaque|cada|1|ein|one|un) (?=([a-z]{2,30}))")
_VOLUME = re.compile(
    r" ?(?:m3\b|cbm\b|cubic met(?:re|er)s?|kubikmeter\w*|met(?:re)s? cubes?|metros? cubicos?)"
)
_WORDS = re.compile(r" ?-?([a-z]{2,30}|[mltgw](?![a-z0-9]))")
_FOR_SO_MANY = re.compile(
    r"\b(?:one|an?|1|eine?|une?|una) ([a-z]{3,30}) (?:per|for every|for each|je|pro|auf|fur je|pour|par|por cada|cada|para cada) "
)
_OVER = re.compile(
    r"\b(?:(?:a (?:little|bit)|slightly) (?:more than|over)|just (?:over|above)|over|more than|gut|etwas (?:mehr als|uber)|ein wenig mehr als|knapp uber|un peu plus de?|plus de|algo mas de|poco mas de|mas de|between|zwischen|entre)(?: \w+ (?:and|und|et|y))? $"
)
_UNDER = re.compile(
    r"\b(?:(?:a (?:little|bit)|slightly|just) (?:less than|under)|under|less than|nearly|almost|knapp|nicht ganz|fast|un peu moins de?|moins de|presque|pres de|algo menos de|poco menos de|menos de|casi|(?:between|zwischen|entre) \w+ (?:and|und|et|y)) $"
)
_MONTH = "|".join(sorted((name for name in MONTHS if len(name) > 2), key=len, reverse=True))
_MONTHS = re.compile(
    rf"\b({_MONTH}) (?:to|until|till|through|bis(?: ende)?|a|au|hasta)(?: el| la| fin| the end of| finales de)? ({_MONTH})\b"
)


@attrs.frozen(kw_only=True)
class Amount:
    """A number with its unit: a currency, a time word or stems of what is counted."""

    value: float
    money: str = ""
    units: frozenset[str] = frozenset()

    def fits(self, other: Amount) -> bool:
        """True where both are of one unit."""
        if self.money or other.money:
            same = self.money == other.money or MINOR_UNIT in (self.money, other.money)
            return bool(self.money and other.money) and same
        return bool(self.units & other.units) or related_any(self.units, other.units)


@attrs.frozen(kw_only=True)
class Rate:
    """So much of one unit for so much of another."""

    amount: Amount
    per: Amount


def rate_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """True when ``wanted`` is what a rate gives for a number of the rate's other unit."""
    before = text.bare[max(0, fact.start - ABOUT_REACH) : fact.start]
    about = bool(ABOUT.search(before))
    told = about or is_reckoned(text, fact) or _loose(before)
    goals = list(amounts_of(text.bare, wanted))
    grounded = {one.start for one in near}
    held = _read(library.whens[:MAX_SOURCE_TEXT])
    own = _read(text.bare)
    rates = [*held[0], *(rate for rate, start in own[1] if start in grounded)]
    first, _ = sentence_around(text.bare, fact.start)
    here = [one for each in near if each.start >= first for one in _amounts(text.bare, each.value)]
    here += _month_spans(text.bare[first : fact.start])
    numbers = [one for each in near for one in _amounts(text.bare, each.value)]
    apiece = [one for one in numbers if one.value >= MANY and one.units]
    numbers += [*_month_spans(sentences_before(text, fact)), *_of_theirs(library, held[2])]
    if not told and max(wanted.values) <= SMALL:
        return False
    for rate in rates:
        for goal in goals:
            fitting = _fitting(rate, here) or numbers
            for exact in _outcomes(rate, goal, fitting, apiece if told else []):
                if _hits(exact, goal, about, before):
                    return True
    return False


def _of_pieces(rate: Rate, one: Amount) -> bool:
    """ "42 € per 1,000 pieces" is of whatever is counted by the thousand."""
    return bool(_PIECES & rate.per.units and one.units) and one.value >= rate.per.value > 1


def _fitting(rate: Rate, here: Sequence[Amount]) -> list[Amount]:
    """The numbers of the sentence itself, where one is of the rate's unit: "420 of up to 500 square
    metres" is not reckoned with 500."""
    if rate.per.money or not any(one.fits(rate.per) or one.fits(rate.amount) for one in here):
        return []
    return [] if _EACH in rate.per.units else list(here)


def _of_theirs(library: Library, held: Iterable[Amount]) -> Iterator[Amount]:
    """The numbers that they wrote: the bounds of our price list are no amounts of theirs."""
    theirs = {
        value
        for m in library.quantities
        if m.theirs and isinstance(m.value, Quantity)
        for value in m.value.values
    }
    return (one for one in held if one.value in theirs)


def _loose(before: str) -> bool:
    return bool(_OVER.search(before) or _UNDER.search(before))


def _outcomes(
    rate: Rate, goal: Amount, numbers: Iterable[Amount], apiece: Iterable[Amount]
) -> Iterator[float]:
    if goal.fits(rate.amount):
        by_piece = _EACH in rate.per.units
        for one in apiece if by_piece else numbers:
            if by_piece or one.fits(rate.per) or _of_pieces(rate, one):
                yield rate.amount.value * one.value / rate.per.value
    if rate.per.units and goal.fits(rate.per):
        for one in numbers:
            if one.fits(rate.amount) and rate.amount.value:
                yield one.value * rate.per.value / rate.amount.value


def _hits(exact: float, goal: Amount, about: bool, before: str) -> bool:
    wanted = goal.value
    if exact <= 0 or wanted <= 0:
        return False
    if abs(exact - wanted) <= sums.EXACT * wanted:
        return True
    if wanted < 1 or not float(wanted).is_integer():
        return False
    if about and sums.rounds_to(exact, wanted):
        return True
    if "day" in goal.units and math.ceil(exact - sums.EXACT) == wanted:
        return True
    return wanted <= 10 * SMALL and (
        (_OVER.search(before) is not None and math.floor(exact) == wanted)
        or (_UNDER.search(before) is not None and math.ceil(exact) == wanted)
    )


def amounts_of(bare: str, number: Quantity) -> Iterator[Amount]:
    """A number of a bare text with its unit, in each of its readings."""
    for value in number.values:
        if number.kind == "money":
            yield Amount(value=value, money=number.unit)
        elif number.kind == "count":
            units = frozenset(number.nouns[:2])
            units = _spatial(bare, number.end) or units
            yield Amount(value=value, units=units)
            if not units and value >= 500:
                # "worth six thousand": a sum without its sign.
                yield Amount(value=value, money=MINOR_UNIT)
        elif number.kind == "duration" and number.unit == "months":
            yield Amount(value=value, units=frozenset({"month"}))
            yield Amount(value=value / 12, units=frozenset({"year"}))
        elif number.kind == "duration":
            for name, minutes in _MINUTES.items():
                each = 1.0 if number.unit == "workdays" else minutes
                if name == "day" or number.unit == "minutes":
                    yield Amount(value=value / each, units=frozenset({name}))


def _amounts(bare: str, value: object) -> Iterator[Amount]:
    if isinstance(value, Quantity):
        yield from amounts_of(bare, value)


@lru_cache(maxsize=16)
def _read(bare: str) -> tuple[tuple[Rate, ...], tuple[tuple[Rate, int], ...], tuple[Amount, ...]]:
    """The rates of a text, each with where its amount begins, and all its numbers."""
    numbers = sorted(find_quantities(bare, "any"), key=lambda one: one.start)
    starts = {one.start: one for one in numbers}
    rates = [(rate, one.start) for one in numbers for rate in _rates_at(bare, one, starts)]
    for match in _FOR_SO_MANY.finditer(bare):
        per = _unit_at(bare, match.end(), starts) if match.end() in starts else None
        if per is not None:
            one = Amount(value=1.0, units=frozenset({stem(match[1])}))
            rates.append((Rate(amount=one, per=per), match.end()))
    amounts = tuple(each for one in numbers for each in amounts_of(bare, one))
    return tuple(rate for rate, _ in rates), tuple(rates), amounts


def _rates_at(bare: str, one: Quantity, starts: dict[int, Quantity]) -> Iterator[Rate]:
    for amount in amounts_of(bare, one):
        if not amount.money and not amount.units:
            continue
        if one.kind == "money" and _APIECE.match(bare, one.end):
            yield Rate(amount=amount, per=Amount(value=1.0, units=frozenset({_EACH})))
        per = (_PRICED if one.kind == "money" else _PER).match(bare, one.end)
        unit = _unit_at(bare, per.end(), starts) if per else None
        if unit is not None:
            yield Rate(amount=amount, per=unit)
        if one.kind == "count":
            for lead in _ONE.finditer(bare, max(0, one.start - 70), one.start):
                between = bare[lead.end() : one.start]
                if re.search(r"[.;:!?\n,|]|\d", between):
                    continue
                yield Rate(
                    amount=amount, per=Amount(value=1.0, units=_word_units(bare, lead.end()))
                )


def _unit_at(bare: str, at: int, starts: dict[int, Quantity]) -> Amount | None:
    number = starts.get(at)
    if number is not None and max(number.values) >= 1:
        found = [one for one in amounts_of(bare, number) if one.money or one.units]
        return max(found, key=lambda one: one.value, default=None)
    units = _word_units(bare, at)
    return Amount(value=1.0, units=units) if units else None


def _word_units(bare: str, at: int) -> frozenset[str]:
    if space := _spatial(bare, at):
        return space
    words = _WORDS.match(bare, at)
    if words is None:
        return frozenset()
    first = stem(words[1])
    return frozenset({_TIMES.get(first, first)})


def _spatial(bare: str, at: int) -> frozenset[str]:
    if _AREA.match(bare, at):
        return frozenset({"m2"})
    return frozenset({"m3"}) if _VOLUME.match(bare, at) else frozenset()


def _month_spans(said: str) -> Iterator[Amount]:
    """ "From June to August" is three months."""
    for match in _MONTHS.finditer(said):
        length = (MONTHS[match[2]] - MONTHS[match[1]]) % 12 + 1
        yield Amount(value=float(length), units=frozenset({"month"}))
