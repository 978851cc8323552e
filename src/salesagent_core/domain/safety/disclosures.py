# ruff: noqa: E501  (patterns are kept on one line)
"""Numbers and secrets that must never leave in a mail: cards, IBANs, SSNs; secrets are looked for
by ``credentials``.

Everything here works on plain text (``folding.plain``), so that fullwidth or Arabic-Indic digits
count. Check digits are python-stdnum's; what this module adds is finding the candidates and the
plausibility that keeps phone, order and tracking numbers out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.safety.credentials import find_secrets
from salesagent_core.domain.text.folding import ascii_bytes, finds, shapes

CARD_DIGITS = range(13, 20)
IBAN_LENGTHS = range(15, 35)
IBAN_HEAD = 4
"""Country and check digits."""
LABEL_REACH = 48
FEWEST_DIGITS = 9


@attrs.frozen(kw_only=True)
class Disclosure:
    """``kind`` is ``payment_card``, ``iban``, ``ssn`` or ``secret``; offsets into the text given."""

    kind: str
    what: str
    start: int
    end: int


# Issuer ranges and lengths as published by the schemes (ISO/IEC 7812 registry, 2024).
_ISSUERS: tuple[tuple[str, str, frozenset[int]], ...] = tuple(
    (first, last, frozenset(lengths))
    for first, last, lengths in (
        ("4", "4", (13, 16, 18, 19)),
        ("51", "55", (16,)),
        ("2221", "2720", (16,)),
        ("34", "34", (15,)),
        ("37", "37", (15,)),
        ("300", "305", (14, 16, 17, 18, 19)),
        ("3095", "3095", (14, 16, 17, 18, 19)),
        ("36", "36", (14, 15, 16, 17, 18, 19)),
        ("38", "39", (14, 16, 17, 18, 19)),
        ("6011", "6011", (16, 17, 18, 19)),
        ("644", "649", (16, 17, 18, 19)),
        ("65", "65", (16, 17, 18, 19)),
        ("3528", "3589", (16, 17, 18, 19)),
        ("62", "62", (16, 17, 18, 19)),
        ("81", "82", (16, 17, 18, 19)),
        ("50", "50", tuple(CARD_DIGITS)),
        ("56", "58", tuple(CARD_DIGITS)),
        ("60", "61", (16, 18, 19)),
        ("63", "64", tuple(CARD_DIGITS)),
        ("66", "69", tuple(CARD_DIGITS)),
        ("2200", "2204", (16, 17, 18, 19)),
        ("2205", "2205", (16,)),
        ("9792", "9792", (16,)),
        ("1800", "1800", (15,)),
        ("2131", "2131", (15,)),
        ("353", "357", (16,)),
        ("1946", "1946", (16,)),
    )
)
_GROUPINGS = frozenset(
    {
        (4, 4, 4, 4),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 4, 1),
        (4, 6, 5),
        (4, 6, 4),
        (4, 4, 4, 1),
        (6, 13),
        (4, 4, 5),
        (4, 5, 6),
        (6, 4, 5),
        (8, 8),
        (6, 10),
        (4, 12),
        (4, 4, 8),
        (4, 4, 4, 3),
        (4, 4, 4, 2),
    }
)
_ORDINARY_LABEL = (
    r"(?:order|invoice|ticket|case|ref|r(?:é|e)f(?:é|e)rence|sku|item|article|part|serial|tracking|parcel|shipment|"
    r"consignment|purchase|quote|customer|account|contract|imei|ean|gtin|isbn|upc|iccid|phone|tel|telefon|"
    r"t(?:é|e)l(?:é|e)phone|tel(?:é|e)fono|fax|mobile|mobil|handy|call|bestell\w*|auftrags\w*|rechnungs\w*|artikel\w*|"
    r"kunden\w*|sendungs\w*|paket\w*|commande|facture|colis|suivi|dossier|pedido|factura|env(?:í|i)o|"
    r"seguimiento|serie|s/n|po|id)"
)
_CARD_WORD = r"(?:card|visa|master\s?card|maestro|amex|american express|discover|diners|kredit|karte|carte|tarjeta|cc\b|cvv|cvc|pan\b)"
_SSN_WORD = (
    r"(?:\bssn\b|\bss#|social[ -]?security|soc\.? ?sec|social (?:no|number|#)|sozialversicherung|"
    r"\b(?:my|your|his|her|their) social\b(?! (?:media|network|channel|post|account|page|profile|team))|\bsocial ?[:=#]|"
    r"s(?:é|e)curit(?:é|e) sociale|seguro social|seguridad social|\btax ?id|taxpayer|\btin\b)"
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "digits": re.compile(r"(?<![\w+])\d{1,99}(?:(?: ?[-.] ?| {1,2}|/)\d{1,99}){0,24}(?!\w)"),
        "iban": re.compile(
            r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d(?: ?\d)(?:[ .-]{0,2}[A-Za-z0-9]){11,36}"
        ),
        "ssn": re.compile(
            r"(?<![\d+])(?<!\d[-. /])(?P<area>\d{3})(?P<sep>[-. ]?)(?P<group>\d{2})(?P=sep)(?P<serial>\d{4})"
            r"(?![\d])(?![-. /]\d)"
        ),
        "ordinary": re.compile(
            rf"(?<![A-Za-z]){_ORDINARY_LABEL}\W{{0,3}}(?:no|nr|number|nummer|num|numero|número|num(?:é|e)ro|n|id|code|#|is|ist)?"
            r"[\s.:#°º=-]{0,5}(?:(?:no|nr|is|ist|n)[\s.:#°º]{1,3})?$",
            re.IGNORECASE,
        ),
        "card_word": re.compile(_CARD_WORD, re.IGNORECASE),
        "ssn_word": re.compile(_SSN_WORD, re.IGNORECASE),
        "phone_word": re.compile(
            r"(?:phone|call|tel|fax|mobile|whatsapp|handy|telefon|appel|llam)", re.I
        ),
    }


def _number_shape(char: str) -> str:
    if char.isdigit():
        return "0"
    return char if char == " " else "-" if char in "-./" else "x"


_NUMBERS = shapes(_number_shape)
SSN_DIGITS = 9


def find_disclosures(text: str) -> tuple[Disclosure, ...]:
    """All of them, in order, none overlapping another of the same digits."""
    data = ascii_bytes(text)
    shape = data.translate(_NUMBERS)
    if shape.count(b"0") < FEWEST_DIGITS:
        return tuple(sorted(_secrets(text, data), key=lambda one: (one.start, one.end)))
    ibans = list(_ibans(text, shape))
    taken = [(found.start, found.end) for found in ibans]
    numbers = _long_numbers(shape)
    cards = [card for card in _cards(text, numbers) if not _touches(card, taken)]
    taken += [(card.start, card.end) for card in cards]
    ssns = [ssn for ssn in _ssns(text, numbers) if not _touches(ssn, taken)]
    found = [*ibans, *cards, *ssns, *_secrets(text, data)]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _long_numbers(shape: bytes) -> list[tuple[int, int]]:
    """Every stretch of digits, with up to three separators between two of them, that is long
    enough for a social security number; no card or number reaches out of one."""
    if b"0" * SSN_DIGITS not in shape.translate(None, b" -"):
        return []
    return [match.span() for match in _patterns_of_bytes()["number"].finditer(shape)]


@cache
def _patterns_of_bytes() -> dict[str, re.Pattern[bytes]]:
    return {"number": re.compile(rb"0(?:[ -]{0,3}0){8,}")}


def _secrets(text: str, data: bytes) -> Iterator[Disclosure]:
    for one in find_secrets(text, data):
        yield Disclosure(kind="secret", what=one.what, start=one.start, end=one.end)


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def _touches(one: Disclosure, spans: list[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in spans)


def _before(text: str, start: int) -> str:
    return text[max(0, start - LABEL_REACH) : start].rpartition("\n")[2]


def _cards(text: str, numbers: list[tuple[int, int]]) -> Iterator[Disclosure]:
    digits = _patterns()["digits"]
    # One character more, so that what must not follow is seen.
    runs = (run for start, end in numbers for run in digits.finditer(text, start, end + 1))
    for run in runs:
        if sum(char.isdigit() for char in run[0]) < CARD_DIGITS.start:
            continue
        groups = [
            (m.start() + run.start(), m.end() + run.start()) for m in re.finditer(r"\d+", run[0])
        ]
        position = 0
        while position < len(groups):
            last = _card_at(text, groups, position)
            if last is None:
                position += 1
                continue
            yield Disclosure(
                kind="payment_card",
                what="a payment card number",
                start=groups[position][0],
                end=groups[last][1],
            )
            position = last + 1


def _card_at(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Index of the last group of a card number that begins with group ``first``."""
    if first and text[groups[first - 1][1] : groups[first][0]].strip():
        # Joined to something before by a dash, a dot or a slash: part of a longer number.
        return None
    digits, lengths = "", []
    for last in range(first, len(groups)):
        start, end = groups[last]
        digits += text[start:end]
        lengths.append(end - start)
        if len(digits) > CARD_DIGITS.stop - 1:
            return None
        if len(digits) not in CARD_DIGITS or not _plausible_grouping(tuple(lengths)):
            continue
        joined_after = last + 1 < len(groups) and text[end : groups[last + 1][0]].strip() in (
            ".",
            "-",
        )
        if joined_after or not _issued(digits) or not luhn_valid(digits):
            continue
        if len(set(digits)) == 1:
            continue
        before = _before(text, groups[first][0])
        if (
            len(lengths) == 1
            and _patterns()["ordinary"].search(before)
            and not (_patterns()["card_word"].search(before))
        ):
            continue
        return last
    return None


