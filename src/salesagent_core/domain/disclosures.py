# ruff: noqa: E501, S105  (patterns are kept on one line; names of secrets are none)
"""Numbers and secrets that must never leave in a mail: cards, IBANs, SSNs, keys, passwords.

Everything here works on plain text (``folding.plain``), so that fullwidth or Arabic-Indic digits
count. Check digits are python-stdnum's; what this module adds is finding the candidates and the
plausibility that keeps phone, order and tracking numbers out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.folding import ascii_bytes, finds, shapes, words_with

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
_SECRETS: tuple[tuple[str, str], ...] = (
    ("a private key", r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----"),
    ("an AWS key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    (
        "a Stripe key",
        r"\b(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{10,247}|\bwhsec_[A-Za-z0-9+/=]{20,}",
    ),
    ("a language model key", r"\bsk-(?:[A-Za-z0-9]{1,12}-){0,3}[A-Za-z0-9_-]{20,}"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})"),
    ("a GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}"),
    ("a Slack webhook", r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+"),
    (
        "a Google key",
        r"\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}",
    ),
    ("a HubSpot token", r"\bpat-(?:na|eu|ap)\d-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("a Mailgun or Mailchimp key", r"\bkey-[0-9a-f]{32}\b|\b[0-9a-f]{32}-us\d{1,2}\b"),
    ("a Twilio key", r"\b(?:AC|SK)[0-9a-f]{32}\b"),
    ("a package registry token", r"\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{40,}"),
    (
        "a hosting token",
        r"\b(?:dop|doo|dor)_v1_[0-9a-f]{64}\b|\bhf_[A-Za-z0-9]{30,}|\bdapi[0-9a-f]{32}\b",
    ),
    (
        "a shop token",
        r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b|\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}",
    ),
    ("a bot token", r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,35}\b"),
    ("a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,}"),
    ("a bearer token", r"(?i:\bbearer\s+)(?=[A-Za-z0-9._~+/-]{0,200}\d)[A-Za-z0-9._~+/-]{16,}=*"),
    ("a basic login", r"(?i:\bauthorization\s*:\s*basic\s+)[A-Za-z0-9+/]{8,}={0,2}"),
    ("a login in a link", r"\b[a-z][a-z0-9+.-]{1,15}://[^\s:/@]{1,64}:[^\s:/@]{1,128}@[\w.-]+"),
)
_SECRET_NAMES = (
    r"pass\s?word|passwd|pwd|pass\s?phrase|passcode|passwort|kennwort|mot de passe|mdp|contrase(?:n|ñ)a|clave"
    r"|api[ _-]?(?:key|token|secret)|(?:access|auth|secret|refresh|session|client|private|master|"
    r"encryption|signing|account|webhook)[ _-]?(?:key|token|secret)(?:[ _-]?(?:key|id))?|secret|token|"
    r"api[ _-]?schl(?:ü|ue)ssel|cl(?:é|e) (?:d'|)api|aws[_a-z]{0,30}key"
)
_NOT_A_SECRET = frozenset(
    "the a an your our my see below above will is are be not none null required reset protected "
    "optional please policy policies manager managers mandatory sent separately attached forgotten "
    "lost changed expired secure strong weak same new old via by via from in on at with and or to "
    "siehe wird ist nicht folgt separat erforderlich vergessen per kein keine le la un une voir "
    "oublie oublié requis sera envoyé no se es olvidada requerida xxxx xxxxx xxxxxx redacted hidden "
    "tba tbd n/a string number true false rotation hygiene security authentication based".split()
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
        "secret": re.compile("|".join(f"(?P<s{i}>{p})" for i, (_, p) in enumerate(_SECRETS))),
        "assigned": re.compile(
            rf"(?<![A-Za-z])(?P<name>{_SECRET_NAMES})[\"']?"
            r"(?:(?P<sep>\s{0,3}(?:[:=]|=>|:=)\s{0,3})|(?P<verb>\s+(?:is|are|was|ist|lautet|est|es)(?:\s?:)?\s+))"
            r"[\"'`]?(?P<value>[^\s\"'`<>]{4,200})",
            re.IGNORECASE,
        ),
        # What stands between a sign of such a name and its value, in lower case; a question mark
        # stands for a letter or space that is not ASCII.
        "assigns": re.compile(
            r"(?:[\s?]?(?:word|phrase|code)|[a-zñüé?]{0,8})(?:[ _-]?(?:key[ _-]?)?(?:id|key))?[\"']?"
            r"(?:[\s?]*[:=]|[\s?]+(?:is|are|was|ist|lautet|est|es)[\s?:])"
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


# Every secret but those that hold white space has one of these in it.
_SECRET_SIGNS = (
    *("AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ABIA", "ACCA"),
    *("_live_", "_test_", "whsec_", "sk-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "xox", "xapp-"),
    *("hooks.slack.com", "AIza", "ya29.", "GOCSPX-", "pat-", "SG.", "key-", "-us", "AC", "SK"),
    *("npm_", "pypi-", "dop_v1_", "doo_v1_", "dor_v1_", "hf_", "dapi", "shp", "sq0", ":AA", "eyJ"),
)
SHORTEST_SECRET = 15
"""Of those without white space; a login in a link can be shorter."""
_WORD = shapes(lambda char: " " if char.isspace() else "a")
NAME_SIGNS = (
    *("pass", "pwd", "kennwort", "mdp", "contrase", "clave", "key", "token", "secret", "schl"),
    "api",
)


def _secret_places(text: str, data: bytes, lowered: str) -> list[tuple[int, int]]:
    """The stretches, from white space to white space, that can hold a secret."""
    if "-----BEGIN" in text or "bearer" in lowered or "authorization" in lowered:
        return [(0, len(text))]
    shape = data.translate(_WORD)
    words = set(words_with(b"a" * SHORTEST_SECRET, shape, shape))
    if b"://" in data and b"@" in data:
        words.update(words_with(b"://", data, shape))
    if not words:
        return []
    together = "\n".join([text[start:end] for start, end in words])
    if not _has_sign(together):
        return []
    return [(start, end) for start, end in sorted(words) if _has_sign(text[start:end])]


def _has_sign(word: str) -> bool:
    return ("://" in word and "@" in word) or any(map(word.__contains__, _SECRET_SIGNS))


def _may_assign(lowered: str) -> bool:
    """Whether the name of a secret can stand before a value."""
    assigns = _patterns()["assigns"]
    for sign in filter(lowered.__contains__, NAME_SIGNS):
        place = lowered.find(sign)
        while place >= 0:
            if assigns.match(lowered, place + len(sign)):
                return True
            place = lowered.find(sign, place + 1)
    return False


def _secrets(text: str, data: bytes) -> Iterator[Disclosure]:
    patterns = _patterns()
    lowered = data.lower().decode("ascii")
    if not text.isascii() and ("\u0130" in text or "\u0131" in text):
        # Where case is ignored, a dotless and a dotted one are the same letter, too.
        lowered = text.lower().replace("\u0131", "i").replace("i\u0307", "i")
    taken: list[tuple[int, int]] = []
    places = _secret_places(text, data, lowered)
    for match in (
        m for start, end in places for m in patterns["secret"].finditer(text, start, end)
    ):
        label = _SECRETS[int((match.lastgroup or "s0")[1:])][0]
        taken.append(match.span())
        yield Disclosure(kind="secret", what=label, start=match.start(), end=match.end())
    if not _may_assign(lowered):
        return
    for match in patterns["assigned"].finditer(text):
        value = match["value"].rstrip(".,;:!?)")
        span = (match.start(), match.start("value") + len(value))
        if not _looks_secret(value, certain=bool(match["sep"]), text=text, end=span[1]):
            continue
        if any(span[0] < end and start < span[1] for start, end in taken):
            continue
        yield Disclosure(kind="secret", what="a password or key", start=span[0], end=span[1])


def _looks_secret(value: str, *, certain: bool, text: str, end: int) -> bool:
    lowered = value.lower().strip("*.()[]{}")
    if len(lowered) < 4 or lowered in _NOT_A_SECRET or len(set(lowered)) == 1:
        return False
    if lowered.startswith(("http://", "https://", "<", "{{", "$")):
        return False
    digit = any(char.isdigit() for char in value)
    symbol = any(not char.isalnum() and char not in "-/,'’.()" for char in value)
    mixed = any(char.isupper() for char in value[1:]) and any(char.islower() for char in value)
    if digit or symbol or mixed:
        return True
    # "password: swordfish" ends there; "Password: mandatory for all users" goes on.
    after = text[end : end + 2].strip(" .,;")
    return certain and (not after or after.startswith("\n"))
