"""Who is told of notices: addresses and the webhook, sealed, one row a tenant."""

from __future__ import annotations

import logging
from typing import Any

import attrs
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.repositories import PgAudit
from salesagent_adapters.postgres.rows import Chest, clean, place
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.notice import NoticeChoices, NoticeKind
from salesagent_core.errors import Conflict, Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

log = logging.getLogger(__name__)

_DUE = text("""
UPDATE notice_messages SET due_at = now() WHERE tenant_id = :tenant AND state = 'open'
  AND NOT leased
""")


@attrs.frozen(kw_only=True)
class _Body:
    """What is sealed. Kinds are names, so that one that is gone does not make it unreadable."""

    mail_to: tuple[str, ...] = ()
    mail_kinds: tuple[str, ...] = ()
    slack_url: str | None = attrs.field(default=None, repr=False)
    slack_kinds: tuple[str, ...] = ()


class PgNoticeBook:
    """``NoticeBook`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)

    async def get(self, tenant_id: TenantId) -> NoticeChoices:
        """See ``NoticeBook.get``."""
        table = tables.notice_settings
        async with self._database.tenant(tenant_id) as connection:
            found = await connection.execute(select(table).where(table.c.tenant_id == tenant_id))
            row = found.one_or_none()
        return NoticeChoices() if row is None else self._choices(row)

    async def put(self, tenant_id: TenantId, choices: NoticeChoices, event: AuditEvent) -> None:
        """See ``NoticeBook.put``."""
        table = tables.notice_settings
        body = _Body(
            mail_to=choices.mail_to,
            mail_kinds=tuple(kind.value for kind in choices.mail_kinds),
            slack_url=choices.slack_url,
            slack_kinds=tuple(kind.value for kind in choices.slack_kinds),
        )
        values = {
            "version": choices.version,
            "changed_at": choices.changed_at,
            "changed_by": clean(choices.changed_by or ""),
            "sealed": self._chest.shut(body, place("notice settings", tenant_id)),
        }
        mine = (table.c.tenant_id == tenant_id, table.c.version == choices.version - 1)
        async with self._database.tenant(tenant_id) as connection:
            if choices.version == 1:
                insert = upsert(table).values(tenant_id=tenant_id, **values)
                statement: Any = insert.on_conflict_do_nothing()
            else:
                statement = update(table).where(*mine).values(**values)
            changed = await connection.execute(statement.returning(table.c.version))
            if changed.one_or_none() is None:
                raise Conflict("somebody else changed who is told at the same time")
            await PgAudit(connection, tenant_id, self._chest).add(event)
            await connection.execute(_DUE, {"tenant": tenant_id})

    async def all(self) -> tuple[tuple[TenantId, NoticeChoices], ...]:
        """See ``NoticeBook.all``."""
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(select(tables.notice_settings))).all()
        found = []
        for row in rows:
            try:
                found.append((TenantId(row.tenant_id), self._choices(row)))
            except Rejected:
                log.error("who is told of notices cannot be read for one organisation")
        return tuple(found)

    def _choices(self, row: Any) -> NoticeChoices:
        body = self._chest.take(row.sealed, _Body, place("notice settings", row.tenant_id))
        return NoticeChoices(
            mail_to=body.mail_to,
            mail_kinds=_kinds(body.mail_kinds),
            slack_url=body.slack_url,
            slack_kinds=_kinds(body.slack_kinds),
            version=row.version,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )


def _kinds(names: tuple[str, ...]) -> tuple[NoticeKind, ...]:
    return tuple(kind for kind in NoticeKind if kind.value in names)
