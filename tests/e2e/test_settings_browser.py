"""Set-up and settings in a real browser, over the real application and its database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page
from tests.e2e.autonomy_stage import deciding_office
from tests.e2e.test_http_browser import Visitor, browser
from tests.e2e.test_sending_flow import Office

from salesagent_adapters.crypto.vault import Vault
from salesagent_app.container import Container
from salesagent_app.keys import create_key
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.draft import Draft
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.job_queue import Topic

pytestmark = pytest.mark.database

SHOTS = os.environ.get("SALESAGENT_TEST_SHOTS")
"""A folder to look at afterwards."""


@attrs.frozen
class Place:
    """The application at its address, with a worker that works all the time."""

    office: Office
    url: str

    @asynccontextmanager
    async def visitor(
        self,
        started: Browser,
        name: str,
        scope: Scope = Scope.ADMIN,
        *,
        javascript: bool = True,
    ) -> AsyncIterator[Visitor]:
        """Somebody logged in."""
        make = self.office.make
        key = await create_key(
            make.api_keys(),
            make.clock(),
            name=name,
            scopes=[scope],
            lifetime=None,
            tenant=DEFAULT_TENANT,
        )
        context = await started.new_context(
            viewport={"width": 1440, "height": 844}, java_script_enabled=javascript
        )
        page = await context.new_page()
        await page.goto(self.url + "/login")
        await page.fill("#key", key.secret)
        await page.click("text=Log in >> nth=-1")
        await page.wait_for_url(lambda there: "/login" not in there)
        yield Visitor(context, page, self.url)
        await context.close()

    async def draft_of(self, email: str) -> Draft:
        """The draft of a form that came in from this address, once there is one."""
        for _ in range(200):
            for item in await self.office.make.queries().drafts(DEFAULT_TENANT, limit=50):
                if item.draft.lead.person.email == email and item.decision is not None:
                    found: Draft = item.draft
                    return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"no draft for {email}")


@asynccontextmanager
async def served(database_url: str, vault: Vault) -> AsyncIterator[Place]:
    """The application behind a socket, with its worker."""
    office = deciding_office(database_url, vault, postal_address=None, sender_name="Sales")
    container = Container(office.make)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(container.http_app(), log_config=None, lifespan="off")
        )
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        tasks = [
            asyncio.create_task(server.serve(sockets=[listener])),
            asyncio.create_task(work(office)),
        ]
        try:
            yield Place(office, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            tasks[1].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await container.close()


async def work(office: Office) -> None:
    """What a worker does, until it is told to stop."""
    while True:
        due = await office.make.backlog().due(Topic.RUN, 50)
        if due:
            await office.handlers[Topic.RUN](list(due))
        await asyncio.sleep(0.1)


async def send_test_form(page: Page, email: str) -> None:
    """Fill the form of the guide in and send it."""
    if not await page.locator("#test-email").is_visible():
        await page.click("text=Send another")
    await page.fill("#test-email", email)
    await page.fill("#test-message", "We run 40 trucks. Could you show us your product?")
    await page.click("text=Send the test form")


async def test_set_up_from_nothing_to_rules_that_decide(database_url: str, vault: Vault) -> None:
    async with (
        served(database_url, vault) as place,
        browser() as started,
        place.visitor(started, "Ada") as ada,
    ):
        page = ada.page
        await set_up(place, page)
        before = await place.draft_of("robin@first.example")
        assert "Dana Field" in before.revision.body
        after = await another_customer(place, ada)
        assert after.fit.score < before.fit.score
        await a_rule(place, page)
        await limits_are_explained(ada)
        async with place.visitor(started, "Ben") as ben:
            await two_change_the_same(ada, ben)
        assert ada.complaints == []


async def set_up(place: Place, page: Page) -> None:
    """From Today to a first draft that appears before one's eyes."""
    await page.goto(place.url + "/")
    await page.click("text=Go on with the set-up")
    assert "GOOGLE_CLIENT_ID" in await page.inner_text("#google")
    await page.click("#hubspot >> text=Test it now")
    assert "its settings are missing" in await page.inner_text("#hubspot")
    await page.fill("#sender_name", "")
    await page.click("#sender >> text=Save")
    assert "must be the name that mails are signed with" in (
        await page.inner_text("#sender-sender_name-said")
    ).replace("Must", "must")
    await page.fill("#sender_name", "Dana Field")
    await page.fill("#postal_address", "Ours Ltd, 1 High Street, London")
    await page.click("#sender >> text=Save")
    await page.wait_for_selector("#sender .mark.ok")
    # What the pages change counts for every process within a second.
    await asyncio.sleep(1.1)
    await send_test_form(page, "robin@first.example")
    await page.wait_for_selector(".mail-shown >> text=Dana Field", timeout=20_000)


