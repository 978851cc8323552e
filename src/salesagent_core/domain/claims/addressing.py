# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Who a mail is addressed to and who signs it: the lines where every capital names somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from salesagent_core.domain.claims.name_words import SAFE, TITLES
from salesagent_core.domain.text.lexicon import FUNCTION_WORDS

SIGNATURE_LINES = 3
SIGNATURE_WORDS = 5
SIGN_OFF_WORDS = 7
TOKEN = re.compile(r"[^\W\d_](?:[\w&]|['.](?=[^\W\d_]{2})|-(?=[^\W_]))*")
"""One word of a text with its capitals: "l'Oréal", "Müller-Lüdenscheidt", "BT700"."""

_GREETING = re.compile(
    r"\W{0,3}(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|liebe[rs]?|(?:sehr )?(?:geehrte[rs]?|verehrte[rs]?)|werte[rs]?|guten (?:tag|morgen|abend)|moin|"
    r"gruss gott|gruezi|servus|bonjour|bonsoir|salut|cher|chere|cher[e]?s|madame|monsieur|hola|muy buenas|buenos dias|buenas (?:tardes|noches)|buen dia|(?:muy )?(?:estimad|distinguid|apreciad|querid)[oa]s?)(?!\w)"
)
_ALSO = re.compile(
    r"[\s,]{1,3}(?=(?:liebe[rs]?|(?:sehr )?geehrte[rs]?|dear|cher|chere|chers|cheres|madame|monsieur|estimad[oa]s?|querid[oa]s?|(?:frau|herr|mr|mrs|ms|sra?)\b)(?!\w))"
)
"""Between two greetings in a row: "Hallo, liebe Frau Kern", "Liebe Anna, lieber Tom"."""
_JOINED = frozenset(
    "von van de der den du des del la le les los las zu zum zur da di y et und and e o there again zusammen nochmals mr mrs ms herr frau liebe lieber liebes".split()
)
"""Small words that may stand between the names of a greeting."""
_APART = frozenset("y et und and e".split())
_ANYBODY = frozenset(
    "customer customers client clients partner partners colleague colleagues friend friends reader readers neighbour neighbours member members crew "
    "kunde kundin kunden interessent interessentin interessenten kollege kollegin kollegen kolleginnen partnerin freunde nachbarn mitglieder zusammen interessierte gemeinde "
    "equipe collegue collegues partenaire partenaires amis cliente clientes membres "
    "senor senora senores senoras equipo companero companeros companeras socios amigos amigas compradores doctores sirs madams mesdames messieurs mesdemoiselles".split()
)
"""What people are called who are not named."""
_SIGN_OFF = re.compile(
    r"^\W{0,3}(?:(?:kind|best|warm|many|with (?:best|kind))\s?(?:regards|wishes|thanks)?|regards|sincerely(?: yours)?|yours(?: (?:sincerely|truly|faithfully))?|cheers|"
    r"(?:many )?thanks(?: again| so much| a lot| in advance)?|thank you(?: again| very much)?|talk soon|speak soon|all the best|have a (?:great|good|nice|lovely) \w+|"
    r"vg|lg|mfg|bg|hochachtungsvoll|ihr|ihre|bis (?:bald|dann)|(?:vielen|besten|herzlichen|schonen|lieben) dank|danke|"
    r"bien a vous|a (?:tres )?bientot|merci(?: d'avance| beaucoup| encore)?|respectueusement|amicalement|"
    r"un abrazo|hasta pronto|(?:muchas |mil )?gracias|atte|quedo a su disposicion)\s?[,.!]?\s?$"
)
_CLOSING = re.compile(
    r"\b(?:regards|wishes|sincerely|faithfully|grusse?n?|cordialement|salutations|cordialmente|atentamente|saludos?|abrazos?)\b|\b(?:belle|bonne|excellente) (?:journee|soiree|semaine|fin de)\b|\b(?:schone[rns]?|angenehme[rns]?) (?:tag|woche|abend|wochenende)\b"
)
"""Words that a short line without a full stop closes a mail with, in any order."""
_PARTS = re.compile(r"[,|/–—·•;()]| - ")
_CONTACT = frozenset(
    "tel telefon telephone phone mobile mobil handy fax mail email e-mail web website internet direct durchwahl movil telefono portable ligne directe ext t m f e w p".split()
)
"""Words before a number or an address under a signature."""
_SHORTENED = re.compile(r"(?:\b(?:[a-z]\.){1,3}|\b(?:inc|ltd|co|corp|bros|jr|sr)\.)$")
"""A full stop that ends no sentence: "Olivaria S.L."."""
_SMALL = frozenset().union(*FUNCTION_WORDS.values()) | SAFE

