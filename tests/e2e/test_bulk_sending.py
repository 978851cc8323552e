"""Several drafts at once, and Today, where mails are really sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.e2e.test_http_pages import Tags, words_of
from tests.e2e.test_http_sending import Stage, served
from tests.e2e.test_sending_flow import EVERYBODY, make_office

from salesagent_adapters.crypto.vault import Vault
from salesagent_core.domain.draft import DraftStatus


@pytest.fixture
async def stage(database_url: str, vault: Vault) -> AsyncIterator[Stage]:
    async with served(make_office(database_url, vault, EVERYBODY)) as made:
        yield made


def hidden(html: str, name: str) -> list[str]:
    return [one.get("value") or "" for one in Tags(html).all("input") if one.get("name") == name]


async def test_several_approvals_are_previewed_done_and_taken_back(stage: Stage) -> None:
    good = await stage.office.drafted("ada@other.example")
    held = await stage.office.drafted("kim@firm.example")
    refused = {"recipient": "kim@firm.example", "reason": "complained"}
    await stage.operator.post("/api/suppressions", json=refused)
    client = await stage.logged_in()
    queue = (await client.get("/queue")).text
    csrf = hidden(queue, "csrf")[0]
    form = {"csrf": csrf, "action": "approve", "pick": hidden(queue, "pick")}
    preview = await client.post("/queue/bulk", data=form)
    text = words_of(preview)
    assert "Will be approved, and sent after 30 s." in text
    assert "Will be approved, and not sent yet:" in text
    assert stage.office.sent() == []

    done = await client.post("/queue/bulk/do", data=form)
    assert "Approved: 2 of 2" in words_of(done)
    assert "They are sent in" in words_of(done)
    today = words_of(await client.get("/"))
    assert "A person must change that first." in today

    undo = {"csrf": csrf, "pick": hidden(done.text, "pick")}
    assert "Taken back: 2 of 2" in words_of(await client.post("/queue/bulk/undo", data=undo))
    await stage.office.work()
    assert stage.office.sent() == []
    for draft in (good, held):
        assert await stage.office.status(draft.id) is DraftStatus.PENDING_APPROVAL
