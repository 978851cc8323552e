"""The pages in a real browser: keys, highlights, hostile text, narrow screens, accessibility."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from tests.e2e.http_stage import BODY, Stage, mail

from salesagent_app.http.services import Limits
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.run import Degradation, RunStatus
from salesagent_core.ports.api_keys import Scope

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

if CHROMIUM is None and not os.environ.get("CI"):
    pytest.skip("no chromium here (apt-get install chromium)", allow_module_level=True)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Stage, str]]:
    """A stage behind a real socket, and its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stage = Stage(public_url=url, limits=Limits(logins_per_minute=1000))
        config = uvicorn.Config(stage.app, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        # The test's own runner handles signals.
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield stage, url
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield started
        finally:
            await started.close()


class Visitor:
    """A logged-in page, with everything the browser complained about."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context, self.page, self.url = context, page, url
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._hear(line.text))
        page.on("dialog", lambda dialog: self.dialogs.append(dialog.message))

    def _hear(self, line: str) -> None:
        if "Content Security Policy" in line or "Refused" in line:
            self.complaints.append(line)

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def settled(self, path: str) -> None:
        await self.page.wait_for_url(lambda url: path in url)


@asynccontextmanager
async def visitor(
    started: Browser,
    stage: Stage,
    url: str,
    *,
    width: int = 1440,
    scheme: str = "light",
    javascript: bool = True,
) -> AsyncIterator[Visitor]:
    context = await started.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=javascript,
    )
    page = await context.new_page()
    await page.goto(url + "/login")
    await page.fill("#key", await stage.key(Scope.ADMIN))
    await page.click("text=Log in >> nth=-1")
    await page.wait_for_url(lambda there: "/login" not in there)
    yield Visitor(context, page, url)
    await context.close()


async def test_everything_can_be_decided_without_javascript() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url, javascript=False) as person:
            await person.page.click(f'a[href="/drafts/{draft.id}"]')
            await person.page.click('.actions a[href="#again"]')
            await person.page.fill("#instruction", "shorter")
            await person.page.click("text=Write it again")
            await person.settled("done=again")
            assert stage.store.runs[draft.run_id].status is RunStatus.TRIGGERED
            await person.go(f"/drafts/{draft.id}")
            await person.page.click(".actions button")
            await person.settled("done=approved")
        assert stage.store.rows[draft.id].status is DraftStatus.APPROVED


async def test_a_claim_and_its_source_light_up_together() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url) as person:
            await person.go(f"/drafts/{draft.id}")
            await person.page.hover(".claim >> nth=0")
            assert await person.page.locator("#source-1.lit").count() == 1
            assert await person.page.locator("#source-2.lit").count() == 0
            await person.page.hover("#source-2")
            assert await person.page.locator('.claim.lit[data-sources="2"]').count() == 1


HOSTILE = "<script>document.title='owned';alert(1)</script><img src=x onerror=alert(2)>"


async def test_what_a_stranger_wrote_never_runs() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft(
            first=HOSTILE,
            company='"><svg/onload=alert(3)>',
            subject="</title><script>alert(4)</script>",
            body="</textarea><script>alert(5)</script>\n" + HOSTILE,
            message=HOSTILE,
        )
        async with visitor(started, stage, url) as person:
            for path in ("/queue", f"/drafts/{draft.id}#edit", f"/runs/{draft.run_id}", "/drafts"):
                await person.go(path)
                await person.page.wait_for_load_state("networkidle")
                assert "owned" not in await person.page.title() or path.startswith("/drafts/")
                assert await person.page.locator("main img, main script").count() == 0
            assert person.dialogs == []
            assert person.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
async def test_pages_fit_and_are_accessible(width: int, scheme: str) -> None:
    async with served() as (stage, url), browser() as started:
        unheld = BODY.find("two teams")
        draft = stage.draft(
            thread=(mail("Is there a planner?"), mail("There is.", inbound=False)),
            findings=(
                Finding(
                    code="x",
                    severity=Severity.BLOCK,
                    sentence="No source says that.",
                    start=unheld,
                    end=unheld + 9,
                ),
                Finding(code="y", severity=Severity.REVIEW, sentence="Long.", start=0, end=5),
            ),
            degraded=(Degradation(step="recall_memory", gap="Past mails were not searched"),),
        )
        long = stage.draft(
            first="N" * 200_000, company="C" * 9_000, body="W" * 9_000, title="T" * 900
        )
        stage.draft(first="נועה", last="לוי", body="שלום נועה", age=timedelta(hours=3))
        failed = stage.run(status=RunStatus.FAILED, steps=4, gap="x")
        stage.letter(failed)
        async with visitor(started, stage, url, width=width, scheme=scheme) as person:
            faults: list[str] = []
            for path in (
                "/queue",
                f"/drafts/{draft.id}",
                f"/drafts/{draft.id}#edit",
                f"/drafts/{draft.id}#reject",
                f"/drafts/{long.id}",
                "/drafts",
                "/runs",
                f"/runs/{failed.id}",
                "/nowhere",
                "/login",
            ):
                await person.go(path)
                wide = await person.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, path
                result = await Axe().run(person.page)
                if result.violations_count:
                    faults.append(f"{path}: {result.generate_report()}")
            assert faults == []
            if width == 390:
                await person.go(f"/drafts/{draft.id}")
                for control in await person.page.locator(".actions a, .actions button").all():
                    box = await control.bounding_box()
                    assert box is not None
                    assert box["height"] >= 44
