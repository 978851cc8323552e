"""``/api/learning``: what replies teach, and the steps that thresholds made of it."""

from __future__ import annotations

from datetime import datetime

import attrs
from litestar import Router, get, post

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Calling, Id, Services
from salesagent_app.http.offered import outcomes_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.outcomes.learning import LearnedChange
from salesagent_core.errors import Reason
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.learn import SegmentLesson


@attrs.frozen(kw_only=True)
class LessonRow:
    """What the replies of a segment teach. ``low`` and ``high`` are the 95 % interval of the
    reply rate; ``threshold`` is what its rule needs now, ``next`` after the step."""

    segment: str
    sent: int
    replied: int
    low: float
    high: float
    threshold: float
    next: float
    reason: Reason


@attrs.frozen(kw_only=True)
class PrecisionRow:
    """``harmed`` of the mails ``sent`` ended in a bounce, an opt-out or a refusal; ``low`` and
    ``high`` are the 95 % interval of the share that did not. ``alone`` went without a person."""

    rule: str
    sent: int
    alone: int
    harmed: int
    low: float
    high: float


@attrs.frozen(kw_only=True)
class LearningAnswer:
    """Mail sent between ``since`` and ``until`` counts: newer mail has not had its time yet."""

    since: datetime
    until: datetime
    segments: tuple[LessonRow, ...]
    rules: tuple[PrecisionRow, ...]


@attrs.frozen(kw_only=True)
class ChangeRow:
    """A step that a segment's threshold made in the month ``period``, and on what evidence."""

    id: str
    segment: str
    period: str
    before: float
    after: float
    sent: int
    replied: int
    made_at: datetime
    made_by: str
    reverted_at: datetime | None
    reverted_by: str | None


@get("/", responses=documented(), summary="What replies teach about each segment and rule")
async def learning(services: Services, caller: Calling) -> LearningAnswer:
    view = await outcomes_of(services).learn.view(caller.tenant_id)
    return LearningAnswer(
        since=view.since,
        until=view.until,
        segments=tuple(_lesson_row(each) for each in view.segments),
        rules=tuple(
            PrecisionRow(
                rule=each.rule,
                sent=each.sent,
                alone=each.alone,
                harmed=each.harmed,
                low=each.interval.low,
                high=each.interval.high,
            )
            for each in view.rules
        ),
    )


@post(
    "/run",
    status_code=200,
    guards=[also_requires(Scope.ADMIN)],
    responses=documented(),
    summary="Learn now: make the steps that the evidence asks for, one a month at most",
)
async def run(services: Services, caller: Calling) -> list[ChangeRow]:
    made = await outcomes_of(services).learn(caller.tenant_id, by=caller.id)
    return [change_row(each) for each in made]


@get("/changes", responses=documented(), summary="The steps that thresholds made, newest first")
async def changes(services: Services, caller: Calling) -> list[ChangeRow]:
    found = await outcomes_of(services).learn.changes(caller.tenant_id)
    return [change_row(each) for each in found]


@post(
    "/{change_id:uuid}/revert",
    status_code=200,
    guards=[also_requires(Scope.ADMIN)],
    responses=documented(404, 409),
    summary="Take a learned step back",
)
async def revert(services: Services, caller: Calling, change_id: Id) -> ChangeRow:
    learn = outcomes_of(services).learn
    return change_row(await learn.revert(caller.tenant_id, str(change_id), who=caller.id))


def learning_router(gate: Gate) -> Router:
    """Read by operators, changed by admins."""
    return Router(
        "/api/learning",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[learning, run, changes, revert],
        tags=["outcomes"],
    )


def change_row(change: LearnedChange) -> ChangeRow:
    """The change as a row."""
    return ChangeRow(
        id=change.id,
        segment=str(change.segment),
        period=change.period,
        before=change.before,
        after=change.after,
        sent=change.sent,
        replied=change.replied,
        made_at=change.made_at,
        made_by=change.made_by,
        reverted_at=change.reverted_at,
        reverted_by=change.reverted_by,
    )


def _lesson_row(each: SegmentLesson) -> LessonRow:
    taught = each.lesson
    return LessonRow(
        segment=str(taught.replies.segment),
        sent=taught.replies.sent,
        replied=taught.replies.replied,
        low=taught.interval.low,
        high=taught.interval.high,
        threshold=each.threshold,
        next=each.next,
        reason=taught.reason,
    )
