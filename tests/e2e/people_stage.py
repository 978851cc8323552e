"""The real application over a real database, with people in it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import httpx
import uvicorn

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.login.passwords import ArgonPasswords
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.people import Role
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT, TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.people_parts import Actor

PASSWORD = "lamp river orbit mint"
_CSRF = re.compile(r'name="csrf" value="([^"]{20,})"')


@attrs.frozen(kw_only=True)
class House:
    """``url`` is where it listens."""

    container: Container
    url: str

    async def person(self, name: str, role: Role, email: str | None = None) -> str:
        """A new account; its address."""
        email = email or f"{name.lower()}@example.com"
        manage = self.container.providers.manage_people()
        await manage.add(
            DEFAULT_TENANT,
            email,
            name=name,
            role=role,
            password=PASSWORD,
            by=Actor(id="cli:test", role=None),
        )
        return email

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A browser's worth of cookies."""
        return httpx.AsyncClient(base_url=self.url, headers=headers)

    async def logged_in(self, email: str) -> httpx.AsyncClient:
        """A client with that person's session."""
        client = self.client()
        answer = await client.post("/login/person", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client


async def csrf_of(client: httpx.AsyncClient) -> str:
    """The token of the client's session, as its pages carry it."""
    found = _CSRF.search((await client.get("/account")).text)
    assert found is not None
    return found[1]


async def key(house: House, scope: Scope, tenant: TenantId = DEFAULT_TENANT) -> str:
    """A new API key as its holder sends it."""
    made = await create_key(
        house.container.api_keys,
        house.container.clock,
        name="A key",
        scopes=(scope,),
        lifetime=None,
        tenant=tenant,
    )
    return made.secret


@asynccontextmanager
async def house_of(
    database_url: str, vault: Vault, *, listener: socket.socket | None = None, **settings: object
) -> AsyncIterator[House]:
    """Serve it on a free port, or the one given, until the block ends."""
    if listener is None:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
    url = f"http://localhost:{listener.getsockname()[1]}"
    container = build_container(
        settings=read_settings(public_url=url, **settings),
        database_url=database_url,
        vault=vault,
        broker=make_broker(None),
        world=World(SystemClock()),
        tenant=Tenant(
            id=DEFAULT_TENANT, name="Ours", mailbox="sales@example.com", sender_name="Max"
        ),
        webhook_secrets=(),
    )
    # Log-ins of tests are many; how slow a hash is has a test of its own.
    container.providers.passwords.override(ArgonPasswords(memory_kib=64, passes=1))
    config = uvicorn.Config(container.http_app(), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    # The test's own runner handles signals.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield House(container=container, url=url)
    finally:
        server.should_exit = True
        await running
