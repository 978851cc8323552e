"""A small HubSpot on loopback: stateful, and held to the document that its SDK describes.

Every request is judged by that document before it is looked at, so what the SDK would not have
built is refused. Faults are planned by the test: an answer of its own, before or after the effect,
half an answer, or none at all.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import attrs
import jsonschema
from tests.services.hubspot_account import HubSpotAccount, RefusedError
from tests.services.hubspot_spec import document

_KINDS = "contacts|companies|deals|notes|tasks"

Answer = tuple[int, Any]
Handle = Callable[["_Call"], Answer]


@attrs.frozen(kw_only=True)
class Fault:
    """What goes wrong with the next call that fits ``method`` and ``path`` (a whole match).

    ``after`` lets the call have its effect first. ``raw`` is sent as it is, even when it is not
    what the headers promise; None as the status resets the connection, ``seconds`` late.
    """

    method: str = "[A-Z]+"
    path: str = ".*"
    status: int | None = None
    body: Mapping[str, Any] | None = None
    raw: bytes | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    after: bool = False
    seconds: float = 0.0


@attrs.frozen(kw_only=True)
class _Call:
    account: HubSpotAccount
    parts: tuple[str, ...]
    query: dict[str, list[str]]
    body: Any

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[-1]

    @property
    def names(self) -> list[str] | None:
        values = self.query.get("properties")
        return None if values is None else [n for one in values for n in one.split(",") if n]


_ROUTES: tuple[tuple[str, str, Handle], ...] = (
    ("POST", rf"/crm/v3/objects/({_KINDS})", lambda c: (201, c.account.create(c.parts[0], c.body))),
    (
        "POST",
        rf"/crm/v3/objects/({_KINDS})/batch/read",
        lambda c: c.account.read_batch(c.parts[0], c.body),
    ),
    (
        "POST",
        r"/crm/v3/objects/(contacts|companies)/search",
        lambda c: (200, c.account.search(c.parts[0], c.body)),
    ),
    (
        "GET",
        r"/crm/v3/objects/(companies)/([^/]+)",
        lambda c: (200, c.account.get(c.parts[0], c.parts[1], c.names)),
    ),
    (
        "PATCH",
        r"/crm/v3/objects/(contacts)/([^/]+)",
        lambda c: (200, c.account.update(c.parts[0], c.parts[1], c.body)),
    ),
    (
        "GET",
        r"/crm/v4/objects/([^/]+)/([^/]+)/associations/([^/]+)",
        lambda c: (200, _linked(c)),
    ),
    (
        "PUT",
        r"/crm/v4/objects/([^/]+)/([^/]+)/associations/([^/]+)/([^/]+)",
        lambda c: (201, _link(c)),
    ),
    ("GET", r"/crm/v3/owners/([^/]+)", lambda c: (200, c.account.shown_owner(int(c.parts[0])))),
    ("GET", r"/crm/v3/pipelines/([^/]+)", lambda c: (200, c.account.shown_pipelines(c.parts[0]))),
    ("GET", r"/crm/v3/properties/([^/]+)", lambda c: (200, c.account.shown_properties(c.parts[0]))),
    ("GET", r"/marketing/v3/forms/", lambda c: (200, _forms(c))),
)


@cache
def served_document() -> dict[str, Any]:
    """The SDK's document, cut down to what the stand-in serves. Not to be changed."""
    whole = document()
    paths: dict[str, Any] = {}
    for path, methods in whole["paths"].items():
        concrete = re.sub(r"\{\w+\}", "x", path)
        for method, operation in methods.items():
            if any(
                method == known.lower() and re.fullmatch(pattern, concrete)
                for known, pattern, _ in _ROUTES
            ):
                paths.setdefault(path, {})[method] = operation
    schemas = whole["components"]["schemas"]
    needed: dict[str, Any] = {}
    _gather(paths, schemas, needed)
    return {**whole, "paths": paths, "components": {**whole["components"], "schemas": needed}}


def _gather(part: Any, schemas: Mapping[str, Any], needed: dict[str, Any]) -> None:
    """Add the schemas that ``part`` names, and those that they name."""
    if isinstance(part, list):
        for one in part:
            _gather(one, schemas, needed)
    elif isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in needed:
            needed[name] = schemas[name]
            _gather(schemas[name], schemas, needed)
        for one in part.values():
            _gather(one, schemas, needed)


