# ruff: noqa: E501  (sentences and lists of numbers are kept on one line)
"""Texts whose numbers, addresses, links and secrets are known, made anew on every run.

Numbers are built by the published rules with code of their own (check digits, ranges), or are the
examples that the schemes publish, so that no scanner's idea of a card is the measure of another's.
Secrets are put together here and stand nowhere in a file. The same seed gives the same texts.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Sequence

import attrs

SEED = 20_261_121

# Carriers: the gap takes the value. English, German, French, Spanish.
_CARRIERS = {
    "payment_card": (
        "Please charge it to my card {} as agreed.", "The card we have on file is {}, valid until 09/28.", "Visa: {}", "Bitte buchen Sie von der Karte {} ab.", "Unsere Kreditkarte lautet {}.", "Vous pouvez débiter la carte {} dès lundi.", "Numéro de carte : {}", "Puede usar la tarjeta {} para el pago.", "Mi tarjeta es {}.",
    ),
    "iban": (
        "Please transfer it to {} by Friday.", "Our bank account is {}.", "Bitte überweisen Sie auf {}.", "IBAN: {}", "Notre compte : {}", "Merci de virer le montant sur {} avant vendredi.", "Nuestra cuenta es {}.", "Puede pagar a {} esta semana.",
    ),
    "ssn": (
        "My SSN is {}.", "Social security number: {}", "For payroll use social security number {} please.", "Die Social Security Number lautet {}.", "Le numéro SSN est {}.", "El SSN del empleado es {}.", "Her social security number, {}, is on the form.",
    ),
    "address": (
        "Write to {} about it.", "My colleague ({}) knows more.", "Schreiben Sie an {}, bitte.", "Écrivez à {} pour en parler.", "Escriba a {} cuando quiera.", "Cc: {}", "<{}> asked for it.",
    ),
    "link": (
        "See {} for the details.", "It is all on {}.", "Mehr dazu auf {}.", "Voir {} pour la suite.", "Más en {} si le interesa.", "The page ({}) is new.",
    ),
    "secret": (
        "Use this: {}", "The key we set up is {} for now.", "Der Zugang: {}", "Voici la clé : {}", "Aquí está: {}",
    ),
}  # fmt: skip
# No value of these is a card, an IBAN, a social security number, an address, a link or a secret.
_HARMLESS_CARRIERS = {
    "card of a wrong check digit": ("The number {} was refused.", "Card {} has a typo.", "Die Karte {} gibt es nicht.", "La carte {} est inconnue.", "La tarjeta {} no existe."),
    "order number": ("Your order {} has shipped.", "Order no. {} is on its way.", "Ihre Bestellnummer {} ist unterwegs.", "Votre commande {} est partie.", "Su pedido {} ya salió.", "Tracking number {} is active."),
    "phone": ("Call me at {} today.", "My phone is {}.", "Sie erreichen mich unter {}.", "Mon téléphone : {}", "Mi teléfono es {}."),
    "IBAN of wrong check digits": ("The account {} does not exist.", "IBAN {} was rejected.", "Das Konto {} ist falsch.", "Le compte {} est faux.", "La cuenta {} no es válida."),
    "number like an SSN": ("Part {} is in stock.", "Invoice {} is open.", "Artikelnummer {} ist da.", "La référence {} est prête.", "La factura {} está lista."),
    "SSN never issued": ("SSN {} is a placeholder.", "The form shows social security number {} as its example."),
    "date or time": ("We meet on {}.", "Der Termin ist am {}.", "Rendez-vous le {}.", "La cita es el {}."),
    "version or amount": ("It costs {} in all.", "Es sind {} im Jahr.", "Cela fait {} par an.", "Son {} al año.", "Release {} is out."),
}  # fmt: skip
_PLAIN_MAIL = (
    "Thank you for the call on Tuesday. We would start with the forms, e.g. the one on pricing, and look at the rest in spring.",
    "Our team of 12 answered 900 inquiries in 2025, i.e. 75 a month. The plan for 25 seats holds two languages.Let us talk.",
    "We do not keep passwords. A token of thanks from all of us, and the key point is that nothing is stored.",
    "Vielen Dank für Ihre Nachricht. Der wichtigste Punkt: Ihre Daten bleiben in der Region, z.B. in Frankfurt.",
    "Passt Ihnen Dienstag um 14:30 Uhr? Das Passwort ist nicht nötig, und der Schlüssel liegt beim Empfang.",
    "Merci pour votre message. Le mot de passe sera envoyé à part. Nous proposons mardi à 15 h 30, c.-à-d. après la réunion.",
    "Gracias por su mensaje. La clave es responder pronto. Proponemos el martes a las 16.00 h en la oficina n.º 4.",
    "Password: mandatory for all users, see the policy. Secret santa is on 12.12. at noon.",
    "The ISBN 978-3-16-148410-0 is the book I meant; chapter 3.2 is about pumps of 400-600 kW.",
    "Room 4, floor 3, gate 17. Dial 0 for help. Our VAT id is DE 123 456 788 and the file is notes.txt.",
)  # fmt: skip

# (first digits, length) of what the schemes publish as theirs.
_BRANDS = (
    ("4", 16), ("4", 13), ("4", 19), ("51", 16), ("53", 16), ("55", 16), ("2221", 16), ("2720", 16),
    ("34", 15), ("37", 15), ("300", 14), ("305", 14), ("36", 14), ("38", 14), ("39", 16), ("6011", 16),
    ("644", 16), ("65", 16), ("6011", 19), ("3528", 16), ("3589", 16), ("62", 16), ("62", 17), ("62", 18),
    ("62", 19), ("5018", 12 + 4), ("5020", 13), ("6304", 18), ("6759", 19), ("6761", 16), ("2200", 16), ("9792", 16),
)  # fmt: skip
# The examples of the IBAN registry.
_IBANS = (
    "AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 "
    "AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 "
    "BH67BMAG00001299123456 BR1800360305000010009795493C1 CH9300762011623852957 CR05015202001026284066 "
    "CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 "
    "DO28BAGR00000001212453611324 EE382200221020145685 ES9121000418450200051332 FI2112345600000785 "
    "FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 "
    "GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 "
    "HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 IL620108000000099999999 "
    "IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 "
    "KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 LI21088100002324013AA "
    "LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 MC5811222000010123456789030 "
    "MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984 MT84MALT011000012345MTLCAST001S "
    "NL91ABNA0417164300 NO9386011117947 PK36SCBL0000001123456702 PL61109010140000071219812874 "
    "PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 RS35260005601001611379 "
    "SA0380000000608010167519 SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 "
    "SM86U0322509800000000270100 TN5910006035183598478831 TR330006100519786457841326 XK051212012345678906"
).split()  # fmt: skip


@attrs.frozen(kw_only=True)
class Labelled:
    """One text; ``kind`` is what stands in it from ``start`` to ``end``, empty for harmless ones."""

    text: str
    kind: str = ""
    start: int = 0
    end: int = 0
    about: str = ""


def texts(seed: int = SEED) -> list[Labelled]:
    """All of them: about a third hold nothing."""
    dice = random.Random(seed)
    made: list[Labelled] = []
    for kind, values in _values(dice).items():
        carriers = _CARRIERS[kind]
        for number, value in enumerate(values):
            before, after = carriers[number % len(carriers)].split("{}")
            start = len(before)
            made.append(
                Labelled(
                    text=before + value + after, kind=kind, start=start, end=start + len(value)
                )
            )
    for about, values in _harmless(dice).items():
        carriers = _HARMLESS_CARRIERS[about]
        for number, value in enumerate(values):
            made.append(Labelled(text=carriers[number % len(carriers)].format(value), about=about))
    made += [Labelled(text=text, about="ordinary mail") for text in _PLAIN_MAIL]
    return made


def _values(dice: random.Random) -> dict[str, list[str]]:
    return {
        "payment_card": [
            _grouped(card, separator)
            for card in (_card(dice, *brand) for brand in _BRANDS)
            for separator in ("", " ", "-")
        ],
        "iban": [value for iban in _IBANS for value in (iban, _in_fours(iban))],
        "ssn": [_ssn(dice, "-") for _ in range(35)] + [_ssn(dice, " ") for _ in range(14)],
        "address": [
            f"{local}@{host}"
            for local in ("robin", "r.lind", "robin+news", "first_last", "sales-2", "o'neil")
            for host in ("example.com", "mail.example.org", "sub-1.example.net", "example.co.uk", "example.de")
        ],
        "link": [
            scheme + host + tail
            for scheme in ("https://", "http://", "")
            for host in ("www.example.com", "example.org", "shop.example.co.uk", "example.de")
            for tail in ("", "/pricing", "/a/b?c=d&e=1")
        ],
        "secret": list(_secrets(dice)),
    }  # fmt: skip


def _harmless(dice: random.Random) -> dict[str, list[str]]:
    broken = [_off_by_one(_card(dice, *brand)) for brand in _BRANDS]
    return {
        "card of a wrong check digit": [
            _grouped(card, separator) for card in broken for separator in ("", " ")
        ],
        "order number": [_luhn_fails(dice, length) for length in (9, 10, 12, 13, 14, 16, 18, 20) for _ in range(3)],
        "phone": [
            "+49 30 1234567", "+1 212-555-0147", "(212) 555-0199", "+33 1 23 45 67 89", "+34 91 123 45 67", "+44 20 7946 0958", "030 1234567", "0049 30 123456789", "+1 (415) 555-0132", "212.555.0123",
        ],
        "IBAN of wrong check digits": [_in_fours(_other_check(iban)) for iban in _IBANS[::3]],
        "number like an SSN": [_ssn(dice, "-") for _ in range(10)],
        "SSN never issued": ["000-12-3456", "666-12-3456", "123-00-4567", "123-45-0000", "900-12-3456", "078-05-1120"],
        "date or time": ["12.03.2027", "2027-03-12", "03/12/2027", "12.03.2027 14:30", "2027-03-12T14:30:00", "10.11.2026 - 12.11.2026"],
        "version or amount": ["1,234,567.89 EUR", "1.234.567,89 €", "2.10.4", "12 345 678", "10.000-20.000"],
    }  # fmt: skip


def _card(dice: random.Random, first: str, length: int) -> str:
    body = first + "".join(dice.choice(string.digits) for _ in range(length - len(first) - 1))
    return body + _check_digit(body)


def _check_digit(body: str) -> str:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _off_by_one(card: str) -> str:
    return card[:-1] + str((int(card[-1]) + 1) % 10)


def _luhn_fails(dice: random.Random, length: int) -> str:
    body = "".join(dice.choice(string.digits[1:]) for _ in range(length - 1))
    return _off_by_one(body + _check_digit(body))


def _grouped(card: str, separator: str) -> str:
    if len(card) == 15 and card[0] == "3":
        return separator.join((card[:4], card[4:10], card[10:]))
    if len(card) == 14:
        return separator.join((card[:4], card[4:10], card[10:]))
    return separator.join(card[place : place + 4] for place in range(0, len(card), 4))


def _in_fours(iban: str) -> str:
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


def _other_check(iban: str) -> str:
    check = (int(iban[2:4]) + 11) % 97
    return f"{iban[:2]}{check:02}{iban[4:]}"


def _ssn(dice: random.Random, separator: str) -> str:
    """Areas 001 to 899 but 666, groups 01 to 99, serials 0001 to 9999."""
    area = dice.choice([number for number in range(1, 900) if number != 666])
    return separator.join(
        (f"{area:03}", f"{dice.randint(1, 99):02}", f"{dice.randint(1, 9999):04}")
    )


def _secrets(dice: random.Random) -> Iterator[str]:
    def some(alphabet: Sequence[str], length: int) -> str:
        return "".join(dice.choice(alphabet) for _ in range(length))

    upper, word, hexes = string.ascii_uppercase + string.digits, string.ascii_letters + string.digits, "0123456789abcdef"  # fmt: skip
    for _ in range(3):
        yield "AK" + "IA" + some(upper, 16)
        yield "sk" + "_live_" + some(word, 24)
        yield "sk" + "-proj-" + some(word, 40)
        yield "gh" + "p_" + some(word, 36)
        yield "gl" + "pat-" + some(word, 20)
        yield "xo" + "xb-" + some(string.digits, 11) + "-" + some(word, 24)
        yield "AI" + "za" + some(word, 35)
        yield "SG" + "." + some(word, 22) + "." + some(word, 43)
        yield "np" + "m_" + some(word, 36)
        yield "ey" + "J" + some(word, 20) + ".ey" + "J" + some(word, 30) + "." + some(word, 43)
        yield "pat" + "-eu1-" + "-".join(some(hexes, length) for length in (8, 4, 4, 4, 12))
        yield "password: " + some(string.ascii_lowercase, 4) + some(string.digits, 4)
        yield "Passwort: " + some(word, 8) + "7x"
        yield "mot de passe : " + some(word, 8) + "4q"
        yield "contraseña: " + some(word, 8) + "2z"
    yield "-----BEGIN " + "RSA PRIVATE KEY" + "-----"
