# ruff: noqa: E501  (texts are kept on one line)
"""A number that follows from the sources is left alone; one that nearly follows is found."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.grounding import sums
from salesagent_core.domain.grounding.check import check_grounding


def number_codes(body: str, asked: str, price_list: str, language: str) -> list[str]:
    sources = (
        Source(id="form.message", kind=SourceKind.FORM, label="message", text=asked),
        Source(id="house", kind=SourceKind.HOUSE, label="prices", text=price_list),
    )
    return [
        finding.code
        for finding in check_grounding(body, sources, language=language)
        if finding.code
        in {"ungrounded_price", "ungrounded_number", "ungrounded_duration", "ungrounded_time"}
    ]


CASES = [
    # language, what was asked, price list, draft, the wrong values that must not pass
    (
        "en",
        "We are 34 drivers.",
        "Driver licence: EUR 17 per driver and month.",
        "The licence is €17 per driver a month, so {€578} a month for all 34 drivers.",
        ["€558", "€612", "€500"],
    ),
    (
        "en",
        "One desk with the lamp, please.",
        "Desk: GBP 1,240. Lamp: GBP 165.",
        "The desk is £1,240 and the lamp £165, which comes to {£1,405}.",
        ["£1,395", "£1,450", "£1,305"],
    ),
    (
        "en",
        "We have six sites.",
        "First site GBP 230, each further site GBP 145.",
        "For the six sites the fee would be {£955}: £230 for the first and £145 for each of the others.",
        ["£925", "£985", "£890"],
    ),
    (
        "en",
        "We need 40 chairs.",
        "Chair GBP 186. From 30 chairs you get 5 % off.",
        "At £186 each, 40 chairs come to £7,440. With 5% off that makes {£7,068}.",
        ["£7,168", "£6,996"],
    ),
    (
        "en",
        "Our text has 22,400 words.",
        "Price: EUR 0.13 per word.",
        "At €0.13 a word, your 22,400 words would come to {€2,912}.",
        ["€2,812", "€3,012"],
    ),
    (
        "en",
        "Which saw do you have?",
        "Table saw: blade 315 mm, weight 1.9 t, payback 3.5 years, 32 A.",
        "The saw has a blade of {31.5 cm}, weighs 1,900 kg, needs a 32 amp supply and pays back in three and a half years.",
        ["35 cm", "30.5 cm"],
    ),
    (
        "de",
        "Wir brauchen 16 Stühle.",
        "Stuhl: 143 EUR netto.",
        "Ein Stuhl kostet 143 € netto, für alle 16 zusammen also {2.288 €}.",
        ["2.388 €", "2.160 €"],
    ),
    (
        "de",
        "Wir brauchen die Prüfung dazu.",
        "Kurs 1.460 €, Prüfung 135 €.",
        "Mit Prüfung kostet der Kurs {1.595 €} (1.460 € plus 135 €).",
        ["1.695 €", "1.575 €"],
    ),
    (
        "de",
        "Es sind 260 Kinder.",
        "150 g je Kind.",
        "Jedes Kind bekommt 150 g, bei 260 Kindern sind das {39} kg.",
        ["36", "42"],
    ),
    (
        "de",
        "Unser Haus hat 14 Wohnungen.",
        "Grundpreis 1.350 €, dazu 45 € je Wohnung.",
        "Für 14 Wohnungen ergibt sich {1.980 €}: 1.350 € plus 14 × 45 €.",
        ["1.890 €", "2.080 €"],
    ),
    (
        "fr",
        "Nous sommes 7 kinés.",
        "43 € par mois et par praticien.",
        "L'abonnement coûte 43 € par mois et par praticien, soit {301 €} pour les 7 praticiens.",
        ["311 €", "290 €"],
    ),
    (
        "fr",
        "Il nous faut le support.",
        "Écran : 890 € HT. Support : 145 € HT.",
        "L'écran coûte 890 € HT et le support 145 € HT ; au total, cela fait {1 035 €} HT.",
        ["1 135 €", "995 €"],
    ),
    (
        "es",
        "Tenemos 8 hectáreas.",
        "El riego cuesta 1.730 € por hectárea.",
        "La hectárea sale por 1.730 €; para sus 8 hectáreas serían {13.840 €} en total.",
        ["13.480 €", "14.200 €"],
    ),
    (
        "es",
        "Queremos el curso con la gestión.",
        "Curso 1.150 €. Gestión 85 €.",
        "El curso cuesta 1.150 € y la gestión 85 €, es decir, {1.235 €} en total.",
        ["1.335 €", "1.200 €"],
    ),
    (
        "es",
        "¿Cuánto tarda el ciclo?",
        "Ciclo 25-45 s. Entrega 24/48 h.",
        "El ciclo dura entre 25 y {45 segundos}.",
        ["55 segundos", "40 segundos"],
    ),
]


@pytest.mark.parametrize(("language", "asked", "prices", "draft", "wrong"), CASES)
def test_what_follows_is_left_alone_and_what_does_not_is_found(
    language: str, asked: str, prices: str, draft: str, wrong: list[str]
) -> None:
    before, _, rest = draft.partition("{")
    right, _, after = rest.partition("}")
    assert number_codes(before + right + after, asked, prices, language) == []
    for value in wrong:
        assert number_codes(before + value + after, asked, prices, language), value


def test_two_invented_numbers_do_not_carry_each_other() -> None:
    codes = number_codes(
        "It costs €32 per driver, so €800 a month for your 25 drivers.",
        "We are 25 drivers.",
        "Driver licence: EUR 29 per driver and month.",
        "en",
    )
    assert codes.count("ungrounded_price") == 2


def test_a_count_that_is_only_supposed_is_left_alone_and_one_that_is_claimed_is_found() -> None:
    prices = "Stop: GBP 180 each, each further language GBP 75 per stop."
    draft = "A stop costs £180, a further language £75. To give you an idea: 24 stops would be {}."
    assert number_codes(draft.format("£4,320"), "What does it cost?", prices, "en") == []
    assert number_codes(draft.format("£4,920"), "What does it cost?", prices, "en")
    claimed = "For example, we serve 310 museums and that would be a good sign."
    assert number_codes(claimed, "What does it cost?", prices, "en")


def test_a_sum_that_nobody_reckons_is_found() -> None:
    assert number_codes(
        "We deliver 60 boxes. Our hall holds 75 racks.",
        "We need 60 boxes for 15 shops.",
        "Delivery of 60 boxes for 15 shops.",
        "en",
    )


@settings(max_examples=40, deadline=None)
@given(
    unit=st.integers(11, 900), count=st.integers(3, 90), off=st.sampled_from([-0.2, -0.1, 0.1, 0.2])
)
def test_the_product_passes_and_a_value_beside_it_does_not(
    unit: int, count: int, off: float
) -> None:
    """A price next to the product, by ten percent and an odd sum, follows from nothing."""
    draft = "The price is €{} per bike, so €{} in total for your {} bikes."
    asked, prices = f"We need {count} bikes.", f"Bike: EUR {unit} each."
    right = unit * count
    beside = round(right * (1 + off)) + 1
    assert number_codes(draft.format(unit, right, count), asked, prices, "en") == []
    if beside not in (right, unit, unit + count, unit * (count + 1), unit * (count - 1)):
        assert number_codes(draft.format(unit, beside, count), asked, prices, "en")


@given(st.lists(st.floats(1, 10_000), min_size=1, max_size=40), st.integers(12, 999))
def test_the_more_values_could_be_meant_the_less_is_believed(
    values: list[float], goal: int
) -> None:
    """Where a formula gives whatever one likes, a hit says nothing."""
    crowd = [goal * (0.8 + index / 1000) for index in range(400)]
    assert not sums.follows([goal], [[*values, *crowd, goal]], 0.1)


def test_hundreds_of_numbers_are_reckoned_in_bounded_time() -> None:
    rows = " ".join(
        f"Item {n}: €{n * 37 + 11}, so €{n * 91 + 5} for {n + 2} pieces." for n in range(150)
    )
    began = time.process_time()
    number_codes(rows, rows[:4_000], rows[4_000:8_000], "en")
    assert time.process_time() - began < 10
