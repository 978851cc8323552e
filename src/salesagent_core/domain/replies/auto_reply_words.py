"""The wording of automatic mail, folded, in English, German, French and Spanish: patterns only.

Each pattern is bounded within its sentence and compiled when it is first used.
"""

from __future__ import annotations

import re
from functools import cache


def compiled(pattern: str) -> re.Pattern[str]:
    """The dot of a date ("bis 12.3. im Urlaub") ends no sentence."""
    for within in (r"[^.!?\n]", r"[^.\n]"):
        pattern = pattern.replace(within, rf"(?:{within}|(?<=\d)\.)")
    return re.compile(pattern)


@cache
def automatic_subject() -> re.Pattern[str]:
    """How the subjects of automatic replies begin, in eleven languages."""
    return compiled(
        r"(?:\[[^\]]{1,40}\]\s?|\*{1,3}[a-z ]{1,20}\*{1,3}\s?|(?:extern(?:al)?) ?: ?){0,2}"
        r"(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer|replied|responder|notification)\b|autoreply|auto ?: |auto-reply|autoresponse|autosvar|automatische? ?antwort|automatische? antwoord|"
        r"out[- ]of[- ](?:the[- ])?office\b(?! (?:equipment|space|furniture|solution|catering|hours|support|work|time|message|repl|assistant|notice))(?![^\n]{0,80}\?)|ooo\b|oof ?:|away from (?:the )?(?:office|my)|vacation (?:reply|notice|response)|on (?:annual |parental |maternity )?(?:leave|vacation|holiday)\b|"
        r"i am (?:currently )?(?:out of|away|on)|annual leave|maternity leave|paternity leave|parental leave|not in the office|"
        r"abwesenheit(?:snotiz|smeldung|sbenachrichtigung|sassistent)?\b|abwesend\b|nicht im (?:buro|buero|haus)\b|ausser haus|automatisch|auto-?antwort|eingangsbestatigung|urlaubs(?:notiz|meldung|vertretung|abwesenheit)|im urlaub\b|ich bin (?:im urlaub|abwesend|nicht)|"
        r"reponse automatique|message automatique|(?:reponse|message) d'absence|absence(?: du bureau|s?\b ?:| jusqu| prolongee)|absent(?:e|\(e\))? (?:du bureau|jusqu|du )|en conges?\b|accuse de reception|message d'absence|absence$|notification d'absence|"
        r"respuesta automatica|mensaje automatico|fuera de (?:la )?oficina|ausente?\b|ausencia|estoy de vacaciones|de vacaciones|contestacion automatica|auto-?respuesta|acuse de recibo|"
        r"risposta automatica|fuori (?:sede|ufficio)|assenza|assente|resposta automatica|fora do escritorio|ausencia|afwezig|niet aanwezig|franvaro|fravaer|odpowiedz automatyczna|automatyczna odpowiedz|automaticka odpoved|otomatik|"
        r"read ?: |gelesen ?: |lu ?: |leido ?: |not read ?: |nicht gelesen|read receipt|lesebestatigung|confirmacion de lectura|accuse de lecture|return receipt|empfangsbestatigung)"
    )


@cache
def absence_subject() -> re.Pattern[str]:
    """Words of absence in a subject."""
    return compiled(
        r"out[- ]of[- ](?:the[- ])?office(?! (?:hours|support))|\booo\b|abwesen|nicht im (?:buro|haus)|urlaub|absen(?:ce|t)|conges?\b|"
        r"^(?:kur|reha|messe|fortbildung|sabbatical|congreso|feria|formacion|formation|mission|seminaire|conference|training|part[- ]time|temps partiel|teilzeit|elternzeit|betriebsferien|vertretung)\b|"
        r"fuera de (?:la )?oficina|ausen|vacacion|vacation|\bleave\b|holiday|\baway\b|fuori|assen[tz]|afwezig|fora do"
    )


