"""The template writer's drafts pass the checks that a language model's have to pass."""

from __future__ import annotations

import pytest

from salesagent_adapters.memory.writer import compose
from salesagent_adapters.memory.writer_topics import numbers_in, topics_in
from salesagent_adapters.memory.writer_wishes import read_wishes
from salesagent_app.demo_world import DEMO_TENANT
from salesagent_core.domain.context import Brief
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.grounding.check import check_grounding
from salesagent_core.domain.lead import Lead, Person
from salesagent_core.domain.planning import Ask, NextStep
from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text
from salesagent_core.domain.voice import HOUSE_VOICE

ASKED = {
    "en": "We run 40 vans. What is the price, and where do you host the data under the GDPR?",
    "de": "Wir haben 40 Fahrzeuge. Was kostet die Lösung und wo liegen die Daten (DSGVO)?",
    "fr": "Nous avons 60 camionnettes. Quels sont vos tarifs pour la planification des tournées?",
    "es": "Tenemos 35 camiones. ¿Cuáles son los precios para planificar las rutas?",
}
SLOT = "Tue 24 Nov, 10:00 (Berlin, CET)"


def brief(ask: Ask, language: str, **changes: str) -> Brief:
    facts = [
        Source(id=f"house.{n}", kind=SourceKind.HOUSE, label="us", text=text, untrusted=False)
        for n, text in enumerate(DEMO_TENANT.house_facts, 1)
    ]
    return Brief(
        to=Lead(person=Person(email="ada@buyer.example", first_name="Ada", last_name="Byrne")),
        sender_name="Maya Lind",
        plan=NextStep(ask=ask, intent="pricing", language=language, reason="because"),
        voice=HOUSE_VOICE,
        sources=(
            Source(id="form.message", kind=SourceKind.FORM, label="form", text=ASKED[language]),
            Source(id="crm.contact", kind=SourceKind.CRM, label="CRM", text="Ada, Byrne"),
            Source(id="slot.1", kind=SourceKind.SLOT, label="free", text=SLOT, untrusted=False),
            *facts,
        ),
        instruction=changes.get("instruction"),
    )


@pytest.mark.parametrize("language", list(ASKED))
def test_no_draft_of_it_is_ungrounded_or_unsafe(language: str) -> None:
    for ask in Ask:
        given = brief(ask, language)
        draft = compose(given)
        findings = [
            *check_grounding(
                draft.body,
                given.sources,
                draft.claims,
                subject=draft.subject,
                allowed_names=["Ada", "Byrne", "Maya Lind"],
                language=language,
            ),
            *inspect_text(draft.subject, draft.body, SafetyPolicy()),
        ]
        assert [f for f in findings if f.severity is not Severity.INFO] == []


@pytest.mark.parametrize("language", list(ASKED))
def test_what_they_asked_is_answered_in_their_language_with_their_size(language: str) -> None:
    draft = compose(brief(Ask.OFFER_MEETING, language))
    (number,) = numbers_in(ASKED[language])
    assert number in draft.body
    cited = {id_ for claim in draft.claims for id_ in claim.source_ids}
    assert any(id_.startswith("house.") for id_ in cited)


def test_a_question_at_the_end_comes_before_a_story() -> None:
    text = "Our routes change all day. " * 20 + "Can you connect to our order system by an API?"
    assert [topic.key for topic in topics_in(text)] == ["integration", "routes"]


@pytest.mark.parametrize(
    "text",
    [
        "call 0800 1234567 now",
        "12 evil.example",
        "http://x.example/40 vans",
        "40 apples",
        "v1.2 vans",
        "a@40 vans",
    ],
)
def test_only_sizes_of_an_operation_are_quoted(text: str) -> None:
    assert numbers_in(text) == ()


def test_a_formal_wish_is_followed() -> None:
    draft = compose(brief(Ask.QUALIFY, "en", instruction="Please be more formal."))
    assert draft.body.startswith("Dear Ada Byrne,")
    assert draft.writer.endswith("formal")


@pytest.mark.parametrize("wish", ["mention our award", "", "informal, please", "\x00" * 100])
def test_what_is_no_known_wish_changes_nothing(wish: str) -> None:
    assert read_wishes(wish).followed == ()
    given, plain = brief(Ask.QUALIFY, "en", instruction=wish), brief(Ask.QUALIFY, "en")
    assert compose(given).body == compose(plain).body


def test_the_same_brief_gives_the_same_draft() -> None:
    assert compose(brief(Ask.OFFER_MEETING, "de")) == compose(brief(Ask.OFFER_MEETING, "de"))


def test_nobody_is_asked_for_the_size_they_just_told() -> None:
    assert "how large" not in compose(brief(Ask.QUALIFY, "en")).body
