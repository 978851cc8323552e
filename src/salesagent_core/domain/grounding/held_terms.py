# ruff: noqa: E501  (word lists are kept on one line)
"""Terms of a contract that are as true as the figure that stands beside them.

A contract that can be cancelled with six weeks' notice, a trial that is free for thirty days, a
delivery that is free from a sum on: the figure is held, and ours tell of such a notice, trial or
threshold. What needs no figure ("at any time", "for ever") is not held by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_core.domain.claims.commitments import Statement
from salesagent_core.domain.claims.facts import Fact, FactKind, Text, content_stems
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.text.word_forms import is_common

_NOTICE = re.compile(
    r"\b(?:notice|\w*kundigungs\w*|kundigung|kundbar|\w*fristen?|preavis|resili\w+|preaviso|antelacion)\b"
)
_UNBOUND = re.compile(
    r"\b(?:any ?time|any (?:moment|point)|whenever|without|no|jederzeit|wann immer|ohne|kein\w*|a tout moment|quand vous|sans|aucun\w*|pas de|en cualquier momento|cuando (?:quiera|desee)\w*|sin|ningun\w*)\b"
)
"""What says that nothing binds."""
_TRIAL = re.compile(
    r"\b(?:trials?|try|tried|trying|test\w*|\w*testphase|probe\w*|ausprobier\w+|probier\w+|erprob\w+|essais?|essay\w+|tester|prueba\w*|probar\w*|pruebe\w*)\b"
)
_FREE = re.compile(
    r"\b(?:free|no (?:cost|charge)|kostenlos\w*|kostenfrei\w*|gratis\w*|unentgeltlich\w*|gratuit\w*|offert\w*|sans frais|sin (?:coste|pagar|cargo))\b"
)
TRIAL_REACH = 60
"""So near each other stand a trial and that it is free."""
_FROM = re.compile(
    r"\s*(?:\w+ ){0,2}?(?:from|over|above|starting (?:at|from)|ab|uber|a partir de|a partir du|des|au-dela de|desde|superior\w* a|por encima de)\s(?:\w+ ){0,3}?"
)
_OF_A_NOTICE = frozenset({"terms", "cancel"})
_OF_A_SHARE = frozenset({"saving", "discount"})


def is_term(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """True where ``fact`` is such a term, beside a figure of ``figures`` (held by a source)."""
    value = fact.value
    if not isinstance(value, Statement):
        return False
    return (
        (value.family in _OF_A_NOTICE and _with_notice(library, fact, text, figures))
        or (value.family in _OF_A_SHARE and _of_a_share(library, fact, text, figures))
        or (value.family == "free" and _free_trial(library, fact, text, figures))
        or (value.family == "free" and _from_a_sum(library, fact, text, figures))
        or _only_a_length(fact, text, figures)
        or _is_a_name(library, fact, text)
    )


def _sentences(text: Text, fact: Fact) -> tuple[int, int]:
    """The sentence, with what follows a semicolon."""
    first, last = sentence_around(text.bare, fact.start)
    if text.bare[last - 1 : last] == ";" or text.bare[last : last + 1] == ";":
        last = sentence_around(text.bare, last + 1)[1]
    return first, last


def _with_notice(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    first, last = _sentences(text, fact)
    said = text.bare[first:last]
    return (
        _beside(figures, FactKind.DURATION, first, last)
        and bool(_NOTICE.search(said))
        and not _UNBOUND.search(said)
        and bool(_NOTICE.search(library.our_text))
    )


def _of_a_share(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """ "You save ten percent", of nothing else than the price."""
    last = sentence_around(text.bare, fact.start)[1]
    beside = any(
        one.kind is FactKind.PERCENT
        and fact.end <= one.start
        and one.end <= last
        and not content_stems(text.bare[fact.end : one.start] + " " + text.bare[one.end : last])
        for one in figures
    )
    told = any(each.ours and _OF_A_SHARE & each.meant for each in library.passages.all)
    return beside and told


def _free_trial(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    first, last = sentence_around(text.bare, fact.start)
    return (
        _beside(figures, FactKind.DURATION, first, last)
        and bool(_TRIAL.search(text.bare[first:last]))
        and any(
            _FREE.search(
                library.our_text,
                max(0, match.start() - TRIAL_REACH),
                min(len(library.our_text), match.end() + TRIAL_REACH),
            )
            for match in _TRIAL.finditer(library.our_text)
        )
    )


def _from_a_sum(library: Library, fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """Free from a held sum on; ours call something free."""
    starts = _FROM.match(text.bare, fact.end)
    return (
        bool(starts)
        and any(
            one.kind is FactKind.PRICE and fact.end < one.start <= (starts.end() if starts else 0)
            for one in figures
        )
        and bool(_FREE.search(library.our_text))
    )


def _only_a_length(fact: Fact, text: Text, figures: Sequence[Fact]) -> bool:
    """ "Within 44 days": nothing but a length of time, which is judged as one."""
    return any(
        one.kind is FactKind.DURATION
        and fact.start <= one.start
        and one.end <= fact.end
        and not content_stems(text.bare[fact.start : one.start] + text.bare[one.end : fact.end])
        for one in figures
    )


def _is_a_name(library: Library, fact: Fact, text: Text) -> bool:
    """A capitalised word of ours that no dictionary has: the product is called so."""
    word = text.bare[fact.start : fact.end]
    return (
        word.isalpha()
        and text.original[fact.start].isupper()
        and word in library.our_words
        and not is_common(word, text.language)
    )


def _beside(figures: Sequence[Fact], kind: FactKind, first: int, last: int) -> bool:
    return any(one.kind is kind and first <= one.start < last for one in figures)
