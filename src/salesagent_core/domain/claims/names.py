"""Proper names in a mail: persons, companies, products, places.

English, French and Spanish write little else with a capital inside a sentence. German writes
every noun so; there a capital counts only with another sign of a name (a title, a legal form, a
second capital beside it, capitals inside, a known name, or a word no dictionary holds).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from salesagent_core.domain.claims.addressing import (
    SIGNATURE_LINES,
    TOKEN,
    addressed,
    is_sign_off,
    is_signature,
    signed,
)
from salesagent_core.domain.claims.german_houses import (
    houses,
    is_event,
    is_institution,
    is_town,
    sounds_like_name,
)
from salesagent_core.domain.claims.name_words import (
    COMMON_ALSO,
    CURRENCIES,
    CUT_SHORT,
    DETERMINERS,
    FIRST_NAMES,
    KNOWN_ORGANISATIONS,
    LANDSCAPE,
    LEGAL_FORMS,
    MEASURES,
    SAFE,
    TITLES,
    TRADE_INITIALS,
)
from salesagent_core.domain.claims.places import is_place
from salesagent_core.domain.text.lexicon import FUNCTION_WORDS, SYNONYMS, number_words
from salesagent_core.domain.text.word_forms import is_common, is_noun, is_word

MIN_UNKNOWN = 4
TITLE_CASE_SHARE = 0.6
TITLE_WORDS = 4
LINK_END = "\N{END OF TEXT}"
"""Stands for the last character of a link, behind which a sentence may begin without a stop."""
_AND_OTHERS = frozenset(
    "partner partners sohne sohn tochter bruder cie compagnie kollegen erben".split()
)
"""Who stands behind "&" in a German house's name."""


@attrs.frozen(kw_only=True)
class Name:
    """``tokens`` in bare form. ``greeting`` is True in the line that addresses the reader,
    ``signature`` in the lines under the sign-off. ``opening`` is the word right before that opens
    the sentence and may be a part of the name."""

    tokens: tuple[str, ...]
    start: int
    end: int
    greeting: bool = False
    signature: bool = False
    opening: str = ""


def find_names(original: str, bare: str, language: str, known: frozenset[str]) -> Iterator[Name]:
    """Names in ``original``; ``bare`` is its bare form of the same length.

    ``known`` are bare words that need no second look because a source holds them; a name made only
    of them is still yielded, so that the caller can see that its parts belong together.
    """
    offset, signature_left = 0, 0
    alone = "\n" not in original.strip() and not original.rstrip().endswith((".", "!", "?"))
    for line in original.split("\n"):
        level = bare[offset : offset + len(line)]
        stripped = level.strip()
        found: Iterator[Name] = iter(())
        if is_sign_off(stripped):
            signature_left = SIGNATURE_LINES
        elif signature_left and stripped and is_signature(stripped):
            signature_left -= 1
            found = _signature(line, level)
        elif stripped:
            signature_left = 0
            found = _text_line(line, level, language, known, alone=alone)
        for name in found:
            yield attrs.evolve(name, start=name.start + offset, end=name.end + offset)
        offset += len(line) + 1


def _signature(line: str, level: str) -> Iterator[Name]:
    for words in signed(line, level):
        yield _whole(words, level, signature=True)


def _whole(
    words: list[re.Match[str]], level: str, *, greeting: bool = False, signature: bool = False
) -> Name:
    return Name(
        tokens=tuple(_key(level[word.start() : word.end()]) for word in words),
        start=words[0].start(),
        end=words[-1].end(),
        greeting=greeting,
        signature=signature,
    )


def _text_line(
    line: str, level: str, language: str, known: frozenset[str], *, alone: bool
) -> Iterator[Name]:
    greeted, called = addressed(line, level)
    for words in called:
        yield _whole(words, level, greeting=True)
    if called:
        line = " " * greeted + line[greeted:]
        level = " " * greeted + level[greeted:]
    yield from _in_line(line, level, language, known, alone=alone)
    if language == "de":
        for start, end in houses(line, level):
            yield Name(tokens=(_key(level[start:end]),), start=start, end=end)


def _title_language(level: str, tokens: list[re.Match[str]], language: str) -> str:
    """A title is too short to tell its language: English is taken where it has all its words.
    Other dictionaries are large, and are not opened for a title."""
    words = [_key(level[token.start() : token.end()]) for token in tokens]
    return next(
        (one for one in (language, "en") if all(is_word(word, one) for word in words)),
        language,
    )


def _in_line(
    line: str, level: str, language: str, known: frozenset[str], *, alone: bool = False
) -> Iterator[Name]:
    tokens = list(TOKEN.finditer(line))
    if alone and len(tokens) <= TITLE_WORDS:
        language = _title_language(level, tokens, language)
    capitals = sum(token[0][0].isupper() for token in tokens)
    title_case = (
        len(tokens) >= 3 and language != "de" and capitals >= TITLE_CASE_SHARE * len(tokens)
    )
    run: list[re.Match[str]] = []
    for token in [*tokens, None]:
        if token is not None and line[token.start() - 1 : token.start()].isdigit():
            continue  # "4XL", "24V": a part of a number
        joined = (
            token is not None
            and run
            and re.fullmatch(
                r" |-| & | de | von | van | della? | du ", line[run[-1].end() : token.start()]
            )
        )
        if token is not None and token[0][0].isupper() and (joined or not run):
            run.append(token)
            continue
        if run:
            yield from _name(line, level, run, language, known, title_case)
        run = [token] if token is not None and token[0][0].isupper() else []
        if token is not None and not run and _inner_capital(token[0]):
            yield from _name(line, level, [token], language, known, False)


