"""A mail as the features by which programs' mail is told from people's.

Subject and own words are hashed apart (words, pairs, pieces of words), the first and the last
sentence once more by themselves; yes-or-no signs are weighed beside them. Nothing but integers is
added up, so every platform agrees. ``bench/train_judgement.py`` learns from the same features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import sqrt
from zlib import crc32

from salesagent_core.domain.text.folding import bare_text
from salesagent_core.domain.text.learned import Model

MAX_SUBJECT = 300
MAX_TEXT = 4_000
MAX_TOKENS = 260
MAX_WORD = 24
WORD, PAIR, PIECE, EDGE = 3, 2, 1, 2
"""What a feature of each sort counts."""
_PIECE_LENGTHS = (3, 4, 5)
_SKIPS = 3
MIN_SENTENCE = 4
"""Tokens of a sentence; a greeting is shorter."""

_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,200}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{1,300}")
_NUMBER = re.compile(r"\d[\d.,:/-]*")
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|0|[?!]|[^\W\d_a-z]+")
_BREAK = re.compile(r"(?<=[.!?;])[\s\"')\]]+|\n+")


def features_of(subject: str, text: str) -> dict[int, int]:
    """Hashes of the features of a mail with what each counts."""
    found: dict[int, int] = {}
    _add_all(_tokens(subject[:MAX_SUBJECT]), "s:", found)
    folded = text[:MAX_TEXT]
    _add_all(_tokens(folded), "", found)
    sentences = [
        tokens for part in _BREAK.split(folded) if len(tokens := _tokens(part)) >= MIN_SENTENCE
    ]
    if sentences:
        _add_edge(sentences[0], "F", found)
        _add_edge(sentences[-1], "L", found)
    return found


def weighed(model: Model, found: Mapping[int, int], signs: Mapping[str, bool]) -> float:
    """The score of the features and signs: above 0 a program is more likely than a person."""
    mask = (1 << model.bits) - 1
    weights = model.weights[0]
    length = sqrt(sum(count * count for count in found.values())) or 1.0
    total = sum(weights[bucket & mask] * count for bucket, count in found.items())
    said = sum(model.join.get(name, 0.0) for name, holds in signs.items() if holds)
    return model.biases[0] + model.scales[0] * total / length + said


def _tokens(text: str) -> list[str]:
    folded = bare_text(text)
    folded = _MAIL.sub(" zmailz ", folded)
    folded = _LINK.sub(" zlinkz ", folded)
    folded = _NUMBER.sub(" 0 ", folded)
    return _TOKEN.findall(folded)[:MAX_TOKENS]


@lru_cache(maxsize=20_000)
def _pieces(word: str) -> tuple[int, ...]:
    if len(word) < 3 or not word[0].isalpha():
        return ()
    edged = f"<{word[:MAX_WORD]}>"
    return tuple(
        {
            crc32(edged[at : at + size].encode(), 7)
            for size in _PIECE_LENGTHS
            for at in range(len(edged) - size + 1)
        }
    )


def _add_all(tokens: Sequence[str], place: str, found: dict[int, int]) -> None:
    salt = crc32(place.encode())
    for at, token in enumerate(tokens):
        for piece in _pieces(token):
            found.setdefault(piece ^ salt, PIECE)
        found[crc32(token.encode(), salt)] = WORD
        for bucket in _pairs(tokens, at, place):
            found[bucket] = PAIR


def _pairs(tokens: Sequence[str], at: int, place: str) -> Iterator[int]:
    left = tokens[at - 1] if at else "^"
    yield crc32(f"{place}{left} {tokens[at]}".encode(), 1)
    for other in tokens[max(0, at - _SKIPS) : max(0, at - 1)]:
        yield crc32(f"{place}{other} {tokens[at]}".encode(), 2)


def _add_edge(tokens: Sequence[str], place: str, found: dict[int, int]) -> None:
    for at, token in enumerate(tokens):
        found[crc32(f"{place}{token}".encode(), 5)] = EDGE
        left = tokens[at - 1] if at else "^"
        found[crc32(f"{place}{left} {token}".encode(), 6)] = EDGE
