# ruff: noqa: E501  (word lists)
"""What single words mean in an opt-out: English, German, French, Spanish, folded by ``bare_text``.

A word belongs to classes (an ending, writing, oneself, taking away, ...); ``clause`` says
which classes together are an opt-out. An entry ending in ``*`` stands for all words that begin
so. Key words of six letters and more are known with one letter wrong, too.
"""

from __future__ import annotations

from functools import cache

_TABLE: dict[str, str] = {
    "not": "nobody noone zero niemand keiner nadie refus* weiger* verbiet* verbitt* untersag* prohib* interdi* forbid* rechaz* nego niego not no never nt dont wont cant doesnt didnt without nor none nothing neither "
    "nicht nichts nie niemals kein keine keinen keinem keiner keinerlei nix nimmer ohne weder "
    "ne n pas jamais aucun aucune rien ni sans nunca jamas ningun* nada tampoco sin",
    # Alone these only say "more"; beside a "not" they say that something ends.
    "more": "more longer anymore again further any future additional another ever else "
    "mehr weiter weitere* wieder kunftig* zukunftig* zukunft erneut nochmal* nochmals fortan "
    "plus davantage nouveau desormais encore autre autres "
    "mas nuevo otra otro otros otras volver vuelv* futuro adelante",
    "stop": "stop stopp stoppen stopping cease ceasing quit refrain desist discontinu* halt "
    "suffit renonc* renunci* abstain stpo sotp spare sparing verschon* epargn* ahorr* enough unterlass* aufhor* aufzuhoren einstell* einzustellen eingestellt absehen "
    "abzusehen verzicht* spart sparen schluss genug stoppt beend* "
    "arret arrete arreter arretez arretons cesse* cesser cessez cessent abstenez abstenir abstien* "
    "stoppez evitez basta paren pare parar parad dejen deje dejad dejar deja cesen cese cesar cesad "
    "absten* eviten evite suspend* interrump* detengan detener",
    "write": "write writes writing wrote email* emails mail mails mailing mailings mailed "
    "contact contacts contacted contacting contactin message messages messaging spam spamming "
    "spams reach* approach* solicit* pester* bother* outreach correspond* newsletter* "
    "communication* marketing advert* promotion* promo promos updates pitch pitches pitching "
    "followup* follow* letter letters courrier courriers call calls calling zuschrift* anfragen anruf* appels appeler appelez llam* sending harass* bombard* "
    "schreib* anschreib* angeschrieben anzuschreiben schrieb kontakt kontakte kontaktier* "
    "kontaktaufnahme* kontaktversuch* mailt mailen nachricht nachrichten zusend* zusendung* "
    "zuzusenden zuschick* zuzuschicken zugeschickt werb* werbung reklame newsletters "
    "belastig* anmail* emailen post zumull* infopost rundmail* rundschreiben mitteilungen "
    "werbemail* melden nachfass* akquise kaltakquise bombardier* "
    "ecri* ecrire ecrivez reecri* contacter contactez contactee* contacte recontact* envoi envois "
    "envoy* sollicit* relanc* demarch* courriel* prospection pub pubs publicite* importun* "
    "harcel* infolettre* mailings communications "
    "escrib* escrit* contacten contactar* contacto contactad* contacte* envi* envios enviar* "
    "mande* mandar* mandan correos correo mensajes mensaje publicidad comunicacion* molest* "
    "boletin* spamear* propaganda insist* promocion* comerciales acos*",
    "receive": "receive* receiving received get getting got hear hearing "
    "erhalt* bekomm* empfang* horen hore lesen lire leer saber oir entendre heard zugesandt zugestellt gesendet geschickt "
    "recevoir recev* recoi* reception recu recus recibir* recib* recepcion reciba llegar lleguen",
    "send": "send sends schick* send* sendet senden envoyer envoyez envoie mandar mande",
    "me": "me my us our i we myself ourselves mich mir uns mein* unser* ich wir "
    "moi mon ma mes nous notre nos m je j mi mis nuestr* yo nosotros "
    "she he her him his herr frau sie er elle il",
    "you": "you your yours ihr ihre* ihnen eu* sie du dein* dir vous votre vos tu ton tes "
    "ustedes usted su sus vuestr* le les os vosotros",
    "away": "struck kill purg* remove* removing removal delete* deleting deletion erase* erasing erasure drop "
    "dropped take taken taking strike scratch scrub purge* exclude* excluding forget wipe* lose "
    "block* unlist cross blacklist deregister discard unenrol* unenroll* destroy "
    "losch* loesch* gelosch* geloesch* entfern* streich* gestrich* nehm* nimm nehmt genommen "
    "austrag* ausgetrag* auszutrag* trag tragen tragt raus rausnehm* herausnehm* sperr* gesperrt "
    "vergess* vergiss vergesst abmeld* abgemeld* abzumeld* tilg* vernicht* ausschliess* "
    "retir* supprim* suppress* effac* enlev* raye* rayez rayer radi* oubli* exclu* bloqu* otez "
    "oter sort* biff* "
    "elimin* borr* quit* saqu* saca* suprim* supres* tach* olvid* excluy* exclu* bloque* "
    "remuev* remov* deshag* destru*",
    "record": "address* adress* details data email emailaddress name number record records profile "
    "info information entry contact contacts domain inbox "
    "adresse* mailadresse* emailadresse* daten namen kontaktdaten eintrag datensatz telefonnummer "
    "nummer kontakt postfach donnees coordonnees nom fiche numero mail courriel boite profil "
    "direccion* datos nombre numero correo ficha perfil telefono contacto",
    "list": "list lists database* crm distribution records mailinglist mailinglists roster sequence "
    "campaign campaigns cadence audience system systems files "
    "verteiler* liste listen mailingliste* datenbank* adressliste* kontaktliste* kartei "
    "listes base bases fichier fichiers envois diffusion carnet "
    "lista listas listado* registros ficheros envios base bases",
    "banlist": "suppression exclusion blacklist blocklist donotcontact dnc robinson robinsonliste "
    "sperrliste* opposition bloctel noire negra sperrvermerk",
    "want": "want wants wish wishes like prefer rather care interested interest need desire keen "
    "wunsch* will wollen wollte mochte* mag interess* brauch* benotig* bedarf legen "
    "souhait* veux veut voulons voulez veulent voudr* desir* interess* besoin envie aimer* "
    "quier* queremos quiera dese* interes* necesit* gustaria preferi*",
    "key": "unsubscrib* unsub desinscri* desabonn* resili* abbestell* abmeld* austragen "
    "desuscrib* desinscripcion desapunt* optout",
    "consent": "consent* permission agree* agreed authoris* authoriz* subscrib* signed optin "
    "opted approved einwillig* eingewilligt zugestimmt zustimm* erlaub* einverstand* bestellt "
    "abonniert angemeldet genehmigt angefordert accord consenti* autoris* accepte* inscrit* "
    "abonne* autoriz* autorice consient* consentim* suscrib* suscrit* solicit* acept* permiso "
    "demande pedi pedido",
    "law": "anzeige gdpr dsgvo rgpd lopd lssi ccpa uwg casl ico cnil aepd privacy datenschutz* "
    "lawyer lawyers solicitor attorney anwalt* rechtsanwalt* abmahn* abogad* avocat* "
    "plainte* complaint* beschwerde* anzeige denunci* reclamacion* sanction* harassment "
    "belastigung harcelement acoso regulator ombudsman bundesnetzagentur verbraucherzentrale "
    "juridique* judicial* gericht* tribunal* police polizei rechtliche* unterlassung*",
    "unwanted": "unsolicited unwanted unwelcome unerwunscht* unverlangt* unaufgefordert* "
    "unzulassig* indesirable* intempesti* deseados deseado solicitados solicitado "
    "indeseado* annoying nerv* lastig* nerven nervig* agac* penible* pesad* harto "
    "harta hartos cansad* fed marre genervt satt nuisance intrusive insistent*",
    "keep": "keep keeps keeping continue* continuing still repeatedly constantly always again "
    "standig dauernd immer wieder weiterhin laufend andauernd trotzdem continuez continuer "
    "encore toujours cesse sans siguen sigue seguir seguis insist* constantemente continuan",
    "they": "me us mich mir uns moi nous m nos myself",
    "own": "this these those ces estos estas her his dies* cette ce esta este my our mein* unser* mon ma mes notre nos mi mis nuestr*",
    "next": "next nachste* prochain* proxim* erneut again weitere* another any further",
    "later": "moment momento later next nachste* spater jahr year quarter quartal autumn spring "
    "summer winter herbst fruhjahr sommer automne printemps rentree ete hiver otono primavera "
    "verano invierno until till bis jusqu hasta currently derzeit aktuell actuellement ahora "
    "actualmente maintenant before vor avant antes yet noch september septembre septiembre",
    "last": "last previous earlier first letzte* vorige* erste* dernier* precedent* premier* "
    "ultimo* anterior* primer* old alte* ancien*",
    "past": "arrived came kam kamen angekommen llego llegaron have has had did didnt havent hasnt was were habe haben hatte hatten ai avons avez he "
    "hemos habia",
    "regulator": "cnil aepd bundesnetzagentur verbraucherzentrale abmahn* denunci* harassment "
    "harcelement acoso uwg lssi casl unterlassungs*",
    "particle": "off out from aus raus heraus von runter de du des del",
    "all": "all everything alles alle samtliche* tout toute toutes tous todo toda todos todas",
    "pitch": "offers offer proposals approaches attempts inquiries angebote anfragen versuche offre "
    "offres propositions sollicitations tentatives ofertas propuestas intentos llamadas anrufe",
    "source": "get got have find found obtain obtained haben hast kommen bekommen tenez avez eu "
    "obtenu trouve tienen tiene obtuv* consig* saca* sacado buy bought gave",
    "if": "if wenn sollten falls si sonst otherwise sinon andernfalls",
    "refuse": "refus* weiger* verbiet* verbitt* untersag* prohib* interdi* forbid* rechaz* nego niego",
    "info": "info infos information informationen informations informacion news neuigkeiten nouvelles noticias",
    "void": "nada rien nichts nix anything nothing",
    "why": "why warum wieso weshalb pourquoi porque que",
}

