"""Following mailboxes over a real database and a strict mailbox in memory."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import OTHER, RESULT_TYPES, TENANT
from tests.sending_stage import MAILBOX, Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.mail_history import MemoryMailHistory
from salesagent_adapters.memory.mail_sender import MemoryMailSender
from salesagent_adapters.postgres.backlog import PgBacklog
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.mailbox_watches import PgMailboxWatches
from salesagent_adapters.postgres.unit_of_work import PgUnitOfWork
from salesagent_adapters.system.clock import SystemClock
from salesagent_adapters.system.identity import RandomIds
from salesagent_core.domain.draft import Draft
from salesagent_core.errors import NeedsReauth, Rejected, SalesAgentError, Unavailable
from salesagent_core.ids import TenantId
from salesagent_core.ports.connections import (
    ConnectionState,
    KeptConnection,
    Lost,
    MailboxConnection,
    Tokens,
)
from salesagent_core.ports.job_queue import Topic
from salesagent_core.use_cases.watch_mailbox import WatchMailboxes

pytestmark = pytest.mark.database


class Pushing:
    """Asked to push; may say no."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: SalesAgentError | None = None

    async def renew(self, tenant_id: TenantId, mailbox: str) -> object:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return None


@attrs.define
class Followed:
    """A connected mailbox with drafts in it, and whoever follows it."""

    stage: Stage
    database: Database
    vault: Vault
    watches: PgMailboxWatches
    pushing: Pushing
    watch: WatchMailboxes

    async def connected(self, tenant: TenantId = TENANT, *, lost: bool = False) -> None:
        state = ConnectionState.DISCONNECTED if lost else ConnectionState.CONNECTED
        now = datetime.now(UTC)
        connection = MailboxConnection(
            tenant_id=tenant,
            mailbox=MAILBOX,
            provider="google",
            account="1",
            scopes=frozenset(),
            state=state,
            since=now,
            by="a",
            why=Lost.REVOKED if lost else None,
        )
        tokens = None if lost else Tokens(access="a", refresh="r", expires_at=now)
        async with PgUnitOfWork(self.database, self.vault, RESULT_TYPES).begin(tenant) as tx:
            await tx.connections.save(
                KeptConnection(connection=connection, tokens=tokens, generation=1)
            )
            if not lost:
                await tx.connections.resume(MAILBOX)

    async def due(self) -> tuple[str, ...]:
        return await PgBacklog(self.database).due(Topic.MAILBOX, 10)

    async def later(self) -> None:
        """The next sweep's time has come, or a dead worker's lease has ended."""
        async with self.database.across_tenants() as connection:
            await connection.execute(
                text("UPDATE mailbox_watches SET due_at = now(), leased_until = NULL")
            )

    async def row(self) -> Any:
        async with self.database.across_tenants() as connection:
            return (await connection.execute(text("SELECT * FROM mailbox_watches"))).one()

    async def to_compare(self) -> set[str]:
        async with self.database.across_tenants() as connection:
            found = await connection.execute(
                text("SELECT id FROM drafts WHERE audit_due_at <= now()")
            )
            return set(found.scalars())

    def answers(self, made: Draft) -> None:
        """The lead writes into the thread of that draft."""
        held = made.in_mailbox
        assert held is not None
        mail = self.stage.mailbox.draft(held.draft_id)
        self.stage.mailbox.receive(
            sender=made.lead.person.email,
            subject=f"Re: {mail.subject}",
            text="One more thing: we have 60 vans.",
            in_reply_to=mail.message_id,
        )


@pytest.fixture
async def followed(database: Database, vault: Vault) -> Followed:
    stage = Stage(database, vault)
    clock = SystemClock()
    watches, pushing = PgMailboxWatches(database, vault), Pushing()
    watch = WatchMailboxes(
        watches=watches,
        history=MemoryMailHistory(stage.world),
        sender=MemoryMailSender(stage.world),
        pushes=pushing,
        queue=stage.bells,
        clock=clock,
        ids=RandomIds(clock),
    )
    return Followed(stage, database, vault, watches, pushing, watch)


async def test_a_reply_makes_the_draft_of_its_thread_due_and_no_other(followed: Followed) -> None:
    stale, other = await followed.stage.pending("a@firm.example"), await followed.stage.pending()
    await followed.connected()
    assert len(await followed.due()) == 1
    assert await followed.watch() == 1
    assert await followed.due() == ()
    async with followed.database.across_tenants() as connection:
        await connection.execute(text("UPDATE drafts SET audit_due_at = now() + interval '1 day'"))
    followed.stage.bells.rung.clear()

    followed.answers(stale)
    await followed.later()
    assert await followed.watch() == 1
    assert followed.stage.bells.rung == [(Topic.SENT_AUDIT, stale.id)]
    assert await followed.to_compare() == {stale.id}
    assert other.id != stale.id
    # It is told once.
    followed.stage.bells.rung.clear()
    await followed.later()
    await followed.watch()
    assert followed.stage.bells.rung == []


