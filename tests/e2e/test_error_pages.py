"""Pages of errors: whoever is logged in keeps the bar, with the way on and the stop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from tests.e2e.people_stage import House, csrf_of, house_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_core.domain.people import Role

pytestmark = pytest.mark.database

SOME_ID = "01a1fbbf-0000-7000-8000-000000000000"
BAR = ('href="/queue"', "DRAFT ONLY", "Stop all sending", "Log out")


@pytest.fixture
async def house(database_url: str, vault: Vault) -> AsyncIterator[House]:
    async with house_of(database_url, vault) as house:
        yield house


async def test_an_error_page_has_the_bar_of_whoever_is_logged_in(
    house: House, database: Database
) -> None:
    client = await house.logged_in(await house.person("Ada", Role.OWNER))
    viewer = await house.logged_in(await house.person("Vi", Role.VIEWER))
    csrf = {"csrf": await csrf_of(client)}
    invited = {**csrf, "email": "bo@example.com", "role": "viewer"}
    assert (await client.post("/users/invite", data=invited)).status_code == 200
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE invitations SET role = 'nonsense'"))
    asked = [
        (404, await client.get("/nothing-here")),
        (404, await client.get(f"/drafts/{SOME_ID}")),
        (405, await client.post("/queue", data=csrf)),
        (403, await client.post("/users/invite", data={"csrf": "another session's"})),
        (500, await client.get("/users")),
    ]
    for status, answer in asked:
        assert answer.status_code == status, answer.request.url
        assert answer.headers["cache-control"] == "no-store"
        for part in BAR:
            assert part in answer.text, (answer.request.url, part)
    theirs = await viewer.get("/users")
    assert theirs.status_code == 403
    assert 'href="/queue"' in theirs.text
    assert 'action="/sending/stop"' not in theirs.text
    # Nobody else has it, whatever they bring along.
    for cookie in ({}, {"cookie": "salesagent=u.made-up"}, {"cookie": "salesagent="}):
        answer = await house.client(**cookie).get("/nothing-here")
        assert answer.status_code == 404
        assert 'href="/queue"' not in answer.text.partition("<main")[0]
    # Where it cannot be told who asks, the fault is told all the same.
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE users SET role = 'nonsense'"))
    for path, status in (("/queue", 500), ("/nothing-here", 404)):
        answer = await client.get(path)
        assert answer.status_code == status
        assert "If you ask for help, say this" in answer.text
