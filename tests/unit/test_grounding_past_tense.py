"""What a draft tells of the past, in any words: held where a source tells it, found elsewhere."""

from __future__ import annotations

import pytest

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding

_NOTES = {
    "en": (
        "We repair 30 bicycles a week and write every job on cards.",
        "4 May: call about the job list. Met at Spokes Expo.",
    ),
    "de": (
        "Wir reparieren 30 Räder pro Woche und schreiben jeden Auftrag auf Karten.",
        "4. Mai: Telefonat zur Auftragsliste. Auf der Radmesse kennengelernt.",
    ),
    "fr": (
        "Nous réparons 30 vélos par semaine et notons tout sur des fiches.",
        "4 mai : appel au sujet des fiches. Rencontre au salon du vélo.",
    ),
    "es": (
        "Reparamos 30 bicicletas por semana y apuntamos todo en fichas.",
        "4 de mayo: llamada sobre las fichas. Encuentro en la feria de la bicicleta.",
    ),
}


def codes(body: str, language: str) -> set[str]:
    message, note = _NOTES[language]
    sources = [
        Source(id="mail", kind=SourceKind.MESSAGE, label="mail", text=message),
        Source(id="crm", kind=SourceKind.CRM, label="crm", text=note),
    ]
    return {one.code for one in check_grounding(body, sources, language=language)}


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "We fitted out the workshop of your sister firm."),
        ("en", "Your former manager swore by our product."),
        ("en", "I have been through this with our engineers."),
        ("en", "You came to our open evening."),
        ("en", "We have been looking after workshops for generations."),
        ("en", "We already supply your second shop."),
        ("en", "Since your visit to our plant we have thought about you."),
        ("de", "Ihre Chefin lobte unsere Lösung."),
        ("de", "Ein Muster haben wir bereits für Sie angefertigt."),
        ("de", "Gegründet wurde unser Haus von drei Schwestern."),
        ("de", "Wir beliefern bereits Ihre zweite Werkstatt."),
        ("de", "Ihr Chef unterschrieb den Vertrag bei uns."),
        ("fr", "Nous venons d'équiper un atelier de votre rue."),
        ("fr", "Votre associé était enchanté de notre outil."),
        ("fr", "J'en ai touché un mot à nos ingénieurs."),
        ("fr", "Nous équipons déjà votre deuxième atelier."),
        ("es", "Acabamos de equipar un taller de su calle."),
        ("es", "Su socio quedó encantado con nuestra herramienta."),
        ("es", "Ya le preparé una muestra."),
        ("es", "Ya suministramos a su segundo taller."),
    ],
)
def test_what_no_source_tells_has_not_happened(language: str, body: str) -> None:
    assert codes(body, language) & {"ungrounded_past", "ungrounded_customer"}


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "When we spoke on 4 May, the subject was the job list."),
        ("en", "So far you have written every job on cards."),
        ("en", "Does that sound like what you had in mind?"),
        ("en", "Anything you have not used can be sent back."),
        (
            "de",
            "Danke, dass Sie uns geschrieben haben, und für die Angaben, die Sie gemacht haben.",
        ),
        ("de", "So habe ich Sie verstanden: 30 Räder pro Woche."),
        ("de", "Wie viele Räder waren es im letzten Winter?"),
        ("de", "Bei unserem Telefonat am 4. Mai ging es um die Auftragsliste."),
        ("fr", "Nous nous sommes rencontrés au salon du vélo."),
        ("fr", "Cela correspond-il à ce que vous aviez en tête ?"),
        ("fr", "Nous avons bien reçu votre demande."),
        ("es", "Hasta ahora lo han apuntado todo en fichas."),
        ("es", "El 4 de mayo hablamos por teléfono sobre las fichas."),
        ("es", "Hemos recibido su mensaje."),
    ],
)
def test_what_a_source_tells_or_every_answer_says_is_held(language: str, body: str) -> None:
    assert "ungrounded_past" not in codes(body, language)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "The trade association recommends it."),
        ("de", "Der Fachverband empfiehlt es ausdrücklich."),
        ("fr", "C'est le modèle le plus vendu."),
        ("es", "Lleva un sello de calidad."),
    ],
)
def test_praise_and_rank_need_a_source(language: str, body: str) -> None:
    assert "ungrounded_customer" in codes(body, language)