async def test_a_push_is_kept_and_one_that_tells_nothing_new_is_not(followed: Followed) -> None:
    await followed.connected()
    await followed.watch()
    (index,) = {str((await followed.row()).mailbox_index)}
    point = int((await followed.row()).point)
    for stale in (str(point), "0", "no number", "9" * 400):
        await followed.watch.told(MAILBOX, stale)
    await followed.watch.told("nobody@example.org", str(point + 1))
    assert await followed.due() == ()
    assert followed.stage.bells.rung == []
    await followed.watch.told(MAILBOX.upper(), str(point + 1))
    assert followed.stage.bells.rung == [(Topic.MAILBOX, index)]
    assert await followed.due() == (index,)


async def test_a_push_while_somebody_looks_is_looked_at_afterwards(followed: Followed) -> None:
    await followed.connected()
    await followed.watch()
    point = int((await followed.row()).point)
    await followed.later()
    (claimed,) = await followed.watches.claim(None, 10)
    await followed.watch.told(MAILBOX, str(point + 5))
    assert await followed.watches.claim(None, 10) == (), "one looks at a time"
    assert await followed.watches.finish(
        claimed, point=str(point + 1), compare=(), again_in=timedelta(minutes=5)
    )
    assert len(await followed.due()) == 1
    assert len(await followed.watches.claim(None, 10)) == 1


async def test_who_lost_the_lease_changes_nothing(followed: Followed) -> None:
    made = await followed.stage.pending()
    await followed.connected()
    (first,) = await followed.watches.claim(None, 10)
    await followed.later()
    (second,) = await followed.watches.claim(None, 10)
    before = await followed.row()
    finish = followed.watches.finish
    assert not await finish(first, point="7", compare=[made.id], again_in=timedelta(minutes=5))
    await followed.watches.postpone(first, datetime.now(UTC) + timedelta(days=1), "x")
    assert await followed.row() == before
    assert await finish(second, point="8", compare=[made.id], again_in=timedelta(minutes=5))
    assert await followed.to_compare() == {made.id}


async def test_many_workers_look_once(followed: Followed) -> None:
    await followed.connected()
    assert sum(await asyncio.gather(*(followed.watch() for _ in range(8)))) == 1


async def test_history_that_expired_means_all_open_drafts_of_the_mailbox(
    followed: Followed,
) -> None:
    made = [await followed.stage.pending(), await followed.stage.approved("b@firm.example")]
    await followed.connected()
    await followed.watch()
    async with followed.database.across_tenants() as connection:
        await connection.execute(text("UPDATE mailbox_watches SET point = 0"))
        await connection.execute(text("UPDATE drafts SET audit_due_at = now() + interval '1 day'"))
    mailbox = followed.stage.mailbox
    long_ago = datetime.now(UTC) - timedelta(days=9)
    mailbox.history[:] = [attrs.evolve(each, at=long_ago) for each in mailbox.history]
    await followed.later()
    await followed.watch()
    assert await followed.to_compare() == {each.id for each in made}
    assert int((await followed.row()).point) == followed.stage.mailbox.history_id


async def test_pushes_are_asked_for_daily_and_a_refusal_stops_nothing(followed: Followed) -> None:
    followed.pushing.error = Rejected("the topic is not there")
    await followed.connected()
    await followed.watch()
    row = await followed.row()
    assert row.point is not None
    assert row.error is None
    assert row.ask_at > datetime.now(UTC) + timedelta(minutes=50)
    followed.pushing.error = None
    async with followed.database.across_tenants() as connection:
        await connection.execute(text("UPDATE mailbox_watches SET ask_at = now()"))
    for _ in range(3):
        await followed.later()
        await followed.watch()
    assert followed.pushing.asked == 2
    assert (await followed.row()).ask_at > datetime.now(UTC) + timedelta(hours=23)


@pytest.mark.parametrize("error", [Unavailable("down"), NeedsReauth("lost")])
async def test_a_mailbox_that_cannot_be_read_is_looked_at_later_from_the_same_point(
    followed: Followed, error: SalesAgentError
) -> None:
    await followed.connected()
    await followed.watch()
    point = (await followed.row()).point
    if isinstance(error, NeedsReauth):
        followed.stage.mailbox.revoke()
    else:
        followed.stage.world.faults.fail("mailbox.changed_since", error)
    await followed.later()
    await followed.watch()
    row = await followed.row()
    assert (row.point, row.attempt) == (point, 1)
    assert row.error
    assert await followed.due() == ()


async def test_a_lost_mailbox_is_left_alone_until_it_is_connected_again(
    followed: Followed,
) -> None:
    await followed.connected()
    await followed.watch()
    await followed.connected(lost=True)
    await followed.later()
    assert await followed.due() == ()
    assert await followed.watch() == 0
    async with followed.database.across_tenants() as connection:
        await connection.execute(
            text("UPDATE mailbox_watches SET due_at = now() + interval '1 hour'")
        )
    await followed.connected()
    assert len(await followed.due()) == 1


async def test_another_tenants_drafts_are_not_looked_at(followed: Followed) -> None:
    await followed.stage.pending()
    await followed.connected(OTHER)
    followed.stage.world.connect_mailbox(OTHER, MAILBOX)
    await followed.watch()
    assert await followed.to_compare() == set()
