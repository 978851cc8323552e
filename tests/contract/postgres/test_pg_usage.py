"""Usage over a real database: counted once with the thing, and bounds that hold under a race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT, arrival, valid
from tests.contract.postgres.test_pg_journal import run_out
from tests.sending_stage import Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.journal import PgJournal
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.usage import PgUsage
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.sending.attempt import AttemptStatus
from salesagent_core.domain.sending.gate import SendRefused
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.domain.spending import BUDGET_REACHED, Budget
from salesagent_core.ids import TenantId
from salesagent_core.ports.journal import ClaimedRun
from salesagent_core.ports.usage import Woken

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
async def intake(database: Database, vault: Vault) -> AsyncIterator[PgIntake]:
    intake = PgIntake(database, vault)
    yield intake
    await intake.close()


@pytest.fixture
async def journals(database: Database, vault: Vault) -> AsyncIterator[list[PgJournal]]:
    several = [PgJournal(database, vault, RESULT_TYPES) for _ in range(4)]
    yield several
    for one in several:
        await one.close()


@pytest.fixture
def usage(database: Database, vault: Vault) -> PgUsage:
    return PgUsage(database, vault)


async def bound(usage: PgUsage, tenant: TenantId = TENANT, **bounds: int) -> Woken:
    event = AuditEvent(
        id=new_id(),
        tenant_id=tenant,
        at=NOW,
        actor="key:1",
        action="budget.set",
        subject_kind="budget",
        subject_id=tenant,
    )
    return await usage.set_budget(tenant, Budget(**bounds), by="key:1", at=NOW, event=event)


async def claim(journals: list[PgJournal]) -> list[ClaimedRun]:
    """Several workers at once, until nothing is left."""
    found = await asyncio.gather(*(journal.claim(None, 3) for journal in journals for _ in (1, 2)))
    return [run for some in found for run in some]


async def test_beyond_a_hard_bound_runs_wait_and_none_is_lost(
    intake: PgIntake, journals: list[PgJournal], usage: PgUsage, database: Database
) -> None:
    await bound(usage, hard_runs=3)
    arrivals = [arrival(conversion=f"c{number}") for number in range(8)]
    others = [arrival(tenant=OTHER, conversion=f"o{number}") for number in range(4)]
    for each in (*arrivals, *others):
        await intake.accept(each)
    claimed = await claim(journals)
    ours = {run.run.id for run in claimed if run.lease.tenant_id == TENANT}
    assert len(ours) == 3
    assert sum(run.lease.tenant_id == OTHER for run in claimed) == 4
    seen = await usage.month(TENANT)
    assert (seen.spent.runs, seen.waiting_runs) == (3, 5)
    assert (await usage.month(OTHER)).spent.runs == 4

    async with database.across_tenants() as connection:
        (row,) = await connection.execute(
            text(
                "SELECT DISTINCT waiting_for, due_at = (date_trunc('month', now() AT TIME ZONE"
                " 'UTC') + interval '1 month') AT TIME ZONE 'UTC' AS month_ends"
                " FROM runs WHERE waiting_code = 'budget_reached'"
            )
        )
    assert row.waiting_for == "this month's budget of 3 runs is used up"
    assert row.month_ends

    await run_out(database)  # the leases end, and with them the month as far as timers go
    again = await claim(journals)
    assert {run.run.id for run in again if run.lease.tenant_id == TENANT} == ours
    assert (await usage.month(TENANT)).spent.runs == 3

    woken = await bound(usage, hard_runs=5)
    assert len(woken.runs) == 5
    more = await claim(journals)
    assert {run.run.id for run in more}.isdisjoint(ours)
    assert len(more) == 2
    assert (await usage.month(TENANT)).spent.runs == 5


async def test_what_waited_counts_in_the_month_that_lets_it_go_on(
    intake: PgIntake, journals: list[PgJournal], usage: PgUsage, database: Database
) -> None:
    await bound(usage, hard_runs=1)
    for number in range(2):
        await intake.accept(arrival(conversion=f"c{number}"))
    (first,) = await claim(journals)
    await journals[0].append(first.lease, [valid()])
    await journals[0].finish(first.lease, None)
    async with database.across_tenants() as connection:
        # The month turns: what was counted lies in the one before, and timers have come.
        await connection.execute(text("UPDATE usage_counts SET month = '2020-01'"))
        await connection.execute(text("UPDATE runs SET due_at = now() WHERE due_at IS NOT NULL"))
    (second,) = await claim(journals)
    assert second.run.id != first.run.id
    assert (await usage.month(TENANT)).spent.runs == 1
    assert (await usage.month(TENANT, "2020-01")).spent.runs == 1


async def test_mails_beyond_a_hard_bound_are_refused_and_go_when_it_is_raised(
    database: Database, vault: Vault, usage: PgUsage
) -> None:
    stage = Stage(database, vault)
    limits = Limits(per_contact=7, per_mailbox=200, per_company=50)
    await stage.control.set_limits(TENANT, limits, who="a", why="test")
    made, attempt = await stage.scheduled()
    other, waiting = await stage.scheduled(email="b.tester@example.net")
    await bound(usage, hard_sends=1)
    await asyncio.gather(stage.send([attempt.id]), stage.send([waiting.id]))
    sent = [len(stage.sent(each)) for each in (made, other)]
    assert sorted(sent) == [0, 1]
    held = other if sent[0] else made
    after = await stage.attempt(held.id)
    assert after.status is AttemptStatus.SCHEDULED
    assert [reason.code for reason in after.waiting] == [BUDGET_REACHED]
    assert (await usage.month(TENANT)).spent.sends == 1
    with pytest.raises(SendRefused) as refused:
        await stage.scheduled(email="c.tester@example.com")
    assert refused.value.verdict.has(BUDGET_REACHED)
    assert refused.value.may_go_at is not None

    woken = await bound(usage, hard_sends=2)
    assert woken.sends == (after.id,)
    await stage.send(list(woken.sends))
    assert len(stage.sent(held)) == 1
    await stage.until_quiet()
    assert (await usage.month(TENANT)).spent.sends == 2


async def test_a_bound_is_kept_with_who_set_it_and_seen_by_its_tenant_only(
    usage: PgUsage, database: Database
) -> None:
    await bound(usage, soft_runs=5, hard_cost_micros=2_000_000)
    seen = await usage.month(TENANT)
    assert seen.budget == Budget(soft_runs=5, hard_cost_micros=2_000_000)
    assert seen.budget_by == "key:1"
    assert (await usage.month(OTHER)).budget is None
    async with database.tenant(TENANT) as connection:
        actions = (await connection.execute(text("SELECT action FROM audit"))).scalars().all()
    assert actions == ["budget.set"]
