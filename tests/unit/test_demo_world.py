"""The demo's leads are varied, invented, and fit for the door they come in by."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from salesagent_adapters.memory.calendar import MemoryCalendar
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.system.clock import FixedClock
from salesagent_app.demo_world import DEMO_FORMS, DEMO_TENANT, build_demo_world

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
NOBODYS = "blooms_of_example@gmail.com"


def fields(payload: dict[str, object]) -> dict[str, str]:
    listed = payload["fields"]
    assert isinstance(listed, list)
    return {field["name"]: field["value"] for field in listed}


def test_there_are_at_least_twelve_forms_and_one_exact_duplicate() -> None:
    bodies = [json.dumps(form.payload) for form in DEMO_FORMS]
    assert len(set(bodies)) >= 12
    assert len(bodies) - len(set(bodies)) == 1
    ids = [form.payload["formSubmissionId"] for form in DEMO_FORMS]
    assert len(ids) - len(set(ids)) == 1


def test_every_address_is_in_a_reserved_domain() -> None:
    texts = json.dumps([form.payload for form in DEMO_FORMS])
    for host in re.findall(r"@([\w.-]+)", texts.replace(NOBODYS, "")):
        assert host.endswith((".example", "example.org", "example..com"))


async def test_the_returning_customer_has_a_thread() -> None:
    world = build_demo_world(FixedClock(NOW))
    mailbox = MemoryMailbox(world)
    found = await mailbox.search_threads(
        DEMO_TENANT.id,
        DEMO_TENANT.mailbox,
        email="tom.okafor@moorlanddairy.example",
        company_domain="moorlanddairy.example",
        limit=5,
    )
    newest = found.newest_with_person
    assert newest is not None
    thread = await mailbox.read_thread(DEMO_TENANT.id, DEMO_TENANT.mailbox, newest.thread_id)
    assert len(thread.mails) == 2
    assert "Moorland Dairy, Leeds" not in thread.mails[0].text


async def test_the_calendar_is_busy_but_not_full() -> None:
    world = build_demo_world(FixedClock(NOW))
    busy = await MemoryCalendar(world).busy(
        DEMO_TENANT.id, DEMO_TENANT.mailbox, NOW, NOW + timedelta(days=14)
    )
    assert 5 <= len(busy) <= 20


def test_two_worlds_share_nothing() -> None:
    one, other = build_demo_world(FixedClock(NOW)), build_demo_world(FixedClock(NOW))
    one.tenant(DEMO_TENANT.id).crm.contacts.clear()
    assert other.tenant(DEMO_TENANT.id).crm.contacts
