"""API keys: made, shown once, listed, revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import attrs

from salesagent_core.errors import Conflict, InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.api_keys import ApiKey, Scope
from salesagent_core.ports.people import PeopleWork
from salesagent_core.use_cases.people_parts import LoginParts, digest_of

MAX_KEYS = 1_000
"""Of one organisation, revoked ones counted: they stay for the audit trail."""
MAX_DAYS = 3_650
MAX_KEY_NAME = 100
PREFIX = "sa"


@attrs.frozen(kw_only=True)
class KeyMade:
    """``text`` is the whole key as its holder sends it: shown once, kept nowhere."""

    key: ApiKey
    text: str = attrs.field(repr=False)


class ManageKeys:
    """Every change is audited."""

    def __init__(self, *, work: PeopleWork, parts: LoginParts) -> None:
        self._work = work
        self._parts = parts

    async def list(self, tenant_id: TenantId) -> tuple[ApiKey, ...]:
        """The newest first, those that are good no more among them."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.keys.all()

    async def create(
        self,
        tenant_id: TenantId,
        *,
        name: str,
        scopes: Collection[Scope],
        days: int | None,
        by: str,
    ) -> KeyMade:
        """A key that ends after so many ``days``; None: never.

        Raises:
            InvalidInput: every problem is listed. Conflict: there are too many.
        """
        called = " ".join(name.split())
        problems = _problems(called, scopes, days)
        if problems:
            raise InvalidInput("the key cannot be made", problems)
        now = self._parts.clock.now()
        # An id without the sign that stands between the parts of a key.
        key_id, secret = self._parts.ids.new().replace("-", ""), self._parts.secret()
        key = ApiKey(
            id=key_id,
            tenant_id=tenant_id,
            name=called,
            digest=digest_of(secret),
            scopes=frozenset(scopes),
            created_at=now,
            expires_at=now + timedelta(days=days) if days is not None else None,
            created_by=by,
        )
        async with self._work.begin(tenant_id) as tx:
            if len(await tx.keys.all()) >= MAX_KEYS:
                raise Conflict(f"There are {MAX_KEYS} keys already.")
            await tx.keys.add(key)
            await self._parts.note_subject(
                tx,
                tenant_id,
                by,
                "key.created",
                ("api_key", key_id),
                scopes=" ".join(sorted(scopes)),
            )
        return KeyMade(key=key, text=f"{PREFIX}_{key_id}_{secret}")

    async def revoke(self, tenant_id: TenantId, key_id: str, by: str) -> ApiKey:
        """It is worth nothing from now on, and neither are the sessions that it opened.

        Raises:
            NotFound
        """
        async with self._work.begin(tenant_id) as tx:
            key = await tx.keys.get(key_id, lock=True)
            if key.revoked_at is not None:
                return key
            key = attrs.evolve(key, revoked_at=self._parts.clock.now())
            await tx.keys.save(key)
            await self._parts.note_subject(tx, tenant_id, by, "key.revoked", ("api_key", key_id))
        return key


def _problems(name: str, scopes: Collection[Scope], days: int | None) -> list[Problem]:
    problems = []
    if not name or len(name) > MAX_KEY_NAME or not name.isprintable():
        problems.append(Problem(where="name", what=f"must have 1 to {MAX_KEY_NAME} letters"))
    if not scopes:
        problems.append(Problem(where="scopes", what="must name what the key may do"))
    if days is not None and not 1 <= days <= MAX_DAYS:
        problems.append(Problem(where="days", what=f"must be from 1 to {MAX_DAYS}"))
    return problems
