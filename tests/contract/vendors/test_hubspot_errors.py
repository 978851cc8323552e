"""What HubSpot's adapter makes of a bad day, over exchanges written from HubSpot's documents."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest
from tests.services.hubspot_account import COMPANIES, CONTACTS
from tests.services.hubspot_standin import Fault

from salesagent_adapters.hubspot.client import Limits, Timeouts
from salesagent_contracts.stages import NOW, TENANT
from salesagent_core.domain.context import CompanyNotes
from salesagent_core.errors import (
    NeedsReauth,
    NotFound,
    RateLimited,
    Rejected,
    SalesAgentError,
    Unavailable,
)
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactHint, CrmTask

from .crm_stages import HubSpotStage
from .test_crm import HINT, task

BATCH_READ = "/crm/v3/objects/contacts/batch/read"
COMPANY_SEARCH = "/crm/v3/objects/companies/search"
SECRET = "ada.byrne@buyer.example"


@pytest.fixture
def stage() -> Iterator[HubSpotStage]:
    with HubSpotStage.running() as running:
        yield running


def limited(policy: str, **headers: str) -> Fault:
    body = {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
        "policyName": policy,
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(status=429, body=body, headers=named)


async def ask(stage: HubSpotStage) -> None:
    await stage.crm.resolve(TENANT, HINT)


# --- rate limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "headers", "seconds"),
    [
        ("TEN_SECONDLY_ROLLING", {}, 10),
        ("DAILY", {}, 3600),
        ("SOMETHING_NEW", {}, 10),
        ("TEN_SECONDLY_ROLLING", {"Retry_After": "30"}, 30),
        ("TEN_SECONDLY_ROLLING", {"Retry_After": "soon"}, 10),
        ("DAILY", {"Retry_After": "99999999"}, 86_400),
    ],
)
async def test_a_429_says_when_to_come_back(
    stage: HubSpotStage, policy: str, headers: dict[str, str], seconds: int
) -> None:
    stage.stand_in.faults.append(limited(policy, **headers))
    with pytest.raises(RateLimited) as refused:
        await ask(stage)
    wanted = NOW + timedelta(seconds=seconds)
    assert wanted <= refused.value.retry_at <= wanted + timedelta(seconds=5)
    assert len(stage.stand_in.calls) == 1, "it was not tried again"


async def test_after_a_429_nobody_calls_until_the_time_named(stage: HubSpotStage) -> None:
    stage.stand_in.faults.append(limited("DAILY"))
    for _ in range(5):
        with pytest.raises(RateLimited) as refused:
            await ask(stage)
        assert refused.value.retry_at >= NOW + timedelta(minutes=59)
    assert len(stage.stand_in.calls) == 1


async def test_the_limit_of_the_search_stops_only_searches(stage: HubSpotStage) -> None:
    fault = attrs.evolve(limited("SECONDLY", Retry_After="60"), path=COMPANY_SEARCH)
    stage.stand_in.faults.append(fault)
    contact = stage.crm_contact(email="x@other.example")
    for _ in range(2):
        with pytest.raises(RateLimited):
            await ask(stage)
    assert stage.stand_in.calls.count(("POST", COMPANY_SEARCH)) == 1
    assert (await stage.crm.contact(TENANT, contact)).crm_id == contact


async def test_a_burst_is_spread_so_that_the_vendor_never_refuses() -> None:
    with HubSpotStage.running(limits=Limits.of(40)) as stage:
        stage.account.calls_in_10_seconds = 40
        stage.account.searches_a_second = 5
        hints = [ContactHint(email=f"p{number}@firm{number}.example") for number in range(8)]
        # Each needs a read, a search and two new records: with 4 searches a second and half of
        # 40 calls at once, they wait for their turn.
        results = await asyncio.gather(
            *(stage.crm.resolve(TENANT, hint) for hint in hints), return_exceptions=True
        )
        failures = [one for one in results if isinstance(one, BaseException)]
        assert failures == []
        assert len(stage.account.records[CONTACTS]) == 8


# --- credentials -------------------------------------------------------------------------------


async def test_a_revoked_token_asks_for_a_person(stage: HubSpotStage) -> None:
    stage.stand_in.accounts.clear()
    with pytest.raises(NeedsReauth):
        await ask(stage)
    assert len(stage.stand_in.calls) == 1


async def test_an_account_that_was_never_connected(stage: HubSpotStage) -> None:
    with pytest.raises(NeedsReauth):
        await stage.crm.contact(TenantId("nobody"), "1")
    assert stage.stand_in.calls == []


async def test_a_missing_scope_is_named(stage: HubSpotStage) -> None:
    scopes = ["crm.objects.contacts.write", "crm.objects.contacts.highly_sensitive.write.v2"]
    body = {
        "status": "error",
        "message": "This app hasn't been granted all required scopes to make this call.",
        "correlationId": "5fd6d324-f253-78b7-8d43-2a41596a804c",
        "errors": [
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": scopes},
            }
        ],
        "category": "MISSING_SCOPES",
    }
    path = "/crm/v3/objects/contacts"
    stage.stand_in.faults.append(Fault(method="POST", path=path, status=403, body=body))
    with pytest.raises(NeedsReauth, match=r"crm\.objects\.contacts\.write"):
        await ask(stage)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": [1, {"context": 2}]}'])
async def test_a_403_that_says_nothing_still_asks_for_a_person(
    stage: HubSpotStage, body: bytes
) -> None:
    stage.stand_in.faults.append(Fault(status=403, raw=body))
    with pytest.raises(NeedsReauth):
        await ask(stage)


# --- broken answers ----------------------------------------------------------------------------

_GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(),
        Fault(status=200, raw=b'{"results": [', headers={"Content-Length": "5000"}),
        Fault(status=200, raw=b'{"results": ['),
        Fault(status=200, raw=b"[]"),
        Fault(status=200, raw=b"<html>Sorry</html>", headers={"Content-Type": "text/html"}),
        Fault(status=200, raw=b"\xff\xfe\x00"),
        Fault(status=200, raw=b"[" * 200_000),
        Fault(status=200, raw=b"not gzip", headers=_GZIP),
        Fault(status=500, raw=b"\xff\xfe"),
        Fault(status=502, raw=b"<html>Bad gateway</html>"),
        Fault(status=503),
        Fault(status=504),
        Fault(status=521),
        Fault(status=408),
        Fault(status=423),
        Fault(status=302, headers={"Location": "/elsewhere"}),
    ],
    ids=lambda fault: f"{fault.status}-{(fault.raw or b'')[:12]!r}",
)
async def test_what_may_work_later_is_unavailable_and_not_tried_again(
    stage: HubSpotStage, fault: Fault
) -> None:
    stage.stand_in.faults.append(fault)
    with pytest.raises(Unavailable):
        await ask(stage)
    assert len(stage.stand_in.calls) == 1
    await ask(stage)  # the connection is usable again


@pytest.mark.parametrize("status", [477, 503])
async def test_the_time_that_the_other_side_names_is_kept(stage: HubSpotStage, status: int) -> None:
    stage.stand_in.faults.append(Fault(status=status, headers={"Retry-After": "86400"}))
    with pytest.raises(Unavailable) as refused:
        await ask(stage)
    assert refused.value.retry_at is not None
    assert refused.value.retry_at >= NOW + timedelta(days=1)


@pytest.mark.parametrize("timeouts", [Timeouts(read=0.2), Timeouts(whole=0.2)])
async def test_an_answer_that_does_not_come_is_not_waited_for(timeouts: Timeouts) -> None:
    with HubSpotStage.running(timeouts=timeouts) as stage:
        stage.stand_in.faults.append(Fault(seconds=1.0))
        with pytest.raises(Unavailable):
            await ask(stage)
        assert len(stage.stand_in.calls) == 1


async def test_nobody_is_there() -> None:
    with HubSpotStage.running() as stage:
        pass
    with pytest.raises(SalesAgentError):
        await ask(stage)


# --- refusals ----------------------------------------------------------------------------------


async def test_a_refusal_names_codes_and_never_the_person(stage: HubSpotStage) -> None:
    body = {
        "status": "error",
        "message": f"Property values were not valid: {SECRET}",
        "category": "VALIDATION_ERROR",
        "errors": [
            {
                "message": f"Email address {SECRET} is invalid",
                "code": "INVALID_EMAIL",
                "context": {"propertyName": ["email"], "value": [SECRET]},
            }
        ],
    }
    path = "/crm/v3/objects/contacts"
    fault = Fault(method="POST", path=path, status=400, body=body)
    stage.stand_in.faults += [fault, fault]  # with all it knows, and with the address alone
    with pytest.raises(Rejected, match="INVALID_EMAIL, email") as refused:
        await ask(stage)
    logged = "".join(traceback.format_exception(refused.value))
    assert SECRET not in logged
    assert "token-a" not in logged


async def test_a_contact_that_somebody_made_meanwhile_is_taken(stage: HubSpotStage) -> None:
    made = stage.crm_contact(email="ada.byrne@buyer.example", firstname="Adelaide")
    unseen = {"status": "COMPLETE", "results": []}
    stage.stand_in.faults.append(Fault(path=BATCH_READ, status=200, body=unseen))
    lead = await stage.crm.resolve(TENANT, HINT)
    assert (lead.person.crm_id, lead.person.first_name) == (made, "Adelaide")
    assert lead.person.title == "VP Operations"
    assert lead.company.crm_id
    assert stage.crm_size()[:2] == (1, 1)


async def test_a_contact_that_is_taken_but_not_shown_is_tried_later(stage: HubSpotStage) -> None:
    stage.crm_contact(email="ada.byrne@buyer.example")
    unseen = Fault(path=BATCH_READ, status=200, body={"status": "COMPLETE", "results": []})
    stage.stand_in.faults += [unseen, unseen, unseen]
    with pytest.raises(Unavailable):
        await ask(stage)


@pytest.mark.parametrize("new", [True, False])
async def test_what_the_account_does_not_like_costs_nothing_else(
    stage: HubSpotStage, new: bool
) -> None:
    stage.account.refused |= {"country", "jobtitle"}
    if not new:
        stage.account.add(CONTACTS, {"email": SECRET})
    lead = await stage.crm.resolve(TENANT, HINT)
    (contact,) = stage.account.records[CONTACTS].values()
    assert (contact.properties["firstname"], contact.properties["lastname"]) == ("Ada", "Byrne")
    assert "jobtitle" not in contact.properties
    assert (lead.person.title, lead.person.country) == ("VP Operations", "DE")
    assert contact.properties["associatedcompanyid"] == lead.company.crm_id


async def test_somebodys_second_address_is_theirs(stage: HubSpotStage) -> None:
    theirs = stage.crm_contact(
        email="adelaide@buyer.example", hs_additional_emails="ada.byrne@buyer.example"
    )
    lead = await stage.crm.resolve(TENANT, HINT)
    assert lead.person.crm_id == theirs
    # The mail goes to the address that asked.
    assert lead.person.email == "ada.byrne@buyer.example"
    assert stage.account.records[CONTACTS][theirs].properties["email"] == "adelaide@buyer.example"
    assert stage.crm_size()[0] == 1


async def test_the_search_shows_a_new_company_late_and_it_is_not_made_twice(
    stage: HubSpotStage,
) -> None:
    stage.account.search_lag = 3_600
    first = await stage.crm.resolve(TENANT, HINT)
    other = attrs.evolve(HINT, email="grace@buyer.example", first_name="Grace")
    again = await stage.crm.resolve(TENANT, other)
    assert again.company.crm_id == first.company.crm_id
    assert len(stage.account.records[COMPANIES]) == 1


# --- tasks and notes ---------------------------------------------------------------------------


async def test_a_new_process_finds_the_task_that_an_old_one_made(stage: HubSpotStage) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    stage.account.search_lag = 3_600
    made = await stage.crm.ensure_task(TENANT, task(contact, "run-12"))
    fresh = type(stage.crm)(stage.client, stage.set_up)
    assert await fresh.ensure_task(TENANT, task(contact, "run-12")) == made
    # A key that is the beginning of another one is another one.
    assert await fresh.ensure_task(TENANT, task(contact, "run-1")) != made
    assert stage.crm_size()[2:] == (2, 2)


async def test_the_task_hangs_on_the_contact_its_company_and_its_open_deal(
    stage: HubSpotStage,
) -> None:
    company = stage.crm_company(name="Buyer", domain="buyer.example")
    contact = stage.crm_contact(company, email="x@buyer.example", hubspot_owner_id="7")
    lost = stage.crm_deal(contact, dealstage="lost", hs_is_closed="true")
    deal = stage.crm_deal(contact, dealstage="one")
    ref = await stage.crm.ensure_task(TENANT, task(contact))
    links = stage.account.links
    assert links["tasks", ref.task_id, "contacts", contact] == {204}
    assert links["tasks", ref.task_id, "companies", company] == {192}
    assert links["tasks", ref.task_id, "deals", deal] == {216}
    assert ("tasks", ref.task_id, "deals", lost) not in links
    assert links["notes", ref.note_id, "contacts", contact] == {202}
    held = stage.account.records["tasks"][ref.task_id].properties
    assert held["hs_timestamp"].startswith("2026-11-24")
    assert held["hubspot_owner_id"] == "7"


async def test_what_we_wrote_is_shown_as_text_and_not_read_back_as_news(
    stage: HubSpotStage,
) -> None:
    contact = stage.crm_contact(email="x@buyer.example")
    hostile = CrmTask(
        key="run-1",
        contact_crm_id=contact,
        title="Review <the> draft",
        note="Hello\n<script>alert(1)</script> & more",
        due=task(contact).due,
    )
    ref = await stage.crm.ensure_task(TENANT, hostile)
    body = stage.account.records["notes"][ref.note_id].properties["hs_note_body"]
    assert "<script>" not in body
    assert "Hello<br>&lt;script&gt;" in body
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    assert await stage.crm.company_notes(TENANT, lead) == CompanyNotes()


# --- the lead ----------------------------------------------------------------------------------


async def test_the_owner_language_and_time_zone_are_read(stage: HubSpotStage) -> None:
    stage.account.owners[7] = "Owner@Ours.Example"
    stage.crm_contact(
        email="x@buyer.example",
        hubspot_owner_id="7",
        hs_language="de-at",
        hs_timezone="europe_slash_vienna",
    )
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    assert lead.owner_email == "owner@ours.example"
    assert (lead.person.language, lead.person.time_zone) == ("de", "Europe/Vienna")


async def test_an_owner_who_left_is_nobody(stage: HubSpotStage) -> None:
    stage.crm_contact(email="x@buyer.example", hubspot_owner_id="8")
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    assert lead.owner_email is None


async def test_a_company_that_was_deleted_is_found_anew(stage: HubSpotStage) -> None:
    gone = stage.crm_company(name="Buyer", domain="buyer.example")
    stage.crm_contact(gone, email="x@buyer.example")
    del stage.account.records[COMPANIES][gone]
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    assert lead.company.crm_id not in (None, gone)


async def test_a_contact_made_by_hand_has_no_conversion(stage: HubSpotStage) -> None:
    contact = stage.account.add(CONTACTS, {"email": "x@buyer.example"})
    record = await stage.crm.contact(TENANT, contact)
    assert (record.converted_at, record.form_id) == (None, None)


async def test_strange_values_are_no_values(stage: HubSpotStage) -> None:
    values: dict[str, Any] = {
        "recent_conversion_date": "yesterday",
        "hs_calculated_form_submissions": "::;x;a::b;" + "::" * 50,
        "hs_timezone": "mars",
        "hs_language": "klingon",
    }
    contact = stage.account.add(CONTACTS, {"email": "x@buyer.example", **values})
    record = await stage.crm.contact(TENANT, contact)
    assert (record.converted_at, record.form_id) == (None, None)
    lead = await stage.crm.resolve(TENANT, ContactHint(email="x@buyer.example"))
    assert (lead.person.time_zone, lead.person.language) == (None, None)


async def test_a_contact_id_that_is_none(stage: HubSpotStage) -> None:
    for strange in ("", "../companies", "1?x=y"):
        with pytest.raises((NotFound, Rejected)):
            await stage.crm.contact(TENANT, strange)
