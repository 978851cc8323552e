"""Tokens of connected mailboxes: fresh, asked for once, and given up at the right moment only."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.contract.google.parts import (
    ACCESS,
    CLIENT_SECRET,
    MAILBOX,
    REFRESH,
    TENANT,
    connect,
    google,
    stored,
)
from tests.services.google_tokens import (
    Behave,
    TokenServer,
    cut_off,
    granted,
    hang,
    refused,
    slowly,
    token_server,
)

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.google import token_keeper
from salesagent_adapters.google.token_keeper import TokenKeeper
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.errors import NeedsReauth, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import ConnectionState, Lost

pytestmark = pytest.mark.database

ROOT = Path(__file__).parents[3]
SECRETS = (CLIENT_SECRET, REFRESH, ACCESS)
NEARLY_OVER = timedelta(minutes=2)
OVER = timedelta(seconds=-1)


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, {})


def keeper_of(work: PgUnitOfWork, server: TokenServer, timeout: float = 2.0) -> TokenKeeper:
    return TokenKeeper(
        work=work, provider=google(server.url, timeout), ids=RandomIds(SystemClock())
    )


async def somebody_asks(server: TokenServer) -> None:
    assert await asyncio.to_thread(server.came.wait, 10)


async def test_a_fresh_token_is_given_without_asking_google(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work)
    keeper = keeper_of(work, server)
    assert await keeper.token(TENANT, MAILBOX) == ACCESS
    assert await keeper.token(TENANT, MAILBOX.upper()) == ACCESS
    assert server.asked == []


@pytest.mark.parametrize("left", [NEARLY_OVER, OVER])
async def test_a_token_is_replaced_before_it_ends(
    work: PgUnitOfWork, server: TokenServer, left: timedelta
) -> None:
    await connect(work, left=left)
    keeper = keeper_of(work, server)
    token = await keeper.token(TENANT, MAILBOX)
    assert token not in (ACCESS, "")
    assert await keeper.token(TENANT, MAILBOX) == token
    (asked,) = server.asked
    assert asked["grant_type"] == "refresh_token"
    assert asked["refresh_token"] == REFRESH
    kept = await stored(work)
    assert kept.tokens is not None
    assert kept.tokens.refresh == REFRESH
    assert kept.connection.state is ConnectionState.CONNECTED


async def test_fifty_callers_at_once_make_one_request(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work, left=OVER)
    server.behave = slowly(granted(), 0.4)
    # A keeper each, as in processes of their own: they share nothing but the database.
    keepers = [keeper_of(work, server) for _ in range(50)]
    tokens = await asyncio.gather(*(keeper.token(TENANT, MAILBOX) for keeper in keepers))
    assert len(set(tokens)) == 1
    assert len(server.asked) == 1


async def test_while_one_refreshes_the_others_use_what_still_works(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work, left=NEARLY_OVER)
    server.behave = slowly(granted(), 1.0)
    first = asyncio.create_task(keeper_of(work, server).token(TENANT, MAILBOX))
    await somebody_asks(server)
    assert await keeper_of(work, server).token(TENANT, MAILBOX) == ACCESS
    assert not first.done()
    assert await first != ACCESS
    assert len(server.asked) == 1


async def test_two_processes_make_one_request(
    database: Database, server: TokenServer, database_url: str
) -> None:
    key = new_key()
    await connect(PgUnitOfWork(database, Vault([key]), {}), left=OVER)
    server.behave = slowly(granted(), 1.0)
    script = Path(__file__).with_name("ask_for_token.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT)))}
    asking = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(script), database_url, server.url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        for _ in range(2)
    ]
    # Both are up before either starts.
    for each in asking:
        assert each.stdout is not None
        assert await asyncio.wait_for(each.stdout.readline(), 60) == b"ready\n"
    given = await asyncio.gather(*(each.communicate(f"{key}\n".encode()) for each in asking))
    tokens = {output.decode().strip() for output, _ in given}
    assert len(tokens) == 1
    assert tokens.pop().startswith("access-")
    assert len(server.asked) == 1


async def test_a_worker_that_dies_while_it_refreshes_holds_the_others_up_for_its_lease_only(
    work: PgUnitOfWork, server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_keeper, "REFRESH_LEASE", timedelta(seconds=0.5))
    await connect(work, left=OVER)
    server.behave = slowly(granted(), 30.0)
    dead = asyncio.create_task(keeper_of(work, server, 20.0).token(TENANT, MAILBOX))
    await somebody_asks(server)
    dead.cancel()
    server.behave = granted()
    async with asyncio.timeout(5):
        assert (await keeper_of(work, server).token(TENANT, MAILBOX)).startswith("access-")
    assert len(server.asked) == 2


async def test_a_withdrawn_grant_disconnects_the_mailbox_once_and_is_never_tried_again(
    work: PgUnitOfWork, server: TokenServer, database: Database
) -> None:
    await connect(work, left=OVER)
    server.behave = slowly(refused("invalid_grant"), 0.2)
    keeper = keeper_of(work, server)
    answers = await asyncio.gather(
        *(keeper.token(TENANT, MAILBOX) for _ in range(5)), return_exceptions=True
    )
    assert [type(each) for each in answers] == [NeedsReauth] * 5
    assert [each.mailbox for each in answers if isinstance(each, NeedsReauth)] == [MAILBOX] * 5
    with pytest.raises(NeedsReauth, match="withdrew"):
        await keeper.token(TENANT, MAILBOX)
    assert len(server.asked) == 1
    kept = await stored(work)
    assert kept.connection.state is ConnectionState.DISCONNECTED
    assert kept.connection.why is Lost.REVOKED
    assert kept.tokens is None
    async with database.tenant(TENANT) as connection:
        rows = (await connection.execute(select(tables.audit))).all()
    assert [(row.action, row.actor, row.detail) for row in rows] == [
        ("mailbox.disconnected", "system", [["why", "revoked"]])
    ]
    assert MAILBOX not in str(rows)


async def test_a_mailbox_that_was_never_connected_or_is_anothers_says_so(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work)
    keeper = keeper_of(work, server)
    with pytest.raises(NeedsReauth, match="not connected yet") as refusal:
        await keeper.token(TENANT, "other@example.com")
    assert refusal.value.mailbox == "other@example.com"
    with pytest.raises(NeedsReauth, match="not connected yet"):
        await keeper.token(TenantId("other"), MAILBOX)


BAD_DAYS: dict[str, Behave] = {
    "503": refused("temporarily_unavailable", 503),
    "500 without a body": lambda _: (500, b""),
    "429": refused("rate_limited", 429),
    "a redirect": lambda _: (302, {}),
    "half an answer": cut_off,
    "no JSON": lambda _: (200, {"access_token": None}),
    "a list": lambda _: (200, {"access_token": ["planted-half"]}),
    "a header in the token": granted(access_token="a\r\nX-Planted: 1"),
    "an unknown client": refused("invalid_client", 401),
    "silence": hang,
}


@pytest.mark.parametrize("behave", BAD_DAYS.values(), ids=BAD_DAYS.keys())
async def test_a_bad_day_of_googles_is_unavailable_and_the_mailbox_stays_connected(
    work: PgUnitOfWork, server: TokenServer, behave: Behave, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await connect(work, left=OVER)
    server.behave = behave
    keeper = keeper_of(work, server, timeout=0.5)
    with pytest.raises(Unavailable) as failure:
        await keeper.token(TENANT, MAILBOX)
    told = "".join(traceback.format_exception(failure.value)) + caplog.text
    for secret in (*SECRETS, "planted-half", "planted-description"):
        assert secret not in told
    assert (await stored(work)).connection.state is ConnectionState.CONNECTED
    # And when the day is over it goes on at once.
    server.behave = granted()
    assert (await keeper.token(TENANT, MAILBOX)).startswith("access-")


async def test_while_google_is_down_a_token_that_still_works_is_used_and_google_left_in_peace(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work, left=NEARLY_OVER)
    server.behave = refused("temporarily_unavailable", 503)
    keeper = keeper_of(work, server)
    assert [await keeper.token(TENANT, MAILBOX) for _ in range(10)] == [ACCESS] * 10
    assert len(server.asked) == 1


async def test_a_token_that_the_api_refused_is_replaced_once(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work)
    keeper = keeper_of(work, server)
    for _ in range(3):
        await keeper.refused(TENANT, MAILBOX, ACCESS)
    fresh = await keeper.token(TENANT, MAILBOX)
    assert fresh != ACCESS
    # Others come late with the old one: the new one stays.
    await keeper.refused(TENANT, MAILBOX, ACCESS)
    assert await keeper.token(TENANT, MAILBOX) == fresh
    assert len(server.asked) == 1


async def test_what_was_connected_anew_meanwhile_is_not_written_over(
    work: PgUnitOfWork, server: TokenServer
) -> None:
    await connect(work, left=OVER)
    server.behave = slowly(refused("invalid_grant"), 0.5)
    asking = asyncio.create_task(keeper_of(work, server).token(TENANT, MAILBOX))
    await somebody_asks(server)
    await connect(work)
    assert await asking == ACCESS
    assert (await stored(work)).connection.state is ConnectionState.CONNECTED


async def test_tokens_are_sealed_for_their_own_row(work: PgUnitOfWork, database: Database) -> None:
    await connect(work)
    await connect(work, mailbox="second@example.com")
    table = tables.mailbox_connections
    async with database.across_tenants() as connection:
        rows = (await connection.execute(select(table))).all()
    for row in rows:
        for planted in (ACCESS, REFRESH, MAILBOX):
            assert planted.encode() not in row.tokens + row.sealed
            assert planted not in f"{row.mailbox_index} {row.state} {row.changed_by}"
    first, second = rows
    async with database.across_tenants() as connection:
        await connection.execute(
            table.update()
            .where(table.c.mailbox_index == first.mailbox_index)
            .values(tokens=second.tokens)
        )
    read = [stored(work, mailbox=each) for each in (MAILBOX, "second@example.com")]
    results = await asyncio.gather(*read, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["KeptConnection", "Unsealable"]
