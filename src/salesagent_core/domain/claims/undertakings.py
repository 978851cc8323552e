# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""What binds us without a word of promising: who will be there and when, what can be undone, what
is taken off the reader's hands, where a thing comes from and who speaks well of it, by wording.

"Cancelling is possible at any time" binds as much as "we promise". As all families of promises
these are weighed against the sources in other words before they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from salesagent_core.domain.claims.own_deeds import OWN_DEEDS, only_offers

_ANY_EN = r"(?:at any (?:time|point|moment)|any ?time|whenever you (?:like|want|wish|choose)|without (?:giving )?(?:a |any |stating )?(?:reasons?|notice|penalt\w+|explanation)|from (?:one|month) to the next|month by month|with immediate effect)"
_ANY_DE = r"(?:jederzeit|zu jeder zeit|wann immer|ohne (?:angabe von )?(?:grund\w*|frist\w*|begrundung)|von heute auf morgen|monatlich|taglich|fristlos)"
_ANY_FR = r"(?:a tout moment|n'importe quand|quand (?:vous (?:le )?(?:voulez|souhaitez)|bon vous semble)|sans (?:donner de |aucun |avoir a |fournir de )?(?:raison|motif|justification|preavis|justifier|vous justifier|penalites?)\w*|du jour au lendemain|d'un mois (?:sur|a) l'autre)"
_ANY_ES = r"(?:en cualquier momento|cuando (?:quiera|quieran|lo desee|guste)\w*|sin (?:dar |necesidad de |tener que dar |ninguna? )?(?:explicaci\w+|motivos?|razon\w*|preaviso|justificar|penaliza\w+)|de un (?:dia|mes) para otro)"
_END_EN = r"(?:cancel|cancell?ing|cancellation|cancell?ed|terminat\w+|quit|leave|withdraw|withdrawal|stop|step back|back out|opt out|return\w*|exchange|send\w* (?:\w+ )?back|giv\w+ (?:\w+ )?back|pause|suspend|switch)"
_END_DE = r"(?:kundig\w+|kundbar\w*|aussteig\w+|aufhor\w+|zurucktret\w+|zuruckgeb\w+|zuruckgegeben|beend\w+|storn\w+|ausstieg|rucktritt|ruckgabe|umtausch\w*|wechseln|pausier\w+|widerruf\w*)"
_END_FR = r"(?:resili\w+|arret\w+|annul\w+|quitter|partir|retract\w+|retourn\w+|rendre|echang\w+|suspend\w+|sortir|interrompre)"
_END_ES = r"(?:cancel\w+|dar(?:se)? de baja|baja|anul\w+|rescind\w+|desistir|devolv\w+|devolucion|cambi\w+|suspend\w+|pausar|dejarlo|abandonar|salir|rescision)"
_SOON_EN = r"(?:(?:the |that )?(?:very |exact )?(?:same|next) (?:working |business )?day|within (?:the|an|one|\w+) (?:hour|hours|minutes?|day|days)|straight away|right away|immediately|at once|in no time|overnight|around the clock|day (?:and|or) night|at any (?:time|hour)|always|24/7)"
_SOON_DE = r"(?:(?:noch )?(?:am|den) (?:selben|gleichen|nachsten|folgenden|naechsten) (?:werk|arbeits)?tag|am (?:selben|gleichen) tag|noch am selben|noch heute|sofort|umgehend|unverzuglich|(?:binnen|innerhalb|in) (?:\w+ )?(?:einer |der nachsten )?(?:stunden?|minuten?)|rund um die uhr|tag und nacht|zu jeder (?:tages- und nachtzeit|zeit|stunde)|jederzeit|immer|stets)"
_SOON_FR = r"(?:(?:le|des le) (?:jour meme|lendemain|meme jour)|dans (?:l'heure|la journee|les \w+ heures|la minute)|sans (?:delai|attendre)|immediatement|aussitot|sur-le-champ|jour et nuit|a toute heure|a tout moment|24 ?h(?:eures)? ?(?:sur|/) ?24|en permanence|toujours)"
_SOON_ES = r"(?:(?:el |ese |en el )?mismo dia|al dia siguiente|ese mismo dia|en (?:el acto|una hora|menos de \w+ (?:horas?|minutos?)|la misma jornada)|de inmediato|inmediatamente|enseguida|dia y noche|a cualquier hora|en todo momento|las (?:24|veinticuatro) horas|siempre)"
_WHO_EN = r"(?:technicians?|engineers?|fitters?|mechanics?|specialists?|someone|somebody|one of us|a colleague|our (?:team|people|hotline|helpdesk|help desk|support|service)|help ?line|hotline|help desk|support (?:team|line))"
_WHO_DE = r"(?:\w*techniker\w*|\w*monteur\w*|\w*mitarbeiter\w*|fachmann|fachleute|spezialist\w*|jemand|hotline|\w*support|kundendienst|\w*service|ersatz\w*|notdienst)"
_WHO_FR = r"(?:techniciens?|depanneurs?|ingenieurs?|specialistes?|quelqu'un|un collegue|notre (?:equipe|assistance|support|service|hotline)|(?:l')?assistance|hotline|ligne d'assistance|sav)"
_WHO_ES = r"(?:tecnicos?|ingenier\w+|especialistas?|alguien|un compan\w+|nuestr\w+ (?:equipo|asistencia|soporte|servicio|linea)|linea de (?:ayuda|atencion|asistencia)|soporte|servicio tecnico)"
_ALL_EN = r"(?:all|everything|the (?:whole|entire|complete|full)|every|any)"

