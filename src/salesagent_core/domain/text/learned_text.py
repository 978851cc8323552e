"""A text as the features that the learned judgements weigh: words, pairs, pieces of words.

Flow: ``text | folded | addresses, numbers, ids masked | tokens | buckets``. A feature is a number
of a bucket (CRC-32 of its spelling); nothing but integers is added up, so every platform agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import attrs

from salesagent_core.domain.text.folding import bare_text, without_ids

MAX_TOKENS = 160
"""Tokens of one window that are weighed."""
MAX_WORD = 24
MAX_SENTENCES = 400
"""Sentences of one text that are weighed: the first ones, and the last ``LAST_SENTENCES``."""
LAST_SENTENCES = 100
WORD, PAIR, PIECE, CONCEPT = 3, 2, 1, 2
"""What a feature of each sort counts."""
_PIECE_LENGTHS = (3, 4, 5)
_SKIPS = 3
_REACH = 5
_NO_PLACE = frozenset({","})

_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,200}")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,300}|\b[a-z0-9-]{1,60}\.(?:example|com|org|net|de|fr|es|ch|at)\b"
)
_NUMBER = re.compile(r"\d[\d.,:/-]*")
_TOKEN = re.compile(
    r"[a-z]+(?:'[a-z]+)?|0|<!--|-->|<\||\|>|</?|>|\[/?|###+|```|---+|[{}?!:;,|\]]"
    r"|[^\W\d_a-z]+"
)
_BREAK = re.compile(r"(?<=[.!?;])[\s\"')\]]+|\n+")


def tokens_of(text: str) -> list[str]:
    """Words and telling marks, folded; addresses, links, numbers and identifiers are masked."""
    folded = without_ids(bare_text(text))
    folded = _MAIL.sub(" zmailz ", folded)
    folded = _LINK.sub(" zlinkz ", folded)
    folded = _NUMBER.sub(" 0 ", folded)
    return _TOKEN.findall(folded)[:MAX_TOKENS]


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> dict[int, int]:
    """The hashes of a word and of its pieces, with what each counts."""
    found = {}
    if len(word) > 2 and word[0].isalpha():
        edged = f"<{word[:MAX_WORD]}>"
        for size in _PIECE_LENGTHS:
            for at in range(len(edged) - size + 1):
                found[crc32(edged[at : at + size].encode(), 7)] = PIECE
    found[crc32(word.encode())] = WORD
    return found


@lru_cache(maxsize=50_000)
def _of_two(sort: int, first: str, second: str) -> int:
    """The hash of two words or two concepts, the first before the second."""
    return crc32(f"{first} {second}".encode(), sort)


@cache
def _concepts() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[str, str], ...]]]:
    """Concepts of whole words, and of beginnings by their first three letters."""
    text = (files("salesagent_core.domain") / "weights" / "concepts.txt").read_text("utf-8")
    whole: dict[str, tuple[str, ...]] = {}
    starts: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in text.splitlines():
        name, _, words = line.partition(": ")
        for word in () if name.startswith("#") else words.split():
            if word.endswith("*"):
                key = word[:3].rstrip("*")
                starts[key] = (*starts.get(key, ()), (word[:-1], name))
            else:
                whole[word] = (*whole.get(word, ()), name)
    return whole, starts


@lru_cache(maxsize=20_000)
def concepts_of(word: str) -> tuple[str, ...]:
    """What a folded word can mean, in the order of the alphabet."""
    whole, starts = _concepts()
    found = set(whole.get(word, ()))
    for key in {word[:3], word[:2], word[:1]}:
        found |= {name for start, name in starts.get(key, ()) if word.startswith(start)}
    return tuple(sorted(found))


def features(tokens: list[str]) -> dict[int, int]:
    """Hashes of the features with what each counts."""
    found: dict[int, int] = {}
    for token in tokens:
        found.update(_of_word(token))
    before = "^"
    for place, token in enumerate(tokens):
        found[_of_two(1, before, token)] = PAIR
        for other in tokens[max(0, place - _SKIPS) : max(0, place - 1)]:
            found[_of_two(2, other, token)] = PAIR
        before = token
    _add_concepts(tokens, found)
    return found


def _add_concepts(tokens: list[str], found: dict[int, int]) -> None:
    """Each concept, and each two of them in their order, near each other."""
    before: list[tuple[str, ...]] = []
    for token in tokens:
        if token in _NO_PLACE:
            continue
        meant = concepts_of(token)
        for name in meant:
            found[crc32(name.encode(), 3)] = CONCEPT
            for near in before[-_REACH:]:
                for other in near:
                    found[_of_two(4, other, name)] = CONCEPT
        before.append(meant)


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Where sentences and lines begin and end; of very many the first and the last."""
    found = []
    start = 0
    for gap in _BREAK.finditer(text):
        found.append((start, gap.start()))
        start = gap.end()
    found.append((start, len(text)))
    kept = [(start, end) for start, end in found if text[start:end].strip()]
    if len(kept) > MAX_SENTENCES:
        kept = kept[: MAX_SENTENCES - LAST_SENTENCES] + kept[-LAST_SENTENCES:]
    return kept


@attrs.frozen(kw_only=True)
class Window:
    """A part of a text with its features; offsets into the text."""

    start: int
    end: int
    features: dict[int, int]


def windows_of(text: str) -> list[Window]:
    """Each sentence, and each sentence with the next."""
    single = [
        Window(start=start, end=end, features=features(tokens_of(text[start:end])))
        for start, end in sentences_of(text)
    ]
    return single + [
        Window(start=one.start, end=two.end, features=one.features | two.features)
        for one, two in pairwise(single)
    ]


def all_features(windows: Sequence[Window]) -> dict[int, int]:
    """The features of the whole text that was cut into these windows."""
    found: dict[int, int] = {}
    for window in windows:
        found |= window.features
    return found
