"""What goes alone: how far each rule is trusted in each tier, on what evidence, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import attrs
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Redirect
from markupsafe import Markup

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.offered import approvals_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import charts, outcome_words
from salesagent_app.web.charts import Dot, Frame
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.names import name_of
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.autonomy import Stage
from salesagent_core.domain.draft import Draft
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.approvals import ShadowVerdict
from salesagent_core.use_cases.manage_autonomy import AutonomyView, SegmentView

NEEDS_ADMIN = "Giving and taking trust needs a key with the admin scope."
NEVER = 10_000
"""Sorts what is too far from promotion to be spoken of behind all others."""
Moved = Annotated[str, QueryParameter(name="moved", max_length=200)]


@attrs.frozen(kw_only=True)
class Disagreement:
    """A draft that a rule would have sent, with what the operator did; ``draft`` is None once it
    is erased."""

    verdict: ShadowVerdict
    draft: Draft | None
    who: str | None


@attrs.frozen(kw_only=True)
class Sorted:
    """Segments by where they stand; those in shadow with the least missing first."""

    alone: tuple[SegmentView, ...]
    shadow: tuple[SegmentView, ...]
    manual: tuple[SegmentView, ...]


class AutonomyPages:
    """Any operator sees it; an admin gives and takes trust."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/autonomy", name="autonomy")
        async def autonomy(visit: Visiting, moved: Moved = "") -> Page:
            return await self._page(visit, moved=moved)

        @post("/autonomy", status_code=200, name="autonomy-form")
        async def move(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._sessions.form(request, visit)
            if not visit.caller.may(Scope.ADMIN):
                raise Forbidden(NEEDS_ADMIN)
            return await self._move(visit, fields)

        return [autonomy, move]

    async def _page(
        self,
        visit: Visit,
        *,
        moved: str = "",
        problems: Sequence[Problem] = (),
        typed: dict[str, str] | None = None,
        status: int = 200,
    ) -> Page:
        view = await approvals_of(self._services).autonomy.view(visit.caller.tenant_id)
        found = sort(view)
        segments = {str(each.state.segment): each for each in view.segments}
        return self._renderer.page(
            "autonomy.html",
            visit=visit,
            status=status,
            say=outcome_words,
            view=view,
            found=found,
            chart=_chart(found.shadow, view.agreement_needed),
            disagreements=await self._disagreements(visit),
            stages=tuple(Stage),
            may_change=visit.caller.may(Scope.ADMIN),
            moved=segments.get(moved),
            problems=tuple(problems),
            typed=typed or {},
        )

    async def _disagreements(self, visit: Visit) -> list[Disagreement]:
        tenant_id = visit.caller.tenant_id
        found = await approvals_of(self._services).autonomy.disagreements(tenant_id)
        drafts = await self._services.queries.named(tenant_id, [each.draft_id for each in found])
        names: dict[str, str | None] = {}
        for by in {each.answered_by for each in found if each.answered_by is not None}:
            names[by] = await name_of(self._services, tenant_id, by)
        return [
            Disagreement(
                verdict=each,
                draft=drafts.get(each.draft_id),
                who=names.get(each.answered_by or ""),
            )
            for each in found
        ]

    async def _move(self, visit: Visit, fields: dict[str, str]) -> Page:
        segment, stage = fields.get("segment", ""), fields.get("stage", "")
        try:
            if stage not in set(Stage):
                raise InvalidInput("no stage", [Problem(where="stage", what="must be chosen")])
            await approvals_of(self._services).autonomy.set(
                visit.caller.tenant_id,
                segment,
                Stage(stage),
                who=visit.caller.id,
                why=fields.get("why", ""),
            )
        except InvalidInput as invalid:
            return await self._page(visit, problems=invalid.problems, typed=fields, status=400)
        except Conflict as conflict:
            problem = Problem(where="it", what=f"was not moved: {conflict}")
            return await self._page(visit, problems=[problem], typed=fields, status=409)
        return Redirect(f"/autonomy?{urlencode({'moved': segment})}", status_code=303)


def sort(view: AutonomyView) -> Sorted:
    """The segments by stage."""

    def of(stage: Stage) -> tuple[SegmentView, ...]:
        return tuple(each for each in view.segments if each.state.stage is stage)

    def missing(each: SegmentView) -> int:
        return NEVER if each.to_go is None else each.to_go

    return Sorted(
        alone=of(Stage.AUTO),
        shadow=tuple(sorted(of(Stage.SHADOW), key=missing)),
        manual=of(Stage.MANUAL),
    )


def _chart(shadow: Sequence[SegmentView], border: float) -> Markup | None:
    judged = [each for each in shadow if each.state.shadow_verdicts]
    if not judged:
        return None
    rows = []
    for each in judged:
        state = each.state
        label = f"{state.segment.tier.value}: {outcome_words.rule(state.segment.rule)}"
        rows.append(
            Dot(
                label=label,
                rate=state.agreed / state.shadow_verdicts,
                low=each.promotion.bound,
                high=each.interval.high,
                said=f"{label}: agreed {state.agreed} of {state.shadow_verdicts} times,"
                f" at least {outcome_words.percent(each.promotion.bound)} for certain",
            )
        )
    frame = Frame(
        id="agreement",
        title="How often operators agreed with rules in shadow",
        about="; ".join(each.said for each in rows[: charts.MOST_ROWS]),
    )
    return charts.dots(rows, frame, border=border)
