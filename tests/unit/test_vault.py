"""What is sealed opens again, only whole, only in its place, and across rotations of keys."""

from __future__ import annotations

import base64
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_adapters.crypto.vault import OVERHEAD_BYTES, Unsealable, Vault, new_key
from salesagent_core.errors import InvalidInput, Rejected

# Fixed, because tests are named after them and every test process must collect the same names.
OLD, MIDDLE, NEW = (urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))


@settings(max_examples=80, deadline=None)
@given(plain=st.binary(max_size=500), context=st.binary(max_size=40))
def test_what_is_sealed_opens_again(plain: bytes, context: bytes) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(plain, context=context)
    assert vault.open(sealed, context=context) == plain
    assert len(sealed) == len(plain) + OVERHEAD_BYTES
    if len(plain) > 4:
        assert plain not in sealed


@settings(max_examples=100, deadline=None)
@given(plain=st.binary(max_size=60), where=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_noticed(plain: bytes, where: int, bit: int) -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal(plain))
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(Unsealable):
        vault.open(bytes(sealed))


@settings(max_examples=50, deadline=None)
@given(plain=st.binary(max_size=60), cut=st.integers(1), junk=st.binary(max_size=90))
def test_cut_lengthened_and_foreign_bytes_are_refused(plain: bytes, cut: int, junk: bytes) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(plain)
    for wrong in (sealed[: -(cut % len(sealed) + 1)], sealed + b"\0", junk, b""):
        with pytest.raises(Unsealable):
            vault.open(wrong)


def test_sealed_bytes_open_only_in_their_place() -> None:
    vault = Vault([NEW])
    sealed = vault.seal(b"token", context=b"mailboxes:1")
    for place in (b"mailboxes:2", b"", b"mailboxes:1 "):
        with pytest.raises(Unsealable):
            vault.open(sealed, context=place)


def test_the_same_text_never_looks_the_same() -> None:
    vault = Vault([NEW])
    assert len({vault.seal(b"same") for _ in range(100)}) == 100


def test_rotation_first_seals_all_open() -> None:
    before = Vault([OLD])
    sealed = before.seal(b"kept")

    during = Vault([NEW, OLD])
    assert during.open(sealed) == b"kept"
    assert not during.is_current(sealed)
    resealed = during.seal(during.open(sealed))
    assert during.is_current(resealed)

    after = Vault([NEW])
    assert after.open(resealed) == b"kept"
    with pytest.raises(Unsealable, match="SALESAGENT_ENCRYPTION_KEYS"):
        after.open(sealed)
    with pytest.raises(Rejected):
        before.open(resealed)


def test_blind_index_is_equal_for_equal_texts_and_keyed() -> None:
    vault = Vault([OLD])
    assert vault.blind_index("kim@example.com") == Vault([OLD]).blind_index("kim@example.com")
    assert vault.blind_index("kim@example.com") != vault.blind_index("kim@example.org")
    assert vault.blind_index("kim@example.com") != Vault([NEW]).blind_index("kim@example.com")
    assert len(vault.blind_index("")) == 64


def test_blind_index_outlives_every_key() -> None:
    index = Vault([OLD]).blind_index("kim@example.com")

    widened = Vault([MIDDLE, OLD])
    assert widened.blind_index("kim@example.com") == index
    kept = widened.sealed_index_secret()

    without_old = Vault([MIDDLE], index_secret=kept)
    assert without_old.blind_index("kim@example.com") == index

    rotated_again = Vault([NEW, MIDDLE], index_secret=kept).sealed_index_secret()
    assert Vault([NEW], index_secret=rotated_again).blind_index("kim@example.com") == index
    with pytest.raises(Unsealable):
        Vault([NEW], index_secret=kept)


def test_an_index_secret_is_nothing_else_that_was_sealed() -> None:
    vault = Vault([NEW])
    with pytest.raises(Unsealable):
        Vault([NEW], index_secret=vault.seal(b"x" * 32))
    with pytest.raises(Unsealable):
        vault.open(vault.sealed_index_secret())


def test_new_keys_are_good_and_different() -> None:
    keys = {new_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(Vault([key]).open(Vault([key]).seal(b"x")) == b"x" for key in keys)


@pytest.mark.parametrize("spelled", [NEW.rstrip("="), f" {NEW}\n", NEW])
def test_padding_and_spaces_around_a_key_do_not_matter(spelled: str) -> None:
    assert Vault([spelled]).open(Vault([NEW]).seal(b"x")) == b"x"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "hunter2",
        NEW[:-8],
        NEW + NEW,
        "!" + NEW[1:],
        NEW[:20] + " " + NEW[21:],
        "ä" * 43,
        base64.urlsafe_b64encode(b"x" * 31).decode(),
        base64.urlsafe_b64encode(b"x" * 33).decode(),
    ],
)
def test_a_bad_key_stops_with_its_position_and_without_the_key(bad: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Vault([NEW, bad, OLD, bad])
    assert [problem.where for problem in caught.value.problems] == [
        "SALESAGENT_ENCRYPTION_KEYS[1]",
        "SALESAGENT_ENCRYPTION_KEYS[3]",
    ]
    assert not bad or bad not in str(caught.value)
    assert NEW not in str(caught.value)


def test_no_keys_at_all_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="SALESAGENT_ENCRYPTION_KEYS"):
        Vault([])
    with pytest.raises(TypeError):
        Vault(NEW)


def test_a_vault_does_not_show_its_keys() -> None:
    vault = Vault([NEW, OLD])
    assert repr(vault) == "<Vault with 2 keys>"
