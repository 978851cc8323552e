# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Numbers in a text by value, with what they count: percent, money, duration or a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.claims.length_words import (
    one_word_lengths,
    open_hyphens,
    spelled_halves,
)
from salesagent_core.domain.text.lexicon import (
    FUNCTION_WORDS,
    LANGUAGES,
    SCALES,
    number_words,
    stem,
)

HEAD_WORDS = 3
SPELLED_WORDS = 7
SPELLED_REACH = 60
YEARS = range(1900, 2100)


@attrs.frozen(kw_only=True)
class Quantity:
    """``values`` are the possible readings ("1.200" is 1200 or 1.2).

    ``kind`` is ``percent``, ``money``, ``duration``, ``year`` or ``count``; ``unit`` the currency
    code, ``minutes`` or ``months`` for a duration (values are in it). ``nouns`` are the stems of
    the words counted.
    """

    values: frozenset[float]
    kind: str
    unit: str
    nouns: tuple[str, ...]
    start: int
    end: int
    spelled: bool = False


_CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "usd": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "dolares": "USD",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "pfund": "GBP",
    "libras": "GBP",
    "livres": "GBP",
    "chf": "CHF",
    "fr.": "CHF",
    "franken": "CHF",
    "francs": "CHF",
    "¥": "JPY",
    "jpy": "JPY",
    "pln": "PLN",
    "sek": "SEK",
    "mxn": "MXN",
    "pesos": "MXN",
    "zloty": "PLN",
    "cents": "CENT",
    "cent": "CENT",
    "ct": "CENT",
    "centimes": "CENT",
    "centime": "CENT",
    "centimos": "CENT",
    "centimo": "CENT",
    "rappen": "CENT",
    "pence": "CENT",
    "p": "CENT",
    "centavos": "CENT",
}
MINOR_UNIT = "CENT"
ROUND_THE_CLOCK = re.compile(
    r"\b(?:24[ /-]7|round the clock|day and night|night and day|rund um die uhr|tag und nacht|"
    r"jour et nuit|nuit et jour|24 ?h(?:eures)? sur 24|dia y noche|noche y dia|las 24 horas)\b"
)
_PER_MAJOR = 100
_DURATIONS: tuple[tuple[str, str, float], ...] = (
    (r"sec(?:ond)?s?|sekunden?|secondes?|segundos?|(?<=\d )s", "minutes", 1 / 60),
    (r"min(?:ute)?s?|minuten|minutos?|min\.", "minutes", 1),
    (r"hours?|hrs?|h|stunden?|std|heures?|horas?", "minutes", 60),
    (
        r"(?:business|working|work) days?|werktagen?|arbeitstagen?|jours? ouvr(?:es|ables?)|dias? (?:habil(?:es)?|laborables?)",
        "workdays",
        1,
    ),
    (r"days?|tage?n?|jours?|(?<=\d )j|(?<=\d)j|dias?", "minutes", 1440),
    (r"weeks?(?!-?ends?)|wks?|wochen?(?!-?ende)|semaines?|semanas?", "minutes", 10080),
    (r"months?|monate?n?|mois|mes(?:es)?", "months", 1),
    (r"years?|yrs?|jahre?n?|ans?(?! (?:der|die|das|den|dem)\b)|annees?|anos?", "months", 12),
)
_HALVES = {
    r"(?:(?:one|1) and a half|1 1/2|anderthalb|eineinhalb) (?:hours?|stunden)|(?:an|one) hour and a half|une heure et demie|(?:una )?hora y media": (
        "minutes",
        90.0,
    ),
    r"(?:(?:one|1) and a half days|(?:a|one) day and a half|(?:anderthalb|eineinhalb) tagen?|une? jour(?:nee)? et demie?|(?:un )?dia y medio)": (
        "minutes",
        2160.0,
    ),
    r"three[- ]quarters of an hour|(?:eine )?dreiviertelstunde|trois[- ]quarts d'heure|tres cuartos de hora": (
        "minutes",
        45.0,
    ),
    r"half an hour|half-hour|(?<!and a )half hour|eine halbe stunde|halbe stunde|une demi[- ]heure|demi[- ]heure|media hora": (
        "minutes",
        30.0,
    ),
    r"quarter of an hour|viertelstunde|quart d'heure|cuarto de hora": ("minutes", 15.0),
    r"(?:a|one) fortnight": ("minutes", 20160.0),
    r"(?:one|a|an|eine?r?|une|una) (?:single )?(?:hour|stunde|heure|hora)|within the (?:next )?hour|(?:innerhalb|binnen) der (?:nachsten )?stunde|dans l'heure(?! d)|dentro de la hora": (
        "minutes",
        60.0,
    ),
    r"(?:within|in|under|innerhalb|binnen|en|dentro de) (?:of )?(?:one|a|an|einem|einer|eines|un|une|una) (?:day|tag|tages|jour|dia)\b(?! (?:and a half|y medio|et demi))": (
        "minutes",
        1440.0,
    ),
    r"(?:within|in|under|innerhalb|binnen|en|dentro de) (?:of )?(?:one|a|einer|une|una) (?:week|woche|semaine|semana)": (
        "minutes",
        10080.0,
    ),
    r"(?:within|in|under|innerhalb|binnen|en|dentro de) (?:of )?(?:one|a|einem|eines|un) (?:month|monat|monats|mois|mes)": (
        "months",
        1.0,
    ),
    r"half a year|(?:ein )?halbes jahr|halben jahr(?:es)?|une demi[- ]annee|medio ano": (
        "months",
        6.0,
    ),
    r"(?:ein|einem|eines) vierteljahr(?:es)?|quarter of a year": ("months", 3.0),
    r"overnight|uber nacht": ("minutes", 1440.0),
}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    scale = r"(?: ?(?:k|m|mn|mio|mln|tsd|bn|mrd)\b\.?| (?:thousand|millions?|billion|tausend|millionen|milliarden?|mille|milliards|mil|millon(?:es)?|hundred|dozen|dutzend)\b)?"
    digits = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,6})?"
    symbols = r"[€$£¥]|us\$|\b(?:eur|usd|gbp|chf|fr\.)"
    return {
        "number": re.compile(
            rf"(?P<before>(?:{symbols}) ?)?(?:(?<![\w.,/#-])|(?<=[€$£¥ ])|(?<=\s[-])|(?<=\d[-])|(?<=[a-z][-/(]))"
            rf"(?P<digits>{digits})(?P<scale>{scale})"
        ),
        "scale": re.compile(scale),
        "token": re.compile(r"[a-z]{1,60}(?:-[a-z]{2,20}){0,4}"),
        "after": re.compile(
            r"[ -]?(?P<currency>(?:€|\$|£|¥)(?!\d)|(?:eur|euros?(?![ -]?(?:pall?et|pale|norm|zone))|usd|dollars?|dolares|gbp|pounds?|pfund|libras|livres|chf|franken|francs|pln|zloty|sek|mxn|pesos|cents?|ct|centimes?|centimos?|rappen|pence|centavos)\b|(?<=\d)p\b)"
            r"|[ -]?(?P<percent>%|pct\b|percent\b|per cent\b|prozent\b|pour ?cent\b|por ciento\b|percentage points?\b|prozentpunkte\b)"
        ),
        "duration": re.compile(
            r"\+?(?:[ -]| ?(?:full|volle|more|weitere|short|last|past|next|consecutive|further|extra|additional|whole|letzten?|nachsten?|ganzen?|vollen?|weiteren?|derniere?s|prochaine?s|pleine?s|ultim[oa]s|proxim[oa]s|siguientes) )?(?:"
            + "|".join(f"(?P<d{i}>{names})" for i, (names, _, _) in enumerate(_DURATIONS))
            + r")(?![a-z])(?!(?<=horas) libres\b|(?<=heures) (?:libres|possibles)\b)"
        ),
        "range": re.compile(
            r"(?: ?- ?| (?:to|or|bis|auf|oder|a|ou|o|(?P<and>and|und|et|y)) (?:(?:just|only|nur|nur noch|seulement|solo|tan solo|apenas|gut|knapp|rund|etwa|about|nearly|just over|a little (?:over|more than)|algo mas de|poco mas de|un peu plus de) )?)(?P<second>\d{1,3}(?:[.,' ]\d{3})+|\d{1,15}(?:[.,]\d{1,6})?|[a-z]{2,30}(?:-[a-z]{2,20}){0,3})"
        ),
        "and_half": re.compile(r"(?: and a half(?= )|(?:und)?einhalb(?= ))"),
        "between": re.compile(r"\b(?:between|zwischen|entre) ?$"),
        "half": re.compile(
            "(?:"
            + "|".join(f"(?P<h{i}>{names})" for i, names in enumerate(_HALVES))
            + ")[ns]?(?![a-z])"
        ),
        "word": re.compile(r"[ -]*(?P<word>[^\W\d_]{2,40}|[mltgw](?=[23]?(?![^\W_])))"),
    }