@cache
def absent() -> re.Pattern[str]:
    """Somebody is away."""
    return compiled(
        r"(?:\bi am|\bi'm|\bi will be|\bi'll be|^|[.!\n] {0,2}|currently |\bis |\bwill be )\s{0,3}(?:currently |presently |now |also )?(?:out of (?:the )?office|out of town|away (?:from|on|until|for|between|this|the)|not in the office|on (?:annual |parental |maternity |paternity |sick |medical |a |family |extended )?(?:leave|vacation|holiday|holidays|sabbatical|pto|business trip)|travell?ing|unavailable|out until|out from|out on|ooo\b)|"
        r"\b(?:limited|no|without|intermittent|restricted|little) (?:or no )?access to (?:my )?(?:e-?mails?|mails|inbox|messages)|our offices? (?:is|are|will be) closed|(?:the )?office (?:is|will be) closed|"
        r"\b(?:bin|befinde mich|ich bin|bis|derzeit|zurzeit|momentan|ab|aktuell)\b[^.!?\n]{0,90}\b(?:abwesend|nicht im (?:buro|buero|haus|office)|ausser haus|im urlaub|in elternzeit|im mutterschutz|auf (?:dienst|geschafts)reise|nicht (?:erreichbar|verfugbar|anwesend|am platz)|nicht (?:personlich )?erreichbar|krank|in den? ferien|in ferien|unterwegs)|"
        r"abwesenheitsnotiz|(?:ich )?(?:bin|befinde mich) (?:ab|vom|von|bis|im|in|derzeit|zurzeit|wieder)[^.!?\n]{0,60}(?:urlaub|abwesen|ferien|elternzeit|erreichbar|im buro)|unser (?:buro|betrieb|unternehmen)[^.!?\n]{0,40}geschlossen|betriebsferien|"
        r"(?:je (?:suis|serai)|actuellement|etant)\b[^.!?\n]{0,50}\b(?:absent|absente|absent\(e\)|en conges?|en vacances|en deplacement|en arret|hors du bureau|indisponible|conge (?:maternite|parental|de maternite))|absent(?:e|\(e\))? (?:du bureau|jusqu'|du \d)|acces (?:limite|restreint) a (?:mes|ma|mon)|(?:nos bureaux|notre societe)[^.!?\n]{0,40}ferme|"
        r"(?:estoy|estare|me encuentro|me encontrare|actualmente)\b[^.!?\n]{0,60}\b(?:fuera de la oficina|de vacaciones|ausente|de viaje|de baja|fuera del? (?:despacho|pais|trabajo)|sin acceso|con acceso limitado|de permiso|no disponible)|no (?:estoy|estare) (?:disponible|en la oficina)|acceso limitado (?:a|al) (?:mi|correo)|nuestras oficinas[^.!?\n]{0,40}cerrad|"
        r"\b(?:bin|befinde mich|bis|derzeit|diese woche|ab)\b[^.!?\n]{0,60}\b(?:reha\w*|kur\b|in kur|fortbildung|schulung|auf (?:einer |der )?(?:messe|tagung|konferenz|klausur)|in klausur|sabbatical|bildungsurlaub|im aussendienst|in teilzeit|im homeoffice ohne)|\barbeite (?:\w+ ){0,3}(?:nicht|nur)\b[^.!?\n]{0,30}tag|\b(?:mittwochs|freitags|montags|dienstags|donnerstags) (?:\w+ ){0,3}nicht (?:im|da|erreichbar)|"
        r"\b(?:at|attending) (?:a|an|the) (?:\w+ )?(?:conference|trade fair|fair|congress|offsite|training|workshop|summit)\b[^.!?\n]{0,60}|\bdo(?:n't| not) work (?:on )?(?:\w+days?)|\bworking part[- ]time\b|\bin (?:rehab|hospital)\b|\bnon-working day|"
        r"\bne travaille pas (?:le|les|du|ce)\b|\btemps partiel\b|\bje suis (?:\w+ )?(?:en|a un|a une|au) (?:mission|formation|seminaire|salon|congres|stage|reunion toute|cure|teletravail)\b|\b(?:jours?|semaines?) de (?:repos|conges?|vacances)\b|"
        r"\b(?:estoy|estare|estamos|me encuentro)\b[^.!?\n]{0,20}\b(?:en (?:un|una|el|la) (?:\w+ )?(?:congreso|feria|formacion|curso|conferencia|viaje|reunion)|de (?:permiso|congreso|feria)|en formacion)\b|\bno trabajo (?:los|el|por)\b|"
        r"(?:sono|saro)\b[^.!?\n]{0,50}\b(?:fuori (?:sede|ufficio)|in ferie|assente|in vacanza)|(?:estou|estarei)\b[^.!?\n]{0,50}\b(?:fora do|de ferias|ausente)|(?:ik ben|ben)\b[^.!?\n]{0,50}\b(?:afwezig|niet aanwezig|op vakantie|met verlof)"
    )