# Objects that make removing, ending or cancelling a plain matter of business.
_ELSEWHERE = (
    "anual* annual* yearly jahres* abo plan plans option* invoice* slide* page pages meeting* quote* position* fee fees item items "
    "attachment* attached order* contract* trial question* price* line lines "
    "boss colleague* people section* clause* test* draft* file version* vendor supplier* agenda "
    "seat seats user users customer* client clients leads lead license* licence* pricing document* "
    "booth stand feature* filter* tool* product* discount* module* column* row rows paragraph* "
    "rechnung* folie* seite termin* angebot* gebuhr* einrichtungsgebuhr* anhang* auftrag* "
    "vertrag* testzugang* frage fragen preis* unterlagen punkt* absatz kollege* kollegin* chef "
    "anbieter* kunden kunde entwurf datei lizenz* nutzer zeile* spalte* modul* werkzeug "
    "tool rabatt* lieferung* bestellung* kurs* "
    "facture* devis ligne* frais reunion* annexe* contrat* commande* question* offre* prix "
    "collegue* patron fournisseur* prestataire* clients client document* version* fichier "
    "outil* produit* clause* paragraphe* diapo* colonne* module* remise* essai "
    "factura* presupuesto* linea* cuota* reunion* adjunto* archivo contrato* pedido* pregunta* "
    "oferta* precio* proveedor* cliente clientes documento* version* herramienta* producto* "
    "opcion* companer* jefe diapositiva* clausula* columna* modulo* descuento* prueba*"
)


