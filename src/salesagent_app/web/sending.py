"""Stop, resume and take back, as plain forms on every page."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.response import Redirect

from salesagent_app.http.errors import Forbidden
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import sending_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.sending.gate import SendRefused
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import DraftId
from salesagent_core.ports.api_keys import Scope

BY_HAND = "pressed on a page"


class SendingPages:
    """Any operator may stop sending and take back what they approved; an admin lets it go on."""

    def __init__(self, services: HttpServices, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @post("/sending/stop", status_code=200, name="stop-form")
        async def stop(request: AnyRequest, visit: Visiting) -> Page:
            await self._sessions.form(request, visit)
            await sending_of(self._services).control.stop(
                visit.caller.tenant_id, who=visit.caller.id, why=BY_HAND
            )
            return Redirect("/queue?done=stopped", status_code=303)

        @post("/sending/resume", status_code=200, name="resume-form")
        async def resume(request: AnyRequest, visit: Visiting) -> Page:
            await self._sessions.form(request, visit)
            if not visit.caller.may(Scope.ADMIN):
                raise Forbidden("only an admin lets sending go on")
            await sending_of(self._services).control.resume(
                visit.caller.tenant_id, who=visit.caller.id, why=BY_HAND
            )
            return Redirect("/queue?done=resumed", status_code=303)

        @post("/drafts/{draft_id:uuid}/cancel", status_code=200, name="cancel-form")
        async def cancel(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            await self._sessions.form(request, visit)
            await sending_of(self._services).schedule.cancel(
                visit.caller.tenant_id, DraftId(str(draft_id)), operator=visit.caller.id
            )
            return Redirect(f"/drafts/{draft_id}?done=undone", status_code=303)

        @post("/drafts/{draft_id:uuid}/send", status_code=200, name="send-form")
        async def send(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            fields = await self._sessions.form(request, visit)
            try:
                await sending_of(self._services).schedule.send_now(
                    visit.caller.tenant_id,
                    DraftId(str(draft_id)),
                    content_hash=fields.get("content_hash", ""),
                    operator=visit.caller.id,
                )
            except SendRefused:
                # The page of the draft shows every reason as it stands now.
                return Redirect(f"/drafts/{draft_id}", status_code=303)
            return Redirect(f"/drafts/{draft_id}?done=sending", status_code=303)

        @post("/drafts/{draft_id:uuid}/settle", status_code=200, name="settle-form")
        async def settle(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            fields = await self._sessions.form(request, visit)
            if fields.get("was_sent") not in ("yes", "no"):
                problem = Problem(where="was_sent", what="must be yes or no")
                raise InvalidInput("the answer cannot be read", [problem])
            await sending_of(self._services).reconcile.settle(
                visit.caller.tenant_id,
                DraftId(str(draft_id)),
                was_sent=fields["was_sent"] == "yes",
                operator=visit.caller.id,
            )
            return Redirect(f"/drafts/{draft_id}?done=settled", status_code=303)

        return [stop, resume, cancel, send, settle]
