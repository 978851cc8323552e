"""Servers from npm, at the versions in ``node/package-lock.json``, as processes of ours.

``npm ci --prefix tests/services/node`` installs them; ``SALESAGENT_TEST_NODE`` names another
folder that holds the same ``node_modules``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent / "node"
START_SECONDS = 120.0
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
_LOOPBACK = HERE / "loopback.cjs"


def node_tool(name: str) -> Path:
    """The script that npm installed for a command. Without it the test is skipped, and fails in
    CI, where it must be installed."""
    folder = Path(os.environ.get("SALESAGENT_TEST_NODE") or HERE)
    script = folder / "node_modules" / ".bin" / name
    missing = None if script.exists() else f"npm ci --prefix {HERE.relative_to(Path.cwd())}"
    if shutil.which("node") is None:
        missing = "Node.js 20 or newer"
    if missing is None:
        return script.resolve()
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed, which CI needs: {missing}", pytrace=False)
    pytest.skip(f"{name} is not installed: {missing}")


@contextmanager
def serving(
    name: str, arguments: Sequence[str], *, url: str, log: Path, ready: str = "/"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run an npm command as a server on loopback, until the block ends.

    ``ready`` is a path under ``url`` that answers, with whatever status, once it is up.
    """
    script = node_tool(name)
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["node", "--require", str(_LOOPBACK), str(script), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env={"PATH": os.environ["PATH"], "HOME": str(log.parent), "NO_COLOR": "1"},
        )
    try:
        _wait_until(lambda: _answers(url + ready), process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)


def _answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=1.0)
    except httpx.HTTPError:
        return False
    return True


def _wait_until(up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(
                f"the server did not start\n{log.read_text(errors='replace')[-3000:]}"
            )
        time.sleep(_POLL_SECONDS)
