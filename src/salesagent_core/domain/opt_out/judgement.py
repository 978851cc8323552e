"""Whether somebody asks not to be written to any more. When in doubt: yes, since that is safe.

Two readings: a short mail that is an order of its own ("STOP", "remove", "baja"), and wordings
anywhere in a mail. Misspellings of the key words count by edit distance. What is asked about
opting out as a subject of the business ("how do our users unsubscribe?") does not count.
"""

from __future__ import annotations

import re
from functools import cache

from salesagent_core.domain.opt_out.clause import asks_in_clause
from salesagent_core.domain.opt_out.exit import wants_out
from salesagent_core.domain.opt_out.sentence import HESITATION, Sentence, about_something_else
from salesagent_core.domain.text.learned import Weighed, joined_score, preferred_by, weighed

MAX_READ = 8_000
_SHORT_WORDS = 5
ASKS_FROM = 0.5


def asks_to_stop(text: str) -> bool:
    """``text`` is the author's own words, folded by ``folding.bare_text``; the rules' reading and
    what was learned from examples are weighed together."""
    text = text[:MAX_READ]
    if not text.strip():
        return False
    if wants_out(text):
        return rules_say_stop(text)
    said = without_harmless(text)
    learned = weighed("opt_out", said)
    by_rules = float(rules_say_stop(text))
    return (
        joined_score("opt_out", learned.score, by_rules, _beside(text, said, learned)) >= ASKS_FROM
    )


def _beside(text: str, said: str, learned: Weighed) -> dict[str, float]:
    """The readings beside the strongest window and the rules' that are weighed: ``margin`` is by
    how much an opt-out is preferred to every other intent."""
    margin = preferred_by("intent", "unsubscribe", said)
    others = share_about_others(text)
    return {"top": learned.top, "whole": learned.whole, "margin": margin, "others": others}


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s+|\n+", text)


def without_harmless(text: str) -> str:
    """A folded text without the sentences that use the words of an opt-out as a matter of
    business, and without "do not hesitate"."""
    kept = [
        one for one in _sentences(text) if not (_harmless().search(one) or HESITATION.search(one))
    ]
    return " ".join(kept)


def share_about_others(text: str) -> float:
    """The share of the sentences of a folded text that speak of somebody else's opting out."""
    sentences = _sentences(text)
    return sum(bool(_about_others().search(one)) for one in sentences) / len(sentences)


def rules_say_stop(text: str) -> bool:
    """What the rules alone say of a folded text."""
    text = re.sub(r"\s+", " ", text[:MAX_READ]).strip().replace("art. ", "art ")
    text = re.sub(r"\b(un|de|des|ab)-(?=sub|inscri|abon|suscri|meld|bestel)", r"\1", text)
    if not text:
        return False
    words = re.findall(r"[a-z0-9']+", text)
    if len(words) <= _SHORT_WORDS and _order().fullmatch(" ".join(words)):
        return True
    return any(_in_sentence(sentence) for sentence in re.split(r"(?<=[.!?;])\s", text))


_NOT_MEANT = re.compile(
    r"\b(?:no|not) more than\b|\b(?:nicht|not|pas|no) (?:vor|before|avant|antes de)\b|\bnicht mehr als\b|\bno mas (?:de|que) \d|\bstop me (?:if|when)\b|"
    r"\b(?:my|our|meine?|unsere?|mon|ma|notre|mi|nuestr[oa]) "
    r"(?:last|previous|earlier|first|letzten?|vorigen?|erste|dernier|precedent|premier|ultim[oa]) "
    r"(?:e-?mail|mail|message|nachricht|courriel|correo|mensaje)\b"
)


