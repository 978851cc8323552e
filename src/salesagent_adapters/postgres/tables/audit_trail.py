"""The audit trail, and where each chain of it begins and ends."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from salesagent_adapters.postgres.tables import columns as col

audit = col.table(
    "audit",
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    col.text("id"),
    col.time("at"),
    col.text("actor"),
    col.text("action"),
    col.text("subject_kind"),
    col.text("subject_id"),
    Column("detail", JSONB, nullable=False),
    # The chain: see ``audit_chain``. Without its salt a detail cannot be guessed from its digest.
    col.blob("salt", null=True),
    col.blob("detail_digest", null=True),
    col.blob("mac", null=True),
    Column("position", BigInteger, nullable=True),
    col.text("origin", null=True),
    col.blob("previous", null=True),
    col.blob("hash", null=True),
    UniqueConstraint("tenant_id", "id", name="audit_id"),
    key=("tenant_id", "seq"),
)
Index("audit_subject", audit.c.tenant_id, audit.c.subject_kind, audit.c.subject_id)
Index(
    "audit_position",
    audit.c.tenant_id,
    audit.c.position,
    unique=True,
    postgresql_where=text("position IS NOT NULL"),
)
Index(
    "audit_unsealed",
    audit.c.tenant_id,
    audit.c.seq,
    postgresql_where=text("position IS NULL"),
)

# Where each tenant's chain ends.
audit_heads = col.table(
    "audit_heads",
    Column("position", BigInteger, nullable=False),
    col.blob("hash"),
    col.time("at", now=True),
    col.blob("mac"),
    key=("tenant_id",),
)

# Where the beginning of a tenant's chain was cut off, because it was past its time: signed, so
# that the rest can be proven, and nobody can cut more.
audit_cuts = col.table(
    "audit_cuts",
    col.integer("number"),
    Column("position", BigInteger, nullable=False),
    col.blob("hash"),
    col.integer("rows"),
    col.time("at"),
    col.text("why"),
    col.blob("mac"),
    key=("tenant_id", "number"),
)
