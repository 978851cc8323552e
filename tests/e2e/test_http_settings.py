"""What is set on the pages, over HTTP and the real database: versions, templates, the list of
those who are never written to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.e2e.autonomy_stage import Stage, deciding_office, served

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.evidence import SourceKind
from salesagent_core.ids import DEFAULT_TENANT

pytestmark = pytest.mark.database


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(deciding_office(database_url, vault)) as found:
        yield found


async def logged_in(client: httpx.AsyncClient) -> tuple[httpx.AsyncClient, str]:
    """A client with a session of the other's key, and the token of its forms."""
    pages = httpx.AsyncClient(base_url=client.base_url, timeout=30, follow_redirects=True)
    key = client.headers["authorization"].removeprefix("Bearer ")
    opened = await pages.post("/login", data={"key": key}, follow_redirects=False)
    # The cookie is for https only; there is none between here and this server.
    name, _, value = opened.headers["set-cookie"].partition(";")[0].partition("=")
    pages.cookies.clear()
    pages.cookies.set(name, value)
    answer = await pages.get("/settings")
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert found is not None
    return pages, found[1]


async def test_a_profile_is_read_judged_kept_and_refused_when_stale(stage: Stage) -> None:
    first = (await stage.operator.get("/api/icp")).json()
    assert (first["version"], first["changed_by"]) == (0, None)
    changed = {**first["profile"], "departments": ["finance"]}
    body = {"profile": changed, "version": 0}
    assert (await stage.operator.put("/api/icp", json=body)).status_code == 403
    wrong = await stage.admin.put("/api/icp", json={"profile": {"departments": []}, "version": 0})
    assert wrong.status_code == 400
    assert "departments" in [each["where"] for each in wrong.json()["problems"]]
    saved = await stage.admin.put("/api/icp", json=body)
    assert saved.status_code == 200
    assert saved.json()["version"] == 2
    assert (await stage.admin.put("/api/icp", json=body)).status_code == 409
    lead = await stage.lead()
    tried = await stage.operator.post("/api/icp/preview", json=first["profile"])
    assert [row["draft_id"] for row in tried.json()["leads"]] == [lead.id]
    assert await stage.audited("settings.%") != []
    tenant = await stage.office.make.tenants().get(DEFAULT_TENANT)
    assert tenant.target_departments == ("finance",)


async def test_a_template_is_shown_to_the_writer_and_holds_no_fact(stage: Stage) -> None:
    body = {
        "name": "Short",
        "body": "Hi,\n\nIt costs 4711 EUR.\n\nShall we talk?",
        "use": "everybody",
    }
    made = await stage.admin.post("/api/templates", json=body)
    assert made.status_code == 201, made.text
    assert (await stage.admin.post("/api/templates", json=body)).status_code == 409
    draft = await stage.lead()
    shown = [each for each in draft.sources if each.kind is SourceKind.VOICE]
    assert [(each.label, each.citable) for each in shown] == [("template: Short", False)]
    assert "4711" not in draft.revision.body
    stale = {**body, "name": "Shorter", "version": 7}
    path = f"/api/templates/{made.json()['id']}"
    assert (await stage.admin.put(path, json=stale)).status_code == 409
    assert (await stage.admin.put(path, json={**stale, "version": 1})).json()["name"] == "Shorter"
    assert (await stage.admin.delete(path)).status_code == 204
    assert (await stage.operator.get("/api/templates")).json() == []


async def test_who_asked_to_be_left_alone_is_not_removed_by_a_press(stage: Stage) -> None:
    pages, csrf = await logged_in(stage.admin)
    answer = await pages.post(
        "/settings/suppressions/import",
        data={"csrf": csrf, "csv": "recipient,reason\nkim@example.com,unsubscribed\nexample.org"},
    )
    assert "2 lines were taken in." in answer.text
    found = await pages.get("/settings/suppressions", params={"q": "kim+x@example.com"})
    assert "kim@example.com" in found.text
    (path,) = set(re.findall(r"/settings/suppressions/[0-9a-f-]{36}", found.text))
    fields = {"csrf": csrf, "why": "they called"}
    refused = await pages.post(f"{path}/remove", data=fields)
    assert refused.status_code == 400
    assert "Type kim@example.com to confirm it." in refused.text
    gone = await pages.post(f"{path}/remove", data={**fields, "typed": "kim@example.com"})
    assert "The entry is removed." in gone.text
    ((_, _, detail),) = await stage.audited("suppression.removed")
    assert detail == {"reason": "unsubscribed", "why": "they called"}
    exported = await pages.get("/settings/suppressions/export")
    assert [line.split(",")[0] for line in exported.text.splitlines()] == [
        "recipient",
        "example.org",
    ]
    bad = await pages.post(
        "/settings/suppressions/import", data={"csrf": csrf, "csv": "nobody at all,because"}
    )
    assert bad.status_code == 400
    assert "Line 1: the reason is none of" in bad.text
    await pages.aclose()


async def test_lists_folders_and_voices_are_changed_and_taken_back(stage: Stage) -> None:
    pages, csrf = await logged_in(stage.admin)
    for number, lines in enumerate(("ada@example.com\nexample.org", "")):
        seen = (0, 2)[number]
        answer = await pages.post(
            "/settings/sending/deny_list", data={"csrf": csrf, "seen": seen, "patterns": lines}
        )
        assert "The deny list is changed." in answer.text
    assert (await stage.admin.get("/api/admin/deny-list")).json() == []
    back = {"csrf": csrf, "seen": 3, "version": 2}
    assert (await pages.post("/settings/sending/deny_list/back", data=back)).status_code == 200
    rows = (await stage.admin.get("/api/admin/deny-list")).json()
    assert {row["pattern"] for row in rows} == {"person:ada@example.com", "host:example.org"}
    wrong = await pages.post(
        "/settings/sending/deny_list",
        data={"csrf": csrf, "seen": 4, "patterns": "a@b@c\nok.example"},
    )
    assert wrong.status_code == 400
    assert "Line 1:" in wrong.text
    folder = {"csrf": csrf, "seen": 0, "folder": "https://drive.google.com/drive/folders/abc-1"}
    assert "abc-1" in (await pages.post("/settings/assets/added", data=folder)).text
    assert (await pages.post("/settings/assets/added", data=folder)).status_code == 409
    document = '{"name": "Max", "greetings": {"en": "Moin"}}'
    taken = await pages.post("/settings/voices/import", data={"csrf": csrf, "document": document})
    voice = re.search(r"/settings/voices/([0-9a-f-]{36})", taken.text)
    assert voice is not None
    await pages.post(f"/settings/voices/{voice[1]}/default", data={"csrf": csrf})
    draft = await stage.lead()
    assert draft.revision.body.startswith("Moin")
    beside = await pages.get("/settings/voices", params={"one": voice[1], "other": "house"})
    assert "en: Moin" in beside.text
    refused = await pages.post("/settings/sending/limits", data={"csrf": "x", "seen": 0})
    assert refused.status_code == 403
    await pages.aclose()
    operator, token = await logged_in(stage.operator)
    barred = await operator.post("/settings/icp", data={"csrf": token})
    assert barred.status_code == 403
    await operator.aclose()
