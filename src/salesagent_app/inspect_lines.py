"""``salesagent inspect KIND``: JSON Lines in, JSON Lines out, line by line.

    stdin | one line (bounded) | record | judgement | stdout

One answer for every line that is not blank, in the order of the lines. A line that cannot be
judged is answered by ``{"id", "error"}`` and the rest goes on. Nothing is kept between lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from salesagent_core.errors import InvalidInput
from salesagent_core.use_cases.inspect import KINDS, Answer

MAX_LINE = 64 * 1024 * 1024
"""Octets of one line; the rest of a longer one is thrown away unread."""


def run(kind: str, lines: BinaryIO, out: BinaryIO) -> None:
    """Answer every line of ``lines`` on ``out``; stops quietly when nobody reads any more."""
    try:
        for line in _bounded(lines):
            out.write(_encoded(answer(kind, line)))
            out.flush()
    except BrokenPipeError:
        # The reader (`head`) has seen enough. Keep Python from complaining at exit.
        sys.stderr.close()


def answer(kind: str, line: bytes | None) -> Answer:
    """The judgement on one line; None stands for a line that is too long."""
    if line is None:
        return _error(None, f"the line is longer than {MAX_LINE} bytes")
    try:
        record = json.loads(line)
    except RecursionError:
        return _error(None, "the line is nested too deeply")
    except (ValueError, UnicodeDecodeError):
        return _error(None, "the line is not JSON in UTF-8")
    if not isinstance(record, dict):
        return _error(None, "the line must hold a JSON object")
    known = record.get("id")
    if not isinstance(known, str | int | float | None):
        return _error(None, "the id must be a text or a number")
    try:
        return KINDS[kind](record)
    except InvalidInput as error:
        return _error(known, str(error))
    except Exception as error:
        # One line that breaks a rule's code must not cost the user all the lines behind it.
        return _error(known, f"this record could not be judged ({type(error).__name__})")


def _bounded(lines: BinaryIO) -> Iterator[bytes | None]:
    while line := lines.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while (rest := lines.readline(1024 * 1024)) and not rest.endswith(b"\n"):
                pass
            yield None
        elif line.strip():
            yield line.removeprefix(b"\xef\xbb\xbf")


def _error(known: Any, sentence: str) -> Answer:
    return {"id": known, "error": sentence}


def _encoded(value: Answer) -> bytes:
    # A lone surrogate ("\ud800") is legal in JSON and in no encoding: it goes out escaped again.
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except (UnicodeEncodeError, ValueError):
        return json.dumps(_without_nan(value)).encode() + b"\n"


def _without_nan(value: Answer) -> Answer:
    known = value.get("id")
    if isinstance(known, float) and (known != known or known in (float("inf"), float("-inf"))):
        return {**value, "id": None}
    return value
