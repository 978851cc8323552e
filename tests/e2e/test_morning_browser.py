"""One morning of a salesperson, in a real browser over the real application and its database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.contract.postgres.samples import arrival
from tests.e2e.autonomy_stage import Stage, deciding_office, served
from tests.e2e.test_commands import hears
from tests.e2e.test_http_browser import CHROMIUM
from tests.e2e.test_jarvis_browser import microphone, tone_at

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.ids import DraftId
from salesagent_core.ports.job_queue import Topic

pytestmark = pytest.mark.database

READ = 10
"""Drafts that are gone through; the queue holds three more."""


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    # Over http, so that a browser keeps the cookie.
    async with served(deciding_office(database_url, vault, public_url="http://127.0.0.1")) as made:
        yield made


class Morning:
    """Somebody at a keyboard, with a microphone."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page, self.stage = page, stage
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._hear(line.text))

    def _hear(self, line: str) -> None:
        if "Content Security Policy" in line or "Refused" in line:
            self.complaints.append(line)

    async def press(self, key: str, *, then: str) -> None:
        """A key, and the address that it leads to."""
        await self.page.keyboard.press(key)
        await self.page.wait_for_url(lambda url: then in url)

    async def leave(self, key: str) -> str:
        """A key that leads to another draft; the one that was left."""
        left = self.here()
        await self.page.keyboard.press(key)
        await self.page.wait_for_url(lambda url: f"/drafts/{left}" not in url)
        return left

    def here(self) -> str:
        """The draft on the page."""
        return self.page.url.partition("/drafts/")[2][:36]

    async def status(self, draft_id: str) -> DraftStatus:
        return await self.stage.office.status(DraftId(draft_id))


@asynccontextmanager
async def morning(stage: Stage, tone: Path) -> AsyncIterator[Morning]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", *microphone(tone)],
        )
        context = await started.new_context(
            base_url=str(stage.admin.base_url), viewport={"width": 1440, "height": 844}
        )
        context.set_default_timeout(10_000)
        yield Morning(await context.new_page(), stage)
        await started.close()


def key_of(client: httpx.AsyncClient) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


async def test_a_morning(stage: Stage, tmp_path: Path) -> None:
    drafts = await stage.leads(range(READ + 3))
    assert len(drafts) == READ + 3
    async with morning(stage, tone_at(tmp_path)) as person:
        page = person.page
        await page.goto("/")
        await page.fill("#key", key_of(stage.admin))
        await page.click("text=Log in >> nth=-1")
        await page.wait_for_url(lambda there: "/login" not in there)
        await expect(page.locator("h1")).to_have_text("Today")
        await expect(page.get_by_text(f"{READ + 3} drafts wait for you")).to_be_visible()

        await by_keyboard(person)
        await three_at_once(person)
        await by_voice(person)
        await a_run_is_watched(person)
        await all_is_stopped_and_goes_on(person)
        assert person.complaints == []
    kept = [await person.status(draft.id) for draft in drafts]
    assert kept.count(DraftStatus.APPROVED) + kept.count(DraftStatus.SENT) == 7
    assert kept.count(DraftStatus.REJECTED) == 2


async def by_keyboard(person: Morning) -> None:
    """Ten are read; approved, taken back, rejected, edited, skipped."""
    page = person.page
    await page.click("text=Start with the first")
    await page.wait_for_url("**/drafts/*")
    first = await person.leave("j")
    await person.press("k", then=f"/drafts/{first}")
    await page.keyboard.press("?")
    await expect(page.locator("dialog#keys[open]")).to_be_visible()
    await page.keyboard.press("Escape")

    await person.leave("a")
    assert await person.status(first) is DraftStatus.APPROVED
    await expect(page.locator("[data-undo-seconds]")).to_be_visible()
    await person.press("u", then=f"/drafts/{first}")
    assert await person.status(first) is DraftStatus.PENDING_APPROVAL

    for _ in range(3):
        await person.leave("a")
    refused = person.here()
    await page.keyboard.press("r")
    await page.keyboard.type("a wrong area")
    await page.click("text=Reject this draft")
    await page.wait_for_url("**done=rejected**")
    assert await person.status(refused) is DraftStatus.REJECTED
    await page.goto(f"/drafts/{refused}")
    await expect(page.locator(".why")).to_contain_text("a wrong area")
    await person.leave("s")

    await edited(person)
    for _ in range(READ - 5):
        await person.leave("s")


