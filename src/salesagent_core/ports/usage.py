"""What each tenant took in a month, and the bounds that an admin set for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.audit import AuditEvent
from salesagent_core.domain.spending import Budget, Spent
from salesagent_core.ids import RunId, TenantId


@attrs.frozen(kw_only=True)
class ModelMonth:
    """What one language model took in a month. ``cost_micros`` is that of priced calls."""

    model: str
    calls: int
    unpriced_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int


@attrs.frozen(kw_only=True)
class MonthUsage:
    """``month`` as ``YYYY-MM`` (UTC). ``runs`` that began, ``drafts`` made, mails sent, and
    ``decisions`` by verdict; each was counted with the thing itself, once. ``budget`` and who set
    it are None where nobody stored one."""

    month: str
    spent: Spent = attrs.field(factory=Spent)
    drafts: int = 0
    decisions: Mapping[str, int] = attrs.field(factory=dict)
    models: tuple[ModelMonth, ...] = ()
    waiting_runs: int = 0
    budget: Budget | None = None
    budget_at: datetime | None = None
    budget_by: str | None = None


@attrs.frozen(kw_only=True)
class Woken:
    """What waited for the budget and may be tried again."""

    runs: tuple[RunId, ...] = ()
    sends: tuple[str, ...] = ()


class Usage(Protocol):
    """Read without a lock: a report may be a moment old."""

    async def month(self, tenant_id: TenantId, month: str | None = None) -> MonthUsage:
        """One month; the current one by the database's clock where none is named.

        Raises:
            Unavailable
        """
        ...

    async def set_budget(
        self, tenant_id: TenantId, budget: Budget, *, by: str, at: datetime, event: AuditEvent
    ) -> Woken:
        """Store the bounds in place of those before, with the audit event, in one transaction,
        and make due what waited for them.

        Raises:
            Unavailable
        """
        ...
