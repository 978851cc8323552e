"""Connecting a mailbox in a real browser: Google's page is on another site, and the way back works
all the same."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, async_playwright
from tests.services.emulate import CLIENT_ID, CLIENT_SECRET, emulate_google, google_seed

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import NeedsReauth
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

pytestmark = pytest.mark.database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no chromium here (apt-get install chromium)", allow_module_level=True)

MAILBOX = "sales@example.com"
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


async def lose_the_grant(container: Container, revoke: object) -> None:
    """It is withdrawn in Google's own settings, and a worker finds out."""
    make = container.providers
    async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
        kept = await tx.connections.get(MAILBOX)
    assert kept is not None
    assert kept.tokens is not None
    assert callable(revoke)
    await asyncio.to_thread(revoke, kept.tokens.refresh)
    await make.access_tokens().refused(DEFAULT_TENANT, MAILBOX, kept.tokens.access)
    with pytest.raises(NeedsReauth):
        await make.access_tokens().token(DEFAULT_TENANT, MAILBOX)


async def test_a_mailbox_is_connected_lost_and_connected_again(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # Another host than Google's 127.0.0.1, so that coming back crosses sites as in life.
    url = f"http://localhost:{listener.getsockname()[1]}"
    redirect = f"{url}/auth/google/callback"
    seed = google_seed(users=[MAILBOX], redirect_uris=[redirect])
    with emulate_google(tmp_path, seed) as google:
        container = build_container(
            settings=read_settings(
                public_url=url,
                google_client_id=CLIENT_ID,
                google_client_secret=CLIENT_SECRET,
                google_redirect_uri=redirect,
                google_api_root=google.url,
            ),
            database_url=database_url,
            vault=vault,
            broker=make_broker(None),
            world=World(SystemClock()),
            tenant=Tenant(id=DEFAULT_TENANT, name="Ours", mailbox=MAILBOX, sender_name="Max"),
            webhook_secrets=(),
        )
        key = await create_key(
            container.api_keys,
            container.clock,
            name="Ada",
            scopes=(Scope.ADMIN,),
            lifetime=None,
            tenant=DEFAULT_TENANT,
        )
        config = uvicorn.Config(
            container.http_app(),
            log_config=None,
            access_log=False,
        )
        server = uvicorn.Server(config)
        # The test's own runner handles signals.
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with async_playwright() as playwright:
                started = await playwright.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
                )
                page = await started.new_page()
                complaints: list[str] = []
                page.on("pageerror", lambda error: complaints.append(str(error)))
                await page.goto(f"{url}/login")
                await page.fill("#key", key.secret)
                await page.click("text=Log in >> nth=-1")
                await page.wait_for_url(lambda there: "/login" not in there)

                await page.click("nav >> text=Settings")
                await page.click("nav[aria-label=Settings] >> text=Mailboxes")
                await look_at(page, "never-connected")
                await page.click("text=Connect with Google")
                await page.wait_for_url(lambda there: there.startswith(google.url))
                await page.click(f"text={MAILBOX}")
                await page.wait_for_url(lambda there: "/auth/google/callback" in there)
                assert await page.locator("h1").inner_text() == f"Connected: {MAILBOX}"
                await look_at(page, "connected-page")
                await page.click("text=Go to the mailboxes")
                # Still logged in, though the cookie of the session never crossed sites.
                await page.wait_for_url(lambda there: there.endswith("/mailboxes"))
                await look_at(page, "connected")

                await lose_the_grant(container, google.revoke)
                await page.click("nav >> text=Queue")
                assert await page.locator("text=Its drafts and mails wait.").count() == 1
                await look_at(page, "queue-lost")
                await page.click("text=Connect it again")
                await look_at(page, "lost")
                await page.click("text=Connect again")
                await page.click(f"text={MAILBOX}")
                await page.wait_for_url(lambda there: "/auth/google/callback" in there)
                await page.click("text=Go to the mailboxes")
                await page.click("button:text('Disconnect')")
                await page.wait_for_url(lambda there: "done=disconnected" in there)
                await look_at(page, "disconnected")
                assert complaints == []
                await started.close()
        finally:
            server.should_exit = True
            await running
