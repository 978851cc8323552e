"""What an operator decides about one draft, as plain forms: one press, and the next is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from litestar import post
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.sending import approve_and_schedule
from salesagent_app.http.services import HttpServices
from salesagent_app.web.desk import Desk, Shown
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.snooze import SnoozeFor
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import DraftId

Act = Callable[[Visit, DraftId, dict[str, str]], Awaitable[str]]


class DecisionPages:
    """Handlers that change one draft."""

    def __init__(self, services: HttpServices, sessions: Sessions, desk: Desk) -> None:
        self._services = services
        self._sessions = sessions
        self._desk = desk

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""
        acts: dict[str, Act] = {
            "approve": self._approve,
            "reject": self._reject,
            "edit": self._edit,
            "again": self._again,
            "snooze": self._snooze,
            "wake": self._wake,
        }
        return [self._route(name, act) for name, act in acts.items()]

    def _route(self, name: str, act: Act) -> Any:
        @post(f"/drafts/{{draft_id:uuid}}/{name}", status_code=200, name=f"{name}-form")
        async def decide(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            return await self._decide(request, visit, DraftId(str(draft_id)), name, act)

        return decide

    async def _decide(
        self, request: AnyRequest, visit: Visit, draft_id: DraftId, name: str, act: Act
    ) -> Page:
        fields = await self._sessions.form(request, visit)
        # The order the operator saw, before this draft leaves it.
        beside = await self._services.queries.beside(visit.caller.tenant_id, draft_id)
        try:
            done = await act(visit, draft_id, fields)
        except InvalidInput as wrong:
            shown = Shown(form=name, typed=fields, wrong=wrong, status=400)
            return await self._desk.page(visit, draft_id, shown)
        except Conflict:
            return await self._desk.changed(visit, draft_id, fields)
        if done in ("edited", "held", "woken"):
            return _to(f"/drafts/{draft_id}", done)
        following = beside.after or beside.before
        place = f"/drafts/{following}" if following else "/queue"
        if done.startswith("until="):
            return Redirect(f"{place}?undo={draft_id}&{done}", status_code=303)
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

    async def _snooze(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> str:
        await self._services.review.snooze(
            visit.caller.tenant_id,
            draft_id,
            content_hash=fields.get("content_hash", ""),
            operator=visit.caller.id,
            choice=snooze_choice(fields.get("until", "")),
        )
        return "snoozed"

    async def _wake(self, visit: Visit, draft_id: DraftId, _: dict[str, str]) -> str:
        await self._services.review.wake(visit.caller.tenant_id, draft_id, operator=visit.caller.id)
        return "woken"


def snooze_choice(text: str) -> SnoozeFor:
    """The choice that a form names. Raises: InvalidInput."""
    if text not in set(SnoozeFor):
        known = ", ".join(SnoozeFor)
        raise InvalidInput("that is no time", [Problem(where="until", what=f"is one of {known}")])
    return SnoozeFor(text)


def _to(path: str, done: str) -> Page:
    return Redirect(f"{path}?{urlencode({'done': done})}", status_code=303)
