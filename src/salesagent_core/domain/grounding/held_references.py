# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Whether the sources hold what is said of other customers and of certificates, in any words."""

from __future__ import annotations

import re
from itertools import pairwise

from salesagent_core.domain.claims.commitments import CERTIFICATE, Statement, find_statements
from salesagent_core.domain.claims.facts import Text, content_stems
from salesagent_core.domain.claims.places import holds_place
from salesagent_core.domain.grounding.library import Library, sentence_around
from salesagent_core.domain.grounding.retelling import words_of
from salesagent_core.domain.text.everyday_words import everyday_stems
from salesagent_core.domain.text.same_word import related_any

REFERENCE_NEW = 0.4
"""The share of words in a sentence on other customers that may stand in no source of ours."""
PLACE_REACH = 30
_HOSTS = re.compile(
    r"\b(?:host\w*|servers?|data ?cent\w+|stored|kept|gespeichert|speicher\w*|\w*rechenzentr\w*|heberg\w*|stocke\w*|serveurs?|aloja\w*|servidor\w*|almacen\w+)\b"
)
_FIGURE = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,  ]\d{3})+(?!\d)|(?<![\d.,])\d+(?:[.,]\d+)?")
_COUNTED = re.compile(r"(?<![\d.,])(\d[\d., ]*\d|\d) (%|[^\W\d_]{3,})")
_CAPITAL = re.compile(r"(?<=[ (])[^\W\d_a-zß-ÿ][\w&'-]+")
_LESS = re.compile(
    r"\b(?:fell|falls?|fallen|dropped|drop|down|cut|reduc\w+|lower\w*|less|fewer|decreas\w+|shr[aiu]nk\w*|halved|gesunken|gesenkt|sank\w*|senkt\w*|senkung|reduzier\w+|weniger|verringer\w+|zuruckgegangen|kurzer|verkurz\w+|ruckgang|"
    r"baiss\w+|redui\w+|reduction|diminu\w+|recul\w*|chut\w+|moins|bajad?[oa]?|bajo|bajaron|baja|reduj\w+|reduc\w+|disminu\w+|menos|cayo|cayeron|descen\w+)\b"
)
_MORE = re.compile(
    r"\b(?:rose|rises?|risen|grew|grow\w*|up|increas\w+|more|higher|doubled|improv\w+|gestiegen|gesteigert|stieg\w*|steiger\w+|mehr|erhoh\w+|wuchs|gewachsen|zuwachs|"
    r"augment\w+|haus\w+|plus|progress\w+|croissance|subi\w*|aument\w+|crec\w+|mas|increment\w+|mejor\w+)\b"
)
_EUROPE = frozenset({"eu", "europe", "europa", "europea", "ue"})


def holds_reference(library: Library, wanted: Statement, sentence: str, text: Text) -> bool:
    """True where a source of ours tells of customers, results or awards alike, and most of what
    the draft's sentence says stands in our sources, in these words or in others."""
    alike = any(
        isinstance(m.value, Statement) and m.value.kind == "customer" for m in library.statements
    ) or (
        wanted.family != "award"
        and (library.names_customers or _told_with_figure(library, text, wanted))
    )
    if not alike:
        return False
    said = content_stems(sentence) - everyday_stems()
    new = {word for word in said if not related_any(frozenset({word}), library.ours)}
    new -= _told_otherwise(library, sentence, text)
    if _told_with_figure(library, text, wanted):
        # The word of the outcome itself: "fell by" for "down".
        new -= content_stems(text.bare[wanted.start : wanted.end])
    foreign = text.language not in library.languages
    return foreign or len(new) <= REFERENCE_NEW * len(said)


def _told_with_figure(library: Library, text: Text, wanted: Statement) -> bool:
    """ "At Moreau SARL, waiting times fell by 12 %" for "Moreau SARL: waiting times cut by 12 %";
    "300 clinics already use it" for "300 clinics use it": one sentence of ours has all figures
    of the draft's, goes the same way, and has its name or what it counts."""
    first, last = sentence_around(text.bare, wanted.start)
    first += text.bare[first : wanted.start].rfind(". ") + 1  # "in 2026. 300 clinics use it"
    said = text.bare[first:last]
    figures = frozenset(_FIGURE.findall(said))
    if not figures:
        return False
    names = {
        text.bare[found.start() + first : found.end() + first]
        for found in _CAPITAL.finditer(text.original[first:last])
    }
    known = {name for name in names if name in library.our_words}
    strangers = {name for name in names - known if any(name in one for one in library.documents)}
    counted = {one for one in _COUNTED.findall(said) if not one[1].startswith("%")}
    for told in re.split(r"[!?\n;]|(?<!\d)\.(?=\s)", library.our_text):
        there = frozenset(re.findall(r"[^\W\d_][\w&'-]*", told))
        named = (known & there) - everyday_stems()
        counts = any(one in _COUNTED.findall(told) for one in counted)
        alike = counts if wanted.family == "serves" else bool(named)
        held = figures <= frozenset(_FIGURE.findall(told))
        if alike and held and not strangers and _same_way(said, told):
            return True
    return False


def _same_way(said: str, told: str) -> bool:
    """False where one says that something grew and the other that it shrank."""
    return not (
        (_LESS.search(said) and _MORE.search(told) and not _LESS.search(told))
        or (_MORE.search(said) and _LESS.search(told) and not _MORE.search(told))
    )


def _told_otherwise(library: Library, sentence: str, text: Text) -> frozenset[str]:
    """The stems of the words that a passage of ours has in other words."""
    ours = {place for place, each in enumerate(library.passages.all) if each.ours}
    return frozenset(
        word.stem
        for word in words_of(sentence, text.language)
        if not library.passages.places(word).isdisjoint(ours)
    )


def holds_certificate(library: Library, wanted: Statement, sentence: str, matched: str) -> bool:
    """True where what is certified, or the place where data are kept, stands in a source of ours
    though not in this wording."""
    if wanted.key == "hosted":
        return _holds_host(library, matched)
    named = {
        one.key
        for one in find_statements(sentence)
        if one.family == CERTIFICATE and one.key not in ("certified", "hosted")
    }
    held = {
        m.value.key
        for m in library.statements
        if isinstance(m.value, Statement)
        and m.value.family == CERTIFICATE
        and not (m.negated or m.requested or m.theirs)
    }
    return wanted.key == "certified" and bool(named) and named <= held


def _holds_host(library: Library, matched: str) -> bool:
    """Our data stand "in Rennes" where the draft says "in France"."""
    place = re.split(r"\b(?:in|en|a)\b", matched, maxsplit=1)[-1].split()
    tokens = tuple(word for word in place if word not in ("the", "only", "la"))
    if not tokens or _EUROPE & set(tokens):
        return False
    bounds = [0, *(found.end() for found in re.finditer(r"[.!?\n;]", library.our_text))]
    return any(
        bool(_HOSTS.search(told)) and holds_place(tokens, frozenset(re.findall(r"\w+", told)))
        for first, last in pairwise([*bounds, len(library.our_text)])
        for told in (library.our_text[first:last],)
    )
