"""The guard before every vendor: what it lets through, repeats, refuses and counts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from salesagent_adapters.resilience.guard import Guard, Rule
from salesagent_adapters.resilience.guarded import guarded
from salesagent_core.errors import NeedsReauth, NotFound, RateLimited, Rejected, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

OURS, OTHERS = TenantId("ours"), TenantId("others")
ONCE = Rule(seconds=5)


class Vendor:
    """Fails as it is told to; counts how often it was really asked."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self) -> str:
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0.01)
            error = self.errors.pop(0) if self.errors else None
            if error is not None:
                raise error
            return "well"
        finally:
            self.at_once -= 1


async def fail(guard: Guard, vendor: Vendor, times: int, tenant: TenantId = OURS) -> None:
    for _ in range(times):
        with pytest.raises((Unavailable, FateUnknown)):
            await guard.call(tenant, ONCE, vendor)


def down(times: int) -> Vendor:
    return Vendor(*(Unavailable("down") for _ in range(times)))


async def test_five_failures_open_it_and_then_nobody_is_asked() -> None:
    guard, vendor = Guard("Gmail"), down(9)
    await fail(guard, vendor, 5)
    with pytest.raises(Unavailable) as refused:
        await guard.call(OURS, ONCE, vendor)
    assert vendor.asked == 5
    assert refused.value.retry_at is not None
    left = refused.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=55) < left <= timedelta(seconds=60)
    (state,) = guard.states()
    assert (state.vendor, state.state, state.tenant_id) == ("Gmail", "open", OURS)


async def test_one_tenants_storm_leaves_the_others_alone() -> None:
    guard, vendor = Guard("Gmail"), down(5)
    await fail(guard, vendor, 5)
    assert await guard.call(OTHERS, ONCE, vendor) == "well"


async def test_a_success_in_between_starts_the_count_anew() -> None:
    guard = Guard("Gmail")
    for _ in range(3):
        vendor = down(4)
        await fail(guard, vendor, 4)
        assert await guard.call(OURS, ONCE, vendor) == "well"


async def test_one_call_finds_out_whether_it_is_well_again() -> None:
    guard, vendor = Guard("Gmail", open_seconds=0.05), down(5)
    await fail(guard, vendor, 5)
    await asyncio.sleep(0.06)
    (state,) = guard.states()
    assert state.state == "half_open"
    sick = Vendor(Unavailable("down"))
    answers = await asyncio.gather(
        *(guard.call(OURS, ONCE, sick) for _ in range(8)), return_exceptions=True
    )
    assert sick.asked == 1
    assert all(isinstance(answer, Unavailable) for answer in answers)
    await asyncio.sleep(0.06)
    well = Vendor()
    assert await asyncio.gather(*(guard.call(OURS, ONCE, well) for _ in range(8))) == ["well"] * 8
    (state,) = guard.states()
    assert (state.state, state.until) == ("closed", None)


@pytest.mark.parametrize("answer", [NotFound("no"), Rejected("no"), NeedsReauth("no")])
async def test_a_clear_answer_is_a_sign_of_life(answer: Exception) -> None:
    guard = Guard("Gmail")
    for _ in range(9):
        with pytest.raises(type(answer)):
            await guard.call(OURS, Rule(tries=3), Vendor(answer))
    assert await guard.call(OURS, ONCE, Vendor()) == "well"


async def test_a_fault_of_ours_counts_and_is_not_repeated() -> None:
    guard, vendor = Guard("Gmail"), Vendor(*(ZeroDivisionError() for _ in range(9)))
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            await guard.call(OURS, Rule(tries=3), vendor)
    assert vendor.asked == 5
    with pytest.raises(Unavailable):
        await guard.call(OURS, ONCE, vendor)


async def test_who_is_cancelled_says_nothing_about_the_vendor() -> None:
    guard = Guard("Gmail")
    for _ in range(9):
        task = asyncio.create_task(guard.call(OURS, ONCE, Vendor()))
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await guard.call(OURS, ONCE, Vendor()) == "well"
    (state,) = guard.states()
    assert state.calls_now == 0


async def test_a_read_is_repeated_and_a_write_never() -> None:
    guard, vendor = Guard("Gmail"), down(2)
    assert await guard.call(OURS, Rule(tries=3), vendor) == "well"
    assert vendor.asked == 3
    once = down(1)
    await fail(guard, once, 1)
    assert once.asked == 1


async def test_time_runs_out() -> None:
    async def hang() -> str:
        await asyncio.sleep(60)
        return "late"

    with pytest.raises(Unavailable, match="in time"):
        await Guard("Gmail").call(OURS, Rule(seconds=0.02), hang)


async def test_a_named_time_is_honoured_without_asking() -> None:
    guard = Guard("HubSpot")
    at = datetime.now(UTC) + timedelta(seconds=30)
    vendor = Vendor(RateLimited("slow down", retry_at=at))
    for _ in range(3):
        with pytest.raises(RateLimited) as limited:
            await guard.call(OURS, Rule(tries=3), vendor)
        assert limited.value.retry_at == at
    assert vendor.asked == 1
    assert await guard.call(OTHERS, ONCE, vendor) == "well"


async def test_a_short_named_time_is_sat_out() -> None:
    at = datetime.now(UTC) + timedelta(seconds=0.3)
    vendor = Vendor(RateLimited("slow down", retry_at=at))
    assert await Guard("HubSpot").call(OURS, Rule(tries=2), vendor) == "well"
    assert datetime.now(UTC) >= at


async def test_a_tenant_has_so_many_calls_at_once_and_no_more() -> None:
    guard, mine, theirs = Guard("Gmail", parallel=3), Vendor(), Vendor()
    await asyncio.gather(
        *(guard.call(OURS, ONCE, mine) for _ in range(20)),
        *(guard.call(OTHERS, ONCE, theirs) for _ in range(20)),
    )
    assert (mine.most_at_once, theirs.most_at_once) == (3, 3)


class Sender:
    """Two methods of a port."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.mailbox = "sales@example.org"

    async def send_draft(self, tenant_id: TenantId, draft_id: str) -> str:
        return await self.vendor()

    async def read_draft(self, tenant_id: TenantId, draft_id: str) -> str:
        return await self.vendor() + draft_id


RULES = {
    "send_draft": Rule(seconds=None, refusal=NotSent),
    "read_draft": Rule(tries=2),
}


async def test_a_port_behind_a_guard_is_the_same_port() -> None:
    guard = Guard("Gmail")
    sender = guarded(Sender(Vendor()), guard, RULES)
    assert await sender.read_draft(OURS, draft_id="7") == "well7"
    assert sender.mailbox == "sales@example.org"


async def test_a_send_that_an_open_breaker_refuses_was_certainly_not_sent() -> None:
    guard, vendor = Guard("Gmail"), Vendor(*(FateUnknown("?") for _ in range(5)))
    sender = guarded(Sender(vendor), guard, RULES)
    for _ in range(5):
        with pytest.raises(FateUnknown):
            await sender.send_draft(OURS, "7")
    with pytest.raises(NotSent) as refused:
        await sender.send_draft(OURS, "7")
    assert refused.value.retry_at is not None
    assert vendor.asked == 5


def test_every_method_needs_a_rule() -> None:
    with pytest.raises(TypeError, match="read_draft"):
        guarded(Sender(Vendor()), Guard("Gmail"), {"send_draft": Rule()})
