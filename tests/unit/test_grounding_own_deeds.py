# ruff: noqa: E501  (sentences are kept on one line)
"""What our side undertakes to do needs a source; what every sales mail offers needs none, and a
term is as true as the figure beside it."""

from __future__ import annotations

import pytest

from salesagent_core.use_cases.inspect import inspect_draft

_SHEET = {
    "en": "Acme Flow plans routes for delivery vans. Free trial: 30 days. Notice period: 6 weeks. Clients who pay yearly get 12% off. Shipping 40 EUR, free from 900 EUR.",
    "de": "Acme Flow plant Touren für Lieferwagen. Kostenlose Testphase: 30 Tage. Kündigungsfrist: 6 Wochen. Bei jährlicher Zahlung 12 % Rabatt. Versand 40 EUR, ab 900 EUR kostenlos.",
    "fr": "Acme Flow planifie les tournées de livraison. Essai gratuit : 30 jours. Préavis de résiliation : 6 semaines. Les clients qui paient à l'année ont 12 % de remise. Livraison 40 EUR ; offerte dès 900 EUR.",
    "es": "Acme Flow planifica rutas de reparto. Prueba gratuita: 30 días. Plazo de preaviso: seis semanas. Quien paga anualmente obtiene un 12 % de descuento. Envío 40 EUR, gratis desde 900 EUR.",
}


def _promises(language: str, sentence: str) -> set[str]:
    record = {
        "id": "1",
        "subject": "Acme Flow",
        "body": sentence,
        "sources": [{"id": "asset:sheet", "text": _SHEET[language]}],
        "language": language,
    }
    return {
        each["code"]
        for each in inspect_draft(record)["findings"]
        if each["severity"] == "block" and each["code"] == "ungrounded_promise"
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You will be given a dedicated project lead."),
        ("en", "We will train all your drivers in the first week."),
        ("en", "I'll see to it that you are live before Easter."),
        ("en", "We will wire up your warehouse scanners."),
        ("en", "You'll have a signed contract on your table."),
        ("en", "We will collect the old devices without charging you."),
        ("de", "Wir werden alle Ihre Fahrer schulen."),
        ("de", "Sie bekommen eine eigene Projektleiterin."),
        ("de", "Ich sorge dafür, dass Sie vor Ostern startklar sind."),
        ("de", "Wir schließen für Sie die Scanner im Lager an."),
        ("de", "Ich habe Ihnen eine Lizenz reservieren lassen."),
        ("de", "Wir montieren Ihnen die Halterungen."),
        ("fr", "Nous formerons tous vos chauffeurs."),
        ("fr", "Une cheffe de projet vous sera attribuée."),
        ("fr", "Je veillerai à ce que vous soyez prêts avant Pâques."),
        ("fr", "Nous raccorderons vos lecteurs d'entrepôt."),
        ("fr", "Nous enlèverons vos anciens appareils sans vous facturer quoi que ce soit."),
        ("es", "Formaremos a todos sus conductores."),
        ("es", "Tendrá una jefa de proyecto propia."),
        ("es", "Me encargaré de que esté listo antes de Pascua."),
        ("es", "Conectaremos los lectores de su almacén."),
        ("es", "Recogeremos sus aparatos antiguos sin cobrarles."),
        ("en", "You can cancel at any time, with 6 weeks' notice or without."),
        ("es", "Puede cancelar sin preaviso en las primeras seis semanas."),
    ],
)
def test_an_undertaking_that_no_source_tells_is_refused(language: str, sentence: str) -> None:
    assert _promises(language, sentence)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We'll be happy to walk you through it."),
        ("en", "I'll make sure the right colleague answers you."),
        ("en", "We will find a time that suits you."),
        ("en", "I'll keep it short."),
        ("en", "Do get back to me if anything is unclear."),
        ("en", "I will close your request if I do not hear from you."),
        ("de", "Ich werde Ihnen einen Vorschlag machen."),
        ("de", "Wir finden für Sie einen passenden Termin."),
        ("de", "Dann werde ich den Termin eintragen."),
        ("de", "Ich werde mich kurz fassen."),
        ("fr", "Nous trouverons ensemble un créneau."),
        ("fr", "Je prendrai le temps de vous expliquer."),
        ("fr", "Je vous laisserai réfléchir."),
        ("es", "Si quiere, podemos verlo juntos."),
        ("es", "Nos pondremos en contacto con usted."),
        ("es", "Le deseo un buen día."),
        ("en", "You can cancel the contract; the notice period for that is 6 weeks."),
        ("de", "Ausprobieren lässt sich Acme Flow 30 Tage lang, ohne dass Kosten entstehen."),
        ("fr", "Le contrat est résiliable, moyennant un préavis de six semaines."),
        ("fr", "Si vous réglez à l'année, vous économisez 12 %."),
        ("fr", "La livraison coûte 40 € et devient gratuite à partir de 900 €."),
        ("es", "Puede cancelar con un preaviso de seis semanas."),
        ("es", "La prueba gratuita dura 30 días."),
    ],
)
def test_an_offer_to_talk_and_a_term_with_its_figure_pass(language: str, sentence: str) -> None:
    assert not _promises(language, sentence)
