# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Counts and lengths of a draft that follow from others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from salesagent_core.domain.claims.facts import MAX_SELF_COUNT, Fact, FactKind, Text
from salesagent_core.domain.claims.quantities import Quantity, find_quantities
from salesagent_core.domain.grounding import sums
from salesagent_core.domain.grounding.derived_prices import CHANCE
from salesagent_core.domain.grounding.held_numbers import MEASURES, OURS, PEOPLE
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.operands import quantities_of, values_of, windows
from salesagent_core.domain.grounding.reckoning_words import (
    ABOUT,
    LEFT,
    SUPPOSED,
    TWO_EACH,
    WOULD,
    is_reckoned,
    sentences_before,
    stands_beside,
)
from salesagent_core.domain.grounding.sums import Operands
from salesagent_core.domain.text.lexicon import stem
from salesagent_core.domain.text.same_word import related_any

LENGTH_BEHIND = 24
CHANCE_LENGTH, CHANCE_RATE = 0.35, 0.5
"""How likely an accident may be; a rate ("200 a day") leaves little else to reckon with it."""
QUARTERS = 4
"""A length is told in quarters of its unit."""
_RATE = re.compile(
    r"(?:\b(?:an?|per|each|pro|je|am|par|chaque|por|cada|al)|/) ?"
    r"(?:(?:working|business|work) )?(day|tag|jour|dia|jornada|hour|stunde|heure|hora|week|woche|semaine|semana|werktag|arbeitstag)"
)
_RATE_MINUTES = {
    **dict.fromkeys(("day", "tag", "jou", "jor", "dia", "wer", "arb"), 1440.0),
    **dict.fromkeys(("hou", "stu", "heu", "hor"), 60.0),
    **dict.fromkeys(("wee", "woc", "sem"), 10080.0),
}
_DAY = 1440.0
_GROUPS = frozenset(
    stem(word)
    for word in "group groups batch batches session sessions round rounds trip trips class classes shift shifts table tables bus buses coach coaches gruppe gruppen durchgang durchgange durchgangen runde runden kurs kurse kursen fahrt fahrten tisch tische tischen "
    "groupe groupes sessions tour tours voyage voyages trajet trajets table tables grupo grupos turno turnos tanda tandas viaje viajes mesa mesas".split()
)
"""What people or things are put into, so many to each."""
_ONE_FOR = re.compile(
    r"\b(?:1|one|an?|ein(?:e[nmrs]?)?|une?|una) (?P<what>[a-z]{3,40}) (?:per|for every|for each|for|every|je|pro|auf|fur(?: je)?|par|pour|por(?: cada)?|para cada|cada) (?P<n>\d{1,4})\b"
)
_LIMIT = re.compile(
    r"\b(?:at most|up to|max(?:imum|imal|imo)?|no more than|per|each|hochstens|bis zu|je|pro|maximal|passen|au plus|jusqu'a|par|chacun\w*|como maximo|a lo sumo|hasta|por|cada)\b"
)
"""Beside how many go to one of them."""
_THE = re.compile(r"\b(?:the|die|den|der|beiden|les|des|los|las) $")


def count_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """True when the count ``wanted`` follows from counts that were named."""
    told, about = is_reckoned(text, fact), stands_beside(ABOUT, text, fact)
    kin = [one for one in quantities_of(near) if one.kind == "count"]
    held = [
        m.value
        for m in library.quantities
        if isinstance(m.value, Quantity) and m.value.kind == "count"
    ]
    if stands_beside(LEFT, text, fact) and wanted.nouns:
        same = Operands(near=_of_noun(kin, wanted), far=_of_noun(held, wanted)).capped()
        if sums.follows(wanted.values, [sums.left_over(same)], 1.0):
            return True
    if _parts_of_a_length(library, near, fact, wanted) or _is_supposed(text, fact):
        return True
    if _one_for_so_many(library, near, wanted) or _so_many_for_each(library, wanted):
        return True
    if _in_groups(library, text, near, fact, wanted):
        return True
    if not told:
        return False
    by_two = (2.0,) if TWO_EACH.search(sentences_before(text, fact)) else ()
    for window in windows(text, near, fact):
        counts = Operands(near=(*values_of(window, "count"), *by_two)).capped()
        if sums.follows(wanted.values, [sums.reckoned(counts)], CHANCE, about=about):
            return True
    if _in_small_units(near, wanted):
        return True
    return bool(by_two) and any(2 * value in values_of(held, "count") for value in wanted.values)