def _inner_capital(word: str) -> bool:
    return any(char.isupper() for char in word[1:]) and any(char.islower() for char in word)


def _name(
    line: str,
    level: str,
    run: list[re.Match[str]],
    language: str,
    known: frozenset[str],
    title_case: bool,
) -> Iterator[Name]:
    first = _opens_sentence(line, run[0].start()) or (
        language != "de" and line[: run[0].start()].rstrip().endswith(LINK_END)
    )
    before = re.search(r"([^\W\d_]+)\W{0,2}$", level[: run[0].start()])
    previous = before[1] if before else ""
    words = [(token, _key(level[token.start() : token.end()])) for token in run]
    titled = previous in TITLES and not re.search(r"[:,;!?]", before[0] if before else "")
    while words and (words[0][1] in TITLES or words[0][1] in SAFE):
        titled = titled or words[0][1] in TITLES
        words = words[1:]
        first = False if titled else first
    while words and words[-1][1] in SAFE and words[-1][1] not in LEGAL_FORMS:
        words = words[:-1]
    while words and SYNONYMS.get(words[0][1]) in MEASURES:
        words = words[1:]
    if not words:
        return
    institution = language == "de" and len(words) > 1 and is_institution(words[0][1])
    legal = institution or any(key in LEGAL_FORMS for _, key in words[1:])
    while legal and first and len(words) > 1 and words[0][1] in FUNCTION_WORDS[language]:
        words = words[1:]  # "Chez Moreau SARL": no part of the name
    if language == "de" and len(words) > 1 and " & " in line[run[0].start() : run[-1].end()]:
        legal = legal or words[-1][1] in _AND_OTHERS
        legal = legal or any(sounds_like_name(key) for _, key in words)
    kept = [
        (token, key)
        for index, (token, key) in enumerate(words)
        if legal
        or (index and words[index - 1][1] in FIRST_NAMES and key not in SAFE)
        or (titled and not (previous == "m" and is_word(key, language)))
        or _counts(
            token[0],
            key,
            language,
            known,
            first=first and index == 0 and words[0][0] is run[0],
            many=len(words) > 1,
            previous=previous if index == 0 else "",
            title_case=title_case,
        )
    ]
    kept = [(token, key) for token, key in kept if key not in SAFE or key in known]
    if kept:
        articled = words[0][1] in DETERMINERS or words[0][1] in FUNCTION_WORDS[language]
        opening = words[0] if first and not articled and kept[0][0] is not words[0][0] else None
        leads = opening and len(words) > 1 and kept[0][0] is words[1][0]
        yield Name(
            tokens=tuple(key for _, key in kept),
            start=(opening[0] if opening and leads else kept[0][0]).start(),
            end=kept[-1][0].end(),
            opening=opening[1] if opening and leads else "",
        )


def _key(word: str) -> str:
    # "l'Oréal" and "qu'est-ce" begin with an article or a pronoun, "lorsqu'une" with a conjunction.
    return re.sub(r"'s?$|^(?:(?:jus|lors|puis|quoi|pres|quel)?qu|[ldjmnstc])'", "", word)


def _opens_sentence(line: str, start: int) -> bool:
    before = line[:start].rstrip(" \t*_>\"'“„«(–—-•")
    return not before or before[-1] in ".!?:;…¿¡"


def _counts(
    word: str,
    key: str,
    language: str,
    known: frozenset[str],
    *,
    first: bool,
    many: bool,
    previous: str,
    title_case: bool,
) -> bool:
    if key in FUNCTION_WORDS[language] or key in CUT_SHORT:
        return False
    if key in known:
        return not first
    if key in SAFE or len(key) < 2:
        return False
    if language == "de" and is_event(key):
        return True
    if _inner_capital(word) and not word.isupper():
        return "-" not in word or not all(
            _ordinary(piece, language, known) for piece in key.split("-") if piece
        )
    famous = (
        key in FIRST_NAMES or key in KNOWN_ORGANISATIONS or is_place(key)
    ) and key not in COMMON_ALSO
    if famous:
        return True
    if word.isupper() and len(word) > 1:
        if key in CURRENCIES:
            return False
        return not is_common(key, language) and key not in TRADE_INITIALS
    if "-" in key and all(_ordinary(piece, language, known) for piece in key.split("-")):
        return False
    if first or title_case:
        return len(key) >= MIN_UNKNOWN and not is_word(key, language)
    if language != "de":
        return key not in LANDSCAPE or (many and language == "en")
    if is_town(key, previous):
        return True
    if is_noun(key):
        return False
    if key in COMMON_ALSO and previous in ("bei", "von", "mit", "an"):
        return True
    if not is_common(key, language):
        return True
    return (
        many
        and previous not in DETERMINERS
        and previous != ""
        and SYNONYMS.get(key, key) not in MEASURES
        and previous not in number_words("de")
        and _bare_pair(previous)
    )


def _ordinary(piece: str, language: str, known: frozenset[str]) -> bool:
    """A part of "Azubi-Recruiting", where each part is a word or stands in a source."""
    return (
        piece in known
        or piece in SAFE
        or piece in TRADE_INITIALS
        or (
            piece not in FIRST_NAMES
            and piece not in KNOWN_ORGANISATIONS
            and is_word(piece, language)
        )
    )


def _bare_pair(previous: str) -> bool:
    """Two German nouns in a row after a preposition or verb are a name, after an adjective not."""
    return not re.search(r"(?:e[nrsm]?)$", previous) or previous in ("bei", "an")
