"""What happens when a part is down: real processes, real Redis, real PostgreSQL, real signals."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.databases import administer, plain_url
from tests.e2e.processes import EVENTS, FORMS, Redis, Site, eventually, form, valkey

from salesagent_adapters.postgres import embedded, migrate
from salesagent_core.domain.run import STEP_NAMES

AT_ONCE_SECONDS = 1.5
"""An answer within this time waited for nothing that is down: every time-out is longer, or the
machine is busy with something else."""
SWEEP_SECONDS = 20.0
SLOW = {"writer": 0.5, "mailbox": 0.2, "crm": 0.2}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with valkey(tmp_path) as server:
        yield server


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(folder=tmp_path, database_url=database_url)
    yield site
    site.stop()


@pytest.fixture
def site_with_redis(site: Site, redis: Redis) -> Site:
    site.redis_url = redis.url
    return site


# --- Redis -------------------------------------------------------------------------------------


def test_redis_may_stop_hang_and_come_back_and_no_form_waits_or_is_lost(
    site_with_redis: Site, redis: Redis
) -> None:
    site = site_with_redis
    server, worker = site.serve(), site.worker()
    runs = site.accept(2)
    site.all_completed(runs)

    redis.stop()
    started = time.monotonic()
    runs += site.accept(5, start=100)
    assert time.monotonic() - started < AT_ONCE_SECONDS, "the answers waited for Redis"
    # Nobody can be told, so the worker's sweeper finds them.
    site.all_completed(runs, seconds=SWEEP_SECONDS)

    redis.start()
    runs += site.accept(5, start=200)
    site.all_completed(runs, seconds=SWEEP_SECONDS)

    redis.pause()
    started = time.monotonic()
    runs += site.accept(5, start=300)
    assert time.monotonic() - started < AT_ONCE_SECONDS, "the answers waited for Redis"
    site.all_completed(runs, seconds=SWEEP_SECONDS)

    # With the broker hanging, both still end in order.
    assert worker.terminate() == 0, worker.tail()
    assert server.terminate() == 0, server.tail()


BELLS_REST_SECONDS = 0.5


def test_messages_that_redis_forgets_lose_nothing(site_with_redis: Site, redis: Redis) -> None:
    site = site_with_redis
    site.serve()
    runs = site.accept(20)
    eventually(lambda: redis.command("DBSIZE") > 0, "messages in Redis", log=site.logs)

    def forgotten() -> bool:
        # The bells of a burst are rung a moment apart: all of them are to be lost.
        redis.command("FLUSHALL")
        time.sleep(BELLS_REST_SECONDS)
        return bool(redis.command("DBSIZE") == 0)

    eventually(forgotten, "no message in Redis", log=site.logs)
    site.worker()
    site.all_completed(runs, seconds=SWEEP_SECONDS)


def test_a_worker_starts_without_redis_and_stops_without_it(
    site_with_redis: Site, redis: Redis
) -> None:
    site = site_with_redis
    redis.stop()
    site.serve()
    worker = site.slow_worker(SLOW)
    runs = site.accept(4)
    # In the middle of what the sweeper does by itself, for want of a bell.
    eventually(lambda: "processing" in site.statuses().values(), "a run begun", log=site.logs)
    assert worker.terminate() == 0, worker.tail()
    assert "processing" not in site.statuses().values(), "a lease was not given back"
    site.worker()
    site.all_completed(runs, seconds=SWEEP_SECONDS)


# --- workers -----------------------------------------------------------------------------------


def test_a_killed_workers_runs_are_finished_by_another(site_with_redis: Site) -> None:
    site = site_with_redis
    site.serve()
    first = site.slow_worker(SLOW)
    runs = site.accept(8)
    _wait_for_middle(site)
    first.kill()
    before = set(site.query("SELECT run_id, step, finished_at FROM journal"))
    assert before
    site.let_timers_come_due()
    site.worker()
    site.all_completed(runs)
    after = set(site.query("SELECT run_id, step, finished_at FROM journal"))
    assert before <= after, "a committed step was done again"


def test_a_worker_that_is_told_to_stop_hands_its_runs_over_at_once(site_with_redis: Site) -> None:
    site = site_with_redis
    site.serve()
    first = site.slow_worker(SLOW)
    runs = site.accept(8)
    _wait_for_middle(site)
    started = time.monotonic()
    assert first.terminate() == 0, first.tail()
    assert time.monotonic() - started < 30, "the drain takes too long"

    assert Counter(site.statuses().values())["processing"] == 0, "a lease was not given back"
    assert site.query("SELECT count(*) FROM runs WHERE due_at > now()") == [(0,)]
    before = set(site.query("SELECT run_id, step, finished_at FROM journal"))
    steps = {step for _, step, _ in before}
    # Steps that were running when the signal came are committed, and no further one was started.
    assert "search_threads" in steps
    assert "decide" not in steps
    # Without any waiting for a lease:
    site.worker()
    site.all_completed(runs, seconds=25)
    assert before <= set(site.query("SELECT run_id, step, finished_at FROM journal"))


def test_a_step_that_runs_when_the_worker_is_told_to_stop_ends_and_is_kept(site: Site) -> None:
    site.serve("--no-worker")
    worker = site.slow_worker({"writer": 3.0})
    (run,) = site.accept(1)
    before = set(STEP_NAMES[: STEP_NAMES.index("write_draft")])
    acting = before - {"validate_submission", "score_fit", "plan_next_step"}
    eventually(
        lambda: {step for (step,) in site.query("SELECT step FROM journal")} >= acting,
        "the run at the writer",
        log=site.logs,
    )
    time.sleep(0.3)  # from that commit to the call of the writer
    assert worker.terminate() == 0
    # What ran when the signal came has ended and is kept.
    assert ("write_draft",) in site.query("SELECT step FROM journal")
    assert site.statuses() == {run: "triggered"}


def _wait_for_middle(site: Site) -> None:
    eventually(
        lambda: ("resolve_contact",) in site.query("SELECT step FROM journal"),
        "runs in the middle",
        log=site.logs,
    )


# --- the server --------------------------------------------------------------------------------


def test_a_server_told_to_stop_answers_what_it_has_begun(site: Site) -> None:
    server = site.serve()
    answers: Counter[int] = Counter()
    stopping, lock = threading.Event(), threading.Lock()
    odd: list[str] = []
    accepted: list[str] = []

    def press(sender: int) -> None:
        with site.client() as client:
            for number in range(10_000):
                began_before = not stopping.is_set()
                try:
                    answer = client.post(FORMS, **site.signed(form(sender * 10_000 + number)))
                except httpx.ConnectError:
                    return  # It takes no new connections any more.
                except httpx.TransportError as error:
                    # A request on an idle connection may cross the server's closing of it, but
                    # one that was sent before the signal is answered.
                    if began_before:
                        with lock:
                            odd.append(repr(error))
                    return
                with lock:
                    answers[answer.status_code] += 1
                    if answer.status_code == 202:
                        accepted.append(answer.json()["task_id"])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        senders = [pool.submit(press, sender) for sender in range(8)]
        eventually(lambda: answers[202] > 40, "the load is on", log=server.tail)
        stopping.set()
        status = server.terminate()
        for sender in senders:
            sender.result(30)
    assert status == 0, server.tail()
    assert not odd
    assert set(answers) == {202}
    # What was answered with 202 is there, whatever came of the rest; and its in-process worker
    # gave every lease back.
    assert set(accepted) <= set(site.statuses())
    assert "processing" not in site.statuses().values()


def test_ctrl_c_ends_a_server_in_order(site: Site) -> None:
    server = site.serve()
    server.process.send_signal(signal.SIGINT)
    assert server.ended() == 0, server.tail()


# --- PostgreSQL --------------------------------------------------------------------------------


class OwnPostgres:
    """A server that only this test uses, so that it may be stopped the hard way."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self.url = embedded.start(self._data)
        migrate.upgrade(self.url)

    def crash(self) -> None:
        """What ``pg_ctl stop -m immediate`` does."""
        os.kill(self._first(), signal.SIGQUIT)
        eventually(lambda: not (self._data / "postmaster.pid").exists(), "PostgreSQL is down")

    def start(self) -> None:
        embedded.start(self._data)

    def pause(self) -> None:
        """Let it hang: lines stay open and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        first = self._first()
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, children)):
            os.kill(process, number)

    def _first(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def close(self) -> None:
        embedded.stop(self._data)
        embedded.stop(self._data)


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    # A short path: a unix socket's name may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="sa-pg-") as folder:
        server = OwnPostgres(Path(folder))
        yield server
        server.close()


def test_a_form_that_meets_a_database_that_is_down_is_taken_when_it_comes_again(
    postgres: OwnPostgres, tmp_path: Path
) -> None:
    site = Site(folder=tmp_path, database_url=postgres.url)
    try:
        server = site.serve()
        runs = site.accept(3)
        site.all_completed(runs)
        postgres.crash()

        started = time.monotonic()
        for number in (100, 100, 101):
            answer = site.post(FORMS, form(number))
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["status"] == "unavailable"
        assert time.monotonic() - started < 2 * AT_ONCE_SECONDS, "503 takes too long"
        events = site.post(EVENTS, [_created(1)])
        assert events.status_code == 503
        assert "Retry-After" in events.headers
        with site.client() as client:
            assert client.get("/health/liveness").status_code == 200
            eventually(
                lambda: client.get("/health/readiness").status_code == 503, "it is not ready"
            )

        postgres.start()
        again = site.post(FORMS, form(100))
        assert again.status_code == 202, "sent again it is the first one that was stored"
        assert site.post(FORMS, form(100)).status_code == 409
        runs.append(again.json()["task_id"])
        site.all_completed(runs)
        assert server.terminate() == 0, server.tail()
    finally:
        site.stop()


def test_a_form_that_meets_a_database_that_hangs_is_answered(
    postgres: OwnPostgres, tmp_path: Path
) -> None:
    site = Site(folder=tmp_path, database_url=postgres.url)
    try:
        server = site.serve("--no-worker")
        site.accept(1)
        postgres.pause()
        try:
            # As long as it takes to be sure that nothing comes, and to try a new line.
            answer = site.post(FORMS, form(100), timeout=40)
        finally:
            postgres.resume()
        assert answer.status_code == 503, answer.text
        assert "Retry-After" in answer.headers
        assert site.post(FORMS, form(100)).status_code == 202
        assert server.terminate() == 0, server.tail()
    finally:
        site.stop()


def test_the_database_restarts_while_runs_are_worked(postgres: OwnPostgres, tmp_path: Path) -> None:
    site = Site(folder=tmp_path, database_url=postgres.url)
    try:
        site.serve("--no-worker")
        worker = site.slow_worker(SLOW)
        runs = site.accept(6)
        _wait_for_middle(site)
        postgres.crash()
        time.sleep(0.5)  # so that steps end while it is down
        postgres.start()
        site.all_completed_when_leases_end(runs)
        assert worker.terminate() == 0, worker.tail()
    finally:
        site.stop()


def test_connections_that_are_cut_in_the_middle_of_runs_do_not_stop_them(site: Site) -> None:
    site.serve("--no-worker")
    worker = site.slow_worker(SLOW)
    runs = site.accept(6)
    _wait_for_middle(site)
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(3):
        administer(plain_url(site.database_url), cut)
        time.sleep(0.2)
    # A commit whose answer was lost is settled by the lease's end.
    site.all_completed_when_leases_end(runs)
    assert worker.terminate() == 0, worker.tail()


# --- deliveries --------------------------------------------------------------------------------


def test_one_webhook_a_hundred_times_at_once_is_one_run(site: Site) -> None:
    site.serve()
    request = site.signed(form(1))
    with site.client() as client, concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: client.post(FORMS, **request), range(100)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 99}
    ids = {(answer.json()["submission_id"], answer.json()["task_id"]) for answer in answers}
    assert len(ids) == 1
    ((_, run),) = ids
    site.all_completed([run])


def test_one_bad_item_does_not_spoil_a_batch_of_events(site: Site) -> None:
    site.serve()
    batch = [_created(1), {"subscriptionType": "contact.creation", "objectId": "x"}, _created(2)]
    answer = site.post(EVENTS, batch)
    assert answer.status_code == 202, answer.text
    document = answer.json()
    assert [one["status"] for one in document["events"]] == ["accepted", "accepted"]
    assert document["problems"]
    assert all(problem["where"].startswith("[1]") for problem in document["problems"])
    again = site.post(EVENTS, batch).json()
    assert [one["status"] for one in again["events"]] == ["duplicate", "duplicate"]
    # The CRM knows neither contact: nobody to answer, and nothing left to do.
    eventually(
        lambda: site.query("SELECT DISTINCT due_at IS NULL FROM crm_events") == [(True,)],
        "both events settled",
        log=site.logs,
    )
    assert site.statuses() == {}


def _created(contact: int) -> dict[str, object]:
    return {
        "portalId": 1,
        "subscriptionType": "contact.creation",
        "objectId": contact,
        "occurredAt": int(time.time() * 1000),
        "eventId": contact,
        "attemptNumber": 0,
    }
