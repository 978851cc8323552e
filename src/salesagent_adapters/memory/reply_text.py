"""What the author of a mail wrote: quotes of earlier mail and the signature taken away.

Line by line in one pass, so that a huge mail costs no more than its length.
"""

from __future__ import annotations

import re
from functools import cache

MAX_LINE = 500
"""A line longer than this introduces no quote."""

_OPENINGS = ("On", "Am", "Le", "El", "-", "*", "From", "Von", "De")
"""How an introduction can begin: told cheaply, because nearly no line does."""


def own_text(text: str) -> str:
    """The mail without quoted lines, without what follows a quote's introduction, and without
    what follows a signature mark (``-- ``, RFC 3676 section 4.3)."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        if line.rstrip() == "--" or _introduces_quote(line, lines[number + 1 : number + 3]):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _introduces_quote(line: str, following: list[str]) -> bool:
    bare = line.strip()
    if len(bare) > MAX_LINE or not bare.startswith(_OPENINGS):
        return False
    if _separator().match(bare):
        return True
    if _from_block().match(bare):
        # One such line may be prose ("From: Leeds to York"); with its companion it is a header.
        return any(_block_companion().match(each.strip()[:MAX_LINE]) for each in following)
    # A mail program may break the introduction over two lines.
    joined = " ".join([bare, *(each.strip()[:MAX_LINE] for each in following[:1])])
    return any(_wrote().match(each) for each in (bare, joined))


@cache
def _wrote() -> re.Pattern[str]:
    return re.compile(
        r"(?:On\b.{1,400}\bwrote|Am\b.{1,400}\bschrieb(?:\b.{1,200})?|Le\b.{1,400}\ba écrit"
        r"|El\b.{1,400}\bescribió)\s?:$"
    )


@cache
def _separator() -> re.Pattern[str]:
    return re.compile(
        r"-{3,10} ?(?:Original Message|Forwarded message|Ursprüngliche Nachricht"
        r"|Message d'origine|Mensaje original) ?-{3,10}$",
        re.IGNORECASE,
    )


@cache
def _from_block() -> re.Pattern[str]:
    return re.compile(r"\*?(?:From|Von|De)\*?\s?:\*? ?\S")


@cache
def _block_companion() -> re.Pattern[str]:
    return re.compile(r"\*?(?:Sent|To|Date|Gesendet|An|Datum|Envoyé|À|Enviado|Para|Fecha)\*?\s?:")
