"""The application over one database, served, in which rules may approve alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import httpx
import uvicorn
from sqlalchemy import text
from tests.contract.postgres.samples import arrival
from tests.e2e.test_sending_flow import EVERYBODY, MAILBOX, Office

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.keys import create_key
from salesagent_app.settings import read_settings
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.job_queue import Topic

ENGLISH = {
    "name": "english_leads",
    "confidence": 0.95,
    "conditions": [{"field": "language", "operator": "eq", "value": "en"}],
}


@attrs.frozen
class Stage:
    """Clients by scope, and what stands behind them."""

    office: Office
    operator: httpx.AsyncClient
    admin: httpx.AsyncClient
    ingest: httpx.AsyncClient

    async def rule(self, **changes: Any) -> dict[str, Any]:
        """A rule of one's own, enabled."""
        answer = await self.admin.post("/api/rules", json={**ENGLISH, "enabled": True, **changes})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def stage(self, segment: str, stage: str, why: str = "a trial") -> httpx.Response:
        return await self.admin.put(f"/api/autonomy/{segment}", json={"stage": stage, "why": why})

    async def segment(self, name: str) -> dict[str, Any]:
        answer = await self.operator.get("/api/autonomy")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = next(
            each for each in answer.json()["segments"] if each["segment"] == name
        )
        return found

    async def lead(self, number: int = 1) -> Draft:
        """A form that came in and was decided about."""
        return await self.office.drafted(f"lead{number}@firm{number}.example")

    async def leads(self, numbers: range) -> list[Draft]:
        """Many forms, worked off together."""
        made = []
        for number in numbers:
            one = arrival(
                email=f"lead{number}@firm{number}.example",
                message=f"Could you show me your product? {new_id()}",
            )
            made.append(await self.office.make.receive_submission()(one.submission, one.raw))
        for _ in range(5):
            await self.office.handlers[Topic.RUN]([receipt.run_id for receipt in made])
        async with self.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            found = [await tx.drafts.by_run(receipt.run_id) for receipt in made]
        return [draft for draft in found if draft is not None]

    async def decisions(self, draft: Draft) -> tuple[Decision, ...]:
        async with self.office.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            found: tuple[Decision, ...] = await tx.decisions.of_draft(draft.id)
        return found

    async def act(self, draft: Draft, action: str, **more: str) -> httpx.Response:
        """A decision over HTTP about the revision that ``draft`` shows."""
        return await self.operator.post(
            f"/api/operator/drafts/{draft.id}/{action}",
            json={"content_hash": draft.revision.content_hash, **more},
        )

    async def send(self, draft: Draft) -> DraftStatus:
        """Time passes for this draft alone, and what is scheduled of it is worked off."""
        (attempt,) = await self.office.attempts(draft.id)
        statement = text("UPDATE send_attempts SET due_at = now() WHERE id = :id")
        async with self.office.make.database().across_tenants() as connection:
            await connection.execute(statement, {"id": attempt.id})
        await self.office.handlers[Topic.SEND]([attempt.id])
        return await self.office.status(draft.id)

    async def audited(self, like: str) -> list[tuple[str, str, dict[str, str]]]:
        """Action, actor and detail of the audit events whose action is like this."""
        statement = text(
            "SELECT action, actor, detail FROM audit WHERE action LIKE :l ORDER BY seq"
        )
        async with self.office.make.database().across_tenants() as connection:
            rows = (await connection.execute(statement, {"l": like})).all()
        return [(row.action, row.actor, dict(row.detail)) for row in rows]


def deciding_office(
    database_url: str, vault: Vault, *, public_url: str = "https://ours.example", **tenant: Any
) -> Office:
    """An application that approves alone where the rules and their trust allow it."""
    world = World(SystemClock())
    world.connect_mailbox(DEFAULT_TENANT, MAILBOX)
    # Fifty leads in a second are more than the strict CRM takes.
    world.tenant(DEFAULT_TENANT).crm.requests_per_window = None
    ours = {
        "id": DEFAULT_TENANT,
        "name": "Ours",
        "mailbox": MAILBOX,
        "sender_name": "Max Berger",
        "postal_address": "Ours Ltd, 1 High Street, London",
        "auto_approve_enabled": True,
    }
    container = build_container(
        settings=read_settings(public_url=public_url),
        database_url=database_url,
        vault=vault,
        broker=make_broker(None),
        world=world,
        tenant=Tenant(**{**ours, **tenant}),
        webhook_secrets=(),
        send_permission=EVERYBODY,
    )
    return Office(container, world)


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[Stage]:
    """The office behind a socket, with a client for each scope."""
    container = Container(office.make)
    config = uvicorn.Config(container.http_app(), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    clients = []
    for scope in (Scope.OPERATOR, Scope.ADMIN, Scope.INGEST):
        made = await create_key(
            container.api_keys,
            container.clock,
            name=scope.value,
            scopes=[scope],
            lifetime=None,
            tenant=DEFAULT_TENANT,
        )
        headers = {"authorization": f"Bearer {made.secret}"}
        clients.append(httpx.AsyncClient(base_url=url, headers=headers, timeout=30))
    try:
        yield Stage(office, *clients)
    finally:
        for each in clients:
            await each.aclose()
        server.should_exit = True
        await task
        await container.close()