@cache
def unread() -> re.Pattern[str]:
    """Nobody reads this mailbox, or not for now: people tell it by notices."""
    return compiled(
        r"\b(?:this|the) (?:account|mailbox|inbox|address|e-?mail(?: address| account)?)\b[^.!?\n]{0,15}\b(?:is|will|being)\b[^.!?\n]{0,12}(?:not|no longer|n't)\b[^.!?\n]{0,20}\b(?:read|monitored|checked|in use|used|active|valid|attended|maintained)|"
        r"\b(?:check(?:ing)?|read(?:ing)?|see(?:ing)?|access(?:ing)?)\b[^.!?\n]{0,12}\b(?:e-?mails?|mails|messages|inbox)\b[^.!?\n]{0,25}\b(?:irregularly|sporadically|rarely|infrequently|occasionally|intermittently|only|once a day|until|again on|less often)\b|\b(?:not|won't|unable|cannot|can't|no|without)\b[^.!?\n]{0,20}\b(?:read|reading|check|checking|access|monitor\w*|answer\w*|see|attend\w*)\b[^.!?\n]{0,12}\b(?:my |to |to my )?(?:e-?mails?|mails|inbox)\b[^.!?\n]{0,25}\b(?:until|till|before|this week|during|while|these days|from)\b|"
        r"\bdiese[rs]? (?:e-?mail-?|mail-?)?(?:adresse|postfach|konto|account|mailadresse)\b[^.!?\n]{0,20}\b(?:nicht (?:mehr|langer)?|kein\w*)\b[^.!?\n]{0,20}\b(?:abgerufen|gelesen|genutzt|verwendet|gultig|aktiv|betreut|bearbeitet)|\b(?:ohne|keinen?|eingeschrankt\w*|nur selten) (?:\w+ )?zugriff auf (?:meine?|die|mein)\b[^.!?\n]{0,12}(?:mails?|e-?mails?|nachrichten|postfach)|\b(?:lese|rufe|prufe|checke)\b[^.!?\n]{0,15}\b(?:mails?|e-?mails?|nachrichten|postfach)\b[^.!?\n]{0,25}\b(?:unregelmassig|selten|sporadisch|nicht|erst|nur|gelegentlich|wieder)\b|"
        r"\b(?:consulte|consulterai|lis|lirai|releve|releverai)\b[^.!?\n]{0,15}\b(?:mails?|e-?mails?|courriels?|messages?|messagerie)\b[^.!?\n]{0,30}\b(?:irregulier\w*|rarement|ponctuellement|occasionnellement|pas|qu'|que|de temps|moins)\b|\b(?:reprend\w*|reprise)\b[^.!?\n]{0,20}\b(?:lecture|mails?|courriels?|messagerie)\b|\b(?:sans|pas|peu) (?:d'|d )?acces a (?:ma|mes|mon)\b[^.!?\n]{0,12}(?:mails?|e-?mails?|courriels?|messagerie|boite)|\bcette (?:adresse|boite)\b[^.!?\n]{0,12}\bn'est (?:plus|pas)\b[^.!?\n]{0,20}\b(?:lue|relevee|utilisee|consultee|active|valide|surveillee)|"
        r"\bno (?:atendere|leere|revisare|consultare|podre (?:atender|leer|revisar|responder|consultar)|atiendo|leo|reviso)\b[^.!?\n]{0,15}\b(?:correos?|e-?mails?|mails?|mensajes?|buzon)\b|\b(?:reviso|leo|consulto|revisare|leere|consultare)\b[^.!?\n]{0,15}\b(?:correos?|e-?mails?|mensajes?)\b[^.!?\n]{0,25}\b(?:irregular\w*|poco|rara|esporadic\w*|de vez|solo|hasta|ocasional\w*|de forma)\b|\bsin acceso (?:a|al) (?:mi |mis )?(?:correos?|e-?mails?|mensajes)|\besta (?:direccion|cuenta)\b[^.!?\n]{0,12}\bno se (?:lee|revisa|atiende|consulta|usa)|\beste (?:buzon|correo)\b[^.!?\n]{0,12}\b(?:no se|ya no|no esta)\b[^.!?\n]{0,15}\b(?:lee|revisa|atiende|consulta|usa|activo|atendido|operativo)"
    )


