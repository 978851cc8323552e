"""The audit trail: who did what to which thing, when and why."""

from __future__ import annotations

from datetime import datetime

import attrs

from salesagent_core.ids import TenantId


@attrs.frozen(kw_only=True)
class AuditEvent:
    """``actor`` is an operator's or key's id, ``system`` or ``rule:NAME``. ``detail`` holds
    codes and ids only: the trail outlives the personal data it speaks of."""

    id: str
    tenant_id: TenantId
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    detail: tuple[tuple[str, str], ...] = ()
