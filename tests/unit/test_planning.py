"""What a form wants, in four languages, and the one thing that the answer asks for."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.conversation import Conversation, Direction, Mail
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.intent import Intent, read_intent
from salesagent_core.domain.planning import Ask, NextStep, plan_next_step
from salesagent_core.domain.text.language import detect_language
from salesagent_core.errors import Reason

WARM = Fit(score=0.7, coverage=0.8, tier=Tier.WARM)
COLD = Fit(score=0.2, coverage=0.8, tier=Tier.COLD)
UNKNOWN = Fit(score=0.0, coverage=0.1, tier=Tier.COLD)


def plan(
    message: str | None,
    *,
    fit: Fit = WARM,
    is_customer: bool = False,
    has_slots: bool = True,
    conversation: Conversation | None = None,
) -> NextStep:
    return plan_next_step(
        message=message,
        conversation=conversation or Conversation(),
        fit=fit,
        is_customer=is_customer,
        has_slots=has_slots,
        default_language="en",
    )


def thread(*mails: tuple[Direction, str, str | None]) -> Conversation:
    return Conversation(
        thread_id="t",
        mails=tuple(
            Mail(
                id=str(number),
                message_id=f"<{number}@example.com>",
                sender="ann@example.com",
                recipients=("sales@example.org",),
                sent_at=datetime(2026, 11, number + 1, tzinfo=UTC),
                direction=direction,
                text=text,
                intent=intent,
            )
            for number, (direction, text, intent) in enumerate(mails)
        ),
    )


@pytest.mark.parametrize(
    ("text", "intent", "language"),
    [
        ("We'd like to see a demo next week", Intent.DEMO, "en"),
        ("Could somebody walk us through the product? A meeting would be great", Intent.DEMO, "en"),
        ("What does it cost for 200 users?", Intent.PRICING, "en"),
        ("Do you integrate with our CRM?", Intent.QUESTION, "en"),
        ("Please send me the whitepaper", Intent.MATERIAL, "en"),
        ("I am writing my thesis about sales software", Intent.STUDENT, "en"),
        ("Are you hiring? I attach my CV", Intent.JOB, "en"),
        ("We would like to become a partner and resell in Norway", Intent.PARTNERSHIP, "en"),
        ("We offer our services: backlinks and guest posts for you", Intent.VENDOR, "en"),
        ("Please unsubscribe me from this list", Intent.OPT_OUT, "en"),
        ("Wir möchten gerne eine Vorführung Ihrer Software", Intent.DEMO, "de"),
        ("Was kostet die Lizenz für 200 Nutzer?", Intent.PRICING, "de"),
        ("Können Sie mir das Datenblatt und weitere Unterlagen schicken?", Intent.MATERIAL, "de"),
        ("Ich schreibe meine Masterarbeit über Vertrieb", Intent.STUDENT, "de"),
        ("Bitte rufen Sie mich zurück", Intent.DEMO, "de"),
        ("Pouvez-vous m'envoyer un devis pour 50 utilisateurs ?", Intent.PRICING, "fr"),
        ("Nous souhaitons une démonstration de votre produit", Intent.DEMO, "fr"),
        ("Je suis étudiante et je prépare mon mémoire", Intent.STUDENT, "fr"),
        ("¿Cuánto cuesta para 50 usuarios?", Intent.PRICING, "es"),
        ("Quisiéramos una demostración la próxima semana", Intent.DEMO, "es"),
        ("Nos gustaría ser socios de ustedes en México", Intent.PARTNERSHIP, "es"),
        ("We have 300 people in sales", Intent.UNCLEAR, "en"),
        ("", Intent.UNCLEAR, "en"),
        (None, Intent.UNCLEAR, "en"),
        ("12345 !!! ", Intent.UNCLEAR, "en"),
    ],
)
def test_intent_and_language_of_a_form(text: str | None, intent: Intent, language: str) -> None:
    step = plan(text)
    assert (step.intent, step.language) == (intent.value, language)
    assert step.reason


@pytest.mark.parametrize(
    "text",
    [
        "This is unacceptable, I am writing for the third time",
        "Das ist eine Frechheit, niemand antwortet",
        "C'est inacceptable, je veux un remboursement",
        "Es inaceptable, nadie responde",
    ],
)
def test_an_angry_customer_gets_an_apology_and_no_meeting(text: str) -> None:
    assert plan(text, is_customer=True).ask is Ask.APOLOGISE
    assert plan(text, is_customer=True, fit=COLD).ask is Ask.APOLOGISE
    assert plan(text).ask is Ask.HAND_OVER


def test_a_buyer_who_is_unhappy_elsewhere_is_a_buyer() -> None:
    text = "We are disappointed with our current tool, it crashes. Could we see a demo?"
    assert plan(text).ask is Ask.OFFER_MEETING
    assert plan(text, is_customer=True).ask is Ask.APOLOGISE


def test_a_denied_word_is_not_taken_for_the_wish() -> None:
    assert read_intent("I am not a student, just curious", is_customer=False) is Intent.UNCLEAR
    assert read_intent("Ich brauche keine Demo, nur den Preis", is_customer=False) is Intent.PRICING
    asked = read_intent("There is no pricing on your site", is_customer=False)
    assert asked is Intent.PRICING


@pytest.mark.parametrize(
    "text",
    [
        "We are a law firm, my colleague is a lawyer",
        "Wir machen zu viele Fehler im Vertrieb und wollen das ändern",
        "Our current process is broken",
        "We outsource our support and need better collaboration features",
        "Unsere Kosten sind zu hoch, wir sind eine Unternehmensberatung",
        "Our plans for next year need higher win rates",
        "Wir sind ein Studentenwerk mit 300 Mitarbeitern",
        "We run clinical trials and have many open positions",
        "Nous formons des étudiants et cherchons un outil",
        "Queremos mejorar la colaboración y reducir costos",
    ],
)
def test_a_buyer_who_describes_their_own_business_is_not_misread(text: str) -> None:
    assert read_intent(text, is_customer=False) is Intent.UNCLEAR


def test_a_denial_ends_with_its_sentence() -> None:
    assert read_intent("No. Demo please", is_customer=False) is Intent.DEMO
    assert read_intent("No demo please", is_customer=False) is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("message", "fit", "customer", "ask"),
    [
        ("May we have a demo?", WARM, False, Ask.OFFER_MEETING),
        ("May we have a demo?", COLD, False, Ask.QUALIFY),
        ("May we have a demo?", COLD, True, Ask.OFFER_MEETING),
        ("May we have a demo?", UNKNOWN, False, Ask.OFFER_MEETING),
        ("What is the price?", WARM, False, Ask.OFFER_MEETING),
        ("What is the price?", UNKNOWN, False, Ask.QUALIFY),
        ("Does it support SSO?", COLD, False, Ask.ANSWER_QUESTION),
        ("Send me the brochure", WARM, False, Ask.SEND_MATERIAL),
        ("The login is broken", WARM, True, Ask.HAND_OVER),
        ("A partnership would interest us", WARM, False, Ask.HAND_OVER),
        ("I need this as a student", WARM, False, Ask.QUALIFY),
        ("Hello", WARM, False, Ask.OFFER_MEETING),
        ("Hello", COLD, False, Ask.QUALIFY),
    ],
)
def test_the_ask_follows_wish_and_fit(message: str, fit: Fit, customer: bool, ask: Ask) -> None:
    assert plan(message, fit=fit, is_customer=customer).ask is ask


def test_without_times_a_demo_is_still_offered_and_the_reason_says_what_is_missing() -> None:
    step = plan("May we have a demo?", has_slots=False)
    assert step.ask is Ask.OFFER_MEETING
    assert "no times are known" in step.reason


def test_a_competitor_is_handed_over_and_a_disqualified_lead_is_asked_first() -> None:
    competitor = Fit(
        score=0.1,
        coverage=1,
        tier=Tier.COLD,
        disqualified=True,
        reasons=(Reason(code="disqualified_competitor", sentence="works for a competitor"),),
    )
    assert plan("May we have a demo?", fit=competitor).ask is Ask.HAND_OVER
    student = Fit(score=0.1, coverage=1, tier=Tier.COLD, disqualified=True)
    assert plan("May we have a demo?", fit=student).ask is Ask.QUALIFY


def test_somebody_who_opted_out_is_never_asked_again() -> None:
    past = thread((Direction.INBOUND, "Unsubscribe me", "unsubscribe"))
    assert plan("May we have a demo?", conversation=past).ask is Ask.HAND_OVER


def test_a_refusal_stands_until_they_ask_for_something_themselves() -> None:
    past = thread((Direction.INBOUND, "Not interested", "not_interested"))
    assert plan(None, conversation=past).ask is Ask.HAND_OVER
    assert plan("May we have a demo?", conversation=past).ask is Ask.OFFER_MEETING


def test_no_second_meeting_beside_one_that_is_agreed() -> None:
    past = thread((Direction.INBOUND, "Tuesday at ten it is", "meeting_confirmed"))
    assert plan("Looking forward to the demo", conversation=past).ask is Ask.ANSWER_QUESTION


def test_without_a_message_their_last_mail_speaks() -> None:
    past = thread(
        (Direction.INBOUND, "Wir möchten gerne wissen, was das kostet", None),
        (Direction.OUTBOUND, "Thank you, we will answer soon", None),
    )
    step = plan("  ", conversation=past)
    assert (step.intent, step.language) == ("pricing", "de")
    assert "unanswered" in step.reason


@pytest.mark.parametrize(
    "text",
    [
        "Ciao, vorrei una demo del prodotto per la nostra azienda",
        "Olá, gostaria de saber mais sobre o produto",
        "Wij zijn op zoek naar een CRM voor onze verkoop",
        "xyzzy",
        "de la",
        "",
    ],
)
def test_a_language_that_we_do_not_write_falls_back(text: str) -> None:
    assert detect_language(text, "the default") == "the default"


@given(st.text(max_size=300))
def test_any_text_gets_a_plan(text: str) -> None:
    step = plan(text)
    assert step.intent in set(Intent)
    assert step.language in {"en", "de", "fr", "es"}


@pytest.mark.parametrize("text", ["a" * 10_000_000, "not " * 2_500_000, "\ufdfa" * 3_000_000])
def test_a_huge_text_is_answered_in_bounded_time(text: str) -> None:
    started = time.process_time()
    plan(text)
    assert time.process_time() - started < 30
