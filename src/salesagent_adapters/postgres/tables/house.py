"""What a tenant is and has chosen."""

from __future__ import annotations

from sqlalchemy import Index

from salesagent_adapters.postgres.tables import columns as col

tenants = col.table(
    "tenants", col.text("portal_id", null=True), col.blob("sealed"), key=("tenant_id",)
)
Index("tenants_portal", tenants.c.portal_id, tenants.c.tenant_id)

settings_versions = col.table(
    "settings_versions",
    col.text("name"),
    col.integer("version"),
    col.time("changed_at"),
    col.text("changed_by"),
    col.blob("sealed"),
    key=("tenant_id", "name", "version"),
)
