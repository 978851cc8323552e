"""Whether a word is one of a language, in some form, rather than a name."""

from __future__ import annotations

import re
from functools import lru_cache

from salesagent_core.domain.text.inflection import MIN_ROOT, dictionary_forms, is_irregular
from salesagent_core.domain.text.lexicon import FUNCTION_WORDS, SYNONYMS
from salesagent_core.domain.text.word_list import WordList, common_words

MIN_TAIL = 6
_PLAIN_ENDINGS: dict[str, tuple[str, ...]] = {
    "en": ("ics", "ings", "ness", "ments", "ising", "ised", "isation", "izing", "ization"),
    "de": (
        "ungen",
        "ung",
        "keiten",
        "heiten",
        "keit",
        "heit",
        "schaften",
        "tionen",
        "tion",
        "ierung",
        "ieren",
    ),
    "fr": ("isation", "tions", "ements", "issez", "erions", "eriez"),
    "es": (
        "amos",
        "emos",
        "imos",
        "ciones",
        "siones",
        "mente",
        "remos",
        "riamos",
        "isteria",
        "ateria",
        "eteria",
    ),
}
"""Endings that no name has."""
_DERIVED = (
    "ung",
    "ungen",
    "heit",
    "heiten",
    "keit",
    "keiten",
    "schaft",
    "schaften",
    "ierung",
    "tion",
    "tionen",
    "itat",
    "itaten",
)
MIN_DERIVED = 9
_SHORT_HEADS = frozenset(
    "not tor bad bau hof tag weg see rad gas zug uhr ton rat eis tee arm fuss alt neu vor auf aus "
    "bei ein hub ost sud bio geo oko ort art akt gut mut rot aal ohr zoo mal los kur kuh".split()
)
"""Words of three letters that German puts before another ("Notstrom", "Torwart")."""
_SHORT_TAILS = frozenset(
    "tor tore toren tors rad gas zug uhr eis tee tag weg art akt kur amt abo".split()
)
"""Short words that end others ("Rolltor") and no name."""
MIN_JOINED = 9
_PLACE_TAIL = re.compile(
    r"(?:burg|berg|berge|dorf|stadt|heim|hausen|hofen|feld|felde|furt|bruck|brucken|kirchen?|munster|ingen|rode|roda|walde?|bach|stedt|leben|werder|hagen|tal|au|aue|see|horst|kamp|moor|"
    r"mann|muller|meier|meyer|maier|bauer|huber|schmidt|hofer|berger|stein|becker|stadion|arena|halle|park|center|centrum|zentrum|platz|strasse|allee|tor|dom|schloss|klinik|hotel|werke?|hof|bank|gruppe|verlag|"
    r"kanzlei|brauerei|backerei|metzgerei|gartnerei|druckerei|molkerei|spedition|reederei|apotheke|theater|museum|therme|kloster|stift|messe|festival|kongress|forum|fest|markt|schule|kolleg|verein|verband|stiftung)$"
)
"""What names of places, persons, houses and events end with; a word that ends so proves nothing."""
_PRONOUNS = (
    "melo",
    "selo",
    "noslo",
    "nos",
    "me",
    "te",
    "se",
    "les",
    "las",
    "los",
    "le",
    "la",
    "lo",
)
_FUTURE_STEMS: dict[str, tuple[str, ...]] = {
    "fr": tuple(
        "aur ser pourr voudr devr viendr tiendr faudr verr enverr saur ir fer recevr vaudr".split()
    ),
    "es": tuple("tendr vendr podr querr sabr habr har dir saldr pondr valdr cabr mantendr".split()),
}
_FUTURES: dict[str, frozenset[str]] = {
    "fr": frozenset("ai as a ons ez ont ais ait ions iez aient".split()),
    "es": frozenset("e as a emos eis an ia ias iamos iais ian".split()),
}
_ASKING = ("dig", "teng", "veng", "pong", "hag", "traig", "oig", "salg", "avis")
"""How verbs with an irregular form begin."""
_PREFIXES = tuple("on off out over under up pre re un co non multi inter down in".split())


def is_common(word: str, language: str) -> bool:
    """True when the bare word, or for German its parts, stand in the dictionary."""
    if word in SYNONYMS or any(word in words for words in FUNCTION_WORDS.values()):
        return True
    words = common_words(language)
    if word in words or word.rstrip("s") in words or word.removesuffix("'s") in words:
        return True
    if word.replace("-", "") in ("estce", "estil", "estelle"):
        return True
    if "-" in word:
        return all(is_common(piece, language) for piece in word.split("-") if piece)
    return language == "de" and _compound(word, words)


