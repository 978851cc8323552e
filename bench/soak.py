"""Forms come in all the time while PostgreSQL, Redis and workers go down at random.

Real processes (one ``serve``, three workers), real PostgreSQL and Redis, and mailboxes in a
process of their own that is the witness. Signed forms come at a steady rate; one that is not
answered with 202 comes again, as HubSpot does it. From the seed are drawn when a worker is killed
(SIGKILL) or told to stop, when Redis is killed and comes back empty, and when PostgreSQL is
stopped at once and recovers. The first worker is spared, so that its memory can be watched.

With ``--alerts`` the real Prometheus and Alertmanager watch, with the project's own rules and
routes. Then conditions that somebody is woken for are brought about on purpose, one after the
other (``rig/soak_conditions.py``), each until stand-ins of PagerDuty and Slack have heard of it.

Prints what was lost or done twice, the time from form to draft, memory in the course of the run,
and which conditions came and went. Exits 1 on a loss, a double, a condition that did not go, or an
alert that did not come.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

import httpx

from rig import machine
from rig.crash_blows import restart_postgres
from rig.forms import PATH, form_body, signature
from rig.mailbox_client import HttpMailbox
from rig.soak_conditions import Held, await_calm, provoke, report
from rig.soak_stage import MAILBOX, STOP_SECONDS, WORKERS, Soak, soak
from salesagent_core.domain.sending.message import draft_key
from salesagent_core.ids import DEFAULT_TENANT

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
TRY_AGAIN_SECONDS = 1.0
REPORT_SECONDS = 30.0
SENDERS = 32


def deliver(made: Soak, number: int) -> None:
    """One form, until it is taken."""
    conversion = str(uuid.UUID(int=made.dice.getrandbits(128)))
    body = form_body(conversion, number)
    headers = {"X-HubSpot-Signature": signature(body), "Content-Type": "application/json"}
    while True:
        try:
            answer = made.client.post(made.url + PATH, content=body, headers=headers, timeout=30)
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
    """One blow, unless something is being brought down already."""
    if not made.striking.acquire(blocking=False):
        return
    try:
        spared = "worker" if made.workers_out else "nothing"
        weights = {blow: w for blow, w in WEIGHTS.items() if not blow.startswith(spared)}
        blow = made.dice.choices(list(weights), list(weights.values()))[0]
        made.blows[blow] += 1
        if blow.startswith("worker"):
            which = made.dice.randrange(1, WORKERS)
            worker = made.workers[which]
            worker.send_signal(signal.SIGKILL if "killed" in blow else signal.SIGTERM)
            worker.wait(STOP_SECONDS)
            made.start_worker(which)
        elif blow == "redis restarted":
            made.redis.stop()
            time.sleep(made.dice.uniform(0.5, 8.0))
            made.redis.start()
        else:
            restart_postgres(made.server.url)
    finally:
        made.striking.release()


def watch(made: Soak) -> None:
    """Memory, and the conditions that wake somebody, until all is over."""
    reported = 0.0
    while not made.ended.wait(SAMPLE_SECONDS):
        now = time.monotonic() - made.begun
        made.load.append(os.getloadavg()[0])
        made.memory.append((now, resident(made.serve.pid), resident(made.workers[0].pid)))
        ready, seen = made.health("readiness"), made.health("dependencies")
        conditions = {
            "not ready": ready is None,
            "Redis down": seen is not None and seen["redis"]["answers"] is False,
            "work waits": ready is not None and made.oldest() > OLD_SECONDS,
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


def resident(pid: int) -> int:
    """Resident memory in MiB; 0 for a process that is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    return 0


def drive(made: Soak, minutes: float, per_minute: float, every: float) -> list[Held]:
    """Forms and blows for so long, then rest until all is done or nothing more will be.

    Where alerts are watched, as long as it takes to bring about each condition; those are returned.
    """
    threading.Thread(target=watch, args=(made,), daemon=True).start()
    held: list[Held] = []
    with ThreadPoolExecutor(1) as provoker:
        watchers = made.alerting
        provoking = provoker.submit(provoke, made, watchers, held) if watchers else None
        goes_on: Callable[[], bool] = lambda: provoking is not None and not provoking.done()
        send_forms(made, minutes * 60, goes_on, per_minute, every)
        if provoking is not None:
            provoking.result()
    deadline = time.monotonic() + QUIET_SECONDS
    done: Callable[[], int] = lambda: int(
        made.query("SELECT count(*) FROM runs WHERE status = 'completed'")[0][0]
    )
    while done() < len(made.runs) and time.monotonic() < deadline:
        time.sleep(1)
    time.sleep(2 * SAMPLE_SECONDS)
    if made.alerting is not None:
        await_calm(made, made.alerting)
    made.ended.set()
    return held


