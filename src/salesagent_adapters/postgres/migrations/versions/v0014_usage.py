"""Usage: what each tenant took in a month, its bounds, and runs that wait for a budget.

Only adds, so that the version before goes on working while this runs: what it stores is counted by
triggers, in its own transactions; runs that it claims are counted when this version next claims
them, or were counted here. Counters are spread over ``shard``, so that writers do not queue up at
one row.

Revision ID: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SEES = (
    "(tenant_id = current_setting('salesagent.tenant', true)"
    " OR current_setting('salesagent.tenant', true) = '*')"
)
_MONTH = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM')"
_ADD = """
  INSERT INTO usage_counts AS u (tenant_id, month, kind, shard, count)
  SELECT n.tenant_id, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM'), {kind},
    pg_backend_pid() % 64, count(*)
  FROM {rows} n GROUP BY 1, 3 ORDER BY 1, 3
  ON CONFLICT (tenant_id, month, kind, shard) DO UPDATE SET count = u.count + excluded.count;
  RETURN NULL;
"""


def upgrade() -> None:
    """Add the tables, the columns and the triggers, then count what there is."""
    op.execute(
        "CREATE TABLE usage_counts ("
        " tenant_id text NOT NULL,"
        " month text NOT NULL,"
        " kind text NOT NULL,"
        " shard integer NOT NULL,"
        " count bigint NOT NULL,"
        " CONSTRAINT usage_counts_pkey PRIMARY KEY (tenant_id, month, kind, shard),"
        " CONSTRAINT usage_counts_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    op.execute(
        "CREATE TABLE usage_budgets ("
        " tenant_id text NOT NULL,"
        " soft_runs bigint, hard_runs bigint,"
        " soft_sends bigint, hard_sends bigint,"
        " soft_tokens bigint, hard_tokens bigint,"
        " soft_cost_micros bigint, hard_cost_micros bigint,"
        " changed_at timestamptz NOT NULL,"
        " changed_by text NOT NULL,"
        " CONSTRAINT usage_budgets_pkey PRIMARY KEY (tenant_id),"
        " CONSTRAINT usage_budgets_tenant_check CHECK (tenant_id NOT IN ('', '*')))"
    )
    for table in ("usage_counts", "usage_budgets"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING {_SEES} WITH CHECK {_SEES}")
    op.execute("ALTER TABLE runs ADD COLUMN admitted_month text, ADD COLUMN waiting_code text")
    op.execute(
        "CREATE INDEX runs_open ON runs (status, tenant_id) WHERE status IN"
        " ('triggered', 'processing', 'waiting')"
    )
    _triggers()
    _count_what_there_is()


def _triggers() -> None:
    for name, kind in (
        ("drafts", "'drafts'"),
        ("decisions", "'decisions:' || n.verdict"),
    ):
        body = _ADD.format(kind=kind, rows="fresh")
        op.execute(
            f"CREATE FUNCTION salesagent_count_{name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name}_counted AFTER INSERT ON {name}"
            f" REFERENCING NEW TABLE AS fresh"
            f" FOR EACH STATEMENT EXECUTE FUNCTION salesagent_count_{name}()"
        )
    body = _ADD.format(kind="'sends'", rows="(SELECT NEW.tenant_id)")
    op.execute(
        "CREATE FUNCTION salesagent_count_sends() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} END $$"
    )
    op.execute(
        "CREATE TRIGGER send_attempts_counted_new AFTER INSERT ON send_attempts FOR EACH ROW"
        " WHEN (NEW.status = 'sent') EXECUTE FUNCTION salesagent_count_sends()"
    )
    op.execute(
        "CREATE TRIGGER send_attempts_counted AFTER UPDATE ON send_attempts FOR EACH ROW"
        " WHEN (NEW.status = 'sent' AND OLD.status <> 'sent')"
        " EXECUTE FUNCTION salesagent_count_sends()"
    )


def _count_what_there_is() -> None:
    # Nobody writes meanwhile: the triggers' tables are locked until this transaction ends.
    op.execute("SELECT set_config('salesagent.tenant', '*', true)")
    created, sent = _MONTH.format("created_at"), _MONTH.format("updated_at")
    # Only constants of this file are put together below.
    op.execute(f"UPDATE runs SET admitted_month = {created} WHERE lease_token > 0")  # noqa: S608 # nosec B608
    decided = _MONTH.format("decided_at")
    counted = (
        ("admitted_month", "'runs'", "runs WHERE admitted_month IS NOT NULL"),
        (created, "'drafts'", "drafts"),
        (sent, "'sends'", "send_attempts WHERE status = 'sent'"),
        (decided, "'decisions:' || verdict", "decisions"),
    )
    for month, kind, rows in counted:
        into = "INSERT INTO usage_counts (tenant_id, month, kind, shard, count)"
        there = f"SELECT tenant_id, {month}, {kind}, 0, count(*) FROM {rows} GROUP BY 1, 2, 3"  # noqa: S608 # nosec B608
        op.execute(f"{into} {there}")


def downgrade() -> None:
    """Remove them again; what waits for a budget is tried at once."""
    op.execute("SELECT set_config('salesagent.tenant', '*', true)")
    op.execute("UPDATE runs SET due_at = now() WHERE waiting_code = 'budget_reached'")
    for table, trigger in (
        ("drafts", "drafts_counted"),
        ("decisions", "decisions_counted"),
        ("send_attempts", "send_attempts_counted"),
        ("send_attempts", "send_attempts_counted_new"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for name in ("drafts", "decisions", "sends"):
        op.execute(f"DROP FUNCTION salesagent_count_{name}()")
    op.execute("DROP INDEX runs_open")
    op.execute("ALTER TABLE runs DROP COLUMN admitted_month, DROP COLUMN waiting_code")
    op.execute("DROP TABLE usage_budgets")
    op.execute("DROP TABLE usage_counts")
