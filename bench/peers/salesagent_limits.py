"""Ours: contact, mailbox and company at once, as the send path asks: one transaction that locks
the three, counts them, judges, and takes the slot. Coroutines over the ordinary pool."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from types import MappingProxyType

import uvloop

from rig.limits import PER_COMPANY, PER_CONTACT, PER_MAILBOX, asked
from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.sending.rate_limit import Limits, check_limits
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.send_ledger import SlotKeys

LIMITS = Limits(per_contact=PER_CONTACT, per_mailbox=PER_MAILBOX, per_company=PER_COMPANY)


async def _decide(work: PgUnitOfWork, mail: tuple[int, int, int]) -> bool:
    contact, mailbox, company = mail
    keys = SlotKeys(
        contact=f"visitor.{contact}@customer-{company}.example",
        mailbox=f"sales.{mailbox}@vendor.example",
        company=f"customer-{company}.example",
    )
    async with work.begin(DEFAULT_TENANT) as tx:
        usage = await tx.sends.usage(keys, lock=True)
        if check_limits(usage.counted_at or await tx.sends.now(), usage, LIMITS):
            return False
        await tx.sends.take(new_id(), keys)
    return True


async def _measure(
    work: PgUnitOfWork, mails: list[tuple[int, int, int]], callers: int
) -> list[bool]:
    waiting = iter(mails)
    answers: list[bool] = []

    async def call() -> None:
        for mail in waiting:
            answer = await _decide(work, mail)
            answers.append(answer)

    await asyncio.gather(*(call() for _ in range(callers)))
    return answers


async def _main() -> None:
    decisions, callers = int(sys.argv[1]), int(sys.argv[2])
    size = int(os.environ["POOL"])
    database = Database(os.environ["DATABASE_URL"], pool_size=size, max_overflow=0)
    work = PgUnitOfWork(database, Vault((new_key(),)), MappingProxyType({}))
    await _measure(work, asked(min(50, decisions), seed=1), callers)
    started = time.perf_counter()
    answers = await _measure(work, asked(decisions, seed=2), callers)
    elapsed = time.perf_counter() - started
    await database.close()
    print(json.dumps({"decisions": decisions, "admitted": sum(answers), "elapsed": elapsed}))


if __name__ == "__main__":
    uvloop.run(_main())
