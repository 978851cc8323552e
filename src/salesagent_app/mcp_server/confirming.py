"""What was read back and waits for the second call: one order, two minutes, once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import attrs

from salesagent_app.mcp_server.api import RefusedError

OPEN_FOR = 120.0
"""Seconds."""
MAX_OPEN = 50


@attrs.frozen(kw_only=True)
class Order:
    """What shall be done to which revision. ``words`` is the reason of a rejection."""

    act: str
    draft_id: str
    content_hash: str
    words: str = ""


class Confirmations:
    """Open questions, in this process alone: when it ends, none of them can be answered."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, tuple[float, Order]] = {}

    def ask(self, order: Order) -> str:
        """A token that confirms exactly this order."""
        now = self._clock()
        self._open = {token: kept for token, kept in self._open.items() if kept[0] > now}
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        token = secrets.token_urlsafe(18)
        self._open[token] = (now + OPEN_FOR, order)
        return token

    def take(self, token: str, order: Order) -> None:
        """Use the token up.

        Raises:
            RefusedError: it ran out, was used, was never given, or confirms something else.
        """
        until, asked = self._open.pop(token, (0.0, None))
        if asked is None or until <= self._clock():
            raise RefusedError(
                "That confirmation is not open any more: it ran out after two minutes, was used, "
                "or never was. Nothing was done. Call again without confirm and read it back."
            )
        if asked != order:
            raise RefusedError(
                "That confirmation was for another order: the draft, its revision, the reason or "
                "the act is not the one that was read back. Nothing was done; begin again."
            )
