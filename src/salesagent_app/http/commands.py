"""``/api/commands``: what an operator types or says, followed and answered.

The words of a command are not kept here: they may name people. The audit trail says what was told
and how it was read; the page keeps its own transcript for as long as it is open.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import attrs
import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import UploadFile
from litestar.openapi.spec import (
    OpenAPIMediaType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Caller, Guard
from salesagent_app.http.inputs import Calling, ContentHash, Services
from salesagent_app.http.offered import commands_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.commands.command import MAX_SPOKEN
from salesagent_core.errors import InvalidInput, Problem, RateLimited, Rejected
from salesagent_core.ids import DraftId
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.by_word.deciding import MAX_AT_ONCE
from salesagent_core.use_cases.by_word.parts import Answer, Outcome, Said
from salesagent_core.use_cases.by_word.pending import MAX_TOKEN

MAX_RECORDING = 8 * 1024 * 1024
"""A minute and a half of a browser's uncompressed recording; hours of a compressed one."""
MAX_FIELDS = 10
WINDOW = timedelta(minutes=1)
MAX_CALLERS = 10_000
AnyRequest = Request[Any, Any, Any]

_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
DraftRef = Annotated[str, msgspec.Meta(pattern=_ID)]


class CommandBody(msgspec.Struct, kw_only=True, frozen=True):
    """``text`` is what was said. ``draft_id`` and ``content_hash`` are those of ``draft`` in the
    last answer, ``confirm`` is its question's token, and ``undo`` its ``undo.draft_ids``."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SPOKEN)]
    draft_id: DraftRef | None = None
    content_hash: ContentHash | None = None
    confirm: Annotated[str, msgspec.Meta(max_length=MAX_TOKEN)] | None = None
    undo: Annotated[list[DraftRef], msgspec.Meta(max_length=MAX_AT_ONCE)] = []


class Shown(msgspec.Struct, kw_only=True, frozen=True):
    """What goes with a recording: as in ``CommandBody``; ``language`` is a hint (ISO 639-1)."""

    draft_id: DraftRef | None = None
    content_hash: ContentHash | None = None
    confirm: Annotated[str, msgspec.Meta(max_length=MAX_TOKEN)] | None = None
    undo: Annotated[list[DraftRef], msgspec.Meta(max_length=MAX_AT_ONCE)] = []
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")] | None = None


class Pace:
    """So many a minute of one caller, in this process's memory."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._times: dict[str, deque[datetime]] = {}

    def count(self, caller_id: str) -> None:
        """Note one. Raises: RateLimited."""
        now = self._clock.now()
        times = self._times.setdefault(caller_id, deque())
        while times and now - times[0] >= WINDOW:
            times.popleft()
        if len(times) >= self._most:
            raise RateLimited(
                f"More than {self._most} in a minute. Nothing was done with this one; wait.",
                retry_at=times[0] + WINDOW,
            )
        times.append(now)
        if len(self._times) > MAX_CALLERS:
            self._times = {caller_id: times}


class Commands:
    """The ways in to ``FollowCommand`` that the API and the page share, at a bounded pace."""

    def __init__(self, services: HttpServices) -> None:
        self._services = services
        self._typed = Pace(services.limits.commands_per_minute, services.clock)
        self._recorded = Pace(services.limits.recordings_per_minute, services.clock)

    async def typed(self, caller: Caller, said: Said) -> Answer:
        """Follow what was typed. Raises: RateLimited, Unavailable."""
        self._typed.count(caller.id)
        return await commands_of(self._services).follow(caller.tenant_id, caller.id, said)

    async def recorded(self, caller: Caller, audio: bytes, media_type: str, shown: Shown) -> Answer:
        """Write down what was said, and follow it. The recording is not kept.

        Raises:
            RateLimited, InvalidInput: see ``domain.commands.audio``. Unavailable, NeedsReauth:
            nobody can write it down now.
        """
        self._recorded.count(caller.id)
        services = commands_of(self._services)
        text = ""
        try:
            heard = await services.transcriber.transcribe(
                caller.tenant_id, audio, media_type=media_type, language=shown.language
            )
            text = heard.text
        except Rejected:
            # Noise is answered as silence is: say it again, or type it.
            text = ""
        said = said_of(text, shown)
        return await services.follow(caller.tenant_id, caller.id, attrs.evolve(said, spoken=True))


