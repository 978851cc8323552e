"""Past decisions with what came of them, for looking back. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from salesagent_core.domain.outcomes.backtest import PastDecision
from salesagent_core.domain.outcomes.outcome import OutcomeType
from salesagent_core.ids import DraftId, TenantId


@attrs.frozen(kw_only=True)
class DecisionPage:
    """``after`` is where the next page begins; None when this is the last one."""

    decisions: tuple[PastDecision, ...]
    after: int | None = None


class DecisionHistory(Protocol):
    """Decisions by rules and the policy: the last one about each draft."""

    async def page(
        self,
        tenant_id: TenantId,
        *,
        since: datetime,
        until: datetime,
        after: int = 0,
        limit: int,
    ) -> DecisionPage:
        """Those with ``since <= at < until``, oldest first, each with the operator's answer to
        exactly that text; outcomes are left empty."""
        ...


class OutcomeHistory(Protocol):
    """What happened after mails were sent."""

    async def of_drafts(
        self, tenant_id: TenantId, draft_ids: Sequence[DraftId]
    ) -> Mapping[DraftId, tuple[OutcomeType, ...]]:
        """The known outcomes of each; drafts without any may be missing."""
        ...
