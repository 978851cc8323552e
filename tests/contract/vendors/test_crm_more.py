"""What every CRM must do beyond the workflow's needs: updates, deals, forms, conversions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

import attrs
import pytest

from salesagent_adapters.hubspot.conversions import HubSpotConversions
from salesagent_adapters.hubspot.deals import HubSpotDeals
from salesagent_adapters.hubspot.forms import HubSpotForms
from salesagent_adapters.hubspot.updates import HubSpotUpdates
from salesagent_adapters.memory.crm_more import MemoryCrmMore
from salesagent_adapters.memory.crm_state import StoredContact
from salesagent_contracts.stages import NOW, STRANGER, TENANT
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.errors import NotFound
from salesagent_core.ports.crm_conversions import CrmConversions
from salesagent_core.ports.crm_deals import CrmDeals, Deal
from salesagent_core.ports.crm_forms import CrmForm, CrmForms
from salesagent_core.ports.crm_updates import ContactJudgement, CrmUpdates

from .crm_stages import HubSpotStage
from .stages import MemoryStage

STAGES = (("one", "First talk", False), ("two", "Offer", False), ("won", "Won", True))


class MoreStage(Protocol):
    """The ports, and a way to set the vendor's side up."""

    @property
    def updates(self) -> CrmUpdates: ...
    @property
    def deals(self) -> CrmDeals: ...
    @property
    def forms(self) -> CrmForms: ...
    @property
    def conversions(self) -> CrmConversions: ...

    def contact(self, converted_at: datetime | None = None, **properties: str) -> str: ...
    def convert_again(self, contact: str, at: datetime) -> None: ...
    def held(self, contact: str) -> dict[str, str]: ...
    def create_property(self, name: str) -> None: ...
    def deal(self, contact: str, stage: str, changed_at: datetime) -> str: ...
    def form(self, form_id: str, name: str) -> None: ...


@attrs.frozen
class MemoryMore:
    stage: MemoryStage

    @property
    def _ports(self) -> MemoryCrmMore:
        return MemoryCrmMore(self.stage.world)

    updates = deals = forms = conversions = _ports

    def contact(self, converted_at: datetime | None = None, **properties: str) -> str:
        crm = self.stage.world.tenant(TENANT).crm
        contact = StoredContact(
            id=crm.new_id(), properties=properties, converted_at=converted_at, form_id="form-1"
        )
        return crm.save_contact(contact).id

    def convert_again(self, contact: str, at: datetime) -> None:
        crm = self.stage.world.tenant(TENANT).crm
        crm.save_contact(attrs.evolve(crm.contacts[contact], converted_at=at))

    def held(self, contact: str) -> dict[str, str]:
        return self.stage.world.tenant(TENANT).crm.contacts[contact].properties

    def create_property(self, name: str) -> None:
        self.stage.world.tenant(TENANT).crm.own_properties.add(name)

    def deal(self, contact: str, stage: str, changed_at: datetime) -> str:
        crm = self.stage.world.tenant(TENANT).crm
        position = [one for one, _, _ in STAGES].index(stage)
        _, name, closed = STAGES[position]
        deal = Deal(
            crm_id=crm.new_id(),
            pipeline_id="default",
            stage_id=stage,
            stage_name=name,
            position=position,
            closed=closed,
            won=closed,
            amount=Decimal("10.50"),
            changed_at=changed_at,
        )
        crm.deals[deal.crm_id] = (contact, deal)
        return deal.crm_id

    def form(self, form_id: str, name: str) -> None:
        self.stage.world.tenant(TENANT).crm.forms.append(CrmForm(form_id=form_id, name=name))


@attrs.frozen
class HubSpotMore:
    stage: HubSpotStage

    @property
    def updates(self) -> CrmUpdates:
        return HubSpotUpdates(self.stage.client, self.stage.set_up)

    @property
    def deals(self) -> CrmDeals:
        return HubSpotDeals(self.stage.client)

    @property
    def forms(self) -> CrmForms:
        return HubSpotForms(self.stage.client)

    @property
    def conversions(self) -> CrmConversions:
        return HubSpotConversions(self.stage.client, self.stage.set_up)

    def contact(self, converted_at: datetime | None = None, **properties: str) -> str:
        contact = self.stage.account.add("contacts", properties)
        if converted_at is not None:
            self.convert_again(contact, converted_at)
        return contact

    def convert_again(self, contact: str, at: datetime) -> None:
        record = self.stage.account.records["contacts"][contact]
        millis = int(at.timestamp() * 1000)
        record.properties["recent_conversion_date"] = at.isoformat(timespec="milliseconds")
        record.properties["hs_calculated_form_submissions"] = f"form-1::{millis}"

    def held(self, contact: str) -> dict[str, str]:
        return self.stage.account.records["contacts"][contact].properties

    def create_property(self, name: str) -> None:
        self.stage.account.custom[name] = "string"

    def deal(self, contact: str, stage: str, changed_at: datetime) -> str:
        self.stage.account.stages[:] = STAGES
        closed = "true" if stage == "won" else "false"
        return self.stage.crm_deal(
            contact,
            pipeline="default",
            dealstage=stage,
            amount="10.50",
            hs_is_closed=closed,
            hs_is_closed_won=closed,
            hs_lastmodifieddate=changed_at.isoformat(),
        )

    def form(self, form_id: str, name: str) -> None:
        self.stage.account.forms.append((form_id, name))


@pytest.fixture(params=["memory", "hubspot"])
def stage(request: pytest.FixtureRequest) -> Iterator[MoreStage]:
    """A connected account with nothing in it, fresh for each test."""
    if request.param == "memory":
        yield MemoryMore(MemoryStage.build())
        return
    with HubSpotStage.running() as running:
        yield HubSpotMore(running)


