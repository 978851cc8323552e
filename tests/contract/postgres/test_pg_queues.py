"""CRM events, the backlog, keys and tenants over a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, SENT_AT, TENANT, arrival

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.postgres.api_keys import PgApiKeys
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.crm_events import PgCrmEventInbox
from salesagent_adapters.postgres.directory import PgTenantDirectory
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.ingest import PgIntake
from salesagent_adapters.postgres.read_model import PgReadModel
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import SubmissionId, TenantId
from salesagent_core.ports.api_keys import ApiKey, PageSession, Scope
from salesagent_core.ports.crm_events import CrmEvent
from salesagent_core.ports.job_queue import Topic


def event(key: str, tenant: TenantId = TENANT) -> CrmEvent:
    return CrmEvent(
        id=new_id(),
        tenant_id=tenant,
        key=key,
        kind="contact.creation",
        object_id="123",
        occurred_at=SENT_AT,
        property_name="email",
        property_value="ada@example.com",
    )


@pytest.fixture
def inbox(database: Database, vault: Vault) -> PgCrmEventInbox:
    return PgCrmEventInbox(database, vault)


async def test_events_are_accepted_once_each_in_the_order_given(inbox: PgCrmEventInbox) -> None:
    first, second, twin = event("b"), event("a"), event("b")
    receipts = await inbox.accept([first, second, twin], b"[]")
    assert [(receipt.id, receipt.accepted) for receipt in receipts] == [
        (first.id, True),
        (second.id, True),
        (first.id, False),
    ]
    again, new = event("a"), event("c")
    receipts = await inbox.accept([again, new], b"[]")
    assert [(receipt.id, receipt.accepted) for receipt in receipts] == [
        (second.id, False),
        (new.id, True),
    ]
    assert await inbox.accept([], b"[]") == ()


async def test_one_delivery_many_times_at_once(inbox: PgCrmEventInbox) -> None:
    deliveries = await asyncio.gather(
        *(inbox.accept([event(key) for key in order], b"[]") for order in ("abcd", "dcba") * 10)
    )
    assert sum(receipt.accepted for receipts in deliveries for receipt in receipts) == 4


async def test_an_event_is_handed_to_one_worker_and_done_once(inbox: PgCrmEventInbox) -> None:
    await inbox.accept([event("a"), event("b", OTHER)], b"[]")
    batches = await asyncio.gather(*(inbox.claim(1) for _ in range(10)))
    claimed = [one for batch in batches for one in batch]
    assert {one.event.key for one in claimed} == {"a", "b"}
    assert len(claimed) == 2
    for one in claimed:
        await inbox.resolve(one, None)
    assert await inbox.claim(10) == ()


async def test_a_given_up_event_is_a_dead_letter_and_can_go_round_again(
    inbox: PgCrmEventInbox, database: Database, vault: Vault
) -> None:
    await inbox.accept([event("a")], b"[]")
    (claimed,) = await inbox.claim(1)
    await inbox.postpone(claimed, datetime.now(UTC) - timedelta(seconds=1), "slow")
    stale = claimed
    (claimed,) = await inbox.claim(1)
    assert claimed.attempt == 1
    await inbox.postpone(stale, None, "a stale worker's word")
    assert (await PgReadModel(database, vault).queue_status(TENANT)).dead_letters_open == 0
    await inbox.postpone(claimed, None, "the CRM refuses")
    assert await inbox.claim(1) == ()
    reads = PgReadModel(database, vault)
    (letter,) = await reads.dead_letters(TENANT, state=None, limit=10)
    assert (letter.subject_kind, letter.subject_id) == ("crm_event", claimed.event.id)
    assert await reads.task_run(TENANT, claimed.event.id) is None
    async with PgUnitOfWork(database, vault, RESULT_TYPES).begin(TENANT) as tx:
        await tx.dead_letters.requeue(letter)
        with pytest.raises(NotFound):
            await tx.dead_letters.requeue(attrs.evolve(letter, subject_id="none"))
    (claimed,) = await inbox.claim(1)
    assert claimed.attempt == 0


async def test_a_task_is_followed_from_the_event_to_the_run(
    inbox: PgCrmEventInbox, database: Database, vault: Vault
) -> None:
    reads = PgReadModel(database, vault)
    became, nothing = event("a"), event("b")
    await inbox.accept([became, nothing], b"[]")
    assert await reads.task_run(TENANT, became.id) is None
    intake = PgIntake(database, vault)
    receipt = await intake.accept(arrival())
    await intake.close()
    for claimed in await inbox.claim(10):
        is_it = claimed.event.id == became.id
        await inbox.resolve(claimed, receipt.submission_id if is_it else None)
    summary = await reads.task_run(TENANT, became.id)
    assert summary is not None
    assert summary.run.id == receipt.run_id
    assert summary == await reads.task_run(TENANT, receipt.run_id)
    for task_id in (nothing.id, "none", "nul \0"):
        with pytest.raises(NotFound):
            await reads.task_run(TENANT, task_id)
    with pytest.raises(NotFound):
        await reads.task_run(OTHER, became.id)


async def test_the_backlog_names_the_oldest_first(
    inbox: PgCrmEventInbox, database: Database, vault: Vault
) -> None:
    backlog = PgBacklog(database)
    intake = PgIntake(database, vault)
    first = await intake.accept(arrival())
    second = await intake.accept(arrival(tenant=OTHER))
    await intake.close()
    await inbox.accept([event("a")], b"[]")
    assert await backlog.due(Topic.RUN, 10) == (first.run_id, second.run_id)
    assert await backlog.due(Topic.RUN, 1) == (first.run_id,)
    assert len(await backlog.due(Topic.CRM_EVENT, 10)) == 1
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE runs SET due_at = now() + interval '1 minute'"))
    assert await backlog.due(Topic.RUN, 10) == ()


async def test_keys_and_sessions_are_found_without_knowing_the_tenant(database: Database) -> None:
    keys = PgApiKeys(database)
    key = ApiKey(
        id=new_id(),
        tenant_id=OTHER,
        name="ci ☃",
        digest=b"\x00\xff",
        scopes=frozenset({Scope.OPERATOR, Scope.INGEST}),
        created_at=SENT_AT,
    )
    await keys.add(key)
    assert await keys.find(key.id) == key
    assert await keys.find("none\0") is None
    with pytest.raises(Conflict):
        await keys.add(key)
    session = PageSession(
        digest=b"s",
        key_id=key.id,
        tenant_id=OTHER,
        csrf="token",
        created_at=SENT_AT,
        expires_at=SENT_AT + timedelta(hours=8),
    )
    await keys.add_session(session)
    assert await keys.find_session(b"s") == (session, key)
    await keys.drop_session(b"s")
    await keys.drop_session(b"s")
    assert await keys.find_session(b"s") is None


async def test_the_use_of_a_key_is_written_once_a_minute(database: Database) -> None:
    keys = PgApiKeys(database)
    key = ApiKey(
        id=new_id(),
        tenant_id=TENANT,
        name="ci",
        digest=b"d",
        scopes=frozenset({Scope.ADMIN}),
        created_at=SENT_AT,
    )
    await keys.add(key)
    seen = []
    for seconds in (0, 59, 61):
        await keys.touch(key.id, SENT_AT + timedelta(seconds=seconds))
        found = await keys.find(key.id)
        assert found is not None
        seen.append(found.last_used_at)
    assert seen == [SENT_AT, SENT_AT, SENT_AT + timedelta(seconds=61)]


def tenant(name: str, portal: str | None = None) -> Tenant:
    return Tenant(
        id=TenantId(name),
        name=name,
        mailbox=f"{name}@example.org",
        sender_name=name,
        portal_id=portal,
    )


async def test_portals_lead_to_their_tenants(database: Database, vault: Vault) -> None:
    default, acme = tenant("default", "1"), tenant("acme", "2")
    directory = PgTenantDirectory(database, vault, default, ["s0"])
    await directory.save(acme, ["s1", "s2"])
    assert await directory.by_portal("1") == default
    assert await directory.by_portal(None) == default
    assert await directory.by_portal("2") == acme
    assert await directory.by_portal("3") is None
    assert await directory.by_portal("\0") is None
    assert await directory.webhook_secrets(default.id) == ("s0",)
    assert await directory.webhook_secrets(acme.id) == ("s1", "s2")
    assert await directory.get(acme.id) == acme
    for unknown in ("none", "ACME"):
        with pytest.raises(NotFound):
            await directory.get(TenantId(unknown))


async def test_a_default_tenant_without_a_portal_takes_all_that_nobody_claims(
    database: Database, vault: Vault
) -> None:
    default, acme = tenant("default"), tenant("acme", "2")
    directory = PgTenantDirectory(database, vault, default)
    await directory.save(acme, [])
    await directory.save(tenant("bolt"), [])
    assert await directory.by_portal("3") == default
    assert await directory.by_portal("2") == acme


async def test_a_portal_has_one_tenant(database: Database, vault: Vault) -> None:
    directory = PgTenantDirectory(database, vault, tenant("default", "1"))
    await directory.save(tenant("acme", "2"), [])
    for taken in (tenant("bolt", "2"), tenant("bolt", "1"), tenant("default", "5")):
        with pytest.raises(Conflict):
            await directory.save(taken, [])
    moved = tenant("acme", "7")
    await directory.save(moved, ["new"])
    assert await directory.by_portal("7") == moved
    assert await directory.by_portal("2") is None


async def test_an_unreadable_event_does_not_hold_up_the_others(
    inbox: PgCrmEventInbox, database: Database
) -> None:
    bad, good = event("a"), event("b")
    await inbox.accept([bad, good], b"[]")
    async with database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE crm_events SET sealed = 'x' WHERE id = :id"), {"id": bad.id}
        )
    (claimed,) = await inbox.claim(10)
    assert claimed.event == good
    await inbox.resolve(claimed, SubmissionId("s"))
    assert await inbox.claim(10) == ()
