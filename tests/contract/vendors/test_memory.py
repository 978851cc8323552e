"""What every long memory must do."""

from __future__ import annotations

import pytest

from salesagent_core.errors import Unavailable

from .stages import STRANGER, TENANT, MemoryStage

ASKED = "Can your routes keep our delivery windows?"


async def test_the_most_alike_comes_first_with_its_outcome(stage: MemoryStage) -> None:
    stage.remembers("<1>", "We host all data in Germany.")
    stage.remembers("<2>", "Delivery windows are kept when routes are planned.")
    stage.remembers("<3>", "Routes are planned each morning for all of your vans.")
    found = await stage.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
    assert [item.message_id for item in found] == ["<2>", "<3>"]
    assert found[0].outcome == "replied"
    assert 1 >= found[0].similarity >= found[1].similarity > 0


async def test_what_went_to_the_same_person_counts_for_more(stage: MemoryStage) -> None:
    text = "Delivery windows are kept when routes are planned."
    stage.remembers("<1>", text)
    stage.remembers("<2>", text, "x@y.example")
    found = await stage.memory.recall(TENANT, text=ASKED, email="X@y.example", limit=1)
    assert [item.message_id for item in found] == ["<2>"]


async def test_a_tenant_recalls_its_own_only(stage: MemoryStage) -> None:
    stage.remembers("<1>", ASKED)
    assert await stage.memory.recall(STRANGER, text=ASKED, email="x@y.example", limit=3) == ()


@pytest.mark.parametrize("text", ["", "the and of", "完全に別の話"])
async def test_nothing_alike_recalls_nothing(stage: MemoryStage, text: str) -> None:
    stage.remembers("<1>", ASKED)
    assert await stage.memory.recall(TENANT, text=text, email="x@y.example", limit=3) == ()


async def test_a_failure_is_told(stage: MemoryStage) -> None:
    stage.fails("memory.recall", lambda: Unavailable("down"))
    with pytest.raises(Unavailable):
        await stage.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
