"""The second fence around logs and fault reports: secrets and people are struck out.

The first fence is that nobody writes them there. This one strikes out by key, by pattern and by
kind of error: the text of an error that is not ours may quote anything, so only its type is kept.
Every pattern is linear, and a text is cut before it is searched.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from salesagent_core.errors import SalesAgentError

STRUCK: Final = "[removed]"
MAX_TEXT: Final = 20_000
"""Characters of one text; what is longer is cut."""
MAX_DEPTH: Final = 8
MAX_CAUSES: Final = 8

_LOCKED = (
    "password|passwd|passphrase|secret|token|authorization|cookie|credential|api_?key|"
    "encryption_?key|private_?key|access_?key|dsn|csrf|signature|session"
)
_PERSON_KEYS = (
    "e_?mail|mail_?address|recipient|sender|mailbox|phone|mobile|first_?name|last_?name|full_?name|"
    "person|contact|company|subject|body|snippet|note|transcript|raw|payload|parameters|params"
)
_KEY = re.compile(rf"(?:{_LOCKED}|{_PERSON_KEYS})$", re.IGNORECASE)
_HARMLESS_KEYS = frozenset({"tokens", "subject_kind", "subject_id"})

_IN_TEXT = re.compile(
    # "key": "value", 'key': 'value', key=value, as bodies of vendors and forms have them
    rf"""(["']?\b[\w-]{{0,40}}(?:{_LOCKED}|{_PERSON_KEYS})["']?\s{{0,3}}[:=]\s{{0,3}})"""
    r"""("[^"\n]{0,2000}"?|'[^'\n]{0,2000}'?|[^\s,;&)}\]"']{1,2000})""",
    re.IGNORECASE,
)
_PATTERNS: Final = (
    # What a database quotes of a row, and what SQLAlchemy quotes of a statement
    re.compile(r"(?<=DETAIL:)[^\n]*|(?<=\[parameters:)[^\n]*|(?<=CONTEXT:)[^\n]*"),
    re.compile(r"(?:Failing row contains|Key) \([^\n]*"),
    re.compile(r"\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,4000}", re.IGNORECASE),
    re.compile(r"\bsa_[\w-]{1,64}_[\w-]{8,128}"),
    re.compile(r"\b(?:sk|pk|rk|pat|ghp|xox[abp])-[\w-]{8,400}"),
    re.compile(r"\bya29\.[\w-]{8,2000}|\b1//[\w-]{10,512}|\bGOCSPX-[\w-]{8,100}"),
    re.compile(r"\beyJ[\w-]{6,4000}\.[\w-]{4,8000}\.[\w-]{0,2000}"),
    re.compile(r"(?<=://)[^\s/@:]{0,200}:[^\s/@]{1,400}(?=@)"),
    # 32 bytes and more in base64, as keys and signatures are written
    re.compile(r"(?<![\w/+-])[\w-]{42,43}=(?![\w=])"),
    # A sender's part and a host; the quick look for an @ comes first, see ``scrub_text``
    re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"),
    re.compile(r"(?<![\w.+-])\+\d[\d ().-]{6,18}\d(?!\w)"),
)
_TOLD = (
    *(SalesAgentError, OSError, AssertionError, AttributeError),
    *(NameError, ImportError, MemoryError),
)
"""Our own sentences, and errors of Python itself whose texts name code and files, never what was
being worked on."""


def scrub_text(text: str) -> str:
    """The text without what looks like a secret, an address or a telephone number."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + " [cut]"
    text = _IN_TEXT.sub(rf"\1{STRUCK}", text)
    for pattern in _PATTERNS:
        text = pattern.sub(STRUCK, text)
    return text


def is_told_by_key(key: str) -> bool:
    """Whether what stands under this key is a secret or a person's."""
    return key.lower() not in _HARMLESS_KEYS and _KEY.search(key) is not None


def scrub(value: object, depth: int = 0) -> Any:
    """The same value, or a copy without what must not be seen."""
    if isinstance(value, str):
        return scrub_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= MAX_DEPTH:
        return STRUCK
    if isinstance(value, Mapping):
        return {
            scrub_text(str(key)): STRUCK
            if is_told_by_key(str(key)) and each not in (None, "")
            else scrub(each, depth + 1)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(each, depth + 1) for each in value]
    if isinstance(value, BaseException):
        return said(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return STRUCK
    return scrub_text(str(value))


def said(error: BaseException) -> str:
    """What may be told of an error: our own sentences, else the type alone."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, _TOLD):
        return f"{kind}: {scrub_text(str(error))}"
    return kind


def traceback_of(error: BaseException, trace: TracebackType | None = None) -> str:
    """Where it happened, with its causes, oldest first. Neither locals nor foreign texts."""
    parts: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen and len(parts) < MAX_CAUSES:
        seen.add(id(current))
        frames = trace if current is error and trace is not None else current.__traceback__
        lines = traceback.format_list(traceback.extract_tb(frames))
        parts.append("Traceback (most recent call last):\n" + "".join(lines) + said(current))
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden
    return "\n\nwhich led to\n\n".join(reversed(parts))
