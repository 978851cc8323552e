"""What every long memory must do."""

from __future__ import annotations

import pytest

from salesagent_contracts.stages import STRANGER, TENANT, Remembering
from salesagent_core.errors import NeedsReauth, Unavailable

ASKED = "Can your routes keep our delivery windows?"


async def test_the_most_alike_comes_first_with_its_outcome(remembering: Remembering) -> None:
    await remembering.remembers("<1>", "We host all data in Germany.")
    await remembering.remembers("<2>", "Delivery windows are kept when routes are planned.")
    await remembering.remembers("<3>", "Routes are planned each morning for all of your vans.")
    found = await remembering.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
    assert [item.message_id for item in found] == ["<2>", "<3>"]
    assert found[0].outcome == "replied"
    assert found[0].text == "Delivery windows are kept when routes are planned."
    assert 1 >= found[0].similarity >= found[1].similarity > 0


async def test_what_went_to_the_same_person_counts_for_more(remembering: Remembering) -> None:
    text = "Delivery windows are kept when routes are planned."
    await remembering.remembers("<1>", text)
    await remembering.remembers("<2>", text, "x@y.example")
    found = await remembering.memory.recall(TENANT, text=ASKED, email="X@y.example", limit=1)
    assert [item.message_id for item in found] == ["<2>"]


async def test_a_tenant_recalls_and_forgets_its_own_only(remembering: Remembering) -> None:
    await remembering.remembers("<1>", ASKED)
    memory = remembering.memory
    assert await memory.recall(STRANGER, text=ASKED, email="x@y.example", limit=3) == ()
    assert await memory.forget(STRANGER, "a@b.example") == 0
    assert not await memory.note_outcome(STRANGER, "<1>", "bounced")
    found = await memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
    assert [item.outcome for item in found] == ["replied"]


@pytest.mark.parametrize("text", ["", "the and of", "完全に別の話"])
async def test_nothing_alike_recalls_nothing(remembering: Remembering, text: str) -> None:
    await remembering.remembers("<1>", ASKED)
    memory = remembering.memory
    assert await memory.recall(TENANT, text=text, email="x@y.example", limit=3) == ()


async def test_what_came_of_a_mail_is_kept(remembering: Remembering) -> None:
    await remembering.remembers("<1>", ASKED)
    memory = remembering.memory
    assert await memory.note_outcome(TENANT, "<1>", "meeting_booked")
    assert not await memory.note_outcome(TENANT, "<unknown>", "meeting_booked")
    (found,) = await memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
    assert found.outcome == "meeting_booked"


async def test_remembering_twice_remembers_once(remembering: Remembering) -> None:
    await remembering.remembers("<1>", "We host all data in Germany.")
    await remembering.remembers("<1>", ASKED)
    found = await remembering.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
    assert [(item.message_id, item.text) for item in found] == [("<1>", ASKED)]


async def test_what_a_person_had_erased_is_gone_and_stays_gone(remembering: Remembering) -> None:
    memory = remembering.memory
    await remembering.remembers("<1>", ASKED, "Gone@b.example")
    await remembering.remembers("<2>", ASKED, "stays@b.example")
    assert await memory.forget(TENANT, "gone@B.example") == 1
    assert await memory.forget(TENANT, "gone@b.example") == 0
    await remembering.remembers("<1>", ASKED, "gone@b.example")
    found = await memory.recall(TENANT, text=ASKED, email="gone@b.example", limit=3)
    assert [item.message_id for item in found] == ["<2>"]
    assert not await memory.note_outcome(TENANT, "<1>", "bounced")


async def test_a_huge_text_is_remembered(remembering: Remembering) -> None:
    await remembering.remembers("<1>", ASKED + "\x00 " + "word " * 200_000)
    found = await remembering.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=1)
    assert len(found) <= 1


@pytest.mark.parametrize("error", [Unavailable("down"), NeedsReauth("no key")])
async def test_a_failure_is_told(remembering: Remembering, error: Exception) -> None:
    remembering.fails(lambda: error)
    with pytest.raises(type(error)):
        await remembering.memory.recall(TENANT, text=ASKED, email="x@y.example", limit=3)
