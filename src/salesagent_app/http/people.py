"""``/api/users`` and ``/api/keys``: who may come in, people and programs. For admins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import attrs
import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import JSONBody, PathParameter

from salesagent_app.http.auth import Gate, requires
from salesagent_app.http.inputs import Calling, Id, Services
from salesagent_app.http.offered import people_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.log_in_guard import Because, RefusedLogIn
from salesagent_core.domain.people import Role
from salesagent_core.ports.api_keys import ApiKey, Scope
from salesagent_core.ports.people import Invitation, User
from salesagent_core.use_cases.manage_keys import MAX_DAYS, MAX_KEY_NAME

INVITE = "/invite"
RESET = "/reset"


@attrs.frozen(kw_only=True)
class UserRow:
    """A person. ``disabled_at`` is null for those who may come in; ``last_refused_at`` and why are
    those of the last log-in in their name that was not let in."""

    id: str
    email: str
    name: str
    role: Role
    two_factor: bool
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    last_refused_at: datetime | None = None
    last_refused_because: Because | None = None


@attrs.frozen(kw_only=True)
class InvitationRow:
    """An invitation that was not taken up yet."""

    id: str
    email: str
    role: Role
    created_at: datetime
    created_by: str
    expires_at: datetime


@attrs.frozen(kw_only=True)
class PeopleAnswer:
    """Everybody, and everybody who is asked in. ``two_factor_required``: whoever has no second
    factor can only set one up."""

    users: tuple[UserRow, ...]
    invitations: tuple[InvitationRow, ...]
    two_factor_required: bool


@attrs.frozen(kw_only=True)
class InvitedAnswer:
    """``link`` is shown here once: give it to the person, and to nobody else."""

    invitation: InvitationRow
    link: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ResetLinkAnswer:
    """``link`` is shown here once: give it to the person, and to nobody else."""

    link: str = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen(kw_only=True)
class KeyRow:
    """A key without its secret. ``created_by`` is null for those of the command line."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@attrs.frozen(kw_only=True)
class KeyMadeAnswer:
    """``secret`` is the whole key, shown here once."""

    key: KeyRow
    secret: str = attrs.field(repr=False)


class InviteBody(msgspec.Struct, kw_only=True, frozen=True):
    """Who is asked in, and as what."""

    email: Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
    role: Role


class ChangeUserBody(msgspec.Struct, kw_only=True, frozen=True):
    """What is to be changed; the person's sessions end."""

    role: Role | None = None
    disabled: bool | None = None


