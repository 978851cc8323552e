# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What no source holds is found; what the sources hold is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.grounding_cases import invented_cases, true_cases

from salesagent_core.domain.evidence import Claim, Source, SourceKind
from salesagent_core.domain.grounding.check import (
    MAX_CHECKED,
    FactSpan,
    check_grounding,
    fact_spans,
    ungrounded,
)


def _source(
    source_id: str, text: str, kind: SourceKind = SourceKind.FORM, **more: object
) -> Source:
    return Source(
        id=source_id, kind=kind, label=source_id, text=text, citable=bool(more.get("citable", True))
    )


SOURCES = (
    _source(
        "form.message",
        "We run 40 trucks out of Hamburg. What would it cost? Anna Berg, Nordwind Logistics",
    ),
    _source("slot.1", "2026-11-24 10:00-10:30", SourceKind.SLOT),
    _source("slot.2", "2026-11-25 14:00-14:30", SourceKind.SLOT),
    _source(
        "house",
        "Price: €49 per truck per month. Customers save 12 % fuel. Setup takes 2 weeks. The base fee is €1.5k. "
        "We do not offer a free trial. Brochure: https://fleetly.example/brochure.pdf",
        SourceKind.HOUSE,
    ),
    _source("memory", "Gave Contoso a 30 % discount.", SourceKind.MEMORY, citable=False),
)


def codes(body: str, language: str = "en") -> set[str]:
    return {finding.code for finding in check_grounding(body, SOURCES, language=language)}


def test_true_drafts_are_left_alone() -> None:
    flagged = [
        case
        for case in true_cases(100, seed=11)
        if check_grounding(case.body, case.sources, subject=case.subject, language=case.language)
    ]
    assert len(flagged) <= 2


def test_no_invented_fact_passes() -> None:
    passed = [
        (case.language, case.invented)
        for case in invented_cases(504, seed=12)
        if not ungrounded(
            check_grounding(case.body, case.sources, subject=case.subject, language=case.language)
        )
    ]
    assert passed == []


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Your forty lorries are a good size.", "en"),
        ("Your 40-truck fleet is a good size.", "en"),
        ("Für Ihre vierzig Fahrzeuge passt das.", "de"),
        ("The base fee is 1,500 euros.", "en"),
        ("Die Grundgebühr beträgt 1.500 €.", "de"),
        ("Tue 24 Nov at 10 am?", "en"),
        ("Passt Dienstag, 24. November, um 10 Uhr?", "de"),
        ("Le mercredi 25 novembre à 14h00 ?", "fr"),
        ("¿El miércoles 25 a las 14:00?", "es"),
        ("A call takes half an hour.", "en"),
        ("We do not offer a free trial.", "en"),
    ],
)
def test_the_same_fact_in_other_words_is_held(body: str, language: str) -> None:
    assert codes(body, language) == set()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("You save 40 % fuel.", "ungrounded_number"),
        ("Your 40 customers will like it.", "ungrounded_number"),
        ("It costs $49 per truck.", "ungrounded_price"),
        ("Tuesday 24 November at 14:00 works.", "ungrounded_time"),
        ("Wednesday 24 November works.", "ungrounded_date"),
        ("We offer a free trial.", "ungrounded_promise"),
        ("I can offer a discount.", "ungrounded_promise"),
        ("Contoso is happy with it.", "ungrounded_name"),
        ("Hi Peter,\nhello", "ungrounded_name"),
        ("See https://fleetly.example/brochure", "ungrounded_link"),
        ("Write to help@fleetly.example", "ungrounded_address"),
        ("As we discussed, it is easy.", "ungrounded_past"),
    ],
)
def test_a_fact_about_something_else_is_not_held(body: str, code: str) -> None:
    assert code in codes(body)


@pytest.mark.parametrize(
    ("body", "source", "language"),
    [
        ("Shall I call at half past eight?", "Free: 08:30", "en"),
        ("Passt es um halb zehn?", "Frei: 09:30", "de"),
        ("Je vous appelle à 9 h 30.", "Libre : 09:30", "fr"),
        ("¿Hablamos a las seis y media de la tarde?", "Libre: 18:30", "es"),
        ("It costs 12 cents per word.", "0.12 EUR per word", "en"),
        ("Bei 32 Toren geht das.", "Wir haben 32 Rolltore", "de"),
        ("La resina de 3 milímetros basta.", "Resina de 3 mm", "es"),
        ("The Ember 8 is enough.", "Model: Ember 8", "en"),
    ],
)
def test_what_is_said_in_other_words_is_held(body: str, source: str, language: str) -> None:
    held = (_source("asset", source, SourceKind.ASSET),)
    assert not check_grounding(body, held, language=language)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Hosts get a text, and time sheets are built in as well.", "en"),
        ("Die Schulung gibt es auch auf Kroatisch.", "de"),
        ("Les réponses arrivent, et le lien avec Logos est inclus.", "fr"),
        ("Gracias por atender mi llamada de esta mañana.", "es"),
        ("We would hold today's prices until the summer.", "en"),
    ],
)
def test_what_only_a_stranger_wrote_does_not_say_what_we_do(body: str, language: str) -> None:
    sources = (
        _source("form", "We use Logos. Wir sprechen Polnisch. time sheets?"),
        _source("asset", body.split()[0] + " x", SourceKind.ASSET),
    )
    assert ungrounded(check_grounding(body, sources, language=language))


def test_a_question_of_the_lead_promises_nothing() -> None:
    asked = (_source("form.message", "Do you offer a free trial?"),)
    assert ungrounded(check_grounding("Yes, we offer a free trial.", asked))
    assert not ungrounded(check_grounding("You asked about a free trial.", asked))


def test_claims_must_name_real_sources_that_hold_them() -> None:
    body = "Setup takes 2 weeks."

    def of(*ids: str, text: str = body, end: int = len(body)) -> set[str]:
        claim = Claim(text=text, start=0, end=end, source_ids=ids)
        return {finding.code for finding in check_grounding(body, SOURCES, [claim])}

    assert of("house") == set()
    assert of("nowhere") == {"unknown_source"}
    assert of() >= {"unknown_source"}
    assert of("slot.1") == {"unsupported_claim"}
    assert "misplaced_claim" in of("house", end=5)


def test_the_senders_name_may_be_allowed() -> None:
    body = "Hello\n\nKind regards\nMaya Roth"
    assert not check_grounding(body, SOURCES, allowed_names=("Maya Roth",))
    assert ungrounded(
        check_grounding(
            "Hello\n\nKind regards\nPeter Wolkow", SOURCES, allowed_names=("Maya Roth",)
        )
    )


def test_fact_spans_point_at_the_facts() -> None:
    text = "On 24 November we save ４0 %."
    spans = fact_spans(text)
    assert {text[span.start : span.end] for span in spans} >= {"24 November", "４0 %"}
    assert all(isinstance(span, FactSpan) for span in spans)


def test_a_text_too_long_is_never_passed() -> None:
    assert "too_long" in codes("a " * MAX_CHECKED)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_an_answer_within_its_bounds(text: str) -> None:
    for finding in check_grounding(text, SOURCES):
        assert 0 <= finding.start <= finding.end <= len(text)
