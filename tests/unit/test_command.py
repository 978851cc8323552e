"""Commands: what must be read back before it is done."""

from __future__ import annotations

import pytest

from salesagent_core.domain.commands.command import (
    MAX_ARGUMENT,
    Command,
    CommandName,
    Interpretation,
    must_be_confirmed,
)
from salesagent_core.errors import InvalidInput

HARMLESS = {
    CommandName.SKIP,
    CommandName.CURRENT,
    CommandName.READ,
    CommandName.WHY,
    CommandName.COUNT,
    CommandName.UNDO,
}


@pytest.mark.parametrize("name", list(CommandName))
def test_what_a_model_reads_is_confirmed_unless_it_changes_nothing(name: CommandName) -> None:
    read = Interpretation(command=Command(name=name), confidence=1.0)
    assert must_be_confirmed(read, read_by_model=True) is (name not in HARMLESS)


@pytest.mark.parametrize("name", list(CommandName))
def test_what_touches_all_drafts_is_always_confirmed(name: CommandName) -> None:
    read = Interpretation(command=Command(name=name), confidence=1.0)
    everything = {CommandName.APPROVE_ALL, CommandName.REJECT_ALL}
    assert must_be_confirmed(read, read_by_model=False) is (name in everything)


def test_nothing_understood_is_nothing_to_confirm() -> None:
    nothing = Interpretation(command=None, confidence=0.0)
    assert not must_be_confirmed(nothing, read_by_model=True)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        Interpretation(command=None, confidence=confidence)


def test_an_argument_is_bounded() -> None:
    with pytest.raises(InvalidInput, match="reason"):
        Command(name=CommandName.REJECT, reason="x" * (MAX_ARGUMENT + 1))
