"""The CRM's further abilities in memory: updates, deals, forms and recent conversions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import attrs

from salesagent_adapters.memory.crm_state import CrmState, StoredContact
from salesagent_adapters.memory.world import World
from salesagent_core.domain.submission import FormField
from salesagent_core.errors import InvalidInput, NotFound
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm import ContactRecord
from salesagent_core.ports.crm_conversions import ConversionPage
from salesagent_core.ports.crm_deals import Deal
from salesagent_core.ports.crm_forms import CrmForm
from salesagent_core.ports.crm_updates import ContactJudgement, MissingProperty, UpdateReport

PAGE = 100
SEGMENT = MissingProperty(name="salesagent_segment", label="Segment", kind="text")
ICP_FIT = MissingProperty(name="salesagent_icp_fit", label="ICP fit (0-100)", kind="number")
LAST_OUTCOME = MissingProperty(name="salesagent_last_outcome", label="Last outcome", kind="text")

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class MemoryCrmMore:
    """``CrmUpdates``, ``CrmDeals``, ``CrmForms`` and ``CrmConversions`` over the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def write_judgement(
        self, tenant_id: TenantId, judgement: ContactJudgement
    ) -> UpdateReport:
        """See ``CrmUpdates.write_judgement``."""
        async with self._call("write_judgement", tenant_id) as state:
            contact = state.contacts.get(judgement.contact_crm_id)
            if contact is None:
                raise NotFound("the CRM knows no such contact")
            wanted = _values(judgement)
            values = {
                one.name: value for one, value in wanted.items() if one.name in state.own_properties
            }
            state.save_contact(attrs.evolve(contact, properties={**contact.properties, **values}))
            missing = tuple(one for one in wanted if one.name not in state.own_properties)
            return UpdateReport(written=tuple(values), missing=missing)

    async def deals_of(self, tenant_id: TenantId, contact_crm_id: str) -> tuple[Deal, ...]:
        """See ``CrmDeals.deals_of``."""
        async with self._call("deals_of", tenant_id) as state:
            mine = [deal for owner, deal in state.deals.values() if owner == contact_crm_id]
        return tuple(sorted(mine, key=lambda one: one.changed_at or _EARLIEST, reverse=True))

    async def forms(self, tenant_id: TenantId) -> tuple[CrmForm, ...]:
        """See ``CrmForms.forms``."""
        async with self._call("forms", tenant_id) as state:
            return tuple(sorted(state.forms, key=lambda form: form.name.casefold()))

    async def converted_since(
        self, tenant_id: TenantId, since: datetime, after: str | None = None
    ) -> ConversionPage:
        """See ``CrmConversions.converted_since``. The list is made anew for every page."""
        async with self._call("converted_since", tenant_id) as state:
            found = [
                (contact.converted_at, contact)
                for contact in state.contacts.values()
                if contact.converted_at is not None and contact.converted_at >= since
            ]
        found.sort(key=lambda pair: (pair[0], int(pair[1].id)))
        if after is not None and not after.isdecimal():
            raise InvalidInput("after is not one of ours")
        start = int(after or 0)
        more = str(start + PAGE) if start + PAGE < len(found) else None
        page = found[start : start + PAGE]
        return ConversionPage(records=tuple(_record(one) for _, one in page), after=more)

    @asynccontextmanager
    async def _call(self, method: str, tenant_id: TenantId) -> AsyncIterator[CrmState]:
        async with self._world.faults.around(f"crm.{method}"):
            with self._world.lock:
                state = self._world.tenant(tenant_id).crm
                state.count_request()
            yield state


def _values(judgement: ContactJudgement) -> dict[MissingProperty, str]:
    found: dict[MissingProperty, str] = {}
    if judgement.segment is not None:
        found[SEGMENT] = judgement.segment
    if judgement.icp_fit is not None:
        found[ICP_FIT] = f"{judgement.icp_fit:.1f}"
    if judgement.last_outcome is not None:
        found[LAST_OUTCOME] = judgement.last_outcome.value
    return found


def _record(contact: StoredContact) -> ContactRecord:
    return ContactRecord(
        crm_id=contact.id,
        fields=tuple(
            FormField(name=name, value=value) for name, value in sorted(contact.properties.items())
        ),
        converted_at=contact.converted_at,
        conversion_id=contact.conversion_id,
        form_id=contact.form_id,
    )
