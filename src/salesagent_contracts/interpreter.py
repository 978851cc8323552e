"""What every interpreter must do: read one command, and never do anything."""

from __future__ import annotations

import pytest

from salesagent_contracts.stages import TENANT, Models
from salesagent_core.domain.commands.command import MAX_SPOKEN, Command, CommandName
from salesagent_core.errors import NeedsReauth, Unavailable, UnusableOutput

ALL = tuple(CommandName)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("approve this", Command(name=CommandName.APPROVE)),
        ("Reject it, wrong product", Command(name=CommandName.REJECT, reason="wrong product")),
        (
            "change Tuesday to Thursday",
            Command(name=CommandName.EDIT, old="Tuesday", new="Thursday"),
        ),
        ("make it shorter", Command(name=CommandName.EDIT, instruction="make it shorter")),
        ("what's next?", Command(name=CommandName.SKIP)),
        ("What's the current draft", Command(name=CommandName.CURRENT)),
        ("read the full email", Command(name=CommandName.READ)),
        ("why", Command(name=CommandName.WHY)),
        ("how many are waiting", Command(name=CommandName.COUNT)),
        ("approve all of them", Command(name=CommandName.APPROVE_ALL)),
        ("reject every one", Command(name=CommandName.REJECT_ALL)),
        ("undo that", Command(name=CommandName.UNDO)),
    ],
)
async def test_each_command_is_read_with_what_belongs_to_it(
    models: Models, text: str, command: Command
) -> None:
    read = await models.interpreter.interpret(TENANT, text, ALL)
    assert read.command == command
    assert 0 <= read.confidence <= 1


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello there", "the weather is fine", "approve this and then reject all", "完全に"],
)
async def test_what_is_no_command_is_none(models: Models, text: str) -> None:
    assert (await models.interpreter.interpret(TENANT, text, ALL)).command is None


async def test_only_what_is_allowed_is_read(models: Models) -> None:
    allowed = (CommandName.READ, CommandName.SKIP)
    assert (await models.interpreter.interpret(TENANT, "approve all", allowed)).command is None
    assert (await models.interpreter.interpret(TENANT, "read it", allowed)).command is not None
    assert (await models.interpreter.interpret(TENANT, "read it", ())).command is None


async def test_a_long_speech_is_read_no_further_than_its_bound(models: Models) -> None:
    text = "blah " * MAX_SPOKEN + "approve all"
    assert (await models.interpreter.interpret(TENANT, text, ALL)).command is None


@pytest.mark.parametrize("error", [Unavailable("x"), UnusableOutput("x"), NeedsReauth("x")])
async def test_failures_come_as_the_port_names_them(models: Models, error: Exception) -> None:
    models.fails(lambda: error)
    with pytest.raises(type(error)):
        await models.interpreter.interpret(TENANT, "approve this", ALL)
    assert (await models.interpreter.interpret(TENANT, "approve this", ALL)).command is not None
