"""What ``deploy/`` says is true: the files are sound, and every command line in them runs, on a
root file system that nobody can write to.

There is no container engine here: what an engine would do with the files is done by hand, the
image's read-only root by a mount namespace.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]
from tests.e2e.processes import ROOT, SALESAGENT, Redis, Site, eventually, form, valkey

from salesagent_adapters.crypto.vault import new_key
from salesagent_app.cli import cli
from salesagent_app.workers.main import DRAIN_SECONDS

USER = [] if os.geteuid() == 0 else ["--map-root-user"]
"""A mount namespace is root's to make, or that of a user's own namespace."""
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"] == "salesagent:local"}


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(path.read_text())
    return parser


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Every ``salesagent`` command line in the folder, without the program's name."""
    for name, service in OURS.items():
        yield f"compose: {name}", service["command"]
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    yield "Dockerfile", yaml.safe_load(re.findall(r"(?m)^CMD (\[.*\])$", dockerfile)[-1])
    for path in UNITS:
        words = shlex.split(unit(path)["Service"]["ExecStart"])
        assert words[0] == "/opt/salesagent/bin/salesagent"
        yield path.name, words[1:]
    for line in (DEPLOY / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        words = shlex.split(command.replace("${PORT:-8000}", "8000"))
        assert words[0] == "salesagent"
        yield f"Procfile: {name}", words[1:]


def test_the_dockerfile_is_clean_and_leaves_no_root_behind() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    found = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    text = (DEPLOY / "Dockerfile").read_text()
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", last, re.MULTILINE)
    assert "curl" not in last
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    admitted = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for path in " ".join(copied).split():
        assert (ROOT / path).exists(), path
        assert f"!{path}" in admitted, path


def test_the_image_gets_every_package_with_its_hash() -> None:
    names = ROOT / "requirements" / "app.txt"
    made = subprocess.run(
        [sys.executable, DEPLOY / "locked.py", names], capture_output=True, text=True, check=True
    ).stdout
    entries = [entry for entry in re.split(r"(?m)^(?=\S)", made) if entry]
    assert all("--hash=sha256:" in entry for entry in entries)
    listed = {line.partition("==")[0] for line in names.read_text().splitlines()}
    assert {entry.partition("==")[0] for entry in entries} == listed
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert build[0].partition(">=")[0] in listed, "the image builds without another download"


def test_every_service_is_closed_by_default() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service, name
        assert service["healthcheck"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys(), name
        assert set(service["networks"]) <= COMPOSE["networks"].keys(), name
        assert set(service.get("depends_on", ())) <= SERVICES.keys(), name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or volume.endswith(":ro"), volume
        for key, value in dict(service.get("environment", {})).items():
            assert "PASSWORD" not in key or key.endswith(("_FILE", "__FILE")), (name, value)
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"], name
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "appendonly yes" in " ".join(SERVICES["redis"]["command"])
    example = (DEPLOY / "salesagent.env.example").read_text()
    assert not re.findall(r"(?m)^\w*(?:SECRET|KEY|KEYS|URL|PASSWORD)=.+", example)


def test_processes_are_given_longer_than_their_drain() -> None:
    for name in ("app", "worker"):
        assert int(OURS[name]["stop_grace_period"].rstrip("s")) > DRAIN_SECONDS + 5
    for path in UNITS:
        service = unit(path)["Service"]
        assert service["ProtectSystem"] == "strict"
        assert service["User"] == "salesagent"
        if service["Type"] == "exec":
            assert int(service["TimeoutStopSec"]) > DRAIN_SECONDS + 5
            assert service["KillMode"] == "mixed"


def test_systemd_takes_the_units() -> None:
    for path in sorted((DEPLOY / "systemd").iterdir()):
        parsed = unit(path)
        assert parsed["Unit"]["Description"]
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    files = sorted((DEPLOY / "systemd").iterdir())
    found = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    said = [line for line in found.stderr.splitlines() if "salesagent" in line]
    # The program is not installed on the machine that checks.
    assert [line for line in said if "is not executable" not in line] == []


def test_every_command_line_is_one_that_the_program_takes() -> None:
    for where, words in command_lines():
        command = cli.get_command(None, words[0])  # type: ignore[arg-type]
        assert command is not None, where
        command.make_context(words[0], words[1:])


@pytest.fixture
def site(empty_database_url: str, tmp_path: Path, redis: Redis) -> Iterator[Site]:
    site = Site(folder=tmp_path, database_url=empty_database_url, redis_url=redis.url)
    yield site
    site.stop()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with valkey(tmp_path) as server:
        yield server


def test_all_of_it_runs_on_a_root_that_nobody_can_write_to(site: Site, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    site.settings["SALESAGENT_ENCRYPTION_KEYS"] = new_key()
    site.settings["SALESAGENT_DATA_DIR"] = "/var/lib/salesagent"
    swaps = {"8000": str(site.port), "/backups": str(backups), "0.0.0.0": "127.0.0.1"}

    def start(name: str, *writable: Path) -> Any:
        words = [swaps.get(word, word) for word in OURS[name]["command"]]
        binds = "".join(f"mount --bind {path} {path}; " for path in writable)
        script = (
            f"mount --rbind / /; {binds}mount -o remount,bind,ro /; "
            f"touch {ROOT}/written 2>/dev/null && exit 99; "
            f'cd / && exec "$@"'
        )
        line = ["unshare", *USER, "--mount", "sh", "-ec", script, "sh"]
        return site.start(*line, sys.executable, *SALESAGENT, *words, name=name, python=False)

    assert start("migrate").ended() == 0, site.running[-1].tail()
    server, worker = start("app"), start("worker")
    health = [sys.executable, "-I", str(DEPLOY / "healthcheck.py")]

    def healthy(*arguments: str) -> bool:
        check = [*health, *(arguments or ("/health/liveness",)), str(site.port)]
        return subprocess.run(check, check=False).returncode == 0

    site.answers(server)
    assert healthy()
    assert healthy("/health/readiness")
    assert not healthy("/nowhere")
    worker.wait_for_log("working")
    (run,) = site.accept(1)
    site.all_completed([run])
    backup = start("backup", backups)

    # Told to stop, it says so to the balancer and answers everybody meanwhile.
    with site.client() as client:
        assert client.get("/health/readiness").status_code == 200
        server.process.terminate()
        eventually(lambda: client.get("/health/readiness").status_code == 503, "readiness says no")
        answer = client.post("/api/webhooks/hubspot/forms", **site.signed(form(7)))
        assert client.get("/health/liveness").status_code == 200
    assert answer.status_code == 202
    assert server.ended() == 0, server.tail()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{site.url}/health/liveness", trust_env=False)
    site.all_completed([run, answer.json()["task_id"]])
    assert worker.terminate() == 0, worker.tail()
    assert backup.ended() == 0, backup.tail()
    assert len(list(backups.glob("*.backup"))) == 1
