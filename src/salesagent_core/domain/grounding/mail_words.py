# ruff: noqa: E501  (word lists are kept on one line)
"""Words that tell nothing of what has happened: those of every answer to a message, and verbs that
only carry others."""

from __future__ import annotations

from functools import cache

from salesagent_core.domain.text.lexicon import stem

_MAIL = """
message note email mail letter form enquiry inquiry request question information info details website page attention mind thank thanks kindly please writing regard
sent read received receive wrote write written mention mentioned contact contacted reach reached reaching gave give given fill filled understand understood understanding correctly rightly correct wrong wrongly noted notice filling moment
said say says tell told explained explain describe described asked ask requested enquired glad pleased happy delighted pleasure hear heard good nice great hope summarised attached enclosed requirement requirements point points looked subject thing things case sorry congratulations picked chosen chose named listed guessed meant specified outlined stated raised wanted hoped thought wished updated adjusted calculated compared figures number numbers overview entered enter typed submitted ticked indicated looking searching seeking hoping expected imagined wondering regarding concerning considered desk interested interest right place pleasure honour
nachricht anfrage mail email schreiben zeilen brief formular angaben bedarf anliegen webseite internetseite website daten hinweise hinweis infos information informationen ausfuhrlich ausfuhrliche ausfuhrlichen
gelesen erhalten bekommen geschrieben schrieben geschickt gesendet erreicht erreichte eingegangen angekommen kontakt kontaktiert gemeldet gewandt gewendet wandten meldeten verstanden verstand richtig falsch notiert vermerkt genommen gemacht gefreut freude freut gesagt sagten mitgeteilt erwahnt erwahnten genannt nannten gefragt fragten angefragt erklart beschrieben geschildert gebeten baten aufmerksam zusammengestellt beigefugt angehangt angesehen durchgesehen herausgesucht thema punkt punkte sache frage fragen dank danke herzlich vielen schon leid gewahlt ausgewahlt gewunscht gewunschten gemeint vermutet aufgefuhrt angepasst berechnet verglichen zahlen nummer uberblick eingetragen eingegeben ausgefullt angekreuzt gesucht suchten suchen wollten erwartet erwarteten vorgestellt vorstellten wegen deswegen diesbezuglich bezuglich hinsichtlich gedacht dachten interessiert interessieren interesse entschieden richtigen stelle vergnugen hoffe hoffen
message demande courriel mail mot question formulaire site renseignements informations precisions coordonnees attention besoin besoins bonne note
recu recue lu lue lire ecrit contacte contactes contacter retenu compris bien rempli laisse transmis donne fourni fournies adressee indique precise mentionne demande evoque explique decrit dit parle plaisir ravi ravie heureux touche tete sujet point points merci interesse repere reperee choisi choisie voulu souhaite cite citee mis jour calcule compare chiffres numero parvenu parvenue ensuite volontiers saisi saisie renseigne renseignee coche cherche cherchez cherchiez attendiez imaginiez souhaitiez vouliez esperiez concernant pense pensez interesse interesses interessez vois espere bonne adresse
mensaje consulta correo solicitud pregunta formulario web datos informacion detalles indicaciones atencion necesidad necesidades contacto
recibido recibida leido leida leer lamento escrito escribieron escribio contactado contactaron entendido comprendido bien anotado tomado nota rellenado dejado facilitado indicado indicaron indico mencionado menciono pedido pidio pidieron preguntado pregunto comentado comento explicado explico descrito dicho dijo alegrado alegro alegra gusto tema punto puntos gracias elegido elegida querido deseado citado actualizado ajustado calculado comparado cifras numero visto ver introducido rellenado marcado buscaba buscaban buscar queria querian esperaba esperaban imaginaba veo vemos espero esperamos placer honor sido respecto acerca pensado penso interesado interesados interes
"""
"""Words of every answer to a message: that it came, was read, and what it is."""
_LIGHT = """
have has had been was were does did euro euros dollar dollars pound pounds go goes went gone come came make made take took taken get got put find found stand stood hold held keep kept bring brought need needed use used work worked working remember recall earlier before previously formerly far until now today date last time recently since far so first back together lately while fit fits match matches sound sounds
habe haben hat hatte hatten war waren wurde wurden worden gewesen gehen ging gingen gegangen kommen kam kamen gekommen machen stehen stand standen finden fand fanden liegen lag brauchen brauchte brauchten benotigte nutzten halten fruher vorher bisher zuvor damals bislang derzeit heute jetzt erst zuletzt kurzlich neulich letztes letzte letzter ersten mal zeit wissen erinnern erinnerung ja kurzem langem weile langst passt passen entspricht entsprechen vorstellung vorgestellt schwebt schwebte
sommes etes etait etiez etions aviez avions avait avaient portait porte portaient pose poser pris prise mis mise venu venus venue passe passer trouve auparavant avant jusqu present aujourd hui alors actuellement dernier derniere fois temps souvenez rappelez agissait agit concernait traitait dernierement recemment peu longtemps correspond correspondre convient
habia habian era eran fue fueron estaba paso pasaron pasado tuvo tuvimos tuvieron hizo hicieron hemos antes ahora hasta momento actualmente anteriormente hoy vez tiempo puesto apanado arreglado recuerda recordara trataba trato tratamos tuvimos mantuvimos poco hace recientemente ultimamente encaja encajar mente
"""
"""Verbs and times that tell nothing without the words beside them."""


@cache
def mail_stems() -> frozenset[str]:
    """Stems of the words by which one says that a message came, was read, and what it is."""
    return frozenset(stem(word) for word in _MAIL.split())


@cache
def empty_stems() -> frozenset[str]:
    """These, and stems of verbs and times that tell nothing without the words beside them."""
    return mail_stems() | frozenset(stem(word) for word in _LIGHT.split())
