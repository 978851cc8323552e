"""People who log in: what a role may do to another, and how long a log-in lasts."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

SESSION_LASTS = timedelta(hours=12)
"""From log-in; NIST SP 800-63B asks for a new one each half day at its second level."""
SESSION_IDLE = timedelta(hours=2)
"""Without a request."""
INVITATION_LASTS = timedelta(hours=72)
MAX_NAME = 100
MAX_USERS = 1_000
"""Of one organisation, invited ones counted."""


class Role(StrEnum):
    """What a person may do; each includes the one before it. An owner is an admin whom only
    owners change."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    OWNER = "owner"


MANAGERS = frozenset({Role.ADMIN, Role.OWNER})


def may_give(actor: Role | None, role: Role) -> bool:
    """Whether ``actor`` may invite people into that role, or change those who hold it. None is
    whoever runs the installation, at its command line."""
    if actor is None or actor is Role.OWNER:
        return True
    return actor is Role.ADMIN and role is not Role.OWNER


def session_ends(created_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends if nothing more is asked for."""
    return min(created_at + SESSION_LASTS, seen_at + SESSION_IDLE)
