"""Fifty workers and one slot: fifty processes approve, at the same instant, fifty mails of which
the limit lets one pass; then all of them try to send it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from rig.crash_seeder import connect, make_drafts, quiet, seeding, tenant_of
from rig.crash_worker import CrashProcess, Plan, join
from rig.mailbox_client import HttpMailbox
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.errors import SalesAgentError
from salesagent_core.ids import DraftId

RACERS = 50
ROUNDS = 10
TENANT = tenant_of("race")
PATIENCE_SECONDS = 120.0


def race(context: Any, plan: Plan) -> list[int]:
    """How many mails passed in each round: it should be one each time."""
    with seeding(plan) as process:
        drafts = asyncio.run(_prepare(process))
    gate = context.Barrier(RACERS + 1)
    results = context.Queue()
    racers = [
        context.Process(target=_racer, args=(plan, draft, gate, results), daemon=True)
        for draft in drafts
    ]
    for racer in racers:
        racer.start()
    passed = []
    try:
        for limit in range(1, ROUNDS + 1):
            with seeding(plan) as process:
                asyncio.run(_allow(process, limit))
            gate.wait(PATIENCE_SECONDS)
            scheduled = [results.get(timeout=PATIENCE_SECONDS) for _ in range(RACERS)]
            passed.append(sum(scheduled))
            gate.wait(PATIENCE_SECONDS)
            for _ in range(RACERS):
                results.get(timeout=PATIENCE_SECONDS)
    finally:
        for racer in racers:
            racer.kill()
            racer.join()
    return passed


async def _prepare(process: CrashProcess) -> list[DraftId]:
    container = quiet(process.container())
    await connect(process, container, [TENANT], Limits(per_mailbox=1))
    drafts = await make_drafts(container, [TENANT], 0, RACERS)
    await container.close()
    return drafts


async def _allow(process: CrashProcess, limit: int) -> None:
    container = process.container()
    control = container.providers.control_sending()
    await control.set_limits(TENANT.id, Limits(per_mailbox=limit), who="bench", why="one more")
    await container.close()


def _racer(plan: Plan, draft_id: DraftId, gate: Any, results: Any) -> None:
    join(plan)
    with seeding(plan) as process:
        asyncio.run(_race(process, draft_id, gate, results))


async def _race(process: CrashProcess, draft_id: DraftId, gate: Any, results: Any) -> None:
    container = process.container()
    make = container.providers
    make.mail_sender.override(HttpMailbox(process.plan.mailbox_port, PATIENCE_SECONDS, calm=True))
    review, schedule, send = make.review_draft(), make.schedule_send(), make.send_drafts()
    async with make.unit_of_work().begin(TENANT.id) as tx:
        draft = await tx.drafts.get(draft_id)
    bound: dict[str, str] = {
        "content_hash": draft.revision.content_hash,
        "operator": "racer",
    }
    with contextlib.suppress(SalesAgentError):
        await review.approve(TENANT.id, draft_id, **bound)
    for _ in range(ROUNDS):
        await asyncio.to_thread(gate.wait)
        results.put(await _asks(schedule, draft_id, bound))
        await asyncio.to_thread(gate.wait)
        # Whoever won: everybody tries to send what is due.
        results.put(await send())


async def _asks(schedule: Any, draft_id: DraftId, bound: dict[str, str]) -> int:
    try:
        await schedule.send_now(TENANT.id, draft_id, **bound)
    except SalesAgentError:
        return 0
    return 1
