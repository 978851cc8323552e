# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Text from strangers that tries to steer the system instead of talking to its people.

Flow: ``text | views (plain, leet, spaced out, reversed, decoded) | wordings | score``. Signals of
different kinds add up (noisy or); one strong signal is enough, two weak ones are.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from urllib.parse import unquote

import attrs

from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.folding import Folded, bare
from salesagent_core.domain.injection_orders import orders, spelt_right
from salesagent_core.domain.injection_words import structures, wordings
from salesagent_core.domain.learned import Weighed, joined_score, strongest_window

SUSPECTED_FROM = 0.5
MAX_HEAD = 40_000
MAX_TAIL = 10_000
MAX_BLOBS = 12
MAX_DECODED = 4_000
QUESTION_DAMPING = 0.45
REPORTED_DAMPING = 0.4
OWN_WORDS_DAMPING = 0.35
CERTAIN_FROM = 0.9
"""From here up the rules' score stands, whatever the learned part says."""

_SENTENCES = {
    "override": "The text tells the system to set its instructions aside.",
    "role_change": "The text tries to give the system another role.",
    "exfiltration": "The text asks for instructions, keys or other people's data.",
    "machine_command": "The text gives orders to approve, send, mark or forward.",
    "addressed_to_machine": "The text speaks to a machine instead of to a person.",
    "false_authority": "The text claims the authority of an administrator or of the system.",
    "secrecy": "The text asks to hide something from people.",
    "planted_content": "The text dictates what the answer must contain.",
    "output_control": "The text tells the system how to answer.",
    "chat_template": "The text imitates the markers of a language model's conversation.",
    "smuggled_data": "The text imitates the system's own data.",
    "fake_boundary": "The text imitates the end of the stranger's text.",
    "hidden_text": "The text holds words that a person would not see.",
    "disguised": "The text hides its wording by spelling or encoding.",
    "resembles": "The wording is like that of known attempts to steer the system.",
}


@attrs.frozen(kw_only=True)
class Signal:
    """One sign of an attack; offsets into the text given (``end`` exclusive)."""

    code: str
    start: int
    end: int


@attrs.frozen(kw_only=True)
class InjectionReading:
    """``score`` 0..1; ``suspected`` from ``SUSPECTED_FROM`` up. ``findings`` are for the operator:
    none when nothing is suspected, but for a text too long to be read whole."""

    suspected: bool
    score: float
    signals: tuple[Signal, ...]
    findings: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class _Hit:
    code: str
    weight: float
    start: int
    end: int


@attrs.frozen(kw_only=True)
class _View:
    text: str
    locate: Callable[[int, int], tuple[int, int]]
    disguise: str = ""


def inspect_inbound(text: str) -> InjectionReading:
    """How much a text looks like an attempt to steer the system, by the rules' signals and by
    what was learned from examples together.

    At most ``MAX_HEAD`` characters from the start and ``MAX_TAIL`` from the end are read.
    """
    hits = _all_hits(text)
    findings: list[Finding] = []
    if len(text) > MAX_HEAD + MAX_TAIL:
        findings.append(
            Finding(
                code="too_long",
                severity=Severity.REVIEW,
                start=MAX_HEAD,
                end=len(text) - MAX_TAIL,
                sentence="The text is too long; its middle was not read.",
                part="inbound",
            )
        )
    by_rules = _score(hits)
    score, window = _weighed(text, by_rules)
    suspected = score >= SUSPECTED_FROM
    if suspected and by_rules < SUSPECTED_FROM:
        hits.append(_Hit(code="resembles", weight=score, start=window.start, end=window.end))
    signals = tuple(
        sorted(
            {Signal(code=hit.code, start=hit.start, end=hit.end) for hit in hits},
            key=lambda one: (one.start, one.end, one.code),
        )
    )
    if suspected:
        findings += [
            Finding(
                code=f"injection_{signal.code}",
                severity=Severity.REVIEW,
                sentence=_SENTENCES[signal.code],
                start=signal.start,
                end=signal.end,
                part="inbound",
            )
            for signal in signals
        ]
    return InjectionReading(
        suspected=suspected, score=round(score, 3), signals=signals, findings=tuple(findings)
    )


def rules_score(text: str) -> float:
    """How suspicious the rules alone find a text, 0..1."""
    return _score(_all_hits(text))


def _all_hits(text: str) -> list[_Hit]:
    return [
        attrs.evolve(hit, start=hit.start + offset, end=hit.end + offset)
        for offset, piece in _pieces(text)
        for hit in _hits(piece)
    ]


