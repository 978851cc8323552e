# ruff: noqa: E501  (word lists and patterns are kept on one line)
"""Text from strangers that tries to steer the system instead of talking to its people.

Flow: ``text | views (plain, leet, spaced out, reversed, decoded) | wordings | score``. Signals of
different kinds add up (noisy or); one strong signal is enough, two weak ones are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from salesagent_core.domain.finding import Finding, Severity
from salesagent_core.domain.safety.injection_orders import orders
from salesagent_core.domain.safety.injection_views import View, views_of
from salesagent_core.domain.safety.injection_words import structures, wordings
from salesagent_core.domain.text.folding import bare
from salesagent_core.domain.text.learned import Weighed, joined_score, weighed

SUSPECTED_FROM = 0.5
MAX_HEAD = 40_000
MAX_TAIL = 10_000
MAX_DISGUISED = 4_000
"""Characters of a disguised text that are held against what was learned."""
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


def inspect_inbound(text: str) -> InjectionReading:
    """How much a text looks like an attempt to steer the system, by the rules' signals and by
    what was learned from examples together.

    At most ``MAX_HEAD`` characters from the start and ``MAX_TAIL`` from the end are read.
    """
    reading = read_signs(text)
    hits = list(reading.hits)
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
    by_rules = reading.by_rules
    window = reading.learned
    score = by_rules if by_rules >= CERTAIN_FROM else _together(reading)
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


@attrs.frozen(kw_only=True)
class Signs:
    """What rules and examples see in a text, before it is weighed together. ``by_code``: for each
    code of a signal the strongest one, 0..1; ``learned``: offsets into the text."""

    hits: tuple[_Hit, ...]
    by_rules: float
    by_code: Mapping[str, float]
    learned: Weighed


def read_signs(text: str) -> Signs:
    """The signs of an attack in a text, by rules and by examples."""
    hits: list[_Hit] = []
    found: list[Weighed] = []
    for offset, piece in _pieces(text):
        views = list(views_of(piece, bare(piece)))
        hits += [
            attrs.evolve(hit, start=hit.start + offset, end=hit.end + offset)
            for hit in _hits(piece, views)
        ]
        found += [
            attrs.evolve(window, start=window.start + offset, end=window.end + offset)
            for window in _learned(piece, views)
        ]
    by_code: dict[str, float] = {}
    for hit in hits:
        by_code[hit.code] = max(by_code.get(hit.code, 0.0), hit.weight)
    return Signs(
        hits=tuple(hits),
        by_rules=_score(by_code),
        by_code=by_code,
        learned=max(found, key=lambda one: one.score),
    )


def rules_score(text: str) -> float:
    """How suspicious the rules alone find a text, 0..1."""
    return read_signs(text).by_rules


def beside(signs: Signs) -> dict[str, float]:
    """The readings beside the strongest window and the rules' score that are weighed."""
    codes = {f"code_{code}": weight for code, weight in signs.by_code.items()}
    return {"top": signs.learned.top, "whole": signs.learned.whole, **codes}


def _together(signs: Signs) -> float:
    return joined_score("injection", signs.learned.score, signs.by_rules, beside(signs))


def _learned(text: str, views: list[View]) -> Iterator[Weighed]:
    """What the examples say of a text as it stands, and of what is disguised in it."""
    yield weighed("injection", without_mail_heads(text))
    for view in views:
        if view.disguise and view.text:
            found = weighed("injection", view.text[:MAX_DISGUISED])
            start, end = view.locate(found.start, max(found.end, found.start + 1))
            yield attrs.evolve(found, start=start, end=end)


def without_mail_heads(text: str) -> str:
    """The text with the head lines of a quoted mail ("From: ...", "To: ...") made blank: who wrote
    to whom gives nobody an order. Every character keeps its place."""
    return _MAIL_HEAD.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


_HEAD_LINE = (
    r"[ \t>*_]{0,8}(?:from|sent|to|cc|date|von|gesendet|an|datum|kopie|de|envoye|envoyé|à|a|"
    r"destinataire|para|enviado(?: el)?|fecha)[ *_]{0,3}:[^\n]{0,70}"
)
_MAIL_HEAD = re.compile(rf"^{_HEAD_LINE}\n(?:{_HEAD_LINE}(?:\n|\Z)){{1,5}}", re.I | re.M)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    if len(text) <= MAX_HEAD + MAX_TAIL:
        yield 0, text
        return
    yield 0, text[:MAX_HEAD]
    yield len(text) - MAX_TAIL, text[-MAX_TAIL:]


def _score(by_code: Mapping[str, float]) -> float:
    left = 1.0
    for weight in by_code.values():
        left *= 1.0 - weight
    return 1.0 - left


def _hits(text: str, views: list[View]) -> list[_Hit]:
    hits = list(_hidden_hits(text))
    for view in views:
        found = list(_read(view))
        hits += found
        if view.disguise == "spelling":
            start, end = view.locate(0, 0)
            hits.append(_Hit(code="disguised", weight=0.55, start=start, end=end))
        elif view.disguise and any(hit.weight >= QUESTION_DAMPING for hit in found):
            start, end = min(h.start for h in found), max(h.end for h in found)
            hits.append(_Hit(code="disguised", weight=0.4, start=start, end=end))
    return hits


def _hidden_hits(text: str) -> Iterator[_Hit]:
    for match in re.finditer(r"<!--(.{0,2000}?)-->", text, re.DOTALL):
        inside = list(_read(View(text=bare(match[1]).text, locate=lambda s, e: (s, e))))
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


def _read(view: View) -> Iterator[_Hit]:
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
