"""Faults come when they were asked for, where they were asked for, and then end."""

from __future__ import annotations

import asyncio
import time

import pytest

from salesagent_adapters.memory.faults import Faults, When
from salesagent_core.errors import Rejected, Unavailable


async def test_they_hit_the_next_calls_and_then_end() -> None:
    faults = Faults()
    faults.fail("crm.resolve", Unavailable("down"), times=2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            async with faults.around("crm.resolve"):
                pytest.fail("the effect must not happen")
    async with faults.around("crm.resolve"):
        pass
    assert faults.calls("crm.resolve") == 3


async def test_after_lets_the_effect_happen() -> None:
    faults, done = Faults(), []
    faults.fail("crm.resolve", Unavailable("reset"), when=When.AFTER)
    with pytest.raises(Unavailable):
        async with faults.around("crm.resolve"):
            done.append(1)
    assert done == [1]


async def test_other_methods_go_on_and_a_whole_vendor_can_fail() -> None:
    faults = Faults()
    faults.fail("crm.resolve", Unavailable("down"))
    async with faults.around("crm.contact"):
        pass
    faults.fail("crm", Rejected("closed"), times=None)
    with pytest.raises(Unavailable):
        async with faults.around("crm.resolve"):
            pass
    for _ in range(3):
        with pytest.raises(Rejected):
            async with faults.around("crm.contact"):
                pass
    faults.clear("crm")
    async with faults.around("crm.contact"):
        pass


async def test_the_effects_own_error_wins() -> None:
    faults = Faults()
    faults.fail("crm.resolve", Unavailable("reset"), when=When.AFTER)
    with pytest.raises(Rejected):
        async with faults.around("crm.resolve"):
            raise Rejected("no")


async def test_delays_make_a_call_take_its_time() -> None:
    faults = Faults()
    faults.delay("crm", 0.05)
    faults.delay("crm.contact", 0.0)
    began = time.monotonic()
    async with faults.around("crm.resolve"):
        pass
    assert time.monotonic() - began >= 0.05
    faults.delay("crm", 3_600)
    async with asyncio.timeout(60), faults.around("crm.contact"):
        pass
