"""The operator: approves what waits, sends half of it at once, and clicks again after a fault.

Their process dies, too, before and after the commit that records the click.
"""

from __future__ import annotations

import asyncio
import random
import time

from sqlalchemy import text

from rig.crash_worker import CrashProcess, Plan, join
from salesagent_app.container import Container
from salesagent_core.errors import SalesAgentError
from salesagent_core.ids import DraftId, TenantId

AT_ONCE = 8
ROUND = 20
DUE = 40
"""Sends that are due and that nobody has taken up: more than that is more than this machine can
work on, and what would be measured then is the queue."""
NOW = 0.5
"""Share of the approvals after which *Send now* is clicked; the others wait out the undo."""

_WAITING = text("""
SELECT d.tenant_id, d.id FROM drafts d
WHERE d.tenant_id <> 'race' AND (d.status = 'pending_approval' OR (
  d.status = 'approved' AND NOT EXISTS (
    SELECT FROM send_attempts a
    WHERE a.tenant_id = d.tenant_id AND a.draft_id = d.id
      AND a.content_hash = d.content_hash AND a.status NOT IN ('cancelled', 'failed'))))
ORDER BY random() LIMIT :limit
""")
_DUE = text(
    "SELECT count(*) FROM send_attempts WHERE due_at <= now() "
    "AND status IN ('scheduled', 'sending', 'unknown')"
)
_UNDER_WAY = text(
    "SELECT count(*) FROM drafts WHERE tenant_id <> 'race' "
    "AND status IN ('approved', 'sending', 'delivery_unknown')"
)


class Operator:
    """Clicks as long as there is something to click."""

    def __init__(self, process: CrashProcess, in_flight: int) -> None:
        self._deaths = process.deaths
        self._container = process.container()
        self._in_flight = in_flight
        self._dice = random.Random(process.plan.seed)

    async def work(self) -> None:
        """Until killed."""
        while True:
            try:
                if not await self._round():
                    await asyncio.sleep(0.5)
            except (SalesAgentError, OSError):
                await asyncio.sleep(0.5)

    async def _round(self) -> int:
        async with self._container.providers.database().across_tenants() as connection:
            under_way = int((await connection.execute(_UNDER_WAY)).scalar_one())
            due = int((await connection.execute(_DUE)).scalar_one())
            room = min(ROUND, self._in_flight - under_way, DUE - due)
            if room <= 0:
                return 0
            rows = (await connection.execute(_WAITING, {"limit": room})).all()
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._decide(gate, row.tenant_id, row.id) for row in rows))
        return len(rows)

    async def _decide(self, gate: asyncio.Semaphore, tenant_id: str, draft_id: str) -> None:
        async with gate:
            self._deaths.hands[draft_id] = time.time()
            try:
                await click(
                    self._container,
                    TenantId(tenant_id),
                    DraftId(draft_id),
                    now=self._dice.random() < NOW,
                )
            except (SalesAgentError, OSError):
                # Stopped, just decided, or the database is away: the next round shows what is.
                pass
            finally:
                self._deaths.hands.pop(draft_id, None)


async def click(container: Container, tenant_id: TenantId, draft_id: DraftId, *, now: bool) -> None:
    """Approve what is in review; ``now``, or where nothing was scheduled: send it.

    Raises:
        SalesAgentError: what the use cases raise.
    """
    make = container.providers
    async with make.unit_of_work().begin(tenant_id) as tx:
        draft = await tx.drafts.get(draft_id)
    bound = {"content_hash": draft.revision.content_hash, "operator": "operator"}
    if draft.status.value == "pending_approval":
        await make.review_draft().approve(tenant_id, draft_id, **bound)
        if not now:
            return
    await make.schedule_send().send_now(tenant_id, draft_id, **bound)


def operate(plan: Plan, in_flight: int) -> None:
    """Be the operator until killed."""
    join(plan)
    with CrashProcess(plan) as process:
        asyncio.run(Operator(process, in_flight).work())
