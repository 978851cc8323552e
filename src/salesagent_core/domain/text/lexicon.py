# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Words the grounding check must know in English, German, French and Spanish.

All entries are in bare form (lower case, no accents; see ``folding.bare``).
"""

from __future__ import annotations

from functools import cache

LANGUAGES = ("en", "de", "fr", "es")

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janner janvier janv enero ene",
            "february feb februar feber fevrier fevr febrero",
            "march mar marz maerz mrz mars marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug aout agosto",
            "september sep sept septembre septiembre setiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez decembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag mo lundi lun lunes",
            "tuesday tue tues dienstag di mardi martes",
            "wednesday wed mittwoch mi mercredi mer miercoles mie",
            "thursday thu thur thurs donnerstag do jeudi jeu jueves jue",
            "friday fri freitag fr vendredi ven viernes vie",
            "saturday sat samstag sonnabend sa samedi sam sabado sab",
            "sunday sun sonntag so dimanche dim domingo dom",
        )
    )
    for name in names.split()
}
# Abbreviations that are ordinary words too count only right before a date.
SHORT_WEEKDAYS = frozenset(
    "mon mo lun tue tues di wed mi mer mie thu thur thurs do jeu jue fri fr ven vie sat sa sam sab "
    "sun so dim dom".split()
)
AMBIGUOUS_MONTHS = frozenset("may march mar mars sep dec jan ene dic".split())

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "the a an and or but if of to in on at by for with from as is are was were be been it its this that "
        "these those you your we our us i my me they their he she his her not no do does did can could would "
        "will should may might have has had so than then there here what which who when where how about into "
        "over under per each every all any some more most up out just also only very while because after "
        "before between through during via off too let know please".split()
    ),
    "de": frozenset(
        "der die das den dem des ein eine einen einem einer eines und oder aber wenn von zu zum zur in im an am "
        "auf bei beim fur mit aus als ist sind war waren sein es dies diese dieser dieses dass sie ihr ihre ihren "
        "ihrem ihnen ihres wir unser unsere unseren unserem uns ich mein meine mir mich nicht kein keine konnen "
        "kann wurde wurden wird werden soll haben hat hatte hatten so wie was welche wer wann wo uber unter pro "
        "je alle mehr auch nur sehr nach vor zwischen durch wahrend um ab bis noch schon sich man gern gerne "
        "bitte".split()
    ),
    "fr": frozenset(
        "le la les l un une des du de d et ou mais si a au aux en dans sur par pour avec est sont etait ete etre "
        "il elle ils elles ce cet cette ces que qui quoi dont ou vous votre vos nous notre nos je j mon ma mes "
        "ne pas plus peut pouvez pourrait serait avoir avez avons ont ai comme tout tous toute toutes tres "
        "apres avant entre chez sans sous vers y se s c n qu lors afin".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas de del y o pero si a al en por para con es son era fue ser su sus este "
        "esta estos estas ese esa que quien cual cuando donde como usted ustedes nosotros nuestro nuestra "
        "nuestros nuestras yo mi mis me nos se le les lo no mas puede podria seria tener tiene tienen tenemos "
        "he ha han hemos todo todos toda todas muy despues antes entre sin sobre hacia ya o u".split()
    ),
}

_ONES = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "de": "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn "
    "sechzehn siebzehn achtzehn neunzehn",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciseis diecisiete dieciocho diecinueve",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_SPANISH_HUNDREDS = "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
SCALES: dict[str, int] = {
    "thousand": 1_000,
    "tausend": 1_000,
    "tsd": 1_000,
    "mille": 1_000,
    "mil": 1_000,
    "k": 1_000,
    "million": 10**6,
    "millions": 10**6,
    "millionen": 10**6,
    "mio": 10**6,
    "mn": 10**6,
    "mln": 10**6,
    "millones": 10**6,
    "millon": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "milliards": 10**9,
    "mrd": 10**9,
    "hundred": 100,
    "dozen": 12,
    "dutzend": 12,
}


def _below_hundred(language: str) -> dict[str, int]:
    ones = _ONES[language].split()
    words = {word: value for value, word in enumerate(ones)}
    if language == "fr":
        for ten, word in zip(
            (20, 30, 40, 50), "vingt trente quarante cinquante".split(), strict=True
        ):
            _french_decade(words, ones, ten, word)
        _french_decade(words, ones, 60, "soixante", to=20)
        _french_decade(words, ones, 80, "quatre-vingt", to=20)
        words["quatre-vingts"] = 80
        return words
    for ten, word in enumerate(_TENS[language].split(), start=2):
        words[word] = ten * 10
        for one in range(1, 10):
            value = ten * 10 + one
            if language == "en":
                words[f"{word}-{ones[one]}"] = words[f"{word} {ones[one]}"] = value
            elif language == "de":
                words[f"{ones[one]}und{word}"] = value
            elif ten == 2:
                words[f"veinti{ones[one]}"] = value
            else:
                words[f"{word} y {ones[one]}"] = value
    return words


def _french_decade(
    words: dict[str, int], ones: list[str], ten: int, word: str, to: int = 10
) -> None:
    words[word] = ten
    for one in range(1, to):
        for joint in ("-", " ", "-et-", " et "):
            words[f"{word}{joint}{ones[one]}"] = ten + one


def _hundreds(language: str) -> dict[str, int]:
    if language == "es":
        return {word: 100 * i for i, word in enumerate(_SPANISH_HUNDREDS.split(), start=1)} | {
            "cien": 100
        }
    ones = _ONES[language].split()
    bases = {"en": "hundred", "de": "hundert", "fr": "cent"}[language]
    words: dict[str, int] = {} if language == "en" else {bases: 100}
    for one in range(1 if language != "fr" else 2, 10):
        glue = "" if language == "de" else " "
        words[f"{ones[one]}{glue}{bases}"] = one * 100
        if language == "fr":
            words[f"{ones[one]} cents"] = one * 100
    if language == "en":
        words["a hundred"] = 100
    return words


@cache
def number_words(language: str) -> dict[str, int]:
    """Phrases for 0 and 2..999 in one language; "one" is left out, it is mostly an article."""
    small = _below_hundred(language)
    words = dict(small)
    for phrase, hundred in _hundreds(language).items():
        words[phrase] = hundred
        for low, value in small.items():
            if not value:
                continue
            joints = {"en": (" and ", " "), "de": ("", "und"), "fr": (" ",), "es": (" ",)}[language]
            for joint in joints:
                words[f"{phrase}{joint}{low}"] = hundred + value
    if language == "de":
        words |= {f"{word}tausend": value * 1000 for word, value in list(small.items()) if value}
    for article in ("one", "ein", "un", "uno", "una", "eine", "zero", "null", "cero"):
        words.pop(article, None)
    return words


def guess_language(text: str, fallback: str = "en") -> str:
    """The language whose small words the bare text holds most of; ``fallback`` on a tie."""
    words = text.split()[:600]
    stripped = [word.strip(".,;:!?()\"'") for word in words]
    scores = {
        language: sum(word in FUNCTION_WORDS[language] for word in stripped)
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda language: (scores[language], language == fallback))
    return best if scores[best] > scores.get(fallback, 0) else fallback


# Words for the same countable thing; the first is the group's name.
_SAME_THING = (
    "truck trucks lorry lorries vehicle vehicles van vans fleet car cars lkw lkws fahrzeug fahrzeuge fahrzeugen "
    "flotte fuhrpark transporter camion camions vehicule vehicules camiones furgoneta furgonetas vehiculo "
    "vehiculos flota tractor camionnette camionnettes fourgon fourgons fourgonnette fourgonnettes camioneta camionetas lieferwagen",
    "employee employees person persons personen personne persona people staff team colleagues headcount workers mitarbeiter mitarbeitern mitarbeitende "
    "mitarbeitenden beschaftigte leute kollegen employes salaries personnes collaborateurs effectif empleados "
    "personas trabajadores plantilla equipo equipe",
    "user users seat seats licence licences license licenses nutzer nutzern anwender lizenzen platze utilisateurs "
    "utilisateur licencias usuarios usuario puestos",
    "site sites location locations depot depots branch branches office offices warehouse warehouses standort "
    "standorte standorten niederlassungen lager filialen sites emplacements agences entrepots depots sedes "
    "ubicaciones almacenes oficinas plant plants werk werke",
    "customer customers client clients kunde kunden kundin clientes cliente account accounts",
    "order orders shipment shipments delivery deliveries bestellungen auftrage sendungen lieferungen commandes "
    "livraisons pedidos envios entregas",
    "slot slots time times option options termin termine terminen creneau creneaux horaire horaires hueco huecos "
    "call calls meeting demo gesprach appel llamada reunion appointment",
    "driver drivers fahrer fahrern chauffeurs chauffeur conducteurs conductores",
    "machine machines maschinen maschine maquinas equipment anlagen",
    "country countries lander landern pays paises markets markte marches mercados",
    "saving savings save saves saved sparen spart einsparung einsparungen ersparnis economies economie economiser "
    "ahorro ahorrar ahorran cut reduce reduction reduced reduces senken senkt reduire reducir less lower fewer",
    "discount rabatt nachlass remise reduction descuento rebate off",
    "cost costs kosten cout couts coste costes costo costos price preis prix precio",
    "fuel kraftstoff diesel sprit carburant combustible",
    "month months monat monate mois mes meses",
    "project projects projekt projekte projets projet proyectos proyecto",
    "store stores shop shops laden geschafte magasins boutiques tiendas",
    "room rooms zimmer chambres habitaciones",
    "mm millimeter millimetern millimetre millimetres millimeters milimetro milimetros",
    "cm zentimeter centimetre centimetres centimeter centimeters centimetro centimetros",
    "m meter metern metre metres meters metro metros qm sqm quadratmeter quadratmetern square carres cuadrados",
    "km kilometer kilometern kilometre kilometres kilometers kilometro kilometros kmh",
    "kg kilo kilos kilogramm kilogram kilograms kilogramme kilogrammes kilogramo kilogramos",
    "t ton tons tonne tonnes tonnen tonelada toneladas",
    "l liter litern litre litres liters litro litros",
    "ml milliliter millilitre millilitres mililitro mililitros",
    "cl centilitre centilitres zentiliter centilitro centilitros",
    "kw kilowatt kilowatts kilovatio kilovatios",
    "mw megawatt megawatts megavatio megavatios",
    "mwh megawattstunden megawattstunde megawattheures",
    "kwh kilowattstunden kilowattstunde kilowattheures",
    "db dezibel decibel decibels decibelios",
    "ha hektar hectare hectares hectarea hectareas",
    "degree degrees grad degre degres grado grados celsius",
    "guest guests gast gaste gasten covers couverts invite invites convives comensales invitados",
    "child children kid kids pupil pupils student students kind kinder kindern schuler schulern enfants eleves etudiants alumnos ninos estudiantes",
    "piece pieces stuck stucke unit units unites unidades exemplaires exemplaire einheiten",
)
SYNONYMS: dict[str, str] = {
    word: group.split()[0] for group in _SAME_THING for word in group.split()
}


def stem(word: str) -> str:
    """A rough common form, so that "truck" and "trucks" agree; synonyms share one name."""
    if word in SYNONYMS:
        return SYNONYMS[word]
    for ending in ("innen", "ungen", "ern", "ing", "en", "es", "er", "ed", "em", "s", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            cut = word[: -len(ending)]
            return SYNONYMS.get(cut, cut)
    return word


SELF_COUNTED = frozenset(
    "slot slots time times option options question questions point points idea ideas suggestion suggestions thing "
    "things step steps line lines way ways proposal proposals date dates reason reasons "
    "termin termine terminen vorschlag vorschlage vorschlagen frage fragen punkt punkte punkten moglichkeit "
    "moglichkeiten zeiten zeitfenster schritte gedanken dinge alternativen satze zeilen "
    "creneau creneaux horaire horaires possibilites questions propositions points idees choses etapes dates "
    "hueco huecos opciones horas preguntas propuestas puntos ideas cosas pasos fechas alternativas momentos "
    "or oder ou o to bis a ligne lignes linea lineas zeile zeilen mot mots palabras worte minute answer answers antwort antworten reponse reponses respuesta respuestas sentence sentences satz wort word "
    "words moment moments phrases "
    "kind kinds type types sort sorts variant variants version versions package packages tier tiers "
    "arten sorten varianten versionen pakete staffeln stufen "
    "formule formules variante variantes sorte sortes palier paliers parametre parametres "
    "tipo tipos clase clases versiones parametro parametros paquetes".split()
)
