"""The real application, with a mail server and a chat that take what it tells its people."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import attrs
import httpx
import uvicorn
from aiosmtpd.controller import Controller
from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES, SENT_AT, TENANT, draft
from tests.unit.test_safe_fetch import HOST, LOOPBACK, self_signed

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.outbound.public_addresses import Address
from salesagent_adapters.outbound.safe_fetch import SafeHttp
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_app.workers.main import WorkerParts
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.connections import (
    ConnectionState,
    KeptConnection,
    Lost,
    MailboxConnection,
)
from salesagent_core.ports.job_queue import Topic

LEAD = "ada.tester@example.com"
TEAM = "team@example.org"


class Inbox:
    """A mail server's handler. ``say`` is what it answers to the next mail."""

    def __init__(self) -> None:
        self.mails: list[Message[Any, Any]] = []
        self.to: list[list[str]] = []
        self.say: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.say:
            return self.say.pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.to.append(list(envelope.rcpt_tos))
        return "250 taken"


@contextmanager
def mail_server(inbox: Inbox) -> Iterator[str]:
    """A mail server on this machine until the block ends; its address as a setting."""
    smtp = Controller(inbox, hostname="127.0.0.1", port=_free_port())
    smtp.start()
    try:
        yield f"smtp://127.0.0.1:{smtp.port}"
    finally:
        smtp.stop()


