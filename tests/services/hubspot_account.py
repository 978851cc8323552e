"""One HubSpot account in memory, as strict as HubSpot says it is.

Addresses are unique among contacts, domains are not among companies; a property that does not exist
is refused; the search shows a new record late and has a limit of its own; a batch holds 100.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from salesagent_core.domain.address import judge_address

MAX_BATCH = 100
MAX_SEARCH_PAGE = 200
MAX_SEARCHED = 10_000

CONTACTS, COMPANIES, DEALS, NOTES, TASKS = "contacts", "companies", "deals", "notes", "tasks"

PROPERTIES: dict[str, dict[str, bool]] = {
    CONTACTS: {
        **dict.fromkeys(
            ("email", "firstname", "lastname", "jobtitle", "phone", "country", "company"), True
        ),
        **dict.fromkeys(("message", "department", "hs_language"), True),
        **dict.fromkeys(
            (
                *("hs_timezone", "lifecyclestage", "hubspot_owner_id", "associatedcompanyid"),
                "hs_additional_emails",
            ),
            False,
        ),
        **dict.fromkeys(("recent_conversion_date", "hs_calculated_form_submissions"), False),
    },
    COMPANIES: dict.fromkeys(
        (
            *("name", "domain", "industry", "numberofemployees", "country", "state", "type"),
            *("lifecyclestage", "hs_is_target_account"),
        ),
        False,
    ),
    DEALS: dict.fromkeys(
        (
            *("dealname", "pipeline", "dealstage", "amount", "hs_is_closed", "hs_is_closed_won"),
            "hs_lastmodifieddate",
        ),
        False,
    ),
    NOTES: dict.fromkeys(("hs_timestamp", "hs_note_body", "hubspot_owner_id"), False),
    TASKS: dict.fromkeys(
        (
            *("hs_timestamp", "hs_task_subject", "hs_task_body", "hs_task_status"),
            *("hs_task_type", "hubspot_owner_id"),
        ),
        False,
    ),
}
"""Names by kind, and whether a form can hold them."""

LINKS = {
    (CONTACTS, COMPANIES): {1, 279},
    (NOTES, CONTACTS): {202},
    (NOTES, COMPANIES): {190},
    (TASKS, CONTACTS): {204},
    (TASKS, COMPANIES): {192},
    (TASKS, DEALS): {216},
    (DEALS, CONTACTS): {3},
    (DEALS, COMPANIES): {5, 341},
}
"""HubSpot's own kinds of association, by number."""

REQUIRED = {NOTES: ("hs_timestamp",), TASKS: ("hs_timestamp",)}


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str = "VALIDATION_ERROR",
        code: str | None = None,
        name: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "status": "error",
            "message": message,
            "category": category,
            "correlationId": "00000000-0000-4000-8000-000000000000",
            **more,
        }
        if code is not None:
            context = {"propertyName": [name]} if name else {}
            self.body["errors"] = [{"message": message, "code": code, "context": context}]


@attrs.define(kw_only=True)
class Record:
    """A contact, company, deal, note or task."""

    id: str
    properties: dict[str, str]
    created_at: datetime
    updated_at: datetime
    searchable_at: float

    def shown(self, names: list[str] | None = None) -> dict[str, Any]:
        """As answers show it. Properties that were asked for and have no value are null."""
        wanted = list(self.properties) if names is None else names
        return {
            "id": self.id,
            "properties": {name: self.properties.get(name) for name in wanted},
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "archived": False,
        }


