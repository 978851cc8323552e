"""Forms through the real flow, up to drafts that wait for approval. It lives: what dies is what
comes after."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from dependency_injector import providers
from sqlalchemy import text

from rig.crash_worker import CrashProcess, Plan, join
from rig.mailbox_client import HttpMailbox
from salesagent_adapters.hubspot.webhook import parse_form
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_app.container import Container
from salesagent_core.domain.sending.gate import SendMode
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import SalesAgentError, Unavailable
from salesagent_core.ids import DraftId, RunId, SubmissionId, TenantId

PER_MAILBOX = 150
"""The highest limit is 200 mails a day; some are sent by people, too."""
BATCH = 12
LANES = 3
WAITING = 100
"""Drafts that may wait for the operator."""
T = TypeVar("T")


async def persistent(call: Callable[[], Awaitable[T]]) -> T:
    """Again, while the answer is "not now"."""
    while True:
        try:
            return await call()
        except (Unavailable, OSError):
            await asyncio.sleep(0.3)


def tenant_of(name: str) -> Tenant:
    """A tenant with a mailbox of its own."""
    return Tenant(
        id=TenantId(name), name=name, mailbox=f"seller@{name}.example", sender_name="Seller"
    )


def tenants_for(runs: int) -> list[Tenant]:
    """As many as it takes to stay within the limits of each mailbox."""
    return [tenant_of(f"tenant-{number}") for number in range(-(-runs // PER_MAILBOX))]


async def connect(
    process: CrashProcess, container: Container, tenants: Sequence[Tenant], limits: Limits
) -> None:
    """Make the tenants known everywhere, with their mailboxes and limits."""
    make = container.providers
    directory, control = make.tenants(), make.control_sending()
    mailbox = HttpMailbox(process.plan.mailbox_port)
    for tenant in tenants:
        process.world.connect_mailbox(tenant.id, tenant.mailbox)
        # What is measured is sending; the CRM's own rate would only hold the set-up back.
        process.world.tenant(tenant.id).crm.requests_per_window = None
        await directory.save(tenant, ())
        await mailbox.tell("connect", tenant.id, tenant.mailbox)
        await control.set_mode(tenant.id, SendMode.SEND, who="bench", why="that is what is tried")
        await control.set_limits(tenant.id, limits, who="bench", why="as this trial needs it")


def seeding(plan: Plan) -> CrashProcess:
    """A process whose forms ring no bell: it works on them itself."""
    return CrashProcess(plan, calm=True)


def quiet(container: Container) -> Container:
    """Without bells for runs: they would wake the workers."""
    make = container.providers
    make.intake.override(providers.Singleton(PgIntake, make.database, make.vault))
    return container


async def make_drafts(
    container: Container, tenants: Sequence[Tenant], first: int, count: int
) -> list[DraftId]:
    """So many forms through the real flow, in turn for each tenant."""
    make = container.providers
    receive, ids, advance = make.receive_submission(), make.ids(), make.advance_runs()
    runs: list[tuple[TenantId, RunId]] = []

    async def one(number: int) -> tuple[TenantId, RunId]:
        tenant = tenants[number % len(tenants)]
        raw = _form(number)
        submission = parse_form(
            raw,
            tenant_id=tenant.id,
            submission_id=SubmissionId(ids.new()),
            received_at=container.clock.now(),
        )
        receipt = await persistent(lambda: receive(submission, raw))
        return tenant.id, RunId(receipt.run_id)

    runs = list(await asyncio.gather(*(one(n) for n in range(first, first + count))))
    drafts: dict[RunId, DraftId] = {}
    while len(drafts) < len(runs):
        left = [(tenant_id, run) for tenant_id, run in runs if run not in drafts]
        with contextlib.suppress(SalesAgentError, OSError):
            await advance([run for _, run in left], limit=len(left))
            for tenant_id, run in left:
                async with make.unit_of_work().begin(tenant_id) as tx:
                    draft = await tx.drafts.by_run(run)
                if draft is not None and draft.in_mailbox is not None:
                    drafts[run] = draft.id
        if len(drafts) < len(runs):
            await asyncio.sleep(0.5)
            with contextlib.suppress(SalesAgentError):
                await _hurry(container, [run for _, run in runs if run not in drafts])
    return list(drafts.values())


async def _hurry(container: Container, runs: Sequence[RunId]) -> None:
    """What a blow parked or left leased on its way to a draft goes on at once: that is not what
    is tried here."""
    statement = text("UPDATE runs SET due_at = now() WHERE finished_at IS NULL AND id = ANY(:runs)")
    async with container.providers.database().across_tenants() as connection:
        await connection.execute(statement, {"runs": list(runs)})


def _form(number: int) -> bytes:
    form = {
        "portalId": "1",
        "formId": "contact",
        "formSubmissionId": f"crash-{number}",
        "fields": [
            {"name": "email", "value": f"lead@company-{number}.example"},
            {"name": "firstname", "value": "Maria"},
            {"name": "message", "value": "Could you show us a demo next week?"},
        ],
    }
    return json.dumps(form).encode()


def seed(plan: Plan, runs: int) -> None:
    """Make ``runs`` drafts, as fast as the operator takes them."""
    join(plan)
    with seeding(plan) as process:
        asyncio.run(_seed(process, runs))


async def _seed(process: CrashProcess, runs: int) -> None:
    container = quiet(process.container())
    tenants = tenants_for(runs)
    for tenant in tenants:
        process.world.connect_mailbox(tenant.id, tenant.mailbox)
        process.world.tenant(tenant.id).crm.requests_per_window = None
    firsts = iter(range(0, runs, BATCH))

    async def lane() -> None:
        # A batch that met a blow waits for a lease; the others go on meanwhile.
        for first in firsts:
            await _until_there_is_room(container)
            await make_drafts(container, tenants, first, min(BATCH, runs - first))

    await asyncio.gather(*(lane() for _ in range(LANES)))


async def _until_there_is_room(container: Container) -> None:
    waiting = await persistent(lambda: _waiting(container))
    while waiting >= WAITING:
        await asyncio.sleep(0.5)
        waiting = await persistent(lambda: _waiting(container))


async def _waiting(container: Container) -> int:
    async with container.providers.database().across_tenants() as connection:
        found = await connection.execute(
            text(
                "SELECT count(*) FROM drafts "
                "WHERE status = 'pending_approval' AND tenant_id <> 'race'"
            )
        )
        return int(found.scalar_one())
