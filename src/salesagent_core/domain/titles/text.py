"""One spelling for the words of a title: case, accents, umlauts, gender marks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MAX_TITLE_CHARS = 300
"""Longer than any title on a business card; what is behind it cannot change the reading."""

_LOOKALIKES = str.maketrans("аеорсухіјѕкмнтвАВСЕНІЈКМОРТХУЅΑΒΕΖΗΙΚΜΝΟΡΤΧΥοα",
                            "aeopcyxijskmhtbABCEHIJKMOPTXYSABEZHIKMNOPTXYoa")  # fmt: skip
_ACCENTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe", "ø": "o", "ł": "l"}
)
_BEFORE_FOLDING = (
    # (m/w/d), (f/m/x), (gn), (in), (e)
    (
        r"[(\[]\s{0,3}(?:[mwfdxhi](?:\s{0,2}[/|,.*-]\s{0,2}[mwfdxhi]){1,3}|gn|all genders?|in|innen"
        r"|e|a|fe|ne|rice|trice|euse|ere|s|es|as|r|n)\s{0,3}[)\]]",
        "",
    ),
    # m/w/d without brackets
    (r"(?<![\w/])[mwfdxh](?:\s?/\s?[mwfdxh]){1,3}(?![\w/])", ""),
    # Leiter*in, Leiter:in, Leiter/-in, directeur·rice, director/a
    (
        r"(?<=\w{4})(?:[*:_·•.]|/-?|-/)"
        r"(?:innen|in|nen|e|es|rice|trice|euse|ere|ère|a|as|ne|fe)\b",
        "",
    ),
)
_AFTER_FOLDING = (
    (r"^\s*(?:i am|i['’]m|ich bin|je suis|soy|sono)\b", ""),
    (r"\b(?:a\.\s?d|i\.\s?r)\.", " retired"),
    # "en alternance", "in Ausbildung": the grade wherever it stands
    (r"\ben (?:alternance|apprentissage|stage)\b", "alternance"),
    # Administration and finance is one department: finance.
    (r"\badministra\w{2,6} (?:et|y|e|and|&|und) (?=financ|finanz)", ""),
    # C.E.O. and C E O
    (r"\b([a-z])\.(?=[a-z](?:\.|\b))", r"\1"),
    (r"\b([cepvd]) (?=[eftmiodpgv]\b)", r"\1"),
    # The ampersands that join letters, not roles
    (r"\br\s?&\s?d\b", "rnd"),
    (r"\bf\s?&\s?e\b", "fue"),
    (r"\bm\s?&\s?a\b", "mna"),
    (r"\bl\s?&\s?d\b", "training"),
    (r"\bp\s?&\s?l\b", ""),
    (r"\bd['’´`]\s?", "de "),
    (r"\bl['’´`]\s?", ""),
    # Whose: "the director's" says nothing about who somebody is.
    (r"\b\w{1,40}['’´`]s\b", " "),
    (r"['’´`]", ""),
)


def clean(title: str) -> str:
    """Lower case, one spelling per letter, no gender marks, no invisible characters."""
    text = unicodedata.normalize("NFKC", title[:MAX_TITLE_CHARS])
    text = "".join(
        " " if unicodedata.category(char) == "Cc" else char
        for char in text
        if unicodedata.category(char) != "Cf"
    )
    text = " ".join(_latin(word) for word in text.split()).lower()
    return _replaced(fold(_replaced(text, _BEFORE_FOLDING)), _AFTER_FOLDING)


def _replaced(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in _compiled(table):
        text = pattern.sub(replacement, text)
    return text


@cache
def _compiled(table: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in table)


def _latin(word: str) -> str:
    """The word with look-alike letters made Latin, where that makes all of it Latin."""
    if word.isascii():
        return word
    swapped = word.translate(_LOOKALIKES)
    foreign = any(
        char.isalpha() and not unicodedata.name(char, "").startswith("LATIN") for char in swapped
    )
    return word if foreign else swapped


def fold(text: str) -> str:
    """Umlauts spelled out, every other accent dropped."""
    text = unicodedata.normalize("NFD", text.translate(_ACCENTS))
    return "".join(char for char in text if not unicodedata.combining(char))


_BARE_UMLAUTS = str.maketrans("äöü", "aou")
_WORD = re.compile(r"[^\W_]+")


def spellings(word: str) -> tuple[str, str]:
    """With umlauts spelled out, and with their dots just left off: both are typed."""
    return fold(word), fold(word.translate(_BARE_UMLAUTS))


def words_of(text: str) -> list[str]:
    """The words of a cleaned text."""
    return _WORD.findall(text)
