"""Text as a reader sees it, with the way back to where each character really stands.

Attackers and careless copy-paste write the same word in many ways: fullwidth digits, Cyrillic
letters that look Latin, zero-width characters between letters. The scanners look at a plain form
of the text; their findings carry offsets into the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

import attrs

_ASCII = bytes(range(0x80))
MAX_REPLACED = 32
"""With more kinds of unusual characters than this, going through the text once is quicker."""

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

    ``source`` is the original where characters moved, and ``table`` what each of them became;
    both are None where every character stayed in its place.
    """

    text: str
    source: str | None = None
    table: Mapping[str, str] | None = None

    @cached_property
    def origin(self) -> tuple[int, ...] | None:
        """None where every character stayed in its place. Most texts are never asked."""
        if self.source is None or self.table is None:
            return None
        table = self.table
        return tuple(index for index, char in enumerate(self.source) for _ in table[char])

    @cached_property
    def _moves(self) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Where pieces of another length than one begin in ``text``; and for each its length, its
        place in the original, and how far what follows it has moved."""
        assert self.source is not None
        assert self.table is not None
        moved = "".join([char for char in unusual(self.source) if len(self.table[char]) != 1])
        pattern = re.compile(f"[{re.escape(moved)}]")
        starts, moves, shift = [], [], 0
        for match in pattern.finditer(self.source):
            length = len(self.table[match[0]])
            starts.append(match.start() + shift)
            shift += length - 1
            moves.append((length, match.start(), shift))
        return starts, moves

    def _place(self, index: int) -> int:
        """The origin of one character of ``text``."""
        starts, moves = self._moves
        nearest = bisect_right(starts, index) - 1
        if nearest < 0:
            return index
        length, place, shift = moves[nearest]
        return place if index < starts[nearest] + length else index - shift

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original for ``text[start:end]`` (``end`` exclusive)."""
        if self.source is None or not self.text:
            return start, end
        if start >= len(self.text):
            last = self._place(len(self.text) - 1) + 1
            return last, last
        if end <= start:
            return self._place(start), self._place(start)
        return self._place(start), self._place(end - 1) + 1


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


_RUN = re.compile(r"(?<![\w-])(?=[\w-]{8})(?=[^\W\d-]*[\d_-])[\w-]{8,200}(?![\w-])", re.ASCII)
_TURN = re.compile(r"[a-z][_-]?(?=\d)|\d[_-]?(?=[a-z])", re.ASCII)
_NO_LETTERS = frozenset("2689")
"""Digits that stand for no letter in a word that is written with digits."""
_MIN_TURNS = 3


def without_ids(folded: str) -> str:
    """A folded text, as long as before, with zeros for its identifiers: runs such as
    "c0ae4d34-d308-47c8" that turn between letters and digits and spell nothing."""
    return _RUN.sub(_zeros, folded)


def _zeros(match: re.Match[str]) -> str:
    run = match[0]
    opaque = not _NO_LETTERS.isdisjoint(run) and len(_TURN.findall(run)) >= _MIN_TURNS
    return "0" * len(run) if opaque else run


def unusual(text: str) -> set[str]:
    """The characters of the text that are not ASCII."""
    if text.isascii():
        return set()
    data = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return set(data.decode("utf-8", "surrogatepass"))


def ascii_bytes(text: str) -> bytes:
    """The text, a byte for each character; what is not ASCII becomes a question mark."""
    return text.encode("ascii", "replace")


def shapes(rule: Callable[[str], str]) -> bytes:
    """A table for ``bytes.translate``: each ASCII character becomes what ``rule`` makes of it."""
    return "".join(map(rule, map(chr, _ASCII))).encode() + bytes(0x80)


def finds(data: bytes, sign: bytes) -> Iterator[int]:
    """Every place where ``sign`` stands."""
    place = data.find(sign)
    while place >= 0:
        yield place
        place = data.find(sign, place + 1)


def words_with(sign: bytes, data: bytes, shape: bytes) -> Iterator[tuple[int, int]]:
    """The words of ``data`` that hold ``sign``; ``shape`` has a space wherever words end."""
    place = data.find(sign)
    while place >= 0:
        end = shape.find(b" ", place)
        end = len(shape) if end < 0 else end
        yield shape.rfind(b" ", 0, place) + 1, end
        place = data.find(sign, end)


def _mapped(text: str, table: dict[str, str]) -> Folded:
    changed = {char: table[char] for char in unusual(text) if table[char] != char}
    if len(changed) > MAX_REPLACED or not all(piece.isascii() for piece in changed.values()):
        joined = "".join([table[char] for char in text])
    else:
        joined = text
        for char, piece in changed.items():
            joined = joined.replace(char, piece)
        if table is _BARE:
            joined = joined.lower()
    if all(len(piece) == 1 for piece in changed.values()):
        return Folded(text=joined)
    return Folded(text=joined, source=text, table=table)


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
