"""The sender's voice: how they write, what their mail never says, and a check against that."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.mail_parts import MailParts, Paragraph, sentences, split_mail, words
from salesagent_core.domain.text.folding import bare, bare_text
from salesagent_core.errors import InvalidInput

MAX_FINDINGS = 50
"""Of one kind in one text: more of the same tells nobody more."""
READ_AT_MOST = 200_000
"""Characters: ten times what a draft may have. What is longer is too long whatever it says."""
LONG_SENTENCES = 1.75
"""A draft whose sentences are this many times longer than the sender's does not sound like them."""


class Opener(StrEnum):
    """How the first sentence begins."""

    QUESTION = "question"
    OBSERVATION = "observation"
    CHALLENGE = "challenge"
    STORY = "story"


def _share(_profile: object, field: attrs.Attribute[Any], value: float) -> None:
    if not 0 <= value <= 1:
        raise InvalidInput(f"{field.name} of a voice profile lies between 0 and 1")


def _positive(_profile: object, field: attrs.Attribute[Any], value: float) -> None:
    if not value > 0:
        raise InvalidInput(f"{field.name} of a voice profile must be above 0")


def _not_negative(_profile: object, field: attrs.Attribute[Any], value: float) -> None:
    if not value >= 0:
        raise InvalidInput(f"{field.name} of a voice profile must not be below 0")


@attrs.frozen(kw_only=True)
class VoiceProfile:
    """How the sender writes and what their mail never says.

    Settings come first; what follows ``samples`` is measured. ``greetings`` and ``sign_offs``
    are pairs of an ISO 639-1 code and the phrase without a name; ``greeting`` and ``sign_off``
    serve every other language. ``formality``, ``contractions`` (share of sentences that hold
    one) and ``postscripts`` (share of mails) are in 0..1; ``sentence_words``,
    ``paragraph_words`` and ``typical_words`` (a whole mail) are words; ``questions`` and
    ``punctuation`` are counts per mail.
    """

    name: str = "house"
    greeting: str = "Hello"
    sign_off: str = "Best regards"
    greetings: tuple[tuple[str, str], ...] = (
        ("de", "Guten Tag"),
        ("en", "Hello"),
        ("es", "Hola"),
        ("fr", "Bonjour"),
    )
    sign_offs: tuple[tuple[str, str], ...] = (
        ("de", "Viele Grüße"),
        ("en", "Best regards"),
        ("es", "Saludos cordiales"),
        ("fr", "Bien cordialement"),
    )
    tone: str = "friendly and direct"
    opener: Opener = Opener.OBSERVATION
    max_paragraphs: int = attrs.field(default=3, validator=_positive)
    max_words: int = attrs.field(default=180, validator=_positive)
    calls_to_action: int = attrs.field(default=1, validator=_not_negative)
    slots_offered: int = attrs.field(default=3, validator=_not_negative)
    prohibited_words: tuple[str, ...] = (
        "synergy",
        "leverage",
        "circle back",
        "touch base",
        "low-hanging fruit",
        "move the needle",
        "bandwidth",
    )
    prohibited_punctuation: tuple[str, ...] = ("!!", "??", "—")
    samples: int = attrs.field(default=0, validator=_not_negative)
    formality: float = attrs.field(default=0.6, validator=_share)
    sentence_words: float = attrs.field(default=14.0, validator=_positive)
    paragraph_words: float = attrs.field(default=40.0, validator=_positive)
    typical_words: float = attrs.field(default=110.0, validator=_positive)
    contractions: float = attrs.field(default=0.1, validator=_share)
    questions: float = attrs.field(default=1.0, validator=_not_negative)
    postscripts: float = attrs.field(default=0.0, validator=_share)
    punctuation: tuple[tuple[str, float], ...] = ()
    vocabulary: tuple[str, ...] = ()

    def greeting_in(self, language: str) -> str:
        """The greeting for an ISO 639-1 code, without name and comma."""
        return dict(self.greetings).get(language, self.greeting)

    def sign_off_in(self, language: str) -> str:
        """The sign-off for an ISO 639-1 code, without a comma."""
        return dict(self.sign_offs).get(language, self.sign_off)


HOUSE_VOICE = VoiceProfile()
"""What is used when a sender has no profile, or it cannot be loaded."""


def check_voice(subject: str, body: str, profile: VoiceProfile) -> tuple[Finding, ...]:
    """Everything in the draft that is not in this voice, in the order of the text.

    Greeting, sign-off and what follows it (postscript, postal address, opt-out line) count
    neither as paragraphs nor as length. Settings that are broken are ``review``; a style that
    merely differs is ``info``. Only the first ``READ_AT_MOST`` characters are read.
    """
    subject, body = subject[:READ_AT_MOST], body[:READ_AT_MOST]
    parts = split_mail(body)
    found = [
        *_wordings(subject, "subject", profile),
        *_wordings(body, "body", profile),
        *_too_many_paragraphs(parts, profile),
        *_too_long(parts, profile),
        *_too_many_asks(parts, profile),
        *_long_sentences(parts, profile),
    ]
    return tuple(sorted(found, key=lambda each: (each.part != "subject", each.start, each.code)))


