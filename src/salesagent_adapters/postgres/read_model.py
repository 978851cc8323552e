"""Lists and details for people, one tenant at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.dead_letters import CRM_EVENT_DONE
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.journal import in_order
from salesagent_adapters.postgres.queue_reads import PgQueueReads
from salesagent_adapters.postgres.repositories import decisions_of, revisions_of
from salesagent_adapters.postgres.rows import (
    EntryRows,
    clean,
    read_decision,
    read_draft,
    read_letter,
    read_run,
    read_submission,
)
from salesagent_core.domain.approval import Decision
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.run import (
    STEP_NAMES,
    DeadLetter,
    DeadLetterState,
    JournalEntry,
    Run,
    RunStatus,
    StepStatus,
)
from salesagent_core.errors import NotFound
from salesagent_core.ids import DraftId, RunId, TenantId
from salesagent_core.ports.read_model import DraftDetail, QueueStatus, RunDetail, RunSummary
from salesagent_core.ports.secrets_vault import Sealer

_QUEUE = text(
    """
SELECT
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM
     (SELECT status, count(*) AS n FROM runs WHERE tenant_id = :tenant GROUP BY status) AS r)
     AS runs,
  (SELECT count(*) FROM runs WHERE tenant_id = :tenant AND due_at <= now()) AS due,
  (SELECT CAST(extract(epoch FROM now() - min(due_at)) AS float8) FROM runs
     WHERE tenant_id = :tenant AND due_at <= now()) AS oldest_due,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM
     (SELECT status, count(*) AS n FROM drafts WHERE tenant_id = :tenant GROUP BY status) AS d)
     AS drafts,
  (SELECT CAST(extract(epoch FROM now() - min(created_at)) AS float8) FROM drafts
     WHERE tenant_id = :tenant AND status = 'pending_approval') AS oldest_pending,
  (SELECT count(*) FROM dead_letters WHERE tenant_id = :tenant AND state = 'open') AS letters,
  (SELECT count(*) FROM crm_events WHERE tenant_id = :tenant AND due_at IS NOT NULL) AS events
"""
)

_RUN_STATE = text(
    """
SELECT r.status, r.updated_at, r.pass_number, r.attempt, r.waiting_for, r.failure,
  (SELECT count(*) FROM journal j WHERE j.tenant_id = r.tenant_id AND j.run_id = r.id
     AND j.pass_number = r.pass_number) AS steps,
  (SELECT count(*) FROM dead_letters l WHERE l.tenant_id = r.tenant_id AND l.subject_id = r.id
     AND l.state = 'open') AS letters
FROM runs r WHERE r.tenant_id = :tenant AND r.id = :run
"""
)
_RUNS_STATE = text(
    """
