# ruff: noqa: E501, S105  (patterns are kept on one line; names of secrets are none)
"""Keys, tokens and passwords in a text: by the shape their makers gave them, or by a name before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import attrs

from salesagent_core.domain.text.folding import shapes, words_with


@attrs.frozen(kw_only=True)
class Secret:
    """``what`` it is, for a sentence; offsets into the text given."""

    what: str
    start: int
    end: int


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


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
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
    }


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


def find_secrets(text: str, data: bytes) -> Iterator[Secret]:
    """All of them, none overlapping another; ``data`` is the text as ``ascii_bytes``."""
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
        yield Secret(what=label, start=match.start(), end=match.end())
    if not _may_assign(lowered):
        return
    for match in patterns["assigned"].finditer(text):
        value = match["value"].rstrip(".,;:!?)")
        span = (match.start(), match.start("value") + len(value))
        if not _looks_secret(value, certain=bool(match["sep"]), text=text, end=span[1]):
            continue
        if any(span[0] < end and start < span[1] for start, end in taken):
            continue
        yield Secret(what="a password or key", start=span[0], end=span[1])


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
