"""An admin looks a person up, downloads what is kept, and erases them, in a real browser."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket

import pytest
import uvicorn
from playwright.async_api import async_playwright
from tests.contract.postgres.samples import arrival
from tests.e2e.test_mailboxes_browser import look_at

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.job_queue import Topic

pytestmark = pytest.mark.database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no chromium here (apt-get install chromium)", allow_module_level=True)

MAILBOX = "sales@example.com"
PERSON = "kim.quorthex@firm.example"


async def with_a_person(database_url: str, vault: Vault, url: str) -> Container:
    """An application that drafted a mail to somebody."""
    world = World(SystemClock())
    world.connect_mailbox(DEFAULT_TENANT, MAILBOX)
    container = build_container(
        settings=read_settings(public_url=url),
        database_url=database_url,
        vault=vault,
        broker=make_broker(None),
        world=world,
        tenant=Tenant(id=DEFAULT_TENANT, name="Ours", mailbox=MAILBOX, sender_name="Max"),
        webhook_secrets=(),
    )
    one = arrival(email=PERSON, message="Could you show me your product?")
    receipt = await container.providers.receive_submission()(one.submission, one.raw)
    handlers = container.worker_parts().handlers
    for _ in range(5):
        await handlers[Topic.RUN]([receipt.run_id])
    return container


async def test_a_person_is_looked_up_downloaded_and_erased(database_url: str, vault: Vault) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    container = await with_a_person(database_url, vault, url)
    key = await create_key(
        container.api_keys,
        container.clock,
        name="Ada",
        scopes=(Scope.ADMIN,),
        lifetime=None,
        tenant=DEFAULT_TENANT,
    )
    server = uvicorn.Server(uvicorn.Config(container.http_app(), log_config=None))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with async_playwright() as playwright:
            started = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            page = await started.new_page()
            addresses: list[str] = []
            page.on("request", lambda request: addresses.append(request.url))
            await page.goto(f"{url}/login")
            await page.fill("#key", key.secret)
            await page.click("text=Log in >> nth=-1")
            await page.click("nav >> text=Settings")
            await page.click("nav[aria-label=Settings] >> text=Privacy")

            await page.fill("#email", "nobody@firm.example")
            await page.click("text=Look up")
            assert "Nothing is kept" in await page.locator("main").inner_text()

            await page.fill("#email", "Kim.Quorthex+news@firm.example")
            await page.click("text=Look up")
            await page.wait_for_selector("#held")
            await look_at(page, "privacy-held")
            async with page.expect_download() as download:
                await page.click("text=Download everything")
            path = await (await download.value).path()
            assert PERSON in json.dumps(json.loads(path.read_text())["stores"]["drafts"])

            await page.fill("#confirm", "kim@firm.example")
            await page.click("text=Erase everywhere")
            assert "Nothing was erased" in await page.locator("#problem").inner_text()
            await page.fill("#confirm", PERSON)
            await page.click("text=Erase everywhere")
            await page.wait_for_url(lambda there: "erasure=" in there)
            assert await page.locator("#erasure").inner_text() == "Erased"
            await look_at(page, "privacy-erased")
            assert not [each for each in addresses if "quorthex" in each.lower()]
            await started.close()
    finally:
        server.should_exit = True
        await running
