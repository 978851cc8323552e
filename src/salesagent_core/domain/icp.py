"""Ideal-customer-profile fit: how well a lead matches whom the tenant sells to.

``score = sum(weight x match) / sum(weight)`` over the attributes that are known, and
``coverage = sum(weight of the known) / sum(all weights)``. What is unknown is left out: it
lowers the coverage, not the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import attrs

from salesagent_core.domain.address import AddressJudgement, judge_address
from salesagent_core.domain.industry import GROUPS, industry_group
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.mail_host import registrable_domain
from salesagent_core.domain.region import countries_of
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.titles.title import (
    Seniority,
    TitleReading,
    is_student_title,
    read_department,
    read_title,
)
from salesagent_core.errors import Reason


class Tier(StrEnum):
    """How well a lead fits, as people say it; the bounds are ``tier_of``'s."""

    HOT = "hot"
    WARM = "warm"
    COOL = "cool"
    COLD = "cold"


TIER_FLOORS = ((Tier.HOT, 0.80), (Tier.WARM, 0.60), (Tier.COOL, 0.40))
"""The least score of each tier; below the last it is cold."""
DISQUALIFIED_CAP = 0.1
SCORE_DIGITS = 6
"""Scores are rounded here, so that 0.8 reached by addition is hot."""

SENIORITY_MATCH: dict[Seniority, float] = {
    Seniority.C_LEVEL: 1.0,
    Seniority.VP: 1.0,
    Seniority.DIRECTOR: 0.9,
    Seniority.HEAD: 0.9,
    Seniority.MANAGER: 0.6,
    Seniority.SENIOR: 0.4,
    Seniority.INDIVIDUAL: 0.3,
    Seniority.ASSISTANT: 0.1,
    Seniority.JUNIOR: 0.1,
}
"""How near each seniority is to a decision. Unknown is in none: it is left out."""
OTHER_DEPARTMENT_MATCH = 0.2
"""Somebody outside the departments sold to can still hand the mail on."""


@attrs.frozen(kw_only=True)
class Fit:
    """``score`` and ``coverage`` are in 0..1; ``reasons`` say in words what made the score."""

    score: float
    coverage: float
    tier: Tier
    reasons: tuple[Reason, ...] = ()
    disqualified: bool = False


@attrs.frozen(kw_only=True)
class IcpWeights:
    """What each attribute counts. Only their proportions matter."""

    seniority: float = 0.30
    department: float = 0.20
    size: float = 0.20
    industry: float = 0.20
    region: float = 0.10

    def __attrs_post_init__(self) -> None:
        values = attrs.astuple(self)
        if min(values) < 0 or sum(values) <= 0:
            raise ValueError("ICP weights must not be negative, and one must be above zero")


DEFAULT_DEPARTMENTS = frozenset({"executive", "sales", "marketing", "operations"})
DEFAULT_INDUSTRIES = frozenset(
    {"software", "it_services", "manufacturing", "machinery", "consulting"}
)


@attrs.frozen(kw_only=True)
class IcpProfile:
    """Whom a tenant sells to.

    ``departments`` are values of ``title.DEPARTMENTS``, ``industries`` are group names of
    ``industry_group``, ``countries`` ISO codes (empty: no region is preferred),
    ``competitor_domains`` registrable domains. Head counts are inclusive.
    """

    weights: IcpWeights = IcpWeights()
    departments: frozenset[str] = DEFAULT_DEPARTMENTS
    industries: frozenset[str] = DEFAULT_INDUSTRIES
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    employees_min: int = 20
    employees_max: int = 5_000
    competitor_domains: frozenset[str] = frozenset()
    blocked_countries: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tenant: Tenant) -> IcpProfile:
        """The profile that a tenant has set; where it has set nothing, the defaults."""
        departments = {read_department(name) or name.lower() for name in tenant.target_departments}
        industries = {
            name if name in GROUPS else industry_group(name) for name in tenant.target_industries
        } - {None}
        regions = tenant.target_regions
        domains = (registrable_domain(domain) for domain in tenant.competitor_domains)
        # A name that no code is known for still blocks who carries that very name.
        blocked = (
            countries_of(country) or {country.strip().upper()}
            for country in tenant.blocked_countries
        )
        return cls(
            weights=IcpWeights(**dict(tenant.fit_weights)),
            departments=frozenset(departments) or DEFAULT_DEPARTMENTS,
            industries=frozenset(name for name in industries if name) or DEFAULT_INDUSTRIES,
            countries=frozenset().union(*(countries_of(region) for region in regions)),
            regions=frozenset(region.strip().lower() for region in regions),
            employees_min=tenant.employees_min,
            employees_max=tenant.employees_max,
            competitor_domains=frozenset(domain for domain in domains if domain),
            blocked_countries=frozenset().union(*blocked),
        )


