"""What an operator asked for in words, as far as the template writer can follow it."""

from __future__ import annotations

import re
from functools import cache

import attrs

_READ = 2_000


@attrs.frozen(kw_only=True)
class Wishes:
    """``followed`` names what was understood; empty with a wish means: nothing was."""

    shorter: bool = False
    formal: bool = False
    without_times: bool = False
    language: str | None = None
    followed: tuple[str, ...] = ()


def both(one: Wishes, other: Wishes) -> Wishes:
    """What either asks for; of two languages the second one's."""
    return Wishes(
        shorter=one.shorter or other.shorter,
        formal=one.formal or other.formal,
        without_times=one.without_times or other.without_times,
        language=other.language or one.language,
        followed=other.followed,
    )


def read_wishes(instruction: str | None) -> Wishes:
    """The simple wishes in it; whatever else it says changes nothing."""
    text = (instruction or "")[:_READ].casefold()
    shorter = bool(_patterns()["shorter"].search(text))
    formal = bool(_patterns()["formal"].search(text)) and "informal" not in text
    without_times = bool(_patterns()["without_times"].search(text))
    language = next((code for code, words in _languages().items() if words.search(text)), None)
    named = (
        ("shorter", shorter),
        ("formal", formal),
        ("without times", without_times),
        (f"language {language}", language is not None),
    )
    return Wishes(
        shorter=shorter,
        formal=formal,
        without_times=without_times,
        language=language,
        followed=tuple(name for name, wanted in named if wanted),
    )


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    times = r"(?:slots?|times?|termine?|terminvorschläge|créneaux|horarios?|dates?|meeting)"
    return {
        "shorter": re.compile(
            r"\b(?:short(?:er|en)?|brief(?:er)?|concise|trim|kürzer|kurz|plus court|raccourci\w*"
            r"|más corto|más breve)\b"
        ),
        "formal": re.compile(r"\b(?:formal(?:er|ly)?|förmlich(?:er)?|formell(?:er)?|formel)\b"),
        "without_times": re.compile(
            r"\b(?:no|without|drop(?: the)?|remove(?: the)?|ohne|keine|sans|sin)"
            rf"\s+(?:\w+\s+)?{times}\b"
        ),
    }


@cache
def _languages() -> dict[str, re.Pattern[str]]:
    named = {
        "de": r"(?:in|into) german|auf deutsch|en allemand|en alemán",
        "fr": r"(?:in|into) french|auf französisch|en français|en francés",
        "es": r"(?:in|into) spanish|auf spanisch|en espagnol|en español",
        "en": r"(?:in|into) english|auf englisch|en anglais|en inglés",
    }
    return {code: re.compile(rf"\b(?:{words})\b") for code, words in named.items()}
