# ruff: noqa: E501  (texts are kept on one line)
"""Totals that a draft reckons item by item: the right one is left alone, a wrong one is found."""

from __future__ import annotations

import pytest

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding.check import check_grounding

CODES = {"ungrounded_price", "ungrounded_number"}
CASES = [
    ("es", "Queremos trazabilidad en una planta.", "Licencia anual 3.700 €. Módulo Frío 850 € al año. Implantación 4.600 €.", "La licencia anual son 3.700 €. El módulo Frío cuesta 850 € y la implantación 4.600 €. En total, {9.150} €.", ["9.450", "8.950"]),
    ("en", "We want ten cases of cups and ten of lids.", "Cups $64 a case, lids $46 a case. From 10 cases: 8 % off.", "Ten cases of cups ($64 each) and ten of lids ($46 each), so that makes $1,100. You get 8 % off, so {$1,012}.", ["$1,040", "$980"]),
    ("en", "Two screens for our windows.", "Screen £1,890. Installation: £260 for the first screen, £140 for each further screen.", "Two screens are £3,780, and installation is {£400} for both.", ["£450", "£380"]),
    ("de", "Ich habe zwei Wohnungen mit 40 qm und drei mit 65 qm.", "Reinigung bis 45 qm 62 €, bis 70 qm 84 €.", "Wir nehmen 62 € für die beiden kleineren und 84 € für die drei größeren. Wechseln alle, sind das {376 €}.", ["396 €", "356 €"]),
    ("fr", "Nous sommes 13 salariés, 2 pantalons et 4 polos par personne.", "Pantalon 37,90 € HT. Polo 14,20 € HT.", "Il vous faut {26} pantalons et 52 polos.", ["28", "24"]),
    ("fr", "Nous sommes 13 salariés, 2 pantalons et 4 polos par personne.", "Pantalon 37,90 € HT. Polo 14,20 € HT.", "- 26 pantalons à 37,90 € : {985,40} €", ["955,40", "998,40"]),
    ("de", "Wir sind 140 Leute.", "Auswertung 180 €, ab 20 Teilnehmenden. Je Station etwa 8 Personen pro Stunde.", "Die Auswertung kostet 180 €, sofern mindestens {20} Personen mitmachen.", ["25", "15"]),
    ("fr", "On a 17 camionnettes à suivre.", "Boîtier 59 € HT par véhicule, minimum 10 véhicules.", "Pour {17} véhicules, voici notre offre.", ["19", "15"]),
]  # fmt: skip


def found(body: str, asked: str, told: str, language: str) -> list[str]:
    sources = (
        Source(id="form.message", kind=SourceKind.FORM, label="message", text=asked),
        Source(id="house", kind=SourceKind.HOUSE, label="prices", text=told),
    )
    findings = check_grounding(body, sources, language=language)
    return [finding.code for finding in findings if finding.code in CODES]


@pytest.mark.parametrize(("language", "asked", "told", "draft", "wrong"), CASES)
def test_the_right_total_is_held_and_a_wrong_one_is_not(
    language: str, asked: str, told: str, draft: str, wrong: list[str]
) -> None:
    before, _, rest = draft.partition("{")
    right, _, after = rest.partition("}")
    assert found(before + right + after, asked, told, language) == []
    for value in wrong:
        assert found(before + value + after, asked, told, language), value
