"""Settings, files: the folders whose files a mail may link to, and which were used lately."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import attrs
from litestar import get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.web.chosen.parts import Form, Rooms, Wrong, whole_number, wrong_input
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Visiting
from salesagent_core.domain.choices import FOLDERS
from salesagent_core.domain.evidence import SourceKind
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import TenantId
from salesagent_core.use_cases.manage_settings import ChangedMeanwhile

LOOKED_AT = 200
"""The newest drafts in which files are counted."""
DONE = {
    "added": "The folder is allowed. Its files may be linked within five minutes.",
    "removed": "The folder is no longer allowed.",
    "back": "The earlier folders are allowed again.",
}
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]


@attrs.frozen(kw_only=True)
class UsedFile:
    """A file that was found for drafts; ``linked`` is how many of them link to it."""

    name: str
    url: str | None
    found: int
    linked: int


class FilePages(Rooms):
    """Folders are changed by admins."""

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/settings/assets", name="assets")
        async def show(visit: Visiting, done: Done = None) -> Page:
            return await self._show(visit, banner=DONE.get(done or ""))

        @post("/settings/assets/{what:str}", status_code=200, name="assets-form")
        async def change(request: AnyRequest, visit: Visiting, what: FromPath[str]) -> Page:
            return await self._change(visit, await self._form(request, visit), what)

        return [show, change]

    async def _change(self, visit: Visit, form: Form, what: str) -> Page:
        tenant_id, who = visit.caller.tenant_id, visit.caller.id
        folder = form.one("folder").strip()
        try:
            if what == "back":
                version = whole_number(form.one("version"))
                version = version if isinstance(version, int) else 0
                await self._settings.restore(tenant_id, FOLDERS, version, seen=form.seen, who=who)
            else:
                view = await self._settings.get(tenant_id, FOLDERS)
                kept = [each for each in view.value["folders"] if each != folder]
                wanted = kept if what == "removed" else [*kept, folder]
                await self._settings.set(
                    tenant_id, FOLDERS, {"folders": wanted}, seen=form.seen, who=who
                )
        except InvalidInput as error:
            problems = [attrs.evolve(each, where="folder") for each in error.problems]
            wrong = wrong_input("folders", InvalidInput(str(error), problems))
            return await self._show(visit, wrong=wrong, typed=form, status=400)
        except ChangedMeanwhile as late:
            wrong = Wrong(form="folders", first=late.newest)
            return await self._show(visit, wrong=wrong, typed=form, status=409)
        done = what if what in DONE else "added"
        return Redirect(f"/settings/assets?done={done}", status_code=303)

    async def _show(
        self,
        visit: Visit,
        *,
        banner: str | None = None,
        wrong: Wrong | None = None,
        typed: Form = Form(),
        status: int = 200,
    ) -> Page:
        view = await self._settings.get(visit.caller.tenant_id, FOLDERS)
        return self._page(
            "settings_assets.html",
            visit,
            names=await self._names(each.changed_by for each in view.history),
            status=status,
            banner=banner,
            wrong=wrong,
            typed=typed,
            view=view,
            earlier={each.version: _in_words(each.value["folders"]) for each in view.history},
            files=await self._used(visit.caller.tenant_id),
            looked_at=LOOKED_AT,
        )

    async def _used(self, tenant_id: TenantId) -> list[UsedFile]:
        found: Counter[tuple[str, str | None]] = Counter()
        linked: Counter[tuple[str, str | None]] = Counter()
        for item in await self._services.queries.drafts(tenant_id, limit=LOOKED_AT):
            body = item.draft.revision.body
            for source in item.draft.sources:
                if source.kind is not SourceKind.ASSET:
                    continue
                key = (source.label, source.url)
                found[key] += 1
                linked[key] += bool(source.url and source.url in body)
        return [
            UsedFile(name=name, url=url, found=count, linked=linked[name, url])
            for (name, url), count in sorted(
                found.items(), key=lambda each: (-linked[each[0]], -each[1], each[0][0])
            )
        ]


def _in_words(folders: list[str]) -> str:
    return "no folder" if not folders else f"{len(folders)} folder{'s' if len(folders) > 1 else ''}"
