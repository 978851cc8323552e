"""From a form to a mail that left, through the application's own wiring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import text
from tests.contract.postgres.samples import arrival

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.dramatiq.broker import make_broker
from salesagent_adapters.memory.stored_mail import StoredMail
from salesagent_adapters.memory.world import World
from salesagent_adapters.postgres.rows import new_id
from salesagent_adapters.system.clock import SystemClock
from salesagent_app.container import Container, build_container
from salesagent_app.settings import read_settings
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.sending.attempt import AttemptStatus, SendAttempt
from salesagent_core.domain.sending.gate import SendPermission, SendRefused
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict
from salesagent_core.ids import DEFAULT_TENANT, DraftId
from salesagent_core.ports.job_queue import Topic

MAILBOX = "sales@ours.example"
EVERYBODY = SendPermission(allowed=True, recipients=("*",))
LEAD = "kim.lead@firm.example"


class Office:
    """The application over one database, with workers that work when they are told to."""

    def __init__(self, container: Container, world: World) -> None:
        self.make = container.providers
        self.world = world
        self.handlers = container.worker_parts().handlers

    async def drafted(self, email: str = LEAD) -> Draft:
        """A form comes in and is carried to its draft."""
        one = arrival(email=email, message=f"Could you show me your product? {new_id()}")
        receipt = await self.make.receive_submission()(one.submission, one.raw)
        run_id = receipt.run_id
        for _ in range(5):
            await self.handlers[Topic.RUN]([run_id])
        async with self.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            draft: Draft | None = await tx.drafts.by_run(run_id)
        assert draft is not None
        return draft

    async def approve(self, draft: Draft) -> None:
        await self.make.review_draft().approve(
            DEFAULT_TENANT, draft.id, content_hash=draft.revision.content_hash, operator="o-1"
        )

    async def attempts(self, draft_id: DraftId) -> tuple[SendAttempt, ...]:
        async with self.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            found: tuple[SendAttempt, ...] = await tx.sends.of_draft(draft_id)
        return found

    async def status(self, draft_id: DraftId) -> DraftStatus:
        async with self.make.unit_of_work().begin(DEFAULT_TENANT) as tx:
            draft: Draft = await tx.drafts.get(draft_id)
        return draft.status

    async def work(self, after: timedelta = timedelta(seconds=30)) -> None:
        """Time passes, and the sweeper's findings are worked off."""
        database = self.make.database()
        async with database.across_tenants() as connection:
            shift = text("UPDATE send_attempts SET due_at = due_at - CAST(:d AS interval)")
            await connection.execute(shift, {"d": after})
        for topic in (Topic.SEND, Topic.RECONCILE, Topic.SENT_AUDIT):
            ids = await self.make.backlog().due(topic, 50)
            await self.handlers[topic](list(ids))

    async def handlers_run(self) -> None:
        """What is due is worked off, and no time passes."""
        await self.work(timedelta(0))

    def sent(self) -> list[StoredMail]:
        mailbox = self.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)
        return [mail for mail in mailbox.mails.values() if "SENT" in mail.labels]


def make_office(
    database_url: str,
    vault: Vault,
    permission: SendPermission | None,
    world: World | None = None,
) -> Office:
    """``world``: vendors that were there before."""
    if world is None:
        world = World(SystemClock())
        world.connect_mailbox(DEFAULT_TENANT, MAILBOX)
    # Sixty leads in a second are more than the strict CRM takes.
    world.tenant(DEFAULT_TENANT).crm.requests_per_window = None
    tenant = Tenant(
        id=DEFAULT_TENANT,
        name="Ours",
        mailbox=MAILBOX,
        sender_name="Max Berger",
        postal_address="Ours Ltd, 1 High Street, London",
    )
    container = build_container(
        settings=read_settings(public_url="https://ours.example"),
        database_url=database_url,
        vault=vault,
        broker=make_broker(None),
        world=world,
        tenant=tenant,
        webhook_secrets=(),
        send_permission=permission,
    )
    return Office(container, world)


