"""What strangers wrote, put so that no reader takes it for an instruction.

A block has marks with a random word that its writer could not know, and every line inside begins
with a bar; characters that nobody sees are left out.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Iterable, Mapping

MAX_BLOCK = 60_000
"""Characters of one block; the rest is left out and said so."""
MAX_VALUE = 4_000
"""Characters of one text in a record."""
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors: marks, not format characters, yet a way to hide a text in another."""


def block(about: str, text: str) -> str:
    """A text as data. ``about`` is ours and says what it is."""
    word = secrets.token_hex(6)
    kept = _visible(text[:MAX_BLOCK])
    lines = [f"| {line}" for line in kept.split("\n")]
    if len(text) > MAX_BLOCK:
        lines.append(f"| (… {len(text) - MAX_BLOCK} more characters)")
    return "\n".join([f"--- begin data {word}: {about} ---", *lines, f"--- end data {word} ---"])


def records(about: str, rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as data, one JSON object a line: no text in them can begin a line of its own."""
    lines = [
        json.dumps(
            {name: _short(value) for name, value in row.items()}, ensure_ascii=False, default=str
        )
        for row in rows
    ]
    return block(about, "\n".join(lines) or "(none)")


def word(text: str, most: int = 120) -> str:
    """One quoted line of a stranger's text, for a sentence of ours."""
    line = " ".join(_visible(text[: most * 4]).split())
    return json.dumps(line if len(line) <= most else line[: most - 1] + "…", ensure_ascii=False)


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > MAX_VALUE:
        return f"{value[:MAX_VALUE]}… ({len(value) - MAX_VALUE} more characters)"
    return value


def _visible(text: str) -> str:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    for separator in ("\u2028", "\u2029", "\x0b", "\x0c", "\x85"):
        unified = unified.replace(separator, "\n")
    return "".join(char for char in unified if char in "\n\t" or not _hidden(char))


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in NOT_SHOWN or any(ord(char) in each for each in _SELECTORS)
