"""Reading single values out of a stranger's JSON: ids, texts, times, and the JSON itself.

NUL characters and lone surrogates cannot be stored as text in PostgreSQL; they are dropped, so
that one odd character does not cost a lead.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import msgspec

from salesagent_core.errors import InvalidInput, Problem

MAX_ID_LENGTH: Final = 200
"""Ids end up in unique indexes, whose rows PostgreSQL limits to about 2,700 bytes."""
MAX_PROBLEMS: Final = 100
_MAX_INT_DIGITS: Final = 19

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MAX_CLOCK_SKEW: Final = timedelta(days=1)

DECODE_ERRORS: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""All that a msgspec decoder raises on bytes that it cannot read."""


def load(body: bytes) -> Any:
    """Untyped JSON. Huge numbers stay text; a byte order mark and lone surrogates are let by.

    Raises:
        InvalidInput: not UTF-8, not JSON, or nested too deeply.
    """
    try:
        return msgspec.json.decode(body)
    except DECODE_ERRORS:
        pass  # the standard library is slower, reads more, and says where it stopped
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_int=_int_or_text,
            parse_float=_float_or_text,
            parse_constant=_no_such_number,
        )
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        what = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        what = "is nested too deeply"
    except ValueError:
        what = "is not JSON: NaN and Infinity are no numbers there"
    raise invalid([Problem(where="$", what=what)])


def invalid(problems: Sequence[Problem]) -> InvalidInput:
    """The error that lists ``problems``, as many as are of use to a person."""
    shown = problems[:MAX_PROBLEMS]
    text = "; ".join(f"{problem.where} {problem.what}" for problem in shown)
    return InvalidInput(f"The body cannot be read: {text}", shown)


def too_many(where: str, most: int) -> Problem:
    """A list or object is longer than we read."""
    return Problem(where=where, what=f"has too many items: at most {most} are read")


def clean(text: str) -> str:
    """Without NUL and halves of surrogate pairs."""
    if not text.isascii():
        text = text.encode("utf-8", "ignore").decode()
    return text.replace("\0", "") if "\0" in text else text


def read_id(value: Any) -> str | None:
    """An id as text, or None when it is none: empty, too long, or not a number or text."""
    if isinstance(value, str):
        found = clean(value).strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        found = str(value)
    else:
        return None
    return found if 0 < len(found) <= MAX_ID_LENGTH else None


def read_number(value: Any) -> str | None:
    """An id that can only be a whole number, as its digits."""
    found = read_id(value)
    return found if found is not None and found.isascii() and found.isdigit() else None


def read_value(value: Any) -> str | None:
    """A field's value as text; None when it is nothing that a field can hold.

    A list of texts is joined by ``;``, as HubSpot writes several choices.
    """
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(map(clean, value))
    return None


def read_time(value: Any, received_at: datetime | None) -> datetime:
    """Milliseconds since 1970 or ISO 8601 (UTC if it names no zone), as an aware datetime in UTC.

    Raises:
        ValueError: saying what it must be, and nothing of what it was.
    """
    try:
        if isinstance(value, str):
            text = value.strip()
            # Eight digits are the ISO 8601 basic date.
            is_count = text.isascii() and text.isdigit() and len(text) > len("yyyymmdd")
            when = _from_millis(int(text[:20])) if is_count else _from_iso(text)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            when = _from_millis(value)
        else:
            raise ValueError
    except (ValueError, OverflowError, OSError):
        raise ValueError("must be milliseconds since 1970 or an ISO 8601 time") from None
    if when < EARLIEST or (received_at is not None and when > received_at + MAX_CLOCK_SKEW):
        raise ValueError("must lie between the year 2000 and tomorrow; a number is milliseconds")
    return when


def first_id(data: Mapping[str, Any], *keys: str) -> str | None:
    """The first of ``keys`` that holds an id, bare or as ``{"value": id}``."""
    return next((found for key in keys if (found := read_id(_bare(data.get(key))))), None)


def first_text(data: Mapping[str, Any], *keys: str) -> str | None:
    """The first of ``keys`` that holds a text that is not empty."""
    for key in keys:
        if isinstance(value := _bare(data.get(key)), str) and value:
            return clean(value)
    return None


def first_time(data: Mapping[str, Any], received_at: datetime, *keys: str) -> datetime | None:
    """The first of ``keys`` that holds a time that can be true."""
    for key in keys:
        try:
            return read_time(_bare(data.get(key)), received_at)
        except ValueError:
            continue
    return None


def objects(items: Any) -> list[dict[str, Any]]:
    """The objects in a list; nothing when it is no list."""
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _bare(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _from_millis(millis: float) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def _from_iso(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _int_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else digits


def _float_or_text(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(name)
