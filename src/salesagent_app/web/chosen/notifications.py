"""Settings, notifications: who is told of what needs a person, and whether that works."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import notices_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.notice import Channel, NoticeKind, meaning_of
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.notices import LastMessage
from salesagent_core.use_cases.manage_notices import TriedOut

FORM = "notifications"
SAVED = "Saved. The next notice goes out this way."
HOW_IT_WENT = {
    "open": "is still to be delivered",
    "told": "was delivered",
    "void": "was not needed any more",
    "given_up": "could not be delivered in a day",
    "unknown": "may have been delivered, or not",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=10)]


@attrs.frozen(kw_only=True)
class LastSaid:
    """How the newest message of a channel went, in words; ``well`` where nothing is wrong."""

    message: LastMessage
    went: str
    well: bool


class NotificationPages(Rooms):
    """Read by operators, changed and tried out by admins."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings/notifications", name="settings-notifications")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._show(visit, banner=SAVED if done == "saved" else None)

        @post("/settings/notifications", status_code=200, name="settings-notifications-save")
        async def save(request: AnyRequest, visit: Visiting) -> Page:
            return await self._save(visit, await self._form(request, visit))

        @post("/settings/notifications/test", status_code=200, name="settings-notifications-test")
        async def test(request: AnyRequest, visit: Visiting) -> Page:
            form = await self._form(request, visit)
            try:
                channel = Channel(form.one("channel"))
            except ValueError:
                problem = Problem(where="channel", what="choose one of the two")
                raise InvalidInput("there is no such channel", [problem]) from None
            tried = await notices_of(self._services).try_out(visit.caller.tenant_id, channel)
            return await self._show(visit, tried=(channel, tried))

        return [show, save, test]

    async def _save(self, visit: Visit, form: Form) -> Page:
        url = form.one("slack_url").strip()
        try:
            await notices_of(self._services).choose(
                visit.caller.tenant_id,
                mail_to=form.lines("mail_to"),
                mail_kinds=form.all("mail_kinds"),
                # An empty field keeps the address, because it is never shown.
                slack_url="" if form.has("slack_off") else url or None,
                slack_kinds=form.all("slack_kinds"),
                seen=form.seen,
                who=visit.caller.id,
            )
        except InvalidInput as error:
            wrong = wrong_input(FORM, error)
        except Conflict as late:
            wrong = Wrong(form=FORM, said=f"{late}. Load the page anew to see it.".capitalize())
            return await self._show(visit, wrong=wrong, typed=form, status=409)
        else:
            return Redirect("/settings/notifications?done=saved", status_code=303)
        return await self._show(visit, wrong=wrong, typed=form, status=400)

    async def _show(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        tried: tuple[Channel, TriedOut] | None = None,
        status: int = 200,
    ) -> Page:
        found = await notices_of(self._services).settings(visit.caller.tenant_id)
        choices = found.choices
        again = wrong is not None
        chosen = {
            "mail": typed.all("mail_kinds")
            if again
            else [each.value for each in choices.mail_kinds],
            "slack": typed.all("slack_kinds")
            if again
            else [each.value for each in choices.slack_kinds],
        }
        admin = visit.caller.may(Scope.ADMIN)
        return self._page(
            "settings_notifications.html",
            visit,
            names=await self._names([choices.changed_by] if choices.changed_by else []),
            status=status,
            banner=banner,
            wrong=wrong,
            choices=choices,
            mail_set_up=found.mail_set_up,
            mail_to=typed.one("mail_to") if again else "\n".join(choices.mail_to) if admin else "",
            hidden_addresses=0 if admin else len(choices.mail_to),
            chosen=chosen,
            kinds=[(kind.value, meaning_of(kind).name) for kind in NoticeKind],
            last={each.channel.value: _said(each) for each in found.last},
            tried={tried[0].value: tried[1]} if tried else {},
        )


def _said(message: LastMessage) -> LastSaid:
    bad = message.state in ("given_up", "unknown") or message.error is not None
    return LastSaid(message=message, went=HOW_IT_WENT.get(message.state, ""), well=not bad)
