"""Words to deeds: what an operator said is read, read back where it must be, done, and answered.

``said | grammar, else model | read back what must be confirmed | do | what to say, and what next``

Only what the operator said is ever read as a command: what stands in a draft is spoken, never
followed. What changes a draft acts on the revision that was shown or spoken, or on none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.commands.command import DESTRUCTIVE, MAX_SPOKEN, Command, CommandName
from salesagent_core.domain.commands.grammar import read_answer, read_command
from salesagent_core.errors import Conflict, PortError, RateLimited, Unavailable
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.interpreter import Interpreter
from salesagent_core.ports.unit_of_work import UnitOfWork
from salesagent_core.use_cases.approve_draft import ApproveDraft
from salesagent_core.use_cases.by_word.deciding import Deciding
from salesagent_core.use_cases.by_word.parts import (
    Answer,
    Order,
    Outcome,
    Refused,
    Said,
    plainly,
)
from salesagent_core.use_cases.by_word.pending import PendingCommands
from salesagent_core.use_cases.by_word.sentences import spoken_draft
from salesagent_core.use_cases.by_word.shown import ShownDrafts
from salesagent_core.use_cases.by_word.telling import Telling
from salesagent_core.use_cases.queries import Queries
from salesagent_core.use_cases.review_draft import ReviewDraft
from salesagent_core.use_cases.schedule_send import ScheduleSend

_HELP = (
    "I know: approve, reject and a reason, change one thing to another, make it shorter, next, "
    "read it, why, how many, undo, approve all, reject all."
)
_CHANGING = DESTRUCTIVE | {CommandName.UNDO}


class FollowCommand:
    """One utterance, one answer. All state between them is in ``Said`` and ``Answer``."""

    def __init__(
        self,
        *,
        queries: Queries,
        review: ReviewDraft,
        approve: ApproveDraft,
        schedule: ScheduleSend | None,
        interpreter: Interpreter,
        pending: PendingCommands,
        unit_of_work: UnitOfWork,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._drafts = ShownDrafts(queries)
        self._interpreter = interpreter
        self._pending = pending
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        tell = Telling(queries=queries, shown=self._drafts, clock=clock)
        decide = Deciding(
            queries=queries,
            shown=self._drafts,
            review=review,
            approve=approve,
            schedule=schedule,
            pending=pending,
            clock=clock,
        )
        self._does: dict[CommandName, Callable[[Order], Awaitable[Answer]]] = {
            CommandName.APPROVE: decide.approve,
            CommandName.REJECT: decide.reject,
            CommandName.EDIT: decide.edit,
            CommandName.SKIP: tell.skip,
            CommandName.CURRENT: tell.current,
            CommandName.READ: tell.read,
            CommandName.WHY: tell.why,
            CommandName.COUNT: tell.count,
            CommandName.APPROVE_ALL: decide.all,
            CommandName.REJECT_ALL: decide.all,
            CommandName.UNDO: decide.undo,
        }

    @property
    def knows(self) -> frozenset[CommandName]:
        """The commands that are followed: all there are."""
        return frozenset(self._does)

    async def show(self, tenant_id: TenantId, draft_id: DraftId | None = None) -> Answer:
        """Where to begin: this draft if it is there, else the first of the queue, summed up."""
        draft = await self._drafts.still(tenant_id, draft_id)
        if draft is None:
            first = await self._drafts.first(tenant_id)
            draft = spoken_draft(first) if first else None
        say = draft.summary if draft else "Nothing waits for you."
        return attrs.evolve(
            Answer(heard="", outcome=Outcome.ANSWERED, say=say, draft=draft),
            waiting=await self._drafts.waiting(tenant_id),
        )

    async def __call__(self, tenant_id: TenantId, operator: str, said: Said) -> Answer:
        """Follow what was said. What cannot be done is an answer, too.

        Raises:
            Unavailable: the database cannot be reached.
        """
        said = attrs.evolve(said, text=" ".join(said.text.split()))
        try:
            answer = await self._follow(tenant_id, operator, said)
        except Refused as refused:
            outcome = Outcome.STALE if refused.stale else Outcome.NOT_DONE
            answer = attrs.evolve(
                plainly(said, outcome, refused.say),
                draft=spoken_draft(refused.view) if refused.view else None,
                prompt=refused.prompt,
            )
        if answer.draft is None and answer.outcome is not Outcome.DONE:
            # The one that was shown is still the one that is spoken about.
            answer = attrs.evolve(answer, draft=await self._drafts.still(tenant_id, said.draft_id))
        return attrs.evolve(answer, waiting=await self._drafts.waiting(tenant_id))

    async def _follow(self, tenant_id: TenantId, operator: str, said: Said) -> Answer:
        if not said.text:
            return plainly(said, Outcome.NOT_UNDERSTOOD, "I heard nothing.")
        if len(said.text) > MAX_SPOKEN:
            said = attrs.evolve(said, text=said.text[:MAX_SPOKEN])
            return plainly(said, Outcome.NOT_UNDERSTOOD, "That is too long for one command.")
        agreed = read_answer(said.text)
        if said.confirm and agreed is not None:
            return await self._answered(tenant_id, operator, said, agreed=agreed)
        command = read_command(said.text)
        if command is None and agreed is not None:
            return plainly(said, Outcome.NOT_UNDERSTOOD, "Nothing waits for a yes or a no.")
        by_model = command is None
        if command is None:
            command, say = await self._interpreted(tenant_id, said.text)
            if command is None:
                return plainly(said, Outcome.NOT_UNDERSTOOD, say)
        order = Order(
            tenant_id=tenant_id, operator=operator, said=said, command=command, by_model=by_model
        )
        return await self._ordered(order)

    async def _interpreted(self, tenant_id: TenantId, text: str) -> tuple[Command | None, str]:
        try:
            read = await self._interpreter.interpret(tenant_id, text, tuple(CommandName))
        except (PortError, RateLimited):
            say = "I did not understand that, and the language model does not answer just now."
            return None, f"{say} {_HELP}"
        return read.command, f"I did not understand that, so nothing was done. {_HELP}"

    async def _answered(
        self, tenant_id: TenantId, operator: str, said: Said, *, agreed: bool
    ) -> Answer:
        if not agreed:
            return plainly(said, Outcome.CANCELLED, "Nothing was done.")
        try:
            pending = self._pending.take(tenant_id, operator, said.confirm or "")
        except Conflict as closed:
            raise Refused(str(closed)) from None
        order = Order(
            tenant_id=tenant_id,
            operator=operator,
            said=said,
            command=pending.command,
            by_model=pending.by_model,
            agreed=pending.targets,
        )
        return await self._ordered(order)

    async def _ordered(self, order: Order) -> Answer:
        name = order.command.name
        answer = await self._does[name](order)
        if answer.outcome is Outcome.DONE and name in _CHANGING:
            await self._note(order)
        return attrs.evolve(answer, command=name, by_model=order.by_model)

    async def _note(self, order: Order) -> None:
        """What was told and how it was read; never the words, which may name people."""
        agreed = order.agreed or ()
        subject = agreed[0].draft_id if len(agreed) == 1 else order.said.draft_id
        event = AuditEvent(
            id=self._ids.new(),
            tenant_id=order.tenant_id,
            at=self._clock.now(),
            actor=order.operator,
            action="command.followed",
            subject_kind="draft" if subject else "queue",
            subject_id=subject or "all",
            detail=(
                ("command", order.command.name.value),
                ("read_by", "model" if order.by_model else "grammar"),
                ("given", "spoken" if order.said.spoken else "typed"),
                ("confirmed", "yes" if order.agreed is not None else "no"),
            ),
        )
        try:
            async with self._unit_of_work.begin(order.tenant_id) as tx:
                await tx.audit.add(event)
        except Unavailable:
            # It is done, and what it did stands in the trail already.
            return
