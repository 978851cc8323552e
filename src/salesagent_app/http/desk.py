"""What somebody at the desk needs beside single drafts: who they are, a narrowed queue, how things
stand, and putting a draft aside."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, ContentHash, Id, Limit, Offset, Services
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_app.web.filters import MAX_WORDS, TROUBLE, View
from salesagent_core.domain.draft import Draft, DraftStatus
from salesagent_core.domain.finding import Severity
from salesagent_core.domain.icp import Tier
from salesagent_core.domain.run import RunStatus
from salesagent_core.domain.snooze import SnoozeFor
from salesagent_core.errors import Reason
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.queries import QueueEntry

SHOWN = 20
"""Of each kind of thing that stands still."""


class QueueState(StrEnum):
    """Which part of the desk: what waits for a decision, was put aside, is approved and not sent,
    or needs a look into the mailbox."""

    WAITING = "waiting"
    SNOOZED = "snoozed"
    APPROVED = "approved"
    TROUBLE = "trouble"


class SnoozeBody(msgspec.Struct, kw_only=True, frozen=True):
    """``content_hash`` of the revision that was read, and for how long it is put aside."""

    content_hash: ContentHash
    until: SnoozeFor


@attrs.frozen(kw_only=True)
class WhoAnswer:
    """Whose key this is. ``may_read``, ``may_decide`` and ``may_manage`` say what it may do."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    may_read: bool
    may_decide: bool
    may_manage: bool


@attrs.frozen(kw_only=True)
class QueueRow:
    """A draft's card. ``aps`` is its priority now, 0..100; ``severity`` the worst finding's."""

    id: str
    status: DraftStatus
    content_hash: str
    revision: int
    to: str
    name: str
    company: str
    subject: str
    tier: Tier
    fit: float
    aps: float
    aps_parts: tuple[Reason, ...]
    gaps: tuple[str, ...]
    severity: Severity | None
    snoozed_until: datetime | None
    submitted_at: datetime
    created_at: datetime


@attrs.frozen(kw_only=True)
class QueueAnswer:
    """Some rows of ``total``, most urgent first; ``oldest``: when the oldest of all was written."""

    total: int
    oldest: datetime | None
    rows: tuple[QueueRow, ...]


@attrs.frozen(kw_only=True)
class StuckMailbox:
    """A mailbox whose work stands still until a person connects it."""

    address: str
    waiting_runs: int


@attrs.frozen(kw_only=True)
class DeskAnswer:
    """How things stand. ``mode`` is null where nothing can be sent; ``in_flight`` are mails that
    are being sent or of which nobody knows; ``trouble`` the drafts that need a look, ``parked`` the
    runs that wait for a person, ``failed_tasks`` what gave up (at most 20 are counted)."""

    mode: str | None
    stopped: bool
    stopped_everywhere: bool
    stopped_by: str | None
    stopped_why: str | None
    in_flight: int
    waiting: int
    oldest_waiting: datetime | None
    snoozed: int
    trouble: tuple[QueueRow, ...]
    parked: int
    failed_runs: int
    failed_tasks: int
    mailboxes: tuple[StuckMailbox, ...]


@attrs.frozen(kw_only=True)
class SnoozedAnswer:
    """The draft after it was put aside or taken up again (``snoozed_until`` null)."""

    id: str
    status: DraftStatus
    content_hash: str
    snoozed_until: datetime | None


State = Annotated[QueueState, QueryParameter(name="state", description="Which part of the desk.")]
OneTier = Annotated[Tier | None, QueryParameter(name="tier", description="Only this tier.")]
Search = Annotated[
    str,
    QueryParameter(
        name="q", max_length=MAX_WORDS, description="In name, company, address or subject."
    ),
]
Gaps = Annotated[
    bool | None, QueryParameter(name="gaps", description="Only with, or only without gaps.")
]


@get("/", responses=documented(), summary="Whose key this is, and what it may do")
async def who(caller: Calling) -> WhoAnswer:
    return WhoAnswer(
        id=caller.id,
        name=caller.name,
        scopes=tuple(sorted(caller.scopes)),
        may_read=caller.may(Scope.VIEWER),
        may_decide=caller.may(Scope.OPERATOR),
        may_manage=caller.may(Scope.ADMIN),
    )


