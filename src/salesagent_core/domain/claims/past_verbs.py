# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""The verbs by which a sentence tells of what has been, language by language.

Lower case with accents: Spanish "compró" tells what "compro" does not.
"""

from __future__ import annotations

import re
from functools import cache

_EN_IRREGULAR = "been begun bought brought built caught chosen come cut dealt done drawn driven eaten fallen felt fought found flown forgotten given gone got gotten grown had heard held hit kept known left lent let lost made meant met paid put read run rung said sat seen sent set shown shut spent spoken spread stood stolen taken taught thought told understood won worn written won"
_EN_PAST = "became began blew broke chose came did drew drove ate fell flew forgot gave went knew ran rang rode rose saw shook showed spoke stole swore threw took was were wore wrote"
_EN_EITHER = "bought brought built caught dealt felt fought found got had heard held kept lost made meant met paid said sent slept sold spent stood taught told thought understood won"
"""These may also be participles: "it is made", "paid once"."""
_EN_NOT_PAST = "need speed exceed proceed succeed feed indeed hundred seed weed breed red shed embed bed naked sacred gifted"
_EN_ADVERB = r"(?:(?:\w+ly|already|also|just|now|ever|never|always|once|only|since|not|n't|all|both|even|still|then|first|last|again|often|kindly|long|we|i|you|they|he|she|it|us|him|her|them) )"
_EN_PARTICIPLE = (
    rf"(?:(?!(?:{'|'.join(_EN_NOT_PAST.split())})\b)\w{{2,}}ed|{'|'.join(_EN_IRREGULAR.split())})"
)
_EN_NOUN = r"(?!(?:is|are|be|being|get|gets|can|will|stay|stays|remain|remains|look|looks|comes|roof|and|or|of|to|for|in|on|at|with|by)\b)\w+"
_EN_SUBJECT = rf"(?:we|i|you|he|she|they|it|who|which|then|(?:your|our|my|one of your|one of our|the|a|an|some|several|many|other|another|two|three|most) {_EN_NOUN}(?: {_EN_NOUN})?)"
_EN = (
    rf"(?:have|has|had|'ve|having|'d) {_EN_ADVERB}{{0,4}}{_EN_PARTICIPLE}"
    rf"|(?<!to )(?:{'|'.join(_EN_PAST.split())})(?! (?:\w+ )?(?:sorry|glad|pleased|happy|delighted|good|nice) to (?:read|hear|see|receive|learn|get)\b)"
    rf"|(?<=\w )(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeing )(?<!\bbeen )(?<!\bnot )(?<!\bwas )(?<!\bwere )(?<!\band )(?<!\bor )(?<!\bonly )(?<!\bget )(?<!\bto )(?:{'|'.join(_EN_EITHER.split())})"
    rf"|(?:{_EN_SUBJECT}) {_EN_ADVERB}{{0,2}}(?!(?:{'|'.join(_EN_NOT_PAST.split())})\b)\w{{2,}}ed(?! (?:by|with|in|at|on|to|for|as|and|or|into|version|data|against|onto|from) (?:\w+ ){{0,6}}(?:is|are|can|will|may|should|must|has|have)\b)"
    r"|used to \w+"
)

_DE_PARTICIPLE = r"(?![A-ZÄÖÜ])(?:(?:\w{2,8})?ge(?!gen|ben|ld|rade?|meinsam|meinde|schaft|werbe|nau|rn|samt)\w{2,}(?:t|en)|(?:be|ver|er|ent|zer|miss|wider|uber|über|unter|hinter|wieder|voll)\w{3,}(?:t|en)|\w{3,}iert|worden|(?:\w{2,5})?getan|gewesen|gehabt)"
_DE_WORD = r"[^\s,!?;:\n]{0,40}[^\s,.!?;:\n]"
_DE_WEAK = r"(?:sag|frag|mein|erwähn|erzähl|beklag|äußer|stell|kauf|wünsch|bemerk|bestell|besuch|teil|zeig|erklär|schilder|mach|hol|fühl|hör|lern|brauch|nutz|setz|mietet?|liefer|mess|prüf|plan|sprech|versuch|wähl|glaub|entwickel|begleit|gründ|entschied|führ|erreich|gelang|schick|sandt|gewann|überzeug|interessier|empfehl|informier|buch|reservier|notier|vereinbar|bestätig|signalisier|telefonier|installier|reparier|arbeit|melde|reklamier|beanstand|kündig|wechsel|nann|kann|dach|brach|rann|wand|koste|vermittel|lob|begeister|freu)(?:et|t)e(?:n|st|t)?"
_DE_STRONG = r"(?:war(?:en|st|t)?|wurden?|hatten?|hattet|kam(?:en)?|ging(?:en)?|sah(?:en)?|gab(?:en)?|nahm(?:en)?|sprach(?:en)?|schrieb(?:en)?|traf(?:en)?|fand(?:en)?|bat(?:en)?|hielt(?:en)?|ließ(?:en)?|lie(?:ss|ß)en|blieb(?:en)?|stand(?:en)?|verstand(?:en)?|lief(?:en)?|trug(?:en)?|zog(?:en)?|begann(?:en)?|erhielt(?:en)?|bekam(?:en)?|empfahl(?:en)?|entstand(?:en)?|entschied(?:en)?|gewann(?:en)?|halfen|half|lag(?:en)?|las(?:en)?|rief(?:en)?|saß(?:en)?|schlug(?:en)?|sandten?|tat(?:en)?|trat(?:en)?|unterschrieb(?:en)?|verlor(?:en)?|versprach(?:en)?|vertrat(?:en)?|verließ(?:en)?|wies(?:en)?|wussten?|kannten?|nannten?|dachten?|brachten?|mochten|konnten?|wollten?|durften?|mussten?|gefiel(?:en)?|fiel(?:en)?|lernten?|meldeten?)"
_DE = (
    rf"(?:habe|haben|hat|habt|hast|hätten|hatten?)(?=(?: {_DE_WORD}){{0,22}}? (?P<done>{_DE_PARTICIPLE})\b)"
    rf"|{_DE_PARTICIPLE}(?: (?:worden|werden|können))? (?:habe|haben|hat|habt|hatten?|worden)"
    rf"|(?:bin|ist|sind|seid)(?=(?: {_DE_WORD}){{0,14}}? (?:\w{{0,6}}gekommen|\w{{0,6}}gegangen|\w{{0,6}}gefahren|\w{{0,6}}gereist|\w{{0,4}}gewesen|\w{{0,4}}geworden|begegnet|worden|gestoßen|\w{{0,4}}gezogen|gelungen|passiert|geblieben|gewachsen|gewechselt|entstanden|\w{{0,5}}getreten)\b)"
    r"|(?:\w{0,6}gekommen|\w{0,6}gegangen|gewesen|geworden|begegnet|worden|gestoßen|\w{0,4}gezogen|gelungen|geblieben) (?:bin|ist|sind)"
    rf"|(?<!als )(?<!möchte )(?<!würde )(?:{_DE_STRONG}|{_DE_WEAK})"
)

_FR_PARTICIPLE = r"(?!qu\b)(?:\w{2,}(?:é|ée|és|ées)|(?!(?:ici|aussi|ainsi|parmi|lundi|mardi|mercredi|jeudi|vendredi|samedi|midi|merci|suivi|envi)\b)\w{2,}(?:i|ie|is|ies)(?<!ais)(?<!ois)|\w{1,}(?:u|ue|us|ues)(?<!vous)(?<!nous)(?<!tous)(?<!plus)(?<!sous)(?<!eu)|eu|fait|faite|faits|dit|dite|écrit|\w{2,}crite?s?|mis|mise|pris|\w{2,}pris|\w{2,}mise?s?|ouvert|offert|\w{1,}(?:int|aint|eint)|conduit|construit|produit|été)"
_FR_ADVERB = r"(?:(?!(?:le|la|les|un|une|des)\b)(?:\w+ment|déjà|bien|aussi|toujours|jamais|souvent|encore|tous|toutes|tout|pas|plus|donc|ensuite|beaucoup|été|d'ailleurs|longtemps|vous|nous|-\w+) )"
_FR = (
    rf"(?:ai|a|as|avons|avez|ont|avais|avait|avions|aviez|avaient|aura(?!\w)|j'ai|[nlmts]'(?:ai|a|avons|avez|ont|avait|avions|aviez))(?:-(?:je|nous|vous|t-il|t-elle))? {_FR_ADVERB}{{0,3}}{_FR_PARTICIPLE}"
    r"|(?:nous nous sommes|vous vous êtes|je me suis|s'est|s'était|se sont|s'étaient|nous nous étions|on s'est) (?:\w+ ){0,2}?\w+"
    r"|(?:sommes|êtes|est|suis|sont|était|étiez|étions|étaient) (?:\w+ ){0,2}?(?:venue?s?|allée?s?|passée?s?|arrivée?s?|partie?s?|entrée?s?|devenue?s?|intervenue?s?|tombée?s?|restée?s?|née?s?|montée?s?|revenue?s?|parvenue?s?)"
    r"|(?:étiez|étions|était|étaient|étais|aviez|avions|avait|avaient|vouliez|cherchiez|souhaitiez|disiez|hésitiez|utilisiez|travailliez|travaillions|disions|évoquiez|mentionniez|demandiez|vouliez|pensiez|envisagiez|aimiez|connaissiez|trouviez|faisiez|(?!\w*(?:r|f|pl|l|p|m|s|j|tr|portr|h)ait\b)\w{3,}ait|(?!\w*raient\b)\w{3,}aient|disait|voulait|cherchait|travaillait|utilisait|parlait|faisait|connaissait)"
    r"|fut|furent|fûmes|eûmes|eut|eurent"
    r"|(?:viens|vient|venons|venez|viennent|venions|venait|veniez) (?:tout juste )?(?:de |d')\w+(?:er|ir|re|oir)"
)

_ES_PARTICIPLE = r"(?:\w{2,}(?:ado|ido|ída|ído|ada|ida)|hecho|dicho|visto|puesto|escrito|abierto|vuelto|roto|resuelto|cubierto|descubierto|devuelto|satisfecho|propuesto|expuesto|impreso)"
_ES_E = r"(?:(?!\w*(?:ar|er|ir|dr|br|rr)é\b)(?!(?:qué|sé|té|café|porqué|también|esté|dé|fé|comité|bebé|chalé|palé|puré|carné)\b)\w{3,}é|(?:prepar|compar|repar|separ|retir|mir|admir|esper|recuper|gener|consider|aclar)é)"
_ES = (
    rf"(?:he|ha|hemos|han|había|habían|habíamos|haber|habernos|haberle|haberles|haberlo) (?:\w+ )?{_ES_PARTICIPLE}"
    r"|(?!(?:está|según)\b)\w{2,}ó|fue|fueron|fui|fuimos|hizo|hicieron|hicimos|hice|tuvo|tuvieron|tuvimos|tuve|estuvo|estuvieron|estuvimos|estuve|dijo|dijeron|dijimos|dije|pidió|vino|vinieron|vinimos|vine|dio|dieron|dimos|di|pudo|pudieron|pudimos|pude|puso|pusieron|pusimos|puse|trajo|trajeron|quiso|quisieron|quisimos|quise|supo|supimos|supe|vi|vio|vieron|vimos|\w{3,}aron|\w{2,}ieron|\w{2,}jeron"
    rf"|{_ES_E}|(?!(?:aquí|allí|ahí|así|casi|país|maíz|raíz)\b)\w{{3,}}í(?!\w)"
    r"|era|eran|éramos|(?!(?:acaba|graba|alaba|traba)n?\b)\w{3,}aban?|\w{3,}ábamos|estaban?|tenían?|teníamos|había|habían|decían?|querían?|quería|podía|hacían?|pensaban?|necesitaba|sabían?|vivían?|vendían?|servían?|conocían?|recibían?|perdían?|venían?"
    r"|(?:acabo|acaba|acaban|acabamos|acabáis) de \w+(?:ar|er|ir)\w*"
)

_EVENTS = {
    "EN": "visit|call|order|purchase|meeting|conversation|chat|talk|demo|trial|test|event|tour|start|beginnings?|foundation|founding|download|webinar|fair|project|installation|delivery|feedback|complaint",
    "DE": "(?i:\\w*(?:besuch|anruf|gespräch|telefonat|bestellung|kauf|treffen|termin|vorführung|test|messe|gründung|bestehen|anfang|anfängen|download|webinar|projekt|lieferung|einbau|rundgang|reklamation))",
    "FR": "visite|appel|passage|commande|achat|rencontre|réunion|échange|entretien|conversation|essai|démonstration|débuts?|création|fondation|salon|téléchargement|webinaire|projet|livraison|installation|réclamation",
    "ES": "visita|llamada|pedido|compra|encuentro|reunión|conversación|charla|prueba|demostración|inicios?|comienzos?|fundación|creación|feria|descarga|seminario|proyecto|entrega|instalación|queja",
}
_SINCE = (
    # Relations that stand since long, told in the present tense.
    r"|(?:we|they|firms?|companies|customers?|clients?|competitors?|neighbou?rs?|\w+) already (?!(?:need|want|have|know|has|use|mention|offer|include|work)\w*\b)(?:suppl(?:y|ies)|serves?|equips?|advises?|delivers?|supports?|looks? after|works? (?:with|for)|rel(?:y|ies) on|trusts?)\b|(?:for|since) (?:many |several |over \w+ |more than \w+ )?(?:years|decades|generations)\b|since (?:your|our|my) (?:\w+ )?(?:{EN})\b|already (?:a |our )?(?:\w+ )?(?:customers?|clients?)\b",
    r"|(?:wir|sie|[A-Za-z]\w+) (?:beliefern|betreuen|versorgen|beraten|begleiten|statten|unterstützen) (?:\w+ )?(?:bereits|schon|seit)\b|(?:wir )?(?:beliefern|betreuen|versorgen|begleiten|arbeiten) (?:wir )?(?:bereits|schon|seit (?:\w+ )?(?:[Jj]ahren|[Jj]ahrzehnten|[Gg]enerationen|langem|langer [Zz]eit))\b|seit (?:(?!\d)\w+ )?(?:[Jj]ahren|[Jj]ahrzehnten|[Gg]enerationen|langem)\b|seit (?:[Ii]hrem|[Ii]hrer|unserem|unserer|meinem) (?:\w+ )?(?:{DE})\b|(?:bereits|schon) (?:\w+ ){0,2}(?:[Kk]unden?|[Kk]undin)\b",
    r"|(?:fournissons|livrons|équipons|accompagnons|travaillons|conseillons|suivons) déjà\b|depuis (?:des |plusieurs |de nombreuses |plus de \w+ )(?:années|ans|décennies|générations)|depuis (?:votre|notre|nos|mon|ma) (?:\w+ )?(?:{FR})\b|déjà (?:\w+ )?clients?\b",
    r"|ya (?:suministramos|servimos|atendemos|equipamos|trabajamos|asesoramos|abastecemos|proveemos|colaboramos)\b|(?:llevamos|llevan|lleva) (?:\w+ ){1,3}?\w+ndo\b|desde (?:hace (?:\w+ )?(?:años|décadas|generaciones)|(?:su|nuestr[oa]s?|mi) (?:\w+ )?(?:{ES})\b)|ya (?:es|son|era|eran) clientes?\b",
)


_NEUTRAL = re.compile(
    r"(?:read|noted|asked|inquired|enquired|requested|wanted|gefragt|gebeten|baten|fragten|demandée?s?|demandiez|preguntado|pedido|preguntó|pidió|pasó|envió|mandó|facilitó|adjuntó|seen|saw|received|got|understood|named|listed|guessed|picked|chosen|chose|meant|described|outlined|specified|stated|left|given|filled|gelesen|gesehen|notiert|erhalten|bekommen|verstanden|vermerkt|genannt|aufgezählt|gewählt|ausgewählt|gemeint|beschrieben|geschildert|angegeben|hinterlassen|gemacht|vermutet|"
    r"lue?s?|vue?s?|notée?s?|reçue?s?|compris|citée?s?|choisie?s?|décrite?s?|précisée?s?|indiquée?s?|laissée?s?|repérée?s?|leído|visto|anotado|recibido|entendido|citado|elegido|descrito|indicado|dejado|facilitado)"
)
"""Verbs of reading a message and of writing it: what they go with is no event."""


def is_neutral(verb: re.Match[str], language: str) -> bool:
    """True where the verb that was found tells only that a message was written or read."""
    last = verb["done"] if language == "de" and verb["done"] else verb[0].split()[-1]
    return _NEUTRAL.fullmatch(last.lower()) is not None


@cache
def past_verbs(language: str) -> re.Pattern[str]:
    """What tells of the past in that language, one of the four; for lower case with accents."""
    words = {
        "en": _EN + _SINCE[0].replace("{EN}", _EVENTS["EN"]),
        "de": _DE + _SINCE[1].replace("{DE}", _EVENTS["DE"]),
        "fr": _FR + _SINCE[2].replace("{FR}", _EVENTS["FR"]),
        "es": _ES + _SINCE[3].replace("{ES}", _EVENTS["ES"]),
    }[language]
    before = "" if language == "fr" else "'"
    return re.compile(rf"(?<![\w{before}])(?:{words})(?!\w|'t)")