class CreateKeyBody(msgspec.Struct, kw_only=True, frozen=True):
    """``days`` until it ends; null: never."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_KEY_NAME)]
    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1, max_length=len(Scope))]
    days: Annotated[int, msgspec.Meta(ge=1, le=MAX_DAYS)] | None = None


KeyId = Annotated[str, PathParameter(max_length=64, description="The key's id.")]


@get("/", responses=documented(), summary="Everybody, and everybody who is asked in")
async def list_people(services: Services, caller: Calling) -> PeopleAnswer:
    people = await people_of(services).manage.list(caller.tenant_id)
    return PeopleAnswer(
        users=tuple(user_row(user, people.refused.get(user.id)) for user in people.users),
        invitations=tuple(map(_invitation_row, people.invitations)),
        two_factor_required=people.rules.two_factor_required,
    )


@post(
    "/",
    status_code=201,
    responses=documented(400, 409, 413),
    summary="Invite somebody; the link is shown once",
)
async def invite(services: Services, caller: Calling, data: JSONBody[InviteBody]) -> InvitedAnswer:
    invited = await people_of(services).manage.invite(
        caller.tenant_id, data.email, data.role, caller.actor
    )
    return InvitedAnswer(
        invitation=_invitation_row(invited.invitation),
        link=invitation_link(services, invited.token),
    )


@delete(
    "/invitations/{invitation_id:uuid}",
    status_code=204,
    responses=documented(404, 409),
    summary="Withdraw an invitation",
)
async def withdraw(services: Services, caller: Calling, invitation_id: Id) -> None:
    await people_of(services).manage.withdraw(caller.tenant_id, str(invitation_id), caller.actor)


@patch(
    "/{user_id:uuid}",
    responses=documented(400, 404, 409, 413),
    summary="Give another role, shut out, or let in again",
)
async def change_user(
    services: Services, caller: Calling, user_id: Id, data: JSONBody[ChangeUserBody]
) -> UserRow:
    return user_row(
        await people_of(services).manage.change(
            caller.tenant_id,
            str(user_id),
            caller.actor,
            role=data.role,
            disabled=data.disabled,
        )
    )


@post(
    "/{user_id:uuid}/reset-link",
    status_code=201,
    responses=documented(404, 409),
    summary="Make a link with which somebody sets a new password; shown once",
)
async def make_reset_link(services: Services, caller: Calling, user_id: Id) -> ResetLinkAnswer:
    made = await people_of(services).reset.issue(caller.tenant_id, str(user_id), caller.actor)
    link = reset_link(services, made.token)
    return ResetLinkAnswer(link=link, expires_at=made.reset.expires_at)


@get("/", responses=documented(), summary="All keys, without their secrets")
async def list_keys(services: Services, caller: Calling) -> list[KeyRow]:
    return [key_row(key) for key in await people_of(services).keys.list(caller.tenant_id)]


@post(
    "/",
    status_code=201,
    responses=documented(400, 409, 413),
    summary="Make a key; its secret is shown once",
)
async def create_key(
    services: Services, caller: Calling, data: JSONBody[CreateKeyBody]
) -> KeyMadeAnswer:
    made = await people_of(services).keys.create(
        caller.tenant_id, name=data.name, scopes=set(data.scopes), days=data.days, by=caller.id
    )
    return KeyMadeAnswer(key=key_row(made.key), secret=made.text)


@delete(
    "/{key_id:str}", status_code=200, responses=documented(400, 404), summary="Revoke a key at once"
)
async def revoke_key(services: Services, caller: Calling, key_id: KeyId) -> KeyRow:
    return key_row(await people_of(services).keys.revoke(caller.tenant_id, key_id, caller.id))


def people_router(gate: Gate) -> Router:
    """The routes of people, for the admin scope."""
    return Router(
        "/api/users",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[list_people, invite, withdraw, change_user, make_reset_link],
        tags=["people"],
    )


def key_router(gate: Gate) -> Router:
    """The routes of keys, for the admin scope."""
    return Router(
        "/api/keys",
        guards=[requires(gate, Scope.ADMIN)],
        route_handlers=[list_keys, create_key, revoke_key],
        tags=["keys"],
    )


def invitation_link(services: HttpServices, token: str) -> str:
    """What is given to the person. The token is in the fragment, which no server is told."""
    return f"{services.public_url}{INVITE}#{token}"


def reset_link(services: HttpServices, token: str) -> str:
    """As ``invitation_link``, for a new password."""
    return f"{services.public_url}{RESET}#{token}"


def user_row(user: User, refused: RefusedLogIn | None = None) -> UserRow:
    """A person as the API answers them."""
    return UserRow(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        two_factor=user.needs_code,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
        last_login_at=user.last_login_at,
        last_refused_at=refused.at if refused is not None else None,
        last_refused_because=refused.because if refused is not None else None,
    )


def key_row(key: ApiKey) -> KeyRow:
    """A key as the API answers it."""
    return KeyRow(
        id=key.id,
        name=key.name,
        scopes=tuple(sorted(key.scopes)),
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )


def _invitation_row(invitation: Invitation) -> InvitationRow:
    return InvitationRow(
        id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        created_at=invitation.created_at,
        created_by=invitation.created_by,
        expires_at=invitation.expires_at,
    )
