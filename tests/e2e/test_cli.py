"""The command line as somebody at a terminal meets it: output, exit status, no secret in either."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.e2e.processes import SALESAGENT, Site, clean_environment, free_port

from salesagent_adapters.postgres import migrate

SECONDS = 90
PLANTED = "PlantedPassword1"
NOWHERE = 1
"""A port that nobody listens on."""


@attrs.frozen
class Ended:
    """A command that ran to its end."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        """Standard output, which with ``--json`` is one document and nothing else."""
        return json.loads(self.out)


@attrs.frozen
class Terminal:
    """A folder on a machine where nothing is set up."""

    folder: Path

    def run(self, *arguments: str, **settings: str) -> Ended:
        """Run ``salesagent`` with these settings."""
        done = subprocess.run(
            [sys.executable, *SALESAGENT, *arguments],
            env={
                **clean_environment(),
                "SALESAGENT_DATA_DIR": str(self.folder / "data"),
                **settings,
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in ended.err, ended.err
        assert PLANTED not in ended.out + ended.err, "a secret was shown"
        return ended


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    # A short path: the embedded database's socket may have some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="sa-cli-") as folder:
        yield Terminal(Path(folder))


def checks(ended: Ended) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in ended.document()["checks"]}


# --- doctor ------------------------------------------------------------------------------------


def test_doctor_finds_a_fresh_folder_healthy_and_says_what_to_do_next(terminal: Terminal) -> None:
    ended = terminal.run("doctor", "--json")
    assert ended.status == 0
    assert ended.document()["healthy"] is True
    found = checks(ended)
    assert not [check for check in found.values() if check["status"] == "fail"]
    for name in ("HubSpot", "Google", "OpenAI", "webhook secret", "encryption keys"):
        assert found[name]["status"] == "warn"
        assert found[name]["advice"]
    assert "stand-in" in found["HubSpot"]["found"]


def test_doctor_is_clear_about_servers_that_do_not_answer(terminal: Terminal) -> None:
    settings = {
        "DATABASE_URL": f"postgresql://sa:{PLANTED}@127.0.0.1:{NOWHERE}/x",
        "REDIS_URL": f"redis://u:{PLANTED}@127.0.0.1:{NOWHERE}/0",
        "HUBSPOT_WEBHOOK_SECRET": PLANTED,
        "OPENAI_API_KEY": PLANTED,
        "OPENAI_MODEL": "a-model",
    }
    ended = terminal.run("doctor", "--json", **settings)
    assert ended.status == 1
    assert ended.document()["healthy"] is False
    found = checks(ended)
    assert found["database"]["status"] == "fail"
    assert "DATABASE_URL" in found["database"]["advice"]
    assert found["redis"]["status"] == "fail"
    assert "REDIS_URL" in found["redis"]["advice"]
    table = terminal.run("doctor", **settings)
    assert table.status == 1
    assert "DATABASE_URL" in table.out


def test_doctor_names_settings_that_are_wrong(terminal: Terminal) -> None:
    ended = terminal.run(
        "doctor",
        "--json",
        DATABASE_URL=f"mysql://sa:{PLANTED}@db/x",
        SALESAGENT_ENCRYPTION_KEYS=PLANTED,
    )
    assert ended.status == 1
    assert set(checks(ended)) == {"DATABASE_URL", "SALESAGENT_ENCRYPTION_KEYS"}
    assert all(check["advice"] for check in ended.document()["checks"])


def test_doctor_sees_a_database_that_is_not_migrated(
    terminal: Terminal, empty_database_url: str
) -> None:
    before = terminal.run("doctor", "--json", DATABASE_URL=empty_database_url)
    assert before.status == 1
    assert checks(before)["database"]["status"] == "ok"
    assert checks(before)["schema"]["status"] == "fail"
    assert "salesagent migrate" in checks(before)["schema"]["advice"]

    first = terminal.run("migrate", "--json", DATABASE_URL=empty_database_url)
    assert first.status == 0, first.err
    assert first.document() == {"before": None, "after": migrate.newest()}
    again = terminal.run("migrate", DATABASE_URL=empty_database_url)
    assert again.status == 0
    assert migrate.newest() in again.out

    after = terminal.run("doctor", "--json", DATABASE_URL=empty_database_url)
    assert after.status == 0
    assert checks(after)["schema"]["status"] == "ok"


# --- keys --------------------------------------------------------------------------------------


def test_a_key_is_made_shown_once_and_opens_what_its_scope_allows(
    terminal: Terminal, database_url: str
) -> None:
    port = free_port()
    site = Site(terminal.folder, database_url, port=port)
    made = terminal.run(
        "key", "create", "me", "--scope", "operator", "--json", DATABASE_URL=database_url
    )
    assert made.status == 0, made.err
    document = made.document()
    assert document["scopes"] == ["operator"]
    shown = terminal.run("key", "create", "boss", "--scope", "admin", DATABASE_URL=database_url)
    boss = shown.out.strip()
    assert "\n" not in boss, "standard output is the key alone, to be piped"
    rows = str(site.query("SELECT * FROM api_keys"))
    assert document["id"] in rows
    assert document["key"].rpartition("_")[2] not in rows, "only a digest is kept"
    try:
        site.serve("--no-worker")
        with site.client() as client:
            opened = {
                (who, path): client.get(
                    path, headers={"Authorization": f"Bearer {key}"} if key else {}
                ).status_code
                for who, key in (("operator", document["key"]), ("admin", boss), ("nobody", ""))
                for path in ("/api/operator/pending", "/api/admin/queue-status")
            }
    finally:
        site.stop()
    assert opened == {
        ("operator", "/api/operator/pending"): 200,
        ("operator", "/api/admin/queue-status"): 403,
        ("admin", "/api/operator/pending"): 200,
        ("admin", "/api/admin/queue-status"): 200,
        ("nobody", "/api/operator/pending"): 401,
        ("nobody", "/api/admin/queue-status"): 401,
    }


def test_an_encryption_key_is_one_that_the_settings_take(terminal: Terminal) -> None:
    made = terminal.run("key", "encryption", "--json").document()["key"]
    assert terminal.run("doctor", SALESAGENT_ENCRYPTION_KEYS=made).status == 0
    assert terminal.run("key", "encryption").out.strip() != made


# --- the whole flow ----------------------------------------------------------------------------


def test_smoke_carries_one_form_through_the_whole_flow(
    terminal: Terminal, database_url: str
) -> None:
    ended = terminal.run("smoke", "--json", DATABASE_URL=database_url)
    assert ended.status == 0, ended.err
    report = ended.document()
    assert report["passed"] is True
    assert report["accepted"] == 202
    assert report["status"]["progress"] == "16/16"
    assert report["draft"]["status"] == "pending_approval"


def test_smoke_fails_aloud_when_there_is_no_database(terminal: Terminal) -> None:
    url = f"postgresql://sa:{PLANTED}@127.0.0.1:{NOWHERE}/x"
    ended = terminal.run("smoke", "--json", DATABASE_URL=url)
    assert ended.status == 1
    assert "database" in ended.document()["error"]


def test_the_demo_works_every_lead_and_needs_nothing(terminal: Terminal) -> None:
    # Whatever the environment holds: nothing of it is used, nothing may leave.
    ended = terminal.run(
        "demo",
        "--once",
        "--json",
        DATABASE_URL=f"postgresql://sa:{PLANTED}@127.0.0.1:{NOWHERE}/x",
        REDIS_URL=f"redis://:{PLANTED}@127.0.0.1:{NOWHERE}/0",
        OPENAI_API_KEY=PLANTED,
    )
    assert ended.status == 0, ended.err
    report = ended.document()
    assert report["passed"] is True
    leads = report["leads"]
    assert len(leads) == 16
    assert all(lead["became"] != "unknown" for lead in leads)
    (failed,) = [lead for lead in leads if lead["became"] == "failed"]
    assert "address" in failed["why"][0]
    assert all(lead["why"] for lead in leads)
    assert [lead["answer"] for lead in leads].count(409) == 1, "one of them is a duplicate"
    drafted = [lead for lead in leads if lead["draft_id"]]
    assert len(drafted) >= 12
    assert all(lead["became"] == "needs review" for lead in drafted)


# --- start-up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("smoke",), ("migrate",)])
def test_a_wrong_setting_stops_every_command_with_its_name(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    ended = terminal.run(
        *command, DATABASE_URL=f"oracle://sa:{PLANTED}@db/x", AUTO_APPROVE_THRESHOLD="7"
    )
    assert ended.status == 1
    assert "DATABASE_URL: should be postgresql://user:password@host:port/database" in ended.err
    assert "AUTO_APPROVE_THRESHOLD: should be a number from 0.5 to 1.0" in ended.err
    assert not (terminal.folder / "data").exists(), "nothing was started"


def test_sending_outside_production_is_refused(terminal: Terminal) -> None:
    ended = terminal.run("serve", MODE_DRAFT_ONLY="false")
    assert ended.status == 1
    assert "MODE_DRAFT_ONLY" in ended.err
    assert "API_ENV is not production" in ended.err


def test_production_lists_all_that_is_missing(terminal: Terminal) -> None:
    ended = terminal.run("serve", "--json", API_ENV="production")
    assert ended.status == 1
    named = " ".join(problem["where"] for problem in ended.document()["problems"])
    for setting in (
        "DATABASE_URL",
        "REDIS_URL",
        "SALESAGENT_ENCRYPTION_KEYS",
        "HUBSPOT_WEBHOOK_SECRET",
        "SALESAGENT_PUBLIC_URL",
        "HUBSPOT_API_KEY",
        "GOOGLE_CLIENT_ID",
        "OPENAI_API_KEY",
    ):
        assert setting in named


def test_a_command_that_is_not_there_is_a_usage_error(terminal: Terminal) -> None:
    ended = terminal.run("serv")
    assert ended.status == 2
    assert "serve" in ended.err, "what was meant is suggested"
    assert terminal.run("--help").status == 0


def test_a_port_that_is_taken_is_told(terminal: Terminal, database_url: str) -> None:
    site = Site(terminal.folder, database_url)
    try:
        site.serve("--no-worker")
        ended = terminal.run("serve", "--port", str(site.port), DATABASE_URL=database_url)
    finally:
        site.stop()
    assert ended.status != 0
    assert "in use" in ended.err
