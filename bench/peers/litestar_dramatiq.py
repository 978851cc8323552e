"""Peer (b): Litestar, a psycopg pool and Dramatiq; one transaction per request, no batching.

Hand-written SQL, msgspec, prepared statements: as fast as an endpoint gets that treats every
request by itself. The same signature check and the same tables as ours; the raw body is stored
as it came (ours is sealed).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

import dramatiq
import msgspec
import uvicorn
from dramatiq.brokers.redis import RedisBroker
from litestar import Litestar, Request, Response, post
from psycopg_pool import AsyncConnectionPool

from rig.forms import PATH

TENANT = "default"
SECRET = os.environ["HUBSPOT_WEBHOOK_SECRET"].encode()
POOL = 20

INSERT_SUBMISSION = (
    "INSERT INTO submissions (tenant_id, id, run_id, source, received_at, conversion_key,"
    " contact_index, sealed) VALUES (%s, %s, %s, 'form', %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
INSERT_RUN = "INSERT INTO runs (tenant_id, id, submission_id, status) VALUES (%s, %s, %s, %s)"

broker = RedisBroker(url=os.environ["REDIS_URL"])  # type: ignore[no-untyped-call]
dramatiq.set_broker(broker)
pool = AsyncConnectionPool(
    os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL, open=False, timeout=30
)


class Field(msgspec.Struct):
    """A field of the form."""

    name: str
    value: str


class Form(msgspec.Struct):
    """The form contract."""

    portalId: str  # noqa: N815
    formId: str  # noqa: N815
    formSubmissionId: str  # noqa: N815
    fields: list[Field]
    pageUri: str | None = None  # noqa: N815
    pageTitle: str | None = None  # noqa: N815


decoder = msgspec.json.Decoder(Form)


def process_run(run_id: str) -> None:
    """The task; no worker runs while this is measured."""


process_actor = dramatiq.actor(process_run)


def _email_index(form: Form) -> str | None:
    for field in form.fields:
        if field.name == "email":
            return hashlib.sha256(field.value.lower().encode()).hexdigest()
    return None


@post(PATH)
async def receive(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Check, parse, store, commit, enqueue, answer."""
    body = await request.body()
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("x-hubspot-signature", "")):
        return Response({"status": "unauthenticated"}, status_code=401)
    try:
        form = decoder.decode(body)
    except msgspec.DecodeError as error:
        return Response({"status": "invalid", "detail": str(error)}, status_code=400)
    submission_id, run_id = str(uuid.uuid4()), str(uuid.uuid4())
    async with pool.connection() as connection:
        stored = await connection.execute(
            INSERT_SUBMISSION,
            (
                TENANT,
                submission_id,
                run_id,
                datetime.now(UTC),
                f"conversion:{form.formSubmissionId}",
                _email_index(form),
                body,
            ),
        )
        if stored.rowcount == 0:
            return Response({"status": "duplicate"}, status_code=409)
        await connection.execute(INSERT_RUN, (TENANT, run_id, submission_id, "triggered"))
    process_actor.send(run_id)
    answer = {"status": "accepted", "submission_id": submission_id, "task_id": run_id}
    return Response(answer, status_code=202)


async def _open() -> None:
    await pool.open(wait=True)


app = Litestar([receive], on_startup=[_open], on_shutdown=[pool.close], openapi_config=None)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