def _compound(word: str, words: WordList, depth: int = 0) -> bool:
    if len(word) < 4 or len(word) > 60:
        return depth > 0 and word in _SHORT_TAILS
    if word in words or (depth and word in _SHORT_TAILS):
        return True
    if depth == 3:
        return False
    if word[:3] in _SHORT_HEADS and len(word) >= MIN_TAIL + 1 and _compound(word[3:], words, 3):
        return True
    for cut in range(len(word) - 3, 3, -1):
        head, tail = word[:cut], word[cut:]
        stems = [
            head,
            head.removesuffix("s"),
            head.removesuffix("n"),
            head.removesuffix("en"),
            head + "e",
        ]
        if len(head) >= MIN_TAIL:
            stems.append(head + "en")
        if any(len(one) >= 3 and one in words for one in stems) and _compound(
            tail, words, depth + 1
        ):
            return True
    return any(
        word.endswith(ending) and word.removesuffix(ending) in words
        for ending in ("s", "es", "n", "en", "e", "er", "ern", "innen", "in")
    )


def _is_known(word: str, language: str) -> bool:
    return word in FUNCTION_WORDS[language] or word in common_words(language)


@lru_cache(maxsize=20_000)
def is_word(word: str, language: str) -> bool:
    """True when the bare word may be an ordinary one of the language, or of a sister language,
    in any form: where a capital proves nothing, as at the start of a sentence."""
    if is_common(word, language) or (language != "en" and is_common(word, "en")):
        return True
    if any(
        word.endswith(ending) and len(word) > len(ending) for ending in _PLAIN_ENDINGS[language]
    ):
        return True
    if _inflected(word, language) or (language == "es" and _with_pronoun(word)):
        return True
    if any(
        word.startswith(stem) and word[len(stem) :] in _FUTURES[language]
        for stem in _FUTURE_STEMS.get(language, ())
    ):
        return True
    if any(
        len(word) - len(prefix) >= MIN_TAIL - 1
        and word.startswith(prefix)
        and word[len(prefix) :] in common_words("en")
        for prefix in _PREFIXES
    ):
        return True
    return language != "en" and _known_tail(word, language)


def is_noun(word: str) -> bool:
    """True for a German word that by its build is a common noun: "Dachbegrünung", "Hofsoftware"."""
    if len(word) >= MIN_DERIVED and word.endswith(_DERIVED):
        return True
    if len(word) < MIN_JOINED or _PLACE_TAIL.search(word):
        return False
    return any(
        tail in common_words("de") or tail in common_words("en")
        for cut in range(MIN_ROOT, len(word) - MIN_TAIL + 1)
        for tail in _bases(word[cut:])
    )


def _bases(tail: str) -> list[str]:
    """A German noun as it stands and without the endings of the plural and of the cases."""
    cut = [
        tail.removesuffix(one)
        for one in ("en", "n", "e", "es", "s", "er", "ern")
        if tail.endswith(one)
    ]
    return [tail, *(one for one in cut if len(one) >= MIN_TAIL - 1)]


def _inflected(word: str, language: str) -> bool:
    """A form of a word that the list holds, or of an English one with an ending of the language
    ("gehostet", "compostadora")."""
    if is_irregular(word, language) or (language == "es" and word.startswith(_ASKING)):
        return True
    return any(
        _is_known(one, language)
        or (language in ("de", "es") and len(one) > MIN_ROOT and one in common_words("en"))
        for one in dictionary_forms(word, language)
    )


def _with_pronoun(word: str) -> bool:
    """ "Echale", "digame" and "llamenos" are verbs with a pronoun behind."""
    return any(
        len(word) - len(one) >= MIN_ROOT + 1
        and word.endswith(one)
        and (_is_known(word.removesuffix(one), "es") or _inflected(word.removesuffix(one), "es"))
        for one in _PRONOUNS
    )


def _known_tail(word: str, language: str) -> bool:
    """ "Mehrwegbecher" and "Audioguides" end in a word."""
    return any(
        word[cut:] in common_words(one)
        or (word[cut:].endswith("s") and word[cut:-1] in common_words(one))
        for cut in range(MIN_ROOT, len(word) - MIN_TAIL + 1)
        for one in (language, "en")
    )
