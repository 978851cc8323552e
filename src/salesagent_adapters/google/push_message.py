"""What a push of Gmail's says. Apart from ``push``: reading one needs nothing of Google's."""

from __future__ import annotations

import json
from typing import Final

import attrs

from salesagent_adapters.google.mime_read import decoded
from salesagent_core.errors import InvalidInput, Problem

MAX_BODY: Final = 65_536
"""Bytes."""


@attrs.frozen(kw_only=True)
class Push:
    """Something changed in the mailbox of that address, up to this point in its history.

    ``message_id`` is Pub/Sub's: the same push may come twice.
    """

    mailbox: str
    history_id: str
    message_id: str


def read_push(body: bytes) -> Push:
    """The push inside a Pub/Sub request.

    Raises:
        InvalidInput: it is no push of Gmail's; every problem is listed.
    """
    try:
        read = json.loads(body[: MAX_BODY + 1]) if len(body) <= MAX_BODY else None
    except (ValueError, RecursionError):
        read = None
    message = read.get("message") if isinstance(read, dict) else None
    if not isinstance(message, dict):
        raise _invalid("message", "is missing or not readable")
    try:
        told = json.loads(decoded(_url_safe(message.get("data"))))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise _invalid("message.data", "is not base64 of a JSON object")
    mailbox, point = told.get("emailAddress"), str(told.get("historyId", ""))
    if not isinstance(mailbox, str) or "@" not in mailbox or len(mailbox) > 320:
        raise _invalid("message.data.emailAddress", "is no address")
    if not point.isascii() or not point.isdigit() or len(point) > 20:
        raise _invalid("message.data.historyId", "is no number")
    message_id = message.get("messageId") or message.get("message_id") or ""
    return Push(mailbox=mailbox.lower(), history_id=point, message_id=str(message_id)[:200])


def _url_safe(data: object) -> str:
    return data.replace("+", "-").replace("/", "_") if isinstance(data, str) else ""


def _invalid(where: str, what: str) -> InvalidInput:
    return InvalidInput("this is no push of Gmail's", [Problem(where=where, what=what)])
