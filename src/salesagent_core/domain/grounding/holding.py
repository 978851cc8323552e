# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether the sources cover one fact of a draft."""

from __future__ import annotations

import re
from enum import StrEnum

from salesagent_core.domain.claims.capabilities import Clause
from salesagent_core.domain.claims.commitments import CERTIFICATE, Statement
from salesagent_core.domain.claims.day_shifts import denied_weekday, follows_from, weekday_follows
from salesagent_core.domain.claims.facts import (
    TOLD_BY_TENSE,
    Fact,
    FactKind,
    Text,
    content_stems,
)
from salesagent_core.domain.claims.language_names import LanguageName
from salesagent_core.domain.claims.moments import Clock, Day, Weekday
from salesagent_core.domain.claims.names import Name
from salesagent_core.domain.claims.past_events import any_held, events_in
from salesagent_core.domain.claims.quantities import Quantity
from salesagent_core.domain.claims.references import FAMILIES
from salesagent_core.domain.claims.stance import denies_before, repeats_reader
from salesagent_core.domain.claims.undertakings import UNDERTAKINGS
from salesagent_core.domain.grounding.derived import following
from salesagent_core.domain.grounding.held_clauses import ANCHORS, holds_clause
from salesagent_core.domain.grounding.held_days import counts_a_span, is_day_of_month, month_follows
from salesagent_core.domain.grounding.held_names import holds_name
from salesagent_core.domain.grounding.held_numbers import holds_quantity
from salesagent_core.domain.grounding.held_past import holds_past, holds_when
from salesagent_core.domain.grounding.held_past_clauses import holds_past_clause, retells
from salesagent_core.domain.grounding.held_promises import is_asked, stands_anyway
from salesagent_core.domain.grounding.held_references import holds_certificate, holds_reference
from salesagent_core.domain.grounding.held_starts import begins_next_month
from salesagent_core.domain.grounding.held_times import holds_clock, holds_weekday, same_day
from salesagent_core.domain.grounding.held_wordings import chance_invented
from salesagent_core.domain.grounding.library import (
    DENIAL_REACH,
    Library,
    same_url,
    sentence_around,
)
from salesagent_core.domain.text.lexicon import MONTHS, stem
from salesagent_core.domain.text.links import Link
from salesagent_core.domain.text.same_word import related_any

PROMISE_REFUSED = 0.4
PROMISE_SHOWN = 0.35
"""From this chance on that a promise is invented it is refused, or shown to a person."""
CLAUSE_REFUSED = 0.75
CLAUSE_SHOWN = 0.62
"""The same for what is only said to be done or to be there."""
PHONE_TAIL = 7
WRITTEN_OVERLAP = 0.5
CUSTOMER_OVERLAP = 0.5
_PRESENT_TOO = frozenset("hablamos quedamos acordamos conversamos comentamos".split())
_PROPOSAL = re.compile(
    r"\?|a las? |si (?:le|les|lo|la|quiere\w*|desea\w*|prefiere\w*|gusta)\b|con (?:mucho |todo )?gusto|encantad\w+|(?:diga|cuente|indique|avise|escriba|llame|confirme|proponga)(?:me|nos|n?os|nme|nnos)\b|le (?:parece|viene|va) bien|cuando (?:le|les|quiera\w*|guste\w*|pueda\w*)\b|hablamos de (?:\w+ )?\d"
)
_GONE_BY = re.compile(
    r"\b(?:ayer|anteayer|pasad[oa]s?|ultim[oa]s?|anterior\w*|antes|hace|recientemente|reciente)\b"
)
_GAIN = re.compile(
    r"\d|%|[€$£]|\b(?:per ?cent|prozent|pour cent|por ciento|half|halfte|moitie|mitad|costs?|kosten|couts?|costes?|money|geld|argent|dinero|"
    r"time|zeit|temps|tiempo|hours?|stunden|heures|horas|days?|tage|jours|dias|budget|revenue|umsatz|sales|ventas|ventes|productiv\w+|fuel|energ\w+|double\w*|triple\w*)\b"
)
_CLAUSE_END = re.compile(r"[,;.!?]")
_FRAME = frozenset(
    stem(word)
    for word in "note mail email message letter form enquiry inquiry request nachricht formular anfrage schreiben formulaire demande formulario correo mensaje solicitud recently already".split()
) | frozenset(stem(name) for name in MONTHS)
_AS_WORDED = frozenset({CERTIFICATE, "multiple", "superlative"})
"""What no other words may hold: a certificate, a multiple or a rank is a figure of its own."""
_KEYED = frozenset(
    {"free", "terms", "superlative", "support", "capability", "contract", "multiple"}
)