def _split(entries: str) -> tuple[frozenset[str], tuple[str, ...]]:
    words = entries.split()
    whole = frozenset(one for one in words if not one.endswith("*"))
    return whole, tuple(one[:-1] for one in words if one.endswith("*"))


@cache
def _classes() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    return {name: _split(entries) for name, entries in {**_TABLE, "other": _ELSEWHERE}.items()}


_TYPOS_OF = ("key", "stop", "away", "write")
_SHORTEST_TYPO = 6


@cache
def _by_length() -> dict[int, tuple[tuple[str, str], ...]]:
    """Whole key words by their length, each with its class."""
    found: dict[int, list[tuple[str, str]]] = {}
    for name in _TYPOS_OF:
        whole, stems = _classes()[name]
        for word in (*whole, *stems, *_TYPO_FORMS.get(name, ())):
            if len(word) >= _SHORTEST_TYPO:
                found.setdefault(len(word), []).append((word, name))
    return {length: tuple(words) for length, words in found.items()}


_TYPO_FORMS = {
    "key": (
        "unsubscribe unsubscribed desinscrire desinscription desabonner desabonnement abmelden "
        "abbestellen austragen desuscribir"
    ).split(),
    "away": "remove removed delete deleted loschen loeschen entfernen streichen supprimer "
    "supprimez retirer retirez effacer eliminar elimine borrar".split(),
    "write": "contact writing mailing kontaktieren schreiben anschreiben contacter "
    "contactez escriban escribir contactar".split(),
    "stop": "stopping arretez".split(),
}


def classes_of(word: str) -> frozenset[str]:
    """The classes a folded word belongs to; a misspelt key word belongs to its class."""
    found = {
        name
        for name, (whole, stems) in _classes().items()
        if word in whole or (stems and word.startswith(stems))
    }
    if not found and len(word) >= _SHORTEST_TYPO - 1:
        for length in (len(word) - 1, len(word), len(word) + 1):
            found |= {name for key, name in _by_length().get(length, ()) if one_slip(word, key)}
    return frozenset(found)


def one_slip(word: str, key: str) -> bool:
    """One letter wrong, missing, too many, or two neighbours swapped; the first letter stands."""
    if word[:1] != key[:1] or abs(len(word) - len(key)) > 1:
        return False
    same = 0
    while same < min(len(word), len(key)) and word[same] == key[same]:
        same += 1
    rest, other = word[same:], key[same:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )
