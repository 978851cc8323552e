# ruff: noqa: E501  (patterns are kept on one line)
"""Numbers that sources hold in another form: a version, days of work, what is listed by name."""

from __future__ import annotations

import re

from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.ordinals import is_ordinal, names_ordinal
from salesagent_core.domain.claims.quantities import Quantity
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.lexicon import stem

MAX_LISTED = 6
WORKING_WEEK = 5
_DAY = 1440.0
_HOURS = {"stund": 60.0, "stunde": 60.0, "hour": 60.0, "minut": 1.0, "minute": 1.0}
_VERSION = re.compile(r"\b(?:versions?|releases?|v\.?) $")
_WITHIN = re.compile(
    r"\b(?:within|inside|under|in|by|less than|innerhalb|binnen|in|bis|unter|spatestens|nach|sous|dans|en|avant|moins de|dentro de|antes de|menos de)(?: (?:von|of|the|den|les|los|unos|only|just|nur|seulement|solo))? $"
)
_TOGETHER = re.compile(
    r"\b(?:together|altogether|combined|in total|in all|total(?:s|ling)?|all told|zusammen|insgesamt|gesamt\w*|ensemble|au total|en tout|cumules?|en total|en conjunto|juntos|juntas|suman)\b"
)
_LABELLED = re.compile(r"(?<!\w)([A-Za-zÀ-ÿ]{3,20}) ([A-ZÀ-Ý][\w-]+)(?= ?[:,(–-]| \d| [a-zà-ÿ])")
_NEAR = 40
_AND = re.compile(
    r"(?<![\d.,])(\d{1,4})(?: [a-z]{2,20}){1,2} (?:and|plus|und|sowie|et|plus|y|mas) (\d{1,4})(?: [a-z]{2,20})"
)


def is_version(library: Library, fact: Fact, text: Text) -> bool:
    """ "From version 8 on" for "v8 and later"."""
    digits = text.bare[fact.start : fact.end]
    if not _VERSION.search(text.bare[max(0, fact.start - 12) : fact.start]):
        return False
    return bool(
        re.search(
            rf"\b(?:versions?|releases?|v\.?) ?{re.escape(digits)}(?![\d.,]\d|\d)", library.whens
        )
    )


def is_named_hours(library: Library, wanted: Quantity) -> bool:
    """ "80.000 Betriebsstunden", "20,000 operating hours" for "80.000 Stunden"."""
    factor = next(
        (
            minutes
            for noun in wanted.nouns[:2]
            for ending, minutes in _HOURS.items()
            if noun.endswith(ending)
        ),
        None,
    )
    return factor is not None and any(
        isinstance(m.value, Quantity)
        and (m.value.kind, m.value.unit) == ("duration", "minutes")
        and any(value * factor in m.value.values for value in wanted.values)
        for m in library.quantities
    )


def is_place_in_a_row(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "Ihre 3. Filiale" for "our third branch"."""
    return is_ordinal(text.bare, fact.start, fact.end, text.language) and any(
        names_ordinal(library.whens, int(value)) for value in wanted.values
    )


def is_days_of_work(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "The import takes three days" for "3 working days", up to a week and never as a deadline:
    "within three days" ends sooner."""
    if wanted.unit != "minutes" or _WITHIN.search(text.bare[max(0, fact.start - 30) : fact.start]):
        return False
    return any(
        isinstance(m.value, Quantity)
        and (m.value.kind, m.value.unit) == ("duration", "workdays")
        and any(value <= WORKING_WEEK and value * _DAY in wanted.values for value in m.value.values)
        for m in library.quantities
    )


def counts_the_listed(library: Library, wanted: Quantity) -> bool:
    """ "We offer two plans" where the sources tell of as many by name: "Plan Sol ... Plan Luna"."""
    if not wanted.spelled or not wanted.nouns or max(wanted.values) > MAX_LISTED:
        return False
    named: dict[str, set[str]] = {}
    for match in _LABELLED.finditer(library.original):
        named.setdefault(stem(bare_text(match[1])), set()).add(match[2])
    return any(len(named.get(noun, ())) in wanted.values for noun in wanted.nouns[:1])


def adds_two(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    """ "Your twelve vehicles in total" for "7 vans and 5 cars"."""
    first, last = sentence_around(text.bare, fact.start)
    around = text.bare[max(first, fact.start - _NEAR) : min(last, fact.end + _NEAR)]
    return _TOGETHER.search(around) is not None and any(
        float(one[1]) + float(one[2]) in wanted.values for one in _AND.finditer(library.whens)
    )