@attrs.frozen(kw_only=True)
class _Part:
    """One attribute judged: ``match`` in 0..1, None where it is unknown."""

    name: str
    weight: float
    match: float | None
    sentence: str


def score_fit(lead: Lead, profile: IcpProfile) -> Fit:
    """How well ``lead`` fits ``profile``, with every reason.

    Reasons come with the disqualifiers first, then the attributes by weight, the unknown ones
    among them, then what is doubtful about the address. Their codes are ``icp_<attribute>``,
    ``icp_<attribute>_unknown``, ``disqualified_<why>``, ``icp_nothing_known`` and
    ``company_unverified``.
    """
    title = read_title(lead.person.title)
    address = judge_address(lead.person.email)
    parts = sorted(_parts(lead, title, profile), key=lambda part: -part.weight)
    known = [part for part in parts if part.match is not None]
    known_weight = sum(part.weight for part in known)
    score = sum(part.weight * (part.match or 0.0) for part in known)
    score = round(score / known_weight, SCORE_DIGITS) if known_weight else 0.0
    disqualifiers = tuple(_disqualifiers(lead, title, address, profile))
    if disqualifiers:
        score = min(score, DISQUALIFIED_CAP)
    total = sum(attrs.astuple(profile.weights))
    return Fit(
        score=score,
        coverage=min(1.0, round(known_weight / total, SCORE_DIGITS)),
        tier=tier_of(score),
        reasons=(*disqualifiers, *_nothing_known(known), *map(_reason, parts), *_doubts(address)),
        disqualified=bool(disqualifiers),
    )


def tier_of(score: float) -> Tier:
    """Hot from 0.80, warm from 0.60, cool from 0.40, otherwise cold."""
    return next((tier for tier, floor in TIER_FLOORS if score >= floor), Tier.COLD)


# ---------------------------------------------------------------------------- attributes


def _parts(lead: Lead, title: TitleReading, profile: IcpProfile) -> tuple[_Part, ...]:
    weights = profile.weights
    judged = (
        ("seniority", weights.seniority, _seniority(title)),
        ("department", weights.department, _department(lead, title, profile)),
        ("size", weights.size, _size(lead.company.employees, profile)),
        ("industry", weights.industry, _industry(lead.company.industry, profile)),
        ("region", weights.region, _region(lead, profile)),
    )
    return tuple(
        _Part(name=name, weight=weight, match=match, sentence=sentence)
        for name, weight, (match, sentence) in judged
    )


_SENIORITY_WORDS: dict[Seniority, str] = {
    Seniority.C_LEVEL: "leads the company",
    Seniority.VP: "is a vice president",
    Seniority.DIRECTOR: "is a director",
    Seniority.HEAD: "heads a department",
    Seniority.MANAGER: "is a manager",
    Seniority.SENIOR: "is a senior specialist",
    Seniority.INDIVIDUAL: "is a specialist without a team",
    Seniority.JUNIOR: "is at the start of a career",
    Seniority.ASSISTANT: "assists somebody else",
}


def _seniority(title: TitleReading) -> tuple[float | None, str]:
    match = SENIORITY_MATCH.get(title.seniority)
    if match is None:
        return None, "The seniority is unknown: there is no title that says it."
    decides = "decides" if title.decision_maker else "does not decide alone"
    return match, f"By the title this person {_SENIORITY_WORDS[title.seniority]} and {decides}."


def _department(lead: Lead, title: TitleReading, profile: IcpProfile) -> tuple[float | None, str]:
    department = read_department(lead.person.department) or title.department
    if department is None:
        return None, "The department is unknown."
    if department in profile.departments:
        return 1.0, f"The department, {_shown(department)}, is one we sell to."
    if department == "executive":
        return 1.0, "The company's leadership decides for every department."
    return OTHER_DEPARTMENT_MATCH, f"The department, {_shown(department)}, is not one we sell to."


