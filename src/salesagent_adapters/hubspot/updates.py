"""Writing our judgement of a contact into properties of the account's own.

Nothing is created there behind anybody's back: a property that does not exist is named in the
report, with what kind it should be.
"""

from __future__ import annotations

from typing import Final

from salesagent_adapters.hubspot.account import Account
from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_core.errors import Rejected
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_updates import ContactJudgement, MissingProperty, UpdateReport

SEGMENT: Final = MissingProperty(name="salesagent_segment", label="Segment", kind="text")
ICP_FIT: Final = MissingProperty(name="salesagent_icp_fit", label="ICP fit (0-100)", kind="number")
LAST_OUTCOME: Final = MissingProperty(
    name="salesagent_last_outcome", label="Last outcome", kind="text"
)


class HubSpotUpdates:
    """``CrmUpdates`` over HubSpot."""

    def __init__(self, client: HubSpotClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def write_judgement(
        self, tenant_id: TenantId, judgement: ContactJudgement
    ) -> UpdateReport:
        """See ``CrmUpdates.write_judgement``."""
        wanted = _values(judgement)
        existing = (await self._account.contact_properties(tenant_id)).all
        values = {one.name: value for one, value in wanted.items() if one.name in existing}
        missing = tuple(one for one in wanted if one.name not in existing)
        if values:
            try:
                await self._client.ask(
                    tenant_id,
                    lambda api, how: api.contacts.update(
                        judgement.contact_crm_id, {"properties": values}, **how
                    ),
                )
            except Rejected:
                # Perhaps somebody changed the properties; the next try sees them as they are.
                self._account.forget_properties(tenant_id)
                raise
        return UpdateReport(written=tuple(values), missing=missing)


def _values(judgement: ContactJudgement) -> dict[MissingProperty, str]:
    found: dict[MissingProperty, str] = {}
    if judgement.segment is not None:
        found[SEGMENT] = judgement.segment
    if judgement.icp_fit is not None:
        found[ICP_FIT] = f"{judgement.icp_fit:.1f}"
    if judgement.last_outcome is not None:
        found[LAST_OUTCOME] = judgement.last_outcome.value
    return found
