# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Lengths of time that stand in one word: "a five-year warranty", "dreitägig", "quarterly"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from salesagent_core.domain.text.lexicon import number_words

_DAY, _WEEK = 1440.0, 10080.0
_HYPHEN = re.compile(
    r"(?<=[a-z])-(?=(?:years?|months?|weeks?|days?|hours?|minutes?|person|people|strong|member|seat|seater|page|room|bed)\b)"
)
_ADJECTIVES = (
    (r"minutig\w*", "minutes", 1.0),
    (r"stundig\w*", "minutes", 60.0),
    (r"tagig\w*", "minutes", _DAY),
    (r"wochig\w*", "minutes", _WEEK),
    (r"monatig\w*", "months", 1.0),
    (r"jahrig\w*", "months", 12.0),
)
_COMPOUNDS = (
    (r"stunden[a-z]{3,30}", "minutes", 60.0),
    (r"tages[a-z]{3,30}", "minutes", _DAY),
    (r"wochen[a-z]{3,30}", "minutes", _WEEK),
    (r"monats[a-z]{3,30}", "months", 1.0),
    (r"jahres[a-z]{3,30}", "months", 12.0),
)
_SINGLE = (
    (r"biennale?s?|bienal(?:es)?", 24.0),
    (r"triennale?s?|trienal(?:es)?", 36.0),
    (r"quinquennale?s?|quinquenal(?:es)?", 60.0),
    (r"decennale?s?|decenal(?:es)?", 120.0),
)
_EVERY = re.compile(
    r"\b(?:every|once (?:every|in)|each|alle|aller|jeweils alle|tous les|toutes les|cada)(?: full)? $"
)
_REPEATS: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    (
        r"fortnight\w*|bi-?weekly|(?:every|each) (?:other|second) week|14[- ]?tag\w+|vierzehn-?tag\w+|zwei-?wochentlich\w*|2-wochentlich\w*|zwei-?wochen-?(?:takt|rhythmus|turnus)\w*|(?:jede|in jeder|jeder) (?:zweite[nr]?|2\.) woche|"
        r"(?:tous les|toutes les|chaque|par) (?:quinze jours|15 jours|quinzaine)|(?:une|1) semaine sur (?:deux|2)|bi-?mensuel\w*|quincenal\w*|(?:cada|por) (?:quincena|quince dias|15 dias)|semanas? alternas?|una semana si y otra no",
        "minutes",
        (2 * _WEEK, 15 * _DAY),
    ),
    (
        r"monthly|(?:every|each|once a) month|monatlich\w*|jeden monat|einmal im monat|mensuel\w*|tous les mois|chaque mois|mensual\w*|cada mes|todos los meses",
        "months",
        (1.0,),
    ),
    (
        r"bi-?monthly|(?:every|each) (?:other|second) month|zwei-?monatlich\w*|jeden zweiten monat|bimestr\w+|un mois sur deux|un mes si y otro no",
        "months",
        (2.0,),
    ),
    (
        r"quarterly|(?:every|each|per|once a) quarter(?! of)|quartal\w*|viertel-?jahr\w*|trimestr\w+",
        "months",
        (3.0,),
    ),
    (r"cuatrimestr\w+|quadrimestr\w+", "months", (4.0,)),
    (
        r"half[- ]?yearly|semi-?annual\w*|bi-?annual\w*|six-?monthly|(?:twice|two times) (?:a|per) year|(?:every|each) half[- ]year|halb-?jahr\w*|(?:zweimal|2-?mal|2 ?x) (?:im|pro) jahr|semestr\w+|(?:deux|2) fois (?:par|l')? ?an|dos veces al ano|2 veces al ano",
        "months",
        (6.0,),
    ),
    (
        r"yearly|annual(?:ly)?|once a year|every year|(?:all)?jahrlich\w*|einmal im jahr|jedes jahr|annuel\w*|une fois par an|chaque annee|anual\w*|cada ano|una vez al ano",
        "months",
        (12.0,),
    ),
)
MONTHS_IN_YEAR = 12
_TIMES_A_YEAR = re.compile(
    r" ?(?:times|mal|fois|veces|visits|besuche|visites|visitas|invoices|rechnungen|factures|facturas|reports|berichte|rapports|informes|payments|raten) (?:a|per|each|every|in the|im|pro|par|l'|al|por) ?(?:year|jahr|an|annee|ano)\b"
)
_HALF_SPELLED = re.compile(r"\b([a-z]{3,9})einhalb\b")


