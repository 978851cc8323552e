"""Nobody on the list is written to, under whatever spelling of their address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.sending.suppression import (
    Suppression,
    SuppressionReason,
    blocks,
    hash_address,
)
from salesagent_core.errors import InvalidInput

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = b"k" * 32


def entry(reason: SuppressionReason = SuppressionReason.UNSUBSCRIBED, **named: str) -> Suppression:
    return Suppression(id="s", reason=reason, created_at=NOW, **named)


@pytest.mark.parametrize(
    "address", ["ann@example.com", "Ann@Example.COM", "ann+news@example.com", " ann@example.com "]
)
def test_a_person_is_blocked_under_every_alias(address: str) -> None:
    assert blocks(address, [entry(address="ann+form@example.com")])


def test_another_person_is_not() -> None:
    entries = [entry(address="ann@example.com"), entry(domain="example.org")]
    assert blocks("anna@example.com", entries) == ()
    assert blocks("ann@example.net", entries) == ()


@pytest.mark.parametrize(
    ("address", "blocked"),
    [
        ("ann@example.org", True),
        ("ann@mail.example.org", True),
        ("ann@EXAMPLE.org", True),
        ("ann@notexample.org", False),
        ("ann@example.org.test", False),
    ],
)
def test_a_domain_covers_its_subdomains_and_no_lookalike(address: str, blocked: bool) -> None:
    assert bool(blocks(address, [entry(domain="example.org")])) is blocked
    assert bool(blocks(address, [entry(domain="@Example.org.")])) is blocked


def test_an_international_domain_is_one_in_both_spellings() -> None:
    assert blocks("ann@bücher.example", [entry(domain="xn--bcher-kva.example")])
    assert blocks("ann@mail.xn--bcher-kva.example", [entry(domain="BÜCHER.example")])


def test_an_erased_person_is_recognised_by_hash_alone() -> None:
    erased = entry(SuppressionReason.ERASED, address_hash=hash_address("ann@example.com", KEY))
    again = "Ann+again@example.com"
    assert blocks(again, [erased], hashes=[hash_address(again, KEY)]) == (erased,)
    assert blocks(again, [erased], hashes=[hash_address(again, b"another key")]) == ()
    assert "ann" not in repr(erased)


def test_every_entry_that_forbids_is_named_with_its_reason() -> None:
    found = blocks(
        "ann@example.com",
        [
            entry(SuppressionReason.BOUNCED, address="ann@example.com"),
            entry(SuppressionReason.UNSUBSCRIBED, address="bob@example.com"),
            entry(SuppressionReason.BY_OPERATOR, domain="example.com"),
        ],
    )
    assert [each.why.code for each in found] == ["suppressed_bounced", "suppressed_by_operator"]
    assert all(each.why.sentence for each in found)


@pytest.mark.parametrize(
    "named", [{}, {"address": ""}, {"address": "ann@example.com", "domain": "example.com"}]
)
def test_an_entry_names_exactly_one_thing(named: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Suppression(id="s", reason=SuppressionReason.ERASED, created_at=NOW, **named)


@given(st.text(max_size=60))
def test_no_text_crashes_and_everything_matches_itself(text: str) -> None:
    if text.strip():
        assert blocks(text, [entry(address=text)])
    else:
        assert blocks(text, [entry(domain="example.com")]) == ()
