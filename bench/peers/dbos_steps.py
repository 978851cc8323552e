"""Peer: DBOS. A workflow of sixteen steps, each of which needs the one before.

Per step DBOS commits one row of ``operation_outputs``; per workflow its status row, made when it
is started and updated when it ends. Coroutines, as many workflows in flight as asked for.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from dbos import DBOS

STEPS = 16


async def _add_one(value: int) -> int:
    return value + 1


add_one = DBOS.step()(_add_one)


async def _count_to_sixteen(start: int) -> int:
    value = start
    for _ in range(STEPS):
        value = await add_one(value)
    return value


count_to_sixteen = DBOS.workflow()(_count_to_sixteen)


async def _all(workflows: int, in_flight: int) -> float:
    gate = asyncio.Semaphore(in_flight)

    async def one(number: int) -> None:
        async with gate:
            handle = await DBOS.start_workflow_async(count_to_sixteen, number)
            result: Any = await handle.get_result()
            assert result == number + STEPS

    started = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(workflows)))
    return time.perf_counter() - started


def main() -> None:
    """Run ``argv[1]`` workflows, ``argv[2]`` at a time, after a few to warm up."""
    workflows, in_flight = int(sys.argv[1]), int(sys.argv[2])
    DBOS(
        config={
            "name": "bench",
            "system_database_url": os.environ["DATABASE_URL"],
            "run_admin_server": False,
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    asyncio.run(_measure(workflows, in_flight))
    DBOS.destroy()


async def _measure(workflows: int, in_flight: int) -> None:
    await _all(min(20, workflows), in_flight)
    elapsed = await _all(workflows, in_flight)
    print(json.dumps({"steps": workflows * STEPS, "elapsed": elapsed}), flush=True)


if __name__ == "__main__":
    main()