async def edited(person: Morning) -> None:
    """A sentence is changed, the difference read, and that text approved."""
    page, draft_id = person.page, person.here()
    await page.keyboard.press("e")
    before = await page.input_value("#body")
    await page.fill("#body", before + "\n\nSee you soon.")
    await page.click("text=Save as a new revision")
    await page.wait_for_url("**done=edited**")
    await page.click("text=What revision 2 changed")
    await expect(page.locator(".why ins").first).to_contain_text("See you soon.")
    await person.leave("a")
    assert await person.status(draft_id) is DraftStatus.APPROVED
    office = person.stage.office
    behind = await office.make.backlog().due(Topic.DRAFT_SYNC, 50)
    await office.handlers[Topic.DRAFT_SYNC](list(behind))


async def three_at_once(person: Morning) -> None:
    """Three are chosen by keyboard, looked at together, and approved."""
    page = person.page
    await page.click("nav >> text=Queue")
    await expect(page.locator(".picked button:enabled")).to_have_count(0)
    for _ in range(3):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await expect(page.locator(".picked")).to_contain_text("3 chosen")
    chosen = [
        (await box.get_attribute("value") or "").partition(":")[0]
        for box in await page.locator("[name=pick]:checked").all()
    ]
    await page.click("button[value=approve]")
    await expect(page.locator("main")).to_contain_text("Nothing has been done yet.")
    assert await person.status(chosen[0]) is DraftStatus.PENDING_APPROVAL
    await page.click("text=Approve these 3")
    await expect(page.locator("h1")).to_contain_text("Approved: 3 of 3")
    assert [await person.status(each) for each in chosen] == [DraftStatus.APPROVED] * 3


async def by_voice(person: Morning) -> None:
    """What was heard is read back; only a yes rejects."""
    page = person.page
    await page.click("nav >> text=Jarvis")
    log, hold = page.locator("[data-log] li"), page.locator("[data-talk]")
    for words in ("Reject, wrong product", "Yes, do it"):
        hears(person.stage, words)  # type: ignore[arg-type]
        turns = await log.count()
        await hold.hover()
        await page.mouse.down()
        await expect(hold).to_have_attribute("aria-pressed", "true")
        await page.wait_for_timeout(400)
        await page.mouse.up()
        await expect(log).to_have_count(turns + 1)
    await expect(log.last).to_contain_text("Rejected, with your reason")


async def a_run_is_watched(person: Morning) -> None:
    """A form comes in, and its steps are seen as they are done."""
    office = person.stage.office
    one = arrival(email="late@riser.example", message="Could you show me your product?")
    receipt = await office.make.receive_submission()(one.submission, one.raw)
    await person.page.goto(f"/runs/{receipt.run_id}")
    await expect(person.page.locator(".live.on")).to_be_visible()
    await expect(person.page.locator("h1")).to_contain_text("0 of 16 steps")
    for _ in range(5):
        await office.handlers[Topic.RUN]([receipt.run_id])
    await expect(person.page.locator("h1")).to_contain_text("16 of 16 steps", timeout=10_000)
    await person.page.click("text=Read the draft")
    await expect(person.page.locator("h1")).to_contain_text("To ")


async def all_is_stopped_and_goes_on(person: Morning) -> None:
    """Nothing goes out while sending is stopped; all that was approved goes out after."""
    page, office = person.page, person.stage.office
    await page.click("text=Stop all sending")
    await expect(page.locator(".strip.stopped")).to_contain_text("Sending is stopped")
    await office.work()
    assert office.sent() == []
    await page.click("nav >> text=Today")
    await page.click("text=Send again")
    await expect(page.locator(".strip.stopped")).to_have_count(0)
    await office.work()
    assert len(office.sent()) == 7
    await page.click("nav >> text=Today")
    await expect(page.locator("main")).to_contain_text("7 sent today")