@cache
def _harmless() -> re.Pattern[str]:
    """Sentences that use the words of an opt-out and ask for none."""
    before = r"(?:last|previous|former|old|earlier|letzten?|vorigen?|vorherigen?|fruheren?|alten?|bisherigen?|ancien\w*|dernier\w*|precedent\w*|anterior\w*|ultim[oa]|antigu[oa])"
    vendor = r"(?:vendors?|providers?|suppliers?|tools?|agency|anbieter\w*|dienstleister\w*|agentur|tool|prestataires?|fournisseurs?|agence|outil|proveedor\w*|agencia|herramienta)"
    copy = r"(?:cc|bcc|copie|copia|kopie|loop|thread|invite|invitation|einladung\w*|termin\w*|besprechung\w*|meeting|agenda|convocatoria|reunion|invitacion|calendar|kalender\w*|chat|channel|kanal|rechnungs\w+)"
    away = r"(?:remov|tak[ei]|delet|drop|nehm|nimm|losch|entfern|streich|retir|enlev|supprim|quit|elimin|borr|saqu|saca)\w*"
    return re.compile(
        rf"\b{before} (?:\w+ )?{vendor}\b(?![^.?!]*\b(?:please|bitte|veuillez|merci de|por favor|remove (?:me|us)|your (?:e-?mails?|list)))|"
        rf"\b{vendor} (?:\w+ )?{before}\b|"
        rf"\b{away}\b[^.?!]{{0,30}}\b(?:from|off|out of|aus|von|de|du|del) (?:the |this |that |dem |der |la |le |l'|el |your )?{copy}\b|"
        r"\b(?:if|when|once|after|wenn|falls|sobald|nach|si|quand|apres|cuando|tras)\b[^.?!]{0,30}\b(?:cancel\w*|leave|terminat\w*|stop paying|not (?:to )?(?:go on|continue|renew)|end of (?:the )?contract|contract ends|kundig\w*|vertragsende|aufhoren|wechseln|nicht weiter\w*|resili\w*|quitt\w*|arret\w*|partons|partir|fin de contrat|cancel\w*|nos vamos|dejamos|termina\w*|rescind\w*)\b[^.!]*\?|"
        r"\b(?:delete\w*|erase\w*|losch\w*|supprim\w*|effac\w*|borr\w*|elimin\w*)\b[^.?!]{0,60}\b(?:trial|workspace|account myself|testzugang|testphase|essai|prueba)\b[^.!]*\?|"
        r"\b(?:usually|normally|typically|generally|as a rule|normalerweise|sonst|meistens|in der regel|d'habitude|en general|d'ordinaire|normalement|suelo|solemos|normalmente|por lo general)\b[^.?!]{0,30}\b(?:delet|bin|ignor|trash|losch|supprim|effac|jett|borr|elimin|tir)\w*|"
        r"\b(?:do not|don't|never|please don't) (?:ever )?stop\b(?! by)|\bhor\w* (?:sie |ihr )?(?:\w+ )?(?:nicht|niemals|nie) auf\b|\bn'arret\w+ (?:surtout )?(?:pas|jamais)\b|"
        r"\bno (?:pares?|paren|dejen|dejes|deje) (?:de|ahi|nunca|ahora|por)\b|\bno (?:pares?|paren)\b|"
        r"\best(?:a|oy|an|amos) de baja\b(?! (?:de|en) (?:la|su|tu) lista)|\bbaja (?:medica|laboral|maternal|paternal|por (?:enfermedad|maternidad|paternidad))\b"
    )


_WEEKDAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|"
    r"sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
)
_NOT_THEN = re.compile(
    r"\b(?:(?:do not|don't|please not|not) (?:call|ring|phone|contact|e-?mail|write)(?: to)?(?: me| us)?|"
    r"(?:rufen|ruf|melden|meld) (?:sie )?(?:mich|uns|sich)?(?: bitte)? ?nicht|"
    r"ne (?:m'|me |nous |nous )?(?:appel|ecri|contact|rappel)\w+ (?:surtout )?pas|"
    r"no (?:me |nos )?(?:llam|escrib|contact)\w+)"
    rf",? (?:(?:on |am |le |el |the |this |ce |este |diesen )?(?:{_WEEKDAY})|(?:on|am|le|el|the) \d|"
    r"(?:this|diese|dieser|cette|esta|next|nachste) (?:week|month|morning|afternoon|woche|semaine|semana)|"
    r"before |after (?!this)|until |today|tomorrow|during |between |vor |nach |bis |heute|morgen|wahrend |zwischen |"
    r"avant |apres |aujourd|demain|pendant |entre |antes |hasta |hoy|manana|durante )"
)


def _in_sentence(sentence: str) -> bool:
    if wants_out(sentence):
        return True
    sentence = _NOT_THEN.sub(" that ", _NOT_MEANT.sub(" that document ", sentence))
    if _harmless().search(sentence):
        return False
    if _in_words(sentence) and not about_something_else(Sentence(sentence)):
        return True
    parts = re.split(r",? (?:and|und|et|y|but|aber|mais|pero) |, ", sentence)
    return any(
        asks_in_clause(part) and not _about_others().search(part)
        for part in ([sentence, *parts] if len(parts) > 1 else parts)
    )


def _in_words(sentence: str) -> bool:
    if _certain().search(sentence) or any(pair.search(sentence) for pair in _pairs()):
        return not _about_others().search(sentence)
    if _about_the_business().search(sentence):
        return False
    return bool(_wording().search(sentence)) or _misspelt(sentence)


_KEYS = (
    "unsubscribe",
    "unsubscribed",
    "desinscrire",
    "desabonner",
    "abbestellen",
    "desuscribir",
    "desinscription",
)


_GERMAN = ("abmelden", "austragen")