@get("/queue", responses=documented(400), summary="A part of the queue, by score, and how many")
async def queue(
    services: Services,
    caller: Calling,
    part: State = QueueState.WAITING,
    tier: OneTier = None,
    words: Search = "",
    gaps: Gaps = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> QueueAnswer:
    view = View(
        q=" ".join(words.replace("\0", "").split()),
        state="" if part is QueueState.WAITING else part.value,
        tier=tier.value if tier else "",
        gaps="" if gaps is None else "yes" if gaps else "no",
    )
    page = await services.queries.queue(caller.tenant_id, view.filter, limit=limit, offset=offset)
    return QueueAnswer(
        total=page.total, oldest=page.oldest, rows=tuple(_row(entry) for entry in page.entries)
    )


@get("/status", responses=documented(), summary="The mode, the stop, and what stands still")
async def status(services: Services, caller: Calling) -> DeskAnswer:
    tenant_id, queries = caller.tenant_id, services.queries
    waiting = await queries.queue(tenant_id, limit=1)
    aside = await queries.queue(tenant_id, View(state="snoozed").filter, limit=1)
    trouble = await queries.changed(tenant_id, TROUBLE, limit=SHOWN)
    failed = await queries.runs(tenant_id, (RunStatus.FAILED,), limit=SHOWN)
    sending = services.sending
    stop = await sending.control.status(tenant_id) if sending else None
    return DeskAnswer(
        mode=(await sending.control.mode(tenant_id)).mode.value if sending else None,
        stopped=stop.stopped if stop else False,
        stopped_everywhere=stop.everywhere if stop else False,
        stopped_by=stop.by if stop else None,
        stopped_why=stop.why if stop else None,
        in_flight=len(stop.in_flight) if stop else 0,
        waiting=waiting.total,
        oldest_waiting=waiting.oldest,
        snoozed=aside.total,
        trouble=tuple(_row(entry) for entry in trouble.entries),
        parked=len(await queries.runs(tenant_id, parked=True, limit=SHOWN)),
        failed_runs=len(failed),
        failed_tasks=len(await queries.dead_letters(tenant_id, limit=SHOWN)),
        mailboxes=await _stuck_mailboxes(services, tenant_id),
    )


@post(
    "/drafts/{draft_id:uuid}/snooze",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Put the revision that was read aside; it comes back by itself",
)
async def snooze(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[SnoozeBody]
) -> SnoozedAnswer:
    return _snoozed(
        await services.review.snooze(
            caller.tenant_id,
            DraftId(str(draft_id)),
            content_hash=data.content_hash,
            operator=caller.id,
            choice=data.until,
        )
    )


@post(
    "/drafts/{draft_id:uuid}/wake",
    status_code=200,
    responses=documented(404),
    summary="Have a draft that was put aside in the queue again",
)
async def wake(services: Services, caller: Calling, draft_id: Id) -> SnoozedAnswer:
    return _snoozed(
        await services.review.wake(caller.tenant_id, DraftId(str(draft_id)), operator=caller.id)
    )


def who_router(gate: Gate) -> Router:
    """For any key."""
    return Router(
        "/api/whoami", guards=[requires(gate, *Scope)], route_handlers=[who], tags=["operator"]
    )


def desk_router(gate: Gate) -> Router:
    """For keys with the operator or admin scope; viewers read."""
    return Router(
        "/api/operator",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[queue, status, snooze, wake],
        tags=["operator"],
    )


async def _stuck_mailboxes(services: HttpServices, tenant_id: TenantId) -> tuple[StuckMailbox, ...]:
    if services.mailboxes is None:
        return ()
    found = await services.mailboxes.list(tenant_id)
    return tuple(
        StuckMailbox(address=one.mailbox, waiting_runs=one.waiting_runs)
        for one in found
        if one.needs_somebody
    )


def _row(entry: QueueEntry) -> QueueRow:
    card = entry.card
    return QueueRow(
        id=card.id,
        status=card.status,
        content_hash=card.content_hash,
        revision=card.revision_number,
        to=card.email,
        name=card.name,
        company=card.company,
        subject=card.subject,
        tier=card.tier,
        fit=card.fit,
        aps=entry.aps,
        aps_parts=entry.parts,
        gaps=card.gaps,
        severity=card.severity,
        snoozed_until=card.snoozed_until,
        submitted_at=card.submitted_at,
        created_at=card.created_at,
    )


def _snoozed(draft: Draft) -> SnoozedAnswer:
    return SnoozedAnswer(
        id=draft.id,
        status=draft.status,
        content_hash=draft.revision.content_hash,
        snoozed_until=draft.snoozed_until,
    )
