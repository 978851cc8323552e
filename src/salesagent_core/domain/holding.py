# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What the sources hold, prepared once, and whether it covers one fact of a draft."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

import attrs

from salesagent_core.domain.commitments import Statement
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.facts import (
    Fact,
    FactKind,
    Text,
    content_stems,
    facts_of,
    read_text,
)
from salesagent_core.domain.folding import bare_text
from salesagent_core.domain.lexicon import SYNONYMS, stem
from salesagent_core.domain.links import Link
from salesagent_core.domain.moments import ANY_MONTH, Clock, Day, Weekday
from salesagent_core.domain.names import FIRST_NAMES, Name, is_common
from salesagent_core.domain.quantities import Quantity

PAIR_REACH = 60
SENTENCE_REACH = 400
PHONE_TAIL = 7
WRITTEN_OVERLAP = 0.5
_KEYED = frozenset(
    {"free", "terms", "superlative", "support", "capability", "contract", "multiple"}
)
_REQUEST = re.compile(
    r"\?|\b(?:we|i|they|he|she) (?:\w+ )?(?:need|needs|want|wants|require|wish|would like|would love|are looking|am looking|hope|expect|look)|"
    r"\b(?:asks?|asked|asking|whether|wonder\w*|interested in|looking for|requests?|requested|demand\w*)\b|\b(?:brauche\w*|benotig\w+|suche\w*|"
    r"mochte\w*|wunsch\w*|fragt\w*|fragen|anfrage|interessier\w+|ob sie|erwarte\w*)\b|\b(?:besoin|cherch\w+|souhait\w+|voudri\w+|aimeri\w+|"
    r"demand\w+|recherch\w+)\b|\b(?:necesit\w+|busc\w+|quer\w+|quisier\w+|pregunt\w+|solicit\w+|nos gustaria|me gustaria)\b"
)
_YOURS = re.compile(
    r"\b(?:whether|asked (?:about|for|if)|ask about|question (?:about|on)|enquiry|inquiry|request|you (?:\w+ )?(?:need|want|require|wrote|ask|asked|mentioned|"
    r"are looking|would like|hope|expect)|ihre (?:frage|anfrage)|sie (?:\w+ ){0,3}(?:fragen|fragten|brauchen|benotigen|suchen|mochten|wunschen|schrieben|erwahnten)|"
    r"ob wir|votre (?:demande|question)|vous (?:\w+ )?(?:cherchez|souhaitez|voulez|demandez|avez demande|avez besoin)|su (?:consulta|pregunta|solicitud)|"
    r"usted(?:es)? (?:necesita|busca|quiere|pregunta)\w*|pregunt\w+ (?:si|por))\b"
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|cannot|can't|don't|doesn't|won't|isn't|aren't|without|neither|nor|unfortunately|nicht|kein\w*|nie|niemals|ohne|leider|ne|n|pas|"
    r"jamais|aucun\w*|sans|malheureusement|nunca|sin|tampoco|ningun\w*|lamentablemente)\b"
)
_OURS = frozenset({SourceKind.FORM, SourceKind.MESSAGE})
_CUSTOMER_WORD = re.compile(
    r"\b(?:customers?|clients?|kund\w+|clientes?|referen\w+|case study|trusted by|used by)\b"
)


@attrs.frozen(kw_only=True)
class Mention:
    """A quantity or statement of a source with the sentence around it."""

    value: Quantity | Statement
    stems: frozenset[str]
    language: str
    requested: bool
    negated: bool


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


