# ruff: noqa: E501  (texts are kept on one line)
"""Days and lengths that a draft tells shortly or in other words: the right one is left alone, a
wrong one in its place is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding

CODES = {
    "ungrounded_price",
    "ungrounded_number",
    "ungrounded_duration",
    "ungrounded_date",
    "ungrounded_time",
}
CASES = [
    # language, what was asked, what the house says, draft, values that must not pass
    (
        "de",
        "Wann ginge es?",
        "Freie Tage im April 2027: 6., 13. und 27. April.",
        "Im April ginge es am 6., 13. und {27}. bei Ihnen.",
        ["26", "29"],
    ),
    (
        "en",
        "We called you on 12/11/2026.",
        "Trial.",
        "Thank you for the call on the {12th}.",
        ["14th", "19th"],
    ),
    (
        "fr",
        "Il nous le faut le 22 décembre 2026.",
        "Livraison comprise.",
        "Nous pouvons vous livrer avant le {22} sans difficulté.",
        ["24", "20"],
    ),
    (
        "es",
        "Lo necesitamos el 15 de enero de 2027.",
        "Entrega incluida.",
        "Para llegar al día {15} nos conviene empezar ya.",
        ["14", "18"],
    ),
    (
        "en",
        "We open on 15 May.",
        "Lead time: four weeks from order.",
        "For 15 May we would need your order by mid-{April}.",
        ["February", "July"],
    ),
    (
        "fr",
        "Nous ouvrons le 3 avril.",
        "Délai de livraison : 5 à 6 semaines.",
        "Pour le 3 avril, une commande d'ici la mi-{février} suffirait.",
        ["novembre"],
    ),
    (
        "en",
        "We stay from 10 to 12 March 2027.",
        "The hall can be hired.",
        "Shall we keep the hall on {Thursday} as well, on all three days?",
        ["Monday", "Sunday"],
    ),
    (
        "en",
        "How often do you come?",
        "A foreman inspects each site every fortnight.",
        "A foreman looks at the site every {two weeks}.",
        ["three weeks", "four weeks"],
    ),
    (
        "de",
        "Wie oft wird geprüft?",
        "Prüfung der Anlage: vierteljährlich.",
        "Wir prüfen die Anlage alle {drei Monate} bei Ihnen.",
        ["zwei Monate", "sechs Monate"],
    ),
    (
        "es",
        "¿Cada cuánto vienen?",
        "Revisión quincenal de la instalación.",
        "Revisamos la instalación cada {quince días} en su casa.",
        ["diez días", "veinte días"],
    ),
    (
        "de",
        "Wie lange gilt die Garantie?",
        "5-jährige Garantie, zweitägige Schulung.",
        "Die Garantie beträgt {fünf} Jahre.",
        ["sieben", "zehn"],
    ),
    (
        "en",
        "How long is the warranty?",
        "Twelve-year design life, five-year warranty.",
        "The warranty on each of them is {five years}.",
        ["seven years", "ten years"],
    ),
    (
        "en",
        "How fast are you?",
        "Results for A: 5 working days; for B: 10 working days.",
        "Results for A take five working days, and for B it is {ten}.",
        ["twelve", "eight"],
    ),
    (
        "en",
        "When is it deleted?",
        "Deleted after a period that you set (7 to 365 days).",
        "You decide after how many days, from 7 to {365}, the data is erased.",
        ["180", "400"],
    ),
    (
        "fr",
        "Quels sont les horaires ?",
        "Horaires : 8h30-12h00 et 13h00-16h30.",
        "La journée va de 8 h 30 à 16 h 30, avec {une heure} de pause.",
        ["deux heures"],
    ),
    (
        "en",
        "We have 45 hectares.",
        "4 to 6 hectares an hour.",
        "At 4 to 6 hectares an hour, your 45 hectares would take between {seven and a half} hours and a little over eleven.",
        ["nine and a half", "five and a half"],
    ),
    (
        "de",
        "Wir sind 24 Leute.",
        "Höchstens 8 Personen pro Raum.",
        "Da höchstens acht Personen in einen Raum passen, bilden wir aus Ihren 24 Leuten {drei} Gruppen.",
        ["fünf", "sieben"],
    ),
    (
        "en",
        "We expect 800 guests.",
        "Rule of thumb: 1 unit per 80 guests.",
        "For 800 guests we would bring {ten} units.",
        ["twelve", "fourteen"],
    ),
    (
        "en",
        "Every day, please.",
        "A visit is GBP 23 on weekdays and GBP 26 at weekends.",
        "It is £23 on weekdays and £26 at weekends, which comes to {£167} for a full week.",
        ["£177", "£164"],
    ),
    (
        "es",
        "Tenemos tres puestos.",
        "Cada puesto: 65 €.",
        "Cada puesto le sale a 65 €, los tres a {195 €}.",
        ["185 €", "205 €"],
    ),
    (
        "fr",
        "Quand taillez-vous ?",
        "Deux tailles par an (juin et octobre).",
        "Nous taillons deux fois par an, en juin et en {octobre}.",
        ["novembre", "mars"],
    ),
]


def found(body: str, asked: str, told: str, language: str) -> list[str]:
    sources = (
        Source(id="form.message", kind=SourceKind.FORM, label="message", text=asked),
        Source(id="house", kind=SourceKind.HOUSE, label="terms", text=told),
    )
    findings = check_grounding(body, sources, language=language)
    return [finding.code for finding in findings if finding.code in CODES]


@pytest.mark.parametrize(("language", "asked", "told", "draft", "wrong"), CASES)
def test_the_right_value_is_held_and_a_wrong_one_is_not(
    language: str, asked: str, told: str, draft: str, wrong: list[str]
) -> None:
    before, _, rest = draft.partition("{")
    right, _, after = rest.partition("}")
    assert found(before + right + after, asked, told, language) == []
    for value in wrong:
        assert found(before + value + after, asked, told, language), value


def test_a_german_morning_is_not_tomorrow() -> None:
    told = "Abmeldung bis 8 Uhr am gleichen Tag."
    assert found("Eine Abmeldung geht bis 8 Uhr am selben Morgen.", "", told, "de") == []
    assert found("Die Abmeldung für Sie geht noch morgen, bis 8 Uhr.", "", told, "de")


def test_an_ordinal_of_something_else_is_no_day() -> None:
    told = "Lieferung am 3. Dezember 2026."
    assert found("Die Lieferung kommt am 3. bei Ihnen an.", "", told, "de") == []
    assert found("Sie zahlen erst ab dem 3. Monat an uns.", "", told, "de")


@settings(max_examples=40, deadline=None)
@given(held=st.integers(1, 28), said=st.integers(1, 28))
def test_a_bare_day_is_held_exactly_where_a_date_has_it(held: int, said: int) -> None:
    codes = found(
        f"Vielen Dank für das Gespräch vom {said}., es war sehr nett.",
        f"Gespräch war am {held}. November 2026.",
        "",
        "de",
    )
    assert bool(codes) == (held != said)
