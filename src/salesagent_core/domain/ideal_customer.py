"""The ideal customer profile as people write it: read, said, and tried on leads that came in.

::

    {"departments": ["sales"], "industries": ["software"], "regions": ["DACH"],
     "employees_min": 20, "employees_max": 5000, "competitor_domains": [], "blocked_countries": [],
     "target_accounts": [], "weights": {"seniority": 30, "department": 20, "size": 20,
     "industry": 20, "region": 10}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesagent_core.domain.icp import Fit, IcpProfile, IcpWeights, score_fit
from salesagent_core.domain.industry import GROUPS, industry_group
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.mail_host import registrable_domain
from salesagent_core.domain.region import countries_of
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.titles.title import DEPARTMENTS
from salesagent_core.errors import InvalidInput, Problem, Reason

MAX_LIST = 200
MAX_TEXT = 80
MAX_EMPLOYEES = 10_000_000
MAX_WEIGHT = 100
ATTRIBUTES = tuple(field.name for field in attrs.fields(IcpWeights))
"""What the fit looks at: the names of the weights."""
_LISTS = (
    "departments",
    "industries",
    "regions",
    "competitor_domains",
    "blocked_countries",
    "target_accounts",
)
_KEYS = (*_LISTS, "employees_min", "employees_max", "weights")


@attrs.frozen(kw_only=True)
class FitChange:
    """One lead under the profile of today and under another. ``reasons`` are the new profile's
    sentences; ``changed`` those of them that it says otherwise than before."""

    before: Fit
    after: Fit
    changed: tuple[Reason, ...]

    @property
    def differs(self) -> bool:
        """Whether the score is another one."""
        return self.before.score != self.after.score


def read_icp(data: object) -> dict[str, Any]:
    """The profile as it is kept: each list without repetitions, domains without what is before
    them.

    Raises:
        InvalidInput: every problem with its place and what would be right.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput("a profile is an object", [Problem(where="profile", what="no object")])
    problems = [
        Problem(where=str(key)[:MAX_TEXT], what="is no part of the profile")
        for key in data
        if key not in _KEYS
    ]
    lists = {name: _list(name, data.get(name, []), problems) for name in _LISTS}
    _judge(lists, problems)
    low = _people("employees_min", data.get("employees_min"), problems)
    high = _people("employees_max", data.get("employees_max"), problems)
    if low and high and low > high:
        what = f"must not be below the smallest, {low:,}"
        problems.append(Problem(where="employees_max", what=what))
    weights = _weights(data.get("weights"), problems)
    if problems:
        raise InvalidInput("this profile cannot be used", problems)
    groups = (each if each in GROUPS else industry_group(each) for each in lists["industries"])
    lists["industries"] = list(dict.fromkeys(each for each in groups if each))
    lists["competitor_domains"] = _domains(lists["competitor_domains"])
    lists["target_accounts"] = _domains(lists["target_accounts"])
    return {**lists, "employees_min": low, "employees_max": high, "weights": weights}


def icp_as_data(tenant: Tenant) -> dict[str, Any]:
    """The tenant's profile as ``read_icp`` reads it; where it has set nothing, the defaults."""
    profile = IcpProfile.of(tenant)
    return {
        "departments": sorted(profile.departments),
        "industries": sorted(profile.industries),
        "regions": list(tenant.target_regions),
        "competitor_domains": list(tenant.competitor_domains),
        "blocked_countries": list(tenant.blocked_countries),
        "target_accounts": list(tenant.target_accounts),
        "employees_min": profile.employees_min,
        "employees_max": profile.employees_max,
        "weights": {
            name: round(getattr(profile.weights, name) * MAX_WEIGHT, 2) for name in ATTRIBUTES
        },
    }


def with_icp(tenant: Tenant, data: Mapping[str, Any]) -> Tenant:
    """The tenant with a profile that ``read_icp`` returned."""
    weights = data["weights"]
    return attrs.evolve(
        tenant,
        target_departments=tuple(data["departments"]),
        target_industries=tuple(data["industries"]),
        target_regions=tuple(data["regions"]),
        competitor_domains=tuple(data["competitor_domains"]),
        blocked_countries=tuple(data["blocked_countries"]),
        target_accounts=tuple(data["target_accounts"]),
        employees_min=data["employees_min"],
        employees_max=data["employees_max"],
        fit_weights=tuple((name, weights[name] / MAX_WEIGHT) for name in ATTRIBUTES),
    )


