"""How a mail sounds to a spam filter and to a lawyer: phrases, capitals, exclamation marks.

Words are matched as words, never as parts of words: "compromised" holds no "promise".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import attrs

from salesagent_core.domain.folding import bare, bare_text

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
_PHRASES = (
    # English
    r"promis(?:e|es|ed)",
    r"guarante(?:e|es|ed|eing)",
    r"risk[- ]?free",
    r"(?:no|without|zero) risk",
    r"act (?:now|fast|today|immediately)",
    r"(?:limited|one)[- ]time (?:offer|deal|only)",
    r"offer (?:ends|expires)",
    r"while (?:supplies|stocks?) lasts?",
    r"once[- ]in[- ]a[- ]lifetime",
    r"100 ?% (?:free|satisf\w{1,9}|safe|secure|success|guaranteed)",
    r"no (?:strings attached|catch)",
    r"don'?t (?:miss out|delay|hesitate to buy)",
    r"(?:last|final) chance",
    r"buy now",
    r"order now",
    r"click here",
    r"hurry(?: up)?",
    r"(?:double|triple) your \w{2,20}",
    r"get rich",
    r"make money",
    r"earn (?:extra )?(?:cash|money)",
    r"cash bonus",
    r"miracles?",
    r"you(?:'ve| have)? won",
    r"you are a winner",
    r"congratulations,? you",
    r"dear friend",
    r"this is not spam",
    r"urgent response",
    r"lowest price",
    r"best price ever",
    r"unbeatable",
    r"money[- ]back",
    r"instant(?:ly)? approved",
    r"never fails?",
    r"exclusive deal",
    r"special promotion",
    r"call now",
    r"sign up free",
    # German
    r"verspr(?:echen|eche|icht|ochen|echung(?:en)?)",
    r"garanti(?:e|en|ere|eren|ert|erte|erten|erter|ertes)",
    r"risikofrei\w{0,2}",
    r"risikolos\w{0,2}",
    r"ohne (?:jedes )?risiko",
    r"jetzt (?:zuschlagen|handeln|kaufen|bestellen)",
    r"nur (?:noch )?heute",
    r"letzte chance",
    r"(?:zeitlich )?begrenztes angebot",
    r"einmalige[rs]? (?:angebot|gelegenheit|chance)",
    r"klicken sie hier",
    r"hier klicken",
    r"geld[- ]zurueck\w{0,9}",
    r"geld[- ]zuruck\w{0,9}",
    r"unschlagbar\w{0,2}",
    r"schnell sein",
    r"sie haben gewonnen",
    # French
    r"promet(?:s|tons|tez|tent|tre)?",
    r"promess?es?",
    r"garanti(?:e|es|s|r|t|ssons|ssez|ssent)?",
    r"sans (?:aucun )?risque",
    r"agissez (?:maintenant|vite)",
    r"offre (?:limitee|exclusive|exceptionnelle)",
    r"derniere chance",
    r"cliquez ici",
    r"achetez maintenant",
    r"satisfait ou rembourse",
    r"depechez[- ]vous",
    r"vous avez gagne",
    # Spanish
    r"promet(?:o|e|emos|en|ido|er)",
    r"promesas?",
    r"garantiz(?:ar|o|a|amos|an|ado|ada|ados|adas)",
    r"garantias?",
    r"sin (?:ningun )?riesgos?",
    r"actu(?:a|e|en) (?:ya|ahora)",
    r"oferta (?:limitada|exclusiva|unica)",
    r"ultima oportunidad",
    r"haga clic aqui",
    r"haz clic aqui",
    r"compr(?:a|e) (?:ya|ahora)",
    r"no (?:te|se) lo pierdas?",
    r"has ganado",
    r"ha ganado",
)


@cache
def _house() -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + "|".join(_PHRASES) + r")(?![\w])")


def prohibited(text: str, words: Sequence[str]) -> Iterator[Wording]:
    """House phrases in four languages and the policy's own ``words`` with their inflections."""
    folded = bare(text)
    for match in _house().finditer(folded.text):
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
    for match in re.finditer(r"[$€£]{3,}|[?]{3,}", text):
        yield Wording(
            code="spam_style",
            what="Repeated signs look like spam.",
            start=match.start(),
            end=match.end(),
        )


def _exclamations(text: str, *, allowed: int) -> Iterator[Wording]:
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
