"""Faults and delays on demand, so that a test or demo can see what a bad vendor does."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

import attrs


class When(StrEnum):
    """``after`` is the nasty one: the effect happened and the caller is told that it failed."""

    BEFORE = "before"
    AFTER = "after"


@attrs.define(kw_only=True)
class _Planned:
    make: Callable[[], Exception]
    when: When
    left: int | None


class Faults:
    """What shall go wrong, by method (``mailbox.create_draft``) or vendor (``mailbox``).

    Shared between threads. The plan of a method is used up in the order it was made in; a plan
    of the whole vendor comes after the method's own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: dict[str, list[_Planned]] = {}
        self._delays: dict[str, float] = {}
        self._calls: Counter[str] = Counter()

    def fail(
        self,
        method: str,
        error: Exception | Callable[[], Exception],
        *,
        times: int | None = 1,
        when: When = When.BEFORE,
    ) -> None:
        """Fail the next ``times`` calls (None: until ``clear``) with this error."""
        make = error if callable(error) else lambda: error
        with self._lock:
            self._planned.setdefault(method, []).append(_Planned(make=make, when=when, left=times))

    def delay(self, method: str, seconds: float) -> None:
        """Make every call of the method (or vendor) take this long at least."""
        with self._lock:
            self._delays[method] = seconds

    def clear(self, method: str | None = None) -> None:
        """Forget what was planned and delayed for one method or vendor, or for all."""
        with self._lock:
            for plans in (self._planned, self._delays):
                if method is None:
                    plans.clear()
                else:
                    plans.pop(method, None)

    def calls(self, method: str) -> int:
        """How often the method was called, failures included."""
        with self._lock:
            return self._calls[method]

    @asynccontextmanager
    async def around(self, method: str) -> AsyncIterator[None]:
        """Run a vendor call inside this: it waits, fails before, or fails after the effect."""
        fault, seconds = self._take(method)
        if seconds > 0:
            await asyncio.sleep(seconds)
        if fault is not None and fault.when is When.BEFORE:
            raise fault.make()
        yield
        if fault is not None:
            raise fault.make()

    def _take(self, method: str) -> tuple[_Planned | None, float]:
        vendor = method.partition(".")[0]
        with self._lock:
            self._calls[method] += 1
            seconds = self._delays.get(method, self._delays.get(vendor, 0.0))
            for name in (method, vendor):
                plans = self._planned.get(name, [])
                if not plans:
                    continue
                plan = plans[0]
                if plan.left is not None:
                    plan.left -= 1
                    if plan.left <= 0:
                        plans.pop(0)
                return plan, seconds
            return None, seconds
