# ruff: noqa: E501  (word lists are kept on one line)
"""Names of languages in four languages: "also in Polish" is a fact of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs


@attrs.frozen(kw_only=True)
class LanguageName:
    """``code`` is the language's ISO 639-1 code."""

    code: str
    start: int
    end: int


_WORDS = {
    "en": "english englisch anglais ingles",
    "de": "german deutsch allemand aleman",
    "fr": "french franzosisch francais frances",
    "es": "spanish spanisch espagnol espanol castellano",
    "it": "italian italienisch italien italiano",
    "pt": "portuguese portugiesisch portugais portugues",
    "nl": "dutch niederlandisch hollandisch neerlandais neerlandes holandes",
    "pl": "polish polnisch polonais polaco",
    "cs": "czech tschechisch tcheque checo",
    "sk": "slovak slowakisch slovaque eslovaco",
    "hr": "croatian kroatisch croate croata",
    "sr": "serbian serbisch serbe serbio",
    "hu": "hungarian ungarisch hongrois hungaro",
    "ro": "romanian rumanisch roumain rumano",
    "bg": "bulgarian bulgarisch bulgare bulgaro",
    "ru": "russian russisch russe ruso",
    "uk": "ukrainian ukrainisch ukrainien ucraniano",
    "tr": "turkish turkisch turc turco",
    "ar": "arabic arabisch arabe",
    "fa": "farsi persian persisch persan dari",
    "zh": "chinese mandarin chinesisch chinois chino",
    "ja": "japanese japanisch japonais japones",
    "ko": "korean koreanisch coreen coreano",
    "hi": "hindi",
    "vi": "vietnamese vietnamesisch vietnamien vietnamita",
    "th": "thai thailandisch thailandais tailandes",
    "sv": "swedish schwedisch suedois sueco",
    "da": "danish danisch danois danes",
    "no": "norwegian norwegisch norvegien noruego",
    "fi": "finnish finnisch finnois finlandes",
    "el": "greek griechisch grec griego",
    "so": "somali",
    "ps": "pashto paschtu",
    "ca": "catalan katalanisch",
    "eu": "basque baskisch euskera vasco",
    "gl": "galician gallego",
}
_CODES = {word: code for code, words in _WORDS.items() for word in words.split()}
_NAME = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_CODES, key=len, reverse=True))})(?![\w-])")
_LEAD = re.compile(
    r"(?:\b(?:in|into|from|to|and|or|speaks?|auf|ins|aus dem|und|oder|sowie|en|au|du|le|et|ou|al|del|el|y|o|como|as are)|\bl'|,) ?$"
)
_PAIR = re.compile(r"(?<!\w)([a-z]{2})-([a-z]{2})(?!\w)")


def find_languages(bare: str) -> Iterator[LanguageName]:
    """Languages that a text says something is in: after a preposition or in a list."""
    for match in _NAME.finditer(bare):
        led = _LEAD.search(bare, max(0, match.start() - 12), match.start())
        if led:
            yield LanguageName(code=_CODES[match[0]], start=match.start(), end=match.end())


def languages_in(bare: str) -> frozenset[str]:
    """Every language a source speaks of, also as "EN-FR" and in "englischsprachig"."""
    codes = {_CODES[match[0]] for match in _NAME.finditer(bare)}
    codes |= {code for pair in _PAIR.findall(bare) for code in pair if code in _WORDS}
    return frozenset(codes)