async def another_customer(place: Place, ada: Visitor) -> Draft:
    """The profile is changed, tried on the lead that is there, and counts for the next."""
    page = ada.page
    await ada.go("/settings/icp")
    ticked = page.locator("input[name=departments]:checked")
    while await ticked.count():
        await ticked.first.click()
    await page.wait_for_selector("#preview >> text=Put right what is wrong")
    await page.check("input[name=departments][value=finance]")
    await page.wait_for_selector("#preview >> text=1 of 1 would be scored otherwise")
    assert "is not one we sell to" in await page.inner_text(".why-moved")
    await page.click("button.primary >> text=Save")
    await page.wait_for_selector("text=Leads that are scored from now on")
    assert "Ada" in await page.inner_text(".changed")
    await asyncio.sleep(1.1)
    await ada.go("/setup")
    await send_test_form(page, "robin@second.example")
    return await place.draft_of("robin@second.example")


async def a_rule(place: Place, page: Page) -> None:
    """A rule is written, tried, turned on and trusted, and decides the next draft."""
    await page.goto(place.url + "/settings/rules/new")
    await page.fill("#name", "english leads")
    await page.fill("#confidence", "2")
    await page.locator("select[name=field]").first.select_option("language")
    await page.locator("input[name=value]").first.fill("en")
    await page.click("text=Save this rule")
    assert "Must be a number from 0 to 1" in await page.inner_text("#rule-confidence-said")
    await page.fill("#confidence", "0.95")
    await page.click("text=Try it on the drafts")
    await page.wait_for_selector("text=2 decisions were replayed")
    assert "Would have gone alone" in await page.inner_text("main")
    await page.check("input[name=enabled]")
    await page.click("text=Save this rule")
    row = page.locator(".rule-list li", has_text="english leads")
    assert "When the language is en, it may go alone" in await row.inner_text()
    await row.get_by_text("Move english_leads up").click()
    assert "english leads" in await page.locator(".rule-list li").nth(3).inner_text()
    await page.locator(".rule-list li", has_text="english leads").get_by_text("Edit").click()
    for tier in ("hot", "warm", "cool"):
        await page.select_option("#tier", tier)
        await page.select_option("#stage", "auto")
        await page.fill("#trust-why", "a trial")
        await page.click("text=Change the trust")
        await page.wait_for_selector("text=The trust is changed.")
    await page.goto(place.url + "/setup")
    await send_test_form(page, "robin@third.example")
    draft = await place.draft_of("robin@third.example")
    async with place.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        decisions = await tx.decisions.of_draft(draft.id)
    assert decisions[-1].rule == "english_leads"
    assert decisions[-1].verdict is Verdict.AUTO_APPROVED