def _plausible_grouping(lengths: tuple[int, ...]) -> bool:
    if len(lengths) == 1 or lengths in _GROUPINGS:
        return True
    body, last = set(lengths[:-1]), lengths[-1]
    return len(body) == 1 and last <= max(body) and max(body) <= 5


def _issued(digits: str) -> bool:
    return any(
        first <= digits[: len(first)] <= last and len(digits) in lengths
        for first, last, lengths in _ISSUERS
    )


def _ibans(text: str, shape: bytes) -> Iterator[Disclosure]:
    position = 0
    pattern = _patterns()["iban"]
    for start in _iban_starts(text, shape):
        match = pattern.match(text, start) if start >= position else None
        if match is None:
            continue
        end = _iban_end(text, match.start(), match.end())
        if end is None:
            position = start + 2
            continue
        yield Disclosure(
            kind="iban", what="a bank account number (IBAN)", start=match.start(), end=end
        )
        position = end


def _iban_starts(text: str, shape: bytes) -> list[int]:
    """Where two letters stand before two digits."""
    starts = []
    for place in (*finds(shape, b"00"), *finds(shape, b"0 0")):
        end = place - 1 if text[place - 1 : place] in (" ", "-") else place
        if text[max(0, end - 2) : end].isalpha():
            starts.append(end - 2)
    return sorted(start for start in starts if start >= 0)


