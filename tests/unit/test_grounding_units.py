"""Numbers that sources hold in another form, or that a rate gives, pass; others do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding


def findings_at(body: str, value: str, asked: str, told: str, language: str) -> list[str]:
    """The codes of what is found in ``value``, a part of ``body``."""
    sources = (
        Source(id="form.message", kind=SourceKind.FORM, label="message", text=asked),
        Source(id="house", kind=SourceKind.HOUSE, label="info", text=told),
    )
    start = body.index(value)
    end = start + len(value)
    return [
        one.code
        for one in check_grounding(body, sources, language=language)
        if one.start < end and one.end > start
    ]


RATES = [
    # language, what was asked, what the house says, draft, values that must not pass
    (
        "de",
        "Unsere Halle hat rund 640 qm.",
        "Bodenreinigung 0,55 € je qm bis 700 qm.",
        "Bei 640 Quadratmetern sind das etwa {350 Euro} pro Reinigung.",
        ["430 Euro", "280 Euro", "385 Euro"],
    ),
    (
        "fr",
        "Nous avons 58 m2 de terrasse.",
        "Dalle posée : 86 € HT le m².",
        "Pour vos 58 m², cela représente environ {5 000 €} HT.",
        ["5 900 €", "4 200 €"],
    ),
    (
        "en",
        "The drone is worth about 7k.",
        "Cover from £13 per £1,000 of value.",
        "That starts at £13 per £1,000, or about {£91} for a drone worth seven thousand.",
        ["£84", "£115"],
    ),
    (
        "es",
        "Consumimos unos 39.000 kWh.",
        "1 kWp produce unos 1.300 kWh al año y ocupa 5 m².",
        "Para sus 39.000 kWh harían falta unos {30} kWp.",
        ["36", "25"],
    ),
    (
        "fr",
        "Il y a 16 portes.",
        "Pose : 5 portes par jour.",
        "Vos 16 portes demandent un peu plus de {trois jours}, à raison de cinq par jour.",
        ["cinq jours", "deux jours"],
    ),
    (
        "es",
        "La campaña va de mayo a agosto.",
        "Remolque: 310 € al mes.",
        "El remolque cuesta 310 € al mes. De mayo a agosto serían {1.240 €}.",
        ["1.550 €", "930 €"],
    ),
    (
        "en",
        "We need 1,700 stakes.",
        "Stakes 35p each.",
        "Stakes are 35p, which adds {£595} if all 1,700 need one.",
        ["£645", "£510"],
    ),
    (
        "de",
        "Wir erwarten 160 Gäste.",
        "Eine Servicekraft je 20 Gäste.",
        "Bei 160 Gästen wären das {8} Servicekräfte.",
        ["11", "5"],
    ),
]
UNITS = [
    (
        "en",
        "Members forget their sessions.",
        "Reminders by SMS 36 and 6 hours before.",
        "Members get a text {36 hours} and again 6 hours before.",
        ["48 hours", "30 hours"],
    ),
    (
        "de",
        "Welche Selbstbehalte gibt es?",
        "Selbstbehalt wahlweise 5 %, 15 % oder 25 %.",
        "Sie haben die Wahl: {5}, 15 oder 25 % der Summe.",
        ["10", "8"],
    ),
    (
        "fr",
        "Quel délai avec gaufrage ?",
        "Délai : 9 jours ouvrés après accord, 13 avec gaufrage.",
        "Avec le gaufrage, il nous faut {13 jours ouvrés}.",
        ["15 jours ouvrés", "11 jours ouvrés"],
    ),
    (
        "es",
        "Pescado a 1-3 grados.",
        "Transporte de -2 a 9 °C.",
        "Mantener su pescado entre {1} y 3 °C no supone ningún problema.",
        ["4", "5"],
    ),
    (
        "en",
        "Do you work with StockPal?",
        "Two-way sync with StockPal (v11 and later).",
        "It syncs with StockPal from version {11} on.",
        ["10", "9"],
    ),
    (
        "de",
        "Unsere Motoren (3 x 18 kW) sind alt.",
        "Bis 60 kW genügt ein Tag.",
        "Bei Ihren zusammen {54} kW reicht ein Tag.",
        ["72", "48"],
    ),
    (
        "en",
        "Can tenants apply?",
        "Open to clubs with a lease (12+ years left).",
        "The lease needs at least {twelve years} left.",
        ["eight years", "ten years"],
    ),
    (
        "fr",
        "Et la reprise des données ?",
        "Reprise des données : 4 jours ouvrés.",
        "Nous reprenons vos données, ce qui prend {quatre jours}.",
        ["trois jours", "six jours"],
    ),
    (
        "es",
        "¿Qué tarifas hay?",
        "Tarifa Brisa: 21 € al mes. Tarifa Marea: 34 €.",
        "Tenemos {dos} tarifas: Brisa por 21 € y Marea por 34 €.",
        ["tres", "cuatro"],
    ),
    (
        "en",
        "We run 9 vans and 4 cars.",
        "Tracking GBP 8 per vehicle.",
        "For your {13} vehicles in total we suggest tracking.",
        ["15", "11"],
    ),
]
DAYS = [
    (
        "en",
        "Two nights in March, please.",
        "March 2027: 8-10 and 22-24 still free.",
        "In March we still have {Monday 8} to Wednesday 10.",
        ["Tuesday 9", "Monday 15", "Tuesday 8"],
    ),
    (
        "fr",
        "Nous renouvelons en mai.",
        "Adhésion à tout moment, prise d'effet le 1er du mois suivant.",
        "Si vous adhérez en mai, le contrat prend effet le {1er juin}.",
        ["1er juillet", "15 juin"],
    ),
    (
        "de",
        "Wir möchten im April beginnen.",
        "Beitritt jederzeit, Beginn am 1. des Folgemonats.",
        "Wenn Sie im April beitreten, beginnt der Schutz am {1. Mai}.",
        ["1. Juni", "15. Mai"],
    ),
]


@pytest.mark.parametrize(
    ("language", "asked", "told", "draft", "wrong"), [*RATES, *UNITS, *DAYS], ids=lambda one: None
)
def test_what_follows_passes_and_what_does_not_is_found(
    language: str, asked: str, told: str, draft: str, wrong: list[str]
) -> None:
    before, _, rest = draft.partition("{")
    value, _, after = rest.partition("}")
    assert findings_at(before + value + after, value, asked, told, language) == []
    for invented in wrong:
        assert findings_at(before + invented + after, invented, asked, told, language), invented


def test_working_days_are_no_deadline_in_days() -> None:
    asked, told = "How long does it take?", "Data import: 3 working days."
    body = "The import will be finished within three days."
    assert findings_at(body, "three days", asked, told, "en")


def test_from_one_weekday_to_another_is_no_deadline() -> None:
    told = "Beratung: Montag bis Donnerstag."
    span = "Wir beraten von Montag bis Donnerstag."
    assert findings_at(span, "bis Donnerstag", "Wann beraten Sie?", told, "de") == []
    promise = "Sie erhalten das Angebot bis Donnerstag."
    assert findings_at(promise, "bis Donnerstag", "Wann beraten Sie?", told, "de")


def test_sides_are_not_multiplied() -> None:
    asked, told = "How much room do you need?", "We need a space of 12 x 4 metres."
    assert findings_at("We need 48 metres of room.", "48", asked, told, "en")


@settings(max_examples=30, deadline=None)
@given(
    cents=st.integers(min_value=11, max_value=99),
    area=st.integers(min_value=101, max_value=999),
    off=st.sampled_from([0.8, 0.9, 1.12, 1.3]),
)
def test_only_the_product_of_rate_and_area_passes(cents: int, area: int, off: float) -> None:
    asked = f"Our office has {area} square metres."
    told = f"Cleaning: GBP 0.{cents} per square metre."
    right = cents * area / 100
    for value, held in ((f"£{right:.2f}", True), (f"£{right * off:.2f}", False)):
        body = f"For your {area} square metres that would be {value} a visit."
        assert (findings_at(body, value, asked, told, "en") == []) is held
