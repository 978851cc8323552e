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
        complaint; complain; unacceptable; refund; money back; third time; nobody answers;
        no one answers; still no answer; still no reply; cancel my contract; my lawyer; our lawyer;
        disappointed with you; disappointed in you; disappointed by you;
        beschwerde*; beschweren; inakzeptabel; unverschamt*; frechheit; erstattung; geld zuruck;
        niemand antwortet; zum dritten mal; mein anwalt; meinen anwalt; unser anwalt;
        inacceptable; scandaleux; reclamation; plainte; rembours*; honteux; mon avocat;
        personne ne repond;
        inaceptable; queja; quejarme; reclamacion; reembolso; verguenza; mi abogado;
        nadie responde; nadie contesta""",
    Intent.STUDENT: """
        i am a student; i m a student; as a student; student at; student of; phd student;
        my thesis; our thesis; master thesis; master s thesis; bachelor thesis; homework;
        school project; university project; my dissertation; class assignment;
        ich bin student; ich bin studentin; als student; als studentin;
        masterarbeit; bachelorarbeit; doktorarbeit; abschlussarbeit;
        hausarbeit; studienarbeit; seminararbeit;
        je suis etudiant; je suis etudiante; etudiant en; etudiante en; mon memoire;
        memoire de master; ma these;
        soy estudiante; como estudiante; mi tesis; trabajo de fin de; trabajo universitario""",
    Intent.JOB: """
        job application; apply for a job; apply for the position; apply for the role;
        your job opening*; your open position*; my cv; my resume; an internship; are you hiring;
        bewerbung; bewerbe mich; praktikumsplatz; ein praktikum; lebenslauf; ihre offene stelle*;
        ihr stellenangebot; ma candidature; mon cv; stage de fin; votre offre d emploi; recrutez;
        postuler; mi curriculum; mi candidatura; practicas profesionales; su oferta de empleo""",
    Intent.VENDOR: """
        guest post*; backlink*; link building; seo services; rank your website;
        first page of google; web design services; we offer our services; outsourcing services;
        lead generation services; our agency can; suchmaschinenoptimierung anbieten; gastbeitrag;
        unsere agentur kann; article invite; nos services de referencement; posicionamiento web;
        nuestra agencia puede; lista de correos""",
    Intent.PARTNERSHIP: """
        partnership; partner with you; become a partner; partner program*; reseller; resell;
        affiliate program; joint venture; co marketing; collaborate with you;
        collaboration with you;
        collaborating with you; white label;
        partnerschaft; kooperation; vertriebspartner; partner werden; wiederverkauf*;
        partenariat; devenir partenaire; revendeur*; revendre;
        alianza; ser socios; convertirnos en socio*; programa de socios; revendedor*;
        colaborar con ustedes""",
    Intent.SUPPORT: """
        cannot log in; can t log in; cannot login; can t login; reset my password;
        forgot my password; my account; support ticket; our instance;
        passwort vergessen; nicht einloggen; nicht anmelden; mein konto; unser konto;
        mot de passe oublie; mon compte; notre compte; impossible de se connecter; me connecter;
        mi contrasena; mi cuenta; nuestra cuenta; no puedo acceder; no puedo entrar""",
    Intent.DEMO: """
        demo; demos; demonstration*; product tour; walkthrough; walk through; walk us through;
        show us; show me; free trial; a trial; trial version; trial account; proof of concept;
        a pilot; pilot project; schedule a call; book a call; book a meeting; a meeting;
        set up a call; arrange a call; speak to sales; talk to sales; talk to someone;
        speak with someone; speak to someone; call me; give me a call; get in touch;
        vorfuhrung; vorfuhren; produktvorstellung; demotermin; testzugang; testversion; testen;
        termin; ruckruf; rufen sie mich; gesprach; beratungsgesprach; beratungstermin;
        kennenlernen; zeigen sie;
        un essai; essai gratuit; rendez vous; rdv; rappel*; appelez moi; un appel;
        une presentation; un echange;
        demostracion*; prueba; piloto; reunion; cita; llamada; llamenme; llamar; ensenar*;
        presentacion del producto""",
    Intent.PRICING: """
        price; prices; pricing; quote; quotation; how much; does it cost; would cost; cost of;
        the cost; the costs; cost per; license fee*; licence fee*; discount; your plans; your rates;
        price list; preis; preise; preisliste; angebot; kostet; was kosten; die kosten; kosten fur;
        welche kosten; lizenzkosten; rabatt; tarif; tarife; konditionen; offerte;
        prix; tarifs; devis; le cout; quel cout; les couts; combien; une remise;
        precio; precios; presupuesto; cotizacion; tarifas; cuesta; cuestan; el coste; el costo;
        los costos; los costes; descuento""",
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

# What is said of somebody's own troubles too: it counts only where a customer says it.
_CUSTOMERS_WORDS: dict[Intent, str] = {
    Intent.COMPLAINT: """
        disappointed; disappointing; furious; angry; outrageous; terrible; worst; fed up;
        ridiculous; lawyer; enttauscht; verargert; wutend; katastrophe; kundigen; anwalt;
        decu; decue; decus; decues; en colere; avocat; resilier;
        decepcionad*; pesimo; pesima; indignad*; enfadad*; abogado""",
    Intent.SUPPORT: """
        not working; does not work; doesn t work; stopped working; won t load; broken; bug; error;
        error message; crash*; outage; log in; login; password; funktioniert nicht; geht nicht;
        fehlermeldung; fehler; absturz; sturzt ab; storung; passwort;
        ne fonctionne pas; ne marche pas; message d erreur; bogue; panne; mot de passe;
        no funciona; no me funciona; mensaje de error; fallo; caida; contrasena; incidencia""",
}

_NEGATIONS = """not no don doesn didn isn aren never without kein keine keinen keiner nicht nie ohne
    pas sans aucun aucune jamais ni sin nunca tampoco"""
_NEGATORS = frozenset(_NEGATIONS.split())
# Denied matches of these mean nothing; "no prices on your site" still asks for prices.
_DENIABLE = frozenset({Intent.COMPLAINT, Intent.STUDENT, Intent.SUPPORT, Intent.DEMO, Intent.JOB})
# Somebody who is unhappy with another product and asks for ours is a buyer, not a complaint.
_BUYING = (Intent.DEMO, Intent.PRICING)
_CUSTOMERS_OWN = frozenset({Intent.COMPLAINT, Intent.SUPPORT})

_WORD = re.compile(r"[^\W_]+|[.!?;]")
_BREAKS = frozenset(".!?;")


def read_intent(text: str | None, *, is_customer: bool) -> Intent:
    """The strongest intent that the text shows; ``UNCLEAR`` when it shows none.

    Args:
        text: any length; the first 20,000 characters are read.
        is_customer: a customer's trouble is a complaint or a support case even when a demo is
            mentioned; in anybody else's mail it is about somebody else's product.
    """
    text = (text or "")[:_READ_AT_MOST]
    words = _words(text)
    shown = [intent for intent in _PHRASES if _shows(words, intent, is_customer)]
    if not is_customer and any(intent in _BUYING for intent in shown):
        shown = [intent for intent in shown if intent not in _CUSTOMERS_OWN]
    if shown:
        return shown[0]
    return Intent.QUESTION if "?" in text else Intent.UNCLEAR


def _shows(words: list[str], intent: Intent, is_customer: bool) -> bool:
    table = _table(intent, is_customer)
    return any(
        not (intent in _DENIABLE and _denied(words, place))
        for place, word in enumerate(words)
        if any(_matches(words, place, phrase) for phrase in table.get(word[:_KEY], ()))
    )


def _matches(words: list[str], place: int, phrase: tuple[str, ...]) -> bool:
    found = words[place : place + len(phrase)]
    return len(found) == len(phrase) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(found, phrase, strict=True)
    )


def _denied(words: list[str], place: int) -> bool:
    for word in reversed(words[max(0, place - _NEGATION_REACH) : place]):
        if word in _BREAKS:
            return False
        if word in _NEGATORS:
            return True
    return False


_KEY = 2
"""Phrases are looked up by so many first letters; no starred word may be shorter."""


@functools.cache
def _table(intent: Intent, is_customer: bool) -> dict[str, list[tuple[str, ...]]]:
    raw = _PHRASES[intent]
    if is_customer and intent in _CUSTOMERS_WORDS:
        raw += ";" + _CUSTOMERS_WORDS[intent]
    table: dict[str, list[tuple[str, ...]]] = {}
    for each in raw.split(";"):
        phrase = tuple(each.split())
        table.setdefault(phrase[0][:_KEY], []).append(phrase)
    return table


def _words(text: str) -> list[str]:
    """Lower case, without accents, ``ß`` as ``ss``; the marks that end a sentence stay."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(char for char in flat if not unicodedata.combining(char)))
