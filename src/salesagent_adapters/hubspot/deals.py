"""A contact's deals, with their place in the pipeline."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.client import HubSpotClient
from salesagent_adapters.hubspot.links import linked
from salesagent_adapters.hubspot.notes import read_newest
from salesagent_adapters.hubspot.records import moment
from salesagent_adapters.hubspot.turns import Remembered, Turns
from salesagent_adapters.hubspot.values import EARLIEST, first_text, objects, read_id
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_deals import Deal

KEPT: Final = timedelta(minutes=10)
PROPERTIES: Final = (
    "pipeline",
    "dealstage",
    "amount",
    "hs_is_closed",
    "hs_is_closed_won",
    "hs_lastmodifieddate",
)


@attrs.frozen(kw_only=True)
class _Stage:
    position: int
    name: str | None


_Stages = dict[tuple[str, str], _Stage]


class HubSpotDeals:
    """``CrmDeals`` over HubSpot."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._turns = Turns()
        self._stages: Remembered[_Stages] = Remembered(client.clock, KEPT)

    async def deals_of(self, tenant_id: TenantId, contact_crm_id: str) -> tuple[Deal, ...]:
        """See ``CrmDeals.deals_of``."""
        ids = await linked(self._client, tenant_id, "contacts", contact_crm_id, "deals")
        if not ids:
            return ()
        found = await read_newest(
            self._client,
            tenant_id,
            set(ids),
            list(PROPERTIES),
            lambda api, body, how: api.deal_batch.read(body, **how),
        )
        stages = await self._pipelines(tenant_id)
        deals = [_deal(deal_id, held, stages) for deal_id, held in found.items()]
        return tuple(sorted(deals, key=lambda one: one.changed_at or EARLIEST, reverse=True))

    async def _pipelines(self, tenant_id: TenantId) -> _Stages:
        async with self._turns.of(tenant_id):
            known = self._stages.get(tenant_id)
            if known is not None:
                return known
            answer = await self._client.ask(
                tenant_id, lambda api, how: api.pipelines.get_all("deals", **how)
            )
            return self._stages.put(_stages(answer), tenant_id)


def _stages(answer: dict[str, Any]) -> _Stages:
    """Stages by pipeline and id, in the order that people see."""
    found: _Stages = {}
    for pipeline in objects(answer.get("results")):
        pipeline_id = read_id(pipeline.get("id")) or ""
        ordered = sorted(objects(pipeline.get("stages")), key=_order)
        for position, stage in enumerate(ordered):
            stage_id = read_id(stage.get("id")) or ""
            found[pipeline_id, stage_id] = _Stage(
                position=position, name=first_text(stage, "label")
            )
    return found


def _order(stage: dict[str, Any]) -> int:
    order = stage.get("displayOrder")
    return order if isinstance(order, int) else 0


def _deal(deal_id: str, held: dict[str, str], stages: _Stages) -> Deal:
    pipeline, stage_id = held.get("pipeline", ""), held.get("dealstage", "")
    stage = stages.get((pipeline, stage_id))
    return Deal(
        crm_id=deal_id,
        pipeline_id=pipeline,
        stage_id=stage_id,
        stage_name=stage.name if stage else None,
        position=stage.position if stage else None,
        closed=held.get("hs_is_closed") == "true",
        won=held.get("hs_is_closed_won") == "true",
        amount=_amount(held.get("amount")),
        changed_at=moment(held.get("hs_lastmodifieddate")),
    )


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None
