"""Refused log-ins as they are kept, and what an organisation asks of log-ins that are let in."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

BURST_GAP = timedelta(minutes=15)
"""Refused tries that are no further apart than this belong together."""
BURST_OF_ONE = 6
"""So many together at one person make a notice: more than somebody mistypes by themselves."""
BURST_OF_ALL = 20
"""The same for all people of an organisation: each of them tried once or twice."""
BURST_SHOWN = timedelta(hours=1)
"""Its notice is open for so long after the last of them."""
RESET_LASTS = timedelta(hours=1)
"""A link by which somebody sets a new password."""
PROOF_LASTS = timedelta(minutes=15)
"""After somebody proved who they are, nothing asks again for so long."""


class Because(StrEnum):
    """Why a log-in was refused; whoever tries it is not told."""

    NO_ACCOUNT = "no_account"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason
    WRONG_CODE = "wrong_code"
    THROTTLED = "throttled"
    SHUT_OUT = "shut_out"
    DOMAIN = "domain"
    BAD_KEY = "bad_key"
    BAD_LINK = "bad_link"


@attrs.frozen(kw_only=True)
class RefusedLogIn:
    """The last one, and of how many it is the last that belong together."""

    at: datetime
    because: Because
    tries: int


@attrs.frozen(kw_only=True)
class LogInRules:
    """What an organisation asks of the people who log in. None: nobody has changed it yet."""

    two_factor_required: bool = False
    changed_at: datetime | None = None
    changed_by: str | None = None
