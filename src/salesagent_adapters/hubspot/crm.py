"""The CRM port over HubSpot.

The contact is found by its address in a batch read, which has no limit of its own and keeps the
address out of the call's URL; only a company that is not known yet costs a search.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.companies import Companies, FoundCompany
from salesagent_adapters.hubspot.errors import TakenError
from salesagent_adapters.hubspot.links import (
    CONTACT_TO_COMPANY,
    CONTACT_TO_PRIMARY_COMPANY,
    kinds,
    link,
)
from salesagent_adapters.hubspot.notes import read_notes
from salesagent_adapters.hubspot.records import (
    CONVERSION_PROPERTIES,
    OWNER,
    PERSON_PROPERTIES,
    PRIMARY_COMPANY,
    contact_record,
    lead_of,
    properties_of,
    record_id,
    records_in,
    told,
)
from salesagent_adapters.hubspot.tasks import Tasks
from salesagent_adapters.hubspot.turns import Turns
from salesagent_core.domain.context import CompanyNotes, CrmTaskRef
from salesagent_core.domain.lead import Lead
from salesagent_core.errors import NotFound, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactHint, ContactRecord, CrmTask

_KINDS: Final = (CONTACT_TO_PRIMARY_COMPANY, CONTACT_TO_COMPANY)


@attrs.frozen(kw_only=True)
class _Contact:
    id: str
    held: dict[str, str]


class HubSpotCrm:
    """``Crm`` over HubSpot."""

    def __init__(self, client: HubSpotClient, account: Account) -> None:
        self._client = client
        self._account = account
        self._companies = Companies(client)
        self._tasks = Tasks(client)
        self._turns = Turns()

    async def resolve(self, tenant_id: TenantId, hint: ContactHint) -> Lead:
        """See ``Crm.resolve``. The company is that of the address's own domain and no other.

        The company domain that a form names is not believed: a stranger could read another
        company's notes by naming it.
        """
        from salesagent_core.domain.address import judge_address
        from salesagent_core.domain.mail_host import registrable_domain

        judged = judge_address(hint.email)
        if not judged.valid:
            raise Rejected("the CRM refuses the address")
        email = judged.normalized or hint.email.strip().lower()
        own = not (judged.free or judged.disposable)
        domain = registrable_domain(email.rpartition("@")[2]) if own else None
        async with self._turns.of(tenant_id, email):
            contact, company = await self._settle(tenant_id, hint, email, domain)
        owner = await self._account.owner_email(tenant_id, contact.held.get(OWNER))
        lead = lead_of(
            contact.id,
            {**told(hint, email), **contact.held},
            company.id if company else None,
            company.about if company else {},
            domain=domain,
            owner_email=owner,
        )
        return attrs.evolve(lead, person=attrs.evolve(lead.person, email=email))

    async def contact(self, tenant_id: TenantId, crm_id: str) -> ContactRecord:
        """See ``Crm.contact``. Fields are those that a form of this account can hold."""
        names = (await self._account.contact_properties(tenant_id)).of_forms
        wanted = sorted({*names, *PERSON_PROPERTIES, *CONVERSION_PROPERTIES})
        found = await self._read(tenant_id, crm_id, wanted)
        if found is None:
            raise NotFound("the CRM knows no such contact")
        return contact_record(found, self._client.clock.now())

    async def company_notes(self, tenant_id: TenantId, lead: Lead) -> CompanyNotes:
        """See ``Crm.company_notes``. Previews that we wrote ourselves are no news, and left out."""
        return await read_notes(self._client, tenant_id, lead)

    async def ensure_task(self, tenant_id: TenantId, task: CrmTask) -> CrmTaskRef:
        """See ``Crm.ensure_task``."""
        found = None
        if task.contact_crm_id:
            found = await self._read(
                tenant_id, task.contact_crm_id, [OWNER, PRIMARY_COMPANY, "email"]
            )
        if found is None:
            raise Rejected("the CRM knows no contact to put the task on")
        return await self._tasks.ensure(tenant_id, task, properties_of(found))

    async def _settle(
        self, tenant_id: TenantId, hint: ContactHint, email: str, domain: str | None
    ) -> tuple[_Contact, FoundCompany | None]:
        found = await self._by_email(tenant_id, email)
        company = await self._company(tenant_id, hint, domain, found)
        if found is None:
            found = await self._create(tenant_id, told(hint, email), company)
        await self._fill_in(tenant_id, found, told(hint, email))
        if company is not None and not found.held.get(PRIMARY_COMPANY):
            await self._put_with_company(tenant_id, found.id, company.id)
        return found, company

    async def _company(
        self, tenant_id: TenantId, hint: ContactHint, domain: str | None, found: _Contact | None
    ) -> FoundCompany | None:
        held = found.held.get(PRIMARY_COMPANY) if found else None
        company = await self._companies.by_id(tenant_id, held) if held else None
        if company is None and domain is not None:
            company = await self._companies.of_domain(tenant_id, domain, hint.company_name)
        return company

    async def _by_email(self, tenant_id: TenantId, email: str) -> _Contact | None:
        record = await self._read(tenant_id, email, list(PERSON_PROPERTIES), by="email")
        if record is None:
            return None
        return _Contact(id=record_id(record), held=properties_of(record))

    async def _taken(
        self, tenant_id: TenantId, email: str, existing_id: str | None
    ) -> _Contact | None:
        found = await self._by_email(tenant_id, email)
        if found is None and existing_id is not None:
            record = await self._read(tenant_id, existing_id, list(PERSON_PROPERTIES))
            if record is not None:
                found = _Contact(id=record_id(record), held=properties_of(record))
        return found

    async def _read(
        self, tenant_id: TenantId, key: str, names: list[str], *, by: str | None = None
    ) -> dict[str, Any] | None:
        body: dict[str, Any] = {
            "inputs": [{"id": key}],
            "properties": names,
            "propertiesWithHistory": [],
        }
        if by is not None:
            body["idProperty"] = by
        try:
            answer = await self._client.ask(
                tenant_id, lambda api, how: api.contact_batch.read(body, **how)
            )
        except NotFound:
            return None
        return next(iter(records_in(answer)), None)

    async def _create(
        self, tenant_id: TenantId, properties: dict[str, str], company: FoundCompany | None
    ) -> _Contact:
        links = [link(company.id, *_KINDS)] if company else []
        body = {"properties": properties, "associations": links}
        try:
            made = await self._client.ask(
                tenant_id, lambda api, how: api.contacts.create(body, **how)
            )
        except TakenError as error:
            # Somebody made it since we looked, or it is another contact's second address.
            found = await self._taken(tenant_id, properties["email"], error.existing_id)
            if found is None:
                raise Unavailable("HubSpot has the contact but does not show it yet") from error
            return found
        except Rejected:
            if len(properties) == 1:
                raise
            # An account may have rules for its properties. The address alone makes a contact;
            # the rest is filled in as far as it is liked.
            only = {"email": properties["email"]}
            return await self._create(tenant_id, only, company)
        held = {**properties, **properties_of(made)}
        if company is not None:
            held[PRIMARY_COMPANY] = company.id
        return _Contact(id=record_id(made), held=held)

    async def _fill_in(
        self, tenant_id: TenantId, contact: _Contact, properties: dict[str, str]
    ) -> None:
        """What only the form knows; what the CRM holds stays as it is."""
        missing = {name: value for name, value in properties.items() if name not in contact.held}
        if not missing:
            return
        try:
            await self._change(tenant_id, contact.id, missing)
        except Rejected:
            # Somebody's odd telephone number must cost neither their job title nor their answer.
            for name, value in missing.items():
                with suppress(Rejected):
                    await self._change(tenant_id, contact.id, {name: value})

    async def _change(
        self, tenant_id: TenantId, contact_id: str, properties: dict[str, str]
    ) -> None:
        body = {"properties": properties}
        await self._client.ask(
            tenant_id, lambda api, how: api.contacts.update(contact_id, body, **how)
        )

    async def _put_with_company(
        self, tenant_id: TenantId, contact_id: str, company_id: str
    ) -> None:
        await self._client.ask(
            tenant_id,
            lambda api, how: api.associations.create(
                "contacts", contact_id, "companies", company_id, kinds(*_KINDS), **how
            ),
        )