_PER = ("pour ", "por ", "per ")
"""Before "cent" and "ciento" these make a percentage."""


@cache
def _first_words(language: str) -> frozenset[str]:
    return frozenset(phrase.split(" ", 1)[0] for phrase in _spelled(language))


def _spelled_numbers(
    text: str, patterns: dict[str, re.Pattern[str]], language: str
) -> Iterator[tuple[int, int, int]]:
    """Start, end and value of every number in words, the longest phrase at each place."""
    words, firsts, done = _spelled(language), _first_words(language), 0
    for match in patterns["token"].finditer(text):
        if (
            match.start() < done
            or match[0] not in firsts
            or text[match.start() - 1 : match.start()].isalnum()
            or text.endswith(_PER, 0, match.start())
        ):
            continue
        tokens = (
            text[match.start() : match.start() + SPELLED_REACH]
            .replace("\n", " ")
            .split(" ")[:SPELLED_WORDS]
        )
        for count in range(len(tokens), 0, -1):
            phrase = " ".join(tokens[:count])
            trimmed = phrase.rstrip(".,;:!?)")
            if trimmed in words:
                done = match.start() + len(trimmed)
                yield match.start(), done, words[trimmed]
                break


@cache
def _spelled(language: str) -> dict[str, int]:
    if language in LANGUAGES:
        return number_words(language)
    merged: dict[str, int] = {}
    for one in LANGUAGES:
        merged |= number_words(one)
    return merged