@cache
def automatic_note() -> re.Pattern[str]:
    """A program says so of itself, in passing."""
    return compiled(
        r"\b(?:sent|generated|created|replied|declined|accepted) (?:automatically|by (?:the|a|our) (?:\w+ )?(?:system|robot|assistant|calendar))\b|\bautomatisch (?:gesendet|versendet|erstellt|abgelehnt|erzeugt)\b|\b(?:envoye|genere|refuse) automatiquement\b|\b(?:enviado|generado|rechazado) automaticamente\b|\bnot available at this time\b"
    )


@cache
def gone() -> re.Pattern[str]:
    """Somebody has left for good."""
    return compiled(
        r"no longer (?:with|works? (?:at|for|with|here|in)|at (?:this|the) company|employed|part of|an employee)|works? here (?:any ?more|any longer)|does not work here|(?:has )?left (?:the|our) (?:company|organi[sz]ation|firm)|i have left (?:the )?(?:company|my position)|"
        r"nicht mehr (?:fur|bei|im|in) [^.!?\n]{0,50}(?:tatig|beschaftigt|unternehmen)|(?:hat|habe) (?:das|unser) unternehmen[^.!?\n]{0,30} verlassen|"
        r"ne (?:travaille|fait) plus (?:chez|pour|partie|dans)|n'est plus (?:en poste|dans|salarie|joignable)|a quitte (?:la societe|l'entreprise|notre)|j'ai quitte (?:la societe|l'entreprise)|"
        r"ya no (?:trabaja|labora|presta servicios|esta en (?:la|esta) empresa|forma parte|trabajo|pertenece)|ha dejado (?:la empresa|nuestra)|non lavora piu"
    )