class Standing(StrEnum):
    """How a fact stands to the sources: ``UNSURE`` where it may be said in other words."""

    HELD = "held"
    UNSURE = "unsure"
    MISSING = "missing"


def standings(library: Library, text: Text, facts: list[Fact]) -> list[tuple[Fact, Standing]]:
    """Each of ``facts`` of the draft ``text``, with how it stands."""
    held, missing = _parted(library, text, facts)
    figures = [one for one in held if one.kind in ANCHORS]
    found = {id(one): _in_other_words(library, one, text, figures) for one in missing}
    return [(one, found.get(id(one), Standing.HELD)) for one in facts]


def _parted(library: Library, text: Text, facts: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """What a source holds or what follows from that, and the rest."""
    held: list[Fact] = []
    missing: list[Fact] = []
    for one in facts:
        (held if holds(library, one, text, facts) else missing).append(one)
    follows = {id(one) for one in following(library, text, held, missing)}
    held += [one for one in missing if id(one) in follows]
    return held, [one for one in missing if id(one) not in follows]


def held_figures(library: Library, text: Text, facts: list[Fact]) -> list[Fact]:
    """The numbers, dates, links and the like among ``facts`` that a source holds."""
    return [one for one in _parted(library, text, facts)[0] if one.kind in ANCHORS]


def sort_of(fact: Fact) -> str:
    """``promise`` or ``clause`` for what may be said in other words, else empty."""
    value = fact.value
    if isinstance(value, Clause):
        return "clause"
    if isinstance(value, Statement) and value.kind == "promise" and value.family not in _AS_WORDED:
        return "promise"
    return ""


def is_weighed(library: Library, fact: Fact, text: Text, facts: list[Fact]) -> bool:
    """True for what may be said in other words and stands in no source in the same wording."""
    return (
        bool(sort_of(fact))
        and not holds(library, fact, text, facts)
        and not is_asked(text, fact)
        and not stands_anyway(library, fact, text, held_figures(library, text, facts))
    )


def _in_other_words(library: Library, fact: Fact, text: Text, figures: list[Fact]) -> Standing:
    sort = sort_of(fact)
    if (sort and is_asked(text, fact)) or stands_anyway(library, fact, text, figures):
        return Standing.HELD
    if not sort or _contradicted(library, fact, text):
        return Standing.MISSING
    chance = chance_invented(library, fact, text, figures)
    promise = sort == "promise"
    if chance >= (PROMISE_REFUSED if promise else CLAUSE_REFUSED):
        return Standing.MISSING
    shown = PROMISE_SHOWN if promise else CLAUSE_SHOWN
    return Standing.UNSURE if chance >= shown else Standing.HELD


def _contradicted(library: Library, fact: Fact, text: Text) -> bool:
    """True where the sources deny what the draft promises, and nowhere say it."""
    wanted = fact.value
    if not isinstance(wanted, Statement):
        return False
    first, _ = sentence_around(text.bare, fact.start)
    negated = denies_before(text.bare[first : fact.start], DENIAL_REACH)
    said = content_stems(text.bare[fact.start : fact.end])
    return any(
        isinstance(each.value, Statement)
        and each.value.family == wanted.family
        and each.negated != negated
        and not (each.requested or each.theirs)
        and said <= each.stems
        for each in library.statements
    )


def holds(library: Library, fact: Fact, text: Text, facts: list[Fact]) -> bool:
    """True when some source holds ``fact`` of the draft ``text``, whose facts are ``facts``."""
    value = fact.value
    if isinstance(value, Quantity):
        return (
            holds_quantity(library, value, fact, text)
            or is_day_of_month(library, value, fact, text)
            or counts_a_span(library, value, fact, text)
        )
    if isinstance(value, Day):
        return (
            any(same_day(value, day) for day in library.days)
            or follows_from(
                value,
                text.bare[max(0, value.start - 40) : value.start],
                library.days,
                library.whens,
            )
            or month_follows(library, value, text, facts)
            or begins_next_month(library, value, text, facts)
        )
    if isinstance(value, Weekday):
        return holds_weekday(library, value, text) or _weekday_told(library, value, text, facts)
    if isinstance(value, Clock):
        return holds_clock(library, value, fact, text, facts)
    if isinstance(value, Name):
        return holds_name(library, value, text.language)
    if isinstance(value, LanguageName):
        return value.code in library.spoken or value.code == text.language
    if isinstance(value, Clause):
        return holds_clause(library, value, text, facts)
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


def _weekday_told(library: Library, wanted: Weekday, text: Text, facts: list[Fact]) -> bool:
    first, last = sentence_around(text.bare, wanted.start)
    beside = [
        (
            fact.value,
            text.bare[min(fact.end, wanted.end) : max(fact.start, wanted.start)],
        )
        for fact in facts
        if isinstance(fact.value, Weekday)
        and fact.value is not wanted
        and first <= fact.start < last
    ]
    held = library.weekdays | {number for span in library.weekday_spans for number in span}
    return weekday_follows(wanted, beside, held, library.whens) or denied_weekday(
        wanted, text.bare[first : wanted.start], text.bare[wanted.end : last], library.whens
    )


def _same_phone(one: str, other: str) -> bool:
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return long.endswith(short) and len(long) - len(short) <= 3


def _holds_link(library: Library, link: Link) -> bool:
    if same_url(link.url) in library.urls:
        return True
    path = link.url.partition("://")[2] if "://" in link.url else link.url
    if "/" not in path.rstrip("/"):
        bare_host = link.host.removeprefix("www.")
        return (
            link.bare
            and not link.deceptive
            and any(bare_host == host.removeprefix("www.") for host in library.hosts)
        ) or any(
            same_url(scheme + path.rstrip("/")) in library.urls
            for scheme in ("https://", "http://")
        )
    return link.bare and any(
        same_url(scheme + link.url) in library.urls for scheme in ("https://", "http://")
    )


def _proposes(written: str, sentence: str) -> bool:
    """Spanish "hablamos el martes" is a proposal where a question or a time goes with it."""
    return (
        written in _PRESENT_TOO
        and not re.search(
            rf"\b(?:que|como|segun|cuando|donde|ya) (?:\w{{1,3}} ){{0,2}}{written}", sentence
        )
        and not _GONE_BY.search(sentence)
        and bool(_PROPOSAL.search(sentence))
    )


def _holds_statement(library: Library, wanted: Statement, fact: Fact, text: Text) -> bool:
    first, last = sentence_around(text.bare, fact.start)
    if wanted.family == "when":
        if wanted.key == "hier" and text.language != "fr":
            return True
        return holds_when(library, wanted.key, text.bare[first:last])
    if wanted.family == TOLD_BY_TENSE:
        return holds_past_clause(library, fact, text)
    before = text.bare[first : fact.start]
    theirs = repeats_reader(before)
    negated = denies_before(before, DENIAL_REACH)
    sentence = text.bare[first:last]
    if wanted.family == "spoken" and _proposes(text.bare[fact.start : fact.end], sentence):
        return True
    if wanted.family in UNDERTAKINGS:
        return False
    if wanted.family == "saving" and not _GAIN.search(sentence):
        return True
    if wanted.kind == "past" and wanted.family != "written":
        happened = holds_past(library, wanted, fact, text)
        if happened is not None:
            return happened
    if wanted.family == "written":
        said = content_stems(_CLAUSE_END.split(text.bare[fact.end : last], maxsplit=1)[0]) - _FRAME
        return bool(library.documents) and (
            not said
            or len(said & library.stems) >= WRITTEN_OVERLAP * len(said)
            or text.language not in library.languages
            or any_held(events_in(text.bare[fact.end : last]) - {"met", "sent"}, library.asked)
            or retells(library, text, text.bare[fact.start : last], WRITTEN_OVERLAP)
        )
    if wanted.family == CERTIFICATE and holds_certificate(
        library, wanted, sentence, text.bare[fact.start : fact.end]
    ):
        return True
    if wanted.kind == "customer" and wanted.family in FAMILIES:
        return holds_reference(library, wanted, sentence, text)
    if wanted.kind == "customer":
        told = content_stems(sentence)
        known = sum(related_any(frozenset({one}), library.ours) for one in told)
        if library.names_customers or known >= CUSTOMER_OVERLAP * len(told):
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
        and (theirs or wanted.kind == "past" or not (m.requested or m.theirs))
        and (theirs or m.negated == negated)
        and (
            wanted.family not in _KEYED
            or (not words and wanted.family != "free")
            or m.language != text.language
            or bool(words & m.stems)
        )
        for m in library.statements
    )
