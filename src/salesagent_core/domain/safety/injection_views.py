# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What a text says when its disguise is taken off: digits for letters, letters set apart, words
held together by signs, text turned round or encoded, key words misspelt.

Every view knows where in the original its words stand.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from itertools import islice
from urllib.parse import unquote

import attrs

from salesagent_core.domain.safety.injection_orders import spelt_right
from salesagent_core.domain.text.folding import Folded, bare, without_ids

MAX_BLOBS = 12
MAX_DECODED = 4_000
MAX_ESCAPED = 40_000


@attrs.frozen(kw_only=True)
class View:
    """A reading of a text. ``disguise``: what was taken off, empty for nothing; ``locate`` gives
    the place in the original of a part of ``text``."""

    text: str
    locate: Callable[[int, int], tuple[int, int]]
    disguise: str = ""


def views_of(text: str, folded: Folded) -> Iterator[View]:
    """The text folded, and each reading of it without a disguise."""
    yield View(text=folded.text, locate=folded.span)
    named = without_ids(folded.text)
    leet = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), named)
    if leet != named:
        yield View(text=leet, locate=folded.span, disguise="leet")
    yield from _put_together(folded)
    yield from _spelt_right(folded)
    if any(word in folded.text for word in _REVERSED):
        length = len(folded.text)
        yield View(
            text=folded.text[::-1],
            disguise="reversed",
            locate=lambda start, end: folded.span(length - end, length - start),
        )
    if any(word in folded.text for word in _ROT13):
        yield View(text=folded.text.translate(_ROT), locate=folded.span, disguise="rot13")
    inner = list(_INNER_DIGIT.finditer(folded.text))
    if len(inner) >= MIN_LEET_WORDS:
        yield View(
            text="",
            locate=lambda _s, _e: folded.span(inner[0].start(), inner[-1].end()),
            disguise="spelling",
        )
    for start, end, words in _run_together(text):
        place = (start, end)
        yield View(text=words, locate=lambda _s, _e, at=place: at, disguise="run together")  # type: ignore[misc]
    for start, end, decoded in _decoded(text):
        place = (start, end)
        yield View(text=bare(decoded).text, locate=lambda _s, _e, at=place: at, disguise="encoded")  # type: ignore[misc]


_LEET_WORD = re.compile(
    r"(?<![\w.@/$])(?=[a-z0-9@$!|+]{3,24}(?![\w@]))(?=[0-9@$!|+]*[a-z])(?=[a-z]*[0-9@$!|+])[a-z0-9@$!|+]{3,24}"
)
_LEET = str.maketrans("013457@$!|+8", "oieastasiltb")
# Digits inside words: "c0mp0rt3". Part numbers hold capitals, hyphens or end in digits.
_INNER_DIGIT = re.compile(
    r"(?<![\w.@/-])[013457]?[a-z]{1,12}[013457]{1,3}[a-z]{1,12}[a-z013457]{0,12}(?![\w@])"
)
MIN_LEET_WORDS = 3
_REVERSED = (
    "snoitcurtsni",
    "tpmorp",
    "erongi",
    "nehcsilgna",
    "negnusiewna",
    "snoitcurtsnoc",
    "senoiccurtsni",
    "sengisnoc",
    "evorppa",
)
_ROT13 = ("vafgehpgvbaf", "vtaber", "flfgrz cebzcg", "cebzcg", "nccebir")
_ROT = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
_SPACED = re.compile(r"(?<!\w)\w(?:[ ._*~/-]{1,3}\w){5,400}(?!\w)")
_SPLIT = re.compile(r"(?<=[a-z])[-_*.~|/\\·](?=[a-z])")


def _put_together(folded: Folded) -> Iterator[View]:
    """Letters with spaces or signs between them, put together again."""
    text = folded.text
    for match in _SPACED.finditer(text):
        letters = match[0]
        if sum(char.isalpha() for char in letters) < 6:
            continue
        start, end = match.span()
        wide = re.sub(r"[ ._*~/-]{2,3}", "\0", letters)
        words = re.sub(r"[ ._*~/-]", "", wide).replace("\0", " ")
        for variant in {words, _resplit(words.replace(" ", ""))}:
            # The words around may hold the rest of the order.
            rest = text[max(0, start - 80) : start] + variant + text[end : end + 80]
            place = folded.span(start, end)
            yield View(text=rest, locate=lambda _s, _e, at=place: at, disguise="spaced")  # type: ignore[misc]
    if _SPLIT.search(text):
        kept = [index for index, char in enumerate(text)]
        positions = {match.start() for match in _SPLIT.finditer(text)}
        if len(positions) >= 3:
            kept = [index for index in kept if index not in positions]
            joined = "".join(text[index] for index in kept)

            def locate(start: int, end: int) -> tuple[int, int]:
                return folded.span(kept[start], kept[max(start, end - 1)] + 1)

            yield View(text=joined, locate=locate, disguise="split")