class HubSpotStandIn:
    """Accounts by access token, and what shall go wrong."""

    def __init__(self, accounts: Mapping[str, HubSpotAccount]) -> None:
        self.accounts = dict(accounts)
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self.lock = threading.Lock()
        self._document = served_document()
        self._validators = _validators()

    def answer(
        self, method: str, target: str, token: str | None, body: bytes
    ) -> tuple[Answer, Fault | None]:
        """One call. The fault, where there is one, says what is to be sent instead."""
        url = urlsplit(target)
        with self.lock:
            self.calls.append((method, url.path))
            fault = self._fault(method, url.path)
            if fault is not None and not fault.after:
                return (200, {}), fault
            try:
                found = self._served(method, url.path, parse_qs(url.query), token, body)
            except RefusedError as refused:
                found = refused.status, refused.body
            return found, fault

    @staticmethod
    def allowed(target: str) -> str:
        """The methods that a path has."""
        path = urlsplit(target).path
        return ", ".join(known for known, pattern, _ in _ROUTES if re.fullmatch(pattern, path))

    def _served(
        self, method: str, path: str, query: dict[str, list[str]], token: str | None, body: bytes
    ) -> Answer:
        account = self.accounts.get(token or "")
        if account is None:
            raise RefusedError(401, "Authentication credentials not found", category="INVALID_AUTH")
        handle, parts = self._route(method, path)
        account.count(search=path.endswith("/search"))
        data = self._judged(method, path, query, body)
        parts = tuple(unquote(part) for part in parts)
        return handle(_Call(account=account, parts=parts, query=query, body=data))

    def _route(self, method: str, path: str) -> tuple[Handle, tuple[str, ...]]:
        fits = [(known, re.fullmatch(pattern, path), handle) for known, pattern, handle in _ROUTES]
        for known, match, handle in fits:
            if match and known == method:
                return handle, match.groups()
        if any(match for _, match, _ in fits):
            raise RefusedError(405, "method not allowed")
        raise RefusedError(404, "no such path", category="OBJECT_NOT_FOUND")

    def _judged(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Any:
        template = next(
            one
            for one, methods in self._document["paths"].items()
            if method.lower() in methods and _is_of(one, path)
        )
        judges = self._validators[method, template]
        values: dict[str, Any] = _path_values(template, path)
        for place, name, kind, judge in judges.parameters:
            if place == "query" and name not in query:
                continue
            given = query[name] if place == "query" else [values[name]]
            _judge(judge, _typed(given, kind))
        if judges.body is None:
            return None
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            raise RefusedError(400, "Invalid input JSON") from None
        _judge(judges.body, data)
        return data

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path):
                self.faults.remove(fault)
                return fault
        return None


@attrs.frozen
class _Judges:
    parameters: tuple[tuple[str, str, str, Any], ...]
    body: Any


@cache
def _validators() -> dict[tuple[str, str], _Judges]:
    whole = served_document()
    schemas = {name: _plain(schema) for name, schema in whole["components"]["schemas"].items()}
    components = {"components": {"schemas": schemas}}

    def judge(schema: dict[str, Any]) -> Any:
        return jsonschema.Draft202012Validator({**_plain(schema), **components})

    found = {}
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody")
            schema = body and body["content"]["application/json"]["schema"]
            found[method.upper(), path] = _Judges(
                tuple(
                    (one["in"], one["name"], one["schema"]["type"], judge(one["schema"]))
                    for one in operation["parameters"]
                ),
                judge(schema) if schema else None,
            )
    return found


