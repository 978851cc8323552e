# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Wordings by which text tries to steer a machine, in English, German, French and Spanish.

Each entry is ``code, weight, pattern``. Weights are how far the wording alone goes towards an
attack (0..1); ``injection.inspect_inbound`` combines them. Patterns read bare text (lower case, no
accents) and are built from parts: a verb of overriding, an object that only a machine has, an
address to a machine. Every gap is bounded.
"""

from __future__ import annotations

import re
from functools import cache

GAP = r"[^.!?]{0,45}?"
_NEAR = r"[^.!?]{0,22}?"

_IGNORE = (
    r"(?:ignor(?:e|ing|iert?|iere|ieren|ez|a|ad|en|es)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?|circumvent|neglect|discard|"
    r"set aside|put aside|throw (?:away|out)|erase|wipe|nullify|supersedes?|suspend|drop|skip|scrap|abandon|disobey|"
    r"pay no (?:attention|heed) to|take no notice of|stop (?:following|obeying|applying|respecting)|(?:do not|don't|never|no longer|not) (?:follow|obey|apply|respect|adhere to|comply with|listen to)|"
    r"vergiss|vergessen sie|missachte[nt]?|verwirf|verwerfen|ubergeh(?:e|en|t)|uberschreib(?:e|en|t)|umgeh(?:e|en|t)|lass(?:e|en)?|streich(?:e|en)?|losch(?:e|en)?|setz\w* dich|halte dich nicht|beachte[n]?|befolge[n]?|hore? auf|"
    r"oublie[zs]?|neglige[zs]?|fai(?:s|tes) abstraction|ne tien(?:s|ez|ne)[^.!?]{0,12}? (?:pas|plus|aucun)|ne pren(?:ds|ez) pas en compte|contourne[zr]?|passe[zr]? outre|outrepasse[zr]?|ecarte[zr]?|annule[zr]?|efface[zr]?|arrete[zr]? de suivre|ne (?:suis|suivez|respecte[zs]?) (?:pas|plus)|laisse[zr]? (?:de cote|tomber)|"
    r"olvid(?:a|e|ate|ese|en|ad|ar)|descart(?:a|e|en|ar)|omit(?:e|a|ir)|pas(?:a|e) por alto|ha(?:z|ga) caso omiso|no (?:tengas|tenga|tomes|tome|sigas|siga|obedezcas|hagas|haga|respetes)|salt(?:a|ate|ese|e)|anul(?:a|e|ar)|desobedec\w+|deja(?: de|) (?:seguir|lado)|borra|elimina|sobrescrib\w+|evita)"
)
_RULES = (
    r"(?:instructions?|instruct\w{0,4}|prompts?|system ?(?:prompt|message|text)|rules?|guide ?lines?|directives?|directions?|constraints?|restrictions?|limitations?|guard ?rails?|safety (?:rules|checks|filters?|measures|guidelines|protocols?)|content (?:policy|policies|filters?)|polic(?:y|ies)|protocols?|programming|training|orders|commands?|"
    r"what (?:you were|you've been|you have been) (?:told|given|instructed)|(?:everything|anything|all) (?:above|before|prior|you were told|said (?:above|before)|that came before|up to (?:here|this point))|all of the above|the (?:text|content|context|conversation) above|(?:previous|prior|earlier|above) (?:text|context|messages?|conversation|content)|"
    r"anweisung\w*|instruktion\w*|regeln?|vorgaben?|richtlinien?|befehle?n?|beschrankung\w*|einschrankung\w*|sicherheits\w+|systemprompt\w*|system-?prompt\w*|programmierung|(?:alles|was) (?:\w+ )?(?:obige|vorherige|bisherige|davor|oben|zuvor|vorher)\w*|obige\w* (?:text|inhalt)\w*|"
    r"consignes?|regles?|invites?|contraintes?|ordres?|garde-fous?|tout ce qui (?:precede|a ete dit)|(?:le )?texte (?:precedent|ci-dessus)|"
    r"instruccion\w*|reglas?|indicacion\w*|directrices|restriccion\w*|ordenes|limitacion\w*|normas|todo lo (?:anterior|de arriba|que se (?:te )?(?:dijo|ha dicho))|(?:texto|contexto|mensaje) anterior)"
)
_OWNED = (
    r"(?:all|any|every|your|the system'?s?|previous|prior|preceding|earlier|above|former|original|initial|existing|current|foregoing|these|those|system|developer|past|standing|"
    r"alle[rnm]?|deine[rnm]?|ihre[rnm]?|vorherige[rnm]?|bisherige[rnm]?|vorigen?|obige[rnm]?|fruheren?|vorangegangene[rn]?|vorangehenden?|samtliche[rn]?|ursprunglichen?|jegliche|geltende[rn]?|bestehenden?|system|"
    r"toutes?(?: les| tes| vos| ces)?|tous(?: les| tes| vos)?|tes|vos|precedente?s?|anterieure?s?|ci-dessus|initiales?|systeme|"
    r"todas?(?: las| tus| sus)?|todos?(?: los| tus| sus)?|tus|sus|anteriores?|previas?|previos?|originales|iniciales|del sistema)"
)
_AI = (
    r"(?:a\.?i\.?|artificial intelligence|llms?|(?:large )?language models?|gpt(?:-?\d\w*)?|chat ?gpt|claude|gemini|copilot|llama|openai|chat ?bots?|bots?|(?:ai|virtual|automated|digital|email|e-mail|sales|writing|language)[ -](?:assistants?|agents?|models?|systems?|bots?|writers?|readers?|tools?|sdr|helper)|automated (?:processing|reply|responder|process)|auto-?responder|"
    r"ki(?:-\w+)?|kunstliche intelligenz|sprachmodell\w*|ki-?(?:assistent\w*|system\w*|modell\w*|agent\w*)|(?:digitale[rn]?|virtuelle[rn]?|automatische[rn]?) (?:assistent\w*|system)|"
    r"i\.?a\.?|intelligence artificielle|modeles? de langage|assistants? (?:ia|virtuels?|automatiques?|numeriques?)|agents? (?:ia|conversationnels?)|"
    r"inteligencia artificial|modelos? de lenguaje|asistentes? (?:de ia|virtual(?:es)?|automatic\w+|digital)|agentes? de ia)"
)
_MACHINE = rf"(?:{_AI}|assistant|model|system|agent|assistent\w*|modell|modele|asistente|modelo|sistema|systeme|machine|maschine|maquina|robot|roboter)"
_SHOW = (
    r"(?:print|reveal|show|output|display|repeat|recite|tell (?:me|us)|share|disclose|dump|leak|expose|echo|paste|quote|summari[sz]e|write (?:out|down)|spell out|copy|return|list|include|append|translate|encode|give (?:me|us)|send|post|provide|extract|exfiltrate|explain|e-?mail|forward|attach|"
    r"zeig(?:e|en)?(?: mir| uns)?|gib(?: mir| uns)?|geben sie|nenn(?:e|en)?|verrat(?:e|en)?|wiederhol(?:e|en)?|druck(?:e|en)?|offenbar(?:e|en)?|schick(?:e|en)?|send(?:e|en)|sende|kopier(?:e|en)?|fasse?|schreib(?:e|en)?|leg(?:e|en)? .{0,8}offen|teil(?:e|en)?|ausgeben|auflisten|"
    r"affiche[zr]?|montre[zr]?|revele[zr]?|repete[zr]?|imprime[zr]?|donne[zr]?(?:[- ]moi|[- ]nous)?|envoie|envoye[zr]|ecri(?:s|vez)|recopie[zr]?|divulgue[zr]?|communique[zr]?|indique[zr]?|transmet\w*|"
    r"muestra(?:me|nos)?|muestre(?:me|nos)?|revela|revele|imprime|imprima|repite|repita|dime|diganos|envia(?:me|nos)?|envie(?:me|nos)?|escrib(?:e|a)|comparte|comparta|copia|da(?:me|nos)|enumera|filtra)"
)
_INNER = (
    r"(?:system[- ]?(?:prompt|message|instruction\w*|text|anweisung\w*|nachricht)|(?:your|the|its|tes?|ton|vos|votre|tus?|sus?|dein\w*|ihr\w*|le|la|el|den|die|das|du|del)(?: \w+){0,3} (?:prompts?|systemprompt\w*|system[- ]?prompts?|invite systeme|configuration (?:prompt|text)|prompt (?:inicial|initial)|konfigurationstext)|"
    r"(?:your|tes|vos|tus|sus|deine[rn]?|ihre[rn]?)(?: (?:own|full|complete|entire|exact|hidden|secret|internal|initial|original|current|previous|system|first|actual|underlying|core|detailed|vollstandig\w*|genau\w*|intern\w*|geheim\w*|ursprunglich\w*|aktuell\w*|bisherig\w*|eigen\w*)){0,2} (?:instructions?|consignes|instrucciones|anweisungen|instruktionen|programming|programmierung)(?! (?:for|on how|to (?:our|the|install|use)|fur|zur|zum|pour|para|d'|de (?:montage|pago|livraison|paiement|instal)))|(?:your|tes|vos|tus|sus|deine[rn]?|ihre[rn]?) (?:own|full|complete|entire|exact|hidden|secret|internal|initial|original|system|underlying|core) (?:rules|guidelines|directives|configuration|regeln|regles|reglas|konfiguration)|"
    r"(?:initial|hidden|secret|internal|original|developer|geheim\w*|intern\w*|versteckt\w*|ursprunglich\w*|secret\w*|cach\w*|oculta\w*|secreta\w*|interna\w*|inicial\w*)(?: \w+){0,1} (?:prompts?|instructions?|rules|anweisung\w*|regeln|consignes|regles|instrucciones|reglas)|(?:instructions?|instrucciones|consignes|regles|reglas) (?:internes?|internas?|initiales?|iniciales|cachees?|ocultas?|secretes?|secretas?|systeme|del sistema)|"
    r"(?:instructions?|rules|text|prompt) (?:you (?:were|have been|'ve been) given|given to you|above|you (?:follow|received|got))|(?:die|alle) (?:anweisungen|regeln), (?:die|denen) (?:du|sie)|(?:instrucciones|reglas) que (?:te|le|has|recib)\w*|(?:consignes|instructions) (?:que tu|que vous|recues)|"
    r"(?:everything|all (?:the )?(?:text|words)) (?:above|before)|(?:words|text|content) above|context window|environment variables?|env vars|umgebungsvariablen?|variables? d'environnement|variables? de entorno)"
)
_KEYS = r"(?:(?:your|the|all|any|stored|its|dein\w*|ihr\w*|alle|ta|tes|vos|votre|tus?|sus?|las?|los|toutes les)(?: \w+){0,2} (?:api[- ]?(?:keys?|schlussel|tokens?)|(?:access |secret |openai )?(?:keys|tokens?)|secrets?|credentials?|passwords?|passworter\w*|zugangsdaten|cles? (?:d')?api|cles? secretes?|mots? de passe|identifiants|claves? (?:de )?api|claves? secretas?|contrasenas?|credenciales)|cle d'api|clave de api)"
_OTHERS_DATA = (
    r"(?:(?:all|every|entire|full|complete|whole|other|your (?:other|entire|full|whole))(?: \w+){0,3} (?:contacts?|contact (?:list|data|details)|customers?'?|clients?'?|leads?|e-?mails?|addresses|threads?|conversations?|messages|inbox|mailbox|records?|data(?:base)?|crm(?: \w+)?|history|prospects?|users?'?|notes|customer (?:list|data|records?))|(?:contact|customer|client|lead|prospect|mailing) (?:list|database|data|records)|(?:messages?|e-?mails?|data|questions?|conversations?) (?:that |of |from )?other (?:users?|customers?|clients?|people|leads?|contacts?)|(?:conversation|chat|e-?mail) history|confidential (?:data|information|notes)|internal (?:notes|data|documents|e-?mails?)|"
    r"(?:alle|samtliche|gesamte\w*|andere\w*|komplette\w*)(?: \w+){0,2} (?:kontakt\w*|kunden\w*|e-?mails?|mails|adressen|nachrichten|daten\w*|leads|verlauf\w*|konversation\w*|crm\w*|interessenten)|kundenliste|kontaktliste|kundendaten\w*|gesprachsverlauf|interne\w* (?:notizen|daten|dokumente)|"
    r"(?:tous|toutes|l'ensemble des?|autres|l'integralite des?)(?: \w+){0,3} (?:contacts|clients|e-?mails|courriels|adresses|messages|donnees|conversations|prospects)|liste (?:des|de vos|complete des) (?:contacts|clients|prospects)|base de (?:donnees|clients)|notes internes|historique (?:des|de la) conversations?|"
    r"(?:todos?|todas?|otros|lista completa de)(?: \w+){0,3} (?:contactos|clientes|correos|mensajes|datos|conversaciones|direcciones|registros|prospectos)|lista de (?:contactos|clientes)|base de datos|notas internas|historial)"
)
_THIS = r"(?:this|the|it|my|these|all|any|every|diese[rnms]?|das|die|den|es|alle|ce|cette|ces|cet|le|la|ceci|toutes?|esta?|este|el|todos?|todas?)"
_ITEM = r"(?:draft|e-?mail|mail|message|reply|response|lead|request|submission|form|answer|inquiry|enquiry|entwurf|nachricht|antwort|anfrage|formular|brouillon|courriel|reponse|demande|formulaire|prospect|borrador|correo|mensaje|respuesta|solicitud|formulario|contact|kontakt|ticket|run|workflow)"
_AUTO = r"(?:automatically|auto|immediately|at once|right away|without (?:any )?(?:human |manual |further |operator )?(?:review|approval|asking|confirmation|checks?|checking|oversight)|with no (?:review|approval)|automatisch|sofort|ohne (?:\w+ )?(?:prufung|freigabe|ruckfrage|kontrolle|genehmigung|bestatigung)|automatiquement|immediatement|sans (?:\w+ )?(?:validation|verification|relecture|approbation|controle|confirmation)|automaticamente|inmediatamente|de inmediato|sin (?:\w+ )?(?:revision|aprobacion|confirmacion|supervision|comprobar))"
_REPLY = r"(?:(?:your|the|this|every|each|any|all)(?: \w+){0,2} (?:reply|replies|answers?|responses?|e-?mails?|mails?|messages?|drafts?|output|text|signature|subject(?: line)?)|(?:deine[rnm]?|ihre[rnm]?|der|die|jede[rn]?)(?: \w+)? (?:antwort\w*|e-?mails?|mails?|nachricht\w*|entwurf|ausgabe|signatur|betreff)|(?:ta|votre|la|ton|le|chaque)(?: \w+)? (?:reponse|message|e-?mail|courriel|brouillon|mail|signature|objet)|(?:tu|su|la|el|cada)(?: \w+)? (?:respuesta|mensaje|correo|borrador|e-?mail|firma|asunto))"
_PUT = r"(?:include|insert|add|put|place|append|embed|mention|use|write|paste|prepend|link to|drop|fuge?n? |fug(?:e|en)?|einfugen|setz(?:e|en)?|schreib(?:e|en)?|nimm|nehmen sie|bau(?:e|en)?|verwend(?:e|en)|erwahn(?:e|en)|inclu(?:s|ez|re)|inser(?:e|ez|er)|ajoute[zr]?|mets|mettez|mentionne[zr]?|place[zr]?|inclu(?:ye|ya|ir)|insert(?:a|e|ar)|anad(?:e|a|ir)|agreg(?:a|ue|ar)|pon(?:ga)?|menciona|escribe)"
_PLANT = r"(?:(?:this|the following|following|my|that|below|exact|these|diese[rnms]?|folgende[rnms]?|meine[rn]?|ce|cette|ces|suivante?s?|mon|este|esta|estos|siguientes?|mi)(?: \w+){0,2} (?:links?|urls?|address(?:es)?|number|phone|code|sentences?|text|phrase|line|words?|website|iban|account|attachment|button|adresse|nummer|satz|zeile|webseite|lien|phrase|texte|numero|enlace|texto|frase|direccion|liga|vinculo|link)|(?:le lien|el enlace|den link|the link|the url|the phrase|the words?|the sentence|la phrase|la frase|den satz) (?:suivant|siguiente|https?|www|hxxp|\"|'|folgend\w*)|(?:lien|enlace) (?:suivant|siguiente)|https?:|www\.)"
_MODE = r"(?:dan|jailbr\w+|(?:developer|debug|admin|god|maintenance|unrestricted|unfiltered|sudo|root|test|override|training|entwickler|wartungs|debug-?|admin-?|developpeur|maintenance|desarrollador|mantenimiento|depuracion)[- ]?(?:mode|modus|access|override|privileges)|mode (?:developpeur|debug|admin\w*|maintenance|sans restriction\w*)|modo (?:desarrollador|debug|admin\w*|mantenimiento|sin restricciones|depuracion))"

WORDINGS: tuple[tuple[str, float, str], ...] = (
    # Overriding what the machine was told.
    ("override", 0.75, rf"\b{_IGNORE}\b{_NEAR}\b{_OWNED}\b{_NEAR}\b{_RULES}\b"),
    (
        "override",
        0.75,
        rf"\b{_IGNORE}\b(?: the| les?| las?| los| die)? (?:system ?prompt|system message|everything|all of the above|what(?:ever)? (?:you|came|was|is)|tout ce qui|todo lo|alles)\b{_NEAR}(?:above|before|prior|prompt|message|told|precede|anterior|arriba|obige|davor|bisher\w*|vorher\w*|zuvor|oben|written|said|instructed)\b",
    ),
    ("override", 0.40, rf"\b{_IGNORE}\b{_NEAR}\b{_RULES}\b"),
    (
        "override",
        0.65,
        rf"\b{_IGNORE}\b{_NEAR}\b(?:everything (?:above|before)|tout ce qui precede|todo lo anterior|alles (?:obige|vorherige|bisherige)|was (?:oben|davor|bisher)|tout le reste)\b",
    ),
    (
        "override",
        0.70,
        rf"\b(?:{_OWNED}|the|les|las|los|die)\b{_NEAR}\b{_RULES}\b(?! (?:of (?:our|the|this)|der|des|du|de la|de l'[a-z]+|del|de los|unserer?|de notre|de nuestr\w+) (?!system|entwickl|developer|sistema))[^.!?]{{0,30}}?(?:\bno longer (?:appl\w+|valid|bind\w*|count|matter)|\b(?:do not|don't) apply|\bare (?:now )?(?:void|cancelled|suspended|revoked|lifted|obsolete)|\bhave been (?:replaced|revoked|lifted|superseded|suspended)|\bgelten\b[^.!?]{{0,20}}?\bnicht|\bsind (?:ab sofort |jetzt |nun |hiermit )?(?:aufgehoben|ungultig|hinfallig)|\bne s'appliquent (?:plus|pas)|\bne sont plus|\bsont (?:desormais )?(?:annulees|suspendues|levees)|\bya no (?:se )?(?:aplic\w+|val\w+|rigen)|\b(?:quedan|estan) (?:anuladas|sin efecto|suspendidas|derogadas))",
    ),
    (
        "override",
        0.65,
        r"\b(?:lass(?:e|en)?|setz\w*|beachte[n]?|befolge[n]?|halte)\b[^.!?]{0,60}?\b(?:anweisung\w*|regeln|vorgaben|instruktion\w*|richtlinien)\b[^.!?]{0,30}?\b(?:nicht|ausser acht|hinweg|links liegen|beiseite|unberucksichtigt)\b",
    ),
    (
        "override",
        0.65,
        rf"\b(?:instead of|rather than|anstatt|statt|au lieu de|en lugar de|en vez de)\b{_NEAR}\b(?:following|obeying|zu befolgen|suivre|seguir)\b{_NEAR}\b{_RULES}",
    ),
    (
        "override",
        0.55,
        rf"\b(?:these|the following|my|this|diese|folgende|meine|ces|les|mes|estas|las|mis|new|neue)\b{_NEAR}\b(?:instructions?|orders?|rules?|anweisungen|regeln|consignes|instrucciones|reglas|prompt)\b{_NEAR}\b(?:override|supersede|replace|take precedence|have priority|(?:uber)?schreib\w*|ersetz\w*|vorrang|remplacent|priment|prevalent|prioritaires?|reemplazan|sustituyen|prevalecen|prioridad|anulan)\b",
    ),
    (
        "override",
        0.60,
        r"\b(?:your|deine|tes|vos|tus|sus)\b[^.!?]{0,20}?\b(?:new|real|actual|true|only|updated|neue\w*|eigentliche\w*|wahre\w*|einzige\w*|nouvelles?|vraies?|seules?|nuevas?|verdadera|unica|reales)\b[^.!?]{0,15}?\b(?:instructions?|task|goal|objective|job|mission|purpose|role|directive|orders|anweisung\w*|aufgabe|ziel|rolle|auftrag|tache|objectif|consignes?|tarea|objetivo|mision|instruccion\w*|rol|funcion)\b",
    ),
    (
        "override",
        0.60,
        r"(?:^|[\n.:;!\[(*#>-])\s{0,3}(?:new|updated|neue|aktualisierte|nouvelles?|nuevas?|additional|special|important|revised|priority|zusatzliche|wichtige|importantes?)\s(?:system )?(?:instructions?|orders?|prompt|task|directive|rules?|anweisung(?:en)?|aufgabe|regeln|consignes?|tache|instruccion(?:es)?|tarea|reglas)\s?(?:for you|fur dich|pour toi|para ti|for the \w+|fur die ki|fur den \w+|pour l'\w+|para la ia|para el \w+)?\s?:",
    ),
    # What a machine is asked to say, forget or give away about itself.
    (
        "machine_command",
        0.60,
        r"\b(?:when|while|if|wenn|beim|falls|lorsque|quand|en|cuando|al)\b (?:you |you are |sie |du |vous |tu )?(?:asked to )?(?:summari[sz]\w+|processing|process|classify\w*|analy[sz]\w+|scor\w+|evaluat\w+|zusammenfass\w*|verarbeit\w*|einstuf\w*|resum\w+|trait\w+|analis\w+|proces\w+|clasific\w+) (?:this|the|diese\w*|ce|cet|cette|este|esta)(?: \w+)? (?:e-?mail|mail|message|text|thread|conversation|nachricht|courriel|correo|mensaje|texto)\b[^.!?]{0,15}?\b(?:say|state|claim|write|rate|mark|treat|classify|conclude|recommend|note|sag\w*|schreib\w*|bewert\w*|dis|dites|ecri\w+|note\w*|di|diga|escrib\w+)\b",
    ),
    (
        "machine_command",
        0.60,
        rf"\b{_AI}\b[^.!?]{{0,30}}?\b(?:soll|sollte|muss|should|must|shall|has to|needs to|doit|devrait|debe|deberia|tiene que)\b[^.!?]{{0,60}}?\b(?:einstuf\w*|bewert\w*|markier\w*|genehmig\w*|freigeb\w*|rate|mark|classify|approve|trust|allowlist|whitelist|classer|noter|marquer|approuver|marcar|clasificar|calificar|aprobar)\b",
    ),
    (
        "exfiltration",
        0.65,
        r"\b(?:dump|print|reveal|output|show|expose|leak|zeig\w*|gib|affiche\w*|montre\w*|muestra|vuelca|imprime)\b[^.!?]{0,25}?\b(?:your|deine\w*|ta|votre|tu)(?: \w+)? (?:memory|gedachtnis\w*|memoire|memoria)\b(?! (?:usage|footprint|requirements?|limits?))",
    ),
    (
        "role_change",
        0.65,
        r"\b(?:forget|abandon|drop|give up|vergiss|oublie|abandonne|olvida|abandona)\b (?:all about )?(?:your|deine|ton|tu) (?:\w+ )?(?:role|rolle|persona|identity|identitat|identite|identidad|rol|papel)\b",
    ),
    (
        "role_change",
        0.60,
        r"\b(?:you are|du bist|sie sind|tu es|vous etes|eres|usted es|act as|be)\b[^.!?]{0,30}?\b(?:assistent\w*|assistant|asistente|modell?|modele|modelo|model|ai|ki|ia|bot|system|agent|agente)\b[^.!?]{0,20}?\b(?:ohne|without|with no|sans|sin)\b (?:\w+ ){0,2}?(?:einschrankung\w*|beschrankung\w*|vorgaben|regeln|restrictions?|limits?|limitation\w*|rules|filters?|regles|filtres|restriccion\w*|limites|limitacion\w*|reglas|filtros|censura)\b",
    ),
    (
        "secrecy",
        0.55,
        r"\b(?:sag\w*|verrat\w*|erwahn\w*|melde\w*|tell|mention|dis|dites|mentionne\w*|digas?|menciones?)\b[^.!?]{0,20}?\b(?:operator|bediener\w*|operateur|operador|reviewer|prufer\w*)\b[^.!?]{0,12}?\b(?:nothing|nichts|rien|nada)\b",
    ),
    (
        "role_change",
        0.60,
        rf"\b(?:stop|cease|quit) being (?:a|an|my|the|our)\b[^.!?]{{0,20}}?\b{_MACHINE}\b|\byou (?:have been|were|are(?: now)?) (?:re|newly )?-?programmed\b|\b(?:du wurdest|sie wurden) (?:um|neu )?-?programmiert|\b(?:tu as|vous avez) ete reprogramme|\bhas sido reprogramad",
    ),
    (
        "override",
        0.60,
        r"\b(?:everything|all|alles|tout|todo)\b[^.!?;]{0,20}?\b(?:before|above|so far|davor|oben|bisher|zuvor|avant|precede|antes|anterior|hasta aqui)\b[^.!?;]{0,25}?\b(?:was|were|is|war|ist|etait|est|era|fue|es)\b[^.!?;]{0,12}?\b(?:tests?|fake|joke|dummy|irrelevant|void|probe|witz|factice|blague|prueba|broma|fals[oa])\b",
    ),
    (
        "override",
        0.60,
        rf"\b{_IGNORE}\b (?:the |your |den |deinen |l'|le |al |el |tu )?(?:human )?(?:operator|reviewer|supervisor|bediener|prufer|operateur|superviseur|operador|supervisor)\b(?! (?:manual|guide|handbook|note|fee|panel))",
    ),
    (
        "false_authority",
        0.60,
        r"\b(?:new|neue|nouvelles?|nuevas?) (?:instructions?|commands?|orders?|directives?|anweisung(?:en)?|befehle?|vorgaben?|consignes?|instruccion(?:es)?|ordenes|orden) (?:from|by|of|vom|von|des|der|de|del) ?(?:the |your |dein\w* |l'|la |tu )?(?:system |sys)?(?:administra\w+|admin|developers?|entwickler\w*|operator\w*|operateur|operador|developpeur|desarrollador)\s?:",
    ),
    (
        "override",
        0.60,
        r"\b(?:system ?(?:message|prompt)|systemprompt|systemnachricht|message systeme|prompt systeme|mensaje del sistema)\b[^.!?]{0,15}?\b(?:was|is|were|war|ist|etait|est|era|es)\b[^.!?]{0,12}?\b(?:wrong|incorrect|outdated|fake|obsolete|void|falsch|veraltet|ungultig|faux|errone|incorrecto|falso|erroneo)\b",
    ),
    # Another role.
    (
        "role_change",
        0.70,
        rf"\b(?:you are|you're|you will be|consider yourself|du bist|sie sind|tu es|vous etes|eres|usted es|sei|se)\b (?:now |from now on |no longer |jetzt |ab jetzt |nun |ab sofort |nicht (?:mehr |langer )|kein \w+ mehr,? sondern |maintenant |desormais |a present |plus |ahora |ya no |a partir de ahora )(?:\w+ ){{0,5}}?(?:{_MACHINE}|{_MODE}|admin\w*|hacker|developer|entwickler|unrestricted|uneingeschrankt\w*|unbound|bound|free|frei|libre|gebunden|lie|character|persona|pirate|assist\w*|asistente|authori[sz]ed|sales ?bot|operator|root|terminal|shell|interpreter|restricted|limited|evil)\b",
    ),
    (
        "role_change",
        0.35,
        r"\b(?:you are now|du bist (?:jetzt|nun|ab jetzt|ab sofort)|tu es (?:maintenant|desormais)|vous etes (?:maintenant|desormais)|ahora eres|eres ahora) (?:a|an|the|ein\w*|der|die|un|une|una|el|la|in)\b",
    ),
    (
        "role_change",
        0.55,
        r"\b(?:from now on|from this point|starting now|henceforth|ab jetzt|von nun an|ab sofort|ab diesem punkt|a partir de maintenant|desormais|dorenavant|a partir de ahora|desde ahora|de ahora en adelante)\b,? (?:\w+ ){0,2}?(?:you (?:are|will|must|shall|should|only|always|never|answer|act|respond)|respond|answer|act|behave|obey|ignore|speak|reply only|always|antworte\w*|handle|verhalt\w*|gehorch\w*|bist du|wirst du|musst du|tu (?:es|dois|reponds|agis|obeis)|vous (?:devez|repondez|agissez|etes)|reponds|agis|eres|debes|responde|actua|actuaras|obedec\w+)\b",
    ),
    (
        "role_change",
        0.60,
        rf"(?:^|[\n.:;!,\"]|\band|\bund|\bet|\by|\bplease|\bbitte|\bnow|\bmust|\bshould|\bwill|\bto|\bi want you to)\s{{0,3}}(?:act|behave|respond|answer|speak|operate|function|roleplay|role-play|verhalte dich|handle|agiere|antworte|agis|agissez|comporte-toi|reponds|repondez|actua|actue|comportate|responde)\s(?:as|like|als|wie|comme|como)\s(?:if |though |ob |si )?(?:\w+ ){{0,3}}?(?:{_MACHINE}|{_MODE}|admin\w*|hacker|developer|entwickler|you (?:have|had|are|were)|unrestricted|unfiltered|no (?:rules|restrictions)|du |tu |pirate|terminal|evil|ceo|uncensored|no tuvieras|keine)",
    ),
    (
        "role_change",
        0.60,
        rf"\b(?:pretend (?:to be|you|that you)|roleplay as|role-play as|imagine (?:you are|you're|that you are) (?:an? )?(?:\w+ )?{_MACHINE}|tu so,? als|stell dir vor,? du|spiel(?:e|en)? (?:jetzt )?die rolle|fai(?:s|tes) semblant|fais comme si|imagine que tu|joue le role|finge|haz como si|imagina que eres|simula ser|take on the (?:role|persona)|adopt the (?:role|persona)|assume the (?:role|identity)|schlupf\w* in die rolle)\b",
    ),
    (
        "role_change",
        0.60,
        rf"\b(?:enable|enter|activate|switch (?:in)?to|turn on|go into|start|aktivier\w*|wechs(?:le|eln)|schalt\w*|active[zr]?|passe[zr]? en|entre[zr]? en|activa|entra en|cambia a|pasa a)\b{_NEAR}\b{_MODE}\b",
    ),
    (
        "role_change",
        0.45,
        rf"\b{_MODE}\b{_NEAR}\b(?:enabled|activated|on|granted|active|aktiviert|aktiv|active|activado|engaged)\b",
    ),
    (
        "role_change",
        0.60,
        r"\b(?:you have no|without any|free of(?: all)?|no longer (?:bound|restricted|limited|constrained)|not bound|du hast keine|ohne jegliche|tu n'as (?:plus )?(?:aucune|de)|sans aucune|no tienes|sin ninguna) (?:\w+ )?(?:by |de )?(?:\w+ )?(?:restrictions?|rules|limits|limitations?|filters?|guidelines|polic(?:y|ies)|einschrankungen|regeln|grenzen|regles?|limites?|filtros?|restricciones|reglas)\b",
    ),
    # Getting out what is inside.
    ("exfiltration", 0.70, rf"\b{_SHOW}\b{GAP}\b{_INNER}"),
    (
        "exfiltration",
        0.65,
        rf"\b(?:what(?:'s| is| are| were)|welche|was (?:ist|sind|steht)|wie (?:lautet|lauten)|quelles? (?:sont|est)|quels? (?:sont|est)|cual(?:es)? (?:es|son)|que dicen?)\b{_NEAR}\b(?:your (?:(?:exact|full|system|original|initial|hidden|current|secret|internal|first) ){{0,2}}(?:prompt|instructions)|(?:dein|ihr)\w* (?:\w+ )?(?:prompt|systemprompt|anweisungen|instruktionen)|(?:tes|vos|ton|votre) (?:\w+ )?(?:prompt|consignes|instructions)|(?:tus?|sus?) (?:\w+ )?(?:prompt|instrucciones))\b",
    ),
    ("exfiltration", 0.55, rf"\b{_SHOW}\b{_NEAR}\b{_KEYS}"),
    (
        "exfiltration",
        0.60,
        rf"\b(?:{_SHOW}|export|fetch|retrieve|collect|gather|look up|search|query|read|exportier\w*|exporte[zr]?|recupere[zr]?|exporta|recopila|extrae|lies)\b{_NEAR}\b{_OTHERS_DATA}",
    ),
    # Orders to the machine that decides and sends.
    (
        "machine_command",
        0.65,
        rf"\b(?:approve|accept|release|authori[sz]e|confirm|greenlight|genehmig(?:e|en|t)?|freigeben|gib|geben sie|bestatig(?:e|en)|approuve[zr]?|valide[zr]?|autorise[zr]?|aprueb(?:a|e)|aprobar|autoriza|acepta)\b{_NEAR}\b{_THIS}\b{_NEAR}\b{_AUTO}",
    ),
    (
        "machine_command",
        0.65,
        rf"\b(?:send|submit|dispatch|deliver|publish|schick(?:e|en)?|send(?:e|en)|verschick\w*|versend\w*|envoie|envoye[zr]|envia|envie)\b{_NEAR}\b{_THIS}\b{_NEAR}\b(?:without (?:any )?(?:human |manual |further |operator )?(?:review|approval|asking|confirmation|checks?|oversight)|with no (?:review|approval)|ohne (?:\w+ )?(?:prufung|freigabe|ruckfrage|kontrolle|genehmigung)|sans (?:\w+ )?(?:validation|verification|relecture|approbation|controle)|sin (?:\w+ )?(?:revision|aprobacion|supervision))",
    ),
    (
        "machine_command",
        0.65,
        r"\b(?:mark|flag|label|classify|tag|set|treat|rate|score|rank|categori[sz]e|record|markier\w*|kennzeichn\w*|setz(?:e|en)?|bewert\w*|stuf(?:e|en)?|klassifizier\w*|behandl\w*|marque[zr]?|classe[zr]?|considere[zr]?|note[zr]?|traite[zr]?|marca|marque|clasifica|clasifique|califica|trata|considera|puntua)\b[^.!?]{0,40}?\b(?:as|to|als|auf|comme|como|with|mit|a|avec|con|ein)\b[^.!?]{0,20}?\b(?:approved|safe|trusted|qualified|verified|pre-?approved|hot|highest|high[- ]priority|vip|100|1\.0|10/10|maximum|max|top priority|genehmigt|sicher|freigegeben|vertrauenswurdig|verifiziert|qualifiziert|hochste\w*|approuve\w*|valide\w*|fiable|prioritaire|verifie\w*|qualifie\w*|maximal\w*|aprobad[oa]|segur[oa]|confiable|fiable|verificad[oa]|prioritari[oa]|maxim[oa]|cualificad[oa]|calificad[oa])\b",
    ),
    (
        "machine_command",
        0.60,
        r"\bauto-?(?:approve|approval|send|freigabe|genehmig\w+|approuve\w*|aprobar|aprueba)\b[^.!?]{0,30}?\b(?:this|it|all|every|now|lead|on|immediately|enable|true|diese\w*|jetzt|alle|ce|cette|esta?|este|todos?)\b",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:skip|bypass|disable|turn off|switch off|circumvent|deactivate|avoid|without|no need for|suppress|uberspring\w*|umgeh\w*|deaktivier\w*|abschalten|schalt\w*|saute[zr]?|contourne[zr]?|desactive[zr]?|ignore[zr]?|salta(?:te)?|omite|desactiva|evita|elude)\b{_NEAR}\b(?:(?:human|manual|operator|the|la|l'|die|el) ?(?:review|approval|check|oversight|aprobacion|validacion|approbation|genehmigung|freigabe)|approval (?:step|queue|process)|review (?:step|queue|process)|safety|security checks?|filters?|guardrails|moderation|freigabe\w*|prufung|menschliche\w*|sicherheits\w+|kontrolle|filter|validation|relecture|controles?|filtres?|moderation|securite|revision|aprobacion|supervision|filtros?|controles|seguridad)\b(?!\s(?:meetings?|calls?|session|appointment|termin|reunion|besprechung))",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:forward|send|e-?mail|export|upload|post|transmit|copy|leite|weiterleiten|leiten|schick(?:e|en)?|send(?:e|en)|exportier\w*|transfere[zr]?|transmet\w*|envoie|envoye[zr]|fai(?:s|tes) suivre|reenvi(?:a|e)|envia|envie|exporta|manda)\b{_NEAR}\b{_OTHERS_DATA}",
    ),
    (
        "machine_command",
        0.60,
        r"\b(?:approve|release|send|publish|freigeb\w*|gib|geben sie|genehmig\w*|verschick\w*|approuve[zr]?|valide[zr]?|envoie|aprueb(?:a|e)|libera|envia)\b[^.!?]{0,12}?\b(?:all|every|alle|samtliche|tous|toutes|todos|todas)\b[^.!?]{0,20}?\b(?:drafts?|pending|entwurfe|anfragen|brouillons|demandes|borradores|solicitudes)\b",
    ),
    (
        "machine_command",
        0.45,
        r"\b(?:bcc|blind copy|blind carbon|blindkopie|copie cachee|cci|copia oculta|cco)\b[^.!?\n]{0,40}?:",
    ),
    (
        "machine_command",
        0.55,
        r"\b(?:bcc|blind copy|blind carbon|blindkopie|copie cachee|cci|copia oculta|cco)\b[^.!?\n]{0,40}?(?:@|\ball\b|\bevery\w*\b)",
    ),
    (
        "machine_command",
        0.45,
        rf"\b(?:reply|respond|e-?mail|write|send|antwort\w*|schreib\w*|repond\w*|ecri\w*|responde\w*|escrib\w*)\b{_NEAR}\b(?:to )?(?:everyone|all (?:your |our |the |other )?(?:customers|contacts|clients|leads|users|prospects)|alle\w* (?:kunden|kontakte\w*)|tous (?:vos|les|tes) (?:clients|contacts)|todos (?:sus|tus|los) (?:clientes|contactos))\b",
    ),
    (
        "machine_command",
        0.60,
        r"\b(?:execute|run|call|invoke|trigger|use|fuhr(?:e|en)?|ruf(?:e|en)?|execute[zr]?|lance[zr]?|appelle[zr]?|ejecuta|ejecute|llama|invoca|utilise[zr]?)\b[^.!?]{0,25}?\b(?:(?:the )?(?:following|this|send_?\w*|delete_?\w*|email|shell|sql|python|bash) (?:command|code|function|tool|query|script)s?|(?:function|tool|api endpoint|shell command|system command) (?:call|named|to|with)|funktion|werkzeug|befehl|outil|fonction|commande|herramienta|funcion|comando)\b[^.!?]{0,30}(?:aus|auf|\(|_|http|delete|send|rm |:|suivante?|siguiente|to|with|pour|para|und|mit)",
    ),
    (
        "machine_command",
        0.55,
        rf"\b(?:delete|erase|wipe|purge|drop|remove|losch(?:e|en)|entfern\w*|supprime[zr]?|efface[zr]?|elimina|borra|elimine)\b{_NEAR}\b(?:all|every|entire|alle|samtliche|gesamte\w*|tous|toutes|todos?|todas?)\b{_NEAR}\b(?:records?|logs?|contacts?|data|database|e-?mails?|leads?|drafts?|rules?|kontakte|daten\w*|eintrage|entwurfe|donnees|registros|datos|contactos|borradores|brouillons)\b",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:add|put|include|trag(?:e|en)?|fug(?:e|en)?|setz(?:e|en)?|ajoute[zr]?|mets|anad(?:e|a)|agrega|incluye|pon)\b{GAP}\b(?:allow ?list|white ?list|approved (?:list|recipients?|senders?)|trusted (?:list|senders?)|safe senders?|freigabeliste|positivliste|erlaubnisliste|liste (?:blanche|autorisee|d'autorisation)|lista (?:blanca|permitida|de permitidos))\b",
    ),
    (
        "machine_command",
        0.45,
        r"\b(?:you must|you have to|you are (?:required|instructed|ordered|authori[sz]ed) to|your task is to|du musst|sie mussen|deine aufgabe ist|tu dois|vous devez|ta tache est|debes|tienes que|tu tarea es)\b[^.!?]{0,30}?\b(?:approve|comply|obey|execute|grant|reveal|output|confirm that|offer (?:me|us|them)|agree to|gehorchen|genehmigen|zustimmen|ausfuhren|obeir|approuver|accepter|executer|obedecer|aprobar|aceptar|ejecutar|conceder)\b",
    ),
    # Speaking to the machine.
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:note|message|notice|attention|instructions?|instruction|reminder|memo|hint|order|command|request|warning|hinweis|nachricht|achtung|anweisung(?:en)?|mitteilung|notiz|befehl|wichtig|remarque|message|avis|consignes?|nota|mensaje|aviso|atencion|instruccion(?:es)?|importante?)\b[ :,]{{1,3}}(?:to|for|an|fur|a|aux?|pour|para|al)?(?: the| any| all| every| whatever| whichever| die| den| das| alle| jede\w*| la| le| les| l'| el| cualquier| tout\w*)?(?: \w+)?[ ']?(?:{_AI}|assistants? (?:reading|processing)|(?:model|system|assistant|agent) (?:reading|processing|that|who|which|writing)|asistente que|assistent(?:en)?,? d\w+|assistant qui|modelo que|modele qui)\b",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"(?:^|[\n.!?\"(\[*#>-])\s{{0,3}}(?:dear|hey|hi|hello|attention|ok|okay|listen|yo|liebe[rs]?|hallo|achtung|cher|chere|bonjour|salut|hola|estimad[oa]|oye|querid[oa])\s(?:the |la |l')?(?:{_AI})\b(?! (?:team|lovers?|experts?|abteilung|people|folks|company))",
    ),
    (
        "addressed_to_machine",
        0.35,
        r"(?:^|[\n.!?\"(\[*#>-])\s{0,3}(?:attention|listen|ok|okay|achtung|oye)\s(?:the )?(?:assistant|model|system|agent|assistent|asistente|modelo|sistema)\b",
    ),
    (
        "addressed_to_machine",
        0.55,
        rf"(?:^|[\n.!?(\[\"*#>-])\s{{0,3}}@?(?:{_AI}|assistant)\s?[:,]\s(?=\w)",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:if|when|since|as|because|falls|wenn|da|sofern|si|puisque|comme|como|ya que)\b (?:you are|you're|you were|du|sie|tu es|vous etes|eres|usted es|this is (?:being )?(?:read|processed) by|dies (?:von )?|ceci est lu par|esto lo lee)\b(?: \w+){{0,3}}? (?:{_AI}|assistant|automated|bot)\b",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:any|the|whichever|whatever|to the|every|die|jede|das|la|el|le|cualquier|toute?|l')\s?(?:{_MACHINE})\b(?: \w+)?,? (?:reading|processing|handling|parsing|answering|summari[sz]ing|drafting|writing|that (?:reads|processes|handles|drafts|writes)|which (?:reads|processes)|(?:die|das|welche|der) (?:dies\w*|das) |qui (?:lit|traite|redige)|que (?:lea|lee|procesa|procese|redacta))\b(?! (?:our|my|unsere\w*|nos|mes|nuestr[oa]s)\b)",
    ),
    (
        "addressed_to_machine",
        0.30,
        r"\b(?:your|deine[rm]?|ihre[rm]?|tes?|ton|vos|tus?)\s(?:training|programming|programmierung|training data|developers?|creators?|entwickler|guardrails|safety (?:guidelines|training|rules)|programmation|programacion|entrenamiento|entrainement)\b",
    ),
    # False authority and secrecy.
    (
        "false_authority",
        0.50,
        r"\b(?:as your (?:system )?(?:administrator|admin|developer|creator|operator|supervisor|owner|programmer)|i am your (?:system )?(?:administrator|admin|developer|creator|operator|programmer|supervisor)|this is (?:your|the|an?) (?:system )?(?:administrator|developer|openai|anthropic|security team|authori[sz]ed (?:override|instruction|request))|als (?:dein|ihr) (?:administrator|entwickler|betreiber)|ich bin (?:dein|der|ihr) (?:system)?(?:administrator|entwickler|betreiber)|en tant que (?:ton|votre) (?:administrateur|developpeur)|je suis (?:ton|votre|l') ?(?:administrateur|developpeur)|como (?:tu|su) (?:administrador|desarrollador)|soy (?:tu|su|el) (?:administrador|desarrollador))\b",
    ),
    (
        "false_authority",
        0.50,
        r"\b(?:(?:admin|system|security|priority|emergency|developer|root|manager|ceo)[ -](?:override|command|directive|instruction)|override (?:code|command|authori[sz]ation|sequence)|authori[sz]ation (?:code|level)|sudo [a-z]+|system(?:anweisung|befehl)|systemmeldung|(?:consigne|instruction|commande|message) (?:du )?systeme|(?:instruccion|orden|mensaje|comando) del sistema)\b",
    ),
    (
        "false_authority",
        0.45,
        r"(?:^|\n)[\s\[(*#=<>-]{0,6}(?:system (?:notice|update|alert|note|override|instruction|command)|admin(?:istrator)? (?:notice|note|instruction)|important instruction|instruction|anweisung|systemhinweis|avis systeme|aviso del sistema|instruction importante|instruccion importante)[\])*#=>\s-]{0,6}:",
    ),
    (
        "secrecy",
        0.55,
        rf"\b(?:do not|don't|never|without|nicht|niemals|ohne|kein\w*|ne|sans|jamais|no|sin|nunca)\b{_NEAR}\b(?:tell|mention|inform|alert|notify|reveal|show|warn|disclose|telling|informing|mentioning|alerting|notifying|sag\w*|erwahn\w*|informier\w*|zeig\w*|mitteil\w*|warn\w*|dis|dites|mentionne\w*|informe\w*|previen\w*|digas?|menciones?|mencionar|informar|informes|avis\w+|reveles?)\b{_NEAR}\b(?:the (?:user|operator|human|reviewer|salesperson|sender|owner)|your (?:operator|manager|supervisor|boss|user|human)|any human|these instructions|this (?:instruction|note|message|request)|(?:dem|den|einem) (?:benutzer|nutzer|bediener|operator|menschen|anwender|prufer)|diese\w* (?:anweisung|hinweis|nachricht)|l'utilisateur|l'operateur|cette (?:instruction|consigne)|ces (?:instructions|consignes)|(?:al|a ningun|el) (?:usuario|operador|humano)|est[ae]s? (?:instruccion\w*|mensaje))\b",
    ),
    (
        "secrecy",
        0.30,
        rf"\b(?:do not|don't|never)\b{_NEAR}\b(?:tell|mention|inform|reveal)\b{_NEAR}\b(?:anyone|anybody)\b",
    ),
    (
        "secrecy",
        0.55,
        r"\b(?:tell|say|sag\w*|verrat\w*|dis|dites|di|digas?)\b[^.!?]{0,30}?\b(?:the (?:user|operator|reviewer|human)|(?:dem|den) (?:benutzer|nutzer|bediener|operator|prufer|menschen)|l'(?:utilisateur|operateur)|al (?:usuario|operador))\b[^.!?]{0,15}?\b(?:nothing|nichts|rien|nada)\b",
    ),
    (
        "secrecy",
        0.40,
        r"\b(?:invisible to (?:humans|the user)|hidden from (?:the )?(?:user|operator|humans?)|(?:humans?|people|the operator) (?:cannot|can't|won't|will not) see this|only (?:the )?(?:ai|model|assistant|machine) can (?:see|read)|fur menschen unsichtbar|invisible pour (?:les humains|l'utilisateur)|invisible para (?:los humanos|el usuario))\b",
    ),
    # Planting text, links and concessions into the answer.
    ("planted_content", 0.70, rf"\b{_PUT}\b{GAP}\b{_PLANT}{GAP}\b{_REPLY}"),
    (
        "planted_content",
        0.70,
        rf"\b(?:in|into|to|at the (?:end|top|bottom|start) of|in|an|am ende|dans|a la fin de|au debut de|en|al final de)\b {_REPLY}\b{_NEAR}\b{_PUT}\b{GAP}{_PLANT}",
    ),
    (
        "planted_content",
        0.55,
        r"\b(?:use|take|click|open|visit|benutz\w*|nutz\w*|utilise[zr]?|usa|use)\b[^.!?\n]{0,8}?\b(?:this|following|diesen|ce|este)\b[^.!?\n]{0,12}?\b(?:link|url|lien|enlace|page)\b[^.!?\n]{0,40}?\b(?:as|als|comme|como|instead|statt|for all|fur alle)\b",
    ),
    (
        "planted_content",
        0.60,
        rf"\b(?:(?:when|while|if|whenever) (?:you (?:\w+ )?)?(?:reply|replying|answer|answering|respond|responding|write back|writing)|beim antworten|wenn du (?:antwortest|schreibst)|(?:lorsque|quand) (?:tu reponds|vous repondez)|en repondant|al responder|cuando respondas?)\b[^.!?]{{0,30}}?\b(?:{_PUT}|benutz\w*|utilise[zr]?|usa|use)\b{GAP}{_PLANT}",
    ),
    (
        "planted_content",
        0.50,
        rf"\b{_REPLY}\b (?:\w+ )?(?:must|has to|have to|shall|needs? to|muss|mussen|soll|doit|devra|debe|debera|tiene que)\b{GAP}\b(?:contain|include|start|begin|end|say|state|mention|read|be|confirm|offer|link|enthalten|beginnen|enden|lauten|erwahnen|beinhalten|contenir|inclure|commencer|finir|mentionner|dire|confirmer|contener|incluir|empezar|comenzar|terminar|decir|mencionar|confirmar)\b",
    ),
    (
        "planted_content",
        0.30,
        rf"\b{_REPLY}\b (?:should|sollte|devrait|deberia)\b{_NEAR}\b(?:contain|include|start|begin|end with|say|enthalten|beginnen|contenir|inclure|commencer|incluir|contener|empezar)\b",
    ),
    (
        "planted_content",
        0.30,
        r"\b(?:the following|exact(?:ly)?|word for word|verbatim|wortlich|genau|den folgenden|mot pour mot|exactement|textuellement|palabra por palabra|exactamente|literalmente)\b[^.!?\n]{0,30}?(?:[\"']|https?:|www\.|:)",
    ),
    (
        "planted_content",
        0.60,
        rf"\b(?:start|begin|end|sign|finish|close|open|beginn(?:e|en)?|beend(?:e|en)|unterschreib\w*|commence[zr]?|termine[zr]?|signe[zr]?|empieza|empiece|termina|termine|comienza|firma)\b {_REPLY} (?:with|by|as|mit|als|avec|par|con|como)\b(?!\s(?:the|our|your|a|die|der|ihrer|le|la|el|su)\b[^.!?]{{0,30}}?\b(?:number|nummer|numero|reference|referenz|referencia)\b)",
    ),
    (
        "planted_content",
        0.60,
        r"\b(?:reply|respond|answer|output|return|say|write|antworte\w*|schreib\w*|gib|sag\w*|repond\w*|ecri\w*|dis|responde|escribe|di|devuelve)\b (?:\w+ )?(?:only|exactly|just|nothing but|nur|ausschliesslich|genau|uniquement|seulement|exactement|solo|solamente|unicamente|exactamente|simplemente)\b(?![^.!?\n]{0,16}?\b(?:yes|ja|oui|si|no|nein|non)\b[\"']?,? (?:or|oder|ou|o)\b)[^.!?\n]{0,20}?(?:[\"'`{\[]|\b(?:with|the word|in json|json|mit|das wort|avec|le mot|par|con|la palabra|yes|approved|ok|ja|oui|si)\b)",
    ),
    (
        "planted_content",
        0.55,
        rf"\b(?:tell|inform|write|say|promise|assure|confirm|state|claim|sag\w*|schreib\w*|versprich|bestatig\w*|behaupt\w*|dis|dites|ecri\w*|promets|confirme[zr]?|affirme[zr]?|dile\w*|di|escrib\w*|promete|confirma|afirma)\b{_NEAR}\b(?:in {_REPLY}|that (?:we|they|i) (?:already )?(?:agreed|have|get|are entitled|won|qualify)|the (?:customer|recipient|client|lead)|dass (?:wir|sie|ich) (?:bereits |schon )?(?:vereinbart|erhalten|bekommen)|que nous (?:avons|beneficions)|que (?:hemos|ya) (?:acordado|acordamos))\b{GAP}(?:free|discount|%|contract|refund|agreed|guarantee|approved|entitled|rabatt|kostenlos|gratis|vertrag|vereinbart|gratuit|remise|contrat|accord|descuento|contrato|acord\w+|https?:|link|lien|enlace)",
    ),
    (
        "planted_content",
        0.50,
        rf"\b(?:redirect|point|direct|refer|link|lead|leit(?:e|en)|verweis(?:e|en)|verlink\w*|dirige[zr]?|redirige[zr]?|renvoie|redirige|remite|enlaza)\b{_NEAR}\b(?:everyone|all|any|every|the (?:customer|reader|recipient|user|lead)s?|alle|tous|kunden|los clientes|clients|people|them|sie)\b{_NEAR}(?:https?:|www\.|\bto (?:our|this|my) (?:site|page|link)|[\w-]+\.(?:com|net|org|example|test)\b)",
    ),
    (
        "output_control",
        0.45,
        r"\b(?:instead|stattdessen|au lieu de cela|a la place|en su lugar|en cambio)\b,?[:]? (?:\w+ )?(?:write|say|reply|respond|output|send|do|give|tell|print|only|schreib\w*|sag\w*|antwort\w*|send\w*|gib|ecri\w*|dis|repond\w*|envoie|donne|escribe|di|responde|envia|da|haz)\b",
    ),
    (
        "output_control",
        0.40,
        r"\b(?:write|compose|generate|tell|sing|draft|create|schreib\w*|erzahl\w*|ecri\w*|raconte|compose|escribe|cuenta|genera)\b (?:me |us |mir |uns |moi |-moi )?(?:a |an |ein\w* |une? |una? )(?:\w+ )?(?:poem|haiku|joke|song|limerick|rap|recipe|gedicht|witz|lied|rezept|poeme|blague|chanson|recette|poema|chiste|cancion|receta)\b",
    ),
    (
        "output_control",
        0.40,
        r"\b(?:respond|answer|reply|output|antwort\w*|repond\w*|responde)\b[^.!?\n]{0,15}?\b(?:only )?(?:in|with|im|en|mit|avec|con) (?:pirate|base64|json|xml|rot13|morse|reverse|capital letters|hex|emoji\w*|all caps|piraten\w*|grossbuchstaben|majuscules|mayusculas)\b",
    ),
)
# Structure: read in the plain text, before sentences matter.
STRUCTURES: tuple[tuple[str, float, str], ...] = (
    (
        "chat_template",
        0.85,
        r"<\|[a-z_]{2,24}\|>|\[/?inst\]|<</?sys>>|<\|?/?(?:im_start|im_end|endoftext|eot_id)\|?>|</?s>\s?\[|\bbegin_of_text\b",
    ),
    (
        "chat_template",
        0.75,
        r"(?:^|\n)\s{0,3}#{2,6} ?(?:system|instructions?|assistant|user|response|prompt|new instructions?|anweisung|consigne|instruccion\w*)\s?:?\s{0,3}(?:\n|$)",
    ),
    ("chat_template", 0.75, r"```\s{0,2}(?:system|assistant|prompt|instructions?)\b"),
    (
        "chat_template",
        0.75,
        r"</?(?:system|assistant|developer|instructions?|prompt|sys|system_?prompt|admin|tool_?call|function_?call|tool_?use|invoke|tool_?result)(?:\s[^<>]{0,80})?>",
    ),
    (
        "chat_template",
        0.65,
        r"(?:^|\n)\s{0,3}[\[({*]{1,3}\s?(?:system|system message|system prompt|assistant|developer|admin|systemnachricht|systeme|sistema)\s?[\])}*]{1,3}",
    ),
    (
        "chat_template",
        0.70,
        r"(?:^|\n)\s{0,3}(?:system|system ?message|systemnachricht|systemmeldung|systemhinweis|message (?:du )?systeme|mensaje del sistema|assistant|developer|systeme|sistema)\s?:\s{0,3}(?=[^\n]{0,120}\b(?:you|your|ignore|override|must|instruct\w*|always|never|approve\w*|send|reveal|disregard|forget|respond|output|act|the (?:assistant|user|draft|lead)|sure|of course|du|dich|deine|ignorier\w*|antwort\w*|genehmig\w*|freigabe|tu|vous|approuve\w*|ignore\w*|eres|debes|ignora|aprueba|aprobad\w*)\b)",
    ),
    (
        "chat_template",
        0.60,
        r"(?:^|\n)\s{0,3}(?:human|user|assistant|ai|bot)\s?:[^\n]{1,400}\n+\s{0,3}(?:assistant|ai|bot|human|user|system)\s?:",
    ),
    (
        "smuggled_data",
        0.70,
        r"[\"']\s?(?:auto_?approved?|approved?|approval|decision|status|verdict|action|review_required|requires_review|send_mode|is_safe|injection|suspected)[\"']\s?:\s?(?:[\"']\s?(?:auto_?)?(?:approved?|send|sent|skip\w*|safe|allow\w*|pass\w*|trusted|forward\w*|delete\w*|none)|true\b|false\b|1\b)",
    ),
    ("smuggled_data", 0.75, r"[\"']role[\"']\s?:\s?[\"'](?:system|assistant|developer|tool)[\"']"),
    (
        "smuggled_data",
        0.65,
        r"[\"'](?:tool|tool_calls?|function|function_call|tool_name|command|instructions?|system_?prompt|system|fit|score|confidence|severity)[\"']\s?:\s?(?:[\"'\[{]|[\d.]{1,5}\s?[,}])",
    ),
    ("smuggled_data", 0.50, r"\{\{[^{}\n]{1,120}\}\}|\{%[^{}\n]{1,120}%\}|\$\{[^{}\n]{1,120}\}"),
    (
        "smuggled_data",
        0.60,
        r"(?:^|\n)\s{0,3}(?:status|decision|approved|approval|auto_?approve|verdict|freigabe|statut|estado)\s?[:=]\s{0,2}(?:auto[_-]?)?(?:approved|true|send|genehmigt|approuve|aprobado|granted)\b(?=\s{0,3}(?:$|[\n,;.}!]))",
    ),
    (
        "fake_boundary",
        0.70,
        r"</?(?:data|user|user_?(?:input|data|message|content)|input|untrusted\w{0,12}|message|context|document|source|sources|lead|e-?mail|content|form_?(?:data|field|message)|customer_?(?:data|message)|external|query|thread|daten|nachricht|donnees|datos)\s?>",
    ),
    (
        "fake_boundary",
        0.70,
        r"(?:[-=*#_~<\[({]{2,12}|\[)\s?(?:end|ende|fin|final|begin|start|stop|beginn|debut|inicio)\s(?:of |der |des |de |del |du |de la |de los )?(?:the )?(?:\w+ ){0,2}(?:data|inputs?|untrusted|prompt|document|context|system|instructions?|user|form|lead|sources?|quarantine|daten|eingabe\w*|benutzer\w*|formular\w*|anweisung\w*|kontext\w*|dokuments?|donnees|saisie|consignes?|utilisateur|formulaire|contexte|datos|entrada|usuario|formulario|instrucciones|contexto|documento|email|message|text)\b(?=[^\n]{0,20}[-=*#_~>\])}]{1,12})(?:(?!\s?(?:original|message\s?[-=\])]))|)",
    ),
    (
        "fake_boundary",
        0.55,
        r"\b(?:end of|ende der|fin de(?: la| las| los| l'| du| des)?)\s?(?:the )?(?:user|untrusted|customer|form|lead|benutzer|kunden|formular|utilisateur|client|usuario|cliente)[- ]?(?:data|inputs?|message|content|text|daten|eingabe\w*|nachricht|donnees|saisie|datos|entrada)?\b\s?[.:-]{0,5}\s{0,4}(?:begin|now|start|new|system|the following|jetzt|nun|ab hier|maintenant|ahora|desde aqui|actual|real)",
    ),
    (
        "fake_boundary",
        0.60,
        r"(?:={3,12}|-{3,12}|\*{3,12}|#{2,12})\s?(?:system|admin|trusted|instructions?|override|operator|developer|prompt|anweisungen|consignes|instrucciones|sistema|systeme)(?: \w+){0,3}\s?(?:={3,12}|-{3,12}|\*{3,12}|#{2,12})",
    ),
    (
        "hidden_text",
        0.60,
        r"<[a-z]{1,10}\s[^<>]{0,200}?(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?[01](?:px|pt|em)?\b|opacity\s?:\s?0\b|color\s?:\s?(?:white|#fff(?:fff)?|transparent))",
    ),
)


@cache
def wordings() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    """``WORDINGS``, compiled on first use."""
    return tuple((code, weight, re.compile(pattern)) for code, weight, pattern in WORDINGS)


@cache
def structures() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    """``STRUCTURES``, compiled on first use."""
    return tuple((code, weight, re.compile(pattern)) for code, weight, pattern in STRUCTURES)
