"""Step 8: free half hours that may be offered."""

from __future__ import annotations

from salesagent_core.domain.scheduling import SlotOffer, propose_slots, window
from salesagent_core.ports.calendar import Calendar
from salesagent_core.ports.clock import Clock
from salesagent_core.use_cases.facts import Facts


class ProposeSlots:
    """Optional: when the calendar cannot be read the draft offers no time, never a made-up one.

    Works from the form alone, so that it need not wait for the CRM.
    """

    def __init__(self, calendar: Calendar, clock: Clock) -> None:
        self._calendar = calendar
        self._clock = clock

    async def __call__(self, facts: Facts) -> SlotOffer:
        """Free slots in the lead's business hours; empty when there is none."""
        now = self._clock.now()
        start, end = window(now)
        tenant = facts.tenant
        busy = await self._calendar.busy(tenant.id, tenant.mailbox, start, end)
        form = facts.submission
        return propose_slots(
            now=now,
            busy=busy,
            lead_zone=form.value("time_zone", "timezone", "hs_timezone", "hs_time_zone"),
            lead_country=form.value("country", "country_code", "hs_country"),
            sender_zone=tenant.time_zone,
            sender_country=tenant.country,
        )
