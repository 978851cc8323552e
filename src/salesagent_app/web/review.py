"""The queue and the review of one draft, as pages and plain forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import attrs
from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.sending import approve_and_schedule
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_app.web.views import neighbours, review_view
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.send_gate import DRAFT_ONLY, GateVerdict
from salesagent_core.domain.sending import UNDO, AttemptStatus, SentRecord
from salesagent_core.errors import Conflict, InvalidInput, NotFound
from salesagent_core.ids import DraftId
from salesagent_core.use_cases.queries import QueueItem

PAGE_SIZE = 100
TROUBLE = (DraftStatus.NEEDS_OPERATOR, DraftStatus.DELIVERY_UNKNOWN, DraftStatus.SEND_FAILED)
"""What the queue shows above everything else."""
SIDE_LIST = 30
AnyRequest = Request[Any, Any, Any]
Page = Response[Any]

DONE = {
    "approved": "Approved. It is in Gmail's drafts; nothing was sent.",
    "stopped": "All sending is stopped. Nothing new starts until somebody presses “Send again”.",
    "resumed": "Sending goes on.",
    "sending": "On its way. It cannot be taken back any more.",
    "undone": "Taken back. It waits for your approval again; nothing was sent.",
    "settled": "Noted, with your name. Nothing was sent by this.",
    "held": "Approved, and not sent: the draft says why, and when it may go.",
    "approving": "Approved. Its text is on its way to Gmail's drafts; nothing was sent.",
    "rejected": "Rejected, with your reason. Nothing was sent.",
    "edited": "Saved as a new revision and checked again. It waits for your approval.",
    "again": "Asked for another version. It comes back to the queue when it is written.",
}
"""What the page says after a decision; the address carries the key, never the sentence."""

Done = Annotated[str | None, QueryParameter(name="done")]
Undo = Annotated[UUID | None, QueryParameter(name="undo")]
Until = Annotated[int, QueryParameter(name="until", ge=0, le=10**11)]
At = Annotated[int, QueryParameter(name="from", ge=0, le=1_000_000)]
Status = Annotated[DraftStatus | None, QueryParameter(name="status")]


@attrs.frozen(kw_only=True)
class UndoBar:
    """An approval that can still be taken back, for so many seconds."""

    id: str
    name: str
    seconds: int


@attrs.frozen(kw_only=True)
class SendState:
    """``refused`` is the gate's no, ``goes_at`` when a worker takes it up (None: nobody will),
    ``sent`` the mail where it went out."""

    refused: GateVerdict | None = None
    goes_at: datetime | None = None
    drafts_only: bool = False
    sent: SentRecord | None = None


@attrs.frozen(kw_only=True)
class Trouble:
    """A send that a person has to look at."""

    id: str
    name: str
    what: str


class ReviewPages:
    """Handlers of the queue and of one draft."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get(["/", "/queue"], name="queue")
        async def queue(
            visit: Visiting,
            done: Done = None,
            start: At = 0,
            undo: Undo = None,
            until: Until = 0,
        ) -> Page:
            return await self._queue(visit, done, start, await self._undo(visit, undo, until))

        @get("/drafts", name="drafts")
        async def drafts(visit: Visiting, status: Status = None, start: At = 0) -> Page:
            return await self._drafts(visit, status, start)

        @get("/drafts/{draft_id:uuid}", name="draft")
        async def draft(
            visit: Visiting,
            draft_id: Id,
            done: Done = None,
            undo: Undo = None,
            until: Until = 0,
        ) -> Page:
            bar = await self._undo(visit, undo, until)
            return await self._review(visit, _id(draft_id), done=done, undo=bar)

        @post("/drafts/{draft_id:uuid}/approve", status_code=200, name="approve-form")
        async def approve(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            return await self._decide(request, visit, draft_id, self._approve)

        @post("/drafts/{draft_id:uuid}/reject", status_code=200, name="reject-form")
        async def reject(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            return await self._decide(request, visit, draft_id, self._reject)

        @post("/drafts/{draft_id:uuid}/edit", status_code=200, name="edit-form")
        async def edit(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            return await self._decide(request, visit, draft_id, self._edit)

        @post("/drafts/{draft_id:uuid}/again", status_code=200, name="again-form")
        async def again(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            return await self._decide(request, visit, draft_id, self._again)

        return [queue, drafts, draft, approve, reject, edit, again]

    async def _undo(self, visit: Visit, draft_id: UUID | None, until: int) -> UndoBar | None:
        """The bar that takes an approval back, while there is something to take back."""
        left = until - int(self._services.clock.now().timestamp())
        if draft_id is None or self._services.sending is None or left <= 0:
            return None
        try:
            reading = await self._services.queries.draft(
                visit.caller.tenant_id, DraftId(str(draft_id))
            )
        except NotFound:
            return None
        draft = reading.detail.draft
        if draft.status is not DraftStatus.APPROVED:
            return None
        seconds = min(left, int(UNDO.total_seconds()))
        return UndoBar(id=draft.id, name=draft.lead.person.full_name, seconds=seconds)

    async def _send_state(self, visit: Visit, draft: Draft) -> SendState | None:
        """How an approved draft stands with its send, where there is sending at all."""
        sending = self._services.sending
        if sending is None:
            return None
        if draft.status is DraftStatus.SENT:
            return SendState(sent=await sending.schedule.sent(visit.caller.tenant_id, draft.id))
        if draft.status is not DraftStatus.APPROVED:
            return None
        view = await sending.schedule.preview(visit.caller.tenant_id, draft.id)
        attempt = view.attempt
        scheduled = attempt is not None and attempt.status is AttemptStatus.SCHEDULED
        drafts_only = view.verdict.has(DRAFT_ONLY)
        return SendState(
            refused=None if view.verdict.allowed or drafts_only else view.verdict,
            goes_at=attempt.due_at if attempt is not None and scheduled else None,
            drafts_only=drafts_only,
        )

    async def _trouble(self, visit: Visit) -> list[Trouble]:
        rows = await self._services.queries.drafts(
            visit.caller.tenant_id, statuses=TROUBLE, limit=SIDE_LIST, offset=0
        )
        return [
            Trouble(
                id=row.draft.id,
                name=row.draft.lead.person.full_name,
                what=words.DRAFTS[row.draft.status],
            )
            for row in rows
        ]

    async def _queue(
        self, visit: Visit, done: str | None, start: int, undo: UndoBar | None
    ) -> Page:
        entries = await self._services.queries.queue(visit.caller.tenant_id)
        return self._renderer.page(
            "queue.html",
            visit=visit,
            entries=entries[start : start + PAGE_SIZE],
            total=len(entries),
            start=start,
            size=PAGE_SIZE,
            oldest=min((entry.draft.created_at for entry in entries), default=None),
            banner=DONE.get(done or ""),
            undo=undo,
            trouble=await self._trouble(visit),
        )

    async def _drafts(self, visit: Visit, status: DraftStatus | None, start: int) -> Page:
        found = await self._services.queries.drafts(
            visit.caller.tenant_id,
            statuses=(status,) if status is not None else (),
            limit=PAGE_SIZE + 1,
            offset=start,
        )
        return self._renderer.page(
            "drafts.html",
            visit=visit,
            rows=found[:PAGE_SIZE],
            more=len(found) > PAGE_SIZE,
            start=start,
            size=PAGE_SIZE,
            status_filter=status,
            statuses=tuple(DraftStatus),
        )

    async def _review(
        self,
        visit: Visit,
        draft_id: DraftId,
        *,
        done: str | None = None,
        status: int = 200,
        wrong: InvalidInput | None = None,
        typed: dict[str, str] | None = None,
        form: str | None = None,
        undo: UndoBar | None = None,
    ) -> Page:
        services = self._services
        reading = await services.queries.draft(visit.caller.tenant_id, draft_id)
        queue = await services.queries.queue(visit.caller.tenant_id)
        before, after = neighbours(queue, draft_id)
        send = await self._send_state(visit, reading.detail.draft)
        return self._renderer.page(
            "review.html",
            send=send,
            visit=visit,
            status=status,
            view=review_view(reading, services.clock.now()),
            queue=queue[:SIDE_LIST],
            total=len(queue),
            before=before,
            after=after,
            banner=DONE.get(done or ""),
            wrong=wrong,
            typed=typed or {},
            form=form,
            undo=undo,
        )

    async def _decide(
        self,
        request: AnyRequest,
        visit: Visit,
        draft_id: Id,
        act: Callable[[Visit, DraftId, dict[str, str]], Awaitable[str]],
    ) -> Page:
        fields = await self._sessions.form(request, visit)
        target = _id(draft_id)
        # The order the operator saw, before this draft leaves it.
        queue = await self._services.queries.queue(visit.caller.tenant_id)
        try:
            done = await act(visit, target, fields)
        except InvalidInput as wrong:
            form = request.scope["path"].rsplit("/", 1)[-1]
            return await self._review(
                visit, target, status=400, wrong=wrong, typed=fields, form=form
            )
        except Conflict as changed:
            return await self._changed(visit, target, fields, changed)
        if done in ("edited", "held"):
            return _to(f"/drafts/{target}", done)
        following = _next(queue, target)
        place = f"/drafts/{following}" if following else "/queue"
        if done.startswith("until="):
            return Redirect(f"{place}?undo={target}&{done}", status_code=303)
        return _to(place, done)

    async def _approve(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> str:
        answer = await approve_and_schedule(
            self._services, visit.caller, draft_id, fields.get("content_hash", "")
        )
        if answer.send_at is not None:
            return f"until={int(answer.send_at.timestamp())}"
        if answer.refused:
            return "held"
        reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        draft = reading.detail.draft
        is_there = draft.in_mailbox is not None and not draft.mailbox_is_behind
        return "approved" if is_there else "approving"

    async def _reject(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> str:
        await self._services.review.reject(
            visit.caller.tenant_id,
            draft_id,
            content_hash=fields.get("content_hash", ""),
            operator=visit.caller.id,
            reason=fields.get("reason", ""),
        )
        return "rejected"

    async def _edit(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> str:
        await self._services.review.edit(
            visit.caller.tenant_id,
            draft_id,
            content_hash=fields.get("content_hash", ""),
            operator=visit.caller.id,
            subject=fields.get("subject", ""),
            body=fields.get("body", ""),
        )
        return "edited"

    async def _again(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> str:
        await self._services.review.regenerate(
            visit.caller.tenant_id,
            draft_id,
            content_hash=fields.get("content_hash", ""),
            operator=visit.caller.id,
            instruction=fields.get("instruction", ""),
        )
        return "again"

    async def _changed(
        self, visit: Visit, draft_id: DraftId, fields: dict[str, str], changed: Conflict
    ) -> Page:
        reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        return self._renderer.page(
            "changed.html",
            visit=visit,
            status=409,
            draft=reading.detail.draft,
            latest=reading.detail.decisions[-1] if reading.detail.decisions else None,
            why=str(changed),
            kept={
                name: fields[name]
                for name in ("subject", "body", "reason", "instruction")
                if fields.get(name)
            },
        )


def _next(queue: tuple[QueueItem, ...], draft_id: DraftId) -> str | None:
    before, after = neighbours(queue, draft_id)
    return after or before


def _to(path: str, done: str) -> Page:
    return Redirect(f"{path}?{urlencode({'done': done})}", status_code=303)


def _id(draft_id: Id) -> DraftId:
    return DraftId(str(draft_id))
