# ruff: noqa: E501  (patterns are kept on one line)
"""What the sources hold, prepared once for every question about a draft."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import attrs

from salesagent_core.domain.claims.commitments import Statement
from salesagent_core.domain.claims.day_times import (
    breaks,
    pairs,
    slot_lengths,
    spans,
    weekdays_between,
    weekdays_of,
)
from salesagent_core.domain.claims.facts import (
    Fact,
    FactKind,
    Text,
    content_stems,
    facts_of,
    read_text,
)
from salesagent_core.domain.claims.language_names import languages_in
from salesagent_core.domain.claims.moments import Clock, Day, Weekday
from salesagent_core.domain.claims.name_words import FIRST_NAMES
from salesagent_core.domain.claims.past_events import events_in, knows_events
from salesagent_core.domain.claims.quantities import Quantity
from salesagent_core.domain.claims.senders import told_senders, without_senders
from salesagent_core.domain.claims.stance import asks, denies_before, names_customers
from salesagent_core.domain.claims.weekday_spans import working_weeks
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.retelling import Passage, Passages, passage_of
from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.links import Link

SENTENCE_REACH = 400
FORM_WORDS = 8
"""A form with fewer words holds a name or a place, not what somebody wants."""
DENIAL_REACH = 40
"""How many characters before a word a denial of it may stand."""
_THEIRS = frozenset({SourceKind.FORM, SourceKind.MESSAGE})
_KNOWING = _THEIRS | {SourceKind.CRM, SourceKind.MEMORY}
"""Who can tell what happened between us and the reader."""
_FIRST = re.compile(
    r"\b(?:first (?:enquiry|inquiry|contact|request|order)|no (?:earlier|previous|prior|past) \w+|new (?:lead|prospect|customer)|erst(?:anfrage|kontakt)|neukunde|neuer kontakt|noch kein\w*|bisher kein\w*|premiere? (?:contact|demande)|nouveau (?:client|contact)|aucun\w* (?:commande|contact)|primer contacto|primera consulta|cliente nuevo|nuevo cliente|sin (?:pedidos|compras|contacto) \w+)\b"
)
"""A note that there was nothing before."""
_BEFORE = re.compile(
    r"\b(?:again|last time|before|previous\w*|earlier|returning|wieder|erneut|schon (?:einmal|mal)|letzte[nsr]? mal|bereits|fruher\w*|zuletzt|letzt\w+|de nouveau|a nouveau|deja|precedent\w*|derniere fois|de nuevo|otra vez|anterior\w*|la ultima vez|kunde seit|customer since|client depuis|cliente desde|(?:auftrag|projekt|project|order|letzte miete|pedido|commande|obra|chantier)s? (?:no\.? ?)?\d{2,})\b"
)
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
    years: frozenset[int] = frozenset()


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
    weekday_spans: frozenset[tuple[int, int]]
    clocks: frozenset[int]
    pairs: tuple[tuple[Day | Weekday | None, int], ...]
    urls: frozenset[str]
    hosts: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]
    senders: frozenset[str]
    knows_sender: bool
    about_others: frozenset[str]
    names_customers: bool
    lengths: frozenset[float]
    spans: frozenset[int]
    breaks: frozenset[float]
    whens: str
    counted: frozenset[str]
    ours: frozenset[str]
    our_words: frozenset[str]
    our_text: str
    original: str
    spoken: frozenset[str]
    events: frozenset[str]
    asked: frozenset[str]
    told: frozenset[str]
    noted: frozenset[str]
    mails: int
    formed: bool
    strangers: bool
    returning: bool
    told_years: frozenset[int]
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
    weekdays = list(_values(readings, FactKind.WEEKDAY, Weekday))
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
        weekdays=_weekday_numbers((one for one in weekdays if not one.span), days).union(
            *(weekdays_between(each.facts, each.text.bare) for each in readings)
        ),
        weekday_spans=frozenset(one.span for one in weekdays if one.span).union(
            working_weeks(bares)
        ),
        clocks=frozenset(minute for clock in clocks for minute in clock.minutes),
        pairs=tuple(pair for each in readings for pair in pairs(each.facts, each.text.bare)),
        urls=frozenset(same_url(url) for url in urls),
        hosts=frozenset(link.host for link in links),
        addresses=frozenset(_values(readings, FactKind.ADDRESS, str)),
        phones=frozenset(_values(readings, FactKind.PHONE, str)),
        senders=frozenset(one for each in readings for one in _sender_words(each)),
        knows_sender=bool(allowed)
        or any(
            each.source.kind is SourceKind.CRM and FIRST_NAMES.intersection(_words(each.text.bare))
            for each in readings
        ),
        about_others=allowed.union(
            *(_words(without_senders(each.text.bare)) for each in readings if _notes(each)),
            *(_words(each.text.bare) for each in readings if not _notes(each)),
        ),
        names_customers=any(
            each.source.kind not in _THEIRS and names_customers(each.text.bare) for each in readings
        ),
        lengths=frozenset(
            one for each in readings for one in slot_lengths(each.facts, each.text.bare)
        ),
        breaks=frozenset(one for each in readings for one in breaks(each.facts, each.text.bare)),
        spans=frozenset(
            (end - begin).days + 1
            for each in readings
            for begin, end in spans(each.facts, each.text.bare)
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
        events=frozenset(kind for each in readings for kind in _events(each)),
        asked=frozenset(
            kind for each in readings if _knows(each) for kind in events_in(each.text.bare)
        ),
        told=frozenset(
            one for each in readings if _knows(each) for one in content_stems(each.text.bare)
        ),
        noted=frozenset(
            kind
            for each in readings
            if each.source.kind in (SourceKind.CRM, SourceKind.MEMORY)
            for kind in _events(each)
        ),
        mails=sum(_is_mail(each.source) for each in readings),
        formed=any(
            each.source.kind is SourceKind.FORM
            and not _is_mail(each.source)
            and len(each.text.bare.split()) >= FORM_WORDS
            for each in readings
        ),
        strangers=any(_knows(each) and _FIRST.search(each.text.bare) for each in readings),
        returning=any(_knows(each) and _BEFORE.search(each.text.bare) for each in readings),
        told_years=frozenset(
            year for each in readings if _knows(each) for year in years_in(each.text.bare)
        ),
        passages=Passages(
            [one for number, each in enumerate(readings) for one in _passages(number, each)]
        ),
    )


def _knows(reading: _Reading) -> bool:
    return reading.source.kind in _KNOWING


def _notes(reading: _Reading) -> bool:
    """Whether a source is ours, so that who it calls responsible is one of us."""
    return reading.source.kind not in _THEIRS


def _sender_words(reading: _Reading) -> Iterator[str]:
    if _notes(reading):
        for told in told_senders(reading.text.bare):
            yield from _words(told)


def _is_mail(source: Source) -> bool:
    return source.kind is SourceKind.MESSAGE or source.id.lower().startswith(("mail", "thread"))


def _happened(reading: _Reading, sentence: str) -> frozenset[str]:
    """The kinds of what one sentence of a source says has happened."""
    strangers = reading.source.kind in _THEIRS
    if _knows(reading):
        return knows_events(sentence, strangers=strangers, wishes=asks(sentence))
    return events_in(sentence)


def _events(reading: _Reading) -> Iterator[str]:
    """What has happened, as a source tells that can know it; elsewhere only what is plainly said
    to have happened."""
    bare = reading.text.bare
    if _knows(reading):
        strangers = reading.source.kind in _THEIRS
        for first, last in pairwise([*_bounds(bare), len(bare)]):
            sentence = bare[first:last]
            yield from knows_events(sentence, strangers=strangers, wishes=asks(sentence))
        return
    for fact in reading.facts:
        if fact.kind is FactKind.PAST:
            yield from events_in(bare[fact.start : fact.end])


def _read(source: Source) -> _Reading:
    text = read_text(f"{source.label}: {source.text}\n{source.url or ''}")
    return _Reading(source=source, text=text, facts=facts_of(text, frozenset(), any_language=True))


def _is_ours(kind: SourceKind, bare: str) -> bool:
    """Whether a sentence tells what we have or do; a note may also tell what somebody asks for."""
    noted = kind in (SourceKind.CRM, SourceKind.MEMORY)
    return kind not in _THEIRS | {SourceKind.SLOT} and not (noted and asks(bare))


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
                ours=_is_ours(reading.source.kind, bare[start:end]),
                told=_knows(reading),
                events=_happened(reading, bare[start:end]),
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


def years_in(bare: str) -> frozenset[int]:
    """The calendar years that a bare text writes out."""
    return frozenset(int(one) for one in re.findall(r"(?<![\d.,])(?:19|20)\d\d(?![\d%])", bare))


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
    years = years_in(bare)
    only_year = years if len(years) == 1 else frozenset()
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
            years=years_in(sentence) or only_year,
            negated=denies_before(bare[first : fact.start], DENIAL_REACH),
        )


def same_url(url: str) -> str:
    """The address as it is compared: scheme and host do not tell cases apart."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    prefix = scheme.lower() + "://" if mark else ""
    return prefix + host.lower() + (slash + path if path else "")
