"""From nothing to a first draft by the documentation alone, in production's settings, and a second
organisation that finds everything empty. The commands are the guides' own."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.databases import administer, with_database
from tests.e2e.first_day import ACME_SIGNS, OURS, PASSWORD, THEIRS, Reader, first_day
from tests.e2e.processes import FORMS, ROOT, eventually, signed
from tests.services.emulate import MAILBOX
from tests.services.hubspot_account import CONTACTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.database

if CHROMIUM is None:
    pytest.skip("no chromium here (apt-get install chromium)", allow_module_level=True)

from playwright.async_api import Browser, Page, async_playwright  # noqa: E402

GUIDE = "run-in-production.md"
PARTS = (
    "2. PostgreSQL",
    "3. Redis",
    "4. Keys",
    "5. The vendors' keys",
    "6. Migrate, then start",
)
PAGES = (
    *("/", "/queue", "/runs", "/outcomes", "/users", "/keys", "/mailboxes", "/setup"),
    *("/settings/suppressions", "/settings/rules", "/usage"),
)
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def reader(pg_url: str) -> Iterator[Reader]:
    name = f"salesagent_first_{uuid.uuid4().hex[:12]}"
    administer(pg_url, f"CREATE DATABASE {name}")
    with (
        tempfile.TemporaryDirectory(prefix="sa-first-") as folder,
        first_day(Path(folder), with_database(pg_url, name)) as made,
    ):
        yield made
    administer(pg_url, f"DROP DATABASE {name} WITH (FORCE)")


async def newcomer(browser: Browser, reader: Reader) -> Page:
    """Somebody at a browser of their own."""
    context = await browser.new_context(base_url=reader.outside, ignore_https_errors=True)
    return await context.new_page()


async def log_in(page: Page, email: str) -> None:
    await page.goto("/")
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:text-is('Log in') >> nth=0")
    await page.wait_for_url(lambda there: "/login" not in there)


async def set_up(page: Page) -> None:
    """As the guide says: connect, test, send the test form, see its draft."""
    await page.click("text=Go on with the set-up")
    await page.click("#google >> text=Connect a mailbox")
    await page.click("text=Connect with Google")
    await page.click(f"button:has-text('{MAILBOX}')")
    await page.wait_for_url(lambda there: "/auth/google/callback" in there)
    await page.goto("/setup")
    await page.click("#hubspot >> text=Test it now")
    assert "contacts can be read" in await page.inner_text("#hubspot")
    await page.click("text=Send the test form")
    await page.wait_for_selector("#test >> text=The draft is there.", timeout=60_000)


async def invited(page: Page, browser: Browser, reader: Reader) -> Page:
    """Somebody whom the owner asks in as an operator, at their own browser."""
    await page.click("nav >> text=Settings")
    await page.click("nav[aria-label=Settings] >> text=People")
    await page.fill("input[name=email]", "bo@example.com")
    await page.click("text=Make the invitation")
    link = await page.inner_text("#link")
    other = await newcomer(browser, reader)
    await other.goto(link)
    await other.fill("input[name=name]", "Bo")
    await other.fill("input[name=password]", f"{PASSWORD} either")
    await other.click("button:text-is('Begin')")
    await other.wait_for_url(lambda there: "/account" in there)
    return other


def form_of_the_readme(reader: Reader) -> str:
    """What the README lets one type to send a form; the id of its run."""
    readme = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"Send a form:\n\n```sh\n(.*?)```", readme, re.DOTALL)
    assert HERE in block
    answer = json.loads(reader.shell(block.replace(HERE, reader.site.url)))
    assert answer["status"] == "accepted"
    return str(answer["task_id"])


def drafts_of(reader: Reader, tenant: str) -> int:
    ((count,),) = reader.site.query(f"SELECT count(*) FROM drafts WHERE tenant_id = '{tenant}'")
    return int(count)


def contacts(reader: Reader, token: str) -> set[str]:
    """The addresses in one HubSpot account."""
    return {one.properties["email"] for one in reader.accounts[token].records[CONTACTS].values()}


async def test_from_nothing_to_a_draft_by_the_documentation_alone(reader: Reader) -> None:
    for heading in PARTS:
        await asyncio.to_thread(reader.follow, GUIDE, heading=heading)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        ada = await newcomer(browser, reader)
        await log_in(ada, "ada@example.com")
        await set_up(ada)
        await asyncio.to_thread(reader.follow, GUIDE, heading="7. The first draft")

        bo = await invited(ada, browser, reader)
        await asyncio.to_thread(form_of_the_readme, reader)
        await asyncio.to_thread(
            eventually, lambda: drafts_of(reader, "default") == 3, "a draft for the form"
        )
        await bo.goto("/queue")
        await bo.click("main a[href^='/drafts/']:has-text('Maria')")
        await bo.click("button:has-text('Approve') >> nth=0")
        await bo.wait_for_selector("text=It is in Gmail's drafts; nothing was sent.")

        await browser.close()
    await asyncio.to_thread(the_second_finds_nothing, reader)


def the_second_finds_nothing(reader: Reader) -> None:
    """Another organisation on the same installation, with a CRM of its own."""
    for heading in ("Enter it", "Give it its own keys"):
        reader.follow("add-an-organisation.md", heading=heading)
    with httpx.Client(base_url=reader.outside, verify=False, trust_env=False) as bea:
        account = {"email": "bea@acme.example", "password": PASSWORD}
        entered = bea.post("/login/person", data=account, headers={"origin": reader.outside})
        assert entered.status_code == 303, re.findall("alert.*", entered.text)
        shown = {path: bea.get(path) for path in PAGES}
    assert {path: page.status_code for path, page in shown.items()} == dict.fromkeys(PAGES, 200)
    for path, page in shown.items():
        for theirs in ("Maria", "Smoke", "ada@", "bo@", MAILBOX):
            assert theirs not in page.text, f"Bea sees {theirs} on {path}"

    body = {
        "portalId": "62515",
        "formId": "contact",
        "formSubmissionId": "a1",
        "fields": [
            {"name": "email", "value": "noor@example.org"},
            {"name": "message", "value": "Could you show us how it works?"},
        ],
    }
    with reader.site.client() as sender:
        refused = sender.post(FORMS, **signed("the secret of somebody else", body))
        assert refused.status_code == 401
        taken = sender.post(FORMS, **signed(ACME_SIGNS, body))
    assert taken.status_code == 202, taken.text
    eventually(lambda: "noor@example.org" in contacts(reader, THEIRS), "it has its own CRM")
    assert "noor@example.org" not in contacts(reader, OURS)
    assert drafts_of(reader, "default") == 3
