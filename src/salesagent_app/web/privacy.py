"""A person's data: looked up, downloaded, erased. The address stands in no URL, so in no log."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.offered import privacy_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.retention import Periods
from salesagent_core.errors import Conflict, InvalidInput
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.data_subjects import Holdings, StoreLine

Done = Annotated[str | None, QueryParameter(name="erasure", max_length=64)]
SHOWN = 20

_NEEDS_ADMIN = "Looking people up, exporting and erasing need a key with the admin scope."
_STORES = {
    "submissions": "forms",
    "runs": "runs",
    "journal": "what the steps of runs found",
    "drafts": "drafts",
    "revisions": "versions of drafts",
    "decisions": "decisions",
    "draft_variants": "places in A/B tests",
    "send_attempts": "sends",
    "send_slots": "places in the sending limits",
    "sent_mails": "figures of sent mails",
    "outcomes": "outcomes",
    "approved_recipients": "entry among the approved recipients",
    "meeting_places": "meetings",
    "memories": "mails in long memory",
    "memory_vectors": "vectors of long memory",
    "dead_letters": "failed tasks",
    "crm_events": "events of the CRM",
    "crm_deliveries": "raw deliveries of the CRM",
    "recipient_rules": "lines of the allow and deny lists",
    "users": "accounts of colleagues",
    "invitations": "invitations of colleagues",
}
_PERIODS = {
    "submissions": "What forms said, after their run ended",
    "journals": "What the steps of runs found, after the run ended",
    "drafts": "Drafts with their versions, decisions and sends, after their last change",
    "runs": "That there was a form and a run, after the run ended",
    "sessions": "Sessions of this app, after they ran out",
    "memories": "Mails in long memory",
    "outcomes": "Whom outcomes and figures of sent mails are about; the figures stay, about nobody",
    "dead_letters": "Failed tasks, after somebody settled them",
    "audit": "The audit trail",
}


def store_name(store: str) -> str:
    """A store in the words of people who read mail, not tables."""
    prefix = "mentions in "
    if store.startswith(prefix):
        name = store.removeprefix(prefix)
        return f"mentions in others' {_STORES.get(name, name.replace('_', ' '))}"
    return _STORES.get(store, store)


def _begun(sentence: str) -> str:
    """With a capital first, and nothing else changed: CRM stays CRM."""
    return sentence[:1].upper() + sentence[1:]


@attrs.frozen(kw_only=True)
class _Looked:
    """What the page shows of a look-up."""

    address: str = ""
    holdings: Holdings | None = None
    problem: str | None = None

    @property
    def lines(self) -> tuple[StoreLine, ...]:
        """Stores that hold anything."""
        return tuple(line for line in self.holdings.stores if line.kept) if self.holdings else ()


class PrivacyPages:
    """For admins only."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/privacy", name="privacy")
        async def show(visit: Visiting, done: Done = None) -> Page:
            _require_admin(visit)
            return await self._page(visit, _Looked(), done)

        @post("/privacy", status_code=200, name="privacy-look")
        async def look(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._fields(request, visit)
            return await self._look(visit, fields.get("email", ""))

        @post("/privacy/export", status_code=200, name="privacy-export")
        async def export(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._fields(request, visit)
            return await self._export(visit, fields.get("email", ""))

        @post("/privacy/erase", status_code=200, name="privacy-erase")
        async def erase(request: AnyRequest, visit: Visiting) -> Page:
            return await self._erase(visit, await self._fields(request, visit))

        return [show, look, export, erase]

    async def _fields(self, request: AnyRequest, visit: Visit) -> dict[str, str]:
        fields = await self._sessions.form(request, visit)
        _require_admin(visit)
        return fields

    async def _look(self, visit: Visit, email: str, problem: str | None = None) -> Page:
        try:
            found = await privacy_of(self._services).look(visit.caller.tenant_id, email)
        except InvalidInput:
            looked = _Looked(address=email, problem="That is not an e-mail address.")
            return await self._page(visit, looked, None, status=400)
        looked = _Looked(address=found.address, holdings=found, problem=problem)
        return await self._page(visit, looked, None, status=400 if problem else 200)

    async def _export(self, visit: Visit, email: str) -> Page:
        people, caller = privacy_of(self._services), visit.caller
        made = await people.export(caller.tenant_id, email, by=caller.id)
        document = {"email": made.address, "stores": made.stores, "elsewhere": made.elsewhere}
        return Response(
            msgspec.json.format(msgspec.json.encode(document), indent=2),
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="person.json"'},
        )

    async def _erase(self, visit: Visit, fields: dict[str, str]) -> Page:
        email, typed = fields.get("email", ""), fields.get("confirm", "")
        if typed.strip().casefold() != email.strip().casefold():
            problem = "Nothing was erased: the address that you typed is another one."
            return await self._look(visit, email, problem)
        try:
            made = await privacy_of(self._services).erase(
                visit.caller.tenant_id, email, by=visit.caller.id
            )
        except Conflict as refused:
            return await self._look(visit, email, f"Nothing was erased: {refused}.")
        return Redirect(f"/privacy?erasure={made.id}", status_code=303)

    async def _page(
        self, visit: Visit, looked: _Looked, done: str | None, status: int = 200
    ) -> Page:
        recent = await privacy_of(self._services).recent(visit.caller.tenant_id, SHOWN)
        assert self._services.privacy is not None, "privacy_of looked"
        periods = attrs.asdict(self._services.privacy.periods)
        return self._renderer.page(
            "privacy.html",
            visit=visit,
            status=status,
            looked=looked,
            erasure=next((each for each in recent if each.id == done), None),
            recent=recent,
            periods=[(_PERIODS[name], periods[name]) for name in attrs.asdict(Periods())],
            store_name=store_name,
            begun=_begun,
        )


def _require_admin(visit: Visit) -> None:
    if not visit.caller.may(Scope.ADMIN):
        raise Forbidden(_NEEDS_ADMIN)