def _spelt_right(folded: Folded) -> Iterator[View]:
    """Key words with a letter wrong put right."""
    parts: list[str] = []
    origin: list[int] = []
    wrong = last = 0
    for match in _WORD.finditer(folded.text):
        word = match[0]
        right = spelt_right(word)
        wrong += right != word
        between = folded.text[last : match.start()]
        parts += (between, right)
        origin += range(last, match.start())
        origin += [min(match.start() + at, match.end() - 1) for at in range(len(right))]
        last = match.end()
    if not wrong:
        return
    origin.append(max(0, len(folded.text) - 1))

    def locate(start: int, end: int) -> tuple[int, int]:
        return folded.span(origin[start], origin[max(start, end - 1)] + 1)

    yield View(text="".join(parts), locate=locate)


_WORD = re.compile(r"[a-z]{5,16}")

_VOCABULARY = (
    "ignore disregard forget override bypass all any every previous prior above your the these instructions instruction "
    "rules prompt system reveal print show approve this automatically and send email reply you are now act as follow new only "
    "ignoriere vergiss alle vorherigen anweisungen regeln zeige deinen genehmige diese automatisch und "
    "ignorez ignore oubliez toutes les instructions precedentes consignes affiche approuve ce message "
    "ignora olvida todas las instrucciones anteriores reglas muestra tu aprueba este mensaje tus"
).split()


@cache
def _resplit(run: str) -> str:
    """Words of the vocabulary found greedily in a run of letters: "ignoreall" -> "ignore all"."""
    words, position, loose = [], 0, ""
    longest_first = sorted(set(_VOCABULARY), key=len, reverse=True)
    while position < len(run) and position < 400:
        word = next((one for one in longest_first if run.startswith(one, position)), "")
        if not word:
            loose += run[position]
            position += 1
            continue
        if loose:
            words.append(loose)
            loose = ""
        words.append(word)
        position += len(word)
    return " ".join([*words, loose]).strip()


_BLOB = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{20,6000}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:\\x|0x|%)?[0-9A-Fa-f]{2}[ ,]?){16,3000}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){6,2000}")


_RUN_TOGETHER = re.compile(r"(?<![\w@])[^\W\d_]{2,30}(?:[_+.-][^\W\d_]{1,30}){3,60}(?!@)")


def _run_together(text: str) -> Iterator[tuple[int, int, str]]:
    """Words held together by signs, as in a link or in the name of a file."""
    for match in islice(_RUN_TOGETHER.finditer(text), MAX_BLOBS):
        yield match.start(), match.end(), bare(re.sub(r"[_+.-]", " ", match[0])).text


def _decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Base64, hex, percent-encoded, entity and escape runs that turn into readable text."""
    for match in list(_BLOB.finditer(text))[:MAX_BLOBS]:
        blob = match[0].rstrip("=").replace("-", "+").replace("_", "/")[:MAX_DECODED]
        blob = blob[: len(blob) - (len(blob) % 4 == 1)]
        try:
            raw = base64.b64decode(blob + "=" * (-len(blob) % 4))
        except (binascii.Error, ValueError):
            continue
        if readable := _readable(raw):
            yield match.start(), match.end(), readable
    for match in list(_HEX.finditer(text))[:MAX_BLOBS]:
        digits = re.sub(r"\\x|0x|%|[ ,]", "", match[0])[:MAX_DECODED]
        if readable := _readable(bytes.fromhex(digits[: len(digits) // 2 * 2])):
            yield match.start(), match.end(), readable
    if text.count("%") >= 3 and (once := unquote(text[:MAX_ESCAPED])) != text:
        yield 0, len(text), once
    if "&" in text and (plain_text := unescape(text)) != text:
        yield 0, len(text), plain_text
    for match in list(_ESCAPES.finditer(text))[:MAX_BLOBS]:
        codes = re.findall(r"\\[ux]([0-9a-fA-F]{2,4})", match[0])
        yield match.start(), match.end(), "".join(chr(int(code, 16)) for code in codes)


def _readable(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    printable = sum(char.isprintable() or char in "\n\t" for char in text)
    return text if len(text) >= 8 and printable >= 0.95 * len(text) else ""
