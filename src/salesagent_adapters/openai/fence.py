"""A fence around everything that is data, so that nothing inside can end it or pass for an order.

Each request has delimiters of its own, made of random letters that no text in it holds. Inside
them the characters that delimiters are made of do not occur, nor those that nobody sees.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterable

TOKEN_BYTES = 8
_SEEN_AS = str.maketrans({"<": "‹", ">": "›"})
_KEPT = frozenset("\n\t\u200c\u200d")
"""Line breaks, and the two joiners that Persian and Indian scripts are written with."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


class Fence:
    """The delimiters of one request."""

    def __init__(
        self, texts: Iterable[str], new_token: Callable[[int], str] = secrets.token_hex
    ) -> None:
        """``texts`` is all that will stand inside."""
        inside = "\n".join(texts)
        self.token = new_token(TOKEN_BYTES)
        while self.token in inside:
            self.token = new_token(TOKEN_BYTES)

    def around(self, name: str, text: str) -> str:
        """The text between its delimiters. ``name`` is ours, never a stranger's."""
        return f"<<<DATA {self.token} {name}>>>\n{harmless(text)}\n<<<END {self.token}>>>"


def harmless(text: str) -> str:
    """The text without what could close a fence or hide from a reader.

    Angle brackets become the single quotation marks that look like them; also the control words of
    local models (``<|...|>``) are none then.
    """
    plain = text.translate(_SEEN_AS)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(
        char for char in plain if char in _KEPT or unicodedata.category(char) not in _HIDDEN
    )


def shortened(texts: list[str], each: int, together: int) -> list[str]:
    """The texts, none longer than ``each``, and not more than ``together`` in sum: the longest
    ones give way first. What was cut says so."""
    limit = each
    left, number = together, len(texts)
    for length in sorted(min(len(text), each) for text in texts):
        if length * number <= left:
            left -= length
            number -= 1
            continue
        limit = left // number
        break
    return [text if len(text) <= limit else f"{text[:limit]} [cut]" for text in texts]
