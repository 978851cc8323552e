"""The vendors' state outlives the adapters and is safe between threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from salesagent_adapters.memory.crm import MemoryCrm
from salesagent_adapters.memory.mailbox import MemoryMailbox
from salesagent_adapters.memory.world import World
from salesagent_adapters.system.clock import FixedClock
from salesagent_core.domain.sending.message import OutgoingMail
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactHint, CrmTask

TENANT = TenantId("t")
ADDRESS = "seller@ours.example"
THREADS, EACH = 4, 25


def work(world: World) -> list[str]:
    async def all_of_it() -> list[str]:
        mailbox, crm = MemoryMailbox(world), MemoryCrm(world)
        tasks = []
        for _ in range(EACH):
            mail = OutgoingMail(
                key="k", sender=ADDRESS, to="a@b.example", subject="Hi", text="Hello"
            )
            await mailbox.create_draft(TENANT, ADDRESS, mail)
            lead = await crm.resolve(TENANT, ContactHint(email="a@b.example"))
            task = CrmTask(
                key="same",
                contact_crm_id=lead.person.crm_id or "",
                title="t",
                note="n",
                due=date(2026, 11, 24),
            )
            tasks.append((await crm.ensure_task(TENANT, task)).task_id)
        return tasks

    return asyncio.run(all_of_it())


def test_threads_with_their_own_loops_lose_and_double_nothing() -> None:
    world = World(FixedClock(datetime(2026, 11, 20, tzinfo=UTC)))
    world.connect_mailbox(TENANT, ADDRESS)
    world.tenant(TENANT).crm.requests_per_window = None
    with ThreadPoolExecutor(THREADS) as pool:
        made = [task for tasks in pool.map(work, [world] * THREADS) for task in tasks]
    state = world.connected_mailbox(TENANT, ADDRESS)
    assert len(state.drafts) == len(state.mails) == THREADS * EACH
    assert len(set(made)) == 1
    assert len(world.tenant(TENANT).crm.contacts) == 1
