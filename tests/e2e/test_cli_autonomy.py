"""Rules, trust and backtests from the command line, against a database."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.e2e.autonomy_stage import ENGLISH, deciding_office, served

from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_app.cli import cli
from salesagent_core.domain.draft import Draft
from salesagent_core.errors import Conflict, InvalidInput, NotFound

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "let-more-run-alone.md"
KEY = new_key()
Run = Callable[..., Any]


@pytest.fixture
def invoke(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SALESAGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SALESAGENT_ENCRYPTION_KEYS", KEY)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli, list(arguments))

    return call


@pytest.fixture
def run(invoke: Callable[..., Result]) -> Run:
    def call(*arguments: str) -> Any:
        result = invoke(*arguments, "--json")
        if isinstance(result.exception, Exception):
            raise result.exception
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return call


def written(data: object, name: str = "file.json") -> str:
    Path(name).write_text(json.dumps(data))
    return name


async def leads(database_url: str, count: int) -> list[Draft]:
    async with served(deciding_office(database_url, Vault([KEY]))) as stage:
        drafts = await stage.leads(range(count))
        await stage.act(drafts[0], "approve")
        return drafts


def test_rules_are_listed_made_changed_moved_and_deleted(run: Run) -> None:
    assert [rule["enabled"] for rule in run("rules", "list")] == [False] * 4
    made = run("rules", "create", "--file", written(ENGLISH))
    assert (made["name"], made["priority"], made["enabled"]) == ("english_leads", 5, False)
    assert made["changed_by"].startswith("cli")
    assert run("rules", "enable", "english_leads")["enabled"]
    assert not run("rules", "disable", made["id"])["enabled"]
    changed = run("rules", "update", "english_leads", "--file", written({"confidence": 0.99}))
    assert changed["confidence"] == 0.99
    names = ["english_leads", "target_title", "high_icp", "known_good_recipient", "replied_before"]
    assert [rule["name"] for rule in run("rules", "order", *names)] == names
    assert run("rules", "delete", "english_leads") == {"deleted": "english_leads"}
    with pytest.raises(NotFound):
        run("rules", "enable", "english_leads")
    with pytest.raises(Conflict):
        run("rules", "delete", "high_icp")
    with pytest.raises(InvalidInput):
        run("rules", "order", "high_icp")


def test_a_file_that_is_no_rule_is_refused_with_the_place(run: Run) -> None:
    wrong = {**ENGLISH, "conditions": [{"field": "fit", "operator": "eq", "value": "high"}]}
    with pytest.raises(InvalidInput) as refused:
        run("rules", "create", "--file", written(wrong))
    assert [each.where for each in refused.value.problems] == ["conditions[0].value"]
    for name, text in {"a.yaml": "a: [", "b.json": "{", "c.yaml": "just words"}.items():
        Path(name).write_text(text)
        with pytest.raises(InvalidInput):
            run("rules", "create", "--file", name)
    Path("d.yaml").write_text("x" * (1024 * 1024 + 1))
    with pytest.raises(InvalidInput) as refused:
        run("rules", "create", "--file", "d.yaml")
    assert refused.value.problems[0].what == "is larger than 1 MiB"


def test_the_threshold_is_shown_and_set_within_its_bounds(run: Run) -> None:
    assert run("rules", "threshold")["effective"] == 0.9
    assert run("rules", "threshold", "0.85", "--why", "tried")["tenant"] == 0.85
    for arguments in (("0.4", "--why", "x"), ("0.9",)):
        with pytest.raises(InvalidInput):
            run("rules", "threshold", *arguments)


def test_trust_is_listed_and_moved_by_hand(run: Run, invoke: Callable[..., Result]) -> None:
    assert "No rule is enabled" in invoke("autonomy", "list").stdout
    run("rules", "enable", "high_icp")
    assert [each["segment"] for each in run("autonomy", "list")] == [
        f"{tier}:high_icp" for tier in ("hot", "warm", "cool", "cold")
    ]
    assert len(run("autonomy", "list", "--all")) == 16
    moved = run("autonomy", "set", "hot:high_icp", "shadow", "--why", "a trial")
    assert (moved["stage"], moved["to_go"]) == ("shadow", 50)
    shown = invoke("autonomy", "list").stdout
    assert "hot:high_icp" in shown
    assert "0 of 0" in shown


def test_a_backtest_shows_which_decisions_would_have_been_others(
    run: Run, invoke: Callable[..., Result], database_url: str
) -> None:
    drafts = asyncio.run(leads(database_url, 3))
    policy = {"rules": [{**ENGLISH, "priority": 1, "enabled": True}], "stages": {"*:*": "auto"}}
    Path("policy.json").write_text(json.dumps(policy))
    arguments = ("policy", "backtest", "--from", "2020-01-01", "--policy", "policy.json")
    report = run(*arguments)["report"]
    assert (report["alone_before"], report["alone_after"], report["more_count"]) == (0, 3, 3)
    assert {each["draft_id"] for each in report["more"]} == {each.id for each in drafts}
    said = invoke(*arguments).stdout
    assert "3 more would go alone, 0 fewer." in said
    assert "operators decided 1 and approved 1" in said.replace("\n", " ")
    assert f"Would go alone: {drafts[0].id}" in said
    assert "the rule “english leads” matches" in said
    past = run(*arguments, "--to", "2020-06-30")["report"]
    assert past["decisions"] == 0
    with pytest.raises(InvalidInput):
        run("policy", "backtest", "--from", "soon", "--policy", "policy.json")


def test_the_how_to_page_can_be_followed_word_for_word(invoke: Callable[..., Result]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL):
        Path(name).write_text(content)
    commands = [
        line
        for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(commands) >= 12
    for command in commands:
        arguments = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', command)]
        assert arguments[0] == "salesagent"
        result = invoke(*arguments[1:])
        assert result.exit_code == 0, (command, result.output, result.exception)
