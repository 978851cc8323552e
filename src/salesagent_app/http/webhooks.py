"""``POST /api/webhooks/hubspot/forms|workflow|events``: where leads come in.

Bare ASGI, because this is the path that is measured: one pass over the headers, one look at the
body, and an answer whose bytes are nearly ready. 202 is sent after commit and never before; a
fault of ours is 5xx and never 4xx, because the platform does not send again after a 4xx.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec
from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import HTTPScope, Receive, Scope, Send

from salesagent_adapters.hubspot.signature import (
    ALL_VERSIONS,
    SignatureRefused,
    SignedRequest,
    verify,
)
from salesagent_adapters.hubspot.webhook import (
    EventDelivery,
    parse_events,
    parse_form,
    parse_workflow,
    portal_of,
)
from salesagent_app.http.errors import TooLarge, answer_of, headers_of, log_fault, status_of
from salesagent_app.http.frame import NO_STORE, SECURITY_HEADERS, RequestIds
from salesagent_app.http.request_limits import RequestLimits, retry_after, too_much
from salesagent_app.http.services import HttpServices
from salesagent_app.telemetry import bind
from salesagent_core.domain.submission import Submission
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import InvalidInput
from salesagent_core.ids import SubmissionId
from salesagent_core.ports.crm_events import EventReceipt
from salesagent_core.ports.intake import Receipt

PREFIX = "/api/webhooks/hubspot"
FORMS, WORKFLOW, EVENTS = f"{PREFIX}/forms", f"{PREFIX}/workflow", f"{PREFIX}/events"

_encode = msgspec.json.Encoder().encode
_HEADERS = (
    (b"content-type", b"application/json"),
    NO_STORE,
    *SECURITY_HEADERS,
)
ACCEPTED = 202
_ACCEPTED = b'{"status":"accepted","submission_id":"%b","task_id":"%b"}'
_DUPLICATE = b'{"status":"duplicate","submission_id":"%b","task_id":"%b"}'

_Answer = tuple[int, bytes]
_Take = Callable[[Tenant, str | None, bytes, datetime], Awaitable[_Answer]]


class SenderGoneError(Exception):
    """The sender hung up before its body was there: nobody waits for an answer."""


def webhook_handlers(
    services: HttpServices, request_ids: RequestIds, limits: RequestLimits | None = None
) -> list[ASGIRouteHandler]:
    """The three doors, as handlers to be registered at their exact paths. ``limits`` count what
    is not signed as it should be, and nothing else."""
    door = _Door(services, request_ids, limits)
    return [
        door.handler(FORMS, door.take_form),
        door.handler(WORKFLOW, door.take_workflow),
        door.handler(EVENTS, door.take_events),
    ]


class _Door:
    def __init__(
        self, services: HttpServices, request_ids: RequestIds, limits: RequestLimits | None
    ) -> None:
        self._services = services
        self._limits = limits
        self._request_ids = request_ids
        self._watch = services.watch if services.watch.looks_at_requests else None
        self._headers = _HEADERS
        if services.public_url.startswith("https:"):
            self._headers += ((b"strict-transport-security", b"max-age=31536000"),)

    def handler(self, path: str, take: _Take) -> ASGIRouteHandler:
        uri = self._services.public_url + path

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await send({"type": "websocket.close", "code": 1000, "reason": None})
                return
            request_id = self._request_ids()
            began = time.perf_counter()
            bind(request_id=request_id.decode())
            more: Sequence[tuple[bytes, bytes]]
            try:
                status, body, more = await self._serve(scope, receive, uri, take)
            except SenderGoneError:
                return
            except SignatureRefused:
                status, body, more = await self._unsigned(scope, request_id.decode())
            except Exception as error:
                status, body, more = self._refusal(error, request_id.decode())
            headers: list[tuple[bytes, bytes]] = [
                *self._headers,
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", request_id),
                *more,
            ]
            if self._watch is not None:
                seconds = time.perf_counter() - began
                self._watch.answered(scope["method"], path, status, seconds)
                if status == ACCEPTED and path != EVENTS:
                    self._watch.received(path, _run_in(body), seconds)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return asgi(path, copy_scope=False, name=path)(answer)

    async def take_form(self, tenant: Tenant, _: str | None, body: bytes, now: datetime) -> _Answer:
        services = self._services
        submission = parse_form(
            body,
            tenant_id=tenant.id,
            submission_id=SubmissionId(services.ids.new()),
            received_at=now,
        )
        return await self._store(submission, body)

    async def take_workflow(
        self, tenant: Tenant, _: str | None, body: bytes, now: datetime
    ) -> _Answer:
        services = self._services
        submission = parse_workflow(
            body,
            tenant_id=tenant.id,
            submission_id=SubmissionId(services.ids.new()),
            received_at=now,
        )
        return await self._store(submission, body)

    async def take_events(
        self, tenant: Tenant, portal: str | None, body: bytes, now: datetime
    ) -> _Answer:
        services = self._services
        delivery = parse_events(
            body,
            tenant.id,
            services.ids.new,
            portal_id=tenant.portal_id or portal,
            received_at=now,
        )
        if delivery.bad and not delivery.events and not delivery.ignored:
            raise InvalidInput("No item of the delivery can be read.", delivery.bad)
        receipts = await services.receive_crm_events(delivery.events, body)
        return 202, _encode(_events_answer(delivery, receipts))

    async def _store(self, submission: Submission, body: bytes) -> _Answer:
        receipt: Receipt = await self._services.receive_submission(submission, body)
        template = _ACCEPTED if receipt.accepted else _DUPLICATE
        ids = (receipt.submission_id.encode(), receipt.run_id.encode())
        return (202 if receipt.accepted else 409), template % ids

    async def _serve(
        self,
        scope: HTTPScope,
        receive: Receive,
        uri: str,
        take: _Take,
    ) -> tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]:
        if scope["method"] != "POST":
            detail = {"status": "method_not_allowed", "detail": "Webhooks are POST requests."}
            return 405, _encode(detail), ((b"allow", b"POST"),)
        services = self._services
        body = await _read(scope, receive, services.limits.webhook_bytes)
        query = scope["query_string"]
        if query:
            uri = f"{uri}?{query.decode('latin-1')}"
        portal = portal_of(body) or (_portal_in(query) if query else None)
        tenant = await services.tenants.by_portal(portal)
        # An unknown portal is answered exactly as a wrong signature is: with no secret.
        secrets: Sequence[str] = (
            await services.tenants.webhook_secrets(tenant.id) if tenant is not None else ()
        )
        now = services.clock.now()
        request = SignedRequest(method="POST", uri=uri, body=body, headers=scope["headers"])
        # Which version a door is used with is the sender's set-up; each one needs the secret.
        verify(request, secrets, now, allowed=ALL_VERSIONS)
        assert tenant is not None, "verify() refuses where there is no secret"
        status, answer = await take(tenant, portal, body, now)
        return status, answer, ()

    async def _unsigned(
        self, scope: HTTPScope, request_id: str
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        wait = await self._limits.unproven(scope) if self._limits is not None else None
        if wait is None:
            refused = {"status": "unauthenticated", "detail": "The signature is not valid."}
            return 401, _encode(refused), []
        return 429, too_much(request_id), [retry_after(wait)]

    def _refusal(
        self, error: Exception, request_id: str
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        status = status_of(error)
        if status not in (400, 413, 503):
            # Whatever else went wrong here is ours: the sender must send again.
            log_fault(error, request_id)
            status = 503 if status in (429, 502) else 500
        answer = answer_of(error, request_id)
        content: dict[str, Any] = {
            "status": answer.status if status != 500 else "fault",
            "detail": answer.detail if status != 500 else "Something failed on our side.",
            "request_id": request_id,
        }
        if status == 400:
            content["problems"] = [
                {"where": problem.where, "what": problem.what} for problem in answer.problems
            ]
        extra = headers_of(error, self._services.clock.now()) if status == 503 else {}
        if status == 503:
            extra.setdefault("Retry-After", "10")
        headers = [(name.lower().encode(), value.encode()) for name, value in extra.items()]
        if status == 413:
            headers.append((b"connection", b"close"))
        return status, _encode(content), headers


async def _read(scope: HTTPScope, receive: Receive, limit: int) -> bytes:
    """The whole body.

    Raises:
        TooLarge: announced or found to be longer than ``limit``; the rest is not read.
        SenderGoneError: the sender hung up.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > limit:
            raise TooLarge(f"The body is larger than {limit} bytes.")
    message = await receive()
    if message["type"] != "http.request":
        raise SenderGoneError
    body = message.get("body", b"")
    if message.get("more_body"):
        chunks = [body]
        size = len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] != "http.request":
                raise SenderGoneError
            chunks.append(message.get("body", b""))
            size += len(message.get("body", b""))
            if size > limit:
                raise TooLarge(f"The body is larger than {limit} bytes.")
        body = b"".join(chunks)
    if len(body) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.")
    return body


def _run_in(answer: bytes) -> str:
    """The run that an answer of ours names last."""
    return answer[answer.rindex(b':"') + 2 : -2].decode()


def _portal_in(query: bytes) -> str | None:
    values = parse_qs(query.decode("latin-1"), max_num_fields=None).get("portalId")
    return values[0] if values else None


def _events_answer(delivery: EventDelivery, receipts: Sequence[EventReceipt]) -> dict[str, Any]:
    return {
        "status": "accepted",
        "events": [
            {"status": "accepted" if one.accepted else "duplicate", "task_id": one.id}
            for one in receipts
        ],
        "ignored": delivery.ignored,
        "problems": [{"where": bad.where, "what": bad.what} for bad in delivery.bad],
    }