def build_library(sources: Iterable[Source], allowed_names: Sequence[str]) -> Library:
    """Read every source once. Its label and link count as part of it."""
    texts = [
        (source, read_text(f"{source.label}: {source.text}\n{source.url or ''}"))
        for source in sources
    ]
    gathered: dict[FactKind, list[tuple[Fact, Text]]] = {kind: [] for kind in FactKind}
    mentions: list[Mention] = []
    pairs: list[tuple[Day | Weekday | None, int]] = []
    documents: list[frozenset[str]] = []
    spans: list[tuple[list[Fact], str]] = []
    for _, text in texts:
        facts = facts_of(text, frozenset(), any_language=True)
        documents.append(frozenset(_words(text.bare)))
        bounds = _bounds(text.bare)
        for fact in facts:
            gathered[fact.kind].append((fact, text))
            if isinstance(fact.value, Quantity | Statement):
                mentions.append(_mention(fact, text, bounds))
        spans.append((facts, text.bare))
        pairs += _pairs(facts, text.bare)
    allowed = frozenset(word for name in allowed_names for word in _words(bare_text(name)))
    days = tuple(f.value for f, _ in gathered[FactKind.DATE] if isinstance(f.value, Day))
    links = [f.value for f, _ in gathered[FactKind.LINK] if isinstance(f.value, Link)]
    urls = [link.url for link in links] + [source.url for source, _ in texts if source.url]
    lengths = frozenset(one for fs, bare in spans for one in _slot_lengths(fs, bare))
    words = frozenset(word for document in documents for word in document) | allowed
    return Library(
        words=words,
        allowed=allowed,
        documents=tuple(documents),
        stems=frozenset(one for _, text in texts for one in content_stems(text.bare)),
        languages=frozenset(text.language for _, text in texts),
        quantities=tuple(m for m in mentions if isinstance(m.value, Quantity)),
        statements=tuple(m for m in mentions if isinstance(m.value, Statement)),
        days=days,
        weekdays=_weekday_numbers(gathered, days),
        clocks=frozenset(
            minute
            for f, _ in gathered[FactKind.TIME]
            if isinstance(f.value, Clock)
            for minute in f.value.minutes
        ),
        pairs=tuple(pairs),
        urls=frozenset(_same_url(url) for url in urls),
        hosts=frozenset(link.host for link in links),
        addresses=frozenset(
            f.value for f, _ in gathered[FactKind.ADDRESS] if isinstance(f.value, str)
        ),
        phones=frozenset(f.value for f, _ in gathered[FactKind.PHONE] if isinstance(f.value, str)),
        names_someone=bool(words & FIRST_NAMES) or bool(allowed),
        names_customers=any(
            source.kind not in _OURS and _CUSTOMER_WORD.search(text.bare) for source, text in texts
        ),
        lengths=lengths,
        whens=" ".join(text.bare for _, text in texts),
    )


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


def _sentence(bare: str, bounds: list[int], start: int) -> tuple[int, int]:
    index = bisect_right(bounds, start) - 1
    end = bounds[index + 1] if index + 1 < len(bounds) else len(bare)
    return max(bounds[index], start - SENTENCE_REACH), min(end, start + SENTENCE_REACH)


def _mention(fact: Fact, text: Text, bounds: list[int]) -> Mention:
    value = fact.value
    if not isinstance(value, Quantity | Statement):
        raise TypeError("only quantities and statements are mentions")
    first, last = _sentence(text.bare, bounds, fact.start)
    sentence = text.bare[first:last]
    return Mention(
        value=value,
        stems=content_stems(sentence),
        language=text.language,
        requested=bool(_REQUEST.search(sentence)),
        negated=bool(_NEGATION.search(text.bare[max(first, fact.start - 40) : fact.start])),
    )


def _pairs(facts: list[Fact], bare: str) -> list[tuple[Day | Weekday | None, int]]:
    return [
        (_day_of(fact, facts, bare), minute)
        for fact in facts
        if isinstance(fact.value, Clock)
        for minute in fact.value.minutes
    ]


