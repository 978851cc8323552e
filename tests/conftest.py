"""Fixtures for every test, and the rule that CI accepts no skipped one."""

from __future__ import annotations

from tests.ci_rules import pytest_runtest_makereport
from tests.databases import (
    database,
    database_url,
    empty_database_url,
    migrated_database,
    module_database,
    pg_url,
    vault,
)
from tests.vector_databases import (
    plain_database_url,
    vector_database,
    vector_server,
    vector_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "migrated_database",
    "module_database",
    "pg_url",
    "plain_database_url",
    "pytest_runtest_makereport",
    "vault",
    "vector_database",
    "vector_server",
    "vector_url",
]