_TOLD = {
    "en": (
        "We write 40 job cards a week. Our budget is 9,000 euros. "
        "Mara Tolvin recommended you to us.",
        "3 March 2026: took part in our webinar. 5 April 2026: download of the brochure.",
    ),
    "de": (
        "Wir schreiben 40 Karten pro Woche. Unser Budget liegt bei 9.000 Euro. "
        "Mara Tolvin hat Sie uns empfohlen.",
        "03.03.2026: Teilnahme am Webinar. 05.04.2026: Download der Broschüre.",
    ),
    "fr": (
        "Nous notons 40 fiches par semaine. Notre budget est de 9 000 euros. "
        "Mara Tolvin nous a recommandé votre maison.",
        "3 mars 2026 : participation au webinaire. 5 avril 2026 : téléchargement de la brochure.",
    ),
    "es": (
        "Apuntamos 40 fichas por semana. Nuestro presupuesto es de 9.000 euros. "
        "Mara Tolvin nos recomendó su empresa.",
        "3 de marzo de 2026: asistió al seminario web. 5 de abril de 2026: descargó el folleto.",
    ),
}


def past_codes(body: str, language: str, *, known: bool) -> set[str]:
    message, note = _TOLD[language] if known else _NOTES[language]
    sources = [
        Source(id="mail", kind=SourceKind.MESSAGE, label="mail", text=message),
        Source(id="crm", kind=SourceKind.CRM, label="crm", text=note),
    ]
    return {
        one.code
        for one in check_grounding(body, sources, language=language)
        if one.code == "ungrounded_past"
    }


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "I see that you attended our webinar on 3 March 2026."),
        ("en", "I hope the brochure you downloaded on 5 April was helpful."),
        ("en", "You have earmarked 9,000 euros for this project."),
        ("en", "You heard of us from Mara Tolvin."),
        ("de", "Am 3. März haben Sie laut unseren Notizen an unserem Webinar teilgenommen."),
        ("de", "Veranschlagt haben Sie dafür 9.000 Euro."),
        ("fr", "Je vois que vous avez assisté à notre webinaire le 3 mars."),
        ("fr", "J'espère que la brochure téléchargée le 5 avril vous a été utile."),
        ("fr", "Vous avez réservé 9 000 euros pour ce projet."),
        ("es", "Veo que participó en nuestro seminario web el 3 de marzo."),
        ("es", "Ha destinado 9.000 euros para este fin."),
        ("es", "Supo de nosotros por Mara Tolvin."),
    ],
)
def test_what_a_source_tells_may_be_told_in_any_words(language: str, body: str) -> None:
    assert not past_codes(body, language, known=True)
    assert past_codes(body, language, known=False)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "May I ask how you heard about us?"),
        ("en", "Your enquiry has reached the right place."),
        ("en", "Thank you for thinking of us. Is this what you were looking for?"),
        ("de", "Schön, dass Sie an uns gedacht haben. Wie sind Sie auf uns gestoßen?"),
        ("de", "Vielen Dank, dass Sie uns deswegen kontaktiert haben."),
        ("fr", "Cela correspond-il à ce que vous attendiez ?"),
        ("fr", "Je vois que vous êtes implantés en ville."),
        ("es", "Dígame cuándo le viene bien y hablamos por teléfono."),
        ("es", "Con mucho gusto lo comentamos en una llamada."),
    ],
)
def test_courtesies_states_and_proposals_tell_of_nothing(language: str, body: str) -> None:
    assert not past_codes(body, language, known=False)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "You joined our workshop in Leeds."),
        ("en", "I hope our last visit was helpful."),
        ("de", "Sie haben an unserer Messe teilgenommen."),
        ("fr", "Ce fut un plaisir de vous accueillir dans nos locaux."),
        ("es", "Le envío lo que comentamos ayer."),
        ("es", "Fue un placer recibirles en nuestra fábrica."),
    ],
)
def test_another_event_is_not_the_one_that_a_source_tells(language: str, body: str) -> None:
    assert past_codes(body, language, known=True)