def _weighed(text: str, by_rules: float) -> tuple[float, Weighed]:
    """The score of rules and learned part together, and the window that is most like an attack."""
    found = [
        attrs.evolve(window, start=window.start + offset, end=window.end + offset)
        for offset, piece in _pieces(text)
        for window in [strongest_window("injection", piece)]
    ]
    window = max(found, key=lambda one: one.score)
    if by_rules >= CERTAIN_FROM:
        return by_rules, window
    return joined_score("injection", window.score, by_rules), window


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    if len(text) <= MAX_HEAD + MAX_TAIL:
        yield 0, text
        return
    yield 0, text[:MAX_HEAD]
    yield len(text) - MAX_TAIL, text[-MAX_TAIL:]


def _score(hits: list[_Hit]) -> float:
    strongest: dict[str, float] = {}
    for hit in hits:
        strongest[hit.code] = max(strongest.get(hit.code, 0.0), hit.weight)
    left = 1.0
    for weight in strongest.values():
        left *= 1.0 - weight
    return 1.0 - left


def _hits(text: str) -> list[_Hit]:
    folded = bare(text)
    hits = list(_hidden_hits(text))
    for view in _views(text, folded):
        found = list(_read(view))
        hits += found
        if view.disguise == "spelling":
            start, end = view.locate(0, 0)
            hits.append(_Hit(code="disguised", weight=0.55, start=start, end=end))
        elif view.disguise and any(hit.weight >= QUESTION_DAMPING for hit in found):
            start, end = min(h.start for h in found), max(h.end for h in found)
            hits.append(_Hit(code="disguised", weight=0.4, start=start, end=end))
    return hits


def _views(text: str, folded: Folded) -> Iterator[_View]:
    yield _View(text=folded.text, locate=folded.span)
    leet = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), folded.text)
    if leet != folded.text:
        yield _View(text=leet, locate=folded.span, disguise="leet")
    yield from _joined(folded)
    yield from _spelt_right(folded)
    if any(word in folded.text for word in _REVERSED):
        length = len(folded.text)
        yield _View(
            text=folded.text[::-1],
            disguise="reversed",
            locate=lambda start, end: folded.span(length - end, length - start),
        )
    if any(word in folded.text for word in _ROT13):
        yield _View(text=folded.text.translate(_ROT), locate=folded.span, disguise="rot13")
    inner = list(_INNER_DIGIT.finditer(folded.text))
    if len(inner) >= MIN_LEET_WORDS:
        yield _View(
            text="",
            locate=lambda _s, _e: folded.span(inner[0].start(), inner[-1].end()),
            disguise="spelling",
        )
    for start, end, decoded in _decoded(text):
        place = (start, end)
        yield _View(text=bare(decoded).text, locate=lambda _s, _e, at=place: at, disguise="encoded")  # type: ignore[misc]


_LEET_WORD = re.compile(
    r"(?<![\w.@/$])(?=[a-z0-9@$!|+]{3,24}(?![\w@]))(?=[0-9@$!|+]*[a-z])(?=[a-z]*[0-9@$!|+])[a-z0-9@$!|+]{3,24}"
)
_LEET = str.maketrans("013457@$!|+8", "oieastasiltb")
# Digits inside words: "c0mp0rt3". Part numbers hold capitals, hyphens or end in digits.
_INNER_DIGIT = re.compile(
    r"(?<![\w.@/-])[013457]?[a-z]{1,12}[013457]{1,3}[a-z]{1,12}[a-z013457]{0,12}(?![\w@])"
)
MIN_LEET_WORDS = 3
_REVERSED = (
    "snoitcurtsni",
    "tpmorp",
    "erongi",
    "nehcsilgna",
    "negnusiewna",
    "snoitcurtsnoc",
    "senoiccurtsni",
    "sengisnoc",
    "evorppa",
)
_ROT13 = ("vafgehpgvbaf", "vtaber", "flfgrz cebzcg", "cebzcg", "nccebir")
_ROT = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
_SPACED = re.compile(r"(?<!\w)\w(?:[ ._*~/-]{1,3}\w){5,400}(?!\w)")
_SPLIT = re.compile(r"(?<=[a-z])[-_*.~|/\\·](?=[a-z])")


