"""Vital signs over all tenants: each statement reads an index or a small table, and is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from salesagent_adapters.postgres.engine import Database
from salesagent_core.ports.vital_signs import Readings

MOST_COUNTED = 10_000
"""A queue that is longer is shown as this long: it is in trouble, whatever its length."""
_TIMEOUT = text("SELECT set_config('statement_timeout', '5000', true)")

_QUEUES = {
    "run": "runs WHERE due_at <= now()",
    "crm_event": "crm_events WHERE due_at <= now()",
    "draft_sync": (
        "drafts WHERE mailbox_hash <> content_hash AND sync_due_at <= now()"
        " AND status IN ('pending_approval', 'approved')"
    ),
    "send": "send_attempts WHERE due_at <= now() AND status = 'scheduled'",
    "reconcile": "send_attempts WHERE due_at <= now() AND status IN ('sending', 'unknown')",
}
_DUE_COLUMN = {"draft_sync": "sync_due_at"}


def _queue(topic: str, rows: str) -> str:
    due = _DUE_COLUMN.get(topic, "due_at")
    return (
        f"SELECT '{topic}' AS topic, count(*) AS depth,"  # noqa: S608 - constants of this file
        " coalesce(greatest(extract(epoch FROM now() - min(due)), 0), 0)::float8 AS age"
        f" FROM (SELECT {due} AS due FROM {rows} ORDER BY {due} LIMIT {MOST_COUNTED}) d"
    )


_DEPTHS = text(" UNION ALL ".join(_queue(topic, rows) for topic, rows in _QUEUES.items()))

_SIGNS = {
    "runs": "SELECT status, count(*) FROM runs"
    " WHERE status IN ('triggered', 'processing', 'waiting') GROUP BY status",
    "runs_parked": "SELECT CASE WHEN waiting_mailbox IS NOT NULL THEN 'mailbox'"
    " WHEN waiting_code IS NOT NULL THEN waiting_code WHEN due_at IS NULL THEN 'person'"
    " ELSE 'retry' END, count(*) FROM runs WHERE status = 'waiting' GROUP BY 1",
    "drafts_pending": "SELECT count(*) FROM drafts WHERE status = 'pending_approval'",
    "drafts_pending_oldest": "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)"
    "::float8 FROM drafts WHERE status = 'pending_approval'",
    "send_attempts": "SELECT status, count(*) FROM send_attempts"
    " WHERE status IN ('scheduled', 'sending', 'unknown', 'needs_operator') GROUP BY status",
    "sends_waiting": "SELECT coalesce(waiting_code, 'time'), count(*) FROM send_attempts"
    " WHERE status = 'scheduled' GROUP BY 1",
    "dead_letters": "SELECT subject_kind, count(*) FROM dead_letters WHERE state = 'open'"
    " GROUP BY subject_kind",
    "mailboxes": "SELECT CASE WHEN state = 'connected' THEN 'connected' ELSE 'disconnected' END,"
    " count(*) FROM mailbox_connections GROUP BY 1",
    "sending_stopped": "SELECT CASE WHEN tenant_id = '@all' THEN 'everywhere' ELSE 'tenant' END,"
    " count(*) FROM send_switches WHERE name = 'stop' GROUP BY 1",
    "suppressions": "SELECT reason, count(*) FROM suppressions GROUP BY reason",
    "usage": "SELECT kind, sum(count)::bigint FROM usage_counts GROUP BY kind",
    "model_tokens": "SELECT 'read', coalesce(sum(prompt_tokens), 0)::bigint FROM model_usage"
    " UNION ALL SELECT 'written', coalesce(sum(completion_tokens), 0)::bigint FROM model_usage",
    "model_cost": "SELECT coalesce(sum(cost_micros), 0)::float8 / 1000000 FROM model_usage",
    "outcomes": "SELECT type, count(*) FROM outcomes GROUP BY type",
    "budgets_passed": """
      WITH m AS (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month), used AS (
        SELECT b.*,
          coalesce((SELECT sum(count) FROM usage_counts u, m WHERE u.tenant_id = b.tenant_id
            AND u.month = m.month AND kind = 'runs'), 0) AS runs,
          coalesce((SELECT sum(count) FROM usage_counts u, m WHERE u.tenant_id = b.tenant_id
            AND u.month = m.month AND kind = 'sends'), 0) AS sends,
          coalesce((SELECT sum(prompt_tokens + completion_tokens) FROM model_usage u, m
            WHERE u.tenant_id = b.tenant_id AND u.month = m.month), 0) AS tokens,
          coalesce((SELECT sum(cost_micros) FROM model_usage u, m
            WHERE u.tenant_id = b.tenant_id AND u.month = m.month), 0) AS cost
        FROM usage_budgets b)
      SELECT level, count(*) FROM used, LATERAL (VALUES
        ('soft', runs > soft_runs OR sends > soft_sends OR tokens > soft_tokens
          OR cost > soft_cost_micros),
        ('hard', runs >= hard_runs OR sends >= hard_sends OR tokens >= hard_tokens
          OR cost >= hard_cost_micros)) AS passed (level, so)
      WHERE so GROUP BY level
    """,
}
_STATEMENTS = {name: text(statement) for name, statement in _SIGNS.items()}
_BOOKED = text("""
SELECT name, extract(epoch FROM max(next_at) - now())::float8 AS ahead FROM rate_budgets
GROUP BY name
""")


class PgVitalSigns:
    """``VitalSigns`` over PostgreSQL.

    ``allowances`` names each vendor by the budget of its calls, with how far that may be booked
    out before a call has to wait.
    """

    def __init__(
        self, database: Database, allowances: Mapping[str, tuple[str, timedelta]] | None = None
    ) -> None:
        self._database = database
        self._allowances = dict(allowances or {})

    async def read(self) -> Readings:
        """See ``VitalSigns.read``."""
        async with self._database.across_tenants() as connection:
            await connection.execute(_TIMEOUT)
            depths = (await connection.execute(_DEPTHS)).all()
            found: dict[str, list[tuple[tuple[str, ...], float]]] = {
                "queue_depth": [((row.topic,), float(row.depth)) for row in depths],
                "queue_oldest": [((row.topic,), float(row.age)) for row in depths],
            }
            for name, statement in _STATEMENTS.items():
                rows = (await connection.execute(statement)).all()
                found[name] = [_reading(row) for row in rows]
            booked = (await connection.execute(_BOOKED)).all() if self._allowances else []
        found["quota_left"] = self._quota_left(booked)
        return found

    def _quota_left(self, booked: Any) -> list[tuple[tuple[str, ...], float]]:
        ahead = {row.name: row.ahead for row in booked}
        return [
            ((vendor,), min(1.0, max(0.0, 1 - ahead.get(name, 0.0) / most.total_seconds())))
            for name, (vendor, most) in self._allowances.items()
            if most
        ]


def _reading(row: Any) -> tuple[tuple[str, ...], float]:
    *labels, number = row
    return tuple(str(label) for label in labels), float(number or 0)
