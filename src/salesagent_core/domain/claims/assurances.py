# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Assurances for the case that something goes wrong, and things kept for one reader, by wording.

They widen families of the statements: as those, they are weighed against the sources in other
words before they are refused.
"""

from __future__ import annotations

_COST = r"(?:\w*costs?|expenses?|bills?|postage|difference|fees?|charges?|surcharge)"
_KOSTEN = r"\w*(?:kosten|differenz|gebuhr\w*|betrag|porto|versand|spesen|auslagen|mehrpreis|schaden|reparatur\w*)"
_KEPT = r"(?:reserved|blocked|held|free|open|set aside|put aside|on hold|yours|kept)"
_FREI = r"(?:frei|reserviert|geblockt|blockiert|vorgemerkt|gesichert|zuruckgelegt|freigehalten|eingeplant)"
_GARDE = r"(?:bloque|reserve|garde|retenu|mis de cote|mise de cote|acquis|libre)\w*"
_GUARD = r"(?:reservad|bloquead|apartad|guardad|libre|asignad)\w*"

ASSURANCES: dict[str, str] = {
    "free": rf"(?:we|i)(?:'ll| will| would| shall)? (?:\w+ )?(?:bear|cover|absorb|pick up|take over|take on|shoulder|assume|meet)s? (?:\w+ ){{0,3}}{_COST}\b|(?:we|i)(?:'ll| will)? (?:bear|cover|absorb|pay(?: for)?) (?:the |any |all )?(?:\w+ )?(?:shipping|freight|repairs?|damages?)\b|(?:{_COST}|damages?|repairs?|shipping) (?:is|are|will be|gets?) (?:\w+ )?(?:covered|paid|borne|absorbed|met|settled) by us\b|(?:borne|made good|settled) by us\b|(?:won't|will not) be (?:billed|charged|invoiced)"
    rf"|(?:ubernehmen|tragen|begleichen) wir (?:[\w%€.,]+ ){{0,5}}?{_KOSTEN}\b|wir (?:\w+ )?(?:ubernehmen|tragen|begleichen) (?:[\w%€.,]+ ){{0,5}}?{_KOSTEN}\b|{_KOSTEN} (?:\w+ ){{0,3}}(?:ubernehmen|tragen) wir|zu unseren lasten|auf unsere (?:kappe|rechnung)|unentgeltlich|ohne berechnung"
    r"|(?:est|sont|reste\w*|sera|seront|etait) (?:\w+ )?a notre charge|(?:prenons|prendrons|prend|prends) (?:\w+ ){0,2}(?:a|en) (?:notre )charge|nous (?:assumons|supportons) (?:le|la|les|l'|tous|toute)"
    r"|(?:asumimos|asumiremos|asume|cubrimos|cubriremos|sufragamos|costeamos) (?:nosotros )?(?:el|la|los|las|todo\w*|cualquier)|nos hacemos cargo|nos haremos cargo|(?:corre|corren|va|van|correra) (?:\w+ )?(?:por|de) nuestra parte|corremos con",
    "guarantee": r"(?:we|i)(?:'ll| will| would)? (?:\w+ )?(?:credit|compensate|reimburse) |(?:credited|compensated|reimbursed) (?:to you|with|for|twice|double)|(?:get|receive)s? [^.!?,;\n]{0,30}(?:back(?! to (?:me|us|you)\b)|credited|in compensation|as compensation)\b|(?:we|i)(?:'ll| will)? (?:knock|take) \S+ ?\w* ?off\b|we (?:\w+ )?(?:make|put) (?:it|that|this) (?:good|right)\b|(?:double|twice) the (?:amount|sum|difference|fee)|receive a replacement"
    r"|(?:schreiben|bekommen|erhalten|kriegen) (?:wir|sie|ihnen) [^.!?\n]{0,60}?(?:gut|gutgeschrieben|gutschrift|zuruck|entschadigung)\b|gutgeschrieben|gutschrift\w*|entschadig\w+|zahlen sie (?:nur )?(?:die halfte|weniger)|(?:doppelte[nr]?|zweifache[nr]?) (?:\w*betrag\w*|summe|differenz)"
    r"|recredit\w+|(?:vous |sera |sont |est )credit(?:e|es|ee|ees|ons|erons|era)\b|(?:un|votre|en) avoir (?:de|sur|est)\b|dedommag\w+|indemnis\w+|(?:le double|deux fois) (?:de )?(?:la|le|l|du)\b|nous (?:deduisons|deduirons) "
    r"|(?:le |les |te )(?:abonamos|abonaremos|abonare|compensamos|compensaremos|bonificamos|descontamos)\b|indemniz\w+|el doble\b",
    "held_for_you": rf"(?:stays?|remains?|will (?:be|stay|remain)|is|are|be|being) (?:\w+ )?{_KEPT} (?:\w+ )?(?:for you|in your name|for your|until|till)|(?:stays?|remains?) (?:reserved|blocked|on hold)\b|(?:nobody|no one|no-one) else (?:gets|will get|can|has|may)|(?:we|i)(?:'ll| will)? (?:hold|keep|block|save) (?:\w+ ){{1,4}}?(?:for you|until|free|open|back)\b"
    rf"|(?:bleibt|bleiben|ist|sind|wird|werden|steht|stehen) [^.!?,;\n]{{0,50}}?\b(?:fur sie|ihnen)\b [^.!?,;\n]{{0,30}}?\b{_FREI}\b|(?:bleibt|bleiben|wird|werden) [^.!?,;\n]{{0,40}}?\bbis\b [^.!?,;\n]{{0,30}}?\b{_FREI}\b|(?:fur sie|ihnen) (?:[\w.]+ ){{0,4}}?(?:vorgemerkt|geblockt|blockiert|reserviert|freigehalten|zuruckgelegt|gesichert|eingeplant|frei gehalten)\b|(?:nicht|keinem) (?:anderweitig|anderen|an andere)\b|an niemand\w* (?:anders|sonst)|(?:halten|halte|blocken|blocke|merken|merke) (?:wir|ich) [^.!?,;\n]{{0,40}}?(?:frei|zuruck|vor)\b"
    rf"|(?:reste|restent|restera|est|sont|sera|seront|demeure\w*) (?:\w+ )?{_GARDE} (?:\w+ )?(?:pour vous|jusqu|a votre nom)|vous (?:est|sont|reste|restent|sera|seront) (?:\w+ )?(?:reserve|garde|acquis|retenu|bloque)\w*|(?:gardons|bloquons|retenons|garde|bloque|retiens) (?:le|la|les|l'|un|une|cette|ce|cet|votre) ?\w+ (?:\w+ )?(?:pour vous|jusqu|a votre nom)|personne d'autre"
    rf"|(?:queda|quedan|sigue|siguen|permanece|permanecen|estara|estaran|quedara|quedaran|esta|estan) (?:\w+ )?{_GUARD} (?:para (?:usted|ustedes|vosotros|ti)|a su nombre|hasta)|(?:guardamos|guardaremos|guardo|bloqueamos|bloqueo|apartamos) (?:el|la|su|un|una|ese|esa) \w+ (?:\w+ )?(?:para|hasta)|(?:le|les|os|te) (?:guardamos|guardaremos|bloqueamos|bloqueo)\b|nadie mas",
    "terms": r"(?:prices?|rates?|fees?|quote) (?:\w+ ){0,3}(?:frozen|locked in|won't (?:change|rise|go up)|will not (?:change|rise|go up)|does not (?:change|rise))|(?:prix|tarifs?) ne (?:\w+ )?(?:bouger|changer|augmenter|monter|bouge|change|augmente)\w*|(?:precios?|tarifas?) no (?:\w+ )?(?:cambi|vari|subir|se mover|se modific|aument)\w*|\w*preise? (?:\w+ ){0,6}(?:unverandert|gleich|eingefroren|konstant)",
}
"""Bare text: more wordings of families of promises."""
