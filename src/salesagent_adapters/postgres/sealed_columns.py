"""Every sealed column there is, and what its bytes are tied to: for whoever must go through all.

Rotating keys, erasing and exporting a person, and a test that no column was forgotten live off
this list; each repository seals by the same words (``rows.place``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
from sqlalchemy import LargeBinary, Table

from salesagent_adapters.postgres import tables
from salesagent_adapters.postgres.rows import place


@attrs.frozen
class SealedColumn:
    """``kind`` and the values of ``ids`` make the place that its bytes are sealed for."""

    table: Table
    column: str
    kind: str
    ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """As reports say it."""
        return f"{self.table.name}.{self.column}"

    def context(self, row: Mapping[str, Any]) -> bytes:
        """What the bytes of this row were sealed for."""
        return place(self.kind, row["tenant_id"], *(_part(row[each]) for each in self.ids))


def _part(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _sealed(table: Table, kind: str, *ids: str, column: str = "sealed") -> SealedColumn:
    return SealedColumn(table, column, kind, ids)


SEALED: Final = (
    _sealed(tables.keyring, "keyring", "name"),
    _sealed(tables.submissions, "submission", "id"),
    _sealed(tables.runs, "redraft", "id", column="redraft"),
    _sealed(tables.journal, "journal", "run_id", "step"),
    _sealed(tables.drafts, "draft", "id"),
    _sealed(tables.drafts, "card", "id", column="card"),
    _sealed(tables.revisions, "revision", "draft_id", "number"),
    _sealed(tables.decisions, "decision", "id"),
    _sealed(tables.dead_letters, "note", "id", column="note"),
    _sealed(tables.crm_events, "crm_event", "id"),
    _sealed(tables.crm_deliveries, "crm_delivery", "id"),
    _sealed(tables.tenants, "tenant"),
    _sealed(tables.voices, "voice", "mailbox_index"),
    _sealed(tables.voice_profiles, "voice_profile", "id"),
    _sealed(tables.send_attempts, "send", "id"),
    _sealed(tables.suppressions, "suppression", "match_index"),
    _sealed(tables.recipient_rules, "recipient", "id"),
    _sealed(tables.send_switches, "switch", "name"),
    _sealed(tables.memories, "memory", "id"),
    _sealed(tables.mailbox_connections, "mailbox", "mailbox_index"),
    _sealed(tables.mailbox_connections, "mailbox tokens", "mailbox_index", column="tokens"),
    _sealed(tables.consent_flows, "consent flow", "digest"),
    _sealed(tables.approval_rules, "rule", "id"),
    _sealed(tables.trust_segments, "segment", "tier", "rule"),
    _sealed(tables.saved_views, "view", "id"),
    _sealed(tables.outcomes, "outcome", "id"),
    _sealed(tables.outcome_watches, "watch", "id"),
    _sealed(tables.meeting_places, "meeting", "meeting_id", "contact_index"),
    _sealed(tables.experiments, "experiment", "id"),
    _sealed(tables.erasures, "erasure", "id"),
    _sealed(tables.settings_versions, "setting", "name", "version"),
    _sealed(tables.mail_templates, "mail_template", "id"),
    _sealed(tables.users, "user", "id"),
    _sealed(tables.user_sessions, "user session", "id"),
    _sealed(tables.invitations, "invitation", "id"),
    _sealed(tables.notice_settings, "notice settings"),
)

PLAIN_BYTES: Final = frozenset(
    {
        "api_keys.digest",
        "page_sessions.digest",
        "consent_flows.digest",
        "user_sessions.digest",
        "invitations.digest",
        "password_resets.digest",
        "audit.salt",
        "audit.detail_digest",
        "audit.mac",
        "audit.previous",
        "audit.hash",
        "audit_heads.hash",
        "audit_heads.mac",
        "audit_cuts.hash",
        "audit_cuts.mac",
    }
)
"""Columns of bytes that no key of ours opens: digests, and what proves the audit trail."""


def uncovered() -> tuple[str, ...]:
    """Columns of bytes that are on neither list: a rotation would make them unreadable."""
    known = PLAIN_BYTES | {each.name for each in SEALED}
    found = (
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    )
    return tuple(sorted(set(found) - known))
