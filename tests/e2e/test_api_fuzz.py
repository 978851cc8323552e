"""Generated requests to every operation of the API, as every role."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.api_fuzz import ROLES, fuzz, fuzzed_site

EXAMPLES = 4


def test_no_fault_and_no_answer_that_is_not_described(database_url: str, tmp_path: Path) -> None:
    with fuzzed_site(database_url, tmp_path) as (url, headers):
        seen = fuzz(url, headers, examples=EXAMPLES)
    assert not seen.faults, "\n\n".join(seen.faults)
    assert len(seen.operations) > 70
    assert {role for role, _ in seen.statuses} == set(ROLES)
    assert ("admin", 200) in seen.statuses
    assert not [status for _, status in seen.statuses if status == 500]
