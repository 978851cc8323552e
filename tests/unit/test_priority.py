"""Priority: the formula, how it ages, and that it explains itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.icp import Fit, Tier, tier_of
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.priority import (
    BASE_URGENCY,
    MAX_ADJUSTMENT,
    RAISED_URGENCY,
    Priority,
    aged_urgency,
    assess_priority,
    explain_priority,
    priority_score,
    size_band,
)

share = st.floats(0, 1)
hours = st.floats(0, 10_000)
priorities = st.builds(
    Priority,
    revenue=share,
    urgency=share,
    strategic=share,
    effort=share,
    adjustment=st.floats(-20, 20),
)


def a_lead(employees: int | None = 300, *, target: bool = False, customer: bool = False) -> Lead:
    return Lead(
        person=Person(email="anna@example.com"),
        company=Company(employees=employees),
        is_target_account=target,
        is_customer=customer,
    )


def a_fit(score: float = 0.9, *, disqualified: bool = False) -> Fit:
    return Fit(score=score, coverage=1.0, tier=tier_of(score), disqualified=disqualified)


def test_the_formula() -> None:
    priority = Priority(revenue=0.5, urgency=0.8, strategic=1.0, effort=0.25, adjustment=3)
    assert priority_score(priority, 0) == pytest.approx(20 + 24 + 20 + 7.5 + 3)
    assert priority_score(priority, 24) == pytest.approx(20 + 12 + 20 + 7.5 + 3)


@given(priorities, hours)
def test_a_score_is_always_in_0_to_100(priority: Priority, age: float) -> None:
    assert 0 <= priority_score(priority, age) <= 100


@given(share, hours)
def test_urgency_halves_every_24_hours(urgency: float, age: float) -> None:
    assert aged_urgency(urgency, age + 24) == pytest.approx(aged_urgency(urgency, age) / 2)


@given(priorities, hours, hours)
def test_waiting_never_raises_a_score(priority: Priority, first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert priority_score(priority, late) <= priority_score(priority, early)


def test_a_clock_that_runs_behind_does_not_raise_a_score() -> None:
    priority = Priority(revenue=0.5, urgency=0.6, strategic=0, effort=0)
    assert priority_score(priority, -5) == priority_score(priority, 0)


@given(st.floats(0, 1), st.floats(0, 1), st.none() | st.integers(1, 10**6))
def test_a_better_fit_never_lowers_a_score(one: float, two: float, employees: int | None) -> None:
    low, high = sorted((one, two))
    scores = [
        priority_score(
            assess_priority(a_fit(fit), a_lead(employees), intent=None, missing_share=0), 0
        )
        for fit in (low, high)
    ]
    assert scores[0] <= scores[1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_missing_context_never_raises_a_score(one: float, two: float) -> None:
    low, high = sorted((one, two))
    scores = [
        priority_score(assess_priority(a_fit(), a_lead(), intent=None, missing_share=missing), 0)
        for missing in (low, high)
    ]
    assert scores[0] >= scores[1]


@pytest.mark.parametrize("intent", ["demo", "Pricing", "pricing_request"])
def test_asking_for_a_demo_or_a_price_is_urgent(intent: str) -> None:
    assert assess_priority(a_fit(), a_lead(), intent=intent, missing_share=0).urgency == (
        RAISED_URGENCY
    )


@pytest.mark.parametrize("intent", [None, "", "question", "demonstrate nothing"])
def test_anything_else_is_not(intent: str | None) -> None:
    assert assess_priority(a_fit(), a_lead(), intent=intent, missing_share=0).urgency == (
        BASE_URGENCY
    )


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_a_larger_company_is_never_worth_less(one: int, two: int) -> None:
    assert size_band(min(one, two)) <= size_band(max(one, two))


def test_a_target_account_has_all_the_strategic_worth_unless_disqualified() -> None:
    lead = a_lead(target=True)
    assert assess_priority(a_fit(0.1), lead, intent=None, missing_share=0).strategic == 1.0
    out = a_fit(0.1, disqualified=True)
    assert assess_priority(out, lead, intent=None, missing_share=0).strategic == 0.0


def test_a_customer_is_worth_more_than_a_cold_stranger() -> None:
    cold = a_fit(0.2)
    assert cold.tier is Tier.COLD
    parts = [
        assess_priority(cold, a_lead(customer=customer), intent=None, missing_share=0).strategic
        for customer in (False, True)
    ]
    assert parts[0] < parts[1]


@given(st.floats(-1000, 1000), st.floats(-5, 5))
def test_parts_are_clamped(adjustment: float, missing: float) -> None:
    priority = assess_priority(
        a_fit(), a_lead(), intent=None, missing_share=missing, adjustment=adjustment
    )
    assert abs(priority.adjustment) <= MAX_ADJUSTMENT
    assert 0 <= priority.effort <= 1


@given(priorities, st.floats(0, 500))
def test_the_points_that_are_shown_add_up(priority: Priority, age: float) -> None:
    reasons = explain_priority(priority, age)
    shown = [float(re.findall(r"([+-]?\d+\.\d) points", reason.sentence)[0]) for reason in reasons]
    total = sum(shown)
    assert min(100, max(0, total)) == pytest.approx(priority_score(priority, age), abs=0.3)
    assert [reason.code for reason in reasons][:4] == [
        "aps_revenue",
        "aps_urgency",
        "aps_strategic",
        "aps_effort",
    ]