class Chat:
    """A webhook over TLS. ``say`` is the status of the next answers."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.say: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        status = self.say.pop(0) if self.say else 200
        if status == 200:
            self.texts.append(json.loads(body)["text"])
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        await writer.drain()
        writer.close()


@attrs.frozen(kw_only=True)
class Newsroom:
    """``containers`` are two workers of one installation; the first of them serves ``url``."""

    containers: tuple[Container, Container]
    workers: tuple[WorkerParts, WorkerParts]
    url: str
    inbox: Inbox
    chat: Chat
    webhook: str
    database: Database

    async def sweep(self) -> None:
        """Both workers look and deliver at the same time, twice, as their sweepers have them do."""
        for _ in range(2):
            makes = [each.providers for each in self.containers]
            await asyncio.gather(*(make.watch_notices().look_now() for make in makes))
            ids = list(await makes[0].backlog().due(Topic.NOTICE, 10))
            await asyncio.gather(*(parts.handlers[Topic.NOTICE](ids) for parts in self.workers))

    async def run(self, *statements: str) -> None:
        """Statements over all tenants."""
        async with self.database.across_tenants() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    async def dump(self, table: str) -> str:
        """All rows of a table as the database writes them."""
        async with self.database.across_tenants() as connection:
            rows = await connection.execute(text(f"SELECT t::text FROM {table} t"))
            return "\n".join(rows.scalars())

    async def key(self, *scopes: Scope) -> str:
        """A new API key as its holder sends it."""
        make = self.containers[0].providers
        made = await create_key(
            make.api_keys(),
            make.clock(),
            name="Test key",
            scopes=scopes,
            lifetime=None,
            tenant=TENANT,
        )
        return made.secret

    async def client(self, scope: Scope = Scope.ADMIN) -> httpx.AsyncClient:
        """A program of ours."""
        key = await self.key(scope)
        return httpx.AsyncClient(base_url=self.url, headers={"authorization": f"Bearer {key}"})

    async def choose(self, client: httpx.AsyncClient, **more: Any) -> httpx.Response:
        """Tell the team by both channels, of everything."""
        kinds = ["work_stuck", "send_stuck", "mailbox_disconnected", "queue_old", "erasure_open"]
        kinds += ["sending_stopped", "sending_resumed", "budget_reached"]
        body = {
            "mail_to": [TEAM],
            "mail_kinds": kinds,
            "slack_url": self.webhook,
            "slack_kinds": kinds,
            "version": 0,
        }
        return await client.put("/api/notifications", json=body | more)

    async def trouble(self) -> None:
        """One of everything that needs a person, about one lead."""
        make = self.containers[0].providers
        work = PgUnitOfWork(self.database, make.vault(), RESULT_TYPES)
        late = draft(new_id())
        async with work.begin(TENANT) as tx:
            await tx.drafts.add(late)
            lost = MailboxConnection(
                tenant_id=TENANT,
                mailbox="sales@example.org",
                provider="google",
                account="1",
                scopes=frozenset(),
                state=ConnectionState.DISCONNECTED,
                since=SENT_AT,
                by="system",
                why=Lost.REVOKED,
            )
            await tx.connections.save(KeptConnection(connection=lost, tokens=None, generation=1))
        letter = (
            "INSERT INTO dead_letters (tenant_id, id, subject_kind, subject_id, step, code, error,"
            f" attempts, state) VALUES ('{TENANT}', '{{}}', '{{}}', '{{}}', 's', 'c', 'e', 4,"
            " 'open')"
        )
        await self.run(
            "UPDATE drafts SET created_at = now() - interval '5 hours'",
            letter.format(new_id(), "run", late.run_id),
            letter.format(new_id(), "run", new_id()),
            letter.format(new_id(), "draft", late.id),
            "INSERT INTO erasures (tenant_id, id, person_index, state, requested_by, requested_at,"
            f" sealed) VALUES ('{TENANT}', '{new_id()}', 'x', 'open', 'a',"
            " now() - interval '2 days', 'x')",
            "INSERT INTO usage_budgets (tenant_id, hard_runs, changed_at, changed_by)"
            f" VALUES ('{TENANT}', 0, now(), 'a')",
        )
        await make.control_sending().stop(TENANT, who="key:a", why=f"complaint of {LEAD}")


async def resolve(host: str, port: int) -> Sequence[Address]:
    assert host == HOST
    return [LOOPBACK]


@asynccontextmanager
async def newsroom_of(database_url: str, vault: Vault, folder: Path) -> AsyncIterator[Newsroom]:
    """Serve it on a free port until the block ends."""
    inbox, chat = Inbox(), Chat()
    smtp = Controller(inbox, hostname="127.0.0.1", port=_free_port())
    smtp.start()
    certificate = self_signed(folder)
    inbound = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inbound.load_cert_chain(certificate)
    hook = await asyncio.start_server(chat.serve, "127.0.0.1", 0, ssl=inbound)
    port = hook.sockets[0].getsockname()[1]
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://localhost:{listener.getsockname()[1]}"

    def container() -> Container:
        made = build_container(
            settings=read_settings(
                public_url=url,
                smtp_url=f"smtp://127.0.0.1:{smtp.port}",
                smtp_from="alerts@example.net",
            ),
            database_url=database_url,
            vault=vault,
            broker=make_broker(None),
            world=World(SystemClock()),
            tenant=Tenant(id=TENANT, name="Ours", mailbox="sales@example.org", sender_name="Max"),
            webhook_secrets=(),
        )
        made.providers.safe_http.override(
            SafeHttp(
                resolve=resolve,
                allowed=lambda address: address == ipaddress.ip_address("127.0.0.1"),
                ports=frozenset({port}),
                verify=ssl.create_default_context(cafile=str(certificate)),
            )
        )
        return made

    containers = (container(), container())
    server = uvicorn.Server(
        uvicorn.Config(containers[0].http_app(), log_config=None, access_log=False)
    )
    # The test's own runner handles signals.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    database = Database(database_url, pool_size=2)
    try:
        yield Newsroom(
            containers=containers,
            workers=(containers[0].worker_parts(), containers[1].worker_parts()),
            url=url,
            inbox=inbox,
            chat=chat,
            webhook=f"https://{HOST}:{port}/services/T/planted-secret-xyz",
            database=database,
        )
    finally:
        server.should_exit = True
        await running
        await containers[1].close()
        await database.close()
        hook.close()
        smtp.stop()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