def said_of(text: str, shown: CommandBody | Shown) -> Said:
    """What was said, with what was shown."""
    return Said(
        text=text,
        draft_id=DraftId(shown.draft_id) if shown.draft_id else None,
        content_hash=shown.content_hash,
        confirm=shown.confirm,
        undo=tuple(DraftId(one) for one in shown.undo),
    )


async def recording_of(request: AnyRequest) -> tuple[bytes, str, Shown]:
    """The recording of a request, its media type, and what goes with it: a form with the file
    ``audio``, or the bare recording with the rest in the query.

    Raises: InvalidInput.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        audio = await request.body()
        fields = {name: request.query_params.getall(name) for name in request.query_params}
        return audio, content_type, _shown(fields)
    form = await request.form()
    upload = form.get("audio")
    if not isinstance(upload, UploadFile):
        raise InvalidInput(
            "there is no recording", [Problem(where="audio", what="must be a file of the form")]
        )
    texts = {
        name: [one for one in form.getall(name) if isinstance(one, str)]
        for name in form
        if name != "audio"
    }
    return await upload.read(), upload.content_type, _shown(texts)


def _shown(fields: dict[str, list[str]]) -> Shown:
    if len(fields) > MAX_FIELDS:
        raise InvalidInput(
            "there are too many fields", [Problem(where="body", what=f"more than {MAX_FIELDS}")]
        )
    known = set(Shown.__struct_fields__)
    given: dict[str, object] = {
        name: values[-1]
        for name, values in fields.items()
        if name in known and name != "undo" and values and values[-1]
    }
    # Ids may come one a field, or all in one with commas between.
    undo = [one for value in fields.get("undo", ()) for one in value.split(",") if one]
    try:
        return msgspec.convert({**given, "undo": undo}, Shown)
    except msgspec.ValidationError as error:
        where = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else "body"
        raise InvalidInput(
            "the recording came with fields that cannot be read",
            [Problem(where=where.partition("[")[0], what="is not as documented")],
        ) from None


_AUDIO = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
_TEXT = Schema(type=OpenAPIType.STRING)


@dataclass
class _RecordingOperation(Operation):
    """The framework cannot tell what a handler reads by itself."""

    def __post_init__(self) -> None:
        names = ("draft_id", "content_hash", "confirm", "undo", "language")
        form = Schema(
            type=OpenAPIType.OBJECT,
            required=["audio"],
            properties={"audio": _AUDIO, **dict.fromkeys(names, _TEXT)},
        )
        kinds = ("audio/webm", "audio/ogg", "audio/wav", "audio/mp4")
        self.request_body = RequestBody(
            required=True,
            content={
                "multipart/form-data": OpenAPIMediaType(schema=form),
                **{kind: OpenAPIMediaType(schema=_AUDIO) for kind in kinds},
            },
        )


Wanted = Annotated[
    str | None,
    QueryParameter(name="draft_id", pattern=_ID, description="Begin with this one."),
]


def command_router(guard: Guard, commands: Commands) -> Router:
    """All routes of this module, behind ``guard``."""

    @get("/", responses=documented(400), summary="Where to begin: the first draft, summed up")
    async def show(services: Services, caller: Calling, draft_id: Wanted = None) -> Answer:
        wanted = DraftId(draft_id) if draft_id else None
        return await commands_of(services).follow.show(caller.tenant_id, wanted)

    @post(
        "/",
        status_code=200,
        responses=documented(400, 413, 429),
        summary="Follow what an operator typed",
    )
    async def tell(caller: Calling, data: JSONBody[CommandBody]) -> Answer:
        return await commands.typed(caller, said_of(data.text, data))

    @post(
        "/audio",
        status_code=200,
        responses=documented(400, 413, 429),
        summary="Follow what an operator said, as a recording",
        operation_class=_RecordingOperation,
        request_max_body_size=MAX_RECORDING,
    )
    async def hear(request: AnyRequest, caller: Calling) -> Answer:
        return await commands.recorded(caller, *(await recording_of(request)))

    return Router(
        "/api/commands", guards=[guard], route_handlers=[show, tell, hear], tags=["commands"]
    )


__all__ = ["MAX_RECORDING", "Commands", "Outcome", "command_router", "commands_of", "said_of"]
