# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Weekdays that are told as a range, "Mo-Fr", "lun-vie", "Monday to Friday", and the hours of the
day that stand beside such a range without a unit: "Montag bis Freitag 8 bis 17", "9-17 (Mo-Fr)"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import attrs

from salesagent_core.domain.text.lexicon import WEEKDAYS

WORKING_WEEK = (0, 4)
_SHORT = {
    "en": "mon|tues?|wed|thurs?|thu|fri|sat|sun|mo|tu|we|th|fr|sa|su",
    "de": "mo|di|mi|do|fr|sa|so",
    "fr": "lun|mar|mer|jeu|ven|sam|dim|lu|ma|me|je|ve|sa|di",
    "es": "lun|mar|mie|jue|vie|sab|dom|lu|ma|mi|ju|vi|sa|do",
}
_LONG = {
    "en": "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    "de": "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag",
    "fr": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    "es": "lunes|martes|miercoles|jueves|viernes|sabado|domingo",
}
_NUMBERS = {
    **WEEKDAYS,
    **dict(zip("lu ma me je ve sa".split(), range(6), strict=True)),
    **dict(zip("tu we th".split(), (1, 2, 3), strict=True)),
    "mar": 1,
    "ju": 3,
    "vi": 4,
    "su": 6,
}
_OWN = {("fr", "di"): 6, ("es", "do"): 6}
"""What is another day in another language."""
_LETTERS = {"M-F": (0, 4), "L-V": (0, 4), "L-S": (0, 5), "L-D": (0, 6), "M-S": (0, 5)}
_TO = {
    "en": "to|till|until|thru|through",
    "de": "bis|bis zum",
    "fr": "au|a",
    "es": "a|al|hasta|hasta el",
}
_BETWEEN = {
    "en": ("between", "and"),
    "de": ("zwischen", "und"),
    "fr": ("entre", "et"),
    "es": ("entre", "y"),
}
_ARTICLE = r"(?:the |dem |den |le |el |los |les )?"
_TWO = 2


@attrs.frozen(kw_only=True)
class WeekdaySpan:
    """From one weekday to another, Monday = 0; where each of the two stands."""

    first: int
    last: int
    start: int
    first_end: int
    last_start: int
    end: int


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found = {}
    for language, to in _TO.items():
        name = rf"(?:{_LONG[language]})s?|(?:{_SHORT[language]})\b\.?"
        between, and_ = _BETWEEN[language]
        found[language] = re.compile(
            rf"(?<![\w-])(?:(?P<between>{between} {_ARTICLE}))?(?P<first>{name})"
            rf"(?: ?-+ ?| (?:{to}) {_ARTICLE}|(?(between) {and_} {_ARTICLE}|(?!)))(?P<last>{name})(?![\w])"
        )
    return found


_LETTER_SPAN = re.compile("|".join(rf"(?<![\w-]){letters}(?![\w-])" for letters in _LETTERS))


def find_spans(text: str, original: str) -> Iterator[WeekdaySpan]:
    """``text`` in bare form, ``original`` with its capitals. May give the same span twice."""
    for language, pattern in _patterns().items():
        for match in pattern.finditer(text):
            first, last = match["first"].rstrip("."), match["last"].rstrip(".")
            if min(len(first), len(last)) <= _TWO and not (
                original[match.start("first")].isupper() and original[match.start("last")].isupper()
            ):
                continue
            yield WeekdaySpan(
                first=_number(language, first),
                last=_number(language, last),
                start=match.start("first"),
                first_end=match.end("first"),
                last_start=match.start("last"),
                end=match.end("last"),
            )
    for match in _LETTER_SPAN.finditer(original):
        begin, end = _LETTERS[match[0]]
        at = match.start()
        yield WeekdaySpan(
            first=begin, last=end, start=at, first_end=at + 1, last_start=at + 2, end=at + 3
        )


def _number(language: str, name: str) -> int:
    known = _OWN.get((language, name))
    if known is not None:
        return known
    return _NUMBERS[name] if name in _NUMBERS else _NUMBERS[name.removesuffix("s")]


def days_between(span: tuple[int, int]) -> frozenset[int]:
    """Every weekday from the first to the last of a range."""
    first, last = span
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


