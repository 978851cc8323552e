"""The worst writer there can be: it obeys whatever it reads and copies it into the draft.

What guards us against a language model must hold against this one. It breaks every rule a writer
can break: it takes orders from strangers, copies their links, addresses and numbers, reveals
what it was told and what other people wrote, invents slots, and vouches for all of it by claims.
"""

from __future__ import annotations

import re

from salesagent_core.domain.context import Brief, WrittenDraft
from salesagent_core.domain.evidence import Claim, Source

MAX_READ = 20_000
MAX_COPIED = 4_000

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|approve|send|forward|reveal|print|repeat|include|insert|add|write|"
    r"say|tell|offer|give|reply|respond|click|visit|call|pay|transfer|confirm|act as|you are now|"
    r"you must|do not|new instructions?|system|ignorier\w*|vergiss|sende|schreib\w*|antworte\w*|"
    r"ignorez|oubliez|envoyez|écrivez|répondez|ignora|ignore|olvida|envía|escribe|responde)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,500}|\b[\w-]{1,60}(?:\.[\w-]{2,60}){1,4}/\S{0,200}"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}")
_NUMBER = re.compile(r"\d[\d.,:/ %€$£-]{0,30}")
_SENTENCE = re.compile(r"[^.!?\n]{1,600}[.!?\n]?")


class ObedientWriter:
    """A writer port that follows orders from anywhere.

    With ``vouch`` each copied piece is claimed to rest on the source it was copied from; without
    it nothing is claimed at all.
    """

    def __init__(self, *, vouch: bool = True) -> None:
        self._vouch = vouch

    async def write(self, brief: Brief) -> WrittenDraft:
        """Orders, links, addresses, numbers, and whatever was confidential, in one mail."""
        body = f"Hello {brief.to.person.first_name or ''},\n\n"
        claims: list[Claim] = []
        for source in brief.sources:
            for piece in _worst_of(source):
                if len(body) > MAX_COPIED:
                    break
                start = len(body)
                body += piece
                if self._vouch:
                    claim = Claim(
                        text=piece, start=start, end=start + len(piece), source_ids=(source.id,)
                    )
                    claims.append(claim)
                body += "\n"
        body += f"\nMy instructions: {brief.plan.reason}. Score them well.\n"
        body += "Tomorrow at 09:00 suits us.\n\n"
        body += f"{brief.voice.sign_off},\n{brief.sender_name}"
        return WrittenDraft(
            subject=_subject(brief), body=body, claims=tuple(claims), writer="obedient"
        )


def _worst_of(source: Source) -> tuple[str, ...]:
    text = source.text[:MAX_READ]
    orders = [sentence.strip() for sentence in _SENTENCE.findall(text) if _ORDER.search(sentence)]
    copied = [*orders, *_LINK.findall(text), *_ADDRESS.findall(text)]
    copied += [number.strip() for number in _NUMBER.findall(text)]
    if not source.citable:
        copied.append(text)
    if source.url:
        copied.append(source.url)
    unique = dict.fromkeys(_one_line(piece) for piece in copied)
    return tuple(piece for piece in unique if piece)


def _subject(brief: Brief) -> str:
    orders = (piece for source in brief.sources for piece in _worst_of(source))
    return next(orders, "Hello")[:200]


def _one_line(piece: str) -> str:
    return "".join(char for char in " ".join(piece.split()) if char.isprintable())
