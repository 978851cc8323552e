"""What every model budget must do: hold room, count what was used, stop at the hard bound."""

from __future__ import annotations

import asyncio

import pytest

from salesagent_adapters.memory.model_budget import MemoryModelBudget
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.model_budget import PgModelBudget
from salesagent_adapters.system.clock import SystemClock
from salesagent_contracts.stages import STRANGER, TENANT
from salesagent_core.domain.spending import Budget, ModelUse
from salesagent_core.errors import NeedsReauth, OverBudget
from salesagent_core.ids import TenantId
from salesagent_core.ports.model_budget import ModelBudget

BUDGET = Budget(soft_tokens=1_000, hard_tokens=2_000, hard_cost_micros=5_000_000)


async def budget_of(tenant_id: TenantId) -> Budget:
    return BUDGET if tenant_id == TENANT else Budget()


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.database)])
def budget(request: pytest.FixtureRequest) -> ModelBudget:
    """Nothing spent yet."""
    if request.param == "memory":
        return MemoryModelBudget(SystemClock(), budgets={TENANT: BUDGET})
    database: Database = request.getfixturevalue("database")
    return PgModelBudget(database, budget_of)


def use(tokens: int, cost_micros: int | None = None) -> ModelUse:
    return ModelUse(
        model="gpt-test",
        prompt_version="write_draft.v1",
        prompt_tokens=tokens - tokens // 2,
        completion_tokens=tokens // 2,
        cost_micros=cost_micros,
    )


async def test_what_was_used_counts_and_the_reservation_does_not(budget: ModelBudget) -> None:
    held = await budget.reserve(TENANT, tokens=900, cost_micros=9)
    assert (await budget.report(TENANT)).spent.tokens == 900
    await budget.record(held, "write_draft", use(300, 40))
    await budget.record(await budget.reserve(TENANT, tokens=1), "read_command", use(100))
    report = await budget.report(TENANT)
    assert (report.spent.tokens, report.spent.cost_micros) == (400, 40)
    assert report.budget == BUDGET
    assert report.warnings == ()


async def test_what_is_released_counts_no_more(budget: ModelBudget) -> None:
    await budget.release(await budget.reserve(TENANT, tokens=1_900, cost_micros=4_000_000))
    spent = (await budget.report(TENANT)).spent
    assert (spent.tokens, spent.cost_micros) == (0, 0)


async def test_over_the_soft_bound_is_told_and_over_the_hard_one_stops(
    budget: ModelBudget,
) -> None:
    held = await budget.reserve(TENANT, tokens=1_500)
    assert [reason.code for reason in held.warnings] == ["over_soft_token_budget"]
    await budget.record(held, "write_draft", use(1_500))
    with pytest.raises(OverBudget) as stopped:
        await budget.reserve(TENANT, tokens=501)
    assert isinstance(stopped.value, NeedsReauth)
    assert [reason.code for reason in stopped.value.reasons] == ["over_hard_token_budget"]
    assert "2000 model tokens" in str(stopped.value)
    await budget.reserve(TENANT, tokens=500)


async def test_money_has_a_bound_of_its_own(budget: ModelBudget) -> None:
    with pytest.raises(OverBudget, match=r"model budget of 5\.00"):
        await budget.reserve(TENANT, tokens=1, cost_micros=5_000_001)
    await budget.reserve(TENANT, tokens=1, cost_micros=5_000_000)


async def test_a_burst_cannot_pass_the_bound(budget: ModelBudget) -> None:
    tries = (budget.reserve(TENANT, tokens=300) for _ in range(12))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, Exception) for result in results) == 6
    assert all(isinstance(r, OverBudget) for r in results if isinstance(r, Exception))


async def test_tenants_pay_for_themselves(budget: ModelBudget) -> None:
    await budget.record(await budget.reserve(TENANT, tokens=1), "write_draft", use(2_000))
    other = await budget.report(STRANGER)
    assert other.spent.tokens == 0
    await budget.reserve(STRANGER, tokens=1_000_000, cost_micros=10**9)
