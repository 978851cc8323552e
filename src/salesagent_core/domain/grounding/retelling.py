"""Whether a clause retells what some passage of a source says, in other words.

Each word of the clause that carries meaning is looked for in every passage (a sentence of a
source): the same word in another form, a part of the same compound, or a word of the same concept
(``thesaurus``), in whatever language. The shares that are found, and what sort of clause it is,
are weighed by a logistic regression (``weights/retelling.json``), fitted by
``bench/train_grounding.py`` on drafts with and without inventions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp

import attrs

from salesagent_core.domain.text.everyday_words import everyday_stems, is_filler, subject_stems
from salesagent_core.domain.text.lexicon import FUNCTION_WORDS, MONTHS, WEEKDAYS, number_words, stem
from salesagent_core.domain.text.same_word import by_edge, edges_of, related
from salesagent_core.domain.text.thesaurus import meanings, tells_much

EVERYDAY = 0.3
"""What an everyday word counts beside one that tells something."""
MIN_WORD = 3
MOST, FEW = 0.65, 0.2
"""Shares of a clause that one passage holds or hardly holds."""
_INCLUDED = re.compile(
    r"\b(?:includ\w+|free|inklusive|inbegriffen|enthalten|eingeschlossen|frei|ohne berechnung|"
    r"kostenlos\w*|kostenfrei\w*|gratis|compris\w*|inclus\w*|sans frais|gratuit\w*|offert\w*|"
    r"incluid\w*|incluy\w+|sin gastos)\b"
)
"""What is a part of the price costs nothing more."""


@attrs.frozen(kw_only=True)
class Word:
    """A word that carries meaning: its ``stem``, the numbers of its concepts and the families
    of the promises it is a part of (``promised``), and what it counts."""

    stem: str
    meant: frozenset[int | str]
    weight: float
    promised: bool = False


@attrs.frozen(kw_only=True)
class Passage:
    """A sentence of the source with that number. ``ours`` is True where it tells what
    we have or do, ``told`` where it can know what happened between us and the reader; ``events``
    are the kinds of what it says has happened."""

    source: int
    stems: frozenset[str]
    meant: frozenset[int | str]
    ours: bool
    told: bool = False
    events: frozenset[str] = frozenset()


@cache
def _numbers() -> frozenset[str]:
    spelled = {
        piece
        for language in FUNCTION_WORDS
        for phrase in number_words(language)
        for piece in phrase.split()
    }
    return frozenset(spelled | set(MONTHS) | set(WEEKDAYS))


@cache
def _small_words() -> frozenset[str]:
    return frozenset().union(*FUNCTION_WORDS.values())


def words_of(
    bare: str, language: str, promises: Sequence[tuple[int, int, str]] = ()
) -> tuple[Word, ...]:
    """The words of a bare text that carry meaning; dates and numbers are judged elsewhere.

    ``promises`` are parts of it with the family of promises that each makes: their words mean that
    too.
    """
    plain = everyday_stems() | subject_stems()
    found: list[Word] = []
    told: set[int] = set()
    for each in meanings(bare, language):
        if not _counts(each.word):
            continue
        inside = [
            number
            for number, (start, end, _) in enumerate(promises)
            if start <= each.start and each.end <= end
        ]
        told.update(inside)
        root = stem(each.word)
        found.append(
            Word(
                stem=root,
                meant=each.concepts | {promises[number][2] for number in inside},
                weight=EVERYDAY if root in plain or _says_little(each.concepts) else 1.0,
                promised=bool(inside),
            )
        )
    # "It is on us" promises something without any word that carries meaning by itself.
    found += [
        Word(stem="", meant=frozenset({family}), weight=1.0, promised=True)
        for number, (_, _, family) in enumerate(promises)
        if number not in told
    ]
    return tuple(found)


def _says_little(concepts: frozenset[int]) -> bool:
    return bool(concepts) and not any(map(tells_much, concepts))


def _counts(word: str) -> bool:
    return (
        len(word) >= MIN_WORD
        and word.isalpha()
        and word not in _numbers()
        and word not in _small_words()
        and not is_filler(word)
    )


def passage_of(
    bare: str,
    language: str,
    promises: Sequence[tuple[int, int, str]] = (),
    *,
    source: int,
    ours: bool,
    told: bool = False,
    events: frozenset[str] = frozenset(),
) -> Passage:
    """One sentence of a source, in bare form; ``promises`` as for ``words_of``."""
    words = words_of(bare, language, promises)
    meant = frozenset(one for word in words for one in word.meant)
    if _INCLUDED.search(bare):
        meant |= {"free"}
    return Passage(
        source=source,
        stems=frozenset(word.stem for word in words if word.stem),
        meant=meant,
        ours=ours,
        told=told,
        events=events,
    )


class Passages:
    """Which passages hold which word; made once for all clauses of a draft."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.all = tuple(passages)
        self._by_stem: dict[str, set[int]] = {}
        self._by_meaning: dict[int | str, set[int]] = {}
        self._held: dict[tuple[str, frozenset[int | str]], frozenset[int]] = {}
        for place, passage in enumerate(self.all):
            for root in passage.stems:
                self._by_stem.setdefault(root, set()).add(place)
            for one in passage.meant:
                self._by_meaning.setdefault(one, set()).add(place)
        self._edges = by_edge(frozenset(self._by_stem))

    def places(self, word: Word) -> frozenset[int]:
        """The numbers of the passages that hold the word or its meaning."""
        key = (word.stem, word.meant)
        if key not in self._held:
            edges = edges_of(word.stem) if word.stem else ()
            near = {root for edge in edges for root in self._edges.get(edge, ())}
            found = {
                place for root in near if related(word.stem, root) for place in self._by_stem[root]
            }
            for one in word.meant:
                found |= self._by_meaning.get(one, set())
            self._held[key] = frozenset(found)
        return self._held[key]


