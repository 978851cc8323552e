# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Times of day as people say them: "half past eight", "um halb zehn", "9 h et demie", "la una"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.text.lexicon import (
    FUNCTION_WORDS,
    LANGUAGES,
    MONTHS,
    WEEKDAYS,
    number_words,
)

NOON = 12


@attrs.frozen(kw_only=True)
class SpokenTime:
    """``minutes`` after midnight as it may be meant; ``count`` is the number where the words may
    also count something ("at eleven sites"), ``length`` the minutes where they may tell how long
    something takes ("a las 24 horas")."""

    minutes: frozenset[int]
    start: int
    end: int
    count: float | None = None
    length: float | None = None


_ONE = {"en": "one", "de": "eins?", "fr": "une", "es": "una"}
_PARTS = {
    "en": r"(?: ?o'?clock)?(?: sharp)?(?: ?(?:(?P<am>in the (?:early )?morning|a\.?m\b\.?)|(?P<pm>in the (?:early |late )?(?:afternoon|evening)|at night|p\.?m\b\.?)))?",
    "de": r"(?: ?uhr\b)?(?: (?:am |in der |in den )?(?:(?P<am>morgens?\b|vormittags?\b|fruh\b)|(?P<pm>nachmittags?\b|abends?\b|nachts\b)))?",
    "fr": r"(?: (?:(?P<am>du matin)|(?P<pm>de l'apres-midi|du soir)))?",
    "es": r"(?: ?(?:h\b|horas\b))?(?: (?:(?P<am>de la manana)|(?P<pm>de la (?:tarde|noche)|del mediodia)))?",
}
_AFTER = {
    "en": "possible works? suits? sharp both fine okay est gmt would also too",
    "de": "uhr oder ginge geht passt auch beide mez",
    "fr": "possible vous chaque heures conviendrait puis-je prefer",
    "es": "tambien me le te horas podria hablamos",
}
_LEAD = {
    "en": (
        "at|by|before|until|till|after",
        r"from|around|about|or|and|between|(?<!up )to|on \w+day",
    ),
    "de": ("um|gegen", "ab|bis|vor|nach|und|oder|zwischen"),
    "fr": ("a|vers|des|avant|apres|jusqu'a", "entre|(?<!midi )et|ou"),
    "es": (
        r"a las?|de las?|desde las?|hasta las?|sobre las?",
        "y las?|o las?|las?|a la|entre las?",
    ),
}


_COUNTED_NEXT = frozenset(
    "of more each per every other our your pro je weitere de des du d".split()
)
"""Small words after which a number counts something."""


@cache
def _hours(language: str) -> dict[str, int]:
    words = {word: value for word, value in number_words(language).items() if 2 <= value <= 24}
    words |= dict.fromkeys(re.sub(r"s\?", "s ein", _ONE[language]).split(), 1)
    return words | {str(hour): hour for hour in range(25)} | {f"0{h}": h for h in range(10)}


@cache
def _minutes(language: str) -> dict[str, int]:
    words = {word: value for word, value in number_words(language).items() if 2 <= value <= 59}
    return words | {f"{minute:02}": minute for minute in range(60)} | {"5": 5}