_UNDERTAKINGS: dict[str, dict[str, str]] = {
    "vow": {
        "en": r"(?:i|we) (?:hereby |can |do |personally |absolutely |firmly )*(?:promise|guarantee|vouch|assure|swear|pledge|commit ourselves|undertake to)\b|(?:you have|you've got|i give you|we give you) (?:my|our) (?:word|assurance|guarantee|promise)|rest assured|you can be (?:sure|certain)|i am sure you|no ifs",
        "de": r"(?:ich|wir) (?:\w+ ){0,2}?(?:verspreche|versprechen|garantiere|garantieren|versichere|versichern|verburge|verburgen|sichere|sichern|stehe dafur|stehen dafur|burge|burgen)\b|(?:verspreche|garantiere|versichere) (?:ich )?(?:ihnen|euch|sie)\b|(?:versprechen|garantieren|versichern|sichern) wir\b|(?:mein|unser) wort\b|verlassen sie sich darauf|seien sie (?:sicher|gewiss|unbesorgt)",
        "fr": r"(?:je|nous) (?:vous )?(?:le )?(?:promets|promettons|garantis|garantissons|assure que|assurons que|jure|certifie|certifions|m'engage|nous engageons|engageons)\b|nous nous engageons|je m'engage|vous avez (?:ma|notre) parole|soyez (?:assure|certain|sur|tranquille)\w*|ma parole",
        "es": r"(?:le |les |te |os )?(?:prometo|prometemos|garantizo|garantizamos|aseguro|aseguramos|juro|doy mi palabra|damos nuestra palabra|me comprometo|nos comprometemos)\b|tiene (?:mi|nuestra) palabra|(?:puede|pueden) estar segur\w+|tenga la seguridad|no le quepa duda",
    },
    "contact": {
        "en": r"(?:personal|dedicated|fixed|permanent|named|single|own|direct|one) (?:point of )?(?:contact|contact person|account manager|adviser|advisor|consultant|representative|assistant|expert|coach|engineer|support)\b|contact (?:person )?of your own|(?:contact|account manager) (?:who|that) is always|someone assigned to you|a contact just for you",
        "de": r"(?:feste\w?|personliche\w?|eigene\w?|direkte\w?|dedizierte\w?|zentrale\w?|einzige\w?) (?:kontakt\w*|ansprech\w+|betreuer\w*|berater\w*|kundenberater\w*|ansprechperson\w*)|(?:person|partner\w*|betreuer\w*) (?:ganz )?(?:nur )?(?:fur sie|an ihrer seite|zur seite)",
        "fr": r"(?:interlocut\w+|contact|conseill\w+|referent\w*|charge\w* de compte|gestionnaire) (?:unique|attitre\w*|dedie\w*|personnel\w*|privilegie\w*|propre|fixe|direct\w*|personnalise\w*)",
        "es": r"(?:interlocutor\w*|contacto|asesor\w*|gestor\w*|persona de contacto|consultor\w*|responsable) (?:propi[oa]|dedicad[oa]|personal|unic[oa]|fij[oa]|exclusiv[oa]|direct[oa]|asignad[oa] en exclusiva)\b",
    },
    "attend": {
        "en": rf"{_WHO_EN}\b[^.!?\n]{{0,60}}?\b{_SOON_EN}\b|\b{_SOON_EN}\b[^.!?\n]{{0,40}}?\b{_WHO_EN} (?:will|is|are|comes?|visits?|arrives?|replaces?|there)\b|(?:reachable|available|there for you|at your (?:side|disposal)|on call) (?:\w+ ){{0,2}}?(?:to you )?(?:{_SOON_EN})|always (?:available|reachable|there for you|on hand)|(?:answers?|repl(?:y|ies)|responds?|responses?|calls? back|get back|with you|come to you|on site|reaction|respond) (?:[\w']+ ){{0,5}}?(?:within|in) (?:the|an|one|a|two|three|half|under|less)\b|(?:{_SOON_EN}) (?:reply|answer|response|replacement|help|repair|delivery|dispatch|service)",
        "de": rf"\b{_WHO_DE}\b[^.!?\n]{{0,60}}?\b{_SOON_DE}\b|\b{_SOON_DE}\b[^.!?\n]{{0,40}}?\b{_WHO_DE}\b(?! (?:von|montag|werktag))|{_SOON_DE} (?:\w+ )?(?:fur sie )?(?:erreichbar|fur sie da|ansprechbar|zur stelle|vor ort|bei ihnen|eine antwort|ersatz)|(?:antwort\w*|ruckmeldung|reagier\w+|ruckruf\w*|melden uns|bei ihnen|vor ort) (?:[\w-]+ ){{0,3}}?{_SOON_DE}|(?:binnen|innerhalb) (?:von )?(?:einer|eines|weniger) (?:\w+ )?(?:stunden?|tag\w*|minuten?) (?:[\w-]+ ){{0,3}}?(?:antwort|ruckmeldung|ruckruf|hilfe|ersatz)",
        "fr": rf"\b{_WHO_FR}\b[^.!?\n]{{0,60}}?\b{_SOON_FR}(?!\w)|{_SOON_FR}[^.!?\n]{{0,30}}?\b{_WHO_FR} (?:sera|est|vient|se deplace|intervient|arrive|passera)|(?:joignables?|disponibles?|a votre (?:disposition|ecoute)|present\w*) (?:\w+ )?{_SOON_FR}|toujours (?:disponible|joignable|la pour vous|a votre (?:ecoute|disposition))\w*|(?:repon[sd]\w*|rappel\w*|interven\w+|intervient|depann\w+) (?:[\w']+ ){{0,5}}?{_SOON_FR}",
        "es": rf"\b{_WHO_ES}\b[^.!?\n]{{0,60}}?\b{_SOON_ES}\b|\b{_SOON_ES}\b[^.!?\n]{{0,40}}?\b{_WHO_ES}\b(?! (?:de lunes))|(?:disponibles?|localizables?|a su (?:disposicion|lado|servicio)|atiend\w+) (?:[\w]+ )?{_SOON_ES}|siempre (?:disponible|localizable|a su (?:lado|disposicion|servicio))\w*|(?:respuesta|respond\w+|contest\w+|acud\w+|iremos|ira|ir) (?:[\w]+ ){{0,5}}?{_SOON_ES}",
    },
    "takeover": {
        "en": rf"(?:we|i|our \w+)(?:'ll| will| shall| can)? (?:also |even |gladly |happily )?(?:take care of|handle|look after|see to|deal with|sort out|organi[sz]e|arrange|do|manage|take over|carry out|move|migrate|transfer|import|convert|dispose of|remove|dismantle|clear away) (?:\w+ )?{_ALL_EN}\b|(?:we|i)(?:'ll| will)? (?:take|lift) (?:[\w']+ ){{0,6}}?off your (?:hands|shoulders|plate|desk)|you (?:don't|do not|won't|will not|need not|needn't) (?:even )?(?:have to |need to )?(?:lift a finger|do anything|worry|bother|pay|lift)\b|(?:nothing|no work|no effort) (?:for you )?(?:to do|left)(?: for you)?\b",
        "de": r"(?:nehmen|nimmt|nehme) (?:wir |ich |unser \w+ )?(?:ihnen|euch) (?:[\w-]+ ){0,6}?ab\b|(?:nehmen|ubernehmen|erledigen|organisieren|machen|kummern|besorgen) wir (?:uns )?(?:fur sie |ihnen |um )?(?:\w+ ){0,2}?(?:alle[sn]?|samtliche\w*|komplett\w*|die (?:gesamte|ganze|komplette)|vollstandig\w*)\b|(?:alle[sn]?|samtliche\w*|die (?:gesamte|ganze|komplette)|das (?:gesamte|ganze)|den (?:gesamten|ganzen|kompletten)|komplette\w?) (?:[\w-]+ ){1,4}?(?:nehmen|ubernehmen|erledigen|organisieren|machen|entsorgen|kummern) wir|wir (?:ubernehmen|erledigen|organisieren|machen|regeln) (?:fur sie )?(?:alle[sn]?|samtliche\w*|komplett\w*|die (?:gesamte|ganze|komplette)|den (?:gesamten|ganzen|kompletten))|(?:mussen|brauchen) sie (?:sich )?(?:\w+ ){0,4}?(?:nichts|nie)\b|kummern (?:mussen )?sie sich um nichts",
        "fr": r"nous (?:nous (?:charge\w+|occup\w+)|prenons (?:tout )?en charge|prendrons en charge|assurons|faisons|ferons|gerons|gererons|organisons) (?:\w+ )?(?:de |d'|a )?(?:tout\w*|toute la|tous|toutes|l'ensemble|l'integralite|vos|le tout)\b|nous (?:nous )?(?:charge|occup)\w+ de tout|vous n'(?:avez|aurez) (?:plus |absolument )?rien a |vous ne (?:paierez|payez|payerez|attendrez|perdrez|devez|devrez) (?:\w+ )?(?:rien|jamais|pas|aucun\w*|plus)\b|vous n'(?:attendrez|attendez|aurez) (?:jamais|aucun\w*|pas|plus)\b|a votre place\b",
        "es": r"nos (?:encargamos|encargaremos|ocupamos|ocuparemos|hacemos cargo) (?:nosotros )?(?:mismos )?(?:de|del) (?:tod[oa]s?|la totalidad|complet\w+)|(?:hacemos|haremos|asumimos|gestionamos|gestionaremos|tramitamos) (?:nosotros )?(?:mismos )?(?:tod[oa]s?|por completo|la totalidad)\b|(?:usted|ustedes) no (?:tiene|tendra|tienen|tendran) que|no tendra que (?:hacer|preocupar|pagar|esperar)\w*|no (?:pagara|pagaran|pagareis|esperara|perdera|perderan) (?:\w+ )?(?:nada|ningun\w*|nunca|jamas|ni)\b|no tiene que (?:hacer nada|preocupar\w+)|por (?:usted|ustedes) (?:de )?tod[oa]",
    },
    "cancel": {
        "en": rf"{_END_EN}\b[^.!?\n]{{0,50}}?\b{_ANY_EN}\b|\b{_ANY_EN}\b[^.!?\n]{{0,30}}?\b{_END_EN}\b|(?:can|may|could) be (?:returned|cancell?ed|exchanged|terminated|sent back|paused)|right (?:of|to) (?:return|withdraw\w*|cancel\w*|exchange)|(?:you (?:can|may)|free to) (?:\w+ )?(?:cancel|send (?:it|them|everything) back|change your mind|withdraw|back out)\b|not (?:tied|bound|locked)(?: in| to| down)?\b|no (?:long-term |fixed )?(?:tie-in|ties)\b",
        "de": rf"{_END_DE}\b[^.!?\n]{{0,50}}?\b{_ANY_DE}\b|\b{_ANY_DE}\b[^.!?\n]{{0,50}}?\b{_END_DE}\b|(?:ruckgabe|umtausch|widerrufs|rucktritts|kundigungs)recht\w*|(?:konnen|kann|konnten|durfen|darf) (?:[\w-]+ ){{0,8}}?(?:zuruckgegeben|umgetauscht|storniert|zuruckgeschickt|zurucksenden|zuruckschicken|umtauschen)|(?:binden|verpflichten) sich (?:sie )?(?:zu )?nicht|keine (?:vertrags)?bindung",
        "fr": rf"{_END_FR}\b[^.!?\n]{{0,50}}?(?<!\w){_ANY_FR}(?!\w)|(?<!\w){_ANY_FR}(?!\w)[^.!?\n]{{0,40}}?\b{_END_FR}\b|(?:peut|peuvent|pourra|pourront|pouvez) (?:[\w']+ ){{0,3}}?(?:etre )?(?:retourne|echange|annule|rendu|repris|restitue|renvoye)\w*|droit de (?:retour|retractation|resiliation)|changer d'avis",
        "es": rf"{_END_ES}\b[^.!?\n]{{0,50}}?\b{_ANY_ES}\b|\b{_ANY_ES}\b[^.!?\n]{{0,40}}?\b{_END_ES}\b|(?:puede|pueden|podra|podran) (?:ser )?(?:devuelt|cambiad|anulad|cancelad|devolver|devolverl|cambiarl)\w*|derecho (?:de|a) (?:devolucion|desistimiento|cambio|cancelacion)|cambiar de (?:idea|opinion)",
    },
    "price_held": {
        "en": r"(?:prices?|rates?|fees?|cost|quote|tariff)\b[^.!?\n]{0,30}?\b(?:never|not|won't|no longer) (?:be )?(?:go(?:es)? up|increas\w*|rise|change|raise\w*|adjust\w*)|(?:keep|keeping|hold|holding|leave|freeze|guarantee)s? (?:\w+ ){0,3}?(?:prices?|rates?|fees?|tariff|conditions)\b|(?:price|rate)s? (?:\w+ ){0,3}?(?:stable|the same|constant|as (?:it|they) (?:is|are)|for (?:life|ever|good))|no price (?:increases?|rises?)|(?:lowest|best|cheapest|most favou?rable) price|(?:match|beat|undercut|meet) (?:any|every|all|each|whatever) (?:\w+ )*?(?:offer|quote|price|competitor)\w*",
        "de": r"\w*preise?\b[^.!?\n]{0,60}?\b(?:niemals|nie|nicht|keinesfalls) (?:mehr )?(?:steig\w*|erhoh\w*|ander\w*|teurer|anheb\w*)|\w*preise?\b[^.!?\n]{0,60}?\b(?:stabil|konstant|dauerhaft|unverandert|gleich|eingefroren)\b|preisstabil\w*|keine (?:preiserhohung|preisanpassung)\w*|preisbindung|(?:gunstigste\w?|niedrigste\w?|beste\w?) preis\w*|(?:unterbieten|gleichen|ziehen) wir (?:\w+ ){0,3}?(?:angebot\w*|preis\w*|mit)",
        "fr": r"(?:prix|tarifs?|cout)\b[^.!?\n]{0,40}?(?:n'augment|ne (?:chang|boug|mont|vari|evolu)|restera?|resteront|demeure|stable|inchange|identique|jamais)\w*|(?:maintien\w*|mainten\w+|gard\w+|bloqu\w+|gel\w+) (?:\w+ ){0,2}?(?:prix|tarifs?)\b|(?:prix|tarif) le plus (?:bas|avantageux|competitif)|meilleur prix|(?:alignons|alignerons|aligner) (?:sur|nos prix)|nous nous alignons",
        "es": r"(?:precios?|tarifas?|cuota)\b[^.!?\n]{0,40}?(?:no (?:sub|cambi|vari|aument)|nunca|jamas|se mant|permanec|estable|inalterad|invariable|congelad|igual durante)\w*|(?:mant\w+|respet\w+|congel\w+|conserv\w+) (?:\w+ ){0,3}?(?:precios?|tarifas?)\b|precio mas (?:bajo|barato|ventajoso|competitivo)|mejor precio|(?:igualamos|igualaremos|mejoramos|mejoraremos) (?:cualquier|toda|la|su|otra|las)",
    },
    "extra": {
        "en": r"(?:we|i)(?:'ll| will| would| can)? (?:\w+ )?(?:throw in|add|include|give you|give|enclose|send you|send)\b[^.!?\n]{0,40}?\b(?:for free|free|gift|present|extra|bonus|voucher|on top|second set|at no)\b|(?:welcome |small |free )(?:gift|present|bonus|pack)|gift (?:card|voucher)|bonus (?:month|points?)|(?:you|they) (?:will |'ll )?(?:never|not|no longer) (?:have to |need to )?pay\b|(?:you|it) (?:will|'ll|would)? ?(?:never|not) cost you|pay nothing",
        "de": r"(?:lege\w?|geben|packen|schenken|spendieren|stellen) (?:wir |ich )?(?:ihnen )?(?:[\w-]+ ){0,5}?(?:dazu|obendrauf|gratis|kostenfrei|gutschein\w*|geschenk\w*|bonus|in den schoss)\b|(?:als|ein\w*|kleines|ihr) (?:\w+ )?(?:willkommens)?(?:geschenk|gutschein)\b|willkommensgeschenk|verzichten (?:wir )?(?:[\w-]+ ){0,3}?auf (?:[\w-]+ ){0,3}?\w*(?:kosten|gebuhr\w*|aufschlag|anzahlung|preis\w*|pauschale)|verzichten wir auf|auf (?:[\w-]+ ){1,4}?verzichten (?:wir|ich)\b|(?:erlassen|ersparen) wir ihnen|(?:mussen|brauchen) sie (?:[\w-]+ ){0,4}?nicht(?:s)? (?:zu )?(?:be)?zahlen|nichts (?:extra |zusatzlich )?(?:zu )?(?:be)?zahlen",
        "fr": r"(?:nous|je) (?:vous )?(?:offr\w+|ajout\w+|fais cadeau|faisons cadeau|joign\w+|glisser\w+)\b[^.!?\n]{0,40}?\b(?:gratuit\w*|frais|cadeau|bonus|en plus|port|livraison)\b|(?:en|un|comme|petit|en guise de|de bienvenue|votre) cadeau\b|bons? (?:d'achat|cadeau)|ne (?:vous )?(?:coutera|couteront|coute|coutent) (?:\w+ )?(?:rien|aucun|pas (?:un|le moindre))|vous ne (?:paierez|payerez|payez) |(?:renoncons|renoncerons) a",
        "es": r"(?:un|de|como|su|pequeno) regalo\b|(?:vale|cheque|tarjeta) (?:de )?(?:regalo|descuento|compra)|(?:anadimos|anadiremos|incluimos|sumamos|le damos|ponemos) [^.!?\n]{0,40}?(?:gratis|gratuit\w*|sin (?:coste|cargo)|de mas|adicional)|por nuestra cuenta|a nuestra costa|no (?:pagara|pagaran|le costara|les costara|costara|costaran)\b|renunciamos a|le perdonamos|le condonamos",
    },
    "satisfied": {
        "en": r"you(?:'ll| will) (?:be|not be|never be) (?:\w+ )?(?:satisfied|happy|delighted|pleased|disappointed|thrilled|amazed|convinced)|(?:if|should) you (?:are|be) (?:not|dis)\w* ?(?:satisfied|happy|convinced)?|not (?:entirely |fully |completely )?(?:satisfied|happy|convinced)|you won't regret|satisfaction",
        "de": r"(?:sie|ihr) (?:\w+ ){0,3}?(?:zufrieden|begeistert|glucklich|uberzeugt) sein werden|(?:werden|waren) sie (?:\w+ ){0,2}?(?:zufrieden|begeistert)|nicht (?:ganz |vollstandig |vollauf |rundum )?(?:zufrieden|uberzeugt)|gefallt es (?:ihnen )?nicht|werden es nicht bereuen|zufriedenheit\w*",
        "fr": r"(?:vous )?(?:serez|soyez) (?:\w+ )?(?:satisfait|ravi|content|conquis)\w*|(?:pas|non|n'etes pas) (?:\w+ )?(?:satisfait|convaincu|content)\w*|vous ne (?:serez pas decu|le regretterez)|satisfaction",
        "es": r"(?:quedara|quedaran|estara|estaran|quede|queden) (?:\w+ )?(?:satisfech|encantad|content)\w*|no (?:queda|esta|quedan|estan|quedase) (?:\w+ )?(?:satisfech|content|convencid)\w*|no le (?:convence|gusta)|no se arrepentira\w*|satisfaccion",
    },
    "unbroken": {
        "en": r"(?:without|no) (?:any |a single )?(?:interruptions?|downtime|standstill|stoppage|disruption|outages?|failures?|delays?|waiting)|(?:nothing|not) (?:\w+ ){0,6}?(?:be )?(?:interrupted|disrupted|stand still|stop|fail|break down)|never (?:\w+ )?(?:stops?|fails?|breaks? down|waits?|interrupted|out of stock|goes? down|runs? out)|(?:everything|it|all) will (?:work|run|be ready|be running) (?:\w+ )?(?:before|by|in time|on time|without)|(?:in|on) (?:good )?time for your",
        "de": r"(?:ohne|keine\w?) (?:\w+ )?(?:unterbrechung\w*|stillstand\w*|ausfall\w*|ausfallzeit\w*|wartezeit\w*|verzogerung\w*|minute (?:still\w*|verl\w*))|(?:steht|stehen) (?:[\w-]+ ){0,3}?(?:nicht |nie |keine minute )still|stillsteh\w*|nie(?:mals)? (?:\w+ )?(?:aus|warten|still|ausfallen|unterbrochen)|rechtzeitig (?:\w+ )?(?:fertig|lauft|steht|bereit)|lauft (?:alles )?(?:rechtzeitig|punktlich)",
        "fr": r"sans (?:aucune? |la moindre )?(?:interruption|coupure|arret|panne|attente|retard|delai)\w*|(?:ne|n') ?(?:sera|seront|subira|s'arretera|serez) (?:\w+ )?(?:pas |jamais )?(?:interrompu|arrete|perturbe|coupe)\w*|ne (?:s'arrete|tombe)\w* jamais|tout (?:fonctionnera|sera pret|marchera)|n'attend\w+ (?:jamais|pas|plus)",
        "es": r"sin (?:ningun\w* |la menor )?(?:interrup\w+|parad\w+|cort\w+|esperas?|retras\w+|demoras?|fall\w+)|no se (?:interrumpira|interrumpe|parara|detendra|vera interrumpid)\w*|nunca (?:\w+ )?(?:falla|para|espera|se detiene|se interrumpe)\w*|todo (?:funcionara|estara listo)",
    },
    "stock": {
        "en": r"(?:in|from|ex) (?:stock|warehouse)\b|(?:immediately|readily|currently|instantly) available|available (?:immediately|from stock|now|at once|right away|straight away|off the shelf)|off the shelf|ready (?:to ship|for dispatch|for delivery)|(?:can|will) ship (?:today|tomorrow|immediately)",
        "de": r"(?:ab|auf|vom|am) lager\b|lagernd|vorratig|(?:sofort|umgehend|kurzfristig|direkt|jederzeit) (?:\w+ )?(?:verfugbar|lieferbar|abholbereit|versandfertig|erhaltlich)|lagerware|versandbereit|verfugbar(?= (?:ab sofort|und)|[.,;!]|$)",
        "fr": r"(?:en|de) stock\b|disponibles? (?:immediatement|de suite|tout de suite|sur stock|des (?:aujourd'hui|maintenant|demain))|actuellement disponibles?|(?:immediatement|deja) disponibles?|pret\w* a (?:etre )?(?:expedi|livr|part)\w*",
        "es": r"en (?:stock|almacen|existencias?)\b|existencias\b|disponibles? (?:de inmediato|ya|inmediata\w*|ahora)|(?:disponibilidad|entrega) inmediata|list[oa]s? para (?:enviar|entregar|el envio|la entrega)",
    },
    "origin": {
        "en": r"(?:made|manufactured|produced|built|assembled|grown|sourced|developed|sewn) (?:\w+ ){0,4}?(?:in|of|from|by|at) |(?:hand|home)-?made|(?:fully|entirely|completely|100 ?%|wholly) (?:\w+ ){0,3}?(?:recycl\w+|renewable|organic|natural|sustainable|local\w*|biodegradable|compostable)|recycl\w+ (?:material|plastic|paper|content|fibres?)\w*|(?:our|in) own (?:factory|plant|workshop|production|farm|lab\w*|kitchen|nursery)|fair ?trade|organically|locally (?:made|sourced|produced)",
        "de": r"(?:gefertigt|hergestellt|produziert|gebaut|angebaut|entwickelt|genaht|montiert|fertigen wir|produzieren wir|stellen wir her)\b|handgefertigt\w*|handgemacht\w*|(?:in|aus) (?:eigener|unserer|unserem|eigenen|eigenem) (?:eigenen )?\w*(?:fertigung|werk\w*|fabrik|produktion|herstellung|anbau)|(?:besteht|bestehen|ist|sind) (?:\w+ )?(?:vollstandig|komplett|ganz|zu 100|ausschliesslich)\b|(?:wiederverwert|recycl(?!ingpapier|ingkarton|ed\b|inghof)|recycelt)\w+|nachwachsend\w+|kompostierbar\w*|biologisch abbaubar\w*|aus (?:deutscher|heimischer|regionaler|europaischer) ",
        "fr": r"(?:fabriqu|produit|concu|assembl|cultiv|developp|elabor|cousu)\w*(?: \w+){0,3}? (?:en|a|au|dans|par|de|chez)\b|fait\w* (?:a la )?main|entierement (?:\w+ )?(?:fait|compose|recycl|naturel|bio|local|issu|a base)\w*|(?:matieres?|materiaux?|plastique|papier) (?:\w+ )?recycle\w*|notre propre (?:usine|atelier|production)|biodegradable\w*|compostables?\b|d'origine (?:francaise|locale|europeenne)",
        "es": r"(?:fabric|produc|elabor|cultiv|desarroll|ensambl)\w+(?: \w+){0,3}? (?:en|con|de|por)\b|hech\w+ (?:a mano|en|por completo|integramente|con|de)\b|(?:material\w*|plastico|papel) (?:\w+ )?reciclad\w+|integramente|(?:nuestra )propia (?:fabrica|planta|produccion)|biodegradable\w*|compostable\w*|de (?:origen|produccion) (?:local|nacional|europe\w+)",
    },
    "esteem": {
        "en": r"(?:quality|independent|official|eco|environmental|test) (?:seal|label|mark|certificate)|seal of (?:quality|approval)|(?:independent|external|neutral) (?:\w+ ){0,2}?(?:institute|test\w*|lab\w*|experts?|body|study|studies|auditors?)|(?:trade|industry|professional) (?:association|body|federation|press) |(?:recommend|approv|endors|certifi|test|confirm|prais)\w* by (?:the|an?|leading|independent|experts?)|best[- ]?sell\w*|most (?:sold|popular|bought|used|chosen)|market leader\w*|(?:leader|number one|first choice) in (?:its|the|this|our)|several (?:\w+ )?awards|award\w*|(?:unique|unrivalled|unmatched|second to none|like no other)",
        "de": r"(?:guteseal|gutesiegel|prufsiegel|qualitatssiegel|umweltsiegel|siegel)\w*|(?:unabhangig|neutral|extern)\w+ (?:\w+ )?(?:institut|pruf|test|labor|gutacht|expert|stelle|studie)\w*|(?:fachverband|branchenverband|verband|fachpresse|innung|kammer)\w* (?:\w+ )?(?:empfiehlt|empfehlen|lobt|bestatig\w*|zeichnet)|empfohlen (?:von|vom|durch)|meistverkauft\w*|meistgekauft\w*|bestseller\w*|verkaufsschlager|beliebteste\w*|marktfuhr\w*|einzigartig\w*|konkurrenzlos\w*|mehrfach ausgezeichnet|ausgezeichnet\b",
        "fr": r"(?:label|sceau|marque|gage) (?:de )?(?:qualite|independant\w*|officiel\w*|ecologique)|(?:institut|laboratoire|organisme|expert\w*|etude|test\w*) (?:\w+ )?(?:independant|neutre|externe)\w*|(?:federation|association|syndicat|presse) (?:\w+ )?(?:professionnel|specialise|du secteur)\w*|recommand\w+ par|le(?:s)? plus (?:vendu|utilise|populaire|apprecie)\w*|leader\b|numero (?:un|1)\b|unique en son genre|sans (?:egal|equivalent)|plusieurs (?:prix|recompenses)|prime\w* (?:par|plusieurs)",
        "es": r"sello (?:de (?:calidad|garantia)|independiente|oficial|ecologico)|(?:instituto|laboratorio|organismo|expert\w+|estudio|entidad) (?:\w+ )?(?:independiente|neutral|extern)\w*|(?:asociacion|federacion|gremio|prensa) (?:\w+ )?(?:del sector|profesional|sectorial|especializad)\w*|recomendad\w+ por|mas (?:vendid|usad|popular|elegid)\w*|lider(?:es)?\b|numero uno|unic[oa] en su|sin (?:igual|rival)|vari[oa]s premios|premiad\w+",
    },
    "exclusive": {
        "en": r"exclusive(?:ly)?\b|(?:only|just|solely) for (?:you|your)\b|no (?:other|competitor)\b[^.!?\n]{0,30}?\b(?:gets?|has|have|receives?|offers?)|nobody else (?:offers?|has|gets?)|the only (?:one|supplier|provider|company)",
        "de": r"exklusiv\w*|(?:nur|allein|ausschliesslich) fur sie\b|als einzige\w?\b|kein\w? (?:anderer|andere|mitbewerber|wettbewerber)\b|sonst niemand|alleinvertr\w*|gebietsschutz",
        "fr": r"exclusi\w+|(?:rien que|uniquement|seulement) pour vous\b|(?:le|la|les) seul\w* (?:a|fournisseur|du marche)|aucun (?:concurrent|autre)|nul autre",
        "es": r"exclusiv\w+|(?:solo|unicamente) para (?:usted|ustedes)\b|(?:el|la|los) unic[oa]s? (?:en|que|proveedor\w*)|ningun (?:otro|competidor)|nadie mas",
    },
    "liable": {
        "en": r"(?:we|i) (?:accept|assume|bear|take|carry) (?:\w+ )?(?:full |all |any )?(?:liability|responsibility|the risk)|(?:fully|fully) insured|(?:legally|gdpr|tax)[- ](?:compliant|safe|proof)|(?:compl(?:y|ies|iant)) with (?:the )?(?:gdpr|all|every|current|applicable)|(?:never|not) (?:\w+ )?(?:passed on|shared|leave|leaves|sold)\b",
        "de": r"(?:haften|haftet|haftung|burgen) (?:wir )?(?:\w+ )?(?:fur|in voller|voll)|(?:wir )?ubernehmen (?:\w+ )?(?:die )?(?:volle )?(?:haftung|verantwortung|das risiko)|dsgvo-?(?:konform\w*|gerecht\w*)|rechtssicher\w*|(?:datenschutz|gesetzes)konform\w*|niemals (?:an dritte )?weitergegeben",
        "fr": r"(?:assumons|prenons|acceptons) (?:\w+ )?(?:l'entiere |toute (?:la )?)?(?:responsabilite|risque)|conforme\w* (?:au|aux|a la) (?:rgpd|norme|reglement|exigences|loi)\w*|(?:jamais|ne) (?:\w+ ){0,3}(?:transmis|partage|revendu)\w*",
        "es": r"(?:asumimos|aceptamos|respondemos) (?:\w+ )?(?:toda )?(?:la )?(?:responsabilidad|el riesgo|de)\b|cumpl\w+ (?:con )?(?:el |la |los |todas? )?(?:rgpd|normativa|ley|requisitos)\w*|nunca (?:se )?(?:\w+ )?(?:ceden|cede|comparte|venden)\w*",
    },
}
"""Bare text: families of promises, by wordings in each language."""


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    return {
        family: re.compile(rf"(?<!\w)(?:{by_language[language]})(?!\w)")
        for family, by_language in (_UNDERTAKINGS | OWN_DEEDS).items()
    }


UNDERTAKINGS = frozenset(_UNDERTAKINGS | OWN_DEEDS)
"""The names of the families."""


def find_undertakings(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Family, start and end of each such wording in a bare text of that language."""
    for family, pattern in _patterns(language).items():
        for match in pattern.finditer(text):
            if not only_offers(family, text, match.start(), match.end(), language):
                yield family, match.start(), match.end()