def readings(words: Sequence[Word], passages: Passages, *, all_count: bool) -> dict[str, float]:
    """How much of the clause stands where, as shares from 0 to 1, and what is left over.

    What a stranger wrote or asks for says nothing of what we have or do: it counts only where
    ``all_count`` is True.
    """
    counted = {place for place, each in enumerate(passages.all) if all_count or each.ours}
    places = [passages.places(word) & counted for word in words]
    total = sum(word.weight for word in words) or 1e-9
    by_source: dict[int, set[int]] = {}
    for place in counted:
        by_source.setdefault(passages.all[place].source, set()).add(place)

    def share(group: Iterable[set[int]]) -> float:
        return max((_sum(words, places, each) for each in group), default=0.0) / total

    about = [pair for pair in zip(words, places, strict=True) if not pair[0].promised]
    of_about = sum(word.weight for word, _ in about)
    nowhere = [word for word, held in zip(words, places, strict=True) if not held]
    most = share({place} for place in counted)
    return {
        "words": float(len(words)),
        "mostly_in_one": float(most >= MOST),
        "hardly_in_one": float(most < FEW),
        "anywhere": share([counted]),
        "in_one": most,
        "about": float(bool(about)),
        "about_telling": float(sum(word.weight == 1.0 for word, _ in about)),
        "about_in_one": max((_held(about, place) for place in counted), default=0.0)
        / (of_about or 1.0),
        "in_one_source": share(by_source.values()),
        "nowhere": sum(word.weight for word in nowhere),
        "nowhere_words": float(len(nowhere)),
        "telling_nowhere": float(sum(word.weight == 1.0 for word in nowhere)),
        "telling": float(sum(word.weight == 1.0 for word in words)),
        "with_concept": sum(bool(word.meant) for word in words) / max(1, len(words)),
    }


def _held(pairs: Iterable[tuple[Word, frozenset[int]]], place: int) -> float:
    return sum(word.weight for word, held in pairs if place in held)


def _sum(words: Sequence[Word], places: Sequence[frozenset[int]], wanted: set[int]) -> float:
    return sum(
        word.weight for word, held in zip(words, places, strict=True) if not held.isdisjoint(wanted)
    )


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    text = (files("salesagent_core.domain") / "weights" / "retelling.json").read_text("utf-8")
    loaded: dict[str, dict[str, float]] = json.loads(text)
    return loaded


def invented(values: Mapping[str, float], sort: str) -> float:
    """From 0 to 1: how likely a clause of such readings is invented; ``sort`` is ``promise`` or
    ``clause``."""
    weights = _weights()[sort]
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in values.items())
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
