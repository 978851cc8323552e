"""Every request that we build is one that HubSpot's SDK describes, and so is every answer we test
with: Prism stands between the adapter and the stand-in and judges both by the SDK's document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.services.hubspot_spec import document
from tests.services.hubspot_standin import served_document
from tests.services.prism import prism_proxy

from salesagent_adapters.hubspot.conversions import HubSpotConversions
from salesagent_adapters.hubspot.deals import HubSpotDeals
from salesagent_adapters.hubspot.forms import HubSpotForms
from salesagent_adapters.hubspot.updates import HubSpotUpdates
from salesagent_contracts.stages import NOW, TENANT
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.errors import NotFound, SalesAgentError
from salesagent_core.ports.crm import ContactHint
from salesagent_core.ports.crm_updates import ContactJudgement

from .crm_stages import HubSpotStage
from .test_crm import HINT, task

SOURCES = Path(__file__).parents[3] / "src" / "salesagent_adapters" / "hubspot"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[HubSpotStage]:
    served = served_document()  # a smaller one is up sooner; what is not in it is refused

    def behind(upstream: str) -> AbstractContextManager[str]:
        return prism_proxy(served, upstream, tmp_path)

    with HubSpotStage.running(behind=behind) as running:
        yield running


async def everything(stage: HubSpotStage) -> None:
    """Each call that the adapters can make, at least once."""
    crm, account = stage.crm, stage.account
    account.owners[7] = "owner@ours.example"
    account.custom["salesagent_segment"] = "string"
    account.forms += [(f"form-{number}", f"Form {number}") for number in range(130)]
    account.stages += [("one", "One", False), ("two", "Two", False)]
    lead = await crm.resolve(TENANT, HINT)
    contact = lead.person.crm_id
    assert contact is not None
    # One that lacks what the form tells, and its company.
    stage.crm_contact(email="grace@buyer.example", hubspot_owner_id="7")
    found = await crm.resolve(TENANT, ContactHint(email="grace@buyer.example", title="CTO"))
    assert (found.company.crm_id, found.owner_email) == (lead.company.crm_id, "owner@ours.example")
    stage.crm_deal(contact, pipeline="default", dealstage="two", amount="10.50")
    await crm.ensure_task(TENANT, task(contact))
    assert len(account.records["tasks"]) == 1
    fresh = type(crm)(stage.client, stage.set_up)
    await fresh.ensure_task(TENANT, task(contact))
    assert len(account.records["tasks"]) == 1
    stage.crm_note(contact, "A note", 1)
    assert (await crm.company_notes(TENANT, lead)).notes == ("A note",)
    assert (await crm.contact(TENANT, contact)).crm_id == contact
    with pytest.raises(NotFound):
        await crm.contact(TENANT, "404404")
    judgement = ContactJudgement(
        contact_crm_id=contact, segment="smb", icp_fit=71.5, last_outcome=OutcomeType.EMAIL_SENT
    )
    report = await HubSpotUpdates(stage.client, stage.set_up).write_judgement(TENANT, judgement)
    assert report.written == ("salesagent_segment",)
    deals = await HubSpotDeals(stage.client).deals_of(TENANT, contact)
    assert [deal.position for deal in deals] == [1]
    assert len(await HubSpotForms(stage.client).forms(TENANT)) == 130
    conversions = HubSpotConversions(stage.client, stage.set_up)
    page = await conversions.converted_since(TENANT, NOW - timedelta(days=1))
    assert len(page.records) == 1
    await conversions.converted_since(TENANT, NOW - timedelta(days=1), "0")


def sdk_calls() -> set[str]:
    """The calls of the SDK that our code can make, as it names them."""
    text = "\n".join(path.read_text() for path in sorted(SOURCES.glob("*.py")))
    return set(re.findall(r"\b(?:api|a)\.([a-z_]+\.[a-z_]+)\(", text))


async def test_every_request_fits_the_vendors_document(stage: HubSpotStage) -> None:
    await everything(stage)
    seen = {
        (method, re.sub(r"/[0-9]+(?=/|$)", "/{}", path)) for method, path in stage.stand_in.calls
    }
    kinds = ("contacts", "companies", "notes", "tasks")
    assert seen == {
        *(("POST", f"/crm/v3/objects/{kind}") for kind in kinds),
        *(
            ("POST", f"/crm/v3/objects/{kind}/batch/read")
            for kind in ("contacts", "notes", "tasks", "deals")
        ),
        *(("POST", f"/crm/v3/objects/{kind}/search") for kind in ("contacts", "companies")),
        ("PATCH", "/crm/v3/objects/contacts/{}"),
        ("GET", "/crm/v3/objects/companies/{}"),
        *(
            ("GET", f"/crm/v4/objects/contacts/{{}}/associations/{kind}")
            for kind in ("notes", "tasks", "deals")
        ),
        ("GET", "/crm/v4/objects/companies/{}/associations/notes"),
        ("PUT", "/crm/v4/objects/contacts/{}/associations/companies/{}"),
        ("GET", "/crm/v3/owners/{}"),
        ("GET", "/crm/v3/pipelines/deals"),
        ("GET", "/crm/v3/properties/contacts"),
        ("GET", "/marketing/v3/forms/"),
    }
    # A new call in the adapter needs a line in ``everything``.
    assert len(sdk_calls()) == 18
    # And the judge does judge: a wrong request never gets through.
    stage.stand_in.calls.clear()
    with pytest.raises(SalesAgentError):
        await stage.client.ask(
            TENANT, lambda api, how: api.contacts.create({"properties": "none"}, **how)
        )
    assert stage.stand_in.calls == []


def test_the_document_covers_what_the_sdk_covers() -> None:
    found = document()
    assert len(found["paths"]) >= 70
    assert len(found["components"]["schemas"]) >= 250
    create = found["paths"]["/crm/v3/objects/contacts"]["post"]
    schema = create["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/crm.contacts.SimplePublicObjectInputForCreate"}
    operators = found["components"]["schemas"]["crm.contacts.Filter"]["properties"]["operator"]
    assert "CONTAINS_TOKEN" in operators["enum"]


def test_the_document_is_openapi() -> None:
    import schemathesis

    loaded = schemathesis.openapi.from_dict(document())
    assert loaded.specification.name == "Open API 3.0.3"
