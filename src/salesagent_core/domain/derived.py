# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Numbers of a draft that no source writes but that follow from what sources hold.

Flow: ``facts held | operands of the wanted one | formulas (sums) | followed?``, again until no
more follow, so that a derived value may carry the next one but two never carry each other.

Operands are of fitting kinds: money comes of money and counts, a length of counts and lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from salesagent_core.domain import sums
from salesagent_core.domain.facts import MAX_SELF_COUNT, Fact, FactKind, Text, content_stems
from salesagent_core.domain.held_numbers import MEASURES, related_any
from salesagent_core.domain.library import Library, sentence_around
from salesagent_core.domain.quantities import MINOR_UNIT, Quantity, find_quantities
from salesagent_core.domain.sums import Operands

MAX_DERIVED = 60
"""More missing numbers than this are no calculation."""
MAX_ROUNDS = 4
REACH = 700
"""How many characters before a number its operands may stand."""
CUE_BEFORE, CUE_AFTER = 140, 50
LENGTH_BEHIND = 24
CHANCE_LENGTH = 0.35
CHANCE, CHANCE_MIXED, CHANCE_UNTOLD, CHANCE_FAR = 0.12, 0.1, 0.05, 0.045
"""How likely an accident may be: where words tell of a calculation, of a longer one, where they do
not, and where an operand stands in a source only."""

_KINDS = frozenset({FactKind.PRICE, FactKind.NUMBER, FactKind.DURATION})
_LEADS = {
    "en": r"so|i\.?e\b|that is|that's|thus|hence|therefore|mak(?:es?|ing)|com(?:es?|ing) to|come out|totals?|totalling|altogether|together|in all|add(?:s|ing)? up|sums?|would (?:be|cost|come|add|mean|put|give|make|produce|take|need|require|pay)|giv(?:es?|ing)|brings?|bringing|equals?|amounts?|works? out|plus|both|evenly|equally",
    "de": r"also|somit|damit|zusammen|insgesamt|gesamt\w*|macht|machen|ergibt|ergeben|ergabe\w*|das sind|sind (?:es|das)|waren (?:es|das)|sodass|demnach|mithin|beide\w*|summe|beginnt|beliefe\w*|belauft|gleichmassig|aufgeteilt|verteilt|plus",
    "fr": r"soit|donc|au total|en tout|ensemble|(?:cela|ca) (?:fait|ferait)|font|donne\w*|represente\w*|revien\w*|total|serai(?:t|ent)|entier|entiere|couteraient|couterait|repartis?|reparties?|plus",
    "es": r"es decir|o sea|en total|suma\w*|serian?|asciende\w*|ascenderia\w*|son|resulta\w*|asi que|de modo que|por lo que|totales|ambos|ambas|repartid[oa]s?|mas|con ella|con ello",
}
"""Words before a number that say it is reckoned."""
_TAILS = {
    "en": r"in all|in total|altogether|together|all told|more|would (?:be|produce|give|do|cover|suffice)|(?:is|are) enough",
    "de": r"zusammen|insgesamt|in summe|gesamt|mehr|reich\w+|genug\w*",
    "fr": r"au total|en tout|ensemble|pour l'ensemble|de plus|suffi\w+",
    "es": r"en total|en conjunto|para todo|mas|bastan?|bastaria\w*",
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
_MAY_BE = re.compile(r"\b(?:wäre[n]?|läge[n]?|käme[n]?|würde[n]?)\b", re.IGNORECASE)
"""German, with its dots: "Ware" is another word."""
_TAKEN = re.compile(
    r"\b(?:minus|less|off|discount\w*|deduct\w*|leav(?:es?|ing)|remain\w*|left|saves?|saving|reduc\w*|brings? it down|cheaper|"
    r"abzuglich|bleib\w*|ubrig\w*|nachlass|rabatt|skonto|gefordert|forderung|zuschuss|spar\w*|weniger|reduzier\w*|gunstiger|"
    r"moins|remise|reste\w*|deduction|deduit\w*|rabais|economi\w*|menos|descuento|queda\w*|restan?|descont\w*|ahorr\w*|reduc\w*)\b"
)
"""Words for a price that is made less."""
_LEFT = re.compile(
    r"\b(?:other|remaining|left|extra|additional|further|more|fewer|less|restlich\w*|ubrig\w*|weiter\w*|zusatzlich\w*|andere\w*|mehr|weniger|autres?|restante?s?|reste\w*|supplementaires?|"
    r"otr[oa]s|adicionales|quedan?|mas|menos|moins|plus)\b"
)
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|approx|some|nearly|almost|just (?:over|under)|ballpark|circa|ca|rund|etwa|ungefahr|gut|knapp|fast|environ|pres de|autour|unos|unas|aproximadamente|alrededor|cerca|casi|quelque|region)\b|~"
)
_TWICE = re.compile(
    r"\b(?:both|beide\w*|deux|ambos|ambas|hin und zuruck|hin- und ruck\w*|round trip|there and back|each way|return|aller[ -]retour|ida y vuelta|pair|paar|paire|par)\b"
)
_TWO_EACH = re.compile(r"\b(?:double|twin|doppel\w*|doubles|dobles?)\b")
_HALF = re.compile(r"\b(?:half|halfte|halbe\w?|moitie|mitad|demi|50 ?%)\b")
_YEAR = re.compile(r"\b(?:years?|annual\w*|yearly|jahr\w*|annee|ans?|annuel\w*|ano|anual\w*)\b")
_IN_A_YEAR = (
    (re.compile(r"\b(?:quarter\w*|quartal\w*|vierteljahr\w*|trimestr\w+)\b"), 4.0),
    (re.compile(r"\b(?:month\w*|monat\w*|mois|mensuel\w*|mes|mensual\w*)\b"), 12.0),
    (
        re.compile(
            r"\b(?:week\w*|woche\w*|wochentlich|semaines?|hebdomadaire\w*|semanas?|semanal\w*)\b"
        ),
        52.0,
    ),
)
_RATE = re.compile(
    r"(?:\b(?:an?|per|each|pro|je|am|par|chaque|por|cada|al)|/) ?"
    r"(?:(?:working|business|work) )?(day|tag|jour|dia|hour|stunde|heure|hora|week|woche|semaine|semana|werktag|arbeitstag)"
)
_RATE_MINUTES = {
    **dict.fromkeys(("day", "tag", "jou", "dia", "wer", "arb"), 1440.0),
    **dict.fromkeys(("hou", "stu", "heu", "hor"), 60.0),
    **dict.fromkeys(("wee", "woc", "sem"), 10080.0),
}
_DAY = 1440.0
_THE = re.compile(r"\b(?:the|die|den|der|beiden|les|des|los|las) $")
_UNIT_MINUTES = (10080.0, 1440.0, 60.0)


