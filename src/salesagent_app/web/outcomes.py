"""Outcomes: what came back lately, one person's history, and what a person tells us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import attrs
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import outcomes_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import outcome_words
from salesagent_app.web.inputs import AnyRequest, At, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.domain.time_zones import zone_info
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.use_cases.record_outcome import Told

PAGE_SIZE = 50
TOLD = tuple(each for each in OutcomeType if each is not OutcomeType.EMAIL_SENT)
"""What a person may tell. That a mail went out is known."""
DONE = {
    "recorded": "Recorded, with all that follows from it.",
    "before": "That was recorded before; nothing changed.",
}
Show = Annotated[str, QueryParameter(name="show", max_length=20)]
Done = Annotated[str, QueryParameter(name="done", max_length=20)]


@attrs.frozen(kw_only=True)
class Row:
    """An outcome beside the draft that it followed, where that is still there."""

    outcome: Outcome
    draft: Draft | None


@attrs.frozen(kw_only=True)
class Telling:
    """The form as it was filled in, and what is wrong with it."""

    fields: Mapping[str, str] = attrs.field(factory=dict)
    problems: tuple[Problem, ...] = ()
    ask: bool = False

    @property
    def open(self) -> bool:
        """Whether it was sent, and could not be taken as it is."""
        return bool(self.fields)


async def rows_of(
    services: HttpServices, tenant_id: TenantId, found: Sequence[Outcome]
) -> list[Row]:
    """Outcomes beside the drafts that they followed."""
    ids = [DraftId(each.draft_id) for each in found if each.draft_id is not None]
    drafts = await services.queries.named(tenant_id, ids)
    return [Row(outcome=each, draft=drafts.get(DraftId(each.draft_id or ""))) for each in found]


class OutcomePages:
    """Handlers of what came back."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/outcomes", name="outcomes")
        async def outcomes(
            visit: Visiting, show: Show = "", start: At = 0, done: Done = ""
        ) -> Page:
            return await self._page(visit, show, start, banner=DONE.get(done))

        @get("/outcomes/{outcome_id:uuid}/person", name="outcome-person")
        async def person(visit: Visiting, outcome_id: Id) -> Page:
            return await self._person(visit, str(outcome_id))

        @post("/outcomes", status_code=200, name="outcome-form")
        async def tell(request: AnyRequest, visit: Visiting) -> Page:
            return await self._tell(visit, await self._sessions.form(request, visit))

        return [outcomes, person, tell]

    async def _page(
        self,
        visit: Visit,
        show: str,
        start: int = 0,
        *,
        banner: str | None = None,
        telling: Telling = Telling(),
        status: int = 200,
    ) -> Page:
        tenant_id, read = visit.caller.tenant_id, outcomes_of(self._services).read
        kind = outcome_words.KINDS.get(show, outcome_words.BACK)
        found = await read.recent(tenant_id, types=kind.types, limit=PAGE_SIZE + 1, offset=start)
        return self._renderer.page(
            "outcomes.html",
            visit=visit,
            status=status,
            say=outcome_words,
            rows=await rows_of(self._services, tenant_id, found[:PAGE_SIZE]),
            more=len(found) > PAGE_SIZE,
            start=start,
            size=PAGE_SIZE,
            kind=kind,
            stats=await read.stats(tenant_id, None, None),
            types=TOLD,
            telling=telling,
            zone=(await self._services.tenants.get(tenant_id)).time_zone,
            banner=banner,
        )

    async def _person(self, visit: Visit, outcome_id: str) -> Page:
        read = outcomes_of(self._services).read
        email, theirs = await read.beside(visit.caller.tenant_id, outcome_id)
        return self._renderer.page(
            "person.html",
            visit=visit,
            say=outcome_words,
            email=email,
            adjustment=theirs.adjustment,
            rows=await rows_of(self._services, visit.caller.tenant_id, theirs.outcomes),
        )

    async def _tell(self, visit: Visit, fields: dict[str, str]) -> Page:
        tenant = await self._services.tenants.get(visit.caller.tenant_id)
        kind = fields.get("type", "")
        if kind in {each.value for each in outcome_words.FINAL} and fields.get("sure") != "yes":
            return await self._page(visit, "", telling=Telling(fields=fields, ask=True))
        try:
            told = Told(
                type=kind,
                email=fields.get("email", "").strip(),
                occurred_at=_moment(fields.get("at", ""), tenant.time_zone),
                note=fields.get("note", "").strip() or None,
            )
            record = outcomes_of(self._services).record
            done = await record.by_hand(tenant.id, told, who=visit.caller.id)
        except InvalidInput as invalid:
            telling = Telling(fields=fields, problems=tuple(invalid.problems))
            return await self._page(visit, "", telling=telling, status=400)
        word = "recorded" if done.outcome is not None else "before"
        return Redirect(f"/outcomes?show=all&done={word}", status_code=303)


def _moment(text: str, zone: str) -> datetime | None:
    """What a field for date and time holds, on the sender's clock; None where it is empty.

    Raises:
        InvalidInput
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        problem = Problem(where="occurred_at", what="must be a date and a time")
        raise InvalidInput("that is no point in time", [problem]) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone_info(zone))
