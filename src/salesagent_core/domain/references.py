# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Wordings that tell of other customers, of what came of it there, and of awards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

FAMILIES = frozenset({"serves", "results", "award"})


@attrs.frozen(kw_only=True)
class Reference:
    """``family`` is ``serves`` (others have it), ``results`` (what it did for them) or ``award``."""

    family: str
    start: int
    end: int


_SERVES = (
    r"we (?:already|also|currently|regularly) (?:do (?:this|that|it|so)|serve|supply|look after|work|clean|run|deliver|cater|print|insure|translate)\b[^.!?\n]{0,30}\bfor (?:\w+ ){0,2}(?:other|several|many|some|neighbou?ring|two|three|four|five|six|seven|eight|nine|ten|\d+)\b|(?:a|another|several|many|some|two|three|four|five|\d+) (?:neighbou?ring|nearby|local|similar|other) (?:\w+ ){1,6}?(?:has|have|did|does|do|already|uses?|runs?|bought|ordered|works?)\b|(?:have|has) been with us (?:since|for)|(?:\d[\d.,]*|hundreds of|dozens of|many) (?!of\b)(?:\w+ ){1,3}(?:already )?(?:use|rely on|work with|trust|run) (?:it|our|this|us)\b"
    r"|wir (?:betreuen|beliefern|versorgen|reinigen|arbeiten|versichern|drucken|ubersetzen) (?:schon|bereits) [^.!?\n]{2,60}|fur (?:eine?n?|mehrere|viele|andere|zwei|drei|vier|funf|zahlreiche) [^.!?\n]{2,60}? (?:haben|durften|konnten|machen) wir (?:schon|bereits|gerade|auch|kurzlich|das)\b|(?:arbeite[nt]|nutzen|nutzt) (?:schon|bereits) (?:seit \w+ )?(?:damit|mit uns|mit unser\w*)|so (?:bezieht|beziehen|nutzt|nutzen|macht|machen) (?:sie|es|das) auch|(?:ist|sind) (?:schon |bereits )?seit \w+ (?:unser\w* )?(?:kunde|bei uns)\b|wie auch (?:fur|bei) (?:die|den|das|der|dem) "
    r"|l'utilis(?:e|ent) (?:deja|depuis)|(?:nous|leur) (?:confient|confie) (?:deja )?\w+|travaill(?:e|ent) (?:deja )?avec nous|nous (?:travaillons|livrons|equipons|accompagnons|imprimons|traduisons|nettoyons) (?:deja|regulierement) [^.!?\n]{2,50}|comme (?:pour|chez) (?:le|la|les|l') ?(?!votre|vous|prix|reste)\w+ (?:de|du|d')"
    r"|ya (?:servimos|trabajamos|atendemos|suministramos|limpiamos|imprimimos|traducimos|aseguramos) (?:a|con|para) [^.!?\n]{2,50}|trabajan? (?:ya )?con nosotros|igual que (?:a|en|para) [^.!?\n]{2,40}|(?:traducimos|trabajamos|imprimimos|servimos) a menudo (?:para|con|a)\b|mas de [\w ]{2,30} (?:lo|la|nos) (?:usan|utilizan|eligen)"
)
_RESULTS = (
    r"(?:has|have) seen [^.!?\n]{2,50}? (?:rise|fall|drop|increase|grow|shrink|go (?:up|down)|improve|double|halve)\w*|(?:fell|dropped|rose|grew|shrank|went (?:up|down)|improved|increased) (?:there )?(?:by|noticeably|sharply|from)\b|(?:saved|cut|reduced|halved|doubled|lowered) (?:\w+ ){0,3}(?:of )?(?:their|its|his|her) \w+|with (?:very |really )?good results|(?:has|have) since (?:ordered|bought|added|extended|renewed)|ordered a second|most of our (?!products|machines|work|prices|customers pay)\w+ (?:find|have|are|get|come|stay|save|report|say|reorder)|come[s]? back (?:every|each) (?:year|autumn|season)"
    r"|(?:hat|haben) (?:so|damit|dadurch|seither|seitdem) [^.!?\n]{0,50}?(?:gespart|gesenkt|reduziert|verdoppelt|halbiert|verkurzt|gesteigert|bestellt)|(?:sind|ist) (?:dort|seither|dadurch|damit) [^.!?\n]{0,40}?(?:gesunken|gestiegen|zuruckgegangen)|mit (?:sehr )?gut(?:em|en) erfolg|die meisten unserer \w+ (?:finden|haben|sind|bekommen|bleiben|sparen)"
    r"|(?:ont|a) (?:ainsi|depuis|deja) (?:economise|reduit|baisse|divise|double|gagne)\w*|(?:a|ont) (?:baisse|augmente|chute|diminue|recule) (?:de|d'un)\b|avec de (?:tres )?bons resultats|la plupart de nos \w+ (?:trouv|obtien|ont|sont|revien)\w*"
    r"|(?:ahorr(?:o|aron)|redu(?:jo|jeron)|duplic(?:o|aron)) (?:asi|con ello|de este modo)|(?:ha|han) (?:ahorrado|reducido|duplicado|bajado|aumentado)\b|(?:bajo|bajaron|subio|subieron|cayo|cayeron) (?:un|una|en|a la)\b|con (?:muy )?buenos resultados|la mayoria de nuestr\w+ \w+ (?:encuentr|consig|repit|vuelv|ahorr)\w*|vien(?:e|en) cada (?:ano|otono|verano|primavera|invierno)"
)
_PRIZE = r"(?:awards?|prizes?|medals?|\w*preis|auszeichnung\w*|\w*medaille|gutesiegel|trophees?|prix|medailles?|premios?|galardon\w*|medallas?|distincion\w*)"
_WON = r"(?:won|win|received|receive|awarded|earned|picked up|erhalten|gewonnen|bekommen|erhielt\w*|gewann\w*|recu|recus|obtenu\w*|remporte\w*|decroche\w*|recompense\w*|recibi(?:o|mos|eron)|gan(?:o|amos|aron)|obtuv\w+|logr(?:o|amos)|consigui\w+)"
_AWARD = rf"{_WON} (?:[\w'-]+ ){{0,6}}?{_PRIZE}\b|{_PRIZE} (?:[\w'-]+ ){{0,6}}?{_WON}\b|(?:a|ont|avons) ete (?:recompense|prime|distingue)\w*|(?:ist|sind|wurde\w*) (?:\w+ ){{0,5}}(?:ausgezeichnet|pramiert)|(?:was|were|been) (?:named|voted|shortlisted)\b|(?:fue|fuimos|ha sido|hemos sido) (?:premiad|galardonad|distinguid|reconocid)\w+"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    families = (("serves", _SERVES), ("results", _RESULTS), ("award", _AWARD))
    return {name: re.compile(rf"(?<!\w)(?:{words})") for name, words in families}


def find_references(text: str) -> Iterator[Reference]:
    """``text`` in bare form."""
    for family, pattern in _patterns().items():
        for match in pattern.finditer(text):
            yield Reference(family=family, start=match.start(), end=match.end())
