"""Settings, ideal customer: whom you sell to, tried on the leads that came in last."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.chosen import PREVIEWED, previewed
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, number, whole_number, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.choices import ICP
from salesagent_core.domain.ideal_customer import ATTRIBUTES, notes_on, read_icp
from salesagent_core.domain.industry import GROUPS
from salesagent_core.domain.titles.title import DEPARTMENTS
from salesagent_core.errors import InvalidInput, NotFound
from salesagent_core.use_cases.manage_settings import ChangedMeanwhile

DONE = {
    "saved": "Saved. Leads that are scored from now on are scored by it.",
    "back": "The earlier profile is in force again.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
_LINES = ("regions", "competitor_domains", "blocked_countries", "target_accounts")
COUNTS = {
    "seniority": "How high up the person is",
    "department": "Their department",
    "size": "The company's size",
    "industry": "Its industry",
    "region": "Where it is",
}


class IcpPages(Rooms):
    """The editor of the ideal customer profile."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings/icp", name="icp")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._show(visit, banner=DONE.get(done or ""))

        @post("/settings/icp", status_code=200, name="icp-form")
        async def save(request: AnyRequest, visit: Visiting) -> Page:
            return await self._save(visit, await self._form(request, visit))

        @post("/settings/icp/preview", status_code=200, name="icp-preview")
        async def preview(request: AnyRequest, visit: Visiting) -> Page:
            form = await self._form(request, visit, admin=False)
            return await self._show(visit, form=form, tried=True)

        @post("/settings/icp/back", status_code=200, name="icp-back")
        async def back(request: AnyRequest, visit: Visiting) -> Page:
            return await self._back(visit, await self._form(request, visit))

        return [show, save, preview, back]

    async def _save(self, visit: Visit, form: Form) -> Page:
        try:
            await self._settings.set(
                visit.caller.tenant_id, ICP, _data(form), seen=form.seen, who=visit.caller.id
            )
        except InvalidInput as error:
            return await self._show(visit, form=form, wrong=wrong_input(ICP, error), status=400)
        except ChangedMeanwhile as late:
            wrong = Wrong(form=ICP, first=late.newest)
            return await self._show(visit, form=form, wrong=wrong, status=409)
        return Redirect("/settings/icp?done=saved", status_code=303)

    async def _back(self, visit: Visit, form: Form) -> Page:
        version = whole_number(form.one("version"))
        if not isinstance(version, int):
            raise NotFound("the profile never had that version")
        try:
            await self._settings.restore(
                visit.caller.tenant_id, ICP, version, seen=form.seen, who=visit.caller.id
            )
        except ChangedMeanwhile as late:
            wrong = Wrong(form=ICP, first=late.newest)
            return await self._show(visit, wrong=wrong, status=409)
        return Redirect("/settings/icp?done=back", status_code=303)

    async def _show(
        self,
        visit: Visit,
        *,
        form: Form | None = None,
        wrong: Wrong | None = None,
        tried: bool = False,
        banner: str | None = None,
        status: int = 200,
    ) -> Page:
        tenant_id = visit.caller.tenant_id
        view = await self._settings.get(tenant_id, ICP)
        data = _data(form) if form is not None else dict(view.value)
        rows: tuple[Any, ...] | None = None
        notes: tuple[Any, ...] = ()
        if wrong is None:
            try:
                notes = notes_on(read_icp(data))
                rows = await previewed(self._services, tenant_id, data)
            except InvalidInput as error:
                wrong = wrong_input(ICP, error)
                status = 400 if tried else status
        return self._page(
            "settings_icp.html",
            visit,
            names=await self._names(each.changed_by for each in view.history),
            status=status,
            banner=banner,
            wrong=wrong,
            view=view,
            data=data,
            tried=form is not None,
            notes=notes,
            rows=rows,
            moved=sum(1 for _, change in rows or () if change.differs),
            most=PREVIEWED,
            departments=sorted(DEPARTMENTS),
            industries=GROUPS,
            others="\n".join(each for each in data["industries"] if each not in GROUPS),
            attributes=[(name, COUNTS[name]) for name in ATTRIBUTES],
        )


def _data(form: Form) -> dict[str, Any]:
    """The profile as the form says it; what is no number stays text, for the domain to refuse."""
    return {
        "departments": form.all("departments"),
        "industries": [*form.all("industries"), *form.lines("other_industries")],
        **{name: form.lines(name) for name in _LINES},
        "employees_min": whole_number(form.one("employees_min")),
        "employees_max": whole_number(form.one("employees_max")),
        "weights": {name: number(form.one(f"weight_{name}")) for name in ATTRIBUTES},
    }