def _in_groups(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """ "At most three to a truck, so your six would come in two groups": what the sentences limit
    goes as often into a count before."""
    if not wanted.nouns or wanted.nouns[0] not in _GROUPS:
        return False
    first, last = sentence_around(text.bare, fact.start)
    first, _ = sentence_around(text.bare, max(0, first - 2))
    counts = [
        value
        for one in near
        if isinstance(one.value, Quantity) and one.value.kind == "count"
        for value in one.value.values
    ]
    held = {
        value
        for m in library.quantities
        if isinstance(m.value, Quantity) and m.value.kind == "count"
        for value in m.value.values
    }
    limits = {
        value
        for one in find_quantities(text.bare[first:last], text.language)
        if one.kind == "count" and first + one.start != fact.start
        for value in one.values & held
        if value > 1 and _LIMIT.search(text.bare[first:last][max(0, one.start - 30) : one.end + 40])
    }
    return any(
        low < high and math.ceil(high / low - sums.EXACT) in wanted.values
        for low in limits
        for high in counts
    )


def _one_for_so_many(library: Library, near: Sequence[Fact], wanted: Quantity) -> bool:
    """ "Ten units for 800 guests" where the source says "1 unit per 80 guests"."""
    counts = values_of(near, "count")
    return bool(wanted.nouns) and any(
        related_any(frozenset({stem(rule["what"])}), frozenset(wanted.nouns))
        and any(math.ceil(count / int(rule["n"]) - sums.EXACT) in wanted.values for count in counts)
        for rule in _ONE_FOR.finditer(library.our_text)
        if int(rule["n"]) > 1
    )


_SO_MANY_EACH = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3}) (?P<what>[a-z]{3,30})(?P<more>[^.!?;\n]{0,60}?) (?:each|(?:per|for each|pro|je|par|pour chaque|por|para cada|cada) (?:person|head|employee|member|kopf|mitarbeiter\w*|mann|nase|personne|salarie|tete|persona|empleado|trabajador))\b"
)
_AND_SO_MANY = re.compile(r"(?<![\d.,])(?P<n>\d{1,3}) (?P<what>[a-z]{3,30})")


def _so_many_for_each(library: Library, wanted: Quantity) -> bool:
    """ "26 pantalons" for the reader's "13 salaries, 2 pantalons et 4 polos par personne"."""
    people = {
        value
        for m in library.quantities
        if m.theirs and isinstance(m.value, Quantity) and m.value.kind == "count"
        if m.value.nouns and m.value.nouns[0] in PEOPLE
        for value in m.value.values
    }
    return bool(wanted.nouns and people) and any(
        related_any(frozenset({stem(item["what"])}), frozenset(wanted.nouns[:1]))
        and any(int(item["n"]) * count in wanted.values for count in people)
        for rule in _SO_MANY_EACH.finditer(library.whens)
        for item in _AND_SO_MANY.finditer(rule[0])
    )


def _is_supposed(text: Text, fact: Fact) -> bool:
    """ "To give you an idea: 30 stops would be ...": a count that is only supposed, not of ours."""
    first, last = sentence_around(text.bare, fact.start)
    sentence = text.bare[first:last]
    return (
        SUPPOSED.search(text.bare[first : fact.start]) is not None
        and WOULD.search(text.original[first:last]) is not None
        and OURS.search(sentence) is None
    )


def _in_small_units(near: Sequence[Fact], wanted: Quantity) -> bool:
    """ "180 children at 100 g, so 18 kg": the product in the smaller unit."""
    measure = MEASURES.get(wanted.nouns[0]) if wanted.nouns else None
    if measure is None:
        return False
    counts = [one for one in quantities_of(near) if one.kind == "count"]
    return any(
        abs(one_value * other[1] * value - goal * measure[1]) <= sums.EXACT * goal * measure[1]
        for one in counts
        if one.nouns
        for other in (MEASURES.get(one.nouns[0]),)
        if other and other[0] == measure[0] and other[1] != measure[1]
        for one_value in one.values
        for value in values_of(near, "count")
        for goal in wanted.values
    )


