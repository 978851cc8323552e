"""Whoever watches work go by: logs get their ids, times are measured, traces are drawn.

A watcher never changes what happens, and never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from salesagent_core.domain.run import Lease
from salesagent_core.domain.sending.attempt import SendAttempt

Ended = Callable[[str], None]
"""Takes how a step ended: ``done``, ``degraded`` or ``failed``."""


class RunWatch(Protocol):
    """Told what begins; the block is its length."""

    def run(self, lease: Lease) -> AbstractContextManager[object]:
        """A run that this worker carries on."""
        ...

    def step(self, name: str) -> AbstractContextManager[Ended]:
        """One step of the run around it."""
        ...

    def send(self, attempt: SendAttempt) -> AbstractContextManager[object]:
        """A send that this worker has in hand."""
        ...

    def refused(self, codes: Sequence[str]) -> None:
        """The gate refused a mail, for these reasons."""
        ...


class Unwatched:
    """Nobody looks."""

    def run(self, lease: Lease) -> AbstractContextManager[object]:  # noqa: ARG002
        """See ``RunWatch.run``."""
        return nullcontext()

    def step(self, name: str) -> AbstractContextManager[Ended]:  # noqa: ARG002
        """See ``RunWatch.step``."""
        return nullcontext(_unheard)

    def send(self, attempt: SendAttempt) -> AbstractContextManager[object]:  # noqa: ARG002
        """See ``RunWatch.send``."""
        return nullcontext()

    def refused(self, codes: Sequence[str]) -> None:
        """See ``RunWatch.refused``."""


def _unheard(_how: str) -> None:
    return