def notes_on(data: Mapping[str, Any]) -> tuple[Reason, ...]:
    """What a valid profile means that its writer may not expect."""
    notes = [
        Reason(
            code="icp_region_by_name",
            sentence=f"“{name}” is no region or country known here: only leads whose region is"
            " written exactly so are counted as in it.",
        )
        for name in data["regions"]
        if not countries_of(name)
    ]
    silent = [name for name, value in data["weights"].items() if not value]
    if silent:
        named = ", ".join(silent)
        notes.append(Reason(code="icp_not_counted", sentence=f"Not looked at: {named}."))
    return tuple(notes)


def preview(leads: Iterable[Lead], before: Tenant, after: Tenant) -> tuple[FitChange, ...]:
    """Each lead under both profiles, in the order given."""
    old, new = IcpProfile.of(before), IcpProfile.of(after)
    changes = []
    for lead in leads:
        was, will_be = score_fit(lead, old), score_fit(lead, new)
        changed = tuple(each for each in will_be.reasons if each not in was.reasons)
        changes.append(FitChange(before=was, after=will_be, changed=changed))
    return tuple(changes)


def _list(name: str, given: object, problems: list[Problem]) -> list[str]:
    if not isinstance(given, list | tuple) or len(given) > MAX_LIST:
        problems.append(Problem(where=name, what=f"must be a list of at most {MAX_LIST} texts"))
        return []
    found = dict[str, None]()
    for number, each in enumerate(given):
        text = " ".join(each.split()) if isinstance(each, str) else ""
        if not 0 < len(text) <= MAX_TEXT or not text.isprintable():
            what = f"must be a text of 1 to {MAX_TEXT} characters"
            problems.append(Problem(where=f"{name}[{number}]", what=what))
        else:
            found[text] = None
    return list(found)


def _judge(lists: Mapping[str, list[str]], problems: list[Problem]) -> None:
    problems += [
        Problem(where=name, what="choose at least one")
        for name in ("departments", "industries")
        if not lists[name]
    ]
    for number, each in enumerate(lists["departments"]):
        if each not in DEPARTMENTS:
            what = f"must be one of {', '.join(sorted(DEPARTMENTS))}"
            problems.append(Problem(where=f"departments[{number}]", what=what))
    for number, each in enumerate(lists["industries"]):
        if industry_group(each) is None:
            what = "must be the name of an industry"
            problems.append(Problem(where=f"industries[{number}]", what=what))
    for number, each in enumerate(lists["blocked_countries"]):
        if not countries_of(each):
            what = "must be a country or a region that is known, such as RU or mena"
            problems.append(Problem(where=f"blocked_countries[{number}]", what=what))
    for name in ("competitor_domains", "target_accounts"):
        for number, each in enumerate(lists[name]):
            if registrable_domain(_host(each)) is None:
                what = "must be a company's domain, such as example.com"
                problems.append(Problem(where=f"{name}[{number}]", what=what))


def _domains(given: Iterable[str]) -> list[str]:
    found = (registrable_domain(_host(each)) for each in given)
    return list(dict.fromkeys(domain for domain in found if domain))


def _host(text: str) -> str:
    host = text.strip().lower().removeprefix("https://").removeprefix("http://")
    return host.partition("/")[0].rpartition("@")[2]


def _people(name: str, given: object, problems: list[Problem]) -> int:
    whole = isinstance(given, int) and not isinstance(given, bool)
    if isinstance(given, int) and whole and 1 <= given <= MAX_EMPLOYEES:
        return given
    what = f"must be a whole number from 1 to {MAX_EMPLOYEES:,}"
    problems.append(Problem(where=name, what=what))
    return 0


def _weights(given: object, problems: list[Problem]) -> dict[str, float]:
    if not isinstance(given, Mapping) or set(given) != set(ATTRIBUTES):
        what = f"must give each of {', '.join(ATTRIBUTES)} a number"
        problems.append(Problem(where="weights", what=what))
        return {}
    found: dict[str, float] = {}
    for name in ATTRIBUTES:
        value = given[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= MAX_WEIGHT:
            what = f"must be a number from 0 to {MAX_WEIGHT}"
            problems.append(Problem(where=f"weights.{name}", what=what))
        else:
            found[name] = float(value)
    if len(found) == len(ATTRIBUTES) and not any(found.values()):
        problems.append(Problem(where="weights", what="must not all be 0"))
    return found
