"""Prometheus and Alertmanager as they are, with the project's rules and routes, and those who are
told: stand-ins of PagerDuty and Slack that keep what they receive.

The files of ``deploy/`` are used as they stand. Only what a deployment puts in is put in: the
targets, Alertmanager's address, the keys, and where PagerDuty is.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
import httpx
import yaml  # type: ignore[import-untyped]

from rig.processes import BENCH, free_port

DEPLOY = BENCH.parent / "deploy"
PROMETHEUS, ALERTMANAGER = "prometheus", "prometheus-alertmanager"
"""As Debian names them."""
PAGERDUTY, SLACK = "pagerduty", "slack"
START_SECONDS = 30.0
STEP_SECONDS = 5.0
"""How finely Prometheus is asked when an alert fired."""
_NAMED = re.compile(r"alertname = (\w+)")


class NotInstalledError(RuntimeError):
    """Prometheus or Alertmanager is missing on this machine."""


@attrs.frozen(kw_only=True)
class Told:
    """One message to one receiver: the alert came (``firing``) or went. ``at`` is a Unix time."""

    receiver: str
    alert: str
    firing: bool
    at: float


@attrs.frozen(kw_only=True)
class Fired:
    """One alert, from when to when it fired, as Prometheus recorded it; Unix times."""

    alert: str
    since: float
    until: float


@attrs.define
class Receivers:
    """Everything that PagerDuty and Slack were told."""

    port: int = 0
    told: list[Told] = attrs.field(factory=list)

    def take(self, path: str, body: dict[str, Any]) -> None:
        """Read one message in its vendor's form."""
        if path.startswith("/v2/enqueue"):
            details = body["payload"]["custom_details"] if "payload" in body else {}
            firing = body["event_action"] == "trigger"
            name = _NAMED.search(str(details.get("firing" if firing else "resolved", "")))
            receiver, alert = PAGERDUTY, name[1] if name else body["dedup_key"]
        else:
            attachment = body["attachments"][0]
            firing = attachment["color"] == "danger"
            receiver, alert = SLACK, attachment["title"]
        self.told.append(Told(receiver=receiver, alert=alert, firing=firing, at=time.time()))

    def state(self) -> dict[tuple[str, str], bool]:
        """Whether the last word about each alert, by receiver and alert, was that it fires."""
        return {(each.receiver, each.alert): each.firing for each in list(self.told)}

    def has_told(self, alert: str, *, since: float) -> bool:
        """Whether PagerDuty was told since then that it fires."""
        return any(
            each.receiver == PAGERDUTY and each.alert == alert and each.firing and each.at >= since
            for each in list(self.told)
        )


