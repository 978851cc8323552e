"""How a mail sounds to a spam filter and to a lawyer: phrases, capitals, exclamation marks.

Words are matched as words, never as parts of words: "compromised" holds no "promise".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import attrs

from salesagent_core.domain.text.folding import (
    MAX_REPLACED,
    ascii_bytes,
    bare,
    bare_text,
    shapes,
    unusual,
    words_with,
)

MAX_EXCLAMATIONS = 2
MIN_LETTERS_FOR_CAPS = 30
MAX_CAPS_SHARE = 0.30
CAPS_RUN_WORDS = 3
CAPS_RUN_LETTERS = 11
MIN_INFLECTED = 4


@attrs.frozen(kw_only=True)
class Wording:
    """``code`` is the finding's code, ``what`` a sentence for the operator."""

    code: str
    what: str
    start: int
    end: int


# Bare text: lower case and without accents. Grouped by language; a mail may mix them.
# Each with a word that it cannot be without: patterns are slow where they find nothing.
_PHRASES: tuple[tuple[str, str], ...] = (
    # English
    (r"promis(?:e|es|ed)", "promise|promises|promised"),
    (r"guarante(?:e|es|ed|eing)", "guarantee|guarantees|guaranteed|guaranteeing"),
    (r"risk[- ]?free", "risk|riskfree"),
    (r"(?:no|without|zero) risk", "risk"),
    (r"act (?:now|fast|today|immediately)", "act"),
    (r"limited[- ]time (?:offer|deal|only)", "limited"),
    (r"one[- ]time (?:offer|deal|only)", "one"),
    (r"offer (?:ends|expires)", "offer"),
    (r"while (?:supplies|stocks?) lasts?", "supplies|stock|stocks"),
    (r"once[- ]in[- ]a[- ]lifetime", "lifetime"),
    (r"100 ?% (?:free|satisf\w{1,9}|safe|secure|success|guaranteed)", "100*"),
    (r"no (?:strings attached|catch)", "strings|catch"),
    (r"don'?t (?:miss out|delay|hesitate to buy)", "miss|delay|hesitate"),
    (r"(?:last|final) chance", "chance"),
    (r"buy now", "buy"),
    (r"order now", "order"),
    (r"click here", "click"),
    (r"hurry(?: up)?", "hurry"),
    (r"(?:double|triple) your \w{2,20}", "double|triple"),
    (r"get rich", "rich"),
    (r"make money", "money"),
    (r"earn (?:extra )?(?:cash|money)", "earn"),
    (r"cash bonus", "cash"),
    (r"miracles?", "miracle|miracles"),
    (r"you(?:'ve| have)? won(?!['’]t)", "won"),
    (r"you are a winner", "winner"),
    (r"congratulations,? you", "congratulations"),
    (r"dear friend", "dear"),
    (r"this is not spam", "spam"),
    (r"urgent response", "urgent"),
    (r"lowest price", "lowest"),
    (r"best price ever", "best"),
    (r"unbeatable", "unbeatable"),
    (r"money[- ]back", "money"),
    (r"instant(?:ly)? approved", "approved"),
    (r"never fails?", "never"),
    (r"exclusive deal", "exclusive"),
    (r"special promotion", "special"),
    (r"call now", "call"),
    (r"sign up free", "sign"),
    # German
    (
        r"verspr(?:echen|eche|icht|ochen|echung(?:en)?)",
        "versprechen|verspreche|verspricht|versprochen|versprechung|versprechungen",
    ),
    (
        r"garanti(?:e|en|ere|eren|ert|erte|erten|erter|ertes)",
        "garantie|garantien|garantiere|garantieren|garantiert|garantierte|garantierten|garantierter|garantiertes",
    ),
    (r"risikofrei\w{0,2}", "risikofrei*"),
    (r"risikolos\w{0,2}", "risikolos*"),
    (r"ohne (?:jedes )?risiko", "risiko"),
    (r"jetzt (?:zuschlagen|handeln|kaufen|bestellen)", "jetzt"),
    (r"nur (?:noch )?heute", "heute"),
    (r"letzte chance", "letzte"),
    (r"(?:zeitlich )?begrenztes angebot", "begrenztes"),
    (r"einmalige[rs]? (?:angebot|gelegenheit|chance)", "einmalige|einmaliger|einmaliges"),
    (r"klicken sie hier", "klicken"),
    (r"hier klicken", "klicken"),
    (r"geld[- ]zurueck\w{0,9}", "geld"),
    (r"geld[- ]zuruck\w{0,9}", "geld"),
    (r"unschlagbar\w{0,2}", "unschlagbar*"),
    (r"schnell sein", "schnell"),
    (r"sie haben gewonnen", "gewonnen"),
    # French
    (r"promet(?:s|tons|tez|tent|tre)?", "promet|promets|promettons|promettez|promettent|promettre"),
    (r"promess?es?", "promes|promess|promese|promesse|promeses|promesses"),
    (
        r"garanti(?:e|es|s|r|t|ssons|ssez|ssent)?",
        "garanti|garantie|garanties|garantis|garantir|garantit|garantissons|garantissez|garantissent",
    ),
    (r"sans (?:aucun )?risque", "risque"),
    (r"agissez (?:maintenant|vite)", "agissez"),
    (r"offre (?:limitee|exclusive|exceptionnelle)", "offre"),
    (r"derniere chance", "derniere"),
    (r"cliquez ici", "cliquez"),
    (r"achetez maintenant", "achetez"),
    (r"satisfait ou rembourse", "rembourse"),
    (r"depechez[- ]vous", "depechez"),
    (r"vous avez gagne", "gagne"),
    # Spanish
    (r"promet(?:o|e|emos|en|ido|er)", "prometo|promete|prometemos|prometen|prometido|prometer"),
    (r"promesas?", "promesa|promesas"),
    (
        r"garantiz(?:ar|o|a|amos|an|ado|ada|ados|adas)",
        "garantizar|garantizo|garantiza|garantizamos|garantizan|garantizado|garantizada|garantizados|garantizadas",
    ),
    (r"garantias?", "garantia|garantias"),
    (r"sin (?:ningun )?riesgos?", "riesgo|riesgos"),
    (r"actu(?:a|e|en) (?:ya|ahora)", "actua|actue|actuen"),
    (r"oferta (?:limitada|exclusiva|unica)", "oferta"),
    (r"ultima oportunidad", "ultima"),
    (r"haga clic aqui", "clic"),
    (r"haz clic aqui", "clic"),
    (r"compr(?:a|e) (?:ya|ahora)", "compra|compre"),
    (r"no (?:te|se) lo pierdas?", "pierda|pierdas"),
    (r"has ganado", "ganado"),
    (r"ha ganado", "ganado"),
)


