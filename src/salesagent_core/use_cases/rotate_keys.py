"""Seal everything anew under the newest key, while the system runs.

The state is in the sealed values themselves, so it can be stopped anywhere and started again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import attrs

from salesagent_core.errors import Conflict
from salesagent_core.ports.resealing import Resealing
from salesagent_core.ports.secrets_vault import RotatingSealer

BATCH = 200
BETWEEN_PASSES = 0.5
"""Seconds."""
MAX_PASSES = 3
"""A column is gone through again while others write to it with an older key."""


@attrs.frozen(kw_only=True)
class ColumnReport:
    """What became of one column. ``left`` are values that an older key still seals, of which
    ``unreadable`` cannot be opened with any key that is set."""

    column: str
    held: int
    resealed: int = 0
    unreadable: int = 0
    left: int = 0


@attrs.frozen(kw_only=True)
class RotationReport:
    """``done``: the older keys can be taken away."""

    columns: tuple[ColumnReport, ...]

    @property
    def done(self) -> bool:
        """Whether the newest key sealed everything."""
        return not any(each.left for each in self.columns)


class RotateKeys:
    """``look`` changes nothing; calling it rotates."""

    def __init__(self, store: Resealing, sealer: RotatingSealer) -> None:
        self._store = store
        self._sealer = sealer

    async def look(self) -> RotationReport:
        """How much each column holds, and how much of it an older key sealed."""
        found = []
        for column in self._store.columns():
            held, left = await self._store.held(column), await self._store.left(column)
            found.append(ColumnReport(column=column, held=held, left=left))
        return RotationReport(columns=tuple(found))

    async def __call__(
        self, tell: Callable[[ColumnReport], None] = lambda _: None
    ) -> RotationReport:
        """Rotate; ``tell`` hears of each column when it is through.

        Raises:
            Conflict: there is no new key, or a sealed column that this build cannot open.
            Unavailable: the database went away; start again when it is back.
        """
        forgotten = self._store.uncovered()
        if forgotten:
            raise Conflict(f"this build does not know how to open {', '.join(forgotten)}")
        if not self._sealer.has_spare:
            raise Conflict(
                "only one key is set, so there is nothing to change to: put a new key in front of"
                " it (`salesagent key encryption` makes one) and keep the old one behind it"
            )
        found = []
        for column in self._store.columns():
            report = await self._column(column)
            tell(report)
            found.append(report)
        return RotationReport(columns=tuple(found))

    async def _column(self, column: str) -> ColumnReport:
        resealed, unreadable, left = 0, 0, await self._store.left(column)
        for number in range(MAX_PASSES):
            if left == unreadable:
                break
            if number:
                # Somebody is writing what is left: they are given time to end.
                await asyncio.sleep(BETWEEN_PASSES)
            done, unreadable = await self._pass(column)
            resealed += done
            left = await self._store.left(column)
        return ColumnReport(
            column=column,
            held=await self._store.held(column),
            resealed=resealed,
            unreadable=unreadable,
            left=left,
        )

    async def _pass(self, column: str) -> tuple[int, int]:
        resealed, unreadable, after = 0, 0, None
        while True:
            batch = await self._store.reseal(column, after, BATCH)
            resealed += batch.resealed
            unreadable += batch.unreadable
            after = batch.after
            if after is None:
                return resealed, unreadable
