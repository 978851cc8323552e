"""Text as a reader sees it, with the way back to where each character really stands.

Attackers and careless copy-paste write the same word in many ways: fullwidth digits, Cyrillic
letters that look Latin, zero-width characters between letters. The scanners look at a plain form
of the text; their findings carry offsets into the original.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import attrs

_LOOKALIKES = dict(
    zip(
        "абвгԁеёһіїјкӏмнорсѕтуԛԝхпьʏɡɑıαβεζηικνορτυχωγόάέίɪʀɴʟɢʜ",
        "abbrdeehiijklmhopcstyqwxnbygaiabeznikvoptuxwyoaeiirnlgh",
        strict=True,
    )
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
_DOTS = "\u3002\uff61\u2024\uff0e"
_SLASHES = "\u2044\u2215\u29f8"
_QUOTES = dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\u0060\u2032", "'") | dict.fromkeys(
    "\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'
)
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_LIGATURES = {"ß": "ss", "ẞ": "SS", "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"}
_TAG_BLOCK = range(0xE0020, 0xE007F)
_SQUARED = ((0x1F130, 26), (0x1F150, 26), (0x1F170, 26))


@attrs.frozen(kw_only=True)
class Folded:
    """``text`` is the plain form; ``origin[i]`` is where its character ``i`` came from.

    ``origin`` is None where every character stayed in its place.
    """

    text: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for ``text[start:end]`` (``end`` exclusive)."""
        if self.origin is None or not self.origin:
            return start, end
        if start >= len(self.origin):
            last = self.origin[-1] + 1
            return last, last
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


class _PlainTable(dict[str, str]):
    """Same letter, ordinary form: case and accents are kept."""

    def __missing__(self, char: str) -> str:
        value = _plain(char)
        self[char] = value
        return value


class _BareTable(dict[str, str]):
    """Lower case, no accents, look-alike letters replaced by the Latin ones."""

    def __missing__(self, char: str) -> str:
        lowered = _PLAIN[char].lower()
        stripped = "".join(
            _LOOKALIKES.get(part, part)
            for part in unicodedata.normalize("NFD", lowered)
            if not unicodedata.combining(part)
        )
        self[char] = stripped
        return stripped


def _plain(char: str) -> str:
    code = ord(char)
    if code < 0x80:
        return char
    if code in _TAG_BLOCK:
        return chr(code - 0xE0000)
    for first, count in _SQUARED:
        if first <= code < first + count:
            return chr(ord("A") + code - first)
    if char in _LIGATURES:
        return _LIGATURES[char]
    if char in _DASHES:
        return "-"
    if char in _DOTS:
        return "."
    if char in _SLASHES:
        return "/"
    if char in _QUOTES:
        return _QUOTES[char]
    category = unicodedata.category(char)
    if category == "Cf" or char in _INVISIBLE_LETTERS or 0xFE00 <= code <= 0xFE0F:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "Zs":
        return " "
    return unicodedata.normalize("NFKC", char)


_PLAIN = _PlainTable()
_BARE = _BareTable()


def plain(text: str) -> Folded:
    """Ordinary digits, spaces, dashes and letters; case and accents stay; invisible ones go."""
    return Folded(text=text) if text.isascii() else _mapped(text, _PLAIN)


def bare(text: str) -> Folded:
    """Like ``plain``, and lower case, without accents, look-alike letters made Latin."""
    return Folded(text=text.lower()) if text.isascii() else _mapped(text, _BARE)


def bare_text(text: str) -> str:
    """The text of ``bare`` where nobody needs the way back."""
    return bare(text).text


def _mapped(text: str, table: dict[str, str]) -> Folded:
    pieces = [table[char] for char in text]
    joined = "".join(pieces)
    if len(joined) == len(text) and all(len(piece) == 1 for piece in pieces):
        return Folded(text=joined)
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return Folded(text=joined, origin=tuple(origin))


def without(
    spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans that touch none of ``others``."""
    taken = list(others)
    return [
        (start, end)
        for start, end in spans
        if not any(start < other_end and other < end for other, other_end in taken)
    ]
