"""What ``import salesagent_core`` costs, beside its one constant dependency and pydantic.

Each import runs in fresh interpreters, in turn, round by round; the time is that of the import
statement alone, so that start-up of Python does not flatter the ratios. Prints medians, ratios and
every framework, vendor SDK or I/O module that the core loaded (there must be none). Public names
are loaded when first used: ``from salesagent_core import Lead`` is the first that needs attrs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = 15
MOST_TIMES_ATTRS = 3.0
SOURCE = Path(__file__).resolve().parent.parent / "src"

SUBJECTS = {
    "core": "import salesagent_core",
    "lead": "from salesagent_core import Lead",
    "everything": "from salesagent_core import *",
    "attrs": "import attrs",
    "pydantic": "from pydantic import BaseModel",
}

FRAMEWORKS_AND_SDKS = {
    *("alembic", "cattrs", "celery", "click", "cryptography", "dependency_injector", "dramatiq"),
    *("fastapi", "google", "googleapiclient", "httpx", "hubspot", "jinja2", "litestar", "msgspec"),
    *("openai", "orjson", "psycopg", "psycopg_pool", "pydantic", "redis", "requests", "rich"),
    *("sqlalchemy", "starlette", "structlog", "urllib3", "uvicorn"),
}
INPUT_AND_OUTPUT = {"asyncio", "http", "smtplib", "socket", "sqlite3", "ssl", "subprocess"}
FORBIDDEN = {
    "core": FRAMEWORKS_AND_SDKS | INPUT_AND_OUTPUT,
    "lead": FRAMEWORKS_AND_SDKS | INPUT_AND_OUTPUT,
    # The use cases are async, and asyncio brings sockets and subprocesses with it.
    "everything": FRAMEWORKS_AND_SDKS,
}
"""Top-level modules that these imports may not load."""

PROBE = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
{statement}
elapsed = time.perf_counter() - start
import json
loaded = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})
print(json.dumps([elapsed, loaded]))
"""


def measure(statement: str) -> tuple[float, frozenset[str]]:
    """Seconds that ``statement`` took in a fresh interpreter, and the top modules it loaded."""
    out = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    ).stdout
    elapsed, loaded = json.loads(out)
    return float(elapsed), frozenset(loaded)


def main() -> int:
    """Measure, print, and say by the exit code whether the aims were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = max(7, parser.parse_args().rounds)

    times: dict[str, list[float]] = {name: [] for name in SUBJECTS}
    loaded: dict[str, frozenset[str]] = {}
    for statement in SUBJECTS.values():
        measure(statement)  # compiles the bytecode
    for _ in range(rounds):
        for name, statement in SUBJECTS.items():
            elapsed, loaded[name] = measure(statement)
            times[name].append(elapsed)

    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{rounds} fresh interpreters each, Python {sys.version.split()[0]}, medians")
    for name, statement in SUBJECTS.items():
        print(
            f"  {statement:32} {medians[name] * 1000:8.2f} ms"
            f"  {medians[name] / medians['attrs']:6.2f} x attrs"
            f"  {medians[name] / medians['pydantic']:6.2f} x pydantic"
        )
    guests = {name: loaded[name] & forbidden for name, forbidden in FORBIDDEN.items()}
    for name, found in guests.items():
        print(
            f"  {SUBJECTS[name]!r} loads of what is forbidden: {', '.join(sorted(found)) or 'none'}"
        )
    ratio = medians["core"] / medians["attrs"]
    met = ratio <= MOST_TIMES_ATTRS and not any(guests.values())
    print(f"aim: <= {MOST_TIMES_ATTRS:g} x attrs and none forbidden: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
