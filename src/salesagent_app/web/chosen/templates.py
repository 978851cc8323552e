"""Settings, templates: mails of ours that show the writer how to say it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import chosen_of
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.mail_template import MailTemplate, Use, without_person
from salesagent_core.errors import Conflict, InvalidInput
from salesagent_core.ids import DraftId
from salesagent_core.use_cases.manage_templates import ManageTemplates

USES = {
    Use.NOBODY: "not in use",
    Use.EVERYBODY: "for every lead",
    Use.HOT: "for hot leads",
    Use.WARM: "for warm leads",
    Use.COOL: "for cool leads",
    Use.COLD: "for cold leads",
}
DONE = {"saved": "The template is saved.", "deleted": "The template is deleted."}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]


class TemplatePages(Rooms):
    """The list, and one template."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings/templates", name="templates")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._list(visit, DONE.get(done or ""))

        @get("/settings/templates/new", name="template-new")
        async def new(visit: Visiting) -> Page:
            return await self._one(visit, None, Form())

        @get("/drafts/{draft_id:uuid}/template", name="template-from-draft")
        async def from_draft(visit: Visiting, draft_id: Id) -> Page:
            return await self._from_draft(visit, DraftId(str(draft_id)))

        @get("/settings/templates/{template_id:uuid}", name="template-edit")
        async def edit(visit: Visiting, template_id: Id) -> Page:
            stored = await self._templates.get(visit.caller.tenant_id, str(template_id))
            return await self._one(visit, stored, _filled(stored))

        @post("/settings/templates/new", status_code=200, name="template-new-form")
        async def create(request: AnyRequest, visit: Visiting) -> Page:
            return await self._save(visit, await self._form(request, visit), None)

        @post("/settings/templates/{template_id:uuid}", status_code=200, name="template-form")
        async def save(request: AnyRequest, visit: Visiting, template_id: Id) -> Page:
            form = await self._form(request, visit)
            stored = await self._templates.get(visit.caller.tenant_id, str(template_id))
            return await self._save(visit, form, stored)

        @post("/settings/templates/{template_id:uuid}/delete", status_code=200, name="template-del")
        async def delete(request: AnyRequest, visit: Visiting, template_id: Id) -> Page:
            await self._form(request, visit)
            who = visit.caller.id
            await self._templates.delete(visit.caller.tenant_id, str(template_id), who=who)
            return Redirect("/settings/templates?done=deleted", status_code=303)

        return [show, new, from_draft, edit, create, save, delete]

    @property
    def _templates(self) -> ManageTemplates:
        return chosen_of(self._services).templates

    async def _list(self, visit: Visit, banner: str | None) -> Page:
        found = await self._templates.list(visit.caller.tenant_id)
        return self._page(
            "settings_templates.html",
            visit,
            names=await self._names(each.changed_by for each in found),
            banner=banner,
            templates=found,
            uses=USES,
        )

    async def _from_draft(self, visit: Visit, draft_id: DraftId) -> Page:
        reading = await self._services.queries.draft(visit.caller.tenant_id, draft_id)
        draft = reading.detail.draft
        body = without_person(draft.revision.body, draft.lead)
        return await self._one(visit, None, Form(pairs=(("body", body),)), draft_id=draft_id)

    async def _save(self, visit: Visit, form: Form, stored: MailTemplate | None) -> Page:
        tenant_id, who = visit.caller.tenant_id, visit.caller.id
        name, body, use = form.one("name"), form.one("body"), form.one("use")
        try:
            if stored is None:
                await self._templates.create(tenant_id, name=name, body=body, use=use, who=who)
            else:
                await self._templates.update(
                    tenant_id, stored.id, name=name, body=body, use=use, seen=form.seen, who=who
                )
        except InvalidInput as error:
            wrong = wrong_input("template", error)
            return await self._one(visit, stored, form, wrong=wrong, status=400)
        except Conflict as late:
            said = f"{str(late).capitalize()}."
            if stored is not None and stored.version != form.seen:
                names = await self._names([stored.changed_by])
                said = (
                    f"{names[stored.changed_by]} was first and changed this template. Below is"
                    " what you typed: save it again to put it over theirs."
                )
            wrong = Wrong(form="template", said=said)
            return await self._one(visit, stored, form, wrong=wrong, status=409)
        return Redirect("/settings/templates?done=saved", status_code=303)

    async def _one(
        self,
        visit: Visit,
        stored: MailTemplate | None,
        typed: Form,
        *,
        wrong: Wrong | None = None,
        draft_id: DraftId | None = None,
        status: int = 200,
    ) -> Page:
        return self._page(
            "settings_template.html",
            visit,
            names=await self._names([stored.changed_by] if stored else []),
            status=status,
            wrong=wrong,
            stored=stored,
            typed=typed,
            uses=USES,
            draft_id=draft_id,
        )


def _filled(stored: MailTemplate) -> Form:
    return Form(pairs=(("name", stored.name), ("body", stored.body), ("use", stored.use.value)))