def _misspelt(sentence: str) -> bool:
    if any(
        _near(word, key, 1) for word in re.findall(r"\ba[a-z]{5,9}\b", sentence) for key in _GERMAN
    ):
        return True
    return any(
        _near(word, key, 2)
        for word in re.findall(r"\b(?:un|de|di|ab|on|us)[a-z]{5,14}\b", sentence)
        for key in _KEYS
        if abs(len(word) - len(key)) <= 2
    )


def _near(word: str, key: str, most: int) -> bool:
    """At most so many letters wrong, missing, doubled or swapped."""
    row = list(range(len(key) + 1))
    before = row
    for i, char in enumerate(word, 1):
        new = [i]
        for j, other in enumerate(key, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (char != other))
            if i > 1 and j > 1 and char == key[j - 2] and word[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return row[-1] <= most


@cache
def _order() -> re.Pattern[str]:
    polite = r"(?:please|pls|plz|kindly|bitte|svp|s'il vous plait|merci de|por favor|merci|thanks|thank you|danke|gracias|now|me|mich|all|at once|sofort|immediatement|ya|hi|hello|hallo|bonjour|hola|asap|immediately)"
    order = (
        r"stop(?: it| this| please| now| all| stop)?|stopp|remove(?: me| us| my address| my email| this address)?|unsub(?:scribe)?|optout|opt out|cancel|delete(?: me| my data)?|no more|end|quit|off|enough|take me off|"
        r"abmelden|abmeldung|austragen|abbestellen|loschen|loeschen|streichen|entfernen|aufhoren|widerspruch|keine (?:mails|e mails|werbung|post|nachrichten)(?: mehr)?|keine weiteren (?:mails|e mails|nachrichten)|"
        r"arret|arretez|arreter|desinscription|desinscrire|desabonnement|desabonner|supprimer|supprimez moi|retirez moi|stop pub|"
        r"baja|alto|eliminar|borrar|cancelar|basta|parar|pare|darme de baja|dar de baja|denme de baja|no mas(?: correos| emails| mensajes)?|quitar"
    )
    return re.compile(rf"(?:{polite} ){{0,3}}(?:{order})(?: {polite}){{0,3}}")


@cache
def _certain() -> re.Pattern[str]:
    """Wordings about the writer's own address: nothing in the sentence makes them harmless."""
    mail = r"(?:e-?mail|mail|message|newsletter|spam|contact)"
    return re.compile(
        r"(?:remove|delete|erase|drop|take|strike|scrub|get|cross|pull|scratch) (?:me|us|my (?:name|e-?mail|address|contact|data|details|info\w*|number)|our (?:e-?mail|address|name|company|data|details|contact)\w*|this (?:e-?mail|address|contact)|all my)\b(?! (?:a|an|the) |.{0,40}\b(?:slide|deck|agenda|invite\b|quote|calendar))|"
        r"unsub(?:scribe)? (?:me|us|my|this address|please|from (?:this|your|all|these|future))|(?:please|pls|want to|wish to|like to|need to|to be|let me) unsub\w*|^unsub\w*\b|unsubscribe\W*$|"
        r"opt(?:ing)?[- ]?(?:me |us )?out\b(?! of (?:the )?(?:trial|feature|tracking|cookies))|"
        rf"(?:stop|quit|cease|refrain from|no longer|never|don'?t|do not|not)(?: ever| you| please| keep| again)? (?:send|sending|e-?mail|e-?mailing|mailing|contact|contacting|writ|writing|write|spam|spamming|bother|bothering|messag|messaging|receiv|receive|receiving|approach|reaching out|reach out|pester|pestering|harass|solicit)\w*(?: to)? (?:me|us|any ?more|again|further|these|this|your|such|ever|any|more|unsolicited|marketing|{mail}|at this|to this)|"
        rf"(?:no|not|without) (?:more|further|any more|additional) (?:{mail}|correspondence|communication|marketing|outreach|follow-?ups?)s?\b|(?:stop|enough) (?:with )?(?:the|these|this|your|all) (?:{mail}|outreach|follow-?up|marketing|sales pitch)\w*|stop (?:spamming|e-?mailing|mailing|contacting|writing|harassing|bothering)|"
        r"leave (?:me|us) alone|(?:off|from) (?:of )?(?:your|the|this|all|any) (?:\w+ ){0,2}(?:lists?|database|mailings?|crm|distribution|newsletter|records|system|marketing)\b|(?:do not|don't) (?:wish|want|like|care) to (?:receive|hear|get|be (?:contacted|e-?mailed))|(?:(?:do not|don't) want|no longer want|not want) (?:any|these|your|more|further) (?:more )?(?:e-?mails?|mails?|messages|newsletter|spam)|(?:wish|want|like|prefer|ask|request)(?:ed|ing)? (?:not )?to (?:be removed|stop receiving|be (?:taken|left) off|not be contacted|not receive|be unsubscribed|not hear|never be)|never (?:e-?mail|contact|write|message)|lose my (?:e-?mail|number|address)|do not contact|"
        r"(?:object to|withdraw|revoke|oppose)\w*(?: to)? (?:\w+ ){0,6}(?:process|consent|use|marketing|permission|storing|storage)\w*|right to (?:be forgotten|object|erasure)|(?:delete|erase|forget|removal of|erasure of|deletion of) (?:all )?(?:of )?(?:my|our) (?:personal )?(?:data|details|information|info|record|contact)\w*|article (?:17|21)|art\.? ?(?:17|21)\b|gdpr (?:request|removal|erasure|deletion|complaint)|"
        r"who (?:gave|sold|passed) you\b|(?:where|how|who) (?:did|have|do|gave|got|has)\b.{0,25}\b(?:get|got|gave|obtain\w*|have|find|found|sold)\b.{0,15}(?:my|our) (?:e-?mail|address|contact|data|details|name|info)|never (?:signed|subscribed|opted|agreed|consented|asked)|(?:did not|didn't|have not|haven't) (?:sign|subscribe|opt|consent|agree|give)\w* (?:up|in|to|for|you|my)|cease (?:all |any |further |any further )?(?:contact|communication|correspondence|e-?mail)\w*|(?:enough|too many) (?:\w+ )?(?:e-?mails|mails)|(?:you are|you're|stop|quit) spamming|(?:want|get me|get us|let me) out of (?:this|your|these|here)\b|(?:not|isn't) for marketing|\brmove me|"
        r"report(?:ed|ing)? (?:you|this|it)? ?(?:as|for) spam|mark(?:ed|ing)? (?:you|this|it|as)? ?(?:as )?spam|this is (?:spam|unsolicited)|"
        # German
        r"(?:loschen|loeschen|entfernen|streichen|nehmen|tragen|losche|entferne|streiche|nimm|trag\w?|austragen|abmelden|melden) (?:sie )?(?:bitte )?(?:mich|uns|meine|unsere|diese|meinen|alle)\b.{0,80}(?:adresse|mail|daten|verteiler|liste|kontakt|datenbank|namen|newsletter|aus\b|ab\b|raus|heraus|eintrag|crm|system|\.|!|$)|(?:meine|unsere|diese|ihre)\b.{0,50}(?:adresse|daten|e-?mail\w*|kontakt\w*|mailadresse)\b.{0,50}(?:loschen|loeschen|entfernen|streichen|herausnehmen|geloscht|geloescht|entfernt|sperren|gesperrt|gestrichen)|"
        r"(?:mich|uns) (?:bitte )?(?:\w+ ){0,6}(?:austragen|abmelden|loschen|loeschen|entfernen|streichen|herausnehmen|rausnehmen|aus dem verteiler|von der liste|aus (?:ihre[rm]|eurer|der|dem) (?:\w+ )?(?:verteiler|liste|datenbank|mailingliste|newsletter))|"
        r"(?:keine?|nicht|nie|niemals)(?: \w+){0,5} (?:mehr|weiter\w*|kunftig\w*|zukunftig\w*|langer)? ?(?:\w+ ){0,3}(?:anschreib\w*|kontaktier\w*|belastig\w*|schreiben sie mir|zusend\w*|zuschick\w*|angeschrieben|kontaktiert|anmailen|zumull\w*)|(?:keine|kein)(?: \w+)? (?:weiteren?|mehr|zukunftigen?) (?:e-?mails?|mails?|nachrichten|werbung|werbemails?|post|newsletter|kontakt\w*|anschreiben|zuschriften|anfragen)|keine (?:e-?mails?|mails?|nachrichten|werbung|werbe-?mails?|newsletter|post|kontaktaufnahme)\b.{0,40}\b(?:mehr|erhalten|bekommen|wunsch\w*|senden|schicken|zusenden)|"
        r"(?:schreiben|schreibt|mailen|kontaktieren|senden|schicken|belastigen|schreib|kontaktier\w*|schick\w*|send\w*) (?:sie |ihr )?(?:mir|mich|uns)?.{0,30}\b(?:nicht|nichts|nie|keine)\b.{0,25}\b(?:mehr|wieder|weiter\w*|an\b)|horen sie auf|hort auf|hor auf|lassen sie mich (?:bitte )?in ruhe|lasst mich in ruhe|in ruhe lassen|unterlassen sie|(?:widerspreche|widerspruch|widerrufe|widerruf)\b.{0,100}(?:verarbeit|nutzung|werb|daten|einwilligung|kontakt|speicher|dsgvo|art|verwendung|zusendung)|dsgvo[- ]?(?:widerspruch|loschung|auskunft und losch|antrag)|(?:dsgvo|art\.? ?(?:17|21)).{0,60}(?:widersp|losch|loesch)|(?:widersp|losch|loesch).{0,60}(?:dsgvo|art\.? ?(?:17|21))|"
        r"aus (?:ihre[rm]|eure[rm]|dem|der|allen|samtlichen)\b.{0,20}(?:verteiler\w*|mailingliste|mailing-liste|adressliste|kontaktliste|datenbank|e-?mail-?liste|newsletter)|(?:newsletter|verteiler|e-?mails?|mails?)\b.{0,30}\b(?:abbestell\w*|abmeld\w*|abzumelden|kundig\w*|austrag\w*)|mochte (?:mich )?(?:\w+ ){0,4}(?:abmelden|austragen|abbestellen|nicht (?:mehr )?(?:kontaktiert|angeschrieben))|abbestell\w*|werbewiderspruch|(?:das|dies) ist (?:ja )?(?:spam|unerwunschte|belastigung)|"
        r"\b(?:nix|nichts|nichts mehr|keine) (?:mehr |weiter\w* )?(?:\w+ ){0,2}(?:schicken|senden|zusenden|zuschicken|mailen|horen|werbung)\b|(?:wunsche|wunschen|will|wollen|mochte|mochten|brauche) (?:\w+ )?(?:keine|keinerlei|nichts mehr) (?:\w+ )?(?:werbung|mails?|e-?mails?|newsletter|von (?:euch|ihnen|dir)|kontakt)|(?:unerwunschte|unverlangte) (?:werbung|e-?mails?|mails?)|(?:adresse|mailadresse|e-?mail|daten|kontakt)\b.{0,20}\b(?:aus|von) (?:dem|der|ihrem|ihrer|eurem|eurer)\b.{0,30}(?:nehmen|streichen|tragen|werfen)|(?:woher|wie) (?:haben|hast|kommen|sind) (?:sie|du|ihr)\b.{0,20}(?:meine|unsere|an meine) (?:\w+)?(?:adresse|daten|e-?mail|mailadresse|kontakt)|"
        # French
        r"inutile de (?:me|nous|m') ?(?:relancer|recontacter|contacter|ecrire)|(?:comment|ou) avez[- ]vous (?:eu|obtenu|trouve) (?:mon|mes|notre)|jamais (?:demande|consenti|accepte|inscrit)|(?:no quiero|no queremos|no deseo) (?:volver a )?(?:saber|oir|tener) (?:nada )?(?:mas )?(?:de|contacto)|(?:de donde|como) (?:han |ha )?(?:sacado|obtenido|consiguieron|obtuvieron|tienen) mi|nunca (?:me )?(?:suscribi|di|solicite|autorice|he dado)|"
        r"(?:ne|n')\W?(?:plus|jamais) (?:\w+ ){0,4}(?:m[' ]|me |nous |recevoir|etre|contacte|ecrire|envoye|solliciter|recontacter|relancer|mail|message|courriel)|ne (?:m'|me |nous |vous )?(?:\w+ ){0,2}(?:ecri\w+|contact\w+|envoy\w+|sollicit\w+|relanc\w+|recontact\w+|derang\w+|harcel\w+|embet\w+)\W(?:plus|pas|jamais)|n'?(?:ecrivez|envoyez) plus|(?:plus|pas) (?:d'|de )?(?:autres? |vos )?(?:e-?mails?|mails?|messages?|courriels?|sollicitations?|newsletters?|pubs?|publicite|relances?)\b|ne (?:souhaite|veux|desire|voulons|souhaitons)\w* (?:plus|pas) (?:recevoir|etre (?:contact|sollicit|demarch|relanc|destinat)|que vous|avoir de|vos|de)|"
        r"(?:retir|supprim|effac|enlev|ray|otez|sort|desinscri|desabonn|radi)\w*[- ](?:moi|nous|mon|mes|notre|nos|cette|ce|de (?:la|votre|vos|ma))\b.{0,60}|(?:me|nous|m'|mon|mes|notre|nos)\W?(?:\w+ ){0,4}(?:desinscri\w+|desabonn\w+|retirer|supprimer|effacer|enlever|radier|rayer)|desinscri\w*|desabonn\w*|(?:de|sur) (?:votre|vos|la|cette) (?:liste|base|fichier|mailing)\w*|(?:cess|arret)\w* (?:de |d')(?:m'|me |nous |ce |vos |les )|arretez (?:vos|les|ces|tout|de)|laissez[- ](?:moi|nous) tranquille|(?:oppos|m'oppose|nous opposons|droit d'opposition|droit a l'oubli|droit a l'effacement|retire mon consentement)\w*|rgpd.{0,60}(?:supp|effac|oppos|desins|retir)|(?:supp|effac|oppos|retir).{0,60}rgpd|c'est du (?:spam|harcelement)|"
        # Spanish
        r"(?:dar|dame|darme|darnos|deme|denme|den|denos|dad|dadme|date|dese|dejen|desea|quiero|quisiera|solicito|solicite|pido|pedi|pedimos|pedido|solicitado|causar)\b.{0,25}\b(?:de )?baja\b|\bbaja (?:de|del|en|inmediata|por favor|definitiva)|(?:dejen|deje|deja|dejad|paren|pare|para|basta|cese|cesen)(?:n)? (?:ya )?(?:de|con) (?:\w+ ){0,1}(?:enviar\w*|escribir\w*|mandar\w*|contactar\w*|molestar\w*|spam|llamar\w*|correos?|mails?|emails?|mensajes|tanto)|no (?:\w+ ){0,4}(?:mas|ningun|otro) (?:correos?|e-?mails?|mails?|mensajes?|publicidad|spam|comunicaciones|informacion comercial|newsletters?)|no (?:me |nos )?(?:\w+ ){0,2}(?:escrib\w+|contact\w+|envi\w+|mand\w+|molest\w+|vuelv\w+ a)\b.{0,25}\b(?:mas|nunca|escrib\w+|contact\w+|envi\w+|mand\w+)|no (?:quiero|deseo|queremos|deseamos|quisiera|me interesa) (?:\w+ )?(?:recibir|que me|mas correos|que vuelv|seguir recib|ser contact|sus correos|sus mensajes|sus e-?mails)|no vuelvan? a |"
        r"(?:elimin|borr|quit|saqu|sac|retir|suprim|remuev)\w*(?:me|nos|en|enme|an|anme|e|eme|ad|adme)? (?:me |nos )?(?:de (?:su|la|tu|sus|vuestra|esta)|mi (?:correo|e-?mail|direccion|contacto|nombre|cuenta|informacion)|mis datos|nuestr\w+ (?:correo|datos|direccion)|est[ea] (?:correo|direccion))|\b(?:eliminenme|borrenme|quitenme|saquenme|eliminame|borrame|quitame|sacame|elimineme|borreme|quiteme|saqueme|remuevanme)\b|(?:cancel|anul)\w* (?:mi |la |esta |nuestra )?suscripcion|desuscrib\w*|desapunt\w*|dejenme en paz|dejeme en paz|me opongo|derecho (?:de|al) (?:oposicion|supresion|olvido|cancelacion)|revoco (?:mi|el) consentimiento|rgpd.{0,50}(?:baja|elim|suprim|opos)|(?:esto|eso) es spam|de (?:su|la|tu|sus) (?:lista|base de datos|listado)\w*"
    )


@cache
def _pairs() -> tuple[re.Pattern[str], ...]:
    """What is to be taken away or to end, with what it is about, near each other in any order."""
    away = (
        r"(?:remov|delet|eras|strik|purg|wip|forget|unlist|expung|discard|losch|loesch|gelosch|entfern|streich|gestrichen|austrag|sperr|tilg|vernicht|"
        r"supprim|suppress|effac|enlev|retir|radi[eoa]|raye|oubli|elimin|borr|borren|quit[ae]|suprim|supres|saqu|sacar|desapunt)\w*"
    )
    mine = r"(?:my|our|mein\w{0,2}|unser\w{0,2}|mon|ma|mes|notre|nos|mi|mis|nuestr\w{1,2}|dies\w{1,2}|this|cette|esta|este)"
    thing = r"(?:e-?mails?|mailadresse|mail|address\w*|adress\w*|data|details|info\w*|records?|contacts?|name|namen|number|daten|kontakt\w*|eintrag|person|coordonnees|donnees|nom|correo|direccion|datos|nombre|telefono|perfil)"
    lists = r"(?:mailing ?lists?|(?:your|the|any|all) (?:\w+ )?(?:lists?|database|crm|records|contacts|system)|verteiler\w*|datenbank|adressliste|listes?|base de d\w+|fichiers?|vos (?:contacts|bases|envois)|listas?|listado|sus (?:contactos|registros|ficheros))"
    end = r"(?:stop|cease|refrain|desist|halt|quit|no (?:more|further)|never again|unterlass\w*|einstell\w*|einzustellen|verzicht\w*|absehen|keine weiteren|nie wieder|nicht (?:mehr|weiter|langer)|nichts mehr|cess\w*|arret\w*|plus (?:de(?! (?:detail|info|precision|renseign))|d'(?!info)|jamais|aucun\w*|rien)|jamais|dej\w{1,3} de|basta de|ces[ae]\w{0,2}|abste\w+|no mas|nunca mas|ni un\w?)"
    contact = r"(?:e-?mails?|e-?mailing|mails?|mailings?|messag\w*|contact\w*|writing|spam\w*|communicat\w*|correspond\w*|newsletters?|solicit\w*|outreach|follow-?ups?|anschreib\w*|angeschrieben|kontaktier\w*|kontaktaufnahme\w*|schreiben|zusend\w*|zuschick\w*|schicken|werbung|nachrichten|belastig\w*|envois?|envoy\w*|ecri[rt]\w*|sollicit\w*|relanc\w*|courriels?|prospection|demarch\w*|correos?|mensajes?|escrib\w*|envi[aeo]\w*|mand\w*|comunicaci\w*|contact\w*|molest\w*|publicidad)"
    gap = r"\W(?:[^.!?]{0,60}\W)?"
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"\b{away}{gap}{mine} (?:\w+ ){{0,3}}{thing}\b",
            rf"\b{mine} (?:\w+ ){{0,3}}{thing}\b{gap}{away}\b",
            rf"\b{away}{gap}{lists}\b|\b{lists}{gap}{away}\b",
            rf"\b{end}\W(?:\w+\W+){{0,4}}{contact}\b(?! (?:person|partner|formular))",
            r"\b(?:objection|opposition|oposicion|widerspruch|widerspreche\w*|widerruf\w*|erasure|deletion|effacement|suppression|supresion|cancelacion|loschung)\b[^.!?]{0,60}\b(?:data|processing|profil\w*|marketing|daten|verarbeitung|werbung|einwilligung|donnees|traitement|prospection|datos|tratamiento|rights?|rechts?|droit|derecho)\b",
            r"\b(?:rights?|recht|droit|derecho)\b[^.!?]{0,30}\b(?:object|erasure|forgotten|widerspruch|loschung|vergessen|opposition|effacement|oubli|oposicion|supresion|olvido)\b",
            r"\b(?:auf|in|aus|von)\b[^.!?]{0,30}\b(?:verteiler\w*|blacklist|sperrliste|robinsonliste)\b[^.!?]{0,30}\b(?:nehmen|setzen|raus|herunter|runter|weg)\b|\b(?:add|put|set) (?:me|us|this address) (?:to|on) (?:\w+ ){0,3}(?:do[- ]not|suppression|blacklist|block|opt-?out)",
            rf"\b(?:enough|sick|tired|fed up|genug|schluss|satt|assez|marre|ras le bol|hart[oa]s?|cansad[oa]s?|basta|leid)\b(?: (?:of|with|von|mit|de|con|der|die|all|these|your|the|ihren?|eure[nr]?|den|diese[nr]?|vos|ces|tous|sus|estos|tantos|recibir)){{0,4}} {contact}\b",
            rf"\b(?:discontinu\w*|untersag\w*|verbiet\w*|verbitte\w*|absehen|abzusehen|forbid\w*|interdi\w*|prohib\w*|desist\w*|suspend\w*|block\w*|terminat\w*)\b[^.!?]{{0,40}}\b{contact}\b|\b(?:mails?|nachrichten|werbung|zusendungen|kontaktaufnahmen)\b[^.!?]{{0,20}}\b(?:absehen|abzusehen|unterlassen|einzustellen|einstellen|verbeten)",
            r"(?:n't|\b(?:not?|never|nothing|nicht|nie|nichts|pas|plus|jamais|rien|nunca|nada))\b(?: (?:ever|again|wieder|mehr|to|me|nous|m'|nos|de|mais|be|longer|weiter|further|any|auf|bei|uns|mir|mich|wieder bei)){0,4} (?:follow(?:ing)? up|reach(?:ing)? out|contacted|approached|e-?mailed|recontact\w*|relanc\w*|contact(?:er|ez|en|e|ar\w*|arme|arnos)|solliciter|melden|anschreiben|kontaktieren|zumailen|escrib\w*|llam[ae]\w*|molest\w*)\b(?! (?:bob|the|him|her|them|on|before|until|vor|bis|avant|antes))",
            r"\b(?:receive|hear|get|recevoir|recibir|erhalten|bekommen|horen)\b (?:\w+ ){0,2}(?:nothing|no more|nichts|rien|nada)\b|\b(?:no|ne plus|ne pas|not to|rather not|prefer not to) (?:recibir|recevoir|receive|get|hear)\b(?! (?:your|the|an?|su|la|una?|votre|une?) (?:invoice|answer|reply|offer|quote|respuesta|oferta|reponse|offre|factura|last|mail|e-?mail))",
            rf"\b(?:not|never|n't|nicht|nie|niemals|plus|pas|no|nunca)\b[^.!?]{{0,25}}\b(?:us(?:e|ed|ing)|verwend\w*|nutz\w*|utilis\w*|usar|usen|utilic\w*)\b[^.!?]{{0,30}}\b{mine} {thing}|\b(?:use|verwend\w*|nutz\w*|utilis\w*|us[ae]n?|utilic\w*)\b[^.!?]{{0,15}}\b{mine} {thing}[^.!?]{{0,25}}\b(?:nicht|nie|any ?more|plus|pas|mas)\b|\b{mine} {thing}\b[^.!?]{{0,20}}\b(?:never|not|nicht|nie|pas|plus)\b[^.!?]{{0,20}}\b(?:used?|verwend\w*|genutzt|nutz\w*|utilis\w*|us[ae]\w*)",
            r"\b(?:la paix|en paix|en paz|in ruhe|in frieden|tranquil\w*|alone|in peace)\b(?=\W*$)|\b(?:werbung|mails?|e-?mails?|nachrichten|zusendung\w*|messages|publicidad|correos)\b[^.!?]{0,20}\b(?:unerwunscht|unwanted|not wanted|not welcome|unwelcome|indesirables?|non sollicites?|no deseados?)",
            rf"^(?:\W*(?:please|bitte|merci de|por favor|pls))?\W*(?:{away} )?(?:alle |all |todos los |toutes les )?(?:daten|data|donnees|datos|kontakt|adresse)\b(?: bitte| sofort| umgehend)? ?{away}\W*$|\b(?:nehmen|nimm|nehmt|setzen|setz|werfen) (?:sie |ihr )?(?:mich|uns) (?:\w+ ){{0,4}}(?:raus|heraus|runter|sperrliste|blacklist)|\b(?:me|nos|moi|nous) (?:\w+ )?(?:liste noire|lista negra)",
            r"\b(?:ich|wir) (?:will|wollen|mochte\w*|wunsche\w*) (?:\w+ ){0,3}(?:nicht|keine\w*) (?:\w+ ){0,4}(?:bekommen|erhalten|kontaktiert|angeschrieben|empfangen)\b|\bya no (?:quier|dese)\w+ (?:\w+ )?(?:recib|que)|\bje (?:ne )?veux plus\b|\bno quiero que me\b",
        )
    )


