"""Prove the audit trail, or say which row is not as it was written."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesagent_core.domain.audit_chain import KEY_LABEL, Head, Tampering, Verifier
from salesagent_core.errors import NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.audit_chain import AuditChain
from salesagent_core.ports.secrets_vault import Sealer

PAGE = 1_000
SEALED_AT_ONCE = 500
MAX_WAITING = 10_000
"""Rows wait for seconds; where so many do, no worker runs."""


@attrs.frozen(kw_only=True)
class TrailReport:
    """One tenant's trail: rows that were checked, those of them whose detail an erasure removed,
    rows that wait to be sealed, rows that were cut off because they were past their time, where
    it ends, and what is wrong with it."""

    tenant_id: TenantId
    checked: int
    erased: int
    waiting: int
    cut_off: int
    head: Head | None
    found: tuple[Tampering, ...]


class VerifyAudit:
    """Calling it changes nothing; ``heads`` seals what waits first."""

    def __init__(self, chain: AuditChain, sealer: Sealer) -> None:
        self._chain = chain
        self._key = bytes.fromhex(sealer.blind_index(KEY_LABEL))

    async def __call__(
        self, tenant_id: TenantId | None = None, *, anchors: Sequence[Head] = ()
    ) -> tuple[TrailReport, ...]:
        """Check one tenant's trail, or everybody's; ``anchors`` are heads exported earlier.

        Raises:
            Unavailable. NotFound: nothing was ever written in a trail of that tenant.
        """
        named = {anchor.tenant_id for anchor in anchors}
        known = {*await self._chain.tenants(), *named}
        if tenant_id and tenant_id not in known:
            raise NotFound("there is no audit trail of this organisation")
        tenants = [tenant_id] if tenant_id else sorted(known)
        return tuple([await self._verify(each, anchors) for each in tenants])

    async def heads(self, tenant_id: TenantId | None = None) -> tuple[Head, ...]:
        """Where the chains end now, everything that waits included, to be kept elsewhere."""
        while await self._chain.seal(SEALED_AT_ONCE):
            pass
        tenants = [tenant_id] if tenant_id else sorted(await self._chain.tenants())
        found = [await self._chain.head(each) for each in tenants]
        return tuple(head for head in found if head is not None)

    async def _verify(self, tenant_id: TenantId, anchors: Sequence[Head]) -> TrailReport:
        mine = [anchor for anchor in anchors if anchor.tenant_id == tenant_id]
        # Read first: rows that are sealed meanwhile lie behind it, and are no cut.
        head = await self._chain.head(tenant_id)
        cuts = await self._chain.cuts(tenant_id)
        verifier = Verifier(self._key, tenant_id, anchors=mine, cuts=cuts)
        after = 0
        while rows := await self._chain.rows(tenant_id, after, PAGE):
            verifier.take(rows)
            after = rows[-1].position or after
        waiting = verifier.take_waiting(
            await self._chain.waiting(tenant_id, MAX_WAITING),
            unsigned_until=await self._chain.unsigned_until(),
        )
        return TrailReport(
            tenant_id=tenant_id,
            checked=verifier.checked,
            erased=verifier.erased,
            waiting=waiting,
            cut_off=verifier.cut_off,
            head=head,
            found=verifier.finish(head),
        )
