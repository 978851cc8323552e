"""What callers may put into parameters and bodies, judged in one place."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from salesagent_app.http.auth import Caller
from salesagent_app.http.services import HttpServices
from salesagent_core.errors import InvalidInput, Problem

Services = NamedDependency[HttpServices]
Calling = NamedDependency[Caller]
"""Whom the guard of the API let in."""
Id = FromPath[UUID]

MAX_PAGE = 200
MAX_OFFSET = 1_000_000
MAX_TEXT = 2_000

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MAX_PAGE, description="Rows at most.")]
Offset = Annotated[
    int, QueryParameter(name="offset", ge=0, le=MAX_OFFSET, description="Rows to leave out first.")
]

_HASH = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def content_hash(text: str) -> str:
    """The hash of a revision, which may be copied with spaces around it.

    Raises:
        InvalidInput: it is no SHA-256 in hexadecimal.
    """
    found = text.strip().lower()
    if not _HASH.fullmatch(found):
        raise _invalid("content_hash", "must be the 64 hexadecimal digits of the draft's hash")
    return found


def free_text(where: str, text: str) -> str:
    """What a person wrote to explain or instruct, with its line ends normalised.

    Raises:
        InvalidInput: blank, longer than ``MAX_TEXT``, or with control characters.
    """
    found = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not found:
        raise _invalid(where, "must not be empty")
    if len(found) > MAX_TEXT:
        raise _invalid(where, f"must not be longer than {MAX_TEXT} characters")
    if _CONTROL.search(found):
        raise _invalid(where, "must not contain control characters")
    return found


def _invalid(where: str, what: str) -> InvalidInput:
    return InvalidInput(f"{where} {what}", [Problem(where=where, what=what)])
