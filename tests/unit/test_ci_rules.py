"""A test that cannot find its service is skipped on a laptop and fails in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RULES = Path(__file__).parents[1] / "ci_rules.py"

SUITE = """
import pytest

def test_in_its_body():
    pytest.skip("no such service here")

@pytest.fixture
def service():
    pytest.skip("no such service here")

def test_in_its_fixture(service):
    pass

@pytest.mark.xfail(reason="known")
def test_that_is_expected_to_fail():
    assert False
"""


@pytest.mark.parametrize(
    ("ci", "outcome", "exit_code"), [("", "2 skipped", 0), ("true", "failed", 1)]
)
def test_a_skip_fails_in_ci_only(tmp_path: Path, ci: str, outcome: str, exit_code: int) -> None:
    shutil.copy(RULES, tmp_path / "conftest.py")
    (tmp_path / "test_services.py").write_text(SUITE)
    # Without what pytest and xdist tell the process that this test runs in.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**outside, "CI": ci},
        capture_output=True,
        text=True,
    )
    assert outcome in run.stdout
    assert "1 xfailed" in run.stdout
    assert run.returncode == exit_code
