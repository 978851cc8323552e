"""Fit: bounds, coverage, caps, and reasons one agrees with."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesagent_core.domain.icp import (
    DISQUALIFIED_CAP,
    SENIORITY_MATCH,
    IcpProfile,
    IcpWeights,
    Tier,
    score_fit,
    tier_of,
)
from salesagent_core.domain.industry import industry_group
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.region import countries_of
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import TenantId

TITLE_BY_RANK = {
    "c_level": "CEO",
    "vp": "VP Sales",
    "director": "Sales Director",
    "head": "Head of Sales",
    "manager": "Sales Manager",
    "senior": "Senior Sales Consultant",
    "individual": "Sales Consultant",
    "junior": "Sales Trainee",
    "assistant": "Sales Assistant",
}
PROFILE = IcpProfile(
    industries=frozenset({"software"}),
    countries=countries_of("DACH"),
    regions=frozenset({"dach"}),
    competitor_domains=frozenset({"rival.example"}),
    blocked_countries=frozenset({"KP"}),
)


def a_lead(
    title: str | None = "VP Sales",
    employees: int | None = 200,
    industry: str | None = "COMPUTER_SOFTWARE",
    country: str | None = "DE",
    email: str = "anna@example.com",
    **marks: Any,
) -> Lead:
    return Lead(
        person=Person(email=email, title=title),
        company=Company(employees=employees, industry=industry, country=country),
        **marks,
    )


leads = st.builds(
    a_lead,
    title=st.sampled_from([None, "Qwertz", *TITLE_BY_RANK.values(), "Leiter Einkauf", "Student"]),
    employees=st.none() | st.integers(-5, 10**7),
    industry=st.sampled_from([None, "", "SaaS", "Maschinenbau", "Qwertz"]),
    country=st.sampled_from([None, "", "DE", "fr", "KP"]),
    email=st.sampled_from(
        ["a@example.com", "a@gmail.com", "a@mailinator.com", "a@stud.example.edu", "broken"]
    ),
    is_competitor=st.booleans(),
    is_student=st.booleans(),
)


def codes(lead: Lead, profile: IcpProfile = PROFILE) -> list[str]:
    return [reason.code for reason in score_fit(lead, profile).reasons]


def test_the_ideal_lead_is_hot_and_fully_covered() -> None:
    fit = score_fit(a_lead(), PROFILE)
    assert (fit.score, fit.coverage, fit.tier) == (1.0, 1.0, Tier.HOT)
    assert [reason.code for reason in fit.reasons] == [
        "icp_seniority",
        "icp_department",
        "icp_size",
        "icp_industry",
        "icp_region",
    ]


def test_what_is_unknown_lowers_the_coverage_and_not_the_score() -> None:
    fit = score_fit(a_lead(employees=None, industry=None), PROFILE)
    assert fit.score == 1.0
    assert fit.coverage == pytest.approx(0.6)
    assert "icp_size_unknown" in [reason.code for reason in fit.reasons]


def test_when_nothing_is_known_the_score_is_nothing() -> None:
    fit = score_fit(a_lead(title=None, employees=None, industry=None, country=None), PROFILE)
    assert (fit.score, fit.coverage, fit.tier) == (0.0, 0.0, Tier.COLD)
    assert fit.reasons[0].code == "icp_nothing_known"
    assert not fit.disqualified


@given(leads)
def test_a_fit_is_always_in_bounds_and_has_its_reasons(lead: Lead) -> None:
    fit = score_fit(lead, PROFILE)
    assert 0.0 <= fit.score <= 1.0
    assert 0.0 <= fit.coverage <= 1.0
    assert fit.tier is tier_of(fit.score)
    assert fit.reasons
    assert all(reason.sentence.endswith(".") for reason in fit.reasons)
    judged = [reason for reason in fit.reasons if reason.code.startswith("icp_")]
    assert len([r for r in judged if r.code != "icp_nothing_known"]) == 5


@given(leads)
def test_disqualified_means_capped(lead: Lead) -> None:
    fit = score_fit(lead, PROFILE)
    if fit.disqualified:
        assert fit.score <= DISQUALIFIED_CAP
        assert fit.tier is Tier.COLD
        assert fit.reasons[0].code.startswith("disqualified_")


@given(leads)
def test_the_coverage_is_the_weight_of_what_is_known(lead: Lead) -> None:
    weights = attrs.asdict(IcpWeights())
    fit = score_fit(lead, PROFILE)
    known = sum(
        weight for name, weight in weights.items() if f"icp_{name}" in [r.code for r in fit.reasons]
    )
    assert fit.coverage == pytest.approx(known)


def test_a_more_senior_title_never_lowers_the_score() -> None:
    ranks = sorted(SENIORITY_MATCH, key=lambda rank: SENIORITY_MATCH[rank])
    scores = [score_fit(a_lead(title=TITLE_BY_RANK[rank]), PROFILE).score for rank in ranks]
    assert scores == sorted(scores)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_nearer_to_the_size_range_is_never_worse(first: int, second: int) -> None:
    low, high = PROFILE.employees_min, PROFILE.employees_max
    assume((first <= second <= high) or (low <= second <= first))
    scores = [score_fit(a_lead(employees=count), PROFILE).score for count in (first, second)]
    assert scores[0] <= scores[1]


@given(leads)
def test_knowing_one_more_fitting_attribute_never_lowers_a_score(lead: Lead) -> None:
    assume(not lead.company.industry)
    company = attrs.evolve(lead.company, industry="SaaS")
    better = attrs.evolve(lead, company=company)
    assert score_fit(better, PROFILE).score >= score_fit(lead, PROFILE).score
    assert score_fit(better, PROFILE).coverage > score_fit(lead, PROFILE).coverage


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        (a_lead(is_competitor=True), "disqualified_competitor"),
        (a_lead(email="a@mail.rival.example"), "disqualified_competitor"),
        (a_lead(is_student=True), "disqualified_student"),
        (a_lead(title="Werkstudent Vertrieb"), "disqualified_student"),
        (a_lead(title=None, email="a@stud.example.de"), "disqualified_student"),
        (a_lead(title=None, email="a@example.edu"), "disqualified_student"),
        (a_lead(title=None, email="a@example.ac.uk"), "disqualified_student"),
        (a_lead(email="a@mailinator.com"), "disqualified_disposable"),
        (a_lead(country="kp"), "disqualified_country"),
    ],
)
def test_each_disqualifier_caps_and_says_why(lead: Lead, code: str) -> None:
    fit = score_fit(lead, PROFILE)
    assert fit.reasons[0].code == code
    assert fit.disqualified
    assert fit.score <= DISQUALIFIED_CAP


@pytest.mark.parametrize(
    "lead",
    [
        a_lead(title="IT Director", email="a@example.edu"),
        a_lead(title="Student Success Manager"),
        a_lead(title="Dean", email="a@example.ac.uk"),
        a_lead(email="a@gmail.com"),
    ],
)
def test_who_works_at_a_university_is_no_student(lead: Lead) -> None:
    assert not score_fit(lead, PROFILE).disqualified


def test_free_mail_is_said_and_does_not_disqualify() -> None:
    assert "company_unverified" in codes(a_lead(email="a@gmail.com"))
    assert "company_unverified" not in codes(a_lead())


@pytest.mark.parametrize(
    ("score", "tier"),
    [(1.0, "hot"), (0.8, "hot"), (0.79, "warm"), (0.6, "warm"), (0.59, "cool"), (0.39, "cold")],
)
def test_tier_floors(score: float, tier: str) -> None:
    assert tier_of(score) == tier


def test_a_profile_is_what_the_tenant_set() -> None:
    tenant = Tenant(
        id=TenantId("11111111-1111-4111-8111-111111111111"),
        name="Example",
        mailbox="sales@example.com",
        sender_name="Sam",
        competitor_domains=("www.rival.example",),
        blocked_countries=("North Korea", "ru"),
        target_industries=("Maschinenbau",),
        target_departments=("Einkauf",),
        target_regions=("DACH", "France"),
        employees_min=50,
        employees_max=500,
    )
    profile = IcpProfile.of(tenant)
    assert profile.competitor_domains == {"rival.example"}
    assert profile.blocked_countries == {"RU", "NORTH KOREA"}
    assert profile.industries == {"machinery"}
    assert profile.departments == {"procurement"}
    assert profile.countries == {"DE", "AT", "CH", "FR"}
    fit = score_fit(a_lead("Leiter Einkauf", 100, "Industrial machinery", "AT"), profile)
    assert fit.tier is Tier.HOT


def test_weights_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        IcpWeights(seniority=-0.1)
    with pytest.raises(ValueError, match="weights"):
        IcpWeights(seniority=0, department=0, size=0, industry=0, region=0)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("COMPUTER_SOFTWARE", "software"),
        ("SaaS", "software"),
        ("INFORMATION_TECHNOLOGY_AND_SERVICES", "it_services"),
        ("Maschinenbau", "machinery"),
        ("Versicherungen", "insurance"),
        ("Großhandel", "retail"),
        ("Unternehmensberatung", "consulting"),
        ("Santé", "healthcare"),
        ("  ", None),
        ("Qwertz & Söhne", "qwertz sohne"),
    ],
)
def test_one_name_per_industry(text: str, group: str | None) -> None:
    assert industry_group(text) == group
