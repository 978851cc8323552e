# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Seeded drafts for the grounding check: true ones made from their sources, and the same with one
invented fact put in. In English, German, French and Spanish."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from salesagent_core.domain.evidence import Source, SourceKind

LANGUAGES = ("en", "de", "fr", "es")
KINDS = (
    "number",
    "unit",
    "price",
    "currency",
    "percent",
    "date",
    "weekday",
    "time",
    "pair",
    "person",
    "company",
    "customer",
    "link",
    "address",
    "phone",
    "promise",
    "certificate",
    "past",
    "discount",
    "duration",
    "noun",
)
_FIRST = ("Anna", "Lukas", "Claire", "Diego", "Priya", "Ingrid", "Mateo", "Zoé", "Jonas", "Olga")
_LAST = ("Berg", "Falkner", "Moreau", "Ortega", "Raman", "Lindqvist", "Vidal", "Tanaka", "Okafor")
_COMPANY = (
    "Nordwind Logistics",
    "Alpina Freight",
    "Rivage Transports",
    "Solaris Carga",
    "Kestrel Haulage",
)
_CITY = ("Hamburg", "Lyon", "Sevilla", "Leeds", "Graz")
_SENDER = ("Tom Fischer", "Maya Roth")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_NOUN = {"en": "trucks", "de": "Lkw", "fr": "camions", "es": "camiones"}


@attrs.frozen(kw_only=True)
class Case:
    """``invented`` is None for a true draft, else the kind of the invented fact."""

    language: str
    subject: str
    body: str
    sources: tuple[Source, ...]
    sender: str
    invented: str | None = None


@attrs.frozen(kw_only=True)
class _World:
    first: str
    last: str
    company: str
    city: str
    trucks: int
    price: int
    saving: int
    weeks: int
    one: date
    two: date
    hour_one: int
    hour_two: int
    sender: str


def _world(rng: random.Random) -> _World:
    one = date(2026, 11, 23) + timedelta(days=rng.choice((0, 1, 2, 7, 8, 14)))
    return _World(
        first=rng.choice(_FIRST),
        last=rng.choice(_LAST),
        company=rng.choice(_COMPANY),
        city=rng.choice(_CITY),
        trucks=rng.choice((18, 40, 65, 120, 1200)),
        price=rng.choice((29, 49, 85)),
        saving=rng.choice((12, 15, 18)),
        weeks=rng.choice((2, 3, 6)),
        one=one,
        two=one + timedelta(days=rng.choice((1, 2))),
        hour_one=rng.choice((9, 10, 11)),
        hour_two=rng.choice((14, 15, 16)),
        sender=rng.choice(_SENDER),
    )


def _sources(world: _World, language: str) -> tuple[Source, ...]:
    ask = {
        "en": f"Hello, we run {world.trucks} trucks out of {world.city} and lose too much fuel. What does live tracking cost per month?",
        "de": f"Guten Tag, wir betreiben {world.trucks} Lkw ab {world.city} und verlieren zu viel Kraftstoff. Was kostet die Ortung pro Monat?",
        "fr": f"Bonjour, nous exploitons {world.trucks} camions depuis {world.city} et perdons trop de carburant. Combien coûte le suivi par mois ?",
        "es": f"Hola, operamos {world.trucks} camiones desde {world.city} y perdemos mucho combustible. ¿Cuánto cuesta el seguimiento al mes?",
    }[language]
    return (
        Source(id="form.message", kind=SourceKind.FORM, label="Message", text=ask),
        Source(
            id="form.name", kind=SourceKind.FORM, label="Name", text=f"{world.first} {world.last}"
        ),
        Source(id="crm.company", kind=SourceKind.CRM, label="Company", text=world.company),
        Source(
            id="house.facts",
            kind=SourceKind.HOUSE,
            label="What we offer",
            untrusted=False,
            text=f"Fleetly shows where every truck is. Price: €{world.price} per truck and month. "
            f"Customers save {world.saving} % fuel on average. Setup takes {world.weeks} weeks.",
        ),
        Source(
            id="asset.1",
            kind=SourceKind.ASSET,
            label="Fleet brochure",
            untrusted=False,
            text="Brochure on live tracking",
            url="https://files.fleetly.example/d/brochure-7",
        ),
        Source(
            id="slot.1",
            kind=SourceKind.SLOT,
            label="Free slot",
            untrusted=False,
            text=f"{world.one.isoformat()} {world.hour_one:02}:00-{world.hour_one:02}:30",
        ),
        Source(
            id="slot.2",
            kind=SourceKind.SLOT,
            label="Free slot",
            untrusted=False,
            text=f"{world.two.isoformat()} {world.hour_two:02}:00-{world.hour_two:02}:30",
        ),
    )


