"""Words of a text, for the simple likeness that the memory adapters search by."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import cache

MAX_SCANNED = 20_000
"""Characters of a text that are looked at: more does not tell more of its topic."""
STEM = 5
"""Letters that must agree: enough to join ``route``, ``routes`` and ``routing``'s kin cheaply."""

_WORD = re.compile(r"[^\W\d_]{2,40}")

_STOP = {
    "en": "the a an and or of to in on for with is are was be been we you your our us it this that "
    "they their at by from as have has had do does did would could can will please hello hi dear "
    "thanks thank me my not but if so about what how which who when where there here any some more "
    "very like want need get got just also than then them he she his her its am were into up out "
    "over all no yes one two know see use using ask tell",
    "de": "der die das und oder von zu in auf für mit ist sind war wir sie ihr ihre ihren uns "
    "unser unsere es dies dass an bei aus als haben hat hatte wird würde können kann bitte hallo "
    "danke nicht aber wenn so über was wie wer wann wo mehr sehr gern gerne möchten ein eine "
    "einen einem einer den dem des ich mir mich auch noch nur nach am im um sich zum zur alle ja "
    "nein guten tag",
    "fr": "le la les un une des et ou de du à au aux en sur pour avec est sont nous vous votre vos "
    "notre nos il elle ce cette ces que qui dans par plus très je ne pas mais si comment quand où "
    "bonjour merci être avoir avons avez on se sa son ses leur leurs y d l j n s c qu oui non tout",
    "es": "el la los las un una unos unas y o de del a al en con para por es son nosotros usted "
    "ustedes su sus nuestro nuestra que qué se lo le les no pero si sí como cómo cuando cuándo "
    "donde dónde más muy hola gracias ser estar tenemos tiene yo me mi nos este esta estos todo",
}


@cache
def stop_words() -> frozenset[str]:
    """The small words of four languages, which say nothing about a text's topic."""
    return frozenset(word for words in _STOP.values() for word in words.split())


def words(text: str) -> list[str]:
    """Lower-case words in order, digits left out; only the beginning of a long text."""
    return _WORD.findall(unicodedata.normalize("NFC", text[:MAX_SCANNED]).casefold())


def stems(text: str) -> Counter[str]:
    """How often each content word's beginning occurs."""
    small = stop_words()
    return Counter(word[:STEM] for word in words(text) if word not in small)


def overlap_count(one: str, other: str) -> int:
    """How many different content words the two texts share."""
    return len(stems(one).keys() & stems(other).keys())


def likeness(one: str, other: str) -> float:
    """Cosine of the two texts' content words, 0..1."""
    mine, theirs = stems(one), stems(other)
    norm = math.hypot(*mine.values()) * math.hypot(*theirs.values())
    return sum(count * theirs[word] for word, count in mine.items()) / norm if norm else 0.0
