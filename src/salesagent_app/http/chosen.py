"""``/api/icp`` and ``/api/templates``: whom you sell to, and mails that show how to write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import attrs
import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import JSONBody

from salesagent_app.http.auth import Gate, also_requires, requires
from salesagent_app.http.inputs import Body, Calling, Id, Services
from salesagent_app.http.offered import chosen_of
from salesagent_app.http.openapi import documented
from salesagent_app.http.services import HttpServices
from salesagent_core.domain.choices import ICP
from salesagent_core.domain.icp import Fit, Tier
from salesagent_core.domain.ideal_customer import FitChange, notes_on, read_icp
from salesagent_core.domain.mail_template import MailTemplate
from salesagent_core.errors import Reason
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import Scope
from salesagent_core.use_cases.manage_settings import SettingView
from salesagent_core.use_cases.queries import QueueItem

CHANGES = [also_requires(Scope.ADMIN)]
PREVIEWED = 20
"""The newest leads that another profile is tried on."""
Seen = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@attrs.frozen(kw_only=True)
class IcpBody:
    """``profile`` as ``GET`` shows it, ``version`` the one that it is written over."""

    profile: dict[str, Any]
    version: Seen


@attrs.frozen(kw_only=True)
class IcpAnswer:
    """The profile in force. ``version`` is 0 while it is the settings' own; ``notes`` say what it
    means that its writer may not expect."""

    profile: Mapping[str, Any]
    version: int
    changed_at: datetime | None
    changed_by: str | None
    notes: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class FitRow:
    """A score in 0..1 and its tier."""

    score: float
    tier: Tier


@attrs.frozen(kw_only=True)
class PreviewRow:
    """One lead under the profile in force and under the one that was sent; ``reasons`` are what
    the latter says otherwise."""

    draft_id: str
    name: str
    before: FitRow
    after: FitRow
    reasons: tuple[Reason, ...]


@attrs.frozen(kw_only=True)
class PreviewAnswer:
    """The newest leads, newest first."""

    changed: int
    leads: list[PreviewRow]


@attrs.frozen(kw_only=True)
class TemplateBody:
    """``use``: the tier of the leads it is for, ``everybody`` or ``nobody``."""

    name: Name
    body: Body
    use: str = "nobody"


@attrs.frozen(kw_only=True)
class TemplateChangeBody:
    """As it shall be; ``version`` is the one that was read."""

    name: Name
    body: Body
    use: str
    version: Seen


async def previewed(
    services: HttpServices, tenant_id: TenantId, data: Mapping[str, Any]
) -> tuple[tuple[QueueItem, FitChange], ...]:
    """The newest leads under another profile. Raises: InvalidInput."""
    items = await services.queries.drafts(tenant_id, limit=PREVIEWED)
    leads = [item.draft.lead for item in items]
    changes = await chosen_of(services).settings.preview(tenant_id, data, leads)
    return tuple(zip(items, changes, strict=True))


@get("/", responses=documented(), summary="Whom you sell to: the profile that leads are scored by")
async def icp(services: Services, caller: Calling) -> IcpAnswer:
    return _icp(await chosen_of(services).settings.get(caller.tenant_id, ICP))


@put(
    "/",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Set it; the next leads are scored by it",
)
async def set_icp(services: Services, caller: Calling, data: JSONBody[IcpBody]) -> IcpAnswer:
    manage = chosen_of(services).settings
    return _icp(
        await manage.set(caller.tenant_id, ICP, data.profile, seen=data.version, who=caller.id)
    )


@post(
    "/preview",
    status_code=200,
    responses=documented(400, 413),
    summary="The newest leads under another profile; changes nothing",
)
async def preview_icp(
    services: Services, caller: Calling, data: JSONBody[dict[str, Any]]
) -> PreviewAnswer:
    rows = [_row(*pair) for pair in await previewed(services, caller.tenant_id, read_icp(data))]
    return PreviewAnswer(changed=sum(row.before != row.after for row in rows), leads=rows)


@get("/", responses=documented(), summary="All templates, by name")
async def templates(services: Services, caller: Calling) -> list[MailTemplate]:
    return list(await chosen_of(services).templates.list(caller.tenant_id))


@get("/{template_id:uuid}", responses=documented(404), summary="One template")
async def template(services: Services, caller: Calling, template_id: Id) -> MailTemplate:
    return await chosen_of(services).templates.get(caller.tenant_id, str(template_id))


@post(
    "/",
    status_code=201,
    guards=CHANGES,
    responses=documented(400, 409, 413),
    summary="Keep a template",
)
async def create_template(
    services: Services, caller: Calling, data: JSONBody[TemplateBody]
) -> MailTemplate:
    return await chosen_of(services).templates.create(
        caller.tenant_id, name=data.name, body=data.body, use=data.use, who=caller.id
    )


@put(
    "/{template_id:uuid}",
    status_code=200,
    guards=CHANGES,
    responses=documented(400, 404, 409, 413),
    summary="Change, rename or put into use",
)
async def update_template(
    services: Services, caller: Calling, template_id: Id, data: JSONBody[TemplateChangeBody]
) -> MailTemplate:
    return await chosen_of(services).templates.update(
        caller.tenant_id,
        str(template_id),
        name=data.name,
        body=data.body,
        use=data.use,
        seen=data.version,
        who=caller.id,
    )


@delete(
    "/{template_id:uuid}",
    status_code=204,
    guards=CHANGES,
    responses=documented(404),
    summary="Delete a template",
)
async def remove_template(services: Services, caller: Calling, template_id: Id) -> None:
    manage = chosen_of(services).templates
    await manage.delete(caller.tenant_id, str(template_id), who=caller.id)


def icp_router(gate: Gate) -> Router:
    """Read and tried by operators, changed by admins."""
    return Router(
        "/api/icp",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[icp, set_icp, preview_icp],
        tags=["settings"],
    )


def template_router(gate: Gate) -> Router:
    """Read by operators, changed by admins."""
    return Router(
        "/api/templates",
        guards=[requires(gate, Scope.OPERATOR, Scope.ADMIN)],
        route_handlers=[templates, template, create_template, update_template, remove_template],
        tags=["settings"],
    )


def _icp(view: SettingView) -> IcpAnswer:
    changed = view.changed
    return IcpAnswer(
        profile=view.value,
        version=view.version,
        changed_at=changed.changed_at if changed else None,
        changed_by=changed.changed_by if changed else None,
        notes=notes_on(view.value),
    )


def _row(item: QueueItem, change: FitChange) -> PreviewRow:
    return PreviewRow(
        draft_id=item.draft.id,
        name=item.draft.lead.person.full_name,
        before=_fit(change.before),
        after=_fit(change.after),
        reasons=change.changed,
    )


def _fit(fit: Fit) -> FitRow:
    return FitRow(score=fit.score, tier=fit.tier)
