"""Several drafts at once: a preview that says what will happen to each, then a result for each.

Every draft is named with the content hash that was listed: what changed since is left out, and
said so. Nothing is done together that would not be done alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs
from litestar import post

from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import sending_of
from salesagent_app.http.sending import approve_and_schedule
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.deciding import snooze_choice
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.draft import DraftStatus
from salesagent_core.domain.draft_card import DraftCard, card_of
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.sending.gate import DRAFT_ONLY
from salesagent_core.errors import Conflict, InvalidInput, NotFound, Problem, SalesAgentError
from salesagent_core.ids import DraftId

MAX_PICKED = 100
_FIELDS = 20
"""Fields of a form besides the picked drafts."""
_NOT_APPROVED = "not_approved"
_ID_CHARS = 36


class BulkAction(StrEnum):
    """What is done to each of the picked drafts."""

    APPROVE = "approve"
    SNOOZE = "snooze"
    REJECT = "reject"


@attrs.frozen(kw_only=True)
class Pick:
    """A draft as it was listed."""

    id: DraftId
    content_hash: str

    @property
    def text(self) -> str:
        """As a form carries it."""
        return f"{self.id}:{self.content_hash}"


@attrs.frozen(kw_only=True)
class Line:
    """One draft of a preview. ``left_out``: why nothing is done to it; ``card`` is None where the
    draft is gone. ``held``: it would be approved, and not sent because of these."""

    pick: Pick
    card: DraftCard | None = None
    left_out: str | None = None
    outcome: str = ""
    held: tuple[str, ...] = ()
    may_go_at: datetime | None = None
    warns: bool = False


@attrs.frozen(kw_only=True)
class Result:
    """What became of one draft."""

    id: DraftId
    card: DraftCard | None
    done: bool
    what: str


class BulkPages:
    """Handlers of preview, doing it, and taking it back."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @post("/queue/bulk", status_code=200, name="bulk-form")
        async def preview(request: AnyRequest, visit: Visiting) -> Page:
            fields, picks = await self._read(request, visit)
            return await self._preview(visit, fields, picks)

        @post("/queue/bulk/do", status_code=200, name="bulk-do-form")
        async def do(request: AnyRequest, visit: Visiting) -> Page:
            fields, picks = await self._read(request, visit)
            try:
                return await self._do(visit, fields, picks)
            except InvalidInput as wrong:
                return await self._preview(visit, fields, picks, wrong)

        @post("/queue/bulk/undo", status_code=200, name="bulk-undo-form")
        async def undo(request: AnyRequest, visit: Visiting) -> Page:
            _, picks = await self._read(request, visit)
            return await self._undo(visit, picks)

        return [preview, do, undo]

    async def _read(
        self, request: AnyRequest, visit: Visit
    ) -> tuple[dict[str, str], tuple[Pick, ...]]:
        pairs = await self._sessions.pairs(request, visit, most=MAX_PICKED + _FIELDS)
        return dict(pairs), _picks([value for name, value in pairs if name == "pick"])

    async def _preview(
        self,
        visit: Visit,
        fields: dict[str, str],
        picks: tuple[Pick, ...],
        wrong: InvalidInput | None = None,
    ) -> Page:
        action = _action(fields)
        lines = [await self._line(visit, action, pick) for pick in picks]
        return self._renderer.page(
            "bulk.html",
            visit=visit,
            status=400 if wrong else 200,
            action=action.value,
            lines=lines,
            going=[line for line in lines if line.left_out is None],
            wrong=wrong,
            typed=fields,
        )

    async def _line(self, visit: Visit, action: BulkAction, pick: Pick) -> Line:
        card = await self._card(visit, pick.id)
        if card is None:
            return Line(pick=pick, left_out="There is no such draft any more.")
        if card.status is not DraftStatus.PENDING_APPROVAL:
            state = words.DRAFTS[card.status]
            return Line(pick=pick, card=card, left_out=f"It was decided meanwhile: {state}.")
        if card.content_hash != pick.content_hash:
            changed = f"It changed since it was listed: it is at revision {card.revision_number}."
            return Line(pick=pick, card=card, left_out=changed)
        line = Line(pick=pick, card=card, warns=card.severity is Severity.BLOCK)
        if action is BulkAction.REJECT:
            return attrs.evolve(line, outcome="Will be rejected, for good.")
        if action is BulkAction.SNOOZE:
            return attrs.evolve(line, outcome="Will leave the queue until then.")
        return await self._approval(visit, line)

    async def _approval(self, visit: Visit, line: Line) -> Line:
        """What the send gate would say of it, were it approved now."""
        if self._services.sending is None:
            return attrs.evolve(line, outcome="Will be approved, and stays in Gmail's drafts.")
        view = await self._services.sending.schedule.preview(visit.caller.tenant_id, line.pick.id)
        if view.verdict.has(DRAFT_ONLY):
            return attrs.evolve(line, outcome="Will be approved, and stays in Gmail's drafts.")
        held = tuple(
            reason.sentence for reason in view.verdict.reasons if reason.code != _NOT_APPROVED
        )
        if held:
            may_go_at = view.verdict.may_go_at
            return attrs.evolve(
                line, outcome="Will be approved, and not sent yet:", held=held, may_go_at=may_go_at
            )
        return attrs.evolve(line, outcome="Will be approved, and sent after 30 s.")

    async def _do(self, visit: Visit, fields: dict[str, str], picks: tuple[Pick, ...]) -> Page:
        action = _action(fields)
        if action is BulkAction.REJECT and not fields.get("reason", "").strip():
            problem = Problem(where="reason", what="must say why")
            raise InvalidInput("reason is missing", [problem])
        if action is BulkAction.SNOOZE:
            snooze_choice(fields.get("until", ""))
        results, until = [], None
        # One after the other: they take the same limits' locks, and the first ones come first.
        for pick in picks:
            result, send_at = await self._one(visit, action, pick, fields)
            results.append(result)
            until = max(filter(None, (until, send_at)), default=None)
        return self._results(visit, action.value, results, until)

    async def _one(
        self, visit: Visit, action: BulkAction, pick: Pick, fields: dict[str, str]
    ) -> tuple[Result, datetime | None]:
        card = await self._card(visit, pick.id)
        try:
            what, send_at = await self._act(visit, action, pick, fields)
        except Conflict:
            what = "Left alone: somebody decided about it or changed it meanwhile."
            return Result(id=pick.id, card=card, done=False, what=what), None
        except SalesAgentError as error:
            return Result(id=pick.id, card=card, done=False, what=f"Not done: {error}."), None
        return Result(id=pick.id, card=card, done=True, what=what), send_at

    async def _act(
        self, visit: Visit, action: BulkAction, pick: Pick, fields: dict[str, str]
    ) -> tuple[str, datetime | None]:
        caller, review = visit.caller, self._services.review
        if action is BulkAction.REJECT:
            await review.reject(
                caller.tenant_id,
                pick.id,
                content_hash=pick.content_hash,
                operator=caller.id,
                reason=fields.get("reason", ""),
            )
            return "Rejected.", None
        if action is BulkAction.SNOOZE:
            aside = await review.snooze(
                caller.tenant_id,
                pick.id,
                content_hash=pick.content_hash,
                operator=caller.id,
                choice=snooze_choice(fields.get("until", "")),
            )
            back = words.exact(aside.snoozed_until) if aside.snoozed_until else "later"
            return f"Put aside until {back}.", None
        answer = await approve_and_schedule(self._services, caller, pick.id, pick.content_hash)
        if answer.refused:
            why = " ".join(f"{reason.sentence.rstrip('.')}." for reason in answer.refused)
            return f"Approved, and not sent yet: {why}", None
        if answer.send_at is not None:
            return "Approved. It is sent in a moment.", answer.send_at
        return "Approved. It is in Gmail's drafts; nothing was sent.", None

    async def _undo(self, visit: Visit, picks: tuple[Pick, ...]) -> Page:
        """Back to the queue with all of them, whether approved or put aside."""
        results = []
        for pick in picks:
            card = await self._card(visit, pick.id)
            try:
                what, done = await self._take_back(visit, pick.id, card), True
            except SalesAgentError as error:
                what, done = f"Not taken back: {error}.", False
            results.append(Result(id=pick.id, card=card, done=done, what=what))
        return self._results(visit, "undo", results, None)

    async def _take_back(self, visit: Visit, draft_id: DraftId, card: DraftCard | None) -> str:
        caller = visit.caller
        if card is not None and card.status is DraftStatus.PENDING_APPROVAL:
            await self._services.review.wake(caller.tenant_id, draft_id, operator=caller.id)
        else:
            schedule = sending_of(self._services).schedule
            await schedule.cancel(caller.tenant_id, draft_id, operator=caller.id)
        return "Back in the queue."

    def _results(
        self, visit: Visit, action: str, results: Sequence[Result], until: datetime | None
    ) -> Page:
        done = [result for result in results if result.done]
        left = until - self._services.clock.now() if until is not None else None
        may_undo = action == "snooze" or (action == "approve" and self._services.sending)
        return self._renderer.page(
            "bulk_done.html",
            visit=visit,
            action=action,
            results=results,
            done=done,
            undo=done if may_undo else [],
            seconds=max(1, int(left.total_seconds())) if left is not None else None,
        )

    async def _card(self, visit: Visit, draft_id: DraftId) -> DraftCard | None:
        try:
            reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        except NotFound:
            return None
        return card_of(reading.detail.draft)


def _action(fields: dict[str, str]) -> BulkAction:
    text = fields.get("action", "")
    if text not in set(BulkAction):
        known = ", ".join(BulkAction)
        raise InvalidInput("that cannot be done", [Problem(where="action", what=f"one of {known}")])
    return BulkAction(text)


def _picks(texts: Sequence[str]) -> tuple[Pick, ...]:
    """The picked drafts, each once. Raises: InvalidInput."""
    picks: dict[str, Pick] = {}
    for text in texts:
        draft_id, _, content_hash = text.partition(":")
        if len(draft_id) != _ID_CHARS or not content_hash:
            raise InvalidInput("a choice cannot be read", [Problem(where="pick", what="is broken")])
        picks[draft_id] = Pick(id=DraftId(draft_id), content_hash=content_hash)
    if not picks:
        problem = Problem(where="drafts", what="choose at least one in the queue")
        raise InvalidInput("no draft is chosen", [problem])
    if len(picks) > MAX_PICKED:
        problem = Problem(where="drafts", what=f"choose {MAX_PICKED} at most")
        raise InvalidInput("too many drafts are chosen", [problem])
    return tuple(picks.values())
