# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Words beside a number that say it is the outcome of a calculation, in four languages."""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.claims.facts import Fact, FactKind, Text
from salesagent_core.domain.grounding.library import sentence_around

CUE_BEFORE, CUE_AFTER = 140, 50
_LEADS = {
    "en": r"so|i\.?e\b|that is|that's|thus|hence|therefore|mak(?:es?|ing)|com(?:es?|ing) to|come out|totals?|totalling|altogether|together|in all|adds?|adding|add(?:s|ing)? up|sums?|would (?:be|cost|come|add|mean|put|give|make|produce|take|need|require|pay)|giv(?:es?|ing)|brings?|bringing|equals?|amounts?|works? out|plus|both|evenly|equally|you(?:'d| would)? need",
    "de": r"also|somit|damit|zusammen|insgesamt|gesamt\w*|macht|machen|ergibt|ergeben|ergabe\w*|das sind|sind (?:es|das)|waren (?:es|das)|sodass|demnach|mithin|beide\w*|summe|beginnt|beliefe\w*|belauft|gleichmassig|brauchen|benotigen|aufgeteilt|verteilt|plus",
    "fr": r"soit|donc|au total|en tout|ensemble|(?:cela|ca|ce qui) (?:fait|ferait)|faut|besoin|font|donne\w*|represente\w*|revien\w*|total|serai(?:t|ent)|entier|entiere|couteraient|couterait|repartis?|reparties?|plus",
    "es": r"es decir|o sea|junt[oa]s|en total|suma\w*|serian?|asciende\w*|ascenderia\w*|son|resulta\w*|asi que|de modo que|por lo que|totales|ambos|ambas|repartid[oa]s?|necesita\w*|hacen falta|mas|con ella|con ello",
}
"""Words before a number that say it is reckoned."""
_TAILS = {
    "en": r"for both|in all|in total|altogether|together|all told|more|would (?:be|produce|give|do|cover|suffice)|(?:is|are) enough",
    "de": r"fur beide\w*|zusammen|insgesamt|in summe|gesamt|mehr|reich\w+|genug\w*",
    "fr": r"pour les deux|au total|en tout|ensemble|pour l'ensemble|de plus|suffi\w+",
    "es": r"(?:para|por) (?:ambos|ambas|los dos|las dos)|en total|en conjunto|para todo|mas|bastan?|bastaria\w*",
}
"""Words after it that say so."""
_FORMULA = re.compile(
    r"[^()\n]{0,60}\([^()\n]{0,60}(?:[+×*=]|\b(?:plus|minus|less|times|x|mal|zzgl|zuzuglich|abzuglich|fois|mas|por|menos|moins|and|und|et|y)\b)[^()\n]{0,60}\)"
)
"""The calculation in brackets behind the number."""
_OPENED = re.compile(
    r"\((?:about|around|roughly|approx\.?|rund|etwa|ca\.?|environ|env\.?|unos|unas|aprox\.?)? ?$"
)
"""A number in brackets says what the words before come to."""
_PRICED = re.compile(
    r"(?:€|£|\$|\b(?:eur|euros?|chf|usd|gbp))(?: (?:ht|ttc|netto|brutto|net|each|each one|piece|je stuck|/ ?\w+))? ?[:=] ?$"
)
"""A line of a list: "52 shirts at 14.20 €: "."""
_MAY_BE = re.compile(r"\b(?:wäre[n]?|läge[n]?|käme[n]?|würde[n]?)\b", re.IGNORECASE)
"""German, with its dots: "Ware" is another word."""
TAKEN = re.compile(
    r"\b(?:minus|less|off|discount\w*|deduct\w*|leav(?:es?|ing)|remain\w*|left|saves?|saving|reduc\w*|brings? it down|cheaper|"
    r"abzuglich|bleib\w*|ubrig\w*|nachlass|rabatt|skonto|gefordert|forderung|zuschuss|spar\w*|weniger|reduzier\w*|gunstiger|"
    r"moins|remise|reste\w*|deduction|deduit\w*|rabais|economi\w*|menos|descuento|queda\w*|restan?|descont\w*|ahorr\w*|reduc\w*)\b"
)
"""Words for a price that is made less."""
LEFT = re.compile(
    r"\b(?:other|remaining|left|extra|additional|further|more|fewer|less|restlich\w*|ubrig\w*|weiter\w*|zusatzlich\w*|andere\w*|mehr|weniger|autres?|restante?s?|reste\w*|supplementaires?|"
    r"otr[oa]s|adicionales|quedan?|mas|menos|moins|plus)\b"
)
ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|approx|some|nearly|almost|just (?:over|under)|ballpark|circa|ca|rund|etwa|ungefahr|gut|knapp|fast|environ|pres de|autour|unos|unas|aproximadamente|alrededor|cerca|casi|quelque|region|a little|algo mas|algo menos|poco mas|poco menos|un peu plus|un peu moins)\b|~"
)
TWO_EACH = re.compile(r"\b(?:double|twin|doppel\w*|doubles|dobles?)\b")
SUPPOSED = re.compile(
    r"\b(?:to give you (?:an|a rough) idea|as an example|for example|for instance|suppose|supposing|assuming|zum beispiel|beispielsweise|zur orientierung|angenommen|"
    r"par exemple|a titre d'exemple|supposons|pour vous donner une idee|por ejemplo|a modo de ejemplo|suponiendo|para que se haga una idea|para darle una idea)\b"
)
"""Words before what is only supposed."""
WOULD = re.compile(
    r"\b(?:would|wären?|würden?|kämen?|lägen?|serai(?:t|ent)|ferai(?:t|ent)|coûterai(?:t|ent)|reviendrai(?:t|ent)|serían?|costarían?|saldrían?|quedarían?)\b",
    re.IGNORECASE,
)
"""A verb of what would be."""


