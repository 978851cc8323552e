"""What an operator says, read without a model: English, and the basics of three more languages.

A phrase is read whole or not at all, so "don't approve this" is no approval, and neither is a
sentence that merely holds the word. What is not read here goes to a model, whose reading of
whatever changes something is read back first. Linear in the length of what was said.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from salesagent_core.domain.commands.command import (
    DESTRUCTIVE,
    MAX_ARGUMENT,
    MAX_SPOKEN,
    Command,
    CommandName,
)
from salesagent_core.domain.commands.phrases import (
    EXACT,
    NO,
    POLITE_AFTER,
    POLITE_BEFORE,
    REWRITES,
    YES,
)

_STOPS = frozenset(',.;:!?…·\u00a1\u00bf-–—"“”„«»()')
_EDGES = " \t\n.,;:!?…·\u00a1\u00bf"
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»", "`": "`"}
_PRONOUNS = frozenset(
    "it this that these those them everything all something es das dies alles ihn sie le la ca "
    "cela tout lo eso esto todo".split()
)
_CORRECTING = frozenset(
    "wait actually sorry nevermind no nein doch non attends espera instead rather approve approved "
    "freigeben genehmigen approuve approuver aprueba aprobar".split()
)
"""Words by which somebody takes back what they just began to say."""


def read_command(text: str) -> Command | None:
    """The one command that ``text`` is, or None where a model had better read it."""
    if len(text) > MAX_SPOKEN:
        return None
    said = _bare(text)
    if not said:
        return None
    key = _key(said)
    name = _phrases().get(key)
    if name is not None:
        # "Approve it?" asks; it does not tell.
        return None if name in DESTRUCTIVE and "?" in text else Command(name=name)
    if "?" in text:
        return None
    if key in _set_of(REWRITES):
        return Command(name=CommandName.EDIT, instruction=said)
    return _rejection(said) or _edit(said) or _rewrite(said)


def read_answer(text: str) -> bool | None:
    """Yes or no to what was read back; None where it is neither."""
    if len(text) > MAX_SPOKEN:
        return None
    # "ok" and "please" are manners before a command, but an answer by themselves.
    for key in (_key(text.strip(_EDGES)), _key(_bare(text))):
        if key in _set_of(NO):
            return False
        if key in _set_of(YES):
            return True
    return None


# Rejections

_REJECT = re.compile(
    r"(?P<verb>reject|discard|decline|dismiss|ablehnen|lehne?|verwerfen|verwirf|abgelehnt"
    r"|rejeter|rejette|refuser|refuse|rechazar|rechaza|rechazalo|recházalo|descartar|descarta)"
    r"(?:[ -](?P<what>this one|that one|this draft|the draft|this|that|it|all of them|all drafts"
    r"|them all|all|everything|every draft|es ab|das ab|den entwurf ab|alle ab|alles ab|ab|es|das"
    r"|le|la|ça|ca|tout|les tous|ce brouillon|esto|lo|todo|todos|este borrador))?"
    r"(?:\s*(?:[,;:.–—]|\s-)\s*|\s+|$)"
    r"(?:(?:because of|because|since|as|for|reason|weil|da|wegen|grund|parce qu[e'’]|car|raison"
    r"|porque|por|motivo)\b:?\s*)?(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ALL = frozenset(
    "all,all of them,all drafts,them all,everything,every draft,alle ab,alles ab,tout,les tous,"
    "todo,todos".split(",")
)
_GERMAN_ALL = re.compile(
    r"(?:alle|alles) (?:ablehnen|verwerfen)(?:\s*[,;:]\s*(?P<reason>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_FRENCH_ALL = re.compile(
    r"tout (?:rejeter|refuser)(?:\s*[,;:]\s*(?P<reason>.*))?", re.IGNORECASE | re.DOTALL
)
_JOINED = re.compile(r"[,;:.–—]|\s-\s")
_BECAUSE = re.compile(
    r"\b(?:because|since|as|for|reason|weil|da|wegen|grund|parce|car|raison|porque|por|motivo)\b",
    re.IGNORECASE,
)


def _rejection(said: str) -> Command | None:
    for everything in (_GERMAN_ALL, _FRENCH_ALL):
        if match := everything.fullmatch(said):
            return _rejected(CommandName.REJECT_ALL, match["reason"] or "")
    match = _REJECT.fullmatch(said)
    if match is None:
        return None
    what, reason = (match["what"] or "").casefold(), match["reason"].strip(_EDGES)
    head = said[: match.start("reason")]
    if reason and not (_JOINED.search(head) or _BECAUSE.search(head)):
        # "reject the third one": what stands there need not be a reason.
        return None
    return _rejected(CommandName.REJECT_ALL if what in _ALL else CommandName.REJECT, reason)


def _rejected(name: CommandName, reason: str) -> Command | None:
    reason = reason.strip(_EDGES)
    if len(reason) > MAX_ARGUMENT or _CORRECTING.intersection(_key(reason).split()):
        return None
    return Command(name=name, reason=reason or None)


# Edits

_VERBS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?:change|swap|turn|correct)\s+", ("to", "into", "for")),
    (r"replace\s+", ("with", "by")),
    (r"(?:ändere|aendere|andere|tausche)\s+", ("zu", "in", "auf", "gegen")),
    (r"ersetze\s+", ("durch", "mit")),
    (r"(?:change|changer|modifie|modifier)\s+", ("en",)),
    (r"(?:remplace|remplacer|remplacez)\s+", ("par",)),
    (r"(?:cambia|cambiar)\s+", ("por", "a")),
    (r"(?:reemplaza|reemplazar|sustituye|sustituir)\s+", ("por", "con")),
)
_THE_WORD = re.compile(r"(?:the words?|das wort|die wörter|le mot|la palabra)\s+", re.IGNORECASE)


def _edit(said: str) -> Command | None:
    for verb, joints in _VERBS:
        match = re.match(verb, said, re.IGNORECASE)
        if match is None:
            continue
        pair = _pair(_THE_WORD.sub("", said[match.end() :], count=1), joints)
        if pair is not None:
            return Command(name=CommandName.EDIT, old=pair[0], new=pair[1])
    return None


def _pair(rest: str, joints: tuple[str, ...]) -> tuple[str, str] | None:
    """What is to be replaced and by what; None where it can be split in more than one way."""
    quoted = _quoted(rest)
    if quoted is not None:
        old, after = quoted
        words = after.split(maxsplit=1)
        if len(words) < 2 or words[0].casefold() not in joints:
            return None
        new = words[1]
    else:
        splits = [
            match
            for joint in joints
            for match in re.finditer(rf"\s{joint}(?=\s)", rest, re.IGNORECASE)
        ]
        if len(splits) != 1:
            return None
        old, new = rest[: splits[0].start()], rest[splits[0].end() :]
    old, new = _unquoted(old), _unquoted(new)
    if not old or not new or max(len(old), len(new)) > MAX_ARGUMENT:
        return None
    return None if _key(old) in _PRONOUNS else (old, new)


def _quoted(text: str) -> tuple[str, str] | None:
    """What stands between the quotes that ``text`` begins with, and what comes after them."""
    closing = _QUOTES.get(text[:1])
    end = text.find(closing, 1) if closing else -1
    return (text[1:end], text[end + 1 :]) if end > 1 else None


def _unquoted(text: str) -> str:
    text = text.strip()
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 2 and text.endswith(closing):
        return text[1:-1].strip()
    return text


_REWRITE = re.compile(
    r"(?:make (?:it|this|the draft|the mail|the e-?mail|the text|the tone|the subject)"
    r"|rewrite(?: it| this| the draft| the mail| the e-?mail)?|write it again|regenerate(?: it)?"
    r"|shorten|mach (?:es|das|ihn|sie|den entwurf|die mail)|schreib (?:es|das|ihn|sie)"
    r"|rends-le|rends le|réécris(?:-le)?|reecris(?:-le)?|hazlo|reescribe|reescríbelo)"
    r"[ ,:].{1,}",
    re.IGNORECASE | re.DOTALL,
)


def _rewrite(said: str) -> Command | None:
    if len(said) > MAX_ARGUMENT or not _REWRITE.fullmatch(said):
        return None
    return Command(name=CommandName.EDIT, instruction=said)


# Words


def _bare(text: str) -> str:
    """``text`` on one line without manners and without punctuation at its ends."""
    said = " ".join(unicodedata.normalize("NFC", text).split()).strip(_EDGES)
    shorter = True
    while shorter:
        shorter = False
        low = said.casefold()
        if len(low) != len(said):
            return said
        for manner in POLITE_BEFORE:
            if low.startswith(manner) and low[len(manner) : len(manner) + 1] in (" ", ","):
                said, shorter = said[len(manner) :].strip(_EDGES), True
                break
        for manner in POLITE_AFTER:
            # "reject, no thanks" keeps its reason: manners stand after a comma or a whole phrase.
            if said.casefold().endswith((f" {manner}", f",{manner}")):
                cut = said[: -len(manner)].strip(_EDGES)
                if _key(cut) in _phrases() or _key(cut) in _set_of(REWRITES):
                    said, shorter = cut, True
                    break
    return said


def _key(text: str) -> str:
    """``text`` in the form in which phrases are compared: no case, accents or punctuation. Signs
    that are no punctuation stay, so that nothing with a thumb turned down is an approval."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (char for char in plain if char not in "'’‘" and not unicodedata.combining(char))
    return " ".join("".join(" " if char in _STOPS else char for char in kept).split())


@cache
def _set_of(phrases: str) -> frozenset[str]:
    found = {_key(phrase) for line in phrases.splitlines() for phrase in line.split(";")}
    return frozenset(found - {""})


@cache
def _phrases() -> dict[str, CommandName]:
    return {key: name for name, phrases in EXACT.items() for key in _set_of(phrases)}
