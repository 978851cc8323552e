"""A promise told in other words is held by what is ours, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.evidence import Source, SourceKind
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.grounding.check import check_grounding
from salesagent_core.domain.grounding.library import build_library
from salesagent_core.domain.grounding.retelling import readings, words_of
from salesagent_core.domain.text.thesaurus import concepts_of, meanings


def _ours(*texts: str) -> list[Source]:
    return [
        Source(id=f"asset.{n}", kind=SourceKind.ASSET, label="Terms", text=text)
        for n, text in enumerate(texts)
    ]


def _refused(body: str, sources: list[Source], language: str = "en") -> bool:
    found = check_grounding(body, sources, language=language)
    return any(each.severity is Severity.BLOCK for each in found)


@pytest.mark.parametrize(
    ("source", "told", "invented", "language"),
    [
        (
            "Free delivery within the county.",
            "Delivery costs you nothing within the county.",
            "Training your staff costs you nothing.",
            "en",
        ),
        (
            "Abholung und Entsorgung der Altgeräte kostenlos.",
            "Altgeräte holen wir ohne Aufpreis ab.",
            "Die Wartung übernehmen wir ohne Aufpreis.",
            "de",
        ),
        (
            "Résiliation possible chaque mois, sans frais.",
            "Vous pouvez résilier sans frais, chaque mois.",
            "Votre premier chantier est offert.",
            "fr",
        ),
        (
            "Cancelación gratuita hasta siete días antes.",
            "Puede cancelar sin coste hasta siete días antes.",
            "El montaje no le cuesta nada.",
            "es",
        ),
        (
            "Montage durch eigene Monteure ist im Preis inbegriffen.",
            "Installation is included in the price.",
            "Insurance is free of charge for the first year.",
            "en",
        ),
    ],
)
def test_a_promise_in_other_words_is_held_and_another_is_refused(
    source: str, told: str, invented: str, language: str
) -> None:
    assert not _refused(told, _ours(source), language)
    assert _refused(invented, _ours(source), language)


def test_what_a_stranger_wrote_holds_no_promise() -> None:
    asked = Source(
        id="form", kind=SourceKind.FORM, label="Form", text="You deliver free of charge to Leeds."
    )
    assert _refused("Delivery to Leeds is free of charge.", [asked])


def test_what_the_sources_deny_is_refused() -> None:
    assert _refused("We offer a free trial.", _ours("We do not offer a free trial."))


@given(
    left=st.lists(st.sampled_from("pump valve filter hose tank nozzle".split()), max_size=6),
    right=st.lists(st.sampled_from("lamp cable switch socket fuse plug".split()), max_size=6),
)
@settings(max_examples=30, deadline=None)
def test_the_shares_are_shares_and_own_words_are_found(left: list[str], right: list[str]) -> None:
    library = build_library(_ours(" ".join(left) or "nothing"), ())
    own = readings(words_of(" ".join(left), "en"), library.passages, all_count=False)
    both = readings(words_of(" ".join(left + right), "en"), library.passages, all_count=False)
    for values in (own, both):
        for name in ("anywhere", "in_one", "in_one_source", "with_concept"):
            assert 0.0 <= values[name] <= 1.0 + 1e-9
        assert values["in_one"] <= values["in_one_source"] <= values["anywhere"]
    assert not left or own["in_one"] == pytest.approx(1.0)
    assert both["in_one"] <= own["in_one"] or not left


def test_words_mean_the_same_across_languages() -> None:
    for english, other, language in (
        ("training", "schulung", "de"),
        ("insurance", "assurance", "fr"),
        ("warehouse", "almacen", "es"),
    ):
        assert concepts_of(english, "en") & concepts_of(other, language), (english, other)
    assert not concepts_of("training", "en") & concepts_of("rabatt", "de")


def test_a_phrase_means_what_it_says_as_a_whole() -> None:
    free = concepts_of("kostenlos", "de")
    words = meanings("we deliver free of charge", "en")
    assert [word.word for word in words if word.concepts & free] == ["free", "of", "charge"]
