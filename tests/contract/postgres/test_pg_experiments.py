"""A/B tests, voice profiles and performance over a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT, draft, revision

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.experiments import PgActiveExperiments
from salesagent_adapters.postgres.performance import PgPerformance
from salesagent_adapters.postgres.rows import Chest, new_id, place
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.postgres.voices import PgVoices
from salesagent_core.domain.draft import Author, Draft
from salesagent_core.domain.experiment import (
    Audience,
    Experiment,
    Metric,
    Variant,
    start,
    stop,
)
from salesagent_core.domain.experiment_evidence import Count
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeSource, OutcomeType
from salesagent_core.domain.outcomes.performance import Dimension
from salesagent_core.domain.treatment import Assigned, ExperimentKind
from salesagent_core.domain.voice import VoiceProfile
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ports.experiments import ArmCount
from salesagent_core.ports.outcomes import SentFacts
from salesagent_core.ports.voices import StoredVoice

NOW = datetime.now(UTC).replace(microsecond=0)
BOX = "sales@example.org"
REPLIED = OutcomeType.EMAIL_REPLIED


@pytest.fixture
def work(database: Database, vault: Vault) -> PgUnitOfWork:
    return PgUnitOfWork(database, vault, RESULT_TYPES)


def a_test(**changes: Any) -> Experiment:
    given: dict[str, Any] = {
        "id": new_id(),
        "name": "Closing question",
        "kind": ExperimentKind.CALL_TO_ACTION,
        "variants": (Variant(name="A"), Variant(name="B", text="Shall we talk?", weight=2)),
        "audience": Audience(tiers=(Tier.WARM,), languages=("en",)),
        "created_at": NOW,
        "created_by": "admin",
    }
    return Experiment(**(given | changes))


async def mail(
    work: PgUnitOfWork,
    test: Experiment,
    variant: str,
    *,
    email: str | None = None,
    age: timedelta | None = timedelta(days=20),
    outcomes: tuple[tuple[OutcomeType, timedelta], ...] = (),
    automatic: bool = True,
    **facts: Any,
) -> Draft:
    """A draft of that variant; with an age it was sent so long ago, and then that happened."""
    made = attrs.evolve(
        draft(new_id()),
        assigned=(
            Assigned(experiment_id=test.id, experiment=test.name, kind=test.kind, variant=variant),
        ),
        voice=facts.pop("voice", "house"),
        edit_similarity=facts.pop("similarity", None),
    )
    email = email or f"{made.id}@firm.example"
    async with work.begin(TENANT) as tx:
        await tx.drafts.add(made)
        if age is None:
            return made
        sent_at = NOW - age
        await tx.outcomes.note_sent(
            SentFacts(
                draft_id=made.id,
                email=email,
                mailbox=BOX,
                thread_id=new_id(),
                tier=facts.get("tier", Tier.WARM),
                rule=facts.get("rule"),
                automatic=automatic,
                language="en",
                local_hour=facts.get("hour", 9),
                sent_at=sent_at,
            )
        )
        for kind, after in outcomes:
            await tx.outcomes.add(
                Outcome(
                    id=new_id(),
                    key=new_id(),
                    type=kind,
                    email=email,
                    occurred_at=sent_at + after,
                    recorded_at=NOW,
                    source=OutcomeSource.MAILBOX,
                    draft_id=made.id,
                )
            )
    return made


async def counted(work: PgUnitOfWork, test: Experiment) -> dict[str, ArmCount]:
    async with work.begin(TENANT) as tx:
        return dict(await tx.experiments.count(test, NOW))


async def kept(work: PgUnitOfWork, **changes: Any) -> Experiment:
    test = a_test(**changes)
    async with work.begin(TENANT) as tx:
        await tx.experiments.put(test)
    return test


# --- tests ------------------------------------------------------------------------------------


async def test_a_test_is_kept_as_it_is_and_other_tenants_see_none(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    test = await kept(work)
    active = PgActiveExperiments(database, vault)
    async with work.begin(TENANT) as tx:
        assert await tx.experiments.get(test.id, lock=True) == test
        assert await tx.experiments.all() == (test,)
        running = start(test, [], NOW)
        await tx.experiments.put(running)
    assert await active.active(TENANT) == (running,)
    assert await active.active(OTHER) == ()
    async with work.begin(OTHER) as tx:
        with pytest.raises(NotFound):
            await tx.experiments.get(test.id)
        assert dict(await tx.experiments.count(test, NOW)) == {}
    async with work.begin(TENANT) as tx:
        await tx.experiments.put(stop(running, "B", NOW))
    assert [each.winner for each in await active.active(TENANT)] == ["B"]
    async with work.begin(TENANT) as tx:
        await tx.experiments.put(stop(stop(running, "B", NOW), None, NOW))
    assert await active.active(TENANT) == ()


async def test_two_tests_of_one_name_are_refused(work: PgUnitOfWork) -> None:
    await kept(work)
    with pytest.raises(Conflict):
        await kept(work, name="closing QUESTION")


async def test_people_are_counted_once_their_time_is_over(work: PgUnitOfWork) -> None:
    test = await kept(work)
    day = timedelta(days=1)
    await mail(work, test, "A", outcomes=((REPLIED, 2 * day),))
    await mail(work, test, "A", outcomes=((OutcomeType.EMAIL_BOUNCED, day),))
    await mail(work, test, "A", outcomes=((REPLIED, 8 * day),))  # too late to count
    await mail(work, test, "B", age=2 * day, outcomes=((REPLIED, day),))  # too early to say
    await mail(work, test, "B", age=None)  # was never sent
    found = await counted(work, test)
    assert found["A"] == ArmCount(
        drafted=3, sent=3, waiting=0, counted=Count(people=3, successes=1)
    )
    assert found["B"] == ArmCount(
        drafted=2, sent=1, waiting=1, counted=Count(people=0, successes=0)
    )


async def test_a_person_counts_by_their_first_mail_whatever_the_alias(
    work: PgUnitOfWork,
) -> None:
    test = await kept(work)
    day = timedelta(days=1)
    await mail(work, test, "A", email="kim@firm.example", age=40 * day)
    await mail(
        work, test, "A", email="kim+x@firm.example", age=20 * day, outcomes=((REPLIED, day),)
    )
    found = (await counted(work, test))["A"]
    assert (found.sent, found.counted) == (2, Count(people=1, successes=0))


async def test_meetings_have_fourteen_days(work: PgUnitOfWork) -> None:
    test = await kept(work, metric=Metric.MEETING)
    booked = OutcomeType.MEETING_BOOKED
    await mail(work, test, "A", outcomes=((booked, timedelta(days=13)),))
    await mail(work, test, "A", outcomes=((REPLIED, timedelta(days=1)),))
    await mail(work, test, "A", age=timedelta(days=10), outcomes=((booked, timedelta(days=1)),))
    found = (await counted(work, test))["A"]
    assert (found.waiting, found.counted) == (1, Count(people=2, successes=1))


async def test_for_the_send_time_only_mail_that_went_alone_counts(work: PgUnitOfWork) -> None:
    test = await kept(work, kind=ExperimentKind.SEND_TIME)
    await mail(work, test, "A", automatic=False)
    await mail(work, test, "A")
    assert (await counted(work, test))["A"].counted.people == 1


async def test_another_version_counts_for_its_own_variants(work: PgUnitOfWork) -> None:
    test = await kept(work)
    made = await mail(work, test, "A", age=None)
    again = attrs.evolve(revision(2, "Hello Ada,\n\nWednesday?"), author=Author.WRITER)
    async with work.begin(TENANT) as tx:
        await tx.drafts.save(attrs.evolve(made, revision=again, assigned=()))
    assert await counted(work, test) == {}


async def test_an_edit_and_a_change_of_status_keep_the_variant(work: PgUnitOfWork) -> None:
    test = await kept(work)
    made = await mail(work, test, "A", age=None)
    edit = attrs.evolve(revision(2, "Hello Ada,\n\nmine."), author=Author.OPERATOR)
    async with work.begin(TENANT) as tx:
        await tx.drafts.save(attrs.evolve(made, revision=edit))
        await tx.drafts.save(attrs.evolve(made, revision=edit, edit_similarity=0.5))
        assert (await tx.drafts.get(made.id)).edit_similarity == 0.5
    assert (await counted(work, test))["A"].drafted == 1


async def test_names_of_people_and_texts_are_not_in_plain_columns(
    work: PgUnitOfWork, database: Database
) -> None:
    test = await kept(work, name="Zebra test", variants=(Variant(name="Yak"), Variant(name="Emu")))
    await mail(work, test, "Yak", voice="Ocelot")
    async with work.begin(TENANT) as tx:
        await tx.voices.put(voice("Ocelot"))
    async with database.across_tenants() as connection:
        for table in ("experiments", "draft_variants", "voice_profiles", "drafts"):
            rows = await connection.execute(text(f"SELECT t::text FROM {table} t"))
            plain = " ".join(rows.scalars())
            assert not any(each in plain for each in ("Zebra", "Yak", "Ocelot", BOX)), table


# --- voices -----------------------------------------------------------------------------------


def voice(name: str, *, active: bool = False, mailbox: str = BOX, **more: Any) -> StoredVoice:
    given: dict[str, Any] = {
        "id": new_id(),
        "profile": VoiceProfile(name=name),
        "changed_at": NOW,
        "changed_by": "admin",
    }
    return StoredVoice(mailbox=mailbox, active=active, **(given | more))


async def test_a_mailbox_has_several_voices_and_uses_one(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    voices = PgVoices(database, vault)
    assert await voices.load(TENANT, BOX) is None
    anna, terse = voice("anna", active=True), voice("terse")
    elsewhere = voice("anna", active=True, mailbox="other@example.org")
    async with work.begin(TENANT) as tx:
        for each in (anna, terse, elsewhere):
            await tx.voices.put(each)
        assert await tx.voices.all(BOX) == (anna, terse)
        assert len(await tx.voices.all()) == 3
    assert await voices.load(TENANT, "Sales@example.org") == anna.profile
    assert await voices.load(OTHER, BOX) is None
    async with work.begin(TENANT) as tx:
        await tx.voices.put(attrs.evolve(terse, active=True))
        assert not (await tx.voices.get(anna.id)).active
        assert await tx.voices.active(BOX, lock=True) == attrs.evolve(terse, active=True)
    assert await voices.load(TENANT, BOX) == terse.profile
    async with work.begin(TENANT) as tx:
        await tx.voices.delete(terse.id)
        with pytest.raises(NotFound):
            await tx.voices.get(terse.id)
    assert await voices.load(TENANT, BOX) is None


async def test_two_voices_of_one_name_are_refused(work: PgUnitOfWork) -> None:
    async with work.begin(TENANT) as tx:
        await tx.voices.put(voice("anna"))
    with pytest.raises(Conflict):
        async with work.begin(TENANT) as tx:
            await tx.voices.put(voice("Anna"))


async def test_a_voice_of_before_there_were_several_is_used_still(
    database: Database, vault: Vault
) -> None:
    chest = Chest(vault)
    index = chest.contact_index(BOX)
    older = VoiceProfile(name="older")
    sealed = chest.shut(older, place("voice", TENANT, index))
    async with database.tenant(TENANT) as connection:
        values = {"tenant_id": TENANT, "mailbox_index": index, "sealed": sealed}
        await connection.execute(insert(tables.voices).values(values))
    assert await PgVoices(database, vault).load(TENANT, BOX) == older


# --- performance ------------------------------------------------------------------------------


async def test_mail_is_counted_by_what_one_asks_for(
    work: PgUnitOfWork, database: Database, vault: Vault
) -> None:
    test = await kept(work)
    day = timedelta(days=1)
    async with work.begin(TENANT) as tx:
        await tx.voices.put(voice("anna"))
    replies = ((REPLIED, day), (OutcomeType.POSITIVE_RESPONSE, day), (REPLIED, 2 * day))
    await mail(work, test, "A", outcomes=replies, rule="high_icp", voice="anna", similarity=0.9)
    booked = ((OutcomeType.MEETING_BOOKED, day),)
    await mail(work, test, "B", outcomes=booked, tier=Tier.HOT, hour=15, similarity=0.5)
    refused = ((REPLIED, day), (OutcomeType.NEGATIVE_RESPONSE, day))
    await mail(work, test, "B", outcomes=refused, rule="high_icp", automatic=False)
    await mail(work, test, "B", age=400 * day)  # before the time that is asked for
    reads = PgPerformance(database, vault)

    async def groups(by: Dimension) -> dict[str, Any]:
        found = await reads.groups(TENANT, NOW - 30 * day, NOW, by)
        return {each.key: each for each in found}

    tiers = await groups(Dimension.SEGMENT)
    assert set(tiers) == {"hot", "warm"}
    warm, hot = tiers["warm"], tiers["hot"]
    assert (warm.sent, warm.replied, warm.positive, warm.harmed, warm.alone) == (2, 2, 1, 1, 1)
    assert (hot.sent, hot.replied, hot.positive, hot.meetings) == (1, 0, 1, 1)
    voices = await groups(Dimension.VOICE)
    assert {key: each.sent for key, each in voices.items()} == {"anna": 1, "house": 2}
    assert voices["anna"].similarity == 0.9
    hours = await groups(Dimension.HOUR)
    assert {key: each.sent for key, each in hours.items()} == {"09": 2, "15": 1}
    rules = await groups(Dimension.RULE)
    assert {key: each.sent for key, each in rules.items()} == {"high_icp": 2}
    variants = await groups(Dimension.VARIANT)
    assert {key: each.sent for key, each in variants.items()} == {
        "Closing question / A": 1,
        "Closing question / B": 2,
    }
    assert await reads.groups(OTHER, NOW - 30 * day, NOW, Dimension.SEGMENT) == ()
    assert await reads.approved_recipients(TENANT) == 0
