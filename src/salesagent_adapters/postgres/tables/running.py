"""Runs, the journal of their steps, and what could not be worked."""

from __future__ import annotations

from sqlalchemy import Index, text

from salesagent_adapters.postgres.tables import columns as col

runs = col.table(
    "runs",
    col.text("id"),
    col.text("submission_id"),
    col.text("status"),
    col.integer("pass_number", "1"),
    col.integer("attempt", "0"),
    # When anyone may claim the run: its timer while it waits, the lease's end while it is worked,
    # null when it is parked or over.
    col.time("due_at", null=True, now=True),
    col.token("lease_token"),
    col.text("waiting_for", null=True),
    col.text("failure", null=True),
    col.text("current_step", null=True),
    col.time("created_at", now=True),
    col.time("updated_at", now=True),
    col.time("finished_at", null=True),
    col.blob("redraft", null=True),
    # The keyed hash of the mailbox that must be connected before the run goes on.
    col.text("waiting_mailbox", null=True),
    # The month whose budget the run counts against; null until a worker may take it up.
    col.text("admitted_month", null=True),
    col.text("waiting_code", null=True),
    key=("id", "tenant_id"),
)
Index(
    "runs_open",
    runs.c.status,
    runs.c.tenant_id,
    postgresql_where=text("status IN ('triggered', 'processing', 'waiting')"),
)
Index(
    "runs_due",
    runs.c.due_at,
    runs.c.id,
    runs.c.tenant_id,
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("runs_created", runs.c.tenant_id, runs.c.created_at, runs.c.id)
Index(
    "runs_finished",
    runs.c.finished_at,
    runs.c.tenant_id,
    runs.c.id,
    postgresql_where=text("finished_at IS NOT NULL"),
)
Index("runs_status", runs.c.tenant_id, runs.c.status)
Index(
    "runs_waiting_mailbox",
    runs.c.tenant_id,
    runs.c.waiting_mailbox,
    postgresql_where=text("waiting_mailbox IS NOT NULL"),
)

journal = col.table(
    "journal",
    col.text("run_id"),
    col.integer("pass_number"),
    col.text("step"),
    col.text("status"),
    col.time("started_at"),
    col.time("finished_at"),
    col.blob("sealed", null=True),
    key=("tenant_id", "run_id", "pass_number", "step"),
)

dead_letters = col.table(
    "dead_letters",
    col.text("id"),
    col.text("subject_kind"),
    col.text("subject_id"),
    col.text("step"),
    col.text("code"),
    col.text("error"),
    col.integer("attempts"),
    col.time("created_at", now=True),
    col.text("state"),
    col.time("settled_at", null=True),
    col.text("settled_by", null=True),
    col.blob("note", null=True),
    key=("tenant_id", "id"),
)
Index("dead_letters_state", dead_letters.c.tenant_id, dead_letters.c.state)
Index("dead_letters_subject", dead_letters.c.tenant_id, dead_letters.c.subject_id)
