"""Was an edit material? What an operator changed before approving, seen as agreement or not.

A rule that would have sent the text as it was is agreed with only if the operator sent it all but
unchanged. Linear in the length of the texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

MIN_LIKENESS = 0.95
"""Least likeness of two texts whose difference is not material: about two words in a hundred."""

# Begins with a letter or digit, so that a long line of dots is passed over once.
_WORD = re.compile(r"\w+(?:[@%+./:'-]+\w+)*")
_NEGATIONS = frozenset(
    "no not never without none cannot can't don't won't nicht kein keine keinen nie ohne pas ne "
    "jamais sans aucun aucune nunca sin jamás ningún ninguna".split()
)


def is_material_edit(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether the text says something else now. Each is (subject, body).

    White space, punctuation and case never matter. A number, an address, a link or a negation
    that came, went or changed always does; else it is a matter of how much was rewritten.
    """
    return any(_differs(old, new) for old, new in zip(before, after, strict=True))


def likeness(before: str, after: str) -> float:
    """Dice's coefficient over pairs of neighbouring words, in 0..1; 1 for equal words."""
    return _likeness(_words(before), _words(after))


def _differs(before: str, after: str) -> bool:
    old, new = _words(before), _words(after)
    if old == new:
        return False
    return _weighty(old) != _weighty(new) or _likeness(old, new) < MIN_LIKENESS


def _likeness(old: Sequence[str], new: Sequence[str]) -> float:
    if old == new:
        return 1.0
    first, second = _pairs(old), _pairs(new)
    return 2 * (first & second).total() / (first.total() + second.total())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _pairs(words: Sequence[str]) -> Counter[tuple[str, str]]:
    # With an edge at both ends, so that a single word has pairs as well.
    return Counter(zip(("", *words), (*words, ""), strict=True))


def _weighty(words: Sequence[str]) -> Counter[str]:
    return Counter(word for word in words if word in _NEGATIONS or _is_fact(word))


def _is_fact(word: str) -> bool:
    return "@" in word or "." in word or "/" in word or any(map(str.isdigit, word))