SELECT count(*), md5(string_agg(id || status, ',' ORDER BY id)) FROM (
  SELECT id, status FROM runs WHERE tenant_id = :tenant ORDER BY created_at DESC, id DESC LIMIT 100
) AS newest
"""
)


class PgReadModel(PgQueueReads):
    """``ReadModel`` over PostgreSQL; ``result_types`` as for ``PgJournal``."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        result_types: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(database, sealer)
        self._entry_rows = EntryRows(self._chest, result_types)

    async def drafts(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[DraftStatus] = (),
        limit: int,
        offset: int = 0,
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        """See ``ReadModel.drafts``."""
        table = tables.drafts
        statement = _page(select(table), table, statuses, limit, offset, tenant_id)
        async with self._database.tenant(tenant_id) as connection:
            return await self._with_decisions(connection, tenant_id, statement)

    async def named(
        self, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        """See ``ReadModel.named``."""
        table = tables.drafts
        statement = select(table).where(
            table.c.tenant_id == tenant_id, table.c.id.in_([clean(one) for one in draft_ids])
        )
        async with self._database.tenant(tenant_id) as connection:
            found = await self._with_decisions(connection, tenant_id, statement)
        by_id = {draft.id: (draft, decision) for draft, decision in found}
        return tuple(by_id[one] for one in draft_ids if one in by_id)

    async def draft(self, tenant_id: TenantId, draft_id: DraftId) -> DraftDetail:
        """See ``ReadModel.draft``."""
        table = tables.drafts
        statement = select(table).where(
            table.c.tenant_id == tenant_id, table.c.id == clean(draft_id)
        )
        async with self._database.tenant(tenant_id) as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise NotFound("there is no such draft")
            draft = read_draft(self._chest, row)
            run = await self._run(connection, tenant_id, draft.run_id)
            entries = await self._entries(connection, run)
            return DraftDetail(
                draft=draft,
                revisions=await revisions_of(connection, self._chest, tenant_id, draft_id),
                decisions=await decisions_of(connection, self._chest, tenant_id, draft_id),
                entries=entries,
                run=_at_its_step(run, {entry.step for entry in entries}),
            )

    async def runs(
        self,
        tenant_id: TenantId,
        *,
        statuses: Sequence[RunStatus] = (),
        parked: bool = False,
        limit: int,
        offset: int = 0,
    ) -> tuple[RunSummary, ...]:
        """See ``ReadModel.runs``."""
        table = tables.runs
        statement = _page(select(table), table, statuses, limit, offset, tenant_id)
        if parked:
            waits = table.c.status == RunStatus.WAITING.value
            statement = statement.where(waits, table.c.due_at.is_(None))
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
            return await self._summaries(connection, tenant_id, rows)

    async def run(self, tenant_id: TenantId, run_id: RunId) -> RunDetail:
        """See ``ReadModel.run``."""
        table = tables.submissions
        letters = tables.dead_letters
        async with self._database.tenant(tenant_id) as connection:
            run = await self._run(connection, tenant_id, run_id)
            found = await connection.execute(
                select(table.c.sealed).where(
                    table.c.tenant_id == tenant_id, table.c.id == run.submission_id
                )
            )
            sealed = found.scalar_one_or_none()
            if sealed is None:
                raise NotFound("the run's submission is no longer stored")
            entries = await self._entries(connection, run)
            found = await connection.execute(
                select(letters)
                .where(letters.c.tenant_id == tenant_id, letters.c.subject_id == run_id)
                .order_by(letters.c.created_at.desc(), letters.c.id.desc())
            )
            buried = tuple(read_letter(self._chest, row) for row in found)
            drafts = await self._draft_ids(connection, tenant_id, [run_id])
        return RunDetail(
            run=_at_its_step(run, {entry.step for entry in entries}),
            submission=read_submission(self._sealer, tenant_id, run.submission_id, sealed),
            entries=entries,
            draft_id=drafts.get(run_id),
            dead_letters=buried,
        )

    async def run_state(self, tenant_id: TenantId, run_id: RunId | None) -> str:
        """See ``ReadModel.run_state``."""
        statement = _RUNS_STATE if run_id is None else _RUN_STATE
        async with self._database.tenant(tenant_id) as connection:
            values = {"tenant": tenant_id, "run": clean(run_id or "")}
            row = (await connection.execute(statement, values)).one_or_none()
        if row is None:
            raise NotFound("there is no such run")
        return "|".join(str(value) for value in row)

    async def task_run(self, tenant_id: TenantId, task_id: str) -> RunSummary | None:
        """See ``ReadModel.task_run``. An event that concerned nobody has no run, ever."""
        task_id = clean(task_id)
        runs = tables.runs
        async with self._database.tenant(tenant_id) as connection:
            run_id: str | None = task_id
            for _ in ("a run's own id", "the run of an event"):
                found = await connection.execute(
                    select(runs).where(runs.c.tenant_id == tenant_id, runs.c.id == run_id)
                )
                rows = found.all()
                if rows:
                    return (await self._summaries(connection, tenant_id, rows))[0]
                run_id = await self._run_of_event(connection, tenant_id, task_id)
                if run_id is None:
                    return None
        raise NotFound("there is no such task")

    async def dead_letters(
        self, tenant_id: TenantId, *, state: DeadLetterState | None, limit: int, offset: int = 0
    ) -> tuple[DeadLetter, ...]:
        """See ``ReadModel.dead_letters``."""
        table = tables.dead_letters
        states = () if state is None else (state,)
        statement = _page(select(table), table, states, limit, offset, tenant_id, table.c.state)
        async with self._database.tenant(tenant_id) as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(read_letter(self._chest, row) for row in rows)

    async def queue_status(self, tenant_id: TenantId) -> QueueStatus:
        """See ``ReadModel.queue_status``."""
        async with self._database.tenant(tenant_id) as connection:
            row = (await connection.execute(_QUEUE, {"tenant": tenant_id})).one()
        return QueueStatus(
            runs=row.runs,
            due=row.due,
            oldest_due_age=row.oldest_due,
            drafts=row.drafts,
            oldest_pending_age=row.oldest_pending,
            dead_letters_open=row.letters,
            crm_events_waiting=row.events,
        )

    async def _with_decisions(
        self, connection: AsyncConnection, tenant_id: TenantId, statement: Select[Any]
    ) -> tuple[tuple[Draft, Decision | None], ...]:
        drafts = [read_draft(self._chest, row) for row in await connection.execute(statement)]
        table = tables.decisions
        last = (
            select(func.max(table.c.seq))
            .where(
                table.c.tenant_id == tenant_id,
                table.c.draft_id.in_([draft.id for draft in drafts]),
            )
            .group_by(table.c.draft_id)
        )
        latest = select(table).where(table.c.tenant_id == tenant_id, table.c.seq.in_(last))
        decisions = {
            row.draft_id: read_decision(self._chest, row)
            for row in (await connection.execute(latest) if drafts else ())
        }
        return tuple((draft, decisions.get(draft.id)) for draft in drafts)

    async def _run(self, connection: AsyncConnection, tenant_id: TenantId, run_id: RunId) -> Run:
        table = tables.runs
        found = await connection.execute(
            select(table).where(table.c.tenant_id == tenant_id, table.c.id == clean(run_id))
        )
        row = found.one_or_none()
        if row is None:
            raise NotFound("there is no such run")
        return read_run(self._chest, row)

    async def _entries(self, connection: AsyncConnection, run: Run) -> tuple[JournalEntry, ...]:
        table = tables.journal
        rows = await connection.execute(
            select(table).where(
                table.c.tenant_id == run.tenant_id,
                table.c.run_id == run.id,
                table.c.pass_number == run.pass_number,
            )
        )
        return in_order([self._entry_rows.read(run.tenant_id, run.id, row) for row in rows])

    async def _summaries(
        self, connection: AsyncConnection, tenant_id: TenantId, rows: Sequence[Any]
    ) -> tuple[RunSummary, ...]:
        if not rows:
            return ()
        table = tables.journal
        steps = await connection.execute(
            select(table.c.run_id, table.c.step, table.c.status).where(
                table.c.tenant_id == tenant_id,
                tuple_(table.c.run_id, table.c.pass_number).in_(
                    [(row.id, row.pass_number) for row in rows]
                ),
                table.c.status != StepStatus.FAILED.value,
            )
        )
        finished: dict[str, dict[str, str]] = {}
        for run_id, step, status in steps:
            finished.setdefault(run_id, {})[step] = status
        drafts = await self._draft_ids(connection, tenant_id, [row.id for row in rows])
        names = await self._names(connection, tenant_id, list(drafts.values()))
        return tuple(
            _summary(
                read_run(self._chest, row),
                finished.get(row.id, {}),
                drafts.get(row.id),
                names.get(drafts.get(row.id, DraftId(""))),
            )
            for row in rows
        )

    async def _draft_ids(
        self, connection: AsyncConnection, tenant_id: TenantId, run_ids: Sequence[str]
    ) -> dict[str, DraftId]:
        table = tables.drafts
        rows = await connection.execute(
            select(table.c.run_id, table.c.id).where(
                table.c.tenant_id == tenant_id, table.c.run_id.in_(run_ids)
            )
        )
        return {run_id: DraftId(draft_id) for run_id, draft_id in rows}

    async def _run_of_event(
        self, connection: AsyncConnection, tenant_id: TenantId, event_id: str
    ) -> str | None:
        """None while it waits. Raises: NotFound when there is none, or no run came of it."""
        events, submissions = tables.crm_events, tables.submissions
        found = await connection.execute(
            select(events.c.state, submissions.c.run_id)
            .outerjoin(
                submissions,
                (submissions.c.tenant_id == events.c.tenant_id)
                & (submissions.c.id == events.c.submission_id),
            )
            .where(events.c.tenant_id == tenant_id, events.c.id == event_id)
        )
        row = found.one_or_none()
        if row is None or (row.state == CRM_EVENT_DONE and row.run_id is None):
            raise NotFound("there is no such task")
        return None if row.run_id is None else str(row.run_id)


def _page(
    statement: Select[Any],
    table: Any,
    statuses: Sequence[str],
    limit: int,
    offset: int,
    tenant_id: TenantId,
    status_column: Any = None,
) -> Select[Any]:
    """Newest first; every status when none is named."""
    column = table.c.status if status_column is None else status_column
    statement = statement.where(table.c.tenant_id == tenant_id)
    if statuses:
        statement = statement.where(column.in_([str(status) for status in statuses]))
    newest_first = (table.c.created_at.desc(), table.c.id.desc())
    return statement.order_by(*newest_first).limit(limit).offset(offset)


def _at_its_step(run: Run, finished: set[str]) -> Run:
    """A run that is being worked stands at the first step that it has not finished."""
    if run.status is not RunStatus.PROCESSING:
        return run
    step = next((step for step in STEP_NAMES if step not in finished), None)
    return attrs.evolve(run, current_step=step)


def _summary(
    run: Run, finished: Mapping[str, str], draft_id: DraftId | None, about: str | None
) -> RunSummary:
    return RunSummary(
        run=_at_its_step(run, set(finished)),
        done=len(finished),
        degraded=tuple(
            step for step in STEP_NAMES if finished.get(step) == StepStatus.DEGRADED.value
        ),
        draft_id=draft_id,
        about=about,
    )
