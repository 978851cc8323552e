"""How mail does, in words that a person can act upon."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.outcomes.performance import (
    Dimension,
    GroupCounts,
    assess_performance,
    rate_of,
)
from salesagent_core.errors import InvalidInput


def group(key: str, sent: int, replied: int, **more: Any) -> GroupCounts:
    return GroupCounts(key=key, sent=sent, replied=replied, positive=0, meetings=0, **more)


def said(*groups: GroupCounts, by: Dimension = Dimension.VOICE) -> dict[str, str]:
    return {each.counts.key: each.recommendation for each in assess_performance(groups, by)}


def test_few_mails_tell_nothing() -> None:
    found = said(group("anna", 12, 6), group("house", 300, 30))
    assert found["anna"] == "too few to tell: 12 sent, 30 needed"


def test_lower_for_certain_names_what_to_do() -> None:
    found = said(group("anna", 300, 6), group("house", 300, 90))
    expected = "replies are lower than elsewhere for certain: review the voice"
    assert found["anna"] == expected
    assert "higher than elsewhere" in found["house"]
    by_rule = said(group("a", 300, 6), group("b", 300, 90), by=Dimension.RULE)
    assert "tighten the rule" in by_rule["a"]


def test_a_small_difference_is_none() -> None:
    found = said(group("anna", 100, 18), group("house", 100, 22))
    assert all("not different" in each for each in found.values())


def test_alone_there_is_nothing_to_compare_with() -> None:
    assert said(group("house", 300, 90)) == {"house": "nothing to compare with yet"}


def test_drafts_that_are_rewritten_are_mentioned() -> None:
    found = said(group("anna", 100, 20, similarity=0.55), group("house", 100, 20, similarity=0.97))
    assert "people rewrite much of these drafts (55% alike)" in found["anna"]
    assert "rewrite" not in found["house"]


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidInput):
        group("x", 3, 4)


@given(
    st.lists(
        st.integers(0, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        max_size=24,
    ),
    st.sampled_from(list(Dimension)),
)
def test_every_group_has_rates_inside_their_bounds(
    pairs: list[tuple[int, int]], by: Dimension
) -> None:
    groups = [group(str(n), sent, replied) for n, (sent, replied) in enumerate(pairs)]
    for found in assess_performance(groups, by):
        rate = found.reply
        assert 0 <= rate.low <= rate.high <= 1
        assert rate.rate is None or rate.low <= rate.rate <= rate.high
        assert found.recommendation


@given(st.integers(1, 400))
def test_among_equals_nobody_stands_out(sent: int) -> None:
    groups = [group(str(n), sent, sent // 5) for n in range(24)]
    for words in said(*groups, by=Dimension.HOUR).values():
        assert "for certain" not in words


def test_no_mail_has_no_rate() -> None:
    assert rate_of(0, 0).rate is None
