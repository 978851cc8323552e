"""A person settles work that gave up: send it round again, or close it."""

from __future__ import annotations

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.run import DeadLetter, DeadLetterState
from salesagent_core.errors import Conflict, Unavailable
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.job_queue import JobQueue, Topic
from salesagent_core.ports.unit_of_work import Transaction, UnitOfWork

RUN_KIND = "run"
EVENT_KIND = "crm_event"
DRAFT_KIND = "draft"
SEND_KIND = "send"
_TOPICS = {
    RUN_KIND: Topic.RUN,
    EVENT_KIND: Topic.CRM_EVENT,
    DRAFT_KIND: Topic.DRAFT_SYNC,
    SEND_KIND: Topic.SEND,
}


class SettleDeadLetter:
    """Both ways are audited; a settled letter stays settled."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, queue: JobQueue, clock: Clock, ids: IdSource
    ) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._clock = clock
        self._ids = ids

    async def retry(self, tenant_id: TenantId, letter_id: str, *, by: str) -> DeadLetter:
        """Make the work due again, with its attempts counted from 0.

        Raises:
            NotFound: no such letter. Conflict: it is settled already.
        """
        async with self._unit_of_work.begin(tenant_id) as tx:
            letter = await tx.dead_letters.get(letter_id, lock=True)
            if letter.subject_kind == RUN_KIND:
                await tx.runs.resume(RunId(letter.subject_id))
            else:
                await tx.dead_letters.requeue(letter)
            settled = await self._settle(tx, letter, DeadLetterState.RETRIED, by, None)
        try:
            await self._queue.ring(_TOPICS[letter.subject_kind], [letter.subject_id])
        except Unavailable:
            # It is committed; the sweeper finds it.
            return settled
        return settled

    async def resolve(
        self, tenant_id: TenantId, letter_id: str, *, by: str, note: str | None = None
    ) -> DeadLetter:
        """Close the letter: the work stays undone, on a person's word.

        Raises:
            NotFound: no such letter. Conflict: it is settled already.
        """
        async with self._unit_of_work.begin(tenant_id) as tx:
            letter = await tx.dead_letters.get(letter_id, lock=True)
            return await self._settle(tx, letter, DeadLetterState.RESOLVED, by, note)

    async def _settle(
        self,
        tx: Transaction,
        letter: DeadLetter,
        state: DeadLetterState,
        by: str,
        note: str | None,
    ) -> DeadLetter:
        if letter.state is not DeadLetterState.OPEN:
            raise Conflict(f"this was {letter.state.value} already")
        now = self._clock.now()
        settled = attrs.evolve(letter, state=state, settled_at=now, settled_by=by, note=note)
        await tx.dead_letters.save(settled)
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=letter.tenant_id,
                at=now,
                actor=by,
                action=f"dead_letter.{state.value}",
                subject_kind=letter.subject_kind,
                subject_id=letter.subject_id,
                detail=(("letter", letter.id),),
            )
        )
        return settled
