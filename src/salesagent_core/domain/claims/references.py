# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Wordings that tell of other customers, of what came of it there, and of awards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

_NEAR_EN = r"(?:next door|down the (?:road|street)|up the road|across the (?:road|street)|round the corner|in your (?:\w+ )?(?:area|street|road|town|village|neighbou?rhood|region|county|sector|industry|trade|position|situation)|around you|near you|nearby)"
_NEAR_DE = r"(?:aus|in|von) (?:der|ihrer|ihrem|dem) (?:\w+ )?(?:nachbarschaft|strasse|region|gegend|umgebung|branche|nahe|ort|stadt|nachbarort|nachbarhaus)"
_NEAR_FR = r"(?:de|dans|du) (?:votre|la meme|le meme|meme) ?(?:rue|quartier|region|ville|commune|secteur|departement|branche|metier|taille)|(?:d'a cote|voisine?s?|d'en face)"
_NEAR_ES = r"(?:de|en) (?:su|la misma|el mismo|esta|la) (?:calle|zona|barrio|ciudad|region|pueblo|sector|provincia|tamano|ramo)|de al lado|de enfrente|vecin[oa]s?"
_MANY = r"(?:many|several|other|others|dozens|hundreds|thousands|countless|numerous|more than|over|some|about|around|\d)"
_VIELE = r"(?:viele\w*|mehrere\w*|andere\w*|zahlreiche\w*|etliche\w*|einige\w*|manche\w*|uber|mehr als|rund|hunderte\w*|dutzende\w*|\d)"
_MAINT = r"(?:plus de|plusieurs|d'autres|de nombreu\w+|beaucoup|quelque|des dizaines|des centaines|certain\w+|une? autre|\d)"
_MUCHOS = r"(?:mas de|muchos|muchas|varios|varias|otros|otras|algunos|algunas|numeros\w+|decenas|cientos|unos|unas|\d)"
_WIDER = (
    rf"as (?:we|i) (?:have |'ve |had |also |already )?(?:found|seen|saw|noticed|learned|learnt|know|experienced|did|do|had|showed|proved|discovered) (?:\w+ ){{0,2}}?(?:with|at|for|from|in) (?!our\b|your\b|the (?:brochure|price|list|offer|call|table))|as it (?:already |now )?(?:is|does|has|was|works) (?:\w+ )?(?:for|at|with|in) {_MANY}|(?:already|now) (?:is|does|works?|works|runs?|happens|done|the case|in use|standard) (?:\w+ ){{0,2}}(?:for|at|with|in|by) {_MANY}|(?:is|are) (?:already|now) (?:\w+ ){{0,2}}(?:for|at|with|in|by) {_MANY}"
    rf"|(?:with|for|at|like) (?:the|a|an|another|some|several|two|three|many|other|your) (?:\w+ ){{1,3}}?{_NEAR_EN}\b|(?:with|for|at|from|by|like) (?:the|a|an|another|your|other|several|two) neighbou?r(?:s|ing \w+)?\b|(?:the|a|an|another|two|three|several|many|some|most|other) (?:\w+ ){{1,3}}?{_NEAR_EN} (?:\w+ )?(?:has|have|had|is|are|was|were|chose|uses?|use|did|does|do|bought|took|found|finds?|confirms?|told|loves?|likes?|swears?|relies|rely|went|made|picked)\b|(?:something|anything|a job|a project|one|exactly|quite) (?:very )?(?:similar|comparable|the same|like (?:this|it|yours)) (?:\w+ ){{0,3}}?(?:for|at|with)\b"
    rf"|(?:has|have) been \w+ (?:\w+ ){{0,4}}?(?:for|by) {_MANY}|(?:were|was|are|is) (?:\w+ )?(?:pleased|delighted|thrilled|happy|satisfied|impressed) (?:with|by) (?:it|us|them|our|the result\w*)\b"
    rf"|wie (?:schon |auch |bereits |zuletzt )*(?:bei|fur|beim|in|im) (?:\w+ )?(?:\w*nachbar\w*|{_VIELE})|so (?:lauft|ist|machen|halten|handhaben|funktioniert|arbeiten|macht|nutzen) (?:es |das |wir |sie )*(?:auch |schon |bereits )+(?:\w+ )?(?:in|bei|fur|uber|{_VIELE})|\w+ {_NEAR_DE} (?:\w+ )?(?:hat|haben|ist|sind|nutzt|nutzen|setzt|setzen|macht|machen|schwort)\b|{_VIELE} (?:\w+ )?(?:haben|bestatigen|schatzen|nutzen|setzen|vertrauen|berichten|sagen|schworen) (?:uns|das|es|darauf|sich|auf|bereits|schon)|wird (?:\w+ ){{0,2}}von (?:der|dem|den|einer|einem|{_VIELE}) [^.!?,\n]{{2,50}}?(?:bestellt|genutzt|gebucht|eingesetzt|verwendet|geschatzt|empfohlen|gelobt)|(?:gute|beste|sehr gute) erfahrungen|(?:bei|fur|mit) (?:einem|einer|ihrem|ihrer|dem|der|den) (?:\w+ )?\w*nachbar\w*"
    rf"|comme (?:nous|on) (?:l')?(?:avons|avions|l'avons|a|l'a|le faisons|faisons) (?:\w+ )?(?:constate|vu|fait|observe|remarque|verifie|deja|pour|chez)?\w* ?(?:chez|avec|pour|dans|a|au) |c'est (?:deja |aussi |d'ailleurs |ainsi )+(?:le cas|ce que|que)? ?(?:\w+ ){{0,3}}?{_MAINT}|(?:une?|plusieurs|deux|trois|{_MAINT}) (?:\w+ ){{1,2}}?(?:{_NEAR_FR}) (?:\w+ )?(?:est|sont|a|ont|utilise|utilisent|en|l'|nous|s'|se|y)|(?:chez|avec|pour) (?:votre|vos|la|le|les|une?) (?:\w+ )?voisine?s?\b|en (?:est|sont) (?:\w+ )?(?:ravi|content|satisfait|enchante)\w*"
    rf"|como (?:ya )?(?:comprobamos|vimos|hicimos|notamos|pudimos (?:ver|comprobar)|hemos (?:visto|comprobado|hecho)|nos (?:paso|ocurrio)) (?:en|con|para|a|al) |asi (?:lo |ya |es |funciona |como |se )*(?:hacen|tienen|usan|hace|es|funciona|trabajan|ocurre|sucede)?(?: ya)? ?(?:en |para |con )?{_MUCHOS} |(?:un|una|dos|tres|algun\w*|{_MUCHOS}) (?:\w+ )?(?:{_NEAR_ES}) (?:\w+ )?(?:esta|estan|lo|la|ya|nos|usa|usan|tiene|tienen|confi\w+|trabaj\w+|elig\w+|han|ha|repit\w+)\b|(?:en|con|para|al|a) (?:el|la|un|una|su|los|las)? ?\w+ (?:de al lado|de enfrente|vecin[oa]s?)\b|(?:nos )?lo (?:confirman|aseguran|atestiguan|avalan)\b"
)
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
_WON = r"(?:won|win|received|receive|awarded|earned|picked up|erhalten|gewonnen|bekommen|erhielt\w*|gewann\w*|recu|recus|obtenu\w*|remporte\w*|decroche\w*|recompense\w*|recibi(?:do|o|mos|eron)|ganado|obtenido|logrado|conseguido|gan(?:o|amos|aron)|obtuv\w+|consigui\w+)"
_AWARD = rf"{_WON} (?:[\w'-]+ ){{0,6}}?{_PRIZE}\b|{_PRIZE} (?:[\w'-]+ ){{0,6}}?{_WON}\b|(?:a|ont|avons) ete (?:recompense|prime|distingue)\w*|(?:ist|sind|wurde\w*) (?:\w+ ){{0,5}}(?:ausgezeichnet|pramiert)|(?:was|were|been) (?:named|voted|shortlisted)\b|(?:fue|fuimos|ha sido|hemos sido) (?:premiad|galardonad|distinguid|reconocid)\w+"

