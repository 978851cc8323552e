"""Outcomes, watches and what is learned, over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import EMAIL, OTHER, RESULT_TYPES, TENANT, draft

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.decision_history import PgDecisionHistory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.outcome_reads import PgOutcomeReads
from salesagent_adapters.postgres.outcome_watches import PgFollowUps, PgOutcomeWatches
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.approval import Decision, Verdict
from salesagent_core.domain.autonomy import Segment, Stage, grant
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.learning import LearnedChange
from salesagent_core.domain.outcomes.moves import DealPlace, MeetingPlace
from salesagent_core.domain.outcomes.outcome import (
    Outcome,
    OutcomeSource,
    OutcomeType,
    contact_adjustment,
)
from salesagent_core.domain.sending.suppression import SuppressionReason
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.job_queue import Topic
from salesagent_core.ports.outcome_watches import WatchKind, WatchState
from salesagent_core.ports.outcomes import MeetingSeen, SentFacts
from salesagent_core.use_cases.earned_trust import EarnedTrust
from salesagent_core.use_cases.learn import Learn
from salesagent_core.use_cases.outcome_recorder import Event, OutcomeRecorder

NOW = datetime.now(UTC).replace(microsecond=0)
MAILBOX = "sales@example.org"
RULE = "high_icp"
WARM = Segment(tier=Tier.WARM, rule=RULE)


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


@pytest.fixture
def reads(database: Database, vault: Vault) -> PgOutcomeReads:
    return PgOutcomeReads(database, vault)


@pytest.fixture
def watches(database: Database, vault: Vault) -> PgOutcomeWatches:
    return PgOutcomeWatches(database, vault)


def recorder() -> OutcomeRecorder:
    ids = RandomIds(SystemClock())
    return OutcomeRecorder(ids=ids, trust=EarnedTrust(ids=ids))


def event(kind: OutcomeType = OutcomeType.EMAIL_REPLIED, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "type": kind,
        "object_id": "mail-1",
        "email": EMAIL,
        "at": NOW,
        "source": OutcomeSource.MAILBOX,
    }
    return Event(**(values | changes))


async def record(work: PgUnitOfWork, one: Event, tenant: TenantId = TENANT) -> Outcome | None:
    async with work.begin(tenant) as tx:
        return await recorder().record(tx, tenant, one)


def sent(days_ago: float = 10, **changes: Any) -> SentFacts:
    values: dict[str, Any] = {
        "draft_id": DraftId(new_id()),
        "email": EMAIL,
        "mailbox": MAILBOX,
        "thread_id": "t1",
        "tier": Tier.WARM,
        "rule": RULE,
        "automatic": False,
        "language": "en",
        "local_hour": 9,
        "sent_at": NOW - timedelta(days=days_ago),
    }
    return SentFacts(**(values | changes))


# Recorded once


async def test_one_event_is_recorded_once_by_twenty_recorders(
    work: PgUnitOfWork, database: Database
) -> None:
    found = await asyncio.gather(*(record(work, event()) for _ in range(20)))
    assert sum(each is not None for each in found) == 1
    async with database.across_tenants() as connection:
        count = "SELECT (SELECT count(*) FROM outcomes), (SELECT count(*) FROM audit)"
        assert tuple((await connection.execute(text(count))).one()) == (1, 1)
    assert await record(work, event(), OTHER) is not None, "another tenant's is another event"


async def test_twenty_recorders_of_an_opt_out_leave_one_entry_and_one_demotion(
    work: PgUnitOfWork, database: Database
) -> None:
    made = await auto_sent(work)
    one = event(OutcomeType.EMAIL_UNSUBSCRIBED, draft_id=made.id)
    events = [attrs.evolve(one, object_id=f"mail-{number}") for number in range(20)]
    found = await asyncio.gather(*(record(work, each) for each in events))
    assert sum(each is not None for each in found) == 1, "opting out twice is one opt-out"
    async with work.begin(TENANT) as tx:
        (entry,) = await tx.suppressions.covering(f"{EMAIL.partition('@')[0]}+x@example.com")
        state = await tx.trust.get(WARM)
    assert entry.reason is SuppressionReason.REPLIED_STOP
    assert state.stage is Stage.SHADOW
    async with database.across_tenants() as connection:
        statement = "SELECT action, count(*) FROM audit GROUP BY action ORDER BY action"
        counts = {row[0]: row[1] for row in (await connection.execute(text(statement))).all()}
    assert counts["outcome.email_unsubscribed"] == 1
    assert counts["suppression.added"] == 1
    assert counts["autonomy.shadow"] == 1


async def auto_sent(work: PgUnitOfWork) -> Draft:
    """A draft that a trusted rule approved."""
    made = draft(new_id())
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(made)
        await tx.decisions.add(approval(made, Verdict.AUTO_APPROVED))
        await tx.trust.save(grant(await tx.trust.get(WARM), "a", NOW, "a test"))
    return made


def approval(made: Draft, verdict: Verdict) -> Decision:
    return Decision(
        id=new_id(),
        draft_id=made.id,
        content_hash=made.revision.content_hash,
        verdict=verdict,
        by="o-1" if verdict is Verdict.APPROVED else f"rule:{RULE}",
        at=NOW,
        rule=RULE if verdict is Verdict.AUTO_APPROVED else None,
    )


@pytest.mark.parametrize(
    ("kind", "final", "stage", "suppressed"),
    [
        (OutcomeType.EMAIL_BOUNCED, True, Stage.SHADOW, True),
        (OutcomeType.EMAIL_BOUNCED, False, Stage.SHADOW, False),
        (OutcomeType.NEGATIVE_RESPONSE, False, Stage.SHADOW, False),
        (OutcomeType.EMAIL_REPLIED, False, Stage.AUTO, False),
        (OutcomeType.POSITIVE_RESPONSE, False, Stage.AUTO, False),
    ],
)
async def test_what_follows_from_an_outcome_of_mail_that_went_alone(
    work: PgUnitOfWork, kind: OutcomeType, final: bool, stage: Stage, suppressed: bool
) -> None:
    made = await auto_sent(work)
    await record(work, event(kind, draft_id=made.id, final=final))
    async with work.begin(TENANT) as tx:
        assert (await tx.trust.get(WARM)).stage is stage
        assert bool(await tx.suppressions.covering(EMAIL)) is suppressed
        assert not await tx.approved_recipients.holds(EMAIL), "no person had approved it"


async def test_a_welcome_mail_that_a_person_approved_makes_a_known_good_recipient(
    work: PgUnitOfWork,
) -> None:
    made = draft(new_id())
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(made)
        await tx.decisions.add(approval(made, Verdict.APPROVED))
    await record(work, event(OutcomeType.EMAIL_REPLIED, draft_id=made.id))
    async with work.begin(TENANT) as tx:
        assert not await tx.approved_recipients.holds(EMAIL), "a reply may be a refusal"
    await record(work, event(OutcomeType.MEETING_BOOKED, draft_id=made.id))
    async with work.begin(TENANT) as tx:
        assert await tx.approved_recipients.holds(EMAIL)
    await record(work, event(OutcomeType.NEGATIVE_RESPONSE, draft_id=made.id))
    async with work.begin(TENANT) as tx:
        assert not await tx.approved_recipients.holds(EMAIL)


async def test_an_outcome_of_a_draft_that_was_erased_is_recorded_all_the_same(
    work: PgUnitOfWork,
) -> None:
    gone = DraftId(new_id())
    assert await record(work, event(OutcomeType.POSITIVE_RESPONSE, draft_id=gone)) is not None
    assert await record(work, event(OutcomeType.NEGATIVE_RESPONSE, draft_id=gone)) is not None


async def test_nothing_readable_of_a_person_is_in_the_tables(
    work: PgUnitOfWork, database: Database
) -> None:
    await record(work, event(note="Ada said yes", by="o-1", object_id=f"told:{EMAIL}"))
    async with work.begin(TENANT) as tx:
        await tx.outcomes.note_sent(sent())
        await tx.watches.ensure(WatchKind.MAIL, WatchState(mailbox=MAILBOX, since=NOW))
        place = MeetingPlace(start=NOW, end=NOW)
        seen = MeetingSeen(meeting_id="m", email=EMAIL, draft_id=None, place=place)
        await tx.outcomes.put_meeting(MAILBOX, seen)
    async with database.across_tenants() as connection:
        for table in ("outcomes", "sent_mails", "outcome_watches", "meeting_places", "audit"):
            rows = (await connection.execute(text(f"SELECT t::text FROM {table} t"))).scalars()
            dump = "\n".join(rows)
            assert dump
            # Octets are shown in hexadecimal digits.
            for planted in ("ada.tester", "Ada said", MAILBOX):
                assert planted not in dump
                assert planted.encode().hex() not in dump


# Read


async def test_adjustments_are_those_of_the_formula(
    work: PgUnitOfWork, reads: PgOutcomeReads
) -> None:
    events = [
        event(OutcomeType.EMAIL_REPLIED, at=NOW - timedelta(days=30)),
        event(OutcomeType.MEETING_NO_SHOW, confidence=0.5),
        event(OutcomeType.DEAL_WON, at=NOW - timedelta(days=3), email="ADA.tester+x@example.com"),
        event(OutcomeType.DEAL_WON, email="else@example.com"),
    ]
    for each in events:
        await record(work, each)
    found = await reads.of_contacts(TENANT, [EMAIL.upper(), "nobody@example.com"])
    assert list(found) == [EMAIL]
    assert len(found[EMAIL]) == 3
    adjusted = await reads.adjustments(TENANT, [EMAIL], NOW)
    assert adjusted == {EMAIL: pytest.approx(contact_adjustment(found[EMAIL], NOW))}
    assert adjusted[EMAIL] == pytest.approx(4 - 2 + 10 * 0.5**0.1)
    assert await reads.adjustments(OTHER, [EMAIL], NOW) == {}
    assert await reads.adjustments(TENANT, [], NOW) == {}
    assert await reads.adjustments(TENANT, [EMAIL], NOW + timedelta(days=500)) == {}


async def test_recent_ones_are_filtered_and_counted(
    work: PgUnitOfWork, reads: PgOutcomeReads
) -> None:
    mail = sent(2)
    async with work.begin(TENANT) as tx:
        await tx.outcomes.note_sent(mail)
        await tx.outcomes.note_sent(sent(2))
    await record(work, event(draft_id=mail.draft_id))
    await record(work, event(object_id="mail-2", draft_id=mail.draft_id))
    await record(work, event(OutcomeType.DEAL_WON))
    recent = await reads.recent(TENANT, limit=2)
    assert [each.type for each in recent] == [OutcomeType.DEAL_WON, OutcomeType.EMAIL_REPLIED]
    replied = await reads.recent(TENANT, types=[OutcomeType.EMAIL_REPLIED], limit=9, offset=1)
    assert [each.draft_id for each in replied] == [mail.draft_id]
    counts = await reads.counts(TENANT, NOW - timedelta(days=9), NOW + timedelta(days=1))
    assert dict(counts.by_type) == {OutcomeType.EMAIL_REPLIED: 2, OutcomeType.DEAL_WON: 1}
    assert (counts.sent, counts.replied) == (2, 1), "a mail is answered once"
    nothing = await reads.counts(OTHER, NOW - timedelta(days=9), NOW + timedelta(days=1))
    assert (dict(nothing.by_type), nothing.sent) == ({}, 0)


async def test_past_decisions_know_what_became_of_their_mail(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    made = await auto_sent(work)
    for kind in (OutcomeType.EMAIL_SENT, OutcomeType.EMAIL_REPLIED, OutcomeType.DEAL_WON):
        await record(work, event(kind, draft_id=made.id))
    history = PgDecisionHistory(database, vault)
    day = timedelta(days=1)
    page = await history.page(TENANT, since=NOW - day, until=NOW + day, limit=9)
    (past,) = page.decisions
    assert set(past.outcomes) == {OutcomeType.EMAIL_REPLIED, OutcomeType.DEAL_WON}


# Found again


async def test_sent_mail_is_found_by_person_thread_and_whether_they_were_heard_of(
    work: PgUnitOfWork,
) -> None:
    old, new = sent(9), sent(1, thread_id="t2")
    async with work.begin(TENANT) as tx:
        assert await tx.outcomes.note_sent(old)
        assert await tx.outcomes.note_sent(new)
        assert not await tx.outcomes.note_sent(new)
        to = await tx.outcomes.sent_to("ada.tester+news@EXAMPLE.com")
        assert [each.draft_id for each in to] == [new.draft_id, old.draft_id]
        (there,) = await tx.outcomes.sent_in_thread("t2")
        assert (there.draft_id, there.sent_at) == (new.draft_id, new.sent_at)
        assert await tx.outcomes.contacts_among([EMAIL, "x@example.com"]) == (EMAIL,)
        assert await tx.outcomes.contacts_among([]) == ()
        assert not await tx.outcomes.heard_from(old.draft_id, EMAIL, old.sent_at)
    await record(work, event(OutcomeType.EMAIL_OPENED))
    async with work.begin(TENANT) as tx:
        assert not await tx.outcomes.heard_from(old.draft_id, EMAIL, old.sent_at)
    await record(work, event(at=NOW - timedelta(days=5)))
    async with work.begin(TENANT) as tx:
        assert await tx.outcomes.heard_from(old.draft_id, EMAIL, old.sent_at)
        assert not await tx.outcomes.heard_from(new.draft_id, EMAIL, new.sent_at)
    async with work.begin(OTHER) as tx:
        assert await tx.outcomes.sent_to(EMAIL) == ()


async def test_deals_and_meetings_are_remembered(work: PgUnitOfWork) -> None:
    place = DealPlace(pipeline_id="p", stage_id="s", position=None, closed=True, won=True)
    meeting = MeetingPlace(start=NOW, end=NOW + timedelta(hours=1))
    seen = MeetingSeen(meeting_id="m", email=EMAIL, draft_id=DraftId("d"), place=meeting)
    async with work.begin(TENANT) as tx:
        assert await tx.outcomes.deal("d1") is None
        await tx.outcomes.put_deal("d1", DealPlace(pipeline_id="p", stage_id="a", position=1))
        await tx.outcomes.put_deal("d1", place)
        assert await tx.outcomes.deal("d1") == place
        await tx.outcomes.put_meeting(MAILBOX, seen)
        assert await tx.outcomes.meeting("m", EMAIL.upper()) == seen
        assert await tx.outcomes.open_meetings(MAILBOX) == (seen,)
        done = attrs.evolve(seen, place=attrs.evolve(meeting, settled=True))
        await tx.outcomes.put_meeting(MAILBOX, done)
        assert await tx.outcomes.open_meetings(MAILBOX) == ()
        assert await tx.outcomes.meeting("m", EMAIL) == done


async def test_a_mail_is_laid_before_a_person_once(work: PgUnitOfWork) -> None:
    async def lay() -> bool:
        async with work.begin(TENANT) as tx:
            return await tx.outcomes.for_a_person("mail-1", DraftId("d"), "unclear_reply", "Read.")

    assert sorted(await asyncio.gather(*(lay() for _ in range(8)))) == [False] * 7 + [True]


# Watched


async def test_a_watch_is_made_once_and_belongs_to_one_worker(
    work: PgUnitOfWork, watches: PgOutcomeWatches, database: Database
) -> None:
    state = WatchState(mailbox=MAILBOX, since=NOW)
    for _ in range(3):
        async with work.begin(TENANT) as tx:
            await tx.watches.ensure(WatchKind.MAIL, state)
    backlog = PgBacklog(database)
    assert len(await backlog.due(Topic.WATCH, 9)) == 1
    claims = await asyncio.gather(*(watches.claim(None, 9) for _ in range(6)))
    (watch,) = [each for claimed in claims for each in claimed]
    assert (watch.tenant_id, watch.kind, watch.state) == (TENANT, WatchKind.MAIL, state)
    assert await backlog.due(Topic.WATCH, 9) == ()
    (taken,) = await watches.take(TENANT, WatchKind.MAIL)
    further = attrs.evolve(state, since=NOW + timedelta(hours=1), done=("a", "b"))
    assert not await watches.done(watch, further, timedelta(0)), "its lease was taken"
    assert await watches.done(taken, further, timedelta(0))
    (again,) = await watches.claim([taken.id], 9)
    assert again.state == further
    assert await watches.take(OTHER, WatchKind.MAIL) == ()
    assert await watches.claim([], 9) == ()


async def test_only_sent_drafts_are_followed_up_by_one_worker_at_a_time(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    waiting, gone = draft(new_id()), draft(new_id(), status=DraftStatus.SENT)
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(waiting)
        await tx.drafts.add(gone)
    assert await PgBacklog(database).due(Topic.FOLLOW_UP, 9) == (gone.id,)
    follow_ups = PgFollowUps(database, vault)
    claims = await asyncio.gather(*(follow_ups.claim(None, 9) for _ in range(6)))
    (claimed,) = [each for several in claims for each in several]
    assert claimed.draft.id == gone.id
    await follow_ups.done(claimed, timedelta(days=1))
    assert await follow_ups.claim([gone.id], 9) == ()
    (taken,) = await follow_ups.take(TENANT, 9)
    await follow_ups.done(claimed, None)
    assert len(await follow_ups.take(TENANT, 9)) == 1, "a stale token changes nothing"
    (taken,) = await follow_ups.take(TENANT, 9)
    await follow_ups.done(taken, None)
    assert await follow_ups.take(TENANT, 9) == ()


# Learned


Answer = Callable[[int, int], Awaitable[None]]


@pytest.fixture
def season(work: PgUnitOfWork) -> Answer:
    """Mail of the segment that has had its time, and how many of it were answered."""

    async def mails(count: int, answered: int) -> None:
        async with work.begin(TENANT) as tx:
            for number in range(count):
                mail = sent(10 + number / count)
                await tx.outcomes.note_sent(mail)
                if number < answered:
                    reply = event(object_id=new_id(), draft_id=mail.draft_id)
                    await recorder().record(tx, TENANT, reply)

    return mails


class Tenants:
    """One tenant as the settings describe it."""

    async def get(self, tenant_id: TenantId) -> Tenant:
        return Tenant(id=tenant_id, name="Ours", mailbox=MAILBOX, sender_name="Max Berger")

    async def by_portal(self, portal_id: str) -> Any:
        raise NotFound("no portal here")


def learner(work: PgUnitOfWork) -> Learn:
    tenants: Any = Tenants()
    return Learn(work=work, tenants=tenants, ids=RandomIds(SystemClock()))


async def test_a_segment_that_is_rarely_answered_must_be_surer_until_somebody_takes_it_back(
    work: PgUnitOfWork, season: Answer, database: Database
) -> None:
    learn = learner(work)
    await season(40, 0)
    runs = await asyncio.gather(*(learn(TENANT) for _ in range(6)))
    (change,) = [each for run in runs for each in run]
    assert (change.segment, change.before, change.after) == (WARM, 0.90, 0.92)
    assert (change.sent, change.replied, change.delta) == (40, 0, 0.02)
    async with work.begin(TENANT) as tx:
        assert await tx.learning.deltas(Tier.WARM) == ((RULE, 0.02),)
        assert await tx.learning.deltas(Tier.HOT) == ()
    reverted = await learn.revert(TENANT, change.id, who="boss")
    assert reverted.reverted_by == "boss"
    with pytest.raises(Conflict):
        await learn.revert(TENANT, change.id, who="boss")
    with pytest.raises(NotFound):
        await learn.revert(OTHER, change.id, who="boss")
    async with work.begin(TENANT) as tx:
        assert await tx.learning.deltas(Tier.WARM) == ()
    assert await learn(TENANT) == (), "a month has one step, taken back or not"
    assert [each.id for each in await learn.changes(TENANT)] == [change.id]
    statement = text("SELECT action, actor FROM audit WHERE action LIKE 'learning.%' ORDER BY seq")
    async with database.across_tenants() as connection:
        rows = [tuple(row) for row in (await connection.execute(statement)).all()]
    assert rows == [("learning.changed", "system"), ("learning.reverted", "boss")]


async def test_one_that_is_often_answered_may_be_less_sure_and_no_mail_counts_twice(
    work: PgUnitOfWork, season: Answer, database: Database
) -> None:
    learn = learner(work)
    await season(32, 20)
    (change,) = await learn(TENANT)
    assert (change.before, change.after) == (0.90, 0.88)
    async with database.across_tenants() as connection:
        last_month = text("UPDATE learning_changes SET period = '2020-01'")
        await connection.execute(last_month)
    assert await learn(TENANT) == ()
    view = await learn.view(TENANT)
    assert view.segments == (), "what was counted is not counted again"
    (rule,) = view.rules
    assert (rule.rule, rule.sent, rule.alone, rule.harmed) == (RULE, 32, 0, 0)


@pytest.mark.parametrize(
    ("count", "answered", "code"), [(29, 0, "too_few_sent"), (40, 8, "no_evidence")]
)
async def test_without_evidence_nothing_changes_and_the_reason_is_shown(
    work: PgUnitOfWork, season: Answer, count: int, answered: int, code: str
) -> None:
    learn = learner(work)
    await season(count, answered)
    assert await learn(TENANT) == ()
    (segment,) = (await learn.view(TENANT)).segments
    assert segment.lesson.reason.code == code
    assert segment.threshold == segment.next == 0.90


async def test_young_mail_has_not_had_its_time(work: PgUnitOfWork) -> None:
    async with work.begin(TENANT) as tx:
        for _ in range(40):
            await tx.outcomes.note_sent(sent(3))
    assert await learner(work)(TENANT) == ()
    assert (await learner(work).view(TENANT)).segments == ()


async def test_precision_counts_harm_once_a_mail(work: PgUnitOfWork) -> None:
    mails = [sent(9, automatic=number < 2) for number in range(4)]
    async with work.begin(TENANT) as tx:
        for mail in mails:
            await tx.outcomes.note_sent(mail)
    for kind in (OutcomeType.NEGATIVE_RESPONSE, OutcomeType.EMAIL_BOUNCED):
        await record(work, event(kind, draft_id=mails[0].draft_id))
    (rule,) = (await learner(work).view(TENANT)).rules
    assert (rule.sent, rule.alone, rule.harmed) == (4, 2, 1)
    assert 0.75 in rule.interval


def test_a_change_knows_its_step() -> None:
    change = LearnedChange(
        id="c",
        segment=WARM,
        period="2026-11",
        before=0.9,
        after=0.88,
        sent=40,
        replied=20,
        counted_until=NOW,
        made_at=NOW,
        made_by="system",
    )
    assert change.delta == -0.02