def find_quantities(text: str, language: str) -> Iterator[Quantity]:
    """``text`` in bare form; ``language`` one of the four, or ``any`` (for sources).

    List numbering at the start of a line is not a quantity; neither is the word "one".
    """
    patterns = _patterns()
    text = open_hyphens(text)
    for value, unit, start, end in one_word_lengths(text, lenient=language == "any"):
        yield Quantity(
            values=frozenset({value}), kind="duration", unit=unit, nouns=(), start=start, end=end
        )
    if language == "any":
        # A source's "21x21", "24/48 h", "7j/7" and "J+8" hold each of their numbers.
        text = _DAYS_AFTER.sub(r"\1 j", _BETWEEN_DIGITS.sub("-", text))
        yield from _times_over(text)
    for match in patterns["half"].finditer(text):
        unit, value = list(_HALVES.values())[int((match.lastgroup or "h0")[1:])]
        if match.start() and text[match.start() - 1].isalnum():
            continue
        yield Quantity(
            values=frozenset({value}),
            kind="duration",
            unit=unit,
            nouns=(),
            start=match.start(),
            end=match.end(),
            spelled=True,
        )
    for match in patterns["number"].finditer(text):
        if _is_numbering(text, match) or _glued(text, match):
            continue
        yield _quantity(
            text,
            match.start(),
            match.end(),
            readings(match["digits"]),
            patterns,
            before=(match["before"] or "").strip(),
            scale=match["scale"].strip(" ."),
            digits=match["digits"],
        )
    for start, end, half in spelled_halves(text):
        yield _quantity(text, start, end, frozenset({half}), patterns)
    reach = 0
    for start, end, value in _spelled_numbers(text, patterns, language):
        if start < reach:
            continue
        scale = patterns["scale"].match(text, end)
        written = scale[0].strip(" .") if scale else ""
        spelled = _quantity(
            text,
            start,
            scale.end() if scale else end,
            frozenset({float(value)}),
            patterns,
            scale=written,
        )
        reach = spelled.end
        yield spelled