_BODY = r"(?:\w*association|federation|chamber|institute?s?|laborator(?:y|ies)|trade (?:press|body|journal|magazine)|industry (?:press|body)|experts?|press|magazines?|testers?|consumer \w+|universit(?:y|ies)|authorit(?:y|ies)|\w*verband\w*|\w*verein(?:igung)?|\w*institute?s?|\w*kammer|innung|fachpresse|presse|hochschule|universitat\w*|\w*zeitschrift\w*|prufstelle|prufer|experten|stiftung \w+|\w*amt|syndicat|chambre|institute?|laboratoire|organisme|presse|universite|experts?|asociacion|federacion|colegio|camara|gremio|instituto|laboratorio|organismo|prensa|universidad|expertos|revistas?)"
_PRAISES = r"(?:recommend\w*|endors\w+|confirm\w*|certif\w+|attest\w*|prais\w+|approv\w+|rat(?:es?|ed)|rank\w*|empfiehlt|empfehlen|empfohlen|bestatig\w+|lobt|loben|gelobt|bewerte\w+|zertifizier\w+|auszeichne\w+|zeichnet|gepruft|recommand\w+|confirm\w+|atteste\w*|approuv\w+|salue\w*|classe|recomiend\w+|recomend\w+|avala\w*|acredita\w*|elogia\w*|aprob\w+|aprueb\w+)"
_RANKED = r"(?:best|top)-?[ -]?selling|(?:meist|best)(?:verkauft|gekauft|genutzt)\w*|beliebtest\w*|erfolgreichst\w*|verkaufsschlager|bestseller|(?:le|la|les) plus (?:vendue?s?|utilisee?s?|populaires?|demandee?s?|apprecie\w*)|(?:el|la|los|las|mas) (?:\w+ )?mas (?:vendid|utilizad|demandad|popular|valorad|usad)\w*|(?:the|our) most (?:popular|widely used|sold|requested|chosen)|(?:quality|test|independent|trust)[ -](?:seal|mark|label)\b|(?:gute|qualitats|pruf|test)siegel|label (?:de )?(?:qualite|independant)|sello (?:de )?(?:calidad|independiente)"
_PRAISED = rf"{_BODY} (?:(?:[\w'-]+|\|+) ){{0,4}}?{_PRAISES}\b|{_PRAISES} (?:by|von|vom|durch|par|por) (?:[\w'-]+ ){{0,3}}?{_BODY}\b"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    families = (
        ("serves", f"{_SERVES}|{_WIDER}"),
        ("results", _RESULTS),
        ("award", f"{_AWARD}|{_PRAISED}|{_RANKED}"),
    )
    return {name: re.compile(rf"(?<!\w)(?:{words})") for name, words in families}


def find_references(text: str) -> Iterator[Reference]:
    """``text`` in bare form."""
    for family, pattern in _patterns().items():
        for match in pattern.finditer(text):
            yield Reference(family=family, start=match.start(), end=match.end())
