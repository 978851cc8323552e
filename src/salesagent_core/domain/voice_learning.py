"""Learning a voice from sent mail and from operators' edits: counting, no model.

A profile holds phrases and numbers only. Words are kept when several mails share them in lower
case, so that names do not slip in.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from statistics import fmean, median
from typing import TypeVar

import attrs

from salesagent_core.domain.mail_parts import MailParts, Phrase, sentences, split_mail, words
from salesagent_core.domain.text.language import detect_language
from salesagent_core.domain.voice import HOUSE_VOICE, VoiceProfile

READ_AT_MOST = 20_000
"""Characters of one mail."""
EDIT_WEIGHT = 0.1
"""How far one operator's edit moves a measured number."""
VOCABULARY = 30
MATERIAL_BELOW = 0.95
"""An edit is material when the text sent is less similar to the draft than this."""

_Key = TypeVar("_Key", bound=Hashable)

_SHARED_BY = 3
_SHORTEST_WORD = 5
_MARKS = ("!", "—", "–", ";", "…", "(", ":")
_CONTRACTION = re.compile(
    r"[^\W\d_](?:n['’]t|['’](?:m|re|ve|ll|d))(?!\w)|(?<!\w)(?:it|that|what|there|here|let)['’]s(?!\w)",
    re.IGNORECASE,
)
_CASUAL_SENTENCE, _FORMAL_SENTENCE = 6.0, 26.0
_FAMILIAR = frozenset({"du", "dir", "dich", "dein", "deine", "euch", "tu", "te", "toi", "ti", "tú"})
_POLITE = frozenset({"ihnen", "vous", "votre", "usted", "ustedes", "sie", "ihr", "ihre"})


@attrs.frozen(kw_only=True)
class _Measured:
    """What one mail shows."""

    parts: MailParts
    language: str
    lengths: tuple[int, ...]
    contractions: float
    questions: int
    text: str
    count: int

    @property
    def formality(self) -> float:
        """The mean of the signals that the mail gives: phrases, contractions, length, address."""
        signals = [
            phrase.formality for phrase in (self.parts.greeting, self.parts.sign_off) if phrase
        ]
        if self.language == "en":
            signals.append(1 - self.contractions)
        elif (address := self._address()) is not None:
            signals.append(address)
        if self.lengths:
            span = _FORMAL_SENTENCE - _CASUAL_SENTENCE
            signals.append(_clamp((fmean(self.lengths) - _CASUAL_SENTENCE) / span))
        if self.text:
            signals.append(1 - _clamp(self.text.count("!") / 3))
        return fmean(signals) if signals else HOUSE_VOICE.formality

    def _address(self) -> float | None:
        seen = [word.casefold() for word in words(self.text)]
        familiar = sum(word in _FAMILIAR for word in seen)
        polite = sum(word in _POLITE for word in seen)
        return polite / (familiar + polite) if familiar + polite else None


def learn_voice(name: str, mails: Sequence[str]) -> VoiceProfile:
    """A profile from sent mails (each the sender's own text, quotes removed).

    The settings are the house's; only what can be measured is learned. Blank mails are left
    out; with none left the result is the house voice under this name.
    """
    measured = [_measure(mail) for mail in mails if words(mail[:READ_AT_MOST])]
    if not measured:
        return attrs.evolve(HOUSE_VOICE, name=name)
    lengths = [length for each in measured for length in each.lengths]
    paragraphs = [
        len(words(paragraph.text)) for each in measured for paragraph in each.parts.paragraphs
    ]
    greetings = _phrases((each.language, each.parts.greeting) for each in measured)
    sign_offs = _phrases((each.language, each.parts.sign_off) for each in measured)
    return attrs.evolve(
        HOUSE_VOICE,
        name=name,
        samples=len(measured),
        greeting=_commonest(each.parts.greeting for each in measured) or HOUSE_VOICE.greeting,
        sign_off=_commonest(each.parts.sign_off for each in measured) or HOUSE_VOICE.sign_off,
        greetings=_merged(HOUSE_VOICE.greetings, greetings),
        sign_offs=_merged(HOUSE_VOICE.sign_offs, sign_offs),
        formality=fmean(each.formality for each in measured),
        sentence_words=fmean(lengths) if lengths else HOUSE_VOICE.sentence_words,
        paragraph_words=_above_zero(paragraphs, HOUSE_VOICE.paragraph_words),
        typical_words=max(1.0, float(median(each.count for each in measured))),
        contractions=fmean(each.contractions for each in measured),
        questions=fmean(each.questions for each in measured),
        postscripts=fmean(each.parts.has_postscript for each in measured),
        punctuation=_punctuation(measured),
        vocabulary=_vocabulary(measured),
    )


