"""Whoever reads a command in words that the grammar does not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from salesagent_core.domain.commands.command import CommandName, Interpretation
from salesagent_core.ids import TenantId


class Interpreter(Protocol):
    """Turns words into a command. It never does anything, and nothing is done on its word alone:
    ``must_be_confirmed`` says what is read back first."""

    async def interpret(
        self, tenant_id: TenantId, text: str, allowed: Sequence[CommandName]
    ) -> Interpretation:
        """The one command meant; None of them when it is not among ``allowed``, when several are
        meant, or when it is no command. Only the first ``MAX_SPOKEN`` characters are read.

        Raises:
            UnusableOutput: it refused, was cut off, or broke the contract.
            Unavailable, RateLimited: try later. NeedsReauth: the key is gone or out of quota.
            OverBudget: nothing more is asked this month.
        """
        ...
