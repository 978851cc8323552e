"""Whoever puts the mail into words."""

from __future__ import annotations

from typing import Protocol

from salesagent_core.domain.context import Brief, WrittenDraft


class Writer(Protocol):
    """Writes one draft from a brief. Its answer is judged by a checker that is not it."""

    async def write(self, brief: Brief) -> WrittenDraft:
        """A draft whose claims name source ids of the brief.

        Raises:
            UnusableOutput: it refused, was cut off, or broke the contract.
            Unavailable: try later. NeedsReauth: the key is gone or out of quota.
        """
        ...