def _parts_of_a_length(
    library: Library, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """ "24 hours in 12 sessions of two hours": the number with its length right behind it."""
    behind = next(
        (
            one.value
            for one in near
            if isinstance(one.value, Quantity)
            and one.value.kind == "duration"
            and 0 < one.start - fact.end <= LENGTH_BEHIND
        ),
        None,
    )
    if behind is None:
        return False
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    wholes = {*values_of(near, "duration", behind.unit), *values_of(held, "duration", behind.unit)}
    return any(
        count > 1 and abs(count * each - whole) <= sums.EXACT * whole
        for count in wanted.values
        for each in behind.values
        for whole in wholes
    )


def _of_noun(quantities: Iterable[Quantity], wanted: Quantity) -> tuple[float, ...]:
    nouns = frozenset(wanted.nouns)
    return tuple(
        value
        for one in quantities
        if related_any(nouns, frozenset(one.nouns))
        for value in one.values
    )


def length_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """True when the length ``wanted`` follows from lengths and counts that were named."""
    lengths = [
        one for one in quantities_of(near) if one.kind == "duration" and one.unit == wanted.unit
    ]
    held = [
        m.value
        for m in library.quantities
        if isinstance(m.value, Quantity)
        and m.value.kind == "duration"
        and m.value.unit == wanted.unit
    ]
    if stands_beside(LEFT, text, fact):
        both = Operands(
            near=values_of(lengths, "duration", wanted.unit),
            far=values_of(held, "duration", wanted.unit),
        )
        if sums.follows(wanted.values, [sums.left_over(both.capped())], 1.0):
            return True
    rates = {_RATE_MINUTES[rate[1][:3]] for rate in _RATE.finditer(sentences_before(text, fact))}
    if not rates and not is_reckoned(text, fact) and not stands_beside(ABOUT, text, fact):
        return False
    units = rates if wanted.unit == "minutes" else ({1.0} if rates else set[float]())
    about = stands_beside(ABOUT, text, fact)
    quotients = [
        value / unit
        for unit in units
        for value in wanted.values
        if (QUARTERS * value / unit).is_integer()
    ]
    chance = CHANCE_RATE if rates else CHANCE_LENGTH
    small = _small_ones(library, text, fact)
    for window in windows(text, near, fact):
        counts = Operands(near=(*values_of(window, "count"), *small)).capped()
        # "Seven and a half" is no rounded number.
        rounded = about and all(each.is_integer() for each in quotients)
        if sums.follows(quotients, [sums.divided(counts)], chance, about=rounded):
            return True
    if not is_reckoned(text, fact) and not about:
        return False
    near_lengths = Operands(near=values_of(lengths, "duration", wanted.unit)).capped()
    counts = Operands(near=values_of(near, "count")).capped()
    tiers = [sums.priced(near_lengths, counts), sums.added(near_lengths)]
    return sums.follows(wanted.values, tiers, CHANCE, about=about)


def _small_ones(library: Library, text: Text, fact: Fact) -> tuple[float, ...]:
    """The "four" of "four to six an hour", which is no fact by itself, where a source holds it."""
    held = {
        value
        for m in library.quantities
        if isinstance(m.value, Quantity) and m.value.kind == "count"
        for value in m.value.values
    }
    return tuple(
        value
        for one in find_quantities(sentences_before(text, fact), text.language)
        if one.spelled and one.kind == "count"
        for value in one.values & held
        if 1 < value <= MAX_SELF_COUNT
    )


def counts_the_days(text: Text, grounded: Sequence[Fact], fact: Fact, wanted: Quantity) -> bool:
    """ "Which of the two days suits you?": as many as were named just before, or are listed
    after."""
    first, last = sentence_around(text.bare, fact.start)
    for _ in range(2):
        first, _start = sentence_around(text.bare, max(0, first - 2))
    chosen = _THE.search(text.bare[max(0, fact.start - 8) : fact.start])
    named = {
        text.bare[one.start : one.end]
        for one in grounded
        if one.kind in (FactKind.DATE, FactKind.WEEKDAY) and first <= one.start < last
    }
    possible = range(2, len(named) + 1) if chosen else (len(named),)
    return wanted.unit == "minutes" and any(_DAY * n in wanted.values for n in possible if n)


def from_month_to_month(library: Library, wanted: Quantity) -> bool:
    """ "May to September" are five months."""
    if wanted.unit != "months":
        return False
    whole = [
        next(iter(day.readings))
        for day in library.days
        if len(day.readings) == 1 and next(iter(day.readings))[2] is None
    ]
    return any(
        float((end[1] - begin[1]) % 12 + 1) in wanted.values
        for begin, end in pairwise(whole)
        if begin != end
    )
