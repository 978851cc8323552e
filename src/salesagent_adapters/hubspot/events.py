"""A Webhooks API delivery: an array of events that name contacts but do not carry them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from salesagent_adapters.hubspot.values import (
    invalid,
    load,
    read_number,
    read_time,
    read_value,
    too_many,
)
from salesagent_core.errors import Problem
from salesagent_core.ids import TenantId
from salesagent_core.ports.crm_events import CrmEvent

__all__ = ["EventDelivery", "parse_events", "portal_of_events"]

MAX_EVENTS: Final = 1_000
"""The platform documents 100 in one delivery."""

CREATION: Final = "contact.creation"
PROPERTY_CHANGE: Final = "contact.propertyChange"
PRIVACY_DELETION: Final = "contact.privacyDeletion"
CONVERSION_PROPERTIES: Final = frozenset(
    {"recent_conversion_date", "recent_conversion_event_name", "num_conversion_events"}
)
"""Contact properties that change with every form; other changes do not mean a submission."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@attrs.frozen(kw_only=True)
class EventDelivery:
    """One delivery, sorted.

    ``events`` are all that must be stored, privacy deletions among them, each key once; ``bad``
    says what was wrong with items that could not be read, with paths such as ``[3].objectId``;
    ``ignored`` counts items that need nothing done: other kinds, and repeats.
    """

    portal_id: str | None
    events: tuple[CrmEvent, ...]
    bad: tuple[Problem, ...]
    ignored: int

    @property
    def privacy_deletions(self) -> tuple[CrmEvent, ...]:
        """Those of ``events`` that ask for a person to be erased."""
        return tuple(event for event in self.events if event.kind == PRIVACY_DELETION)


def parse_events(
    body: bytes,
    tenant_id: TenantId,
    new_id: Callable[[], str],
    *,
    portal_id: str | None = None,
    received_at: datetime | None = None,
) -> EventDelivery:
    """Read a delivery. One bad item does not spoil the others.

    Args:
        portal_id: the tenant's portal; items of another one are bad. Without it the first
            portal named in the body counts, which is what ``portal_of`` answers.
        new_id: gives each event its id.
        received_at: when given, items from more than a day after it are bad.

    Raises:
        InvalidInput: the body as a whole is not an array of events.
    """
    items = load(body)
    if not isinstance(items, list):
        raise invalid([Problem(where="$", what="must be a JSON array of events")])
    if len(items) > MAX_EVENTS:
        raise invalid([too_many("$", MAX_EVENTS)])
    portal = portal_id or portal_of_events(items)
    events: dict[str, CrmEvent] = {}
    bad: list[Problem] = []
    ignored = 0
    for index, item in enumerate(items):
        where = f"[{index}]"
        if not isinstance(item, dict) or not isinstance(item.get("subscriptionType"), str):
            bad.append(Problem(where=where, what="must be an object with a subscriptionType"))
            continue
        if not _is_relevant(item):
            ignored += 1
            continue
        problems = _problems(where, item, portal, received_at)
        if problems:
            bad.extend(problems)
            continue
        event = _event(item, tenant_id, new_id)
        if event.key in events:
            ignored += 1
        else:
            events[event.key] = event
    return EventDelivery(
        portal_id=portal, events=tuple(events.values()), bad=tuple(bad), ignored=ignored
    )


def portal_of_events(items: list[Any]) -> str | None:
    """The portal of the first event that names one."""
    for item in items[:MAX_EVENTS]:
        if isinstance(item, dict) and (portal := read_number(item.get("portalId"))):
            return portal
    return None


def _is_relevant(item: Mapping[str, Any]) -> bool:
    kind, name = item["subscriptionType"], item.get("propertyName")
    if kind == PROPERTY_CHANGE:
        return isinstance(name, str) and name in CONVERSION_PROPERTIES
    return kind in (CREATION, PRIVACY_DELETION)


def _problems(
    where: str, item: Mapping[str, Any], portal: str | None, received_at: datetime | None
) -> list[Problem]:
    problems = []
    found = read_number(item.get("portalId"))
    if found is None:
        problems.append(Problem(where=f"{where}.portalId", what="must be a whole number"))
    elif found != portal:
        problems.append(Problem(where=f"{where}.portalId", what="is another portal's"))
    if read_number(item.get("objectId")) is None:
        problems.append(Problem(where=f"{where}.objectId", what="must be a whole number"))
    try:
        read_time(item.get("occurredAt"), received_at)
    except ValueError as error:
        problems.append(Problem(where=f"{where}.occurredAt", what=str(error)))
    return problems


def _event(item: Mapping[str, Any], tenant_id: TenantId, new_id: Callable[[], str]) -> CrmEvent:
    kind = item["subscriptionType"]
    name = item["propertyName"] if kind == PROPERTY_CHANGE else None
    object_id = read_number(item["objectId"]) or ""
    when = read_time(item["occurredAt"], None)
    # Not from eventId, which is not unique, nor attemptNumber, which grows when it comes again.
    parts = (read_number(item["portalId"]), kind, object_id, (when - _EPOCH) // _MILLISECOND, name)
    return CrmEvent(
        id=new_id(),
        tenant_id=tenant_id,
        key=":".join("" if part is None else str(part) for part in parts),
        kind=kind,
        object_id=object_id,
        occurred_at=when,
        property_name=name,
        property_value=read_value(item.get("propertyValue")) or None,
    )
