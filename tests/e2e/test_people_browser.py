"""One journey in a real browser: invited, in, second factor on, in again, other log-in ended."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

import pyotp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, async_playwright
from tests.e2e.people_stage import PASSWORD, House, house_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.log_in_guard import LogInRules
from salesagent_core.domain.people import Role
from salesagent_core.ids import DEFAULT_TENANT

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


async def enter(page: Page, house: House, email: str, password: str = PASSWORD) -> None:
    await page.goto(f"{house.url}/login")
    await page.fill("#email", email)
    await page.fill("#password", password)
    await page.click("form[action='/login/person'] button")


async def invite(browser: Browser, house: House, complaints: list[str]) -> str:
    """As an owner who is somewhere else: the link."""
    page = await browser.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await enter(page, house, await house.person("Ada", Role.OWNER))
    await page.wait_for_url(lambda there: "/login" not in there)
    await page.click("nav >> text=Settings")
    await page.click("nav[aria-label=Settings] >> text=People")
    await page.fill("#email", "no address")
    await page.eval_on_selector("form[action='/users/invite']", "form => form.noValidate = true")
    await page.click("text=Make the invitation")
    assert await page.locator("text=Email must be one e-mail address.").count() == 1
    await page.fill("#email", "bo@example.com")
    await page.select_option("#role", "admin")
    await page.click("text=Make the invitation")
    link = await page.inner_text("#link")
    await look_at(page, "people-invited")
    await page.click("nav[aria-label=Settings] >> text=API keys")
    await page.fill("#name", "Dashboard")
    await page.click("text=Make the key")
    assert (await page.inner_text("#secret")).startswith("sa_")
    await look_at(page, "keys")
    await page.context.close()
    return link


async def test_from_an_invitation_to_a_second_factor(database_url: str, vault: Vault) -> None:
    async with house_of(database_url, vault) as house, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        complaints: list[str] = []
        link = await invite(browser, house, complaints)

        page = await browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        await page.goto(link)
        # The code is in the form, and out of the address.
        assert await page.input_value("#token") == urlsplit(link).fragment
        assert "#" not in page.url
        await page.fill("#name", "Bo Berger")
        await page.fill("#password", "bo@example.com")
        await look_at(page, "invitation")
        await page.click("text=Begin")
        assert "is not safe" in await page.inner_text(".banner.bad")
        await page.fill("#password", PASSWORD)
        await page.click("text=Begin")
        await page.wait_for_url(lambda there: "done=joined" in there)
        assert not any(urlsplit(link).fragment in url for url in asked)

        await page.click("text=Set up two-factor log-in")
        await page.click("text=You cannot scan it?")
        secret = (await page.inner_text("details .secret")).strip()
        await look_at(page, "account-enrol")
        app = pyotp.TOTP(secret)
        await page.fill("#code", app.now())
        await page.click("text=Switch it on")
        recovery = await page.locator("#recovery li").all_inner_texts()
        assert len(recovery) == 10
        await look_at(page, "account-codes")

        elsewhere = await (await browser.new_context()).new_page()
        elsewhere.on("pageerror", lambda error: complaints.append(str(error)))
        await elsewhere.goto(f"{house.url}/login")
        await look_at(elsewhere, "log-in")
        await enter(elsewhere, house, "bo@example.com")
        await elsewhere.fill("#code", "000000")
        await elsewhere.click("button:text('Log in')")
        assert "not the code" in await elsewhere.inner_text(".banner.bad")
        await look_at(elsewhere, "code")
        # The step after the one that confirmed it is taken ahead of its time: clocks differ.
        ahead = datetime.fromtimestamp(datetime.now(UTC).timestamp() + app.interval, UTC)
        await elsewhere.fill("#code", app.at(ahead))
        await elsewhere.click("button:text('Log in')")
        await elsewhere.wait_for_url(lambda there: "/login" not in there)

        await page.goto(f"{house.url}/account")
        assert await page.locator("text=Log out there").count() == 1
        await look_at(page, "account-two")
        await page.click("text=Log out there")
        await page.wait_for_url(lambda there: "done=session" in there)
        await elsewhere.goto(f"{house.url}/queue")
        assert "/login" in elsewhere.url
        await page.fill("#password", "wrong wrong wrong")
        await page.fill("#new-password", "quilt harbor seven onions")
        await page.click("text=Change it")
        assert "is not your password" in await page.inner_text(".banner.bad")
        assert complaints == []
        await browser.close()


BAR = """() => {
  const bell = document.querySelector('[data-notices]');
  bell.textContent = '99';
  document.querySelector('nav a[href="/queue"]').append(' 120');
  const shown = (selector) => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight && box.width > 40;
  };
  return {height: document.querySelector('.bar').offsetHeight,
          seen: ['.mode', '.stop button', '.bell', 'nav a:last-child'].every(shown)};
}"""


async def test_a_forgotten_password_and_a_required_second_factor(
    database_url: str, vault: Vault
) -> None:
    async with house_of(database_url, vault) as house, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        complaints: list[str] = []
        page, other = await browser.new_page(), await (await browser.new_context()).new_page()
        for each in (page, other):
            each.on("pageerror", lambda error: complaints.append(str(error)))
        ada, bo = await house.person("Ada", Role.OWNER), await house.person("Bo", Role.OPERATOR)
        await enter(page, house, ada)
        await page.wait_for_url(lambda there: "/login" not in there)
        for width, rows in ((390, 2), (1440, 1)):
            await page.set_viewport_size({"width": width, "height": 844})
            for path in ("/queue", "/settings/sending", "/nothing-here"):
                await page.goto(f"{house.url}{path}")
                bar = await page.evaluate(BAR)
                assert bar["height"] <= rows * 53, (path, width, bar)
                assert bar["seen"], (path, width)

        await page.goto(f"{house.url}/users")
        await page.click("text=Reset password")
        link = await page.inner_text("#reset-link")
        await look_at(page, "people-reset")
        await other.goto(f"{house.url}/login")
        await other.click("text=Forgot your password?")
        assert "Ask an admin" in await other.inner_text("main")
        await other.goto(link)
        assert "#" not in other.url
        await other.fill("#password", "salesagent 2026")
        await other.click("text=Set it")
        assert "the name of this product" in await other.inner_text(".banner.bad")
        await look_at(other, "reset")
        await other.fill("#password", "quilt harbor seven onions")
        await other.click("text=Set it")
        await other.click("text=Log in")
        await enter(other, house, bo, "quilt harbor seven onions")
        await other.wait_for_url(lambda there: "/login" not in there)

        async with house.container.providers.unit_of_work().begin(DEFAULT_TENANT) as tx:
            rules = LogInRules(
                two_factor_required=True, changed_at=datetime.now(UTC), changed_by="user:ada"
            )
            await tx.log_in_rules.put(rules)
        await other.goto(f"{house.url}/queue")
        assert "/account" in other.url
        assert await other.locator("nav[aria-label=Pages]").count() == 0
        await look_at(other, "account-required")
        await other.click("text=Set up two-factor log-in")
        await other.click("text=You cannot scan it?")
        secret = (await other.inner_text("details .secret")).strip()
        await other.fill("#code", pyotp.TOTP(secret).now())
        await other.click("text=Switch it on")
        await other.click("text=I have kept them: go on")
        assert await other.locator("nav[aria-label=Pages]").count() == 1
        await other.goto(f"{house.url}/account/proof?next=/account")
        await look_at(other, "proof")
        await other.fill("#password", "quilt harbor seven onions")
        await other.click("text=Confirm >> nth=-1")
        await other.wait_for_url(lambda there: "done=proven" in there)
        assert complaints == []
        await browser.close()
