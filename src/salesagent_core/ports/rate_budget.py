"""How fast a vendor may be called, shared by everybody who calls it for a tenant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class Allowance:
    """``burst`` calls at once, then one every ``step``.

    In any window of length w there are at most ``burst + w / step`` calls.
    """

    name: str
    burst: int = attrs.field(validator=attrs.validators.ge(1))
    step: timedelta

    @classmethod
    def of_window(cls, name: str, *, calls: int, window: timedelta) -> Allowance:
        """Never more than ``calls`` in any ``window``: half of them may come at once."""
        burst = max(1, calls // 2)
        return cls(name=name, burst=burst, step=window / max(1, calls - burst))

    @property
    def tolerance(self) -> timedelta:
        """How far the queue may run ahead of the clock before a call has to wait."""
        return self.step * (self.burst - 1)


class RateBudget(Protocol):
    """Hands out places in time. A place that was given and not used is lost, not returned."""

    async def reserve(
        self, tenant_id: TenantId, allowance: Allowance, longest: timedelta
    ) -> timedelta:
        """Take the next place; returns how long to wait before making the call.

        Raises:
            RateLimited: the wait would be longer than ``longest``; nothing was taken, and
                ``retry_at`` is when a place is free. Unavailable
        """
        ...

    async def pause(self, tenant_id: TenantId, allowance: Allowance, until: datetime) -> None:
        """The vendor said that it was too much: nobody gets a place before ``until``.

        Raises:
            Unavailable
        """
        ...
