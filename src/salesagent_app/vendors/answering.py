"""How the vendors answer, as their guards saw it."""

from __future__ import annotations

from salesagent_adapters.resilience.guard import Guard
from salesagent_core.ports.vendor_health import Answering, VendorState


def guard_states(*guards: tuple[Guard, ...]) -> tuple[VendorState, ...]:
    """How the vendors answer, for health pages and metrics."""
    return tuple(
        VendorState(
            vendor=seen.vendor,
            tenant_id=seen.tenant_id,
            state=Answering(seen.state),
            failures=seen.failures,
            calls_now=seen.calls_now,
            until=seen.until,
        )
        for group in guards
        for guard in group
        for seen in guard.states()
    )
