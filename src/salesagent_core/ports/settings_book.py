"""What people set, kept version by version: who, when, why, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

import attrs

from salesagent_core.ids import TenantId
from salesagent_core.ports.unit_of_work import Transaction

BEFORE_ANYBODY = "system"
"""Who is named for a value that was there before somebody first changed it."""


@attrs.frozen(kw_only=True)
class SettingVersion:
    """One value of a setting. ``version`` counts from 1; ``value`` is plain data."""

    name: str
    version: int
    value: Mapping[str, Any]
    changed_at: datetime
    changed_by: str
    why: str = ""


class SettingsBook(Protocol):
    """The settings of one tenant, inside one transaction."""

    async def newest(self, name: str) -> SettingVersion | None:
        """The value in force; None where nobody has changed it yet."""
        ...

    async def version(self, name: str, version: int) -> SettingVersion:
        """Raises: NotFound."""
        ...

    async def history(self, name: str, limit: int) -> tuple[SettingVersion, ...]:
        """Newest first."""
        ...

    async def add(self, version: SettingVersion) -> None:
        """Raises: Conflict when there is a version of that number already."""
        ...


class SettingsTransaction(Transaction, Protocol):
    """A transaction in which settings are changed."""

    @property
    def settings(self) -> SettingsBook: ...


class SettingsWork(Protocol):
    """Begins transactions of one tenant in which settings are changed."""

    def begin(self, tenant_id: TenantId) -> AbstractAsyncContextManager[SettingsTransaction]:
        """As ``UnitOfWork.begin``."""
        ...
