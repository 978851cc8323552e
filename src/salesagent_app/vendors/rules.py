"""How long each call to a vendor may take, and whether it may be made again.

A read may be asked again; whatever could do something twice may not.
"""

from __future__ import annotations

from salesagent_adapters.resilience.guard import Rule
from salesagent_core.ports.mail_sender import NotSent

READ = Rule(seconds=35.0, tries=3)
WRITE = Rule(seconds=35.0)
SEND = Rule(seconds=None, refusal=NotSent)
"""The adapter's own limit is shorter than a lease, and what an open breaker refuses was certainly
not sent."""
MODEL = Rule(seconds=85.0, tries=2)
"""Asking a model again costs tokens and does nothing twice."""
WRITING = Rule(seconds=85.0)
"""The step itself asks a second time, within its own three minutes."""

MAILBOX_RULES = {
    "search_threads": READ,
    "read_thread": READ,
    "find_drafts": READ,
    "create_draft": WRITE,
    "update_draft": READ,
    "delete_draft": READ,
}
"""To replace or remove a draft twice is the same as once; to create one is not."""
SENDER_RULES = {
    "read_draft": READ,
    "send_draft": SEND,
    "present": READ,
    "sent_since": READ,
    "sent_in_thread": READ,
}
SINGLE_MAIL_RULES = {"arrived": READ, "raw": READ, "sent_texts": READ}
CALENDAR_RULES = {"busy": READ, "meetings": READ}
CRM_RULES = {
    "resolve": WRITE,
    "contact": READ,
    "company_notes": READ,
    "ensure_task": WRITE,
}
