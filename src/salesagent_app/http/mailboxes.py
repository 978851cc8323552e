"""``/api/mailboxes``: how each mailbox stands, and disconnecting one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
from litestar import Router, delete, get
from litestar.params import PathParameter

from salesagent_app.http.auth import Caller, Gate, requires
from salesagent_app.http.errors import Forbidden
from salesagent_app.http.inputs import Calling, Services
from salesagent_app.http.offered import mailboxes_of
from salesagent_app.http.openapi import documented
from salesagent_core.ports.api_keys import Scope
from salesagent_core.ports.connections import Feature
from salesagent_core.use_cases.connect_mailbox import MailboxView

NEVER = "never_connected"


@attrs.frozen(kw_only=True)
class FeatureRow:
    """Something that a mailbox is connected for; ``scope`` is the least that allows it."""

    code: str
    sentence: str
    scope: str
    required: bool


@attrs.frozen(kw_only=True)
class MailboxRow:
    """``state`` is ``connected``, ``disconnected`` or ``never_connected``; ``why`` is ``revoked``
    or ``by_operator``. ``default``: drafts are made in it. ``waiting_runs`` go on by themselves
    once it is connected."""

    address: str
    default: bool
    state: str
    provider: str | None
    why: str | None
    since: datetime | None
    by: str | None
    granted: tuple[FeatureRow, ...]
    missing: tuple[FeatureRow, ...]
    waiting_runs: int


@attrs.frozen(kw_only=True)
class DisconnectedAnswer:
    """``withdrawn``: the provider confirmed that our access is gone on its side, too."""

    mailbox: MailboxRow
    withdrawn: bool


Address = Annotated[str, PathParameter(max_length=320, description="The mailbox's address.")]


@get("/", responses=documented(), summary="Every mailbox, the default one first")
async def mailboxes(services: Services, caller: Calling) -> list[MailboxRow]:
    return [row_of(view) for view in await mailboxes_of(services).list(caller.tenant_id)]


@delete(
    "/{address:str}",
    status_code=200,
    responses=documented(400, 404, 409),
    summary="Disconnect a mailbox; its work waits from now on",
)
async def disconnect(services: Services, caller: Calling, address: Address) -> DisconnectedAnswer:
    _require_admin(caller)
    ended = await mailboxes_of(services).disconnect(caller.tenant_id, address, by=caller.id)
    return DisconnectedAnswer(mailbox=row_of(ended.view), withdrawn=ended.withdrawn)


def mailbox_router(gate: Gate) -> Router:
    """All routes of this module; the operator scope reads, the admin scope disconnects."""
    return Router(
        "/api/mailboxes",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[mailboxes, disconnect],
        tags=["mailboxes"],
    )


def row_of(view: MailboxView) -> MailboxRow:
    """The mailbox as the API answers it."""
    connection = view.connection
    return MailboxRow(
        address=view.mailbox,
        default=view.default,
        state=connection.state.value if connection else NEVER,
        provider=connection.provider if connection else None,
        why=connection.why.value if connection and connection.why else None,
        since=connection.since if connection else None,
        by=connection.by if connection else None,
        granted=tuple(map(_feature, view.granted)),
        missing=tuple(map(_feature, view.missing)),
        waiting_runs=view.waiting_runs,
    )


def _feature(feature: Feature) -> FeatureRow:
    return FeatureRow(
        code=feature.code,
        sentence=feature.sentence,
        scope=feature.scopes[0],
        required=feature.required,
    )


def _require_admin(caller: Caller) -> None:
    if not caller.may(Scope.ADMIN):
        raise Forbidden("This needs a key with the scope admin.")