def _either(words: dict[str, int]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    # "um ein Uhr" is a time, "um ein Gespräch" is none.
    hours = re.sub(r"\bein\b", "ein(?= uhr)", _either(_hours(language)))
    hour = rf"(?P<h>{hours})(?![\w:%]|[.,]\d|-[a-z])"
    minute = rf"(?P<m>{_either(_minutes(language))})(?!\w)"
    part, begin = _PARTS[language], r"(?<![\w.,:+])"
    after = (FUNCTION_WORDS[language] - _COUNTED_NEXT) | set(_AFTER[language].split())
    small = "|".join(sorted(after, key=len))
    follow = rf"(?P<follow>(?=\s*(?:$|[.,;:!?)(\n/-]|(?:{small})(?!\w))))?"
    strong, weak = _LEAD[language]
    bare = (
        rf"{begin}(?:(?P<strong>{strong})|(?P<weak>{weak})),? (?:punkt |genau |exactly )?{hour}{part}{follow}",
        rf"{begin}{hour}{part.removesuffix('?')}(?P<whole>)",
    )
    forms = {
        "en": (
            rf"{begin}(?P<half>half) (?:past )?{hour}{part}",
            rf"{begin}(?:a )?(?P<quarter>quarter) (?:(?P<past>past|after)|(?P<to>to|before)) {hour}{part}",
            rf"{begin}{minute} (?:minutes )?(?:(?P<past>past)|(?P<to>to)) {hour}{part}{follow}",
        ),
        "de": (
            rf"{begin}(?:{minute} (?:minuten )?(?:(?P<past>nach)|(?P<to>vor)) )?(?P<before>halb) {hour}{part}",
            rf"{begin}(?P<quarter>viertel) (?:(?P<past>nach)|(?P<to>vor)) {hour}{part}",
            rf"{begin}(?:(?P<three>dreiviertel)|(?P<one>viertel)) {hour}{part}",
            rf"{begin}{minute} (?:minuten )?(?:(?P<past>nach)|(?P<to>vor)) {hour}{part}{follow}",
            rf"{begin}{hour} uhr {minute}(?: (?:(?P<am>morgens|vormittags)|(?P<pm>nachmittags|abends)))?",
        ),
        "fr": (
            rf"{begin}{hour} ?h(?:eures?)? (?:et (?:(?P<half>demie?)|(?P<past>quart))|moins (?P<to>le quart|{_either(_minutes('fr'))})){part}(?P<quarter>)",
            rf"{begin}{hour} ?h(?:eures?)? ?{minute}{part}",
            rf"{begin}(?P<noon>midi|minuit)(?! et deux)(?: (?:et (?:(?P<half>demie?)|(?P<past>quart))|moins (?P<to>le quart|{_either(_minutes('fr'))})))?(?P<quarter>)",
            rf"{begin}(?:(?P<strong>{strong})|(?P<weak>{weak}|,),?) ?{hour} ?h(?:eures?\b|\b){part}(?P<follow>)",
        ),
        "es": (
            rf"{begin}las? {hour} (?:y (?:(?P<half>media)|(?P<past>cuarto)|{minute})|menos (?:(?P<to>cuarto)|(?P<less>{_either(_minutes('es'))}))){part}(?P<quarter>)",
        ),
    }[language]
    return tuple(re.compile(form) for form in (*forms, *bare))


_COUNTS = re.compile(
    r"(?: ?(?:-|and|to|or|und|bis|oder|et|ou|a|y|o) ?[\w-]{1,40}(?:[.,]\d{1,4})?(?![\w-])"
    r"(?=(?P<unit>\s?(?:minut|days?|tage|jours|dias|weeks|woche|semain|semana|months|monat|mois|meses|years|jahr|ans\b|anos)))?)?"
    r"(?(unit)|\s?(?:eur(?:os?)?\b|pounds?\b|dollars?\b|franken\b|francs\b|%|[€$£]|per ?cent\b|prozent\b|pour ?cent\b|por ciento\b|et deux\b|per (?!mail|phone)\w))"
)
_IS_COUNT = re.compile(
    r" (?:(?:a|an|per|pro|je|par|fois par|por|veces por|al|a la) (?:day|night|week|month|year|hour|person|head|site|tag|woche|monat|jahr|jour|semaine|mois|an|dia|semana|mes|ano|personn?[ae]?)\b"
    r"|and a half (?:day|week|month|year|hour)s?\b)"
)
"""What follows a number that tells how often or how many."""
_RANGE_OF = re.compile(r" (?:to|bis|or|oder|ou|o) (?P<number>[a-z0-9]{1,12}) (?P<of>[a-z]{3,30})\b")
"""What follows in "at four to six hectares"."""
_AFTER_ALL = frozenset(word for words in _AFTER.values() for word in words.split()) | {
    "heure",
    "heures",
    "horas",
    "sharp",
    "noon",
    "morgens",
    "abends",
    "nachmittags",
    "vormittags",
}
_REPEATED = re.compile(r"(?:\b(\w{2,12}) (?:by|to|nach|um|fur|a|par|por) )$")
"""What stands before the second word of "one by one"."""
_DAY_REACH = 24
_DAY = re.compile(
    rf"(?:\b(?:{'|'.join(name for name in [*WEEKDAYS, *MONTHS] if len(name) > 3)})\b\.?(?: (?:de |del )?20\d\d)?|\b20\d\d|\b(?:el|le|the|am|on|den|dem) \d{{1,2}}(?:st|nd|rd|th|\.)?),? ?$"
)
_LENGTH = re.compile(r"\d ?h\b|heures?\b|horas\b")
_UNIT_NEXT = re.compile(r" ?(?:h|heures?|horas)\b")


def find_spoken(text: str, language: str) -> Iterator[SpokenTime]:
    """``text`` in bare form; ``language`` one of the four, or ``any``. May overlap: the first
    of those that do is meant."""
    for one in (language,) if language in LANGUAGES else LANGUAGES:
        for pattern in _patterns(one):
            for match in pattern.finditer(text):
                spoken = _read(match, one)
                if spoken:
                    yield spoken


def _read(match: re.Match[str], language: str) -> SpokenTime | None:
    groups = match.groupdict()
    noon = groups.get("noon")
    hour = {"midi": 12, "minuit": 0}[noon] if noon else _hours(language)[match["h"]]
    shift = _shift(groups, language)
    bare = "whole" in groups or "strong" in groups
    half_day = bool(groups.get("am") or groups.get("pm"))
    if "whole" in groups and not half_day:
        return None
    if _COUNTS.match(match.string, match.end()) or _IS_COUNT.match(match.string, match.end()):
        return None
    ranged = _RANGE_OF.match(match.string, match.end())
    if (
        ranged
        and ranged["number"] in _hours(language)
        and ranged["of"] not in FUNCTION_WORDS[language] | _AFTER_ALL | set(WEEKDAYS)
    ):
        return None
    if _is_range_of_numbers(groups, hour, language):
        return None
    repeated = (
        _REPEATED.search(match.string[max(0, match.start("h") - 24) : match.start("h")])
        if not noon
        else None
    )
    if repeated and repeated[1] == match["h"]:
        return None
    led_by_day = bool(groups.get("strong")) and _led_by_a_day(match)
    german_lead = language == "de" and groups.get("strong")
    if bare and not (half_day or led_by_day or german_lead) and groups.get("follow") is None:
        return None
    if "follow" in groups and not bare and groups["follow"] is None and not half_day:
        return None
    sure = half_day or led_by_day or not bare
    sure = sure or bool(groups.get("strong") and groups.get("follow") is not None)
    if (
        language == "fr"
        and bare
        and not half_day
        and not _UNIT_NEXT.match(match.string, match.end())
    ):
        sure = led_by_day  # A French hour has its "h": "a sept, l'offre" speaks of seven people.
    # French "groupes de 4 a 10" is a range.
    sure = sure and not (
        bare and match.string[max(0, match.start() - 2) : match.start()][:1].isdigit()
    )
    start = match.start("h") if bare else match.start()
    return SpokenTime(
        minutes=_readings(hour, shift, groups, bool(noon)),
        start=start,
        end=match.end(),
        count=None if sure else float(hour),
        length=hour * 60.0 + shift
        if _LENGTH.search(match[0]) or _UNIT_NEXT.match(match.string, match.end())
        else None,
    )


def _is_range_of_numbers(groups: dict[str, str | None], hour: int, language: str) -> bool:
    """ "Ages 10 to 14": nobody says so ten minutes to two in the afternoon."""
    minute = groups.get("m") or ""
    return language == "en" and minute.isdigit() and hour > NOON and bool(groups.get("to"))


def _led_by_a_day(match: re.Match[str]) -> bool:
    """ "El jueves 3 de septiembre a las 14 tengo un hueco"."""
    return _DAY.search(match.string[max(0, match.start() - _DAY_REACH) : match.start()]) is not None


def _shift(groups: dict[str, str | None], language: str) -> int:
    """Minutes to add to the full hour."""
    if groups.get("half"):
        return 30
    if groups.get("three"):
        return -15
    if groups.get("one"):
        return -45
    written = groups.get("m") or groups.get("less")
    minutes = _minutes(language)[written] if written else 0
    to = groups.get("to")
    if groups.get("quarter") is not None and not written and (to or groups.get("past")):
        minutes = _minutes(language).get(to or "", 15)
    if to or groups.get("less"):
        minutes = -minutes
    return minutes - (30 if groups.get("before") else 0)


def _readings(hour: int, shift: int, groups: dict[str, str | None], exact: bool) -> frozenset[int]:
    whole = {hour % 24 * 60 + shift}
    if hour <= NOON and not exact:
        whole = {hour % NOON * 60 + shift, (hour % NOON + NOON) * 60 + shift}
    day = {minute % 1440 for minute in whole}
    if groups.get("am"):
        return frozenset(minute for minute in day if minute < 780) or frozenset(day)
    if groups.get("pm"):
        return frozenset(minute for minute in day if minute >= 660) or frozenset(day)
    return frozenset(day)
