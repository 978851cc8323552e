"""Every error salesagent raises, sorted by what the caller does about it.

::

    SalesAgentError
    ├── InvalidInput      the caller's data is wrong; say what and where   (also ValueError)
    ├── NotFound          no such thing, or not for this tenant            (also LookupError)
    ├── Conflict          duplicate, stale revision, illegal transition, lost lease
    ├── PolicyRefused     allowed by nobody; carries every reason
    ├── RateLimited       try again at ``retry_at``
    └── PortError         the outside world
        ├── Unavailable   may work later: retry
        ├── Rejected      will not work later: do not retry
        │   └── UnusableOutput   a language model refused or broke its contract
        └── NeedsReauth   park the work and tell a person
            └── OverBudget   the month's budget for language models is used up

Vendor errors are mapped to these once, at the edge of their adapter, and raised ``from`` the
original. Messages never hold personal data or secrets: they are logged and shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Reason:
    """Why something was decided or refused: a stable code and a sentence for people."""

    code: str
    sentence: str


@attrs.frozen(kw_only=True)
class Problem:
    """One thing wrong with an input. ``where`` is a path such as ``fields[2].name``."""

    where: str
    what: str


class SalesAgentError(Exception):
    """Base class; catch this to catch everything that salesagent raises on purpose."""


class InvalidInput(SalesAgentError, ValueError):
    """The data given is wrong. ``problems`` names each place and what is wrong there."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class NotFound(SalesAgentError, LookupError):
    """There is no such thing, or it belongs to another tenant: the two look the same."""


class Conflict(SalesAgentError):
    """The world moved on: a duplicate, a stale revision or an illegal transition."""


class LeaseLost(Conflict):
    """Another worker holds the run now: what this one wanted to write was not written."""


class PolicyRefused(SalesAgentError):
    """A policy said no. ``reasons`` holds all of them, not just the first."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(reason.sentence for reason in reasons))
        self.reasons = tuple(reasons)


class RateLimited(SalesAgentError):
    """Too much, too soon. ``retry_at`` is when it may work again (aware datetime)."""

    def __init__(self, message: str, *, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class PortError(SalesAgentError):
    """Something outside failed. Raised only by adapters."""


class Unavailable(PortError):
    """May work later. ``retry_at`` is set where the other side named a time."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Rejected(PortError):
    """The other side understood and said no: the same request will fail again."""


class UnusableOutput(Rejected):
    """A language model refused, was cut off, or answered outside its contract."""


class NeedsReauth(PortError):
    """Credentials are gone or revoked: park the work until a person reconnects.

    ``mailbox`` is set where connecting that mailbox again is what the work waits for: then it
    goes on by itself.
    """

    def __init__(self, message: str, *, mailbox: str | None = None) -> None:
        super().__init__(message)
        self.mailbox = mailbox


class OverBudget(NeedsReauth):
    """A hard budget is used up: a person raises it, or waits for the next month.

    ``reasons`` holds every bound that is passed.
    """

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(reason.sentence for reason in reasons))
        self.reasons = tuple(reasons)