def _plain(schema: Any) -> Any:
    """OpenAPI 3.0's schema as JSON Schema: ``nullable`` is a type there."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _plain(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is True:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _judge(validator: Any, value: Any) -> None:
    if next(iter(validator.iter_errors(value)), None) is not None:
        raise RefusedError(400, "the request does not fit the interface")


def _typed(given: list[str], kind: str) -> Any:
    if kind == "array":
        return given
    value = given[-1]
    if kind == "integer":
        return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else value
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _is_of(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def _path_values(template: str, path: str) -> dict[str, str]:
    match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}


def _linked(call: _Call) -> dict[str, Any]:
    kind, record, to = call.parts
    limit = _limit(call.one("limit", "500"))
    return call.account.linked(kind, record, to, call.one("after"), limit)


def _link(call: _Call) -> dict[str, Any]:
    kind, record, to, other = call.parts
    return call.account.link(kind, record, to, other, call.body)


def _limit(text: str) -> int:
    limit = int(text)
    if not 1 <= limit <= 500:
        raise RefusedError(400, "limit must be from 1 to 500")
    return limit


_STYLE = {
    **dict.fromkeys(
        ("labelTextSize", "legalConsentTextSize", "helpTextSize", "submitSize"), "12px"
    ),
    **dict.fromkeys(("legalConsentTextColor", "labelTextColor", "helpTextColor"), "#000000"),
    **dict.fromkeys(("submitColor", "submitFontColor"), "#ffffff"),
    "fontFamily": "serif",
    "backgroundWidth": "100%",
    "submitAlignment": "left",
}
_CONSENT = {
    "type": "implicit_consent_to_process",
    "subscriptionTypeIds": [],
    "lawfulBasis": "lead",
    "privacyText": "",
    "communicationsCheckboxes": [],
}


def _forms(call: _Call) -> dict[str, Any]:
    after, limit = call.one("after"), _limit(call.one("limit", "20"))
    if after and not after.isdecimal():
        raise RefusedError(400, "after is not one of ours")
    start = int(after[:6] or 0)
    at = "2026-01-01T00:00:00.000Z"
    page = call.account.forms[start : start + limit]
    answer: dict[str, Any] = {
        "results": [
            {
                "id": form_id,
                "name": name,
                "formType": "hubspot",
                "createdAt": at,
                "updatedAt": at,
                "archived": False,
                "fieldGroups": [],
                "configuration": {
                    "language": "en",
                    "cloneable": True,
                    "postSubmitAction": {"type": "thank_you", "value": ""},
                    "editable": True,
                    "archivable": True,
                    "recaptchaEnabled": False,
                    "notifyContactOwner": False,
                    "notifyRecipients": [],
                    "createNewContactForNewEmail": False,
                    "prePopulateKnownValues": True,
                    "allowLinkToResetKnownValues": False,
                },
                "displayOptions": {
                    "renderRawHtml": False,
                    "theme": "default_style",
                    "submitButtonText": "Submit",
                    "style": _STYLE,
                },
                "legalConsentOptions": _CONSENT,
            }
            for form_id, name in page
        ]
    }
    if start + limit < len(call.account.forms) and page:
        answer["paging"] = {"next": {"after": str(start + limit)}}
    return answer


@contextmanager
def hubspot_standin(
    accounts: Mapping[str, HubSpotAccount],
) -> Iterator[tuple[str, HubSpotStandIn]]:
    """The address of a running stand-in, and the stand-in."""
    stand_in = HubSpotStandIn(accounts)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Tests have no use for an access log."""

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
            known = token if scheme == "Bearer" else None
            (status, data), fault = stand_in.answer(
                self.command, self.path, known, self.rfile.read(length)
            )
            if fault is None:
                allow = {"Allow": stand_in.allowed(self.path)} if status == 405 else {}
                self._send(status, json.dumps(data).encode(), allow)
            elif fault.status is None:
                time.sleep(fault.seconds)
                self.close_connection = True
                self.connection.close()
            elif fault.raw is not None:
                self._send(fault.status, fault.raw, fault.headers)
            else:
                self._send(fault.status, json.dumps(fault.body or {}).encode(), fault.headers)

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            given = {name.lower() for name in headers}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "content-type" not in given:
                self.send_header("Content-Type", "application/json;charset=utf-8")
            if "content-length" in given:
                # The promise is a lie: nothing more comes.
                self.close_connection = True
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def __getattr__(self, name: str) -> Any:
            # Whatever the method is called, the stand-in says what it thinks of it.
            if name.startswith("do_"):
                return self._handle
            raise AttributeError(name)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
