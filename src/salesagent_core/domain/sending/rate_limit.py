"""Sending limits: rolling windows per contact, mailbox and company.

The caller passes database time as ``now`` and holds a lock over the count and the reservation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from salesagent_core.errors import InvalidInput, Problem, Reason

CONTACT_WINDOW = timedelta(days=7)
MAILBOX_WINDOW = timedelta(hours=24)
ACTIVE_FOR = timedelta(days=7)
"""A contact is active while we wrote to them within this time."""
NEAR_THE_EDGE = 0.8
"""A limit at this share of its upper bound or above is allowed, with a warning."""


@attrs.frozen(kw_only=True)
class Bounds:
    """Both included."""

    low: int
    high: int


CONTACT_BOUNDS = Bounds(low=1, high=7)
MAILBOX_BOUNDS = Bounds(low=1, high=200)
COMPANY_BOUNDS = Bounds(low=1, high=50)


def _within(bounds: Bounds) -> Callable[[object, attrs.Attribute[int], int], None]:
    def check(_limits: object, field: attrs.Attribute[int], value: int) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"the limit {field.name} must be a whole number")
        if not bounds.low <= value <= bounds.high:
            raise InvalidInput(
                f"the limit {field.name} must be {bounds.low} to {bounds.high}, not {value}"
            )

    return check


@attrs.frozen(kw_only=True)
class Limits:
    """How much may go out. Raises ``InvalidInput`` outside the bounds."""

    per_contact: int = attrs.field(default=2, validator=_within(CONTACT_BOUNDS))
    per_mailbox: int = attrs.field(default=20, validator=_within(MAILBOX_BOUNDS))
    per_company: int = attrs.field(default=5, validator=_within(COMPANY_BOUNDS))


DEFAULT_LIMITS = Limits()


def read_limits(per_contact: int, per_mailbox: int, per_company: int) -> Limits:
    """Limits as a person wrote them.

    Raises:
        InvalidInput: every limit that is out of its bounds, with the bounds.
    """
    given = (
        ("per_contact", per_contact, CONTACT_BOUNDS),
        ("per_mailbox", per_mailbox, MAILBOX_BOUNDS),
        ("per_company", per_company, COMPANY_BOUNDS),
    )
    problems = [
        Problem(where=name, what=f"must be {bounds.low} to {bounds.high}, not {value}")
        for name, value, bounds in given
        if not bounds.low <= value <= bounds.high
    ]
    if problems:
        raise InvalidInput("these limits are out of bounds", problems)
    return Limits(per_contact=per_contact, per_mailbox=per_mailbox, per_company=per_company)


def limit_warnings(limits: Limits) -> tuple[Reason, ...]:
    """A warning for each limit that is near its upper bound."""
    checked = (
        ("contact", limits.per_contact, CONTACT_BOUNDS, "mails a week to one person"),
        ("mailbox", limits.per_mailbox, MAILBOX_BOUNDS, "mails a day from one mailbox"),
        ("company", limits.per_company, COMPANY_BOUNDS, "people worked at one company at once"),
    )
    return tuple(
        Reason(
            code=f"{name}_limit_high",
            sentence=f"{value} {what} is close to the most that is allowed ({bounds.high}) and"
            " puts the mailbox's standing at risk",
        )
        for name, value, bounds, what in checked
        if value >= NEAR_THE_EDGE * bounds.high
    )


@attrs.frozen(kw_only=True)
class ActiveContact:
    """A person at the company, named by folded address, and when we last wrote to them."""

    contact: str
    last_sent_at: datetime


@attrs.frozen(kw_only=True)
class Usage:
    """What was sent or is reserved, in any order; older entries than the windows do no harm.

    ``contact`` is the folded address of who would be written to (aliases and merged contacts
    share it); ``company_contacts`` may hold it too: a person who is active already takes no
    further place. ``counted_at``: the clock of whoever counted, at that moment; None if it has
    none.
    """

    contact: str
    contact_sends: Sequence[datetime] = ()
    mailbox_sends: Sequence[datetime] = ()
    company_contacts: Sequence[ActiveContact] = ()
    counted_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Blocked:
    """One limit that is used up, and the first moment at which it no longer is."""

    reason: Reason
    free_at: datetime


def check_limits(
    now: datetime, usage: Usage, limits: Limits = DEFAULT_LIMITS
) -> tuple[Blocked, ...]:
    """Every limit that forbids one more mail now; empty when it may go.

    A send counts while it is younger than its window, so that it may go at ``free_at`` sharp.
    """
    contact = _free_at(now, usage.contact_sends, CONTACT_WINDOW, limits.per_contact)
    mailbox = _free_at(now, usage.mailbox_sends, MAILBOX_WINDOW, limits.per_mailbox)
    company = _free_at(now, _others(usage), ACTIVE_FOR, limits.per_company)
    if any(_counts(now, each.last_sent_at, ACTIVE_FOR) for each in _own(usage)):
        company = None
    found = (
        (
            contact,
            "contact_limit",
            f"the limit to one person is reached: {limits.per_contact} in 7 days",
        ),
        (
            mailbox,
            "mailbox_limit",
            f"the mailbox's limit is reached: {limits.per_mailbox} in 24 hours",
        ),
        (
            company,
            "company_limit",
            f"the limit at this company is reached: {limits.per_company} people in 7 days",
        ),
    )
    return tuple(
        Blocked(reason=Reason(code=code, sentence=sentence), free_at=at)
        for at, code, sentence in found
        if at is not None
    )


def may_go_at(blocked: Sequence[Blocked]) -> datetime | None:
    """When nothing of this blocks any more; None when nothing does."""
    return max((each.free_at for each in blocked), default=None)


def _free_at(
    now: datetime, sends: Iterable[datetime], span: timedelta, limit: int
) -> datetime | None:
    used = sorted(at for at in sends if _counts(now, at, span))
    return used[-limit] + span if len(used) >= limit else None


def _counts(now: datetime, at: datetime, span: timedelta) -> bool:
    return at + span > now


def _own(usage: Usage) -> list[ActiveContact]:
    return [each for each in usage.company_contacts if each.contact == usage.contact]


def _others(usage: Usage) -> list[datetime]:
    latest: dict[str, datetime] = {}
    for each in usage.company_contacts:
        if each.contact != usage.contact:
            known = latest.get(each.contact, each.last_sent_at)
            latest[each.contact] = max(known, each.last_sent_at)
    return list(latest.values())
