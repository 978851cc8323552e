"""How long a backup and a restore take, and what the way back looks like from outside.

Fills a database with runs (the rows of one that came through the real flow, copied under new
ids), makes a backup while others write, loses the server, restores into an empty one, starts
``salesagent serve``, and waits until it is ready. Prints each time, and what they mean for the
aims: back within one hour (RTO), at most four hours lost (RPO, with a backup every hour).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import psycopg

from rig import machine, postgres, processes
from rig.forms import PATH, PORTAL, SECRET, form_body, signature
from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.postgres.backup import check_backup, restore_backup, write_backup

RTO_SECONDS = 3600.0
RPO_SECONDS = 4 * 3600.0
PERIOD_SECONDS = 3600.0
START_SECONDS = 120.0
COPIED = ("submissions", "runs", "journal", "drafts", "revisions", "audit")
KEYS = ("id", "run_id", "submission_id", "draft_id", "conversion_key", "moment_key", "subject_id")


def serve(url: str, key: str, folder: Path, *more: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start ``salesagent serve`` and wait until it is ready; the process and its address."""
    port = processes.free_port()
    environment = processes.environment(
        {
            "DATABASE_URL": url,
            "SALESAGENT_DATA_DIR": str(folder / "data"),
            "SALESAGENT_ENCRYPTION_KEYS": key,
            "HUBSPOT_WEBHOOK_SECRET": SECRET,
            "HUBSPOT_PORTAL_ID": PORTAL,
            "LOG_LEVEL": "ERROR",
        }
    )
    environment.pop("REDIS_URL", None)
    program = "from salesagent_app.cli import main; main()"
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "serve", "--port", str(port), *more],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/readiness", trust_env=False).status_code == 200:
                return process, address
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError((folder / "serve.log").read_text()[-3000:])


def one_run(url: str, key: str, folder: Path) -> None:
    """One form through the real flow."""
    process, address = serve(url, key, folder, "--worker")
    try:
        body = form_body("drill", 1)
        headers = {"X-HubSpot-Signature": signature(body), "Content-Type": "application/json"}
        httpx.post(address + PATH, content=body, headers=headers, trust_env=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET salesagent.tenant = '*'")
            deadline = time.monotonic() + START_SECONDS
            while connection.execute(
                "SELECT count(*) FROM runs WHERE status = 'completed'"
            ).fetchone() != (1,):
                if time.monotonic() > deadline:
                    raise RuntimeError("the form did not become a draft")
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()


def multiply(url: str, runs: int) -> int:
    """Copy the rows of the one run under new ids; returns how many rows there are."""
    total = 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET salesagent.tenant = '*'")
        for table in COPIED:
            rows = connection.execute(
                "SELECT column_name, is_identity FROM information_schema.columns"
                " WHERE table_name = %s ORDER BY ordinal_position",
                (table,),
            ).fetchall()
            names = [name for name, identity in rows if identity == "NO"]
            chosen = [f"{name} || '-' || n" if name in KEYS else name for name in names]
            connection.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(chosen)}"
                f" FROM {table}, generate_series(1, {runs}) AS n".encode()
            )
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert row is not None
            total += int(row[0])
    return total


def write_meanwhile(url: str, ended: threading.Event, written: list[float]) -> None:
    """Somebody who works while the backup is made: how long each of their commits takes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET salesagent.tenant = '*'")
        while not ended.wait(0.01):
            began = time.monotonic()
            connection.execute(
                "INSERT INTO crm_deliveries (tenant_id, id, sealed)"
                " VALUES ('default', gen_random_uuid()::text, 'x')"
            )
            written.append(time.monotonic() - began)


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2_000)
    options = parser.parse_args()
    key = new_key()
    vault = Vault([key])
    with tempfile.TemporaryDirectory(prefix="drill-") as name, postgres.server() as server:
        folder, file = Path(name), Path(name) / "drill.backup"
        url = server.create("before", migrated=True)
        one_run(url, key, folder)
        rows = multiply(url, options.runs)
        ended, written = threading.Event(), list[float]()
        writer = threading.Thread(target=write_meanwhile, args=(url, ended, written))
        writer.start()
        began = time.monotonic()
        manifest = write_backup(url, vault, file)
        backup = time.monotonic() - began
        ended.set()
        writer.join()
        began = time.monotonic()
        check_backup(vault, file)
        check = time.monotonic() - began
        server.execute("postgres", "DROP DATABASE before WITH (FORCE)")
        began = time.monotonic()
        after = server.create("after")
        restore_backup(after, vault, file, by="drill")
        restore = time.monotonic() - began
        process, _ = serve(after, key, folder, "--no-worker")
        back = time.monotonic() - began
        process.terminate()
        process.wait()
        size = file.stat().st_size / 1e6
    print(f"{options.runs} runs, {rows} rows, file of {size:.0f} MB; {machine.describe()}")
    print(
        f"backup {backup:.1f} s, check {check:.1f} s, restore {restore:.1f} s (read back, compared)"
    )
    slowest = max(written) * 1000
    print(f"{len(written)} commits of others while it was made, the slowest {slowest:.0f} ms")
    print(f"RTO, from an empty server to ready: {back:.1f} s (aim {RTO_SECONDS:.0f} s)")
    rpo = PERIOD_SECONDS + backup
    print(f"RPO, with a backup every hour: {rpo:.0f} s (aim {RPO_SECONDS:.0f} s)")
    good = back < RTO_SECONDS and rpo < RPO_SECONDS and manifest.rows >= rows
    print("held" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
