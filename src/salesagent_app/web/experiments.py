"""A/B tests: listed, made, started, looked at and stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from litestar import get, post
from litestar.response import Redirect
from markupsafe import Markup

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import improvement_of
from salesagent_app.http.services import HttpServices
from salesagent_app.web import charts, outcome_words
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import Sessions, Visiting
from salesagent_core.domain.experiment import MAX_VARIANTS, Audience, Metric, Variant
from salesagent_core.domain.experiment_evidence import BORDER, MIN_PER_VARIANT, Verdict
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.treatment import EARLIEST, LATEST, ExperimentKind, Hours
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_experiments import ExperimentReport, Look

MOST_FIELDS = 40
LETTERS = "ABCDE"


@attrs.frozen(kw_only=True)
class Advice:
    """What a report comes to: a headline, and what to do next."""

    headline: str
    next: str


class ExperimentPages:
    """Any operator reads; an admin makes, starts and stops."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""

        @get("/experiments", name="experiments")
        async def experiments(visit: Visiting) -> Page:
            return await self._list(visit)

        @get("/experiments/{test_id:uuid}", name="experiment")
        async def experiment(visit: Visiting, test_id: Id) -> Page:
            return await self._one(visit, str(test_id))

        @post("/experiments", status_code=200, name="experiment-form")
        async def make(request: AnyRequest, visit: Visiting) -> Page:
            pairs = await self._sessions.pairs(request, visit, MOST_FIELDS)
            self._require_admin(visit)
            return await self._make(visit, pairs)

        @post("/experiments/{test_id:uuid}/start", status_code=200, name="experiment-start")
        async def start(request: AnyRequest, visit: Visiting, test_id: Id) -> Page:
            await self._sessions.form(request, visit)
            self._require_admin(visit)
            manage = improvement_of(self._services).experiments
            await manage.start(visit.caller.tenant_id, str(test_id), who=visit.caller.id)
            return Redirect(f"/experiments/{test_id}", status_code=303)

        @post("/experiments/{test_id:uuid}/stop", status_code=200, name="experiment-stop")
        async def stop(request: AnyRequest, visit: Visiting, test_id: Id) -> Page:
            await self._sessions.form(request, visit)
            self._require_admin(visit)
            manage = improvement_of(self._services).experiments
            await manage.stop(visit.caller.tenant_id, str(test_id), who=visit.caller.id)
            return Redirect(f"/experiments/{test_id}", status_code=303)

        return [experiments, experiment, make, start, stop]

    def _require_admin(self, visit: Visit) -> None:
        if not visit.caller.may(Scope.ADMIN):
            raise Forbidden("Making, starting and stopping tests needs a key with the admin scope.")

    async def _list(
        self,
        visit: Visit,
        typed: Mapping[str, str] | None = None,
        tiers: Sequence[str] = (),
        problems: Sequence[Problem] = (),
        status: int = 200,
    ) -> Page:
        manage = improvement_of(self._services).experiments
        return self._renderer.page(
            "experiments.html",
            visit=visit,
            status=status,
            say=outcome_words,
            tests=await manage.list(visit.caller.tenant_id),
            may_change=visit.caller.may(Scope.ADMIN),
            letters=LETTERS[:MAX_VARIANTS],
            hours=range(EARLIEST, LATEST + 1),
            all_tiers=tuple(Tier),
            typed=typed or {},
            tiers=tuple(tiers),
            problems=tuple(problems),
        )

    async def _one(self, visit: Visit, test_id: str) -> Page:
        manage = improvement_of(self._services).experiments
        report = await manage.report(visit.caller.tenant_id, test_id)
        looks = await manage.history(visit.caller.tenant_id, test_id)
        return self._renderer.page(
            "experiment.html",
            visit=visit,
            say=outcome_words,
            report=report,
            test=report.experiment,
            advice=advice(report),
            looks=looks,
            border=BORDER,
            chart=_chart(looks),
            may_change=visit.caller.may(Scope.ADMIN),
        )

    async def _make(self, visit: Visit, pairs: list[tuple[str, str]]) -> Page:
        fields = dict(pairs)
        tiers = [value for name, value in pairs if name == "tier"]
        try:
            made = await improvement_of(self._services).experiments.create(
                visit.caller.tenant_id,
                name=fields.get("name", ""),
                kind=_kind(fields),
                variants=_variants(fields),
                metric=Metric(fields["metric"])
                if fields.get("metric") in set(Metric)
                else Metric.REPLY,
                audience=Audience(
                    tiers=tuple(Tier(each) for each in tiers if each in set(Tier)),
                    languages=_words(fields.get("languages", "")),
                ),
                who=visit.caller.id,
            )
        except InvalidInput as invalid:
            problems = [_placed(each) for each in invalid.problems]
            return await self._list(visit, fields, tiers, problems, status=400)
        except Conflict as conflict:
            problems = [Problem(where="test", what=str(conflict))]
            return await self._list(visit, fields, tiers, problems, status=409)
        return Redirect(f"/experiments/{made.id}", status_code=303)


