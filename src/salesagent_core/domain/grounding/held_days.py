# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Days and months of a draft that are told shortly: "am 9. und 17.", "le 19", "by early January",
"all three days"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from salesagent_core.domain.claims.day_shifts import held_dates, whole_date
from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.moments import Day
from salesagent_core.domain.claims.quantities import Quantity
from salesagent_core.domain.grounding.library import Library, sentence_around

LEAD_REACH = 60
MARGIN_DAYS = 7
"""How far from "mid February" the day that was reckoned may lie."""
MIN_SHIFT, MAX_SHIFT = 4, 370
"""Days: a shorter time moves no date to another part of a month."""
DAYS_IN_MONTH = 30.4
_DAY = 1440.0
_ITEM = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
_JOIN = r"(?: ?, ?| ?- ?| (?:and|or|to|und|oder|sowie|bis|et|ou|au|puis|y|o|al) |, (?:and|or|und|oder|et|ou|y|o) )(?:on |am |zum |den |dem |der |the |le |el |al )?"
_ON = re.compile(
    rf"\b(?:(?P<de>am|zum|vom|den|dem|der|ab|bis|seit)|(?P<en>the|by|on)|(?P<dia>dias?|jours?)|(?P<rom>les|los)|(?:le|du|au|el|del|al|hasta)(?: (?:pasado|proximo|dernier|prochain))?) (?P<more>(?:{_ITEM}{_JOIN}){{0,6}})$"
)
_ORDINAL_NOUN = re.compile(
    r"\.? (?:mal|tag\w*|stock\w*|quartal\w*|termin\w*|platz|monat\w*|jahr\w*|woche\w*|schritt\w*|teil\w*|obergeschoss|og|etage|stelle|reihe|runde|stufe|person|floor|day|month|year|week|time|visit|order|quarter|annivers\w*|etage|mois|semaine|jour|fois|planta|piso|vez|mes|semana|dia|ano)\b"
)
_TH = re.compile(r"(?:st|nd|rd|th)\b")
_PART = re.compile(
    r"\b(?:(?P<early>early(?: in)?|the (?:beginning|start) of|beginning of|start of|anfang|debut|principios de|comienzos de|inicios de)|"
    r"(?P<mid>mid|the middle of|middle of|mitte|mi|la mi|mediados de)|(?P<late>late|the end of|end of|ende|fin|la fin|fin de|finales de|fines de))[ -]$"
)
_SPANS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_BY = re.compile(
    r"\b(?:by|until|till|before|no later than|latest|bis|spatestens|vor|d'ici|avant|au plus tard|jusqu'en|antes de|hasta|a mas tardar)(?: (?:in|the|la|le|en|im))? $"
)
_ALL = re.compile(
    r"\b(?:all|the|these|those|your|alle[nr]?|die|den|diesen?|ihre[nr]?|les|ces|vos|los|las|estos|sus)(?: full| whole)? $"
)

_ONE = r"\b(?:one|an?|1|ein(?:e[nmrs]?)?|une?|una) (?:full )?"
_ONE_MONTH = re.compile(rf"{_ONE}(?:months?|monate?s?|mois|mes)\b")
_ONE_WEEK = re.compile(rf"{_ONE}(?:weeks?|woche|semaine|semana)\b")


def is_day_of_month(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """True for "am 9. und 17." or "the 10th" where the sources hold a date with that day."""
    digits = text.bare[fact.start : fact.end]
    if not re.fullmatch(r"\d{1,2}", digits) or not 1 <= int(digits) <= 31:
        return False
    lead = _ON.search(text.bare[max(0, fact.start - LEAD_REACH) : fact.start])
    if lead is None or _ORDINAL_NOUN.match(text.bare, fact.end):
        return False
    behind = text.bare[fact.end : fact.end + 2]
    if lead["de"] and behind[:1] != ".":
        return False
    if lead["en"] and not _TH.match(behind):
        return False
    if lead["rom"] and wanted.nouns and not lead["more"]:
        return False
    return any(reading[2] == int(digits) for day in library.days for reading in day.readings)


def month_follows(library: Library, wanted: Day, text: Text, facts: Sequence[Fact]) -> bool:
    """True for "by early January" where a date of the same or the last sentence is held and the
    sources hold how long before it (or after it) something has to be."""
    months = {month for _, month, number in wanted.readings if number is None and 1 <= month <= 12}
    before = text.bare[max(0, wanted.start - 40) : wanted.start]
    part = _PART.search(before)
    if not months or not (part or _BY.search(before)):
        return False
    first, last = sentence_around(text.bare, wanted.start)
    first, _ = sentence_around(text.bare, max(0, first - 2))
    named = [
        one.value
        for one in facts
        if isinstance(one.value, Day) and one.value is not wanted and first <= one.start < last
    ]
    lo, hi = _SPANS[part.lastgroup or "mid"] if part else (1, 31)
    return any(
        _within(moved, month, lo, hi)
        for held, year in held_dates(library.days)
        if any(whole_date(own, year) == held for day in named for own in day.readings)
        for shift in _shifts(library)
        for moved in (held - timedelta(days=shift), held + timedelta(days=shift))
        for month in months
    )


def _within(moved: date, month: int, low: int, high: int) -> bool:
    margin = timedelta(days=MARGIN_DAYS)
    for year in (moved.year - 1, moved.year, moved.year + 1):
        begin = date(year, month, low)
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        end = min(end, date(year, month, min(high, end.day)))
        if begin - margin <= moved <= end + margin:
            return True
    return False


def _shifts(library: Library) -> set[int]:
    """Every length that a source tells, in days."""
    found: set[int] = set()
    for mention in library.quantities:
        length = mention.value
        if not isinstance(length, Quantity) or length.kind != "duration":
            continue
        each = {"minutes": 1 / _DAY, "workdays": 7 / 5, "months": DAYS_IN_MONTH}[length.unit]
        found |= {round(value * each) for value in length.values}
    if _ONE_MONTH.search(library.whens):
        found.add(round(DAYS_IN_MONTH))
    if _ONE_WEEK.search(library.whens):
        found.add(7)
    return {one for one in found if MIN_SHIFT <= one <= MAX_SHIFT}


def counts_a_span(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "All three days" where a source names "10 to 12 March"."""
    lead = _ALL.search(text.bare[max(0, fact.start - 20) : fact.start])
    return (
        lead is not None
        and wanted.unit == "minutes"
        and any(length * _DAY in wanted.values for length in library.spans)
    )
