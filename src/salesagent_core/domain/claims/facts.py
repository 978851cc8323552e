# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""The facts of a text: what a reader would take as true and could check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

import attrs

from salesagent_core.domain.claims.capabilities import Clause, find_clauses
from salesagent_core.domain.claims.commitments import Statement, find_statements
from salesagent_core.domain.claims.courtesies import told_spans, wished_spans
from salesagent_core.domain.claims.elided_units import elided, goes_on, in_lists
from salesagent_core.domain.claims.language_names import LanguageName, find_languages
from salesagent_core.domain.claims.moments import Clock, Day, Moments, Weekday, find_moments
from salesagent_core.domain.claims.names import LINK_END, Name, find_names
from salesagent_core.domain.claims.past_clauses import find_past_clauses
from salesagent_core.domain.claims.quantities import Quantity, find_quantities
from salesagent_core.domain.text.folding import Folded, bare_text, plain
from salesagent_core.domain.text.lexicon import (
    FUNCTION_WORDS,
    LANGUAGES,
    SELF_COUNTED,
    guess_language,
    stem,
)
from salesagent_core.domain.text.links import Link, find_addresses, find_links

TOLD_BY_TENSE = "clause"
"""The family of what is told of the past in any words."""
MAX_SELF_COUNT = 5
MAX_FACTS = 600
PHONE_DIGITS = range(7, 16)


class FactKind(StrEnum):
    """What kind of fact; each has its own code among the findings."""

    NUMBER = "number"
    PERCENT = "percent"
    PRICE = "price"
    DURATION = "duration"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    NAME = "name"
    LINK = "link"
    ADDRESS = "address"
    PHONE = "phone"
    PROMISE = "promise"
    PAST = "past"
    CUSTOMER = "customer"


@attrs.frozen(kw_only=True)
class Fact:
    """``value`` is the parsed fact; offsets are into the plain text."""

    kind: FactKind
    value: Quantity | Day | Weekday | Clock | Name | Link | Statement | Clause | LanguageName | str
    start: int
    end: int


@attrs.frozen(kw_only=True)
class Text:
    """One text in its forms: ``original`` in plain characters with capitals, ``bare`` of the same
    length, and the language it is in."""

    folded: Folded
    original: str
    bare: str
    language: str


@lru_cache(maxsize=4_096)
def _level(char: str) -> str:
    """The bare form of one character, one character long."""
    one = bare_text(char)
    return one if len(one) == 1 else char.lower()[:1] or char


def read_text(text: str, language: str = "en") -> Text:
    """Fold a text once for all who look at it."""
    folded = plain(text)
    leveled = folded.text.lower() if folded.text.isascii() else "".join(map(_level, folded.text))
    fallback = language[:2].lower() if language[:2].lower() in LANGUAGES else "en"
    return Text(
        folded=folded,
        original=folded.text,
        bare=leveled.replace("\t", " ").replace("\r", " "),
        language=guess_language(leveled, fallback),
    )


_PHONE = re.compile(r"(?<![\w.,/])(?:\+|\(\+?|00|0|\d)\d?(?:[ ()/.-]{0,2}\d){6,14}(?!\w)")
_SPANISH_PHONE = re.compile(r"[6789]\d\d \d{3} \d{3}")
_COUNTED = re.compile(r"\s?(?:[€$£%]|eur|usd|gbp|chf|kwh|mwh|[a-z]{3,})")
"""What follows a number of nine digits that counts something."""
_RANGE = re.compile(r"\d{1,3}(?:\.\d{3})*(?:,\d{1,2})? ?[-/] ?\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?")
"""From a sum to a sum of thousands: "920-1.050"."""
_PRICED = re.compile(r" ?(?:€|£|\$|eur(?:os?)?\b|chf\b|usd\b|gbp\b|%|kwh?\b|kg\b|km\b)")
"""What follows a sum or a measure, and no telephone number."""
_KINDS = {
    "percent": FactKind.PERCENT,
    "money": FactKind.PRICE,
    "duration": FactKind.DURATION,
    "count": FactKind.NUMBER,
    "year": FactKind.NUMBER,
}
_WRITTEN_AS_ONE = frozenset({FactKind.LINK, FactKind.ADDRESS})
_STATEMENTS = {
    "promise": FactKind.PROMISE,
    "past": FactKind.PAST,
    "customer": FactKind.CUSTOMER,
}