def following(
    library: Library, text: Text, held: Sequence[Fact], missing: Sequence[Fact]
) -> list[Fact]:
    """Those of ``missing`` whose number follows from ``held`` ones and the sources."""
    open_ones = [fact for fact in missing if fact.kind in _KINDS]
    if not open_ones or len(open_ones) > MAX_DERIVED:
        return []
    grounded, found = list(held), list[Fact]()
    for _ in range(MAX_ROUNDS):
        new = [
            fact
            for fact in open_ones
            if _is_repeated(found, fact) or _follows(library, text, grounded, fact)
        ]
        if not new:
            break
        grounded, found = [*grounded, *new], [*found, *new]
        open_ones = [fact for fact in open_ones if fact not in new]
    return found


def _follows(library: Library, text: Text, grounded: Sequence[Fact], fact: Fact) -> bool:
    if not isinstance(fact.value, Quantity):
        return False
    near = _beside(text, grounded, fact)
    if fact.kind is FactKind.PRICE:
        return _price_follows(library, text, near, fact, fact.value)
    if fact.kind is FactKind.DURATION:
        return (
            _counts_the_days(text, grounded, fact, fact.value)
            or _from_month_to_month(library, fact.value)
            or _length_follows(library, text, near, fact, fact.value)
        )
    return _count_follows(library, text, near, fact, fact.value)


def _is_repeated(found: Sequence[Fact], fact: Fact) -> bool:
    """The same number of the same thing as one that followed already."""
    wanted = fact.value
    return isinstance(wanted, Quantity) and any(
        (one.kind, one.value.unit) == (fact.kind, wanted.unit)
        and bool(one.value.values & wanted.values)
        and (
            fact.kind is not FactKind.NUMBER
            or not one.value.nouns
            or related_any(frozenset(one.value.nouns), frozenset(wanted.nouns))
        )
        for one in found
        if isinstance(one.value, Quantity)
    )


def _beside(text: Text, grounded: Sequence[Fact], fact: Fact) -> list[Fact]:
    """The grounded numbers before ``fact`` within reach, and those after it in its sentence."""
    _, last = sentence_around(text.bare, fact.start)
    return [
        one
        for one in sorted(grounded, key=lambda each: each.start)
        if isinstance(one.value, Quantity)
        and fact.start - REACH <= one.start < last
        and not (one.start < fact.end and fact.start < one.end)
    ]