def _day(day: date, language: str, rng: random.Random) -> str:
    weekday = _DAYS[language].split()[day.weekday()]
    month = _MONTHS[language].split()[day.month - 1]
    return rng.choice(
        {
            "en": (
                f"{weekday}, {day.day} {month}",
                f"{weekday} {month} {day.day}",
                f"{weekday[:3]} {day.day} {month[:3]}",
                f"{weekday}",
            ),
            "de": (
                f"{weekday}, {day.day}. {month}",
                f"{weekday}, den {day.day}.{day.month}.",
                f"{weekday}, {day.day:02}.{day.month:02}.{day.year}",
                weekday,
            ),
            "fr": (
                f"{weekday} {day.day} {month}",
                f"le {weekday} {day.day} {month} {day.year}",
                f"{weekday}",
            ),
            "es": (
                f"el {weekday} {day.day} de {month}",
                f"{weekday} {day.day} de {month} de {day.year}",
                f"el {weekday}",
            ),
        }[language]
    )


def _time(hour: int, language: str, rng: random.Random) -> str:
    twelve = f"{hour - 12 if hour > 12 else hour} {'pm' if hour >= 12 else 'am'}"
    return rng.choice(
        {
            "en": (f"{hour}:00", twelve, f"{hour}:00-{hour}:30"),
            "de": (f"{hour}:00 Uhr", f"{hour} Uhr", f"{hour}.00 Uhr"),
            "fr": (f"{hour}h00", f"{hour} h 00".replace(" ", ""), f"{hour}:00"),
            "es": (f"{hour}:00", f"{hour}:00 h"),
        }[language]
    )


def _number(value: int, language: str, rng: random.Random) -> str:
    if value >= 1000:
        return rng.choice(
            {
                "en": ("1,200", "1200"),
                "de": ("1.200", "1200"),
                "fr": ("1 200", "1200"),
                "es": ("1.200", "1200"),
            }[language]
        )
    words = {
        "en": {18: "eighteen", 40: "forty", 65: "sixty-five", 120: "a hundred and twenty"},
        "de": {18: "achtzehn", 40: "vierzig", 65: "fünfundsechzig", 120: "hundertzwanzig"},
        "fr": {18: "dix-huit", 40: "quarante", 65: "soixante-cinq", 120: "cent vingt"},
        "es": {18: "dieciocho", 40: "cuarenta", 65: "sesenta y cinco", 120: "ciento veinte"},
    }[language]
    return rng.choice((str(value), str(value), words.get(value, str(value))))


