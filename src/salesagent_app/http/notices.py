"""``/api/notices`` and ``/api/notifications``: what needs a person, and who is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import attrs
import msgspec
from litestar import Router, get, post, put
from litestar.params import JSONBody, QueryParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Id, Limit, Offset, Services
from salesagent_app.http.offered import notices_of
from salesagent_app.http.openapi import documented
from salesagent_core.domain.notice import Channel, Notice, NoticeKind, meaning_of
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_notices import NoticeSettings, TriedOut

State = Annotated[
    Literal["open", "closed"], QueryParameter(name="state", description="Those that still hold.")
]
Address = Annotated[str, msgspec.Meta(max_length=320)]
Addresses = Annotated[list[Address], msgspec.Meta(max_length=50)]
Url = Annotated[str, msgspec.Meta(max_length=2_048)]


@attrs.frozen(kw_only=True)
class NoticeRow:
    """``title`` and ``means`` are sentences; ``path`` is the page of ours that helps."""

    id: str
    kind: NoticeKind
    title: str
    means: str
    path: str
    opened_at: datetime
    closed_at: datetime | None
    seen_at: datetime | None
    seen_by: str | None
    told: dict[str, datetime]


@attrs.frozen(kw_only=True)
class NoticeList:
    """``waiting`` are all that are open and that nobody has seen."""

    notices: list[NoticeRow]
    waiting: int


@attrs.frozen(kw_only=True)
class LastRow:
    """How the newest message of a channel went: ``open``, ``told``, ``void``, ``given_up`` or
    ``unknown``; ``error`` says what came of the last try."""

    channel: Channel
    state: str
    created_at: datetime
    ended_at: datetime | None
    error: str | None


@attrs.frozen(kw_only=True)
class ChoicesAnswer:
    """Who is told. The Slack address is a secret: only its last three characters are shown.
    ``mail_set_up``: this installation has a mail server. ``version`` is 0 before anybody chose."""

    mail_to: tuple[str, ...]
    mail_kinds: tuple[NoticeKind, ...]
    mail_set_up: bool
    slack_set: bool
    slack_ends_in: str | None
    slack_kinds: tuple[NoticeKind, ...]
    version: int
    changed_at: datetime | None
    changed_by: str | None
    last: tuple[LastRow, ...]


class ChoicesBody(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """All of it at once, over ``version``. Without ``slack_url`` the one that is stored stays; an
    empty one removes it."""

    mail_to: Addresses
    mail_kinds: list[NoticeKind]
    slack_kinds: list[NoticeKind]
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    slack_url: Url | None = None


class TrialBody(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which channel is tried out."""

    channel: Channel


@get("/notices", responses=documented(400), summary="What needs a person")
async def list_notices(
    services: Services,
    caller: Calling,
    only: State = "open",
    limit: Limit = 50,
    offset: Offset = 0,
) -> NoticeList:
    manage = notices_of(services)
    found = await manage.listed(caller.tenant_id, open=only == "open", limit=limit, offset=offset)
    return NoticeList(
        notices=[notice_row(each) for each in found],
        waiting=await manage.waiting(caller.tenant_id),
    )


@post(
    "/notices/{notice_id:uuid}/seen",
    status_code=204,
    responses=documented(404),
    summary="Say that somebody saw it",
)
async def notice_seen(services: Services, caller: Calling, notice_id: Id) -> None:
    await notices_of(services).seen(caller.tenant_id, str(notice_id), who=caller.id)


@get("/notifications", responses=documented(), summary="Who is told of what")
async def get_choices(services: Services, caller: Calling) -> ChoicesAnswer:
    return choices_answer(await notices_of(services).settings(caller.tenant_id))


@put("/notifications", responses=documented(400, 409, 413), summary="Set who is told of what")
async def put_choices(
    services: Services, caller: Calling, data: JSONBody[ChoicesBody]
) -> ChoicesAnswer:
    found = await notices_of(services).choose(
        caller.tenant_id,
        mail_to=data.mail_to,
        mail_kinds=data.mail_kinds,
        slack_url=data.slack_url,
        slack_kinds=data.slack_kinds,
        seen=data.version,
        who=caller.id,
    )
    return choices_answer(found)


@post(
    "/notifications/test",
    status_code=200,
    responses=documented(400, 413),
    summary="Send a test to where messages go",
)
async def try_channel(services: Services, caller: Calling, data: JSONBody[TrialBody]) -> TriedOut:
    return await notices_of(services).try_out(caller.tenant_id, data.channel)


def notice_router(gate: Gate) -> Router:
    """Read and seen by operators."""
    return Router(
        "/api",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[list_notices, notice_seen],
        tags=["notices"],
    )


def notice_choice_router(gate: Gate) -> Router:
    """Chosen by admins."""
    return Router(
        "/api",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[get_choices, put_choices, try_channel],
        tags=["notices"],
    )


def notice_row(notice: Notice) -> NoticeRow:
    """A notice as the API gives it."""
    meaning = meaning_of(notice.kind, notice.subject)
    return NoticeRow(
        id=notice.id,
        kind=notice.kind,
        title=meaning.title,
        means=meaning.means,
        path=meaning.path,
        opened_at=notice.opened_at,
        closed_at=notice.closed_at,
        seen_at=notice.seen_at,
        seen_by=notice.seen_by,
        told={channel.value: at for channel, at in notice.told},
    )


def choices_answer(found: NoticeSettings) -> ChoicesAnswer:
    """Who is told, without the secret."""
    choices = found.choices
    return ChoicesAnswer(
        mail_to=choices.mail_to,
        mail_kinds=choices.mail_kinds,
        mail_set_up=found.mail_set_up,
        slack_set=choices.slack_url is not None,
        slack_ends_in=choices.slack_ends_in,
        slack_kinds=choices.slack_kinds,
        version=choices.version,
        changed_at=choices.changed_at,
        changed_by=choices.changed_by,
        last=tuple(LastRow(**attrs.asdict(each)) for each in found.last),
    )
