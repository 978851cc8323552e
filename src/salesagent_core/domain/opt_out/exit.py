# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Who looks for the way out, finds it broken, or says that nobody need write on, wants out."""

from __future__ import annotations

import re
from functools import cache


def wants_out(bare: str) -> bool:
    """True for a folded text in which somebody tried to leave a list, or has had enough of mails."""
    if _link_is_broken().search(bare) or _no_need().search(bare):
        return True
    looked = _looked_for().search(bare)
    return looked is not None and not _BUSINESS.search(bare[max(0, looked.start() - 60) :])


_BUSINESS = re.compile(
    r"\b(?:customers?|users?|subscribers?|recipients?|campaigns?|templates?|tool|product|feature|kunden|nutzer|empfanger|kampagne\w*|vorlage\w*|werkzeug|"
    r"clients?|utilisateurs?|abonnes?|destinataires?|campagnes?|modeles?|outil|clientes|usuarios|suscriptores|destinatarios|campanas?|plantillas?|herramienta)\b"
)
"""Whose leaving is a matter of the business, not the writer's own."""


@cache
def _looked_for() -> re.Pattern[str]:
    """ "Where is the unsubscribe link?", "ich finde keinen Abmeldelink"."""
    return re.compile(
        r"\b(?:where(?:'s| is| are| can i find| do i find)|(?:can't|cannot|can not|couldn't|could not|do not|don't) (?:even )?(?:find|see)|(?:there is|there's|i see|find) no|looking for)\b[^.?!]{0,20}\b(?:unsub\w*|opt-?out|optout|removal)\b"
        r"|\b(?:wo (?:ist|finde ich|steht|steckt|gibt es)|finde (?:den|die|das|keinen?|nirgends)|(?:es )?fehlt|seh\w* (?:keinen?|nirgends)|suche)\b[^.?!]{0,25}\b(?:abmelde|abbestell|austrag)\w*"
        r"|\b(?:ou (?:est|se trouve|se cache|puis je|trouver)|(?:ne )?(?:trouve|vois) (?:pas|plus|aucun)|aucun|il n'y a pas|je cherche)\b[^.?!]{0,30}\b(?:desinscri|desabonn)\w*"
        r"|\bcomment (?:puis[- ]je |est[- ]ce que je |je |peut[- ]on )?(?:me|se|m') ?(?:desinscri|desabonn)\w*"
        r"|\b(?:donde (?:esta|encuentro|puedo)|no (?:encuentro|veo|aparece|hay)|falta|busco)\b[^.?!]{0,30}\b(?:baja|desuscri\w*|desuscripcion)\b"
    )


@cache
def _no_need() -> re.Pattern[str]:
    """ "No need to keep writing": a courteous end."""
    on = r"(?:keep|continue|go on|carry on)"
    return re.compile(
        rf"\bno need (?:for you )?to {on}\b[^.?!]{{0,12}}\b(?:writ|e-?mail|mail|contact|follow|messag|reach|send)\w*"
        rf"|\b(?:you )?(?:do not|don't|needn't|need not) (?:need to |have to )?{on}\b[^.?!]{{0,12}}\b(?:writ|e-?mail|mail|contact|messag|send)\w*"
        r"|\b(?:kein(?:en)? (?:grund|bedarf|anlass)|nicht (?:notig|notwendig)|unnotig)\b[^.?!]{0,12}\bweiter\w*[^.?!]{0,15}\b(?:schreib|anschreib|mail|kontaktier|zu schick)\w*"
        r"|\b(?:pas|plus) (?:necessaire|besoin|la peine|utile) de (?:continuer|poursuivre)\b[^.?!]{0,15}\b(?:ecri|envoy|contact|relanc)\w*|\binutile de (?:continuer|poursuivre|(?:me|nous|m'|nous) ?(?:re)?(?:ecrire|contacter|relancer|envoyer))"
        r"|\bno (?:hace falta|es necesario|es preciso) (?:que )?(?:sig\w+|continue\w*|seguir|continuar)\b[^.?!]{0,15}\b(?:escrib|envi|mand|contact|insist)\w*"
    )


@cache
def _link_is_broken() -> re.Pattern[str]:
    """Who says that the link to leave does not work has tried to leave."""
    link = (
        r"(?:(?:unsub\w*|opt-?out|removal) (?:link|button|page|form|url)|abmelde-?(?:link|seite|button|formular|funktion)\w*|"
        r"link zum (?:abmelden|abbestellen)|abmeldung|"
        r"(?:lien|bouton|page|formulaire) (?:de |pour (?:se |me )?|d')?(?:desabonn\w*|desinscri\w*)|"
        r"(?:enlace|boton|pagina|formulario|link) (?:de |para (?:la |darse de )?)?(?:baja|desuscri\w*|cancelar)|"
        r"unsubscrib\w*|desabonnement|desinscription)"
    )
    broken = (
        r"(?:(?:not|n't|never|nicht|pas|no|nada) (?:\w+ )?(?:work\w*|load\w*|open\w*|do anything|funktionier\w*|geht|klappt|ladt|"
        r"reagiert|funcion\w*|va\b|sirve|abre|carga)|(?:funktioniert|geht|klappt|ladt|marche|fonctionne|s'ouvre|charge|repond) "
        r"(?:\w+ )?(?:nicht|pas|plus)|broken|dead|defekt|kaputt|tot\b|404|error\w*|fehler\w*|erreur|casse|mort|rot[oa]\b|ne (?:marche|fonctionne|va))"
    )
    return re.compile(rf"\b{link}\b[^.?!]{{0,40}}\b{broken}|\b{broken}\b[^.?!]{{0,20}}\b{link}\b")
