"""What needs a person now, over all tenants, in one statement that opens and closes notices.

Each cause is a kind and the id of what it is about; both are made of our own codes and ids. The
same cause from two tables (a run that is parked, and the letter that says why) is one.
"""

from __future__ import annotations

from sqlalchemy import text

from salesagent_core.domain.log_in_guard import BURST_OF_ALL, BURST_OF_ONE, BURST_SHOWN
from salesagent_core.domain.notice import LONG_ERASURE, LONG_UNKNOWN, OLD_QUEUE, NoticeKind
from salesagent_core.domain.spending import BUDGET_REACHED
from salesagent_core.ports.send_switches import EVERY_TENANT

LOOK_LOCK = 7_285_140_161
"""Held by the one worker that looks."""

_STUCK = """
SELECT tenant_id, 'work_stuck' AS kind, subject_kind || ':' || subject_id AS subject
FROM dead_letters l WHERE state = 'open' AND subject_kind NOT IN ('draft', 'send')
  AND NOT EXISTS (SELECT FROM runs r WHERE r.tenant_id = l.tenant_id AND r.id = l.subject_id
    AND r.status = 'waiting'
    AND (r.waiting_mailbox IS NOT NULL OR r.waiting_code = :budget_reached))
UNION
SELECT tenant_id, 'work_stuck', 'run:' || id FROM runs
WHERE status = 'waiting' AND due_at IS NULL AND waiting_mailbox IS NULL
  AND waiting_code IS DISTINCT FROM :budget_reached
UNION
SELECT l.tenant_id, 'send_stuck', 'draft:' || coalesce(a.draft_id, l.subject_id)
FROM dead_letters l LEFT JOIN send_attempts a
  ON l.subject_kind = 'send' AND a.id = l.subject_id AND a.tenant_id = l.tenant_id
WHERE l.state = 'open' AND l.subject_kind IN ('draft', 'send')
UNION
SELECT tenant_id, 'send_stuck', 'draft:' || draft_id FROM send_attempts
WHERE status IN ('unknown', 'needs_operator')
  AND (status = 'needs_operator' OR updated_at < now() - CAST(:long_unknown AS interval))
"""

_MAILBOX = """
SELECT c.tenant_id, 'mailbox_disconnected',
  'mailbox:' || c.mailbox_index || ':' || extract(epoch FROM c.since)::bigint
FROM mailbox_connections c
WHERE c.state <> 'connected' AND (c.why = 'revoked' OR EXISTS (
  SELECT FROM runs r WHERE r.tenant_id = c.tenant_id AND r.waiting_mailbox = c.mailbox_index))
"""

_QUEUE = """
SELECT DISTINCT tenant_id, 'queue_old', 'queue' FROM drafts
WHERE status = 'pending_approval' AND expires_at > now()
  AND greatest(created_at, snoozed_until) < now() - CAST(:old_queue AS interval)
"""

_STOPPED = """
SELECT k.tenant_id, 'sending_stopped', 'stop:' || extract(epoch FROM s.changed_at)::bigint
FROM send_switches s JOIN known k ON s.tenant_id IN (k.tenant_id, :everywhere)
WHERE s.name = 'stop'
"""

_BUDGET = """
SELECT tenant_id, 'budget_reached', 'budget:' || month FROM used
WHERE runs >= hard_runs OR sends >= hard_sends OR tokens >= hard_tokens OR cost >= hard_cost_micros
UNION
SELECT tenant_id, 'budget_reached', 'budget:' || month FROM runs, month
WHERE status = 'waiting' AND waiting_code = :budget_reached
"""

_ERASURE = """
SELECT tenant_id, 'erasure_open', 'erasure:' || id FROM erasures
WHERE state = 'open' AND requested_at < now() - CAST(:long_erasure AS interval)
"""

_LOG_INS = """
SELECT tenant_id, 'log_ins_refused',
  CASE subject WHEN '' THEN 'people' ELSE 'user:' || subject END
    || ':' || extract(epoch FROM since)::bigint
FROM refused_log_ins
WHERE tenant_id <> :everywhere AND at > now() - CAST(:burst_shown AS interval)
  AND tries >= CASE subject WHEN '' THEN :burst_of_all ELSE :burst_of_one END
"""

_USED = """
SELECT b.*, m.month,
  coalesce((SELECT sum(count) FROM usage_counts u WHERE u.tenant_id = b.tenant_id
    AND u.month = m.month AND kind = 'runs'), 0) AS runs,
  coalesce((SELECT sum(count) FROM usage_counts u WHERE u.tenant_id = b.tenant_id
    AND u.month = m.month AND kind = 'sends'), 0) AS sends,
  coalesce((SELECT sum(prompt_tokens + completion_tokens) FROM model_usage u
    WHERE u.tenant_id = b.tenant_id AND u.month = m.month), 0) AS tokens,
  coalesce((SELECT sum(cost_micros) FROM model_usage u
    WHERE u.tenant_id = b.tenant_id AND u.month = m.month), 0) AS cost
FROM usage_budgets b, month m
"""

_CAUSES = " UNION ".join((_STUCK, _MAILBOX, _QUEUE, _STOPPED, _BUDGET, _ERASURE, _LOG_INS))

LOOK = text(f"""
WITH month AS (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month),
used AS ({_USED}),
known AS (
  SELECT unnest(CAST(:tenants AS text[])) AS tenant_id
  UNION SELECT tenant_id FROM tenants UNION SELECT tenant_id FROM notice_settings),
causes AS MATERIALIZED ({_CAUSES}),
closed AS (
  UPDATE notices n SET closed_at = now()
  WHERE n.closed_at IS NULL AND NOT EXISTS (
    SELECT FROM causes c
    WHERE c.tenant_id = n.tenant_id AND c.kind = n.kind AND c.subject = n.subject)
  RETURNING n.tenant_id, n.kind, n.subject),
resumed AS (
  INSERT INTO notices (tenant_id, id, kind, subject, closed_at)
  SELECT tenant_id, gen_random_uuid()::text, '{NoticeKind.RESUMED.value}', subject, now()
  FROM closed WHERE kind = '{NoticeKind.STOPPED.value}'),
opened AS (
  INSERT INTO notices (tenant_id, id, kind, subject)
  SELECT tenant_id, gen_random_uuid()::text, kind, subject FROM causes c
  WHERE NOT EXISTS (
    SELECT FROM notices n WHERE n.tenant_id = c.tenant_id AND n.kind = c.kind
      AND n.subject = c.subject AND n.closed_at IS NULL)
  ON CONFLICT DO NOTHING RETURNING id)
SELECT (SELECT count(*) FROM opened) AS opened, (SELECT count(*) FROM closed) AS closed
""").bindparams(  # noqa: S608 - constants of this file
    budget_reached=BUDGET_REACHED,
    long_unknown=LONG_UNKNOWN,
    old_queue=OLD_QUEUE,
    long_erasure=LONG_ERASURE,
    everywhere=EVERY_TENANT,
    burst_shown=BURST_SHOWN,
    burst_of_one=BURST_OF_ONE,
    burst_of_all=BURST_OF_ALL,
)
