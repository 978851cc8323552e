"""Alerts and dashboards: proven by Prometheus' own tools, and naming only what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
CASES = DEPLOY / "prometheus" / "alerts_test.yml"
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
RUNBOOKS = {
    *("disaster-recovery", "rollback", "stuck-queue", "mailbox-lost", "spam-complaint"),
    *("leaked-key", "sending-stopped", "vendor-down", "budget-reached", "kept-too-long"),
}
_METRIC = re.compile(r"\bsalesagent_[a-z_]+")
_SERIES = re.compile(r"_(?:total|bucket|count|sum)$")


def tool(name: str, *arguments: str) -> str:
    """Run one of Prometheus' tools (Debian's ``prometheus`` and ``prometheus-alertmanager``)."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def documented() -> tuple[set[str], set[str]]:
    """What each process counts, and what the database knows: two tables of one page."""
    page = (ROOT / "docs/reference/metrics.md").read_text()
    own, _, shared = page.partition("## What the database knows")
    return _named(own), _named(shared)


def _named(page: str) -> set[str]:
    rows = re.findall(r"^\| `(salesagent_[a-z_]+)` \|", page, re.MULTILINE)
    return {_SERIES.sub("", name) for name in rows}


def expressions() -> Iterator[tuple[str, str]]:
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    for path in BOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target["expr"]


def test_promtool_and_amtool_agree() -> None:
    assert "SUCCESS" in tool("promtool", "test", "rules", str(CASES))
    tool("promtool", "check", "config", str(DEPLOY / "prometheus" / "prometheus.yml"))
    tool("amtool", "check-config", str(DEPLOY / "alertmanager" / "alertmanager.yml"))


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    seen: dict[str, set[bool]] = {}
    for case in yaml.safe_load(CASES.read_text())["tests"]:
        for look in case["alert_rule_test"]:
            seen.setdefault(look["alertname"], set()).add(bool(look["exp_alerts"]))
    assert seen == {rule["alert"]: {True, False} for rule in alerts()}


def test_pages_go_to_pagerduty_and_everything_to_slack() -> None:
    config = ("--config.file", str(DEPLOY / "alertmanager" / "alertmanager.yml"))
    for severity, receivers in (("page", "pagerduty,slack"), ("ticket", "slack")):
        said = tool("amtool", "config", "routes", "test", *config, f"severity={severity}")
        assert receivers in said.splitlines()


def test_every_alert_says_what_to_do() -> None:
    for rule in alerts():
        book = rule["annotations"]["runbook_url"]
        assert re.fullmatch(r"docs/runbooks/([a-z-]+)\.md", book)
        assert Path(book).stem in RUNBOOKS
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "description"} <= rule["annotations"].keys()


def test_alerts_and_dashboards_name_only_metrics_that_there_are() -> None:
    own, shared = documented()
    used = {
        _SERIES.sub("", name): where
        for where, text in expressions()
        for name in _METRIC.findall(text)
    }
    assert sorted(name for name in used if name not in own | shared) == []
    # And a metric that nobody looks at is one too many.
    assert sorted((own | shared) - used.keys()) == []


def test_what_every_process_shows_alike_is_never_added_up_over_processes() -> None:
    _, shared = documented()
    wrong = []
    for where, text in expressions():
        for name in set(_METRIC.findall(text)):
            if _SERIES.sub("", name) not in shared:
                continue
            before = text[: text.index(name)]
            if not re.search(
                r"(?:max|min)\s*(?:by \([a-z, ]+\)\s*)?\((?:(?:rate|increase)\()?$", before
            ):
                wrong.append(f"{where}: {text}")
    assert wrong == []


def test_dashboards_fit_their_datasource_and_overlap_nowhere() -> None:
    source = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text()
    )["datasources"][0]
    provider = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/dashboards/salesagent.yml").read_text()
    )["providers"][0]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    boards = [json.loads(path.read_text()) for path in BOARDS]
    assert len({board["uid"] for board in boards}) == len(boards) >= 3
    for board in boards:
        cells: set[tuple[int, int]] = set()
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        for panel in board["panels"]:
            assert panel["datasource"]["uid"] == source["uid"]
            place = panel["gridPos"]
            mine = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= 24
            assert not mine & cells, panel["title"]
            cells |= mine
