# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Dates, weekdays and times of day in a text, in English, German, French and Spanish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import chain

import attrs

from salesagent_core.domain.claims.joined_hours import find_joined
from salesagent_core.domain.claims.listed_days import days_behind_months
from salesagent_core.domain.claims.spoken_times import find_spoken
from salesagent_core.domain.claims.weekday_spans import (
    SpanHour,
    WeekdaySpan,
    find_spans,
    hours_beside,
)
from salesagent_core.domain.text.lexicon import (
    AMBIGUOUS_MONTHS,
    MONTHS,
    SHORT_WEEKDAYS,
    WEEKDAYS,
)


@attrs.frozen(kw_only=True)
class Day:
    """A date: each reading is (year or None, month, day or None for a whole month)."""

    readings: frozenset[tuple[int | None, int, int | None]]
    weekday: int | None
    start: int
    end: int


@attrs.frozen(kw_only=True)
class Weekday:
    """A weekday by itself, Monday = 0; 7 stands for "tomorrow", 8 for "the day after". ``span`` is
    the first and the last day where it is an end of a range ("Mo-Fr")."""

    number: int
    start: int
    end: int
    span: tuple[int, int] | None = None


@attrs.frozen(kw_only=True)
class Clock:
    """A time of day; ``minutes`` holds its possible readings after midnight. ``count`` is the
    number where the words may count something instead, ``length`` the minutes where "9 h" may
    tell how long."""

    minutes: frozenset[int]
    start: int
    end: int
    count: float | None = None
    length: float | None = None


@attrs.frozen(kw_only=True)
class Moments:
    """All of a text, each kind in order."""

    days: tuple[Day, ...]
    weekdays: tuple[Weekday, ...]
    clocks: tuple[Clock, ...]


