"""Which rows of a table are past their time: as statements, and what is never past it.

A row ``x`` counts from something that is over. What is open, waits, is scheduled, is on its way or
is not known to have arrived is no row of any statement here.
"""

from __future__ import annotations

from typing import Final

import attrs

from salesagent_core.domain.people import SESSION_IDLE, SESSION_LASTS

_AGO = "now() - CAST(:period AS interval)"
UNSETTLED: Final = "'scheduled', 'sending', 'unknown', 'needs_operator'"
"""Attempts that may still send, or may have sent: see ``sending.attempt.HOLDS_SLOT``."""
UNDECIDED: Final = "'pending_approval', 'sending', 'delivery_unknown', 'needs_operator'"
"""Drafts that somebody or something still has to do with."""

_DECIDED = (
    "NOT EXISTS (SELECT FROM drafts d WHERE d.tenant_id = x.tenant_id AND d.run_id = x.run_id"  # noqa: S608
    f" AND (d.status IN ({UNDECIDED}) OR EXISTS (SELECT FROM send_attempts a"
    f" WHERE a.tenant_id = d.tenant_id AND a.draft_id = d.id AND a.status IN ({UNSETTLED}))))"
)
_ENDED = (
    "EXISTS (SELECT FROM runs r WHERE r.tenant_id = x.tenant_id AND r.id = x.run_id"
    f" AND r.finished_at < {_AGO}) AND {_DECIDED}"
)
_RUN_GONE = (
    "NOT EXISTS (SELECT FROM runs r WHERE r.tenant_id = x.tenant_id AND r.id = x.run_id)"
    f" AND x.received_at < {_AGO}"
)
_NO_LETTER = (
    "NOT EXISTS (SELECT FROM dead_letters l WHERE l.tenant_id = x.tenant_id AND l.state = 'open'"
    " AND l.subject_id = {subject})"
)
_ATTEMPTS = "send_attempts a WHERE a.tenant_id = x.tenant_id AND a.draft_id = x.id"


@attrs.frozen
class Old:
    """Rows ``x`` of a table that are past their time; ``order`` says which go first."""

    table: str
    where: str
    order: str

    def counting(self) -> str:
        """How many there are."""
        return f"SELECT count(*) FROM {self.table} x WHERE {self.where}"  # noqa: S608

    def finding(self, what: str) -> str:
        """The oldest of them, locked."""
        return (
            f"SELECT {what} FROM {self.table} x WHERE {self.where}"  # noqa: S608
            f" ORDER BY {self.order} LIMIT :limit FOR UPDATE SKIP LOCKED"
        )

    def deleting(self) -> str:
        """The oldest of them, removed; whose they were."""
        return (
            f"DELETE FROM {self.table}"  # noqa: S608
            f" WHERE ctid = ANY(ARRAY({self.finding('x.ctid')})) RETURNING tenant_id"
        )


def _before(column: str, more: str = "") -> str:
    return f"x.{column} < {_AGO}{more}"


FORMS: Final = Old(
    "submissions",
    f"x.contact_index IS DISTINCT FROM '' AND ({_ENDED} OR {_RUN_GONE})",
    "x.received_at",
)
"""Emptied: the row keeps a delivery from being taken in twice."""

DRAFTS: Final = Old(
    "drafts",
    # Said as the index says it.
    f"x.status NOT IN ({UNDECIDED}) AND {_before('updated_at')}"  # noqa: S608
    f" AND NOT EXISTS (SELECT FROM {_ATTEMPTS} AND a.status IN ({UNSETTLED}))"
    " AND NOT EXISTS (SELECT FROM runs r WHERE r.tenant_id = x.tenant_id AND r.id = x.run_id"
    " AND r.finished_at IS NULL)"
    f" AND {_NO_LETTER.format(subject='x.id')}"
    f" AND NOT EXISTS (SELECT FROM {_ATTEMPTS} AND EXISTS (SELECT FROM dead_letters l"
    " WHERE l.tenant_id = a.tenant_id AND l.subject_id = a.id AND l.state = 'open'))",
    "x.updated_at",
)
"""They take their versions, decisions, sends and places in the limits with them."""

RUNS: Final = Old(
    "runs",
    f"{_before('finished_at')} AND x.status IN ('completed', 'failed')"  # noqa: S608
    " AND NOT EXISTS (SELECT FROM drafts d"
    " WHERE d.tenant_id = x.tenant_id AND d.run_id = x.id)"
    " AND NOT EXISTS (SELECT FROM journal j"
    " WHERE j.tenant_id = x.tenant_id AND j.run_id = x.id)"
    " AND NOT EXISTS (SELECT FROM submissions s WHERE s.tenant_id = x.tenant_id"
    " AND s.id = x.submission_id AND s.contact_index IS DISTINCT FROM '')"
    f" AND {_NO_LETTER.format(subject='x.id')}",
    "x.finished_at",
)
"""Last of all, when they hold nothing any more; their form's empty row goes with them."""

