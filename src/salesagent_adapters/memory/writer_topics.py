"""What a stranger's text is about, told by our own words only.

The text is looked through for words of a fixed list. What comes out is the list's own phrase, or
a number beside a noun of the list: nothing else of the text can get into a draft this way.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import attrs

MAX_READ = 20_000
MAX_TOPICS = 2
MAX_NUMBERS = 2


@attrs.frozen(kw_only=True)
class Topic:
    """``names`` by language, in the form that follows ``about``/``au sujet``/``sobre``; German
    brings its own ``zu``.

    ``words`` are beginnings of words, without accents, in any language.
    """

    key: str
    names: dict[str, str]
    words: tuple[str, ...]


def _topic(key: str, en: str, de: str, fr: str, es: str, words: str) -> Topic:
    names = {"en": en, "de": de, "fr": fr, "es": es}
    return Topic(key=key, names=names, words=tuple(words.split()))


TOPICS = (
    _topic("replanning", "re-planning during the day", "zur Umplanung am laufenden Tag",
           "de la replanification en cours de journée", "la replanificación durante el día",
           "re-plan replan re-rout rerout umplan umgeplant replanif"),
    _topic("routes", "route planning", "zur Tourenplanung", "de la planification de tournées",
           "la planificación de rutas",
           "route routing tour touren tournee ruta itiner dispatch"),
    _topic("windows", "delivery windows", "zu Lieferfenstern", "des créneaux de livraison",
           "las franjas de entrega", "window zeitfenster lieferfenster creneau franja"),
    _topic("tracking", "live tracking", "zur Sendungsverfolgung", "du suivi en direct",
           "el seguimiento en vivo", "tracking track verfolg ortung suivi seguimiento rastreo"),
    _topic("integration", "integrations", "zu Schnittstellen", "des intégrations",
           "las integraciones",
           "integrat integra schnittstell anbind connect api webhook erp sap"),
    _topic("app", "the driver app", "zur Fahrer-App", "de l'application conducteur",
           "la aplicación para conductores", "app apps android iphone ios aplicacion"),
    _topic("data", "data protection", "zum Datenschutz", "de la protection des données",
           "la protección de datos",
           "gdpr dsgvo rgpd privacy datenschutz hosting hosted gehostet security sicherheit daten"),
    _topic("import", "moving your data over", "zur Datenübernahme", "de la reprise des données",
           "la migración de datos", "migrat migrier migrac import importier csv excel spreadsheet"),
    _topic("training", "training", "zu Schulungen", "de la formation", "la formación",
           "training onboard schulung einarbeit formation formacion capacitac"),
    _topic("reports", "reports", "zu Auswertungen", "des rapports", "los informes",
           "report analytic kpi auswertung bericht rapport informe"),
    _topic("emissions", "emissions", "zu Emissionen", "des émissions", "las emisiones",
           "emission co2 carbon emision"),
    _topic("pricing", "prices", "zu Preisen", "des tarifs", "los precios",
           "price pricing quote cost coste factur frais preis kosten kostet tarif prix devis "
           "precio angebot presupuesto cotizac"),
    _topic("demo", "a demo", "zu einer Vorführung", "d'une démonstration", "una demostración",
           "demo vorfuhr vorgefuhrt"),
    _topic("trial", "a trial", "zu einem Test", "d'un essai", "una prueba",
           "trial pilot testzugang testphase essai prueba"),
)  # fmt: skip

# What may be counted: words that say how large an operation is.
_COUNTED = """vans trucks lorries vehicles drivers couriers riders bikes depots hubs warehouses
sites stores shops branches locations stops deliveries drops parcels orders tours routes users seats
licences licenses employees people colleagues dispatchers planners customers technicians engineers
fahrzeuge fahrzeugen transporter transportern lkw lieferwagen wagen fahrer fahrern fahrerinnen
depots standorte standorten filialen lager stopps touren lieferungen sendungen pakete paketen
aufträge aufträgen nutzer nutzern mitarbeiter mitarbeitern disponenten kunden techniker technikern
camions camionnettes véhicules chauffeurs conducteurs livreurs dépôts sites magasins entrepôts
livraisons colis commandes tournées utilisateurs salariés employés collaborateurs clients
camiones furgonetas vehículos conductores repartidores almacenes depósitos tiendas sedes centros
entregas envíos paquetes pedidos rutas usuarios empleados clientes técnicos"""

_IMPLIES = {"replanning": "routes"}
"""Who speaks of the first need not be told that they speak of the second."""
_BEGINNING = 5
"""Letters of a beginning that may go on; a shorter one is a whole word or its plural, because
``app`` is no ``apply`` and ``tour`` no ``tourism``."""

_QUESTION = re.compile(r"[^.!?\n]{1,400}\?")
_NUMBER = re.compile(
    r"(?<![\w.,:/@#+-])(\d{1,3}(?:[.,' ]\d{3}){1,2}|\d{1,5}) ([^\W\d_]{3,20})(?![\w@-])"
)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)?")


def topics_in(text: str) -> tuple[Topic, ...]:
    """The topics of the list that the text shows: those of its questions first."""
    text = text[:MAX_READ]
    questions = _shown_in(" ".join(_QUESTION.findall(text)))
    return (*questions, *(topic for topic in _shown_in(text) if topic not in questions))


def topic_keys(text: str) -> frozenset[str]:
    """The keys of all topics that the text touches, implied ones too."""
    return frozenset(topic.key for topic in _touched_in(text[:MAX_READ]))


def _touched_in(text: str) -> list[Topic]:
    seen = {_flat(word) for word in _WORD.findall(text)}
    return [topic for topic in TOPICS if any(_shows(word, topic) for word in seen)]


def _shown_in(text: str) -> list[Topic]:
    found = _touched_in(text)
    implied = {_IMPLIES.get(topic.key) for topic in found}
    return [topic for topic in found if topic.key not in implied]


def numbers_in(text: str) -> tuple[str, ...]:
    """Sizes that the text names (``42 vans``), word for word, the first ``MAX_NUMBERS``."""
    found: list[str] = []
    for match in _NUMBER.finditer(text[:MAX_READ]):
        if match[2].casefold() in _counted() and match[0] not in found:
            found.append(match[0])
    return tuple(found[:MAX_NUMBERS])


def _shows(word: str, topic: Topic) -> bool:
    return any(
        word.startswith(part) and (len(part) >= _BEGINNING or len(word) <= len(part) + 1)
        for part in topic.words
    )


def _flat(word: str) -> str:
    flat = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in flat if not unicodedata.combining(char))


@cache
def _counted() -> frozenset[str]:
    return frozenset(_COUNTED.split())
