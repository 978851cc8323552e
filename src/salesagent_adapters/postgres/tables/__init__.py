"""The tables, as SQLAlchemy Core sees them. The migrations make them.

A module for each area; what others take is named here.

Ids, codes, statuses, times and numbers are plain columns. What a person wrote, and what we know
about one, is in ``sealed``; a person is found by ``contact_index`` only, a keyed digest.
Every key and every index holds ``tenant_id``; where batches of several tenants look rows up, the
key comes first, so that no plan made while a table was small reads a tenant's every row. There
are no foreign keys on the hot path: rows are written together in one transaction, and a check per
row would cost what it guards.
"""

from __future__ import annotations

from salesagent_adapters.postgres.tables.audit_trail import audit, audit_cuts, audit_heads
from salesagent_adapters.postgres.tables.columns import metadata
from salesagent_adapters.postgres.tables.deciding import (
    approval_rules,
    approval_thresholds,
    approved_recipients,
    decisions,
    shadow_verdicts,
    trust_segments,
)
from salesagent_adapters.postgres.tables.drafting import drafts, revisions
from salesagent_adapters.postgres.tables.house import settings_versions, tenants
from salesagent_adapters.postgres.tables.intake import (
    conversion_polls,
    crm_deliveries,
    crm_events,
    submissions,
)
from salesagent_adapters.postgres.tables.learning import (
    deal_places,
    learning_changes,
    meeting_places,
    outcome_watches,
    outcomes,
    sent_mails,
)
from salesagent_adapters.postgres.tables.mailboxes import (
    consent_flows,
    mailbox_connections,
    mailbox_watches,
)
from salesagent_adapters.postgres.tables.notifying import notice_messages, notice_settings, notices
from salesagent_adapters.postgres.tables.people import (
    api_keys,
    invitations,
    log_in_rules,
    login_tries,
    page_sessions,
    password_resets,
    refused_log_ins,
    saved_views,
    user_sessions,
    users,
)
from salesagent_adapters.postgres.tables.privacy import erasures, keyring
from salesagent_adapters.postgres.tables.running import dead_letters, journal, runs
from salesagent_adapters.postgres.tables.sending import (
    recipient_rules,
    send_attempts,
    send_slots,
    send_switches,
    suppressions,
)
from salesagent_adapters.postgres.tables.usage import (
    model_holds,
    model_usage,
    rate_budgets,
    usage_budgets,
    usage_counts,
    vendor_states,
)
from salesagent_adapters.postgres.tables.wording import (
    draft_variants,
    experiments,
    mail_templates,
    memories,
    voice_profiles,
    voices,
)

__all__ = [
    "api_keys",
    "approval_rules",
    "approval_thresholds",
    "approved_recipients",
    "audit",
    "audit_cuts",
    "audit_heads",
    "consent_flows",
    "conversion_polls",
    "crm_deliveries",
    "crm_events",
    "dead_letters",
    "deal_places",
    "decisions",
    "draft_variants",
    "drafts",
    "erasures",
    "experiments",
    "invitations",
    "journal",
    "keyring",
    "learning_changes",
    "log_in_rules",
    "login_tries",
    "mail_templates",
    "mailbox_connections",
    "mailbox_watches",
    "meeting_places",
    "memories",
    "metadata",
    "model_holds",
    "model_usage",
    "notice_messages",
    "notice_settings",
    "notices",
    "outcome_watches",
    "outcomes",
    "page_sessions",
    "password_resets",
    "rate_budgets",
    "recipient_rules",
    "refused_log_ins",
    "revisions",
    "runs",
    "saved_views",
    "send_attempts",
    "send_slots",
    "send_switches",
    "sent_mails",
    "settings_versions",
    "shadow_verdicts",
    "submissions",
    "suppressions",
    "tenants",
    "trust_segments",
    "usage_budgets",
    "usage_counts",
    "user_sessions",
    "users",
    "vendor_states",
    "voice_profiles",
    "voices",
]