def _true_lines(world: _World, language: str, rng: random.Random) -> list[str]:
    number = _number(world.trucks, language, rng)
    slot_one = (_day(world.one, language, rng), _time(world.hour_one, language, rng))
    slot_two = (_day(world.two, language, rng), _time(world.hour_two, language, rng))
    link = "https://files.fleetly.example/d/brochure-7"
    lines = {
        "en": [
            f"Thank you for your message. With {number} trucks out of {world.city}, seeing where each one is should help.",
            f"You asked what live tracking costs: it is €{world.price} per truck and month.",
            f"Our customers save {world.saving}% fuel on average.",
            f"Setup takes {world.weeks} weeks.",
            f"I have put the brochure here: {link}",
            f"At {world.company} this could be a first step. What matters most to you?",
            f"Would {slot_one[0]} at {slot_one[1]} or {slot_two[0]} at {slot_two[1]} work for a 30-minute call?",
            "If a different day suits you better, just tell me. Two or three lines are enough.",
            "I am happy to answer any question, and feel free to bring a colleague.",
        ],
        "de": [
            f"vielen Dank für Ihre Nachricht. Bei {number} Lkw ab {world.city} lohnt sich ein Blick auf die Ortung.",
            f"Sie fragten nach den Kosten: Es sind {world.price} € pro Fahrzeug und Monat.",
            f"Unsere Kunden sparen im Schnitt {world.saving} % Kraftstoff.",
            f"Die Einrichtung dauert {world.weeks} Wochen.",
            f"Die Broschüre finden Sie hier: {link}",
            f"Für {world.company} wäre das ein guter erster Schritt. Was ist Ihnen am wichtigsten?",
            f"Passt Ihnen {slot_one[0]} um {slot_one[1]} oder {slot_two[0]} um {slot_two[1]} für ein kurzes Gespräch?",
            "Wenn Ihnen ein anderer Tag lieber ist, geben Sie mir gern Bescheid. Zwei Zeilen reichen.",
            "Bei Fragen melden Sie sich jederzeit, ich helfe Ihnen gern weiter.",
        ],
        "fr": [
            f"merci pour votre message. Avec {number} camions au départ de {world.city}, savoir où se trouve chacun peut aider.",
            f"Vous demandez le coût du suivi : il est de {world.price} € par camion et par mois.",
            f"Nos clients économisent {world.saving} % de carburant en moyenne.",
            f"La mise en place prend {world.weeks} semaines.",
            f"Vous trouverez la brochure ici : {link}",
            f"Pour {world.company}, ce serait une première étape. Qu'est-ce qui compte le plus pour vous ?",
            f"Seriez-vous disponible {slot_one[0]} à {slot_one[1]} ou {slot_two[0]} à {slot_two[1]} pour un court échange ?",
            "Si un autre jour vous convient mieux, dites-le-moi. Deux lignes suffisent.",
            "Je réponds volontiers à toutes vos questions.",
        ],
        "es": [
            f"gracias por su mensaje. Con {number} camiones desde {world.city}, saber dónde está cada uno puede ayudar.",
            f"Usted pregunta por el coste del seguimiento: son {world.price} € por camión y mes.",
            f"Nuestros clientes ahorran un {world.saving} % de combustible de media.",
            f"La puesta en marcha tarda {world.weeks} semanas.",
            f"Aquí tiene el folleto: {link}",
            f"Para {world.company} sería un primer paso. ¿Qué es lo más importante para usted?",
            f"¿Le viene bien {slot_one[0]} a las {slot_one[1]} o {slot_two[0]} a las {slot_two[1]} para una llamada corta?",
            "Si prefiere otro día, dígamelo. Dos líneas bastan.",
            "Con gusto respondo a todas sus preguntas.",
        ],
    }[language]
    return [lines[0], *rng.sample(lines[1:], rng.randint(3, len(lines) - 1))]


