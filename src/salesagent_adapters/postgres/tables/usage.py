"""What a tenant used and may use, and what the vendors can bear."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column

from salesagent_adapters.postgres.tables import columns as col

model_usage = col.table(
    "model_usage",
    col.text("month"),
    col.text("model"),
    col.text("purpose"),
    Column("calls", BigInteger, nullable=False),
    Column("unpriced_calls", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=False),
    key=("tenant_id", "month", "model", "purpose"),
)

model_holds = col.table(
    "model_holds",
    col.text("id"),
    col.time("until"),
    Column("tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger, nullable=True),
    key=("tenant_id", "id"),
)

# What a tenant took in a month (``YYYY-MM``, UTC); the sum over ``shard`` is the count.
usage_counts = col.table(
    "usage_counts",
    col.text("month"),
    col.text("kind"),
    col.integer("shard"),
    Column("count", BigInteger, nullable=False),
    key=("tenant_id", "month", "kind", "shard"),
)

# Bounds that an admin set; without a row those of the settings hold.
usage_budgets = col.table(
    "usage_budgets",
    *(
        Column(f"{level}_{what}", BigInteger, nullable=True)
        for what in ("runs", "sends", "tokens", "cost_micros")
        for level in ("soft", "hard")
    ),
    col.time("changed_at"),
    col.text("changed_by"),
    key=("tenant_id",),
)

rate_budgets = col.table(
    "rate_budgets", col.text("name"), col.time("next_at"), key=("tenant_id", "name")
)

vendor_states = col.table(
    "vendor_states",
    col.text("process"),
    col.text("vendor"),
    col.text("state"),
    col.integer("failures"),
    col.integer("calls_now"),
    col.time("until", null=True),
    col.time("at", now=True),
    key=("process", "vendor", "tenant_id"),
)