@attrs.frozen(kw_only=True)
class Alerting:
    """All of it, running."""

    prometheus: str
    receivers: Receivers
    hurry: float

    def firing(self) -> set[str]:
        """What fires now."""
        answer = httpx.get(f"{self.prometheus}/api/v1/alerts", trust_env=False, timeout=10)
        alerts = answer.raise_for_status().json()["data"]["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def calm(self) -> bool:
        """Nothing fires, and nobody still believes that something does."""
        return not self.firing() and not any(self.receivers.state().values())

    def record(self, since: float, until: float) -> list[Fired]:
        """Each time that an alert fired, from the record that Prometheus keeps of it."""
        query: dict[str, str | float] = {
            "query": 'max by (alertname) (ALERTS{alertstate="firing"})',
            "start": since,
            "end": until,
            "step": STEP_SECONDS,
        }
        url = f"{self.prometheus}/api/v1/query_range"
        answer = httpx.get(url, params=query, trust_env=False, timeout=30)
        found = []
        for series in answer.raise_for_status().json()["data"]["result"]:
            name = series["metric"]["alertname"]
            found += [
                Fired(alert=name, since=first, until=last)
                for first, last in stretches([float(at) for at, _ in series["values"]])
            ]
        return sorted(found, key=lambda each: each.since)


def stretches(times: Sequence[float]) -> Iterator[tuple[float, float]]:
    """First and last of each run of times that follow one another by ``STEP_SECONDS``."""
    first = last = times[0]
    for at in times[1:]:
        if at - last > 1.5 * STEP_SECONDS:
            yield first, last
            first = at
        last = at
    yield first, last


@contextmanager
def alerting(folder: Path, targets: Sequence[int], hurry: float) -> Iterator[Alerting]:
    """Watch the metrics on these ports. ``hurry`` divides every ``for:`` of the rules, and how long
    Alertmanager waits; 1 leaves them alone.

    Raises:
        NotInstalledError: Debian's ``prometheus`` or ``prometheus-alertmanager`` is missing.
    """
    for name in (PROMETHEUS, ALERTMANAGER):
        if shutil.which(name) is None:
            raise NotInstalledError(f"{name} is not installed: apt-get install {name}")
    folder.mkdir()
    with ExitStack() as stack:
        receivers = stack.enter_context(_receivers())
        manager = _alertmanager(stack, folder, receivers.port, hurry)
        prometheus = _prometheus(stack, folder, manager, targets, hurry)
        yield Alerting(
            prometheus=f"http://127.0.0.1:{prometheus}", receivers=receivers, hurry=hurry
        )


@contextmanager
def _receivers() -> Iterator[Receivers]:
    received = Receivers()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.take(self.path, json.loads(body))
            answer = b'{"status": "success"}'
            self.send_response(202 if self.path.startswith("/v2/") else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


def _alertmanager(stack: ExitStack, folder: Path, receivers: int, hurry: float) -> int:
    config = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text())
    config["global"] = {"pagerduty_url": f"http://127.0.0.1:{receivers}/v2/enqueue"}
    keys = {"pagerduty_key": "a key of nobody", "slack_webhook": f"http://127.0.0.1:{receivers}/s"}
    for name, value in keys.items():
        (folder / name).write_text(value)
    for receiver in config["receivers"]:
        for each in (*receiver.get("pagerduty_configs", ()), *receiver.get("slack_configs", ())):
            for field in ("routing_key_file", "api_url_file"):
                if field in each:
                    each[field] = str(folder / Path(each[field]).name)
    for route in (config["route"], *config["route"]["routes"]):
        _shorten(route, ("group_wait", "group_interval"), hurry)
    path = folder / "alertmanager.yml"
    path.write_text(yaml.safe_dump(config))
    port = free_port()
    options = {
        "config.file": path,
        "storage.path": folder / "alertmanager",
        "web.listen-address": f"127.0.0.1:{port}",
        "cluster.listen-address": "",
    }
    _started(stack, ALERTMANAGER, options, folder, port)
    return port


def _prometheus(
    stack: ExitStack, folder: Path, manager: int, targets: Sequence[int], hurry: float
) -> int:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            _shorten(rule, ("for",), hurry)
    (folder / "alerts.yml").write_text(yaml.safe_dump(rules))
    (scrape,) = config["scrape_configs"]
    del scrape["dns_sd_configs"]
    scrape["static_configs"] = [{"targets": [f"127.0.0.1:{port}" for port in targets]}]
    config["alerting"]["alertmanagers"] = [
        {"static_configs": [{"targets": [f"127.0.0.1:{manager}"]}]}
    ]
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    port = free_port()
    options = {
        "config.file": path,
        "storage.tsdb.path": folder / "prometheus",
        "web.listen-address": f"127.0.0.1:{port}",
    }
    _started(stack, PROMETHEUS, options, folder, port)
    return port


def _shorten(part: dict[str, Any], fields: Sequence[str], hurry: float) -> None:
    """Divide these terms."""
    seconds = {"s": 1, "m": 60, "h": 3600}
    for field in fields:
        if hurry != 1 and field in part:
            term = part[field]
            part[field] = f"{max(1, round(int(term[:-1]) * seconds[term[-1]] / hurry))}s"


def _started(
    stack: ExitStack, name: str, options: Mapping[str, object], folder: Path, port: int
) -> None:
    """Start it, wait until it is ready, and stop it with the stack."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [name, *(f"--{option}={value}" for option, value in options.items())],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/-/ready", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{name} did not start:\n{log.read_text()[-3000:]}")
