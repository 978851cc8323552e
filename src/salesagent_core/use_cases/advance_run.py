"""Carry runs through the workflow: journal, then act.

``claim -> (start what is ready -> commit its result)* -> finish | wait | bury``

A step starts when all it needs is done; steps that do not need one another run at the same time.
The result of a step that touches the world is committed before anything that depends on it
starts. A run whose worker dies is claimed by another one, which goes on after the last commit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from salesagent_core.domain.run import Degradation, JournalEntry, StepStatus
from salesagent_core.errors import LeaseLost, SalesAgentError, Unavailable
from salesagent_core.ids import RunId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue
from salesagent_core.ports.journal import ClaimedRun, Journal
from salesagent_core.ports.run_watch import RunWatch, Unwatched
from salesagent_core.ports.tenants import TenantDirectory
from salesagent_core.ports.unit_of_work import UnitOfWork
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.failures import Severity, StepFailure, gravest, judge_failure
from salesagent_core.use_cases.lease_keeper import LeaseKeeper
from salesagent_core.use_cases.step import Ring, Step, Workflow

log = logging.getLogger(__name__)


class AdvanceRuns:
    """Advances claimed runs, many at a time in one event loop."""

    def __init__(
        self,
        *,
        journal: Journal,
        workflow: Workflow,
        tenants: TenantDirectory,
        unit_of_work: UnitOfWork,
        queue: JobQueue,
        clock: Clock,
        ids: IdSource,
        watch: RunWatch | None = None,
    ) -> None:
        self._journal = journal
        self._keeper = LeaseKeeper(journal)
        self._draining = asyncio.Event()
        self._tools = _Tools(
            journal=journal,
            workflow=workflow,
            unit_of_work=unit_of_work,
            queue=queue,
            clock=clock,
            ids=ids,
            draining=self._draining,
            watch=watch or Unwatched(),
        )
        self._tenants = tenants

    def drain(self) -> None:
        """Start no further step; what runs is committed, then the leases are given back."""
        self._draining.set()

    async def __call__(self, run_ids: Sequence[RunId] | None = None, limit: int = 50) -> int:
        """Claim due runs (those named, or any) and carry each as far as it goes.

        Returns how many were claimed. A run in trouble never disturbs the others.

        Raises:
            Unavailable: the runs could not be claimed.
        """
        if self._draining.is_set():
            return 0
        claimed = await self._journal.claim(run_ids, limit)
        if claimed:
            await asyncio.gather(*(self._advance(run) for run in claimed))
        return len(claimed)

    async def _advance(self, claimed: ClaimedRun) -> None:
        run_id = claimed.lease.run_id
        task = asyncio.create_task(self._hold_and_advance(claimed))
        try:
            await task
        except LeaseLost:
            log.info("run %s goes on elsewhere: the lease was lost", run_id)
        except asyncio.CancelledError:
            if not task.cancelled() or _being_cancelled():
                raise
            log.info("run %s goes on elsewhere: the lease was taken", run_id)
        except SalesAgentError as error:
            # Nothing more can be written for it now; its lease ends and the sweeper finds it.
            log.warning("run %s stopped: %s", run_id, error)
        except Exception:
            log.exception("run %s stopped by a fault", run_id)

    async def _hold_and_advance(self, claimed: ClaimedRun) -> None:
        with self._tools.watch.run(claimed.lease), self._keeper.hold(claimed.lease):
            tenant = await self._tenants.get(claimed.lease.tenant_id)
            facts = Facts(run=claimed.run, submission=claimed.submission, tenant=tenant)
            await _Advance(self._tools, claimed, facts)()


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@attrs.frozen(kw_only=True)
class _Tools:
    journal: Journal
    workflow: Workflow
    unit_of_work: UnitOfWork
    queue: JobQueue
    clock: Clock
    ids: IdSource
    draining: asyncio.Event
    watch: RunWatch


class _Advance:
    """One claimed run on its way. Lives as long as the lease."""

    def __init__(self, tools: _Tools, claimed: ClaimedRun, facts: Facts) -> None:
        self._tools = tools
        self._lease = claimed.lease
        self._run = claimed.run
        self._results: dict[str, object] = {}
        self._degraded: list[Degradation] = []
        # The results are learned in place, so these facts stay true; only gaps make new ones.
        self._facts = attrs.evolve(facts, results=self._results)
        self._finished: set[str] = set()
        self._uncommitted: list[JournalEntry] = []
        self._failures: list[StepFailure] = []
        for entry in claimed.entries:
            self._learn(entry)

    async def __call__(self) -> None:
        running: dict[asyncio.Task[JournalEntry | None], Step] = {}
        try:
            while True:
                ready = self._ready(running)
                if len(ready) == 1 and not running:
                    # Alone in a chain: no task of its own, which costs as much as its commit.
                    self._learn_if_any(await self._perform(ready[0]))
                    continue
                for step in ready:
                    running[asyncio.create_task(self._perform(step))] = step
                if not running:
                    break
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    self._learn_if_any(task.result())
        finally:
            for task in running:
                task.cancel()
        await self._conclude()

    def _ready(self, running: Mapping[asyncio.Task[JournalEntry | None], Step]) -> list[Step]:
        """Steps to start now, because their needs are done; pure ones are done on the spot."""
        ready: list[Step] = []
        blocked = any(not failure.step.detached for failure in self._failures)
        if blocked or self._tools.draining.is_set():
            return ready
        begun = {step.name for step in running.values()}
        begun.update(failure.step.name for failure in self._failures)
        for step in self._tools.workflow.steps:
            name = step.name
            if name in self._finished or name in begun or not self._finished.issuperset(step.needs):
                continue
            if step.compute is not None and step.commit is None:
                entry = self._compute(step)
                if entry is None:
                    return ready
                self._uncommitted.append(entry)
                self._learn(entry)
            else:
                ready.append(step)
        return ready

    def _compute(self, step: Step) -> JournalEntry | None:
        assert step.compute is not None
        started_at = self._tools.clock.now()
        with self._tools.watch.step(step.name) as ended:
            try:
                result = step.compute(self._facts)
            except Exception as error:
                entry = self._failed(step, error, started_at=started_at)
            else:
                entry = self._entry(step, result, started_at)
            if entry is not None:
                ended(entry.status.value)
        return entry

    async def _perform(self, step: Step) -> JournalEntry | None:
        """Run a step that touches the world and commit what it left; None when it must wait."""
        with self._tools.watch.step(step.name) as ended:
            entry = await self._act(step)
            if entry is not None:
                ended(entry.status.value)
        return entry

    async def _act(self, step: Step) -> JournalEntry | None:
        started_at = self._tools.clock.now()
        facts = self._facts
        try:
            if step.act is not None:
                async with asyncio.timeout(step.timeout.total_seconds()):
                    result = await step.act(facts)
            else:
                assert step.compute is not None
                result = step.compute(facts)
        except TimeoutError:
            entry = self._failed(
                step, Unavailable(f"{step.name} took too long"), started_at=started_at
            )
        except Exception as error:
            entry = self._failed(step, error, started_at=started_at)
        else:
            entry = self._entry(step, result, started_at)
        if entry is not None:
            await self._commit(step, facts, entry)
        return entry

    async def _commit(self, step: Step, facts: Facts, entry: JournalEntry) -> None:
        entries = [*self._uncommitted, entry]
        self._uncommitted.clear()
        if step.commit is None or entry.status is not StepStatus.DONE:
            await self._tools.journal.append(self._lease, entries)
            return
        async with self._tools.unit_of_work.begin(self._lease.tenant_id) as tx:
            await tx.record(self._lease, entries)
            rings = await step.commit(tx, facts, entry.result)
        await self._ring(rings)

    async def _ring(self, rings: Sequence[Ring]) -> None:
        for topic, subject in rings:
            try:
                await self._tools.queue.ring(topic, [subject])
            except Unavailable:
                log.warning("the broker is down; the sweeper will find %s", topic.value)

    def _entry(self, step: Step, result: object, started_at: datetime) -> JournalEntry:
        return JournalEntry(
            step=step.name,
            status=StepStatus.DONE,
            started_at=started_at,
            finished_at=self._tools.clock.now(),
            result=result,
        )

    def _failed(self, step: Step, error: Exception, *, started_at: datetime) -> JournalEntry | None:
        """Note the failure; an optional step leaves a degraded entry, any other one None."""
        earlier = self._run.attempt if self._run.current_step == step.name else 0
        failure = judge_failure(
            step,
            error,
            now=self._tools.clock.now(),
            failures=earlier + 1,
            jitter=self._tools.ids.fraction(),
        )
        log.warning("run %s: %s failed: %s", self._run.id, step.name, failure.code)
        if not isinstance(error, SalesAgentError):
            log.debug("the fault", exc_info=error)
        if failure.severity is not Severity.DEGRADE:
            self._failures.append(failure)
            return None
        return JournalEntry(
            step=step.name,
            status=StepStatus.DEGRADED,
            started_at=started_at,
            finished_at=self._tools.clock.now(),
            gap=step.gap,
        )

    def _learn(self, entry: JournalEntry) -> None:
        self._finished.add(entry.step)
        if entry.status is StepStatus.DONE:
            self._results[entry.step] = entry.result
        elif entry.gap is not None:
            self._degraded.append(Degradation(step=entry.step, gap=entry.gap))
            self._facts = attrs.evolve(self._facts, degraded=tuple(self._degraded))

    def _learn_if_any(self, entry: JournalEntry | None) -> None:
        if entry is not None:
            self._learn(entry)

    async def _conclude(self) -> None:
        """Write down how far it came: finished, waiting, parked or dead."""
        journal, lease = self._tools.journal, self._lease
        if self._failures:
            await self._write_failure(gravest(self._failures))
        elif len(self._finished) < len(self._tools.workflow.steps):
            if self._uncommitted:
                await journal.append(lease, self._uncommitted)
            await journal.release(lease)
        else:
            await journal.finish(lease, None, self._uncommitted)

    async def _write_failure(self, failure: StepFailure) -> None:
        journal, lease = self._tools.journal, self._lease
        if failure.severity is Severity.FAIL:
            await journal.finish(lease, failure.error, self._uncommitted)
            return
        if self._uncommitted:
            await journal.append(lease, self._uncommitted)
        if failure.severity is Severity.RETRY or failure.mailbox is not None:
            await journal.wait(
                lease,
                until=failure.retry_at,
                why=failure.error,
                step=failure.step.name,
                attempt=failure.attempts,
                mailbox=failure.mailbox,
                code=failure.waiting_code,
            )
        else:
            await journal.bury(
                lease,
                step=failure.step.name,
                code=failure.code,
                error=failure.error,
                attempts=failure.attempts,
                parked=failure.severity is Severity.PARK,
            )
