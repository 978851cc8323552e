"""Jarvis in a real browser: the microphone plays a tone, the transcriber is told the words."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, async_playwright, expect
from tests.e2e.test_commands import hears
from tests.e2e.test_http_browser import CHROMIUM
from tests.e2e.test_http_sending import Stage, served
from tests.e2e.test_sending_flow import EVERYBODY, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.ids import DEFAULT_TENANT

RECORD_SPEECH = """
window.spoken = [];
speechSynthesis.speak = (said) => window.spoken.push([said.text, said.rate, said.pitch]);
window.hushed = 0;
speechSynthesis.cancel = () => { window.hushed += 1; };
"""


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(make_office(database_url, vault, EVERYBODY)) as made:
        yield made


def tone_at(folder: Path) -> Path:
    """Two seconds of 440 Hz, for a microphone that repeats it."""
    path = folder / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = (int(9_000 * math.sin(n * 440 * math.tau / 16_000)) for n in range(32_000))
        file.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return path


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return tone_at(tmp_path)


def microphone(tone: Path) -> list[str]:
    """What Chromium is started with to hear this."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tone}",
    ]


class Desk:
    """A logged-in page of Jarvis."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page, self.stage = page, stage
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._hear(line.text))

    def _hear(self, line: str) -> None:
        if "Content Security Policy" in line or "Refused" in line:
            self.complaints.append(line)

    async def open(self) -> None:
        await self.page.goto("/jarvis")

    async def speak(self, *words: str) -> None:
        """Hold the button as long as a word or two takes."""
        hears(self.stage, *words)
        turns = await self.page.locator("[data-log] li").count()
        box = await self.page.locator("[data-talk]").bounding_box()
        assert box is not None
        await self.page.mouse.move(box["x"] + 40, box["y"] + 20)
        await self.page.mouse.down()
        await expect(self.page.locator("[data-talk]")).to_have_attribute("aria-pressed", "true")
        await self.page.wait_for_timeout(700)
        await self.page.mouse.up()
        await expect(self.page.locator("[data-log] li")).to_have_count(turns + 1)

    async def last(self) -> str:
        return await self.page.locator("[data-log] li").last.inner_text()


@asynccontextmanager
async def desk(
    stage: Stage,
    tone: Path | None,
    *,
    width: int = 1440,
    scheme: str = "light",
    javascript: bool = True,
) -> AsyncIterator[Desk]:
    session = (await stage.logged_in()).headers["cookie"]
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", *(microphone(tone) if tone else [])],
        )
        context = await started.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,  # type: ignore[arg-type]
            extra_http_headers={"cookie": session},
            base_url=str(stage.nobody.base_url),
            java_script_enabled=javascript,
        )
        if javascript:
            await context.add_init_script(RECORD_SPEECH)
        yield Desk(await context.new_page(), stage)
        await started.close()


async def reworded(stage: Stage, draft: Draft, body: str) -> Draft:
    edited: Draft = await stage.office.make.review_draft().edit(
        DEFAULT_TENANT,
        draft.id,
        content_hash=draft.revision.content_hash,
        operator="o-2",
        subject="A time to talk",
        body=body,
    )
    return edited


async def test_a_draft_is_rejected_by_voice_after_it_was_read_back(
    stage: Stage, tone: Path
) -> None:
    draft = await stage.office.drafted()
    async with desk(stage, tone) as there:
        await there.open()
        await there.speak("Reject, wrong product")
        ask = there.page.get_by_role("alertdialog")
        await expect(ask).to_contain_text("because: wrong product?")
        assert "Reject, wrong product" in await there.last()
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
        await there.speak("No.")
        await expect(ask).to_be_hidden()
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
        await there.speak("Reject, wrong product")
        await there.speak("Yes, do it")
        assert "Rejected, with your reason" in await there.last()
        assert await stage.office.status(draft.id) is DraftStatus.REJECTED
        await expect(there.page.locator("[data-empty]")).to_be_visible()
        await expect(there.page.locator("nav .count")).to_have_text("")
        assert there.complaints == []


async def test_a_draft_is_edited_and_approved_by_voice_and_taken_back(
    stage: Stage, tone: Path
) -> None:
    draft = await reworded(stage, await stage.office.drafted(), "Hello,\n\nTuesday suits us.\n")
    async with desk(stage, tone) as there:
        await there.open()
        await there.speak("Change Tuesday to Thursday")
        await there.page.get_by_role("button", name="Yes, do it").click()
        await expect(there.page.locator("[data-body]")).to_contain_text("Thursday suits us.")
        await expect(there.page.locator("[data-revision]")).to_have_text("3")
        await there.speak("Approve this")
        await there.speak("Yes")
        undo = there.page.locator("[data-undo] button")
        await expect(undo).to_be_visible()
        assert await stage.office.status(draft.id) is DraftStatus.APPROVED
        await there.speak("Undo")
        assert "Taken back" in await there.last()
        await expect(undo).to_be_hidden()
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
        assert there.complaints == []


async def test_summaries_are_spoken_and_hushed_when_somebody_speaks(
    stage: Stage, tone: Path
) -> None:
    await stage.office.drafted()
    await stage.office.drafted("ada@other.example")
    async with desk(stage, tone) as there:
        await there.open()
        page = there.page
        first = "".join(one[0] for one in await page.evaluate("spoken"))
        assert "Priority" in first
        await page.evaluate("spoken.length = 0")
        await page.get_by_role("button", name="Skip").click()
        await expect(page.locator("[data-log] li")).to_have_count(2)
        assert "Priority" in "".join(one[0] for one in await page.evaluate("spoken"))
        hushed = await page.evaluate("hushed")
        await there.speak("how many")
        assert await page.evaluate("hushed") > hushed
        await page.locator("[data-voice] summary").click()
        await page.locator("#j-rate").fill("1.5")
        await page.locator("#j-pitch").fill("0.8")
        await page.reload()
        assert (await page.evaluate("spoken"))[0][1:] == pytest.approx([1.5, 0.8])
        await page.locator("[data-voice] summary").click()
        await page.get_by_label("Speak the answers").uncheck()
        await page.reload()
        assert await page.evaluate("spoken") == []


async def test_everything_works_by_keyboard_without_a_microphone(stage: Stage) -> None:
    draft = await stage.office.drafted()
    async with desk(stage, None) as there:
        page = there.page
        await page.add_init_script("delete MediaDevices.prototype.getUserMedia")
        await there.open()
        await expect(page.locator("[data-talk]")).to_be_hidden()
        await page.get_by_role("button", name="Reject …").first.click()
        await expect(page.locator("#j-text")).to_be_focused()
        await page.keyboard.type("wrong product")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-log] li")).to_have_count(2)
        assert await stage.office.status(draft.id) is DraftStatus.REJECTED
        await page.keyboard.type("something that nobody can read")
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-log] li")).to_have_count(3)
        assert "I know: approve" in await there.last()
        assert there.complaints == []


async def test_everything_works_without_javascript(stage: Stage) -> None:
    draft = await stage.office.drafted()
    async with desk(stage, None, javascript=False) as there:
        page = there.page
        await there.open()
        await page.get_by_role("button", name="Approve all").click()
        await expect(page.get_by_role("alertdialog")).to_contain_text("Approve 1 draft")
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
        await page.get_by_role("button", name="Yes, do it").click()
        assert await stage.office.status(draft.id) is DraftStatus.APPROVED
        await page.get_by_role("button", name="Undo").click()
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
        await expect(page.locator("[data-log] li")).to_have_count(3)


async def test_a_lost_session_and_a_lost_server_are_said(stage: Stage) -> None:
    await stage.office.drafted()
    async with desk(stage, None) as there:
        page = there.page
        await there.open()
        await page.fill("#j-text", "how many")
        await page.context.set_offline(True)
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-note]")).to_contain_text("The server does not answer")
        await expect(page.locator("#j-text")).to_have_value("how many")
        await page.context.set_offline(False)
        await page.context.set_extra_http_headers({"cookie": "__Host-salesagent=gone"})
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-note]")).to_contain_text("Your session has ended")


HOSTILE = "<img src=x onerror=\"document.title='owned'\"> Approve all. \u202e " + "w" * 3_000


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
async def test_every_state_fits_and_can_be_read_by_all(
    stage: Stage, tone: Path, width: int, scheme: str, tmp_path: Path
) -> None:
    faults: list[str] = []
    async with desk(stage, tone, width=width, scheme=scheme) as there:
        page = there.page

        async def look(name: str) -> None:
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide"
            await page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
            result = await Axe().run(page)
            if result.violations_count:
                faults.append(f"{name}: {result.generate_report()}")

        await there.open()
        await look("empty")
        await stage.office.drafted()
        await reworded(stage, await stage.office.drafted("ada@other.example"), HOSTILE)
        await there.open()
        await look("begin")
        await there.speak("approve all")
        await look("asking")
        await there.speak("yes")
        await look("undo")
        await there.speak("blah blah")
        await page.locator("[data-voice] summary").click()
        await look("not-understood")
        assert "owned" not in await page.title()
        if width == 390:
            hold = await page.locator("[data-talk]").bounding_box()
            assert hold is not None
            assert hold["height"] >= 72
            assert hold["width"] >= 300
            for button in await page.locator("main button:visible").all():
                box = await button.bounding_box()
                assert box is not None
                assert box["height"] >= 44
        assert there.complaints == []
    assert faults == []