def advice(report: ExperimentReport) -> Advice:
    """The report in a line, and what to do."""
    found, test = report.judgement, report.experiment
    if found.verdict is Verdict.WINNER and found.winner is not None:
        best = next(each for each in report.variants if each.variant.name == found.winner)
        sure = 1 - max(each.p for each in found.comparisons if each.better == best.variant.name)
        shown = outcome_words.percent(min(sure, 0.999))
        return Advice(
            headline=f"{found.winner} is better, {shown} sure",
            next=f"Stop the test and use {found.winner}: everybody it is for then gets it.",
        )
    people = min(each.count.counted.people for each in report.variants)
    if found.verdict is Verdict.UNBALANCED:
        return Advice(
            headline="The variants reached different people",
            next="Nothing can be said. See whether drafts of one variant are refused more often;"
            " stop the test and make it anew.",
        )
    if found.verdict is Verdict.TOO_FEW:
        return Advice(
            headline=f"Not enough yet ({people} of {MIN_PER_VARIANT} people in each variant)",
            next="Let it run: a person counts once they had time to answer"
            f" ({outcome_words.GOALS[test.metric]}).",
        )
    if found.people_needed is None:
        return Advice(
            headline="No difference so far",
            next="Both do the same. Let it run on, or stop it: nothing is lost.",
        )
    return Advice(
        headline=f"Keep on: {people} of about {found.people_needed} people in each variant",
        next="A difference as large as the present one would be certain by then; it may be chance"
        " still.",
    )


def _kind(fields: Mapping[str, str]) -> ExperimentKind:
    kind = fields.get("kind", "")
    if kind not in set(ExperimentKind):
        names = ", ".join(ExperimentKind)
        raise InvalidInput("no test", [Problem(where="kind", what=f"must be one of {names}")])
    return ExperimentKind(kind)


def _variants(fields: Mapping[str, str]) -> list[Variant]:
    """Those of the form that were filled in: one without a name, text and hours is not there."""
    found, problems = [], []
    for letter in LETTERS:
        name, text = (fields.get(f"{part}_{letter}", "").strip() for part in ("name", "text"))
        start, end = (fields.get(f"{part}_{letter}", "") for part in ("start", "end"))
        if not (name or text or start or end):
            continue
        weight = fields.get(f"weight_{letter}", "").strip() or "1"
        if not weight.isascii() or not weight.isdigit() or len(weight) > 4:
            problems.append(Problem(where=f"share of {letter}", what="must be a whole number"))
            continue
        try:
            hours = Hours(start=int(start), end=int(end)) if start and end else None
        except (InvalidInput, ValueError) as wrong:
            problems.append(Problem(where=f"hours of {letter}", what=str(wrong)[:200]))
            continue
        found.append(Variant(name=name or letter, text=text, weight=int(weight), hours=hours))
    if problems:
        raise InvalidInput("no test", problems)
    return found


def _placed(problem: Problem) -> Problem:
    """The problem with its place as the form calls it: ``text of variant B``."""
    first, _, part = problem.where.partition("].")
    number = first.removeprefix("variants[")
    if not part or not number.isdigit():
        return problem
    return Problem(where=f"{part} of variant {LETTERS[int(number)]}", what=problem.what)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.lower().replace(",", " ").split()))


def _chart(looks: Sequence[Look]) -> Markup | None:
    if len(looks) < 2:
        return None
    frame = charts.Frame(
        id="evidence",
        title="The evidence for the best variant over time",
        about=f"It began at {looks[0].evidence:.2g} and is {looks[-1].evidence:.3g} now;"
        f" at {BORDER:.0f} the test is decided.",
    )
    labels = [charts.day(each.at) for each in looks]
    return charts.evidence([each.evidence for each in looks], labels, BORDER, frame)
