"""Addresses: the labelled set, and what must hold for any text."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesagent_core.domain.address import (
    MAX_ADDRESS,
    MAX_LOCAL,
    _folded,
    domain_verified,
    fold_alias,
    judge_address,
)
from salesagent_core.domain.mail_host import is_disposable, is_free_mail, registrable_domain

LABELLED = Path(__file__).parent.parent / "data" / "judgement" / "addresses.jsonl"


def labelled() -> list[dict[str, Any]]:
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def test_the_labelled_addresses_are_judged_so() -> None:
    wrong = []
    for row in labelled():
        judged = judge_address(row["address"])
        got = {
            "valid": judged.valid,
            "normalized": judged.normalized,
            "role": judged.role,
            "free": judged.free,
            "disposable": judged.disposable,
            "no_reply": judged.no_reply,
            "reason": judged.reason.code if judged.reason else None,
        }
        wrong += [(row["address"], key, got[key]) for key in got if got[key] != row[key]]
    assert not wrong


LOCALS = st.from_regex(r"[a-z0-9]+([._+-][a-z0-9]+){0,3}", fullmatch=True)
HOSTS = st.sampled_from(
    ["example.com", "mail.example.co.uk", "gmail.com", "googlemail.com", "müller.example", "gmx.de"]
)
ADDRESSES = st.builds("{}@{}".format, LOCALS, HOSTS)


@given(st.text(max_size=300) | ADDRESSES)
def test_a_judgement_is_whole(text: str) -> None:
    judged = judge_address(text)
    assert judged.valid is (judged.normalized is not None)
    assert judged.valid is (judged.reason is None)
    if judged.normalized is None:
        assert not any((judged.role, judged.free, judged.disposable, judged.no_reply))
        return
    assert len(judged.normalized.encode()) <= MAX_ADDRESS
    assert len(judged.normalized.rpartition("@")[0].encode()) <= MAX_LOCAL
    assert judged.normalized.count("@") == 1
    assert not any(char in judged.normalized for char in '\r\n\t ,;<>"\x00')
    assert judged.free + judged.disposable < 2


@given(ADDRESSES | st.emails())
def test_normalising_twice_changes_nothing(address: str) -> None:
    normalized = judge_address(address).normalized
    if normalized is not None:
        assert judge_address(normalized).normalized == normalized


@given(ADDRESSES | st.text(max_size=100))
def test_folding_twice_changes_nothing(address: str) -> None:
    folded = fold_alias(address)
    assert fold_alias(folded) == folded


WORDS = st.from_regex(r"[a-z][a-z0-9]{0,19}", fullmatch=True)


@given(WORDS, WORDS, HOSTS)
def test_a_tag_never_makes_another_person(local: str, tag: str, host: str) -> None:
    assert fold_alias(f"{local}+{tag}@{host}") == fold_alias(f"{local}@{host}")


def test_dots_and_the_second_name_mean_nothing_at_gmail_only() -> None:
    assert fold_alias("A.N.Na+x@googlemail.com") == fold_alias("anna@gmail.com")
    assert fold_alias("a.nna@example.com") != fold_alias("anna@example.com")


def test_a_tag_stays_in_the_address_that_is_written_to() -> None:
    assert judge_address("Anna+News@Example.com").normalized == "anna+news@example.com"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mail.example.co.uk", "example.co.uk"),
        ("EXAMPLE.com.", "example.com"),
        ("a.github.io", "a.github.io"),
        ("www.müller.de", "xn--mller-kva.de"),
        ("co.uk", None),
        ("com", None),
        ("", None),
        ("192.0.2.1", None),
        ("https://example.com", None),
    ],
)
def test_who_registered_a_host(host: str, expected: str | None) -> None:
    assert registrable_domain(host) == expected


@pytest.mark.parametrize(
    ("email", "domain", "expected"),
    [
        ("anna@example.com", "example.com", True),
        ("anna@mail.example.co.uk", "www.example.co.uk", True),
        ("anna@example.com", "example.org", False),
        ("anna@notexample.com", "example.com", False),
        ("anna@gmail.com", "gmail.com", False),
        ("anna@mailinator.com", "mailinator.com", False),
        ("anna@a.github.io", "b.github.io", False),
        ("not an address", "example.com", False),
        ("anna@example.com", None, False),
    ],
)
def test_a_company_is_verified_by_its_own_domain_only(
    email: str, domain: str | None, expected: bool
) -> None:
    assert domain_verified(email, domain) is expected


def test_well_known_companies_are_neither_free_nor_disposable() -> None:
    for host in ("sap.com", "siemens.com", "ibm.com", "bosch.com", "telekom.de", "outlook.travel"):
        assert not is_free_mail(host)
        assert not is_disposable(host)


@pytest.mark.parametrize(
    "huge",
    ["a" * 10_000_000, "a@" * 5_000_000, "@" + "b." * 5_000_000, "\n" * 10_000_000, " " * 10**7],
)
def test_ten_megabytes_are_judged_at_once(huge: str) -> None:
    start = time.process_time()
    assert not judge_address(huge).valid
    assert time.process_time() - start < 30


def test_a_refusal_never_repeats_the_address() -> None:
    for row in labelled():
        reason = judge_address(row["address"]).reason
        if reason is not None and len(row["address"]) > 3:
            assert row["address"] not in reason.sentence


@given(
    st.text("abz09._-+", min_size=1, max_size=12),
    st.text("abz09.-xn", min_size=1, max_size=24),
    st.sampled_from(["", ".example", ".com", "gmail.com"]),
)
def test_the_short_cut_for_plain_addresses_folds_like_the_long_way(
    local: str, host: str, ending: str
) -> None:
    address = f"{local}@{host}{ending}"
    assert fold_alias(address) == _folded(address)