def _size(employees: int | None, profile: IcpProfile) -> tuple[float | None, str]:
    """Full inside the range; outside it falls with the ratio to the nearer end."""
    if employees is None or employees <= 0:
        return None, "The company's size is unknown."
    low, high = profile.employees_min, profile.employees_max
    shown = f"{employees:,} people"
    if employees < low:
        return employees / low, f"With {shown} the company is smaller than our range from {low:,}."
    if employees > high:
        return high / employees, f"With {shown} the company is larger than our range to {high:,}."
    return 1.0, f"With {shown} the company is in our range of {low:,} to {high:,}."


def _industry(industry: str | None, profile: IcpProfile) -> tuple[float | None, str]:
    group = industry_group(industry)
    if group is None:
        return None, "The industry is unknown."
    if group in profile.industries:
        return 1.0, f"The industry, {_shown(group)}, is one we sell to."
    return 0.0, f"The industry, {_shown(group)}, is not one we sell to."


def _region(lead: Lead, profile: IcpProfile) -> tuple[float | None, str]:
    country = (lead.company.country or lead.person.country or "").strip().upper()
    region = (lead.company.region or "").strip()
    if not country and not region:
        return None, "The region is unknown."
    place = _printable(country or region)
    if not profile.countries and not profile.regions:
        return 1.0, f"The region, {place}, is fine: none is preferred."
    covered = countries_of(country) if country else countries_of(region)
    if (covered and covered <= profile.countries) or region.lower() in profile.regions:
        return 1.0, f"The region, {place}, is one we sell to."
    return 0.0, f"The region, {place}, is not one we sell to."


MAX_SHOWN = 60


def _shown(name: str) -> str:
    """A group name as words; a stranger's own words only so long."""
    return _printable(name.replace("_", " "))


def _printable(text: str) -> str:
    """A stranger's words on one short line, without what cannot be seen."""
    return "".join(char if char.isprintable() else " " for char in text[:MAX_SHOWN]).strip()


def _reason(part: _Part) -> Reason:
    unknown = part.match is None
    return Reason(
        code=f"icp_{part.name}_unknown" if unknown else f"icp_{part.name}", sentence=part.sentence
    )


def _nothing_known(known: list[_Part]) -> tuple[Reason, ...]:
    if known:
        return ()
    sentence = "Nothing is known that the fit could be judged by, so it counts as none."
    return (Reason(code="icp_nothing_known", sentence=sentence),)


# ---------------------------------------------------------------------------- disqualifiers


def _disqualifiers(
    lead: Lead, title: TitleReading, address: AddressJudgement, profile: IcpProfile
) -> Iterator[Reason]:
    host = (address.normalized or "").rpartition("@")[2]
    if lead.is_competitor or _competes(host, lead.company.domain, profile):
        yield Reason(code="disqualified_competitor", sentence="This is a competitor.")
    if lead.is_student or is_student_title(lead.person.title) or _is_student_host(host, title):
        yield Reason(code="disqualified_student", sentence="This looks like a student.")
    if address.disposable:
        yield Reason(
            code="disqualified_disposable", sentence="The address is of a throw-away mail service."
        )
    countries = {lead.person.country, lead.company.country}
    blocked = {
        country.strip().upper() for country in countries if country
    } & profile.blocked_countries
    if blocked:
        names = _printable(", ".join(sorted(blocked)))
        yield Reason(
            code="disqualified_country",
            sentence=f"The country, {names}, is one we do not sell to.",
        )


def _competes(host: str, domain: str | None, profile: IcpProfile) -> bool:
    if not profile.competitor_domains:
        return False
    owners = {registrable_domain(name) for name in (host, domain) if name}
    return not owners.isdisjoint(profile.competitor_domains)


_STUDENT_LABELS = frozenset(
    """
    student students stud studi studierende studenti etu etud etudiant etudiants alumno alumnos
    estudiante estudiantes studenten alumni aluno alunos edu-student
    """.split()
)
_NO_STUDENTS = frozenset(SENIORITY_MATCH) - {Seniority.JUNIOR}


def _is_student_host(host: str, title: TitleReading) -> bool:
    """A host for students, or a university's where no title says that somebody works there."""
    if title.seniority in _NO_STUDENTS:
        return False
    labels = host.split(".")
    if not _STUDENT_LABELS.isdisjoint(labels[:-1]):
        return True
    return labels[-1] == "edu" or (len(labels) > 2 and labels[-2] in ("edu", "ac"))


def _doubts(address: AddressJudgement) -> Iterator[Reason]:
    if address.free:
        yield Reason(
            code="company_unverified",
            sentence="The address is of a free-mail provider: it proves no company.",
        )
    elif not address.valid:
        yield Reason(code="company_unverified", sentence="The address is not a valid one.")