def _iban_end(text: str, start: int, stop: int) -> int | None:
    from stdnum import iban

    compact, rest = "", 0
    for index in range(start, stop):
        char = text[index]
        if not char.isalnum():
            continue
        compact += char.upper()
        if len(compact) > IBAN_HEAD:
            value = int(char, 36)
            rest = (rest * (10 if value < 10 else 100) + value) % 97
        follows = text[index + 1 : index + 2]
        if len(compact) not in IBAN_LENGTHS or (follows.isalnum() and follows.isascii()):
            continue
        if _mod97(rest, compact[:IBAN_HEAD]) == 1:
            # National check digits differ from bank to bank and are not part of the IBAN rule.
            try:
                iban.validate(compact, check_country=False)
            except Exception:  # noqa: S112  (python-stdnum's own tree; a bad number is an answer)
                continue
            return index + 1
    return None


def _mod97(rest: int, head: str) -> int:
    """ISO 7064 mod 97-10 over an IBAN whose first four characters come last; ``rest`` is that of
    the others."""
    for char in head:
        value = int(char, 36)
        rest = (rest * (10 if value < 10 else 100) + value) % 97
    return rest


def _ssns(text: str, numbers: list[tuple[int, int]]) -> Iterator[Disclosure]:
    if not numbers:
        return
    from stdnum.us import ssn

    patterns = _patterns()
    # Two characters more, so that what must not follow is seen.
    found = (m for start, end in numbers for m in patterns["ssn"].finditer(text, start, end + 2))
    for match in found:
        if not ssn.is_valid(f"{match['area']}-{match['group']}-{match['serial']}"):
            continue
        before = _before(text, match.start())
        named = bool(patterns["ssn_word"].search(text[max(0, match.start() - 90) : match.start()]))
        if not named:
            if match["sep"] in ("", "."):
                continue
            if patterns["ordinary"].search(before):
                continue
            if match["sep"] == " " and patterns["phone_word"].search(before):
                continue
        if re.search(r"\w$", before) and not before[-1].isspace():
            continue
        if re.search(r"[A-Za-z0-9]-$", before) and not named:
            continue
        yield Disclosure(
            kind="ssn", what="a US social security number", start=match.start(), end=match.end()
        )
