"""A database whose answers break off: healed where nothing was done yet, else told in words."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.broken_wire import wire_to
from tests.e2e.people_stage import csrf_of, house_of

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_core.domain.people import Role
from salesagent_core.errors import Unavailable
from salesagent_core.ids import DEFAULT_TENANT

pytestmark = pytest.mark.database

SPOILED = (
    (0, b""),
    (0, b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
    (1, b"\0" * 40),
    (5, b"\0" * 40),
    (12, b"E\0\0\0\x05\0"),
    (9, b"Z\0\0\0\5I"),
    (0, b"E\0\0\0\x2dSFATAL\0VFATAL\0Mserver is restarting\0\0\0\0"),
)
"""Bytes of an answer that come through, and what comes then: nothing, another program's words, a
message that is none, an error without its code."""
NOW = text("SELECT 1")


@pytest.mark.parametrize("whose", ["one tenant's", "all tenants'"])
async def test_an_answer_that_breaks_off_is_never_our_statements_fault(
    database_url: str, whose: str
) -> None:
    async with wire_to(database_url) as wire:
        database = Database(wire.url, pool_size=1, max_overflow=0, system_pool_size=1)

        def begin() -> AbstractAsyncContextManager[AsyncConnection]:
            if whose == "one tenant's":
                return database.tenant(DEFAULT_TENANT)
            return database.across_tenants()

        async def cut_midway(spoiled: tuple[int, bytes]) -> None:
            async with begin() as connection:
                await connection.execute(NOW)
                wire.next_answer = spoiled
                await connection.execute(text("SELECT 2"))

        healed = 0
        for spoiled in SPOILED:
            async with begin() as connection:
                await connection.execute(NOW)
            # Nothing was done on the connection yet: another one is taken, and nobody sees it.
            wire.next_answer = spoiled
            try:
                async with begin() as connection:
                    healed += (await connection.execute(NOW)).scalar_one()
            except Unavailable:
                # What was let through can look like the end of a question whether it lives.
                assert whose == "all tenants'"
            with pytest.raises(Unavailable):
                await cut_midway(spoiled)
        assert healed >= len(SPOILED) - 2
        wire.broken = True
        with pytest.raises(Unavailable):
            await cut_midway(SPOILED[0])
        await database.close()


async def test_a_page_says_in_words_that_the_database_does_not_answer(
    database_url: str, vault: Vault
) -> None:
    async with wire_to(database_url) as wire, house_of(wire.url, vault) as house:
        client = await house.logged_in(await house.person("Ada", Role.OWNER))
        form = {"csrf": await csrf_of(client)}
        wire.broken = True
        for answer in (
            await client.get("/queue"),
            await client.post("/sending/stop", data=form),
            await house.client().post("/login/person", data={"email": "a", "password": "b"}),
        ):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) > 0
            assert "Not just now" in answer.text
            assert "the database cannot be reached" in answer.text
            assert "Nothing was sent because of this" in answer.text
        wire.broken = False
        assert (await client.get("/queue")).status_code == 200
