"""One person's rows in every store: counted, exported, erased in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import attrs
import msgspec
from sqlalchemy import ColumnElement, LargeBinary, Table, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.audit_chain import PgAuditChain, audit_key
from salesagent_adapters.postgres.engine import Database
from salesagent_adapters.postgres.person_erasing import PersonEraser
from salesagent_adapters.postgres.person_mentions import PersonMentions
from salesagent_adapters.postgres.person_rows import Own, find_own, hold_own, own_accounts, own_rows
from salesagent_adapters.postgres.rows import Chest, new_id, place, read_form
from salesagent_adapters.postgres.sealed_columns import SEALED
from salesagent_adapters.postgres.sealed_scan import SealedScan
from salesagent_adapters.postgres.send_policy import PgSuppressions
from salesagent_core.domain.person_trace import PersonTrace
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.domain.submission import Submission
from salesagent_core.errors import Conflict, LeaseLost, Rejected
from salesagent_core.ids import RunId, TenantId
from salesagent_core.ports.data_subjects import ErasedRows, Erasure, Holdings, StoreLine
from salesagent_core.ports.secrets_vault import Sealer

ERASURE_LEASE = timedelta(minutes=5)
SEALED_AT_ONCE = 500
OPEN, DONE = "open", "done"
SUPPRESSED = "the do-not-contact list"
AUDIT = "audit details"
_ACCOUNTS = {
    "users": "an account of a colleague, not a lead's data: an admin shuts it out",
    "invitations": "an invitation of a colleague, not a lead's data: an admin withdraws it",
}

_CLAIM = text("""
WITH due AS MATERIALIZED (
  SELECT tenant_id, id FROM erasures WHERE state = 'open' AND due_at <= now()
  ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE erasures e SET token = e.token + 1, due_at = now() + :lease
FROM due WHERE e.tenant_id = due.tenant_id AND e.id = due.id
RETURNING e.*
""")


def _more_lines(wiped: int, sent: int) -> tuple[StoreLine, ...]:
    lines = [
        StoreLine(store=AUDIT, erased=wiped, why="who did what and when stays"),
        StoreLine(store=SUPPRESSED, kept=1, why="a keyed hash, so that nobody writes again"),
        StoreLine(store="sent mail", kept=sent, why="held by the mail provider: delete there"),
    ]
    return tuple(line for line in lines if line.erased or line.kept)


class PgDataSubjects:
    """``DataSubjects`` over PostgreSQL."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._chest = Chest(sealer)
        self._scan = SealedScan(database, sealer)
        self._chain = PgAuditChain(database, sealer)
        self._mentions = PersonMentions(database, self._scan, audit_key(sealer))
        self._eraser = PersonEraser(sealer, self._scan)

    async def holdings(self, tenant_id: TenantId, address: str) -> Holdings:
        """See ``DataSubjects.holdings``."""
        async with self._database.tenant(tenant_id) as connection:
            own = await self._find(connection, tenant_id, address)
            lines = []
            for store, (table, theirs) in own_rows(own).items():
                kept = await _count(connection, tenant_id, table, theirs)
                lines.append(StoreLine(store=store, kept=kept))
            lines += await _accounts(connection, tenant_id, own)
            entries = await self._suppressions(connection, tenant_id).covering(address)
            lines.append(StoreLine(store=SUPPRESSED, kept=len(entries)))
            sent = await self._sent(connection, tenant_id, own)
        return Holdings(
            address=address,
            stores=tuple(lines),
            drafts_of=tuple(RunId(run) for run in sorted(own.runs)),
            sent=sent,
        )

    async def export(
        self, tenant_id: TenantId, address: str
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """See ``DataSubjects.export``."""
        stores: dict[str, list[Mapping[str, Any]]] = {}
        async with self._database.tenant(tenant_id) as connection:
            own = await self._find(connection, tenant_id, address)
            for store, (table, theirs) in own_rows(own).items():
                rows = await connection.execute(
                    select(table).where(table.c.tenant_id == tenant_id, theirs)
                )
                stores[store] = [self._shown(table, row) for row in rows.mappings()]
        return {store: rows for store, rows in stores.items() if rows}

    async def open_erasure(self, erasure: Erasure) -> Erasure:
        """See ``DataSubjects.open_erasure``."""
        table = tables.erasures
        tenant_id, address = erasure.tenant_id, erasure.address
        index = self._chest.contact_index(address)
        async with self._database.tenant(tenant_id) as connection:
            await self._refuse_own_mailbox(connection, tenant_id, index)
            entry = Suppression(
                id=new_id(),
                reason=SuppressionReason.ERASED,
                created_at=erasure.requested_at,
                address=address,
            )
            await self._suppressions(connection, tenant_id).add(entry, erasure.requested_by)
            found = await connection.execute(
                select(table)
                .where(
                    table.c.tenant_id == tenant_id,
                    table.c.person_index == index,
                    table.c.state == OPEN,
                )
                .with_for_update()
            )
            row = found.one_or_none()
            if row is None:
                values = {
                    "tenant_id": tenant_id,
                    "id": erasure.id,
                    "person_index": index,
                    "state": OPEN,
                    "due_at": func.now() + ERASURE_LEASE,
                    "requested_at": erasure.requested_at,
                    "requested_by": erasure.requested_by,
                    "sealed": self._shut(erasure),
                }
                made = await connection.execute(insert(table).values(values).returning(table))
                row = made.one()
            else:
                again = update(table).where(table.c.tenant_id == tenant_id, table.c.id == row.id)
                taken = await connection.execute(
                    again.values(
                        token=table.c.token + 1, due_at=func.now() + ERASURE_LEASE
                    ).returning(table)
                )
                row = taken.one()
        return self._read(row)

    async def erase_rows(self, erasure: Erasure) -> ErasedRows:
        """See ``DataSubjects.erase_rows``."""
        tenant_id = erasure.tenant_id
        while await self._chain.seal(SEALED_AT_ONCE):
            pass  # a detail is erased from a row that stands in the chain
        async with self._database.tenant(tenant_id) as connection:
            own = await self._find(connection, tenant_id, erasure.address)
            await hold_own(self._chest, connection, tenant_id, own)
            own.names |= set(erasure.names)
            own.phones |= set(erasure.phones)
            if erasure.looks:
                await self._eraser.spare_new(connection, tenant_id, own, erasure.requested_at)
            busy = await self._eraser.spare_sending(connection, tenant_id, own)
            sent = await self._sent(connection, tenant_id, own)
            accounts = await _accounts(connection, tenant_id, own)
            in_flight, lines = await self._eraser.erase(connection, tenant_id, own)
            trace = own.trace
            wiped = await self._mentions.wipe_audit(
                connection, tenant_id, trace, own.subjects, erasure.id
            )
            rows = ErasedRows(
                lines=(*lines, *accounts, *_more_lines(wiped, sent)),
                drafts_of=tuple(RunId(run) for run in sorted(own.runs)),
                names=trace.names,
                phones=trace.phones,
                busy=busy,
                in_flight=in_flight,
            )
            # Together with the rows: what is gone cannot be asked whose drafts there are.
            await self._write(connection, erasure.noted(rows), erasure.token)
        return rows

    async def redact(self, erasure: Erasure) -> tuple[tuple[StoreLine, ...], tuple[str, ...]]:
        """See ``DataSubjects.redact``."""
        trace = PersonTrace.of(erasure.address, erasure.names, erasure.phones)
        return await self._mentions.redact(erasure.tenant_id, trace)

    async def save(self, erasure: Erasure, again_in: timedelta | None) -> Erasure:
        """See ``DataSubjects.save``."""
        more = {
            "state": OPEN if erasure.open else DONE,
            "due_at": None if again_in is None else func.now() + again_in,
            "finished_at": None if erasure.open else func.now(),
            "token": erasure.token + 1,
        }
        async with self._database.tenant(erasure.tenant_id) as connection:
            return self._read(await self._write(connection, erasure, erasure.token, **more))

    async def claim(self, limit: int) -> Sequence[Erasure]:
        """See ``DataSubjects.claim``."""
        values = {"limit": limit, "lease": ERASURE_LEASE}
        async with self._database.across_tenants() as connection:
            rows = (await connection.execute(_CLAIM, values)).all()
        return [self._read(row) for row in rows]

    async def recent(self, tenant_id: TenantId, limit: int) -> Sequence[Erasure]:
        """See ``DataSubjects.recent``."""
        table = tables.erasures
        statement = (
            select(table)
            .where(table.c.tenant_id == tenant_id)
            .order_by(table.c.requested_at.desc(), table.c.id)
            .limit(limit)
        )
        async with self._database.tenant(tenant_id) as connection:
            return [self._read(row) for row in await connection.execute(statement)]

    async def of_crm_contact(self, tenant_id: TenantId, crm_id: str) -> Sequence[str]:
        """See ``DataSubjects.of_crm_contact``. Only forms and drafts tell who a contact is."""
        found: set[str] = set()
        by_name = {each.name: each for each in SEALED}
        async for opened in self._scan.each(tenant_id, by_name["submissions.sealed"]):
            form = self._form(opened.plain)
            if form is not None and form.email and form.contact_crm_id == crm_id:
                found.add(form.email)
        async for opened in self._scan.each(tenant_id, by_name["drafts.sealed"]):
            person = msgspec.json.decode(opened.plain).get("lead", {}).get("person", {})
            if str(person.get("crm_id")) == crm_id and person.get("email"):
                found.add(person["email"])
        return sorted(found)

    async def _find(self, connection: AsyncConnection, tenant_id: TenantId, address: str) -> Own:
        return await find_own(self._scan, self._chest, connection, tenant_id, address)

    async def _sent(self, connection: AsyncConnection, tenant_id: TenantId, own: Own) -> int:
        table = tables.send_attempts
        statement = select(func.count()).where(
            table.c.tenant_id == tenant_id, table.c.id.in_(own.attempts), table.c.status == "sent"
        )
        return int((await connection.execute(statement)).scalar_one())

    async def _refuse_own_mailbox(
        self, connection: AsyncConnection, tenant_id: TenantId, index: str
    ) -> None:
        table = tables.mailbox_connections
        found = await connection.execute(
            select(func.count()).where(
                table.c.tenant_id == tenant_id,
                table.c.mailbox_index == index,
                or_(table.c.state == "connected", table.c.tokens.is_not(None)),
            )
        )
        if found.scalar_one():
            raise Conflict("this is a connected mailbox: disconnect it first")

    def _suppressions(self, connection: AsyncConnection, tenant_id: TenantId) -> PgSuppressions:
        return PgSuppressions(connection, tenant_id, self._chest)

    def _shown(self, table: Table, row: Mapping[Any, Any]) -> Mapping[str, Any]:
        plain = {str(name): value for name, value in row.items()}
        shown = {
            column.name: plain[column.name]
            for column in table.columns
            if not isinstance(column.type, LargeBinary) and not column.name.endswith("_index")
        }
        for column in SEALED:
            if column.table is not table or column.column == "card":
                continue
            opened = self._scan.open(column, plain)
            if opened is not None:
                shown[column.column.replace("sealed", "content")] = _content(table, opened.plain)
        return shown

    def _form(self, plain: bytes) -> Submission | None:
        try:
            return read_form(plain)[0]
        except Rejected:
            return None

    async def _write(
        self, connection: AsyncConnection, erasure: Erasure, held: int, **more: Any
    ) -> Any:
        table = tables.erasures
        statement = (
            update(table)
            .where(
                table.c.tenant_id == erasure.tenant_id,
                table.c.id == erasure.id,
                table.c.token == held,
                table.c.state == OPEN,
            )
            .values(sealed=self._shut(erasure), **more)
            .returning(table)
        )
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise LeaseLost("another worker goes on with this erasure")
        return row

    def _shut(self, erasure: Erasure) -> bytes:
        where = place("erasure", erasure.tenant_id, erasure.id)
        return self._chest.shut(erasure, where)

    def _read(self, row: Any) -> Erasure:
        erasure = self._chest.take(row.sealed, Erasure, place("erasure", row.tenant_id, row.id))
        return attrs.evolve(
            erasure, token=row.token, due_at=row.due_at, finished_at=row.finished_at
        )


async def _count(
    connection: AsyncConnection, tenant_id: TenantId, table: Table, theirs: ColumnElement[bool]
) -> int:
    count = select(func.count()).select_from(table)
    found = await connection.execute(count.where(table.c.tenant_id == tenant_id, theirs))
    return int(found.scalar_one())


async def _accounts(
    connection: AsyncConnection, tenant_id: TenantId, own: Own
) -> tuple[StoreLine, ...]:
    """What is kept because it lets a colleague in."""
    counts = {
        store: await _count(connection, tenant_id, table, theirs)
        for store, (table, theirs) in own_accounts(own).items()
    }
    return tuple(
        StoreLine(store=store, kept=kept, why=_ACCOUNTS[store])
        for store, kept in counts.items()
        if kept
    )


def _content(table: Table, plain: bytes) -> Any:
    """What is sealed, as JSON data."""
    if table.name == "submissions":
        form, raw = read_form(plain)
        return {"form": msgspec.to_builtins(form), "raw": raw.decode("utf-8", "replace")}
    try:
        return msgspec.json.decode(plain)
    except ValueError:
        return plain.decode("utf-8", "replace")
