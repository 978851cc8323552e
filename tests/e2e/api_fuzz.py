"""The whole API under generated requests, as every role: it answers as it says that it answers.

Used by a test with few requests for each operation, and by ``nox -s fuzz -- --examples 200`` with
many: that prints what each role was answered, and ends with an error when the API failed, or
answered with anything that its own description does not name.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.e2e.test_sending_flow import MAILBOX

from salesagent_adapters.postgres import embedded, migrate
from salesagent_app.keys import create_key
from salesagent_app.process import Process
from salesagent_app.serving import LocalServer
from salesagent_app.settings import read_settings
from salesagent_core.ids import DEFAULT_TENANT
from salesagent_core.ports.api_keys import Scope

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES: Mapping[str, tuple[Scope, ...]] = {
    "nobody": (),
    "ingest": (Scope.INGEST,),
    "operator": (Scope.OPERATOR,),
    "admin": (Scope.ADMIN, Scope.INGEST),
}
SEED = 20_261_121
NOT_OURS = (503,)
"""Documented, and no fault of the API: a vendor or a mailbox that is not connected."""


@attrs.define
class Fuzzed:
    """What was asked and what came back."""

    statuses: Counter[tuple[str, int]] = attrs.field(factory=Counter)
    operations: set[str] = attrs.field(factory=set)
    faults: list[str] = attrs.field(factory=list)


@contextmanager
def fuzzed_site(database_url: str, folder: Path) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """A served installation, and the headers of each role."""
    chosen = read_settings(
        database_url=database_url,
        data_dir=folder,
        sender_mailbox=MAILBOX,
        rate_limit_open_per_minute=100_000,
        rate_limit_key_per_minute=1_000_000,
    )
    with Process(chosen, webhook_secrets=("a secret of the fuzzing",)) as process:

        async def keys() -> dict[str, dict[str, str]]:
            container = process.container()
            made = {}
            for role, scopes in ROLES.items():
                if scopes:
                    key = await create_key(
                        container.api_keys,
                        container.clock,
                        name=role,
                        scopes=scopes,
                        lifetime=None,
                        tenant=DEFAULT_TENANT,
                    )
                    made[role] = {"authorization": f"Bearer {key.secret}"}
            await container.close()
            return {"nobody": {}, **made}

        headers = asyncio.run(keys())
        with LocalServer(process) as server:
            yield server.url, headers


def fuzz(url: str, headers: Mapping[str, dict[str, str]], *, examples: int) -> Fuzzed:
    """So many generated requests for each operation, good and bad, by all roles in turn."""
    document = httpx.get(f"{url}/schema/openapi.json", headers=headers["admin"]).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.base_url = url
    seen = Fuzzed()
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        seen.operations.add(f"{operation.method.upper()} {operation.path}")
        try:
            _try(operation, headers, seen, examples)
        except Exception as error:
            seen.faults.append(f"{operation.method.upper()} {operation.path}\n{error}"[:2_000])
    return seen


def _try(
    operation: Any, headers: Mapping[str, dict[str, str]], seen: Fuzzed, examples: int
) -> None:
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    # Most by an admin: the others do not get past the door of much of it.
    roles = st.sampled_from([*ROLES, "admin", "admin"])
    cases = st.one_of(good, good, bad)

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, role=roles)
    def ask(case: Any, role: str) -> None:
        response = case.call(headers=headers[role], timeout=20)
        seen.statuses[role, response.status_code] += 1
        checks = [one for one in CHECKS if one is not not_a_server_error]
        case.validate_response(
            response, checks=checks if response.status_code in NOT_OURS else CHECKS
        )

    ask()


def main() -> int:
    """Fuzz an embedded installation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="requests for each operation")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sa-fuzz-") as folder:
        data = Path(folder) / "data"
        database_url = embedded.start(data)
        try:
            migrate.upgrade(database_url)
            with fuzzed_site(database_url, Path(folder)) as (url, headers):
                seen = fuzz(url, headers, examples=wanted.examples)
        finally:
            embedded.stop(data)
    for (role, status), count in sorted(seen.statuses.items()):
        print(f"{role:>10} {status} {count:>6}")
    print(f"{len(seen.operations)} operations, {len(seen.faults)} with faults")
    for fault in seen.faults:
        print(f"\n{fault}")
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main())
