"""``/api/outcomes``: what became of mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Calling, Limit, Offset, Services
from salesagent_app.http.offered import outcomes_of
from salesagent_app.http.openapi import ResponseSpec, documented
from salesagent_app.policy_inputs import read_moment
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeType
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.detect_outcomes import DetectKind
from salesagent_core.use_cases.record_outcome import Told, read_types

MAX_NAMES = 1_000


@attrs.frozen(kw_only=True)
class TypeRow:
    """``impact`` is what one fresh and certain event adds to the contact's adjustment."""

    type: OutcomeType
    group: str
    impact: int


@attrs.frozen(kw_only=True)
class OutcomeRow:
    """``confidence`` in 0..1 is how sure the detection is; ``intent`` is what a reply wanted;
    ``by`` is who recorded it by hand."""

    id: str
    type: OutcomeType
    email: str
    occurred_at: datetime
    recorded_at: datetime
    source: str
    confidence: float
    impact: int
    draft_id: str | None
    intent: str | None
    by: str | None
    note: str | None


@attrs.frozen(kw_only=True)
class CountRow:
    """How many outcomes of a type happened."""

    type: OutcomeType
    count: int


@attrs.frozen(kw_only=True)
class StatsAnswer:
    """``replied`` of the mails ``sent`` in that time were answered by a person; ``low`` and
    ``high`` are the 95 % interval of that share."""

    since: datetime
    until: datetime
    sent: int
    replied: int
    low: float
    high: float
    types: tuple[CountRow, ...]


@attrs.frozen(kw_only=True)
class ContactAnswer:
    """``adjustment`` is what the outcomes add to the priority of this contact's drafts now."""

    adjustment: float
    outcomes: tuple[OutcomeRow, ...]


@attrs.frozen(kw_only=True)
class RecordBody:
    """What happened. Without ``occurred_at`` it is now; without ``draft_id`` it followed the last
    mail to this person. ``event_id`` is the event's own name: the same is recorded once."""

    type: str
    email: Annotated[str, msgspec.Meta(max_length=MAX_NAMES)]
    occurred_at: datetime | None = None
    draft_id: Annotated[str, msgspec.Meta(max_length=MAX_NAMES)] | None = None
    event_id: Annotated[str, msgspec.Meta(max_length=MAX_NAMES)] | None = None
    confidence: float = 1.0
    note: str | None = None


@attrs.frozen(kw_only=True)
class RecordAnswer:
    """``recorded`` is false for an event that was recorded before; ``outcome`` is null then."""

    recorded: bool
    outcome: OutcomeRow | None


@attrs.frozen(kw_only=True)
class DetectAnswer:
    """``looked_at`` counts mails, followed mails or meetings; ``recorded`` what was new."""

    kind: DetectKind
    looked_at: int
    recorded: tuple[CountRow, ...]


Email = FromPath[Annotated[str, msgspec.Meta(max_length=MAX_NAMES)]]
From = Annotated[
    str | None,
    QueryParameter(name="from", max_length=40, description="A date, or an ISO time; included."),
]
To = Annotated[
    str | None,
    QueryParameter(
        name="to", max_length=40, description="A date (included), or an ISO time (excluded); now."
    ),
]
Types = Annotated[
    str,
    QueryParameter(name="types", max_length=MAX_NAMES, description="Types, comma separated; all."),
]


@get("/types", responses=documented(), summary="The twenty types of outcomes, and what they weigh")
async def types() -> list[TypeRow]:
    return [TypeRow(type=each, group=each.group.value, impact=each.impact) for each in OutcomeType]


@get("/stats", responses=documented(400), summary="How many of each type, and the reply rate")
async def stats(
    services: Services, caller: Calling, since: From = None, until: To = None
) -> StatsAnswer:
    found = await outcomes_of(services).read.stats(
        caller.tenant_id,
        read_moment(since, "from") if since else None,
        read_moment(until, "to", end=True) if until else None,
    )
    return StatsAnswer(
        since=found.since,
        until=found.until,
        sent=found.counts.sent,
        replied=found.counts.replied,
        low=found.reply_rate.low,
        high=found.reply_rate.high,
        types=_counts(found.counts.by_type),
    )


@get("/recent", responses=documented(400), summary="The outcomes recorded last, newest first")
async def recent(
    services: Services, caller: Calling, names: Types = "", limit: Limit = 50, offset: Offset = 0
) -> list[OutcomeRow]:
    found = await outcomes_of(services).read.recent(
        caller.tenant_id, types=read_types(names), limit=limit, offset=offset
    )
    return [outcome_row(each) for each in found]


@get(
    "/contact/{email:str}",
    responses=documented(400),
    summary="What became of the mail to one person, and what it adds to their drafts' priority",
)
async def contact(services: Services, caller: Calling, email: Email) -> ContactAnswer:
    found = await outcomes_of(services).read.of_contact(caller.tenant_id, email)
    return ContactAnswer(
        adjustment=found.adjustment,
        outcomes=tuple(outcome_row(each) for each in found.outcomes),
    )


@post(
    "/record",
    status_code=201,
    responses={
        **documented(400, 404, 413),
        200: ResponseSpec(RecordAnswer, description="It was recorded before"),
    },
    summary="Record an outcome by hand, with all that follows from it",
)
async def record(
    services: Services, caller: Calling, data: JSONBody[RecordBody]
) -> Response[RecordAnswer]:
    told = Told(
        type=data.type,
        email=data.email,
        occurred_at=data.occurred_at,
        draft_id=data.draft_id,
        event_id=data.event_id,
        confidence=data.confidence,
        note=data.note,
    )
    done = await outcomes_of(services).record.by_hand(caller.tenant_id, told, who=caller.id)
    row = outcome_row(done.outcome) if done.outcome is not None else None
    answer = RecordAnswer(recorded=row is not None, outcome=row)
    return Response(answer, status_code=201 if answer.recorded else 200)


@post(
    "/detect/{kind:str}",
    status_code=200,
    guards=[also_requires(Scope.ADMIN)],
    responses=documented(400, 429),
    summary="Look for outcomes now, instead of when it is due",
)
async def detect(services: Services, caller: Calling, kind: FromPath[DetectKind]) -> DetectAnswer:
    found = await outcomes_of(services).detect.now(caller.tenant_id, kind)
    return DetectAnswer(kind=kind, looked_at=found.looked_at, recorded=_counts(found.recorded))


def outcome_router(gate: Gate) -> Router:
    """Read and recorded by operators; looked for at once by admins."""
    return Router(
        "/api/outcomes",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[types, stats, recent, contact, record, detect],
        tags=["outcomes"],
    )


def outcome_row(outcome: Outcome) -> OutcomeRow:
    """The outcome as a row."""
    return OutcomeRow(
        id=outcome.id,
        type=outcome.type,
        email=outcome.email,
        occurred_at=outcome.occurred_at,
        recorded_at=outcome.recorded_at,
        source=outcome.source.value,
        confidence=outcome.confidence,
        impact=outcome.type.impact,
        draft_id=outcome.draft_id,
        intent=outcome.intent,
        by=outcome.by,
        note=outcome.note,
    )


def _counts(found: Mapping[OutcomeType, int]) -> tuple[CountRow, ...]:
    return tuple(CountRow(type=each, count=found[each]) for each in OutcomeType if found.get(each))
