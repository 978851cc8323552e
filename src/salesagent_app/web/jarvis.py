"""The page of Jarvis: all of it by typing, without any script; with ours, by voice too."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

import attrs
import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from salesagent_app.http.auth import Visit
from salesagent_app.http.commands import CommandBody, Commands, said_of
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.offered import commands_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.commands.command import MAX_SPOKEN
from salesagent_core.domain.sending.attempt import UNDO
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import DraftId
from salesagent_core.use_cases.by_word.parts import Answer, Outcome

Wanted = Annotated[UUID | None, QueryParameter(name="draft")]

NEEDS_OPERATOR = "Jarvis works for operators and admins. You may look at everything yourself."
MAX_LOG = 12
"""Turns that the page takes along from one command to the next where there is no script."""
MAX_TURN = 400
MAX_LOG_TEXT = 20_000

OUTCOMES = {
    Outcome.DONE: "done",
    Outcome.ANSWERED: "answered",
    Outcome.CONFIRM: "asks first",
    Outcome.CANCELLED: "not done",
    Outcome.NOT_UNDERSTOOD: "not understood",
    Outcome.STALE: "changed since",
    Outcome.NOT_DONE: "not done",
}


@attrs.frozen
class Turn:
    """What was heard, and what was said to it."""

    heard: str
    say: str
    outcome: str


class JarvisPages:
    """Handlers of ``/jarvis``."""

    def __init__(
        self,
        services: HttpServices,
        sessions: Sessions,
        renderer: Renderer,
        commands: Commands,
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer
        self._commands = commands

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/jarvis", name="jarvis")
        async def show(visit: Visiting, draft: Wanted = None) -> Page:
            if not visit.may_decide:
                raise Forbidden(NEEDS_OPERATOR)
            wanted = DraftId(str(draft)) if draft else None
            follow = commands_of(self._services).follow
            answer = await follow.show(visit.caller.tenant_id, wanted)
            return self._page(visit, answer, ())

        @post("/jarvis", status_code=200, name="jarvis-form")
        async def tell(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._sessions.form(request, visit)
            body = _body(fields)
            answer = await self._commands.typed(visit.caller, said_of(body.text, body))
            turn = Turn(answer.heard, answer.say[:MAX_TURN], answer.outcome.value)
            return self._page(visit, answer, (*_log(fields.get("log", "")), turn)[-MAX_LOG:])

        return [show, tell]

    def _page(self, visit: Visit, answer: Answer, log: tuple[Turn, ...]) -> Page:
        return self._renderer.page(
            "jarvis.html",
            visit=visit,
            answer=answer,
            log=log,
            log_text=json.dumps([attrs.astuple(turn) for turn in log]),
            outcomes={one.value: said for one, said in OUTCOMES.items()},
            undo_seconds=int(UNDO.total_seconds()),
            max_spoken=MAX_SPOKEN,
        )


def _body(fields: dict[str, str]) -> CommandBody:
    """The form as the API would take it. A button's command goes before what stands typed."""
    given: dict[str, object] = {
        name: value
        for name in ("draft_id", "content_hash", "confirm")
        if (value := fields.get(name, ""))
    }
    given["text"] = fields.get("quick") or fields.get("text", "").strip()
    given["undo"] = [one for one in fields.get("undo", "").split(",") if one]
    try:
        return msgspec.convert(given, CommandBody)
    except msgspec.ValidationError:
        what = f"must have 1 to {MAX_SPOKEN} characters, and come from this page"
        raise InvalidInput(
            "That is nothing to follow.", [Problem(where="text", what=what)]
        ) from None


def _log(text: str) -> tuple[Turn, ...]:
    """The turns that the page brought along; none where they cannot be read."""
    if len(text) > MAX_LOG_TEXT:
        return ()
    try:
        turns = msgspec.json.decode(text or "[]", type=list[tuple[str, str, Outcome]])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return ()
    return tuple(Turn(heard[:MAX_TURN], say[:MAX_TURN], one.value) for heard, say, one in turns)
