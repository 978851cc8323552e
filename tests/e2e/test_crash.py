"""Kill a worker with -9 at every place of every step; another one finishes, repeating nothing."""

from __future__ import annotations

import asyncio
import itertools
import json
import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import psycopg
import pytest
from tests.databases import plain_url
from tests.e2e.crash_worker import AFTER, BEFORE, COMMITTED, PLACES, Deadly, work

from salesagent_adapters.hubspot.webhook import parse_form
from salesagent_app.process import Process
from salesagent_app.settings import read_settings
from salesagent_core.domain.run import STEP_NAMES
from salesagent_core.ids import DEFAULT_TENANT, SubmissionId

PURE = {
    "validate_submission",
    "score_fit",
    "plan_next_step",
    "check_draft",
}
"""Steps that touch nothing: they may share the next commit, and be computed again."""

WAIT_SECONDS = 60


@attrs.frozen
class Stage:
    """A database with a folder for keys and a file for the witness."""

    database_url: str
    folder: Path
    witness: Path

    def accept(self, count: int) -> list[str]:
        """Take in so many forms through the real door; returns their runs."""
        return asyncio.run(self._accept(count))

    async def _accept(self, count: int) -> list[str]:
        settings = read_settings(
            _env_file=None, database_url=self.database_url, data_dir=self.folder
        )
        with Process(settings) as process:
            container = process.container()
            receive, ids = container.providers.receive_submission(), container.providers.ids()
            runs = []
            for number in range(count):
                form = {
                    "portalId": "1",
                    "formId": "contact",
                    "formSubmissionId": f"crash-{number}",
                    "fields": [
                        {"name": "email", "value": f"lead-{number}@company-{number}.example"},
                        {"name": "firstname", "value": "Maria"},
                        {"name": "message", "value": "Could you show us a demo next week?"},
                    ],
                }
                raw = json.dumps(form).encode()
                submission = parse_form(
                    raw,
                    tenant_id=DEFAULT_TENANT,
                    submission_id=SubmissionId(ids.new()),
                    received_at=container.clock.now(),
                )
                runs.append((await receive(submission, raw)).run_id)
            await container.close()
        return [str(run) for run in runs]

    def worker(self, run_ids: list[str], deadly: Deadly) -> multiprocessing.context.SpawnProcess:
        """Start a worker in a process of its own."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.e2e.crash_worker"])
        process = context.Process(
            target=work,
            args=(run_ids, deadly, self.database_url, str(self.folder), str(self.witness)),
        )
        process.start()
        return process  # type: ignore[return-value]

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Look into the database as its owner, across tenants."""
        with psycopg.connect(plain_url(self.database_url), autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def committed(self) -> set[tuple[str, str]]:
        """The steps in the journal, by run."""
        rows = self.query("SELECT run_id, step FROM journal")
        return {(str(run), str(step)) for run, step in rows}

    def done(self) -> Counter[tuple[str, str]]:
        """How often each step's effect happened, by run, as the witness saw it."""
        if not self.witness.exists():
            return Counter()
        lines = (line.split() for line in self.witness.read_text().splitlines())
        return Counter((run, step) for run, step, _ in lines)

    def let_leases_end(self) -> None:
        """What half a minute would do."""
        self.query("UPDATE runs SET due_at = now() WHERE due_at IS NOT NULL")


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    return Stage(database_url, tmp_path, tmp_path / "witness")


def test_a_worker_killed_anywhere_is_replaced_and_no_committed_step_is_repeated(
    stage: Stage,
) -> None:
    places = list(itertools.product(STEP_NAMES, PLACES))
    # A pure step commits nothing by itself, so there is no "after its commit" of its own.
    deaths = [
        Deadly(step, place) for step, place in places if step not in PURE or place != COMMITTED
    ]
    runs = stage.accept(len(deaths))

    for pair in _pairs(runs, deaths):
        workers = [stage.worker([run], deadly) for run, deadly in pair]
        for worker, (_, deadly) in zip(workers, pair, strict=True):
            worker.join(WAIT_SECONDS)
            assert worker.exitcode == -signal.SIGKILL, f"did not die at {deadly}"

    committed, effects = stage.committed(), stage.done()
    for run, deadly in zip(runs, deaths, strict=True):
        assert deadly.step is not None
        assert ((run, deadly.step) in committed) == (deadly.place == COMMITTED), deadly
    assert max(effects.values()) == 1

    stage.let_leases_end()
    last = stage.worker(runs, Deadly())
    last.join(WAIT_SECONDS)
    assert last.exitcode == 0

    statuses = sorted(stage.query("SELECT id, status FROM runs"))
    assert statuses == [(run, "completed") for run in sorted(runs)]
    drafts = Counter(run for (run,) in stage.query("SELECT run_id FROM drafts"))
    assert drafts == Counter(runs)
    for (run, step), times in stage.done().items():
        if (run, step) in committed:
            assert times == 1, f"{step} was committed, and done again"
    assert {run for run, step in stage.committed() if step == "decide"} == set(runs)
    per_run = Counter(run for run, _ in stage.committed())
    assert set(per_run.values()) == {len(STEP_NAMES)}


def test_two_workers_never_share_a_run(stage: Stage) -> None:
    runs = stage.accept(30)
    workers = [stage.worker(runs, Deadly()) for _ in range(3)]
    for worker in workers:
        worker.join(WAIT_SECONDS)
        assert worker.exitcode == 0
    assert set(stage.done().values()) == {1}
    statuses = Counter(status for (status,) in stage.query("SELECT status FROM runs"))
    assert statuses == {"completed": 30}


def test_a_worker_that_lost_its_lease_writes_nothing_more(stage: Stage) -> None:
    """Death is not needed: a worker that was only slow is fenced off as well."""
    (run,) = stage.accept(1)
    slow = stage.worker([run], Deadly("write_draft", BEFORE))
    slow.join(WAIT_SECONDS)
    token_before = stage.query("SELECT lease_token FROM runs")
    stage.let_leases_end()
    other = stage.worker([run], Deadly("create_draft", AFTER))
    other.join(WAIT_SECONDS)
    assert stage.query("SELECT lease_token FROM runs") > token_before
    stage.let_leases_end()
    last = stage.worker([run], Deadly())
    last.join(WAIT_SECONDS)
    assert last.exitcode == 0
    # The draft's effect happened before its commit did: done again, found by its key.
    assert stage.done()[run, "create_draft"] == 2
    assert stage.query("SELECT count(*) FROM drafts") == [(1,)]


def _pairs(runs: list[str], deaths: list[Deadly]) -> Iterator[list[tuple[str, Deadly]]]:
    both = list(zip(runs, deaths, strict=True))
    for start in range(0, len(both), 2):
        yield both[start : start + 2]
