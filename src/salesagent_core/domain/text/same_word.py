"""Whether two stems are forms, parts or compounds of the same word."""

from __future__ import annotations

from functools import lru_cache

from salesagent_core.domain.text.lexicon import SYNONYMS

MIN_PIECE = 4
"""Shorter pieces of words stand in too many others."""
SAME_BEGINNING = 0.7
EDGE = 3
"""Related words begin or end with so many letters in common."""
_THINGS = frozenset(SYNONYMS.values())


def related_any(words: frozenset[str], others: frozenset[str]) -> bool:
    """True when a word of one set is a form, a part or a compound of one of the other."""
    if words & others:
        return True
    edges = by_edge(others)
    return any(
        related(one, other)
        for one in words
        for edge in edges_of(one)
        for other in edges.get(edge, ())
    )


@lru_cache(maxsize=64)
def by_edge(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The words by how they begin and end: related ones have one of the two in common."""
    found: dict[str, list[str]] = {}
    for word in words:
        for edge in edges_of(word):
            found.setdefault(edge, []).append(word)
    return {edge: tuple(held) for edge, held in found.items()}


def edges_of(word: str) -> tuple[str, str]:
    """The beginning and the end of a word, marked as such."""
    return "<" + word[:EDGE], word[-EDGE:] + ">"


@lru_cache(maxsize=20_000)
def related(one: str, other: str) -> bool:
    """ "tor" and "rolltor", "zentral" and "heizzentral", "optimis" and "optimiz"."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < MIN_PIECE - 1 or one in _THINGS or other in _THINGS:
        return False
    if long.endswith(short) and len(long) - len(short) >= MIN_PIECE - 1:
        return True
    if len(short) < MIN_PIECE:
        return False
    if long.startswith(short) and (len(short) > MIN_PIECE or len(long) - len(short) <= MIN_PIECE):
        return True
    shared = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    return shared >= MIN_PIECE + 1 and shared >= SAME_BEGINNING * len(long)