def open_hyphens(text: str) -> str:
    """The same length, with "five-year" as two words."""
    return _HYPHEN.sub(" ", text)


@cache
def _one_word(lenient: bool) -> re.Pattern[str]:
    spelled = sorted((w for w in _german() if " " not in w), key=len, reverse=True)
    forms = _ADJECTIVES + (_COMPOUNDS if lenient else ())
    units = "|".join(f"(?P<u{i}>{unit})" for i, (unit, _, _) in enumerate(forms))
    return re.compile(rf"(?<![\w-])(?P<n>\d{{1,3}}-?|{'|'.join(spelled)})(?:{units})(?!\w)")


@cache
def _german() -> dict[str, int]:
    words = {word: value for word, value in number_words("de").items() if 2 <= value <= 60}
    return words | {"ein": 1}


def spelled_halves(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and value of every "siebeneinhalb"."""
    if "einhalb" not in text:
        return
    for match in _HALF_SPELLED.finditer(text):
        if match[1] in _german():
            yield match.start(), match.end(), _german()[match[1]] + 0.5


@cache
def _latin() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?P<l{i}>{word})\b" for i, (word, _) in enumerate(_SINGLE)))


def one_word_lengths(text: str, *, lenient: bool) -> Iterator[tuple[float, str, int, int]]:
    """Value, unit, start and end of each length in one word; ``lenient`` for sources, whose
    compounds ("Zweijahresvertrag") and Latin words count too."""
    if not lenient and "ig" not in text:
        return
    forms = _ADJECTIVES + (_COMPOUNDS if lenient else ())
    for match in _one_word(lenient).finditer(text):
        _, unit, factor = forms[int((match.lastgroup or "u0")[1:])]
        written = match["n"].rstrip("-")
        number = float(written) if written.isdigit() else float(_german()[written])
        yield number * factor, unit, match.start(), match.end()
    if lenient:
        for match in _latin().finditer(text):
            yield _SINGLE[int((match.lastgroup or "l0")[1:])][1], "months", *match.span()


@cache
def _repeats() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"\b(?:{words})\b") for words, _, _ in _REPEATS)


def is_repeated_so(before: str, unit: str, values: frozenset[float], held_text: str) -> bool:
    """True where the draft says "every two weeks" and the sources say "fortnightly"; ``before``
    are the bare words before the length."""
    if not _EVERY.search(before):
        return False
    return any(
        unit == one and bool(values & set(lengths)) and pattern.search(held_text) is not None
        for pattern, (_, one, lengths) in zip(_repeats(), _REPEATS, strict=True)
    ) or (unit == "minutes" and _fortnights(values, held_text))


def is_so_often(value: float, behind: str, held_text: str) -> bool:
    """True where the draft says "four times a year" and the sources say "quarterly"; ``behind``
    are the bare words after the number."""
    return _TIMES_A_YEAR.match(behind) is not None and any(
        unit == "months" and value * lengths[0] == MONTHS_IN_YEAR and pattern.search(held_text)
        for pattern, (_, unit, lengths) in zip(_repeats(), _REPEATS, strict=True)
    )


def _fortnights(values: frozenset[float], held_text: str) -> bool:
    """ "Tous les quinze jours" for "every two weeks", and the other way round."""
    wanted = {2 * _WEEK, 15 * _DAY}
    return bool(values & wanted) and _TWO_WEEKS.search(held_text) is not None


_TWO_WEEKS = re.compile(
    r"\b(?:every|alle|toutes les|tous les|cada) (?:(?:two|2|zwei|deux|dos) (?:weeks|wochen|semaines|semanas)|(?:14|15|fourteen|fifteen|vierzehn|quinze|quince|catorce) (?:days|tage|jours|dias))\b"
)