def _wordings(text: str, part: str, profile: VoiceProfile) -> Iterator[Finding]:
    folded = bare(text)
    pattern = _prohibited(profile.prohibited_words)
    if pattern is not None:
        for match in _some(pattern.finditer(folded.text)):
            start, end = folded.span(match.start(), match.end())
            yield _review(
                "voice_prohibited_word", "this voice never uses this word", start, end, part
            )
    for mark in profile.prohibited_punctuation:
        if not mark:
            continue
        for match in _some(re.finditer(re.escape(mark), text)):
            yield _review(
                "voice_prohibited_punctuation",
                f"this voice never writes {mark}",
                match.start(),
                match.end(),
                part,
            )


def _some(matches: Iterator[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (match for match, _ in zip(matches, range(MAX_FINDINGS), strict=False))


def _too_many_paragraphs(parts: MailParts, profile: VoiceProfile) -> Iterator[Finding]:
    counted = _counted(parts)
    if len(counted) > profile.max_paragraphs:
        first_extra = counted[profile.max_paragraphs]
        yield _review(
            "voice_too_many_paragraphs",
            f"{len(counted)} paragraphs; this voice writes at most {profile.max_paragraphs}",
            first_extra.start,
            parts.paragraphs[-1].end,
        )


def _counted(parts: MailParts) -> list[Paragraph]:
    """A list of slots or points goes with the paragraph that leads up to it."""
    return [each for index, each in enumerate(parts.paragraphs) if index == 0 or not each.is_list]


def _too_long(parts: MailParts, profile: VoiceProfile) -> Iterator[Finding]:
    count = sum(len(words(each.text)) for each in parts.paragraphs)
    if count > profile.max_words:
        yield _review(
            "voice_too_long",
            f"{count} words; this voice writes at most {profile.max_words}",
            parts.paragraphs[0].start,
            parts.paragraphs[-1].end,
        )


def _too_many_asks(parts: MailParts, profile: VoiceProfile) -> Iterator[Finding]:
    asks = list(_asks(parts))
    if len(asks) > profile.calls_to_action:
        start, end = asks[profile.calls_to_action]
        yield _review(
            "voice_several_asks",
            f"{len(asks)} questions or calls to action; one mail asks for"
            f" {profile.calls_to_action} thing",
            start,
            end,
        )


def _asks(parts: MailParts) -> Iterator[tuple[int, int]]:
    """Offsets of each ask. A call right after an ask ("... suit you? Let me know.") is the same."""
    for paragraph in parts.paragraphs:
        follows_ask = False
        for start, end in sentences(paragraph.text):
            sentence = paragraph.text[start:end]
            asks = "?" in sentence[-4:]
            calls = bool(_calls().search(bare_text(sentence)))
            if asks or (calls and not follows_ask):
                yield paragraph.start + start, paragraph.start + end
            follows_ask = asks or calls


def _long_sentences(parts: MailParts, profile: VoiceProfile) -> Iterator[Finding]:
    lengths = [
        len(words(paragraph.text[start:end]))
        for paragraph in parts.paragraphs
        if not paragraph.is_list
        for start, end in sentences(paragraph.text)
    ]
    lengths = [length for length in lengths if length]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    if profile.samples and mean > LONG_SENTENCES * profile.sentence_words:
        yield Finding(
            code="voice_long_sentences",
            severity=Severity.INFO,
            sentence=f"sentences of {mean:.0f} words on average; this sender's have"
            f" {profile.sentence_words:.0f}",
        )


def _review(code: str, sentence: str, start: int, end: int, part: str = "body") -> Finding:
    return Finding(
        code=code, severity=Severity.REVIEW, sentence=sentence, start=start, end=end, part=part
    )


@functools.lru_cache(maxsize=64)
def _prohibited(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    forms = [_inflected(bare_text(phrase)) for phrase in phrases if words(phrase)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)") if forms else None


def _inflected(phrase: str) -> str:
    """``touch base`` also as ``touching base``, ``low-hanging fruit`` as ``low hanging fruits``."""
    return r"[\s-]{1,3}".join(_forms(word) for word in words(phrase))


_SHORT = 4
"""Words below this many letters (the, up, by) are not inflected."""


def _forms(word: str) -> str:
    if len(word) < _SHORT or not word.isalpha():
        return re.escape(word)
    if word.endswith("e"):
        return f"{re.escape(word[:-1])}(?:e|es|ed|er|ers|ing|e's)"
    if word.endswith("y"):
        return f"{re.escape(word[:-1])}(?:y|ies|ied|ying|istic|y's)"
    return f"{re.escape(word)}(?:s|es|ed|er|ers|ing|'s)?"


@functools.cache
def _calls() -> re.Pattern[str]:
    # Bare text: lower case, no accents.
    phrases = (
        "let me know|let us know|book a|schedule a|pick a time|choose a time|click|sign up"
        "|reply to|get back to me|give me a call|call me|download|register"
        "|lassen sie mich wissen|geben sie mir|buchen sie|antworten sie|rufen sie mich|klicken sie"
        "|melden sie sich|vereinbaren sie|faites-moi savoir|dites-moi|reservez|repondez"
        "|appelez-moi|cliquez|inscrivez-vous|telechargez|hagame saber|digame|reserve|responda"
        "|llameme|haga clic|inscribase|descargue"
    )
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)")
