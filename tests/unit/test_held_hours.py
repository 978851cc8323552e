# ruff: noqa: E501  (texts are kept on one line)
"""Opening hours, lengths without a unit, shares and places in a row that a draft tells in other
words: the right value is left alone, a wrong one in its place is found."""

from __future__ import annotations

import pytest

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding

CODES = {
    "ungrounded_number",
    "ungrounded_duration",
    "ungrounded_date",
    "ungrounded_time",
}
BEFORE_AFTER = {
    "en": "Story Ashdown Tiles: weekly planning 13 hours before, 4 hours after.",
    "de": "Beispiel Fliesen Aschau: Planung vorher 13 Stunden, nachher 4 Stunden.",
    "fr": "Témoignage Carrelages Aubin : planification, 13 heures avant, 4 heures après.",
    "es": "Caso Azulejos Alba: planificación, antes 13 horas, después 4 horas.",
}
CASES = [
    # language, what the house says, draft, values that must not pass
    ("de", "Hotline Mo–Fr 08:15–16:45", "Die Hotline ist von Montag bis {Freitag} zwischen 8.15 Uhr und 16.45 Uhr besetzt.", ["Samstag", "Donnerstag"]),
    ("de", "Hotline Mo-Do 8-17 Uhr, Fr 8-14 Uhr", "Die Hotline ist Montag bis Donnerstag von 8 bis {17} Uhr besetzt.", ["18", "16"]),
    ("de", "Hotline: werktags 8-17 Uhr", "Sie erreichen die Hotline von 8:00 bis {17:00} Uhr, Montag bis Freitag.", ["19:00", "16:00"]),
    ("en", "Helpdesk Mon–Fri 07:30–16:00", "The helpdesk answers from 7:30 am to {4 pm}, Monday to Friday.", ["5 pm", "3 pm"]),
    ("en", "Helpdesk M-F 9-5", "The helpdesk answers Monday through {Friday}, 9 am to 5 pm.", ["Saturday"]),
    ("fr", "Assistance lun–ven 07:30–18:00", "L'assistance répond de {7h30} à 18 h, du lundi au vendredi.", ["7h", "8h30"]),
    ("fr", "Assistance Lu-Ve 8h-17h", "L'assistance répond du lundi au {vendredi}, de 8 h à 17 h.", ["samedi"]),
    ("es", "Soporte lun–vie 09:00–18:30", "El soporte atiende de {9:00} a 18:30 h, de lunes a viernes.", ["8:00", "10:00"]),
    ("es", "Soporte: de lunes a viernes, de 8 a 17 h", "El soporte atiende de lunes a viernes entre las 8:00 y las {17:00}.", ["19:00", "20:00"]),
    ("es", "Libre: 2026-09-03 14:00-14:30", "El jueves 3 de septiembre a las {14} tengo un hueco para hablar.", ["15", "11"]),
    ("es", "Libre: 2026-09-03 14:00-14:30", "Podríamos hablar el jueves 3 de septiembre, de {14} a 14:30.", ["13"]),
    ("fr", "Libre : 2026-09-03 14:00-14:30", "Je suis libre le 3 septembre, de {14} à 14 h 30.", ["13"]),
    ("en", BEFORE_AFTER["en"], "Ashdown Tiles used to plan for 13 hours a week; now it takes {four}.", ["three", "6"]),
    ("en", BEFORE_AFTER["en"], "Ashdown Tiles now plans in 4 hours a week, compared with {13} before.", ["16", "twelve"]),
    ("de", BEFORE_AFTER["de"], "Fliesen Aschau senkte den Aufwand von {13} auf nur noch vier Stunden in der Woche.", ["15", "elf"]),
    ("de", BEFORE_AFTER["de"], "Statt {13} braucht Fliesen Aschau nur noch 4 Stunden pro Woche.", ["15", "20"]),
    ("fr", BEFORE_AFTER["fr"], "Carrelages Aubin consacre quatre heures par semaine aux plannings, contre {treize} auparavant.", ["douze", "15"]),
    ("es", BEFORE_AFTER["es"], "Azulejos Alba pasó de {13} a 4 horas semanales de planificación.", ["17", "12"]),
    ("es", BEFORE_AFTER["es"], "Planificar llevaba 13 horas por semana; hoy lleva {cuatro}.", ["siete", "3"]),
    ("en", "18% off when paying yearly", "With annual payment there is a discount of {18} per cent.", ["15", "20"]),
    ("de", "18 % Rabatt bei Jahreszahlung", "Wer jährlich zahlt, spart {18} Prozent.", ["15", "20"]),
    ("fr", "18% off when paying yearly", "En payant à l'année, vous avez {18} pour cent de remise.", ["15", "20"]),
    ("es", "18% off when paying yearly", "El pago anual lleva un descuento del {18} por ciento.", ["15", "20"]),
    ("de", "Wir eröffnen unsere dritte Filiale.", "Zur Eröffnung Ihrer {3}. Filiale gratuliere ich.", ["4", "5"]),
    ("fr", "Nous ouvrons notre troisième boutique.", "Pour l'ouverture de votre {3}e boutique, voici notre offre.", ["4", "6"]),
    ("en", "We use 52,000 kWh a year.", "You use about {52,000} kilowatt-hours a year.", ["62,000", "48,000"]),
    ("es", "Consumimos 12.000 kWh al año.", "Su consumo es de {12.000} kilovatios hora al año.", ["14.000"]),
    ("fr", "sept boutiques à Bordeaux", "Vous avez {sept} boutiques à Bordeaux.", ["huit", "neuf"]),
    ("en", "We reply within 1 hour.", "You hear from us within {the hour}.", ["30 minutes"]),
]  # fmt: skip


