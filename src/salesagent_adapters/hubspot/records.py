"""Reading HubSpot's records: properties are texts by name, and any of them may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from salesagent_adapters.hubspot.values import objects, read_id, read_time, read_value
from salesagent_core.domain.countries import country_of
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.submission import FormField
from salesagent_core.ports.crm import ContactHint, ContactRecord

PRIMARY_COMPANY: Final = "associatedcompanyid"
OWNER: Final = "hubspot_owner_id"
CONVERTED_AT: Final = "recent_conversion_date"
FORM_SUBMISSIONS: Final = "hs_calculated_form_submissions"
"""``form id::milliseconds`` of each submission, separated by ``;``."""

PERSON_PROPERTIES: Final = (
    "email",
    "firstname",
    "lastname",
    "jobtitle",
    "department",
    "phone",
    "country",
    "company",
    "message",
    "hs_language",
    "hs_timezone",
    "lifecyclestage",
    OWNER,
    PRIMARY_COMPANY,
)
CONVERSION_PROPERTIES: Final = (CONVERTED_AT, FORM_SUBMISSIONS)
COMPANY_PROPERTIES: Final = (
    "name",
    "domain",
    "industry",
    "numberofemployees",
    "country",
    "state",
    "type",
    "lifecyclestage",
    "hs_is_target_account",
)

Properties = Mapping[str, str]

_NOT_TOLD: Final = frozenset({OWNER, PRIMARY_COMPANY, *CONVERSION_PROPERTIES})
"""What the CRM knows about a contact, and no visitor wrote."""
_MAX_EMPLOYEE_DIGITS: Final = 9


def record_id(record: Mapping[str, Any]) -> str:
    """The id of a record; empty when there is none."""
    return read_id(record.get("id")) or ""


def properties_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The properties that have a value."""
    found = record.get("properties")
    if not isinstance(found, Mapping):
        return {}
    texts = ((str(name), (read_value(value) or "").strip()) for name, value in found.items())
    return {name: value for name, value in texts if value}


def records_in(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The records of a batch, a page or a search that have an id."""
    return [one for one in objects(answer.get("results")) if record_id(one)]


def next_page(answer: Mapping[str, Any]) -> str | None:
    """What continues a list, as the text it must be given back as."""
    paging = answer.get("paging")
    following = paging.get("next") if isinstance(paging, Mapping) else None
    return read_id(following.get("after")) if isinstance(following, Mapping) else None


def moment(text: str | None, now: datetime | None = None) -> datetime | None:
    """A time property, or None when it is none."""
    try:
        return read_time(text, now) if text else None
    except ValueError:
        return None


def told(hint: ContactHint, email: str) -> dict[str, str]:
    """The hint as properties of a contact."""
    parts = {
        "email": email,
        "firstname": hint.first_name,
        "lastname": hint.last_name,
        "jobtitle": hint.title,
        "phone": hint.phone,
        "country": hint.country,
        "company": hint.company_name,
    }
    return {name: value.strip() for name, value in parts.items() if value and value.strip()}


def contact_record(record: Mapping[str, Any], now: datetime) -> ContactRecord:
    """A contact with its latest conversion.

    HubSpot's API tells when it was and through which form, but not the conversion's own id.
    """
    held = properties_of(record)
    converted_at = moment(held.get(CONVERTED_AT), now)
    return ContactRecord(
        crm_id=record_id(record),
        fields=tuple(
            FormField(name=name, value=value)
            for name, value in sorted(held.items())
            if name not in _NOT_TOLD
        ),
        converted_at=converted_at,
        form_id=_latest_form(held.get(FORM_SUBMISSIONS, "")) if converted_at else None,
    )


def lead_of(
    contact_id: str,
    held: Properties,
    company_id: str | None,
    about: Properties,
    *,
    domain: str | None,
    owner_email: str | None,
) -> Lead:
    """The lead that a contact and its company are. ``domain`` is that of the address, if own."""
    company_domain = about.get("domain", "").lower() or None
    employees = about.get("numberofemployees", "").partition(".")[0]
    return Lead(
        person=Person(
            email=held.get("email", "").lower(),
            first_name=held.get("firstname"),
            last_name=held.get("lastname"),
            title=held.get("jobtitle"),
            department=held.get("department"),
            phone=held.get("phone"),
            language=_language(held.get("hs_language")),
            country=country_of(held.get("country")),
            time_zone=_time_zone(held.get("hs_timezone")),
            crm_id=contact_id,
        ),
        company=Company(
            name=about.get("name") or held.get("company"),
            domain=company_domain,
            industry=about.get("industry"),
            employees=int(employees)
            if employees.isdecimal() and len(employees) <= _MAX_EMPLOYEE_DIGITS
            else None,
            country=country_of(about.get("country")),
            region=about.get("state"),
            crm_id=company_id,
        ),
        owner_email=owner_email,
        lifecycle_stage=held.get("lifecyclestage"),
        is_customer="customer" in (held.get("lifecyclestage"), about.get("lifecyclestage")),
        is_competitor=about.get("type", "").upper() == "COMPETITOR",
        is_target_account=about.get("hs_is_target_account") == "true",
        email_verified_domain=domain is not None and company_domain == domain,
    )


def newest_first(ids: Iterable[str]) -> list[str]:
    """Record ids grow with time."""
    return sorted(ids, key=lambda one: (len(one), one), reverse=True)


def _latest_form(submissions: str) -> str | None:
    latest: tuple[int, str] | None = None
    for entry in submissions.split(";"):
        form, mark, millis = entry.strip().rpartition("::")
        if mark and millis.isascii() and millis.isdigit() and len(millis) <= 15:
            latest = max(latest or (0, ""), (int(millis), form))
    return read_id(latest[1]) if latest else None


def _language(code: str | None) -> str | None:
    """``de`` of ``de-at``: the language, not the place it is spoken."""
    head = (code or "").replace("_", "-").partition("-")[0].lower()
    return head if len(head) == 2 and head.isalpha() and head.isascii() else None


def _time_zone(written: str | None) -> str | None:
    """HubSpot writes ``europe_slash_berlin``."""
    return _zones().get((written or "").replace("_slash_", "/").lower())


@cache
def _zones() -> dict[str, str]:
    from zoneinfo import available_timezones

    return {name.lower(): name for name in available_timezones()}
