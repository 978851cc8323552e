"""Ours: sixteen steps that act, each of which needs the one before, over the real journal.

Per step one row of ``journal`` is committed, fenced by the run's lease, before the next step
starts; steps of runs in flight share commits. Per run its claim and its end are committed too.
Runs are made through the real intake. Results are sealed as they always are.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import uvloop

from rig.forms import form_body
from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_adapters.hubspot.webhook import parse_form
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.run import STEP_NAMES
from salesagent_core.domain.tenant import Tenant
from salesagent_core.ids import DEFAULT_TENANT, SubmissionId, TenantId
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.advance_run import AdvanceRuns
from salesagent_core.use_cases.facts import Facts
from salesagent_core.use_cases.receive_submission import ReceiveSubmission
from salesagent_core.use_cases.step import Step, Workflow

TENANT = Tenant(id=DEFAULT_TENANT, name="Bench", mailbox="sales@vendor.example", sender_name="B")


@attrs.frozen(kw_only=True)
class Count:
    """What a step leaves behind."""

    value: int


class OneTenant:
    """A directory that is always at hand, as the cached one is."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        return TENANT

    async def by_portal(self, portal_id: str | None) -> Tenant | None:
        return TENANT

    async def webhook_secrets(self, tenant_id: TenantId) -> Sequence[str]:
        return ()


class NoBell:
    """Nobody listens: the worker claims whatever is due."""

    async def ring(self, topic: Topic, ids: Sequence[str]) -> None:
        return None


def chain() -> Workflow:
    """Sixteen steps, each adding one to what the one before left."""
    return Workflow(
        Step(
            name=name,
            result=Count,
            needs=STEP_NAMES[number - 1 : number] if number else (),
            act=_Add(STEP_NAMES[number - 1] if number else None),
        )
        for number, name in enumerate(STEP_NAMES)
    )


@attrs.frozen
class _Add:
    before: str | None

    async def __call__(self, facts: Facts) -> Count:
        before = facts.results[self.before] if self.before else Count(value=0)
        assert isinstance(before, Count)
        return Count(value=before.value + 1)


async def _make_runs(intake: PgIntake, ids: RandomIds, tag: str, count: int) -> None:
    receive = ReceiveSubmission(intake, ids)

    async def one(number: int) -> None:
        body = form_body(f"{tag}-{number}", number)
        submission = parse_form(
            body,
            tenant_id=TENANT.id,
            submission_id=SubmissionId(ids.new()),
            received_at=datetime.now(UTC),
        )
        assert (await receive(submission, body)).accepted

    await asyncio.gather(*(one(number) for number in range(count)))


async def _work_off(advance: AdvanceRuns, claims: int, per_claim: int) -> float:
    """Claim and carry runs until none is due; ``claims`` loops of ``per_claim`` runs."""

    async def loop() -> None:
        while await advance(None, per_claim):
            pass

    started = time.perf_counter()
    await asyncio.gather(*(loop() for _ in range(claims)))
    return time.perf_counter() - started


async def _main(runs: int, in_flight: int) -> None:
    clock = SystemClock()
    ids = RandomIds(clock)
    vault = Vault((new_key(),))
    database = Database(os.environ["DATABASE_URL"])
    workflow = chain()
    intake = PgIntake(database, vault)
    journal = PgJournal(database, vault, workflow.result_types)
    advance = AdvanceRuns(
        journal=journal,
        workflow=workflow,
        tenants=OneTenant(),
        unit_of_work=PgUnitOfWork(database, vault, workflow.result_types),
        queue=NoBell(),
        clock=clock,
        ids=ids,
    )
    claims = 2
    await _make_runs(intake, ids, "warm", 20)
    await _work_off(advance, claims, in_flight // claims)
    await _make_runs(intake, ids, "real", runs)
    elapsed = await _work_off(advance, claims, in_flight // claims)
    print(json.dumps({"steps": runs * len(STEP_NAMES), "elapsed": elapsed}), flush=True)
    await journal.close()
    await intake.close()
    await database.close()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), int(sys.argv[2])))
