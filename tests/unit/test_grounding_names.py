# ruff: noqa: E501  (mails are kept on one line)
"""Names of a draft: who is greeted, who signs, and capitals that name nobody."""

from __future__ import annotations

import pytest

from salesagent_core.domain.claims.facts import facts_of, read_text
from salesagent_core.domain.claims.names import Name
from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding
from salesagent_core.domain.text.word_forms import is_word

FACTS = {
    "en": ("Name: Ms Orla Whitcombe\nCompany: Fernhill Joinery", "Sender: Noel Pickard, Tidemark"),
    "de": ("Name: Frau Orla Wittkamp\nFirma: Holzbau Fernholz", "Absender: Noel Pickert, Tidemark"),
    "fr": (
        "Nom : Madame Orla Vitray\nSociété : Atelier Fernel",
        "Expéditeur : Noel Picard, Tidemark",
    ),
    "es": (
        "Nombre: Sra. Orla Vitoria\nEmpresa: Taller Fernal",
        "Remitente: Noel Picardo, Tidemark",
    ),
}
OFFER = {
    "en": "Price £40 a month. Hosting in Leeds. We met at the Quayside Fair.",
    "de": "Preis 40 € im Monat. Serverstandort Erfurt. Gespräch auf der Ofenmesse.",
    "fr": "Prix 40 € par mois. Hébergement à Nantes. Rencontre au Salon du Quai.",
    "es": "Precio 40 € al mes. Alojamiento en Gijón. Nos vimos en la Feria del Muelle.",
}
MAIL = {
    "en": "Dear Ms Whitcombe,\n\nIt costs {0}.\n\nMany thanks and best regards\nNoel Pickard\nAccount Manager\nTidemark",
    "de": "Guten Tag Frau Wittkamp,\n\nes kostet {0}.\n\nViele Grüße aus Erfurt\nNoel Pickert\nLeiter Vertrieb\nTidemark",
    "fr": "Bonjour Madame Vitray,\n\nLe prix est de {0}.\n\nBelle journée à vous\nNoel Picard\nTidemark",
    "es": "Buenos días, Orla:\n\nCuesta {0}.\n\nReciba un saludo\nNoel Picardo\nTidemark",
}


def names_in(body: str, language: str) -> list[str]:
    form, sender = FACTS[language]
    sources = [
        Source(id="form", kind=SourceKind.FORM, label="form", text=form),
        Source(id="crm", kind=SourceKind.CRM, label="crm", text=sender),
        Source(id="asset", kind=SourceKind.OPERATOR, label="asset", text=OFFER[language]),
    ]
    return [
        body[one.start : one.end]
        for one in check_grounding(body, sources, language=language)
        if one.code == "ungrounded_name"
    ]


@pytest.mark.parametrize("language", list(MAIL))
@pytest.mark.parametrize("price", ["EUR 40", "40 EUR", "40 GBP", "USD 40"])
def test_a_whole_mail_with_the_code_of_a_currency_names_nobody_new(
    language: str, price: str
) -> None:
    assert names_in(MAIL[language].format(price), language) == []