Words = list[re.Match[str]]


def addressed(line: str, level: str) -> tuple[int, list[Words]]:
    """Where the greeting of a line ends (0 where there is none), and the names that it calls, each
    as its words. ``level`` is the bare form of ``line``, of the same length."""
    end, called = 0, []
    greeting = _GREETING.match(level, len(level) - len(level.lstrip()))
    while greeting:
        stop, names = _called(line, level, greeting.end())
        called += names
        end = stop
        also = _ALSO.match(level, stop)
        greeting = _GREETING.match(level, also.end()) if also else None
        if also and not greeting:
            stop, names = _called(line, level, also.end())
            called, end = called + names, stop
    return end, called


def _called(line: str, level: str, start: int) -> tuple[int, list[Words]]:
    """The names from ``start`` on, to the first word or mark that is no part of an address."""
    comma = re.compile(r"\s?,\s?(?=[^\W\d_][^,;:.!?]{0,40}(?:[,:!]|$))").match(level, start)
    if comma and line[comma.end()].isupper() and len(level[comma.end() :].split()) <= 4:
        # "Buenos días, Marta:"
        start = comma.end()
    names: list[Words] = [[]]
    position = start
    for token in TOKEN.finditer(line, start):
        between = line[position : token.start()]
        key = level[token.start() : token.end()].rstrip(".")
        abbreviated = position > start and between.startswith(".") and position - start <= 12
        if not (between.isspace() or not between or between == "-" or abbreviated):
            break
        if not token[0][0].isupper() and key not in _JOINED:
            break
        position = token.end()
        if key in _APART:
            names.append([])
        elif token[0][0].isupper() and not _names_nobody(key):
            names[-1].append(token)
    return position, [words for words in names if words]


def _names_nobody(key: str) -> bool:
    return key in TITLES or key in SAFE or key in _ANYBODY or key in _JOINED or len(key) < 2


def is_sign_off(level: str) -> bool:
    """True for a bare line that closes a mail: "Many thanks and best regards"."""
    if _SIGN_OFF.match(level):
        return True
    if _GREETING.match(level):
        return False
    short = len(level.split()) <= SIGN_OFF_WORDS and not level.endswith(("?", ":", ";"))
    return short and bool(_CLOSING.search(level)) and not re.search(r"[.!?]\s", level)


def is_signature(level: str) -> bool:
    """True for a bare line that may stand under a sign-off."""
    ends = level.endswith((".", "!", "?", ":")) and not _SHORTENED.search(level)
    return len(level.split()) <= SIGNATURE_WORDS and not ends


def signed(line: str, level: str) -> Iterator[Words]:
    """The words with a capital in each part of a line under a sign-off: a person, what they are, or
    a house. Contact lines and "your team" name nobody."""
    start = 0
    for end in [*(mark.start() for mark in _PARTS.finditer(line)), len(line)]:
        tokens = list(TOKEN.finditer(line, start, end))
        keys = [level[token.start() : token.end()] for token in tokens]
        start = end + 1
        if not keys or keys[0].rstrip(".") in _CONTACT:
            continue
        words = [
            token
            for token, key in zip(tokens, keys, strict=True)
            if token[0][0].isupper() and key not in TITLES and key not in _SMALL and len(key) > 1
        ]
        if words:
            yield words