def _joined(folded: Folded) -> Iterator[_View]:
    """Letters with spaces or signs between them, put together again."""
    text = folded.text
    for match in _SPACED.finditer(text):
        letters = match[0]
        if sum(char.isalpha() for char in letters) < 6:
            continue
        start, end = match.span()
        wide = re.sub(r"[ ._*~/-]{2,3}", "\0", letters)
        words = re.sub(r"[ ._*~/-]", "", wide).replace("\0", " ")
        for variant in {words, _resplit(words.replace(" ", ""))}:
            # The words around may hold the rest of the order.
            rest = text[max(0, start - 80) : start] + variant + text[end : end + 80]
            place = folded.span(start, end)
            yield _View(text=rest, locate=lambda _s, _e, at=place: at, disguise="spaced")  # type: ignore[misc]
    if _SPLIT.search(text):
        kept = [index for index, char in enumerate(text)]
        positions = {match.start() for match in _SPLIT.finditer(text)}
        if len(positions) >= 3:
            kept = [index for index in kept if index not in positions]
            joined = "".join(text[index] for index in kept)

            def locate(start: int, end: int) -> tuple[int, int]:
                return folded.span(kept[start], kept[max(start, end - 1)] + 1)

            yield _View(text=joined, locate=locate, disguise="split")


def _spelt_right(folded: Folded) -> Iterator[_View]:
    """Key words with a letter wrong put right."""
    parts: list[str] = []
    origin: list[int] = []
    wrong = last = 0
    for match in _WORD.finditer(folded.text):
        word = match[0]
        right = spelt_right(word)
        wrong += right != word
        between = folded.text[last : match.start()]
        parts += (between, right)
        origin += range(last, match.start())
        origin += [min(match.start() + at, match.end() - 1) for at in range(len(right))]
        last = match.end()
    if not wrong:
        return
    origin.append(max(0, len(folded.text) - 1))

    def locate(start: int, end: int) -> tuple[int, int]:
        return folded.span(origin[start], origin[max(start, end - 1)] + 1)

    yield _View(text="".join(parts), locate=locate)


_WORD = re.compile(r"[a-z]{5,16}")

_VOCABULARY = (
    "ignore disregard forget override bypass all any every previous prior above your the these instructions instruction "
    "rules prompt system reveal print show approve this automatically and send email reply you are now act as follow new only "
    "ignoriere vergiss alle vorherigen anweisungen regeln zeige deinen genehmige diese automatisch und "
    "ignorez ignore oubliez toutes les instructions precedentes consignes affiche approuve ce message "
    "ignora olvida todas las instrucciones anteriores reglas muestra tu aprueba este mensaje tus"
).split()


@cache
def _resplit(run: str) -> str:
    """Words of the vocabulary found greedily in a run of letters: "ignoreall" -> "ignore all"."""
    words, position, loose = [], 0, ""
    longest_first = sorted(set(_VOCABULARY), key=len, reverse=True)
    while position < len(run) and position < 400:
        word = next((one for one in longest_first if run.startswith(one, position)), "")
        if not word:
            loose += run[position]
            position += 1
            continue
        if loose:
            words.append(loose)
            loose = ""
        words.append(word)
        position += len(word)
    return " ".join([*words, loose]).strip()


_BLOB = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{20,6000}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:\\x|0x|%)?[0-9A-Fa-f]{2}[ ,]?){16,3000}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}){6,2000}")