def _day_of(clock: Fact, facts: list[Fact], bare: str) -> Day | Weekday | None:
    """The day a time belongs to: the last one before it on its line, else the next one."""
    line = bare.rfind("\n", 0, clock.start) + 1
    line_end = bare.find("\n", clock.end)
    line_end = len(bare) if line_end < 0 else line_end
    days = [f for f in facts if isinstance(f.value, Day | Weekday) and line <= f.start < line_end]
    before = [
        f
        for f in days
        if f.end <= clock.start and not re.search(r"[!?;]|\. ", bare[f.end : clock.start])
    ]
    after = [f for f in days if 0 <= f.start - clock.end <= PAIR_REACH // 2]
    direct = [
        f for f in after if re.fullmatch(r"\s?(?:on|am|le|el|,)?\s?", bare[clock.end : f.start])
    ]
    chosen = None
    if direct and not (before and clock.start - max(f.end for f in before) <= 8):
        chosen = min(direct, key=lambda f: f.start)
    elif before:
        chosen = max(before, key=lambda f: f.end)
    elif after:
        chosen = min(after, key=lambda f: f.start)
    return chosen.value if chosen and isinstance(chosen.value, Day | Weekday) else None


def _weekday_numbers(
    gathered: dict[FactKind, list[tuple[Fact, Text]]], days: tuple[Day, ...]
) -> frozenset[int]:
    stated = {f.value.number for f, _ in gathered[FactKind.WEEKDAY] if isinstance(f.value, Weekday)}
    stated |= {day.weekday for day in days if day.weekday is not None}
    return frozenset(stated | {number for day in days for number in _weekdays_of(day)})


def _weekdays_of(day: Day) -> set[int]:
    return {
        date(year, month, number).weekday()
        for year, month, number in day.readings
        if year is not None and number is not None and 1 <= month <= 12
    }


def holds(library: Library, fact: Fact, text: Text, facts: list[Fact]) -> bool:
    """True when some source holds ``fact`` of the draft ``text``, whose facts are ``facts``."""
    value = fact.value
    if isinstance(value, Quantity):
        return _holds_quantity(library, value, fact, text)
    if isinstance(value, Day):
        return any(_same_day(value, day) for day in library.days)
    if isinstance(value, Weekday):
        return value.number in library.weekdays
    if isinstance(value, Clock):
        return _holds_clock(library, value, fact, text, facts)
    if isinstance(value, Name):
        return _holds_name(library, value, text.language)
    if isinstance(value, Link):
        return _holds_link(library, value)
    if isinstance(value, Statement):
        return _holds_statement(library, value, fact, text)
    if fact.kind is FactKind.ADDRESS:
        return value in library.addresses
    return any(
        value[-PHONE_TAIL:] == phone[-PHONE_TAIL:] and _same_phone(value, phone)
        for phone in library.phones
    )


def _same_phone(one: str, other: str) -> bool:
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return long.endswith(short) and len(long) - len(short) <= 3


_TO = re.compile(
    r"\s?(?:-|to|bis|a|and|until|jusqu'a|hasta|uhr -|/)\s?(?:las? )?(?:\d{4}-\d{2}-\d{2}t)?"
)


def _slot_lengths(facts: list[Fact], bare: str) -> Iterator[float]:
    """Minutes between the ends of every "10:00-10:30"."""
    clocks = sorted((f for f in facts if isinstance(f.value, Clock)), key=lambda f: f.start)
    for first, second in pairwise(clocks):
        one, other = first.value, second.value
        if (
            isinstance(one, Clock)
            and isinstance(other, Clock)
            and _TO.fullmatch(bare[first.end : second.start])
        ):
            yield from (float(b - a) for a in one.minutes for b in other.minutes if b > a)


def _held_length(library: Library, minutes: float) -> bool:
    return minutes in library.lengths or any(
        isinstance(m.value, Quantity) and m.value.unit == "minutes" and minutes in m.value.values
        for m in library.quantities
    )


def _holds_quantity(library: Library, wanted: Quantity, fact: Fact, text: Text) -> bool:
    same = [
        m
        for m in library.quantities
        if isinstance(m.value, Quantity) and _same_value(wanted, m.value)
    ]
    if wanted.kind == "year":
        years = {reading[0] for day in library.days for reading in day.readings}
        return bool(same) or bool(wanted.values & {float(y) for y in years if y})
    if wanted.kind == "duration" and wanted.unit == "minutes" and wanted.values & library.lengths:
        return True
    if wanted.kind == "percent":
        first, last = _sentence(text.bare, _bounds(text.bare), fact.start)
        around = content_stems(text.bare[first:last])
        return any(
            around & m.stems or not m.stems or _untranslatable(m, text, m.stems) for m in same
        )
    if wanted.kind != "count" or not wanted.nouns:
        return bool(same)
    return any(
        set(wanted.nouns) & m.stems or _untranslatable(m, text, frozenset(wanted.nouns))
        for m in same
    )


def _untranslatable(held: Mention, text: Text, words: frozenset[str]) -> bool:
    """True when the source speaks another language and its words cannot be told apart here."""
    return held.language != text.language and not words & _THINGS


_THINGS = frozenset(SYNONYMS.values())


def _same_value(wanted: Quantity, held: Quantity) -> bool:
    if not any(
        abs(one - other) < 1e-6 * max(1.0, abs(one))
        for one in wanted.values
        for other in held.values
    ):
        return False
    kinds = {wanted.kind, held.kind}
    if kinds <= {"count", "year"}:
        return True
    return len(kinds) == 1 and wanted.unit == held.unit


def _same_day(wanted: Day, held: Day) -> bool:
    for year, month, number in wanted.readings:
        for held_year, held_month, held_number in held.readings:
            if ANY_MONTH not in (month, held_month) and month != held_month:
                continue
            if number is not None and number != held_number:
                continue
            if year is not None and held_year is not None and year != held_year:
                continue
            if wanted.weekday is None or number is None:
                return True
            known_year = year or held_year
            month = month or held_month
            if known_year is None or month == ANY_MONTH:
                return held.weekday is None or held.weekday == wanted.weekday
            if date(known_year, month, number).weekday() == wanted.weekday:
                return True
    return False


def _holds_clock(
    library: Library, wanted: Clock, fact: Fact, text: Text, facts: list[Fact]
) -> bool:
    day = _day_of(fact, facts, text.bare)
    if wanted.minutes & library.clocks:
        return day is None or any(
            minute in wanted.minutes and _compatible(day, held, library)
            for held, minute in library.pairs
        )
    # "10:00-10:30" where the source holds the start and that the slot takes 30 minutes.
    before = [
        one
        for one in facts
        if isinstance(one.value, Clock)
        and one.end <= fact.start
        and re.fullmatch(
            r"\s?(?:-|to|bis|a|and|until|jusqu'a|hasta)\s?(?:las? )?",
            text.bare[one.end : fact.start],
        )
    ]
    return any(
        isinstance(one.value, Clock)
        and one.value.minutes & library.clocks
        and any(
            _held_length(library, float(end - start))
            for start in one.value.minutes
            for end in wanted.minutes
        )
        for one in before
    )


def _compatible(day: Day | Weekday, held: Day | Weekday | None, library: Library) -> bool:
    if held is None:
        return True
    if isinstance(day, Day) and isinstance(held, Day):
        return _same_day(day, held)
    numbers = [_numbers(day), _numbers(held)]
    if all(numbers):
        return bool(numbers[0] & numbers[1])
    # One side has neither weekday nor year: it can be told only through another source.
    return isinstance(day, Day) and any(_same_day(day, other) for other in library.days)


def _numbers(day: Day | Weekday) -> set[int]:
    if isinstance(day, Weekday):
        return {day.number}
    return _weekdays_of(day) | ({day.weekday} if day.weekday is not None else set())


def _holds_name(library: Library, name: Name, language: str) -> bool:
    missing = [token for token in name.tokens if not _known(token, library.words)]
    if name.signature:
        return not library.allowed or all(is_common(token, language) for token in missing)
    if missing:
        return name.greeting and not library.names_someone
    if len(name.tokens) == 1:
        return True
    return any(
        all(_known(token, document | library.allowed) for token in name.tokens)
        for document in (*library.documents, frozenset[str]())
    )


def _known(token: str, words: frozenset[str]) -> bool:
    if token in words or token + "s" in words:
        return True
    if any(
        token.endswith(e) and len(token) - len(e) >= 3 and token.removesuffix(e) in words
        for e in ("s", "es", "n", "en")
    ):
        return True
    pieces = [piece for piece in re.split(r"[-'&]", token) if piece]
    if len(pieces) > 1 and (pieces[0] in words or pieces[0] in ("l", "d")):
        return all(
            piece in words
            or stem(piece) in {stem(w) for w in words if w[:3] == piece[:3]}
            or not index
            or is_common(piece, "de")
            for index, piece in enumerate(pieces)
        )
    return False


def _same_url(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    host, slash, path = (rest if mark else scheme).partition("/")
    prefix = scheme.lower() + "://" if mark else ""
    return prefix + host.lower() + (slash + path if path else "")


def _holds_link(library: Library, link: Link) -> bool:
    if _same_url(link.url) in library.urls:
        return True
    path = link.url.partition("://")[2] if "://" in link.url else link.url
    if "/" not in path.rstrip("/"):
        bare_host = link.host.removeprefix("www.")
        return (
            link.bare
            and not link.deceptive
            and any(bare_host == host.removeprefix("www.") for host in library.hosts)
        ) or any(
            _same_url(scheme + path.rstrip("/")) in library.urls
            for scheme in ("https://", "http://")
        )
    return link.bare and any(
        _same_url(scheme + link.url) in library.urls for scheme in ("https://", "http://")
    )


def _holds_statement(library: Library, wanted: Statement, fact: Fact, text: Text) -> bool:
    if wanted.family == "when":
        return wanted.key in library.whens
    first, last = _sentence(text.bare, _bounds(text.bare), fact.start)
    before = text.bare[first : fact.start]
    theirs = bool(_YOURS.search(before))
    negated = bool(_NEGATION.search(before[-40:]))
    if wanted.family == "written":
        said = content_stems(text.bare[fact.end : last])
        return bool(library.documents) and (
            not said
            or len(said & library.stems) >= WRITTEN_OVERLAP * len(said)
            or text.language not in library.languages
        )
    if wanted.kind == "customer" and library.names_customers:
        return True
    words = content_stems(text.bare[fact.start : fact.end]) - {
        "free",
        "kostenlos",
        "gratis",
        "gratuit",
    }
    return any(
        isinstance(m.value, Statement)
        and (m.value.kind, m.value.family, m.value.key) == (wanted.kind, wanted.family, wanted.key)
        and (theirs or wanted.kind == "past" or not m.requested)
        and (theirs or m.negated == negated)
        and (
            wanted.family not in _KEYED
            or not words
            or m.language != text.language
            or bool(words & m.stems)
        )
        for m in library.statements
    )
