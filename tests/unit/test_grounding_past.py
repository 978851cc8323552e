# ruff: noqa: E501  (mails are kept on one line)
"""Names, days, other customers and what happened before: held in other words, or found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding

_KINDS = {"form": SourceKind.FORM, "mail": SourceKind.MESSAGE, "crm": SourceKind.CRM}


def codes(body: str, language: str, *, subject: str = "", **texts: str) -> set[str]:
    sources = [
        Source(id=name, kind=_KINDS.get(name, SourceKind.ASSET), label=name, text=text)
        for name, text in texts.items()
    ]
    found = check_grounding(body, sources, subject=subject, language=language)
    return {one.code for one in found}


@pytest.mark.parametrize(
    ("body", "language", "source"),
    [
        ("We deliver in Great Britain.", "en", "Delivery in the UK within days."),
        ("It runs on an iPhone.", "en", "The app runs on iOS and Android."),
        ("Zu Ihren Kollegen: Der Standort bleibt auf dem Gerät.", "de", "Die Daten bleiben da."),
        ("Wir prüfen die Regenrinnenheizung mit.", "de", "Wartung von Dächern."),
        ("Wir beliefern Köln.", "de", "Delivery to Cologne."),
        ("Prefieren venir por la tarde.", "es", "Abrimos por la tarde."),
        ("Siguen en pie las dos visitas.", "es", "Hay dos visitas."),
        ("Llegamos al Valle del Jerte.", "es", "Jerte: llegamos."),
    ],
)
def test_a_name_in_other_words_is_held(body: str, language: str, source: str) -> None:
    assert "ungrounded_name" not in codes(body, language, house=source)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Unser Rechenzentrum steht in Erfurt.", "de"),
        ("Wir liefern auch nach Linz.", "de"),
        ("We deliver in Portugal as well.", "en"),
        ("Notre dépôt est à Nantes.", "fr"),
        ("Nuestro almacén está en Zaragoza.", "es"),
        ("Das macht die Kanzlei Wernecke so.", "de"),
    ],
)
def test_an_invented_place_or_house_is_found(body: str, language: str) -> None:
    held = {"de": "Wir liefern in Wien.", "en": "We deliver.", "fr": "Dépôt.", "es": "Almacén."}
    # The Austrian city holds its country, not another city of it.
    assert "ungrounded_name" in codes(body, language, house=held[language])


@pytest.mark.parametrize(
    ("body", "language", "source", "held"),
    [
        ("Order by 7 April, please.", "en", "Start: 14 April 2026. Order one week before.", True),
        ("Order by 8 April, please.", "en", "Start: 14 April 2026. Order one week before.", False),
        ("Anmeldung bis zum 30. April.", "de", "Start: 14. Mai 2026, Anmeldung zwei Wochen vorher.", True),
        ("Der Kurs beginnt am 30. April.", "de", "Start: 14. Mai 2026, Anmeldung zwei Wochen vorher.", False),
        ("There is no Sunday delivery.", "en", "Delivery Monday to Saturday.", True),
        ("There is no Friday delivery.", "en", "Delivery Monday to Saturday.", False),
        ("We deliver on Sunday.", "en", "Delivery Monday to Saturday.", False),
        ("What leaves on Friday arrives on Sunday.", "en", "Departure every Friday, transit two days.", True),
        ("What leaves on Friday arrives on Monday.", "en", "Departure every Friday, transit two days.", False),
        ("Data by the 18th of each month.", "en", "Data by 18th of the month.", True),
        ("Data by the 20th of each month.", "en", "Data by 18th of the month.", False),
        ("Le stage dure sept heures.", "fr", "Durée du stage : 7 heures.", True),
        ("Votre contrat finit fin mars.", "fr", "Fin du contrat : 31 décembre", False),
    ],
)  # fmt: skip
def test_a_day_that_follows_is_held(body: str, language: str, source: str, held: bool) -> None:
    assert ("ungrounded_date" not in codes(body, language, house=source)) is held


@settings(max_examples=30, deadline=None)
@given(
    start=st.dates(date(2026, 2, 1), date(2026, 11, 30)),
    told=st.integers(2, 20),
    said=st.integers(1, 25),
)
def test_only_the_told_number_of_days_before_a_date_is_held(
    start: date, told: int, said: int
) -> None:
    day = start - timedelta(days=said)
    found = codes(
        f"Please register by {day:%-d %B}.",
        "en",
        house=f"Starts {start.isoformat()}. Registration closes {told} days before.",
    )
    assert ("ungrounded_date" not in found) is (told == said)


@pytest.mark.parametrize(
    ("body", "language", "sources"),
    [
        ("It was good to meet you at the fair.", "en", {"crm": "Trade fair in spring: badge scan."}),
        ("As agreed, here is the price.", "en", {"crm": "Phone call: wants the price by mail."}),
        ("Danke für das nette Telefonat.", "de", {"crm": "Telefonat mit Frau Nowak: 4 Räume."}),
        ("Merci pour votre accueil.", "fr", {"crm": "Visite du site faite, deux toits."}),
        ("Gracias por la llamada.", "es", {"crm": "Llamada: pide una muestra."}),
        ("Thank you for the photographs.", "en", {"form": "I attach photos of the roof."}),
        ("¡Enhorabuena por la boda!", "es", {"form": "Nos casamos en junio. ¿Tienen sitio?"}),
        ("He visto que buscan dos salas.", "es", {"form": "Buscamos dos salas para mayo."}),
        ("You asked for a trial of the pump.", "en", {"form": "Could we try the pump first?"}),
        ("Schön, dass Sie wieder bei uns anfragen.", "de", {"crm": "Kunde seit 2021."}),
        ("Im vergangenen Jahr waren es zwei.", "de", {"crm": "Prüfung Vorjahr: zwei."}),
        ("Thank you for thinking of us for your meeting.", "en", {"form": "A room for a meeting?"}),
        ("Después le entregamos un estudio.", "es", {"form": "¿Hacen un estudio?"}),
        ("D'après notre planning, c'est possible.", "fr", {"form": "Est-ce possible ?"}),
        ("Votre message nous a fait plaisir.", "fr", {"form": "Quel est le prix ?"}),
        ("After our visit we would send an offer.", "en", {"form": "Could you visit us?"}),
        ("Your old oven has served since 2009.", "en", {"form": "An old oven, bought in 2009."}),
        ("He leído su mensaje con atención.", "es", {"form": "¿Cuánto cuesta?"}),
    ],
)  # fmt: skip
def test_a_past_that_a_note_or_form_tells_is_held(
    body: str, language: str, sources: dict[str, str]
) -> None:
    assert "ungrounded_past" not in codes(body, language, **sources)


@pytest.mark.parametrize(
    ("body", "language", "note"),
    [
        ("It was good to meet you at the fair.", "en", "Phone: 01632 960 115"),
        ("Es war schön, Sie auf der Messe zu treffen.", "de", "Noch kein Telefonat."),
        ("Danke für Ihre Anfrage und das nette Telefonat.", "de", "Noch kein Telefonat."),
        ("Merci d'avoir de nouveau pensé à nous.", "fr", "Premier contact."),
        ("Gracias por pensar otra vez en nosotros.", "es", "Primer contacto."),
        ("Your accountant has already sent us the list.", "en", "Sector: retail"),
        ("Votre directeur nous a confirmé la date.", "fr", "Ville : Lyon"),
        ("Ihr Chef hat uns die Pläne gezeigt.", "de", "Ort: Ulm"),
        ("Su gerente ya nos pidió una muestra.", "es", "Ciudad: Vigo"),
        ("Die Vorlage vom letzten Druck liegt noch vor.", "de", "Erstanfrage"),
        ("Ya les cambiamos las ventanas hace tiempo.", "es", "Sin pedidos anteriores"),
        ("You told me that the board is in favour.", "en", "Sector: retail"),
        ("Thank you for the photographs.", "en", "Sector: retail"),
        ("After our chat at the show I can tell you more.", "en", "Sector: retail"),
        ("As your landlord explained to us, power is scarce.", "en", "Sector: retail"),
        ("Gracias por escribirnos por indicación de su asesor.", "es", "Ciudad: Vigo"),
    ],
)
def test_an_invented_past_is_found(body: str, language: str, note: str) -> None:
    # What our own page says of visits and calls is no proof that one took place.
    page = "Visits, calls, fairs, orders and samples: visite, Besuch, pedido, Messe, appel."
    form = "What does it cost? ¿Precio? Quel prix ? Was kostet es?"
    assert "ungrounded_past" in codes(body, language, form=form, crm=note, house=page)


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Waiting times there fell by a third.", "en"),
        ("A neighbouring dairy has been running one with very good results.", "en"),
        ("Wir betreuen bereits mehrere Kanzleien in der Innenstadt.", "de"),
        ("Die Nachbarn haben so ein Fünftel der Kosten gespart.", "de"),
        ("Nous avons reçu le trophée régional des entreprises.", "fr"),
        ("Ya servimos a otros dos colegios del barrio.", "es"),
        ("Recibimos el premio comarcal a la empresa.", "es"),
    ],
)
def test_invented_customers_results_and_awards_are_found(body: str, language: str) -> None:
    assert "ungrounded_customer" in codes(body, language, house="Prices. Preise. Tarifs. Precios.")


def test_a_result_of_a_case_study_is_held() -> None:
    page = "Case study: at the council of Ballyrone waiting times fell by a third."
    assert not codes("In Ballyrone waiting times fell by a third.", "en", house=page)


def test_a_spanish_number_is_a_telephone_and_punto_de_no_link() -> None:
    held = {"crm": "Tel. 955 550 173", "house": "Hay un punto de recogida."}
    assert not codes("Llámeme al 955 550 173. Hay un punto de recogida.", "es", **held)
    assert "ungrounded_phone" in codes("Llámeme al 955 550 199.", "es", **held)