def _told(pattern: re.Pattern[str], text: Text, fact: Fact) -> bool:
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


def _is_reckoned(text: Text, fact: Fact) -> bool:
    """True when words of the sentence say that the number is the outcome of a calculation."""
    first, last = sentence_around(text.bare, fact.start)
    # "i.e. €447" begins a sentence of its own.
    before = slice(max(first - len("i.e. "), fact.start - CUE_BEFORE, 0), fact.start)
    leads, tails = _cues(text.language)
    return bool(
        leads.search(text.bare[before])
        or _OPENED.search(text.bare[before])
        or tails.search(text.bare[fact.end : min(last, fact.end + CUE_AFTER)])
        or (fact.kind is FactKind.PRICE and _FORMULA.match(text.bare, fact.end))
        or (text.language == "de" and _MAY_BE.search(text.original[before]))
    )


def _price_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    less = _told(_TAKEN, text, fact)
    told = less or _is_reckoned(text, fact)
    about = told and _told(_ABOUT, text, fact)
    stems = content_stems(_sentences_before(text, fact))
    prices = Operands(
        near=_values(near, "money", wanted.unit),
        far=_far(library, "money", wanted.unit, stems, text.language),
    ).capped()
    counts = _counts(library, text, near, fact, told)
    own_prices, own_counts = prices.own(), counts.own()
    if not told:
        beside = _windows(text, near, fact)[0]
        own_counts = Operands(near=_multipliers(beside, lengths=False)).capped()
    chance = CHANCE if told else CHANCE_UNTOLD
    plain = [sums.priced(own_prices, own_counts)]
    if told:
        plain.append(sums.added(own_prices))
    if sums.follows(wanted.values, plain, chance, about=about):
        return True
    chance = CHANCE if told else CHANCE_FAR
    named = [sums.priced(prices, own_counts)]
    if told:
        named.append(sums.added(prices))
    if less:
        named.append(sums.taken_off(prices))
    if sums.follows(wanted.values, named, chance, about=about):
        return True
    return told and (
        _price_is_mixed(library, text, near, fact, wanted)
        or _price_of_sources(library, text, near, fact, wanted)
    )


