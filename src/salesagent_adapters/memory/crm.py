"""A CRM in memory, with the rules of HubSpot's that matter to us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from salesagent_adapters.memory.crm_state import CrmState, StoredCompany, StoredContact
from salesagent_adapters.memory.world import World
from salesagent_core.domain.context import CompanyNotes, CrmTaskRef
from salesagent_core.domain.countries import country_of
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.submission import FormField
from salesagent_core.errors import NotFound, Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactHint, ContactRecord, CrmTask

MAX_NOTES = 10
"""Notes that are read: older ones say little about now."""


class MemoryCrm:
    """The CRM port over the world's records."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def resolve(self, tenant_id: TenantId, hint: ContactHint) -> Lead:
        """The contact by its address; its company by the address's own domain and no other.

        The company domain that a form names is not believed: a stranger could read another
        company's notes by naming it.
        """
        from salesagent_core.domain.address import judge_address

        judged = judge_address(hint.email)
        async with self._call("resolve", tenant_id) as state:
            if not judged.valid:
                raise Rejected("the CRM refuses the address")
            email = judged.normalized or hint.email.strip().lower()
            domain = None if judged.free or judged.disposable else _own_domain(email)
            with self._world.lock:
                company = _company(state, hint, domain)
                contact = _contact(state, hint, email, company)
                if contact.company_id is not None:
                    company = state.companies.get(contact.company_id, company)
            return _lead(contact, company, hint, domain)

    async def contact(self, tenant_id: TenantId, crm_id: str) -> ContactRecord:
        """The contact with all its properties, in the order of their names."""
        async with self._call("contact", tenant_id) as state:
            with self._world.lock:
                contact = state.contacts.get(crm_id)
            if contact is None:
                raise NotFound("the CRM knows no such contact")
            return ContactRecord(
                crm_id=contact.id,
                fields=tuple(
                    FormField(name=name, value=value)
                    for name, value in sorted(contact.properties.items())
                ),
                converted_at=contact.converted_at,
                conversion_id=contact.conversion_id,
                form_id=contact.form_id,
            )

    async def company_notes(self, tenant_id: TenantId, lead: Lead) -> CompanyNotes:
        """The newest ``MAX_NOTES`` notes on the two, and competitors the company record names."""
        async with self._call("company_notes", tenant_id) as state:
            about = {lead.person.crm_id, lead.company.crm_id}
            with self._world.lock:
                notes = [note for note in state.notes if note.about_id in about]
                company = state.companies.get(lead.company.crm_id or "")
            notes.sort(key=lambda note: (note.at, int(note.id)), reverse=True)
            return CompanyNotes(
                notes=tuple(note.text for note in notes[:MAX_NOTES]),
                competitors=company.competitors if company else (),
            )

    async def ensure_task(self, tenant_id: TenantId, task: CrmTask) -> CrmTaskRef:
        """One task and one note for a key, however often and by how many it is asked."""
        async with self._call("ensure_task", tenant_id) as state:
            with self._world.lock:
                if task.contact_crm_id not in state.contacts:
                    raise Rejected("the CRM knows no contact to put the task on")
                stored = state.ensure_task(task)
            return CrmTaskRef(task_id=stored.id, note_id=stored.note_id)

    @asynccontextmanager
    async def _call(self, method: str, tenant_id: TenantId) -> AsyncIterator[CrmState]:
        async with self._world.faults.around(f"crm.{method}"):
            with self._world.lock:
                state = self._world.tenant(tenant_id).crm
                state.count_request()
            yield state


def _own_domain(email: str) -> str | None:
    from salesagent_core.domain.mail_host import registrable_domain

    return registrable_domain(email.rpartition("@")[2])


def _company(state: CrmState, hint: ContactHint, domain: str | None) -> StoredCompany | None:
    if domain is None:
        return None
    found = state.by_domain(domain)
    if found is not None:
        return found
    properties = {"domain": domain}
    if hint.company_name:
        properties["name"] = hint.company_name
    return state.save_company(StoredCompany(id=state.new_id(), properties=properties))


def _contact(
    state: CrmState, hint: ContactHint, email: str, company: StoredCompany | None
) -> StoredContact:
    told = {
        "email": email,
        "firstname": hint.first_name,
        "lastname": hint.last_name,
        "jobtitle": hint.title,
        "phone": hint.phone,
        "country": hint.country,
        "company": hint.company_name,
    }
    new = {name: value.strip() for name, value in told.items() if value and value.strip()}
    company_id = company.id if company else None
    found = state.by_email(email)
    if found is None:
        fresh = StoredContact(id=state.new_id(), properties=new, company_id=company_id)
        return state.save_contact(fresh)
    held = {name: value for name, value in found.properties.items() if value}
    return state.save_contact(
        attrs.evolve(found, properties={**new, **held}, company_id=found.company_id or company_id)
    )


def _lead(
    contact: StoredContact, company: StoredCompany | None, hint: ContactHint, domain: str | None
) -> Lead:
    held = contact.properties
    about = company.properties if company else {}
    employees = about.get("numberofemployees", "")
    return Lead(
        person=Person(
            email=contact.email,
            first_name=held.get("firstname"),
            last_name=held.get("lastname"),
            title=held.get("jobtitle"),
            department=held.get("department"),
            phone=held.get("phone"),
            language=held.get("hs_language"),
            country=country_of(held.get("country")),
            time_zone=held.get("hs_timezone"),
            crm_id=contact.id,
        ),
        company=Company(
            name=about.get("name") or hint.company_name or held.get("company"),
            domain=company.domain or None if company else None,
            industry=about.get("industry"),
            employees=int(employees) if employees.isdecimal() and len(employees) < 10 else None,
            country=country_of(about.get("country")),
            region=about.get("state"),
            crm_id=company.id if company else None,
        ),
        owner_email=held.get("owner_email"),
        lifecycle_stage=held.get("lifecyclestage"),
        is_customer=held.get("lifecyclestage") == "customer"
        or about.get("lifecyclestage") == "customer",
        is_competitor=about.get("type", "").upper() == "COMPETITOR",
        is_student=held.get("persona", "").lower() == "student",
        is_target_account=about.get("hs_is_target_account") == "true",
        email_verified_domain=domain is not None
        and company is not None
        and company.domain == domain,
    )