def facts_of(text: Text, known: frozenset[str], *, any_language: bool = False) -> list[Fact]:
    """All facts in order of kind. ``known`` are words the sources hold (see ``find_names``)."""
    facts: list[Fact] = list(_links_and_addresses(text))
    taken = [(fact.start, fact.end) for fact in facts]
    masked = _masked(text.bare, taken)
    moments = find_moments(masked, text.original, "any" if any_language else text.language)
    facts += _moment_facts(moments)
    taken = [
        (fact.start, fact.end) for fact in facts if not (any_language and _may_count(fact.value))
    ]
    masked = _masked(masked, taken)
    phones = list(_phones(masked))
    facts += phones
    masked = _masked(masked, [(fact.start, fact.end) for fact in phones])
    statements = list(find_statements(text.bare, text.language))
    certificates = [(one.start, one.end) for one in statements if one.family == "certificate"]
    found = find_quantities(_masked(masked, certificates), "any" if any_language else text.language)
    numbers = counted = sorted(found, key=lambda one: one.start)
    if any_language:
        numbers = [*counted, *elided(counted, masked, text.bare)]
    listed = {one.start for one in in_lists(counted, masked)}
    for quantity in numbers:
        if (
            any_language
            or quantity.start in listed
            or not _counts_itself(quantity)
            or goes_on(quantity, counted, masked)
        ):
            facts.append(
                Fact(
                    kind=_KINDS[quantity.kind],
                    value=quantity,
                    start=quantity.start,
                    end=quantity.end,
                )
            )
    if any_language:
        facts += _statement_facts(statements)
        return facts[:MAX_FACTS]
    written = [(fact.start, fact.end) for fact in facts if fact.kind in _WRITTEN_AS_ONE]
    told = [*_statement_facts(statements), *_past_facts(text, written)]
    facts += _without_courtesies(text.bare, told)
    for clause in find_clauses(masked, text.language):
        facts.append(Fact(kind=FactKind.PROMISE, value=clause, start=clause.start, end=clause.end))
    for spoken in find_languages(masked):
        facts.append(Fact(kind=FactKind.PROMISE, value=spoken, start=spoken.start, end=spoken.end))
    hidden = [_but_stop(text.original, start, end) for start, end in [*taken, *certificates]]
    original = _with_ends(_masked(text.original, hidden), facts)
    for name in find_names(original, _masked(text.bare, hidden), text.language, known):
        facts.append(Fact(kind=FactKind.NAME, value=name, start=name.start, end=name.end))
    return facts[:MAX_FACTS]


def _may_count(value: object) -> bool:
    """A source's "24 horas" is read both ways, as a time and as a length."""
    return isinstance(value, Clock) and not (value.count is None and value.length is None)


def _statement_facts(statements: list[Statement]) -> Iterator[Fact]:
    for one in statements:
        yield Fact(
            kind=_STATEMENTS.get(one.kind, FactKind.PROMISE),
            value=one,
            start=one.start,
            end=one.end,
        )


def _past_facts(text: Text, hidden: list[tuple[int, int]]) -> Iterator[Fact]:
    original, bare = _stopped(text.original, hidden), _stopped(text.bare, hidden)
    for start, end in find_past_clauses(original, bare, text.language):
        told = Statement(kind="past", family=TOLD_BY_TENSE, key="", start=start, end=end)
        yield Fact(kind=FactKind.PAST, value=told, start=start, end=end)


def _without_courtesies(bare: str, told: list[Fact]) -> Iterator[Fact]:
    """Without what is said of the reader's own message or wish, or of a meeting to come."""
    spans = {FactKind.PAST: told_spans(bare), FactKind.PROMISE: wished_spans(bare)}
    for fact in told:
        if not any(a <= fact.start and fact.end <= b for a, b in spans.get(fact.kind, ())):
            yield fact


def _moment_facts(moments: Moments) -> Iterator[Fact]:
    for day in moments.days:
        yield Fact(kind=FactKind.DATE, value=day, start=day.start, end=day.end)
    for weekday in moments.weekdays:
        yield Fact(kind=FactKind.WEEKDAY, value=weekday, start=weekday.start, end=weekday.end)
    for clock in moments.clocks:
        yield Fact(kind=FactKind.TIME, value=clock, start=clock.start, end=clock.end)


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The same length, with the spans made into something that is neither word nor number."""
    pieces, position = [], 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        start = max(start, position)
        pieces += [text[position:start], "|" * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])


def _but_stop(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the full stop behind it: "12 August." may end the sentence."""
    return (start, end - 1) if end - start > 1 and text[end - 1] == "." else (start, end)


def _stopped(text: str, spans: list[tuple[int, int]]) -> str:
    """The same length, with the spans made into what ends a sentence: a link stands alone."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start - 1)};{text[end:]}"
    return text


def _with_ends(masked: str, facts: list[Fact]) -> str:
    """The last character of each link made into ``LINK_END``."""
    for fact in facts:
        if fact.kind is FactKind.LINK and masked[fact.start : fact.end].strip("|") in ("", "."):
            end = fact.end - 1
            masked = masked[:end] + LINK_END + masked[end + 1 :]
    return masked


def _links_and_addresses(text: Text) -> Iterator[Fact]:
    for address in find_addresses(text.original):
        yield Fact(
            kind=FactKind.ADDRESS, value=address.address, start=address.start, end=address.end
        )
    for link in find_links(text.original):
        yield Fact(kind=FactKind.LINK, value=link, start=link.start, end=link.end)


def _phones(text: str) -> Iterator[Fact]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        written = match[0].strip()
        grouped = re.fullmatch(r"\d{1,3}(?:[ .]\d{3})+", written) and not (
            _SPANISH_PHONE.fullmatch(written) and not _COUNTED.match(text, match.end())
        )
        if len(digits) not in PHONE_DIGITS or grouped:
            continue
        if _RANGE.fullmatch(written) or _PRICED.match(text, match.end()):
            continue
        if not written.startswith(("+", "(", "0")) and not re.search(r"[ ()/-]", written):
            continue
        yield Fact(kind=FactKind.PHONE, value=digits, start=match.start(), end=match.end())


def _counts_itself(quantity: Quantity) -> bool:
    """ "Three times that work:" counts what the mail itself lists; it tells nothing of the world."""
    if quantity.kind != "count" or max(quantity.values) > MAX_SELF_COUNT or not quantity.spelled:
        return False
    return not quantity.nouns or any(noun in _SELF_STEMS for noun in quantity.nouns)


_SELF_STEMS = frozenset(stem(word) for word in SELF_COUNTED) | SELF_COUNTED


def content_stems(bare: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(
        stem(word)
        for word in re.findall(r"[^\W\d_]{3,40}", bare)
        if not any(word in words for words in FUNCTION_WORDS.values())
    )
