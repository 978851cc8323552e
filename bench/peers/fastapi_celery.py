"""Peer (a): the form endpoint as it is usually written with FastAPI, SQLAlchemy and Celery.

An async session per request, ORM classes, one commit, then ``delay()`` to Redis. The same
signature check and the same tables as ours; the raw body is stored as it came (ours is sealed).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import uvicorn
from celery import Celery
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy import DateTime, LargeBinary, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rig.forms import PATH

TENANT = "default"
SECRET = os.environ["HUBSPOT_WEBHOOK_SECRET"].encode()

celery = Celery("peer", broker=os.environ["REDIS_URL"])
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:"),
    pool_size=20,
    max_overflow=0,
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """The declarative base."""


class SubmissionRow(Base):
    """A form as stored."""

    __tablename__ = "submissions"
    tenant_id: Mapped[str] = mapped_column(String, primary_key=True)
    id: Mapped[str] = mapped_column(String, primary_key=True)
    run_id: Mapped[str]
    source: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    conversion_key: Mapped[str | None]
    contact_index: Mapped[str | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class RunRow(Base):
    """The run of a form."""

    __tablename__ = "runs"
    tenant_id: Mapped[str] = mapped_column(String, primary_key=True)
    id: Mapped[str] = mapped_column(String, primary_key=True)
    submission_id: Mapped[str]
    status: Mapped[str]


class Field(BaseModel):
    """A field of the form."""

    name: str
    value: str


class Form(BaseModel):
    """The form contract."""

    portalId: str  # noqa: N815
    formId: str  # noqa: N815
    formSubmissionId: str  # noqa: N815
    pageUri: str | None = None  # noqa: N815
    pageTitle: str | None = None  # noqa: N815
    fields: list[Field]


def process_run(run_id: str) -> str:
    """The task; no worker runs while this is measured."""
    return run_id


process_task = celery.task(process_run)


async def session() -> AsyncIterator[AsyncSession]:
    """A session per request."""
    async with sessions() as opened:
        yield opened


def _email_index(form: Form) -> str | None:
    for field in form.fields:
        if field.name == "email":
            return hashlib.sha256(field.value.lower().encode()).hexdigest()
    return None


async def receive(request: Request, db: AsyncSession = Depends(session)) -> JSONResponse:
    """Check, parse, store, commit, enqueue, answer."""
    body = await request.body()
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("x-hubspot-signature", "")):
        raise HTTPException(401, "bad signature")
    try:
        form = Form.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(400, error.errors(include_input=False)) from None
    submission_id, run_id = str(uuid.uuid4()), str(uuid.uuid4())
    db.add(
        SubmissionRow(
            tenant_id=TENANT,
            id=submission_id,
            run_id=run_id,
            source="form",
            received_at=datetime.now(UTC),
            conversion_key=f"conversion:{form.formSubmissionId}",
            contact_index=_email_index(form),
            sealed=body,
        )
    )
    db.add(RunRow(tenant_id=TENANT, id=run_id, submission_id=submission_id, status="triggered"))
    try:
        await db.commit()
    except IntegrityError:
        return JSONResponse({"status": "duplicate"}, 409)
    process_task.delay(run_id)
    return JSONResponse(
        {"status": "accepted", "submission_id": submission_id, "task_id": run_id}, 202
    )


app.post(PATH)(receive)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
