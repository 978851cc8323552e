"""What an operator can tell the system to do in words: names, arguments, and what is dangerous."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import attrs

from salesagent_core.errors import InvalidInput

MAX_SPOKEN = 2_000
"""Characters of a command that are read: nobody says more in one breath."""
MAX_ARGUMENT = 500


class CommandName(StrEnum):
    """Every command there is."""

    APPROVE = "approve"
    REJECT = "reject"
    EDIT = "edit"
    SKIP = "skip"
    CURRENT = "current"
    READ = "read"
    WHY = "why"
    COUNT = "count"
    APPROVE_ALL = "approve_all"
    REJECT_ALL = "reject_all"
    UNDO = "undo"


DESTRUCTIVE = frozenset(
    {
        CommandName.APPROVE,
        CommandName.REJECT,
        CommandName.EDIT,
        CommandName.APPROVE_ALL,
        CommandName.REJECT_ALL,
    }
)
"""A model's reading of one of these is read back and confirmed before anything happens."""
ALWAYS_CONFIRMED = frozenset({CommandName.APPROVE_ALL, CommandName.REJECT_ALL})
"""Whoever read them: they touch every draft."""


def _short(_command: object, field: attrs.Attribute[Any], value: str | None) -> None:
    if value is not None and len(value) > MAX_ARGUMENT:
        raise InvalidInput(f"{field.name} of a command has at most {MAX_ARGUMENT} characters")


@attrs.frozen(kw_only=True)
class Command:
    """One command with its arguments; what it has no use for is None.

    ``reason`` belongs to ``reject`` and ``reject_all``; ``old`` and ``new`` to ``edit`` ("change X
    to Y"); ``instruction`` to an ``edit`` that asks for another wording instead.
    """

    name: CommandName
    reason: str | None = attrs.field(default=None, validator=_short)
    old: str | None = attrs.field(default=None, validator=_short)
    new: str | None = attrs.field(default=None, validator=_short)
    instruction: str | None = attrs.field(default=None, validator=_short)


@attrs.frozen(kw_only=True)
class Interpretation:
    """What was understood. ``command`` is None when it was none of the allowed ones.

    ``confidence`` is 0..1 and the interpreter's own opinion: it never replaces a confirmation.
    """

    command: Command | None
    confidence: float = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(1)])


def must_be_confirmed(interpretation: Interpretation, *, read_by_model: bool) -> bool:
    """Whether it has to be read back before it is done."""
    command = interpretation.command
    if command is None:
        return False
    return command.name in ALWAYS_CONFIRMED or (read_by_model and command.name in DESTRUCTIVE)