# --- updates -----------------------------------------------------------------------------------


def judgement(contact: str) -> ContactJudgement:
    return ContactJudgement(
        contact_crm_id=contact,
        segment="mid-market",
        icp_fit=81.24,
        last_outcome=OutcomeType.EMAIL_REPLIED,
    )


async def test_a_judgement_is_written_where_there_is_a_place_for_it(stage: MoreStage) -> None:
    contact = stage.contact(email="x@buyer.example", firstname="Ada")
    for name in ("segment", "icp_fit", "last_outcome"):
        stage.create_property(f"salesagent_{name}")
    report = await stage.updates.write_judgement(TENANT, judgement(contact))
    assert report.missing == ()
    assert len(report.written) == 3
    held = stage.held(contact)
    assert held["firstname"] == "Ada"
    assert {
        name: held[f"salesagent_{name}"] for name in ("segment", "icp_fit", "last_outcome")
    } == {
        "segment": "mid-market",
        "icp_fit": "81.2",
        "last_outcome": "email_replied",
    }


async def test_what_has_no_place_is_named_with_what_to_create(stage: MoreStage) -> None:
    contact = stage.contact(email="x@buyer.example")
    stage.create_property("salesagent_segment")
    report = await stage.updates.write_judgement(TENANT, judgement(contact))
    assert report.written == ("salesagent_segment",)
    assert [one.sentence for one in report.missing] == [
        "Create the contact property salesagent_icp_fit (ICP fit (0-100), number).",
        "Create the contact property salesagent_last_outcome (Last outcome, text).",
    ]
    assert "salesagent_icp_fit" not in stage.held(contact)


async def test_what_is_not_known_is_left_as_it_is(stage: MoreStage) -> None:
    contact = stage.contact(email="x@buyer.example")
    stage.create_property("salesagent_segment")
    await stage.updates.write_judgement(TENANT, judgement(contact))
    report = await stage.updates.write_judgement(TENANT, ContactJudgement(contact_crm_id=contact))
    assert (report.written, report.missing) == ((), ())
    assert stage.held(contact)["salesagent_segment"] == "mid-market"


async def test_a_judgement_of_nobody(stage: MoreStage) -> None:
    stage.create_property("salesagent_segment")
    with pytest.raises(NotFound):
        await stage.updates.write_judgement(TENANT, judgement("404404"))


# --- deals -------------------------------------------------------------------------------------


async def test_deals_come_with_their_place_in_the_pipeline(stage: MoreStage) -> None:
    contact, other = stage.contact(email="x@buyer.example"), stage.contact(email="y@buyer.example")
    old = stage.deal(contact, "won", NOW - timedelta(days=30))
    new = stage.deal(contact, "two", NOW - timedelta(days=1))
    stage.deal(other, "one", NOW)
    deals = await stage.deals.deals_of(TENANT, contact)
    assert [(deal.crm_id, deal.position, deal.stage_name) for deal in deals] == [
        (new, 1, "Offer"),
        (old, 2, "Won"),
    ]
    assert [(deal.closed, deal.won) for deal in deals] == [(False, False), (True, True)]
    assert deals[0].amount == Decimal("10.50")
    assert deals[0].changed_at == NOW - timedelta(days=1)


async def test_a_contact_without_deals(stage: MoreStage) -> None:
    assert await stage.deals.deals_of(TENANT, stage.contact(email="x@buyer.example")) == ()


# --- forms -------------------------------------------------------------------------------------


async def test_all_forms_are_listed_by_name(stage: MoreStage) -> None:
    for number in range(230):
        stage.form(f"id-{number}", f"Form {229 - number:03d}")
    forms = await stage.forms.forms(TENANT)
    assert [form.name for form in forms] == [f"Form {number:03d}" for number in range(230)]
    assert forms[0].form_id == "id-229"
    assert await stage.forms.forms(STRANGER) == ()


# --- conversions -------------------------------------------------------------------------------


async def test_conversions_come_oldest_first_and_only_those_asked_for(stage: MoreStage) -> None:
    stage.contact(email="never@buyer.example")
    stage.contact(NOW - timedelta(hours=2), email="before@buyer.example")
    late = stage.contact(NOW - timedelta(minutes=1), email="late@buyer.example", message="Hello")
    early = stage.contact(NOW - timedelta(hours=1), email="early@buyer.example")
    page = await stage.conversions.converted_since(TENANT, NOW - timedelta(hours=1))
    assert [one.crm_id for one in page.records] == [early, late]
    assert page.after is None
    assert page.records[1].converted_at == NOW - timedelta(minutes=1)
    assert page.records[1].form_id == "form-1"
    fields = {field.name: field.value for field in page.records[1].fields}
    assert (fields["email"], fields["message"]) == ("late@buyer.example", "Hello")
    assert (
        await stage.conversions.converted_since(STRANGER, NOW - timedelta(days=9))
    ).records == ()


async def test_many_conversions_come_in_pages(stage: MoreStage) -> None:
    for number in range(230):
        at = NOW - timedelta(minutes=230 - number)
        stage.contact(at, email=f"p{number}@buyer.example")
    since, after, seen = NOW - timedelta(days=1), None, []
    while True:
        page = await stage.conversions.converted_since(TENANT, since, after)
        seen += [one.crm_id for one in page.records]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 230


async def test_the_latest_conversion_of_a_contact_counts(stage: MoreStage) -> None:
    contact = stage.contact(NOW - timedelta(hours=5), email="x@buyer.example")
    stage.convert_again(contact, NOW)
    page = await stage.conversions.converted_since(TENANT, NOW - timedelta(hours=1))
    assert [(one.crm_id, one.converted_at) for one in page.records] == [(contact, NOW)]