@cache
def forms() -> tuple[re.Pattern[str], ...]:
    """What notices say besides the absence itself."""
    return tuple(
        compiled(pattern)
        for pattern in (
            # Thanks for a message that nobody has read.
            r"(?:thank you|thanks|many thanks) for (?:your|the|contacting|reaching|getting|writing|emailing)[^.\n]{0,30}(?:e-?mail|message|mail|note|us|out|me|touch|inquiry|enquiry)|(?:vielen|besten|herzlichen|lieben) dank fur (?:ihre|deine|die) (?:e-?mail|nachricht|mail|anfrage)|danke fur (?:ihre|deine) (?:e-?mail|nachricht|mail)|"
            r"merci (?:pour|de) (?:votre|ton) (?:e-?mail|message|mail|courriel)|(?:j'ai bien recu|nous avons bien recu) votre|gracias por (?:su|tu|el) (?:correo|mensaje|e-?mail|mail|contacto)|gracias por (?:ponerse|contactar|escribir)",
            # What to do in the meantime.
            r"(?:in|for) (?:case of )?(?:an )?(?:urgent|emergenc|immediate)|(?:if|for) (?:it's|it is|this is|your (?:matter|request|message|enquiry) is|the matter is|you need|anything|you require|something)[^.\n]{0,40}(?:urgent|immediate|assistance|pressing|sooner)|urgent (?:matters?|issues?|requests?|enquiries|inquiries|questions)|"
            r"in (?:dringenden|eiligen|wichtigen) (?:fallen|angelegenheiten)|bei dringenden|in dringlichen|wenden sie sich (?:bitte )?an|kontaktieren sie bitte|meine vertretung|mein(?:e|en)? (?:kollege|kollegin|vertreter)|"
            r"en cas d'?e? ?urgence|pour toute (?:urgence|demande urgente|question)|(?:si|pour) [^.\n]{0,30}urgent|veuillez (?:contacter|vous adresser)|vous pouvez (?:contacter|joindre)|"
            r"en caso de (?:urgencia|emergencia|necesidad)|(?:si|para) [^.\n]{0,40}urgen|(?:puede|pueden|por favor|rogamos) (?:contactar|contacte|dirigirse|pongase|ponerse|dirijase)|\bdirijase a\b|\badressez-vous a\b",
            # When there will be an answer.
            r"(?:reply|respond|answer|get back to you|read|reading|deal with|attend|review|return your|be in touch)[^.\n]{0,60}(?:upon|on|after|when|once|until|as soon as)[^.\n]{0,25}(?:return|back|possible|can|am able|am in|day|week)|(?:return|returning|back|be back)[^.\n]{0,25} (?:on|in|to)\b[^.\n]{0,20}(?:office|monday|tuesday|wednesday|thursday|friday|january|february|march|april|may|june|july|august|september|october|november|december|\d)|"
            r"(?:wieder|zuruck)\b[^.\n]{0,40}(?:im buro|erreichbar|fur sie da|verfugbar|beantworten|antworten|melden|personlich)|(?:nach|bei) meiner ruckkehr|nicht (?:automatisch )?weitergeleitet|wird nicht gelesen|(?:ihre|deine) (?:e-?mail|nachricht|mail)[^.\n]{0,40}(?:beantwort|bearbeit|weitergeleitet|gelesen)|"
            r"(?:je )?(?:reviens|reprends|reviendrai|reprendrai)\b[^.\n]{0,30}(?:vers vous|lundi|mardi|mercredi|jeudi|vendredi|le \d)|(?:des|a|de) mon retour|de retour (?:le|a|au|lundi|mardi|mercredi|jeudi|vendredi)|(?:je|nous) (?:vous )?(?:repondrai|reviendrai|traiterai|prendrai|lirai)|serai de retour|"
            r"(?:a|en|tras|cuando) (?:mi (?:regreso|vuelta|retorno|reincorporacion)|regrese|vuelva)|(?:regreso|vuelvo|regresare|volvere|me reincorporo|reincorporare)|(?:respondere|contestare|atendere)",
            # A span of days.
            r"(?:until|through|till|between|from) (?:and including )?(?:the )?(?:\w{3,9}day|\d|\w{3,9} \d)|\b(?:bis|vom|zum|von)\b (?:einschliesslich |zum |einschl\. |inkl\. )?(?:\w{2,10}tag|\d)|(?:jusqu'au|du|au) (?:\w{4,9}di |dimanche )?\d|hasta (?:el )?(?:\w{5,9} )?\d|hasta el (?:lunes|martes|miercoles|jueves|viernes)|jusqu'(?:a|au) (?:lundi|mardi|mercredi|jeudi|vendredi)",
        )
    )


@cache
def talks() -> re.Pattern[str]:
    """Words to this reader about this matter: a person wrote them."""
    return compiled(
        r"\?|\blet'?s\b|\blet us\b|\b(?:call|ping|send|give|drop) me (?:a |again|then|your|the|on|in|next|after|some)|\bcould you\b|\bcan you\b|\bcan we\b|\bwe (?:can|could|should) (?:talk|speak|meet)|\bi(?:'d| would) (?:love|like|be happy)|\bhappy to\b|"
        r"\b(?:talk|speak|chat|meet) (?:then|after|when|next|on|once|again)|\byour (?:offer|proposal|product|demo|quote|pricing|software|slots?|deck|solution|suggestion|contract)|\bi (?:was|am sorry|have (?:been|just|read|looked|seen|had))|\bi've\b|\bi'm back\b|\bi am back\b|\bsorry for (?:the|my) (?:late|delay|slow|silence)|\bback (?:now|today)\b|\binterested\b|\bsounds\b|\btry me\b|\b(?:reach|contact|catch) me (?:again )?(?:then|after|in|when|once)\b|"
        r"\bkonnen wir|\bkonnten (?:wir|sie)|\bkonnen sie mir|\blassen sie uns|\blass uns|\bihr(?:e|en)? (?:angebot|vorschlag|produkt|demo|losung|software)|\bwar (?:letzte|im urlaub|krank|abwesend|verreist)|\bich war\b|\bmelden sie sich (?:gerne |bitte )?(?:danach|dann|wieder|nachste|im|ab|noch)|\brufen sie mich|\bsprechen wir|\bwieder da\b|\binteresse\b|\bgerne (?:ein|einen|danach|dann|nachste)|\bentschuldig(?:ung|en sie) (?:fur )?(?:die|meine) (?:spate|verspat)|"
        r"\bpourriez|\bpouvez-vous|\bpouvons|\bpourrions|\bvotre (?:offre|proposition|produit|demo|solution)|\bj'etais\b|\bj'ai ete\b|\brappelez|\brecontactez|\bparlons|\bdesolee? pour|\binteress|\bvolontiers\b|\bon (?:peut|pourrait) se\b|"
        r"\bpodria[ns]?\b|\bpodemos\b|\bpuede (?:enviar|mandar|llamar|decir)|\bsu (?:oferta|propuesta|producto|demo|solucion)|\bestuve\b|\bestaba\b|\bllameme|\bhablamos\b|\bhablemos\b|\binteres|\bperdon(?:e)? (?:por )?(?:la|el) (?:demora|retraso)"
    )


