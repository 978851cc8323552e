"""A person in what is kept about others: taken out, or reported where that has to wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
import msgspec
from sqlalchemy import cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.audit_chain import read_trail
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.rows import form_bytes, loads, read_form
from salesagent_adapters.postgres.sealed_columns import SEALED, SealedColumn
from salesagent_adapters.postgres.sealed_scan import Opened, SealedScan
from salesagent_core.domain.audit_chain import tombstone
from salesagent_core.domain.person_trace import PersonTrace
from salesagent_core.domain.submission import Submission
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.data_subjects import StoreLine

# Keys, an organisation's own settings and mailboxes, the person's entry on the do-not-contact
# list, and erasures themselves.
PASSED_OVER: Final = frozenset(
    {
        "keyring",
        "tenants",
        "mailbox_connections",
        "consent_flows",
        "suppressions",
        "erasures",
        # An account without its address and name would be nobody's, and still let somebody in.
        "users",
        "user_sessions",
        "invitations",
    }
)
_OPEN_DRAFTS: Final = ("pending_approval", "approved", "sending", "delivery_unknown")
_OPEN_RUNS: Final = ("triggered", "processing", "waiting")
_SAME_NAME = "holds the same full name, which may be somebody else's: have a look"
_OF_DRAFT: Final = {"drafts": "id", "revisions": "draft_id", "decisions": "draft_id"} | {
    "send_attempts": "draft_id"
}


@attrs.define
class _Counts:
    """What was found in one table."""

    redacted: int = 0
    waiting: int = 0
    named: int = 0


class PersonMentions:
    """Goes through every sealed column of a tenant."""

    def __init__(self, database: Database, scan: SealedScan, audit_key: bytes) -> None:
        self._database = database
        self._scan = scan
        self._key = audit_key

    async def redact(
        self, tenant_id: TenantId, trace: PersonTrace
    ) -> tuple[tuple[StoreLine, ...], tuple[str, ...]]:
        """Take the person out of all that is not open; reports, and sentences on what waits."""
        drafts, runs = await self._open(tenant_id)
        counts: dict[str, _Counts] = {}
        for column in SEALED:
            if column.table.name in PASSED_OVER:
                continue
            count = counts.setdefault(column.table.name, _Counts())
            await self._redact_column(tenant_id, column, trace, count, drafts | runs)
        lines = tuple(
            StoreLine(
                store=f"mentions in {name}",
                erased=count.redacted,
                kept=count.named,
                why=_SAME_NAME if count.named else "",
            )
            for name, count in counts.items()
            if count.redacted or count.named
        )
        waiting = sum(count.waiting for count in counts.values())
        left = f"{waiting} values of drafts to others that are not decided yet speak of the person"
        return lines, ((f"{left}: looked at again every day",) if waiting else ())

    async def wipe_audit(
        self,
        connection: AsyncConnection,
        tenant_id: TenantId,
        trace: PersonTrace,
        subjects: set[str],
        erasure_id: str,
    ) -> int:
        """Put a mark in the place of details about the person; the chain stays whole."""
        table, wiped = tables.audit, 0
        shown = func.lower(cast(table.c.detail, Text))
        words = [trace.address, *trace.phones, *(name.lower() for name in trace.names)]
        spoken = [func.strpos(shown, word.lower()) > 0 for word in words]
        statement = select(table).where(
            table.c.tenant_id == tenant_id,
            table.c.salt.is_not(None),
            cast(table.c.detail, Text) != "[]",
            or_(table.c.subject_id.in_(subjects), *spoken),
        )
        for row in (await connection.execute(statement)).all():
            mark = [list(pair) for pair in tombstone(self._key, read_trail(row), erasure_id)]
            await connection.execute(
                update(table)
                .where(table.c.tenant_id == tenant_id, table.c.seq == row.seq)
                .values(detail=mark, salt=None)
            )
            wiped += 1
        return wiped

    async def _redact_column(
        self,
        tenant_id: TenantId,
        column: SealedColumn,
        trace: PersonTrace,
        count: _Counts,
        open_: set[str],
    ) -> None:
        found: list[tuple[Opened, bytes]] = []
        async for opened in self._scan.each(tenant_id, column):
            text = opened.plain.decode("utf-8", "replace")
            if not trace.is_in(text):
                count.named += trace.is_named_in(text)
            elif _subject(column, opened.row) in open_:
                count.waiting += 1
            else:
                found.append((opened, _without(column, opened, trace)))
        if found:
            count.redacted += await self._scan.rewrite(tenant_id, column, found)

    async def _open(self, tenant_id: TenantId) -> tuple[set[str], set[str]]:
        drafts, runs = tables.drafts, tables.runs
        async with self._database.tenant(tenant_id) as connection:
            waiting = await connection.execute(
                select(drafts.c.id, drafts.c.run_id).where(
                    drafts.c.tenant_id == tenant_id, drafts.c.status.in_(_OPEN_DRAFTS)
                )
            )
            pairs = waiting.all()
            going = await connection.execute(
                select(runs.c.id).where(
                    runs.c.tenant_id == tenant_id, runs.c.status.in_(_OPEN_RUNS)
                )
            )
            return {row.id for row in pairs}, {row.run_id for row in pairs} | {
                row.id for row in going
            }


def _subject(column: SealedColumn, row: Mapping[str, Any]) -> str:
    """The draft or run that must be over before its text may change."""
    name = column.table.name
    if name in _OF_DRAFT:
        return str(row[_OF_DRAFT[name]])
    if name == "runs":
        return str(row["id"])
    return str(row["run_id"]) if "run_id" in row else ""


def _without(column: SealedColumn, opened: Opened, trace: PersonTrace) -> bytes:
    """The value without the person. What came in raw goes: nobody can tell how it is written."""
    if column.table.name == "crm_deliveries":
        return b""
    try:
        if column.table.name == "submissions":
            form, _ = read_form(opened.plain)
            plain = trace.redact(json.loads(msgspec.json.encode(form)))
            return form_bytes(loads(msgspec.json.encode(plain), Submission), b"")
        return msgspec.json.encode(trace.redact(msgspec.json.decode(opened.plain)))
    except (Rejected, ValueError):
        return trace.redacted(opened.plain.decode("utf-8", "replace")).encode()
