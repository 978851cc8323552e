# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether the sources hold a number: the same value, about the same thing as far as can be told."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from salesagent_core.domain.claims.elided_units import by_its_list
from salesagent_core.domain.claims.facts import Fact, Text, content_stems
from salesagent_core.domain.claims.length_words import is_repeated_so, is_so_often
from salesagent_core.domain.claims.quantities import (
    MINOR_UNIT,
    Quantity,
)
from salesagent_core.domain.grounding.held_lengths import (
    is_break,
    is_compared,
    is_hour_of_day,
    is_round_the_clock,
    is_working_week,
    left_out_length,
)
from salesagent_core.domain.grounding.held_percents import holds_cut
from salesagent_core.domain.grounding.held_units import (
    adds_two,
    counts_the_listed,
    is_days_of_work,
    is_named_hours,
    is_place_in_a_row,
    is_version,
)
from salesagent_core.domain.grounding.library import Library, Mention, sentence_around
from salesagent_core.domain.text.lexicon import SYNONYMS, stem
from salesagent_core.domain.text.same_word import MIN_PIECE, related, related_any

MAX_BY_EYE = 4
OURS = re.compile(r"\b(?:we|our|us|wir|unser\w*|uns|nous|nos|notre|nuestr\w+|nosotros|tenemos)\b")
_LABELLED = re.compile(r"([^\n;.,:\d]{3,60}): \d{1,3}(?![\d.,:]| ?[a-z%€$£-])")
"""A count behind its label: "Sessions included: 3"."""
_THE = re.compile(r"\b(?:the|die|den|der|les|des|las|los) $")
_NAMED = re.compile(r"(?<=[a-z,] )([A-Z][\w&'-]*(?: \d{1,4}\b)?)")
_THINGS = frozenset(SYNONYMS.values())
_MEASURE_WORDS = {
    "length": "1 mm millimetre millimeter milimetro|10 cm centimetre centimeter zentimeter centimetro|1000 m metre meter metro|1000000 km kilometre kilometer kilometro",
    "weight": "1 g gram gramm gramme gramo|1000 kg kilo kilogram kilogramm kilogramme kilogramo|1000000 t ton tonne tonnen tonelada",
    "volume": "1 ml millilitre milliliter mililitro|10 cl centilitre zentiliter|1000 l litre liter litro",
    "power": "1 w watt vatio|1000 kw kilowatt kilovatio|1000000 mw megawatt",
    "energy": "1 wh|1000 kwh|1000000 mwh|1000000000 gwh",
    "current": "1 a amp ampere amperio",
    "tension": "1 v volt voltio",
}
MEASURES: dict[str, tuple[str, float]] = {
    form: (dimension, float(line.split()[0]))
    for dimension, lines in _MEASURE_WORDS.items()
    for line in lines.split("|")
    for word in line.split()[1:]
    for form in (word, stem(word), stem(word + "s"))
}
"""What is measured, and how many of the smallest unit one is."""
_PARTS = {
    stem(word): parts
    for parts, words in (
        (3, "third thirds drittel tiers tercios"),
        (4, "quarter quarters viertel quarts cuartos"),
    )
    for word in words.split()
}
PEOPLE = frozenset(
    stem(word)
    for word in "person persons people strong members staff users employees guests covers participants attendees delegates learners trainees heads pax personen kopfe teilnehmer teilnehmende teilnehmenden mitglieder gaste nutzer mitarbeiter "
    "personnes participants membres invites convives utilisateurs salaries stagiaires personas participantes asistentes miembros invitados comensales usuarios empleados alumnos".split()
)
"""Words for people as one counts them."""
_PERSONS = re.compile(r" (?:persons?|people|personen|personnes?|personas?)\b")
"""Those of them that name nobody in particular."""
_ANY_THING = frozenset({"piece"})
"""Words for whatever was named before."""
_PIECES = frozenset("piece st pc pcs stk ud uds ex exp".split())
"""What a price list counts, whatever it sells."""
_COUNTED = frozenset({"count", "year"})


