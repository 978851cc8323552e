"""Sending by hand: an approval that is sent after its undo, send now, take back, and in bulk.

In DRAFT_ONLY an approval sends nothing; in SEND it goes out when the undo has passed, unless the
gate refuses. Then the draft stays approved, with every reason and the time it may go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from salesagent_app.http.auth import Caller, Gate, requires
from salesagent_app.http.draft_answers import DecidedAnswer, decided
from salesagent_app.http.errors import ErrorAnswer, answer_of
from salesagent_app.http.inputs import Calling, ContentHash, Id, Services
from salesagent_app.http.offered import sending_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.sending.attempt import SendAttempt
from salesagent_core.errors import Reason, SalesAgentError
from salesagent_core.ids import DraftId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.approve_draft import ApproveDraft

MAX_BULK = 100


@attrs.frozen(kw_only=True)
class SendBody:
    """``content_hash`` of the revision that was read."""

    content_hash: ContentHash


@attrs.frozen(kw_only=True)
class SettleBody:
    """What a person found in the mailbox: did the mail go out?"""

    was_sent: bool


@attrs.frozen(kw_only=True)
class SendAnswer:
    """``due_at`` is when a worker takes it up; it is asked again then whether it may go."""

    id: str
    status: str
    send_id: str
    due_at: datetime | None
    waiting: tuple[Reason, ...] = ()


@attrs.frozen(kw_only=True)
class BulkItem:
    """One draft of a bulk, as it was listed: what changed since is refused by itself."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f-]{36}$")]
    content_hash: ContentHash


@attrs.frozen(kw_only=True)
class BulkBody:
    """What to do to all of these; each succeeds or fails alone."""

    items: Annotated[list[BulkItem], msgspec.Meta(min_length=1, max_length=MAX_BULK)]


@attrs.frozen(kw_only=True)
class BulkResult:
    """What became of one; ``error`` is what the same call for this one alone answers."""

    id: str
    done: bool
    status: str | None = None
    send_at: datetime | None = None
    refused: tuple[Reason, ...] = ()
    error: ErrorAnswer | None = None


@attrs.frozen(kw_only=True)
class BulkAnswer:
    """In the order of the request."""

    done: int
    failed: int
    results: list[BulkResult]


@attrs.frozen(kw_only=True)
class QuotaAnswer:
    """``*_used`` counts sent and reserved mail in each rolling window. ``may_go_at`` is null
    where a person must act first."""

    contact_used: int
    contact_limit: int
    mailbox_used: int
    mailbox_limit: int
    company_used: int
    company_limit: int
    allowed: bool
    may_go_at: datetime | None
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]


Email = FromPath[str]


async def approve_and_schedule(
    services: HttpServices, caller: Caller, draft_id: DraftId, content_hash: str
) -> DecidedAnswer:
    """Approve the revision that was read; in SEND mode it is on its way after the undo.

    Raises:
        NotFound, Conflict: as ``ReviewDraft.approve``. What the gate refuses is in the answer.
    """
    sending = services.sending
    approve = ApproveDraft(
        review=services.review,
        schedule=sending.schedule if sending else None,
        control=sending.control if sending else None,
    )
    approved = await approve(
        caller.tenant_id, draft_id, content_hash=content_hash, operator=caller.id
    )
    return attrs.evolve(
        decided(approved.draft),
        send_at=approved.send_at,
        refused=approved.refused,
        may_go_at=approved.may_go_at,
    )


@post(
    "/drafts/{draft_id:uuid}/send",
    status_code=202,
    responses=documented(400, 404, 409, 413),
    summary="Send an approved revision now; the undo is given up",
)
async def send(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[SendBody]
) -> SendAnswer:
    return _send_answer(await _send_now(services, caller, str(draft_id), data.content_hash))


