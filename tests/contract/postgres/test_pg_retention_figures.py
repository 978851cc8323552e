"""What learning, analytics and A/B tests count outlives the people whom it was about."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from tests.contract.postgres.samples import RESULT_TYPES, TENANT
from tests.contract.postgres.test_pg_experiments import NOW, REPLIED, a_test, mail
from tests.contract.postgres.test_pg_retention import left, retention

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.outcome_reads import PgOutcomeReads
from salesagent_adapters.postgres.performance import PgPerformance
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.autonomy import Segment, SegmentState, Stage, grant
from salesagent_core.domain.experiment import Experiment
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.performance import Dimension
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.ids import DraftId
from salesagent_core.use_cases.earned_trust import EarnedTrust

DAY = timedelta(days=1)


async def figures(
    database: Database, vault: Vault, work: PgUnitOfWork, test: Experiment
) -> dict[str, object]:
    """All that is counted."""
    since, until = NOW - 2000 * DAY, NOW + DAY
    found: dict[str, object] = {
        by.value: await PgPerformance(database, vault).groups(TENANT, since, until, by)
        for by in Dimension
    }
    async with work.begin(TENANT) as tx:
        found["test"] = await tx.experiments.count(test, NOW)
        found["replies"] = await tx.outcomes.segment_replies(since, until)
        found["precision"] = await tx.outcomes.rule_precision(since, until)
    found["outcomes"] = await PgOutcomeReads(database, vault).counts(TENANT, since, until)
    return found


async def trust_is_still_lost(work: PgUnitOfWork) -> None:
    """An opt-out by somebody whose draft is gone takes trust from what sent the mail."""
    ids, person = RandomIds(SystemClock()), "person1@example.com"
    segment = Segment(tier=Tier.WARM, rule="high_icp")
    async with work.begin(TENANT) as tx:
        await tx.trust.save(grant(SegmentState(segment=segment), "me", NOW, "sure"))
        await tx.approved_recipients.add(person, DraftId("gone"), "positive_response", NOW)
        entry = Suppression(
            id=ids.new(), reason=SuppressionReason.UNSUBSCRIBED, created_at=NOW, address=person
        )
        await EarnedTrust(ids=ids).on_suppressed(tx, TENANT, entry)
        assert (await tx.trust.get(segment)).stage is Stage.SHADOW
        assert not await tx.approved_recipients.holds(person)


async def test_no_figure_is_lost_and_nobody_is_left_in_them(
    database: Database, vault: Vault
) -> None:
    work = PgUnitOfWork(database, vault, RESULT_TYPES)
    test = a_test()
    async with work.begin(TENANT) as tx:
        await tx.experiments.put(test)
    for number in range(24):
        await mail(
            work,
            test,
            "A" if number % 2 else "B",
            # Nine people: most got several mails, and some of theirs are past the time already.
            email=f"person{number % 9}@example.com",
            age=(650 + 5 * number) * DAY,
            outcomes=((REPLIED, 2 * DAY),) if number % 3 == 0 else (),
            automatic=number % 4 != 0,
            tier=Tier.HOT if number % 5 == 0 else Tier.WARM,
            rule="high_icp",
            similarity=number / 24,
        )
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE drafts SET status = 'sent', updated_at = now() - interval '650 days'")
        )
    before = await figures(database, vault, work, test)
    first = {line.store: line.rows for line in await retention(database, vault)()}
    assert first["drafts"] == 24
    assert 0 < first["outcomes"] < 24
    assert await figures(database, vault, work, test) == before
    await trust_is_still_lost(work)

    soon = retention(database, vault, outcomes=1)
    await soon()
    assert await figures(database, vault, work, test) == before
    assert {line.rows for line in await soon.due()} == {0}
    recent = await PgOutcomeReads(database, vault).recent(TENANT, limit=50)
    assert {outcome.email for outcome in recent} == {""}
    async with work.begin(TENANT) as tx:
        for number in range(9):
            assert await tx.outcomes.sent_to(f"person{number}@example.com") == ()
    assert await left(database, "thread_index || mailbox_index", "sent_mails") == {""}
