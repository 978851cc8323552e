"""``/api/experiments``: A/B tests, made, started, looked at, stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, post
from litestar.params import JSONBody

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Calling, Id, Services
from salesagent_app.http.offered import improvement_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.experiment import (
    Audience,
    Experiment,
    ExperimentState,
    Metric,
    Variant,
)
from salesagent_core.domain.experiment_evidence import BORDER, Comparison, Verdict
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.treatment import ExperimentKind, Hours
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_experiments import ExperimentReport

MAX_LIST = 50
CHANGES = [also_requires(Scope.ADMIN)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9_-]+$")]


@attrs.frozen(kw_only=True)
class HoursBody:
    """From ``start`` to before ``end``, full hours on the recipient's clock, within 8 to 18."""

    start: int
    end: int


@attrs.frozen(kw_only=True)
class VariantBody:
    """``text`` is a subject (it may hold ``{first_name}`` and ``{company}``), an instruction to the
    writer, or a call to action; without one the mail stays as it is. ``hours`` are for tests of the
    send time; without them mail goes from 8 to 18."""

    name: str
    text: str = ""
    weight: int = 1
    hours: HoursBody | None = None


@attrs.frozen(kw_only=True)
class AudienceBody:
    """Whom the test is for; an empty list means everybody. A test of subjects or calls to action
    names the one language of its texts."""

    tiers: Annotated[list[Tier], msgspec.Meta(max_length=MAX_LIST)] = attrs.field(factory=list)
    languages: Annotated[list[Code], msgspec.Meta(max_length=MAX_LIST)] = attrs.field(factory=list)
    intents: Annotated[list[Code], msgspec.Meta(max_length=MAX_LIST)] = attrs.field(factory=list)


@attrs.frozen(kw_only=True)
class ExperimentBody:
    """A test of two to five variants."""

    name: str
    kind: ExperimentKind
    variants: Annotated[list[VariantBody], msgspec.Meta(max_length=MAX_LIST)]
    metric: Metric = Metric.REPLY
    audience: AudienceBody = attrs.field(factory=AudienceBody)


@attrs.frozen(kw_only=True)
class VariantRow:
    """One variant; ``share`` (0..1) of the people get it."""

    name: str
    text: str
    weight: int
    share: float
    hours: HoursBody | None


@attrs.frozen(kw_only=True)
class ExperimentRow:
    """A test. ``winner`` is named once it is decided; everybody gets it until that is stopped."""

    id: str
    name: str
    kind: ExperimentKind
    metric: Metric
    state: ExperimentState
    variants: tuple[VariantRow, ...]
    tiers: tuple[Tier, ...]
    languages: tuple[str, ...]
    intents: tuple[str, ...]
    created_at: datetime
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    winner: str | None


@attrs.frozen(kw_only=True)
class VariantResult:
    """``sent`` of the ``drafted`` mails went out. ``people`` were counted, ``waiting`` have time
    left to answer; ``successes`` did what the metric asks for. ``low`` and ``high`` bound the rate,
    however often one looks (95 %)."""

    name: str
    share: float
    drafted: int
    sent: int
    waiting: int
    people: int
    successes: int
    rate: float | None
    low: float
    high: float


@attrs.frozen(kw_only=True)
class ReportAnswer:
    """What the test shows now; one may ask as often as one likes. ``balance_p`` near 0 says that
    mail did not go out in the planned shares. ``people_needed`` in each variant would show a
    difference as large as the present one; null where there is none, or it is shown."""

    experiment: ExperimentRow
    variants: tuple[VariantResult, ...]
    verdict: Verdict
    winner: str | None
    comparisons: tuple[Comparison, ...]
    balance_p: float
    people_needed: int | None
    decision: str


@attrs.frozen(kw_only=True)
class LookRow:
    """What the test had shown by then: people counted, and the evidence of the best variant. At
    ``border`` it is the winner."""

    at: datetime
    people: int
    evidence: float
    border: float


@get("/", responses=documented(), summary="All tests, newest first")
async def experiments(services: Services, caller: Calling) -> list[ExperimentRow]:
    manage = improvement_of(services).experiments
    return [experiment_row(each) for each in await manage.list(caller.tenant_id)]


@get("/{experiment_id:uuid}", responses=documented(404), summary="One test")
async def experiment(services: Services, caller: Calling, experiment_id: Id) -> ExperimentRow:
    manage = improvement_of(services).experiments
    return experiment_row(await manage.get(caller.tenant_id, str(experiment_id)))