@cache
def _house() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(pattern for pattern, _ in _PHRASES) + r")(?![\w])"
    )


# Lower-case letters stay, all else parts words.
_LETTERS = shapes(lambda char: char if char.islower() else " ")


@cache
def _rare_words() -> tuple[
    dict[bytes, tuple[re.Pattern[str], ...]], frozenset[bytes], tuple[str, ...]
]:
    """By each rare word its phrases; these words; and the beginnings of words (and the number)
    that are looked for in the text as it is."""
    by_word: dict[bytes, tuple[re.Pattern[str], ...]] = {}
    pieces = []
    for pattern, rare in _PHRASES:
        if rare.endswith("*"):
            pieces.append(rare.removesuffix("*"))
            continue
        for word in rare.encode().split(b"|"):
            by_word[word] = (*by_word.get(word, ()), re.compile(pattern))
    return by_word, frozenset(by_word), tuple(pieces)


def _may_hold_phrase(text: str) -> bool:
    """Whether any phrase stands in the text, perhaps in the middle of words; ``text`` is bare."""
    by_word, rare, pieces = _rare_words()
    words = ascii_bytes(text).translate(_LETTERS).split()
    if not rare.isdisjoint(words):
        for word in rare.intersection(words):
            if any(pattern.search(text) for pattern in by_word[word]):
                return True
    return any(map(text.__contains__, pieces))


def prohibited(text: str, words: Sequence[str]) -> Iterator[Wording]:
    """House phrases in four languages and the policy's own ``words`` with their inflections."""
    folded = bare(text)
    for match in _house().finditer(folded.text) if _may_hold_phrase(folded.text) else ():
        if match[0] == _COVERS or (
            match[0] in _WARRANTY and _told_with_its_length(folded.text, match)
        ):
            continue
        start, end = folded.span(match.start(), match.end())
        yield Wording(
            code="prohibited_phrase",
            what="This wording promises too much or sounds like spam.",
            start=start,
            end=end,
        )
    if own := _own(tuple(words)):
        for match in own.finditer(folded.text):
            start, end = folded.span(match.start(), match.end())
            yield Wording(
                code="prohibited_word",
                what="Your policy does not want this word.",
                start=start,
                end=end,
            )


_WARRANTY = frozenset("garantie garanties garanti garantis garantia garantias guarantee".split())
_COVERS = "garanties"
"""What a French insurance covers."""
_LENGTH = re.compile(
    r"\b(?:years?|months?|jahre?n?|monate?n?|ans?|annees?|mois|anos?|mes(?:es)?)\b"
)
_LENGTH_REACH = 40


def _told_with_its_length(text: str, match: re.Match[str]) -> bool:
    """ "Dos años de garantía" is a warranty, a term of the sale; whether it is true is asked of the
    sources."""
    around = text[max(0, match.start() - _LENGTH_REACH) : match.end() + _LENGTH_REACH]
    return bool(_LENGTH.search(around))


@cache
def _own(words: tuple[str, ...]) -> re.Pattern[str] | None:
    forms = [_inflected(bare_text(word).strip()) for word in words if word.strip()]
    return re.compile(r"(?<!\w)(?:" + "|".join(forms) + r")(?!\w)") if forms else None