def refine_voice(profile: VoiceProfile, before: str, after: str) -> VoiceProfile:
    """The profile after an operator turned ``before`` into ``after``.

    A measured number moves by ``EDIT_WEIGHT`` towards the edited text, and only where the edit
    changed it; a greeting or sign-off that was replaced is taken over for its language.
    """
    if before.strip() == after.strip() or not words(after):
        return profile
    old, new = _measure(before), _measure(after)
    sentence, typical = profile.sentence_words, profile.typical_words
    if old.lengths and new.lengths:
        sentence = _moved(sentence, fmean(old.lengths), fmean(new.lengths))
    if new.count:
        typical = _moved(typical, old.count, new.count)
    dropped = set(_lower_words(old)) - set(_lower_words(new))
    return attrs.evolve(
        profile,
        sentence_words=sentence,
        typical_words=typical,
        formality=_moved(profile.formality, old.formality, new.formality),
        contractions=_moved(profile.contractions, old.contractions, new.contractions),
        questions=_moved(profile.questions, old.questions, new.questions),
        postscripts=_moved(profile.postscripts, old.parts.has_postscript, new.parts.has_postscript),
        greetings=_replaced(
            profile.greetings, new.language, old.parts.greeting, new.parts.greeting
        ),
        sign_offs=_replaced(
            profile.sign_offs, new.language, old.parts.sign_off, new.parts.sign_off
        ),
        vocabulary=tuple(word for word in profile.vocabulary if word not in dropped),
    )


def similarity(a: str, b: str) -> float:
    """How alike two texts are, 0..1: Dice's coefficient over words and pairs of neighbours.

    White space does not count. Linear in the length of the texts.
    """
    one, other = _tokens(a), _tokens(b)
    if one == other:
        return 1.0
    singles = _dice(Counter(one), Counter(other))
    pairs = _dice(_pairs(one), _pairs(other))
    return (singles + pairs) / 2


def is_material_edit(before: str, after: str) -> bool:
    """True when an edit changed what the mail says: many words, or any number, date or link."""
    facts = [sorted(token for token in _facts(text)) for text in (before, after)]
    return facts[0] != facts[1] or similarity(before, after) < MATERIAL_BELOW


def _measure(mail: str) -> _Measured:
    mail = mail[:READ_AT_MOST]
    parts = split_mail(mail)
    text = "\n\n".join(paragraph.text for paragraph in parts.paragraphs)
    spoken = [text[start:end] for start, end in sentences(text)]
    contracted = sum(bool(_CONTRACTION.search(each)) for each in spoken)
    return _Measured(
        parts=parts,
        language=detect_language(mail, ""),
        lengths=tuple(length for each in spoken if (length := len(words(each)))),
        contractions=contracted / len(spoken) if spoken else 0.0,
        questions=sum("?" in each[-4:] for each in spoken),
        text=text,
        count=len(words(text)),
    )


def _phrases(found: Iterable[tuple[str, Phrase | None]]) -> dict[str, str]:
    by_language: dict[str, Counter[str]] = {}
    for language, phrase in found:
        if language and phrase:
            by_language.setdefault(language, Counter())[phrase.text] += 1
    return {language: _top(counts) for language, counts in by_language.items()}


def _commonest(found: Iterable[Phrase | None]) -> str | None:
    counts = Counter(each.text for each in found if each)
    return _top(counts) if counts else None


def _top(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))


def _merged(
    known: tuple[tuple[str, str], ...], learned: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((dict(known) | learned).items()))


def _replaced(
    known: tuple[tuple[str, str], ...], language: str, old: Phrase | None, new: Phrase | None
) -> tuple[tuple[str, str], ...]:
    if not new or not language or (old and old.text == new.text):
        return known
    return _merged(known, {language: new.text})


def _punctuation(measured: Sequence[_Measured]) -> tuple[tuple[str, float], ...]:
    rates = ((mark, fmean(each.text.count(mark) for each in measured)) for mark in _MARKS)
    return tuple((mark, round(rate, 3)) for mark, rate in rates if rate)


def _vocabulary(measured: Sequence[_Measured]) -> tuple[str, ...]:
    seen = Counter(word for each in measured for word in set(_lower_words(each)))
    shared = [word for word, count in seen.items() if count >= _SHARED_BY]
    return tuple(sorted(shared, key=lambda word: (-seen[word], word))[:VOCABULARY])


def _lower_words(measured: _Measured) -> list[str]:
    return [word for word in words(measured.text) if len(word) >= _SHORTEST_WORD and word.islower()]


def _moved(value: float, before: float, after: float) -> float:
    return value if before == after else value + EDIT_WEIGHT * (after - value)


def _above_zero(counts: Sequence[int], otherwise: float) -> float:
    return max(1.0, fmean(counts)) if counts else otherwise


def _clamp(value: float) -> float:
    return max(0.0, min(1.0, value))


@functools.cache
def _token_pattern() -> re.Pattern[str]:
    return re.compile(r"\w+|[^\w\s]")


def _tokens(text: str) -> list[str]:
    return _token_pattern().findall(text)


def _facts(text: str) -> list[str]:
    """What carries a number or is a link."""
    return [
        part.strip(".,;:!?()")
        for part in text.split()
        if any(char.isdigit() for char in part) or "://" in part or part.startswith("www.")
    ]


def _pairs(tokens: Sequence[str]) -> Counter[tuple[str, str]]:
    # The empty token at both ends lets a change at the edge count like any other.
    return Counter(zip(["", *tokens], [*tokens, ""], strict=True))


def _dice(one: Counter[_Key], other: Counter[_Key]) -> float:
    total = one.total() + other.total()
    shared = (one & other).total()
    return 2 * shared / total if total else 1.0
