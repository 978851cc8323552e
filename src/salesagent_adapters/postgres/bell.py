"""Rings for work that was just committed, without anybody waiting for the broker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Id = TypeVar("Id", bound=str)
Ring = Callable[[Sequence[Id]], Awaitable[None]]

_log = logging.getLogger(__name__)

RING_PAUSE_S = 0.1
"""Bells of a burst that come within this share one; a lone one rings at once."""


class Bell(Generic[Id]):
    """Rings at once for what comes first; what follows within the pause shares a bell."""

    def __init__(self, ring: Ring[Id]) -> None:
        self._ring = ring
        self._unrung: list[Id] = []
        self._ringer: asyncio.Task[None] | None = None

    def ring_soon(self, ids: Sequence[Id]) -> None:
        """Ring in the background. A bell that cannot be rung is left to the sweeper."""
        self._unrung += ids
        if self._ringer is None:
            self._ringer = asyncio.create_task(self._ring_while_unrung())

    async def close(self) -> None:
        """Wait until everything was rung for."""
        if self._ringer is not None:
            await asyncio.wait([self._ringer])

    async def _ring_while_unrung(self) -> None:
        try:
            while self._unrung:
                ids, self._unrung = self._unrung, []
                try:
                    await self._ring(ids)
                except Exception as error:
                    # It is committed: the sweeper finds it.
                    kind = type(error).__name__
                    _log.warning("bell not rung for %d ids: %s", len(ids), kind)
                await asyncio.sleep(RING_PAUSE_S)
        finally:
            self._ringer = None
