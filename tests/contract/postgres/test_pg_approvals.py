"""Rules, thresholds, trust and past decisions over a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT, draft

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.decision_history import PgDecisionHistory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.approval import Decision, DecisionInput, Verdict
from salesagent_core.domain.approval_rules import DEFAULT_RULES, Condition, Operator, Rule
from salesagent_core.domain.autonomy import (
    Harm,
    Segment,
    Stage,
    demote,
    grant,
    start_shadow,
)
from salesagent_core.domain.draft import Author, Draft, DraftStatus, Revision, move, revise
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.backtest import Answer
from salesagent_core.errors import Conflict, NotFound, Unavailable
from salesagent_core.ids import DraftId
from salesagent_core.ports.approvals import ShadowVerdict, StoredRule, StoredThreshold
from salesagent_core.use_cases.earned_trust import EarnedTrust

HOT = Segment(tier=Tier.HOT, rule="high_icp")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MINE = Rule(
    name="mine",
    priority=7,
    confidence=0.91,
    enabled=True,
    conditions=(
        Condition(field="title", operator=Operator.IN, value=("CEO", "Geschäftsführer")),
        Condition(field="fit", operator=Operator.GE, value=0.75),
        Condition(field="is_customer", operator=Operator.EQ, value=False),
        Condition(field="country", operator=Operator.EQ, value="ES"),
    ),
)


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


def stored(rule: Rule = MINE, **changes: object) -> StoredRule:
    values: dict[str, object] = {"changed_at": NOW, "changed_by": "a", "built_in": False}
    return StoredRule(id=new_id(), rule=rule, **(values | changes))  # type: ignore[arg-type]


# Rules and thresholds


async def test_many_who_look_first_find_the_same_four_rules(work: PgUnitOfWork) -> None:
    async def look() -> tuple[StoredRule, ...]:
        async with work.begin(TENANT) as tx:
            return await tx.rules.all()

    looks = await asyncio.gather(*(look() for _ in range(8)))
    assert [each.rule for each in looks[0]] == list(DEFAULT_RULES)
    assert all(look == looks[0] for look in looks)
    async with work.begin(OTHER) as tx:
        assert {each.id for each in await tx.rules.all()}.isdisjoint(each.id for each in looks[0])


async def test_a_rule_is_kept_as_it_was_written_and_by_one_name(work: PgUnitOfWork) -> None:
    made = stored()
    async with work.begin(TENANT) as tx:
        await tx.rules.all()
        await tx.rules.add(made)
    async with work.begin(TENANT) as tx:
        assert (await tx.rules.all())[-1] == made
        with pytest.raises(Conflict):
            await tx.rules.add(stored())
        moved = attrs.evolve(made, rule=attrs.evolve(MINE, priority=1, name="mine"))
        await tx.rules.save(moved)
        assert moved in (await tx.rules.all())[:2]
        await tx.rules.remove(made.id)
        with pytest.raises(NotFound):
            await tx.rules.remove(made.id)
        with pytest.raises(NotFound):
            await tx.rules.save(made)


async def test_who_changes_rules_waits_for_another_who_does(work: PgUnitOfWork) -> None:
    order: list[str] = []
    begun = asyncio.Event()

    async def first() -> None:
        async with work.begin(TENANT) as tx:
            await tx.rules.all(lock=True)
            begun.set()
            await asyncio.sleep(0.3)
            order.append("first")

    async def second() -> None:
        await begun.wait()
        async with work.begin(TENANT) as tx:
            await tx.rules.all(lock=True)
            order.append("second")

    async with work.begin(TENANT) as tx:
        await tx.rules.all()
    await asyncio.gather(first(), second())
    assert order == ["first", "second"]


async def test_thresholds_are_set_replaced_and_forgotten(work: PgUnitOfWork) -> None:
    def threshold(value: float) -> StoredThreshold:
        return StoredThreshold(scope="tenant", value=value, changed_at=NOW, changed_by="a")

    async with work.begin(TENANT) as tx:
        await tx.thresholds.put(threshold(0.8))
        await tx.thresholds.put(threshold(0.95))
    async with work.begin(TENANT) as tx:
        assert await tx.thresholds.all(lock=True) == (threshold(0.95),)
        await tx.thresholds.remove("tenant")
        await tx.thresholds.remove("tenant")
        assert await tx.thresholds.all() == ()


# Trust


def verdict(
    draft_id: str = "d", era: int = 1, said: Verdict = Verdict.AUTO_APPROVED
) -> ShadowVerdict:
    return ShadowVerdict(
        decision_id=new_id(),
        draft_id=DraftId(draft_id),
        segment=HOT,
        era=era,
        verdict=said,
        content_hash="h",
        at=NOW,
    )


async def test_counts_are_those_of_this_era_that_were_answered(work: PgUnitOfWork) -> None:
    async with work.begin(TENANT) as tx:
        state = await tx.trust.get(HOT, lock=True)
        assert (state.stage, state.era) == (Stage.MANUAL, 0)
        await tx.trust.save(start_shadow(state, "admin", NOW, "a trial"))
        for answer in (Answer.APPROVED, Answer.APPROVED, Answer.EDITED, Answer.REJECTED, None):
            given = verdict()
            await tx.trust.note(given)
            if answer is not None:
                await tx.trust.answer(given.decision_id, answer, "o-1", NOW)
        held_back = verdict(said=Verdict.NEEDS_REVIEW)
        old = verdict(era=0)
        for each in (held_back, old):
            await tx.trust.note(each)
            await tx.trust.answer(each.decision_id, Answer.APPROVED, "o-1", NOW)
    async with work.begin(TENANT) as tx:
        state = await tx.trust.get(HOT)
        assert (state.stage, state.shadow_verdicts, state.agreed) == (Stage.SHADOW, 4, 2)
        assert state.last_change is not None
        assert (state.last_change.by, state.last_change.reason.sentence) == ("admin", "a trial")
        assert await tx.trust.all() == (state,)
        assert await tx.trust.of_tier(Tier.HOT) == (("high_icp", Stage.SHADOW),)
        assert await tx.trust.of_tier(Tier.COLD) == ()
        assert len(await tx.trust.verdicts(DraftId("d"))) == 7
        await tx.trust.save(grant(state, "admin", NOW, "well"))
        await tx.trust.save(demote(await tx.trust.get(HOT), Harm.BOUNCE, NOW))
        assert (await tx.trust.get(HOT)).shadow_verdicts == 0
        with pytest.raises(NotFound):
            await tx.trust.answer(new_id(), Answer.APPROVED, "o-1", NOW)
    async with work.begin(OTHER) as tx:
        assert (await tx.trust.get(HOT)).stage is Stage.MANUAL


async def test_an_approval_that_relies_on_trust_holds_it(work: PgUnitOfWork) -> None:
    async with work.begin(TENANT) as tx:
        await tx.trust.save(grant(await tx.trust.get(HOT, lock=True), "a", NOW, "well"))
    moved = asyncio.Event()

    async def take_away() -> None:
        async with work.begin(TENANT) as tx:
            state = await tx.trust.get(HOT, lock=True)
            await tx.trust.save(demote(state, Harm.COMPLAINT, NOW))
        moved.set()

    async with work.begin(TENANT) as approving, work.begin(TENANT) as another:
        assert await approving.trust.hold(HOT) is Stage.AUTO
        assert await another.trust.hold(HOT) is Stage.AUTO, "approvals do not wait for each other"
        taking = asyncio.create_task(take_away())
        await asyncio.sleep(0.3)
        assert not moved.is_set()
    await taking
    async with work.begin(TENANT) as tx:
        assert await tx.trust.hold(HOT) is Stage.SHADOW


async def test_two_who_move_a_new_segment_wait_for_each_other(work: PgUnitOfWork) -> None:
    async def shadow() -> None:
        async with work.begin(TENANT) as tx:
            state = await tx.trust.get(HOT, lock=True)
            await asyncio.sleep(0.05)
            await tx.trust.save(start_shadow(state, "a", NOW, "trial"))

    await asyncio.gather(*(shadow() for _ in range(5)))
    async with work.begin(TENANT) as tx:
        assert (await tx.trust.get(HOT)).era == 5


async def test_operators_who_answer_at_once_promote_exactly_once(work: PgUnitOfWork) -> None:
    trust = EarnedTrust(ids=RandomIds(SystemClock()))
    drafts = [attrs.evolve(draft(new_id()), id=DraftId(new_id())) for _ in range(60)]
    async with work.begin(TENANT) as tx:
        state = start_shadow(await tx.trust.get(HOT, lock=True), "a", NOW, "trial")
        await tx.trust.save(state)
        for each in drafts:
            given = attrs.evolve(verdict(each.id), content_hash=each.revision.content_hash)
            await tx.trust.note(given)

    async def approve(each: Draft) -> None:
        async with work.begin(TENANT) as tx:
            await trust.on_review(tx, each, said(each, Verdict.APPROVED, "o-1"))

    await asyncio.gather(*(approve(each) for each in drafts))
    async with work.begin(TENANT) as tx:
        state = await tx.trust.get(HOT)
    assert (state.stage, state.agreed) == (Stage.AUTO, 60)
    database: Database = work.database
    async with database.across_tenants() as connection:
        statement = text("SELECT count(*) FROM audit WHERE action = 'autonomy.auto'")
        assert (await connection.execute(statement)).scalar_one() == 1


async def test_an_approved_recipient_is_known_by_any_alias_and_by_no_address(
    work: PgUnitOfWork,
) -> None:
    async with work.begin(TENANT) as tx:
        people = tx.approved_recipients
        assert await people.add("Ada.Tester+news@example.com", DraftId("d"), "meeting_held", NOW)
        assert not await people.add("ada.tester@example.com", DraftId("e"), "deal_won", NOW)
        assert await people.holds("ADA.tester@example.com")
        assert not await people.holds("ada@example.com")
    async with work.begin(OTHER) as tx:
        assert not await tx.approved_recipients.holds("ada.tester@example.com")
    async with work.begin(TENANT) as tx:
        assert await tx.approved_recipients.remove("ada.tester@example.com")
        assert not await tx.approved_recipients.remove("ada.tester@example.com")


# Past decisions


def said(
    made: Draft, word: Verdict, by: str = "policy", *, at: datetime = NOW, **more: object
) -> Decision:
    values: dict[str, object] = {"content_hash": made.revision.content_hash, **more}
    return Decision(
        id=new_id(),
        draft_id=made.id,
        verdict=word,
        by=by,
        at=at,
        **values,  # type: ignore[arg-type]
    )


async def pending(work: PgUnitOfWork, **more: object) -> tuple[Draft, Decision]:
    made = attrs.evolve(draft(new_id()), id=DraftId(new_id()))
    decision = said(made, Verdict.NEEDS_REVIEW, **more)  # type: ignore[arg-type]
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(made)
        await tx.decisions.add(decision)
    return made, decision


async def edited(work: PgUnitOfWork, made: Draft, body: str) -> Draft:
    revision = Revision(
        number=2,
        subject=made.revision.subject,
        body=body,
        content_hash=new_id(),
        author=Author.OPERATOR,
        author_id="o-1",
        created_at=NOW,
    )
    changed = revise(made, revision, NOW)
    async with work.begin(TENANT) as tx:
        await tx.drafts.save(changed)
        await tx.decisions.add(said(changed, Verdict.APPROVED, "o-1"))
    return changed


async def test_past_decisions_come_with_the_operators_last_word(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    seen = (
        DecisionInput(name="fit", value=0.5),
        DecisionInput(name="employees", value=320),
        DecisionInput(name="title", value=None),
        DecisionInput(name="stale", value=False),
    )
    _open, approved, rejected, polished, rewritten = [
        await pending(work, inputs=seen) for _ in range(5)
    ]
    async with work.begin(TENANT) as tx:
        await tx.decisions.add(said(approved[0], Verdict.APPROVED, "o-1"))
        await tx.decisions.add(said(rejected[0], Verdict.APPROVED, "o-1"))
        await tx.decisions.add(said(rejected[0], Verdict.REJECTED, "o-2"))
    await edited(work, polished[0], polished[0].revision.body.upper())
    await edited(work, rewritten[0], "Nothing of it is left: 3 of 4.")
    history = PgDecisionHistory(database, vault)
    until = datetime.now(UTC) + timedelta(days=1)
    first = await history.page(TENANT, since=LONG_AGO, until=until, limit=3)
    assert first.after is not None
    second = await history.page(TENANT, since=LONG_AGO, until=until, after=first.after, limit=3)
    assert second.after is None
    found = (*first.decisions, *second.decisions)
    assert [each.answer for each in found] == [
        None,
        Answer.APPROVED,
        Answer.REJECTED,
        Answer.APPROVED,
        Answer.EDITED,
    ]
    assert found[0].decision == _open[1], "with every input as it was"
    nobody = await history.page(OTHER, since=LONG_AGO, until=until, limit=3)
    assert nobody.decisions == ()


async def test_only_the_last_decision_of_ours_about_a_draft_counts(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    made, _ = await pending(work)
    again = said(made, Verdict.AUTO_APPROVED, "rule:x", at=NOW + timedelta(hours=1))
    async with work.begin(TENANT) as tx:
        await tx.decisions.add(again)
        await tx.drafts.save(move(made, DraftStatus.APPROVED, NOW))
    history = PgDecisionHistory(database, vault)
    page = await history.page(TENANT, since=NOW, until=NOW + timedelta(days=1), limit=9)
    assert [each.decision for each in page.decisions] == [again]
    early = await history.page(TENANT, since=LONG_AGO, until=again.at, limit=9)
    assert early.decisions == ()


async def test_a_database_that_is_away_is_said_so(vault: Vault) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        await PgDecisionHistory(away, vault).page(TENANT, since=LONG_AGO, until=NOW, limit=1)
    await away.close()
