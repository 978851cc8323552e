"""What the gate needs to know of a draft, and its verdict."""

from __future__ import annotations

from salesagent_core.domain.address import fold_alias
from salesagent_core.domain.approval import Verdict
from salesagent_core.domain.autonomy import Segment, Stage
from salesagent_core.domain.draft import Draft
from salesagent_core.domain.finding import INBOUND_PART
from salesagent_core.domain.sending.gate import (
    GateFacts,
    GateVerdict,
    SendPermission,
    SwitchState,
    judge_send,
)
from salesagent_core.domain.sending.recipients import company_key
from salesagent_core.domain.tenant import Tenant
from salesagent_core.domain.time_zones import zone_for
from salesagent_core.ports.send_ledger import SlotKeys
from salesagent_core.ports.unit_of_work import SendingTransaction


def slot_keys(draft: Draft) -> SlotKeys:
    """Whose limits this draft counts against."""
    email = draft.lead.person.email
    return SlotKeys(
        contact=fold_alias(email),
        mailbox=draft.mailbox,
        company=company_key(email, draft.lead.company.domain),
    )


async def ask_gate(
    tx: SendingTransaction,
    draft: Draft,
    *,
    tenant: Tenant,
    permission: SendPermission,
    switches: SwitchState,
    automatic: bool,
    besides: str | None = None,
    lock: bool = True,
) -> GateVerdict:
    """Everything the gate needs, read in this transaction, and its verdict for this moment.

    With ``lock`` the limits that were counted are ours until the transaction ends; ``besides`` is
    the attempt whose own slot must not count against it.
    """
    person = draft.lead.person
    usage = await tx.sends.usage(slot_keys(draft), besides=besides, lock=lock)
    return judge_send(
        GateFacts(
            now=usage.counted_at or await tx.sends.now(),
            tenant_id=draft.tenant_id,
            recipient=person.email,
            switches=switches,
            permission=permission,
            usage=usage,
            approved=await _is_approved(tx, draft),
            automatic=automatic,
            trusted=not automatic or await _still_trusted(tx, draft),
            lists=await tx.recipients.judge(person.email),
            suppressions=await tx.suppressions.covering(person.email),
            findings=[each for each in draft.revision.findings if each.part != INBOUND_PART]
            if not automatic
            else draft.revision.findings,
            zone=zone_for(person.country or draft.lead.company.country, person.time_zone)
            or tenant.time_zone,
            hours=draft.hours,
        )
    )


async def _is_approved(tx: SendingTransaction, draft: Draft) -> bool:
    """Whether the last decision about exactly this revision is an approval."""
    decisions = [
        each
        for each in await tx.decisions.of_draft(draft.id)
        if each.content_hash == draft.revision.content_hash
    ]
    return bool(decisions) and decisions[-1].verdict in (Verdict.APPROVED, Verdict.AUTO_APPROVED)


async def _still_trusted(tx: SendingTransaction, draft: Draft) -> bool:
    """Whether the rule that approved it may still act alone. A mail may have waited for its
    window for days; trust that was lost meanwhile is not used up."""
    decisions = await tx.decisions.of_draft(draft.id)
    last = decisions[-1] if decisions else None
    if last is None or last.verdict is not Verdict.AUTO_APPROVED or last.rule is None:
        return True
    return await tx.trust.hold(Segment(tier=draft.fit.tier, rule=last.rule)) is Stage.AUTO