def _invented(kind: str, world: _World, language: str, rng: random.Random) -> str:
    other = world.trucks + rng.choice((3, 7, 260))
    bad_day = world.two + timedelta(days=rng.choice((2, 9)))
    while bad_day.weekday() in {world.one.weekday(), world.two.weekday()}:
        bad_day += timedelta(days=1)
    weekday = _DAYS[language].split()[bad_day.weekday()]
    month = _MONTHS[language].split()[bad_day.month - 1]
    person = rng.choice(("Petra Wolkow", "Henrik Storm", "Amélie Fournier", "Ramón Iglesias"))
    firm = rng.choice(("Siemens", "Contoso", "Danfoss", "Globex", "Mercadona"))
    late, good = world.hour_two + 2, world.hour_one
    first = {
        "en": f"{_DAYS['en'].split()[world.one.weekday()]}",
        "de": _DAYS["de"].split()[world.one.weekday()],
        "fr": _DAYS["fr"].split()[world.one.weekday()],
        "es": _DAYS["es"].split()[world.one.weekday()],
    }[language]
    texts = {
        "en": {
            "number": f"Your {other} trucks are a good fit.",
            "unit": f"You will see {world.trucks} % better use.",
            "price": f"It costs €{world.price + 10} per truck.",
            "currency": f"It costs ${world.price} per truck.",
            "percent": f"Customers save {world.saving + 11} % fuel.",
            "date": f"How about {bad_day.day} {month}?",
            "weekday": f"How about {weekday}?",
            "time": f"I am also free at {late}:30.",
            "pair": f"Is {first} at {world.hour_two}:00 fine?",
            "person": f"My colleague {person} will join.",
            "company": f"This works well with {firm}.",
            "customer": rng.choice(
                (f"Companies like {firm} use us every day.", "Hundreds of companies trust us.")
            ),
            "link": "See https://files.fleetly.example/d/brochure-8 for more.",
            "address": "Write to sales@fleetly.example.",
            "phone": "Call me on +49 40 5551 2345.",
            "promise": rng.choice(
                (
                    "You can start with a free trial.",
                    "We guarantee the result.",
                    "You can cancel anytime.",
                    "We offer 24/7 support.",
                )
            ),
            "certificate": rng.choice(
                (
                    "We are ISO 27001 certified.",
                    "The service is SOC 2 audited.",
                    "We are fully GDPR-compliant.",
                )
            ),
            "past": rng.choice(
                (
                    "As we discussed, the next step is simple.",
                    "When we spoke, you sounded interested.",
                    "You told me that time is short.",
                    "Last week you asked for details.",
                    "Great talking to you yesterday.",
                )
            ),
            "discount": "I can give you a discount.",
            "duration": f"Setup takes {world.weeks + 2} weeks.",
            "noun": f"Your {world.trucks} warehouses are ready.",
        },
        "de": {
            "number": f"Ihre {other} Lkw passen gut dazu.",
            "unit": f"Sie sehen {world.trucks} % bessere Auslastung.",
            "price": f"Es kostet {world.price + 10} € pro Lkw.",
            "currency": f"Es kostet {world.price} CHF pro Lkw.",
            "percent": f"Kunden sparen {world.saving + 11} % Kraftstoff.",
            "date": f"Wie wäre der {bad_day.day}. {month}?",
            "weekday": f"Wie wäre es am {weekday}?",
            "time": f"Ich kann auch um {late}:30 Uhr.",
            "pair": f"Passt {first} um {world.hour_two} Uhr?",
            "person": f"Meine Kollegin {person} kommt dazu.",
            "company": f"Das läuft gut mit {firm} zusammen.",
            "customer": rng.choice(
                (f"Firmen wie {firm} nutzen uns täglich.", "Hunderte Unternehmen vertrauen uns.")
            ),
            "link": "Mehr unter https://files.fleetly.example/d/brochure-8 für Sie.",
            "address": "Schreiben Sie an sales@fleetly.example.",
            "phone": "Rufen Sie mich an: +49 40 5551 2345.",
            "promise": rng.choice(
                (
                    "Sie können kostenlos testen.",
                    "Wir garantieren das Ergebnis.",
                    "Der Vertrag ist jederzeit kündbar.",
                    "Sie erreichen uns rund um die Uhr.",
                )
            ),
            "certificate": rng.choice(
                ("Wir sind nach ISO 27001 zertifiziert.", "Der Dienst ist DSGVO-konform.")
            ),
            "past": rng.choice(
                (
                    "Wie besprochen ist der nächste Schritt einfach.",
                    "Als wir zuletzt sprachen, klang das gut.",
                    "Wie telefonisch vereinbart sende ich alles.",
                    "Letzte Woche fragten Sie nach Details.",
                )
            ),
            "discount": "Ich kann Ihnen einen Rabatt geben.",
            "duration": f"Die Einrichtung dauert {world.weeks + 2} Wochen.",
            "noun": f"Ihre {world.trucks} Lagerhallen sind bereit.",
        },
        "fr": {
            "number": f"Vos {other} camions conviennent bien.",
            "unit": f"Vous verrez {world.trucks} % de mieux.",
            "price": f"Cela coûte {world.price + 10} € par camion.",
            "currency": f"Cela coûte {world.price} $ par camion.",
            "percent": f"Les clients économisent {world.saving + 11} % de carburant.",
            "date": f"Que diriez-vous du {bad_day.day} {month} ?",
            "weekday": f"Que diriez-vous de {weekday} ?",
            "time": f"Je suis aussi libre à {late}h30.",
            "pair": f"Est-ce que {first} à {world.hour_two}h00 vous va ?",
            "person": f"Ma collègue {person} sera là.",
            "company": f"Cela marche bien avec {firm}.",
            "customer": rng.choice(
                (
                    f"Des entreprises comme {firm} l'utilisent.",
                    "Des centaines de sociétés nous font confiance.",
                )
            ),
            "link": "Voir https://files.fleetly.example/d/brochure-8 pour plus.",
            "address": "Écrivez à sales@fleetly.example.",
            "phone": "Appelez-moi au +33 1 55 51 23 45.",
            "promise": rng.choice(
                (
                    "Vous avez droit à un essai gratuit.",
                    "Nous garantissons le résultat.",
                    "C'est sans engagement.",
                )
            ),
            "certificate": rng.choice(
                ("Nous sommes certifiés ISO 27001.", "Le service est conforme au RGPD.")
            ),
            "past": rng.choice(
                (
                    "Comme convenu, la suite est simple.",
                    "Lors de notre appel, vous étiez intéressé.",
                    "La semaine dernière vous avez demandé des détails.",
                )
            ),
            "discount": "Je peux vous accorder une remise.",
            "duration": f"La mise en place prend {world.weeks + 2} semaines.",
            "noun": f"Vos {world.trucks} entrepôts sont prêts.",
        },
        "es": {
            "number": f"Sus {other} camiones encajan bien.",
            "unit": f"Verá un {world.trucks} % de mejora.",
            "price": f"Cuesta {world.price + 10} € por camión.",
            "currency": f"Cuesta {world.price} dólares por camión.",
            "percent": f"Los clientes ahorran un {world.saving + 11} % de combustible.",
            "date": f"¿Qué tal el {bad_day.day} de {month}?",
            "weekday": f"¿Qué tal el {weekday}?",
            "time": f"También puedo a las {late}:30.",
            "pair": f"¿Le va bien el {first} a las {world.hour_two}:00?",
            "person": f"Mi compañera {person} estará presente.",
            "company": f"Funciona bien con {firm}.",
            "customer": rng.choice(
                (
                    f"Empresas como {firm} nos usan a diario.",
                    "Cientos de empresas confían en nosotros.",
                )
            ),
            "link": "Vea https://files.fleetly.example/d/brochure-8 para más.",
            "address": "Escriba a sales@fleetly.example.",
            "phone": "Llámeme al +34 91 555 12 34.",
            "promise": rng.choice(
                (
                    "Tiene una prueba gratuita.",
                    "Garantizamos el resultado.",
                    "Puede cancelar en cualquier momento.",
                )
            ),
            "certificate": rng.choice(
                ("Tenemos la certificación ISO 27001.", "Cumplimos con el RGPD.")
            ),
            "past": rng.choice(
                (
                    "Como acordamos, el siguiente paso es fácil.",
                    "Cuando hablamos, le interesó.",
                    "La semana pasada pidió detalles.",
                )
            ),
            "discount": "Puedo ofrecerle un descuento.",
            "duration": f"La puesta en marcha tarda {world.weeks + 2} semanas.",
            "noun": f"Sus {world.trucks} almacenes están listos.",
        },
    }[language]
    del good
    return texts[kind]


