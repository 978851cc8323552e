# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Days that follow from what the sources hold: "one week before" a date, two days after a load
leaves, a day that lies outside of "Monday to Saturday"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from salesagent_core.domain.claims.moments import ANY_MONTH, Day, Weekday
from salesagent_core.domain.text.lexicon import WEEKDAYS

MAX_SHIFT_DAYS = 400
MAX_WEEKDAY_SHIFT = 6
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "",
            "a one ein eine einen einem einer un une uno una first erste ersten erster premier primer",
            "two zwei deux dos second zweite zweiten zweiter deuxieme segundo",
            "three drei trois tres third dritte dritten dritter troisieme tercer",
            "four vier quatre cuatro fourth vierte vierten quatrieme cuarto",
            "five funf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
        )
    )
    for word in words.split()
}

_UNIT = r"(?P<unit>(?:working |business |calendar )?days?|weeks?|(?:werk|arbeits|kalender)?tage?n?|wochen?|jours?|semaines?|dias?|semanas?)"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?:st|nd|rd|th|\.|e|o)?"
_SIDE = r"(?:before\w*|prior|ahead|in advance|earlier|vorher|zuvor|davor|vor|im voraus|avant|auparavant|plus tot|a l'avance|antes|previos?|de antelacion|after\w*|later|on|nach|danach|darauf|spater|apres|plus tard|suivants?|despues|mas tarde|naturales|siguientes?)"
_BESIDE = re.compile(rf"\b{_COUNT} (?:\w+ )?{_UNIT} (?:\w+ )?{_SIDE}\b")
_LASTS = re.compile(rf"\b{_COUNT} {_UNIT}\b")
_NEXT_DAY = re.compile(
    r"\b(?:next(?: working| business)? day|day after|day before|(?:am )?(?:nachsten|folgenden|selben) (?:werk|arbeits)?tag|folgetag|vortag|am tag (?:davor|danach)|(?:le )?lendemain|la veille|dia siguiente|vispera|dia anterior|24 ?(?:h|hours|stunden|heures|horas)|overnight)\b"
)
_NAMES = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_RANGE = re.compile(
    rf"(?<![a-z])(?P<first>{_NAMES})s?\.? ?(?:to|till|until|through|thru|-|bis|au|a|al|hasta)(?: el| le)? ?(?P<last>{_NAMES})s?(?![a-z])"
)
_DENIED_BEFORE = re.compile(
    r"\b(?:no|not|never|closed|except|excluding|apart from|but not|nor|nicht|kein\w*|nie|ausser|ausgenommen|geschlossen|weder|noch|pas|sauf|ferme\w*|hors|jamais|aucun\w*|ni|nunca|salvo|excepto|menos|cerrad\w+|ningun\w*|sin)\b(?: \w+){0,3} ?$"
)
_DENIED_AFTER = re.compile(
    r"^[a-z]*,? (?:(?:is|are|we|ist|sind|haben wir|bleiben? wir|bleibt|nous|est|estamos|esta|el|la|the|das|der|die|le|\w+en wir) ){0,3}(?:closed|not?|never|nicht|kein\w*|geschlossen|nie|ne|ferme\w*|fermes|exclu\w*|no|cerrad\w+)\b"
)
_ENDS = re.compile(
    r"\b(?:by|until|till|before|no later than|latest|deadline|closes?|bis|spatestens|vor|fristende|schluss|d'ici|avant|au plus tard|jusqu'au|limite|antes|hasta|mas tardar)\b(?: \w+){0,3} ?$"
)
_JOINED = re.compile(r"^\s*(?:,|and|or|und|oder|et|ou|y|o|to|bis|a|au|-|/)\s*(?:on )?$")


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)


def _length(match: re.Match[str]) -> int:
    unit = match["unit"]
    week = "week" in unit or "woche" in unit or unit.startswith(("seman", "semai"))
    return _number(match["count"]) * (7 if week else 1)


@lru_cache(maxsize=16)
def _shifts(held_text: str) -> frozenset[int]:
    """How many days before or after another day something is, by the sources' words."""
    found = {_length(match) for match in _BESIDE.finditer(held_text)}
    if _NEXT_DAY.search(held_text):
        found.add(1)
    return frozenset(one for one in found if 0 < one <= MAX_SHIFT_DAYS)


def follows_from(wanted: Day, before: str, held: Iterable[Day], held_text: str) -> bool:
    """True where ``wanted`` is told as an end ("by 7 April") and is as long before or after a held
    date as the sources say something is. ``before`` are the bare words before it."""
    shifts = _shifts(held_text) if _ENDS.search(before) else frozenset[int]()
    return bool(shifts) and any(
        whole_date(own, year) is not None
        and any(
            abs((day - moved).days) in shifts
            for moved in (whole_date(own, year),)
            if moved is not None
        )
        for day, year in held_dates(held)
        for own in wanted.readings
        if wanted.weekday is None or _fits(wanted, own, year)
    )


def held_dates(days: Iterable[Day]) -> Iterable[tuple[date, int]]:
    """Every whole date, with its year; one without a year in the years that it may be in."""
    for day in days:
        for reading in day.readings:
            for year in [reading[0]] if reading[0] else [2026, 2027]:
                whole = whole_date((year, *reading[1:]), year)
                if whole is not None:
                    yield whole, year


def whole_date(reading: tuple[int | None, int, int | None], year: int) -> date | None:
    """The day of a reading, in ``year`` where it names none; None for a month or no real day."""
    own_year, month, number = reading
    if number is None or not 1 <= month <= 12 or month == ANY_MONTH:
        return None
    try:
        return date(own_year or year, month, number)
    except ValueError:
        return None


def _fits(wanted: Day, reading: tuple[int | None, int, int | None], year: int) -> bool:
    whole = whole_date(reading, year)
    return whole is not None and whole.weekday() == wanted.weekday


def weekday_follows(
    wanted: Weekday, beside: Iterable[tuple[Weekday, str]], held: frozenset[int], held_text: str
) -> bool:
    """True where another weekday of the sentence is held and ``wanted`` is as many days after it
    as the sources say that something takes. ``beside`` are the others and the words between."""
    lengths = {_length(match) for match in _LASTS.finditer(held_text)} | _shifts(held_text)
    return any(
        other.number in held
        and other.number < 7
        and wanted.number < 7
        and not _JOINED.match(between)
        and (
            (wanted.number - other.number) % 7 in lengths
            or (other.number - wanted.number) % 7 in _shifts(held_text)
        )
        for other, between in beside
    )


def denied_weekday(wanted: Weekday, before: str, after: str, held_text: str) -> bool:
    """True where the text says that nothing is on this day and the sources name a range of days
    that leaves it out. ``before`` and ``after`` are the bare words around it."""
    if not (_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(after)):
        return False
    ranges = [_span(match) for match in _RANGE.finditer(held_text)]
    return bool(ranges) and all(wanted.number not in one for one in ranges)


def _span(match: re.Match[str]) -> frozenset[int]:
    first, last = WEEKDAYS[match["first"]], WEEKDAYS[match["last"]]
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