OUTCOMES: Final = Old(
    "outcomes", _before("occurred_at", " AND x.contact_index <> ''"), "x.occurred_at"
)
"""Emptied: the figure stays, about nobody."""

_ABOUT_SOMEBODY = " AND x.contact_index NOT LIKE 'past:%'"
SENT_MAILS: Final = Old(
    "sent_mails",
    # All of a person's at once: an A/B test counts each person's first mail.
    _before("sent_at", _ABOUT_SOMEBODY)
    + " AND NOT EXISTS (SELECT FROM sent_mails y WHERE y.tenant_id = x.tenant_id"
    f" AND y.contact_index = x.contact_index AND y.sent_at >= {_AGO})",
    "x.sent_at",
)
"""Emptied: the figure stays, about nobody."""

_SESSIONS_OVER = (
    f"(x.created_at < {_AGO} - interval '{SESSION_LASTS.total_seconds():.0f} s'"
    f" OR x.seen_at < {_AGO} - interval '{SESSION_IDLE.total_seconds():.0f} s')"
)

DELETED: Final[dict[str, tuple[Old, ...]]] = {
    "submissions": (
        Old("crm_deliveries", _before("stored_at"), "x.stored_at"),
        Old("crm_events", _before("stored_at", " AND x.state = 'done'"), "x.stored_at"),
    ),
    "journals": (Old("journal", _ENDED, "x.finished_at"),),
    "sessions": (
        Old("page_sessions", _before("expires_at"), "x.expires_at"),
        Old("user_sessions", _SESSIONS_OVER, "x.seen_at"),
        Old("consent_flows", _before("expires_at"), "x.expires_at"),
        Old("password_resets", _before("expires_at"), "x.expires_at"),
        Old("refused_log_ins", _before("at"), "x.at"),
    ),
    "memories": (Old("memories", _before("sent_at"), "x.sent_at"),),
    "outcomes": (Old("meeting_places", _before("seen_at"), "x.seen_at"),),
    "dead_letters": (
        Old("dead_letters", _before("settled_at"), "x.settled_at"),
        Old("notices", _before("closed_at"), "x.closed_at"),
        Old("notice_messages", _before("ended_at"), "x.ended_at"),
    ),
}
"""What simply goes, by store."""

GO_WITH: Final = {
    "revisions": "drafts",
    "decisions": "drafts",
    "send_attempts": "drafts",
    "send_slots": "drafts",
    "audit": "audit",
    "memory_vectors": "memories",
}
"""Tables whose rows go with those of another one, by store."""

KEPT: Final = {
    "audit_heads": "proves the audit trail",
    "audit_cuts": "proves the audit trail",
    "tenants": "is the organisation's own",
    "users": "an admin shuts people out",
    "invitations": "an admin withdraws them",
    "log_in_rules": "people set it",
    "login_tries": "is cleared after a day by whoever tries",
    "api_keys": "a revoked key's name is in the audit trail",
    "suppressions": "nobody may be written to again",
    "recipient_rules": "people set it",
    "send_switches": "people set it",
    "mailbox_connections": "people disconnect it",
    "mailbox_watches": "is a place in a mailbox",
    "outcome_watches": "is a place in a mailbox or calendar",
    "conversion_polls": "is a place in the CRM",
    "deal_places": "ids of the CRM, of no person",
    "approval_rules": "people set it",
    "approval_thresholds": "people set it",
    "trust_segments": "about rules, not people",
    "shadow_verdicts": "the evidence of a rule: ids, codes and times",
    "learning_changes": "about rules, not people",
    "approved_recipients": "until their outcome turns bad; a keyed hash",
    "experiments": "people set it",
    "draft_variants": "what a test counts: ids",
    "voices": "the sender's own",
    "voice_profiles": "the sender's own",
    "mail_templates": "people set it",
    "settings_versions": "people set it",
    "saved_views": "people set it",
    "notice_settings": "people set it",
    "model_usage": "sums of a month",
    "model_holds": "goes with its call",
    "usage_counts": "sums of a month",
    "usage_budgets": "people set it",
    "rate_budgets": "a moment, of no person",
    "vendor_states": "is forgotten after two minutes",
    "keyring": "what the keys need",
    "erasures": "the proof that somebody was erased; names nobody",
}
"""Tables without a term, and why."""


def termed() -> frozenset[str]:
    """Every table with a term."""
    mine = {FORMS, DRAFTS, RUNS, OUTCOMES, SENT_MAILS}
    mine |= {old for each in DELETED.values() for old in each}
    return frozenset({old.table for old in mine} | GO_WITH.keys())
