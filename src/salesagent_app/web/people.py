"""``/users`` and ``/keys``: who may come in. For admins."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get, post
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect

from salesagent_app.http.auth import Visit
from salesagent_app.http.errors import Forbidden, status_of
from salesagent_app.http.inputs import Id
from salesagent_app.http.offered import people_of
from salesagent_app.http.people import invitation_link, reset_link
from salesagent_app.http.services import HttpServices
from salesagent_app.web.inputs import AnyRequest, Page
from salesagent_app.web.refusals import REFUSALS
from salesagent_app.web.render import Renderer
from salesagent_app.web.sessions import PROVEN, Sessions, Visiting
from salesagent_core.domain.people import Role, may_give
from salesagent_core.errors import (
    Conflict,
    InvalidInput,
    PolicyRefused,
    Problem,
    SalesAgentError,
)
from salesagent_core.ports.api_keys import Scope

Fields = dict[str, str]
Done = Annotated[str | None, QueryParameter(name="done", max_length=40)]
KeyId = Annotated[str, PathParameter(max_length=64)]
PROVEN_USERS = {PROVEN: "/users"}
PROVEN_KEYS = {PROVEN: "/keys"}
NEEDS_ADMIN = "People and keys are managed by admins."
Refused = (InvalidInput, Conflict, PolicyRefused)
"""What the page says itself, beside the form."""

DONE = {
    "changed": "Changed. Where they were logged in, they have to log in again.",
    "proven": "Thank you. Go on with what you were about to do.",
    "required": "Two-factor log-in is required. Who has none sets it up before anything else.",
    "optional": "Two-factor log-in is up to each person again.",
    "withdrawn": "The invitation is withdrawn. Its link is worth nothing any more.",
    "revoked": "The key is revoked. Programs that use it are refused from now on.",
}
ROLES = {
    Role.VIEWER: "Viewer: looks at everything, decides nothing",
    Role.OPERATOR: "Operator: reviews, approves and rejects drafts",
    Role.ADMIN: "Admin: also changes settings, people and keys",
    Role.OWNER: "Owner: also manages the other owners",
}
SCOPES = {
    Scope.VIEWER: "Viewer: reads drafts, runs, outcomes and analytics",
    Scope.OPERATOR: "Operator: also decides about drafts",
    Scope.ADMIN: "Admin: may do everything",
    Scope.INGEST: "Ingest: only follows the forms that it sent in",
}
LIFETIMES = {"30": "30 days", "90": "90 days", "365": "1 year", "": "It does not expire"}


class PeoplePages:
    """Both pages and their forms."""

    def __init__(self, services: HttpServices, sessions: Sessions, renderer: Renderer) -> None:
        self._services = services
        self._sessions = sessions
        self._renderer = renderer

    def routes(self) -> list[Any]:
        """The routes, to be put behind the session guard."""
        return [*self._people_routes(), *self._key_routes()]

    def _people_routes(self) -> list[Any]:
        @get("/users", name="users")
        async def users(visit: Visiting, done: Done = None) -> Page:
            _require_admin(visit)
            return await self._users(visit, done=done)

        @post("/users/invite", status_code=200, name="invite-form", opt=PROVEN_USERS)
        async def invite(request: AnyRequest, visit: Visiting) -> Page:
            return await self._invite(visit, await self._form(request, visit))

        @post(
            "/users/invitations/{invitation_id:uuid}/withdraw",
            status_code=200,
            name="withdraw-form",
        )
        async def withdraw(request: AnyRequest, visit: Visiting, invitation_id: Id) -> Page:
            await self._form(request, visit)
            await people_of(self._services).manage.withdraw(
                visit.caller.tenant_id, str(invitation_id), visit.caller.actor
            )
            return Redirect("/users?done=withdrawn", status_code=303)

        @post(
            "/users/{user_id:uuid}",
            status_code=200,
            name="change-user-form",
            opt=PROVEN_USERS,
        )
        async def change(request: AnyRequest, visit: Visiting, user_id: Id) -> Page:
            return await self._change(visit, str(user_id), await self._form(request, visit))

        return [users, invite, withdraw, change, *self._guarding_routes()]

    def _guarding_routes(self) -> list[Any]:
        @post(
            "/users/{user_id:uuid}/reset", status_code=200, name="reset-user-form", opt=PROVEN_USERS
        )
        async def reset(request: AnyRequest, visit: Visiting, user_id: Id) -> Page:
            await self._form(request, visit)
            try:
                made = await people_of(self._services).reset.issue(
                    visit.caller.tenant_id, str(user_id), visit.caller.actor
                )
            except Refused as refused:
                return await self._users(visit, refused=refused)
            return await self._users(
                visit, made=made, reset_link=reset_link(self._services, made.token)
            )

        @post("/users/two-factor", status_code=200, name="require-form", opt=PROVEN_USERS)
        async def require(request: AnyRequest, visit: Visiting) -> Page:
            fields = await self._form(request, visit)
            required = fields.get("required") == "yes"
            try:
                await people_of(self._services).manage.require_two_factor(
                    visit.caller.tenant_id, visit.caller.actor, required=required
                )
            except Refused as refused:
                return await self._users(visit, refused=refused)
            done = "required" if required else "optional"
            return Redirect(f"/users?done={done}", status_code=303)

        return [reset, require]

    def _key_routes(self) -> list[Any]:
        @get("/keys", name="keys")
        async def keys(visit: Visiting, done: Done = None) -> Page:
            _require_admin(visit)
            return await self._keys(visit, done=done)

        @post("/keys", status_code=200, name="create-key-form", opt=PROVEN_KEYS)
        async def create(request: AnyRequest, visit: Visiting) -> Page:
            return await self._create_key(visit, await self._form(request, visit))

        @post(
            "/keys/{key_id:str}/revoke",
            status_code=200,
            name="revoke-key-form",
            opt=PROVEN_KEYS,
        )
        async def revoke(request: AnyRequest, visit: Visiting, key_id: KeyId) -> Page:
            await self._form(request, visit)
            await people_of(self._services).keys.revoke(
                visit.caller.tenant_id, key_id, visit.caller.id
            )
            return Redirect("/keys?done=revoked", status_code=303)

        return [keys, create, revoke]

    async def _form(self, request: AnyRequest, visit: Visit) -> Fields:
        fields = await self._sessions.form(request, visit)
        _require_admin(visit)
        return fields

    async def _invite(self, visit: Visit, fields: Fields) -> Page:
        try:
            invited = await people_of(self._services).manage.invite(
                visit.caller.tenant_id,
                fields.get("email", ""),
                _choice(Role, "role", fields.get("role", "")),
                visit.caller.actor,
            )
        except Refused as refused:
            return await self._users(visit, refused=refused, typed=fields)
        link = invitation_link(self._services, invited.token)
        return await self._users(visit, link=link, invited=invited.invitation)

    async def _change(self, visit: Visit, user_id: str, fields: Fields) -> Page:
        role, disabled = fields.get("role"), fields.get("disabled")
        try:
            await people_of(self._services).manage.change(
                visit.caller.tenant_id,
                user_id,
                visit.caller.actor,
                role=_choice(Role, "role", role) if role else None,
                disabled=None if disabled is None else disabled == "yes",
            )
        except Refused as refused:
            return await self._users(visit, refused=refused)
        return Redirect("/users?done=changed", status_code=303)

    async def _create_key(self, visit: Visit, fields: Fields) -> Page:
        days = fields.get("days", "")
        try:
            if days not in LIFETIMES:
                raise _wrong("days", "must be one of those offered")
            made = await people_of(self._services).keys.create(
                visit.caller.tenant_id,
                name=fields.get("name", ""),
                scopes={_choice(Scope, "scope", fields.get("scope", ""))},
                days=int(days) if days else None,
                by=visit.caller.id,
            )
        except Refused as refused:
            return await self._keys(visit, refused=refused, typed=fields)
        return await self._keys(visit, made=made)

    async def _users(
        self,
        visit: Visit,
        *,
        done: str | None = None,
        refused: SalesAgentError | None = None,
        **shown: Any,
    ) -> Page:
        people = await people_of(self._services).manage.list(visit.caller.tenant_id)
        role = visit.caller.actor.role
        return self._renderer.page(
            "users.html",
            visit=visit,
            status=status_of(refused) if refused else 200,
            people=people,
            roles=ROLES,
            refusals=REFUSALS,
            mine=[each for each in Role if may_give(role, each)],
            banner=DONE.get(done or ""),
            refused=refused,
            **{"link": None, "invited": None, "made": None, "typed": {}, **shown},
        )

    async def _keys(
        self,
        visit: Visit,
        *,
        done: str | None = None,
        refused: SalesAgentError | None = None,
        **shown: Any,
    ) -> Page:
        services, tenant_id = people_of(self._services), visit.caller.tenant_id
        keys = await services.keys.list(tenant_id)
        people = await services.manage.list(tenant_id)
        makers = {f"user:{user.id}": user.name for user in people.users}
        makers |= {f"key:{key.id}": key.name for key in keys}
        return self._renderer.page(
            "keys.html",
            visit=visit,
            status=status_of(refused) if refused else 200,
            good=[key for key in keys if self._is_good(key)],
            ended=[key for key in keys if not self._is_good(key)],
            makers=makers,
            scopes=SCOPES,
            lifetimes=LIFETIMES,
            banner=DONE.get(done or ""),
            refused=refused,
            **{"made": None, "typed": {}, **shown},
        )

    def _is_good(self, key: Any) -> bool:
        expired = key.expires_at is not None and key.expires_at <= self._services.clock.now()
        return key.revoked_at is None and not expired


def _require_admin(visit: Visit) -> None:
    if not visit.may_manage:
        raise Forbidden(NEEDS_ADMIN)


def _choice(kind: Any, where: str, text: str) -> Any:
    if text not in set(kind):
        raise _wrong(where, "must be one of those offered")
    return kind(text)


def _wrong(where: str, what: str) -> InvalidInput:
    return InvalidInput("That cannot be read.", [Problem(where=where, what=what)])
