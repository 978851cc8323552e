"""An unsubscribe link opens for its reader only, for ever, and nobody can make one up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.crypto.opt_out import OptOutLinkMaker, SealedOptOutTokens
from salesagent_adapters.crypto.vault import Vault, new_key
from salesagent_core.errors import Rejected
from salesagent_core.ids import DraftId, TenantId
from salesagent_core.ports.suppressions import OptOut

OLD, NEW = new_key(), new_key()
TOKENS = SealedOptOutTokens(Vault([OLD]))
DRAFT = DraftId("0192f3d4-0000-7000-8000-000000000001")
_WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60, deadline=None)
@given(tenant=_WORDS, email=_WORDS)
def test_a_token_says_who_it_was_made_for(tenant: str, email: str) -> None:
    token = TOKENS.make(TenantId(tenant), email, DRAFT)
    assert TOKENS.read(token) == OptOut(tenant_id=TenantId(tenant), email=email)


def test_a_token_shows_nothing_and_is_the_same_each_time() -> None:
    token = TOKENS.make(TenantId("acme"), "lead@buyer.example", DRAFT)
    assert token == TOKENS.make(TenantId("acme"), "lead@buyer.example", DRAFT)
    assert "lead" not in token
    assert "acme" not in token
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert token != TOKENS.make(TenantId("acme"), "lead@buyer.example", DraftId("other"))


def test_a_token_outlives_every_rotation() -> None:
    token = TOKENS.make(TenantId("acme"), "lead@buyer.example", DRAFT)
    kept = Vault([NEW, OLD]).sealed_index_secret()
    for vault in (Vault([NEW, OLD]), Vault([NEW], index_secret=kept)):
        assert SealedOptOutTokens(vault).read(token).email == "lead@buyer.example"


@settings(max_examples=100, deadline=None)
@given(where=st.integers(0), letter=st.sampled_from("AZaz09-_"))
def test_a_changed_token_is_refused(where: int, letter: str) -> None:
    token = TOKENS.make(TenantId("acme"), "lead@buyer.example", DRAFT)
    at = where % len(token)
    changed = token[:at] + letter + token[at + 1 :]
    if at == len(token) - 1 or changed == token:
        return  # The last letter holds bits that mean nothing.
    with pytest.raises(Rejected):
        TOKENS.read(changed)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        TOKENS.read(text)


def test_a_token_under_other_keys_or_very_long_is_refused() -> None:
    token = SealedOptOutTokens(Vault([NEW])).make(TenantId("acme"), "a@b.example", DRAFT)
    for wrong in (token, "A" * 100_000, "", token + "="):
        with pytest.raises(Rejected):
            TOKENS.read(wrong)


def test_the_link_stands_below_the_public_address() -> None:
    links = OptOutLinkMaker(TOKENS, "https://app.ours.example/")
    url = links.url(TenantId("acme"), "a@b.example", DRAFT)
    assert url.startswith("https://app.ours.example/u/")
    assert TOKENS.read(url.rpartition("/")[2]).email == "a@b.example"
