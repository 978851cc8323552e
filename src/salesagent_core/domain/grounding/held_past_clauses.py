# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether a source tells what a clause in the past tense tells, in any words.

One passage of a source (a sentence with those beside it) has to tell of an event of the same kind
and hold most of the words of the clause, so that a call last month covers no visit, nor another
call about another thing.
"""

from __future__ import annotations

import re

from salesagent_core.domain.claims.event_frames import without_frames
from salesagent_core.domain.claims.facts import Fact, Text
from salesagent_core.domain.claims.past_events import any_held, events_in, without_events
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.mail_words import empty_stems
from salesagent_core.domain.grounding.retelling import Word, words_of

RETOLD = 0.5
"""More than this share of a clause must stand in one place."""
SURELY_RETOLD = 0.75
"""The same where nothing of the kind is known to have happened."""
MIN_WORDS = 2
MANY_WORDS = 4
"""So many words are enough for a half of them; ``MIN_WORDS`` where all that happened is told."""
_TOPIC = re.compile(
    r"\b(?:your|ihr\w*|votre|su|the) (?:(?!message|re)\w+ )?(?:message|note|e-?mail|enquiry|inquiry|request|nachricht|anfrage|schreiben|courriel|demande|mensaje|correo|consulta|solicitud)"
    r"(?P<topic> (?:about|for|on|concerning|regarding|zu|zum|zur|wegen|uber|bezuglich|concernant|sur|pour|au sujet|relative|sobre|acerca|respecto|relativa)\b[^.!?\n]*)"
)
"""What their message is about is no event."""
_MESSAGE = re.compile(
    r"\b(?:enquiry|inquiry|request|message|nachricht|anfrage|zeilen|demande|courriel|mensaje|consulta|solicitud)\b"
)
_WE_SENT = re.compile(
    r"\b(?:(?:i|we) (?:\w+ )?(?:sent|send)|(?:habe|haben) (?:ich|wir)|(?:ich|wir) (?:habe|haben)|ai|avons|(?:le|les|os) (?:envi|mand))"
)
_BETWEEN = frozenset({"spoke", "met", "event", "seminar", "visited", "agreed"})
"""Kinds of events that take two."""
_READER = {
    "en": re.compile(r"\b(?:you|your|yours)\b"),
    "de": re.compile(r"\b(?:sie|ihnen|ihr\w*|dir|dich|dein\w*|euch|eure\w*)\b"),
    "fr": re.compile(r"\b(?:vous|votre|vos)\b"),
    "es": re.compile(r"\b(?:usted\w*|su|sus|le|les|se lo|te|tu|tus|os|vuestr\w+)\b"),
}
_US = re.compile(
    r"\b(?:we|us|our|ours|i|my|wir|uns|unser\w*|ich|mein\w*|nous|notre|nos|je|j'ai|nosotros|nuestr\w+|[a-z]{3,20}(?:amos|emos|imos))\b"
)
_WE_DID = re.compile(r"\b(?:hemos|he|habiamos|[a-z]{3,20}(?:amos|emos|imos))\b")
"""Spanish leaves out who did it: "supo de nosotros" tells of the reader."""
_SAID = re.compile(
    r"\b(?:told|said|say|mention\w*|explain\w*|agree\w*|discuss\w*|spoke|talk\w*|promis\w*|sag\w+|erwahn\w+|besproch\w*|vereinbar\w*|erzahl\w*|mein(?:te|ten)|versproch\w*|zugesagt|"
    r"dit|disiez|evoqu\w+|mentionn\w+|convenu\w*|parl\w+|promis|expliqu\w+|dij\w+|dicho|coment\w+|mencion\w+|acord\w+|habl\w+|convin\w+|conto|contaron|explic\w+)\b"
)
"""After these it stands in the words that follow what was said."""


def holds_past_clause(library: Library, fact: Fact, text: Text) -> bool:
    """True where one passage tells what the clause ``fact`` of the draft ``text`` tells."""
    said = _claimed(text.bare[fact.start : fact.end])
    words, kinds = _words(said, text.language), _kinds(said)
    if not words and _SAID.search(said):
        _, last = sentence_around(text.bare, max(fact.start, fact.end - 1))
        said = text.bare[fact.start : max(fact.end, last)]
        words, kinds = _words(said, text.language), _kinds(said)
    return not (words or kinds) or any(
        _tells(library, place, text, said, kinds)
        for place in _who_know(library, said, kinds, text.language)
    )


def _who_know(library: Library, said: str, kinds: frozenset[str], language: str) -> list[int]:
    """The passages that can know it: what the reader did stands in their texts and in notes, what
    we did elsewhere in ours, for a page about a product knows no customer."""
    reader = bool(_READER[language].search(said) or _MESSAGE.search(said) or kinds & _BETWEEN)
    us = bool(_US.search(said))
    unsaid = language == "es" and not _WE_DID.search(said)
    return [
        place
        for place, each in enumerate(library.passages.all)
        if (each.told if reader else each.ours or not us or (unsaid and each.told))
    ]


def retells(library: Library, text: Text, said: str, share: float) -> bool:
    """True where one passage holds so much of what is said, whatever happened."""
    words = _words(_claimed(said), text.language)
    return len(words) >= MIN_WORDS and any(
        _held(library, words, _beside(library, place)) >= share * len(words)
        for place in _who_know(library, said, events_in(said), text.language)
    )


def _claimed(clause: str) -> str:
    topic = _TOPIC.search(clause)
    return without_frames(clause[: topic.start("topic")] if topic else clause)


def _kinds(said: str) -> frozenset[str]:
    kinds = events_in(said)
    return kinds - {"sent"} if _MESSAGE.search(said) and not _WE_SENT.search(said) else kinds


def _words(said: str, language: str) -> list[Word]:
    return [word for word in words_of(said, language) if word.stem not in empty_stems()]


def _tells(library: Library, place: int, text: Text, said: str, kinds: frozenset[str]) -> bool:
    beside = _beside(library, place)
    events = frozenset(one for each in beside for one in library.passages.all[each].events)
    words = _words(without_events(said, events), text.language)
    share = _held(library, words, beside) / len(words) if words else 1.0
    if kinds and not any_held(kinds, events):
        return len(words) >= MIN_WORDS and share >= SURELY_RETOLD
    many = MIN_WORDS if kinds and kinds <= events else MANY_WORDS
    return share > RETOLD or (share == RETOLD and len(words) >= many)


def _beside(library: Library, place: int) -> list[int]:
    """A passage with the sentences before and after it in its source."""
    passages = library.passages.all
    return [
        each
        for each in range(max(0, place - 1), min(len(passages), place + 2))
        if passages[each].source == passages[place].source
    ]


def _held(library: Library, words: list[Word], places: list[int]) -> int:
    return sum(not library.passages.places(word).isdisjoint(places) for word in words)