_FRENCH_LEAD = re.compile(r"\b(?:fin|debut|mi|courant|en|des|depuis|jusqu'en|d'ici)[ -]$")
TOMORROW, DAY_AFTER = 7, 8
ANY_MONTH = 0
LISTED = 12
"""How far before a day of a list the one before it may stand."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    months = "|".join(sorted(MONTHS, key=len, reverse=True))
    weekdays = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
    long_weekdays = "|".join(sorted(WEEKDAYS.keys() - SHORT_WEEKDAYS, key=len, reverse=True))
    lead = rf"(?:(?<![a-z])(?P<weekday>{weekdays})\b(?:(?<=\b\w\w)\.|(?<=\b\w\w\w)\.|(?<=\b\w\w\w\w)\.)?,?(?: (?:the|den|dem|der|le|el|dia|am|on))?[ ,]{{1,2}})?"
    year = r"(?P<year>(?:19|20)\d{2})(?!\d)"
    return {
        "iso": re.compile(
            rf"{lead}(?<!\d)(?P<y>(?:19|20)\d{{2}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})(?!\d)"
        ),
        "numeric": re.compile(
            rf"{lead}(?<![\d.,/])(?P<a>\d{{1,2}})(?P<sep>[./]|-(?=\d{{1,2}}-(?:19|20)\d\d(?!\d)))(?P<b>\d{{1,2}})(?:(?P=sep)(?P<y>\d{{4}}|\d{{2}})(?!\d)|(?P<open>\.(?!\d)|(?!\d|[.,/]\d)))"
        ),
        "day_month": re.compile(
            rf"{lead}(?<![\d.,])(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|o|\.)?[ -](?:of |de |d')?(?P<m>{months})\b\.?(?:,? (?:de |del )?{year})?"
        ),
        "month_day": re.compile(
            rf"{lead}\b(?P<m>{months})\b\.? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|[.,/]\d|\.? ?(?:am|pm|uhr|h)\b)(?:,? {year})?"
        ),
        "weekday_day": re.compile(
            rf"(?<![a-z])(?P<weekday>{long_weekdays})\b,? (?:the |den |dem |le |el )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?"
            r"(?!\s?(?:-|bis|to|till|until)\s?\d{1,2}(?:[:.]\d\d)?\s?(?:uhr|h\b|[ap]\.?m\b|heures|horas))(?![\d:%]|[.,]\d| ?(?:[ap]\.?m\b|uhr|h\b|heures|horas|euros?|€|minut|(?:working |business |work )?(?:days?|hours?|weeks?)\b|(?:werk|arbeits)?tage|stunden|wochen|jours|semaines|dias|semanas|people|personen|personnes|personas|kg\b|km\b|x\b))"
        ),
        "shared_month": re.compile(
            rf"(?<![\d.,:])(?<!h )(?<!las )(?<!at )(?<!um )(?<!heures )(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?,? ?(?:and|or|to|-|bis|und|oder|et|ou|au|y|o|al|a|&) ?(?:the |den |dem |le |el )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|o|\.)?[ -](?:of |de |d')?(?P<m>{months})\b(?:\.?,? (?:de |del )?{year})?"
        ),
        "listed_day": re.compile(
            r"(?<![\d.,:])(?P<d>\d{1,2})(?:st|nd|rd|th|er|o|\.)?, ?(?:the |den |dem |le |el |am )?$"
        ),
        "ordinal": re.compile(
            r"\b(?:the|by|on|until|before|every) (?P<d>\d{1,2})(?:st|nd|rd|th)(?= (?:at|of|or|and|in|if|is|would)\b|\s?[,.;?!)]|\s?$)|\bden (?P<d2>\d{1,2})\.(?= (?:um|oder|und)\b|,)|\bel (?P<d3>\d{1,2})(?= a las? )|\ble (?P<d4>\d{1,2})(?= (?:a \d|vers ))|"
            r"\b(?:zum|am|den|dem) (?P<d5>\d{1,2})\.(?= (?:des|jeden|eines(?: jeden)?) monats\b)|\b(?:le|au) (?P<d6>\d{1,2})(?= (?:du|de chaque|de ce) mois\b)|\b(?:el|del|al) (?:dia )?(?P<d7>\d{1,2})(?= (?:de cada|del) mes\b)|"
            r"\b(?:el|del|al|este|pasado) (?:pasado )?dia (?P<d8>\d{1,2})(?![\d.,:]*\d)(?! (?:y|a|o) )|\b(?:am|vom) (?P<d9>\d{1,2})\.(?=\s?$|\n|,|\. | (?:die|den|das|mit|um|angerufen|telefoni|gesproch|geschr|geschi|fur|bei|am telefon))|\b(?:telephone|appel|appele|echange|ecrit|courriel|message|parle|rencontre\w*) (?:le|du) (?P<d10>\d{1,2})(?=\s?[.,;!?)\n]|\s?$)"
        ),
        "month": re.compile(rf"(?<![a-z])(?P<m>{months})\b(?:\.? (?:de |del )?{year})?"),
        "quarter": re.compile(rf"(?<![a-z0-9])q(?P<q>[1-4])(?:[ /-]{year})?(?![a-z0-9])"),
        "weekday": re.compile(rf"(?<![a-z])(?P<weekday>{weekdays})(?:s|e|en)?(?![a-z])"),
        "tomorrow": re.compile(
            r"\b(?:(?P<after>day after tomorrow|ubermorgen|apres-demain|pasado manana)|tomorrow|(?<!guten )(?<!am )morgen(?= (?:um|fruh|vormittag|nachmittag|abend|mittag|mit|bei|an|zu)|[,.!?])|demain|(?<!la )(?<!esta )(?<!cada )(?<!misma )(?<!otra )manana)\b"
        ),
        "clock": re.compile(
            r"(?<![\d:.,+])(?<![a-z](?=[23] ?[ap]m\b))(?P<h>\d{1,2})(?:(?P<sep>:| ?h ?| heures | uhr )(?P<m>\d{2})(?::\d{2})?(?!\d)|(?P<dot>\.)(?P<md>\d{2})(?=\s?(?:uhr|am\b|pm\b|a\.m|p\.m|h\b))|(?=\s?(?:uhr|[ap]\.?m\b)))"
            r"\s?(?P<half>am\b|pm\b|a\.m\.?|p\.m\.?)?(?:\s?(?:uhr|h)\b)?"
        ),
        "range": re.compile(
            r"(?<![\d:.,/])(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s?(?:-|to|bis|a)\s?(?P<h2>\d{1,2})(?:[:.](?P<m2>\d{2}))?\s?(?P<half>am\b|pm\b|uhr\b|[ap]\.m\.)"
        ),
        "dotted": re.compile(
            r"\b(?:at|um|gegen|ab|a|a las|or|and|oder|und|from|to|bis|between|until|,)\s(?P<h>\d{1,2})\.(?P<m>\d{2})(?![\d%]|[.,]\d| ?(?:[%€$£]|[a-z]{1,3}\b(?<!\bor)(?<!\bon)(?<!\bund)(?<!\band)(?<!\bin)(?<!\bist)(?<!\bto)(?<!\bfor)(?<!\bso)(?<!\bif)(?<!\bas)(?<!\bmit)(?<!\bbei)(?<!\bet)(?<!\bou)(?<!\bau)(?<!\by)(?<!\bcon)))"
        ),
        "bare_hour": re.compile(
            r"\b(?:at|um|gegen|ab|before|after|until|a las?|vers|des|des les|a)\s(?P<h>\d{1,2})(?![.,]\d)(?:\s?(?P<unit>heures?|horas|h|o'?clock)\b(?! (?:par|por|a la|al|semanal\w*|hebdomadaire\w*|mensual\w*|mensuel\w*|diari\w*|quotidien\w*) )|(?=\s?(?:$|[.,;!?\n]|on\b|or\b|am\b|and\b|oder\b|ou\b|o\b)))"
        ),
        "hour_from": re.compile(
            r"\b(?:a partir de|a compter de|avant|apres|jusque vers|partir de las|desde las|hasta las|antes de las|despues de las|von|bis|vor|nach|from|by|till)\s(?P<h>\d{1,2})\s?(?P<unit>h(?:eures|oras)?)\b(?!\s?\d)"
        ),
        "noon": re.compile(
            r"\b(?P<noon>noon|midday|mittags|midi(?! et deux)|mediodia)\b|\b(?:midnight|mitternacht|minuit|medianoche)\b"
        ),
    }


def find_moments(text: str, original: str, language: str = "any") -> Moments:
    """``text`` in bare form and ``original`` with its capitals, of the same length."""
    ranges = list(find_spans(text, original))
    hours = [each for one in ranges for each in hours_beside(text, one)]
    beside = [(hour.start, hour.end) for hour in hours]
    days = list(_days(text, original, beside, lenient=language == "any"))
    taken = [(day.start, day.end) for day in days]
    clocks = list(_clocks(text, taken, language, hours))
    taken += [(clock.start, clock.end) for clock in clocks]
    weekdays = [
        *_ends_of(ranges, taken),
        *_weekdays(text, original, taken, lenient=language == "any"),
    ]
    return Moments(days=tuple(days), weekdays=tuple(weekdays), clocks=tuple(clocks))


def _free(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    if any(start < last and first < end for first, last in taken):
        return False
    taken.append((start, end))
    return True


def _days(
    text: str, original: str, hours: list[tuple[int, int]], *, lenient: bool
) -> Iterator[Day]:
    taken = list(hours)
    patterns = _patterns()
    for name in ("iso", "day_month", "month_day", "numeric"):
        for match in patterns[name].finditer(text):
            readings = frozenset(_valid(_readings(name, match)))
            if readings and _free(taken, match.start(), match.end()):
                yield Day(
                    readings=readings,
                    weekday=WEEKDAYS.get(match["weekday"] or ""),
                    start=match.start(),
                    end=match.end(),
                )
    for match in patterns["weekday_day"].finditer(text):
        if 1 <= int(match["d"]) <= 31 and _free(taken, match.start(), match.end()):
            yield Day(
                readings=frozenset({(None, ANY_MONTH, int(match["d"]))}),
                weekday=WEEKDAYS[match["weekday"]],
                start=match.start(),
                end=match.end(),
            )
    for match in patterns["shared_month"].finditer(text):
        year = int(match["year"]) if match["year"] else None
        at: re.Match[str] | None = match
        while at is not None:
            readings = frozenset(_valid(iter([(year, MONTHS[match["m"]], int(at["d"]))])))
            if not readings or not _free(taken, at.start("d"), at.end("d")):
                break
            yield Day(readings=readings, weekday=None, start=at.start("d"), end=at.end("d"))
            # "9, 17 and 25 February"
            at = patterns["listed_day"].search(text, max(0, at.start("d") - LISTED), at.start("d"))
    for known, month, day, start, end in days_behind_months(text) if lenient else ():
        readings = frozenset(_valid(iter([(known, month, day)])))
        if readings and _free(taken, start, end):
            yield Day(readings=readings, weekday=None, start=start, end=end)
    for match in patterns["ordinal"].finditer(text):
        number = int(next(one for one in match.groups() if one))
        if 1 <= number <= 31 and _free(taken, match.start(), match.end()):
            yield Day(
                readings=frozenset({(None, ANY_MONTH, number)}),
                weekday=None,
                start=match.start(),
                end=match.end(),
            )
    for match in patterns["quarter"].finditer(text):
        if _free(taken, match.start(), match.end()):
            year = int(match["year"]) if match["year"] else None
            yield Day(
                readings=frozenset({(year, 100 + int(match["q"]), None)}),
                weekday=None,
                start=match.start(),
                end=match.end(),
            )
    for match in patterns["month"].finditer(text):
        if _is_month(match, text, original, lenient) and _free(taken, match.start(), match.end()):
            year = int(match["year"]) if match["year"] else None
            yield Day(
                readings=frozenset({(year, MONTHS[match["m"]], None)}),
                weekday=None,
                start=match.start(),
                end=match.end(),
            )


def _is_month(match: re.Match[str], text: str, original: str, lenient: bool) -> bool:
    name = match["m"]
    if name == "sept" and _SEVEN.match(text, match.end()):
        return False
    if lenient and (
        (name not in AMBIGUOUS_MONTHS and len(name) > 3)
        or _joined_months().match(text, match.end())
        or _MONTHS_BEFORE.search(text[max(0, match.start() - 24) : match.start()])
    ):
        return True
    capital = original[match.start() : match.start() + 1].isupper()
    if name == "mars" and _FRENCH_LEAD.search(text[max(0, match.start() - 12) : match.start()]):
        return True
    if name in AMBIGUOUS_MONTHS or len(name) <= 4 or name in ("mars", "marche"):
        introduced = re.search(
            r"\b(?:in|im|by|of|until|since|before|early|late|mid|end|en|de|ab|bis|seit|anfang|ende|mitte|fin|debut|finales|par|next|last)[ -]$",
            text[max(0, match.start() - 12) : match.start()],
        )
        return bool(match["year"]) or bool(introduced and (capital or name not in AMBIGUOUS_MONTHS))
    return True


_SEVEN = re.compile(
    rf" (?!(?:and|or|to|through|bis|und|oder|et|ou|au|y|o|a|al|or|de) |(?:{'|'.join(MONTHS)})\b)[a-z]"
)
"""What follows the number in French."""
_MONTHS_BEFORE = re.compile(
    r"\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|septembre|october|oktober|januar|februar|juni|juli|april|june|july|march|enero|febrero|marzo|abril|mayo|junio|julio|may|"
    r"facturation annuelle|chaque annee|jedes jahr|every year|cada ano)(?: ?[,:/&-] ?| (?:et|and|und|y|a|au|to|bis|ou|or|oder|o) )$"
)


@cache
def _joined_months() -> re.Pattern[str]:
    months = "|".join(sorted((m for m in MONTHS if len(m) > 3), key=len, reverse=True))
    return re.compile(rf"(?: ?[,/&-] ?| (?:et|and|und|y|a|au|to|bis|ou|or|oder|o) )(?:{months})\b")


def _readings(name: str, match: re.Match[str]) -> Iterator[tuple[int | None, int, int]]:
    if name == "iso":
        yield int(match["y"]), int(match["m"]), int(match["d"])
        return
    if name != "numeric":
        yield (int(match["year"]) if match["year"] else None), MONTHS[match["m"]], int(match["d"])
        return
    first, second = int(match["a"]), int(match["b"])
    written = match["y"]
    if written is None:
        # "24.11." and "24/11" are dates; "3.5" and "24/7" are not.
        if match["sep"] == "." and not match["open"]:
            return
        if match["sep"] == "/" and len(match["b"]) < 2 and not match["weekday"]:
            return
        if (
            match["sep"] == "."
            and not match["weekday"]
            and match["open"] == "."
            and (match.end() >= len(match.string) and len(match["b"]) < 2)
        ):
            return
        yield None, second, first
        if match["sep"] == "/":
            yield None, first, second
        return
    year = int(written) + (2000 if len(written) == 2 else 0)
    yield year, second, first
    if match["sep"] in "/-":
        yield year, first, second


def _valid(
    readings: Iterator[tuple[int | None, int, int]],
) -> Iterator[tuple[int | None, int, int | None]]:
    for year, month, day in readings:
        try:
            date(year or 2024, month, day)
        except ValueError:
            continue
        yield year, month, day


def _ends_of(ranges: list[WeekdaySpan], taken: list[tuple[int, int]]) -> Iterator[Weekday]:
    for one in ranges:
        span = (one.first, one.last)
        for number, start, end in (
            (one.first, one.start, one.first_end),
            (one.last, one.last_start, one.end),
        ):
            if _free(taken, start, end):
                yield Weekday(number=number, start=start, end=end, span=span)


def _weekdays(
    text: str, original: str, taken: list[tuple[int, int]], *, lenient: bool
) -> Iterator[Weekday]:
    patterns = _patterns()
    for match in patterns["weekday"].finditer(text):
        name = match["weekday"]
        if name in SHORT_WEEKDAYS and match.end() - match.start() > len(name):
            continue  # "Die" is no Tuesday in the plural
        if (
            name in SHORT_WEEKDAYS
            and not (
                (
                    original[match.start()].isupper()
                    and len(name) == 3
                    # A source's "Fri > Sun or Mon" names days, a draft's "Sun" may be a newspaper.
                    and (lenient or name not in ("mar", "sun", "mon", "sam", "dim", "mie", "sat"))
                )
                or (
                    original[match.start()].isupper()
                    and re.match(r"\.?,? (?:at )?\d", text[match.end() : match.end() + 6])
                )
            )
        ):
            continue
        if _free(taken, match.start(), match.end()):
            yield Weekday(number=WEEKDAYS[name], start=match.start(), end=match.end())
    for match in patterns["tomorrow"].finditer(text):
        if match[0] == "morgen" and _is_noun(match.start(), text, original):
            continue
        if _free(taken, match.start(), match.end()):
            yield Weekday(
                number=DAY_AFTER if match["after"] else TOMORROW,
                start=match.start(),
                end=match.end(),
            )


def _is_noun(start: int, text: str, original: str) -> bool:
    """ "am selben Morgen": a capital within the sentence."""
    return original[start].isupper() and text[:start].rstrip(" ")[-1:].isalnum()


def _clocks(
    text: str, days: list[tuple[int, int]], language: str, hours: list[SpanHour]
) -> Iterator[Clock]:
    patterns = _patterns()
    taken = list(days)
    for told in hours:
        if _free(taken, told.start, told.end):
            yield Clock(minutes=told.minutes, start=told.start, end=told.end)
    for joined in find_joined(text, language):
        if _free(taken, joined.start, joined.end):
            yield Clock(
                minutes=frozenset({joined.minutes}),
                start=joined.start,
                end=joined.end,
                length=joined.length,
            )
    for match in patterns["range"].finditer(text):
        half = match["half"].replace(".", "")[:2]
        first = _minutes(match["h"], match["m"], half)
        last = _minutes(match["h2"], match["m2"], half)
        if first and last and _free(taken, match.start(), match.end()):
            # "11 to 1 pm" begins in the morning.
            if half == "pm" and min(first) > min(last):
                first = _minutes(match["h"], match["m"], "am")
            middle = match.start("h2")
            yield Clock(
                minutes=first,
                start=match.start(),
                end=match.end("m") if match["m"] else match.end("h"),
            )
            yield Clock(minutes=last, start=middle, end=match.end())
    for match in patterns["clock"].finditer(text):
        half = (match["half"] or "").replace(".", "")
        found = _minutes(match["h"], match["m"] or match["md"], half)
        if found and _free(taken, match.start(), match.end()):
            yield Clock(minutes=found, start=match.start(), end=match.end())
    for match in patterns["dotted"].finditer(text):
        found = _minutes(match["h"], match["m"], "")
        if found and _free(taken, match.start("h"), match.end()):
            either = found | {minute + 720 for minute in found if minute < 720}
            count = float(f"{match['h']}.{match['m']}")
            yield Clock(minutes=either, start=match.start("h"), end=match.end(), count=count)
    for spoken in find_spoken(text, language):
        if _free(taken, spoken.start, spoken.end):
            yield Clock(
                minutes=spoken.minutes,
                start=spoken.start,
                end=spoken.end,
                count=spoken.count,
                length=spoken.length,
            )
    for match in chain(patterns["bare_hour"].finditer(text), patterns["hour_from"].finditer(text)):
        hour = int(match["h"])
        article = not match["unit"] and text.startswith("a ", match.start())
        if article and language in ("en", "de"):
            continue
        if hour <= 24 and _free(taken, match.start("h"), match.end()):
            readings = {hour * 60} | ({(hour + 12) * 60} if hour < 12 else set())
            length = hour * 60.0 if match["unit"] else None
            yield Clock(
                minutes=frozenset(readings),
                start=match.start("h"),
                end=match.end(),
                # An English source's "a 12 or 24 volt supply" tells no time, nor does "de 17 a 2".
                count=float(hour) if article else None,
                length=length,
            )
    for match in patterns["noon"].finditer(text):
        if _free(taken, match.start(), match.end()):
            # Midnight is 0:00 of a day and 24:00 of the one before.
            minutes = frozenset({720}) if match["noon"] else frozenset({0, 1440})
            yield Clock(minutes=minutes, start=match.start(), end=match.end())


def _minutes(hour: str, minute: str | None, half: str) -> frozenset[int]:
    hours, minutes = int(hour), int(minute or 0)
    if hours > 24 or minutes > 59:
        return frozenset()
    if half == "pm" and hours < 12:
        hours += 12
    elif half == "am" and hours == 12:
        hours = 0
    return frozenset({hours * 60 + minutes})
