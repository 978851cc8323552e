"""Commands read by a few plain phrases, in English; what they do not read is no command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesagent_adapters.memory.faults import Faults
from salesagent_core.domain.commands.command import (
    MAX_ARGUMENT,
    MAX_SPOKEN,
    Command,
    CommandName,
    Interpretation,
)
from salesagent_core.ids import TenantId

CONFIDENCE = 0.9

_PHRASES: tuple[tuple[CommandName, str], ...] = (
    (CommandName.APPROVE_ALL, r"(?:approve|send) (?:all|every)\b.{0,40}"),
    (CommandName.REJECT_ALL, r"(?:reject|discard) (?:all|every)\b.{0,40}"),
    (
        CommandName.REJECT,
        r"(?:reject|discard)(?: this| it)?(?:[,:]? (?:because )?(?P<reason>.{1,400}))?",
    ),
    (CommandName.EDIT, r"change (?P<old>.{1,200}?) to (?P<new>.{1,200})"),
    (CommandName.EDIT, r"(?P<instruction>make it .{1,200}|rewrite .{1,200})"),
    (CommandName.APPROVE, r"(?:approve|send)(?: this| it)?|looks good|ok,? send it"),
    (CommandName.SKIP, r"skip(?: this| it)?|next(?: one)?|what'?s next"),
    (CommandName.CURRENT, r"what'?s the current draft|current|which draft is this"),
    (CommandName.READ, r"read(?: it| this| the full email| aloud)?"),
    (CommandName.WHY, r"why(?: .{0,80})?"),
    (CommandName.COUNT, r"how many .{0,60}|count"),
    (CommandName.UNDO, r"undo(?: that| it)?|take it back"),
)
_TWO_COMMANDS = re.compile(r"\b(?:and then|then)\b")


class MemoryInterpreter:
    """The interpreter port without a model."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()

    async def interpret(
        self,
        tenant_id: TenantId,  # noqa: ARG002 - who pays; nobody does here
        text: str,
        allowed: Sequence[CommandName],
    ) -> Interpretation:
        """See ``Interpreter.interpret``."""
        async with self._faults.around("interpreter.interpret"):
            command = _read(text[:MAX_SPOKEN])
        if command is None or command.name not in allowed:
            return Interpretation(command=None, confidence=CONFIDENCE)
        return Interpretation(command=command, confidence=CONFIDENCE)


def _read(text: str) -> Command | None:
    said = " ".join(text.split()).rstrip(".!?")
    if _TWO_COMMANDS.search(said):
        return None
    said = re.sub(r"^(?:please |jarvis,? )", "", said, flags=re.IGNORECASE)
    for name, phrase in _PHRASES:
        match = re.fullmatch(phrase, said, flags=re.IGNORECASE)
        if match:
            arguments = {key: value[:MAX_ARGUMENT] for key, value in match.groupdict("").items()}
            return Command(name=name, **{key: value for key, value in arguments.items() if value})
    return None