async def limits_are_explained(ada: Visitor) -> None:
    """Out of bounds is said beside the field; a change can be taken back."""
    page = ada.page
    await ada.go("/settings")
    await page.fill("#per_mailbox", "999")
    await page.click("text=Save the limits")
    assert "1 to 200" in await page.inner_text("#limits-per_mailbox-said")
    assert await page.input_value("#per_mailbox") == "999"
    await page.fill("#per_mailbox", "180")
    await page.click("text=Save the limits")
    await page.wait_for_selector("text=The limits are changed.")
    assert "close to the most that is allowed" in await page.inner_text("#limits")
    await page.click("#limits >> text=Earlier values")
    await page.click("#limits >> text=Take back")
    await page.wait_for_selector("#limits >> text=taken back to version 1")
    assert await page.input_value("#per_mailbox") == "20"


async def two_change_the_same(ada: Visitor, ben: Visitor) -> None:
    """The second sees who was first, and keeps what they typed."""
    for visitor, number in ((ada, "21"), (ben, "22")):
        await visitor.go("/settings")
        await visitor.page.fill("#per_mailbox", number)
    await ben.page.click("text=Save the limits")
    await ben.page.wait_for_selector("text=The limits are changed.")
    await ada.page.click("text=Save the limits")
    assert "Ben was first" in await ada.page.inner_text("#limits")
    assert await ada.page.input_value("#per_mailbox") == "21"
    await ada.page.click("text=Save the limits")
    await ada.page.wait_for_selector("text=The limits are changed.")
    assert await ada.page.input_value("#per_mailbox") == "21"


ROOMS = (
    "/settings",
    "/settings/icp",
    "/settings/rules",
    "/settings/rules/new",
    "/settings/voices",
    "/settings/assets",
    "/settings/templates",
    "/settings/templates/new",
    "/settings/suppressions",
    "/setup",
)


async def test_every_room_can_be_used_by_all(database_url: str, vault: Vault) -> None:
    """No accessibility fault, nothing wider than the screen, and an operator reads it all."""
    async with served(database_url, vault) as place, browser() as started:
        draft = await place.office.drafted()
        async with place.visitor(started, "Ada") as ada:
            for path in (*ROOMS, f"/drafts/{draft.id}/template"):
                await ada.go(path)
                await look_at(ada.page, path)
            assert ada.complaints == []
        async with place.visitor(started, "Olga", Scope.OPERATOR) as olga:
            for path in ROOMS:
                await olga.go(path)
                assert "You can" in await olga.page.inner_text(".banner.amber >> nth=0")


async def look_at(page: Page, name: str) -> None:
    for width, scheme in ((1440, "light"), (390, "dark")):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        result = await Axe().run(page)
        assert result.violations_count == 0, f"{name} {width}: {result.generate_report()}"
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide at {width}"
        if SHOTS:
            path = f"{SHOTS}/{name.strip('/').replace('/', '-')}-{width}-{scheme}.png"
            await page.screenshot(path=path, full_page=True)
    await page.set_viewport_size({"width": 1440, "height": 844})


async def test_without_javascript_all_of_it_works(database_url: str, vault: Vault) -> None:
    async with served(database_url, vault) as place, browser() as started:
        draft = await place.office.drafted()
        async with place.visitor(started, "Ada", javascript=False) as ada:
            page = ada.page
            await ada.go("/settings/icp")
            await page.fill("#weight_seniority", "0")
            await page.click("text=Preview on recent leads")
            assert "Not looked at: seniority" in await page.inner_text("#preview")
            await ada.go(f"/drafts/{draft.id}")
            await page.click("text=Keep as a template")
            body = await page.input_value("#template-body")
            assert draft.lead.person.email not in body
            await page.fill("#name", "A good one")
            await page.fill("#template-body", "Hello,\n\nWould a short call suit you?\n\nMax")
            await page.select_option("#use", "everybody")
            await page.click("text=Save the template")
            assert "A good one" in await page.inner_text("table")
            await ada.go("/setup")
            await send_test_form(page, "robin@first.example")
            found = await place.draft_of("robin@first.example")
            assert "Would a short call suit you?" in found.revision.body
            await page.reload()
            assert "Would a short call suit you?" in await page.inner_text(".mail-shown")
