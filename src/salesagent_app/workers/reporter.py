"""A worker tells how the vendors answer it: at once when that changed, else now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from salesagent_core.ports.vendor_health import VendorHealth, VendorState

SAY_AGAIN_SECONDS = 30.0
"""A quarter of what others believe it for."""


class VendorReporter:
    """Called with every pass of the sweeper."""

    def __init__(
        self,
        health: VendorHealth,
        process: str,
        states: Callable[[], Sequence[VendorState]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health = health
        self._process = process
        self._states = states
        self._monotonic = monotonic
        self._said: tuple[object, ...] = ()
        self._again_at = 0.0

    async def __call__(self) -> None:
        """Report, if there is anything to. Raises: Unavailable."""
        states = tuple(self._states())
        # How many calls are under way changes all the time, and is told by the way.
        news = tuple((each.vendor, each.tenant_id, each.state, each.failures) for each in states)
        if news == self._said and (not states or self._monotonic() < self._again_at):
            return
        await self._health.report(self._process, states)
        self._said = news
        self._again_at = self._monotonic() + SAY_AGAIN_SECONDS