def found(body: str, told: str, language: str) -> list[str]:
    sources = (Source(id="house", kind=SourceKind.HOUSE, label="terms", text=told),)
    findings = check_grounding(body, sources, language=language)
    return [finding.code for finding in findings if finding.code in CODES]


@pytest.mark.parametrize(("language", "told", "draft", "wrong"), CASES)
def test_the_right_value_is_held_and_a_wrong_one_is_not(
    language: str, told: str, draft: str, wrong: list[str]
) -> None:
    before, _, rest = draft.partition("{")
    right, _, after = rest.partition("}")
    assert found(before + right + after, told, language) == []
    for value in wrong:
        assert found(before + value + after, told, language), value


@pytest.mark.parametrize(
    ("language", "told", "offer"),
    [
        ("en", "Helpdesk Mon–Fri 07:30–16:00", "Shall we talk on Friday at 4 pm?"),
        ("en", "Helpdesk Mon–Fri 07:30–16:00", "Shall we talk on Tuesday, 17 March at 7:30?"),
        ("de", "Hotline Montag bis Freitag 8 bis 17 Uhr", "Passt Ihnen Montag um 8 Uhr?"),
        ("es", "Soporte lun–vie 09:00–18:30", "¿Le va bien el viernes a las 9:00?"),
    ],
)
def test_hours_of_opening_offer_nobody_a_meeting(language: str, told: str, offer: str) -> None:
    assert found(offer, told, language)


def test_what_opens_on_one_of_the_days_is_held() -> None:
    assert found("Nous vous accueillons aussi le samedi, de 10 h à 18 h.", "Ouvert du mardi au samedi, 10 h - 18 h.", "fr") == []  # fmt: skip
    assert found("Freitags ist die Hotline bis 17 Uhr da.", "Hotline Mo–Fr 8–17 Uhr", "de") == []


def test_free_hours_are_slots_and_a_name_is_no_hour() -> None:
    told = "Remitente: Horalia\nLibre: 2026-04-08 09:30\nLibre: 2026-06-18 11:00"
    body = "Gracias por escribir a Horalia. Hay dos horas libres: el 8 de abril a las 9:30 y el 18 de junio a las 11:00."
    assert found(body, told, "es") == []
    assert found("La formación dura dos horas.", told, "es")


def test_a_share_saved_of_something_else_is_no_discount() -> None:
    assert found("Sie erhalten 20 % Rabatt.", "Die Anlage spart 20 % Energie.", "de")
    assert found("Sie sparen 18 Prozent Energie.", "18 % Rabatt bei Jahreszahlung", "de")
