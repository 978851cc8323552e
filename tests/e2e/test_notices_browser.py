"""A morning with trouble in a real browser: the bell, the list, who is told, and a test of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, async_playwright
from tests.e2e.notice_stage import LEAD, TEAM, newsroom_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no chromium here (apt-get install chromium)", allow_module_level=True)

LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1440, "light"), (390, "dark"))
OTHERS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1440, "dark"), (390, "light"))
SHOTS = os.environ.get("SALESAGENT_TEST_SHOTS")
"""A folder to look at afterwards."""


async def look_at(page: Page, name: str) -> None:
    """No accessibility fault, nothing wider than the screen, light and dark, wide and narrow."""
    for width, scheme in (*LOOKS, *(OTHERS if SHOTS else ())):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.emulate_media(color_scheme=scheme)
        result = await Axe().run(page)
        assert result.violations_count == 0, f"{name} {width} {scheme}: {result.generate_report()}"
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} wide at {width}"
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    await page.set_viewport_size({"width": 1440, "height": 844})


async def test_from_the_bell_to_a_team_that_is_told(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with newsroom_of(database_url, vault, tmp_path) as room, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        complaints: list[str] = []
        # Reading and choosing needs no script.
        page = await (await browser.new_context(java_script_enabled=False)).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{room.url}/login")
        await page.fill("#key", await room.key(Scope.ADMIN))
        await page.click("form[action='/login'] button")
        await page.click("a.bell")
        assert "Nothing needs you" in await page.inner_text("main")
        await page.click("text=Who is told, and how")
        await page.fill("#mail_to", "nobody")
        await page.fill("#slack_url", "https://10.0.0.1/x")
        await page.click("text=Save who is told")
        assert "Line 1: must be an e-mail address." in await page.inner_text("main")
        await page.fill("#mail_to", TEAM)
        await page.fill("#slack_url", room.webhook)
        await page.click("text=Save who is told")
        assert "it ends in …xyz" in await page.inner_text("main")
        assert "planted-secret" not in await page.content()
        await page.click("text=Send a test to Slack")
        assert "Slack took the test message." in await page.inner_text("main")

        seen = await (
            await browser.new_context(storage_state=await page.context.storage_state())
        ).new_page()
        seen.on("pageerror", lambda error: complaints.append(str(error)))
        await seen.clock.install()
        await seen.goto(f"{room.url}/notices")
        await look_at(seen, "notices-empty")
        await room.trouble()
        await room.sweep()
        # The bell rings on a page that is open.
        await seen.clock.run_for(25_000)
        await seen.locator("a.bell.rings >> text=8").wait_for()
        await seen.reload()
        said = await seen.inner_text("main")
        assert "Told by e-mail and in Slack." in said
        assert LEAD not in said
        await look_at(seen, "notices")
        await seen.click("li:has-text('A mailbox is disconnected') >> text=Seen")
        await seen.locator("a.bell >> text=7").wait_for()
        assert "Seen by Test key" in await seen.inner_text("main")
        room.chat.say = [404]
        await seen.goto(f"{room.url}/settings/notifications")
        await seen.click("text=Send a test to Slack")
        assert "That did not work" in await seen.inner_text("[role=alert]:visible")
        await look_at(seen, "notifications")
        assert complaints == []
        await browser.close()
