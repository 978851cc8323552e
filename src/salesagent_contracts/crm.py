"""What every CRM must do."""

from __future__ import annotations

import asyncio
from datetime import date

import attrs
import pytest

from salesagent_contracts.stages import NOW, STRANGER, TENANT, CrmStage
from salesagent_core.domain.lead import Lead, Person
from salesagent_core.errors import NotFound, RateLimited, Rejected, Unavailable
from salesagent_core.ports.crm import ContactHint, CrmTask

HINT = ContactHint(
    email="Ada.Byrne@Buyer.Example",
    first_name="Ada",
    last_name="Byrne",
    title="VP Operations",
    company_name="Buyer Ltd",
    country="Germany",
)


async def test_an_unknown_person_is_created_with_their_company(stage: CrmStage) -> None:
    lead = await stage.crm.resolve(TENANT, HINT)
    assert lead.person.email == "ada.byrne@buyer.example"
    assert lead.person.full_name == "Ada Byrne"
    assert lead.person.country == "DE"
    assert (lead.company.name, lead.company.domain) == ("Buyer Ltd", "buyer.example")
    assert lead.person.crm_id
    assert lead.company.crm_id
    assert stage.crm_size()[:2] == (1, 1)


async def test_asking_again_creates_nothing(stage: CrmStage) -> None:
    first = await stage.crm.resolve(TENANT, HINT)
    again = await stage.crm.resolve(TENANT, attrs.evolve(HINT, email="ADA.BYRNE@buyer.example"))
    assert again == first
    assert stage.crm_size()[:2] == (1, 1)


async def test_many_at_once_create_one(stage: CrmStage) -> None:
    leads = await asyncio.gather(*(stage.crm.resolve(TENANT, HINT) for _ in range(20)))
    assert len({lead.person.crm_id for lead in leads}) == 1
    assert stage.crm_size()[:2] == (1, 1)


async def test_the_crm_wins_and_the_form_fills_the_gaps(stage: CrmStage) -> None:
    company = stage.crm_company(
        name="Buyer Holding", domain="buyer.example", industry="logistics", numberofemployees="250"
    )
    stage.crm_contact(company, email="ada.byrne@buyer.example", firstname="Adelaide")
    lead = await stage.crm.resolve(TENANT, HINT)
    assert lead.person.first_name == "Adelaide"
    assert lead.person.title == "VP Operations"
    assert lead.company.name == "Buyer Holding"
    assert lead.company.employees == 250
    assert lead.email_verified_domain


async def test_a_subdomain_belongs_to_the_company(stage: CrmStage) -> None:
    company = stage.crm_company(name="Buyer", domain="buyer.example")
    lead = await stage.crm.resolve(TENANT, attrs.evolve(HINT, email="ada@mail.buyer.example"))
    assert lead.company.crm_id == company


@pytest.mark.parametrize("domain", ["gmail.com", "buyer.example"])
async def test_a_free_mail_address_belongs_to_no_company(stage: CrmStage, domain: str) -> None:
    stage.crm_company(name="The provider", domain="gmail.com")
    stage.crm_company(name="Buyer", domain="buyer.example")
    hint = attrs.evolve(HINT, email="made_up@gmail.com", company_domain=domain)
    lead = await stage.crm.resolve(TENANT, hint)
    assert lead.company.crm_id is None
    assert lead.company.domain is None
    assert not lead.email_verified_domain
    assert lead.company.name == "Buyer Ltd"


async def test_flags_come_from_the_records(stage: CrmStage) -> None:
    rival = stage.crm_company(name="Rival", domain="rival.example", type="COMPETITOR")
    stage.crm_contact(rival, email="x@rival.example", lifecyclestage="customer")
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@rival.example"))
    assert lead.is_competitor
    assert lead.is_customer


@pytest.mark.parametrize("address", ["", "nobody", "a@@b.example", "a@b.example\r\nx: y"])
async def test_a_malformed_address_is_rejected(stage: CrmStage, address: str) -> None:
    with pytest.raises(Rejected) as refused:
        await stage.crm.resolve(TENANT, ContactHint(email=address))
    assert not address or address not in str(refused.value)
    assert stage.crm_size()[0] == 0


async def test_tenants_have_separate_records(stage: CrmStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    with pytest.raises(NotFound):
        await stage.crm.contact(STRANGER, contact)


async def test_a_contact_carries_its_latest_conversion(stage: CrmStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example", message="Hello")
    record = await stage.crm.contact(TENANT, contact)
    assert {field.name: field.value for field in record.fields}["message"] == "Hello"
    assert record.form_id == "form-1"
    assert record.conversion_id == ("conversion-1" if stage.names_conversions else None)
    assert record.converted_at == NOW


async def test_an_unknown_contact_is_not_found(stage: CrmStage) -> None:
    with pytest.raises(NotFound):
        await stage.crm.contact(TENANT, "404")


async def test_notes_of_both_come_newest_first_and_nobody_elses(stage: CrmStage) -> None:
    company = stage.crm_company(name="Buyer", domain="buyer.example")
    other = stage.crm_company(name="Other", domain="other.example")
    contact = stage.crm_contact(company, email="x@buyer.example")
    stage.crm_note(company, "old, on the company", 30)
    stage.crm_note(contact, "new, on the contact", 2)
    stage.crm_note(other, "somebody else's", 1)
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    notes = await stage.crm.company_notes(TENANT, lead)
    assert notes.notes == ("new, on the contact", "old, on the company")


async def test_somebody_unknown_has_no_notes(stage: CrmStage) -> None:
    lead = Lead(person=Person(email="x@buyer.example"))
    assert (await stage.crm.company_notes(TENANT, lead)).notes == ()


def task(contact: str, key: str = "run-1") -> CrmTask:
    return CrmTask(
        key=key,
        contact_crm_id=contact,
        title="Review the draft",
        note="Preview",
        due=date(2026, 11, 24),
    )


async def test_a_key_makes_one_task_and_one_note(stage: CrmStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    refs = await asyncio.gather(*(stage.crm.ensure_task(TENANT, task(contact)) for _ in range(20)))
    assert len(set(refs)) == 1
    assert stage.crm_size()[2:] == (1, 1)
    other = await stage.crm.ensure_task(TENANT, task(contact, "run-2"))
    assert other != refs[0]


async def test_a_lost_answer_is_harmless(stage: CrmStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    stage.fails("crm.ensure_task", lambda: Unavailable("reset"), after=True)
    with pytest.raises(Unavailable):
        await stage.crm.ensure_task(TENANT, task(contact))
    await stage.crm.ensure_task(TENANT, task(contact))
    assert stage.crm_size()[2:] == (1, 1)


async def test_a_task_for_nobody_is_rejected(stage: CrmStage) -> None:
    with pytest.raises(Rejected):
        await stage.crm.ensure_task(TENANT, task(""))


async def test_a_storm_of_calls_is_slowed_down_with_a_time(stage: CrmStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    calls = (stage.crm.contact(TENANT, contact) for _ in range(1_000))
    with pytest.raises((RateLimited, Unavailable)) as refused:
        await asyncio.gather(*calls)
    assert isinstance(refused.value, RateLimited | Unavailable)
    assert refused.value.retry_at is not None
    assert refused.value.retry_at > NOW
