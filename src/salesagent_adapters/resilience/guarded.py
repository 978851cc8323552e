"""A port behind a guard: the same methods, each under its rule."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

from salesagent_adapters.resilience.guard import Guard, Rule
from salesagent_core.ids import TenantId

P = TypeVar("P")

Owner = Callable[..., TenantId]


def tenant_first(tenant_id: TenantId, *_args: object, **_options: object) -> TenantId:
    """The tenant of a call: most methods of most ports name it first."""
    return tenant_id


def guarded(port: P, guard: Guard, rules: Mapping[str, Rule], owner: Owner = tenant_first) -> P:
    """The port, every one of whose ``async`` methods goes through the guard.

    Raises:
        TypeError: a method has no rule: how it fails must be decided, not defaulted.
    """
    missing = [
        name
        for name, member in inspect.getmembers(type(port), inspect.iscoroutinefunction)
        if not name.startswith("_") and name not in rules
    ]
    if missing:
        raise TypeError(f"{type(port).__name__} has methods without a rule: {', '.join(missing)}")
    return cast(P, _Guarded(port, guard, dict(rules), owner))


class _Guarded:
    def __init__(self, port: object, guard: Guard, rules: dict[str, Rule], owner: Owner) -> None:
        self._port = port
        self._guard = guard
        self._rules = rules
        self._owner = owner

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._port, name)
        rule = self._rules.get(name)
        if rule is None:
            return member
        return self._behind(name, member, rule)

    def _behind(
        self, name: str, method: Callable[..., Awaitable[Any]], rule: Rule
    ) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(method)
        async def call(*args: Any, **options: Any) -> Any:
            tenant_id = self._owner(*args, **options)
            guard = self._guard
            if guard.around is None:
                return await guard.call(tenant_id, rule, lambda: method(*args, **options))
            with guard.around(guard.vendor, name):
                return await guard.call(tenant_id, rule, lambda: method(*args, **options))

        return call
