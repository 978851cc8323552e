"""What a form's free text is about, by keyword rules in English, German, French and Spanish.

The text is a stranger's: it is only ever looked through for known words.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from enum import StrEnum

_READ_AT_MOST = 20_000
_NEGATION_REACH = 3
"""A word of denial this many words before a match turns it off (``not a student``)."""


class Intent(StrEnum):
    """What the visitor wants of us."""

    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    STUDENT = "student"
    JOB = "job"
    VENDOR = "vendor"
    PARTNERSHIP = "partnership"
    SUPPORT = "support"
    DEMO = "demo"
    PRICING = "pricing"
    MATERIAL = "material"
    QUESTION = "question"
    UNCLEAR = "unclear"


# In this order the first that matches wins. A star stands for any ending.
_PHRASES: dict[Intent, str] = {
    Intent.OPT_OUT: """
        unsubscribe; remove me from; take me off; stop emailing; stop contacting; stop writing;
        do not contact; don t contact; do not email; opt out; delete my data;
        abmelden; abbestellen; keine mails mehr; keine e mails mehr; nicht mehr kontaktieren;
        aus dem verteiler; loschen sie meine daten;
        desabonner; desinscri*; ne plus recevoir; ne me contactez plus; supprimez mes donnees;
        darme de baja; dar de baja; dejen de; no me escriban; no quiero recibir;
        borren mis datos""",
    Intent.COMPLAINT: """
        complaint; complain; unacceptable; disappointed; disappointing; furious; angry; outrageous;
        terrible; worst; refund; money back; third time; nobody answers; no one answers;
        still no answer; still no reply; cancel my contract; lawyer; fed up; ridiculous;
        beschwerde*; beschweren; inakzeptabel; unverschamt*; enttauscht; verargert; wutend;
        frechheit; erstattung; geld zuruck; niemand antwortet; zum dritten mal; kundigen; anwalt;
        katastrophe; inacceptable; decu; decue; decus; decues; scandaleux; reclamation; plainte;
        rembours*; en colere; honteux; avocat; personne ne repond; resilier;
        inaceptable; decepcionad*; queja; quejarme; reclamacion; reembolso; pesimo; pesima;
        indignad*; enfadad*; verguenza; abogado; nadie responde; nadie contesta""",
    Intent.STUDENT: """
        i am a student; i m a student; as a student; student at; student of; phd student;
        my thesis; our thesis; master thesis; master s thesis; bachelor thesis; homework;
        school project; university project; my dissertation; class assignment;
        ich bin student*; als student*; masterarbeit; bachelorarbeit; doktorarbeit; abschlussarbeit;
        hausarbeit; studienarbeit; seminararbeit;
        etudiant; etudiante; mon memoire; memoire de master; ma these;
        soy estudiante; como estudiante; mi tesis; trabajo de fin de; trabajo universitario""",
    Intent.JOB: """
        job application; apply for a job; apply for the position; open position; open positions;
        job opening*; my cv; my resume; internship; are you hiring; vacancy; vacancies;
        bewerbung; bewerbe mich; praktikum; lebenslauf; offene stelle*; stellenangebot*;
        candidature; mon cv; stage de fin; offre d emploi; recrutez; postuler;
        mi curriculum; candidatura; practicas profesionales; vacante*; oferta de empleo""",
    Intent.VENDOR: """
        guest post; backlink*; link building; seo services; rank your website; first page of google;
        web design services; we offer our services; outsourc*; lead generation services;
        sell you; our agency can; suchmaschinenoptimierung anbieten; gastbeitrag;
        unsere agentur kann; article invite; nos services de referencement; posicionamiento web;
        nuestra agencia puede; lista de correos""",
    Intent.PARTNERSHIP: """
        partnership; partner with you; become a partner; partner program*; reseller; resell;
        affiliate program; joint venture; co marketing; collaborat* with you; white label;
        partnerschaft; kooperation; vertriebspartner; partner werden; wiederverkauf*;
        partenariat; devenir partenaire; revendeur*; revendre;
        alianza; ser socios; convertirnos en socio*; programa de socios; revendedor*;
        colaboracion""",
    Intent.SUPPORT: """
        not working; does not work; doesn t work; stopped working; won t load; broken; bug; error;
        error message; crash*; outage; cannot log in; can t log in; cannot login; can t login;
        reset my password; forgot my password; my account; support ticket; our instance;
        funktioniert nicht; geht nicht; fehlermeldung; fehler; absturz; sturzt ab; storung;
        passwort; nicht einloggen; nicht anmelden; mein konto; unser konto;
        ne fonctionne pas; ne marche pas; message d erreur; bogue; panne; mot de passe;
        mon compte; notre compte; impossible de se connecter; me connecter;
        no funciona; no me funciona; mensaje de error; fallo; caida; contrasena; mi cuenta;
        nuestra cuenta; incidencia; no puedo acceder; no puedo entrar""",
    Intent.DEMO: """
        demo; demos; demonstration*; product tour; walkthrough; walk through; show us; show me;
        trial; proof of concept; pilot; schedule a call; book a call; book a meeting; a meeting;
        set up a call; arrange a call; speak to sales; talk to sales; talk to someone;
        speak with someone; speak to someone; call me; give me a call; get in touch;
        vorfuhrung; vorfuhren; produktvorstellung; demotermin; testzugang; testversion; testen;
        termin; ruckruf; rufen sie mich; gesprach; beratung; kennenlernen; zeigen sie;
        essai; rendez vous; rdv; rappel*; appelez moi; un appel; une presentation; un echange;
        demostracion*; prueba; piloto; reunion; cita; llamada; llamenme; llamar; ensenar*;
        presentacion del producto""",
    Intent.PRICING: """
        price; prices; pricing; quote; quotation; cost; costs; how much; budget; license fee*;
        licence fee*; discount; plans; rates; price list;
        preis; preise; preisliste; angebot; kosten; kostet; was kostet; lizenzkosten; rabatt; tarif;
        tarife; konditionen; offerte;
        prix; tarifs; devis; cout; couts; combien; remise; licence;
        precio; precios; presupuesto; cotizacion; tarifas; cuanto cuesta; coste; costo; costos;
        descuento""",
    Intent.MATERIAL: """
        brochure; whitepaper; white paper; case stud*; datasheet; data sheet; documentation; docs;
        more information; send me information; further information; catalogue; catalog; slides;
        broschure; fallstudie*; datenblatt; dokumentation; unterlagen; infomaterial;
        mehr informationen; weitere informationen; nahere informationen; prospekt; katalog;
        plaquette; livre blanc; etude de cas; etudes de cas; fiche technique; plus d informations;
        plus d information; catalogue; folleto; caso de exito; casos de exito; ficha tecnica;
        documentacion; mas informacion; catalogo""",
    Intent.QUESTION: """
        question; questions; wondering; does it; do you; can you; is it possible; are you able;
        could you tell; i would like to know; how does; how do;
        frage; fragen; wissen; konnen sie; ist es moglich; unterstutzen sie; bieten sie;
        wie funktioniert;
        est il possible; pouvez vous; est ce que; proposez vous; savoir;
        pregunta; preguntas; duda; dudas; es posible; pueden; ofrecen; saber""",
}

_NEGATIONS = """not no don doesn didn isn aren never without kein keine keinen keiner nicht nie ohne
    pas sans aucun aucune jamais ni sin nunca tampoco"""
_NEGATORS = frozenset(_NEGATIONS.split())
# Denied matches of these mean nothing; "no prices on your site" still asks for prices.
_DENIABLE = frozenset({Intent.COMPLAINT, Intent.STUDENT, Intent.SUPPORT, Intent.DEMO, Intent.JOB})
# Somebody who is unhappy with another product and asks for ours is a buyer, not a complaint.
_BUYING = (Intent.DEMO, Intent.PRICING)
_CUSTOMERS_OWN = frozenset({Intent.COMPLAINT, Intent.SUPPORT})

_WORD = re.compile(r"[^\W_]+")


def read_intent(text: str | None, *, is_customer: bool) -> Intent:
    """The strongest intent that the text shows; ``UNCLEAR`` when it shows none.

    Args:
        text: any length; the first 20,000 characters are read.
        is_customer: a customer's trouble is a complaint or a support case even when a demo is
            mentioned; in anybody else's mail it is about somebody else's product.
    """
    text = (text or "")[:_READ_AT_MOST]
    words = _words(text)
    shown = [intent for intent in _PHRASES if _shows(words, intent)]
    if not is_customer and any(intent in _BUYING for intent in shown):
        shown = [intent for intent in shown if intent not in _CUSTOMERS_OWN]
    if shown:
        return shown[0]
    return Intent.QUESTION if "?" in text else Intent.UNCLEAR


def _shows(words: list[str], intent: Intent) -> bool:
    by_first = _phrases_by_first(intent)
    prefixes = _prefixes(intent)
    deniable = intent in _DENIABLE
    for place, word in enumerate(words):
        candidates = by_first.get(word, ())
        starred = word.startswith(prefixes) if prefixes else False
        if not starred and not any(_matches(words, place, phrase) for phrase in candidates):
            continue
        before = words[max(0, place - _NEGATION_REACH) : place]
        if not (deniable and _NEGATORS.intersection(before)):
            return True
    return False


def _matches(words: list[str], place: int, phrase: tuple[str, ...]) -> bool:
    found = words[place : place + len(phrase)]
    return len(found) == len(phrase) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(found, phrase, strict=True)
    )


@functools.cache
def _phrases(intent: Intent) -> tuple[tuple[str, ...], ...]:
    raw = (" ".join(each.split()) for each in _PHRASES[intent].split(";"))
    return tuple(tuple(each.split(" ")) for each in raw if each)


@functools.cache
def _phrases_by_first(intent: Intent) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in _phrases(intent):
        if not phrase[0].endswith("*"):
            found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


@functools.cache
def _prefixes(intent: Intent) -> tuple[str, ...]:
    """First words with a star; they stand alone."""
    return tuple(phrase[0][:-1] for phrase in _phrases(intent) if phrase[0].endswith("*"))


def _words(text: str) -> list[str]:
    """Lower case, without accents, ``ß`` as ``ss``."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(char for char in flat if not unicodedata.combining(char)))
