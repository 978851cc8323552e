"""What people write about policies: files in YAML or JSON, and moments in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from salesagent_core.errors import InvalidInput, Problem

MAX_BYTES = 1024 * 1024


def read_document(path: Path) -> object:
    """The plain data in a YAML or JSON file.

    Raises:
        InvalidInput: it cannot be read, is too large, or is neither.
    """
    try:
        raw = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise _unusable(f"cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise _unusable("is larger than 1 MiB")
    try:
        if path.suffix.lower() == ".json":
            return msgspec.json.decode(raw)
        return msgspec.yaml.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unusable("holds neither YAML nor JSON") from None


def read_moment(text: str, where: str, *, end: bool = False) -> datetime:
    """A date (midnight UTC, or with ``end`` the midnight after) or an ISO time, UTC without a zone.

    Raises:
        InvalidInput
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        problem = Problem(where=where, what="must be a date such as 2026-11-01, or an ISO time")
        raise InvalidInput("that is no point in time", [problem]) from None
    if end and len(text.strip()) <= len("2026-11-01"):
        moment += timedelta(days=1)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _unusable(what: str) -> InvalidInput:
    return InvalidInput("this file cannot be used", [Problem(where="file", what=what)])
