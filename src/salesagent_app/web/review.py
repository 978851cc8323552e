"""One draft to read, its changes, and a check of a text before it is saved."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import attrs
from litestar import MediaType, Response, get, post
from litestar.params import QueryParameter

from salesagent_app.http.auth import Visit
from salesagent_app.http.inputs import Id
from salesagent_app.http.services import HttpServices
from salesagent_app.web import words
from salesagent_app.web.desk import Desk, Shown
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_app.web.undo import UndoBars
from salesagent_core.domain.finding import Finding
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import DraftId

MAX_QUOTE = 80
Done = Annotated[str | None, QueryParameter(name="done")]
Undo = Annotated[UUID | None, QueryParameter(name="undo")]
Until = Annotated[int, QueryParameter(name="until", ge=0, le=10**11)]


@attrs.frozen(kw_only=True)
class FoundRow:
    """A finding as the script beside the editor shows it."""

    severity: str
    label: str
    sentence: str
    part: str
    quote: str


@attrs.frozen(kw_only=True)
class CheckAnswer:
    """``problems`` are what keeps the text from being saved."""

    problems: list[str]
    findings: list[FoundRow]


class ReviewPages:
    """Handlers that read one draft."""

    def __init__(self, services: HttpServices, sessions: Sessions, desk: Desk) -> None:
        self._services = services
        self._sessions = sessions
        self._desk = desk
        self._undo = UndoBars(services)

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/drafts/{draft_id:uuid}", name="draft")
        async def draft(
            visit: Visiting,
            draft_id: Id,
            done: Done = None,
            undo: Undo = None,
            until: Until = 0,
        ) -> Page:
            bar = await self._undo.bar(visit, undo, until)
            return await self._desk.page(visit, _id(draft_id), Shown(done=done, undo=bar))

        @get("/drafts/{draft_id:uuid}/changes", name="draft-changes")
        async def changes(visit: Visiting, draft_id: Id) -> Page:
            return await self._desk.changes(visit, _id(draft_id))

        @post("/drafts/{draft_id:uuid}/check", status_code=200, name="check-form")
        async def check(request: AnyRequest, visit: Visiting, draft_id: Id) -> Page:
            fields = await self._sessions.form(request, visit)
            if "application/json" in request.headers.get("accept", ""):
                return await self._checked(visit, _id(draft_id), fields)
            return await self._check_page(visit, _id(draft_id), fields)

        return [draft, changes, check]

    async def _find(
        self, visit: Visit, draft_id: DraftId, fields: dict[str, str]
    ) -> tuple[Finding, ...]:
        return await self._services.review.check(
            visit.caller.tenant_id,
            draft_id,
            subject=fields.get("subject", ""),
            body=fields.get("body", ""),
        )

    async def _check_page(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> Page:
        try:
            found = await self._find(visit, draft_id, fields)
            shown = Shown(form="edit", typed=fields, found=found)
        except InvalidInput as wrong:
            shown = Shown(form="edit", typed=fields, wrong=wrong, status=400)
        return await self._desk.page(visit, draft_id, shown)

    async def _checked(self, visit: Visit, draft_id: DraftId, fields: dict[str, str]) -> Page:
        problems: list[str] = []
        found: tuple[Finding, ...] = ()
        try:
            found = await self._find(visit, draft_id, fields)
        except InvalidInput as wrong:
            problems = [f"{one.where.capitalize()} {one.what}." for one in wrong.problems]
        rows = [
            FoundRow(
                severity=one.severity.value,
                label=words.SEVERITIES[one.severity],
                sentence=one.sentence,
                part=one.part,
                quote=_quote(one, fields),
            )
            for one in sorted(found, key=lambda one: words.SEVERITY_ORDER[one.severity])
        ]
        return Response(CheckAnswer(problems=problems, findings=rows), media_type=MediaType.JSON)


def _quote(finding: Finding, fields: dict[str, str]) -> str:
    """The words that a finding is about; empty where it is about all of the text."""
    if finding.part not in ("subject", "body"):
        return ""
    text = fields.get(finding.part, "").replace("\r\n", "\n")
    return words.short(text.strip("\n")[finding.start : finding.end], MAX_QUOTE)


def _id(draft_id: Id) -> DraftId:
    return DraftId(str(draft_id))