_HALF_AFTER = re.compile(r" et demie?\b| y medi[oa]\b")
_DAYS_AFTER = re.compile(r"\bj\+(\d{1,3})\b")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[x×/](?=\d)|(?<=\dj)/(?=\d)")
_TIMES_OVER = {
    word: value
    for value, words in (
        (2, "twice zweimal zweimaliger zweimalige bimensuel"),
        (3, "thrice dreimal"),
        (4, "viermal"),
        (5, "funfmal"),
        (6, "sechsmal"),
    )
    for word in words.split()
}
_OVER = re.compile(rf"\b(?:{'|'.join(_TIMES_OVER)})\b")


def _times_over(text: str) -> Iterator[Quantity]:
    """A source's "twice a week" holds the "two visits a week" of a draft."""
    for match in _OVER.finditer(text):
        yield Quantity(
            values=frozenset({float(_TIMES_OVER[match[0]])}),
            kind="count",
            unit="",
            nouns=(),
            start=match.start(),
            end=match.end(),
            spelled=True,
        )


def _quantity(
    text: str,
    start: int,
    end: int,
    values: frozenset[float],
    patterns: dict[str, re.Pattern[str]],
    *,
    before: str = "",
    scale: str = "",
    digits: str = "",
) -> Quantity:
    if scale == "m" and not before:
        # "22 m" are metres or millions.
        values = values | {value * SCALES[scale] for value in values}
    elif scale:
        values = frozenset(value * SCALES[scale] for value in values)
    if half := patterns["and_half"].match(text, end):
        values, end = frozenset(value + 0.5 for value in values), half.end()
    kind, unit = "count", ""
    at = end if before else _unit_place(text, start, end, patterns)
    if before:
        kind, unit = "money", _CURRENCIES[before]
    elif after := patterns["after"].match(text, at):
        end = after.end() if at == end else end
        kind = "percent" if after["percent"] else "money"
        unit = "" if after["percent"] else _CURRENCIES[after["currency"]]
        if unit == MINOR_UNIT:
            values = frozenset(round(value / _PER_MAJOR, 6) for value in values)
    elif duration := patterns["duration"].match(text, at):
        _, unit, factor = _DURATIONS[int((duration.lastgroup or "d0")[1:])]
        half_unit = 0.5 if _HALF_AFTER.match(text, duration.end()) else 0.0
        values = frozenset(round((value + half_unit) * factor, 6) for value in values)
        kind, end = "duration", duration.end() if at == end else end
    elif not scale and re.fullmatch(r"\d{4}", digits) and int(digits) in YEARS:
        kind = "year"
    return Quantity(
        values=values,
        kind=kind,
        unit=unit,
        nouns=_head(text, end, patterns["word"], ("m",) if scale == "m" and not before else ()),
        start=start,
        end=end,
        spelled=not digits,
    )


def _unit_place(text: str, start: int, end: int, patterns: dict[str, re.Pattern[str]]) -> int:
    """Where the unit of a number is to be looked for: "twelve" of "between twelve and nineteen
    per cent" has that of the second number."""
    second = patterns["range"].match(text, end)
    if second is None or (
        second["and"] and not patterns["between"].search(text, max(0, start - 10), start)
    ):
        return end
    number = second["second"]
    far = second.end()
    if number[0].isdigit() and text[start].isalpha() and second[0].startswith(" a "):
        return end  # "los tres a 195 €"
    if not number[0].isdigit() and number not in _spelled("any"):
        return end
    unit = patterns["after"].match(text, far) or patterns["duration"].match(text, far)
    return far if unit else end


@cache
def _unit_words() -> re.Pattern[str]:
    names = "|".join(f"(?P<d{i}>{names})" for i, (names, _, _) in enumerate(_DURATIONS))
    return re.compile(rf"(?<![a-z])(?:{names})(?![a-z])")


