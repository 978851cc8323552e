"""The pages about sending in a real browser: each state fits the screen and can be read by all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page
from sqlalchemy import text
from tests.e2e.test_http_browser import browser
from tests.e2e.test_http_sending import Stage, served
from tests.e2e.test_sending_flow import EVERYBODY, MAILBOX, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.mail_sender import FateUnknown
from salesagent_core.use_cases.reconcile_send import ReconcileSends

LONG_WHY = "a customer complained that " + "very " * 60 + "many mails came"


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(make_office(database_url, vault, EVERYBODY)) as made:
        yield made


@asynccontextmanager
async def page_of(stage: Stage, width: int, scheme: str) -> AsyncIterator[Page]:
    """A logged-in page. The session is opened over HTTP: the cookie is for https alone."""
    session = (await stage.logged_in(stage.admin)).headers["cookie"]
    async with browser() as started:
        context = await started.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,  # type: ignore[arg-type]
            extra_http_headers={"cookie": session},
            base_url=str(stage.nobody.base_url),
        )
        yield await context.new_page()
        await context.close()


async def lost(stage: Stage, email: str) -> str:
    """A draft whose mail nobody can find."""
    draft, _ = await stage.approved(email)
    make, world = stage.office.make, stage.office.world
    assert draft.in_mailbox is not None
    world.faults.fail("mailbox.send_draft", FateUnknown("no answer"))
    await stage.office.work()
    world.connected_mailbox(DEFAULT_TENANT, MAILBOX).human_deletes(draft.in_mailbox.draft_id)
    reconcile = ReconcileSends(
        sends=make.send_queue(),
        work=make.unit_of_work(),
        sender=make.mail_sender(),
        queue=make.queue(),
        ids=make.ids(),
        grace=timedelta(0),
        between_looks=timedelta(0),
    )
    for _ in range(2):
        async with make.database().across_tenants() as connection:
            due = "UPDATE send_attempts SET due_at = now() WHERE due_at IS NOT NULL"
            await connection.execute(text(due))
        await reconcile()
    return f"/drafts/{draft.id}"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
async def test_every_state_of_a_send_can_be_read(stage: Stage, width: int, scheme: str) -> None:
    await stage.office.make.control_sending().set_limits(
        DEFAULT_TENANT, Limits(per_contact=1), who="o-1", why="test"
    )
    missing = await lost(stage, "lost@firm.example")
    sent, _ = await stage.approved()
    await stage.office.work()
    (mail,) = [each for each in stage.office.sent() if "kim" in each.recipients[0]]
    link = message_from_bytes(mail.raw)["List-Unsubscribe"].strip("<>")
    opt_out = "/u/" + link.rpartition("/")[2]
    held, _ = await stage.approved()
    on_its_way, answer = await stage.approved("ada@other.example")
    until = int(timedelta(days=1).total_seconds()) + 2_000_000_000
    places = {
        "needs a person": missing,
        "sent": f"/drafts/{sent.id}",
        "held": f"/drafts/{held.id}",
        "undo": f"/drafts/{on_its_way.id}?undo={on_its_way.id}&until={until}",
        "queue with trouble": "/queue",
        "opt-out": opt_out,
    }
    words = {
        "needs a person": "Look into the mailbox",
        "sent": "Sent",
        "held": "Approved, and not sent because",
        "undo": "Take it back",
        "queue with trouble": "1 mail needs a look",
        "opt-out": "Unsubscribe",
    }
    assert answer["send_at"] is not None
    faults: list[str] = []
    async with page_of(stage, width, scheme) as page:

        async def look(name: str, path: str, said: str) -> None:
            await page.goto(path)
            assert said in await page.inner_text("body"), name
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide"
            result = await Axe().run(page)
            if result.violations_count:
                faults.append(f"{name}: {result.generate_report()}")

        for name, path in places.items():
            await look(name, path, words[name])
        stop = await stage.operator.post("/api/admin/emergency-stop", json={"why": LONG_WHY[:500]})
        assert stop.status_code == 200
        await look("stopped", f"/drafts/{on_its_way.id}", "Sending is stopped")
    assert faults == []
