"""Batches that do more than delete: what others count on is moved or kept, about nobody.

Figures that learning, analytics and A/B tests count are never removed. A draft hands the two that
it held to its sent mail; outcomes and sent mails lose whom they are about, and stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from salesagent_adapters.postgres.retention_terms import (
    DRAFTS,
    FORMS,
    OUTCOMES,
    RUNS,
    SENT_MAILS,
)
from salesagent_adapters.postgres.rows import Chest, emptied_form, place
from salesagent_core.domain.outcomes.outcome import Outcome, OutcomeSource, OutcomeType
from salesagent_core.ids import TenantId
from salesagent_core.ports.secrets_vault import Sealer

Values = dict[str, object]
Rows = Counter[TenantId]
Remove = Callable[[AsyncConnection, Values], Awaitable[Rows]]

_THESE = (
    "unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k (of_tenant, of_id)"
    " WHERE {0}.tenant_id = k.of_tenant AND {0}.{1} = k.of_id"
)

_LOCK_DRAFTS = text(DRAFTS.finding("x.tenant_id, x.id"))
# A statement of its own: it sees what was committed while the first one waited for nobody.
_STILL = text(
    f"SELECT x.tenant_id, x.id FROM drafts x, {_THESE.format('x', 'id')}"  # noqa: S608
    f" AND {DRAFTS.where}"
)
_HAND_OVER = text(
    "UPDATE sent_mails s SET voice_index = d.voice_index, edit_similarity = d.edit_similarity"  # noqa: S608
    f" FROM drafts d, {_THESE.format('d', 'id')}"
    " AND s.tenant_id = d.tenant_id AND s.draft_id = d.id"
)
_TAKE_ALONG = tuple(
    text(statement)
    for statement in (
        f"DELETE FROM send_slots x USING send_attempts a, {_THESE.format('a', 'draft_id')}"  # noqa: S608
        " AND x.tenant_id = a.tenant_id AND x.attempt_id = a.id",
        *(
            f"DELETE FROM {table} x USING {_THESE.format('x', 'draft_id')}"  # noqa: S608
            for table in ("send_attempts", "decisions", "revisions")
        ),
        f"DELETE FROM drafts x USING {_THESE.format('x', 'id')}",  # noqa: S608
    )
)

_LOCK_RUNS = text(RUNS.finding("x.tenant_id, x.id, x.submission_id"))
_DROP_RUNS = text(f"DELETE FROM runs x USING {_THESE.format('x', 'id')}")  # noqa: S608
_DROP_FORMS = text(
    f"DELETE FROM submissions x USING {_THESE.format('x', 'id')}"  # noqa: S608
    " AND x.contact_index = ''"
)

_OLD_FORMS = text(FORMS.finding("x.*"))
_EMPTY_FORM = text("""
UPDATE submissions SET contact_index = '', sealed = :sealed
WHERE tenant_id = :tenant AND id = :id
""")
_OLD_OUTCOMES = text(OUTCOMES.finding("x.*"))
_EMPTY_OUTCOME = text("""
UPDATE outcomes SET contact_index = '', key_index = 'past:' || id, sealed = :sealed
WHERE tenant_id = :tenant AND id = :id
""")
_OLD_MAILS = text(SENT_MAILS.finding("x.tenant_id, x.contact_index"))
# One name for each person, made up here and told to nobody.
_EMPTY_MAILS = text("""
WITH people AS (
  SELECT tenant_id, contact_index, 'past:' || gen_random_uuid() AS nobody
  FROM (SELECT DISTINCT tenant_id, contact_index
        FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS k (tenant_id, contact_index)
       ) each
)
UPDATE sent_mails s SET contact_index = p.nobody, mailbox_index = '', thread_index = ''
FROM people p WHERE s.tenant_id = p.tenant_id AND s.contact_index = p.contact_index
RETURNING s.tenant_id
""")


async def remove_drafts(connection: AsyncConnection, values: Values) -> Rows:
    """Drafts with all that is theirs."""
    locked = (await connection.execute(_LOCK_DRAFTS, values)).all()
    if not locked:
        return Counter()
    named = {"period": values["period"], **_named(locked)}
    these = (await connection.execute(_STILL, named)).all()
    if these:
        gone = _named(these)
        for statement in (_HAND_OVER, *_TAKE_ALONG):
            await connection.execute(statement, gone)
    return Counter(TenantId(row.tenant_id) for row in these)


async def remove_runs(connection: AsyncConnection, values: Values) -> Rows:
    """Runs that hold nothing any more, with the empty rows of their forms."""
    locked = (await connection.execute(_LOCK_RUNS, values)).all()
    if locked:
        await connection.execute(_DROP_RUNS, _named(locked))
        forms = [row.submission_id for row in locked]
        await connection.execute(_DROP_FORMS, {**_named(locked), "ids": forms})
    return Counter(TenantId(row.tenant_id) for row in locked)


def emptying_forms(sealer: Sealer) -> Remove:
    """What takes out of forms all but that they came in."""

    async def empty(connection: AsyncConnection, values: Values) -> Rows:
        rows = (await connection.execute(_OLD_FORMS, values)).all()
        return await _put(connection, _EMPTY_FORM, rows, lambda row: emptied_form(sealer, row))

    return empty


def emptying_outcomes(chest: Chest) -> Remove:
    """What takes out of outcomes whom they are about."""

    async def empty(connection: AsyncConnection, values: Values) -> Rows:
        rows = (await connection.execute(_OLD_OUTCOMES, values)).all()
        return await _put(connection, _EMPTY_OUTCOME, rows, lambda row: _nobodys(chest, row))

    return empty


async def empty_sent_mails(connection: AsyncConnection, values: Values) -> Rows:
    """Take out of figures of sent mails whom, from where and in which thread: all of a person's
    at once, so that one person stays one."""
    rows = (await connection.execute(_OLD_MAILS, values)).all()
    if not rows:
        return Counter()
    who = {
        "tenants": [row.tenant_id for row in rows],
        "ids": [row.contact_index for row in rows],
    }
    done = await connection.execute(_EMPTY_MAILS, who)
    return Counter(TenantId(row.tenant_id) for row in done)


def _nobodys(chest: Chest, row: Any) -> bytes:
    outcome = Outcome(
        id=row.id,
        key="",
        type=OutcomeType(row.type),
        email="",
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        source=OutcomeSource(row.source),
        confidence=row.confidence,
        draft_id=row.draft_id,
        intent=row.intent,
    )
    return chest.shut(outcome, place("outcome", row.tenant_id, row.id))


async def _put(
    connection: AsyncConnection, statement: Any, rows: Any, sealed: Callable[[Any], bytes]
) -> Rows:
    changes = [{"tenant": row.tenant_id, "id": row.id, "sealed": sealed(row)} for row in rows]
    if changes:
        await connection.execute(statement, changes)
    return Counter(TenantId(row.tenant_id) for row in rows)


def _named(rows: Any) -> dict[str, Any]:
    return {"tenants": [row.tenant_id for row in rows], "ids": [row.id for row in rows]}
