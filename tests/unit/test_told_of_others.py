"""What a draft tells of other people: held by what they wrote and by the notes, in any words."""

from __future__ import annotations

import pytest

from salesagent_core.domain.evidence import Source
from salesagent_core.domain.grounding.check import check_grounding
from salesagent_core.use_cases.inspect import source_of

SOURCES = {
    "en": {
        "form.message": "We need 3 kennels cleaned daily. My partner Sam would like a quote.",
        "crm.note": "Rang Ruth 17 Nov 2026: keen on evening visits. Sam asked about disinfectants.",
        "asset.kpi": "Visits on time in 2025: 96.4 %.",
    },
    "de": {
        "form.message": "Wir suchen Kassen. Unser Steuerberater hat uns auf die TSE hingewiesen.",
        "crm.notiz": "18.11.2026 Telefonat: Hr. Frank hat ein Gerät angesehen, war ihm zu teuer.",
        "asset.a": "Kasse Korn: 1.290 € je Gerät. 2025: 98,2 % Verfügbarkeit.",
    },
    "fr": {
        "mail.1": "De Marc Vidal, 15 novembre : voici deux photos du liner, il est percé.",
        "asset.a": "Pose en 2 jours. Hébergement à Rennes.",
        "asset.b": "Étude de cas Moulages Berthier : 14 % d'électricité en moins en un an.",
    },
    "es": {
        "crm.nota": "Llamada 19/11/2026: su hermano Paco preguntó por el ruido.",
        "asset.a": "Alquiler compresor: 35 € al día. 69 dB.",
    },
}
TRUE = [
    ("en", "As you were keen on evening visits, I have priced those."),
    ("en", "Sam asked about disinfectants."),
    ("en", "If you liked the idea, we could start soon."),
    ("en", "At present we read due dates from paper."),
    ("en", "Last year 96.4 % of our visits were on time."),
    ("de", "Die TSE, auf die Ihr Steuerberater Sie hingewiesen hat, ist dabei."),
    ("de", "Das Gerät, das Sie sich angesehen haben, war Ihnen zu teuer."),
    ("de", "Letztes Jahr lag die Verfügbarkeit bei 98,2 %."),
    ("fr", "Merci pour les deux photos que vous avez jointes le 15 novembre."),
    ("fr", "Les données sont hébergées en France, à Rennes."),
    ("fr", "Chez Moulages Berthier, la consommation d'électricité a baissé de 14 % en un an."),
    ("es", "Gracias por atendernos por teléfono el día 19."),
    ("es", "Su hermano Paco preguntó por el ruido."),
]
INVENTED = [
    ("en", "Your deputy asked about exporting the rota."),
    ("en", "On the phone you were inclined to take the larger team."),
    ("en", "As we found with the school next door, evenings are quiet."),
    ("en", "That is how it already works at more than 120 practices."),
    ("en", "Until then the team stays reserved for you."),
    ("en", "Last year 91 % of our visits were on time."),
    ("de", "Die Kasse, die Sie auf unserer Hausmesse ausprobiert haben, ist die Korn."),
    ("de", "Im Gespräch neigten Sie eher zur Miete."),
    ("de", "Bei Verspätung übernehmen wir die Druckkosten."),
    ("de", "Wir schreiben Ihnen den doppelten Betrag gut."),
    ("fr", "Merci d'être passé à notre atelier, où vous avez vu la machine en marche."),
    ("fr", "Vous penchiez plutôt pour la formule annuelle."),
    ("fr", "Les données sont hébergées en Allemagne, à Berlin."),
    ("es", "Veo que ya probó nuestra versión de demostración."),
    ("es", "Hasta entonces, la fecha queda reservada para usted."),
    ("es", "Como comprobamos en el hotel de al lado, aguanta bien."),
]


def _sources(language: str) -> list[Source]:
    return [source_of(name, text) for name, text in SOURCES[language].items()]


@pytest.mark.parametrize(("language", "said"), TRUE)
def test_what_they_or_the_notes_told_may_be_said(language: str, said: str) -> None:
    assert check_grounding(f"{said}\n", _sources(language), language=language) == ()


@pytest.mark.parametrize(("language", "said"), INVENTED)
def test_what_nobody_told_is_refused(language: str, said: str) -> None:
    assert check_grounding(f"{said}\n", _sources(language), language=language)
