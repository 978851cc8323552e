"""The do-not-contact list: who is on it, why, and how people put themselves on it."""

from __future__ import annotations

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.sending.recipients import canonical_pattern
from salesagent_core.domain.sending.suppression import Suppression, SuppressionReason
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.identity import IdSource
from salesagent_core.ports.suppressions import OptOut, OptOutTokens
from salesagent_core.ports.unit_of_work import (
    SendingTransaction,
    SendingWork,
    SuppressionHook,
)

MAX_PAGE = 200
BY_LINK = "opt_out_link"


class ManageSuppressions:
    """Adding is always possible and needs no reason to be given; removing is audited."""

    def __init__(
        self,
        *,
        work: SendingWork,
        tokens: OptOutTokens,
        ids: IdSource,
        on_suppressed: SuppressionHook | None = None,
    ) -> None:
        self._on_suppressed = on_suppressed
        self._work = work
        self._tokens = tokens
        self._ids = ids

    async def add(
        self,
        tenant_id: TenantId,
        recipient: str,
        *,
        reason: SuppressionReason,
        by: str,
        source: str = "",
    ) -> Suppression:
        """Suppress one person (an address, whatever its alias) or a whole domain. Who is on the
        list already stays as they are; only an erasure replaces the entry by a keyed hash.

        Raises:
            InvalidInput: neither an address nor a domain.
        """
        pattern = canonical_pattern(recipient)
        kind, _, name = pattern.partition(":")
        if not name:
            problem = Problem(where="recipient", what="to suppress everybody, stop sending")
            raise InvalidInput("this recipient cannot be used", [problem])
        async with self._work.begin(tenant_id) as tx:
            entry = Suppression(
                id=self._ids.new(),
                reason=reason,
                created_at=await tx.sends.now(),
                address=fold_alias(name) if kind == "person" else None,
                domain=name if kind == "host" else None,
                source=source,
            )
            stored = await tx.suppressions.add(entry, by)
            if stored.id == entry.id:
                await self._note(tx, tenant_id, "suppression.added", stored, by)
                if self._on_suppressed is not None:
                    await self._on_suppressed(tx, tenant_id, stored)
        return stored

    async def list(
        self,
        tenant_id: TenantId,
        *,
        reason: SuppressionReason | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> tuple[Suppression, ...]:
        """Newest first; ``after`` is the last id of the page before."""
        size = max(1, min(limit, MAX_PAGE))
        async with self._work.begin(tenant_id) as tx:
            return await tx.suppressions.page(reason=reason, after=after, limit=size)

    async def covering(self, tenant_id: TenantId, address: str) -> tuple[Suppression, ...]:
        """The entries that forbid writing to this address."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.suppressions.covering(address)

    async def get(self, tenant_id: TenantId, entry_id: str) -> Suppression:
        """One entry. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            return await tx.suppressions.get(entry_id)

    async def remove(self, tenant_id: TenantId, entry_id: str, *, by: str, why: str = "") -> None:
        """Take an entry off the list. Raises: NotFound."""
        async with self._work.begin(tenant_id) as tx:
            entry = await tx.suppressions.get(entry_id)
            await tx.suppressions.remove(entry_id)
            await self._note(tx, tenant_id, "suppression.removed", entry, by, why)

    def read_token(self, token: str) -> OptOut:
        """Who a link in one of our mails is about, to be asked before anything is done.

        Raises:
            Rejected: we never made this token.
        """
        return self._tokens.read(token)

    async def unsubscribe(self, token: str) -> Suppression:
        """One click in one of our mails (RFC 8058); clicking again changes nothing.

        Raises:
            Rejected: we never made this token.
        """
        out = self._tokens.read(token)
        return await self.add(
            out.tenant_id, out.email, reason=SuppressionReason.UNSUBSCRIBED, by=BY_LINK
        )

    async def _note(
        self,
        tx: SendingTransaction,
        tenant_id: TenantId,
        action: str,
        entry: Suppression,
        by: str,
        why: str = "",
    ) -> None:
        detail = (("reason", entry.reason.value), *((("why", why),) if why else ()))
        await tx.audit.add(
            AuditEvent(
                id=self._ids.new(),
                tenant_id=tenant_id,
                at=await tx.sends.now(),
                actor=by,
                action=action,
                subject_kind="suppression",
                subject_id=entry.id,
                detail=detail,
            )
        )
