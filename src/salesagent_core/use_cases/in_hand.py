"""How much one worker has in hand at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from salesagent_core.domain.sending.attempt import SendAttempt

PORTION = 8
"""Sends that are claimed together, and worked on at the same time."""
PORTIONS = 2
"""Portions that one worker has in hand at once."""

Claim = Callable[[Sequence[str] | None, int], Awaitable[Sequence[SendAttempt]]]


class Hands:
    """How much one worker works on at the same time.

    After an outage everything is due at once. What is claimed has to be worked on at once, too: a
    claim that waits in a queue runs out, and a send that waits between its look and its barrier
    may not go any more. A worker that dies leaves no more behind than it had in hand.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(PORTIONS)

    async def work(
        self,
        claim: Claim,
        one: Callable[[SendAttempt], Awaitable[None]],
        attempt_ids: Sequence[str] | None,
        limit: int,
    ) -> int:
        """Claim those named (or any), a portion at a time, and do each; returns how many.

        Raises:
            Unavailable: they could not be claimed.
        """
        done = 0
        for part, most in _portions(attempt_ids, limit):
            async with self._free:
                claimed = await claim(part, min(most, limit - done))
                await asyncio.gather(*(one(attempt) for attempt in claimed))
            done += len(claimed)
            if done >= limit or (part is None and len(claimed) < most):
                break
        return done


def _portions(
    attempt_ids: Sequence[str] | None, limit: int
) -> Iterator[tuple[Sequence[str] | None, int]]:
    if attempt_ids is None:
        yield from ((None, PORTION) for _ in range(-(-limit // PORTION)))
        return
    for first in range(0, len(attempt_ids), PORTION):
        part = attempt_ids[first : first + PORTION]
        yield part, len(part)
