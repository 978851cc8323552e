"""What every store of files must do."""

from __future__ import annotations

import pytest

from salesagent_contracts.stages import MAILBOX, STRANGER, TENANT, MailStage
from salesagent_core.errors import NeedsReauth, Unavailable


async def test_the_best_match_comes_first_with_the_stores_own_link(stage: MailStage) -> None:
    stage.file("Route planning", "about routes")
    best = stage.file("Delivery windows and route planning", "how routes keep delivery windows")
    found = await stage.assets.find(
        TENANT, MAILBOX, "How do routes keep our delivery windows when planning?", limit=3
    )
    assert found[0].url == best
    assert len(found) == 2


async def test_another_folder_is_never_searched(stage: MailStage) -> None:
    stage.file("Internal price list", "prices discounts margins", allowed=False)
    assert await stage.assets.find(TENANT, MAILBOX, "internal price list discounts", limit=3) == ()


@pytest.mark.parametrize(
    "query", ["gardening with tulips", "", "the and of", "🚚🚚", "x" * 100_000]
)
async def test_what_does_not_match_is_not_offered(stage: MailStage, query: str) -> None:
    stage.file("Route planning", "how routes are planned")
    assert await stage.assets.find(TENANT, MAILBOX, query, limit=3) == ()


async def test_one_common_word_in_a_long_question_is_chance(stage: MailStage) -> None:
    stage.file("Route planning", "how vans are planned")
    query = "We need insurance for our vans and their drivers in the mountains"
    assert await stage.assets.find(TENANT, MAILBOX, query, limit=3) == ()


async def test_the_limit_holds(stage: MailStage) -> None:
    for number in range(5):
        stage.file(f"Route planning guide {number}")
    assert len(await stage.assets.find(TENANT, MAILBOX, "route planning", limit=3)) == 3
    assert await stage.assets.find(TENANT, MAILBOX, "route planning", limit=0) == ()


async def test_faults_and_lost_access_are_told(stage: MailStage) -> None:
    stage.file("Route planning")
    stage.fails("assets.find", lambda: Unavailable("down"))
    with pytest.raises(Unavailable):
        await stage.assets.find(TENANT, MAILBOX, "route planning", limit=3)
    with pytest.raises(NeedsReauth):
        await stage.assets.find(STRANGER, MAILBOX, "route planning", limit=3)
    stage.revoke()
    with pytest.raises(NeedsReauth):
        await stage.assets.find(TENANT, MAILBOX, "route planning", limit=3)
