"""Reads a command in free words by a language model. It only reads."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from salesagent_adapters.openai.answers import Contract
from salesagent_adapters.openai.asking import Asker, Question
from salesagent_adapters.openai.fence import Fence
from salesagent_adapters.openai.prompts import READ_COMMAND, load
from salesagent_adapters.openai.schemas import NO_COMMAND, reading_of
from salesagent_core.domain.commands.command import (
    MAX_ARGUMENT,
    MAX_SPOKEN,
    Command,
    CommandName,
    Interpretation,
)
from salesagent_core.errors import UnusableOutput
from salesagent_core.ids import TenantId

PURPOSE = "read_command"
MAX_ANSWER_TOKENS = 2_500


class _Reading(Contract):
    command: str = Field(max_length=40)
    reason: str | None = Field(max_length=MAX_ARGUMENT)
    old: str | None = Field(max_length=MAX_ARGUMENT)
    new: str | None = Field(max_length=MAX_ARGUMENT)
    instruction: str | None = Field(max_length=MAX_ARGUMENT)
    confidence: float = Field(ge=0, le=1)


class OpenAIInterpreter:
    """The interpreter port."""

    def __init__(self, asker: Asker, *, prompt_version: str = READ_COMMAND) -> None:
        self._asker = asker
        self._prompt = load(prompt_version)

    async def interpret(
        self, tenant_id: TenantId, text: str, allowed: Sequence[CommandName]
    ) -> Interpretation:
        """See ``Interpreter.interpret``."""
        said = text[:MAX_SPOKEN]
        names = [name.value for name in allowed]
        if not said.strip() or not names:
            return Interpretation(command=None, confidence=1.0)
        fence = Fence([said])
        question = Question(
            purpose=PURPOSE,
            prompt_version=self._prompt.version,
            system=self._prompt.filled(token=fence.token, allowed=", ".join(names)),
            user=fence.around("said", said),
            schema=reading_of(names),
            max_tokens=MAX_ANSWER_TOKENS,
        )
        reading, _ = await self._asker.ask(tenant_id, question, _Reading)
        if reading.command == NO_COMMAND:
            return Interpretation(command=None, confidence=reading.confidence)
        if reading.command not in names:
            raise UnusableOutput("the model names a command that was not offered")
        return Interpretation(command=_command(reading), confidence=reading.confidence)


def _command(reading: _Reading) -> Command | None:
    """With the arguments that belong to it; an edit that says nothing to change is none."""
    name = CommandName(reading.command)
    if name in (CommandName.REJECT, CommandName.REJECT_ALL):
        return Command(name=name, reason=_said(reading.reason))
    if name is CommandName.EDIT:
        old, new = _said(reading.old), reading.new
        if old and new is not None:
            return Command(name=name, old=old, new=new.strip())
        wish = _said(reading.instruction)
        return Command(name=name, instruction=wish) if wish else None
    return Command(name=name)


def _said(text: str | None) -> str | None:
    return (text or "").strip() or None
