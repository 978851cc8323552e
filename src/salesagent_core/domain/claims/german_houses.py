# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""German names built of ordinary nouns: "Klinik am Erlenbach", "auf der Hafenmesse".

Every noun has a capital there, and a dictionary holds the parts of each; what tells a name is its
build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from salesagent_core.domain.claims.name_words import DETERMINERS, SAFE
from salesagent_core.domain.claims.places import is_city
from salesagent_core.domain.text.word_list import common_words

MIN_EVENT_HEAD = 4
_INSTITUTION = re.compile(
    r"(?:klinik(?:um|en)?|hospital|krankenhaus|kammer|schule|universitat|akademie|institut|verband|verein|bund|stiftung|genossenschaft|gruppe|werke?|werft|muhle|brauerei|backerei|metzgerei|gartnerei|druckerei|molkerei|kellerei|schreinerei|tischlerei|spedition|reederei|kanzlei|praxis|apotheke|hotel|gasthof|gasthaus|autohaus|mobelhaus|warenhaus|kaufhaus|weingut|gut|verlag|sparkasse|bank|versicherung|theater|museum|therme|kloster|stift|gemeinde|stadt|landkreis|markt|hof|bau|firma|konzern|holding|betrieb|handel|agentur|verwaltung|hausverwaltung|reinigung|pflegedienst|catering|immobilien|werkstatt|elektro|sanitar|garage|studio|labor)$"
)
_EVENT = re.compile(r"-?(?:messe|kongress|expo|symposium|summit|gipfel|festival)$")
_ANY_EVENT = frozenset(
    "fach haus leit branchen verbraucher job jobs ausbildungs karriere online regional welt fachbesucher inhouse web video telefon jahres bundes landes partei musik film".split()
)
"""What stands before "messe" or "kongress" in words that name none."""
_HOUSE = re.compile(
    r"(?<![\w-])(?P<kind>(?:[^\W\d_]{2,20})?(?:klinik|klinikum|hospital|krankenhaus|schule|akademie|institut|stiftung|brauerei|backerei|metzgerei|gartnerei|apotheke|praxis|hotel|gasthof|gasthaus|pension|weingut|gut|kita|kindergarten|pflegeheim|seniorenheim|seniorenzentrum|residenz|haus|hof|muhle|theater|museum|therme|kloster|zentrum|forum|campus|werkstatt))"
    r" (?:am|an der|an den|im|in der|zum|zur|zu den|vom|auf der|auf dem|bei der|unter den|hinter dem) (?P<name>[^\W\d_][\w-]{3,30})"
)
_TOWN = re.compile(
    r".{3,}(?:bach|burg|berg|dorf|heim|hausen|hofen|furt|brucken?|ingen|rode|stedt|stein|kirchen|munster|hagen|weiler|felden|mann)$"
)
_TOWARDS = frozenset("in aus nach bei ab von".split())
_LEFT = re.compile(r"([^\W\d_]+) $")


def is_institution(key: str) -> bool:
    """True for a bare noun that is a kind of house: what follows it is the name ("Brauerei Kern")."""
    return bool(_INSTITUTION.search(key))


def is_event(key: str) -> bool:
    """True for a bare noun that names one fair or congress: "hafenmesse", but not "fachmesse"."""
    event = _EVENT.search(key)
    head = key[: event.start()] if event else ""
    return len(head) >= MIN_EVENT_HEAD and head not in _ANY_EVENT


def is_town(key: str, previous: str) -> bool:
    """True for a bare noun that by its build is a town, right behind a preposition without an
    article: "in Erlenbach", "in Ulm"."""
    return previous in _TOWARDS and (is_city(key) or sounds_like_name(key))


def sounds_like_name(key: str) -> bool:
    """True for a bare word that ends as towns and families do and that no dictionary lists."""
    return bool(_TOWN.match(key)) and key not in common_words("de")


def houses(line: str, level: str) -> Iterator[tuple[int, int]]:
    """Where a house is named by its place, without an article before it: "kennen Sie Klinik am
    Erlenbach"; the span is that of the place."""
    for found in _HOUSE.finditer(level):
        kind, name = found.start("kind"), found["name"]
        left = _LEFT.search(level, max(0, kind - 40), kind)
        word = left[1] if left else ""
        described = word in DETERMINERS or re.search(r"(?:e[nrsm]?)$", word) is not None
        capitals = line[kind].isupper() and line[found.start("name")].isupper()
        if capitals and name not in SAFE and (not described or word in ("sie", "dass", "kennen")):
            yield found.start("name"), found.end("name")
