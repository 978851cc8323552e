"""A/B tests: what can be run, who gets which variant, and what it asks of a mail."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.experiment import (
    MAX_SUBJECT_TEXT,
    Audience,
    Experiment,
    ExperimentState,
    Occasion,
    Variant,
    assign,
    checked,
    is_for,
    start,
    stop,
    treat,
)
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.planning import Ask
from salesagent_core.domain.treatment import (
    NO_TREATMENT,
    ExperimentKind,
    Hours,
    filled,
    placeholders,
)
from salesagent_core.errors import Conflict, InvalidInput

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENGLISH = Audience(languages=("en",))
TALK = Occasion(tier=Tier.HOT, language="en", intent="demo", ask=Ask.OFFER_MEETING, replying=False)
TWO = (Variant(name="A"), Variant(name="B", text="Shall I send you a proposal?"))


def a_test(**changes: Any) -> Experiment:
    given: dict[str, Any] = {
        "id": "test-1",
        "name": "Closing question",
        "kind": ExperimentKind.CALL_TO_ACTION,
        "variants": TWO,
        "audience": ENGLISH,
        "created_at": NOW,
        "created_by": "admin",
    }
    return Experiment(**(given | changes))


def running(**changes: Any) -> Experiment:
    return start(a_test(**changes), [], NOW)


@given(st.text(max_size=40), st.text(min_size=1, max_size=20))
def test_a_person_always_gets_the_same_variant(person: str, test_id: str) -> None:
    test = a_test(id=test_id)
    first = assign(test, person)
    assert first in test.variants
    assert assign(attrs.evolve(test, state=ExperimentState.RUNNING), person) == first


@settings(max_examples=20)
@given(st.lists(st.integers(1, 100), min_size=2, max_size=5), st.integers(0, 10_000))
def test_variants_share_people_by_their_weight(weights: list[int], salt: int) -> None:
    variants = tuple(
        Variant(name=str(number), weight=weight) for number, weight in enumerate(weights)
    )
    test = a_test(id=f"t{salt}", variants=variants)
    people = 4_000
    seen = Counter(assign(test, f"p{number}@x.example").name for number in range(people))
    for variant in variants:
        share = test.share(variant)
        spread = (share * (1 - share) / people) ** 0.5
        assert abs(seen[variant.name] / people - share) < 5 * spread + 1e-9


def test_two_tests_cut_people_independently() -> None:
    one, other = a_test(id="one"), a_test(id="other")
    pairs = Counter(
        (assign(one, str(number)).name, assign(other, str(number)).name) for number in range(4_000)
    )
    assert len(pairs) == 4
    assert all(850 < count < 1_150 for count in pairs.values())


def test_what_runs_asks_its_variant_and_is_noted() -> None:
    test = running()
    person = next(name for name in map(str, range(50)) if assign(test, name).name == "B")
    asked = treat([test], person, TALK)
    assert asked.call_to_action == "Shall I send you a proposal?"
    assert [each.variant for each in asked.assigned] == ["B"]
    other = next(name for name in map(str, range(50)) if assign(test, name).name == "A")
    as_it_is = treat([test], other, TALK)
    assert as_it_is.call_to_action is None
    assert [each.variant for each in as_it_is.assigned] == ["A"]


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "de"},
        {"ask": Ask.APOLOGISE},
        {"ask": Ask.HAND_OVER},
    ],
)
def test_who_is_not_meant_takes_no_part(changes: dict[str, Any]) -> None:
    assert treat([running()], "kim", attrs.evolve(TALK, **changes)) == NO_TREATMENT


def test_a_subject_is_not_tried_in_a_thread() -> None:
    test = running(kind=ExperimentKind.SUBJECT)
    assert is_for(test, TALK)
    assert not is_for(test, attrs.evolve(TALK, replying=True))


def test_an_audience_is_met_in_all_its_parts() -> None:
    test = a_test(audience=Audience(tiers=(Tier.HOT,), languages=("en",), intents=("demo",)))
    assert is_for(test, TALK)
    assert not is_for(test, attrs.evolve(TALK, tier=Tier.COLD))
    assert not is_for(test, attrs.evolve(TALK, intent="pricing"))


def test_tests_of_different_kinds_meet_in_one_mail() -> None:
    times = running(
        id="times",
        kind=ExperimentKind.SEND_TIME,
        audience=Audience(),
        variants=(
            Variant(name="early", hours=Hours(start=8, end=11)),
            Variant(name="late", hours=Hours(start=14, end=18)),
        ),
    )
    asked = treat([running(), times], "kim", TALK)
    assert {each.kind for each in asked.assigned} == {
        ExperimentKind.CALL_TO_ACTION,
        ExperimentKind.SEND_TIME,
    }
    assert asked.hours in (Hours(start=8, end=11), Hours(start=14, end=18))


def test_the_winner_is_used_by_everybody_and_not_counted() -> None:
    decided = stop(running(), "B", NOW + timedelta(days=30))
    assert decided.state is ExperimentState.DECIDED
    for person in map(str, range(20)):
        asked = treat([decided], person, TALK)
        assert asked.call_to_action == "Shall I send you a proposal?"
        assert asked.assigned == ()
    assert treat([stop(decided, None, NOW)], "kim", TALK) == NO_TREATMENT


def test_a_running_test_goes_before_an_earlier_winner() -> None:
    decided = stop(running(), "B", NOW)
    again = running(id="again", variants=(Variant(name="C"), Variant(name="D", text="Really?")))
    assert all(
        {each.experiment_id for each in treat([decided, again], str(n), TALK).assigned} == {"again"}
        for n in range(10)
    )


def test_one_test_of_a_kind_runs_at_a_time_and_each_runs_once() -> None:
    first = running()
    with pytest.raises(Conflict, match="another test"):
        start(a_test(id="second"), [first], NOW)
    subject = start(a_test(id="third", kind=ExperimentKind.SUBJECT), [first], NOW)
    assert subject.state is ExperimentState.RUNNING
    with pytest.raises(Conflict, match="make a new one"):
        start(stop(first, None, NOW), [], NOW)
    with pytest.raises(Conflict, match="cannot be stopped"):
        stop(a_test(), None, NOW)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": " "}, "name"),
        ({"variants": TWO[:1]}, "variants"),
        ({"variants": (Variant(name="A"), Variant(name="A", text="x"))}, "variants"),
        ({"variants": (Variant(name="A", text="x"), Variant(name="B", text="x"))}, "variants"),
        ({"variants": (Variant(name="A"), Variant(name="B", text="x\ny"))}, "variants[1].text"),
        ({"variants": (Variant(name="A", weight=0), TWO[1])}, "variants[0].weight"),
        (
            {"variants": (TWO[0], attrs.evolve(TWO[1], hours=Hours(start=9, end=10)))},
            "variants[1].hours",
        ),
        ({"audience": Audience()}, "audience.languages"),
        (
            {
                "kind": ExperimentKind.SUBJECT,
                "variants": (TWO[0], Variant(name="B", text="{address}")),
            },
            "variants[1].text",
        ),
        (
            {
                "kind": ExperimentKind.SUBJECT,
                "variants": (TWO[0], Variant(name="B", text="x" * (MAX_SUBJECT_TEXT + 1))),
            },
            "variants[1].text",
        ),
        (
            {
                "kind": ExperimentKind.SEND_TIME,
                "variants": (TWO[0], Variant(name="B", text="early please")),
            },
            "variants[1].text",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_place(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(a_test(**changes))
    assert where in [problem.where for problem in refused.value.problems]


def test_hours_stay_inside_the_sending_hours() -> None:
    for start_, end in ((7, 9), (9, 9), (12, 19), (15, 12)):
        with pytest.raises(InvalidInput):
            Hours(start=start_, end=end)


def test_a_template_is_filled_or_not_used() -> None:
    template = "{first_name}, a question about {company}"
    assert placeholders(template) == {"first_name", "company"}
    known = {"first_name": "Kim", "company": "Firm {x}"}
    assert filled(template, known) == "Kim, a question about Firm {x}"
    assert filled(template, {"first_name": "Kim", "company": None}) is None
    assert filled("No braces", {}) == "No braces"
    assert filled("{{literal}}", {}) == "{literal}"


@pytest.mark.parametrize(
    "template", ["{", "}", "{0}", "{}", "{first_name.x}", "{company!r}", "{company:9}"]
)
def test_a_template_reaches_nothing_else(template: str) -> None:
    with pytest.raises(InvalidInput):
        placeholders(template)


@given(st.text(max_size=60))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    try:
        names = placeholders(text)
    except InvalidInput:
        return
    assert filled(text, dict.fromkeys(names, "x")) is not None
