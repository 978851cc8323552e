"""What drafts are worded by: voices, templates, experiments and remembered mails."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint, text

from salesagent_adapters.postgres.tables import columns as col

voices = col.table(
    "voices", col.text("mailbox_index"), col.blob("sealed"), key=("tenant_id", "mailbox_index")
)

voice_profiles = col.table(
    "voice_profiles",
    col.text("id"),
    col.text("mailbox_index"),
    col.text("name_index"),
    Column("active", Boolean, nullable=False),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "mailbox_index", "name_index", name="voice_profiles_name"),
    key=("tenant_id", "id"),
)
Index(
    "voice_profiles_active",
    voice_profiles.c.tenant_id,
    voice_profiles.c.mailbox_index,
    unique=True,
    postgresql_where=text("active"),
)

mail_templates = col.table(
    "mail_templates",
    col.text("id"),
    # A keyed digest: a name is what a person wrote.
    col.text("name_index"),
    col.text("used_for"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "name_index", name="mail_templates_name"),
    key=("tenant_id", "id"),
)

experiments = col.table(
    "experiments",
    col.text("id"),
    # A keyed digest: a name is what a person wrote.
    col.text("name_index"),
    col.text("kind"),
    col.text("state"),
    col.time("created_at"),
    col.blob("sealed"),
    UniqueConstraint("tenant_id", "name_index", name="experiments_name"),
    key=("tenant_id", "id"),
)
Index("experiments_state", experiments.c.tenant_id, experiments.c.state)

draft_variants = col.table(
    "draft_variants",
    col.text("draft_id"),
    col.text("experiment_id"),
    col.text("variant_index"),
    key=("tenant_id", "draft_id", "experiment_id"),
)
Index(
    "draft_variants_experiment",
    draft_variants.c.tenant_id,
    draft_variants.c.experiment_id,
    draft_variants.c.variant_index,
)

memories = col.table(
    "memories",
    col.text("id"),
    # Empty once the person had it erased: the row stays, so that it is not remembered anew.
    col.text("contact_index"),
    col.text("outcome", null=True),
    col.time("sent_at"),
    # When it is to be given a vector (again); null when it has one, or never will.
    col.time("due_at", null=True),
    col.token(),
    col.integer("failures", "0"),
    col.blob("sealed", null=True),
    key=("id", "tenant_id"),
)
Index("memories_contact", memories.c.tenant_id, memories.c.contact_index)
Index(
    "memories_due",
    memories.c.due_at,
    memories.c.tenant_id,
    memories.c.id,
    postgresql_where=text("due_at IS NOT NULL"),
)