def _inflected(phrase: str) -> str:
    first, *rest = re.split(r"[\s-]+", phrase)
    pieces = [_forms(first), *(re.escape(word) for word in rest)]
    if rest:
        pieces[-1] += r"s?"
    return r"[\s-]+".join(pieces)


def _forms(word: str) -> str:
    escaped = re.escape(word)
    if len(word) < MIN_INFLECTED or not word.isalpha():
        return escaped
    if word.endswith("e"):
        return re.escape(word[:-1]) + r"(?:e|es|ed|ing)"
    if word.endswith("y"):
        return re.escape(word[:-1]) + r"(?:y|ys|ies|ied|ying)"
    return escaped + r"(?:s|es|ed|ing|en|n)?"


def spam_style(text: str, *, subject: bool) -> Iterator[Wording]:
    """Shouting capitals and strings of exclamation marks."""
    yield from _exclamations(text, allowed=1 if subject else MAX_EXCLAMATIONS)
    yield from _shouting(text, subject=subject)
    repeated = "???" in text or any(map(text.__contains__, "$€£"))
    for match in re.finditer(r"[$€£]{3,}|[?]{3,}", text) if repeated else ():
        yield Wording(
            code="spam_style",
            what="Repeated signs look like spam.",
            start=match.start(),
            end=match.end(),
        )


def _exclamations(text: str, *, allowed: int) -> Iterator[Wording]:
    if not any(map(text.__contains__, "!！‼❗")):
        return
    marks = [match.span() for match in re.finditer(r"[!！‼❗]+", text)]
    for start, end in marks:
        if end - start > 1:
            yield Wording(
                code="exclamation_marks",
                what="Several exclamation marks in a row look like spam.",
                start=start,
                end=end,
            )
    if len(marks) > allowed:
        yield Wording(
            code="exclamation_marks",
            what="There are too many exclamation marks.",
            start=marks[allowed][0],
            end=marks[-1][1],
        )


def _shouting(text: str, *, subject: bool) -> Iterator[Wording]:
    if not _may_shout(text, subject=subject):
        return
    words = list(re.finditer(r"(?<!\w)[^\W\d_]{2,}(?!\w)", text))
    runs: list[list[re.Match[str]]] = [[]]
    for word in words:
        if word[0].isupper():
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    needed = CAPS_RUN_WORDS - 1 if subject else CAPS_RUN_WORDS
    for run in runs:
        letters = sum(len(word[0]) for word in run)
        if len(run) >= needed and letters >= CAPS_RUN_LETTERS - (2 if subject else 0):
            yield Wording(
                code="shouting",
                what="Words in capitals read as shouting.",
                start=run[0].start(),
                end=run[-1].end(),
            )
            return
    letters = sum(char.isalpha() for char in text)
    long_caps = [word for word in words if word[0].isupper() and len(word[0]) > CAPS_RUN_WORDS]
    capitals = sum(len(word[0]) for word in long_caps)
    if letters >= MIN_LETTERS_FOR_CAPS and capitals > MAX_CAPS_SHARE * letters:
        yield Wording(
            code="shouting",
            what="Too large a share of the text is in capitals.",
            start=long_caps[0].start(),
            end=long_caps[-1].end(),
        )


@lru_cache(maxsize=1_024)
def _case(char: str) -> str:
    """Capitals, and letters without case, become ``A``; small letters ``a``; other parts of words
    ``0``."""
    if not (char.isalnum() or char == "_"):
        return " "
    if not char.isalpha():
        return "0"
    return "a" if char.islower() else "A"


_CASES = shapes(_case)


def _may_shout(text: str, *, subject: bool) -> bool:
    """Whether there can be enough words in capitals, in a row or in all."""
    strange = unusual(text)
    if len(strange) > MAX_REPLACED or any(char.isnumeric() for char in strange):
        return True
    for char in strange:
        text = text.replace(char, _case(char))
    shape = ascii_bytes(text).translate(_CASES)
    capitals = [
        place for place in words_with(b"AA", shape, shape) if not shape[slice(*place)].strip(b"A")
    ]
    total = sum(end - start for start, end in capitals)
    letters = CAPS_RUN_LETTERS - (2 if subject else 0)
    if total > MAX_CAPS_SHARE * max(MIN_LETTERS_FOR_CAPS, shape.count(b"A") + shape.count(b"a")):
        return True
    return total >= letters and _longest_run(shape, capitals) >= letters


def _longest_run(shape: bytes, capitals: list[tuple[int, int]]) -> int:
    """The most letters in capitals with no other word among them."""
    longest = run = before = 0
    for start, end in capitals:
        between = shape[before:start].split()
        if any(len(word) > 1 and b"0" not in word for word in between):
            run = 0
        run += end - start
        longest = max(longest, run)
        before = end
    return longest
