"""A text that remembers which span came from which source."""

from __future__ import annotations

from collections.abc import Sequence

from salesagent_core.domain.evidence import Claim


class TextBuilder:
    """Grows from left to right; the offsets of its claims are exact by construction."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._claims: list[Claim] = []

    def say(self, text: str, source_ids: Sequence[str] = ()) -> None:
        """Append; with source ids the appended text is a claim of theirs."""
        if text and source_ids:
            claim = Claim(
                text=text,
                start=self._length,
                end=self._length + len(text),
                source_ids=tuple(source_ids),
            )
            self._claims.append(claim)
        self._parts.append(text)
        self._length += len(text)

    def paragraph(self) -> None:
        """Begin a new paragraph; nothing happens at the very start."""
        if self._length:
            self.say("\n\n")

    @property
    def body(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims so far, in the order of the text."""
        return tuple(self._claims)