def _price_is_mixed(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """The longer calculations: of the numbers of the sentence, then of those before it too."""
    about = _told(_ABOUT, text, fact)
    shares = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    percents = Operands(far=_values(shares, "percent")).capped()
    for window in _windows(text, near, fact):
        prices = Operands(near=_values(window, "money", wanted.unit)).capped()
        counts = _counts(library, text, window, fact, True).own()
        tiers = [
            sums.reduced(prices, percents),
            sums.shared(prices, counts),
            sums.priced_twice(prices, counts),
            sums.bundled(prices, counts),
            sums.paired(prices, counts),
            sums.mixed(prices, counts),
            sums.totalled(prices),
        ]
        if sums.follows(wanted.values, tiers, CHANCE_MIXED, about=about):
            return True
    lines = _lines(text, near, wanted.unit)
    return sums.follows(wanted.values, [sums.listed(lines)], CHANCE_MIXED)


def _price_of_sources(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """The calculations with a price or a count that only a source tells."""
    close = _windows(text, near, fact)[1]
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    prices = Operands(
        near=_values(close, "money", wanted.unit), far=_values(held, "money", wanted.unit)
    ).capped()
    counts = _counts(library, text, close, fact, True)
    tiers = [
        sums.added(prices),
        sums.priced(prices, counts),
        sums.priced_twice(prices, counts),
        sums.bundled(prices, counts),
        sums.mixed(prices, counts),
        sums.mixed_from_afar(prices, counts),
    ]
    return sums.follows(wanted.values, tiers, CHANCE_FAR)


def _windows(text: Text, near: Sequence[Fact], fact: Fact) -> list[list[Fact]]:
    """The numbers of the sentence, those of the sentence before too, and all within reach."""
    first, _ = sentence_around(text.bare, fact.start)
    previous, _ = sentence_around(text.bare, max(0, first - 2))
    return [
        [one for one in near if one.start >= first],
        [one for one in near if one.start >= previous],
        list(near),
    ]


def _lines(text: Text, near: Sequence[Fact], unit: str) -> list[list[float]]:
    """The prices of each sentence or line."""
    lines: dict[int, list[float]] = {}
    for one in near:
        values = _values([one], "money", unit)
        if values:
            first, _ = sentence_around(text.bare, one.start)
            lines.setdefault(first, []).append(max(values))
    return list(lines.values())


def _counts(library: Library, text: Text, near: Sequence[Fact], fact: Fact, told: bool) -> Operands:
    """What a price may be multiplied with: counts, lengths in their units, and what words imply."""
    first, last = sentence_around(text.bare, fact.start)
    around = text.bare[max(0, fact.start - CUE_BEFORE, first) : last]
    implied = [2.0] if _TWICE.search(around) else []
    implied += [0.5] if _HALF.search(around) else []
    if _YEAR.search(around):
        before = text.bare[max(0, fact.start - REACH) : last]
        implied += [times for word, times in _IN_A_YEAR if word.search(before)]
    if not told:
        implied = []
    else:
        # "two groups" counts itself and is no fact, yet it multiplies.
        said = find_quantities(_sentences_before(text, fact), text.language)
        implied += [
            value
            for one in said
            if one.spelled and one.kind == "count"
            for value in one.values
            if value <= MAX_SELF_COUNT
        ]
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    return Operands(
        near=(*_multipliers(near, lengths=told), *implied), far=_multipliers(held, lengths=False)
    ).capped()


def _read(things: Iterable[Fact | Quantity]) -> Iterator[Quantity]:
    for thing in things:
        value = thing.value if isinstance(thing, Fact) else thing
        if isinstance(value, Quantity):
            yield value


def _multipliers(things: Iterable[Fact | Quantity], *, lengths: bool) -> tuple[float, ...]:
    found: list[float] = []
    for one in _read(things):
        if one.kind == "count":
            found += [value for value in one.values if value != 1]
        elif lengths and one.kind == "duration":
            found += _in_units(one)
    return tuple(value for value in found if value > 0 and value != 1)


def _in_units(length: Quantity) -> list[float]:
    """A length in the units that it may have been written in."""
    if length.unit == "months":
        return [
            each for value in length.values for each in (value, value / 12) if each.is_integer()
        ]
    if length.unit != "minutes":
        return list(length.values)
    return [
        value / unit
        for value in length.values
        for unit in _UNIT_MINUTES
        if (value / unit).is_integer() and value / unit <= 400
    ]


def _values(things: Iterable[Fact | Quantity], kind: str, unit: str = "") -> tuple[float, ...]:
    return tuple(
        value
        for one in _read(things)
        if one.kind == kind and (one.unit == unit or MINOR_UNIT in (one.unit, unit))
        for value in one.values
    )


def _far(
    library: Library, kind: str, unit: str, stems: frozenset[str], language: str
) -> tuple[float, ...]:
    """The values of this kind in sources that speak of the same."""
    return tuple(
        value
        for m in library.quantities
        if isinstance(m.value, Quantity)
        and m.value.kind == kind
        and (m.value.unit == unit or MINOR_UNIT in (m.value.unit, unit))
        and (m.language != language or related_any(stems, m.stems))
        for value in m.value.values
    )


def _sentences_before(text: Text, fact: Fact) -> str:
    """The sentence of ``fact`` and the one before."""
    first, last = sentence_around(text.bare, fact.start)
    if first:
        first, _ = sentence_around(text.bare, first - 1)
    return text.bare[first:last]


def _count_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    told, about = _is_reckoned(text, fact), _told(_ABOUT, text, fact)
    kin = [one for one in _read(near) if one.kind == "count"]
    held = [
        m.value
        for m in library.quantities
        if isinstance(m.value, Quantity) and m.value.kind == "count"
    ]
    if _told(_LEFT, text, fact) and wanted.nouns:
        same = Operands(near=_of_noun(kin, wanted), far=_of_noun(held, wanted)).capped()
        if sums.follows(wanted.values, [sums.left_over(same)], 1.0):
            return True
    if _parts_of_a_length(library, near, fact, wanted):
        return True
    if not told:
        return False
    by_two = (2.0,) if _TWO_EACH.search(_sentences_before(text, fact)) else ()
    for window in _windows(text, near, fact):
        counts = Operands(near=(*_values(window, "count"), *by_two)).capped()
        if sums.follows(wanted.values, [sums.reckoned(counts)], CHANCE, about=about):
            return True
    if _in_small_units(near, wanted):
        return True
    return bool(by_two) and any(2 * value in _values(held, "count") for value in wanted.values)


def _in_small_units(near: Sequence[Fact], wanted: Quantity) -> bool:
    """ "180 children at 100 g, so 18 kg": the product in the smaller unit."""
    measure = MEASURES.get(wanted.nouns[0]) if wanted.nouns else None
    if measure is None:
        return False
    counts = [one for one in _read(near) if one.kind == "count"]
    return any(
        abs(one_value * other[1] * value - goal * measure[1]) <= sums.EXACT * goal * measure[1]
        for one in counts
        if one.nouns
        for other in (MEASURES.get(one.nouns[0]),)
        if other and other[0] == measure[0] and other[1] != measure[1]
        for one_value in one.values
        for value in _values(near, "count")
        for goal in wanted.values
    )


def _parts_of_a_length(
    library: Library, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    """ "24 hours in 12 sessions of two hours": the number with its length right behind it."""
    behind = next(
        (
            one.value
            for one in near
            if isinstance(one.value, Quantity)
            and one.value.kind == "duration"
            and 0 < one.start - fact.end <= LENGTH_BEHIND
        ),
        None,
    )
    if behind is None:
        return False
    held = [m.value for m in library.quantities if isinstance(m.value, Quantity)]
    wholes = {*_values(near, "duration", behind.unit), *_values(held, "duration", behind.unit)}
    return any(
        count > 1 and abs(count * each - whole) <= sums.EXACT * whole
        for count in wanted.values
        for each in behind.values
        for whole in wholes
    )


def _of_noun(quantities: Iterable[Quantity], wanted: Quantity) -> tuple[float, ...]:
    nouns = frozenset(wanted.nouns)
    return tuple(
        value
        for one in quantities
        if related_any(nouns, frozenset(one.nouns))
        for value in one.values
    )


def _length_follows(
    library: Library, text: Text, near: Sequence[Fact], fact: Fact, wanted: Quantity
) -> bool:
    lengths = [one for one in _read(near) if one.kind == "duration" and one.unit == wanted.unit]
    held = [
        m.value
        for m in library.quantities
        if isinstance(m.value, Quantity)
        and m.value.kind == "duration"
        and m.value.unit == wanted.unit
    ]
    if _told(_LEFT, text, fact):
        both = Operands(
            near=_values(lengths, "duration", wanted.unit),
            far=_values(held, "duration", wanted.unit),
        )
        if sums.follows(wanted.values, [sums.left_over(both.capped())], 1.0):
            return True
    if not _is_reckoned(text, fact) and not _told(_ABOUT, text, fact):
        return False
    rates = {_RATE_MINUTES[rate[1][:3]] for rate in _RATE.finditer(_sentences_before(text, fact))}
    units = rates if wanted.unit == "minutes" else ({1.0} if rates else set[float]())
    about = _told(_ABOUT, text, fact)
    quotients = [
        value / unit for unit in units for value in wanted.values if (value / unit).is_integer()
    ]
    for window in _windows(text, near, fact):
        counts = Operands(near=_values(window, "count")).capped()
        if sums.follows(quotients, [sums.divided(counts)], CHANCE_LENGTH, about=about):
            return True
    near_lengths = Operands(near=_values(lengths, "duration", wanted.unit)).capped()
    counts = Operands(near=_values(near, "count")).capped()
    tiers = [sums.priced(near_lengths, counts), sums.added(near_lengths)]
    return sums.follows(wanted.values, tiers, CHANCE, about=about)


def _counts_the_days(text: Text, grounded: Sequence[Fact], fact: Fact, wanted: Quantity) -> bool:
    """ "Which of the two days suits you?": as many as were named just before, or are listed
    after."""
    first, last = sentence_around(text.bare, fact.start)
    for _ in range(2):
        first, _start = sentence_around(text.bare, max(0, first - 2))
    chosen = _THE.search(text.bare[max(0, fact.start - 8) : fact.start])
    named = {
        text.bare[one.start : one.end]
        for one in grounded
        if one.kind in (FactKind.DATE, FactKind.WEEKDAY) and first <= one.start < last
    }
    possible = range(2, len(named) + 1) if chosen else (len(named),)
    return wanted.unit == "minutes" and any(_DAY * n in wanted.values for n in possible if n)


def _from_month_to_month(library: Library, wanted: Quantity) -> bool:
    """ "May to September" are five months."""
    if wanted.unit != "months":
        return False
    whole = [
        next(iter(day.readings))
        for day in library.days
        if len(day.readings) == 1 and next(iter(day.readings))[2] is None
    ]
    return any(
        float((end[1] - begin[1]) % 12 + 1) in wanted.values
        for begin, end in pairwise(whole)
        if begin != end
    )