@pytest.fixture
async def office(database_url: str, vault: Vault) -> AsyncIterator[Office]:
    made = make_office(database_url, vault, EVERYBODY)
    yield made
    await made.make.database().close()


async def test_an_approval_sends_after_the_undo_and_the_opt_out_works(office: Office) -> None:
    draft = await office.drafted()
    assert draft.in_mailbox is not None
    await office.approve(draft)
    (attempt,) = await office.attempts(draft.id)
    assert attempt.due_at is not None
    assert attempt.due_at - attempt.created_at == timedelta(seconds=30)
    await office.work(timedelta(0))
    assert office.sent() == []
    with pytest.raises(Conflict):
        await office.approve(draft)
    await office.work()
    (mail,) = office.sent()
    assert mail.recipients == (LEAD,)
    assert mail.thread_id == draft.in_mailbox.thread_id
    assert await office.status(draft.id) is DraftStatus.SENT
    link = message_from_bytes(mail.raw)["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://ours.example/")
    await office.make.manage_suppressions().unsubscribe(link.rpartition("/")[2])
    again = await office.drafted()
    await office.approve(again)
    assert await office.attempts(again.id) == ()
    with pytest.raises(SendRefused) as refused:
        await office.make.schedule_send().send_now(
            DEFAULT_TENANT, again.id, content_hash=again.revision.content_hash, operator="o-1"
        )
    assert refused.value.verdict.has("suppressed_unsubscribed")


async def test_the_third_mail_in_a_week_names_its_day(office: Office) -> None:
    for _ in range(2):
        draft = await office.drafted()
        await office.approve(draft)
        await office.work()
    third = await office.drafted()
    await office.approve(third)
    assert await office.status(third.id) is DraftStatus.APPROVED
    with pytest.raises(SendRefused) as refused:
        await office.make.schedule_send().send_now(
            DEFAULT_TENANT, third.id, content_hash=third.revision.content_hash, operator="o-1"
        )
    assert refused.value.may_go_at is not None
    assert len(office.sent()) == 2


async def test_the_kill_switch_stops_a_batch_in_the_middle(office: Office) -> None:
    for n in range(4):
        await office.approve(await office.drafted(f"kim@firm{n}.example"))
    control = office.make.control_sending()
    database = office.make.database()
    async with database.across_tenants() as connection:
        await connection.execute(text("UPDATE send_attempts SET due_at = now()"))
    await office.make.send_drafts()(None, limit=2)
    status = await control.stop(DEFAULT_TENANT, who="boss", why="complaint")
    assert status.stopped
    assert status.in_flight == ()
    await office.work()
    assert len(office.sent()) == 2
    await control.resume(DEFAULT_TENANT, who="boss", why="sorted out")
    await office.work()
    assert len(office.sent()) == 4


async def test_by_default_an_approved_draft_stays_approved(database_url: str, vault: Vault) -> None:
    office = make_office(database_url, vault, None)
    draft = await office.drafted()
    await office.approve(draft)
    await office.work()
    assert await office.attempts(draft.id) == ()
    assert await office.status(draft.id) is DraftStatus.APPROVED
    assert office.sent() == []
    await office.make.database().close()


async def test_a_person_presses_send_in_the_mailbox(office: Office) -> None:
    draft = await office.drafted()
    assert draft.in_mailbox is not None
    mailbox = office.world.connected_mailbox(DEFAULT_TENANT, MAILBOX)
    mailbox.human_sends(draft.in_mailbox.draft_id)
    assert await office.make.audit_sent()([draft.id]) == 1
    assert await office.status(draft.id) is DraftStatus.SENT
    (attempt,) = await office.attempts(draft.id)
    assert attempt.status is AttemptStatus.SENT
    assert attempt.sent is not None
    assert attempt.sent.by_human
