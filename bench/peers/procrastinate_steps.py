"""Peer: Procrastinate. Sixteen jobs per workflow.

``chain``: each job defers the one after it, as steps that need one another must be written.
``apart``: all jobs are deferred beforehand in one batch, which is not counted; then a step is
fetching a job and finishing it, and nothing depends on anything.

Per job Procrastinate commits its deferral, its fetch and its end, with an event row for each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

from procrastinate import App, PsycopgConnector

STEPS = 16

app = App(
    connector=PsycopgConnector(
        conninfo=os.environ["DATABASE_URL"], min_size=4, max_size=int(os.environ["POOL"])
    )
)


class _Done:
    left = 0


async def _chained(number: int, step: int) -> None:
    if step < STEPS:
        await chained.defer_async(number=number, step=step + 1)
    _count()


async def _apart(number: int) -> None:
    _count()


def _count() -> None:
    _Done.left -= 1


chained = app.task(name="chained")(_chained)
apart = app.task(name="apart")(_apart)


async def _measure(how: str, workflows: int, in_flight: int) -> float:
    _Done.left = workflows * STEPS
    if how == "chain":
        jobs = [{"number": number, "step": 1} for number in range(workflows)]
        await chained.batch_defer_async(*jobs)
    else:
        await apart.batch_defer_async(*[{"number": number} for number in range(workflows * STEPS)])
    started = time.perf_counter()
    await app.run_worker_async(
        wait=False, concurrency=in_flight, install_signal_handlers=False, listen_notify=False
    )
    elapsed = time.perf_counter() - started
    assert _Done.left == 0, f"{_Done.left} jobs are left"
    return elapsed


async def _main(how: str, workflows: int, in_flight: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await _measure(how, 5, in_flight)
        elapsed = await _measure(how, workflows, in_flight)
    print(json.dumps({"steps": workflows * STEPS, "elapsed": elapsed}), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
