"""One sentence of a reply as places of word classes, and whether it speaks of something else.

``clause`` asks it which classes stand near each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from salesagent_core.domain.opt_out.words import classes_of

MAX_WORDS = 60
"""Words of a sentence that are read; no order to stop is longer."""

HESITATION = re.compile(
    r"\b(?:ne pas|not|dont|nicht|no|ne|n|pas)\b[ ']?(?:\w+ ){0,2}(?:hesit\w*|zoger\w*|dud[ea]\w*)"
    r"(?:[ -]vous)?(?: pas)?"
    r"|\b(?:zoger\w*|hesit\w*)(?: \w+){0,2} (?:nicht|pas)\b"
)
_JUNK_FOLDER = re.compile(
    r"\b(?:in|im|into|from|dans|en|aus|al) (?:\w{2,8} )?(?:spams?|junk|correo no deseado)\b"
)
_PLACES = re.compile(r"\S{1,64}@\S{0,255}")
_FORBIDDEN_LISTS = re.compile(r"\bdo[ -]not[ -](?:contact|call|mail|e-?mail)\b(?=[ -]+list)")


class Sentence:
    """The words of one sentence, and where the words of each class stand."""

    def __init__(self, text: str) -> None:
        self.question = text.rstrip().endswith("?")
        self.words = re.findall(r"[a-z0-9]+|,", _prepared(text))[:MAX_WORDS]
        self.at: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            for name in _classes(word):
                self.at.setdefault(name, []).append(place)

    def places(self, *names: str) -> list[int]:
        """Where words of these classes stand."""
        return sorted({place for name in names for place in self.at.get(name, ())})

    def has(self, *names: str) -> bool:
        """Whether a word of one of these classes is there."""
        return any(name in self.at for name in names)

    def near(self, one: str, other: str, most: int) -> Iterator[tuple[int, int]]:
        """Pairs of two different words of the classes, at most so many words apart."""
        for first in self.at.get(one, ()):
            for second in self.at.get(other, ()):
                if first != second and abs(first - second) <= most:
                    yield first, second

    def plain_business(self, first: int, second: int, reach: int = 3) -> bool:
        """Whether something else is what is spoken of, between the two words or just beside."""
        low, high = min(first, second) - reach, max(first, second) + reach
        return any(low <= place <= high for place in self.at.get("other", ()))

    def comma_between(self, first: int, second: int) -> bool:
        """Whether a comma stands between the two words."""
        return "," in self.words[min(first, second) : max(first, second)]


def _prepared(text: str) -> str:
    text = HESITATION.sub(" ", text)
    text = _JUNK_FOLDER.sub(" ", text)
    text = _FORBIDDEN_LISTS.sub("donotcontact", _PLACES.sub(" my address ", text))
    text = re.sub(r"\b(?:e|news)-(?=mail|letter)", "e", text).replace("opt-in", "optin")
    text = text.replace("n't", " not").replace("i'm", "i am")
    text = re.sub(r"follow[- ]up", "followup", text)
    return text.replace("opt-out", "optout")


@lru_cache(maxsize=4096)
def _classes(word: str) -> frozenset[str]:
    found = set(classes_of(word))
    # Spanish hangs the object to the verb: "escribirme", "contactarnos", "quitenme".
    stem = word[:-3] if word.endswith("nos") else word[:-2] if word.endswith("me") else ""
    if len(stem) >= 3 and "key" not in found and found & {"write", "away", "send"}:
        found |= {"they", "me"}
    return frozenset(found)


def about_something_else(sentence: Sentence) -> bool:
    """What is to end or to go is a plain matter of business, or it is asked how that works."""
    own = sentence.has("they", "list", "regulator") or own_record(sentence)
    if sentence.question and not sentence.has("they", "keep"):
        asked = re.match(r"(?:how|wie|comment|como|que|what|cual|quel)", _first(sentence))
        if sentence.has("other") or (
            asked and not sentence.has("own") and not _I & set(sentence.words)
        ):
            return True
        if not sentence.has("own") and _ANYBODY & set(sentence.words[:3]):
            return True
    return sentence.has("other") and not own and not sentence.has("key")


_I = {"i", "ich", "je", "j", "yo", "hasta", "many", "oft", "lange", "combien"}
_ANYBODY = {"man", "on", "one", "se", "lasst", "lassen", "possible", "users"}


def _first(sentence: Sentence) -> str:
    return next((word for word in sentence.words if word != ","), "")


def own_record(sentence: Sentence) -> bool:
    return any(
        second > first and not any(first < place < second for place in sentence.places("last"))
        for first, second in sentence.near("own", "record", 3)
    )