def holds_quantity(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """True when some source holds ``wanted``; ``fact`` says where it stands in ``text``."""
    same = [
        m
        for m in library.quantities
        if isinstance(m.value, Quantity) and _same_value(wanted, m.value)
    ]
    if wanted.kind == "year":
        years = {reading[0] for day in library.days for reading in day.readings}
        return bool(same) or bool(wanted.values & {float(y) for y in years if y})
    if wanted.kind == "duration" and wanted.unit == "minutes" and wanted.values & library.lengths:
        return True
    if wanted.kind == "percent":
        first, last = sentence_around(text.bare, fact.start)
        around = content_stems(text.bare[first:last])
        if any(_about(around, m, text.language) for m in same):
            return True
        return holds_cut(library, wanted, fact, text)
    if wanted.kind != "count":
        return bool(same) or (
            wanted.kind == "duration"
            and (
                is_hour_of_day(library, wanted, fact, text)
                or is_working_week(library, wanted, fact, text)
                or is_break(library, wanted, fact, text)
                or is_days_of_work(library, wanted, fact, text)
                or is_repeated_so(
                    text.bare[max(0, fact.start - 24) : fact.start],
                    wanted.unit,
                    wanted.values,
                    library.whens,
                )
            )
        )
    return _holds_count(library, wanted, same, fact, text)


def _holds_count(
    library: Library, wanted: Quantity, same: list[Mention], fact: Fact, text: Text
) -> bool:
    if _in_a_name(library, fact, text) or is_round_the_clock(library, fact, text):
        return True
    if any(
        is_so_often(value, text.bare[fact.end : fact.end + 40], library.whens)
        for value in wanted.values
    ):
        return True
    if _measured(library, wanted) or _is_fraction(library, wanted):
        return True
    if (
        is_version(library, fact, text)
        or is_named_hours(library, wanted)
        or is_place_in_a_row(library, wanted, fact, text)
        or adds_two(library, wanted, fact, text)
    ):
        return True
    if not wanted.nouns:
        listed = by_its_list(text.bare, fact.start, text.language)
        return (
            bool(same)
            or (listed is not None and _any_same(library, listed))
            or _bare_value(library, wanted)
            or left_out_length(library, wanted, fact, text)
        )
    if is_compared(fact, text) and left_out_length(library, wanted, fact, text):
        return True
    nouns = frozenset(wanted.nouns)
    if _counts_people(wanted, same, fact, text) or _adds_their_people(library, wanted):
        return True
    if counts_the_listed(library, wanted):
        return True
    if _counts_what_is_there(library, wanted, fact, text) or _counts_the_named(wanted, fact, text):
        return True
    first, last = sentence_around(text.bare, fact.start)
    around = content_stems(text.bare[first:last]) - nouns
    if any(
        isinstance(m.value, Quantity) and not m.value.nouns and related_any(around, m.stems)
        for m in same
    ):
        return True
    return any(_same_thing(nouns, m, text.language) for m in same) or any(
        not _another_thing(library, wanted.nouns, m) for m in same
    )


def _counts_people(wanted: Quantity, same: list[Mention], fact: Fact, text: Text) -> bool:
    """ "60 users" for the reader's "60-person practice", "20 people" for "20 participants"."""
    anybody = _PERSONS.match(text.bare, fact.end) is not None
    return wanted.nouns[0] in PEOPLE and any(
        (m.theirs or anybody)
        and isinstance(m.value, Quantity)
        and bool(m.value.nouns)
        and m.value.nouns[0] in PEOPLE
        for m in same
    )


def _adds_their_people(library: Library, wanted: Quantity) -> bool:
    """ "57 people" for the reader's "53 children and 4 teachers"."""
    told = [
        m.value
        for m in library.quantities
        if m.theirs and isinstance(m.value, Quantity) and m.value.kind == "count" and m.value.nouns
    ]
    return wanted.nouns[0] in PEOPLE and any(
        max(one.values) + max(other.values) in wanted.values for one, other in pairwise(told)
    )


def _measured(library: Library, wanted: Quantity) -> bool:
    """ "30 cm" for "300 mm", "a 16 amp socket" for "16 A": the same measure in another unit."""
    measure = MEASURES.get(wanted.nouns[0]) if wanted.nouns else None
    if measure is None:
        return False
    dimension, factor = measure
    if dimension == "current" and any(
        re.search(rf"(?<![\w.,]){value:g} ?A(?!\w)", library.original) for value in wanted.values
    ):
        return True
    return any(
        dimension == other[0]
        and any(
            abs(one * factor - value * other[1]) <= 1e-6 * abs(one * factor)
            for one in wanted.values
            for value in m.value.values
        )
        for m in library.quantities
        if isinstance(m.value, Quantity) and m.value.kind == "count" and m.value.nouns
        for other in (MEASURES.get(m.value.nouns[0]),)
        if other
    )


def _is_fraction(library: Library, wanted: Quantity) -> bool:
    """ "Three quarters of the water" for "75 %"."""
    parts = _PARTS.get(wanted.nouns[0]) if wanted.nouns else None
    return parts is not None and any(
        isinstance(m.value, Quantity)
        and m.value.kind == "percent"
        and any(
            abs(100 * value / parts - held) < 1
            for value in wanted.values
            for held in m.value.values
        )
        for m in library.quantities
    )


def _counts_what_is_there(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "all four roles" where the roles are listed, "two deliveries would do": a small number in
    words, of something no source counts, and not of ours."""
    if not wanted.spelled or max(wanted.values) > MAX_BY_EYE:
        return False
    first, last = sentence_around(text.bare, fact.start)
    if OURS.search(text.bare[first:last]):
        return False
    labelled = {
        one for label in _LABELLED.finditer(library.whens) for one in content_stems(label[1])
    }
    return not any(
        related(noun, known) for noun in wanted.nouns[:2] for known in (*library.counted, *labelled)
    ) and not any(_class_of(noun) for noun in wanted.nouns[:2])


def _counts_the_named(wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "English and Portuguese, the two languages of your team": as many names, here or in the
    sentence before, as the number counts."""
    if not wanted.spelled or max(wanted.values) > MAX_BY_EYE:
        return False
    if not _THE.search(text.bare[max(0, fact.start - 8) : fact.start]):
        return False
    first, _ = sentence_around(text.bare, fact.start)
    if first:
        first, _ = sentence_around(text.bare, first - 1)
    named = {one[1] for one in _NAMED.finditer(text.original[first : fact.start])}
    return len(named) >= min(wanted.values)


def _about(around: frozenset[str], held: Mention, language: str) -> bool:
    return (
        not held.stems
        or related_any(around, held.stems)
        or _untranslatable(held, language, held.stems)
    )


def _same_thing(nouns: frozenset[str], held: Mention, language: str) -> bool:
    return related_any(nouns, held.stems) or _untranslatable(held, language, nouns)


def _another_thing(library: Library, nouns: tuple[str, ...], held: Mention) -> bool:
    """True when the counted word is one of the sources' own, said of something else, or of a
    known class other than the source's."""
    held_nouns = held.value.nouns if isinstance(held.value, Quantity) else ()
    if _ANY_THING & set(nouns) or (held_nouns and _PIECES & {held_nouns[0]}):
        return False
    if any(related(noun, known) for noun in nouns[:2] for known in library.counted):
        return True
    there = {kind for noun in held_nouns or held.stems if (kind := _class_of(noun))}
    here = {kind for noun in nouns if (kind := _class_of(noun))}
    return bool(here) and bool(there) and not here & there


@lru_cache(maxsize=20_000)
def _class_of(word: str) -> str | None:
    """The known thing that a word names, also as a part of a compound ("lagerhall")."""
    if word in _THINGS:
        return word
    return next(
        (
            kind
            for name, kind in SYNONYMS.items()
            if len(name) > MIN_PIECE and (word.startswith(name) or word.endswith(name))
        ),
        None,
    )


def _bare_value(library: Library, wanted: Quantity) -> bool:
    """A number without a noun may stand for a sum or a length that was named just before."""
    return any(
        isinstance(m.value, Quantity) and m.value.kind == "money" and wanted.values & m.value.values
        for m in library.quantities
    )


def _in_a_name(library: Library, fact: Fact, text: Text) -> bool:
    """ "the Ember 8": the number right after the same word, as some source writes it."""
    before = re.search(r"([^\W\d_]{2,30})[ -]$", text.bare[max(0, fact.start - 32) : fact.start])
    digits = re.match(r"\d{1,6}(?![\d.,]\d)", text.bare[fact.start : fact.end])
    if before is None or digits is None or not text.original[fact.start - len(before[0])].isupper():
        return False
    written = rf"(?<!\w){re.escape(before[1])}[ -]{digits[0]}(?![\d%€$£]|[.,]\d)"
    return bool(re.search(written, library.whens))


def _untranslatable(held: Mention, language: str, words: frozenset[str]) -> bool:
    """True when the source speaks another language and its words cannot be told apart here."""
    return held.language != language and not words & _THINGS


def _same_value(wanted: Quantity, held: Quantity) -> bool:
    if not any(
        abs(one - other) < 1e-6 * max(1.0, abs(one))
        for one in wanted.values
        for other in held.values
    ):
        return False
    kinds = {wanted.kind, held.kind}
    if kinds <= _COUNTED:
        return True
    minor = MINOR_UNIT in (wanted.unit, held.unit)
    return len(kinds) == 1 and (wanted.unit == held.unit or minor)


def _any_same(library: Library, wanted: Quantity) -> bool:
    return any(
        isinstance(m.value, Quantity) and _same_value(wanted, m.value) for m in library.quantities
    )
