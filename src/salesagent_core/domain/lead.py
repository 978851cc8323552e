"""The lead: the person and the company being worked."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Person:
    """A contact. ``email`` is normalised (lower case, IDNA host); what is unknown is None.

    ``language`` is an ISO 639-1 code, ``country`` an ISO 3166-1 alpha-2 code, ``time_zone`` an
    IANA name.
    """

    email: str
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    department: str | None = None
    phone: str | None = None
    language: str | None = None
    country: str | None = None
    time_zone: str | None = None
    crm_id: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name where known, otherwise the e-mail address."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email


@attrs.frozen(kw_only=True)
class Company:
    """An organisation. ``employees`` is a head count; ``domain`` a registrable domain."""

    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    employees: int | None = None
    country: str | None = None
    region: str | None = None
    crm_id: str | None = None


@attrs.frozen(kw_only=True)
class Lead:
    """Person, company and where they stand with us, as the CRM and the form tell it.

    ``email_verified_domain`` is True only where the CRM company's own domain equals the
    registrable domain of the e-mail and that is no free-mail provider.
    """

    person: Person
    company: Company = Company()
    owner_email: str | None = None
    lifecycle_stage: str | None = None
    is_customer: bool = False
    is_competitor: bool = False
    is_student: bool = False
    is_target_account: bool = False
    email_verified_domain: bool = False
