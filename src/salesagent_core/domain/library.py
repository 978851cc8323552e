"""What the sources hold, prepared once for every question about a draft."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import attrs

from salesagent_core.domain.commitments import Statement
from salesagent_core.domain.day_times import pairs, slot_lengths, weekdays_of
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.facts import Fact, FactKind, Text, content_stems, facts_of, read_text
from salesagent_core.domain.folding import bare_text
from salesagent_core.domain.language_names import languages_in
from salesagent_core.domain.links import Link
from salesagent_core.domain.moments import Clock, Day, Weekday
from salesagent_core.domain.names import FIRST_NAMES
from salesagent_core.domain.quantities import Quantity
from salesagent_core.domain.retelling import Passage, Passages, passage_of
from salesagent_core.domain.stance import asks, denies, names_customers

SENTENCE_REACH = 400
DENIAL_REACH = 40
"""How many characters before a word a denial of it may stand."""
_THEIRS = frozenset({SourceKind.FORM, SourceKind.MESSAGE})
_NOT_OURS = _THEIRS | {SourceKind.CRM, SourceKind.MEMORY, SourceKind.SLOT}
"""What these hold does not say what we have or do."""

_ZONES = {
    "jst": ("japan", "japanese", "tokyo"),
    "est": ("eastern",),
    "edt": ("eastern",),
    "cst": ("central",),
    "cdt": ("central",),
    "pst": ("pacific",),
    "pdt": ("pacific",),
    "cet": ("central", "european"),
    "gmt": ("greenwich", "london"),
    "bst": ("british", "london"),
}
"""What the zones are called in words."""

_Value = TypeVar("_Value")


@attrs.frozen(kw_only=True)
class Mention:
    """A quantity or statement of a source with the sentence around it."""

    value: Quantity | Statement
    stems: frozenset[str]
    language: str
    requested: bool
    negated: bool
    theirs: bool


@attrs.frozen(kw_only=True)
class Library:
    """Everything the citable sources hold, by kind."""

    words: frozenset[str]
    allowed: frozenset[str]
    documents: tuple[frozenset[str], ...]
    stems: frozenset[str]
    languages: frozenset[str]
    quantities: tuple[Mention, ...]
    statements: tuple[Mention, ...]
    days: tuple[Day, ...]
    weekdays: frozenset[int]
    clocks: frozenset[int]
    pairs: tuple[tuple[Day | Weekday | None, int], ...]
    urls: frozenset[str]
    hosts: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]
    names_someone: bool
    names_customers: bool
    lengths: frozenset[float]
    whens: str
    counted: frozenset[str]
    ours: frozenset[str]
    our_words: frozenset[str]
    our_text: str
    original: str
    spoken: frozenset[str]
    passages: Passages = attrs.field(eq=False, repr=False)


@attrs.frozen(kw_only=True)
class _Reading:
    """A source, read."""

    source: Source
    text: Text
    facts: list[Fact]


def build_library(sources: Iterable[Source], allowed_names: Sequence[str]) -> Library:
    """Read every source once. Its label and link count as part of it."""
    readings = [_read(source) for source in sources]
    bares = [each.text.bare for each in readings]
    documents = tuple(frozenset(_words(bare)) for bare in bares)
    allowed = frozenset(word for name in allowed_names for word in _words(bare_text(name)))
    words = allowed.union(*documents)
    words |= frozenset(name for zone, names in _ZONES.items() if zone in words for name in names)
    mentions = [mention for each in readings for mention in _mentions(each)]
    days = tuple(_values(readings, FactKind.DATE, Day))
    links = list(_values(readings, FactKind.LINK, Link))
    urls = [link.url for link in links] + [one.source.url for one in readings if one.source.url]
    clocks = _values(readings, FactKind.TIME, Clock)
    our_text = " ".join(each.text.bare for each in readings if each.source.kind not in _NOT_OURS)
    return Library(
        words=words,
        allowed=allowed,
        documents=documents,
        stems=frozenset(one for bare in bares for one in content_stems(bare)),
        languages=frozenset(each.text.language for each in readings),
        quantities=tuple(m for m in mentions if isinstance(m.value, Quantity)),
        statements=tuple(m for m in mentions if isinstance(m.value, Statement)),
        days=days,
        weekdays=_weekday_numbers(_values(readings, FactKind.WEEKDAY, Weekday), days),
        clocks=frozenset(minute for clock in clocks for minute in clock.minutes),
        pairs=tuple(pair for each in readings for pair in pairs(each.facts, each.text.bare)),
        urls=frozenset(same_url(url) for url in urls),
        hosts=frozenset(link.host for link in links),
        addresses=frozenset(_values(readings, FactKind.ADDRESS, str)),
        phones=frozenset(_values(readings, FactKind.PHONE, str)),
        names_someone=bool(words & FIRST_NAMES) or bool(allowed),
        names_customers=any(
            each.source.kind not in _THEIRS and names_customers(each.text.bare) for each in readings
        ),
        lengths=frozenset(
            one for each in readings for one in slot_lengths(each.facts, each.text.bare)
        ),
        whens=" ".join(bares),
        counted=frozenset(
            noun for m in mentions if isinstance(m.value, Quantity) for noun in m.value.nouns[:2]
        ),
        ours=content_stems(our_text),
        our_words=frozenset(_words(our_text)) | allowed,
        our_text=our_text,
        original="\n".join(each.text.original for each in readings),
        spoken=frozenset(code for bare in bares for code in languages_in(bare)),
        passages=Passages(
            [one for number, each in enumerate(readings) for one in _passages(number, each)]
        ),
    )


def _read(source: Source) -> _Reading:
    text = read_text(f"{source.label}: {source.text}\n{source.url or ''}")
    return _Reading(source=source, text=text, facts=facts_of(text, frozenset(), any_language=True))


def _passages(number: int, reading: _Reading) -> Iterator[Passage]:
    bare, language = reading.text.bare, reading.text.language
    promises = [
        (fact.start, fact.end, fact.value.family)
        for fact in reading.facts
        if isinstance(fact.value, Statement) and fact.value.kind == "promise"
    ]
    for start, end in pairwise([*_bounds(bare), len(bare)]):
        if bare[start:end].strip():
            inside = [
                (a - start, b - start, family) for a, b, family in promises if a < end and b > start
            ]
            yield passage_of(
                bare[start:end],
                language,
                inside,
                source=number,
                ours=reading.source.kind not in _THEIRS | {SourceKind.SLOT},
            )


def _values(readings: Iterable[_Reading], kind: FactKind, wanted: type[_Value]) -> Iterator[_Value]:
    for each in readings:
        for fact in each.facts:
            if fact.kind is kind and isinstance(fact.value, wanted):
                yield fact.value


def _weekday_numbers(stated: Iterable[Weekday], days: tuple[Day, ...]) -> frozenset[int]:
    numbers = {each.number for each in stated}
    numbers |= {day.weekday for day in days if day.weekday is not None}
    return frozenset(numbers | {number for day in days for number in weekdays_of(day)})


def _words(bare: str) -> list[str]:
    words = re.findall(r"[^\W_]+(?:['&-][^\W_]+)*", bare)
    return words + [
        piece for word in words if re.search(r"[-'&]", word) for piece in re.split(r"[-'&]", word)
    ]


@lru_cache(maxsize=64)
def _bounds(bare: str) -> list[int]:
    """Where sentences begin."""
    return [
        0,
        *(
            match.end()
            for match in re.finditer(
                r"[!?\n;]+|(?<!\d)\.(?=\s)|(?<=\d)\.(?=\s+[a-z]{2,}\s[a-z])", bare
            )
        ),
    ]


def sentence_around(bare: str, start: int) -> tuple[int, int]:
    """Where the sentence that holds ``start`` begins and ends."""
    bounds = _bounds(bare)
    index = bisect_right(bounds, start) - 1
    end = bounds[index + 1] if index + 1 < len(bounds) else len(bare)
    return max(bounds[index], start - SENTENCE_REACH), min(end, start + SENTENCE_REACH)


def _mentions(reading: _Reading) -> Iterator[Mention]:
    bare = reading.text.bare
    for fact in reading.facts:
        if not isinstance(fact.value, Quantity | Statement):
            continue
        first, last = sentence_around(bare, fact.start)
        sentence = bare[first:last]
        yield Mention(
            value=fact.value,
            stems=content_stems(sentence)
            | frozenset(fact.value.nouns if isinstance(fact.value, Quantity) else ()),
            language=reading.text.language,
            requested=asks(sentence),
            theirs=reading.source.kind in _THEIRS,
            negated=denies(bare[max(first, fact.start - DENIAL_REACH) : fact.start]),
        )


def same_url(url: str) -> str:
    """The address as it is compared: scheme and host do not tell cases apart."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    prefix = scheme.lower() + "://" if mark else ""
    return prefix + host.lower() + (slash + path if path else "")
