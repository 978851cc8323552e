"""Sixteen journaled trivial steps per workflow, one worker process, beside DBOS and Procrastinate.

All write to the same embedded PostgreSQL, each in a database of its own. Each keeps many
workflows in flight, as its documents recommend for one process. Rounds are interleaved; medians
of steps per second are shown. What each commits per step stands in its file under ``peers/``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

import attrs

from rig import machine, postgres, processes
from rig.postgres import Postgres

STEPS = 16


@attrs.frozen(kw_only=True)
class Subject:
    """A script, its arguments, and how many rows must be there when it is done."""

    title: str
    script: str
    workflows: int
    before: tuple[str, ...] = ()
    in_flight: int
    migrated: bool = False
    proof: str


SUBJECTS = {
    "ours": Subject(
        title="salesagent, a chain of 16 steps",
        script="salesagent_steps.py",
        workflows=1_000,
        in_flight=1_000,
        migrated=True,
        proof="SELECT count(*) FROM journal j JOIN runs r ON r.tenant_id = j.tenant_id"
        " AND r.id = j.run_id WHERE j.status = 'done' AND r.status = 'completed'",
    ),
    "dbos": Subject(
        title="DBOS, a chain of 16 steps",
        script="dbos_steps.py",
        workflows=150,
        in_flight=50,
        proof="SELECT count(*) FROM dbos.operation_outputs o JOIN dbos.workflow_status w"
        " ON w.workflow_uuid = o.workflow_uuid WHERE w.status = 'SUCCESS'",
    ),
    "procrastinate chain": Subject(
        title="Procrastinate, a chain of 16 jobs",
        script="procrastinate_steps.py",
        before=("chain",),
        workflows=100,
        in_flight=50,
        proof="SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'",
    ),
    "procrastinate apart": Subject(
        title="Procrastinate, 16 jobs apart",
        script="procrastinate_steps.py",
        before=("apart",),
        workflows=100,
        in_flight=50,
        proof="SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'",
    ),
}
AIMS = {"dbos": 20.0, "procrastinate chain": 2.0, "procrastinate apart": 2.0}


def measure(server: Postgres, name: str, share: float) -> float:
    """Steps per second of one subject in a fresh database; checks that they are all stored."""
    subject = SUBJECTS[name]
    workflows = max(1, int(subject.workflows * share))
    database = subject.script.partition("_")[0]
    url = server.create(database, migrated=subject.migrated)
    server.settle()
    script = processes.BENCH / "peers" / subject.script
    done = subprocess.run(
        [sys.executable, str(script), *subject.before, str(workflows), str(subject.in_flight)],
        env=processes.environment({"DATABASE_URL": url, "POOL": "20"}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    result = json.loads(done.stdout.splitlines()[-1])
    stored = server.scalar(database, subject.proof)
    if not isinstance(stored, int) or stored < result["steps"]:
        raise SystemExit(f"{name}: {result['steps']} steps said, {stored} stored")
    rate: float = result["steps"] / result["elapsed"]
    return rate


def main() -> int:
    """Measure, print, and say by the exit code whether the aims were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one small round: a look, no proof")
    parser.add_argument("--only", default=",".join(SUBJECTS), help="subjects, with commas")
    asked = parser.parse_args()
    rounds, share = (1, 0.3) if asked.quick else (asked.rounds, 1.0)
    wanted = [name for name in SUBJECTS if name in asked.only.split(",")]
    rates: dict[str, list[float]] = {name: [] for name in wanted}
    print(f"workflow: {machine.describe()}")
    with postgres.server() as server:
        print(f"  {server.describe()}; {rounds} rounds", flush=True)
        for number in range(rounds):
            for name in wanted:
                rate = measure(server, name, share)
                rates[name].append(rate)
                print(f"  round {number + 1} {name:20} {rate:9,.0f} steps/s", flush=True)
    return 0 if report(rates) else 1


def report(rates: dict[str, list[float]]) -> bool:
    """Print medians and ratios; True when every aim is met."""
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print()
    for name, rate in medians.items():
        print(f"  {SUBJECTS[name].title:40} {rate:9,.0f} steps/s")
    met = True
    for name, aim in AIMS.items():
        if name in medians and "ours" in medians:
            ratio = medians["ours"] / medians[name]
            met = met and ratio >= aim
            verdict = "met" if ratio >= aim else "MISSED"
            print(f"  ours / {SUBJECTS[name].title:33} {ratio:6.1f}  aim >= {aim:g}: {verdict}")
    return met


if __name__ == "__main__":
    sys.exit(main())
