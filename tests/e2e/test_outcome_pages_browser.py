"""The pages about outcomes in a real browser, over a simulated quarter and a real database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page
from tests.e2e.autonomy_stage import Stage, deciding_office, served
from tests.e2e.test_http_browser import browser

from salesagent_adapters.crypto.vault import Vault
from salesagent_app.container import Container
from salesagent_app.demo_history import History
from salesagent_core.domain.outcomes.performance import MIN_SENT

pytestmark = pytest.mark.database

MAILS = 150
HOSTILE = '<img src=x onerror="document.title=1"> ' + "ab" * 8
PAGES = {
    "today": "/",
    "outcomes": "/outcomes",
    "analytics": "/analytics",
    "by weekday": "/analytics?by=weekday&days=180",
    "tests": "/experiments",
    "trust": "/autonomy",
    "what if": "/autonomy/backtest",
}
RULES = 46
"""With the built-in ones they make 200 segments."""


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    # Over http, so that a browser keeps the cookie.
    office = deciding_office(database_url, vault, public_url="http://127.0.0.1")
    async with served(office) as made:
        yield made


async def cookie(client: httpx.AsyncClient) -> str:
    """A session of this client's key."""
    key = client.headers["authorization"].removeprefix("Bearer ")
    answer = await client.post("/login", data={"key": key, "next": "/"})
    assert answer.status_code == 303, answer.text
    return answer.headers["set-cookie"].partition(";")[0]


