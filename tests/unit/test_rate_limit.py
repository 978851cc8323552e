"""Rolling windows: what is blocked, why, and to the moment when it is free again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.sending.rate_limit import (
    DEFAULT_LIMITS,
    ActiveContact,
    Limits,
    Usage,
    check_limits,
    limit_warnings,
    may_go_at,
)
from salesagent_core.errors import InvalidInput

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ME = "ann@example.com"


def ago(days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def test_the_third_mail_in_a_week_waits_for_the_first_to_be_a_week_old() -> None:
    usage = Usage(contact=ME, contact_sends=[ago(2), ago(6), ago(30)])
    (blocked,) = check_limits(NOW, usage)
    assert blocked.reason.code == "contact_limit"
    assert blocked.free_at == ago(6) + timedelta(days=7)


def test_it_may_go_exactly_then() -> None:
    usage = Usage(contact=ME, contact_sends=[ago(2), ago(6)])
    free_at = check_limits(NOW, usage)[0].free_at
    assert check_limits(free_at - timedelta(microseconds=1), usage)
    assert not check_limits(free_at, usage)


def test_every_reason_is_given_and_the_latest_decides() -> None:
    usage = Usage(
        contact=ME,
        contact_sends=[ago(1), ago(1)],
        mailbox_sends=[ago(hours=1)] * 20,
        company_contacts=[
            ActiveContact(contact=f"p{n}@example.com", last_sent_at=ago(3)) for n in range(5)
        ],
    )
    blocked = check_limits(NOW, usage)
    assert [each.reason.code for each in blocked] == [
        "contact_limit",
        "mailbox_limit",
        "company_limit",
    ]
    assert may_go_at(blocked) == ago(1) + timedelta(days=7)


def test_a_person_who_is_active_takes_no_second_place_at_the_company() -> None:
    others = [ActiveContact(contact=f"p{n}@example.com", last_sent_at=ago(1)) for n in range(5)]
    mine = ActiveContact(contact=ME, last_sent_at=ago(2))
    assert check_limits(NOW, Usage(contact=ME, company_contacts=others))
    assert not check_limits(NOW, Usage(contact=ME, company_contacts=[*others, mine]))


def test_mails_to_one_colleague_count_as_one_person() -> None:
    same = [ActiveContact(contact="p@example.com", last_sent_at=ago(n)) for n in range(6)]
    assert not check_limits(NOW, Usage(contact=ME, company_contacts=same))


def test_a_place_at_the_company_is_free_when_the_quietest_person_is_no_longer_active() -> None:
    sent = [
        ActiveContact(contact=f"p{n}@example.com", last_sent_at=ago(n))
        for n in (1, 2, 3, 4, 5, 5, 6)
    ]
    again = ActiveContact(contact="p6@example.com", last_sent_at=ago(0.5))
    usage = Usage(contact=ME, company_contacts=[*sent, again])
    (blocked,) = check_limits(NOW, usage)
    # Six people, five places: the two that were written to longest ago must have left.
    assert blocked.free_at == ago(4) + timedelta(days=7)


def test_nothing_sent_nothing_blocked() -> None:
    assert check_limits(NOW, Usage(contact=ME)) == ()
    assert may_go_at(()) is None


ages = st.lists(st.timedeltas(timedelta(minutes=-5), timedelta(days=20)), max_size=40)


@given(ages, ages, st.integers(1, 7), st.integers(1, 200))
def test_windows_roll(
    contact: list[timedelta], mailbox: list[timedelta], most: int, mails: int
) -> None:
    """Blocked exactly while the window holds the limit or more, and free at ``free_at``."""
    limits = Limits(per_contact=most, per_mailbox=mails)
    sent_to = [NOW - age for age in contact]
    sent_from = [NOW - age for age in mailbox]
    usage = Usage(contact=ME, contact_sends=sent_to, mailbox_sends=sent_from)
    blocked = {each.reason.code: each for each in check_limits(NOW, usage, limits)}
    week = sum(age < timedelta(days=7) for age in contact)
    day = sum(age < timedelta(hours=24) for age in mailbox)
    assert ("contact_limit" in blocked) == (week >= most)
    assert ("mailbox_limit" in blocked) == (day >= mails)
    assert all(each.free_at > NOW for each in blocked.values())
    free_at = may_go_at(tuple(blocked.values()))
    if free_at is not None:
        assert not check_limits(free_at, usage, limits)
        assert check_limits(free_at - timedelta(microseconds=1), usage, limits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_contact": 0},
        {"per_contact": 8},
        {"per_mailbox": 0},
        {"per_mailbox": 201},
        {"per_company": 0},
        {"per_company": 51},
        {"per_mailbox": True},
        {"per_mailbox": 2.5},
    ],
)
def test_limits_have_bounds(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        Limits(**wrong)


def test_the_bounds_themselves_are_allowed() -> None:
    assert Limits(per_contact=1, per_mailbox=1, per_company=1)
    assert Limits(per_contact=7, per_mailbox=200, per_company=50)


def test_a_limit_near_its_edge_warns() -> None:
    assert limit_warnings(DEFAULT_LIMITS) == ()
    high = limit_warnings(Limits(per_contact=6, per_mailbox=160, per_company=40))
    assert [each.code for each in high] == [
        "contact_limit_high",
        "mailbox_limit_high",
        "company_limit_high",
    ]