@pytest.mark.parametrize(
    ("language", "true", "invented"),
    [
        ("en", "Ms Whitcombe", "Ms Lamb"),
        ("en", "Ms Whitcombe", "Orla Baker"),
        ("en", "Ms Whitcombe", "Ms Pickard"),
        ("en", "Noel Pickard", "Victor Lamb"),
        ("en", "Noel Pickard", "Noel Whitcombe"),
        ("en", "Noel Pickard", "Orla Whitcombe"),
        ("en", "\nTidemark", "\nHarbour Tools"),
        ("de", "Frau Wittkamp", "Frau Reuter"),
        ("de", "Frau Wittkamp", "Orla Schneider"),
        ("de", "Frau Wittkamp", "Frau Pickert"),
        ("de", "Noel Pickert", "Marco Brandt"),
        ("de", "Noel Pickert", "Noel Winter"),
        ("fr", "Madame Vitray", "Madame Nivelle"),
        ("fr", "Noel Picard", "Marc Olivet"),
        ("fr", "Noel Picard", "Noel Marchand"),
        ("es", "Orla:", "Rosa:"),
        ("es", "Noel Picardo", "Rubén Campos"),
        ("es", "\nTidemark", "\nTaller Norte"),
    ],
)
def test_a_wrong_name_in_the_greeting_or_under_the_mail_is_found(
    language: str, true: str, invented: str
) -> None:
    body = MAIL[language].format("40")
    assert true in body
    assert names_in(body.replace(true, invented), language)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Your start is 12 August. Two of us can call."),
        ("en", "Dear Customer,"),
        ("de", "Die Genauigkeit stimmt. Gehostet wird in Erfurt."),
        ("de", "Ab 20 Betten gewähren wir fünf Prozent Rabatt."),
        ("de", "Das Hemd gibt es von S bis 5XL. Schnelllauftore auch."),
        ("de", "Sie besuchen gern jede Fachmesse. Vorgeschlagen war die Hausmesse."),
        ("fr", "Il reste utilisable. Jusqu'à demain, tout va bien. Lorsqu'il pleut aussi."),
        ("fr", "Nous appelons. Mangeons ensemble. Envoyez la liste."),
        ("es", "La fecha es el 20 de julio. Administran las fincas. Quieren cambiar."),
        ("es", "Es sencillo. Incluye la formación. Retomo nuestra llamada. Estoy disponible."),
        ("es", "Es de la XS a la 4XL. Hicimos una prueba. Consiguieron ahorrar."),
    ],
)
def test_ordinary_words_name_nobody(language: str, line: str) -> None:
    assert names_in(line, language) == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "The data centre is in Derby."),
        ("en", "We met at the Harbour Fair."),
        ("de", "Gehostet wird in Ulm."),
        ("de", "Unser Rechenzentrum steht in Erlenbach."),
        ("de", "Wir sprachen auf der Hafenmesse."),
        ("de", "Wir sprachen auf der Betriebsforum-Messe."),
        ("de", "Auch Klinik am Erlenbach gehört dazu."),
        ("de", "Wir schreiben für Katrin Winter."),
        ("fr", "Tout est hébergé à Metz."),
        ("es", "Lo lleva Rosa Abellán."),
    ],
)
def test_a_place_a_fair_or_a_person_that_no_source_names_is_found(language: str, line: str) -> None:
    assert names_in(line, language)


@pytest.mark.parametrize(
    ("language", "forms", "names"),
    [
        ("en", "planned applies cheaper", "haskell creswick"),
        ("de", "gehostet eingerichtete vereinbartem rolltor", "uhlig zellner"),
        ("fr", "envoient appelle ferions pourriez", "coudray savary"),
        ("es", "incluye retomo consiguieron estuvimos apuntaban conozco", "urrutia benavent"),
    ],
)
def test_inflected_words_are_words_and_names_are_not(language: str, forms: str, names: str) -> None:
    assert [one for one in forms.split() if not is_word(one, language)] == []
    assert [one for one in names.split() if is_word(one, language)] == []


@pytest.mark.parametrize(
    ("language", "line", "names"),
    [
        ("fr", "Chez Moreau SARL, tout va bien.", ["moreau sarl"]),
        ("de", "Das läuft seit 2024 bei Kranich & Söhne.", ["kranich sohne"]),
        ("es", "Más en https://www.verde.example/folleto Llámenos cuando quiera.", []),
        ("es", "Más en https://www.verde.example/folleto Rovira le atiende.", ["rovira"]),
    ],
)
def test_a_house_begins_behind_its_preposition_and_a_sentence_behind_a_link(
    language: str, line: str, names: list[str]
) -> None:
    found = facts_of(read_text(line, language), frozenset())
    assert [" ".join(one.value.tokens) for one in found if isinstance(one.value, Name)] == names