@cache
def _about_others() -> re.Pattern[str]:
    """Even a certain wording is about somebody else's list, or no list at all."""
    return re.compile(
        r"(?:how (?:do|can|does|would|could|should)|can|does|do|what happens (?:if|when)|wie (?:kann|konnen|melde\w*|funktioniert)|comment|como|can your|does your)\b.{0,80}\b(?:our|my|your|the|a|unsere|meine|ihre|nos|mes|vos|nuestros|mis|sus|their) (?:\w+ )?(?:users?|customers?|clients?|clientes|kunden|nutzer\w*|contacts?|kontakte|abonnes|utilisateurs?|usuarios?|suscriptores|subscribers?|recipients?|leads?|team|employees|tool|product|platform|software|system|empfanger)\b|"
        r"unsubscribe (?:rates?|links?|flow|page|button|feature|function|header|process|handling|management)|opt[- ]?out (?:rates?|links?|flow|page|process|handling|management|feature|option)|abmelde(?:rate|quote|link|prozess|funktion)|(?:taux|lien|page|gestion) de (?:desinscription|desabonnement)|(?:tasa|enlace|gestion|pagina) de (?:baja|bajas)|"
        r"don'?t (?:write|send|e-?mail|contact) (?:me )?(?:to )?(?:the|bob|my old|there|here)|(?:stop|quit) (?:using(?! (?:it|this|my|our|that)\b)|by)|remove (?:the|a|one|two|that|clause|section)|remove us from the \w+ (?:plan|quote|tier|package)|(?:do|does|can|will) (?:you|your \w+|it|the \w+) (?:also )?(?:support|handle|offer|allow|cover|process)\b"
    )


@cache
def _about_the_business() -> re.Pattern[str]:
    return re.compile(
        _about_others().pattern
        + r"|\bhow (?:do|can|does) (?:i|we|one|you|it)\b.{0,60}\b(?:trial|seat|user|plan|licen[cs]e|account|module)|non[- ]?stop|stop by|one[- ]stop|bus stop|stop at|stop in"
    )


@cache
def _wording() -> re.Pattern[str]:
    return re.compile(
        r"unsub(?:scri\w*)?\b|opt[- ]?out\b|\bstop\W*$|^\W*stop\b(?! by| at| in\b| over| the (?!mails|e-?mails)| using)|\bremove (?:me|us)\b|take (?:me|us) off|"
        r"\baustragen\b|\babmelden\b|\babmeldung\b|abbestell|verteiler (?:loschen|streichen|nehmen|entfernen)|kein kontakt|keinen (?:weiteren )?kontakt|"
        r"desinscri|desabonn|\bdarme de baja|\bde baja\b|desuscri|no (?:further|more) contact|not contact (?:me|us)|cease and desist"
    )
