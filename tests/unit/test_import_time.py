"""What importing the core loads: an embedder gets the rules, not a web framework."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"

FRAMEWORKS_AND_SDKS = {
    *("alembic", "cattrs", "click", "cryptography", "dependency_injector", "dramatiq", "fastapi"),
    *("google", "googleapiclient", "httpx", "hubspot", "jinja2", "litestar", "msgspec", "openai"),
    *("orjson", "psycopg", "psycopg_pool", "pydantic", "redis", "requests", "rich", "sqlalchemy"),
    *("structlog", "urllib3", "uvicorn"),
}
INPUT_AND_OUTPUT = {"asyncio", "http", "smtplib", "socket", "sqlite3", "ssl", "subprocess"}
LOADED_WHEN_A_RULE_NEEDS_THEM = {"holidays", "idna", "publicsuffixlist", "stdnum"}


def modules_loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter loads for ``statement``."""
    code = f"""
import sys
sys.path.insert(0, {str(SOURCE)!r})
before = set(sys.modules)
{statement}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
import json
print(json.dumps(sorted(loaded)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_importing_the_core_loads_no_framework_no_sdk_and_nothing_that_does_io() -> None:
    loaded = modules_loaded_by("import salesagent_core")
    assert "salesagent_core" in loaded
    assert loaded.isdisjoint(FRAMEWORKS_AND_SDKS | INPUT_AND_OUTPUT | LOADED_WHEN_A_RULE_NEEDS_THEM)


def test_the_whole_public_api_loads_no_framework_and_no_sdk() -> None:
    loaded = modules_loaded_by("from salesagent_core import *")
    assert "attrs" in loaded
    assert loaded.isdisjoint(FRAMEWORKS_AND_SDKS | LOADED_WHEN_A_RULE_NEEDS_THEM)


@pytest.mark.parametrize(
    "statement",
    [
        "from salesagent_core import Lead, Submission, Draft",
        "from salesagent_core import MailReader, Crm, UnitOfWork",
    ],
)
def test_the_domain_and_the_ports_do_without_io(statement: str) -> None:
    assert modules_loaded_by(statement).isdisjoint(FRAMEWORKS_AND_SDKS | INPUT_AND_OUTPUT)
