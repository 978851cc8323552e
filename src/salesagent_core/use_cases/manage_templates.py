"""Mail templates: kept, renamed, put into use for some leads, deleted."""

from __future__ import annotations

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.mail_template import MailTemplate, read_template
from salesagent_core.errors import Conflict
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.templates import TemplateTransaction, TemplateWork

MAX_TEMPLATES = 50
"""Of one tenant."""


class ManageTemplates:
    """Every change is audited with who and when."""

    def __init__(self, *, work: TemplateWork, clock: Clock, ids: IdSource) -> None:
        self._work = work
        self._clock = clock
        self._ids = ids

    async def list(self, tenant_id: TenantId) -> tuple[MailTemplate, ...]:
        """All of them, by name."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.templates.all()

    async def get(self, tenant_id: TenantId, template_id: str) -> MailTemplate:
        """Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.templates.get(template_id)

    async def create(
        self, tenant_id: TenantId, *, name: str, body: str, use: str, who: str
    ) -> MailTemplate:
        """Keep a new one.

        Raises:
            InvalidInput: every problem with its place. Conflict: the name is taken, or there are
                too many.
        """
        name, body, used = read_template(name, body, use)
        async with self._work.begin(tenant_id) as tx:
            if len(await tx.templates.all()) >= MAX_TEMPLATES:
                raise Conflict(f"there are {MAX_TEMPLATES} templates already: delete one first")
            template = MailTemplate(
                id=self._ids.new(),
                name=name,
                body=body,
                use=used,
                version=1,
                changed_at=self._clock.now(),
                changed_by=who,
            )
            await tx.templates.put(template)
            await self._note(tx, tenant_id, template, "template.created")
        return template

    async def update(
        self,
        tenant_id: TenantId,
        template_id: str,
        *,
        name: str,
        body: str,
        use: str,
        seen: int,
        who: str,
    ) -> MailTemplate:
        """Change one. ``seen`` is the version that was read.

        Raises:
            NotFound. InvalidInput: as ``create``. Conflict: as ``create``, or it changed since.
        """
        name, body, used = read_template(name, body, use)
        async with self._work.begin(tenant_id) as tx:
            present = await tx.templates.get(template_id, lock=True)
            if present.version != seen:
                raise Conflict("somebody else changed this template since it was read")
            template = attrs.evolve(
                present,
                name=name,
                body=body,
                use=used,
                version=present.version + 1,
                changed_at=self._clock.now(),
                changed_by=who,
            )
            await tx.templates.put(template)
            await self._note(tx, tenant_id, template, "template.changed")
        return template

    async def delete(self, tenant_id: TenantId, template_id: str, *, who: str) -> None:
        """Gone; what was written after it stays as it is. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            present = await tx.templates.get(template_id, lock=True)
            await tx.templates.delete(template_id)
            gone = attrs.evolve(present, changed_at=self._clock.now(), changed_by=who)
            await self._note(tx, tenant_id, gone, "template.deleted")

    async def _note(
        self, tx: TemplateTransaction, tenant_id: TenantId, template: MailTemplate, action: str
    ) -> None:
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=template.changed_at,
                actor=template.changed_by,
                action=action,
                subject_kind="template",
                subject_id=template.id,
                detail=(("use", template.use.value), ("version", str(template.version))),
            )
        )
