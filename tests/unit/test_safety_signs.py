"""The quick looks of the safety scan only save work: without them, the same is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesagent_core.domain.finding import Finding
from salesagent_core.domain.safety import credentials, disclosures, outgoing, wording
from salesagent_core.domain.safety.outgoing import SafetyPolicy, inspect_text

POLICY = SafetyPolicy(
    allowed_addresses=frozenset({"me@house.example"}), link_hosts=frozenset({"house.example"})
)
PIECES = (
    *("4111 1111 1111 1111", "378282246310005", "3782-822463-10005", "４１１１", "GB82", "1234"),
    *("DE89 3704 0044 0532 0130 00", "AB 1 2", "at 14:30", "219-09-9999", "SSN", "+49 30 1234567"),
    *("password:", "Password is", "contraseña es", "api key =", "apı key:", "hunter2", "x9y8z7Q"),
    *("bearer", "Authorization: Basic", "abcdefgh", "-----BEGIN", "PRIVATE KEY-----", "://u:p@h"),
    *("https://", "//", "www.", "evil.test", "foo.com", "e.g.", "a@b.co", "me@house.example"),
    *("(at)", "[dot]", " at ", " dot ", "com", "Punkt", "punkt de", "javascript:", "FILE:", "x"),
    *("promise", "garantía", "risikofreie", "100 %", "free", "one-time", "offer", "act", "now"),
    *("CRM", "ERP", "ACT NOW FRIENDS", "ÄÖÜ", "ÜBER", "²", "A1", "!!", "???", "€€€", "ß", "ﬁ"),
    *("\u200b", "\u00ad", "\u202e", "\x85", "\u2028", "İ", "ı", "K", "é", "’", "(", ")", "<b>"),
    *(" ", " ", " ", "\n", "-", ".", ",", ":", "/", "@", "0", "7", "1 "),
)  # fmt: skip


@contextmanager
def no_quick_looks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outgoing, "_is_calm", lambda _text: False)
        patch.setattr(outgoing, "places_in", lambda text: ((0, len(text)),))
        patch.setattr(wording, "_may_hold_phrase", lambda _text: True)
        patch.setattr(wording, "_may_shout", lambda _text, subject: True)
        patch.setattr(credentials, "_may_assign", lambda _lowered: True)
        patch.setattr(credentials, "_secret_places", lambda text, _data, _low: [(0, len(text))])
        patch.setattr(disclosures, "_long_numbers", lambda shape: [(0, len(shape))])
        patch.setattr(disclosures, "_iban_starts", lambda text, _shape: list(range(len(text))))
        yield


def in_full(text: str) -> tuple[Finding, ...]:
    with no_quick_looks():
        return inspect_text(text[:60], text, POLICY)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_pieces_of_all_kinds(text: str) -> None:
    assert inspect_text(text[:60], text, POLICY) == in_full(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789 -./+ADEx\n", max_size=60))
def test_numbers(text: str) -> None:
    assert inspect_text(text[:60], text, POLICY) == in_full(text)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_every_phrase(data: st.DataObject) -> None:
    pattern, _ = data.draw(st.sampled_from(wording._PHRASES))
    # As the text is read: folded, in plain letters.
    plain = st.characters(codec="ascii")
    phrase = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=plain))
    assert list(wording.prohibited(f"We say {phrase} here.", ())) != []