def _assembled(world: _World, language: str, lines: list[str]) -> str:
    hello = {
        "en": f"Hi {world.first},",
        "de": f"Guten Tag {world.first} {world.last},",
        "fr": f"Bonjour {world.first},",
        "es": f"Hola {world.first}:",
    }
    bye = {
        "en": "Best regards,",
        "de": "Freundliche Grüße",
        "fr": "Cordialement,",
        "es": "Un cordial saludo,",
    }
    return "\n\n".join([hello[language], *lines, f"{bye[language]}\n{world.sender}"])


_SUBJECTS = {
    "en": "Live tracking for your trucks",
    "de": "Ortung für Ihre Lkw",
    "fr": "Suivi de vos camions",
    "es": "Seguimiento de sus camiones",
}


def true_cases(count: int, seed: int) -> Iterator[Case]:
    """Drafts that say only what their sources hold."""
    rng = random.Random(seed)
    for index in range(count):
        language = LANGUAGES[index % 4]
        world = _world(rng)
        yield Case(
            language=language,
            subject=_SUBJECTS[language],
            sources=_sources(world, language),
            sender=world.sender,
            body=_assembled(world, language, _true_lines(world, language, rng)),
        )


def invented_cases(count: int, seed: int) -> Iterator[Case]:
    """The same with exactly one invented fact, each kind in turn."""
    rng = random.Random(seed)
    for index in range(count):
        language = LANGUAGES[index % 4]
        kind = KINDS[(index // 4) % len(KINDS)]
        world = _world(rng)
        lines = _true_lines(world, language, rng)
        lines.insert(rng.randint(1, len(lines)), _invented(kind, world, language, rng))
        yield Case(
            language=language,
            subject=_SUBJECTS[language],
            sources=_sources(world, language),
            sender=world.sender,
            body=_assembled(world, language, lines),
            invented=kind,
        )
