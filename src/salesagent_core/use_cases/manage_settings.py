"""What people set about their organisation: changed, looked back at, taken back.

Every change is a new version and is audited with who and when. Who changes a setting names the
version that they saw: where somebody was first, nothing changes and they are told who it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.choices import (
    FOLDERS,
    ICP,
    OF_TENANT,
    SENDER,
    choice_of,
    read_folders,
    read_sender,
)
from salesagent_core.domain.ideal_customer import FitChange, preview, read_icp, with_icp
from salesagent_core.domain.lead import Lead
from salesagent_core.errors import Conflict, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.clock import Clock
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.settings_book import (
    BEFORE_ANYBODY,
    SettingsTransaction,
    SettingsWork,
    SettingVersion,
)
from salesagent_core.ports.tenants import TenantDirectory

SETUP = "setup"
MODE, LIMITS, ALLOW, DENY = "mode", "limits", "allow_list", "deny_list"
HISTORY = 6
"""Versions that are shown."""

Reader = Callable[[Mapping[str, Any]], dict[str, Any]]
_READERS: dict[str, Reader] = {
    ICP: read_icp,
    SENDER: read_sender,
    FOLDERS: read_folders,
    SETUP: lambda data: {"dismissed": data.get("dismissed") is True},
}


class ChangedMeanwhile(Conflict):
    """Somebody else changed the setting since it was read. ``newest`` says who, and to what."""

    def __init__(self, newest: SettingVersion) -> None:
        super().__init__("somebody else changed this setting since it was read")
        self.newest = newest


@attrs.frozen(kw_only=True)
class SettingView:
    """A setting as it stands. ``version`` is 0 while nobody has changed it; ``history`` has the
    newest first."""

    name: str
    value: Mapping[str, Any]
    version: int
    history: tuple[SettingVersion, ...] = ()

    @property
    def changed(self) -> SettingVersion | None:
        """The last change that a person made."""
        newest = self.history[0] if self.history else None
        return newest if newest is not None and newest.changed_by != BEFORE_ANYBODY else None

    @property
    def before(self) -> SettingVersion | None:
        """What taking the last change back would restore."""
        return self.history[1] if len(self.history) > 1 else None


class ManageSettings:
    """The settings that are kept here, and the history of those that others keep."""

    def __init__(
        self,
        *,
        work: SettingsWork,
        tenants: TenantDirectory,
        clock: Clock,
        ids: IdSource,
        changed: Callable[[TenantId], None],
    ) -> None:
        """``changed`` is told of each change, so that the next reader sees it."""
        self._work = work
        self._tenants = tenants
        self._clock = clock
        self._ids = ids
        self._changed = changed

    async def get(self, tenant_id: TenantId, name: str) -> SettingView:
        """The setting as it is in force, with its last versions. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            history = await tx.settings.history(name, HISTORY)
        if history:
            value, version = history[0].value, history[0].version
        else:
            value, version = await self._base(tenant_id, name), 0
        return SettingView(name=name, value=value, version=version, history=history)

    async def set(
        self,
        tenant_id: TenantId,
        name: str,
        data: Mapping[str, Any],
        *,
        seen: int,
        who: str,
        why: str = "",
    ) -> SettingView:
        """Change a setting. ``seen`` is the version that its new value is written over.

        Raises:
            InvalidInput: every problem with its place. ChangedMeanwhile: somebody was first.
            NotFound: there is no such setting here.
        """
        if name not in _READERS:
            raise NotFound("there is no such setting")
        value = _READERS[name](data)
        base = await self._base(tenant_id, name)
        async with self._work.begin(tenant_id) as tx:
            now = self._clock.now()
            newest = await tx.settings.newest(name)
            _require_seen(newest, seen)
            if (dict(newest.value) if newest is not None else base) != value:
                await record(tx, name, base, value, who=who, why=why, now=now)
                await self._note(tx, tenant_id, name, now, who)
        self._changed(tenant_id)
        return await self.get(tenant_id, name)

    async def restore(
        self, tenant_id: TenantId, name: str, version: int, *, seen: int, who: str
    ) -> SettingView:
        """Put an earlier value back, as a change of its own. Raises: as ``set``."""
        earlier = await self.version(tenant_id, name, version)
        return await self.set(
            tenant_id, name, earlier.value, seen=seen, who=who, why=f"taken back to {version}"
        )

    async def version(self, tenant_id: TenantId, name: str, version: int) -> SettingVersion:
        """One version of any setting. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.settings.version(name, version)

    async def require_seen(self, tenant_id: TenantId, name: str, seen: int) -> None:
        """For settings that others keep. Raises: ChangedMeanwhile."""
        async with self._work.begin(tenant_id) as tx:
            _require_seen(await tx.settings.newest(name), seen)

    async def preview(
        self, tenant_id: TenantId, data: Mapping[str, Any], leads: list[Lead]
    ) -> tuple[FitChange, ...]:
        """Leads under the profile of today and under this one. Raises: InvalidInput."""
        tenant = await self._tenants.get(tenant_id)
        return preview(leads, tenant, with_icp(tenant, read_icp(data)))

    async def _base(self, tenant_id: TenantId, name: str) -> dict[str, Any]:
        if name not in OF_TENANT:
            return {}
        return choice_of(await self._tenants.get(tenant_id), name)

    async def _note(
        self, tx: SettingsTransaction, tenant_id: TenantId, name: str, now: datetime, who: str
    ) -> None:
        newest = await tx.settings.newest(name)
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=now,
                actor=who,
                action=f"settings.{name}",
                subject_kind="tenant",
                subject_id=tenant_id,
                detail=(("version", str(newest.version if newest else 0)),),
            )
        )


async def record(
    tx: SettingsTransaction,
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    who: str,
    why: str,
    now: datetime,
) -> None:
    """Add a version; the first change keeps what was there before, too.

    Raises:
        Conflict: somebody changed it at the same time.
    """
    newest = await tx.settings.newest(name)
    at = newest.version if newest is not None else 0
    if newest is None:
        at = 1
        await tx.settings.add(
            SettingVersion(
                name=name, version=1, value=before, changed_at=now, changed_by=BEFORE_ANYBODY
            )
        )
    await tx.settings.add(
        SettingVersion(
            name=name, version=at + 1, value=after, changed_at=now, changed_by=who, why=why
        )
    )


def _require_seen(newest: SettingVersion | None, seen: int) -> None:
    if newest is not None and newest.version != seen:
        raise ChangedMeanwhile(newest)
