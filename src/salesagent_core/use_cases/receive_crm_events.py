"""CRM events come in: store them durably; the contacts behind them are looked up afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from salesagent_core.ports.crm_events import CrmEvent, CrmEventInbox, EventReceipt


class ReceiveCrmEvents:
    """The sender wants its answer within 5 s, so nothing is fetched here."""

    def __init__(self, inbox: CrmEventInbox) -> None:
        self._inbox = inbox

    async def __call__(self, events: Sequence[CrmEvent], raw: bytes) -> tuple[EventReceipt, ...]:
        """Store one delivery; receipts stand in the order of the events.

        Raises:
            Unavailable: nothing was stored.
        """
        if not events:
            return ()
        return await self._inbox.accept(events, raw)