def send_forms(
    made: Soak, seconds: float, goes_on: Callable[[], bool], per_minute: float, every: float
) -> None:
    """Forms at a steady rate and blows in between, for ``seconds`` and while it ``goes_on``."""
    begun = time.monotonic()
    blow_at, number = begun + every, 0
    with ThreadPoolExecutor(SENDERS) as pool, ThreadPoolExecutor(1) as striker:
        while time.monotonic() < begun + seconds or goes_on():
            pool.submit(deliver, made, number)
            number += 1
            if time.monotonic() > blow_at:
                blow_at = time.monotonic() + made.dice.uniform(0.5, 1.5) * every
                striker.submit(strike, made)
            time.sleep(max(0.0, begun + number * 60 / per_minute - time.monotonic()))


async def drafts_in_mailbox(made: Soak) -> Counter[int]:
    """How many drafts the mailbox holds for each form, counted."""
    mailbox, found = HttpMailbox(made.mailbox_port, 30.0, calm=True), Counter[int]()
    for run in set(made.runs.values()):
        drafts = await mailbox.find_drafts(DEFAULT_TENANT, MAILBOX, draft_key(run))
        found[len(drafts)] += 1
    return found


def verdict(made: Soak, held: Sequence[Held], seed: int) -> int:
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
    print(f"\nseed {seed}; {machine.describe()}; load on average {mean(made.load):.1f}")
    print(f"forms taken {len(made.runs)}; answers: {dict(made.tries)}")
    print(f"blows: {dict(made.blows)}")
    print(
        f"lost {len(lost)}; double {len(double)}; drafts in the mailbox per form: {dict(mailbox)}"
    )
    print_times(made, held)
    print_memory(made)
    for name, since, until in made.fired:
        print(f"came and went: {name}, {since:.0f} s to {until:.0f} s")
    for name, since in made.firing.items():
        print(f"STILL THERE: {name}, since {since:.0f} s")
    good = not lost and not double and not made.firing and set(mailbox) <= {1}
    if made.alerting is not None:
        good = report(made, made.alerting, held) and good
    if not good:
        print(f"lost: {lost[:5]}")
        print(made.query("SELECT status, waiting_for, count(*) FROM runs GROUP BY 1, 2"))
        print((made.folder / "worker.log").read_text()[-3000:])
        print((made.folder / "serve.log").read_text()[-1500:])
    print("held" if good else "FAILED", flush=True)
    return 0 if good else 1


def print_times(made: Soak, held: Sequence[Held]) -> None:
    """From the form to its draft: of all, and of those that came while nothing was held down."""
    apart = " AND ".join(
        f"s.stored_at NOT BETWEEN to_timestamp({each.since}) AND to_timestamp({each.until})"
        for each in held
    )
    for which, condition in (("all", "true"), ("outside the conditions", apart or "true")):
        ((count, *times),) = made.query(
            "SELECT count(*),"
            " percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)),"
            " percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM took)),"
            " max(extract(epoch FROM took))"
            " FROM (SELECT d.created_at - s.stored_at AS took FROM drafts d"
            " JOIN submissions s ON s.tenant_id = d.tenant_id AND s.id = d.submission_id"
            f" WHERE {condition}) AS each"
        )
        told = "p50 {:.2f} s, p99 {:.1f} s, longest {:.1f} s".format(*map(float, times))
        print(f"form to draft, {which} ({count}): {told}")


def print_memory(made: Soak) -> None:
    """Eight looks at it, the first when both have worked for a while."""
    every = max(1, len(made.memory) // 8)
    shown = made.memory[min(2, len(made.memory) - 1) :: every]
    print("memory (MiB): " + "; ".join(f"{at:.0f} s serve {s}, worker {w}" for at, s, w in shown))


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--per-minute", type=float, default=100.0)
    parser.add_argument("--every", type=float, default=15.0, help="mean seconds between blows")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alerts", action="store_true", help="with Prometheus; takes 30 minutes")
    parser.add_argument("--hurry", type=float, default=1.0, help="divide the alerts' terms by it")
    options = parser.parse_args()
    with soak(options.seed, alerts=options.alerts, hurry=options.hurry) as made:
        held = drive(made, options.minutes, options.per_minute, options.every)
        return verdict(made, held, options.seed)


if __name__ == "__main__":
    sys.exit(main())