_HABIT_BEFORE = re.compile(
    r"\b(?:every|each|any|jeden|jede[nr]?|chaque|tous les|le|cada|todos los|los)(?: \w+)? $"
)
_HABIT = re.compile(r"(?:days|tags|abends|dis|ches)$")
_OPENS = re.compile(
    r"\b(?:open\w*|close[sd]?|staffed|geoffnet|offne[nt]\w*|\w*offnungszeit\w*|schliess\w*|geschlossen|besetzt|ouvert\w*|ouvre\w*|ferm[eo]\w*|abre\w*|abiert\w*|cierra\w*|cerrad\w*|horarios?)\b"
)


def is_habit(sentence: str, start: int, end: int) -> bool:
    """True for "on Mondays", "freitags", "le lundi", "los lunes", and where a sentence tells when
    somebody opens; ``start`` and ``end`` say where the day stands in it."""
    return bool(
        _HABIT.search(sentence[start:end])
        or _HABIT_BEFORE.search(sentence[:start])
        or _OPENS.search(sentence)
    )


_WORKDAYS = re.compile(
    r"\b(?:werktags|werktaglich|an werktagen|wochentags|unter der woche|(?<!\d )weekdays?|on (?:working|business|work) days|en semaine|(?:les )?jours ouvr(?:es|ables?)|(?:los |en )?dias (?:laborables|habiles)|entre semana)\b"
)
_TIME = re.compile(r"\d[:.h]\d\d|\d ?(?:uhr|h|am|pm)\b")
_NEAR = 40


def working_weeks(texts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """From Monday to Friday where a text tells hours of the day for working days."""
    for text in texts:
        for match in _WORKDAYS.finditer(text):
            if _TIME.search(text[max(0, match.start() - _NEAR) : match.end() + _NEAR]):
                yield WORKING_WEEK


_HOUR = r"(?P<h{0}>\d{{1,2}})(?:[:.h](?P<m{0}>\d{{2}}))?(?:\s?(?P<half{0}>am|pm|a\.m\.?|p\.m\.?)(?!\w))?(?:\s?(?:uhr|h|heures?|horas)\b)?"
_THROUGH = r"\s?(?:-+|to|till|until|bis|a|und|and|et|y)\s?(?:las )?"
_COUNTS = r"(?![\d%€$£]|[.,:/]\d|\s?[%€$£]|\s(?:jan|feb|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic)\b|\s(?!uhr|h\b|heures|horas)[a-z]{4,})"
_AFTER = re.compile(
    r"[.,:;(]{0,2}\s?(?:(?:jeweils|each|von|from|between|zwischen|de|entre|daily|taglich)\s){0,2}(?:las )?"
    + _HOUR.format(1)
    + _THROUGH
    + _HOUR.format(2)
    + _COUNTS
)
_BEFORE = re.compile(
    r"(?<![\d.,:])" + _HOUR.format(1) + r"\s?-+\s?" + _HOUR.format(2) + r"[ ,(:|]{0,3}$"
)
_REACH = 24
"""How far before a range of days its hours may begin."""


@attrs.frozen(kw_only=True)
class SpanHour:
    """An hour beside a range of weekdays: ``minutes`` after midnight."""

    minutes: frozenset[int]
    start: int
    end: int


def hours_beside(text: str, span: WeekdaySpan) -> Iterator[SpanHour]:
    """The two hours that stand right after or right before ``span``."""
    match = _AFTER.match(text, span.end)
    if match is None:
        match = _BEFORE.search(text, max(0, span.start - _REACH), span.start)
    if match is None:
        return
    opens, closes = _minutes(match, "1"), _minutes(match, "2")
    if opens is None or closes is None:
        return
    if closes <= opens:
        closes += 720
    if closes > 1440:
        return
    afternoon = bool(match["half2"]) and not match["half1"] and opens + 720 < closes
    either = {opens, opens + 720} if afternoon else {opens}
    for minutes, group in ((either, "1"), ({closes}, "2")):
        yield SpanHour(
            minutes=frozenset(minutes),
            start=match.start(f"h{group}"),
            end=match.end(f"m{group}") if match[f"m{group}"] else match.end(f"h{group}"),
        )


def _minutes(match: re.Match[str], group: str) -> int | None:
    hour, minute = int(match[f"h{group}"]), int(match[f"m{group}"] or 0)
    half = (match[f"half{group}"] or "").replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return hour * 60 + minute if hour <= 24 and minute < 60 else None
