"""What the whole installation looks like now, for dashboards and alarms: numbers, no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Readings = Mapping[str, Sequence[tuple[tuple[str, ...], float]]]
"""By the sign's name: label values and the number. Labels come from our own code, never from what
somebody wrote."""


class VitalSigns(Protocol):
    """Read now and then in the background, never while somebody waits."""

    async def read(self) -> Readings:
        """All signs, over all tenants.

        Raises:
            Unavailable
        """
        ...