def last_unit(text: str) -> tuple[str, float, int] | None:
    """The last unit of time that ``text`` names in letters, how much one is, and where it ends."""
    last = None
    for match in _unit_words().finditer(text):
        if match.end() - match.start() > 1:
            last = match
    if last is None:
        return None
    _, unit, factor = _DURATIONS[int((last.lastgroup or "d0")[1:])]
    return unit, factor, last.end()


def readings(digits: str) -> frozenset[float]:
    """What a written number may mean across the four languages' separators."""
    compact = digits.replace(" ", "").replace("'", "")
    marks = [char for char in compact if char in ".,"]
    if not marks:
        return frozenset({float(compact)})
    last = marks[-1]
    tail = compact.rpartition(last)[2]
    grouped = compact.replace(".", "").replace(",", "")
    decimal = compact.rpartition(last)[0].replace(".", "").replace(",", "") + "." + tail
    if len(set(marks)) > 1:
        return frozenset({float(decimal)})
    if len(marks) > 1:
        return frozenset({float(grouped)})
    if len(tail) == 3 and len(compact.partition(last)[0]) <= 3 and compact[0] != "0":
        return frozenset({float(grouped), float(decimal)})
    return frozenset({float(decimal)})


_SKIPPED = frozenset(
    "of de der des du del of the your our their ihrer ihre ihren unserer unsere vos nos sus nuestros von d l full total new "
    "more other different weitere andere neue neuen autres nouveaux nuevos otros".split()
)


_THEN = frozenset(
    "previously formerly earlier beforehand today now nowadays vorher zuvor davor fruher bisher heute jetzt mittlerweile inzwischen "
    "auparavant precedemment maintenant aujourd desormais antes anteriormente previamente ahora hoy actualmente".split()
)
"""Words of when, which nothing counts."""


def _head(
    text: str, end: int, word: re.Pattern[str], begin: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Stems of the words that follow, up to the first small word or sign."""
    stems: list[str] = [stem(one) for one in begin]
    position = end
    for _ in range(HEAD_WORDS + 2):
        match = word.match(text, position)
        if match is None or len(stems) == HEAD_WORDS:
            break
        position = match.end()
        if match["word"] in _SKIPPED:
            continue
        if match["word"] in _THEN or any(
            match["word"] in words for words in FUNCTION_WORDS.values()
        ):
            break
        stems.append(stem(match["word"]))
    if len(stems) > 1 and stems[1] in _HOUR_STEMS and stems[0] in _WATT_HOURS:
        stems[:2] = [_WATT_HOURS[stems[0]]]
    return tuple(stems)


_HOUR_STEMS = frozenset(stem(word) for word in "hour hours heure heures hora horas".split())
_WATT_HOURS = {
    stem(word): unit
    for unit, words in (
        ("wh", "watt watts vatio vatios"),
        ("kwh", "kilowatt kilowatts kilovatio kilovatios"),
        ("mwh", "megawatt megawatts megavatio megavatios"),
        ("gwh", "gigawatt gigawatts gigavatio gigavatios"),
    )
    for word in words.split()
}
"""What is written "kilowatt-hours" in two words."""


def _is_numbering(text: str, match: re.Match[str]) -> bool:
    if match["before"]:
        return False
    line = text.rfind("\n", 0, match.start()) + 1
    return (
        not text[line : match.start()].strip(" \t(*>-")
        and bool(re.match(r"[.)](?:\s|$)", text[match.end("digits") : match.end("digits") + 2]))
        and len(match["digits"]) <= 2
    )


def _glued(text: str, match: re.Match[str]) -> bool:
    """A digit inside a name such as "mp3" or "v2.1x" is not a quantity."""
    start, end = match.start(), match.end()
    before = text[start - 1 : start]
    after = text[end : end + 1]
    if before.isalpha() and not match["before"]:
        return True
    if match["digits"] in ("2", "3") and re.match(r"d\b", text[end : end + 2]):
        return True  # "3D" is a word.
    return after.isalpha() and not re.match(
        r"(?:st|nd|rd|th|x|h|min|std|er|e|d)\b|[a-z]{1,3}\b", text[end : end + 4]
    )
