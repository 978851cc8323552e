"""Fixtures for every test, and the rule that CI accepts no skipped one."""

from __future__ import annotations

from tests.ci_rules import pytest_runtest_makereport
from tests.databases import (
    database,
    database_url,
    empty_database_url,
    migrated_database,
    pg_url,
    vault,
)

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "migrated_database",
    "pg_url",
    "pytest_runtest_makereport",
    "vault",
]
