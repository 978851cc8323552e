# ruff: noqa: E501  (patterns are kept on one line)
"""Lengths of time that are told without their unit, or in the words of hours and weeks."""

from __future__ import annotations

import re

import attrs

from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.quantities import (
    ROUND_THE_CLOCK,
    Quantity,
    find_quantities,
    last_unit,
)
from salesagent_core.domain.grounding.library import Library, sentence_around

SMALL_HOURS = 300.0
_NEAR = 60
_RATE = re.compile(
    r" (?:a|an|per|each|every|pro|je|die|in der|im|par|chaque|a la|al|por|cada) (?:(?:working|business) )?(?:day|week|month|year|tag|woche|monat|jahr|jour|semaine|mois|an|annee|dia|semana|mes|ano)\b"
)
_COMPARED = re.compile(
    r"\b(?:now|today|nowadays|before|beforehand|previously|formerly|earlier|used to|instead|rather than|compared|against|down|once|only|just|from|were?|was|"
    r"jetzt|heute|inzwischen|mittlerweile|nun|nur|noch|vorher|zuvor|davor|fruher|bisher|statt|anstatt|anstelle|gegenuber|von|waren|auf|"
    r"maintenant|aujourd'hui|desormais|plus que|avant|auparavant|jusqu'ici|contre|au lieu|seulement|etait|etaient|de|"
    r"ahora|hoy|actualmente|antes|anteriormente|previamente|frente|en lugar|en vez|contra|solo|apenas|eran|era|llevaba)\b"
)
"""Words of what was before and what is now."""
_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|compared (?:with|to)|down from|up from|statt|anstatt|anstelle von|gegenuber|im vergleich zu|au lieu de|contre|en lugar de|en vez de|frente a) $"
)
_HOURS_FROM_TO = re.compile(r"\b(?:de|entre) \d{1,2} ?h(?:eures)? (?:a|et) \d")
_DAY_AND_NIGHT = re.compile(
    r"\b24 ?(?:h|heures|stunden|horas|hours) (?:sur 24|am tag|al dia|a day|per day|taglich)\b"
)
_BREAK = re.compile(
    r"\b(?:breaks?|lunch\w*|\w*pausen?|mittag\w*|pauses?|dejeuner|pausas?|descansos?|comida|comer)\b"
)
_WORKING_WEEK = re.compile(
    r"\b(?:mon?(?:day)?s?|montags?|lun(?:di|es)?)\.? ?(?:-|to|through|bis|au|a|al) ?(?:fri(?:day)?s?|freitags?|fr|ven(?:dredi)?|vie(?:rnes)?)\b"
)
_A_WEEK = re.compile(
    r" (?:a|per|each|every|pro|die|in der|par|a la|por) (?:week|woche|semaine|semana)\b"
)


