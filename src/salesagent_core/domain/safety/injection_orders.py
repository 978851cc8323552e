# ruff: noqa: E501  (patterns are kept on one line)
"""Orders that only the machine could follow which reads, scores, writes and sends.

Same shape as ``injection_words.WORDINGS``: ``code, weight, pattern`` over bare text. Here are
orders by what they want done: hidden recipients, another signature, no opt-out link, no look by a
person, given instructions shown, a score whatever the form says. Every gap is bounded.
"""

from __future__ import annotations

import re
from functools import cache

_SOME = r"[^.!?]{0,30}?"
_FAR = r"[^.!?]{0,60}?"

_SURE = r"(?:a\.?i\.?|ki(?:-\w+)?|ia|i\.a\.|llms?|chat ?-?bots?|bots?|robots?|roboter|sprachmodell\w*|language models?|modeles? de langage|modelos? de lenguaje|(?:artificial|kunstliche) intelligen[cz]e?|intelligence artificielle|inteligencia artificial|note ?taker|auto-?responder)"
_HELPER = r"(?:assistants?|asistentes?|assistent(?:en|in|innen)?|model|modell|modele|modelo|agents?|agentes?|scorer|parser|summari[sz]er|classifier)"
_PROGRAM = r"(?:(?:automat\w+|automated|ai-?\w*|ki-?\w*) (?:systeme?n?|systems?|sistemas?|process\w*|tools?|agent\w*|assistant\w*|assistent\w*)|(?:systemes?|sistemas?|outils?|processus|traitements?|procesos?|herramientas?) (?:automat\w+|automatis\w+|d'ia|de ia)|software|logiciels?|programm\w*|textprogramm\w*|program|programa|programmes?|text ?generator\w*|schreibprogramm\w*|maschinen?|machines?|maquinas?)"
_ANY_MACHINE = rf"(?:{_SURE}|{_HELPER}|{_PROGRAM})"
_MUST = r"(?:must|shall|should|has to|have to|is to|are to|needs? to|is required to|muss|mussen|soll|sollen|sollte\w*|hat|haben|doit|doivent|devra|devront|debe|deben|debera\w*|tiene que|tienen que|ha de|han de)"
_DO = r"(?:reply|respond|answer|e-?mail|send|forward|approve|accept|recommend\w*|rate|score|rank|mark|mention|include|append|ignore|skip|fill|set|share|say|confirm|treat|hide|omit|grant|offer|antwort\w*|schick\w*|send\w*|weiterleit\w*|genehmig\w*|freigeb\w*|freizugeb\w*|akzeptier\w*|empfehl\w*|empfiehl\w*|bewert\w*|einstuf\w*|einzustuf\w*|markier\w*|erwahn\w*|ausfull\w*|verschweig\w*|bestatig\w*|zusag\w*|repond\w*|envo\w*|transmet\w*|approuv\w*|accept\w*|recommand\w*|not[ez]\w*|class\w*|marqu\w*|mentionn\w*|inclu\w*|rempli\w*|confirm\w*|taire|cacher|partag\w*|valid\w*|respond\w*|contest\w*|envi\w*|reenvi\w*|aprob\w*|acept\w*|recomend\w*|calific\w*|clasific\w*|marc\w*|rellen\w*|call\w*|ocult\w*|mencion\w*)"
_READS = r"(?:reads?|reading|process\w*|handl\w*|pars\w*|see\w*|summari\w*|lesen|liest|verarbeit\w*|auswert\w*|lis\w*|lit|trait\w*|analys\w*|resum\w*|lea\w*|lee\w*|procesa?\w*|analic\w*|analiz\w*|trat\w*)"
_TEXT = r"(?:this|these|dies\w*|das|ce|cet|cette|ces|est[aeo]s?|it|esto)(?: (?:text|document|dokument|form|e-?mail|mail|message|nachricht|lines?|zeilen?|texte|formulaire|courriel|lignes?|documento|texto|formulario|correo|mensaje|lineas?|formular|anfrage|annex|page))?"
_YOUR_ANSWER = r"(?:your|deine[rnm]?|ihre[rnm]?|ta|ton|tes|votre|vos|tu|tus|su|the|der|la|die)(?: (?:next|nachste[nr]?|prochaine?|proxim[oa]))? (?:reply|replies|answers?|responses?|e-?mails?|mails?|drafts?|antwort\w*|entwurf|reponses?|brouillon|courriels?|message|respuestas?|borrador|correos?)"
_REVIEW = r"(?:review\w*|approvals?|(?:human |safety |security |manual )?checks?|verification\w*|validations?|oversight|prufung\w*|uberprufung\w*|freigaben?|kontrollen?|genehmigung\w*|gegenlesen|relectures?|controles?|approbations?|verificacion\w*|validacion\w*|revision\w*|aprobacion\w*|supervision|moderation)"
_PEOPLE = r"(?:reviewers?|operators?|humans?|supervisors?|bearbeiter\w*|prufer\w*|bediener\w*|vorgesetzt\w*|mitarbeiter\w*|mensch\w*|relect\w+|operat\w+|superviseur|humain\w*|revisor\w*|operador\w*|supervisor\w*|human[oa]s?)"
_APPROVE = r"(?:approv\w*|releas\w*|sign off|authori[sz]\w*|freigeb\w*|freizugeb\w*|genehmig\w*|approuv\w*|valid\w*|autoris\w*|aprob\w*|aprueb\w*|autoriz\w*)"
_SHOW = r"(?:show|reveal|print|paste|copy|quote|repeat|recite|translate|summari[sz]e|list|write|share|send|give|tell|decode|spit out|dump|cite|zeig\w*|gib|geben|nenn\w*|wiederhol\w*|ubersetz\w*|fass\w*|kopier\w*|schick\w*|lies|schreib\w*|affich\w*|montr\w*|repet\w*|tradui\w*|traduc\w*|resum\w*|recopi\w*|copi\w*|colle\w*|donne\w*|envoie|balance\w*|file|crache|lache|dis|ecri\w*|cite\w*|muestr\w*|ensen\w*|repit\w*|dime|dame|manda\w*|envia\w*|suelta\w*|pega\w*|escrib\w*|revela\w*)"
_GUIDE = r"(?:instructions?|guidance|guidelines?|directions|briefing|brief|prompts?|rules|setup|configuration|config|anweisung\w*|anleitung\w*|vorgaben?|leitfaden\w*|richtlinien?|regeln?|konfiguration\w*|einstellung\w*|consignes?|directives?|regles?|guide|reglages|parametres|instruccion\w*|directrices|directivas?|pautas?|indicacion\w*|reglas|guia|configuracion|ajustes)"
_GIVEN = r"(?:(?:you|it|the (?:assistant|bot|model|ai)) ?(?:were|was|got|received|(?:have|has|had|'ve) (?:been|received|got))\b|(?:given|handed|told|fed) to (?:you|it)|(?:man|sie) dir|dir (?:\w+ ){0,4}(?:gegeben|mitgegeben|erteilt|gesagt)|du (?:\w+ ){0,4}(?:bekommen|erhalten|befolg\w*)|qu'on t'a|que l'on t'a|qu'on vous a|(?:tu|vous) (?:as|avez) recu\w*|que tu as|t'a donne\w*|que te (?:dieron|han|dio|pusieron)|te (?:dieron|han dado)|que (?:recibiste|has recibido|tienes)|recibidas al)"
_THINE = r"(?:dein(?:e[rnms]?)?|ton|ta|tes|tus?)"
_INSIDE = r"(?:prompt|systemprompt|leitfaden|anweisungen|instruktionen|vorgaben|konfiguration|einrichtung\w*|regelwerk|consignes|directives|instructions|reglages|configuration|parametrage|guide interne|instrucciones|directrices|pautas|configuracion|ajustes|guia interna)"

