"""A worker that kills itself with SIGKILL at one place of one step, and writes down what it did.

Run in processes of its own by ``test_crash.py``. The witness is a file opened with ``O_APPEND``,
so that lines of a process that died are there all the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_core.domain.run import JournalEntry, Lease
from salesagent_core.ids import RunId
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.step import Step, Workflow

BEFORE, AFTER, COMMITTED = "before the effect", "after the effect", "after the commit"
PLACES = (BEFORE, AFTER, COMMITTED)


@attrs.frozen
class Deadly:
    """Where to die: at this place of this step; never when ``step`` is None."""

    step: str | None = None
    place: str = BEFORE

    def strike(self, step: str, place: str) -> None:
        """Die here, if here is the place."""
        if (step, place) == (self.step, self.place):
            os.kill(os.getpid(), signal.SIGKILL)


def work(run_ids: list[str], deadly: Deadly, database_url: str, folder: str, witness: str) -> None:
    """Advance the runs in this process until they rest, or until death."""
    settings = read_settings(
        _env_file=None, database_url=database_url, data_dir=Path(folder), redis_url=None
    )
    with Process(settings) as process:
        asyncio.run(_advance(process, run_ids, deadly, Path(witness)))


async def _advance(process: Process, run_ids: list[str], deadly: Deadly, witness: Path) -> None:
    container = process.container()
    make = container.providers
    workflow = Workflow(_watched(step, deadly, witness) for step in make.workflow().steps)
    make.workflow.override(workflow)
    make.journal.override(_DeadlyJournal(make.journal(), deadly))
    advance = make.advance_runs()
    await advance([RunId(one) for one in run_ids], limit=len(run_ids))
    await container.close()


def _watched(step: Step, deadly: Deadly, witness: Path) -> Step:
    if step.act is not None:
        return attrs.evolve(step, act=_act(step.name, step.act, deadly, witness))
    assert step.compute is not None
    compute, name = step.compute, step.name

    def watched(facts: Facts) -> object:
        deadly.strike(name, BEFORE)
        result = compute(facts)
        deadly.strike(name, AFTER)
        return result

    if step.commit is None:
        return attrs.evolve(step, compute=watched)
    commit = step.commit

    async def committed(tx: Any, facts: Facts, result: object) -> Any:
        rings = await commit(tx, facts, result)
        deadly.strike(name, AFTER)
        return rings

    return attrs.evolve(step, compute=watched, commit=committed)


def _act(
    name: str, act: Callable[[Facts], Awaitable[object]], deadly: Deadly, witness: Path
) -> Callable[[Facts], Awaitable[object]]:
    async def watched(facts: Facts) -> object:
        deadly.strike(name, BEFORE)
        result = await act(facts)
        with witness.open("a") as file:
            file.write(f"{facts.run.id} {name} {os.getpid()}\n")
        deadly.strike(name, AFTER)
        return result

    return watched


class _DeadlyJournal:
    """The real journal, with death after a commit."""

    def __init__(self, journal: Any, deadly: Deadly) -> None:
        self._journal = journal
        self._deadly = deadly

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def append(self, lease: Lease, entries: Sequence[JournalEntry]) -> None:
        await self._journal.append(lease, entries)
        for entry in entries:
            self._deadly.strike(entry.step, COMMITTED)

    async def finish(
        self, lease: Lease, failure: str | None, entries: Sequence[JournalEntry] = ()
    ) -> None:
        # ``decide`` commits through the unit of work; what follows it is this.
        self._deadly.strike("decide", COMMITTED)
        await self._journal.finish(lease, failure, entries)