@cache
def machine_text() -> re.Pattern[str]:
    """Wording that only programs use of themselves."""
    return compiled(
        r"\bthis is an? (?:auto(?:mated|matic|-?generated)|system[- ]generated)[^.\n]{0,40}(?:message|reply|response|e-?mail|notification|acknowledg)|(?:please )?do not (?:reply|respond) to this (?:auto|e-?mail|message|mail)|this (?:e-?mail|message|reply|response|mailbox|inbox|address) (?:was|is|has been) (?:sent |being )?(?:automatically|auto-?generated|not monitored|unattended|unmonitored|generated automatically)|automatically generated (?:e-?mail|message|reply|response)|"
        r"(?:dies ist|hierbei handelt es sich um|das ist) eine automati(?:sch|siert)\w*[^.\n]{0,30}(?:nachricht|antwort|e-?mail|mail|mitteilung|eingangs)|diese (?:e-?mail|nachricht|mail|antwort) (?:wurde|wird|ist) automatisch|bitte antworten sie nicht auf diese|automatisch (?:erzeugte|generierte|erstellte) (?:e-?mail|nachricht|antwort|mail)|"
        r"(?:ceci est|il s'agit d)[^.\n]{0,4}(?:un |une )?(?:message|reponse|courriel|e-?mail) automatique|(?:ce|cet) (?:message|courriel|e-?mail|mail) (?:a ete|est) (?:envoye|genere) automatiquement|message (?:genere )?automatique(?:ment)?|(?:merci de|veuillez) ne pas repondre a ce|"
        r"\b(?:mensaje|correo|respuesta) (?:generad|enviad)[oa] (?:de forma )?automatic|"
        r"(?:este|esta) es (?:un|una) (?:mensaje|respuesta|correo|e-?mail) (?:automatic|generad)\w*|(?:este|el) (?:mensaje|correo) (?:ha sido|fue|se ha|se) (?:generado|enviado|genera|envia) (?:de forma )?automatic|(?:por favor,? )?no (?:responda|conteste|responder) a este (?:mensaje|correo)|"
        r"questo e un messaggio automatico|esta e uma mensagem automatica|dit is een automatisch"
    )


@cache
def acknowledges() -> re.Pattern[str]:
    """A message was received."""
    return compiled(
        r"\b(?:we|i) (?:have|'ve) received your|your (?:request|ticket|enquiry|inquiry|message|case|e-?mail) (?:has been|was) (?:received|logged|created|registered|assigned)|ticket (?:number|id|no|#)|case number|reference number|"
        r"(?:ihre|deine) (?:anfrage|nachricht|e-?mail|ticket)[^.\n]{0,40}(?:erhalten|eingegangen|erfasst|registriert)|ticketnummer|vorgangsnummer|"
        r"(?:nous avons|avons) bien recu votre|votre (?:demande|message)[^.\n]{0,30}(?:enregistre|recu|pris en compte)|numero de (?:ticket|dossier)|"
        r"hemos recibido (?:su|tu)|su (?:solicitud|consulta|mensaje)[^.\n]{0,30}(?:recibid|registrad)|numero de (?:caso|incidencia|tique)"
    )