@post(
    "/drafts/{draft_id:uuid}/cancel",
    status_code=200,
    responses=documented(404, 409),
    summary="Take an approval back, before the send starts",
)
async def cancel(services: Services, caller: Calling, draft_id: Id) -> DecidedAnswer:
    schedule = sending_of(services).schedule
    return decided(
        await schedule.cancel(caller.tenant_id, DraftId(str(draft_id)), operator=caller.id)
    )


@post(
    "/drafts/{draft_id:uuid}/settle",
    status_code=200,
    responses=documented(400, 404, 409, 413),
    summary="Say what became of a mail that nobody could find; sends nothing",
)
async def settle(
    services: Services, caller: Calling, draft_id: Id, data: JSONBody[SettleBody]
) -> DecidedAnswer:
    return decided(
        await sending_of(services).reconcile.settle(
            caller.tenant_id,
            DraftId(str(draft_id)),
            was_sent=data.was_sent,
            operator=caller.id,
        )
    )


@post(
    "/drafts/bulk/approve",
    status_code=200,
    responses=documented(400, 413),
    summary="Approve up to 100 drafts, each as it was read",
)
async def bulk_approve(services: Services, caller: Calling, data: JSONBody[BulkBody]) -> BulkAnswer:
    async def one(item: BulkItem) -> BulkResult:
        answer = await approve_and_schedule(services, caller, DraftId(item.id), item.content_hash)
        return BulkResult(
            id=item.id,
            done=True,
            status=answer.status.value,
            send_at=answer.send_at,
            refused=answer.refused,
        )

    return await _each(data.items, one)


@post(
    "/drafts/bulk/send",
    status_code=200,
    responses=documented(400, 413),
    summary="Send up to 100 approved drafts now, each as it was read",
)
async def bulk_send(services: Services, caller: Calling, data: JSONBody[BulkBody]) -> BulkAnswer:
    async def one(item: BulkItem) -> BulkResult:
        attempt = await _send_now(services, caller, item.id, item.content_hash)
        return BulkResult(
            id=item.id, done=True, status=attempt.status.value, send_at=attempt.due_at
        )

    return await _each(data.items, one)


@get(
    "/quota/{email:str}",
    responses=documented(400),
    summary="What is left of the limits for one person, and when a mail may go",
)
async def quota(services: Services, caller: Calling, email: Email) -> QuotaAnswer:
    view = await sending_of(services).control.quota(caller.tenant_id, email)
    return QuotaAnswer(
        contact_used=view.contact_used,
        contact_limit=view.limits.per_contact,
        mailbox_used=view.mailbox_used,
        mailbox_limit=view.limits.per_mailbox,
        company_used=view.company_used,
        company_limit=view.limits.per_company,
        allowed=view.allowed,
        may_go_at=view.may_go_at,
        reasons=view.reasons,
        warnings=view.warnings,
    )


def sending_router(gate: Gate) -> Router:
    """All routes of this module, for keys with the operator or admin scope."""
    return Router(
        "/api/operator",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[send, cancel, settle, bulk_approve, bulk_send, quota],
        tags=["sending"],
    )


async def _send_now(
    services: HttpServices, caller: Caller, draft_id: str, content_hash: str
) -> SendAttempt:
    return await sending_of(services).schedule.send_now(
        caller.tenant_id, DraftId(draft_id), content_hash=content_hash, operator=caller.id
    )


async def _each(
    items: list[BulkItem], act: Callable[[BulkItem], Awaitable[BulkResult]]
) -> BulkAnswer:
    # One after the other: they take the same limits' locks, and the first ones come first.
    results: list[BulkResult] = []
    for item in items:
        try:
            results.append(await act(item))
        except SalesAgentError as error:
            results.append(BulkResult(id=item.id, done=False, error=answer_of(error, "")))
    done = sum(result.done for result in results)
    return BulkAnswer(done=done, failed=len(results) - done, results=results)


def _send_answer(attempt: SendAttempt) -> SendAnswer:
    return SendAnswer(
        id=attempt.draft_id,
        status=attempt.status.value,
        send_id=attempt.id,
        due_at=attempt.due_at,
        waiting=attempt.waiting,
    )