def left_out_length(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "The panels carry 25 years, the inverter ten", "after how many days, from 7 to 365", "it
    took 18 hours; today it takes 6", "statt 14 nur noch 6 Stunden": the unit is that of the length
    before, or of the one it is compared with."""
    first, last = sentence_around(text.bare, fact.start)
    before = text.bare[first : fact.start]
    if bare_length(library, wanted.values, before, text.language):
        return True
    if not _COMPARED.search(
        text.bare[max(first, fact.start - _NEAR) : min(last, fact.end + _NEAR)]
    ):
        return False
    if first and _last_units(before, text.language) == []:
        earlier, _ = sentence_around(text.bare, max(0, first - 2))
        if bare_length(library, wanted.values, text.bare[earlier:first], text.language):
            return True
    behind = text.bare[fact.end : min(last, fact.end + _NEAR)]
    told = [one for one in find_quantities(behind, text.language) if one.kind == "duration"]
    if not told:
        return False
    nearest = min(told, key=lambda one: one.start)
    return _any_length(library, wanted.values, nearest.unit, _factors(nearest, behind))


def is_compared(fact: Fact, text: Text) -> bool:
    """ "Statt 13 braucht der Betrieb nur noch 4 Stunden": what follows is counted by another."""
    return _INSTEAD.search(text.bare[max(0, fact.start - 24) : fact.start]) is not None


def bare_length(library: Library, values: frozenset[float], before: str, language: str) -> bool:
    """True where ``before``, the sentence up to a number without a unit, last names a unit in
    which the sources hold a length of one of ``values``."""
    return any(
        _any_length(library, values, unit, factors)
        for unit, factors in _last_units(before, language)
    )


def _last_units(before: str, language: str) -> list[tuple[str, tuple[float, ...]]]:
    """The unit that a text last names and what one is in minutes, workdays or months: as it stands,
    and without how often something is ("18 hours a week")."""
    found = []
    for said in dict.fromkeys((before, _RATE.sub(lambda rate: " " * len(rate[0]), before))):
        told = [one for one in find_quantities(said, language) if one.kind == "duration"]
        last = max(told, key=lambda one: one.start, default=None)
        named = last_unit(said)
        if last is not None and (named is None or last.end >= named[2]):
            found.append((last.unit, _factors(last, said)))
        elif named is not None:
            found.append((named[0], (named[1],)))
    return found


def _any_length(
    library: Library, values: frozenset[float], unit: str, factors: tuple[float, ...]
) -> bool:
    return any(
        isinstance(m.value, Quantity)
        and (m.value.kind, m.value.unit) == ("duration", unit)
        and value * factor in m.value.values
        for m in library.quantities
        for factor in factors
        for value in values
    )


def length_meant(text: Text, fact: Fact, wanted: Quantity) -> Quantity | None:
    """ "Between seven and a half hours and a little more than eleven": a bare number as the length
    that it is in the unit before it."""
    first, _ = sentence_around(text.bare, fact.start)
    before = text.bare[first : fact.start]
    told = [one for one in find_quantities(before, text.language) if one.kind == "duration"]
    if wanted.nouns or wanted.kind != "count" or not told:
        return None
    last = max(told, key=lambda one: one.start)
    named = last_unit(before)
    factor = (
        named[1] if named is not None and named[0] == last.unit else min(_factors(last, before))
    )
    return attrs.evolve(
        wanted,
        kind="duration",
        unit=last.unit,
        values=frozenset(value * factor for value in wanted.values),
    )


def _factors(last: Quantity, before: str) -> tuple[float, ...]:
    """The units that the length may have been written in."""
    named = last_unit(before[last.start : last.end])
    if named is not None and named[0] == last.unit:
        return (named[1],)
    digits = [float(n) for n in re.findall(r"\d+", before[last.start : last.end])]
    units = {"months": (12.0, 1.0), "minutes": (10080.0, 1440.0, 60.0, 1.0)}.get(last.unit, (1.0,))
    return tuple(
        unit for unit in units if not digits or any(each * unit in last.values for each in digits)
    )


def is_hour_of_day(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "de 17 h a 19 h" tells when, not how long; "24 Stunden am Tag" tells "day and night"."""
    if is_round_the_clock(library, fact, text):
        return True
    if any(value in library.clocks and value < SMALL_HOURS for value in wanted.values):
        return True  # A source's "1 h 30" may be read as a time at night.
    around = text.bare[max(0, fact.start - 8) : fact.end + 8]
    return bool(_HOURS_FROM_TO.search(around)) and bool(wanted.values & library.clocks)


def is_break(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "With an hour for lunch" where the sources name the hours before and after it."""
    first, last = sentence_around(text.bare, fact.start)
    return (
        wanted.unit == "minutes"
        and bool(wanted.values & library.breaks)
        and _BREAK.search(text.bare[first:last]) is not None
    )


def is_working_week(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "Five days a week" for "Monday to Friday"."""
    return (
        5 * 1440.0 in wanted.values
        and _A_WEEK.match(text.bare, fact.end) is not None
        and _WORKING_WEEK.search(library.whens) is not None
    )


def is_round_the_clock(library: Library, fact: Fact, text: Text) -> bool:
    """ "24 hours a day" where ours says "round the clock"."""
    said = _DAY_AND_NIGHT.search(text.bare[max(0, fact.start - 14) : fact.end + 10])
    return said is not None and bool(ROUND_THE_CLOCK.search(library.our_text))