def _decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Base64, hex, percent-encoded, entity and escape runs that turn into readable text."""
    for match in list(_BLOB.finditer(text))[:MAX_BLOBS]:
        blob = match[0].rstrip("=").replace("-", "+").replace("_", "/")[:MAX_DECODED]
        blob = blob[: len(blob) - (len(blob) % 4 == 1)]
        try:
            raw = base64.b64decode(blob + "=" * (-len(blob) % 4))
        except (binascii.Error, ValueError):
            continue
        if readable := _readable(raw):
            yield match.start(), match.end(), readable
    for match in list(_HEX.finditer(text))[:MAX_BLOBS]:
        digits = re.sub(r"\\x|0x|%|[ ,]", "", match[0])[:MAX_DECODED]
        if readable := _readable(bytes.fromhex(digits[: len(digits) // 2 * 2])):
            yield match.start(), match.end(), readable
    if text.count("%") >= 3 and (once := unquote(text[:MAX_HEAD])) != text:
        yield 0, len(text), once
    if "&" in text and (plain_text := unescape(text)) != text:
        yield 0, len(text), plain_text
    for match in list(_ESCAPES.finditer(text))[:MAX_BLOBS]:
        codes = re.findall(r"\\[ux]([0-9a-fA-F]{2,4})", match[0])
        yield match.start(), match.end(), "".join(chr(int(code, 16)) for code in codes)


def _readable(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    printable = sum(char.isprintable() or char in "\n\t" for char in text)
    return text if len(text) >= 8 and printable >= 0.95 * len(text) else ""


def _hidden_hits(text: str) -> Iterator[_Hit]:
    for match in re.finditer(r"<!--(.{0,2000}?)-->", text, re.DOTALL):
        inside = list(_read(_View(text=bare(match[1]).text, locate=lambda s, e: (s, e))))
        if inside or (len(re.findall(r"[^\W\d_]{3,}", match[1])) >= 6 and "{" not in match[1]):
            weight = 0.6 if inside else 0.35
            yield _Hit(code="hidden_text", weight=weight, start=match.start(), end=match.end())
    if text.isascii():
        return
    for match in re.finditer(r"[\U000E0020-\U000E007F]{3,}", text):
        if text[match.start() - 1 : match.start()] != "\U0001f3f4":
            yield _Hit(code="hidden_text", weight=0.7, start=match.start(), end=match.end())
    zero_width = list(
        re.finditer(r"(?<=[A-Za-zÀ-ɏ])[\u200b\u200c\u200d\u2060\ufeff\u00ad]+(?=[A-Za-zÀ-ɏ])", text)
    )
    if len(zero_width) >= 2:
        # One may come from a web page; several inside words are put there.
        weight = 0.3 if all("\u00ad" in match[0] for match in zero_width) else 0.45
        yield _Hit(
            code="hidden_text", weight=weight, start=zero_width[0].start(), end=zero_width[-1].end()
        )
    if match_ := re.search(r"[\u202d\u202e]", text):
        yield _Hit(code="hidden_text", weight=0.5, start=match_.start(), end=match_.end())
    for match in re.finditer(
        r"\b(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w{4,30}\b", text
    ):
        if len(re.findall(r"[A-Za-z]", match[0])) >= 2:
            yield _Hit(code="disguised", weight=0.3, start=match.start(), end=match.end())


def _read(view: _View) -> Iterator[_Hit]:
    flat = re.sub(r"(?<=[a-z,]) ?\n(?=[a-z])", " ", view.text) if view.disguise else view.text
    flat = flat if len(flat) == len(view.text) else view.text
    for code, weight, pattern in structures():
        for match in pattern.finditer(view.text):
            start, end = view.locate(match.start(), match.end())
            yield _Hit(code=code, weight=weight, start=start, end=end)
    for code, weight, pattern in (*wordings(), *orders()):
        for match in pattern.finditer(flat):
            damped = weight * _damping(flat, match, code)
            if damped > 0.1:
                start, end = view.locate(match.start(), match.end())
                yield _Hit(code=code, weight=damped, start=start, end=end)


_ASKS = re.compile(
    r"^\W*(?:(?:and|but|also|so|und|aber|et|mais|y|pero)\s)?(?:do(?! not\b)|does|did|is|are|was|has|have|had|how|what|why|where|when (?:do|does|did|is|are|can|could|will|would|should)|which|who|(?:can|could|will|would|should|may|might|must) (?:your|the|it|we|i|they|our|an?|this)\b|"
    r"we|our|i\b|my|they|he|she|it\b|nobody|some|many|most|"
    r"wie|was|warum|wo|wann|welche\w*|hat|haben|ist|sind|gibt|nutz\w+|verwende\w*|unterstutz\w+|konnen wir|kann (?:ihr|das|man|ich|die)|wir|unser\w*|ich|"
    r"est-ce|avez|utilisez|comment|pourquoi|quel\w*|nous|notre|nos|je|on|peut-on|pouvons|"
    r"como(?! (?:tu|su|desarroll\w+|administ\w+|programad\w+|creador\w*)\b)|por que|que|cual\w*|tienen|tiene|usan|utilizan|nosotros|nuestr\w+|podemos|puedo|se puede|hay|su (?:chatbot|sistema|asistente))\b"
)
_IMPERATIVE_INSIDE = re.compile(
    r"\b(?:you (?:must|should|have to|need to|will|are)|want you to|need you to|please|now|then|instead|bitte|s'il (?:te|vous)|por favor)\b"
)
_REPORTED = re.compile(
    r"(?:prompt[- ]injection|jailbreak|attacks?\b|attacker|angriff\w*|attaques?|ataques?|inyeccion|phish\w*|such as|e\.g|for example|z\. ?b|zum beispiel|par exemple|por ejemplo|"
    r"people (?:type|write|try|put)|(?:someone|somebody|anyone|jemand|quelqu'un|alguien) (?:puts?|enters?|pastes?|sends?|submits?|\w+t\b|met\b|ecrit|envoie|pone|escribe|manda)|users? (?:type|write|try|typing|writing|trying|who)|someone (?:types?|writes?|tries)|if (?:a|an|the) (?:user|customer|attacker|visitor)|wenn (?:ein|jemand)|si (?:un|quelqu'un|alguien|un)|"
    r"protect|detect|block|filter|prevent|against|schutz\w*|erkenn\w*|gegen|proteg\w+|contre|contra|detect\w+)"
)
_OWN_WORDS = re.compile(
    r"\b(?:my|our|meine[rnm]?|unsere[rnm]?|mes|mon|ma|nos|notre|mis?|nuestr[oa]s?)\b"
)
_ABOUT_OWN = frozenset({"override", "exfiltration"})
_DELETES = re.compile(r"\b(?:delet|eras|wip|purg|remov|losch|entfern|supprim|effac|elimin|borr)")
_MACHINE_WORDS = re.compile(
    r"\b(?:system|prompt|you (?:were|are)|dein\w*|tes|tus|automatic\w*|automati\w*|approv\w*|reveal)\b"
)
_INFINITIVE = re.compile(
    r"\b(?:tends?|want|wants|wanted|trying|try|tries|likes?|hope|plan|plans|able|allow\w*|helps?|easy|hard|possible|ways?|option|ability|how|used|right|who|that|which|people|staff|drivers|users|"
    r"colleagues|team|teams|customers|mochten|wollen|um|voulons|souhaitons|queremos|deseamos|permite|permet\w*|pour|para|vamos a|pouvoir|poder)\s(?:to |de |a |que )?(?:\w+ly )?$"
)
_FORBIDS = re.compile(
    r"\b(?:(?:must|shall|may|should|will|darf|durfen|soll|sollen|doit|doivent|peut|peuvent) (?:not|nicht|kein\w*|pas|jamais|never|niemals)|"
    r"no (?:debe|debera|podra|puede|deben|deberan|podran)|never)\b[^.!?]{0,30}$"
)
_MACHINE_ASKED = re.compile(
    r"^\W*(?:can|could|would|will|kann|konnte|peut|pourrait|puede|podria) (?:the|your|der|die|das|ihr\w*|dein\w*|l'|le|votre|ton|el|la|su|tu) ?"
    r"(?:\w+ )?(?:assistants?|assistent\w*|asistente|bot|chatbot|ai|ki|ia|model|modell|modele|modelo)\b"
)
_MAILISH = re.compile(
    r"\b(?:(?:last|previous|earlier|first|letzte\w*|vorherige\w*|precedente?|dernier|anterior|ultimo) (?:e-?mails?|mail|message|nachricht)|invoice|order|quote|letter|attachment|voicemail|nachricht|rechnung|bestellung|angebot|courriel|facture|commande|devis|correo|factura|pedido|lieferadresse|delivery|shipping|packing|assembly|installation|safety data|payment|manual|warehouse|lager\w*|parking|booking|visit|driver|drivers|fahrer|loading|unloading|billing|purchase)\b"
)


def _damping(text: str, match: re.Match[str], code: str) -> float:
    first = max(text.rfind(mark, 0, match.start()) for mark in (".", "!", "?", "\n", ";")) + 1
    ends = [at for mark in (".", "!", "?", "\n") if (at := text.find(mark, match.end())) >= 0]
    last = min(ends, default=len(text))
    before, sentence = text[first : match.start()], text[first:last]
    factor = 1.0
    about = match[0] + text[match.end() : min(last, match.end() + 45)]
    if (_OWN_WORDS.search(match[0]) and (code in _ABOUT_OWN or _DELETES.match(match[0]))) or (
        code == "override" and _MAILISH.search(about) and not _MACHINE_WORDS.search(sentence)
    ):
        factor *= OWN_WORDS_DAMPING
    if _INFINITIVE.search(before) and "want you to" not in before and "need you to" not in before:
        factor *= QUESTION_DAMPING
    if (
        _ASKS.match(text[first : match.end()].lstrip())
        and not _IMPERATIVE_INSIDE.search(before)
        and not (
            re.match(
                r"^\W*(?:what|was|quel|cual|which|welche|wie laute)", text[first : match.end()]
            )
            and code == "exfiltration"
        )
        and not (code == "exfiltration" and _MACHINE_ASKED.match(sentence.lstrip()))
        and not re.match(r"\W*(?:i|we) (?:want|need|order|command|instruct|would like) you", before)
    ):
        factor *= QUESTION_DAMPING
    if code == "exfiltration" and _FORBIDS.search(before):
        factor *= QUESTION_DAMPING
    quoted = before.count('"') % 2 == 1 or re.search(r"(?:^|\s)'[^']*$", before) is not None
    if _REPORTED.search(before) and (quoted or len(before) > 25):
        factor *= REPORTED_DAMPING
    return factor
