"""From the raw bytes of a webhook to domain values; pure, and of bounded cost.

Three shapes come in: the signed form contract, a workflow's "Send a webhook" (a contact record as
the legacy contacts API returns it, or a flat object of the fields that somebody picked), and a
Webhooks API delivery, which ``events`` reads.

The form contract is judged strictly: its sender is told every wrong field. A workflow is read as
kindly as possible, because the platform never sends again what was answered with 4xx. The raw
bytes are stored elsewhere, so a field that is not understood is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec

from salesagent_adapters.hubspot.events import EventDelivery, parse_events, portal_of_events
from salesagent_adapters.hubspot.values import (
    DECODE_ERRORS,
    EARLIEST,
    MAX_ID_LENGTH,
    clean,
    first_id,
    first_text,
    first_time,
    invalid,
    load,
    objects,
    read_id,
    read_time,
    read_value,
    too_many,
)
from salesagent_core.domain.submission import FormField, Submission, SubmissionSource
from salesagent_core.errors import InvalidInput, Problem
from salesagent_core.ids import SubmissionId, TenantId

__all__ = ["EventDelivery", "parse_events", "parse_form", "parse_workflow", "portal_of"]

MAX_FORM_FIELDS: Final = 500
MAX_RECORD_FIELDS: Final = 5_000
"""A contact record carries every property that the portal has, so it is allowed more."""
MAX_VALUE_DEPTH: Final = 5
MAX_NESTED_NAME: Final = 200
"""Names of nested values are joined by dots; a bound on what that can grow to."""


class _Form(msgspec.Struct):
    portalId: str | int  # noqa: N815 - these are the names on the wire
    formId: str | int  # noqa: N815
    formSubmissionId: str | int  # noqa: N815
    fields: tuple[FormField, ...]
    timestamp: int | str | None = None
    pageUri: str | None = None  # noqa: N815
    pageTitle: str | None = None  # noqa: N815


class _Portal(msgspec.Struct):
    portalId: str | int  # noqa: N815


_form_decoder: Final = msgspec.json.Decoder(_Form)
_portal_decoder: Final = msgspec.json.Decoder(_Portal)


def portal_of(body: bytes) -> str | None:
    """The portal that a body of any of the three shapes names, to find its tenant by.

    Nothing is verified here and nothing raised: None means that no portal could be read.
    """
    try:
        return read_id(_portal_decoder.decode(body).portalId)
    except DECODE_ERRORS:
        pass  # another shape, or unusual JSON
    try:
        data = load(body)
    except InvalidInput:
        return None
    if isinstance(data, list):
        return portal_of_events(data)
    return _portal_of_record(data) if isinstance(data, dict) else None


def parse_form(
    body: bytes, *, tenant_id: TenantId, submission_id: SubmissionId, received_at: datetime
) -> Submission:
    """The form contract: ``portalId``, ``formId``, ``formSubmissionId``, ``fields`` and more.

    Ids may be numbers or texts; ``timestamp`` is milliseconds since 1970 or ISO 8601; a field's
    value may be a text, a number, true, false, null or a list of texts.

    Raises:
        InvalidInput: with a problem for every wrong place, such as ``fields[2].name``.
    """
    form = _fast_form(body, received_at) or _careful_form(load(body), received_at)
    portal, form_id, conversion, fields, when, uri, title = form
    return Submission(
        id=submission_id,
        tenant_id=tenant_id,
        source=SubmissionSource.FORM,
        received_at=received_at,
        fields=fields,
        portal_id=portal,
        form_id=form_id,
        conversion_id=conversion,
        submitted_at=when,
        page_uri=uri or None,
        page_title=title or None,
    )


def parse_workflow(
    body: bytes, *, tenant_id: TenantId, submission_id: SubmissionId, received_at: datetime
) -> Submission:
    """A workflow's webhook: the contact record with its latest form, or a flat object.

    Parts that cannot be read, an impossible time among them, are left out, not refused.

    Raises:
        InvalidInput: the body is not an object, or holds nothing that names a person.
    """
    data = load(body)
    if not isinstance(data, dict):
        raise invalid([Problem(where="$", what="must be a JSON object")])
    properties = data.get("properties")
    parts = properties if isinstance(properties, dict) else data
    fields = _record_fields(data, parts)
    contact = first_id(
        data, "vid", "canonical-vid", "objectId", "hs_object_id", "contactId"
    ) or first_id(parts, "hs_object_id", "vid")
    if not fields and contact is None:
        what = "holds neither fields nor a contact id: not a contact record, not a flat object"
        raise invalid([Problem(where="$", what=what)])
    latest = _latest_form(data.get("form-submissions"), received_at)
    return Submission(
        id=submission_id,
        tenant_id=tenant_id,
        source=SubmissionSource.WORKFLOW,
        received_at=received_at,
        fields=fields,
        portal_id=_portal_of_record(data),
        form_id=first_id(latest, "form-id") or first_id(data, "formId", "form-id"),
        conversion_id=first_id(latest, "conversion-id")
        or first_id(data, "formSubmissionId", "conversion-id", "conversionId"),
        contact_crm_id=contact,
        submitted_at=first_time(latest, received_at, "timestamp")
        or first_time(data, received_at, "timestamp", "submittedAt")
        or first_time(parts, received_at, "recent_conversion_date"),
        page_uri=first_text(latest, "page-url") or first_text(data, "pageUri", "page-url"),
        page_title=first_text(latest, "title", "page-title") or first_text(data, "pageTitle"),
    )


_FormParts = tuple[
    str, str, str, tuple[FormField, ...], datetime | None, str | None, str | None
]  # portal, form, conversion, fields, submitted at, page address, page title


def _fast_form(body: bytes, received_at: datetime) -> _FormParts | None:
    """The usual case; None for anything unusual, good or bad: the careful way judges that."""
    if b"\\u0000" in body:
        return None
    try:
        form = _form_decoder.decode(body)
        when = None if form.timestamp is None else read_time(form.timestamp, received_at)
    except DECODE_ERRORS:
        return None
    portal, form_id = read_id(form.portalId), read_id(form.formId)
    conversion = read_id(form.formSubmissionId)
    if not portal or not form_id or not conversion or len(form.fields) > MAX_FORM_FIELDS:
        return None
    return portal, form_id, conversion, form.fields, when, form.pageUri, form.pageTitle


def _careful_form(data: Any, received_at: datetime) -> _FormParts:
    if not isinstance(data, dict):
        raise invalid([Problem(where="$", what="must be a JSON object")])
    problems: list[Problem] = []
    portal = _required_id(data, "portalId", problems)
    form_id = _required_id(data, "formId", problems)
    conversion = _required_id(data, "formSubmissionId", problems)
    fields = _careful_fields(data.get("fields"), problems)
    when = None
    if data.get("timestamp") not in (None, ""):
        try:
            when = read_time(data["timestamp"], received_at)
        except ValueError as error:
            problems.append(Problem(where="timestamp", what=str(error)))
    problems.extend(
        Problem(where=key, what="must be a text")
        for key in ("pageUri", "pageTitle")
        if not isinstance(data.get(key), str | None)
    )
    if problems:
        raise invalid(problems)
    uri, title = first_text(data, "pageUri"), first_text(data, "pageTitle")
    return portal, form_id, conversion, fields, when, uri, title


def _required_id(data: Mapping[str, Any], key: str, problems: list[Problem]) -> str:
    value = data.get(key)
    found = read_id(value)
    if value is None:
        problems.append(Problem(where=key, what="is missing"))
    elif found is None:
        what = f"must be a whole number or a text of 1 to {MAX_ID_LENGTH} characters"
        problems.append(Problem(where=key, what=what))
    return found or ""


def _careful_fields(items: Any, problems: list[Problem]) -> tuple[FormField, ...]:
    if not isinstance(items, list):
        what = "is missing" if items is None else "must be a list of objects with name and value"
        problems.append(Problem(where="fields", what=what))
        return ()
    if len(items) > MAX_FORM_FIELDS:
        problems.append(too_many("fields", MAX_FORM_FIELDS))
    fields = []
    for index, item in enumerate(items[:MAX_FORM_FIELDS]):
        where = f"fields[{index}]"
        if not isinstance(item, dict):
            problems.append(Problem(where=where, what="must be an object with name and value"))
            continue
        name, value = item.get("name"), read_value(item.get("value"))
        if not isinstance(name, str):
            problems.append(Problem(where=f"{where}.name", what="must be a text"))
            name = ""
        if "value" not in item:
            problems.append(Problem(where=f"{where}.value", what="is missing"))
        elif value is None:
            what = "must be a text, a number, true, false, null or a list of texts"
            problems.append(Problem(where=f"{where}.value", what=what))
        fields.append(FormField(name=clean(name), value=value or ""))
    return tuple(fields)


def _record_fields(data: Mapping[str, Any], parts: Mapping[str, Any]) -> tuple[FormField, ...]:
    fields = tuple(islice(_flattened(parts), MAX_RECORD_FIELDS + 1))
    if len(fields) > MAX_RECORD_FIELDS:
        raise invalid([too_many("$", MAX_RECORD_FIELDS)])
    if not any(field.name.lower() == "email" and field.value for field in fields):
        address = _profile_email(data.get("identity-profiles"))
        if address is not None:
            # In front: of several fields with one name the first counts, and it may be blank.
            fields = (FormField(name="email", value=address), *fields)
    return fields


def _flattened(parts: Mapping[str, Any]) -> Iterator[FormField]:
    """From ``{name: value}``, ``{name: {"value": …}}`` and ``{"fields": [{"name", "value"}]}``."""
    for name, part in parts.items():
        if name == "fields" and isinstance(part, list):
            for item in objects(part):
                if isinstance(item.get("name"), str):
                    yield from _flat(item["name"], item.get("value"), 1)
        else:
            yield from _flat(name, part, 1)


def _flat(name: str, part: Any, depth: int) -> Iterator[FormField]:
    if isinstance(part, dict):
        if "value" in part and not isinstance(part["value"], dict):
            yield from _flat(name, part["value"], depth)
        elif depth < MAX_VALUE_DEPTH and len(name) <= MAX_NESTED_NAME:
            for key, inner in part.items():
                yield from _flat(f"{name}.{key}", inner, depth + 1)
    elif part is not None and (value := read_value(part)) is not None:
        yield FormField(name=clean(name), value=value)


def _latest_form(forms: Any, received_at: datetime) -> Mapping[str, Any]:
    """The newest by its time, and among equals the first: the platform lists newest first."""
    return max(
        objects(forms),
        key=lambda form: first_time(form, received_at, "timestamp") or EARLIEST,
        default={},
    )


def _profile_email(profiles: Any) -> str | None:
    """The address in ``identity-profiles``, the primary one if it is marked."""
    identities = [
        one for profile in objects(profiles) for one in objects(profile.get("identities"))
    ]
    identities.sort(key=lambda one: one.get("is-primary") is not True)
    addresses = (first_text(one, "value") for one in identities if one.get("type") == "EMAIL")
    return next(filter(None, addresses), None)


def _portal_of_record(data: Mapping[str, Any]) -> str | None:
    if portal := first_id(data, "portalId", "portal-id"):
        return portal
    portals = (first_id(form, "portal-id") for form in objects(data.get("form-submissions")))
    return next(filter(None, portals), None)
