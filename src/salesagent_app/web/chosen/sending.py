"""Settings, sending: mode, limits, window, undo, who may be written to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.offered import sending_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, whole_number
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.scheduling import SENDING_HOURS
from salesagent_core.domain.sending.attempt import UNDO
from salesagent_core.domain.sending.gate import SendMode
from salesagent_core.domain.sending.rate_limit import (
    COMPANY_BOUNDS,
    CONTACT_BOUNDS,
    MAILBOX_BOUNDS,
    Bounds,
    limit_warnings,
    read_limits,
)
from salesagent_core.domain.sending.recipients import RuleKind
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PolicyRefused,
    Problem,
    Reason,
)
from salesagent_core.use_cases.manage_settings import (
    ALLOW,
    DENY,
    LIMITS,
    MODE,
    ChangedMeanwhile,
    SettingView,
)

GMAIL_THROTTLES_ABOVE = 50
"""Mails a day from a mailbox that has sent few so far; what Google's sender guidelines advise is
to begin low and grow slowly, without a number."""
BY_PAGE = "changed on the settings page"
DONE = {
    MODE: "The mode is changed.",
    LIMITS: "The limits are changed.",
    ALLOW: "The allow list is changed.",
    DENY: "The deny list is changed.",
    "same": "Nothing was different, so nothing changed.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
Act = Callable[[Visit, Form], Awaitable[None]]


@attrs.frozen(kw_only=True)
class LimitField:
    """One limit as the page explains it."""

    name: str
    label: str
    means: str
    value: str
    bounds: Bounds
    warnings: tuple[Reason, ...]


class SendingSettings(Rooms):
    """The first room of the settings."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings", name="settings")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._show(visit, banner=DONE.get(done or ""))

        acts: dict[str, Act] = {
            MODE: self._mode,
            LIMITS: self._limits,
            ALLOW: self._allow,
            DENY: self._deny,
        }

        @post("/settings/sending/{name:str}", status_code=200, name="settings-sending")
        async def change(request: AnyRequest, visit: Visiting, name: FromPath[str]) -> Page:
            if name not in acts:
                raise NotFound("there is no such setting")
            form = await self._form(request, visit)
            return await self._change(visit, name, form, acts[name])

        @post("/settings/sending/{name:str}/back", status_code=200, name="settings-sending-back")
        async def back(request: AnyRequest, visit: Visiting, name: FromPath[str]) -> Page:
            if name not in acts:
                raise NotFound("there is no such setting")
            form = await self._form(request, visit)
            return await self._change(
                visit, name, await self._earlier(visit, name, form), acts[name]
            )

        return [show, change, back]

    async def _change(self, visit: Visit, name: str, form: Form, act: Act) -> Page:
        tenant_id = visit.caller.tenant_id
        try:
            await self._settings.require_seen(tenant_id, name, form.seen)
            await act(visit, form)
        except ChangedMeanwhile as late:
            wrong = Wrong(form=name, first=late.newest)
        except InvalidInput as error:
            wrong = Wrong(form=name, said=str(error), problems=error.problems)
        except PolicyRefused as refused:
            wrong = Wrong(form=name, said=f"{refused}.")
        except Conflict as taken:
            wrong = Wrong(form=name, said=f"{taken}.")
        else:
            return Redirect(f"/settings?done={name}#{name}", status_code=303)
        status = 409 if wrong.first else 400
        return await self._show(visit, wrong=wrong, typed=form, status=status)

    async def _earlier(self, visit: Visit, name: str, form: Form) -> Form:
        """The form that would have made the earlier value."""
        number = whole_number(form.one("version"))
        if not isinstance(number, int):
            raise NotFound("this setting never had that version")
        earlier = await self._settings.version(visit.caller.tenant_id, name, number)
        value = dict(earlier.value)
        if "patterns" in value:
            value["patterns"] = "\n".join(_written(each) for each in value["patterns"])
        fields = tuple((key, str(each)) for key, each in value.items())
        why = f"taken back to version {number}"
        return Form(pairs=(*fields, ("seen", form.one("seen")), ("why", why)))

    async def _mode(self, visit: Visit, form: Form) -> None:
        if form.one("mode") not in set(SendMode):
            problem = Problem(where="mode", what="choose one of the two")
            raise InvalidInput("no mode is chosen", [problem])
        await sending_of(self._services).control.set_mode(
            visit.caller.tenant_id,
            SendMode(form.one("mode")),
            who=visit.caller.id,
            why=form.one("why"),
        )

    async def _limits(self, visit: Visit, form: Form) -> None:
        names = ("per_contact", "per_mailbox", "per_company")
        given = {name: whole_number(form.one(name)) for name in names}
        problems = [
            Problem(where=name, what=f"must be a whole number, not “{value[:20]}”")
            for name, value in given.items()
            if not isinstance(value, int)
        ]
        if problems:
            raise InvalidInput("the limits are numbers", problems)
        wanted = read_limits(**given)
        await sending_of(self._services).control.set_limits(
            visit.caller.tenant_id,
            wanted,
            who=visit.caller.id,
            why=form.one("why").strip() or BY_PAGE,
        )

    async def _allow(self, visit: Visit, form: Form) -> None:
        await self._list(visit, RuleKind.ALLOW, form)

    async def _deny(self, visit: Visit, form: Form) -> None:
        await self._list(visit, RuleKind.DENY, form)

    async def _list(self, visit: Visit, kind: RuleKind, form: Form) -> None:
        lines = form.lines("patterns")
        try:
            await sending_of(self._services).recipients.replace(
                visit.caller.tenant_id, kind, lines, who=visit.caller.id
            )
        except InvalidInput as error:
            problems = [
                attrs.evolve(each, where=each.where.replace("pattern", "patterns", 1))
                if not each.where.startswith("patterns")
                else each
                for each in error.problems
            ]
            raise InvalidInput(str(error), problems) from None

    async def _show(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        status: int = 200,
    ) -> Page:
        tenant_id, sending = visit.caller.tenant_id, sending_of(self._services)
        views = {
            name: await self._settings.get(tenant_id, name) for name in (MODE, LIMITS, ALLOW, DENY)
        }
        mode = await sending.control.mode(tenant_id)
        rules = await sending.recipients.all(tenant_id)
        ids = {each.changed_by for view in views.values() for each in view.history}
        if mode.chosen:
            ids.add(mode.chosen.by)
        limits = await self._limit_fields(visit, wrong, typed)
        return self._page(
            "settings_sending.html",
            visit,
            names=await self._names(ids),
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            views=views,
            earlier=_earlier_words(views),
            sending=mode,
            limits=limits,
            lists={
                kind.value + "_list": "\n".join(
                    sorted(_written(rule.pattern) for rule in rules if rule.kind is kind)
                )
                for kind in RuleKind
            },
            hours=SENDING_HOURS,
            undo=int(UNDO.total_seconds()),
        )

    async def _limit_fields(
        self, visit: Visit, wrong: Wrong | None, typed: Form
    ) -> tuple[LimitField, ...]:
        limits = await sending_of(self._services).control.limits(visit.caller.tenant_id)
        said = {each.code: each for each in limit_warnings(limits)}
        retyped = wrong is not None and wrong.form == LIMITS
        return tuple(
            LimitField(
                name=name,
                label=label,
                means=means,
                bounds=bounds,
                value=typed.one(name) if retyped else str(value),
                warnings=tuple(each for code, each in said.items() if code.startswith(label_code)),
            )
            for name, label, means, bounds, value, label_code in (
                (
                    "per_mailbox",
                    "Mails a day from one mailbox",
                    f"{limits.per_mailbox} a day. Above {GMAIL_THROTTLES_ABOVE} Gmail may"
                    " throttle new senders.",
                    MAILBOX_BOUNDS,
                    limits.per_mailbox,
                    "mailbox",
                ),
                (
                    "per_contact",
                    "Mails a week to one person",
                    "What goes beyond this waits until the week has passed.",
                    CONTACT_BOUNDS,
                    limits.per_contact,
                    "contact",
                ),
                (
                    "per_company",
                    "People written to at one company in a week",
                    "More at once looks like a mass mailing to their mail server.",
                    COMPANY_BOUNDS,
                    limits.per_company,
                    "company",
                ),
            )
        )


def _written(pattern: str) -> str:
    return pattern.removeprefix("person:").removeprefix("host:")


def _earlier_words(views: dict[str, SettingView]) -> dict[str, dict[int, str]]:
    """Each earlier value in words, by setting and version."""
    return {
        name: {each.version: _in_words(name, dict(each.value)) for each in view.history}
        for name, view in views.items()
    }


def _in_words(name: str, value: dict[str, Any]) -> str:
    if name == MODE:
        return "send" if value.get("mode") == SendMode.SEND else "drafts only"
    if name == LIMITS:
        return (
            f"{value.get('per_mailbox')} a day, {value.get('per_contact')} a week to a person,"
            f" {value.get('per_company')} people at a company"
        )
    count = len(value.get("patterns", ()))
    return "empty" if not count else f"{count} {'line' if count == 1 else 'lines'}"
