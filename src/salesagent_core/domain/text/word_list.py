"""The words of a language, held small: a dictionary of 500,000 words in 4 MB rather than in 60."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from salesagent_core.domain.text.folding import bare_text


class WordList:
    """Answers whether a word is in the list, and nothing else.

    It keeps the hash of each word (64 bits): that a word which is not in a list of 500,000 is taken
    for one that is happens once in 10**13.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._hashes = array("q", sorted({hash(word) for word in words}))

    def __contains__(self, word: str) -> bool:
        key = hash(word)
        place = bisect_left(self._hashes, key)
        return place < len(self._hashes) and self._hashes[place] == key

    def __len__(self) -> int:
        return len(self._hashes)


@cache
def common_words(language: str) -> WordList:
    """The words of a language, bare (the lists that pyspellchecker carries)."""
    from spellchecker import SpellChecker

    checker = SpellChecker(language=language, distance=1)
    # Folded as one text: half the work of folding each.
    return WordList(bare_text("\n".join(checker.word_frequency.words())).split("\n"))
