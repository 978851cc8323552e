"""Sending as a state machine: operators, workers, people and faults in any order.

What must hold whatever happens: no revision leaves the mailbox twice, nothing that was approved
to be sent is lost, an unknown result is visible and keeps its slot, and the audit trail is whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from tests.contract.postgres.samples import TENANT
from tests.databases import administer
from tests.sending_stage import Killed, Stage

from salesagent_adapters.crypto.vault import Vault
from salesagent_adapters.memory.faults import When
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.tables import metadata
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.sending.attempt import DRAFT_STATUS, HOLDS_SLOT, AttemptStatus
from salesagent_core.domain.sending.gate import SendMode, SendRefused
from salesagent_core.domain.sending.rate_limit import Limits
from salesagent_core.errors import Conflict, NeedsReauth, NotFound, RateLimited, Rejected
from salesagent_core.ids import DraftId
from salesagent_core.ports.mail_sender import FateUnknown, NotSent

FAULT_POINTS = (
    "before commit",
    "after commit",
    "before read",
    "before thread",
    "before history",
    "before send",
    "after send",
)
SEND_FAULTS = (
    FateUnknown("x"),
    FateUnknown("y"),
    FateUnknown("z"),
    TimeoutError(),
    NotSent("x"),
    Rejected("x"),
    NeedsReauth("x"),
)
SETTLED = frozenset(
    {
        DraftStatus.SENT,
        DraftStatus.SEND_FAILED,
        DraftStatus.NEEDS_OPERATOR,
        DraftStatus.PENDING_APPROVAL,
    }
)


class SendMachine(RuleBasedStateMachine):
    """Drives the real use cases over a real database and the mailbox in memory."""

    url: ClassVar[str]
    vault: ClassVar[Vault]

    drafts: Bundle[DraftId] = Bundle("drafts")

    @initialize(target=drafts)
    def start(self) -> Any:
        every_tenant = "SELECT set_config('salesagent.tenant', '*', false)"
        administer(self.url, every_tenant, *(f"DELETE FROM {name}" for name in metadata.tables))
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=4, system_pool_size=2)
        self.stage = Stage(self.database, self.vault)
        self.people = 0
        self.made: dict[DraftId, Draft] = {}
        self.by_human: set[DraftId] = set()
        self.run(
            self.stage.control.set_limits(
                TENANT,
                Limits(per_contact=2, per_mailbox=200, per_company=50),
                who="a",
                why="test",
            )
        )
        return multiple(*(self._scheduled() for _ in range(3)))

    def _scheduled(self) -> DraftId:
        draft_id = self._written()
        self.run(self._approve(draft_id, 0))
        return draft_id

    def _written(self) -> DraftId:
        self.people += 1
        made: Draft = self.runner.run(self.stage.pending(f"p{self.people}@firm{self.people}.test"))
        self.made[made.id] = made
        return made.id

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.everything_comes_to_an_end()
        finally:
            self.run(self.database.close())
            self.runner.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self.runner.run(work)
        except Killed:
            return None

    # ------------------------------------------------------------------ operators

    @rule(target=drafts)
    def somebody_writes_again(self) -> DraftId:
        self.people -= 1
        return self._written()

    @rule(draft_id=drafts, seconds=st.sampled_from([0, 30]))
    def approve_and_schedule(self, draft_id: DraftId, seconds: int) -> None:
        self.run(self._approve(draft_id, seconds))

    @rule(draft_id=drafts)
    def undo(self, draft_id: DraftId) -> None:
        async def work() -> None:
            try:
                await self.stage.schedule.cancel(TENANT, draft_id, operator="o-2")
            except Conflict:
                return

        self.run(work())

    @rule(draft_id=drafts)
    def somebody_looked(self, draft_id: DraftId) -> None:
        """A person answers truly what became of a draft that the machine asked about."""
        was_sent = bool(self.stage.sent(self.made[draft_id]))

        async def work() -> None:
            try:
                await self.stage.reconcile.settle(
                    TENANT, draft_id, was_sent=was_sent, operator="o-1"
                )
            except Conflict:
                return

        self.run(work())

    @rule(stopped=st.sampled_from([True, False, False]))
    def kill_switch(self, stopped: bool) -> None:
        control = self.stage.control
        move = control.stop if stopped else control.resume
        self.run(move(TENANT, who="boss", why="drill"))

    @rule(mode=st.sampled_from([SendMode.SEND, SendMode.SEND, SendMode.DRAFT_ONLY]))
    def mode(self, mode: SendMode) -> None:
        self.run(self.stage.control.set_mode(TENANT, mode, who="boss", why="drill"))

    async def _approve(self, draft_id: DraftId, seconds: int) -> None:
        current = await self.stage.draft(draft_id)
        try:
            if current.status is DraftStatus.PENDING_APPROVAL:
                current = await self.stage.approve(current)
            await self.stage.schedule(
                TENANT,
                draft_id,
                content_hash=current.revision.content_hash,
                operator="o-1",
                delay=timedelta(seconds=seconds),
            )
        except (Conflict, SendRefused):
            return

    # ------------------------------------------------------------------ workers, faults and time

    @rule(
        fault=st.sampled_from((None, *SEND_FAULTS)),
        lost=st.sampled_from([True, True, False]),
        death=st.none() | st.sampled_from(FAULT_POINTS),
        nth=st.integers(1, 4),
        workers=st.integers(1, 3),
    )
    def send(
        self, fault: Exception | None, lost: bool, death: str | None, nth: int, workers: int
    ) -> None:
        if fault is not None:
            when = When.AFTER if lost and isinstance(fault, FateUnknown) else When.BEFORE
            self.stage.world.faults.fail("mailbox.send_draft", fault, when=when)

        async def work() -> None:
            await self.stage.later(timedelta(minutes=11))
            if death is not None:
                self.stage.points.kill_at(death, nth)
            await asyncio.gather(*(self.stage.send() for _ in range(workers)))

        self.run(work())
        self.no_more_faults()

    @rule(
        fault=st.none() | st.sampled_from(["read_draft", "sent_in_thread", "sent_since"]),
        death=st.none() | st.sampled_from(FAULT_POINTS),
        nth=st.integers(1, 4),
    )
    def reconcile(self, fault: str | None, death: str | None, nth: int) -> None:
        if fault is not None:
            error = RateLimited("slow down", retry_at=datetime.now(UTC))
            self.stage.world.faults.fail(f"mailbox.{fault}", error)

        async def work() -> None:
            await self.stage.later(timedelta(minutes=11))
            if death is not None:
                self.stage.points.kill_at(death, nth)
            await self.stage.reconcile()

        self.run(work())
        self.no_more_faults()

    @rule(seconds=st.sampled_from([5, 31]))
    def a_little_time_passes(self, seconds: int) -> None:
        self.run(self.stage.later(timedelta(seconds=seconds)))

    @rule()
    def sync(self) -> None:
        self.run(self.stage.sync())

    @rule()
    def audit(self) -> None:
        self.run(self.stage.audit(list(self.made)))

    def no_more_faults(self) -> None:
        self.stage.points.clear()
        self.stage.world.faults.clear()

    # ------------------------------------------------------------------ people in the mailbox

    @rule(draft_id=drafts, what=st.sampled_from(["send", "delete", "edit"]))
    def a_person_acts(self, draft_id: DraftId, what: str) -> None:
        handle = self.runner.run(self.stage.draft(draft_id)).in_mailbox
        assert handle is not None
        mailbox = self.stage.mailbox
        try:
            if what == "send":
                mailbox.human_sends(handle.draft_id)
                self.by_human.add(draft_id)
            elif what == "delete":
                mailbox.human_deletes(handle.draft_id)
            else:
                mailbox.human_edits(handle.draft_id, text=f"Edited in {draft_id}")
        except NotFound:
            return

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def never_twice(self) -> None:
        if hasattr(self, "stage"):
            keys = [mail.key for mail in self.stage.sent()]
            assert len(keys) == len(set(keys)), "a draft left the mailbox twice"

    @invariant()
    def what_may_be_out_holds_its_slot_and_shows(self) -> None:
        if not hasattr(self, "stage"):
            return

        async def look() -> list[Any]:
            statement = text(
                "SELECT a.id, a.status, a.due_at, d.status AS draft_status, s.attempt_id AS slot"
                " FROM send_attempts a JOIN drafts d ON d.id = a.draft_id"
                " LEFT JOIN send_slots s ON s.attempt_id = a.id"
            )
            async with self.database.across_tenants() as connection:
                return list((await connection.execute(statement)).all())

        for row in self.runner.run(look()):
            status = AttemptStatus(row.status)
            holds = status in HOLDS_SLOT or status is AttemptStatus.SENT
            assert holds == (row.slot is not None), (status, row.slot)
            if status in (AttemptStatus.SENDING, AttemptStatus.UNKNOWN):
                assert row.draft_status == DRAFT_STATUS[status].value
            if status in (AttemptStatus.SCHEDULED, AttemptStatus.SENDING, AttemptStatus.UNKNOWN):
                assert row.due_at is not None, "nobody would ever look at it again"

    def everything_comes_to_an_end(self) -> None:
        """Faults over, switches released: all of it is sent, or visibly waits for a person."""
        stage = self.stage
        stage.points.clear()
        stage.world.faults.clear()
        self.runner.run(stage.control.resume(TENANT, who="boss", why="over"))
        self.runner.run(stage.control.set_mode(TENANT, SendMode.SEND, who="boss", why="over"))
        self.runner.run(stage.until_quiet(20))
        self.never_twice()
        self.what_may_be_out_holds_its_slot_and_shows()
        sent = {mail.key for mail in stage.sent()}
        for draft_id, made in self.made.items():
            draft = self.runner.run(stage.draft(draft_id))
            attempts = self.runner.run(self._attempts(draft_id))
            actions = self.runner.run(stage.actions(draft_id))
            open_ones = [
                each
                for each in attempts
                if each.status not in (AttemptStatus.CANCELLED, AttemptStatus.SCHEDULED)
            ]
            if open_ones:
                assert draft.status in SETTLED | {DraftStatus.APPROVED}, draft.status
            assert not any(each.status is AttemptStatus.SCHEDULED for each in attempts), "lost"
            left = f"run-{made.run_id}" in sent
            if draft.status is DraftStatus.SENT:
                assert left, "counted as sent, and it never was"
                assert actions.count("send.sent") == 1
            if left and draft_id not in self.by_human:
                assert draft.status is DraftStatus.SENT, "it left, and nobody knows"

    async def _attempts(self, draft_id: DraftId) -> Any:
        async with self.stage.work.begin(TENANT) as tx:
            return await tx.sends.of_draft(draft_id)


@pytest.mark.database
def test_sending_holds_under_any_order_of_events(database_url: str, vault: Vault) -> None:
    SendMachine.url, SendMachine.vault = database_url, vault
    run_state_machine_as_test(
        SendMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
