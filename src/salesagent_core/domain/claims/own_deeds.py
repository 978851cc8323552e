# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What the writer's side says it will do for the reader, by wording: build what is missing, send
somebody of one's own, see to it that all is ready in time, answer for it in writing.

They widen the families of undertakings: as those, they are weighed against the sources in other
words before they are refused. What every sales mail offers (a call, an explanation, papers, an
answer) is no undertaking.
"""

from __future__ import annotations

import re

UNDERTAKEN = "undertaken"
"""What we will do, in any words: the widest of the families."""
_ROLE_EN = r"(?:project (?:manager|lead|leader|team)|team|trainer|technician|engineer|specialist|developer|consultant|adviser|advisor|coach|representative)\w*"
_ROLE_DE = r"(?:projektleit\w+|projektmanager\w*|projektteam\w*|team|trainer\w*|techniker\w*|spezialist\w*|entwickler\w*|service\w*team\w*|coach\w*)"
_ROLE_FR = r"(?:chef\w* de projet|responsable|equipe|formateur\w*|formatrice\w*|technicien\w*|specialiste|developpeur\w*|consultant\w*)"
_ROLE_ES = r"(?:jef[ea]s? de proyecto|responsable|equipo|formador\w*|tecnic[oa]|especialista|desarrollador\w*|director\w* de proyecto)"
_THING_EN = r"(?:function|feature|module|interface|integration|extension|report|template|field|version|option|tool|anything|whatever|everything)\w*"
_THING_DE = r"\w*(?:funktion|feature|modul|schnittstelle|anbindung|erweiterung|bericht|vorlage|feld|version|fehlende)\w*"
_THING_FR = r"(?:fonction\w*|module\w*|interface\w*|extension\w*|rapport\w*|modele\w*|version\w*|option\w*|outil\w*|connecteur\w*)"
_THING_ES = r"(?:funcion\w*|modulo\w*|interfa\w+|extension\w*|ampliacion\w*|informe\w*|plantilla\w*|version\w*|opcion\w*|herramienta\w*|conector\w*)"
_BY_EN = r"(?:before|by|in time for|ahead of|until|from day one|the moment|when your)"
_BY_DE = r"(?:vor|bis|rechtzeitig|punktlich|termingerecht|bevor|zum)"
_BY_FR = r"(?:avant|d'ici|pour le|pour la|pour votre|a temps|des le|dans les (?:temps|delais))"
_BY_ES = r"(?:antes de|para (?:el|la|su|cuando)|a tiempo|desde el primer|a mas tardar)"
_SALES_EN = r"(?:be (?:happy|glad|pleased|delighted|in touch|back|there|able|available|at|on|away|out)|gladly|happily|call|phone|ring|show|explain|walk|take you|go|look|answer|reply|write|talk|speak|discuss|meet|see|find out|know|need|contact|reach|check|clarify|ask|forward|pass|share|let|tell|propose|suggest|try|help|come back|get back|get in|get you|follow|note|wait|think|prepare|put together|keep (?:you|it|this|that|an eye|in)|leave|send|e?mail|return|respond|give (?:you|it)|start|begin|adjust|demonstrate|present|describe|outline|compare|have (?:a|another|to)|hear|listen|read|review|say|mention|stop|bear|remember|respect|remove|take (?:a|note|it|your|that|this)|be\b)"
_SALES_DE = r"(?:freuen|melden|anrufen|zeigen|erklaren|erlautern|schicken|senden|zusenden|schreiben|antworten|beantworten|besprechen|sprechen|telefonieren|klaren|prufen|nachfragen|weiterleiten|mitteilen|sagen|nennen|vorschlagen|helfen|vorstellen|vorfuhren|durchgehen|ansehen|anschauen|kontaktieren|informieren|berichten|beraten|sehen|treffen|horen|versuchen|wissen|sein|haben|konnen|mussen|brauchen|zurucksenden|unterstutzen)"
_SALES_FR = r"(?:(?:re)?contact|appel|rappell?e|montre|expliqu|envoi|enver|envoye|ecri|repond|parle|discute|echange|verr|regarde|presente|precise|indique|transmett|communique|informe|propose|aide|revien|reviendr|reprend|fer(?=(?:ons|ai) (?:un plaisir|parvenir|le point|suivre))|sau|pour|ser(?=(?:ons|ai) (?:ravi|heureu|content|disponible|a |la |present|en ))|aur(?=(?:ons|ai) (?:plaisir|le plaisir|besoin))|adresse|detaille|demande|verifie|attend|tiendr|dir|donne|prepare|note|remett|partage|aborde|voi|convien|fixe|consulte|serons|etudie|examine|dev)"
_STEMS_FR = r"\w*(?:liv|ent|mont|off|ouv|couv|ti|admi|ge|ope|espe|prefe|conside|gene|recupe|accele|assu|mesu|procu|factu|encad|regist|prepa|sepa|elabo|colla)"
"""Before "rons" a present, no future."""
_SALES_ES = r"(?:contact|llam|mostr|explic|envi|escrib|respond|contest|habl|comentar|ver|mirar|revis|present|precis|indic|mand|inform|propon|propondr|ayud|volver|har(?=(?:emos|e) (?:llegar|un repaso))|sabr|podr|estar(?=(?:emos|e) (?:encantad|a su|disponible|en ))|ser(?=(?:emos|e) )|tendr(?=(?:emos|e) (?:mucho|el|que))|detall|pregunt|comprob|esper|dir|dar(?=(?:emos|e) (?:respuesta|mas|todos|los|la informacion))|prepar|anot|pas(?=(?:aremos|are) (?:la|los|el))|compart|convers|consult|estudi|remit|aclar|atender|facilit|adjunt|deber|ense|repas)"

OWN_DEEDS: dict[str, dict[str, str]] = {
    "staffed": {
        "en": rf"(?:dedicated|assigned|personal|your own|own|full-time|permanent) {_ROLE_EN}|{_ROLE_EN} (?:\w+ )?(?:dedicated|assigned|of your own)\b",
        "de": rf"(?:eigene[rnms]?|feste[rnms]?|personliche[rnms]?|dedizierte[rnms]?|ausschliesslich fur sie zustandige\w?) {_ROLE_DE}\b",
        "fr": rf"{_ROLE_FR} (?:\w+ ){{0,4}}?(?:dedie|attitre|attribue|affecte|reserve|rien que|personnel)\w*|{_ROLE_FR} (?:sera )?(?:\w+ )?a votre (?:entiere |seule )?disposition",
        "es": rf"{_ROLE_ES} (?:\w+ ){{0,4}}?(?:dedicad|propi|asignad|exclusiv|personal(?!izad))\w*",
    },
    "built": {
        "en": rf"(?:we|i|our \w+)(?:'ll| will| can| would|) (?:\w+ )?(?:build|develop|program|code|create|design|implement|add)s? (?:[\w-]+ ){{0,4}}?{_THING_EN}(?: [\w-]+){{0,3}}? (?:for you|you (?:need|want|miss|like)|your|missing|this|next|within|by|before)|(?:we|i)(?:'ll| will) (?:\w+ )?(?:build|develop|program|code|design|implement) |(?:tailor-made|custom[- ]built|built specially|specially (?:built|developed|made)) (?:\w+ )?for you",
        "de": rf"(?:baue\w?|entwickel\w+|programmier\w+|erganz\w+|setze\w? um|richte\w?) (?:wir|ich) (?:[\w-]+ ){{0,4}}?(?:fur (?:sie|euch)|ihnen|nach|ein|dazu)\b|(?:wir|ich) (?:werden? )?(?:[\w-]+ ){{0,2}}?(?:fur (?:sie|euch)|ihnen) (?:[\w-]+ ){{0,4}}?(?:baue\w?|entwickel\w+|programmier\w+)|(?:wir|ich) (?:bauen|baue|entwickeln|entwickle|programmieren|programmiere) (?:[\w-]+ ){{0,4}}?(?:fur (?:sie|euch)|ihnen|nach|{_THING_DE})\b|{_THING_DE} (?:[\w-]+ ){{0,2}}?(?:bauen|entwickeln|programmieren|erganzen) wir\b",
        "fr": rf"nous (?:vous )?(?:developp|programm|cre|construi|concev|ajout|code|realis)\w*(?:ons|erons|rons)\b (?:[\w']+ ){{0,5}}?(?:{_THING_FR}|pour vous|sur mesure|specialement|expres)|(?:developp|programm|construi|concev)\w*rons\b|(?:developpee?s?|concue?s?|creee?s?) (?:specialement|expres|rien que|sur mesure) pour vous",
        "es": rf"(?:le |les |os )?(?:desarroll|program|cre|construi|disen|anad|implement)\w*(?:amos|emos|imos)\b (?:[\w]+ ){{0,5}}?(?:{_THING_ES}|para (?:usted|ustedes|su)|a (?:su )?medida|expresamente)|(?:desarroll|program|construi)\w*(?:aremos|iremos)\b|(?:desarrollad|disenad|cread)\w+ (?:expresamente|especialmente|a medida) para (?:usted|ustedes)",
    },
    "ensured": {
        "en": r"(?:we|i)(?:'ll| will| shall| can|)(?: \w+)? (?:make sure|ensure|see to it|guarantee|arrange for|arrange that|get (?:it|this|that|everything|all)|have (?:it|this|that|everything|all|you) (?:\w+ ){0,3}?(?:ready|running|installed|done|finished|live|delivered))\b(?! (?:you (?:get|receive|have) (?:an answer|a reply|the|all)|(?:\w+ ){0,4}(?:answers?|reply|replies|gets? back|contacts?|calls?|talk|meeting)\b))|(?:you can|you may) (?:count|rely|depend|bank) on\b",
        "de": r"(?:wir|ich) (?:werden? |konnen |kann )?(?:\w+ )?(?:sorgen?|stellen? sicher|gewahrleisten?|setzen? (?:alles )?durch|kummern? uns darum)\b(?: dafur)?|(?:sorgen?|gewahrleisten?) (?:wir|ich)\b|stellen? (?:wir|ich) sicher|dafur (?:sorgen?|stehen?|stehe) (?:wir|ich)|(?:sie konnen|konnen sie) (?:\w+ ){0,3}?(?:auf uns |darauf |fest )(?:zahlen|rechnen|verlassen|bauen)",
        "fr": r"nous (?:\w+ )?(?:veill(?:erons|ons) a|fer(?:ons) en sorte|faisons en sorte|assurerons|nous assurer?ons|garantirons)|je (?:\w+ )?(?:veillerai a|veille a ce|ferai en sorte|fais en sorte)|c'est promis|vous pouvez compter (?:sur|la)",
        "es": r"nos (?:aseguraremos|aseguramos|encargaremos|encargamos|ocuparemos|ocupamos) (?:de|del)\b|me (?:asegurare|aseguro|encargare|encargo|ocupare|ocupo) (?:de|del)\b|(?:haremos|hare) (?:que|lo posible|todo)|velaremos por|(?:puede|pueden) (?:contar con|confiar en) que|cuente con que|se lo (?:prometo|prometemos|aseguro)",
    },
    "readied": {
        "en": rf"(?:everything|all|it|you|system|installation|software)(?:'ll| will| is going to)? (?:\w+ )?(?:be |have )?(?:\w+ ){{0,2}}?(?:ready|in place|up and running|operational|finished|done|installed|set up|live) (?:\w+ )?{_BY_EN}\b|have (?:you|it|everything|all) (?:\w+ ){{0,3}}?(?:ready|running|live|in place) {_BY_EN}\b",
        "de": rf"(?:noch )?{_BY_DE} (?:[\w-]+ ){{1,4}}?(?:fertig|startklar|einsatzbereit|bereit|betriebsbereit|eingerichtet|installiert|am laufen|steht alles|lauft alles)\b|(?:steht|lauft|ist) (?:bei ihnen )?alles (?:[\w-]+ ){{0,2}}?{_BY_DE}\b",
        "fr": rf"tout (?:sera|est|soit) (?:\w+ ){{0,2}}?(?:en place|pret|operationnel|installe|termine|fini|livre|regle)\w* (?:\w+ )?{_BY_FR}|vous serez (?:\w+ )?(?:prets?|operationnel\w*|equipe\w*) (?:\w+ )?{_BY_FR}",
        "es": rf"(?:tendra|tendran|tendreis|estara|estaran|quedara|quedaran) (?:\w+ ){{0,3}}?(?:list[oa]s?|en marcha|instalad\w+|funcionando|terminad\w+|operativ\w+|a punto) (?:\w+ )?{_BY_ES}",
    },
    "binding": {
        "en": r"(?:binding|firm|final|signed) (?:\w+ )?(?:quote|quotation|offer|contract|proposal|agreement|confirmation|commitment|undertaking|promise)\w*|written (?:commitment|undertaking|promise)",
        "de": r"(?:verbindliche[snrm]?|unterschriebene[snrm]?|unterzeichnete[snrm]?|feste[snr]?) (?:\w+ )?(?:\w*angebot\w*|zusage\w*|\w*vertrag\w*|bestatigung\w*|kostenvoranschlag\w*|zusicherung\w*)|schriftliche[nr]? (?:zusage|zusicherung)",
        "fr": r"(?:devis|offre|proposition|engagement|confirmation|contrat) (?:\w+ )?(?:ferme|signee?|definiti\w+|contraignante?)s?\b|notre contrat signe",
        "es": r"(?:presupuesto|oferta|propuesta|compromiso|confirmacion|contrato) (?:\w+ )?(?:vinculante|en firme|firme|firmad[oa]|definitiv[oa])s?\b",
    },
    "unpaid": {
        "en": r"without (?:billing|charging|invoicing) you|(?:won't|will not|never|not) (?:bill|charge|invoice) you\b",
        "de": r"ohne (?:ihnen )?(?:\w+ ){0,3}?(?:zu berechnen|in rechnung zu stellen|zu verlangen)|(?:stellen|berechnen|verlangen) wir (?:ihnen )?(?:\w+ ){0,3}?(?:nicht|nichts|kein\w*)\b",
        "fr": r"sans (?:rien )?(?:vous )?(?:le |la |les )?(?:facturer|faire payer|compter)",
        "es": r"sin (?:cobrar|facturar|cargar)(?:le|les|os|se)?\w*",
    },
    "kept_aside": {
        "en": r"(?:i|we)(?:'ve| have| had) (?:\w+ )?(?:had|got) (?:[\w-]+ ){1,4}(?:set|put|laid) aside",
        "de": r"(?:habe|haben|hatte) (?:ich |wir )?(?:\w+ ){0,6}?(?:zurucklegen|reservieren|blocken|vormerken|freihalten|zuruckstellen) lassen|lasse\w? (?:ich |wir )?(?:\w+ ){0,5}?(?:zurucklegen|reservieren|blocken|vormerken|freihalten)",
        "fr": r"(?:ai|avons) fait (?:mettre (?:\w+ ){0,3}?de cote|reserver|bloquer|garder)",
        "es": r"(?:he|hemos) (?:mandado|hecho|pedido) (?:que )?(?:apart|reserv|guard|bloque)\w+",
    },
    UNDERTAKEN: {
        "en": rf"(?:you will|you'll) (?:also |even )?(?:get|receive|be given|be sent) |(?:we|i)(?:'ll| will| shall) (?:also |gladly |happily |even |then |personally |of course |certainly |always |never |not |be |just )*(?!also|gladly|happily|even|then|personally|of course|certainly|always|never|not|just|be |{_SALES_EN})[a-z]{{3,}}",
        "de": rf"(?:wir werden|ich werde|werden wir|werde ich) (?:[\w-]+ ){{0,6}}?(?!\w*{_SALES_DE}\b)\w{{3,}}(?:en|ern|eln)(?= ?[.!,;]|$)|(?:(?<!\w)(?!{_SALES_DE}\b|wunschen\b|danken\b|empfehlen\b|bieten\b|machen\b)[a-z]{{3,}}(?:en|ern|eln) wir|wir (?!{_SALES_DE}\b|wunschen\b|danken\b|empfehlen\b|bieten\b|machen\b)[a-z]{{3,}}(?:en|ern|eln)) (?:ihnen|euch)\b|(?:[a-z]{{3,}}(?:en|ern|eln) wir|wir [a-z]{{3,}}(?:en|ern|eln)) (?:(?:eigens|extra|speziell|naturlich|selbstverstandlich) )?(?:nur )?fur (?:sie|euch)\b(?! (?:da|erreichbar|bereit))",
        "fr": rf"vous (?:recevrez|obtiendrez|beneficierez)\b|nos \w+ (?:vous )?\w{{3,}}ront\b|nous (?:vous |nous |le |la |les |l'|y |en |ne )*(?!{_SALES_FR}|{_STEMS_FR}rons\b)\w{{3,}}rons\b|je (?:vous |le |la |les |l'|y |en |ne )*(?!{_SALES_FR})\w{{3,}}rai\b",
        "es": rf"(?:recibira|recibiran|obtendra|obtendran|dispondra|dispondran)\b|nuestr\w+ \w+ (?:le |les )?\w{{3,}}ran\b|(?!{_SALES_ES}|queremos\b|sugeriremos\b)[a-z]{{3,}}(?:aremos|eremos|iremos|dremos)\b|(?:le|les|os|se lo|yo) (?!{_SALES_ES})[a-z]{{2,}}(?:are|ere|ire|dre)\b",
    },
}
"""Bare text: families of undertakings, by wordings in each language."""

_OFFER = {
    "en": r"calls?|chat|conversation|meeting|talk\w*|speak|questions?|answers?|replies|reply|details|points?|slot|agenda|brochure|link|attach\w*|proposal|suggestions?|request|enquiry|inquiry|e?mails?|line|short|brief|decide|understand|happy|glad|together|fits?|suits?|hear from you|in touch|your time|pick it up|explain\w*|colleague|information|overview|summar\w+|figures|step by step|best (?:option|way)|find",
    "de": r"\w*gesprach\w*|telefonat\w*|anruf\w*|\w*termin\w*|fragen?|antwort\w*|einzelheiten|details|punkte|agenda|broschure|link|\w*unterlagen|vorschl\w+|anfrage|mail|zeile|kurz|entscheiden|verstehen|gern\w*|gemeinsam|zusammen\w*|passt|passen\w*|melden|zeit|storen|ruhe|hore|kolleg\w+|informationen|uberblick|uberlegen|beispiele|klaren|finden|verfugung|kalender|eintragen|anhang\w*",
    "fr": r"appels?|echange\w*|entretien|rendez-vous|rencontre|creneau|date|questions?|reponses?|details|points?|agenda|brochure|documentation|lien|proposition|demande|mails?|ligne|bref|ensemble|decid\w+|comprend\w+|expliqu\w+|temps|reflechir|nouvelles|contact|disposition|plaisir|volontiers|convien\w+|collegue|informations?|joindr\w+|discuter|parler|besoins|chiffres|resume\w*",
    "es": r"llamada|conversacion|charla|reunion|cita|hueco|fecha|preguntas?|dudas|respuesta|detalles|puntos|agenda|folleto|documentacion|enlace|propuesta|solicitud|correo|lineas?|breve|juntos|decid\w+|entend\w+|explic\w+|tiempo|pensar|noticias|contacto|disposicion|gusto|encantad\w+|encaj\w+|companer\w+|informacion|adjunt\w+|comentarlo|hablar|necesidades|cifras|resum\w+|veremos|podremos|sabremos|debemos|deberemos",
}
_OFFERS = {language: re.compile(rf"\b(?:{words})\b") for language, words in _OFFER.items()}
_STOPS = re.compile(r"[.!?;\n]")
OFFERED_BEFORE = 40
"""So far before the verb the thing that is offered may stand."""


def only_offers(family: str, text: str, start: int, end: int, language: str) -> bool:
    """True for what every sales mail offers: to talk, to answer, to send papers, to find a date."""
    if family != UNDERTAKEN:
        return False
    before = _STOPS.split(text[max(0, start - OFFERED_BEFORE) : start])[-1]
    stop = _STOPS.search(text, end)
    said = before + text[start : stop.start() if stop else len(text)]
    return _OFFERS[language].search(said) is not None
