"""Group commit: who shares a commit, and who hears of its failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from salesagent_adapters.postgres.group_commit import GroupCommit
from salesagent_core.errors import Conflict, Rejected, Unavailable


async def test_what_comes_during_a_commit_shares_the_next_one() -> None:
    batches: list[list[int]] = []

    async def write(items: Sequence[int]) -> Sequence[int | BaseException]:
        batches.append(list(items))
        await asyncio.sleep(0.01)
        return [item * 2 for item in items]

    commits: GroupCommit[int, int] = GroupCommit(write, max_batch=10)
    first = asyncio.create_task(commits.put(0))
    await asyncio.sleep(0.002)
    rest = await asyncio.gather(*(commits.put(number) for number in range(1, 26)))
    assert [await first, *rest] == [number * 2 for number in range(26)]
    assert [len(batch) for batch in batches] == [1, 10, 10, 5]


async def test_a_poisoned_item_harms_its_own_caller_only() -> None:
    async def write(items: Sequence[int]) -> Sequence[int | BaseException]:
        if 13 in items:
            raise Rejected("thirteen cannot be written")
        return [Conflict("seven is told no") if item == 7 else item for item in items]

    commits: GroupCommit[int, int] = GroupCommit(write)
    results = await asyncio.gather(
        *(commits.put(number) for number in range(20)), return_exceptions=True
    )
    failed = {number: type(r) for number, r in enumerate(results) if isinstance(r, Exception)}
    assert failed == {7: Conflict, 13: Rejected}


async def test_an_outage_is_told_to_all_and_ends() -> None:
    down = [True]

    async def write(items: Sequence[int]) -> Sequence[int | BaseException]:
        if down[0]:
            raise Unavailable("down")
        return list(items)

    commits: GroupCommit[int, int] = GroupCommit(write)
    results = await asyncio.gather(
        *(commits.put(number) for number in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results] == [Unavailable] * 5
    down[0] = False
    assert await commits.put(1) == 1
    await commits.drain()


async def test_who_waits_when_the_application_stops_is_told() -> None:
    reached = asyncio.Event()

    async def write(items: Sequence[int]) -> Sequence[int | BaseException]:
        reached.set()
        await asyncio.sleep(60)
        return list(items)

    commits: GroupCommit[int, int] = GroupCommit(write, max_batch=1)
    waiting = [asyncio.create_task(commits.put(number)) for number in range(2)]
    await reached.wait()
    assert commits._flusher is not None
    commits._flusher.cancel()
    for task in waiting:
        with pytest.raises(Unavailable):
            await task