ORDERS: tuple[tuple[str, float, str], ...] = (
    # Speaking to the machine.
    (
        "addressed_to_machine",
        0.60,
        rf"(?<!our )(?<!ihr )(?<!votre )(?<!notre )(?<!su )(?<!unser )(?<!unsere )(?<!ihre )\b(?:{_SURE}|assistant|assistent|asistente|modelo|modele|modell|model)\b(?! (?:vendors?|anbieter))[^.!?\n]{{0,40}}?\b{_MUST}\b(?![^.!?\n]{{0,80}}\b(?:konnen|be able|pouvoir|poder|possible)\b)[^.!?\n]{{0,70}}?\b{_DO}\b",
    ),
    (
        "addressed_to_machine",
        0.30,
        rf"\b(?:{_HELPER}|{_PROGRAM})\b[^.!?\n]{{0,40}}?\b{_MUST}\b[^.!?\n]{{0,70}}?\b(?:approve|recommend\w*|skip|hide|omit|freigeb\w*|freizugeb\w*|empfehl\w*|verschweig\w*|approuv\w*|recommand\w*|taire|aprob\w*|recomend\w*|ocult\w*|call\w*)\b",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b{_ANY_MACHINE},? (?:(?:that|which|who|die|das|der|welche[rs]?|qui|que) )?(?:\w+ ){{0,2}}{_READS} (?:\w+ )?{_TEXT}\b|\b{_ANY_MACHINE}, (?:die|das|der|welche[rs]?) (?:dies\w*|das)(?: \w+)? {_READS}\b",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:note|notes|message|notice|summary|hint|reminder|info\w*|p\.?s\.?|hinweis|notiz|nachricht|zusammenfassung|anmerkung|remarque|resume|precision|nota|resumen|aviso|mensaje|mention|directive|anweisung|consigne|instruccion)\b,? (?:(?:an|a|to|for|fur|pour|para|al) |a l'attention (?:de |du |des )|a l'intention (?:de |du |des )|a la atencion (?:de |del ))(?:the |your |our |any |die |das |den |ihre?n? |deine?n? |eure?n? |l'|le |la |les |votre |ton |ta |vos |el |su |tu |vuestr[oa] )?(?:\w+ )?{_ANY_MACHINE}\b",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:only|exclusively|nur|ausschliesslich|seulement|uniquement|exclusivement|solo|unicamente|exclusivamente|reserve|reservado) (?:for|fur|pour|para|aux?|a) (?:the |die |les |las |los )?{_ANY_MACHINE}\b|\b{_ANY_MACHINE} only\s?:",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"(?:[\[({{<\"*#>]|<!--|//|/\*)\s{{0,3}}(?:{_SURE}|assistant|asistente|assistent|internal|intern|interne|interno)\s{{0,2}}[:,\]]\s{{0,2}}(?=\w[^\n]{{4,}})",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:if|falls|wenn|sofern|si)\b (?:you are|you're|du|sie|tu es|t'es|vous etes|eres|es usted|usted es)\b(?: (?:really|wirklich|vraiment|an?|ein\w*|une?|una?)){{0,3}} (?:{_SURE}\b|(?:maschine|programm|automat) (?:bist|sind)|(?:machine|maquina|program|programa|programme)\b(?= ?[,:]))",
    ),
    (
        "addressed_to_machine",
        0.60,
        rf"\b(?:you,? (?:the|an?|as (?:the|an?))|du,? (?:die|das|als)|toi,? (?:l'|le|la)|tu,? (?:la|el)) ?(?:\w+ )?{_ANY_MACHINE}\b",
    ),
    (
        "addressed_to_machine",
        0.55,
        rf"\b(?:dear|liebe[rs]?|cher|chere|querid[oa]|estimad[oa]|hallo|hi|hey|hello|hola|bonjour|salut|an|a|to|to whichever|to whatever)\b (?:the |la |le |l'|el |die |das |den )?(?:{_SURE})\b(?! (?:team|person|who|lovers?|department|abteilung|experts?)),?(?: (?:that|which|die|das|qui|que)\b|[,:])",
    ),
    # Hidden recipients.
    (
        "machine_command",
        0.60,
        r"\b(?:bcc|blind (?:carbon )?copy|blindkopie|copie cachee|en cci|copia oculta|cco|copie invisible|copie secrete|copia ciega)\b(?:[^!?\n]{0,60}?(?:@|\b(?:all|every\w*|alle[sn]?|jede\w*|tout\w*|todo\w*|chaque)\b))|(?:@|\b(?:all|every\w*|alle[sn]?|tout\w*|todo\w*)\b)[^!?\n]{0,60}?\b(?:bcc|blind (?:carbon )?copy|blindkopie|copie cachee|en cci|copia oculta|cco)\b",
    ),
    (
        "secrecy",
        0.60,
        r"\b(?:quietly|secretly|discreetly|silently|covertly|heimlich|unauffallig|stillschweigend|diskret|discretement|en douce|en secret|secretement|con disimulo|discretamente|a escondidas|en secreto)\b[^.!?]{0,60}?\b(?:add|copy|send|include|forward|bump|change|replace|approve|hinzu\w*|fug\w*|setz\w*|schick\w*|leit\w*|ajout\w*|envo\w*|met[sz]?|anad\w*|agreg\w*|envi\w*|pon\w*)\b|\b(?:add|copy|send|forward|setz\w*|fug\w*|schick\w*|leite|ajoute\w*|envoie|mets|anade|agrega|envia|pon|incluye)\b (?:\w+ ){0,3}(?:quietly|secretly|discreetly|silently|heimlich|unauffallig|diskret|discretement|en douce|en secret|con disimulo|discretamente|a escondidas|en secreto)\b",
    ),
    # Whom the answer seems to come from, and what it leaves out.
    (
        "planted_content",
        0.60,
        rf"\b(?:change|replace|swap|alter|modify|exchange|edit|tausch\w*|ersetz\w*|ander[en]?\w*|austausch\w*|wechsl\w*|remplac\w*|chang\w*|modifi\w*|substitu\w*|cambi\w*|reemplaz\w*|sustitu\w*|modific\w*)\b{_FAR}\b(?:(?:your|{_THINE}|ihrer|votre) (?:\w+ )?(?:signature|signatur|firma|company'?s? (?:phone|number|iban|address|bank))|(?:phone|number|iban|bank|telefon\w*|rufnummer|konto\w*|telephone|numero|rib|telefono|cuenta)\w* (?:\w+ )?(?:in|of|aus|in der|de|dans|en) (?:your|{_THINE}|ihrer|votre|su) (?:signature|signatur|firma|reply|answer|antwort|reponse|respuesta|draft))",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:leave (?:out|off)|omit|drop|remove|skip|without|do not|don't|never|no|not|lass\w*|weglass\w*|ohne|kein\w*|entfern\w*|ne|sans|retir\w*|enlev\w*|supprim\w*|omet\w*|sin|quita\w*|omite|omitir|elimina|suprime)\b{_SOME}\b(?:(?:unsubscribe|opt-?out) (?:link|line|note|footer|header|notice|text)|abmelde\w*|(?:lien|mention|pied) de (?:desinscription|desabonnement)|(?:enlace|aviso|pie) de (?:baja|desuscripcion|cancelacion))\b{_SOME}\b(?:in|from|dans|de|en|bei|aus|beim|weg|ta|tu|the|when|quand|cuando)\b",
    ),
    (
        "machine_command",
        0.55,
        rf"\b(?:in|from|in|bei|aus|dans|de|en)\b {_YOUR_ANSWER}\b{_SOME}\b(?:leave (?:out|off)|omit|drop|lass\w*|weg|ohne|sans|sin|no pongas|ne mets pas)\b{_SOME}\b(?:unsubscribe|opt-?out|abmelde\w*|desinscription|desabonnement|baja)\b",
    ),
    (
        "secrecy",
        0.55,
        rf"\b(?:do not|don't|never|not|nothing|nichts?|nie\w*|kein\w*|ohne|ne|n'|pas|rien|jamais|sans|no|ni|nada|sin)\b{_SOME}\b(?:tell|mention|inform|show|report|say|sag\w*|erwahn\w*|meld\w*|erzahl\w*|zeig\w*|dis|dites|dire|parl\w*|signal\w*|montr\w*|digas?|decir|cuent\w*|menciones?|avis\w+|muestr\w+|informes?)\b{_SOME}\b(?:to |the |an |dem |den |der |einem |au |aux |a |al |a la |los )?{_PEOPLE}\b|\b(?:sag\w*|erzahl\w*|zeig\w*|meld\w*)\b (?:\w+ ){{0,2}}(?:dem|der|den|einem) {_PEOPLE} (?:\w+ ){{0,2}}(?:nichts|nicht|kein\w*)\b",
    ),
    # Nobody shall look at it.
    (
        "machine_command",
        0.60,
        r"\b(?:without (?:any(?:one|body)|a (?:human|person))\b[^.!?]{0,20}?\b(?:see\w*|look\w*|read\w*|check\w*|review\w*|knowing|noticing)|before any(?:one|body) (?:sees|looks|reads|checks)|ohne dass (?:\w+ ){0,2}(?:jemand|ein mensch|wer)\b[^.!?]{0,20}?\b(?:sieht|liest|pruft|draufschaut|merkt)|sans que (?:personne|quiconque|quelqu'un)\b[^.!?]{0,25}?|sin que (?:\w+ ){0,2}(?:nadie|alguien|ningun \w+)\b|sin que (?:\w+ ){0,3}(?:vea|revise|lea|compruebe|mire) (?:nadie|un humano))",
    ),
    (
        "machine_command",
        0.60,
        r"\b(?:send|reply|approve|release|publish|submit|proceed|schick\w*|send\w*|versend\w*|antwort\w*|freigeb\w*|gib\w*|envo\w*|repond\w*|valid\w*|approuv\w*|publi\w*|envi\w*|mand\w*|respond\w*|aprueb\w*)\b[^.!?]{0,25}?\b(?:without (?:an? (?:reviewer|human|person|operator)\b|waiting|asking|checking|(?:human |any |further )?(?:review|approval|confirmation))|ohne (?:zu warten|abzuwarten|nachzufragen|zu fragen|\w* ?(?:prufung|kontrolle|freigabe|ruckfrage|genehmigung))|sans (?:attendre|demander|verifi\w+|relecture|validation|controle)|sin (?:esperar|preguntar|revis\w+|aprobacion|comprob\w+|control))\b(?! (?:for (?:the|my|our)|on (?:the|my|our)) )",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:you|du|tu|sie|vous|usted|assistant|bot|ai|ki|ia|system)\b (?:(?:are|is|wird|bist|es|eres) (?:hereby |now |allowed |free |to ){{1,3}}|(?:can|may|could|should|must|will|kannst|darfst|sollst|konnen|durfen|peux|pouvez|dois|puedes|puede|debes) )?(?:\w+ ){{0,4}}{_APPROVE}(?: \w+){{0,2}} (?:yourself|itself|alone|on your own|on its own|selbst|allein|selber|toi-meme|seul|vous-meme|tu mismo|solo|por tu cuenta)\b|\b(?:darfst|kannst|sollst) (?:\w+ ){{0,3}}(?:selbst|selber|allein|direkt) (?:\w+ )?{_APPROVE}",
    ),
    (
        "machine_command",
        0.60,
        rf"\b(?:peux|puedes|dois|debes|pouvez|puede)\b (?:\w+ ){{0,2}}(?:toi-meme |tu mismo |vous-meme |directement |seul |usted mismo )?{_APPROVE}(?:-le)? (?:\w+ )?(?:toi-meme|tu mismo|seul|vous-meme|por tu cuenta|usted mismo)\b|\b(?:handle|do|take care of|make) (?:all )?(?:the )?(?:approvals?|reviews?) (?:on its own|itself|alone|by itself|yourself)\b",
    ),
    (
        "false_authority",
        0.40,
        rf"\b{_REVIEW}\b{_FAR}\b(?:already|have been|has been|bereits|schon|vorab|deja|ya|previamente)\b{_FAR}(?:\b(?:no need|no reason|not needed|unnecessary|done|passed|skip|nicht (?:notig|mehr)|erledigt|erfolgt|uberflussig|inutile|pas (?:besoin|necessaire)|faits?|faites?|no hace falta|no es necesari\w+|hicieron|hech[oa]s?|hizo|paso|superad\w+))\b",
    ),
    (
        "machine_command",
        0.60,
        r"\b(?:e-?mails?|mails?|messages?|nachrichten|anfragen|courriels?|correos|mensajes|requests?|submissions?|demandes?|solicitudes)\b[^.!?]{0,40}?\b(?:pre-?approved|considered approved|deemed approved|trusted|approved|gepruft|freigegeben|genehmigt|vertrauenswurdig|(?:pre-?)?approuves?|valides?|preaprobad\w+|aprobad\w+|validad\w+|fiables)\b[^.!?]{0,50}?\b(?:no|not|without|kein\w*|nicht|ohne|ne|pas|sans|sin)\b[^.!?]{0,30}?\b(?:review\w*|approvals?|checks?|checked|freigaben?|prufung\w*|kontrollen?|gepruft|relecture|validation|controle|verification|revision|aprobacion|comprobacion|validacion|revisar\w*)\b",
    ),
    (
        "machine_command",
        0.35,
        r"\b(?:mark(?:ed)?|flag(?:ged)?|set|treat(?:ed)?|count|markier\w*|kennzeichn\w*|behandel\w*|marqu\w*|consider\w*|classe\w*|traite\w*|marca\w*|marque\w*|trata\w*|dalo|pon\w*)\b(?: \w+){0,4} (?:as|als|comme|como|por) (?:\w+ )?(?:checked|validated|reviewed|cleared|customer|gepruft|validiert|bestatigt|kunde|verifie\w*|valide\w*|controle\w*|relu\w*|client|validad\w+|revisad\w+|comprobad\w+|cliente(?: prioritario)?|vip|prioritaire|prioritari\w+)\b",
    ),
    (
        "machine_command",
        0.40,
        r"\b(?:threshold|schwelle\w*|schwellenwert\w*|grenzwert|seuil|umbral)\b[^.!?\n]{0,12}?\b(?:zero|null|cero|0(?:[.,]0+)?)\b",
    ),
    (
        "machine_command",
        0.45,
        r"\b(?:switch|set|put|turn|change|move|stell\w*|setz\w*|schalt\w*|bring\w*|pass\w*|met[sz]?|mettez|bascul\w*|pon\w*|pasa\w*|cambi\w*|activ\w*)\b[^.!?\n]{0,25}?\b(?:account|lead|contact|segment|queue|tenant|konto|kontakt|compte|dossier|cuenta|contacto)\b[^.!?\n]{0,12}?\b(?:to|on|in|into|auf|en|sur|a)\b (?:\w+ ){0,2}(?:auto\w*)\b",
    ),
    (
        "machine_command",
        0.50,
        r"\b(?:(?:safety )?checks?|filters?|findings|safety|moderation|guard ?rails|review|prufungen?|filter|kontrollen|schutz\w*|freigabe|filtres?|controles?|garde-fous|securites?|relecture|validation|revision(?: humana)?|filtros?|seguridad|validaciones)\b ?:? ?(?:off|aus|ausgeschaltet|abgeschaltet|deaktiviert|coupee?s?|desactivee?s?|off|inactifs?|apagad[oa]s?|desactivad[oa]s?|disabled|deactivated|suspended|fuera)(?=\W*(?:$|[.,;!\n]|and\b|und\b|et\b|y\b))",
    ),
    (
        "machine_command",
        0.55,
        r"\b(?:approve|accept|genehmige|bestatige|akzeptiere|approuve|valide|accepte|aprueba|acepta|autoriza)\b,? (?:everything|anything|all|alles|tout|todo)\b(?! (?:the|changes|items|in the|in my))",
    ),
    # Who is said to want it.
    (
        "false_authority",
        0.40,
        r"\b(?:signed|sig\.|gez\.?|gezeichnet|unterzeichnet|unterschrift|signe|firmado|firma)\s?[:.,-]?\s?(?:your |the |by |dein\w* |der |die |l'|le |la |ton |el |tu )?(?:system ?-?)?(?:admin\w*|entwickler\w*|developers?|developpeurs?|desarrollador\w*|it-leitung|security team|geschaftsleitung|direction|direccion)\b",
    ),
    (
        "false_authority",
        0.40,
        r"\b(?:as|being|als|en tant que|en ma qualite de|como|soy|i am|i'm|ich bin|je suis)\b (?:the |an? |your |one of the |der |die |dein\w* |le |la |l'|un |une |el |tu |ton )?(?:\w+ )?(?:developers?|creators?|programmers?|administrators?|admin|maintainers?|engineers?|entwickler\w*|programmierer\w*|administrator\w*|betreiber\w*|developpeu\w*|createu\w*|programmeu\w*|administrateu\w*|desarrollador\w*|creador\w*|programador\w*|administrador\w*)\b[^.!?]{0,15}?\b(?:of|who|dieses|dieser|von|des|de|del)\b ?(?:this|the|your|built|made|dies\w*|cet|cette|ce|est[ea]|te)? ?(?:tool|system|assistant|bot|software|ai|program|werkzeug\w*|assistent\w*|programm\w*|ki|outil|systeme|logiciel|ia|assistant|programme|herramienta|sistema|asistente|programa|you)\b",
    ),
    (
        "false_authority",
        0.50,
        r"\b(?:considera|consider|treat|take|betrachte\w*|behandle|nimm|considere[sz]?|prends|traite[sz]?|toma|trata)\b[^.!?]{0,30}?\b(?:as|als|comme|como)\b[^.!?]{0,25}?\b(?:(?:from|by|said by|von|vom|de|du|del|por|par)\b ?)?(?:your|dein\w*|ton|ta|tu) (?:owner|boss|creator|manager|operator|master|developer|besitzer\w*|chef\w*|eigentumer\w*|patron\w*|proprietaire|createur|responsable|maitre|dueno|jef[ea]|creador|amo)\b",
    ),
    (
        "false_authority",
        0.35,
        r"\b(?:dein\w*|ton|ta|tu|your) (?:boss|owner|bosses|chef\w*|vorgesetzt\w*|besitzer\w*|patron\w*|hierarchie|chefs|direction|dueno|jef[ea]s?|superior\w*)\b[^.!?]{0,30}?\b(?:agree\w*|approv\w*|said|says|ok\b|okay\w*|allowed|knows|einverstanden|zugestimmt|erlaubt|genehmigt|weiss|d'accord|approuv\w*|autoris\w*|dit|sait|acuerdo|aprob\w*|autoriz\w*|dijo|dice|sabe)\b",
    ),
    (
        "false_authority",
        0.50,
        r"\b(?:operator|reviewer|supervisor|bearbeiter\w*|prufer\w*|bediener\w*|relecteur|relectrice|operateur|operatrice|revisor\w*|operador\w*)\b[^.!?]{0,40}?\b(?:vacation|holiday|away|sick|ill|absent|gone|out|urlaub|krank|abwesend|weg|nicht da|vacances|conges?|malade|absente?|vacaciones|enferm\w+|ausente|baja|left word|told me|already approved|has approved|agreed|hat (?:schon |bereits )?(?:zugestimmt|freigegeben)|a deja|deja valide|ya (?:lo )?(?:aprobo|ha aprobado))\b",
    ),
    (
        "false_authority",
        0.40,
        r"\b(?:(?:release|approval|authori[sz]ation|override|access|bypass)[ -]code|freigabe-?code|autorisierungs-?code|codes? (?:d'autorisation|de validation|d'approbation|d'acces)|codigos? de (?:autorizacion|aprobacion|acceso|validacion))\b\W{0,3}\w",
    ),
    # What the machine was given.
    ("exfiltration", 0.60, rf"\b{_SHOW}\b{_FAR}\b{_GUIDE}\b,?{_SOME}\b{_GIVEN}\b"),
    (
        "exfiltration",
        0.60,
        rf"\b{_SHOW}\b(?:-\w+|[ \w]){{0,25}}? {_THINE} (?:\w+ )?{_INSIDE}\b|\b{_THINE} (?:\w+ )?{_INSIDE} (?:\w+ ){{0,2}}(?:an|aus|preis|offen)?(?:zu)?(?:zeigen|geben|nennen|legen|drucken)\b|\b(?:d')?(?:show|afficher|montrer|mostrar|zeigen|donner|reveler|revelar)\b[^.!?]{{0,20}}? {_THINE} (?:\w+ )?{_INSIDE}\b",
    ),
    (
        "exfiltration",
        0.60,
        r"\b(?:your|its|the bot's|dein\w*|ton|ta|tes|tu|tus) (?:\w+ )?(?:instruction|setup|system|start(?:up)?|base|initial|configuration|set-up) (?:texts?|messages?|notes|prompts?)\b|\b(?:instruktions|einrichtungs|start|system)(?:text\w*|prompt\w*)\b|\btexte (?:d'instructions?|de configuration|de depart)\b|\btexto (?:de instrucciones|de configuracion|inicial)\b",
    ),
    (
        "exfiltration",
        0.60,
        r"\b(?:repeat|copy|print|recite|quote|reproduce|wiederhol\w*|kopier\w*|gib|zitier\w*|repet\w*|recopi\w*|reprodui\w*|cite\w*|repit\w*|copi\w*|reproduc\w*)\b[^.!?]{0,40}?\b(?:text\w*|words?|everything|all|lines?|alles|worte|tout|lignes?|mots|todo|palabras|lineas)\b[^.!?]{0,25}?\b(?:above|before|preceding|oberhalb|uber|vor|davor|au-dessus|precede\w*|avant|encima|arriba|anterior|precede|antes)\b[^.!?]{0,12}?\b(?:this|my|dies\w*|meine\w*|ce|cette|mon|est[ea]|mi)\b",
    ),
    (
        "exfiltration",
        0.35,
        r"\bmy (?:system|initial|hidden) prompt (?:begins?|starts?|is|says|reads)\b|\bmein systemprompt (?:beginnt|lautet|ist)\b|\bmon (?:prompt|invite)(?: systeme)? (?:commence|est|dit)\b|\bmi prompt(?: de sistema)? (?:empieza|comienza|es|dice)\b",
    ),
    (
        "output_control",
        0.30,
        r"\b(?:continue|complete|finish|setze|vervollstandig\w*|ergang\w*|erganz\w*|fuhre|complete[zs]?|poursui\w*|termine\w*|continua|completa|sigue)\b[^.!?]{0,25}?\b(?:following|text|sentence|satz|folgend\w*|phrase|texte|suivant\w*|frase|texto|siguiente)\b",
    ),
    (
        "exfiltration",
        0.60,
        r"\b(?:customers?|clients?|leads?|people|kunden|interessenten|leute|clientes|personas)\b (?:(?:who|that|qui|que|die) )?(?:\w+ ){0,2}(?:wrote|written|write|geschrieben|schrieben|ecrit|ecrivent|escribieron|han escrito|escribio) (?:to )?(?:you|dir|ihnen|te|a ti)?\b|\bqui (?:t'|vous )(?:ont|a) ecrit\b|\bdie (?:dir|ihnen) (?:\w+ ){0,2}geschrieben|\bque te (?:han )?escri\w+|\b(?:wer|who else|qui d'autre|quien mas) (?:\w+ ){0,3}(?:dir|to you|t'|te) ?(?:\w+ ){0,2}(?:geschrieben|wrote|written|ecrit|escri\w+)\b|\b(?:who else|wer sonst|qui d'autre|quien mas) (?:\w+ ){0,2}(?:wrote|written|geschrieben|ecrit|escri\w+)\b",
    ),
    (
        "exfiltration",
        0.60,
        r"\bkunden\b (?:\w+ ){0,2}dir (?:\w+ ){0,2}geschrieben\b|\b(?:other|andere\w*|d'autres|otr[ao]s) (?:companies|customers|clients|people|leads|firmen|kunden|unternehmen|entreprises|empresas|clientes)\b (?:\w+ ){0,2}(?:asked|told|wrote|sent|dich|dir|t'ont|te)\b",
    ),
    (
        "machine_command",
        0.35,
        r"\b(?:give|tell|send|show|list|nenn\w*|gib|schick\w*|zeig\w*|donne\w*|envoie|liste|montre|dame|dime|manda\w*|envia\w*|lista)\b[^.!?]{0,12}?\b(?:their|deren|ihre|leurs?|sus)\b (?:e-?mail[ -])?(?:address\w*|adress\w*|names?|namen|noms|e-?mails?|contacts?|kontakt\w*|direcciones|correos|nombres|numbers?|coordonnees)\b",
    ),
    (
        "exfiltration",
        0.50,
        rf"\b{_THINE}[nrms]? (?:system-?)?prompts?\b|\b{_SHOW}\b[^.!?]{{0,15}}?\byour (?:internal|hidden|original|initial|secret) (?:guide|guidance|guidelines|briefing|playbook|notes|handbook|manual)\b(?! (?:for|on|about|to|regarding)\b)",
    ),
    (
        "role_change",
        0.60,
        r"\b(?:forget|vergiss|oublie|olvida) (?:about )?(?:who|what|wer|was|qui|ce que|quien|lo que) (?:you (?:are|were)|du (?:bist|warst)|tu (?:es|etais)|eres|eras)\b",
    ),
    (
        "secrecy",
        0.40,
        r"\b(?:do not|don't|never|nicht|nie|ne|ni|no)\b[^.!?]{0,15}?\b(?:tell|inform|dis|dites|digas|sag|verrat\w*)\b[^.!?]{0,12}?\b(?:your|tes|ta|ton|tus?|deine[rnm]?) (?:colleagues?|boss|manager|team|collegues|chef|patron|colegas|companeros|jefe|kollegen|chef)\b",
    ),
    # Planted words.
    (
        "planted_content",
        0.45,
        rf"\b(?:put|write|include|insert|schreib|setze|mets|ecris|insere|pon|escribe|incluye)\b (?:the words? |the phrase |das wort |la phrase |la frase )?\"[^\"\n]{{2,80}}\" (?:in|into|at the \w+ of|dans|en|am ende) {_YOUR_ANSWER}",
    ),
    (
        "planted_content",
        0.60,
        rf"\b(?:put|add|insert|include|write|use|give|setz\w*|schreib\w*|fug\w*|nimm|mets|mettez|ajoute\w*|insere\w*|indique\w*|ecri\w*|pon|ponga|anade|incluye|escribe|inserta)\b[^.!?]{{0,15}}?\b(?:our|my|unsere?\w*|meine?\w*|notre|nos|mon|ma|nuestr\w+|mi)\b (?:\w+ )?(?:iban|rib|bank\w*|kontoverbindung|kontodaten|coordonnees bancaires|compte bancaire|cuenta bancaria|phone\w*|telefon\w*|hotline|link|url|website|web|lien|site|enlace|numero de (?:telephone|telefono))\b[^.!?]{{0,25}}?\b(?:in|into|dans|en|a)\b {_YOUR_ANSWER}",
    ),
    (
        "planted_content",
        0.55,
        r"\b(?:write|say|state|claim|promise|pretend|schreib\w*|sag|behaupte|ecris|dis|affirme|promets|escribe|di|afirma|promete)\b (?:also |auch |aussi |tambien )?(?:in|dans|en) (?:your|deine[rnm]?|ta|ton|tu) (?:\w+ )?(?:reply|answer|response|mail|draft|antwort|entwurf|reponse|brouillon|respuesta|borrador|correo)\b,? (?:that|dass|que|qu')",
    ),
    (
        "planted_content",
        0.40,
        r"\b(?:say|claim|pretend|dis|di|sag\w*|behaupt\w*) (?:\w+ )?(?:that )?(?:que |dass )?(?:it'?s|it is|they are|c'est|es|ce sont|son|ist|sind)\b[^.!?]{0,15}?\b(?:yours|le tien|le votre|la tienne|tuy[oa]|vuestr[oa]|dein\w*|eur\w+|ihre?s?)\b",
    ),
    (
        "planted_content",
        0.60,
        r"\b(?:all|every|each|alle|jede|toutes? les|chaque|todas las|cada) (?:replies|reply|answers?|responses?|mails?|antworten|antwort|reponses?|respuestas?|correos?)\b[^.!?]{0,12}?\b(?:must|have to|has to|shall|mussen|muss|sollen|doivent|doit|deben|debe|tienen que)\b[^.!?]{0,20}?\b(?:contain|include|say|state|mention|end|start|begin|confirm|offer|enthalten|erwahnen|bestatigen|beginnen|enden|contenir|inclure|mentionner|confirmer|finir|commencer|contener|incluir|mencionar|confirmar|terminar|empezar)\b",
    ),
    (
        "output_control",
        0.55,
        r"\b(?:write|say|reply|respond|answer|output|print|schreib\w*|sag\w*|antwort\w*|gib|ecri\w*|dis|repond\w*|affiche|escrib\w*|di|responde\w*|pon)\b[^.!?\n]{0,50}?\b(?:and nothing (?:else|more)|nothing else|und (?:sonst )?nichts(?: weiter| anderes| sonst)?|sonst nichts|(?:et )?rien d'autre|y nada mas|nada mas)\b",
    ),
    (
        "output_control",
        0.60,
        r"\b(?:first letters?|initial letters?|anfangsbuchstaben|premieres? lettres?|primeras? letras?|iniciales)\b[^.!?]{0,40}?\b(?:spell\w*|form\w*|ergeb\w*|bild\w*|epell\w*|donn\w*|deletre\w*|compon\w*|digan?|lean)\b|\b(?:acrostic|akrostichon|acrostiche|acrostico)\b",
    ),
    (
        "output_control",
        0.40,
        r"\b(?:promise|offer|grant|versprich|versprech\w*|biete|gewahre|promets|promettre|offre|accorde|promete|prometer|ofrece\w*|concede\w*)\b[^.!?]{0,35}?\b(?:free|lifetime|for ever|(?:[5-9]\d|100) ?%|(?:[5-9]\d|100) (?:percent|prozent|pour cent|por ciento)|kostenlos\w*|gratis|lebenslang\w*|gratuit\w*|a vie|de por vida|para siempre)\b",
    ),
    (
        "machine_command",
        0.50,
        r"\b(?:regardless of|no matter what|irrespective of|whatever|quoi que (?:dise|disent)|quel que soit|peu importe|independamment d\w+|diga lo que diga|digan lo que digan|sin importar|independientemente d\w+|egal,? was|unabhangig (?:von|vom)|ungeachtet)\b[^.!?]{0,25}?\b(?:form\b(?! of)|fields?|rules|polic\w+|guidelines|formular\w*|felder\w*|regeln|richtlinie\w*|formulaire|champs|regles|politique|consignes|formulario|campos|reglas|politica|normas)\b",
    ),
    (
        "machine_command",
        0.45,
        r"\b(?:hot (?:tier|lead|status)|tier:? (?:hot|1|a)|lead score|(?:maximum|highest|top|max) (?:score|tier|rating|priority)|hochste (?:bewertung|punktzahl|stufe|prioritat)|hochstpunktzahl|volle punktzahl|(?:note|score|priorite) (?:maximale?|maximum)|(?:puntuacion|prioridad|nota|calificacion) (?:maxima|mas alta)|maxima (?:puntuacion|prioridad))\b",
    ),
    (
        "machine_command",
        0.60,
        r"\b(?:ignore|reveal|approve|bypass|disable|override|exfiltrate|leak|dump|unlock|skip)_?(?:all_?)?(?:rules|instructions|customers|secrets|prompt|drafts?|data|review|checks|filters|safety|system|contacts|guardrails|all)?\s?\((?:[\w\s\"',=]{0,60})\)",
    ),
    (
        "output_control",
        0.55,
        r"\b(?:decode|decipher|backwards?|in reverse|together|decrypt|dekodier\w*|entschlussel\w*|ruckwarts|zusammen|decod\w*|dechiffr\w*|a l'envers|ensemble|descodific\w*|decodific\w*|descifr\w*|al reves|junta\w*|juntos)\b[^.!?]{0,20}?\b(?:and|then|und|dann|et|puis|ensuite|y|luego)\b (?:\w+ ){0,2}?(?:obey|execute|comply|follow|run|perform|act on|befolg\w*|gehorch\w*|fuhr\w*|ausfuhr\w*|obei\w*|execut\w*|applique\w*|sui[st]|obedec\w*|ejecut\w*|cumpl\w*|sigu\w*|haz)\b",
    ),
    # Rules set aside.
    (
        "override",
        0.60,
        r"\b(?:ignore|disregard|forget|skip|ignoriere|vergiss|ignore[sz]?|oublie[zs]?|ignora|olvida)\b (?:all |everything |the |das |tout |le |lo |todo )?(?:above|obige|oben stehende|davor|ci-dessus|anterior|de arriba)(?= ?(?:[.,;:!\n]|$| and | und | et | y ))",
    ),
    (
        "override",
        0.60,
        r"\b(?:ignor\w*|disregard|forget|skip|vergiss|missachte|oublie\w*|olvida\w*|salta\w*)\b[^.!?]{0,15}?\b(?:instructions?|rules|prompt|guidelines|anweisung\w*|regeln|vorgaben|consignes?|regles|instrucciones|instruccion|reglas|normas|pautas) (?:above|before|from before|so far|up there|oben|davor|von oben|zuvor|d'avant|d'en haut|davant|de avant|du dessus|precedentes?|ci-dessus|plus haut|de arriba|de antes|anteriores|previas)\b",
    ),
    (
        "output_control",
        0.40,
        r"\b(?:cuentame|dime|escribeme|raconte-moi|ecris-moi|erzahl mir|schreib mir|tell me|write me) (?:a|an|ein\w*|une?|una?) (?:\w+ )?(?:joke|poem|story|song|haiku|witz|gedicht|geschichte|lied|blague|poeme|histoire|chanson|chiste|poema|cuento|cancion)\b",
    ),
    (
        "override",
        0.30,
        r"\b(?:set|put|leave|push|leg\w*|lass\w*|schieb\w*|wirf|laisse\w*|met[sz]?|oublie\w*|deja\w*|pon\w*|olvida\w*)[ -](?:them|those|sie|diese|les|las|los|lalas)?(?: ?-?(?:aside|away|beiseite|weg|de cote|de lado|a un lado))\b|\b(?:dejalas|dejalos|ponlas|apartalas) (?:de lado|a un lado|aparte)\b|\b(?:ignore|forget|break|violate) them\b|\b(?:ignoriere|vergiss|brich) sie\b|\b(?:ignore|oublie|enfreins)-les\b|\b(?:ignoralas|olvidalas|incumplelas|saltatelas)\b",
    ),
    (
        "addressed_to_machine",
        0.35,
        r"\b(?:remember|recall|recite|list|erinner\w*|nenn\w*|zahl\w*|rappelle\w*|souviens\w*|liste|enumere|recuerda|repasa|enumera|lee)\b[^.!?]{0,12}?\b(?:your|dein\w*|tes|tus) (?:rules|guidelines|instructions|regeln|richtlinien|vorgaben|anweisungen|regles|consignes|normas|reglas|instrucciones|pautas)\b",
    ),
    (
        "role_change",
        0.50,
        r"\b(?:if you had no|if you didn't have(?: any)?|suppose you had no|wenn du keine\w*|falls du keine\w*|si tu n'avais (?:pas|aucune?|plus)(?: de)?|si no tuvieras|si tuvieras cero) (?:\w+ ){0,2}?(?:filters?|rules|limits?|restrictions?|guidelines|filter|regeln|grenzen|vorgaben|einschrankungen|filtres?|regles?|limites?|contraintes?|filtros?|reglas?|restricciones)\b",
    ),
    (
        "fake_boundary",
        0.55,
        r"(?:^|[\n.!?>*=#-])\s{0,3}(?:end|ende|fin|here ends|hier endet|ici finit|aqui termina)\b (?:of |der |des |die |du |de la |del |de |le |el )?(?:the |l')?(?:customer|client|user|sender|visitor|kunden|absender|nutzer|besucher|cliente|usuario|utilisateur|expediteur|message|nachricht|mensaje|kundennachricht|kundentext\w*|anfrage)\w*(?:'s)?(?: (?:message|text|input|mail|nachricht|anfrage|mensaje|texto|du client|del cliente|de l'utilisateur|des kunden|of the customer))?\b(?= ?[.:;!\n])",
    ),
    (
        "override",
        0.45,
        r"(?:^|[\n.:;!?\[(*#>-])\s{0,3}(?:new|updated|neue|nouvelles?|nuevas?|nuevos?|revised|aktualisierte) (?:\w+ )?(?:guidelines?|polic(?:y|ies)|instructions?|rules|directives?|vorgaben|richtlinien?|schreibregeln|regeln|anweisungen|consignes|regles|directives|pautas|reglas|normas|directrices|instrucciones)(?: \w+){0,3}\s?:",
    ),
)


@cache
def orders() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    """``ORDERS``, compiled on first use."""
    return tuple((code, weight, re.compile(pattern)) for code, weight, pattern in ORDERS)


_KEYS = (
    "ignore ignoring disregard forget instructions instruction previous prompt reveal approve "
    "system override automatically ignoriere vergiss anweisungen vorherigen genehmige regeln "
    "ignorez oublie oubliez precedentes consignes approuve instrucciones anteriores olvida "
    "aprueba ignora reglas"
).split()
_SHORTEST = 5


@cache
def _keys_by_letters() -> dict[str, str]:
    """Each key word, and what is left of it with any one letter missing."""
    found: dict[str, str] = {}
    for key in _KEYS:
        for at in range(len(key)):
            found.setdefault(key[:at] + key[at + 1 :], key)
    found.update({key: key for key in _KEYS})
    return found


def spelt_right(word: str) -> str:
    """A key word of an attack for a word with one or two letters wrong; else the word itself."""
    keys = _keys_by_letters()
    if word.startswith(tuple(_KEYS)):
        return word
    if len(word) < _SHORTEST or len(word) > 16 or word in keys:
        return keys.get(word, word) if len(word) >= _SHORTEST else word
    for at in range(len(word)):
        if (key := keys.get(word[:at] + word[at + 1 :])) is not None:
            return key
    return word
