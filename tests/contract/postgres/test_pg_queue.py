"""The queue and other lists of drafts: order, filters, search, and who sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT, draft

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.saved_views import PgSavedViews
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.draft_card import card_of
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.lead import Company, Lead, Person
from salesagent_core.domain.outcomes.outcome import (
    Outcome,
    OutcomeSource,
    OutcomeType,
    contact_adjustment,
)
from salesagent_core.domain.priority import Priority, priority_score
from salesagent_core.domain.run import Degradation
from salesagent_core.domain.snooze import snooze
from salesagent_core.errors import Conflict
from salesagent_core.ids import DraftId
from salesagent_core.ports.read_model import QueueFilter
from salesagent_core.ports.saved_views import MAX_VIEWS, SavedView

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def reads(database: Database, vault: Vault) -> PgReadModel:
    return PgReadModel(database, vault, RESULT_TYPES)


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


def waiting(number: int, *, age: timedelta = timedelta(hours=1), **parts: float) -> Draft:
    """A draft with its own name and score."""
    values = {"revenue": 0.5, "urgency": 0.9, "strategic": 0.2, "effort": 0.1} | parts
    lead = Lead(
        person=Person(email=f"p{number}@firm{number}.example", first_name=f"Person{number}"),
        company=Company(name=f"Firm {number}"),
    )
    made = draft(f"r-{number}", created_at=NOW - age)
    return attrs.evolve(made, lead=lead, priority=Priority(**values))


async def put(work: PgUnitOfWork, *drafts: Draft) -> None:
    async with work.begin(TENANT) as tx:
        for one in drafts:
            await tx.drafts.add(one)


async def ids(reads: PgReadModel, wanted: QueueFilter = QueueFilter()) -> list[DraftId]:
    return [card.id for card in (await reads.queue(TENANT, wanted, now=NOW, limit=50)).cards]


def happened(email: str, kind: OutcomeType, days_ago: float, confidence: float = 1.0) -> Outcome:
    at = NOW - timedelta(days=days_ago)
    return Outcome(
        id=new_id(),
        key=f"{kind.value}:{email}:{days_ago}",
        type=kind,
        email=email,
        occurred_at=at,
        recorded_at=at,
        source=OutcomeSource.MAILBOX,
        confidence=confidence,
    )


async def record(work: PgUnitOfWork, *outcomes: Outcome) -> None:
    async with work.begin(TENANT) as tx:
        for one in outcomes:
            assert await tx.outcomes.add(one)


def held(email: str, kind: OutcomeType, times: int = 3) -> list[Outcome]:
    """Enough of it to reach the bound, up or down."""
    return [happened(email, kind, hour / 24) for hour in range(times)]


async def test_the_order_is_that_of_the_score(reads: PgReadModel, work: PgUnitOfWork) -> None:
    made = [
        waiting(1, revenue=0.9),
        waiting(2, age=timedelta(days=13), revenue=0.9),
        waiting(3, revenue=0.9),
        waiting(4, revenue=1.0, urgency=1.0, strategic=1.0, effort=0.0),
        waiting(5, age=timedelta(hours=2), revenue=1.0, strategic=1.0),
        waiting(6, age=timedelta(days=365 * 9), revenue=0.0, effort=1.0),
        waiting(7, revenue=0.9),
        waiting(8, revenue=0.9),
        waiting(9, revenue=0.9),
    ]
    await put(work, *made)
    lost, won = OutcomeType.DEAL_LOST, OutcomeType.DEAL_WON
    became = [
        *held("p3@firm3.example", lost),
        *held("p4@firm4.example", won),
        *held("p5@firm5.example", won),
        *held("p6@firm6.example", lost, 5),
        happened("p7@firm7.example", OutcomeType.EMAIL_REPLIED, 45.5, 0.8),
        happened("p7@firm7.example", OutcomeType.TASK_OVERDUE, 3),
        happened("p8@firm8.example", OutcomeType.EMAIL_SENT, 1),
        happened("p8@firm8.example", OutcomeType.EMAIL_OPENED, 2, 0.3),
        # The clock of another system is ahead of ours.
        happened("p9@firm9.example", OutcomeType.NEGATIVE_RESPONSE, -0.5, 0.9),
    ]
    await record(work, *became)

    def key(one: Draft) -> tuple[float, datetime]:
        hours = (NOW - one.submitted_at).total_seconds() / 3600
        theirs = [each for each in became if each.email == one.lead.person.email]
        points = contact_adjustment(theirs, NOW)
        score = priority_score(attrs.evolve(one.priority, adjustment=points), hours)
        return -score, one.submitted_at

    wanted = [one.id for one in sorted(made, key=key)]
    assert await ids(reads) == wanted
    assert await ids(reads, QueueFilter(words="person")) == wanted
    page = await reads.queue(TENANT, QueueFilter(), now=NOW, limit=2, offset=2)
    assert (len(page.cards), page.total) == (2, 9)
    assert page.oldest == NOW - timedelta(days=365 * 9)
    side = await reads.beside(TENANT, wanted[4], now=NOW)
    assert (side.before, side.after, side.total) == (wanted[3], wanted[5], 9)


async def test_an_outcome_is_found_by_the_folded_address_and_fades(
    reads: PgReadModel, work: PgUnitOfWork
) -> None:
    first, second = waiting(1), waiting(2, revenue=0.7)
    tagged = attrs.evolve(first.lead.person, email="p1+news@firm1.example")
    first = attrs.evolve(first, lead=attrs.evolve(first.lead, person=tagged))
    await put(work, first, second)
    assert await ids(reads) == [second.id, first.id]
    await record(
        work,
        happened("p1@firm1.example", OutcomeType.DEAL_WON, 0),
        happened("p1@firm1.example", OutcomeType.MEETING_HELD, 0),
    )
    assert await ids(reads) == [first.id, second.id]
    later = await reads.queue(TENANT, QueueFilter(), now=NOW + timedelta(days=60), limit=5)
    assert [card.id for card in later.cards] == [second.id, first.id], "a quarter of it is left"


async def test_a_card_says_what_the_draft_says(reads: PgReadModel, work: PgUnitOfWork) -> None:
    made = waiting(1)
    await put(work, made)
    (card,) = (await reads.queue(TENANT, QueueFilter(), now=NOW, limit=5)).cards
    assert card == card_of(made)


async def test_filters_leave_what_they_name(
    reads: PgReadModel, work: PgUnitOfWork, database: Database
) -> None:
    hot = attrs.evolve(waiting(1), fit=Fit(score=0.9, coverage=1.0, tier=Tier.HOT))
    gap = attrs.evolve(waiting(2), degraded=(Degradation(step="find_assets", gap="no files"),))
    old = waiting(3, age=timedelta(days=2))
    ruled = waiting(4)
    await put(work, hot, gap, old, ruled)
    async with work.begin(TENANT) as tx:
        for rule in ("first", "high_icp"):
            await tx.decisions.add(
                Decision(
                    id=new_id(),
                    draft_id=ruled.id,
                    content_hash=ruled.revision.content_hash,
                    verdict=Verdict.NEEDS_REVIEW,
                    by="policy",
                    at=NOW,
                    rule=rule,
                )
            )
    assert await ids(reads, QueueFilter(tiers=(Tier.HOT,))) == [hot.id]
    assert await ids(reads, QueueFilter(degraded=True)) == [gap.id]
    assert await ids(reads, QueueFilter(waiting_for=timedelta(hours=24))) == [old.id]
    assert await ids(reads, QueueFilter(rule="high_icp")) == [ruled.id]
    assert await ids(reads, QueueFilter(rule="first")) == []
    assert await ids(reads, QueueFilter(words="firm3.example")) == [old.id]
    assert await ids(reads, QueueFilter(words="PERSON4 firm")) == [ruled.id]
    assert await ids(reads, QueueFilter(words="person4", degraded=True)) == []
    assert len(await ids(reads, QueueFilter(words="firm"))) == 4


async def test_a_search_reads_as_people_write(reads: PgReadModel, work: PgUnitOfWork) -> None:
    strange = waiting(1)
    person = attrs.evolve(strange.lead.person, first_name='Ré"ka \\ Weiß', last_name="ÅŁ")
    strange = attrs.evolve(strange, lead=attrs.evolve(strange.lead, person=person))
    await put(work, strange, waiting(2))
    for words in ("weiss", "WEISS", 'ré"ka', "\\", "åł", "ré"):
        assert await ids(reads, QueueFilter(words=words)) == [strange.id], words
    # The names of a card's own fields are no words of it.
    assert await ids(reads, QueueFilter(words="content_hash")) == []
    assert await ids(reads, QueueFilter(words="severity")) == []


async def test_what_is_put_aside_comes_back(reads: PgReadModel, work: PgUnitOfWork) -> None:
    here, aside = waiting(1), waiting(2)
    await put(work, here, aside)
    async with work.begin(TENANT) as tx:
        later = snooze(await tx.drafts.get(aside.id, lock=True), NOW + timedelta(hours=3), NOW)
        await tx.drafts.save(later)
    assert await ids(reads) == [here.id]
    assert await ids(reads, QueueFilter(snoozed=True)) == [aside.id]
    assert len(await ids(reads, QueueFilter(snoozed=None))) == 2
    then = NOW + timedelta(hours=4)
    assert (await reads.queue(TENANT, QueueFilter(), now=then, limit=5)).total == 2
    assert (await reads.beside(TENANT, here.id, now=NOW)).total == 1


async def test_neighbours_are_those_of_the_order(reads: PgReadModel, work: PgUnitOfWork) -> None:
    made = [waiting(number, revenue=1 - number / 10) for number in range(4)]
    await put(work, *made)
    middle = await reads.beside(TENANT, made[1].id, now=NOW)
    assert (middle.before, middle.after, middle.total) == (made[0].id, made[2].id, 4)
    last = await reads.beside(TENANT, made[3].id, now=NOW)
    assert (last.before, last.after) == (made[2].id, None)
    gone = await reads.beside(TENANT, DraftId(new_id()), now=NOW)
    assert (gone.before, gone.after, gone.total) == (None, made[0].id, 4)
    assert (await reads.beside(OTHER, made[0].id, now=NOW)).total == 0


async def test_a_draft_of_the_version_before_is_listed_too(
    reads: PgReadModel, work: PgUnitOfWork, database: Database
) -> None:
    plain, edited = waiting(1), waiting(2)
    await put(work, plain, edited)
    async with database.tenant(TENANT) as connection:
        await connection.execute(text("UPDATE drafts SET card = NULL"))
    await put(work, last := waiting(3))
    async with database.tenant(TENANT) as connection:
        # The version before writes another text and leaves the card as it was.
        change = "UPDATE drafts SET content_hash = 'x' WHERE id = :id"
        await connection.execute(text(change), {"id": last.id})
    names = [one.name for one in (await reads.queue(TENANT, QueueFilter(), now=NOW, limit=5)).cards]
    assert sorted(names) == ["Person1", "Person2", "Person3"]
    assert await ids(reads, QueueFilter(words="person1")) == [plain.id]


async def test_what_changed_last_comes_first(reads: PgReadModel, work: PgUnitOfWork) -> None:
    made = [
        attrs.evolve(waiting(n), status=DraftStatus.SENT, updated_at=NOW - timedelta(hours=n))
        for n in range(3)
    ]
    await put(work, *made, waiting(9))
    page = await reads.changed(
        TENANT, [DraftStatus.SENT], since=NOW - timedelta(minutes=90), limit=1
    )
    assert ([card.id for card in page.cards], page.total) == ([made[0].id], 2)


async def test_another_tenant_sees_nothing_of_it(reads: PgReadModel, work: PgUnitOfWork) -> None:
    await put(work, waiting(1))
    page = await reads.queue(OTHER, QueueFilter(words="person"), now=NOW, limit=5)
    assert (page.cards, page.total) == ((), 0)


async def test_views_belong_to_one_person(database: Database, vault: Vault) -> None:
    views = PgSavedViews(database, vault)
    mine = SavedView(id=new_id(), name="Hot ones", query="tier=hot")
    await views.save(TENANT, "key:1", mine)
    assert await views.of(TENANT, "key:1") == (mine,)
    assert await views.of(TENANT, "key:2") == ()
    assert await views.of(OTHER, "key:1") == ()
    await views.drop(TENANT, "key:2", mine.id)
    assert await views.of(TENANT, "key:1") == (mine,)
    for number in range(MAX_VIEWS - 1):
        await views.save(TENANT, "key:1", attrs.evolve(mine, id=new_id(), name=str(number)))
    with pytest.raises(Conflict):
        await views.save(TENANT, "key:1", attrs.evolve(mine, id=new_id()))
    await views.drop(TENANT, "key:1", mine.id)
    assert len(await views.of(TENANT, "key:1")) == MAX_VIEWS - 1
