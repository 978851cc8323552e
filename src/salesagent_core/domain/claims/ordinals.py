# ruff: noqa: E501  (word lists are kept on one line)
"""Numbers that say which of a row: "your 3rd branch", "Ihre 3. Filiale", "la 3e boutique"."""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.text.lexicon import MONTHS

_WORDS = {
    1: "first erste ersten erster erstes erstem premier premiere primer primera primero",
    2: "second zweite zweiten zweiter zweites zweitem deuxieme seconde segundo segunda",
    3: "third dritte dritten dritter drittes drittem troisieme tercer tercera tercero",
    4: "fourth vierte vierten vierter viertes viertem quatrieme cuarto cuarta",
    5: "fifth funfte funften funfter funftes funftem cinquieme quinto quinta",
    6: "sixth sechste sechsten sechster sechstes sechstem sixieme sexto sexta",
    7: "seventh siebte siebten siebter siebtes siebtem siebente septieme septimo septima",
    8: "eighth achte achten achter achtes achtem huitieme octavo octava",
    9: "ninth neunte neunten neunter neuntes neuntem neuvieme noveno novena",
    10: "tenth zehnte zehnten zehnter zehntes zehntem dixieme decimo decima",
    11: "eleventh elfte elften elfter elftes elftem onzieme undecimo undecima",
    12: "twelfth zwolfte zwolften zwolfter zwolftes zwolftem douzieme duodecimo duodecima",
}
_MARK = r"(?:st|nd|rd|th|ere?|eme|e|o|a)\b|\.[oa]\b|\. (?=[a-z])"
_MARKED = re.compile(_MARK)

_ARTICLE = re.compile(
    r"\b(?:die|der|den|dem|des|das|zur|zum|im|am|beim|vom|ihr\w{0,2}|unser\w{0,2}|eine?[rnms]?|jede[rnms]?|diese[rnms]?) $"
)


@cache
def _held(number: int) -> re.Pattern[str]:
    words = "|".join(_WORDS.get(number, "").split())
    spelled = rf"\b(?:{words})\b|" if words else ""
    return re.compile(rf"{spelled}(?<![\w.,:/]){number}(?:{_MARK})(?! ?(?:{'|'.join(MONTHS)})\b)")


def is_ordinal(bare: str, start: int, end: int, language: str) -> bool:
    """True where the number between ``start`` and ``end`` says which of a row. A full stop says so
    in German, behind an article."""
    mark = _MARKED.match(bare, end)
    if mark is None or mark[0] != ". ":
        return mark is not None
    return language == "de" and _ARTICLE.search(bare[max(0, start - 12) : start]) is not None


def names_ordinal(held_text: str, number: int) -> bool:
    """True where a bare text names the same place in a row, in words or digits."""
    return _held(number).search(held_text) is not None
