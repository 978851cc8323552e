"""What one tenant's transaction may read and write; used by the unit of work only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.audit_chain import audit_columns
from salesagent_adapters.postgres.dead_letters import (
    CRM_EVENT_GIVEN_UP,
    CRM_EVENT_KIND,
    CRM_EVENT_WAITING,
    DRAFT_KIND,
    SEND_KIND,
)
from salesagent_adapters.postgres.rows import (
    Chest,
    clean,
    decision_columns,
    draft_columns,
    place,
    read_decision,
    read_draft,
    read_letter,
    read_revision,
    read_run,
    revision_columns,
)
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.draft import Author, Draft, Revision
from salesagent_core.domain.run import REWRITTEN_STEPS, DeadLetter, Redraft, Run, RunStatus
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import DraftId, RunId, TenantId

_CARRY_OVER = text("""
INSERT INTO journal (tenant_id, run_id, pass_number, step, status, started_at, finished_at, sealed)
SELECT tenant_id, run_id, pass_number + 1, step, status, started_at, finished_at, sealed
FROM journal
WHERE tenant_id = :tenant_id AND run_id = :run_id AND pass_number = :pass_number
  AND step <> ALL(:rewritten)
ON CONFLICT DO NOTHING
""")


class _Store:
    def __init__(self, connection: AsyncConnection, tenant_id: TenantId, chest: Chest) -> None:
        self._connection = connection
        self._tenant = tenant_id
        self._chest = chest

    async def _one(self, statement: Any, *, lock: bool = False) -> Any:
        if lock:
            statement = statement.with_for_update()
        return (await self._connection.execute(statement)).one_or_none()


class PgDrafts(_Store):
    """``DraftStore``."""

    async def get(self, draft_id: DraftId, *, lock: bool = False) -> Draft:
        """See ``DraftStore.get``."""
        row = await self._one(
            self._select().where(tables.drafts.c.id == clean(draft_id)), lock=lock
        )
        if row is None:
            raise NotFound("there is no such draft")
        return read_draft(self._chest, row)

    async def by_run(self, run_id: RunId, *, lock: bool = False) -> Draft | None:
        """See ``DraftStore.by_run``."""
        row = await self._one(self._select().where(tables.drafts.c.run_id == run_id), lock=lock)
        return None if row is None else read_draft(self._chest, row)

    async def add(self, draft: Draft) -> None:
        """See ``DraftStore.add``."""
        statement = (
            upsert(tables.drafts)
            .values(draft_columns(self._chest, self._own(draft)))
            .on_conflict_do_nothing()
            .returning(tables.drafts.c.id)
        )
        if (await self._connection.execute(statement)).one_or_none() is None:
            raise Conflict("the run has a draft already")
        await self._add_revision(draft)
        if draft.assigned:
            await self._put_variants(draft)

    async def save(self, draft: Draft) -> None:
        """See ``DraftStore.save``. A text that the mailbox does not hold yet is due at once, and
        so is one that was given up."""
        table = tables.drafts
        columns = draft_columns(self._chest, self._own(draft))
        changed = table.c.content_hash != columns["content_hash"]
        statement = (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == draft.id)
            .values(
                **columns,
                sync_due_at=case(
                    (changed | table.c.sync_due_at.is_(None), func.now()),
                    else_=table.c.sync_due_at,
                ),
                sync_attempt=case((changed, 0), else_=table.c.sync_attempt),
            )
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound("there is no such draft")
        # Only what the writer wrote anew may have got other variants.
        if await self._add_revision(draft) and draft.revision.author is Author.WRITER:
            await self._put_variants(draft)

    async def revisions(self, draft_id: DraftId) -> tuple[Revision, ...]:
        """See ``DraftStore.revisions``."""
        return await revisions_of(self._connection, self._chest, self._tenant, draft_id)

    def _select(self) -> Any:
        return select(tables.drafts).where(tables.drafts.c.tenant_id == self._tenant)

    def _own(self, draft: Draft) -> Draft:
        if draft.tenant_id != self._tenant:
            raise NotFound("there is no such draft")
        return draft

    async def _put_variants(self, draft: Draft) -> None:
        """The variants of the text as it is now; another version may have got others."""
        table = tables.draft_variants
        await self._connection.execute(
            delete(table).where(table.c.tenant_id == self._tenant, table.c.draft_id == draft.id)
        )
        rows = [
            {
                "tenant_id": self._tenant,
                "draft_id": draft.id,
                "experiment_id": each.experiment_id,
                "variant_index": self._chest.index(each.variant),
            }
            for each in draft.assigned
        ]
        if rows:
            await self._connection.execute(insert(table).values(rows))

    async def _add_revision(self, draft: Draft) -> bool:
        table = tables.revisions
        statement = (
            upsert(table)
            .values(revision_columns(self._chest, draft))
            .on_conflict_do_nothing()
            .returning(table.c.number)
        )
        return (await self._connection.execute(statement)).one_or_none() is not None


class PgDecisions(_Store):
    """``DecisionLog``."""

    async def add(self, decision: Decision) -> None:
        """Append. Raises: Conflict when it is there already."""
        values = decision_columns(self._chest, self._tenant, decision)
        await self._connection.execute(insert(tables.decisions).values(values))

    async def of_draft(self, draft_id: DraftId) -> tuple[Decision, ...]:
        """See ``DecisionLog.of_draft``."""
        return await decisions_of(self._connection, self._chest, self._tenant, draft_id)


class PgRuns(_Store):
    """``RunStore``."""

    async def get(self, run_id: RunId, *, lock: bool = False) -> Run:
        """See ``RunStore.get``."""
        return read_run(self._chest, await self._row(run_id, lock=lock))

    async def begin_pass(self, run_id: RunId, redraft: Redraft) -> Run:
        """See ``RunStore.begin_pass``."""
        table = tables.runs
        sealed = self._chest.shut(redraft, place("redraft", self._tenant, run_id))
        again = await self._again(
            run_id,
            pass_number=table.c.pass_number + 1,
            lease_token=table.c.lease_token + 1,
            current_step=None,
            redraft=sealed,
        )
        values = {
            "tenant_id": self._tenant,
            "run_id": run_id,
            "pass_number": again.pass_number - 1,
            "rewritten": sorted(REWRITTEN_STEPS),
        }
        await self._connection.execute(_CARRY_OVER, values)
        return again

    async def resume(self, run_id: RunId) -> Run:
        """See ``RunStore.resume``. A run that is due or being worked goes on as it is."""
        row = await self._row(run_id, lock=True)
        if row.status == RunStatus.COMPLETED:
            raise Conflict("the run is completed")
        if row.status not in (RunStatus.WAITING, RunStatus.FAILED):
            return read_run(self._chest, row)
        return await self._again(run_id)

    async def _row(self, run_id: RunId, *, lock: bool) -> Any:
        table = tables.runs
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(run_id)
        )
        row = await self._one(statement, lock=lock)
        if row is None:
            raise NotFound("there is no such run")
        return row

    async def _again(self, run_id: RunId, **changes: Any) -> Run:
        table = tables.runs
        statement = (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == run_id)
            .values(
                status=RunStatus.TRIGGERED.value,
                due_at=func.now(),
                attempt=0,
                waiting_for=None,
                waiting_mailbox=None,
                failure=None,
                finished_at=None,
                updated_at=func.now(),
                **changes,
            )
            .returning(table)
        )
        row = await self._one(statement)
        if row is None:
            raise NotFound("there is no such run")
        return read_run(self._chest, row)


class PgAudit(_Store):
    """``AuditTrail``."""

    async def add(self, event: AuditEvent) -> None:
        """Append, signed; it is sealed into the chain soon after."""
        values = audit_columns(self._chest.audit_key, self._tenant, event)
        await self._connection.execute(insert(tables.audit).values(values))


class PgDeadLetters(_Store):
    """``DeadLetters``."""

    async def get(self, letter_id: str, *, lock: bool = False) -> DeadLetter:
        """See ``DeadLetters.get``."""
        table = tables.dead_letters
        statement = select(table).where(
            table.c.tenant_id == self._tenant, table.c.id == clean(letter_id)
        )
        row = await self._one(statement, lock=lock)
        if row is None:
            raise NotFound("there is no such dead letter")
        return read_letter(self._chest, row)

    async def save(self, letter: DeadLetter) -> None:
        """Store its state. Raises: NotFound."""
        table = tables.dead_letters
        note = letter.note and self._chest.shut(letter.note, place("note", self._tenant, letter.id))
        statement = (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == letter.id)
            .values(
                state=letter.state.value,
                settled_at=letter.settled_at,
                settled_by=letter.settled_by,
                note=note or None,
            )
        )
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound("there is no such dead letter")

    async def requeue(self, letter: DeadLetter) -> None:
        """See ``DeadLetters.requeue``. What is not given up stays as it is."""
        if letter.subject_kind == CRM_EVENT_KIND:
            statement = self._requeue_event(letter.subject_id)
        elif letter.subject_kind == DRAFT_KIND:
            statement = self._requeue_draft(letter.subject_id)
        elif letter.subject_kind == SEND_KIND:
            statement = self._requeue_send(letter.subject_id)
        else:
            raise NotFound("there is nothing of that kind to send round again")
        if (await self._connection.execute(statement)).rowcount != 1:
            raise NotFound("what this dead letter is about is gone")

    def _requeue_event(self, event_id: str) -> Any:
        table = tables.crm_events
        given_up = table.c.state == CRM_EVENT_GIVEN_UP
        return (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == event_id)
            .values(
                state=case((given_up, literal(CRM_EVENT_WAITING)), else_=table.c.state),
                due_at=case((given_up, func.now()), else_=table.c.due_at),
                attempt=case((given_up, 0), else_=table.c.attempt),
            )
        )

    def _requeue_draft(self, draft_id: str) -> Any:
        table = tables.drafts
        given_up = table.c.sync_due_at.is_(None)
        return (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == draft_id)
            .values(
                sync_due_at=case((given_up, func.now()), else_=table.c.sync_due_at),
                sync_attempt=case((given_up, 0), else_=table.c.sync_attempt),
            )
        )

    def _requeue_send(self, attempt_id: str) -> Any:
        table = tables.send_attempts
        # Its state stays: one that may have been sent is looked after, never sent again.
        open_ = table.c.status.in_(("scheduled", "sending", "unknown"))
        given_up = table.c.due_at.is_(None) & open_
        return (
            update(table)
            .where(table.c.tenant_id == self._tenant, table.c.id == attempt_id)
            .values(due_at=case((given_up, func.now()), else_=table.c.due_at))
        )


async def revisions_of(
    connection: AsyncConnection, chest: Chest, tenant_id: TenantId, draft_id: DraftId
) -> tuple[Revision, ...]:
    """A draft's revisions, oldest first."""
    table = tables.revisions
    statement = (
        select(table)
        .where(table.c.tenant_id == tenant_id, table.c.draft_id == draft_id)
        .order_by(table.c.number)
    )
    rows = (await connection.execute(statement)).all()
    return tuple(read_revision(chest, row) for row in rows)


async def decisions_of(
    connection: AsyncConnection, chest: Chest, tenant_id: TenantId, draft_id: DraftId
) -> tuple[Decision, ...]:
    """A draft's decisions, oldest first."""
    table = tables.decisions
    statement = (
        select(table)
        .where(table.c.tenant_id == tenant_id, table.c.draft_id == draft_id)
        .order_by(table.c.seq)
    )
    rows = (await connection.execute(statement)).all()
    return tuple(read_decision(chest, row) for row in rows)
