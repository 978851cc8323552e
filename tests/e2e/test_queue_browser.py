"""Today, the queue, edits and live runs in a real browser."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from tests.e2e.http_stage import BODY, NOW, Stage
from tests.e2e.test_http_browser import browser, served, visitor

from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.run import Degradation, RunStatus
from salesagent_core.ids import DEFAULT_TENANT


async def edited(stage: Stage) -> Draft:
    """A draft with two revisions."""
    draft = stage.draft(first="Jan", fit=0.4)
    return await stage.services.review.edit(
        DEFAULT_TENANT,
        draft.id,
        content_hash=draft.revision.content_hash,
        operator="key:x",
        subject="Another subject",
        body=BODY.replace("three weeks", "a month"),
    )


async def test_a_draft_is_put_aside_by_keyboard() -> None:
    async with served() as (stage, url), browser() as started:
        draft, other = stage.draft(fit=0.9), stage.draft(first="Jan", fit=0.3)
        async with visitor(started, stage, url) as person:
            await person.go(f"/drafts/{draft.id}")
            await person.page.keyboard.press("z")
            await person.page.click("text=Put it aside")
            await person.settled("done=snoozed")
            assert other.id in person.page.url
            assert stage.store.rows[draft.id].snoozed_until is not None


async def test_a_text_is_checked_while_it_is_typed() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url) as person:
            await person.go(f"/drafts/{draft.id}")
            await person.page.keyboard.press("e")
            await person.page.fill("#body", BODY + "\n\nIt costs <b>4000 EUR</b>.")
            await person.page.wait_for_selector("[data-found] >> text=4000 EUR")
            assert await person.page.locator("[data-found] b b").count() == 0
            assert stage.store.rows[draft.id] == draft
            assert person.complaints == []


async def test_what_was_typed_is_there_again_until_it_is_saved() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url) as person:
            page = person.page
            await person.go(f"/drafts/{draft.id}#edit")
            await page.fill("#body", "Hello Maria,\n\nhalf a sentence")
            await person.go("/queue")
            await person.go(f"/drafts/{draft.id}")
            assert await page.input_value("#body") == "Hello Maria,\n\nhalf a sentence"
            assert await page.locator("#kept:visible").count() == 1
            await page.click("text=Save as a new revision")
            await person.settled("done=edited")
            await person.go(f"/drafts/{draft.id}")
            assert await page.locator("#kept:visible").count() == 0
            await person.go(f"/drafts/{draft.id}#edit")
            await page.fill("#body", "Something else")
            await person.go(f"/drafts/{draft.id}")
            await page.click("text=Throw it away")
            await page.reload()
            assert "half a sentence" in await page.input_value("#body")


async def test_a_lost_session_does_not_lose_the_text() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url) as person:
            page = person.page
            await person.go(f"/drafts/{draft.id}#edit")
            await page.fill("#body", "Hello Maria,\n\nmy long text.")
            stage.keys.sessions.clear()
            await page.click("text=Save as a new revision")
            await page.wait_for_selector("text=Your session has ended")
            (key,) = stage.keys.keys.values()
            stage.keys.keys.clear()
            await page.fill("#key", await stage.key(*key.scopes))
            await page.click("button.primary")
            await page.wait_for_selector("text=Your text is back.")
            assert await page.input_value("#body") == "Hello Maria,\n\nmy long text."
            await page.click("text=Save as a new revision")
            await person.settled("done=edited")
            assert stage.store.rows[draft.id].revision.body == "Hello Maria,\n\nmy long text."


async def test_new_runs_announce_themselves_and_wait() -> None:
    async with served() as (stage, url), browser() as started:
        run = stage.run(status=RunStatus.PROCESSING, steps=3, then=NOW - timedelta(minutes=1))
        async with visitor(started, stage, url) as person:
            await person.go("/runs")
            await person.page.wait_for_selector(".live.on")
            new = stage.run(status=RunStatus.TRIGGERED, steps=0)
            changed = attrs.evolve(stage.store.runs[run.id], status=RunStatus.FAILED)
            stage.store.runs[run.id] = changed
            await person.page.wait_for_selector("text=1 new run.", timeout=8_000)
            row = person.page.locator(f'[data-row="{run.id}"]')
            assert "failed" in await row.inner_text()
            assert await person.page.locator(f'[data-row="{new.id}"]').count() == 0
            await person.page.click("text=Show them")
            await person.page.wait_for_selector(f'[data-row="{new.id}"]')


async def test_a_server_that_is_gone_is_said_so_and_its_return() -> None:
    async with served() as (stage, url), browser() as started:
        draft = stage.draft()
        async with visitor(started, stage, url) as person:
            page = person.page
            await person.go(f"/drafts/{draft.id}#edit")
            await page.fill("#body", "Hello Maria,\n\nkept.")
            await page.wait_for_timeout(800)
            await person.context.set_offline(True)
            await page.fill("#body", "Hello Maria,\n\nkept here.")
            await page.wait_for_selector("#gone:visible", timeout=8_000)
            await page.click("text=Save as a new revision")
            assert await page.input_value("#body") == "Hello Maria,\n\nkept here."
            await person.context.set_offline(False)
            await page.wait_for_selector("#back:visible", timeout=8_000)
            assert await page.locator("#gone:visible").count() == 0
            await page.click("text=Save as a new revision")
            await person.settled("done=edited")


async def test_several_are_decided_without_javascript() -> None:
    async with served() as (stage, url), browser() as started:
        drafts = [stage.draft(first=f"Lead{n}") for n in range(2)]
        async with visitor(started, stage, url, javascript=False) as person:
            await person.go("/queue")
            for box in await person.page.locator("[name=pick]").all():
                await box.check()
            await person.page.click("button[value=reject]")
            await person.page.fill("#reason", "wrong product")
            await person.page.click("text=Reject these 2")
            assert "Rejected: 2 of 2" in await person.page.inner_text("h1")
            assert all(stage.store.rows[one.id].status is DraftStatus.REJECTED for one in drafts)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
async def test_the_pages_fit_and_are_accessible(width: int, scheme: str) -> None:
    async with served() as (stage, url), browser() as started:
        finding = Finding(code="x", severity=Severity.BLOCK, sentence="No.", start=0, end=5)
        gap = Degradation(step="recall_memory", gap="Past mails were not searched")
        stage.draft(findings=(finding,), degraded=(gap,))
        stage.draft(first="N" * 200_000, company="C" * 9_000, subject="S" * 255)
        stage.draft(first="נועה", last="לוי", company="\u202eevil", age=timedelta(hours=30))
        two = await edited(stage)
        sent = stage.draft(first="Lena")
        stage.store.rows[sent.id] = attrs.evolve(sent, status=DraftStatus.SENT, updated_at=NOW)
        lost = stage.draft(first="Bo")
        stage.store.rows[lost.id] = attrs.evolve(lost, status=DraftStatus.NEEDS_OPERATOR)
        failed = stage.run(status=RunStatus.FAILED, steps=4)
        stage.letter(failed, error="W" * 900)
        async with visitor(started, stage, url, width=width, scheme=scheme) as person:
            page, faults = person.page, []

            async def look(name: str) -> None:
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is {wide} px wide"
                result = await Axe().run(page)
                if result.violations_count:
                    faults.append(f"{name}: {result.generate_report()}")

            for path in (
                "/",
                "/queue",
                "/queue?q=lena&tier=hot&state=snoozed",
                f"/drafts/{two.id}",
                f"/drafts/{two.id}#snooze",
                f"/drafts/{two.id}/changes",
                "/runs?status=parked",
                "/runs",
                f"/runs/{failed.id}",
            ):
                await person.go(path)
                await look(path)
            for action in ("approve", "snooze", "reject"):
                await person.go("/queue")
                for box in await page.locator("[name=pick]").all():
                    await box.check()
                await look("chosen")
                await page.click(f"button[value={action}]")
                await page.wait_for_url("**/queue/bulk")
                await look(f"preview of {action}")
            await person.go("/queue")
            await page.locator("[name=pick]").first.check()
            await page.click("button[value=snooze]")
            await page.click("form button.primary")
            await page.wait_for_url("**/queue/bulk/do")
            await look("results")
            assert faults == []
