"""Further organisations on one installation: entered, listed, given their own keys."""

from __future__ import annotations

import re
from enum import StrEnum
from zoneinfo import available_timezones

import attrs

from salesagent_core.domain.address import judge_address
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.tenant import Tenant
from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.tenant_register import TenantRegister
from salesagent_core.ports.unit_of_work import UnitOfWork

MAX_NAME = 200
MAX_SECRET = 500
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class SecretKind(StrEnum):
    """``webhook`` signs what its forms send; ``hubspot`` opens its own HubSpot account."""

    WEBHOOK = "webhook"
    HUBSPOT = "hubspot"


@attrs.frozen(kw_only=True)
class TenantSeen:
    """A further tenant, and which of its secrets are set."""

    tenant: Tenant
    webhook: bool
    hubspot: bool


class ManageTenants:
    """Every change is in the audit trail of the tenant that it is about."""

    def __init__(
        self, *, register: TenantRegister, work: UnitOfWork, clock: Clock, ids: IdSource
    ) -> None:
        self._register = register
        self._work = work
        self._clock = clock
        self._ids = ids

    async def list(self) -> tuple[TenantSeen, ...]:
        """All but the one that the settings describe, by id."""
        return tuple([await self._seen(each) for each in await self._register.further()])

    async def add(self, tenant: Tenant, *, by: str) -> TenantSeen:
        """Enter it: nobody in it, nothing connected, no webhook taken yet.

        Raises:
            InvalidInput: every problem is listed.
            Conflict: there is one of this id, or another one claims its portal.
        """
        problems = _problems(tenant)
        if problems:
            raise InvalidInput("the organisation cannot be entered", problems)
        if tenant.id in await self._register.ids():
            raise Conflict("there is an organisation of this id")
        await self._register.save(tenant, ())
        await self._note(tenant.id, "tenant.added", by)
        return await self._seen(tenant)

    async def set_secret(
        self, tenant_id: TenantId, kind: SecretKind, value: str, *, by: str
    ) -> TenantSeen:
        """Give it a secret of its own; the one before is worth nothing from now on.

        Raises:
            NotFound: there is no such further tenant. InvalidInput: it is empty or too long.
        """
        value = value.strip()
        if not value or len(value) > MAX_SECRET or not value.isprintable():
            problem = Problem(where=kind.value, what=f"must have 1 to {MAX_SECRET} letters")
            raise InvalidInput("the secret cannot be taken", [problem])
        secrets = tuple(await self._register.webhook_secrets(tenant_id))
        token = await self._register.crm_token(tenant_id)
        tenant = next((t for t in await self._register.further() if t.id == tenant_id), None)
        if tenant is None:
            raise Conflict("the environment sets the keys of this organisation")
        if kind is SecretKind.WEBHOOK:
            secrets = (value,)
        else:
            token = value
        await self._register.save(tenant, secrets, crm_token=token)
        await self._note(tenant_id, "tenant.secret_set", by, kind=kind.value)
        return await self._seen(tenant)

    async def _seen(self, tenant: Tenant) -> TenantSeen:
        return TenantSeen(
            tenant=tenant,
            webhook=bool(await self._register.webhook_secrets(tenant.id)),
            hubspot=await self._register.crm_token(tenant.id) is not None,
        )

    async def _note(self, tenant_id: TenantId, action: str, by: str, **detail: str) -> None:
        event = AuditEvent(
            id=self._ids.new(),
            tenant_id=tenant_id,
            at=self._clock.now(),
            actor=by,
            action=action,
            subject_kind="tenant",
            subject_id=tenant_id,
            detail=tuple(sorted(detail.items())),
        )
        async with self._work.begin(tenant_id) as tx:
            await tx.audit.add(event)


def _problems(tenant: Tenant) -> list[Problem]:
    found = []
    if _ID.fullmatch(tenant.id) is None:
        what = "must be 1 to 40 small letters, digits and hyphens, and begin with no hyphen"
        found.append(Problem(where="id", what=what))
    for where, text in (("name", tenant.name), ("sender name", tenant.sender_name)):
        if not text.strip() or len(text) > MAX_NAME or not text.isprintable():
            found.append(Problem(where=where, what=f"must have 1 to {MAX_NAME} letters"))
    if not judge_address(tenant.mailbox).valid:
        found.append(Problem(where="mailbox", what="must be an e-mail address"))
    if tenant.time_zone not in available_timezones():
        found.append(Problem(where="time zone", what="must be a name such as Europe/Madrid"))
    if tenant.country is not None and _COUNTRY.fullmatch(tenant.country) is None:
        found.append(Problem(where="country", what="must be an ISO code such as ES"))
    if tenant.portal_id is not None and not tenant.portal_id.isdecimal():
        found.append(Problem(where="portal", what="must be a number"))
    return found
