"""Does every fact of a draft stand in a source? Independent of whoever wrote the draft.

Flow: ``body | facts (numbers, moments, names, links, statements) | held by a source? | findings``.

A fact is compared by value and by what it is about: "40 trucks" holds "forty lorries" but not
"40 %" and not "40 customers". Only citable sources count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from salesagent_core.domain.claims.facts import MAX_FACTS, FactKind, facts_of, read_text
from salesagent_core.domain.evidence import Claim, Source
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.grounding.holding import Standing, standings
from salesagent_core.domain.grounding.library import Library, build_library

MAX_CHECKED = 20_000
MAX_SOURCE = 20_000
MAX_ALL_SOURCES = 80_000

_CODES: dict[FactKind, tuple[str, Severity, str]] = {
    FactKind.NUMBER: (
        "ungrounded_number",
        Severity.BLOCK,
        "No source holds this number for this thing.",
    ),
    FactKind.PERCENT: (
        "ungrounded_number",
        Severity.BLOCK,
        "No source holds this percentage for this thing.",
    ),
    FactKind.PRICE: ("ungrounded_price", Severity.BLOCK, "No source holds this price."),
    FactKind.DURATION: (
        "ungrounded_duration",
        Severity.BLOCK,
        "No source holds this length of time.",
    ),
    FactKind.DATE: ("ungrounded_date", Severity.BLOCK, "No source holds this date."),
    FactKind.WEEKDAY: ("ungrounded_date", Severity.BLOCK, "No source holds this day."),
    FactKind.TIME: (
        "ungrounded_time",
        Severity.BLOCK,
        "No source holds this time, or not on this day.",
    ),
    FactKind.NAME: ("ungrounded_name", Severity.BLOCK, "No source holds this name."),
    FactKind.LINK: ("ungrounded_link", Severity.BLOCK, "No source holds exactly this link."),
    FactKind.ADDRESS: (
        "ungrounded_address",
        Severity.BLOCK,
        "No source holds this e-mail address.",
    ),
    FactKind.PHONE: ("ungrounded_phone", Severity.BLOCK, "No source holds this telephone number."),
    FactKind.PROMISE: (
        "ungrounded_promise",
        Severity.BLOCK,
        "No source allows this promise or assertion.",
    ),
    FactKind.PAST: ("ungrounded_past", Severity.BLOCK, "No source shows that this happened."),
    FactKind.CUSTOMER: ("ungrounded_customer", Severity.BLOCK, "No source names this reference."),
}
_UNSURE = "No source says this in these words."
_CLAIM_CODES = frozenset({"unknown_source", "unsupported_claim", "misplaced_claim"})


@attrs.frozen(kw_only=True)
class FactSpan:
    """A fact of a text: its kind and where it stands (offsets, end exclusive)."""

    kind: FactKind
    start: int
    end: int


def fact_spans(text: str, language: str = "en") -> tuple[FactSpan, ...]:
    """Everything in a text that needs a source, in order."""
    reading = read_text(text[:MAX_CHECKED], language)
    spans = {
        FactSpan(kind=fact.kind, start=start, end=end)
        for fact in facts_of(reading, frozenset())
        for start, end in (reading.folded.span(fact.start, fact.end),)
    }
    return tuple(sorted(spans, key=lambda one: (one.start, one.end, one.kind)))


def ungrounded(findings: Iterable[Finding]) -> bool:
    """True when a finding says that something in the draft is not held by its sources."""
    return any(
        finding.code.startswith("ungrounded_") or finding.code in _CLAIM_CODES
        for finding in findings
    )


def check_grounding(
    body: str,
    sources: Sequence[Source],
    claims: Sequence[Claim] = (),
    *,
    subject: str = "",
    allowed_names: Sequence[str] = (),
    language: str = "en",
) -> tuple[Finding, ...]:
    """Every fact of subject and body that no citable source holds, and every claim that is false.

    ``allowed_names`` are names that need no source (the sender, the house). ``language`` is the
    draft's ISO 639-1 code; a text that is plainly in another of the four languages is read as that.
    """
    citable = [source for source in sources if source.citable]
    library = build_library(_capped(citable), allowed_names)
    findings: list[Finding] = []
    for part, text in (("subject", subject), ("body", body)):
        if len(text) > MAX_CHECKED:
            findings.append(
                Finding(
                    code="too_long",
                    severity=Severity.BLOCK,
                    start=MAX_CHECKED,
                    end=len(text),
                    sentence="The text is too long to be checked to its end.",
                    part=part,
                )
            )
        findings.extend(_in_part(text[:MAX_CHECKED], part, library, language))
    findings.extend(_claim_findings(body[:MAX_CHECKED], sources, claims, allowed_names, language))
    return tuple(dict.fromkeys(findings))


def _capped(sources: Sequence[Source]) -> Iterator[Source]:
    left = MAX_ALL_SOURCES
    for source in sources:
        if left <= 0:
            return
        text = source.text[: min(MAX_SOURCE, left)]
        left -= len(text)
        yield attrs.evolve(source, text=text) if len(text) < len(source.text) else source


def _in_part(text: str, part: str, library: Library, language: str) -> Iterator[Finding]:
    reading = read_text(text, language)
    facts = facts_of(reading, library.words)
    if len(facts) >= MAX_FACTS:
        yield Finding(
            code="too_long",
            severity=Severity.BLOCK,
            sentence="The text holds too many facts to check them all.",
            part=part,
        )
    for fact, standing in standings(library, reading, facts):
        if standing is Standing.HELD:
            continue
        code, severity, sentence = _CODES[fact.kind]
        if standing is Standing.UNSURE:
            severity, sentence = Severity.REVIEW, _UNSURE
        start, end = reading.folded.span(fact.start, fact.end)
        yield Finding(
            code=code, severity=severity, sentence=sentence, start=start, end=end, part=part
        )


def _claim_findings(
    body: str,
    sources: Sequence[Source],
    claims: Sequence[Claim],
    allowed_names: Sequence[str],
    language: str,
) -> Iterator[Finding]:
    by_id = {source.id: source for source in sources}
    for claim in claims:
        start, end = max(0, min(claim.start, len(body))), max(0, min(claim.end, len(body)))
        end = max(start, end)
        unknown = [source_id for source_id in claim.source_ids if source_id not in by_id]
        if unknown or not claim.source_ids:
            yield _about_claim(
                "unknown_source", "This statement names a source that does not exist.", start, end
            )
        if _squeezed(body[start:end]) != _squeezed(claim.text):
            yield _about_claim(
                "misplaced_claim", "This statement is not where it says it is.", start, end
            )
        named = [by_id[one] for one in claim.source_ids if one in by_id and by_id[one].citable]
        if unknown and not named:
            continue
        library = build_library(_capped(named), allowed_names)
        said = read_text(claim.text[:MAX_CHECKED], language)
        facts = facts_of(said, library.words)
        if any(how is Standing.MISSING for _, how in standings(library, said, facts)):
            yield _about_claim(
                "unsupported_claim",
                "The sources this statement names do not hold what it says.",
                start,
                end,
            )


def _about_claim(code: str, sentence: str, start: int, end: int) -> Finding:
    return Finding(code=code, severity=Severity.BLOCK, sentence=sentence, start=start, end=end)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
