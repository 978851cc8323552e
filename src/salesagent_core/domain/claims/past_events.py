# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Kinds of things that happen between a house and its customers, in four languages.

A note tells of a call in its own words ("Telefonat mit Frau Nowak"), a mail in others ("it was
good to speak with you"): both are of the kind ``spoke``.
"""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.claims.stance import denies

# Bare text. Nouns and verbs alike: what a note only names has happened.
_KINDS: dict[str, str] = {
    "spoke": r"calls?|called|calling|phoned|on the phone|rang|spoke\w*|speak\w*|talk\w*|conversation|chat\w*|discuss\w*|telefonat\w*|telefonisch|telefoniert\w*|telefongesprach|am telefon|anruf\w*|angerufen|gesprach\w*|gesprochen|besproch\w*|sprachen|unterh[ai]lt\w*|appels?|appele\w*|(?:au|par) telephone|telephonique\w*|por telefono|entretien|echang\w*|parl[eo]\w*|discut\w*|llam\w+|habl(?:amos|ado|e|ar|aron)|convers\w+|charl\w+|comentamos",
    "met": r"met|meet(?:ing|ings)?|treff\w*|getroffen|traf\w*|kennengelernt|kennenzulernen|begegne\w*|besprechung|termin|gesehen|rencontr\w*|reunion\w*|rendez-vous|vus?|conoc\w+|reuni\w+|encuentro|vimos|saludar\w*|see|saw|seen",
    "event": r"fairs?|trade ?shows?|shows?|stand|booth|expo\w*|exhibition|conference|meetup|open (?:day|house)|badge|\w*messe\w*|tag der offenen tur|salon|foire|portes ouvertes|ferias?|jornada\w*|congreso",
    "seminar": r"\w*webinar\w*|webinaires?|seminar\w*|seminaires?|workshops?|atelier",
    "visited": r"visit\w*|came (?:to|by|over|round)|surveyed|site survey|inspect\w*|tour|toured|show(?:ed|ing)? (?:you|me|us)|on site|besuch\w*|besichtig\w*|vor ort|rundgang|fuhrung|begehung|prufung|techniker|visites?|passage|venus?|accueil\w*|visita\w*|recorrido|inspeccion\w*|acogida|recib(?:ir|io|ieron)\w*|essen|welcom\w*|hospitality",
    "agreed": r"agree\w*|accepted|approv\w*|signed|confirmed|promis\w*|arranged|vereinbar\w*|abgesproch\w*|abgemacht|ausgemacht|zugesagt|versproch\w*|bestatigt\w*|genehmigt\w*|freigegeben|geeinigt|convenu\w*|accord\w*|approuv\w*|valide\w*|confirme\w*|acord\w+|quedamos|aprob\w+|prometi\w*|acept(?:o|aron|ado)",
    "bought": r"orders?|ordered|bought|buy|purchas\w*|customers? since|invoice\w*|deliver(?:ed|y)|shipments?|shipped|rented|hired|bestell\w*|gekauft|kauft\w*|auftrag\w*|\w*miete|gemietet|geliefert|lieferung|rechnung|kunde seit|command(?:e|es|ee|ees|er)\b|achet\w*|achats?|livree?s?|livraison|clients? depuis|pedidos?|compr(?:o|aron|ado|a|as)|encarg\w+|factura|entregad\w+|entrega|cliente desde|projects?|projekt\w*|chantier\w*|obra|installed|installation|install\w*|translat\w*|begleitet|durchgefuhrt|booked|gebucht|reserv\w+|buchung",
    "tested": r"test\w*|getestet|trials?|tried|try|pilot\w*|samples?|demos?|probe\w*|ausprobiert|muster\w*|essai\w*|essay\w*|echantillon\w*|pilote|prueb\w+|prob(?:o|aron|ado|ar)|muestra\w*|demonstra\w*|demostra\w*|vorfuhr\w*",
    "complained": r"complain\w*|problems?|faults?|faulty|broken|damage\w*|fail\w*|leak\w*|reklam\w*|defekt\w*|schaden|beschwer\w*|panne|plainte|defaut\w*|fuites?|averia\w*|fall(?:o|os|ado|an|a)|queja\w*|fuga",
    "referred": r"recommend\w*|refer(?:red|ral)\w*|introduc\w*|tip from|advice of|empfehl\w*|empfohl\w*|hinweis|verwies\w*|recommand\w*|conseil(?:le|lee|s)|recomend\w+|indicacion|de parte de",
    "heard": r"(?:hear|heard|learn|learned|learnt|know|knew) (?:of|about) us|(?:came|come|stumbled) (?:across|upon|on) us|(?:found|discovered|find|discover) us|(?:auf uns|von uns) (?:\w+ )?(?:aufmerksam (?:ge)?w\w+|gestossen|gekommen|gehort|erfahren)|uns (?:gefunden|entdeckt)|entendu parler de nous|nous (?:avez|a|ont) (?:\w+ )?(?:connus?|decouverts?|trouves?)|(?:supo|supieron|sabido|oyo|oyeron|oido|entero|enteraron|enterado) (?:hablar )?de nosotros|nos (?:conocio|conocieron|ha conocido|han conocido|encontro|encontraron|descubrio)|(?:llego a|dio con|llegaron a) nosotros",
    "happy": r"happy with|satisfied|pleased with|very good|zufrieden\w*|contents? de|tres contents?|satisfait\w*|content[oa]s? con|content[oa]s\b|satisfech\w*|feedback|bewertung",
    "downloaded": r"download\w*|herunter\w*|telecharg\w*|descarg\w*|registered|signed up|subscrib\w*|angemeldet|anmeldung|inscri\w+|visited (?:the |our )?(?:page|site|website)",
    "sent": r"sent|posted|mailed|faxed|(?:avons|avions|ai|a|ont) adresse\w*|send\w*|(?:passed|handed) (?:on|over|us|me|to)|shared (?=with|us|the|your|our|photos)|gave us|lassen zukommen|zukommen lassen|ubergeben|uberlassen|fait parvenir|remis|(?:nos|me) (?:paso|pasaron|hizo llegar|hicieron llegar|facilito|remitio)|hecho llegar|attach\w*|enclos\w*|forward\w*|upload\w*|geschickt|gesandt|zugesandt|gesendet|anhang|angehangt|beigefugt|envoy\w*|transmis\w*|ci-joint\w*|joint\w*|enviad\w+|envi(?:o|aron|amos|e)|mand(?:o|aron|ado)|adjunt\w*",
    "married": r"wedding\w*|marri\w+|bride|hochzeit\w*|heirat\w*|mariage\w*|boda|casamos|casarnos|novios",
    "opened": r"open(?:ed|ing)|eroffn\w*|ouvr\w*|ouvert\w*|apertura|inaugur\w*|abrimos|new (?:shop|site|branch|premises)|neueroffnung",
    "moved": r"mov(?:ed|ing)|umzug\w*|umziehen|umgezogen|demenag\w*|mudanza|trasla\w+",
}
_NEAR: dict[str, frozenset[str]] = {
    "met": frozenset({"met", "event", "seminar", "visited"}),
    "spoke": frozenset({"spoke", "met"}),
    "agreed": frozenset({"agreed", "spoke", "met"}),
    "heard": frozenset({"heard", "referred"}),
}
"""What also shows that one of a kind happened: who had a stand visited has met somebody."""

_ATTENDED = re.compile(
    r"\b(?:(?:took|take|taken|taking) part|joined|joining|attended|attending|participat\w+|sat in|teilgenommen|nahmen|nahmst|teil|teilnahm\w*|dabei|mitgemacht|suivie?s?|suiviez|participe\w*|assiste\w*|pris part|rejoint|particip\w+|asisti\w*|tomo parte|estuvo|acudi\w+)\b"
)
"""How one is told to have been at an event."""
_RECOMMENDED = re.compile(
    r"\b(?:recommendations?|referrals?|empfehlung|recommandation|recomendacion) (?:from|by|of|von|durch|uber|de|par|del|d')|\b(?:recommended|referred) (?:by|you|us|your)|empfohlen (?:von|durch)|(?:hat|haben|wurde) [^.!?;]{0,40}\bempfohlen\b|recommandee?s? par|(?:a|ont) recommande\b|recomendad[oa]s? por|(?:nos|me|les|le) (?:recomendo|recomendaron|ha recomendado)|word of mouth|mundpropaganda|bouche[- ]a[- ]oreille|boca a boca"
)
"""Strangers say so of what has happened, also where a form asks for it."""
_LOST = re.compile(
    r"\b(?:competitors?|lost|declined|rejected|wettbewerber\w*|mitbewerber\w*|abgelehnt|verloren|concurrents?|refuse\w*|perdue?s?|competencia|competidor\w*|rechaz\w+|perdid\w+)\b"
)
"""Words of a note on business that went elsewhere."""
_PAST_SIGN = re.compile(
    r"\b(?:\w{3,}ed|was|were|had|did|have|last|ago|yesterday|after|since|met|spoke|told|said|sent|bought|saw|came|went|gave|got|thanks? for|"
    r"ge\w{3,}t|ge\w{3,}en|war|waren|hat|haben|habe|hatte\w*|wurde\w*|letzt\w+|gestern|seit|nachdem|\w{3,}ierten?|"
    r"avons|avez|ont|ai|etait|etions|etiez|avait|avions|aviez|sommes|dernier\w*|hier|suite a|depuis|"
    r"hemos|han|ha|he|habia\w*|fue|fueron|era|\w{3,}(?:aron|ieron|amos|imos)|ayer|pasad\w+|tras|desde)\b"
)
"""What shows that a stranger's sentence tells of something gone by."""
_CLAUSES = re.compile(r"[:;,()]|\b(?:but|aber|mais|pero)\b")
_HANDS_OVER = re.compile(
    r"\b(?:here(?:'s| is| are)|attached|enclosed|i(?:'m| am)? (?:\w+ )?(?:attach|enclos|send|forward)\w*|anbei|im anhang|hier (?:ist|sind|kommt|kommen|finden)|beigefugt|ich (?:schicke|sende|ubersende|hange|lege)|"
    r"voici|ci-joint\w*|je vous (?:joins|envoie|transmets|adresse|remets|fais parvenir|fais suivre)|vous trouverez|(?:le|les|os|te) (?:paso|mando|envio|adjunto|remito|hago llegar|dejo)|adjunt[oa]s?|aqui (?:tiene|tienen|va|van|esta))\b"
)
"""A mail hands over what it brings by saying so."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for kind, words in _KINDS.items()}


def events_in(bare: str) -> frozenset[str]:
    """The kinds of events that a bare text names."""
    return frozenset(kind for kind, pattern in _patterns().items() if pattern.search(bare))


def any_held(claimed: frozenset[str], told: frozenset[str]) -> bool:
    """True where the sources tell of an event of one of the claimed kinds."""
    return any(_NEAR.get(kind, frozenset({kind})) & told for kind in claimed)


def knows_events(bare: str, *, strangers: bool, wishes: bool) -> frozenset[str]:
    """The kinds of events of one sentence of a source. A denied one did not happen, and one that
    a stranger asks for has not happened yet."""
    if _LOST.search(bare):
        return frozenset()
    handed = frozenset({"sent"} if strangers and _HANDS_OVER.search(bare) else ())
    if strangers and _RECOMMENDED.search(bare) and not _denied(bare):
        handed |= {"referred"}
    if strangers:
        handed |= events_in(bare) & {"heard"}
    if strangers and (wishes or not _PAST_SIGN.search(bare)):
        return handed
    happened = (events_in(one) for one in _CLAUSES.split(bare) if not _denied(one))
    return handed.union(*happened)


def _denied(bare: str) -> bool:
    return denies(bare) and not re.search(r"\bno\.|\bn°", bare)


def without_events(bare: str, told: frozenset[str]) -> str:
    """A bare text without the words by which events of the kinds that are ``told`` are known."""
    for kind, pattern in _patterns().items():
        if _NEAR.get(kind, frozenset({kind})) & told:
            bare = pattern.sub(" ", bare)
    return without_attending(bare) if told & {"event", "seminar"} else bare


def without_attending(bare: str) -> str:
    """A bare text without the verbs by which one is told to have been at an event."""
    return _ATTENDED.sub(" ", bare)
