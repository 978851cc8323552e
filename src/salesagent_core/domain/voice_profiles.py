"""Voice profiles as data that may come from anywhere, and a text held beside a profile."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from salesagent_core.domain.finding import Finding
from salesagent_core.domain.voice import HOUSE_VOICE, Opener, VoiceProfile, check_voice
from salesagent_core.domain.voice_learning import learn_voice
from salesagent_core.errors import InvalidInput, Problem

FORMAT = "salesagent.voice/1"
MAX_NAME = 60
MAX_PHRASE = 60
MAX_TONE = 200
MAX_LIST = 200
MAX_COUNT = 10_000
MAX_SETTING = 1_000

_NAMES = frozenset(field.name for field in attrs.fields(VoiceProfile))
_SHARES = ("formality", "contractions", "postscripts")
_MEANS = ("sentence_words", "paragraph_words", "typical_words")
_SETTINGS = ("max_paragraphs", "max_words")
_COUNTS = ("calls_to_action", "slots_offered", "samples")
_PAIRS = ("greetings", "sign_offs")
_LISTS = ("prohibited_words", "prohibited_punctuation", "vocabulary")


def profile_as_data(profile: VoiceProfile) -> dict[str, Any]:
    """The profile as JSON holds it; ``read_profile`` reads it back to an equal one."""
    data: dict[str, Any] = {"format": FORMAT}
    for field in attrs.fields(VoiceProfile):
        value = getattr(profile, field.name)
        if field.name in (*_PAIRS, "punctuation"):
            value = dict(value)
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Opener):
            value = value.value
        data[field.name] = value
    return data


def read_profile(data: object) -> VoiceProfile:
    """A profile from data; what is not named is as in the house's voice.

    Raises:
        InvalidInput: every problem is listed.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput("a voice profile is an object", [Problem(where="", what="no object")])
    problems = list(_problems(data))
    if problems:
        raise InvalidInput("the voice profile cannot be used", problems)
    values = {name: _value(name, data[name]) for name in _NAMES if name in data}
    return attrs.evolve(HOUSE_VOICE, **values)


def _value(name: str, value: Any) -> Any:
    if name in (*_PAIRS, "punctuation"):
        turn: Callable[[Any], Any] = float if name == "punctuation" else str.strip
        return tuple(sorted((key, turn(each)) for key, each in value.items()))
    if name in _LISTS:
        return tuple(each.strip() for each in value)
    if name == "opener":
        return Opener(value)
    if name in (*_SHARES, *_MEANS, "questions"):
        return float(value)
    return value.strip() if isinstance(value, str) else value


def _problems(data: Mapping[Any, Any]) -> Iterator[Problem]:
    if data.get("format", FORMAT) != FORMAT:
        yield Problem(where="format", what=f"must be {FORMAT}")
    for name in data:
        if name not in _NAMES and name != "format":
            yield Problem(where=str(name)[:MAX_NAME], what="is no part of a voice profile")
    yield from _texts(data)
    yield from _numbers(data)
    yield from _collections(data)


def _texts(data: Mapping[Any, Any]) -> Iterator[Problem]:
    limits = {
        "name": MAX_NAME,
        "greeting": MAX_PHRASE,
        "sign_off": MAX_PHRASE,
        "tone": MAX_TONE,
    }
    for name, longest in limits.items():
        if name in data and not _is_line(data[name], longest):
            yield Problem(where=name, what=f"must be a line of 1 to {longest} characters")
    if "opener" in data and data["opener"] not in [each.value for each in Opener]:
        known = ", ".join(each.value for each in Opener)
        yield Problem(where="opener", what=f"must be one of {known}")


def _numbers(data: Mapping[Any, Any]) -> Iterator[Problem]:
    bounds: dict[str, tuple[float, float, bool]] = {
        **dict.fromkeys(_SHARES, (0, 1, False)),
        **dict.fromkeys(_MEANS, (1, MAX_COUNT, False)),
        **dict.fromkeys(_SETTINGS, (1, MAX_SETTING, True)),
        **dict.fromkeys(_COUNTS, (0, MAX_COUNT, True)),
        "questions": (0, MAX_COUNT, False),
    }
    for name, (low, high, whole) in bounds.items():
        if name in data and not _is_number(data[name], low, high, whole=whole):
            kind = "a whole number" if whole else "a number"
            yield Problem(where=name, what=f"must be {kind} from {low} to {high}")


def _collections(data: Mapping[Any, Any]) -> Iterator[Problem]:
    for name in (*_PAIRS, "punctuation"):
        if name not in data:
            continue
        value = data[name]
        if not isinstance(value, Mapping) or len(value) > MAX_LIST:
            yield Problem(where=name, what=f"must be an object of at most {MAX_LIST} entries")
            continue
        good = _is_rate if name == "punctuation" else _is_phrase
        if not all(_is_line(key, MAX_PHRASE) and good(each) for key, each in value.items()):
            what = "numbers by mark" if name == "punctuation" else "phrases by language"
            yield Problem(where=name, what=f"must hold {what}")
    for name in _LISTS:
        if name in data and not _is_list(data[name]):
            yield Problem(where=name, what=f"must be a list of at most {MAX_LIST} short texts")


def _is_line(value: object, longest: int) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= len(value) <= longest
        and value.isprintable()
    )


def _is_phrase(value: object) -> bool:
    return _is_line(value, MAX_PHRASE)


def _is_rate(value: object) -> bool:
    return _is_number(value, 0, MAX_COUNT, whole=False)


def _is_list(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) <= MAX_LIST
        and all(_is_phrase(each) for each in value)
    )


def _is_number(value: object, low: float, high: float, *, whole: bool) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if whole and not isinstance(value, int):
        return False
    return low <= value <= high and not math.isnan(value)


@attrs.frozen(kw_only=True)
class Measure:
    """One number of a voice: in the text, and in the profile."""

    name: str
    text: float
    profile: float


@attrs.frozen(kw_only=True)
class VoiceComparison:
    """What of a text is not in the voice, and its numbers beside the profile's."""

    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]


MEASURES = (*_SHARES, *_MEANS, "questions")


def compare_voice(subject: str, body: str, profile: VoiceProfile) -> VoiceComparison:
    """The text beside the profile. A blank text has no numbers."""
    own = learn_voice("text", [body])
    names = MEASURES if own.samples else ()
    return VoiceComparison(
        findings=check_voice(subject, body, profile),
        measures=tuple(
            Measure(
                name=name,
                text=round(getattr(own, name), 3),
                profile=round(getattr(profile, name), 3),
            )
            for name in names
        ),
    )


_MEASURED = (*MEASURES, *_PAIRS, "greeting", "sign_off", "samples", "punctuation", "vocabulary")


def relearned(profile: VoiceProfile, learned: VoiceProfile) -> VoiceProfile:
    """The profile with its settings, and all that is measured as it was learned anew."""
    return attrs.evolve(profile, **{name: getattr(learned, name) for name in _MEASURED})