_PERCENT = re.compile(r"\d ?%|\b(?:per ?cent|prozent|pour cent|por ciento)\b")
_COSTS = re.compile(
    r"(?P<count>[^\W_]+) [a-z][a-z' -]{1,40}? (?:are|is|would be|cost|costs|kosten|sind|coutent|sont|cuestan|son)\W{1,3}$"
)
"""So many of a thing "are £3,780"."""


def counted_before(text: Text, fact: Fact) -> str:
    """The word that counts what the price right after it is for: "two" in "two screens are £90"."""
    first, _ = sentence_around(text.bare, fact.start)
    found = _COSTS.search(text.bare[max(first, fact.start - CUE_BEFORE) : fact.start])
    return found["count"] if found else ""


def is_share(text: Text, fact: Fact) -> bool:
    """True where a percentage stands before the number in its sentence."""
    first, _ = sentence_around(text.bare, fact.start)
    return bool(_PERCENT.search(text.bare[max(first, fact.start - CUE_BEFORE) : fact.start]))


def stands_beside(pattern: re.Pattern[str], text: Text, fact: Fact) -> bool:
    """True when ``pattern`` stands beside the number within its sentence."""
    first, last = sentence_around(text.bare, fact.start)
    around = text.bare[max(first, fact.start - CUE_BEFORE) : min(last, fact.end + CUE_AFTER)]
    return bool(pattern.search(around))


@cache
def _cues(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(rf"=|\b(?:{_LEADS[language]})\b"),
        re.compile(rf"\b(?:{_TAILS[language]})\b"),
    )


def is_reckoned(text: Text, fact: Fact) -> bool:
    """True when words of the sentence say that the number is the outcome of a calculation."""
    first, last = sentence_around(text.bare, fact.start)
    # "i.e. €447" begins a sentence of its own.
    before = slice(max(first - len("i.e. "), fact.start - CUE_BEFORE, 0), fact.start)
    leads, tails = _cues(text.language)
    return bool(
        leads.search(text.bare[before])
        or _OPENED.search(text.bare[before])
        or _PRICED.search(text.bare[before])
        or tails.search(text.bare[fact.end : min(last, fact.end + CUE_AFTER)])
        or (fact.kind is FactKind.PRICE and _FORMULA.match(text.bare, fact.end))
        or (text.language == "de" and _MAY_BE.search(text.original[before]))
    )


def sentences_before(text: Text, fact: Fact) -> str:
    """The sentence of ``fact`` and the one before."""
    first, last = sentence_around(text.bare, fact.start)
    if first:
        first, _ = sentence_around(text.bare, first - 1)
    return text.bare[first:last]