@asynccontextmanager
async def visitor(started: Browser, stage: Stage, **options: Any) -> AsyncIterator[Page]:
    """A page of the admin's; whatever a script or the policy complains about fails the test."""
    context = await started.new_context(base_url=str(stage.admin.base_url), **options)
    name, _, value = (await cookie(stage.admin)).partition("=")
    await context.add_cookies(
        [{"name": name, "value": value, "url": str(stage.admin.base_url)}],
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    # A form that is refused is told of by the browser, too.
    assert [each for each in complaints if "status of 400" not in each] == []
    await context.close()


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def words(page: Page, path: str) -> str:
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    return await page.inner_text("main")


async def look(page: Page, name: str, width: int, scheme: Any) -> None:
    """Nothing is wider than the screen, and nobody is shut out."""
    await page.set_viewport_size({"width": width, "height": 844})
    await page.emulate_media(color_scheme=scheme)
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{name} is {wide} px wide"
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{name}, {width} {scheme}: {found.generate_report()}"


async def test_pages_without_any_outcome_say_what_will_be_there(stage: Stage) -> None:
    said = {
        "/": "Replies, meetings and bounces appear here by themselves.",
        "/outcomes": "Nothing has come back yet",
        "/outcomes?show=deals": "Nothing of this kind yet",
        "/outcomes?from=50": "There is no such page",
        "/analytics": "No mail went out in this time",
        "/experiments": "No test yet",
        "/autonomy": "Nothing is on trial.",
        "/autonomy/backtest": "Try a policy",
        "/autonomy/backtest?from=2026-01-01&threshold=0.8": "No draft was decided about",
    }
    session = {"cookie": await cookie(stage.operator)}
    for path, sentence in said.items():
        answer = await stage.operator.get(path, headers=session)
        assert answer.status_code == 200, path
        assert sentence in answer.text, path
        assert "style=" not in answer.text, path
    # An operator reads; what only an admin may do is not offered, and refused.
    page = (await stage.operator.get("/autonomy", headers=session)).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    assert "Give or take trust by hand" not in page
    move = {"csrf": csrf[1], "segment": "hot:high_icp", "stage": "auto", "why": "x"}
    assert (await stage.operator.post("/autonomy", headers=session, data=move)).status_code == 403
    tests = await stage.operator.post("/experiments", headers=session, data={"csrf": csrf[1]})
    assert tests.status_code == 403
    answer = await stage.operator.post("/outcomes", headers=session, data={"type": "deal_won"})
    assert answer.status_code == 403, "without the token of the session"
    broken = await stage.operator.get(
        "/autonomy/backtest?from=then&threshold=much", headers=session
    )
    assert broken.status_code == 400
    assert "must be a number" in broken.text


async def test_a_quarter_of_outcomes_is_read_and_worked_with(stage: Stage) -> None:
    container = Container(stage.office.make)
    past = History(container, stage.office.make.default_tenant(), rejects=0.15)
    made = await past.play(MAILS)
    assert made.mails > MAILS * 0.7
    async with browser() as started:
        await by_hand_without_scripts(started, stage)
        for number in range(RULES):
            await stage.rule(name=f"rule_{number}_{'of_a_long_name' * 3}", enabled=False)
        async with visitor(started, stage) as page:
            for name, path in PAGES.items():
                await words(page, path)
                assert await page.locator("img").count() == 0, "what strangers wrote is text"
                await look(page, name, 1440, "light")
                await look(page, name, 390, "dark")
            await pages_and_api_agree(page, stage)


async def by_hand_without_scripts(started: Browser, stage: Stage) -> None:
    """Every form works where no script runs."""
    async with visitor(started, stage, java_script_enabled=False) as page:
        await page.goto("/outcomes")
        await page.click("summary:has-text('Tell what happened')")
        await page.select_option("#type", "email_unsubscribed")
        await page.fill("#email", "kim@gone.example")
        await page.fill("#note", HOSTILE)
        await page.click("text=Record it")
        assert "They will not be written to any more." in await page.inner_text(".tell")
        assert "gone.example" not in str(await get(stage.operator, "/api/outcomes/recent"))
        await page.check("input[name=sure]")
        await page.click("text=Record it")
        assert "Recorded" in await page.inner_text(".banner")
        (newest,) = await get(stage.operator, "/api/outcomes/recent", limit=1)
        assert (newest["email"], newest["note"]) == ("kim@gone.example", HOSTILE)
        assert "unsubscribed" in str(await get(stage.operator, "/api/suppressions"))

        await page.goto("/experiments")
        await page.click("summary:has-text('Make a test')")
        await page.fill("#name", HOSTILE)
        await page.fill("#text_A", "About {nobody}")
        await page.fill("#name_B", "<b>short</b>")
        await page.fill("#weight_B", "3")
        await page.click("text=Make it")
        assert "text of variant A a text may hold" in await page.inner_text(".banner.bad")
        assert await page.input_value("#weight_B") == "3", "what was typed stays"
        await page.fill("#text_A", "About {first_name}")
        await page.click("text=Make it")
        await page.click("text=Start it")
        said = await page.inner_text("main")
        assert "Not enough yet (0 of 30 people in each variant)" in said
        assert "<b>short</b>" in said
        await page.click("text=Stop it without a winner")
        tests = await get(stage.operator, "/api/experiments")
        assert (tests[0]["state"], tests[0]["name"]) == ("stopped", HOSTILE)
        assert [each["share"] for each in tests[0]["variants"]] == [0.25, 0.75]

        await page.goto("/autonomy")
        await page.click("summary:has-text('by hand')")
        await page.select_option("#segment", "cold:high_icp")
        await page.select_option("#stage", "shadow")
        await page.fill("#why", HOSTILE)
        await page.click("text=Do it")
        assert "on trial" in await page.inner_text(".banner")
        moved = await stage.segment("cold:high_icp")
        assert (moved["stage"], moved["changed"]["reason"]["sentence"]) == ("shadow", HOSTILE)

        await page.goto("/autonomy/backtest")
        since = (datetime.now(UTC) - timedelta(days=100)).date().isoformat()
        await page.fill("#from", since)
        await page.fill("#threshold", "0.8")
        await page.select_option("#edit", "high_icp")
        await page.check("input[name=trusted]")
        await page.click("text=Show the difference")
        await page.fill("#value0", "0.85")
        await page.uncheck("input[name=on][value=target_title]")
        await page.click("text=Show the difference")
        policy = {
            "threshold": 0.8,
            "stages": {"*:*": "auto"},
            "rules": [
                {"name": "target_title", "enabled": False},
                {
                    "name": "high_icp",
                    "conditions": [
                        {"field": "fit", "operator": "ge", "value": 0.85},
                        {"field": "coverage", "operator": "ge", "value": 0.6},
                        {"field": "domain_verified", "operator": "eq", "value": True},
                        {"field": "free_mail", "operator": "eq", "value": False},
                    ],
                },
            ],
        }
        answer = await stage.operator.post(
            "/api/policy/backtest", params={"from": since}, json=policy
        )
        report = answer.json()["report"]
        shown = await page.inner_text("main")
        assert f"{report['more_count']} more would have gone alone" in shown
        assert "high icp asks for fit 0.85" in shown
        assert "target title is off" in shown
        assert report["good"]["total"] > 0
        assert f"good {report['good']['count']} of {report['good']['total']}" in shown
        assert f"approved without a real change {report['agreement']['count']} of" in shown


async def pages_and_api_agree(page: Page, stage: Stage) -> None:
    """What a page shows is what the API says."""
    await page.set_viewport_size({"width": 1440, "height": 844})
    since = (datetime.now(UTC) - timedelta(days=90)).isoformat()
    await words(page, "/analytics")
    found = await get(
        stage.operator, "/api/analytics/performance", **{"from": since, "by": "segment"}
    )
    groups = {each["key"]: each for each in found["groups"]}
    assert len(groups) == 4
    drawn = 0
    for key, group in groups.items():
        row = await page.inner_text(f"tr[data-key='{key}']")
        assert str(group["sent"]) in row
        if group["sent"] < MIN_SENT:
            assert f"not enough yet ({group['sent']} of 30)" in row
            continue
        drawn += 1
        for rate in ("reply_rate", "meeting_rate", "conversion_rate"):
            percent = f"{group[rate]['rate']:.1%}".replace(".0%", "%")
            low, high = group[rate]["low"] * 100, group[rate]["high"] * 100
            assert f"{percent} ({low:.0f} to {high:.0f}%)" in row
    assert await page.locator("#by-reply circle").count() == drawn >= 2
    title = await page.locator("#by-reply").get_attribute("aria-labelledby")
    assert await page.locator(f"#{title}").text_content() == (
        "Replies per mail sent, by how well the lead fits"
    )

    (newest,) = await get(stage.operator, "/api/outcomes/recent", limit=1, types="email_replied")
    assert newest["email"] in await words(page, "/outcomes?show=replies")
    await page.click(f"tbody tr:first-child a:has-text('{newest['email']}')")
    history = await get(stage.operator, f"/api/outcomes/contact/{newest['email']}")
    assert await page.locator("ol.lines > li").count() == len(history["outcomes"])
    await page.click("ol.lines > li:first-child a")
    assert "/drafts/" in page.url

    test = next(
        each for each in await get(stage.operator, "/api/experiments") if each["state"] == "running"
    )
    report = await get(stage.operator, f"/api/experiments/{test['id']}/report")
    looks = await get(stage.operator, f"/api/experiments/{test['id']}/history")
    said = await words(page, f"/experiments/{test['id']}")
    await look(page, "a test", 390, "light")
    assert report["decision"][1:] in said
    for each in report["variants"]:
        assert f"{each['sent']} of {each['drafted']}" in said
    assert await page.locator("#evidence .color-0 circle").count() == len(looks) > 5
    assert looks[-1]["people"] == sum(each["people"] for each in report["variants"])

    view = await get(stage.operator, "/api/autonomy")
    assert len(view["segments"]) == 200
    said = await words(page, "/autonomy")
    for each in view["segments"]:
        if each["stage"] == "shadow" and each["verdicts"]:
            row = await page.inner_text(f"tr[data-segment='{each['segment']}']")
            assert f"{each['agreed']} of {each['verdicts']}" in row
            assert f"{each['bound']:.1%}".replace(".0%", "%") in row
            assert each["to_go"] is None or f"{each['to_go']} more in a row" in row
    disagreed = await get(stage.operator, "/api/autonomy/disagreements")
    assert disagreed
    links = page.locator("section[aria-labelledby=against] a[href^='/drafts/']")
    assert await links.count() == len(disagreed)
    assert "A person reads all: 19" in said