@post(
    "/",
    status_code=201,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Make a test; it does not run yet",
)
async def create(
    services: Services, caller: Calling, data: JSONBody[ExperimentBody]
) -> ExperimentRow:
    made = await improvement_of(services).experiments.create(
        caller.tenant_id,
        name=data.name,
        kind=data.kind,
        variants=[_variant(each) for each in data.variants],
        metric=data.metric,
        audience=Audience(
            tiers=tuple(data.audience.tiers),
            languages=tuple(data.audience.languages),
            intents=tuple(data.audience.intents),
        ),
        who=caller.id,
    )
    return experiment_row(made)


@post(
    "/{experiment_id:uuid}/start",
    status_code=200,
    guards=CHANGES,
    responses=documented(404, 409),
    summary="Start a test: drafts written from now on take part",
)
async def start(services: Services, caller: Calling, experiment_id: Id) -> ExperimentRow:
    manage = improvement_of(services).experiments
    return experiment_row(await manage.start(caller.tenant_id, str(experiment_id), who=caller.id))


@post(
    "/{experiment_id:uuid}/stop",
    status_code=200,
    guards=CHANGES,
    responses=documented(404, 409),
    summary="End a test, decided where the evidence names a winner; or use a winner no more",
)
async def stop(services: Services, caller: Calling, experiment_id: Id) -> ReportAnswer:
    manage = improvement_of(services).experiments
    return _report(await manage.stop(caller.tenant_id, str(experiment_id), who=caller.id))


@get(
    "/{experiment_id:uuid}/report",
    responses=documented(404),
    summary="What a test shows now, with the decision in words",
)
async def report(services: Services, caller: Calling, experiment_id: Id) -> ReportAnswer:
    manage = improvement_of(services).experiments
    return _report(await manage.report(caller.tenant_id, str(experiment_id)))


@get(
    "/{experiment_id:uuid}/history",
    responses=documented(404),
    summary="What a test had shown at moments of its time",
)
async def history(services: Services, caller: Calling, experiment_id: Id) -> list[LookRow]:
    manage = improvement_of(services).experiments
    return [
        LookRow(at=each.at, people=each.people, evidence=each.evidence, border=BORDER)
        for each in await manage.history(caller.tenant_id, str(experiment_id))
    ]


def experiment_router(gate: Gate) -> Router:
    """Read by operators, changed by admins."""
    return Router(
        "/api/experiments",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[experiments, experiment, create, start, stop, report, history],
        tags=["learning"],
    )


def _variant(body: VariantBody) -> Variant:
    hours = None if body.hours is None else Hours(start=body.hours.start, end=body.hours.end)
    return Variant(name=body.name.strip(), weight=body.weight, text=body.text.strip(), hours=hours)


def _hours(hours: Hours | None) -> HoursBody | None:
    return None if hours is None else HoursBody(start=hours.start, end=hours.end)


def experiment_row(test: Experiment) -> ExperimentRow:
    """The test as a row."""
    return ExperimentRow(
        id=test.id,
        name=test.name,
        kind=test.kind,
        metric=test.metric,
        state=test.state,
        variants=tuple(
            VariantRow(
                name=each.name,
                text=each.text,
                weight=each.weight,
                share=test.share(each),
                hours=_hours(each.hours),
            )
            for each in test.variants
        ),
        tiers=test.audience.tiers,
        languages=test.audience.languages,
        intents=test.audience.intents,
        created_at=test.created_at,
        created_by=test.created_by,
        started_at=test.started_at,
        ended_at=test.ended_at,
        winner=test.winner,
    )


def _report(found: ExperimentReport) -> ReportAnswer:
    judgement = found.judgement
    return ReportAnswer(
        experiment=experiment_row(found.experiment),
        variants=tuple(
            VariantResult(
                name=each.variant.name,
                share=each.share,
                drafted=each.count.drafted,
                sent=each.count.sent,
                waiting=each.count.waiting,
                people=each.count.counted.people,
                successes=each.count.counted.successes,
                rate=each.rate,
                low=each.interval.low,
                high=each.interval.high,
            )
            for each in found.variants
        ),
        verdict=judgement.verdict,
        winner=judgement.winner,
        comparisons=judgement.comparisons,
        balance_p=judgement.balance_p,
        people_needed=judgement.people_needed,
        decision=judgement.sentence,
    )
