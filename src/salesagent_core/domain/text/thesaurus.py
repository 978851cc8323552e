"""What words and short phrases of business mail mean, across English, German, French and Spanish.

``weights/thesaurus.txt`` holds one concept a line, ``name | en: words | de: words | …``: words that
may stand for each other where one retells what another said. Bare form; a star stands for any
ending, a phrase has up to four words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

import attrs

MAX_PHRASE = 6
MIN_TAIL = 4
MIN_COMPOUND = 8
_KEY = 3
_ENDINGS = ("s", "es", "n", "en", "e", "er", "d", "ed")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CLITIC = re.compile(
    r"(\w{2,}(?:[aei]r|ando|iendo))(?:me|te|se|nos|os)?(?:l[aeo]s?|me|te|se|nos|os)"
)
_GENERAL = "# Words of every mail\n"
Concepts = frozenset[int]
_NONE: Concepts = frozenset()


@attrs.frozen
class Meant:
    """A word of a bare text from ``start`` to ``end``, without an elided article, and the numbers
    of the concepts that it or a phrase around it may stand for."""

    word: str
    start: int
    end: int
    concepts: Concepts


@attrs.frozen
class _Entries:
    """The words of one language: whole ones, beginnings by their first letters, phrases by the
    first letters of their first word."""

    whole: dict[str, Concepts]
    starts: dict[str, tuple[tuple[str, int], ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], int], ...]]


def meanings(bare: str, language: str) -> tuple[Meant, ...]:
    """Every word of ``bare`` (folded text) in that language, an ISO 639-1 code of the four."""
    found = [(each[0], each.start(), each.end()) for each in _WORD.finditer(bare)]
    words = [word.rpartition("'")[2] if language == "fr" else word for word, _, _ in found]
    if language == "es":
        words = [without_clitic(word) for word in words]
    concepts = [set(concepts_of(word, language)) for word in words]
    phrases = _entries(language).phrases
    for place, word in enumerate(words):
        for phrase, concept in phrases.get(word[:_KEY], ()):
            if _stands(phrase, words, place):
                for held in concepts[place : place + len(phrase)]:
                    held.add(concept)
    return tuple(
        Meant(word, start, end, frozenset(held))
        for word, (_, start, end), held in zip(words, found, concepts, strict=True)
    )


def _stands(phrase: tuple[str, ...], words: list[str], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(
        words[place + index].startswith(piece[:-1])
        if piece.endswith("*")
        else words[place + index] == piece
        for index, piece in enumerate(phrase)
    )


@lru_cache(maxsize=50_000)
def concepts_of(word: str, language: str) -> Concepts:
    """What a bare word of the language may mean by itself; an English word where it knows none."""
    entries = _entries(language)
    found = entries.whole.get(word, _NONE).union(
        concept for start, concept in entries.starts.get(word[:_KEY], ()) if word.startswith(start)
    )
    if not found and len(word) > MIN_TAIL:
        found = found.union(
            *(entries.whole.get(root, _NONE) for root in _roots(word)),
        )
    if language == "de" and len(word) >= MIN_COMPOUND:
        found = found.union(*_of_parts(word, entries))
    if not found and language != "en":
        return _entries("en").whole.get(word, _NONE)
    return found


def _roots(word: str) -> Iterator[str]:
    return (word.removesuffix(each) for each in _ENDINGS if word.endswith(each))


def without_clitic(word: str) -> str:
    """Spanish "probarlo" is "probar"."""
    found = _CLITIC.fullmatch(word)
    return found[1] if found else word


def _of_parts(word: str, entries: _Entries) -> Iterator[Concepts]:
    """ "Kassensystem" is a till and a system: what German compounds begin and end with."""
    for cut in range(_KEY, len(word) - _KEY):
        head, tail = word[:cut], word[cut:]
        if len(tail) >= MIN_TAIL:
            yield entries.whole.get(tail, _NONE)
            yield frozenset(
                concept
                for start, concept in entries.starts.get(tail[:_KEY], ())
                if len(start) > MIN_TAIL and tail.startswith(start)
            )
        if len(head) > MIN_TAIL:
            yield entries.whole.get(head, _NONE) | entries.whole.get(head.removesuffix("s"), _NONE)


def tells_much(concept: int) -> bool:
    """False for a concept that any mail may speak of ("begin", "each", "people")."""
    return concept < _concepts()[1]


@cache
def _concepts() -> tuple[tuple[str, ...], int]:
    """The lines of all concepts, and how many stand before the words of every mail."""
    text = (files("salesagent_core.domain") / "weights" / "thesaurus.txt").read_text("utf-8")
    telling, _, general = text.partition(_GENERAL)
    parts = [
        [line for line in part.splitlines() if line and not line.startswith("#")]
        for part in (telling, general)
    ]
    return (*parts[0], *parts[1]), len(parts[0])


@cache
def _entries(language: str) -> _Entries:
    whole: dict[str, set[int]] = {}
    starts: dict[str, list[tuple[str, int]]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for concept, line in enumerate(_concepts()[0]):
        _, mark, rest = line.partition(f"| {language}: ")
        for item in rest.partition(" | ")[0].split(", ") if mark else ():
            pieces = tuple(item.split())
            if len(pieces) > 1:
                phrases.setdefault(pieces[0][:_KEY].rstrip("*"), []).append((pieces, concept))
            elif item.endswith("*"):
                starts.setdefault(item[:_KEY], []).append((item[:-1], concept))
            else:
                whole.setdefault(item, set()).add(concept)
    return _Entries(
        {word: frozenset(held) for word, held in whole.items()},
        {key: tuple(held) for key, held in starts.items()},
        {key: tuple(held) for key, held in phrases.items()},
    )
