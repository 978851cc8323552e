"""Voice profiles that come from outside, and texts held beside them."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.voice import HOUSE_VOICE, Opener, VoiceProfile
from salesagent_core.domain.voice_learning import learn_voice
from salesagent_core.domain.voice_profiles import (
    MAX_LIST,
    compare_voice,
    profile_as_data,
    read_profile,
    relearned,
)
from salesagent_core.errors import InvalidInput

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
profiles = st.builds(
    VoiceProfile,
    name=words,
    greeting=words,
    tone=words,
    opener=st.sampled_from(list(Opener)),
    max_paragraphs=st.integers(1, 10),
    formality=st.floats(0, 1),
    typical_words=st.floats(1, 400),
    prohibited_words=st.lists(words, max_size=5).map(tuple),
    greetings=st.dictionaries(st.sampled_from(["de", "en", "fr"]), words).map(
        lambda pairs: tuple(sorted(pairs.items()))
    ),
    punctuation=st.dictionaries(st.sampled_from("!;:"), st.floats(0, 9)).map(
        lambda pairs: tuple(sorted(pairs.items()))
    ),
    vocabulary=st.lists(words, max_size=9).map(tuple),
)


@given(profiles)
def test_a_document_reads_back_as_the_same_profile(profile: VoiceProfile) -> None:
    document = json.loads(json.dumps(profile_as_data(profile)))
    assert read_profile(document) == profile


def test_what_is_left_out_is_the_houses() -> None:
    assert read_profile({"name": "anna"}) == attrs.evolve(HOUSE_VOICE, name="anna")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], ""),
        ({"nam": "x"}, "nam"),
        ({"format": "salesagent.voice/2"}, "format"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"greeting": "Hello\nBcc: x"}, "greeting"),
        ({"tone": 3}, "tone"),
        ({"opener": "shout"}, "opener"),
        ({"formality": 1.2}, "formality"),
        ({"formality": float("nan")}, "formality"),
        ({"formality": True}, "formality"),
        ({"max_words": 0}, "max_words"),
        ({"max_words": 12.5}, "max_words"),
        ({"typical_words": 0}, "typical_words"),
        ({"greetings": [["en", "Hi"]]}, "greetings"),
        ({"greetings": {"en": "Hi\x07"}}, "greetings"),
        ({"punctuation": {"!": -1}}, "punctuation"),
        ({"prohibited_words": "synergy"}, "prohibited_words"),
        ({"vocabulary": ["x"] * (MAX_LIST + 1)}, "vocabulary"),
    ],
)
def test_what_is_no_profile_is_refused_with_the_place(data: Any, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_profile(data)
    assert where in [problem.where for problem in refused.value.problems]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from([field.name for field in attrs.fields(VoiceProfile)]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_any_data_are_a_profile_or_refused(data: Any) -> None:
    try:
        profile = read_profile(data)
    except InvalidInput:
        return
    assert read_profile(profile_as_data(profile)) == profile


MAILS = [
    f"Hi Kim,\n\nThanks for your mail about order {n}. It's on its way, isn't it?\n\nCheers,\nAnna"
    for n in range(6)
]


def test_a_text_is_held_beside_the_profile() -> None:
    profile = learn_voice("anna", MAILS)
    own = compare_voice("Your order", MAILS[0], profile)
    assert own.findings == ()
    stiff = compare_voice(
        "Synergy",
        "Dear Ms Kim,\n\nI should be delighted to leverage the synergies that our two most esteemed"
        " houses would assuredly enjoy if we were to meet at your earliest convenience.\n\n"
        "Yours sincerely,\nAnna",
        profile,
    )
    assert {"voice_prohibited_word", "voice_long_sentences"} <= {f.code for f in stiff.findings}
    formality = next(each for each in stiff.measures if each.name == "formality")
    assert formality.text > formality.profile + 0.3
    assert compare_voice("", "  ", profile).measures == ()


def test_learning_again_keeps_what_people_set() -> None:
    mine = attrs.evolve(HOUSE_VOICE, name="anna", max_words=90, tone="dry", prohibited_words=("x",))
    again = relearned(mine, learn_voice("anna", MAILS))
    assert (again.max_words, again.tone, again.prohibited_words) == (90, "dry", ("x",))
    assert again.samples == len(MAILS)
    assert again.greeting_in("en") == "Hi"
