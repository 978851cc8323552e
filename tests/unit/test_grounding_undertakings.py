# ruff: noqa: E501  (sentences are kept on one line)
"""What binds us without a word of promising is refused where no source of ours tells it, and what
the reader wishes is no promise of ours."""

from __future__ import annotations

import pytest

from salesagent_core.use_cases.inspect import inspect_draft

_SHEET = {
    "en": "Plug-in meter for cold rooms, measures every ten minutes. Delivery time 6 weeks from order. "
    "Cancel monthly. Guaranteed accuracy for 5 years. Annual payment: 12% off.",
    "de": "Messgerät für Kühlräume, misst alle zehn Minuten. Lieferzeit 6 Wochen ab Bestellung. "
    "Monatlich kündbar. Genauigkeit 5 Jahre garantiert. Jahreszahlung: 12 % Nachlass.",
    "fr": "Sonde pour chambres froides, mesure toutes les dix minutes. Livraison 6 semaines après "
    "commande. Résiliable chaque mois. Précision garantie 5 ans. Paiement annuel : 12 % de remise.",
    "es": "Sonda para cámaras frías, mide cada diez minutos. Entrega 6 semanas desde el pedido. "
    "Cancelación mensual. Precisión garantizada 5 años. Pago anual: 12 % de descuento.",
}
_FORM = {
    "en": "Too many alarms at night in our cold rooms. We want fewer manual lists.",
    "de": "Zu viele Alarme nachts in unseren Kühlräumen. Wir möchten die Listen automatisieren.",
    "fr": "Trop d'alarmes la nuit dans nos chambres froides. Nous voulons moins de listes manuelles.",
    "es": "Demasiadas alarmas de noche en las cámaras frías. Queremos reducir las listas manuales.",
}


def _codes(language: str, body: str, severity: str = "") -> set[str]:
    sources = [
        {"id": "form:message", "text": _FORM[language]},
        {"id": "asset:sheet", "text": _SHEET[language]},
    ]
    record = {"id": "1", "subject": "", "body": body, "sources": sources}
    return {
        each["code"]
        for each in inspect_draft(record)["findings"]
        if each["severity"] != "info" and severity in ("", each["severity"])
    }


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "A member of our support team is always on hand for you, day and night."),
        ("en", "An engineer will be on site within the hour should anything break."),
        ("en", "We will look after the entire move for you."),
        ("en", "You will never have to pay for a spare part."),
        ("en", "Our rate will not go up as long as you stay with us."),
        ("en", "We match every cheaper quote that you are given."),
        ("en", "You have my word that nobody will be disappointed."),
        ("en", "The casing is made of recycled plastic in our own factory."),
        ("en", "The system understands spoken orders from the kitchen."),
        ("de", "Bei einer Störung steht noch am selben Tag ein Monteur vor Ihrer Tür."),
        ("de", "Ein Ausstieg ist jederzeit ohne Begründung drin."),
        ("de", "Den kompletten Umzug der Daten erledigen wir für Sie."),
        ("de", "Auf die Versandgebühr verzichten wir in Ihrem Fall."),
        ("de", "Der Preis wird sich niemals erhöhen."),
        ("de", "Wir stehen dafür ein, Sie werden zufrieden sein, mein Wort darauf."),
        ("de", "Das Gehäuse trägt ein unabhängiges Prüfsiegel."),
        ("fr", "Un dépanneur intervient chez vous le jour même."),
        ("fr", "Vous êtes libre d'annuler quand vous le souhaitez, sans justification."),
        ("fr", "Nous faisons tout le déménagement des données à votre place."),
        ("fr", "Notre tarif n'augmentera pas pendant dix ans."),
        ("fr", "Le boîtier est fabriqué dans nos ateliers en Bretagne."),
        ("fr", "Un interlocuteur personnel vous accompagne en permanence."),
        ("es", "Un especialista acudirá ese mismo día si surge un problema."),
        ("es", "Puede anular el contrato cuando quiera, sin motivo."),
        ("es", "Hacemos nosotros todo el traslado de datos."),
        ("es", "No tendrá que pagar por las piezas de recambio."),
        ("es", "La carcasa está hecha con plástico reciclado."),
        ("es", "Igualamos cualquier presupuesto más bajo."),
    ],
)
def test_what_binds_us_and_stands_nowhere_is_refused(language: str, body: str) -> None:
    assert any(one.startswith("ungrounded_") for one in _codes(language, body, "block"))


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "You want fewer manual lists for your cold rooms. You can cancel monthly."),
        ("en", "If you pay annually, you get 12 percent off. Accuracy is guaranteed for 5 years."),
        ("en", "Delivery takes 6 weeks from your order. Would you like the measurements at night?"),
        ("de", "Ihre Listen für die Kühlräume möchten Sie automatisieren."),
        ("de", "Bei jährlicher Zahlung sparen Sie 12 %. Sie können monatlich kündigen."),
        ("de", "Die Genauigkeit ist 5 Jahre garantiert. Die Lieferung dauert 6 Wochen."),
        ("fr", "Vous souhaitez moins de listes manuelles dans vos chambres froides."),
        ("fr", "Une fois la commande passée, la livraison prend 6 semaines."),
        ("fr", "La précision est garantie 5 ans. Vous pouvez résilier chaque mois."),
        ("es", "Quieren reducir las listas manuales de sus cámaras frías."),
        ("es", "Con el pago anual hay un descuento del 12 por ciento."),
        ("es", "La precisión está garantizada durante 5 años."),
    ],
)
def test_what_the_reader_wishes_or_the_sheet_tells_is_left(language: str, body: str) -> None:
    assert not _codes(language, body)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "We guarantee the accuracy of your alarms at night."),
        ("de", "Wir garantieren Ihnen ruhige Nächte."),
        ("fr", "Nous vous garantissons des nuits calmes."),
        ("es", "Le garantizamos noches tranquilas."),
    ],
)
def test_a_warranty_of_the_sheet_lets_nobody_guarantee_more(language: str, body: str) -> None:
    assert "prohibited_phrase" in _codes(language, body)
