"""The customer-relationship system: contacts, companies, notes, tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

import attrs

from salesagent_core.domain.context import CompanyNotes, CrmTaskRef
from salesagent_core.domain.lead import Lead
from salesagent_core.domain.submission import FormField
from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class ContactHint:
    """What a form told about a person; enough to find the contact, or to create it."""

    email: str
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    company_name: str | None = None
    company_domain: str | None = None
    phone: str | None = None
    country: str | None = None


@attrs.frozen(kw_only=True)
class ContactRecord:
    """A contact as the CRM holds it, with its latest form conversion where there was one."""

    crm_id: str
    fields: tuple[FormField, ...]
    converted_at: datetime | None = None
    conversion_id: str | None = None
    form_id: str | None = None


@attrs.frozen(kw_only=True)
class CrmTask:
    """A task for the owner and a note with the preview. ``key`` makes asking twice harmless."""

    key: str
    contact_crm_id: str
    title: str
    note: str
    due: date


class Crm(Protocol):
    """What the workflow asks of a CRM."""

    async def resolve(self, tenant_id: TenantId, hint: ContactHint) -> Lead:
        """Find the contact by e-mail and its company by domain; create what is missing.

        Fields that the CRM holds win over the hint; what only the hint knows is filled in.

        Raises:
            Rejected: the CRM refuses the address. RateLimited, Unavailable, NeedsReauth
        """
        ...

    async def contact(self, tenant_id: TenantId, crm_id: str) -> ContactRecord:
        """The contact by its id there.

        Raises:
            NotFound, RateLimited, Unavailable, NeedsReauth
        """
        ...

    async def company_notes(self, tenant_id: TenantId, lead: Lead) -> CompanyNotes:
        """Past notes on the contact and the company, newest first.

        Raises:
            RateLimited, Unavailable, NeedsReauth
        """
        ...

    async def ensure_task(self, tenant_id: TenantId, task: CrmTask) -> CrmTaskRef:
        """Create the task and its note, or find those that this key made before.

        Raises:
            Rejected, RateLimited, Unavailable, NeedsReauth
        """
        ...