@attrs.define(kw_only=True)
class HubSpotAccount:
    """What one access token reaches. Not locked: the server lets one request at a time in.

    ``custom`` are properties that a person created, with their type; ``refused`` those of which the
    account's own rules like no value.
    """

    clock: Callable[[], datetime] = attrs.field(default=lambda: datetime.now(UTC))
    search_lag: float = 0.0
    calls_in_10_seconds: int | None = None
    searches_a_second: int | None = None
    records: dict[str, dict[str, Record]] = attrs.field(
        factory=lambda: {kind: {} for kind in PROPERTIES}
    )
    links: dict[tuple[str, str, str, str], set[int]] = attrs.field(factory=dict)
    custom: dict[str, str] = attrs.field(factory=dict)
    refused: set[str] = attrs.field(factory=set)
    owners: dict[int, str] = attrs.field(factory=dict)
    forms: list[tuple[str, str]] = attrs.field(factory=list)
    stages: list[tuple[str, str, bool]] = attrs.field(factory=list)
    _last_id: int = 100
    _calls: deque[float] = attrs.field(factory=deque)
    _searches: deque[float] = attrs.field(factory=deque)

    # --- limits ---------------------------------------------------------------------------

    def count(self, *, search: bool) -> None:
        """Raises: RefusedError, with 429, when there were too many."""
        now = time.monotonic()
        if search:
            self._within(
                self._searches, self.searches_a_second, 1.0, now, "SECONDLY", "secondly limit"
            )
        self._within(
            self._calls, self.calls_in_10_seconds, 10.0, now,
            "TEN_SECONDLY_ROLLING", "ten_secondly_rolling limit",
        )  # fmt: skip

    @staticmethod
    def _within(
        past: deque[float], most: int | None, window: float, now: float, policy: str, name: str
    ) -> None:
        if most is None:
            return
        while past and past[0] <= now - window:
            past.popleft()
        if len(past) >= most:
            message = f"You have reached your {name}."
            raise RefusedError(
                429, message, category="RATE_LIMITS", errorType="RATE_LIMIT", policyName=policy
            )
        past.append(now)

    # --- records --------------------------------------------------------------------------

    def add(self, kind: str, properties: Mapping[str, str], **links_to: str) -> str:
        """Put a record there, as a person or a form would; ``companies="101"`` links it."""
        record = self._new(kind, {name: value for name, value in properties.items() if value})
        for to, other in links_to.items():
            self._link(kind, record.id, to, other, set(LINKS[kind, to]))
        return record.id

    def create(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST of one record with its associations."""
        properties = self._checked(kind, body["properties"])
        for name in REQUIRED.get(kind, ()):
            if not properties.get(name):
                raise RefusedError(400, f"{name} is required", code="REQUIRED_PROPERTY", name=name)
        wanted = [
            self._wanted_link(kind, one["to"]["id"], one["types"])
            for one in body.get("associations") or []
        ]
        if kind == CONTACTS:
            self._check_address(properties, None)
        record = self._new(kind, properties)
        for to, other, numbers in wanted:
            self._link(kind, record.id, to, other, numbers)
        return record.shown()

    def update(self, kind: str, record_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """PATCH of one record."""
        record = self._get(kind, record_id)
        properties = self._checked(kind, body["properties"])
        if kind == CONTACTS and "email" in properties:
            self._check_address(properties, record.id)
        record.properties |= properties
        record.updated_at = self.clock()
        return record.shown(list(properties))

    def get(self, kind: str, record_id: str, names: list[str] | None) -> dict[str, Any]:
        """GET of one record."""
        return self._get(kind, record_id).shown(names)

    def read_batch(self, kind: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """POST of batch/read; the status is 207 when some are missing."""
        inputs = [one["id"] for one in body["inputs"]]
        if len(inputs) > MAX_BATCH:
            raise RefusedError(400, f"at most {MAX_BATCH} inputs")
        by = body.get("idProperty")
        if by not in (None, "", "email", "hs_object_id") or (by == "email" and kind != CONTACTS):
            raise RefusedError(400, "idProperty is not unique", code="INVALID_ID_PROPERTY")
        found: dict[str, dict[str, Any]] = {}
        for one in inputs:
            record = self._by_address(one) if by == "email" else self.records[kind].get(one)
            if record is not None:
                found[record.id] = record.shown(body["properties"])
        at = stamp(self.clock())
        answer = {
            "status": "COMPLETE",
            "results": list(found.values()),
            "startedAt": at,
            "completedAt": at,
        }
        if len(found) >= len(set(inputs)):
            return 200, answer
        lost = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some records",
            "context": {},
            "errors": [],
            "links": {},
        }
        return 207, {**answer, "numErrors": 1, "errors": [lost]}

    def search(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST of search: groups are alternatives, filters within one all hold."""
        after, limit = self._page(body)
        groups = [group["filters"] for group in body.get("filterGroups") or []]
        now = time.monotonic()
        found = [
            record
            for record in self.records[kind].values()
            if record.searchable_at <= now
            and (not groups or any(all(_fits(record, one) for one in group) for group in groups))
        ]
        for name in reversed(body.get("sorts") or []):
            key = name.removeprefix("-")
            found.sort(key=lambda one: _sortable(one, key), reverse=name.startswith("-"))
        page = found[after : after + limit]
        answer: dict[str, Any] = {
            "total": len(found),
            "results": [record.shown(body.get("properties") or []) for record in page],
        }
        if after + limit < len(found) and page:
            answer["paging"] = {"next": {"after": str(after + limit)}}
        return answer

    # --- associations ---------------------------------------------------------------------

    def linked(self, kind: str, record_id: str, to: str, after: str, limit: int) -> dict[str, Any]:
        """GET of the associations of one record with another kind."""
        kind, to = self._kind(kind), self._kind(to)
        self._get(kind, record_id)
        found = sorted(
            (other, numbers)
            for (a, one, b, other), numbers in self.links.items()
            if (a, one, b) == (kind, record_id, to)
        )
        start = _number(after)
        page = found[start : start + limit]
        answer: dict[str, Any] = {
            "results": [
                {
                    "toObjectId": other,
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": number, "label": None}
                        for number in sorted(numbers)
                    ],
                }
                for other, numbers in page
            ]
        }
        if start + limit < len(found) and page:
            answer["paging"] = {"next": {"after": str(start + limit)}}
        return answer

    def link(
        self, kind: str, record_id: str, to: str, other: str, types: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """PUT of an association."""
        kind, to = self._kind(kind), self._kind(to)
        self._get(kind, record_id)
        self._get(to, other)
        wanted = self._wanted_link(kind, other, types)
        if wanted[0] != to:
            raise RefusedError(400, "the association type is for other kinds")
        self._link(kind, record_id, to, other, wanted[2])
        return {
            "fromObjectTypeId": kind,
            "fromObjectId": record_id,
            "toObjectTypeId": to,
            "toObjectId": other,
            "labels": [],
        }

    # --- set-up ---------------------------------------------------------------------------

    def shown_properties(self, kind: str) -> dict[str, Any]:
        """GET of all properties of a kind."""
        kind = self._kind(kind)
        custom = self.custom if kind == CONTACTS else {}
        names = {**PROPERTIES[kind], **dict.fromkeys(custom, False)}
        return {
            "results": [
                {
                    "name": name,
                    "label": name,
                    "description": "",
                    "groupName": "information",
                    "type": custom.get(name, "string"),
                    "fieldType": "text",
                    "formField": of_form,
                    "hidden": False,
                    "options": [],
                }
                for name, of_form in names.items()
            ]
        }

    def shown_pipelines(self, kind: str) -> dict[str, Any]:
        """GET of the pipelines of a kind."""
        if self._kind(kind) != DEALS:
            return {"results": []}
        at = stamp(self.clock())
        common = {"archived": False, "createdAt": at, "updatedAt": at}
        stages = [
            {
                "id": stage,
                "label": label,
                "displayOrder": order,
                "metadata": {"isClosed": str(closed).lower()},
                **common,
            }
            for order, (stage, label, closed) in enumerate(self.stages)
        ]
        # Not in their order: HubSpot promises none.
        pipeline = {"id": "default", "label": "Sales", "displayOrder": 0, "stages": stages[::-1]}
        return {"results": [{**pipeline, **common}]}

    def shown_owner(self, owner_id: int) -> dict[str, Any]:
        """GET of one owner."""
        if owner_id not in self.owners:
            raise RefusedError(404, "no such owner", category="OBJECT_NOT_FOUND")
        at = stamp(self.clock())
        return {
            "id": str(owner_id),
            "email": self.owners[owner_id],
            "type": "PERSON",
            "archived": False,
            "createdAt": at,
            "updatedAt": at,
        }

    # --- inside ---------------------------------------------------------------------------

    def _new(self, kind: str, properties: dict[str, str]) -> Record:
        self._last_id += 1
        now = self.clock()
        record = Record(
            id=str(self._last_id),
            properties=properties,
            created_at=now,
            updated_at=now,
            searchable_at=time.monotonic() + self.search_lag,
        )
        self.records[kind][record.id] = record
        return record

    def _get(self, kind: str, record_id: str) -> Record:
        record = self.records[kind].get(record_id)
        if record is None:
            raise RefusedError(404, "resource not found", category="OBJECT_NOT_FOUND")
        return record

    def _kind(self, written: str) -> str:
        numbers = {"0-1": CONTACTS, "0-2": COMPANIES, "0-3": DEALS, "0-46": NOTES, "0-27": TASKS}
        kind = numbers.get(written, written)
        if kind not in PROPERTIES:
            raise RefusedError(400, "unable to infer object type")
        return kind

    def _checked(self, kind: str, properties: Mapping[str, str | None]) -> dict[str, str]:
        known = {*PROPERTIES[kind], *(self.custom if kind == CONTACTS else ())}
        for name in properties:
            if name not in known:
                message = f'Property "{name}" does not exist'
                raise RefusedError(400, message, code="PROPERTY_DOESNT_EXIST", name=name)
        for name, value in properties.items():
            if name in self.refused:
                raise RefusedError(400, f"{value} is not allowed", code="INVALID_VALUE", name=name)
        return {name: value or "" for name, value in properties.items()}

    def _check_address(self, properties: dict[str, str], mine: str | None) -> None:
        address = properties.get("email", "")
        if not address:
            return
        if not judge_address(address).valid:
            # HubSpot repeats the address, which must not travel on into our own errors.
            message = f"Email address {address} is invalid"
            raise RefusedError(400, message, code="INVALID_EMAIL", name="email")
        properties["email"] = address.lower()
        other = self._by_address(address) or self._by_second_address(address)
        if other is not None and other.id != mine:
            message = f"Contact already exists. Existing ID: {other.id}"
            raise RefusedError(409, message, category="CONFLICT")

    def _by_address(self, address: str) -> Record | None:
        wanted = address.strip().lower()
        records = self.records[CONTACTS].values()
        return next((one for one in records if one.properties.get("email") == wanted), None)

    def _by_second_address(self, address: str) -> Record | None:
        """A batch read does not find a contact by these, yet they are taken."""
        wanted = address.strip().lower()
        for record in self.records[CONTACTS].values():
            if wanted in record.properties.get("hs_additional_emails", "").split(";"):
                return record
        return None

    def _wanted_link(
        self, kind: str, other: str, types: list[dict[str, Any]]
    ) -> tuple[str, str, set[int]]:
        numbers = {one["associationTypeId"] for one in types}
        for (from_kind, to), known in LINKS.items():
            if from_kind == kind and numbers and numbers <= known:
                if other not in self.records[to]:
                    raise RefusedError(
                        404, "no such record to associate", category="OBJECT_NOT_FOUND"
                    )
                return to, other, numbers
        raise RefusedError(400, "invalid association type", code="INVALID_ASSOCIATION")

    def _link(self, kind: str, record_id: str, to: str, other: str, numbers: set[int]) -> None:
        self.links.setdefault((kind, record_id, to, other), set()).update(numbers)
        self.links.setdefault((to, other, kind, record_id), set()).update(numbers)
        if (kind, to) == (CONTACTS, COMPANIES):
            contact = self.records[CONTACTS][record_id]
            if 1 in numbers or not contact.properties.get("associatedcompanyid"):
                contact.properties["associatedcompanyid"] = other

    @staticmethod
    def _page(body: Mapping[str, Any]) -> tuple[int, int]:
        limit = body.get("limit")
        limit = 10 if limit is None else limit
        if not 0 <= limit <= MAX_SEARCH_PAGE:
            raise RefusedError(400, f"limit must be at most {MAX_SEARCH_PAGE}")
        after = _number(body.get("after") or "")
        if after + limit > MAX_SEARCHED:
            raise RefusedError(400, f"only {MAX_SEARCHED} results can be paged through")
        return after, limit


def stamp(at: datetime) -> str:
    """A time as HubSpot writes it."""
    utc = at.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def _number(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise RefusedError(400, "after is not one of ours")
    return int(text)


def _fits(record: Record, wanted: Mapping[str, Any]) -> bool:
    held = record.properties.get(wanted["propertyName"])
    operator = wanted["operator"]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return (held is not None) is (operator == "HAS_PROPERTY")
    value = wanted.get("value")
    if value is None:
        raise RefusedError(400, "the filter needs a value")
    if operator == "EQ":
        return held is not None and held.lower() == value.lower()
    if operator in ("GT", "GTE", "LT", "LTE"):
        if held is None:
            return False
        left, right = _millis(held), _millis(value)
        return {
            "GT": left > right, "GTE": left >= right, "LT": left < right, "LTE": left <= right,
        }[operator]  # fmt: skip
    raise RefusedError(400, "this stand-in knows no such operator")


def _millis(text: str) -> float:
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, "the value is no time", code="INVALID_LONG") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)


def _sortable(record: Record, name: str) -> tuple[str, int]:
    # Times in ISO 8601 sort as texts; what has none comes first.
    return record.properties.get(name, ""), int(record.id)
